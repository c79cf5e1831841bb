//! The node's clocks: the monotonic one that decides, the wall clock that is written down.
//!
//! The monotonic one is CLOCK_BOOTTIME, which goes on while the machine is suspended: whoever wakes up knows that time has
//! passed, and that leases may have run out (Q1).

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use quorate_core::types::{Instant, Now, WallTime};
use rustix::time::{ClockId, clock_gettime};

/// Both clocks, with one origin for the life of the node.
pub struct Clock(Box<dyn Fn() -> Now + Send + Sync>);

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Clock").field(&self.now()).finish()
    }
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        let origin = since_boot();
        Self::from_fn(move || {
            let nanos = u64::try_from(since_boot().saturating_sub(origin).as_nanos()).unwrap_or(u64::MAX);
            Now { at: Instant::from_nanos(nanos), wall: wall() }
        })
    }

    /// Clocks that somebody else moves, as in seeded runs. The runtime's timers must go with the monotonic one.
    #[must_use]
    pub fn from_fn(read: impl Fn() -> Now + Send + Sync + 'static) -> Self {
        Self(Box::new(read))
    }

    /// Both clocks at this moment.
    #[must_use]
    pub fn now(&self) -> Now {
        (self.0)()
    }

    /// Waits until `due`, or for ever. After a suspension it may be late by as long: the runtime's timers stand still then.
    pub(super) async fn until(&self, due: Option<Instant>) {
        match due {
            Some(due) => tokio::time::sleep(due.since(self.now().at)).await,
            None => std::future::pending().await,
        }
    }
}

fn since_boot() -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    Duration::new(now.tv_sec.unsigned_abs(), u32::try_from(now.tv_nsec).unwrap_or_default())
}

/// The wall clock.
#[must_use]
pub fn wall() -> WallTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    WallTime(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
