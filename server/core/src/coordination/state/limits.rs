//! How much clients may have (L1).

use core::ops::RangeInclusive;

use crate::{
    types::Duration,
    wire::{Denial, LimitKind},
};

/// How long the time of a session may be.
pub const TTL: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(3600);
/// For how long a name may be kept free after an unclean end.
pub const MAX_DELAY: Duration = Duration::from_secs(60);
/// Most bytes of a value.
pub const MAX_VALUE: usize = 64 * 1024;

/// How much clients may have. Who leads refuses what is over it; what is in the log is never refused.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Limits {
    /// Sessions in all (1 to 1,000,000).
    pub sessions: usize,
    /// Sessions of one client (1 to `sessions`).
    pub client_sessions: usize,
    /// Names and barriers in all (1 to 1,000,000).
    pub names: usize,
    /// Names, places in queues and barriers of one session (1 to 100,000).
    pub session_names: usize,
    /// Bytes of a value (0 to 65,536).
    pub value_bytes: usize,
    /// Bytes of all that is kept, about (1 MiB to 4 GiB).
    pub state_bytes: usize,
    /// Those who share one name (1 to 100,000).
    pub holders: usize,
    /// Those who queue for one name (1 to 100,000).
    pub queue: usize,
    /// Those who take part in one barrier (1 to 10,000).
    pub participants: usize,
    /// Requests of this node under way (16 to 100,000).
    pub requests: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sessions: 100_000,
            client_sessions: 10_000,
            names: 200_000,
            session_names: 10_000,
            value_bytes: MAX_VALUE,
            state_bytes: 256 * 1024 * 1024,
            holders: 10_000,
            queue: 10_000,
            participants: 10_000,
            requests: 16_384,
        }
    }
}

/// Refuses what does not fit below a limit.
pub(super) fn fits(what: LimitKind, held: usize, limit: usize) -> Result<(), Denial> {
    if held < limit { Ok(()) } else { Err(Denial::Limit { what, limit: limit as u64 }) }
}
