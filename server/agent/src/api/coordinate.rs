//! What the services for sessions, names, locks, elections and barriers share: the words of requests, checked; requests on
//! their way to whoever leads; and why they are denied.

use std::{sync::Arc, time::Duration};

use quorate_core::{
    coordination::{Abortion, Patience, Reply, state::Binding},
    types::{Epoch, MAX_LABEL, Path, Revision, Secret, SessionId, Token},
    wire::{Act, Denial, Done, LimitKind, Mode, NameKind, RangeKind, Request},
};
use quorate_proto::v1::{self, ResponseHeader};
use tokio::time::timeout;
use uuid::Uuid;

use super::{context::Context, error::ApiError, map};
use crate::driver::{Access, Call, Sure};

/// How long a call waits that waits for nobody else: over a change of who leads, and no longer.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// The first segment of names that are the cluster's own: those of the instances of services are there.
const OWN: &str = "_quorate";

/// Who asks, as every request tells.
pub type Proof = (SessionId, Secret);

/// The text that proves that a session is one's own: `7-42.` and 32 hexadecimal digits.
#[must_use]
pub fn session_token(session: SessionId, secret: Secret) -> String {
    format!("{session}.{:032x}", u128::from_be_bytes(secret.0))
}

/// Reads that text.
///
/// # Errors
/// [`ApiError::BadRequest`], or [`ApiError::Denied`] when there is none.
pub fn proof(text: &str) -> Result<Proof, ApiError> {
    if text.is_empty() {
        return Err(ApiError::Denied(Denial::NoSession));
    }
    let read = || {
        let (id, secret) = text.split_once('.')?;
        let secret = u128::from_str_radix(secret, 16).ok().filter(|_| secret.len() == 32)?;
        Some((session_id_of(id)?, Secret(secret.to_be_bytes())))
    };
    read().ok_or_else(|| ApiError::bad_request("session", "is no session token as OpenSession gives it"))
}

fn session_id_of(text: &str) -> Option<SessionId> {
    let (epoch, number) = text.split_once('-')?;
    Some(SessionId { epoch: Epoch(epoch.parse().ok()?), number: number.parse().ok()? })
}

/// Reads the id of a session.
///
/// # Errors
/// [`ApiError::BadRequest`].
pub fn session_id(field: &'static str, text: &str) -> Result<SessionId, ApiError> {
    session_id_of(text).ok_or_else(|| ApiError::bad_request(field, format!("{text:?} is no session id, such as 7-42")))
}

/// Reads a path.
///
/// # Errors
/// [`ApiError::BadRequest`].
pub fn path(field: &'static str, text: &str) -> Result<Path, ApiError> {
    Path::new(text).map_err(|error| ApiError::bad_request(field, error.to_string()))
}

/// Reads the path of something that a client wants to have.
///
/// # Errors
/// [`ApiError::BadRequest`], also for what is the cluster's own.
pub fn claimable(field: &'static str, text: &str) -> Result<Path, ApiError> {
    if text.split('/').next() == Some(OWN) {
        return Err(ApiError::bad_request(field, format!("what begins with {OWN}/ is the cluster's own")));
    }
    path(field, text)
}

/// Reads a short text for people: a label, a group, a request id.
///
/// # Errors
/// [`ApiError::BadRequest`].
pub fn label(field: &'static str, text: &str) -> Result<Arc<str>, ApiError> {
    if text.len() > MAX_LABEL || text.chars().any(char::is_control) {
        let problem = format!("allowed are at most {MAX_LABEL} bytes, without control characters");
        return Err(ApiError::bad_request(field, problem));
    }
    Ok(text.into())
}

/// Reads a request id, which may be absent.
///
/// # Errors
/// [`ApiError::BadRequest`].
pub fn request_id(text: &str) -> Result<Option<Arc<str>>, ApiError> {
    Ok((!text.is_empty()).then_some(label("request_id", text)?))
}

/// Reads a span.
///
/// # Errors
/// [`ApiError::BadRequest`] when it is negative or out of all measure.
pub fn span(field: &'static str, span: prost_types::Duration) -> Result<Duration, ApiError> {
    Duration::try_from(span).map_err(|_| ApiError::bad_request(field, "must not be negative"))
}

/// What an answer was true at.
#[derive(Clone, Copy, Debug)]
pub struct At(pub Revision);

/// An answer, and up to where the log went then.
pub type Answered = (Done, At);

impl Context {
    /// Has something done that waits for nobody else.
    ///
    /// # Errors
    /// [`ApiError::Denied`], and what says that nobody answers.
    pub async fn coordinate(
        &self,
        session: Option<Proof>,
        id: Option<Arc<str>>,
        act: Act,
    ) -> Result<Answered, ApiError> {
        let mut sure = self.handle.watch_sure();
        let served = sure.borrow_and_update().served;
        match timeout(PATIENCE, self.await_answer(request(session, id, act), Patience::Answer)).await {
            Ok(answered) => answered,
            // Nobody has led since it was asked, so nobody was told of it.
            Err(_) if !served && !sure.has_changed().unwrap_or(false) => Err(ApiError::NotServed),
            Err(_) => Err(ApiError::OutcomeUnknown),
        }
    }

    /// Has something done that may wait for others, for as long as the caller does.
    ///
    /// # Errors
    /// As [`Self::coordinate`].
    pub async fn coordinate_patiently(
        &self,
        session: Option<Proof>,
        id: Option<Arc<str>>,
        act: Act,
    ) -> Result<Answered, ApiError> {
        tokio::select! {
            answered = self.await_answer(request(session, id, act), Patience::Granted) => answered,
            () = self.stopping.cancelled() => Err(ApiError::Stopping),
        }
    }

    /// Asks; again when this agent has missed what became of it, which the same id makes safe.
    async fn await_answer(&self, request: Request, patience: Patience) -> Result<Answered, ApiError> {
        loop {
            let mut call = self.handle.coordinate(request.clone(), patience).await?;
            match answer(&mut call).await? {
                (Err(Denial::Uncertain), _) => {}
                (outcome, at) => return Ok((outcome.map_err(ApiError::Denied)?, at)),
            }
        }
    }

    /// A request whose answer and end are told one after the other.
    ///
    /// # Errors
    /// [`ApiError::Stopping`].
    pub async fn begin_call(&self, session: Option<Proof>, id: Option<Arc<str>>, act: Act) -> Result<Call, ApiError> {
        Ok(self.handle.coordinate(Request { session, id, act }, Patience::Lost).await?)
    }

    /// Looks at the state here; `latest` first asks whoever leads how far the log goes, and waits for that much.
    ///
    /// # Errors
    /// [`ApiError::NotServed`] when this agent has no state yet, or nobody leads.
    pub async fn look<T: Send + 'static>(
        &self,
        latest: bool,
        look: impl FnOnce(Access<'_>) -> T + Send + 'static,
    ) -> Result<(T, At), ApiError> {
        if latest {
            self.coordinate(None, None, Act::Sync).await?;
        }
        // An agent that has just started gets its copy before long.
        self.await_sure(|sure| sure.origin != Epoch::default()).await?;
        let seen = self.handle.look(|access| {
            let at = access.state().map(|state| (state.origin(), state.revision()));
            at.map(|at| (look(access), at))
        });
        let (value, (origin, revision)) = seen.await?.ok_or(ApiError::NotServed)?;
        // Whoever leads is ahead of what is sure: nothing is told that may yet be lost.
        let reached = self.await_sure(|sure| sure.origin != origin || sure.revision >= revision).await?;
        if reached.origin == origin { Ok((value, At(revision))) } else { Err(ApiError::NotServed) }
    }

    /// Waits, for a bounded time, until so much is sure here.
    ///
    /// # Errors
    /// [`ApiError::NotServed`] when it does not come, and [`ApiError::Stopping`].
    pub async fn await_sure(&self, reached: impl FnMut(&Sure) -> bool) -> Result<Sure, ApiError> {
        match timeout(PATIENCE, self.handle.watch_sure().wait_for(reached)).await {
            Ok(Ok(sure)) => Ok(*sure),
            Ok(Err(_)) => Err(ApiError::Stopping),
            Err(_) => Err(ApiError::NotServed),
        }
    }

    /// What an answer was true at.
    #[must_use]
    pub fn header_when(&self, At(revision): At) -> Option<ResponseHeader> {
        self.header().map(|header| ResponseHeader { revision: revision.0, ..header })
    }
}

/// A request that is done once, however often this agent asks: with an id of its own when the client gives none.
fn request(session: Option<Proof>, id: Option<Arc<str>>, act: Act) -> Request {
    let repeats = matches!(act, Act::Renew | Act::Close | Act::Sync);
    let id = id.or_else(|| (!repeats).then(|| Uuid::new_v4().simple().to_string().into()));
    Request { session, id, act }
}

/// The answer to a call.
///
/// # Errors
/// [`ApiError::Stopping`] when the agent stops.
pub async fn answer(call: &mut Call) -> Result<(Result<Done, Denial>, At), ApiError> {
    match call.next().await {
        Some(Reply::Answer(answer)) => Ok((answer.outcome, At(answer.revision))),
        // The session, or what was asked for, was over before it was told.
        Some(Reply::Lost(_)) => Ok((Err(Denial::SessionEnded), At(Revision::default()))),
        None => Err(ApiError::Stopping),
    }
}

/// A token, as the API tells it.
#[must_use]
pub fn token(token: Token) -> v1::Token {
    v1::Token { epoch: token.epoch.0, counter: token.counter }
}

/// A binding, as the API tells it.
#[must_use]
pub fn binding(binding: &Binding) -> v1::Binding {
    v1::Binding {
        path: binding.path.to_string(),
        kind: kind(binding.kind).into(),
        mode: mode(binding.mode).into(),
        session_id: binding.session.to_string(),
        value: binding.value.to_vec(),
        token: Some(token(binding.token)),
        modified_revision: binding.modified.0,
    }
}

/// About how many bytes a binding takes in an answer.
#[must_use]
pub fn weight(binding: &v1::Binding) -> usize {
    128 + binding.path.len() + binding.value.len()
}

fn kind(kind: NameKind) -> v1::NameKind {
    match kind {
        NameKind::Binding => v1::NameKind::Binding,
        NameKind::Lock => v1::NameKind::Lock,
        NameKind::Election => v1::NameKind::Election,
    }
}

fn mode(mode: Mode) -> v1::NameMode {
    match mode {
        Mode::Exclusive => v1::NameMode::Exclusive,
        Mode::Shared => v1::NameMode::Shared,
        Mode::Counted(_) => v1::NameMode::Counted,
    }
}

/// What a limit is on, for people.
#[must_use]
pub fn limit_of(kind: LimitKind) -> &'static str {
    match kind {
        LimitKind::Sessions => "sessions",
        LimitKind::ClientSessions => "sessions of one client",
        LimitKind::Names => "names and barriers",
        LimitKind::SessionNames => "names and barriers of one session",
        LimitKind::ValueBytes => "bytes of a value",
        LimitKind::StateBytes => "bytes of all sessions, names and barriers",
        LimitKind::Holders => "holders of one name",
        LimitKind::Queue => "places in the queue for one name",
        LimitKind::Participants => "participants of one barrier",
        LimitKind::Requests => "requests under way",
    }
}

/// A value out of its range: the field, and what is allowed.
#[must_use]
pub fn range_of(kind: RangeKind) -> (&'static str, &'static str) {
    match kind {
        RangeKind::Ttl => ("ttl", "allowed are 1 s to 1 h"),
        RangeKind::Delay => ("delay", "allowed are 0 to 60 s"),
        RangeKind::Holders => ("limit", "must be 1 or more"),
        RangeKind::Parties => ("count", "must be 1 or more"),
    }
}

/// Why a generation was broken, for people.
#[must_use]
pub fn why_broken(why: &Abortion) -> String {
    match why {
        Abortion::Asked(reason) => format!("aborted: {reason}"),
        Abortion::Overdue => "not all came in time".to_owned(),
        Abortion::Departed(session) => format!("session {session} is over"),
        Abortion::MemberDeparted(node) => format!("node {node} left the view"),
    }
}

/// A span, as the API tells it.
#[must_use]
pub fn duration(span: Duration) -> Option<prost_types::Duration> {
    Some(map::duration(span))
}
