//! Locks.

use crate::attempt::Attempt;
use crate::client::Client;
use crate::error::Error;
use crate::session::Session;
use crate::{request_id, v1};

impl Session {
    /// Takes a lock, exclusive, shared or counted as `claim` says; the answer has its fencing token.
    ///
    /// Blocks until it is granted, for as long as that takes, or not at all with `no_wait`; when the future is dropped, the
    /// session keeps its place in the queue, and the same call takes it up again ([`release`](Self::release) gives it up).
    /// Repeated when needed: who holds a lock gets the same token. Reasons: `BAD_REQUEST`, the `SESSION` reasons,
    /// `NAME_HELD` and `NAME_DELAYED` (with `no_wait`), `NAME_MISMATCH`, `LIMIT_REACHED`.
    pub async fn acquire(&self, claim: v1::LockClaim) -> Result<v1::AcquireLockResponse, Error> {
        let (session, patient) = (self.token.to_string(), !claim.no_wait);
        let message = v1::AcquireLockRequest { session, claim: Some(claim), request_id: request_id() };
        let call = |a: Attempt, r| async move { a.locks().acquire_lock(r).await };
        if patient { self.client.wait(message, call).await } else { self.client.ask(message, call).await }
    }

    /// Gives up a lock, or the place in its queue.
    ///
    /// Does not wait for others. Repeated when needed. Reasons: `BAD_REQUEST`, the `SESSION` reasons, `NAME_NOT_HELD`,
    /// `NAME_MISMATCH`, `NOT_SERVED`, `OUTCOME_UNKNOWN`.
    pub async fn release(&self, path: &str) -> Result<v1::ReleaseLockResponse, Error> {
        let (session, path) = (self.token.to_string(), path.to_owned());
        let message = v1::ReleaseLockRequest { session, path, token: None, request_id: request_id() };
        self.client.ask(message, |a, r| async move { a.locks().release_lock(r).await }).await
    }
}

impl Client {
    /// Who holds a lock, and who queues for it, at least as new as all that was answered before.
    ///
    /// Repeated when needed. Reasons: `BAD_REQUEST`, `NAME_MISMATCH`, `NOT_SERVED`.
    pub async fn lock(&self, path: &str) -> Result<v1::GetLockResponse, Error> {
        let message = v1::GetLockRequest { path: path.to_owned(), consistency: v1::Consistency::Latest.into() };
        self.ask(message, |a, r| async move { a.locks().get_lock(r).await }).await
    }
}
