//! The node's clocks: the monotonic one that decides, the wall clock that is written down.

use std::time::{SystemTime, UNIX_EPOCH};

use quorate_core::types::{Instant, Now, WallTime};
use tokio::time;

/// Both clocks, with one origin for the life of the node.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    origin: time::Instant,
}

impl Clock {
    /// A clock that starts now.
    #[must_use]
    pub fn start() -> Self {
        Self { origin: time::Instant::now() }
    }

    /// Both clocks at this moment.
    #[must_use]
    pub fn now(&self) -> Now {
        let nanos = u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Now { at: Instant::from_nanos(nanos), wall: wall() }
    }

    /// Waits until `due`, or for ever.
    pub(super) async fn until(self, due: Option<Instant>) {
        match due {
            Some(due) => time::sleep_until(self.origin + due.since(Instant::ZERO)).await,
            None => std::future::pending().await,
        }
    }
}

/// The wall clock.
#[must_use]
pub fn wall() -> WallTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    WallTime(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
