//! What can go wrong with a call, and whose fault it is.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use quorate_tls::Fault;
use thiserror::Error;
use tonic::{Code, ConnectError, Status};

use crate::options::OptionsError;
use crate::reason::Reason;

/// Why a call or a watch failed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// An option is not allowed. Nothing was sent.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The call concerns the answering agent alone, but the client has this many endpoints. Nothing was sent; use
    /// [`Client::at`](crate::Client::at).
    #[error("the call concerns one agent, but there are {0} endpoints to choose from")]
    SeveralEndpoints(usize),
    /// No endpoint answered, or every one that did said it cannot serve now. For a call that changes something, an
    /// attempt whose cause is [`Cause::Lost`] or [`Cause::Silent`] may have been carried out.
    #[error("no endpoint could serve the call: {}", Listed(tried))]
    Unavailable {
        /// Each endpoint that was tried, with what went wrong there last.
        tried: Vec<Tried>,
    },
    /// The deadline passed. For a call that changes something it is not known whether it was carried out.
    #[error("no answer within {:?}: {}", to_millis(*limit), Listed(tried))]
    Deadline {
        /// The deadline of the call.
        limit: Duration,
        /// Each endpoint that was tried, with what went wrong there last.
        tried: Vec<Tried>,
    },
    /// The connection failed in the middle of a call that may not be repeated. It is not known whether it was carried
    /// out.
    #[error("{0}; the call may have been carried out")]
    Lost(Tried),
    /// The agent refused the call.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The answer breaks the contract of the API: a fault of the agent or of something in between.
    #[error("{endpoint} broke the contract of the API: {what}")]
    Contract {
        /// The endpoint that answered.
        endpoint: String,
        /// What was wrong.
        what: &'static str,
    },
}

impl Error {
    /// The documented reason the agent gave; for [`Error::Unavailable`] and [`Error::Deadline`] the first that any
    /// agent gave. `None` when no agent gave one.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Refused(refusal) => refusal.reason.as_ref(),
            Self::Lost(tried) => tried.cause.reason(),
            Self::Unavailable { tried } | Self::Deadline { tried, .. } => tried.iter().find_map(|t| t.cause.reason()),
            Self::Options(_) | Self::SeveralEndpoints(_) | Self::Contract { .. } => None,
        }
    }
}

/// An agent's answer that it will not do what was asked. Nothing was changed by the call, unless the method says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The endpoint that answered.
    pub endpoint: String,
    /// The canonical gRPC code.
    pub code: Code,
    /// The documented reason; `None` when the answer came from something in between that is no agent.
    pub reason: Option<Reason>,
    /// The text for people. Never match on it.
    pub message: String,
}

impl Refusal {
    /// True when every agent would say the same, now and later.
    pub(crate) fn is_final(&self) -> bool {
        matches!(
            self.code,
            Code::InvalidArgument
                | Code::NotFound
                | Code::AlreadyExists
                | Code::FailedPrecondition
                | Code::OutOfRange
                | Code::PermissionDenied
                | Code::Unauthenticated
                | Code::Unimplemented
        )
    }
}

impl StdError for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = if self.message.is_empty() { self.code.description() } else { &self.message };
        match &self.reason {
            Some(reason) => write!(f, "{message} ({reason})"),
            None => f.write_str(message),
        }
    }
}

/// One endpoint that was tried, and what went wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tried {
    /// The endpoint as `host:port`.
    pub endpoint: String,
    /// What went wrong.
    pub cause: Cause,
}

impl fmt::Display for Tried {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.endpoint, self.cause)
    }
}

/// What went wrong at one endpoint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Cause {
    /// There was no connection, so nothing was sent.
    #[error("{0}")]
    Connect(String),
    /// There was a connection, but one end did not trust the other, so nothing was sent.
    #[error("not trusted: {0}")]
    Untrusted(Fault),
    /// The connection failed before the answer was complete.
    #[error("connection lost: {0}")]
    Lost(String),
    /// Nothing came for this long.
    #[error("silent for {:?}", to_millis(*.0))]
    Silent(Duration),
    /// The agent ended a stream that should never end.
    #[error("the stream was ended")]
    Ended,
    /// The agent answered that it cannot.
    #[error("{0}")]
    Refused(Refusal),
}

impl Cause {
    /// The documented reason, when an agent gave one.
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Refused(refusal) => refusal.reason.as_ref(),
            Self::Connect(_) | Self::Untrusted(_) | Self::Lost(_) | Self::Silent(_) | Self::Ended => None,
        }
    }

    /// Reads a failed attempt. A status that was made on this side has the error it was made from as its source; one
    /// that came over the wire has none.
    pub(crate) fn of(status: &Status, endpoint: &str) -> Self {
        let Some(source) = status.source() else {
            return Self::Refused(Refusal {
                endpoint: endpoint.to_owned(),
                code: status.code(),
                reason: Reason::of(status),
                message: status.message().to_owned(),
            });
        };
        let chain: Vec<&(dyn StdError + 'static)> =
            std::iter::successors(Some(source), |error| (**error).source()).collect();
        if let Some(fault) = chain.iter().find_map(|error| error.downcast_ref::<Fault>()) {
            return Self::Untrusted(fault.clone());
        }
        let root = chain.last().map(|root| plain_text(*root)).unwrap_or_default();
        if chain.iter().any(|error| error.is::<ConnectError>()) { Self::Connect(root) } else { Self::Lost(root) }
    }
}

/// What an error says, without the number that the operating system has for it.
fn plain_text(error: &(dyn StdError + 'static)) -> String {
    let text = error.to_string();
    match text.split_once(" (os error ") {
        Some((plain, _)) => plain.to_owned(),
        None => text,
    }
}

/// A duration with as much detail as a message needs.
fn to_millis(duration: Duration) -> Duration {
    Duration::from_millis(duration.as_millis().try_into().unwrap_or(u64::MAX))
}

/// The endpoints tried by one call or since one outage began: the last cause of each, so it stays small.
#[derive(Debug, Clone, Default)]
pub(crate) struct TriedList(Vec<Tried>);

impl TriedList {
    pub(crate) fn note(&mut self, tried: Tried) {
        match self.0.iter_mut().find(|known| known.endpoint == tried.endpoint) {
            Some(known) => *known = tried,
            None => self.0.push(tried),
        }
    }

    /// True when some endpoint took a request and did not answer in time.
    pub(crate) fn any_silent(&self) -> bool {
        self.0.iter().any(|tried| matches!(tried.cause, Cause::Silent(_)))
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<Tried> {
        self.0
    }
}

/// Shows a list of endpoints with their causes on one line.
struct Listed<'a>(&'a [Tried]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, tried) in self.0.iter().enumerate() {
            let before = if index == 0 { "" } else { "; " };
            write!(f, "{before}{tried}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tried(endpoint: &str, cause: Cause) -> Tried {
        Tried { endpoint: endpoint.to_owned(), cause }
    }

    #[test]
    fn a_status_from_the_wire_is_a_refusal_and_one_of_our_own_is_not() {
        let refused = Cause::of(&Status::unavailable("later"), "n1:1");
        assert!(matches!(refused, Cause::Refused(Refusal { code: Code::Unavailable, .. })));
        let io = || std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let connect = Cause::of(&Status::from_error(Box::new(ConnectError(Box::new(io())))), "n1:1");
        assert_eq!(connect, Cause::Connect("connection refused".to_owned()));
        let reset = std::io::Error::from_raw_os_error(104);
        let Cause::Lost(text) = Cause::of(&Status::from_error(Box::new(reset)), "n1:1") else { panic!() };
        assert!(!text.contains("os error"), "{text}");
    }

    #[test]
    fn the_list_keeps_the_last_cause_of_each_endpoint() {
        let mut list = TriedList::default();
        list.note(tried("n1:1", Cause::Connect("refused".to_owned())));
        list.note(tried("n2:1", Cause::Ended));
        list.note(tried("n1:1", Cause::Silent(Duration::from_nanos(1_666_666_666))));
        assert!(list.any_silent());
        let error = Error::Unavailable { tried: list.into_vec() };
        let shown = "no endpoint could serve the call: n1:1: silent for 1.666s; n2:1: the stream was ended";
        assert_eq!(error.to_string(), shown);
    }

    #[test]
    fn the_reason_is_found_wherever_it_is() {
        let refusal = Refusal {
            endpoint: "n1:1".to_owned(),
            code: Code::Unavailable,
            reason: Some(Reason::NoView),
            message: "no view yet".to_owned(),
        };
        assert_eq!(refusal.to_string(), "no view yet (NO_VIEW)");
        let list = vec![tried("n0:1", Cause::Ended), tried("n1:1", Cause::Refused(refusal.clone()))];
        assert_eq!(Error::Unavailable { tried: list }.reason(), Some(&Reason::NoView));
        assert_eq!(Error::Refused(refusal).reason(), Some(&Reason::NoView));
    }
}
