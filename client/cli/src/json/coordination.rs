//! Sessions, names, locks, offices and barriers.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quorate::{
    Session as Own,
    v1::{self, name_change, session_change::Change},
};
use serde::Serialize;

use super::{Header, list, some_text};
use crate::words::{seconds, word};

/// A fencing token.
#[derive(Debug, Serialize)]
pub struct Token {
    epoch: u64,
    counter: u64,
}

impl From<&v1::Token> for Token {
    fn from(token: &v1::Token) -> Self {
        Self { epoch: token.epoch, counter: token.counter }
    }
}

/// A name as one session has it.
#[derive(Debug, Serialize)]
pub struct Binding {
    path: String,
    kind: String,
    mode: String,
    session_id: String,
    /// As text; null when it is none.
    value: Option<String>,
    value_base64: String,
    token: Option<Token>,
    modified_revision: u64,
}

impl From<&v1::Binding> for Binding {
    fn from(binding: &v1::Binding) -> Self {
        Self {
            path: binding.path.clone(),
            kind: word::<v1::NameKind>(binding.kind),
            mode: word::<v1::NameMode>(binding.mode),
            session_id: binding.session_id.clone(),
            value: String::from_utf8(binding.value.clone()).ok(),
            value_base64: STANDARD.encode(&binding.value),
            token: binding.token.as_ref().map(Token::from),
            modified_revision: binding.modified_revision,
        }
    }
}

/// `names`.
#[derive(Debug, Serialize)]
pub struct Names {
    header: Option<Header>,
    bindings: Vec<Binding>,
}

impl From<&v1::ListNamesResponse> for Names {
    fn from(answer: &v1::ListNamesResponse) -> Self {
        Self { header: answer.header.as_ref().map(Header::from), bindings: list(&answer.bindings) }
    }
}

/// `lock --show`.
#[derive(Debug, Serialize)]
pub struct Lock {
    header: Option<Header>,
    holders: Vec<Binding>,
    waiting: u32,
    waiting_session_ids: Vec<String>,
    delayed: bool,
    holder_count: u32,
    limit: Option<u32>,
}

impl From<&v1::GetLockResponse> for Lock {
    fn from(answer: &v1::GetLockResponse) -> Self {
        Self {
            header: answer.header.as_ref().map(Header::from),
            holders: list(&answer.holders),
            waiting: answer.waiting,
            waiting_session_ids: answer.waiting_session_ids.clone(),
            delayed: answer.delayed,
            holder_count: answer.holder_count,
            limit: (answer.limit > 0).then_some(answer.limit),
        }
    }
}

/// `elect --show`, and a line of `elect --observe`.
#[derive(Debug, Serialize)]
pub struct Leader {
    header: Option<Header>,
    leader: Option<Binding>,
}

impl Leader {
    pub fn new(header: Option<&v1::ResponseHeader>, leader: Option<&v1::Binding>) -> Self {
        Self { header: header.map(Header::from), leader: leader.map(Binding::from) }
    }
}

/// A line of `watch`.
#[derive(Debug, Serialize)]
pub struct NameChange<'a> {
    /// "snapshot", "bound" or "unbound".
    pub event: &'static str,
    pub cursor: &'a str,
    /// Why a snapshot was sent, or a name unbound.
    pub reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bindings: Option<Vec<Binding>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub binding: Option<Binding>,
}

/// A session.
#[derive(Debug, Serialize)]
pub struct Session {
    session_id: String,
    label: Option<String>,
    group: Option<String>,
    ttl_seconds: Option<f64>,
    left_seconds: Option<f64>,
    node_name: String,
    paths: Vec<String>,
    barrier_paths: Vec<String>,
}

impl From<&v1::Session> for Session {
    fn from(session: &v1::Session) -> Self {
        Self {
            session_id: session.session_id.clone(),
            label: some_text(&session.label),
            group: some_text(&session.group),
            ttl_seconds: session.ttl.as_ref().and_then(seconds),
            left_seconds: session.left.as_ref().and_then(seconds),
            node_name: session.node_name.clone(),
            paths: session.paths.clone(),
            barrier_paths: session.barrier_paths.clone(),
        }
    }
}

/// An event of kind `session`.
#[derive(Debug, Serialize)]
pub struct SessionChange {
    revision: u64,
    /// "opened", or why it is over.
    change: String,
    session_id: String,
    label: Option<String>,
}

impl From<&v1::SessionChange> for SessionChange {
    fn from(event: &v1::SessionChange) -> Self {
        let (change, session_id, label) = match &event.change {
            Some(Change::Opened(session)) => ("opened".to_owned(), &session.session_id, &session.label),
            Some(Change::Ended(ended)) => (word::<v1::EndReason>(ended.reason), &ended.session_id, &ended.label),
            None => ("unknown".to_owned(), &String::new(), &String::new()),
        };
        Self { revision: event.revision, change, session_id: session_id.clone(), label: some_text(label) }
    }
}

/// An event of kind `name`.
#[derive(Debug, Serialize)]
pub struct NameEvent {
    revision: u64,
    /// "bound", or why it is no more.
    change: String,
    binding: Option<Binding>,
}

impl From<&v1::NameChange> for NameEvent {
    fn from(event: &v1::NameChange) -> Self {
        let (change, binding) = match &event.change {
            Some(name_change::Change::Bound(binding)) => ("bound".to_owned(), Some(binding)),
            Some(name_change::Change::Unbound(unbound)) => {
                (word::<v1::EndReason>(unbound.reason), unbound.binding.as_ref())
            }
            None => ("unknown".to_owned(), None),
        };
        Self { revision: event.revision, change, binding: binding.map(Binding::from) }
    }
}

/// An event of kind `barrier`.
#[derive(Debug, Serialize)]
pub struct BarrierStep {
    revision: u64,
    path: String,
    generation: u64,
    step: String,
    session_id: Option<String>,
    broken: Option<String>,
}

impl From<&v1::BarrierStep> for BarrierStep {
    fn from(step: &v1::BarrierStep) -> Self {
        Self {
            revision: step.revision,
            path: step.path.clone(),
            generation: step.generation,
            step: word::<v1::BarrierStepKind>(step.kind),
            session_id: some_text(&step.session_id),
            broken: some_text(&step.broken),
        }
    }
}

/// `sessions`.
#[derive(Debug, Serialize)]
pub struct Sessions {
    header: Option<Header>,
    sessions: Vec<Session>,
}

impl From<&v1::ListSessionsResponse> for Sessions {
    fn from(answer: &v1::ListSessionsResponse) -> Self {
        Self { header: answer.header.as_ref().map(Header::from), sessions: list(&answer.sessions) }
    }
}

/// How a barrier stands.
#[derive(Debug, Serialize)]
pub struct Barrier {
    path: String,
    generation: u64,
    inside: bool,
    double: bool,
    arrived_session_ids: Vec<String>,
    leaving_session_ids: Vec<String>,
    missing: u32,
    missing_nodes: Vec<String>,
    missing_session_ids: Vec<String>,
    past: Vec<PastGeneration>,
}

/// How a generation ended.
#[derive(Debug, Serialize)]
struct PastGeneration {
    generation: u64,
    released: bool,
    broken: Option<String>,
}

impl From<&v1::PastGeneration> for PastGeneration {
    fn from(past: &v1::PastGeneration) -> Self {
        Self { generation: past.generation, released: past.released, broken: some_text(&past.broken) }
    }
}

impl From<&v1::Barrier> for Barrier {
    fn from(barrier: &v1::Barrier) -> Self {
        Self {
            path: barrier.path.clone(),
            generation: barrier.generation,
            inside: barrier.inside,
            double: barrier.plan.as_ref().is_some_and(|plan| plan.is_double),
            arrived_session_ids: barrier.arrived_session_ids.clone(),
            leaving_session_ids: barrier.leaving_session_ids.clone(),
            missing: barrier.missing,
            missing_nodes: barrier.missing_nodes.clone(),
            missing_session_ids: barrier.missing_session_ids.clone(),
            past: list(&barrier.past),
        }
    }
}

/// `barrier list` and `barrier show`.
#[derive(Debug, Serialize)]
pub struct Barriers {
    header: Option<Header>,
    barriers: Vec<Barrier>,
}

impl Barriers {
    pub fn new(header: Option<&v1::ResponseHeader>, barriers: &[v1::Barrier]) -> Self {
        Self { header: header.map(Header::from), barriers: list(barriers) }
    }
}

/// What `lock`, `elect`, `bind` and `barrier enter` say without a command.
#[derive(Debug, Serialize)]
pub struct Tenure<'a> {
    /// "held", "leading", "bound" or "passed".
    pub event: &'static str,
    pub path: &'a str,
    pub session_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Token>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
}

impl<'a> Tenure<'a> {
    pub fn new(event: &'static str, path: &'a str, session: &'a Own) -> Self {
        Self { event, path, session_id: session.id(), token: None, generation: None }
    }
}
