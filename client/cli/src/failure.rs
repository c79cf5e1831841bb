//! What can go wrong, and the exit code that says so.

use std::io;
use std::process::ExitCode;

use quorate::{Code, Error, Tried};
use rustix::process::Signal;
use serde::Serialize;
use thiserror::Error;

use crate::args::Format;
use crate::words::clean;

/// Why a command failed.
#[derive(Debug, Error)]
pub enum Failure {
    /// A call failed.
    #[error(transparent)]
    Call(#[from] Error),
    /// A flag does not fit.
    #[error("{0}")]
    Usage(String),
    /// The answering node has no quorum; the answer was written.
    #[error("the node has no quorum")]
    NoQuorum,
    /// The user did not confirm.
    #[error("not confirmed, nothing was done")]
    Declined,
    /// The other members did not confirm a departure in time.
    #[error("{0} left, but the other members did not confirm it in time")]
    Unconfirmed(String),
    /// Somebody else has it, or it took too long.
    #[error("{0}")]
    NotGranted(String),
    /// What was held is so no more.
    #[error("{0}")]
    Lost(String),
    /// There is nothing of that name.
    #[error("{0}")]
    NotFound(String),
    /// The definitions changed since the plan was made.
    #[error("{0}; nothing was changed: run this again, and look at its new plan")]
    Outdated(Error),
    /// It was not recovered within `--wait`.
    #[error("{0}")]
    NotRecovered(String),
    /// The service does not run; the answer was written.
    #[error("the service does not run")]
    NotRunning,
    /// What was applied does not run.
    #[error("{0}")]
    Unsound(String),
    /// A signal asked this program to end.
    #[error("interrupted")]
    Interrupted(Signal),
    /// The command that was run failed; it has said why itself.
    #[error("the command failed with {0}")]
    Command(u8),
    /// The command cannot be run.
    #[error("{what}")]
    CannotRun {
        /// What is wrong.
        what: String,
        /// Whether there is such a command at all.
        found: bool,
    },
    /// The output could not be written, or an answer not read from the terminal.
    #[error("{0}")]
    Io(#[from] io::Error),
}

impl From<quorate::OptionsError> for Failure {
    fn from(error: quorate::OptionsError) -> Self {
        Self::Call(error.into())
    }
}

/// The failure as JSON.
#[derive(Serialize)]
struct Report<'a> {
    error: Body<'a>,
}

#[derive(Serialize)]
struct Body<'a> {
    message: String,
    exit_code: u8,
    code: Option<String>,
    reason: Option<&'a str>,
    tried: Vec<TriedEndpoint<'a>>,
}

#[derive(Serialize)]
struct TriedEndpoint<'a> {
    endpoint: &'a str,
    cause: String,
}

impl Failure {
    /// Writes the failure to standard error and returns the exit code. Whoever stopped reading gets no error.
    pub fn report(&self, format: Format) -> ExitCode {
        if matches!(self, Self::NoQuorum | Self::NotRunning | Self::Command(_) | Self::Interrupted(_)) {
            return ExitCode::from(self.exit_code());
        }
        if matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe) {
            return ExitCode::SUCCESS;
        }
        let line = match format {
            Format::Table => format!("error: {}", clean(&self.to_string())),
            Format::Json => self.to_json(),
        };
        // Nothing can be said when even standard error is closed; the exit code still tells.
        let _ = io::Write::write_all(&mut io::stderr(), format!("{line}\n").as_bytes());
        ExitCode::from(self.exit_code())
    }

    /// The exit code, as `quorate --help` lists it.
    fn exit_code(&self) -> u8 {
        match self {
            Self::Call(error) | Self::Outdated(error) => call_exit_code(error),
            Self::Usage(_) => 2,
            Self::NotFound(_) => 4,
            Self::Unconfirmed(_) | Self::NotRecovered(_) => 6,
            Self::NoQuorum => 7,
            Self::NotGranted(_) => 8,
            Self::Lost(_) => 9,
            Self::NotRunning | Self::Unsound(_) => 10,
            Self::CannotRun { found: true, .. } => 126,
            Self::CannotRun { found: false, .. } => 127,
            Self::Command(code) => *code,
            Self::Interrupted(signal) => u8::try_from(128 + signal.as_raw()).unwrap_or(u8::MAX),
            Self::Declined | Self::Io(_) => 1,
        }
    }

    fn to_json(&self) -> String {
        let error = Body {
            message: self.to_string(),
            exit_code: self.exit_code(),
            code: self.code().map(snake_case),
            reason: self.call().and_then(Error::reason).map(|reason| reason.as_str()),
            tried: self.tried().iter().map(TriedEndpoint::from).collect(),
        };
        serde_json::to_string(&Report { error }).unwrap_or_default()
    }

    fn call(&self) -> Option<&Error> {
        if let Self::Call(error) | Self::Outdated(error) = self { Some(error) } else { None }
    }

    fn code(&self) -> Option<Code> {
        match self.call()? {
            Error::Refused(refusal) => Some(refusal.code),
            Error::Unavailable { .. } | Error::Lost(_) => Some(Code::Unavailable),
            Error::Deadline { .. } => Some(Code::DeadlineExceeded),
            _ => None,
        }
    }

    fn tried(&self) -> &[Tried] {
        match self.call() {
            Some(Error::Unavailable { tried } | Error::Deadline { tried, .. }) => tried,
            _ => &[],
        }
    }
}

impl<'a> From<&'a Tried> for TriedEndpoint<'a> {
    fn from(tried: &'a Tried) -> Self {
        Self { endpoint: &tried.endpoint, cause: tried.cause.to_string() }
    }
}

fn call_exit_code(error: &Error) -> u8 {
    match error {
        Error::Options(_) | Error::SeveralEndpoints(_) => 2,
        Error::Unavailable { .. } | Error::Lost(_) => 3,
        Error::Deadline { .. } => 6,
        Error::Refused(refusal) => match refusal.code {
            Code::InvalidArgument | Code::OutOfRange => 2,
            Code::Unavailable => 3,
            Code::NotFound => 4,
            Code::FailedPrecondition | Code::Aborted => 5,
            Code::DeadlineExceeded => 6,
            _ => 1,
        },
        _ => 1,
    }
}

/// `FailedPrecondition` as `failed_precondition`.
fn snake_case(code: Code) -> String {
    let mut word = String::new();
    for c in format!("{code:?}").chars() {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use quorate::{Cause, Reason, Refusal};

    use super::*;

    fn refused(code: Code) -> Failure {
        let reason = Some(Reason::EvictionState);
        let refusal = Refusal { endpoint: "n1:1".to_owned(), code, reason, message: "evicted already".to_owned() };
        Failure::Call(Error::Refused(refusal))
    }

    fn tried() -> Vec<Tried> {
        vec![Tried { endpoint: "n1:1".to_owned(), cause: Cause::Connect("connection refused".to_owned()) }]
    }

    #[test]
    fn exit_codes_are_as_documented() {
        assert_eq!(Failure::Declined.exit_code(), 1);
        assert_eq!(Failure::Usage(String::new()).exit_code(), 2);
        assert_eq!(Failure::NotFound(String::new()).exit_code(), 4);
        assert_eq!(Failure::NotRecovered(String::new()).exit_code(), 6);
        assert_eq!(Failure::NotRunning.exit_code(), 10);
        assert_eq!(Failure::Unsound(String::new()).exit_code(), 10);
        assert_eq!(Failure::Call(Error::SeveralEndpoints(3)).exit_code(), 2);
        assert_eq!(Failure::Call(Error::Unavailable { tried: tried() }).exit_code(), 3);
        let limit = Duration::from_secs(5);
        assert_eq!(Failure::Call(Error::Deadline { limit, tried: tried() }).exit_code(), 6);
        for (code, exit) in [
            (Code::Internal, 1),
            (Code::InvalidArgument, 2),
            (Code::NotFound, 4),
            (Code::FailedPrecondition, 5),
            (Code::Aborted, 5),
            (Code::DeadlineExceeded, 6),
        ] {
            assert_eq!(refused(code).exit_code(), exit, "{code:?}");
        }
    }

    #[test]
    fn json_errors_carry_what_a_program_needs() {
        assert_eq!(
            refused(Code::FailedPrecondition).to_json(),
            concat!(
                r#"{"error":{"message":"evicted already (EVICTION_STATE)","exit_code":5,"#,
                r#""code":"failed_precondition","reason":"EVICTION_STATE","tried":[]}}"#
            )
        );
        let json = Failure::Call(Error::Unavailable { tried: tried() }).to_json();
        assert!(json.contains(r#""tried":[{"endpoint":"n1:1","cause":"connection refused"}]"#), "{json}");
    }
}
