//! Elections.

use crate::client::Client;
use crate::error::Error;
use crate::session::Session;
use crate::watch::{self, Watch};
use crate::{request_id, v1};

impl Session {
    /// Stands for an office with a value that others see (64 KiB at most); the answer has the fencing token of the term.
    ///
    /// Blocks until the session leads, for as long as that takes; when the future is dropped it stays a candidate, and the
    /// same call waits on ([`resign`](Self::resign) gives that up). Repeated when needed: who leads gets the same token.
    /// Reasons: `BAD_REQUEST`, the `SESSION` reasons, `NAME_MISMATCH`, `LIMIT_REACHED`.
    pub async fn campaign(&self, path: &str, value: impl Into<Vec<u8>>) -> Result<v1::CampaignResponse, Error> {
        let (session, path, value) = (self.token.to_string(), path.to_owned(), value.into());
        let message = v1::CampaignRequest { session, path, value, delay: None, request_id: request_id() };
        self.client.wait(message, |a, r| async move { a.elections().campaign(r).await }).await
    }

    /// Gives the office another value while the session leads.
    ///
    /// Does not wait for others. Repeated when needed. Reasons: `BAD_REQUEST`, the `SESSION` reasons, `NAME_NOT_HELD`,
    /// `LIMIT_REACHED`, `NOT_SERVED`, `OUTCOME_UNKNOWN`.
    pub async fn proclaim(&self, path: &str, value: impl Into<Vec<u8>>) -> Result<v1::ProclaimResponse, Error> {
        let (session, path, value) = (self.token.to_string(), path.to_owned(), value.into());
        let message = v1::ProclaimRequest { session, path, value, request_id: request_id() };
        self.client.ask(message, |a, r| async move { a.elections().proclaim(r).await }).await
    }

    /// Gives up the office, or the candidacy.
    ///
    /// Does not wait for others. Repeated when needed. Reasons: `BAD_REQUEST`, the `SESSION` reasons, `NAME_NOT_HELD`,
    /// `NAME_MISMATCH`, `NOT_SERVED`, `OUTCOME_UNKNOWN`.
    pub async fn resign(&self, path: &str) -> Result<v1::ResignResponse, Error> {
        let message =
            v1::ResignRequest { session: self.token.to_string(), path: path.to_owned(), request_id: request_id() };
        self.client.ask(message, |a, r| async move { a.elections().resign(r).await }).await
    }
}

impl Client {
    /// Who leads, at least as new as all that was answered before.
    ///
    /// Repeated when needed. Reasons: `BAD_REQUEST`, `NAME_MISMATCH`, `NOT_SERVED`.
    pub async fn leader(&self, path: &str) -> Result<v1::GetLeaderResponse, Error> {
        let message = v1::GetLeaderRequest { path: path.to_owned(), consistency: v1::Consistency::Latest.into() };
        self.ask(message, |a, r| async move { a.elections().get_leader(r).await }).await
    }

    /// Watches who leads: as it is now, then each time that it changes. See [`Watch`] for what the stream does on its own;
    /// after a reconnection it begins with the present leader again.
    ///
    /// Does no IO itself. Reasons the stream can end with: `BAD_REQUEST`.
    pub fn observe_leader(&self, path: &str) -> Watch<v1::ObserveLeaderResponse> {
        watch::leader(self.pool.clone(), path.to_owned())
    }
}
