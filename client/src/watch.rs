//! Watches: what they are asked for, and the stream a caller reads.

mod options;
mod resume;
mod session;

use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::Stream;
use futures_util::stream::BoxStream;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::attempt::Attempt;
use crate::error::{Error, Tried};
use crate::options::OptionsError;
use crate::pool::Pool;
use crate::v1;

use options::ResumeOptions;
pub use options::{EventWatchOptions, MembershipWatchOptions, NameWatchOptions};
pub(crate) use session::GOOD_AFTER;

/// A stream of what an agent sends, which reconnects and resumes by itself.
///
/// **What comes.** Everything the agent sends, unchanged: a snapshot first, then changes, and bookmarks while all is
/// quiet. Each message has a cursor that resumes after it, also in another watch or another process.
///
/// **What it does on its own.** When the stream breaks, ends, or is silent for `idle_timeout`, the same watch is opened
/// after the last message, at the next endpoint, round and round with growing pauses (with jitter, 4 s at most). The
/// agent then sends a snapshot that says how it went on: `RESUMED` means that there is no gap, `LAGGED` and
/// `HISTORY_DROPPED` mean that there is one and that this snapshot bridges it. All three are passed on.
///
/// **When it ends.** With one error and then `None`: a refusal that another agent would repeat (as `BAD_CURSOR`), or
/// [`Error::Unavailable`] when `give_up_after` is set and passed. Otherwise never.
///
/// **Polling.** Works only while it is polled; nothing runs in the background. A reader that does not poll is held
/// back by HTTP/2 flow control, and the agent sends a `LAGGED` snapshot if it fell too far behind. Dropping the watch
/// cancels the call.
pub struct Watch<M> {
    messages: BoxStream<'static, Result<M, Error>>,
    status: watch::Receiver<WatchStatus>,
}

/// Whether a watch is connected now. What it sent last may be out of date while it is not.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WatchStatus {
    /// Looking for an agent that answers, since this moment.
    Connecting {
        /// When the last connection ended or, before the first, the watch was made.
        since: Instant,
        /// What failed last, if anything did.
        failed: Option<Tried>,
    },
    /// Messages come from this endpoint.
    Connected {
        /// The endpoint as `host:port`.
        endpoint: String,
    },
}

impl<M> Watch<M> {
    /// Whether the watch was connected when it was last polled.
    pub fn status(&self) -> WatchStatus {
        self.status.borrow().clone()
    }
}

impl<M> Stream for Watch<M> {
    type Item = Result<M, Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.messages.as_mut().poll_next(cx)
    }
}

impl<M> std::fmt::Debug for Watch<M> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("status", &*self.status.borrow()).finish_non_exhaustive()
    }
}

/// Watches the membership.
pub(crate) fn membership(
    pool: Pool,
    options: MembershipWatchOptions,
) -> Result<Watch<v1::WatchMembershipResponse>, OptionsError> {
    options.check()?;
    let figures_interval = options.figures_interval.and_then(|interval| interval.try_into().ok());
    let open = move |a: Attempt, cursor: String| async move {
        let request = v1::WatchMembershipRequest { cursor, figures_interval };
        a.membership().watch_membership(a.request(request)).await
    };
    let cursor = options.cursor.unwrap_or_default();
    Ok(resume::watch(pool, options.resume, cursor, open, |message| &message.cursor))
}

/// Watches the events.
pub(crate) fn events(pool: Pool, options: EventWatchOptions) -> Result<Watch<v1::WatchEventsResponse>, OptionsError> {
    options.resume.check()?;
    let kinds: Vec<i32> = options.kinds.iter().map(|&kind| kind.into()).collect();
    let path_prefix = options.path_prefix;
    let open = move |a: Attempt, cursor: String| {
        let request = v1::WatchEventsRequest { cursor, kinds: kinds.clone(), path_prefix: path_prefix.clone() };
        async move { a.events().watch_events(a.request(request)).await }
    };
    let cursor = options.cursor.unwrap_or_default();
    Ok(resume::watch(pool, options.resume, cursor, open, |message| &message.cursor))
}

/// Watches names.
pub(crate) fn names(pool: Pool, options: NameWatchOptions) -> Result<Watch<v1::WatchNamesResponse>, OptionsError> {
    let NameWatchOptions { prefix, cursor, resume } = options;
    resume.check()?;
    let open = move |a: Attempt, cursor: String| {
        let request = v1::WatchNamesRequest { prefix: prefix.clone(), cursor };
        async move { a.names().watch_names(a.request(request)).await }
    };
    Ok(resume::watch(pool, resume, cursor.unwrap_or_default(), open, |message| &message.cursor))
}

/// Watches who leads.
pub(crate) fn leader(pool: Pool, path: String) -> Watch<v1::ObserveLeaderResponse> {
    let open = move |a: Attempt, _| {
        let request = v1::ObserveLeaderRequest { path: path.clone() };
        async move { a.elections().observe_leader(a.request(request)).await }
    };
    resume::watch(pool, ResumeOptions::default(), String::new(), open, |_| "")
}

/// Watches how a barrier stands.
pub(crate) fn barrier(pool: Pool, path: String) -> Watch<v1::WatchBarrierResponse> {
    let open = move |a: Attempt, _| {
        let request = v1::WatchBarrierRequest { path: path.clone() };
        async move { a.barriers().watch_barrier(a.request(request)).await }
    };
    resume::watch(pool, ResumeOptions::default(), String::new(), open, |_| "")
}

/// Watches how recovery stands.
pub(crate) fn recovery(pool: Pool) -> Watch<v1::WatchRecoveryResponse> {
    let open = |a: Attempt, _| async move {
        let request = a.request(v1::WatchRecoveryRequest {});
        a.recovery().watch_recovery(request).await
    };
    resume::watch(pool, ResumeOptions::default(), String::new(), open, |_| "")
}
