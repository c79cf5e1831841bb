//! Barriers.

use crate::client::Client;
use crate::error::Error;
use crate::session::Session;
use crate::watch::{self, Watch};
use crate::{request_id, v1};

impl Session {
    /// Comes to a barrier; the answer says which generation passed it.
    ///
    /// Blocks until all are there, for as long as that takes. When the future is dropped the session keeps its place: the same call
    /// takes it up again, and gets the same answer if all were there meanwhile; [`leave_barrier`](Self::leave_barrier) gives it
    /// up. Repeated when needed: a generation is entered once. Reasons:
    /// `BAD_REQUEST`, the `SESSION` reasons, `BARRIER_BROKEN`, `BARRIER_MISMATCH`, `LIMIT_REACHED`.
    pub async fn enter_barrier(&self, path: &str, plan: v1::BarrierPlan) -> Result<v1::EnterBarrierResponse, Error> {
        let (session, path) = (self.token.to_string(), path.to_owned());
        let request_id = self.pending.id(&path, Some(&plan));
        let message = v1::EnterBarrierRequest { session, path: path.clone(), plan: Some(plan), request_id };
        let entered = self.client.wait(message, |a, r| async move { a.barriers().enter_barrier(r).await }).await;
        self.pending.settle(&path, false, &entered);
        entered
    }

    /// Leaves the inside of a double barrier, together with all who are inside; where the session still waits for others to
    /// come, it goes away at once.
    ///
    /// Blocks until all have come to leave or have ended, for as long as that takes. Repeated when needed. Reasons:
    /// `BAD_REQUEST`, the `SESSION` reasons, `BARRIER_BROKEN`, `BARRIER_NOT_THERE`.
    pub async fn leave_barrier(&self, path: &str) -> Result<v1::LeaveBarrierResponse, Error> {
        let (session, path) = (self.token.to_string(), path.to_owned());
        let message = v1::LeaveBarrierRequest { session, path: path.clone(), request_id: self.pending.id(&path, None) };
        let left = self.client.wait(message, |a, r| async move { a.barriers().leave_barrier(r).await }).await;
        self.pending.settle(&path, true, &left);
        left
    }

    /// Ends the present generation of a barrier that the session has come to: nobody passes, and all who wait are told why.
    ///
    /// `reason` is for people: at most 128 bytes. Does not wait for others. Repeated when needed. Reasons: `BAD_REQUEST`,
    /// the `SESSION` reasons, `BARRIER_NOT_THERE`, `NOT_SERVED`, `OUTCOME_UNKNOWN`.
    pub async fn abort_barrier(&self, path: &str, reason: &str) -> Result<v1::AbortBarrierResponse, Error> {
        let message = v1::AbortBarrierRequest {
            session: self.token.to_string(),
            path: path.to_owned(),
            reason: reason.to_owned(),
            request_id: request_id(),
        };
        self.client.ask(message, |a, r| async move { a.barriers().abort_barrier(r).await }).await
    }
}

impl Client {
    /// How a barrier stands, and who is missing, as the answering agent knows it.
    ///
    /// Does not block. Repeated when needed. Reasons: `BAD_REQUEST`, `BARRIER_NOT_THERE`, `NOT_SERVED`.
    pub async fn barrier(&self, path: &str) -> Result<v1::GetBarrierResponse, Error> {
        let message = v1::GetBarrierRequest { path: path.to_owned() };
        self.ask(message, |a, r| async move { a.barriers().get_barrier(r).await }).await
    }

    /// The barriers whose paths begin with a text, in the order of the paths; all pages as one answer.
    ///
    /// Does not block. Repeated when needed. Reasons: `BAD_REQUEST`, `NOT_SERVED`.
    pub async fn barriers(&self, prefix: &str) -> Result<v1::ListBarriersResponse, Error> {
        self.pages(|a, page_size, page_token| {
            let message = v1::ListBarriersRequest { prefix: prefix.to_owned(), page_size, page_token };
            async move { a.barriers().list_barriers(a.request(message)).await }
        })
        .await
    }

    /// Watches how a barrier stands: as it is now, then each time that this changes. See [`Watch`] for what the stream does
    /// on its own; after a reconnection it begins with how the barrier stands again.
    ///
    /// Does no IO itself. Reasons the stream can end with: `BAD_REQUEST`.
    pub fn watch_barrier(&self, path: &str) -> Watch<v1::WatchBarrierResponse> {
        watch::barrier(self.pool.clone(), path.to_owned())
    }
}
