//! Moments on the clock that nothing stops: not a suspended machine, not a change of the time of day.

use std::time::Duration;

use rustix::time::{ClockId, Timespec, clock_gettime};
use serde::{Deserialize, Serialize};

/// A moment of `CLOCK_BOOTTIME`, in nanoseconds. All processes of one machine (and one time namespace) share it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Moment(pub u64);

impl Moment {
    /// This moment.
    #[must_use]
    pub fn now() -> Self {
        let Timespec { tv_sec, tv_nsec } = clock_gettime(ClockId::Boottime);
        let (seconds, nanos) = (u64::try_from(tv_sec).unwrap_or(0), u64::try_from(tv_nsec).unwrap_or(0));
        Self(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))
    }

    /// The moment so much later; the last that there is, when there is none.
    #[must_use]
    pub fn after(self, wait: Duration) -> Self {
        Self(self.0.saturating_add(u64::try_from(wait.as_nanos()).unwrap_or(u64::MAX)))
    }

    /// How long it is until then from `now`; nothing when it is over.
    #[must_use]
    pub fn until(self, now: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(now.0))
    }

    pub(crate) fn timespec(self) -> Timespec {
        let (seconds, nanos) = (self.0 / 1_000_000_000, self.0 % 1_000_000_000);
        Timespec { tv_sec: i64::try_from(seconds).unwrap_or(i64::MAX), tv_nsec: i64::try_from(nanos).unwrap_or(0) }
    }
}

/// Until when a service may run.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Right {
    /// Until this moment, if it is not renewed. That is when the runner begins to act: a service that is stopped then
    /// may take up to its `loss_timeout` more.
    Until(Moment),
    /// For as long as nobody says otherwise.
    Forever,
}

impl Right {
    pub(crate) fn end(self) -> Option<Moment> {
        match self {
            Self::Until(moment) => Some(moment),
            Self::Forever => None,
        }
    }

    pub(crate) fn is_over(self, now: Moment) -> bool {
        self.end().is_some_and(|end| end <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_goes_on_and_does_not_overflow() {
        let now = Moment::now();
        assert!(Moment::now() >= now && now.0 > 0);
        assert_eq!(Moment(5).after(Duration::MAX), Moment(u64::MAX));
        assert_eq!(Moment(5).until(Moment(9)), Duration::ZERO);
        assert_eq!(Moment(1_500_000_000).timespec(), Timespec { tv_sec: 1, tv_nsec: 500_000_000 });
    }
}
