//! Sessions: what a program holds in the cluster rests on one.

mod clock;
mod keep;
mod options;
mod pending;

use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::once;
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::sleep;
use tonic::{Response, Status};

use self::clock::Moment;
use self::keep::{Keeper, Standing};
pub use self::options::SessionOptions;
use self::pending::Pending;
use crate::client::Client;
use crate::error::Error;
use crate::{request_id, v1};

/// After a suspension of the machine, timers are late by as long; the clock is looked at this often at least.
const LOOK: Duration = Duration::from_secs(1);

/// A session that is kept alive at whichever agent answers. Cheap to clone.
///
/// What it holds - bindings, locks, offices, places in queues and at barriers - goes when it ends: when it is
/// [closed](Self::close), or when nothing was heard of it for its time. It survives the loss of agents.
///
/// **What must be watched.** Whoever holds something may act on it only while the session [is live](Self::is_live), which
/// is counted from when the last sign of life that was answered was *sent*, by a clock that counts suspensions; before that
/// time is over nobody else is given what it holds. Stop when [`lost`](Self::lost) comes. Against a pause between looking
/// and acting there are the fencing tokens: have what is protected refuse lower ones than it has seen.
///
/// **The task.** Each session has a task that keeps it alive; it ends with the last clone, and the session when its time is
/// over.
#[derive(Debug, Clone)]
pub struct Session {
    pub(crate) client: Client,
    pub(crate) token: Arc<str>,
    id: Arc<str>,
    ttl: Duration,
    standing: watch::Receiver<Standing>,
    pub(crate) pending: Pending,
    _keeper: Arc<Guard>,
}

/// Ends the task with the last clone.
#[derive(Debug)]
struct Guard(AbortHandle);

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Why a session's holder may not act any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Loss {
    /// No agent answered in time: what the session holds may be somebody else's before long. When an agent answers again
    /// and the session is still there, it [is live](Session::is_live) again.
    #[error("no agent could keep the session alive in time")]
    Silent,
    /// The session is over: `SESSION_ENDED`, `SESSION_LOST`, or another refusal.
    #[error(transparent)]
    Ended(Error),
}

impl Client {
    /// Opens a session, and keeps it alive from then on.
    ///
    /// Blocks until it is open. Repeated when needed: it is opened once. Reasons: `BAD_REQUEST`, `LIMIT_REACHED`,
    /// `NOT_SERVED`.
    pub async fn open_session(&self, options: SessionOptions) -> Result<Session, Error> {
        options.check()?;
        let SessionOptions { ttl, label, group, process } = options;
        let message = v1::OpenSessionRequest {
            ttl: ttl.try_into().ok(),
            label,
            group,
            request_id: request_id(),
            process_id: process,
        };
        let sent = Moment::now();
        let opened = self.ask(message, |a, r| async move { a.sessions().open_session(r).await }).await?;
        Ok(self.keep(opened.session, opened.session_id, ttl, sent))
    }

    /// Takes up a session that was opened elsewhere, or by this program before it was restarted, by its
    /// [token](Session::token); keeps it alive from then on. What it holds, it still holds: the same call gets the same
    /// fencing token.
    ///
    /// Blocks until it is kept alive. Repeated when needed. Reasons: `BAD_REQUEST`, `SESSION_UNKNOWN`, `SESSION_ENDED`,
    /// `SESSION_LOST`, `SESSION_TOKEN_WRONG`, `NOT_SERVED`.
    pub async fn resume_session(&self, token: &str) -> Result<Session, Error> {
        let sent = Moment::now();
        let sign = v1::KeepAliveRequest { session: token.to_owned() };
        let kept = self
            .ask(sign, |a, r| async move {
                let mut answers = a.sessions().keep_alive(r.map(|sign| once(ready(sign)))).await?.into_inner();
                let answer = answers.message().await?;
                answer.map(Response::new).ok_or_else(|| Status::unavailable("the stream was ended"))
            })
            .await?;
        let ttl = kept.ttl.and_then(|ttl| ttl.try_into().ok()).unwrap_or_default();
        Ok(self.keep(token.to_owned(), kept.session_id, ttl, sent))
    }

    /// Keeps a session alive whose last sign of life was sent then.
    fn keep(&self, token: String, id: String, ttl: Duration, sent: Moment) -> Session {
        let (extend, standing) = watch::channel(Standing::Until(sent.after(ttl)));
        let keeper = Keeper { pool: self.pool.clone(), session: token.clone(), ttl, standing: extend };
        let keeper = Arc::new(Guard(tokio::spawn(keeper.keep()).abort_handle()));
        let (client, token, id, pending) = (self.clone(), token.into(), id.into(), Pending::default());
        Session { client, token, id, ttl, standing, pending, _keeper: keeper }
    }

    /// The sessions that the answering agent knows, in the order in which they were opened; all pages as one answer.
    ///
    /// Does not block. Repeated when needed. Reasons: `NOT_SERVED`.
    pub async fn sessions(&self) -> Result<v1::ListSessionsResponse, Error> {
        self.pages(|a, page_size, page_token| async move {
            let request = a.request(v1::ListSessionsRequest { page_size, page_token });
            a.sessions().list_sessions(request).await
        })
        .await
    }

    /// One session, as the answering agent knows it.
    ///
    /// Does not block. Repeated when needed. Reasons: `BAD_REQUEST`, `SESSION_UNKNOWN`, `SESSION_ENDED`, `SESSION_LOST`,
    /// `NOT_SERVED`.
    pub async fn session(&self, session_id: &str) -> Result<v1::GetSessionResponse, Error> {
        let message = v1::GetSessionRequest { session_id: session_id.to_owned() };
        self.ask(message, |a, r| async move { a.sessions().get_session(r).await }).await
    }
}

impl Session {
    /// Its id, which others see; no secret.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The text that proves that the session is one's own, for calls made by other means. Whoever has it may act for the
    /// session.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// How long it lives without a sign of life.
    pub fn ttl(&self) -> Duration {
        self.ttl
    }

    /// Whether what it holds may be acted on at this moment.
    pub fn is_live(&self) -> bool {
        !self.left().is_zero()
    }

    /// For how long it surely lives, when no further sign of life is answered; zero when that is not known.
    pub fn left(&self) -> Duration {
        match &*self.standing.borrow() {
            Standing::Until(end) => end.left(),
            Standing::Ended(_) => Duration::ZERO,
        }
    }

    /// Waits until the session is over, or until less than `margin` of its time is left: time enough to stop what rests on
    /// it. Two of three signs of life may fail before a third of its time is left.
    ///
    /// After a suspension of the machine it may come up to 1 s late; [`is_live`](Self::is_live) does not.
    pub async fn lost(&self, margin: Duration) -> Loss {
        let mut standing = self.standing.clone();
        loop {
            let end = match &*standing.borrow_and_update() {
                Standing::Until(end) => *end,
                Standing::Ended(error) => return Loss::Ended(error.clone()),
            };
            let left = end.left().saturating_sub(margin);
            if left.is_zero() {
                return Loss::Silent;
            }
            tokio::select! {
                Ok(()) = standing.changed() => {}
                () = sleep(left.min(LOOK)) => {}
            }
        }
    }

    /// Ends the session, and with it all it holds, at once.
    ///
    /// Blocks until that is so. Repeated when needed. Reasons: `SESSION_LOST`, `NOT_SERVED`.
    pub async fn close(self) -> Result<(), Error> {
        let message = v1::CloseSessionRequest { session: self.token.to_string() };
        self.client.ask(message, |a, r| async move { a.sessions().close_session(r).await }).await.map(drop)
    }
}
