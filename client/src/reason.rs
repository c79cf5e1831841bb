//! Why an agent refused a call, as a type.

use std::fmt;

use quorate_proto::ERROR_DOMAIN;
use tonic_types::StatusExt;

use crate::v1::ErrorReason;

/// What [`ErrorReason`] puts before each of its names.
const PREFIX: &str = "ERROR_REASON_";

/// The documented reason of an error, from the `google.rpc.ErrorInfo` that every error of an agent carries.
///
/// Match on this, never on a message. [`ErrorReason`] says what each one means and whether a retry helps.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A field of the request is missing, malformed or out of range. Do not retry.
    BadRequest,
    /// The answering node knows no node of that name.
    NodeNotFound,
    /// The answering node has had no view since it started. Retry, or ask another node.
    NoView,
    /// The agent is stopping or leaving the cluster. Ask another node.
    Stopping,
    /// The cursor cannot be read, or belongs to another cluster. Start without one.
    BadCursor,
    /// The page token cannot be read. Start again from the first page.
    BadPageToken,
    /// A limit of the agent was reached. Retry with backoff.
    LimitReached,
    /// The node is evicted already, or is not evicted.
    EvictionState,
    /// The view changed before the call was done. Retry after reading the new view.
    ViewChanged,
    /// A fault of the agent itself; its log has more.
    Internal,
    /// No leader of the cluster database could be reached. Nothing was changed. Retry when there is quorum.
    QuorumLost,
    /// The leader did not answer in time: the change may have been made or not. Retry, which is safe.
    OutcomeUnknown,
    /// The state of the cluster does not allow it: it has a majority, is in transition, was never formed, or the node does
    /// not vote. Nothing was changed.
    ClusterState,
    /// It cannot be restored: it is no backup, is damaged, of a later version or of another cluster. Nothing was changed.
    BadBackup,
    /// Somebody else did the same at the same time. Nothing was changed. Retry.
    Conflict,
    /// Nobody leads sessions, names and barriers for now. Nothing was changed. Retry, or ask another node.
    NotServed,
    /// The call needs a session.
    SessionRequired,
    /// There never was such a session in this cluster.
    SessionUnknown,
    /// The session is over: it was closed, or it expired. Open another one.
    SessionEnded,
    /// The session was lost when a majority of the voters lost their memory. Open another one.
    SessionLost,
    /// The text that should prove that the session is the caller's own is not that of the session.
    SessionTokenWrong,
    /// Somebody else holds the name. Nothing was changed.
    NameHeld,
    /// The name is kept free for a while after its holder expired. Retry later, or queue.
    NameDelayed,
    /// The session does not hold the name, or not by that token. Nothing was changed.
    NameNotHeld,
    /// The binding was last changed at another revision than expected. Nothing was changed. Read it and retry.
    NameChanged,
    /// The name is used as something else, or in another mode. Nothing was changed.
    NameMismatch,
    /// The barrier is something else for those who wait there. Nothing was changed.
    BarrierMismatch,
    /// Nobody is at the barrier, or the session is not.
    BarrierNotThere,
    /// The generation of the barrier ended without passing.
    BarrierBroken,
    /// The request id was used for another request of the session. Nothing was changed.
    RequestIdUsed,
    /// Services cannot be defined so; the message says all that is wrong. Nothing was changed. Do not retry.
    ServiceInvalid,
    /// There is no service or instance of that name. Nothing was changed.
    ServiceNotFound,
    /// The instance cannot run on that node, or would not stay there. Nothing was changed.
    CannotMove,
    /// A reason that this version of the client does not know, as the agent wrote it.
    Unknown(String),
}

impl Reason {
    /// The reason as it goes over the wire, as in `NO_VIEW`.
    pub fn as_str(&self) -> &str {
        let known = match self {
            Self::BadRequest => ErrorReason::BadRequest,
            Self::NodeNotFound => ErrorReason::NodeNotFound,
            Self::NoView => ErrorReason::NoView,
            Self::Stopping => ErrorReason::Stopping,
            Self::BadCursor => ErrorReason::BadCursor,
            Self::BadPageToken => ErrorReason::BadPageToken,
            Self::LimitReached => ErrorReason::LimitReached,
            Self::EvictionState => ErrorReason::EvictionState,
            Self::ViewChanged => ErrorReason::ViewChanged,
            Self::Internal => ErrorReason::Internal,
            Self::QuorumLost => ErrorReason::QuorumLost,
            Self::OutcomeUnknown => ErrorReason::OutcomeUnknown,
            Self::ClusterState => ErrorReason::ClusterState,
            Self::BadBackup => ErrorReason::BadBackup,
            Self::Conflict => ErrorReason::Conflict,
            Self::NotServed => ErrorReason::NotServed,
            Self::SessionRequired => ErrorReason::SessionRequired,
            Self::SessionUnknown => ErrorReason::SessionUnknown,
            Self::SessionEnded => ErrorReason::SessionEnded,
            Self::SessionLost => ErrorReason::SessionLost,
            Self::SessionTokenWrong => ErrorReason::SessionTokenWrong,
            Self::NameHeld => ErrorReason::NameHeld,
            Self::NameDelayed => ErrorReason::NameDelayed,
            Self::NameNotHeld => ErrorReason::NameNotHeld,
            Self::NameChanged => ErrorReason::NameChanged,
            Self::NameMismatch => ErrorReason::NameMismatch,
            Self::BarrierMismatch => ErrorReason::BarrierMismatch,
            Self::BarrierNotThere => ErrorReason::BarrierNotThere,
            Self::BarrierBroken => ErrorReason::BarrierBroken,
            Self::RequestIdUsed => ErrorReason::RequestIdUsed,
            Self::ServiceInvalid => ErrorReason::ServiceInvalid,
            Self::ServiceNotFound => ErrorReason::ServiceNotFound,
            Self::CannotMove => ErrorReason::CannotMove,
            Self::Unknown(text) => return text,
        };
        known.as_str_name().trim_start_matches(PREFIX)
    }

    /// Reads a reason as it goes over the wire.
    pub(crate) fn parse(text: &str) -> Self {
        match ErrorReason::from_str_name(&format!("{PREFIX}{text}")) {
            Some(ErrorReason::BadRequest) => Self::BadRequest,
            Some(ErrorReason::NodeNotFound) => Self::NodeNotFound,
            Some(ErrorReason::NoView) => Self::NoView,
            Some(ErrorReason::Stopping) => Self::Stopping,
            Some(ErrorReason::BadCursor) => Self::BadCursor,
            Some(ErrorReason::BadPageToken) => Self::BadPageToken,
            Some(ErrorReason::LimitReached) => Self::LimitReached,
            Some(ErrorReason::EvictionState) => Self::EvictionState,
            Some(ErrorReason::ViewChanged) => Self::ViewChanged,
            Some(ErrorReason::Internal) => Self::Internal,
            Some(ErrorReason::QuorumLost) => Self::QuorumLost,
            Some(ErrorReason::OutcomeUnknown) => Self::OutcomeUnknown,
            Some(ErrorReason::ClusterState) => Self::ClusterState,
            Some(ErrorReason::BadBackup) => Self::BadBackup,
            Some(ErrorReason::Conflict) => Self::Conflict,
            Some(ErrorReason::NotServed) => Self::NotServed,
            Some(ErrorReason::SessionRequired) => Self::SessionRequired,
            Some(ErrorReason::SessionUnknown) => Self::SessionUnknown,
            Some(ErrorReason::SessionEnded) => Self::SessionEnded,
            Some(ErrorReason::SessionLost) => Self::SessionLost,
            Some(ErrorReason::SessionTokenWrong) => Self::SessionTokenWrong,
            Some(ErrorReason::NameHeld) => Self::NameHeld,
            Some(ErrorReason::NameDelayed) => Self::NameDelayed,
            Some(ErrorReason::NameNotHeld) => Self::NameNotHeld,
            Some(ErrorReason::NameChanged) => Self::NameChanged,
            Some(ErrorReason::NameMismatch) => Self::NameMismatch,
            Some(ErrorReason::BarrierMismatch) => Self::BarrierMismatch,
            Some(ErrorReason::BarrierNotThere) => Self::BarrierNotThere,
            Some(ErrorReason::BarrierBroken) => Self::BarrierBroken,
            Some(ErrorReason::RequestIdUsed) => Self::RequestIdUsed,
            Some(ErrorReason::ServiceInvalid) => Self::ServiceInvalid,
            Some(ErrorReason::ServiceNotFound) => Self::ServiceNotFound,
            Some(ErrorReason::CannotMove) => Self::CannotMove,
            Some(ErrorReason::Unspecified) | None => Self::Unknown(text.to_owned()),
        }
    }

    /// The reason in a status; `None` when it carries no `ErrorInfo` of this API, so it came from something in between.
    pub(crate) fn of(status: &tonic::Status) -> Option<Self> {
        let info = status.get_details_error_info()?;
        (info.domain == ERROR_DOMAIN).then(|| Self::parse(&info.reason))
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use tonic::{Code, Status};
    use tonic_types::ErrorDetails;

    use super::*;

    #[test]
    fn every_reason_of_the_schema_has_a_type() {
        for number in 1..=33 {
            let known = ErrorReason::try_from(number).map_or("", |reason| reason.as_str_name());
            let wire = known.trim_start_matches(PREFIX);
            let reason = Reason::parse(wire);
            assert_eq!(reason.as_str(), wire);
            assert!(!matches!(reason, Reason::Unknown(_)), "{wire}");
        }
        assert!(ErrorReason::try_from(34).is_err(), "the schema has a new reason: give it a variant");
        assert_eq!(Reason::parse("NEWER"), Reason::Unknown("NEWER".to_owned()));
    }

    #[test]
    fn only_our_own_domain_counts() {
        let status = |domain: &str| {
            let details = ErrorDetails::with_error_info("NO_VIEW", domain, HashMap::new());
            Status::with_error_details(Code::Unavailable, "", details)
        };
        assert_eq!(Reason::of(&status(ERROR_DOMAIN)), Some(Reason::NoView));
        assert_eq!(Reason::of(&status("example.com")), None);
        assert_eq!(Reason::of(&Status::unavailable("")), None);
    }
}
