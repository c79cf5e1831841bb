//! The one place that turns errors into gRPC: a canonical code and one `google.rpc.ErrorInfo`.

use std::collections::HashMap;

use quorate_proto::{ERROR_DOMAIN, v1::ErrorReason};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

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
    /// A fault of the agent itself.
    #[error("{0}")]
    Internal(&'static str),
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
            Self::Internal(_) => (Code::Internal, ErrorReason::Internal),
        }
    }

    fn metadata(&self) -> HashMap<String, String> {
        let pairs: Vec<(&str, String)> = match self {
            Self::BadRequest { field, .. } => vec![("field", (*field).to_owned())],
            Self::NodeNotFound { name } | Self::EvictionState { name, .. } => vec![("node_name", name.clone())],
            Self::ClusterState { state, .. } => vec![("state", (*state).to_owned())],
            Self::LimitReached { what, limit } => {
                let limit = limit.map(|limit| ("limit", limit.to_string()));
                [("limit_of", (*what).to_owned())].into_iter().chain(limit).collect()
            }
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
