//! Requests and answers over messages that somebody else carries.
//!
//! ```text
//!   link.rs   the library asks another node        inbox.rs   another node asks the library
//!      |            ^                                  ^              |
//!      | request    | answer                           | request      | answer
//!      v            |                                  |              v
//!   ask.rs    numbers, who waits for which         envelope.rs  version, cluster, kind, number, checksum
//! ```
//!
//! Nothing here knows what consensus needs the answers for, except that a leader's entries keep their order.

pub(crate) mod ask;
pub(crate) mod envelope;
pub(crate) mod inbox;
pub(crate) mod link;
pub(crate) mod message;
pub(crate) mod receive;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes that a message can have: a batch of entries, or one piece of a snapshot, with what stands around it.
pub const MAX_MESSAGE: usize = BATCH + 64 * 1024;

/// Bytes of entries that are sent in one message.
pub(crate) const BATCH: usize = 1024 * 1024;

/// Warns, but only once from each place: whoever sends nonsense sends more of it.
macro_rules! warn_once {
    ($($text:tt)*) => {{
        static TOLD: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);
        if !TOLD.swap(true, std::sync::atomic::Ordering::Relaxed) {
            tracing::warn!($($text)*);
        }
    }};
}
pub(crate) use warn_once;

/// Locks, also when somebody panicked while they held it: what is kept behind these locks is never half-changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
