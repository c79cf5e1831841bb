//! The one place that turns errors into gRPC: a canonical code and one `google.rpc.ErrorInfo`.

use std::collections::HashMap;

use quorate_core::{
    coordination::Abortion,
    wire::{Denial, Mode, NameKind},
};
use quorate_proto::{ERROR_DOMAIN, v1::ErrorReason};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

use super::coordinate::{limit_of, range_of, why_broken};
use crate::driver::HandleError;

/// Why a call failed.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ApiError {
    /// A field of the request is missing, malformed or out of range. Nothing was changed.
    #[error("{field}: {problem}")]
    BadRequest {
        /// The field.
        field: &'static str,
        /// What is wrong and what is allowed.
        problem: String,
    },
    /// No such node is known here.
    #[error("node '{name}' is not known here")]
    NodeNotFound {
        /// Its name.
        name: String,
    },
    /// The node has had no view since its start.
    #[error("this node has had no view since it started: it is looking for others")]
    NoView,
    /// The agent is on its way out.
    #[error("the agent is stopping")]
    Stopping,
    /// The cursor cannot be read.
    #[error("the cursor {0}: start without one")]
    BadCursor(&'static str),
    /// The page token cannot be read.
    #[error("the page token cannot be read, or belongs to another listing: start again from the first page")]
    BadPageToken,
    /// A limit of the agent was reached. Nothing was changed.
    #[error("the limit of {what} is reached{}", limit.map(|limit| format!(": {limit}")).unwrap_or_default())]
    LimitReached {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed, when that is known here.
        limit: Option<usize>,
    },
    /// The node is evicted already, or is not evicted. Nothing was changed.
    #[error("node '{name}' {state}")]
    EvictionState {
        /// Its name.
        name: String,
        /// How it stands.
        state: &'static str,
    },
    /// Nobody leads the cluster database in this node's view, or with a majority. Nothing was changed.
    #[error("no leader with a majority of the voters could be reached: nothing was changed")]
    QuorumLost,
    /// The leader did not answer in time.
    #[error("the leader did not answer in time: the change may have been made or not, or may be made yet")]
    OutcomeUnknown,
    /// The state of the cluster does not allow it. Nothing was changed.
    #[error("{text}")]
    ClusterState {
        /// The state, in one word.
        state: &'static str,
        /// What it is, and what would help.
        text: &'static str,
    },
    /// It cannot be restored. Nothing was changed.
    #[error("the backup cannot be restored: {0}")]
    BadBackup(String),
    /// Somebody else did the same. Nothing was changed.
    #[error("{0}: nothing was changed")]
    Conflict(&'static str),
    /// Nobody leads sessions, names and barriers, or this agent has no copy of them. Nothing was changed.
    #[error("nobody leads sessions, names and barriers for now, or this agent has no copy of them yet")]
    NotServed,
    /// Whoever leads sessions, names and barriers denied it. Nothing was changed.
    #[error("{}", denied(.0))]
    Denied(Denial),
    /// Services cannot be defined so. Nothing was changed.
    #[error("{0}")]
    ServiceInvalid(String),
    /// There is no such service or instance. Nothing was changed.
    #[error("there is no service '{name}', or no such instance of it")]
    ServiceNotFound {
        /// Its name.
        name: String,
    },
    /// An instance cannot run on a node, or would not stay there. Nothing was changed.
    #[error("{0}")]
    CannotMove(String),
    /// A fault of the agent itself.
    #[error("{0}")]
    Internal(&'static str),
}

/// Why it was denied, for people.
fn denied(denial: &Denial) -> String {
    match denial {
        Denial::NoSession => "this needs a session: open one".into(),
        Denial::UnknownSession => "there never was such a session".into(),
        Denial::SessionEnded => "the session is over: it was closed, or it expired".into(),
        Denial::SessionLost => "the session was lost when a majority of the voters lost their memory".into(),
        Denial::WrongSecret => "this is not the token of the session".into(),
        Denial::Held { by } => format!("session {by} holds it"),
        Denial::Delayed => "it is kept free for a while: its holder expired, or was lost with the state".into(),
        Denial::NotHeld => "the session does not hold it, or not by that token".into(),
        Denial::Changed { modified } if modified.0 == 0 => "there is no such binding of the session".into(),
        Denial::Changed { modified } => format!("the binding was last changed at revision {modified}"),
        Denial::OtherKind { kind } => format!("the name is used as {}", kind_word(*kind)),
        Denial::OtherMode { mode } => format!("the name is used as {}", mode_word(*mode)),
        Denial::OtherPlan => "those who wait there say that the barrier is something else".into(),
        Denial::NotThere => "nobody is at the barrier, or the session is not".into(),
        Denial::OtherGroup => "the barrier waits for a group to which the session does not belong".into(),
        Denial::Broken { generation, why } => format!("generation {generation} was broken: {}", why_broken(why)),
        Denial::Forgotten => "the generation ended so long ago that it is not known how".into(),
        Denial::Uncertain => "it may have been done or not: this agent has missed how it ended".into(),
        Denial::OutOfRange(kind) => {
            let (field, allowed) = range_of(*kind);
            format!("{field}: {allowed}")
        }
        Denial::OtherRequest => "the request id was used for another request".into(),
        Denial::Limit { what, limit } => format!("the limit of {} is reached: {limit}", limit_of(*what)),
    }
}

fn kind_word(kind: NameKind) -> &'static str {
    match kind {
        NameKind::Binding => "a binding",
        NameKind::Lock => "a lock",
        NameKind::Election => "an office",
    }
}

fn mode_word(mode: Mode) -> String {
    match mode {
        Mode::Exclusive => "an exclusive one".into(),
        Mode::Shared => "a shared one".into(),
        Mode::Counted(limit) => format!("one that {limit} may hold"),
    }
}

fn kind_of(denial: &Denial) -> (Code, ErrorReason) {
    match denial {
        Denial::NoSession => (Code::FailedPrecondition, ErrorReason::SessionRequired),
        Denial::UnknownSession => (Code::NotFound, ErrorReason::SessionUnknown),
        Denial::SessionEnded => (Code::FailedPrecondition, ErrorReason::SessionEnded),
        Denial::SessionLost => (Code::FailedPrecondition, ErrorReason::SessionLost),
        Denial::WrongSecret => (Code::PermissionDenied, ErrorReason::SessionTokenWrong),
        Denial::Held { .. } => (Code::FailedPrecondition, ErrorReason::NameHeld),
        Denial::Delayed => (Code::FailedPrecondition, ErrorReason::NameDelayed),
        Denial::NotHeld => (Code::FailedPrecondition, ErrorReason::NameNotHeld),
        Denial::Changed { .. } => (Code::Aborted, ErrorReason::NameChanged),
        Denial::OtherKind { .. } | Denial::OtherMode { .. } => (Code::FailedPrecondition, ErrorReason::NameMismatch),
        Denial::OtherPlan | Denial::OtherGroup => (Code::FailedPrecondition, ErrorReason::BarrierMismatch),
        Denial::NotThere => (Code::NotFound, ErrorReason::BarrierNotThere),
        Denial::Broken { .. } | Denial::Forgotten => (Code::Aborted, ErrorReason::BarrierBroken),
        Denial::Uncertain => (Code::Unavailable, ErrorReason::OutcomeUnknown),
        Denial::OutOfRange(_) => (Code::InvalidArgument, ErrorReason::BadRequest),
        Denial::OtherRequest => (Code::InvalidArgument, ErrorReason::RequestIdUsed),
        Denial::Limit { .. } => (Code::ResourceExhausted, ErrorReason::LimitReached),
    }
}

fn metadata_of(denial: &Denial) -> Vec<(&'static str, String)> {
    match denial {
        Denial::Held { by } => vec![("session_id", by.to_string())],
        Denial::Changed { modified } => vec![("modified_revision", modified.to_string())],
        Denial::OutOfRange(kind) => vec![("field", range_of(*kind).0.to_owned())],
        Denial::Limit { what, limit } => {
            vec![("limit_of", limit_of(*what).to_owned()), ("limit", limit.to_string())]
        }
        Denial::Broken { generation, why } => {
            let why = match why {
                Abortion::Asked(_) => "aborted",
                Abortion::Overdue => "overdue",
                Abortion::Departed(_) | Abortion::MemberDeparted(_) => "departed",
            };
            vec![("generation", generation.to_string()), ("why", why.to_owned())]
        }
        Denial::Forgotten => vec![("why", "forgotten".to_owned())],
        _ => Vec::new(),
    }
}

impl ApiError {
    /// A field of the request is wrong.
    pub fn bad_request(field: &'static str, problem: impl Into<String>) -> Self {
        Self::BadRequest { field, problem: problem.into() }
    }

    /// The cluster was never formed, so it has no database.
    #[must_use]
    pub fn unformed() -> Self {
        Self::ClusterState { state: "unformed", text: "the cluster was never formed, as far as this node knows" }
    }

    fn kind(&self) -> (Code, ErrorReason) {
        match self {
            Self::BadRequest { .. } => (Code::InvalidArgument, ErrorReason::BadRequest),
            Self::NodeNotFound { .. } => (Code::NotFound, ErrorReason::NodeNotFound),
            Self::NoView => (Code::Unavailable, ErrorReason::NoView),
            Self::Stopping => (Code::Unavailable, ErrorReason::Stopping),
            Self::BadCursor(_) => (Code::InvalidArgument, ErrorReason::BadCursor),
            Self::BadPageToken => (Code::InvalidArgument, ErrorReason::BadPageToken),
            Self::LimitReached { .. } => (Code::ResourceExhausted, ErrorReason::LimitReached),
            Self::EvictionState { .. } => (Code::FailedPrecondition, ErrorReason::EvictionState),
            Self::QuorumLost => (Code::Unavailable, ErrorReason::QuorumLost),
            Self::OutcomeUnknown => (Code::Unavailable, ErrorReason::OutcomeUnknown),
            Self::ClusterState { .. } => (Code::FailedPrecondition, ErrorReason::ClusterState),
            Self::BadBackup(_) => (Code::InvalidArgument, ErrorReason::BadBackup),
            Self::Conflict(_) => (Code::Aborted, ErrorReason::Conflict),
            Self::NotServed => (Code::Unavailable, ErrorReason::NotServed),
            Self::Denied(denial) => kind_of(denial),
            Self::ServiceInvalid(_) => (Code::InvalidArgument, ErrorReason::ServiceInvalid),
            Self::ServiceNotFound { .. } => (Code::NotFound, ErrorReason::ServiceNotFound),
            Self::CannotMove(_) => (Code::FailedPrecondition, ErrorReason::CannotMove),
            Self::Internal(_) => (Code::Internal, ErrorReason::Internal),
        }
    }

    fn metadata(&self) -> HashMap<String, String> {
        let pairs: Vec<(&str, String)> = match self {
            Self::BadRequest { field, .. } => vec![("field", (*field).to_owned())],
            Self::NodeNotFound { name } | Self::EvictionState { name, .. } => vec![("node_name", name.clone())],
            Self::ServiceNotFound { name } => vec![("service", name.clone())],
            Self::ClusterState { state, .. } => vec![("state", (*state).to_owned())],
            Self::LimitReached { what, limit } => {
                let limit = limit.map(|limit| ("limit", limit.to_string()));
                [("limit_of", (*what).to_owned())].into_iter().chain(limit).collect()
            }
            Self::Denied(denial) => metadata_of(denial),
            _ => Vec::new(),
        };
        pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
    }
}

impl From<ApiError> for Status {
    fn from(error: ApiError) -> Self {
        let (code, reason) = error.kind();
        let name = reason.as_str_name();
        let name = name.strip_prefix("ERROR_REASON_").unwrap_or(name);
        let details = ErrorDetails::with_error_info(name, ERROR_DOMAIN, error.metadata());
        Self::with_error_details(code, error.to_string(), details)
    }
}

impl From<HandleError> for ApiError {
    fn from(error: HandleError) -> Self {
        match error {
            HandleError::Stopping => Self::Stopping,
            HandleError::Busy { limit } => Self::LimitReached { what: "commands under way", limit: Some(limit) },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use tonic::{Code, Status};
    use tonic_types::StatusExt;

    use super::ApiError;

    #[test]
    fn an_error_is_a_code_and_one_reason() {
        let status = Status::from(ApiError::bad_request("page_size", "is 7000; allowed is 1 to 1000"));
        assert_eq!(status.code(), Code::InvalidArgument);
        assert_eq!(status.message(), "page_size: is 7000; allowed is 1 to 1000");
        let info = status.get_details_error_info().unwrap();
        assert_eq!((info.reason.as_str(), info.domain.as_str()), ("BAD_REQUEST", "quorate.v1"));
        assert_eq!(info.metadata["field"], "page_size");
    }
}
