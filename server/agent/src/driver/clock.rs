//! The node's clocks: the monotonic one that decides, the wall clock that is written down.
//!
//! The monotonic one is CLOCK_BOOTTIME, which goes on while the machine is suspended: whoever wakes up knows that time has
//! passed, and that leases may have run out (Q1).

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use quorate_core::types::{Instant, Now, WallTime};
use rustix::time::{ClockId, clock_gettime};

/// Both clocks, with one origin for the life of the node.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: Duration,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self { origin: since_boot() }
    }

    /// Both clocks at this moment.
    #[must_use]
    pub fn now(&self) -> Now {
        let nanos = u64::try_from(since_boot().saturating_sub(self.origin).as_nanos()).unwrap_or(u64::MAX);
        Now { at: Instant::from_nanos(nanos), wall: wall() }
    }

    /// Waits until `due`, or for ever. After a suspension it may be late by as long: the runtime's timers stand still then.
    pub(super) async fn until(self, due: Option<Instant>) {
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
