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

/// Locks, also when somebody panicked while they held it: what is kept behind these locks is never half-changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
