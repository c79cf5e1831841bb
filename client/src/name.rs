//! Names.

use crate::client::Client;
use crate::error::Error;
use crate::options::OptionsError;
use crate::session::Session;
use crate::watch::{self, NameWatchOptions, Watch};
use crate::{request_id, v1};

impl Session {
    /// Binds a path to a value (64 KiB at most) with nobody else, or gives a binding of the session another value; the
    /// answer has the binding's token and revision.
    ///
    /// Does not wait for others. Repeated when needed: it is done once. Reasons: `BAD_REQUEST`, the `SESSION` reasons,
    /// `NAME_HELD`, `NAME_MISMATCH`, `LIMIT_REACHED`, `NOT_SERVED`, `OUTCOME_UNKNOWN`.
    pub async fn bind(&self, path: &str, value: impl Into<Vec<u8>>) -> Result<v1::BindNameResponse, Error> {
        self.bind_name(v1::BindNameRequest { path: path.to_owned(), value: value.into(), ..<_>::default() }).await
    }

    /// The same, shared with others (`shared`), or only when it was last changed at `expected_revision`. The session and the
    /// request id are filled in here.
    ///
    /// As [`bind`](Self::bind), with one more reason: `NAME_CHANGED`.
    pub async fn bind_name(&self, request: v1::BindNameRequest) -> Result<v1::BindNameResponse, Error> {
        let message = v1::BindNameRequest { session: self.token.to_string(), request_id: request_id(), ..request };
        self.client.ask(message, |a, r| async move { a.names().bind_name(r).await }).await
    }

    /// Gives up a binding of the session.
    ///
    /// Does not wait for others. Repeated when needed. Reasons: `BAD_REQUEST`, the `SESSION` reasons, `NAME_NOT_HELD`,
    /// `NAME_MISMATCH`, `NOT_SERVED`, `OUTCOME_UNKNOWN`.
    pub async fn unbind(&self, path: &str) -> Result<v1::UnbindNameResponse, Error> {
        let (session, path) = (self.token.to_string(), path.to_owned());
        let message = v1::UnbindNameRequest { session, path, expected_revision: None, request_id: request_id() };
        self.client.ask(message, |a, r| async move { a.names().unbind_name(r).await }).await
    }
}

impl Client {
    /// The bindings of one path, at least as new as all that was answered before: none when it is free, several when it is
    /// shared.
    ///
    /// Repeated when needed. Reasons: `BAD_REQUEST`, `NOT_SERVED`.
    pub async fn name(&self, path: &str) -> Result<v1::GetNameResponse, Error> {
        let message = v1::GetNameRequest { path: path.to_owned(), consistency: v1::Consistency::Latest.into() };
        self.ask(message, |a, r| async move { a.names().get_name(r).await }).await
    }

    /// The bindings of all paths that begin with a text, as the answering agent has them, in the order of the paths; all
    /// pages as one answer.
    ///
    /// Each page is as things are when it is asked for; for one moment's state and what follows use
    /// [`watch_names`](Self::watch_names). Repeated when needed. Reasons: `BAD_REQUEST`, `NOT_SERVED`.
    pub async fn names(&self, prefix: &str) -> Result<v1::ListNamesResponse, Error> {
        self.pages(|a, page_size, page_token| {
            let consistency = v1::Consistency::Local.into();
            let message = v1::ListNamesRequest { prefix: prefix.to_owned(), consistency, page_size, page_token };
            async move { a.names().list_names(a.request(message)).await }
        })
        .await
    }

    /// Watches the bindings of all paths that begin with a text, without gaps. See [`Watch`] for what the stream does on its
    /// own.
    ///
    /// Does no IO itself: the call is made when the stream is first polled. Reasons the stream can end with:
    /// `BAD_REQUEST`, `BAD_CURSOR`.
    pub fn watch_names(&self, options: NameWatchOptions) -> Result<Watch<v1::WatchNamesResponse>, OptionsError> {
        watch::names(self.pool.clone(), options)
    }
}
