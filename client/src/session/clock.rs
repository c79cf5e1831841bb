//! Moments by a clock that goes on while the machine is suspended: whoever wakes up knows that time has passed.

use std::time::Duration;

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Moment(Duration);

impl Moment {
    /// This one.
    pub(super) fn now() -> Self {
        Self(elapsed())
    }

    /// That much later.
    pub(super) fn after(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }

    /// How long it is until then; zero when it has passed.
    pub(super) fn left(self) -> Duration {
        self.0.saturating_sub(elapsed())
    }
}

/// Time since the machine started, suspensions included.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn elapsed() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.try_into().unwrap_or_default())
}

/// Time since it was first asked for: the standard library's clock, which goes on during a suspension on macOS and Windows.
#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn elapsed() -> Duration {
    static START: std::sync::LazyLock<std::time::Instant> = std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_is_never_negative() {
        let now = Moment::now();
        assert!(now.left().is_zero());
        let later = now.after(Duration::from_secs(60));
        assert!(later > now && later.left() > Duration::from_secs(50));
    }
}
