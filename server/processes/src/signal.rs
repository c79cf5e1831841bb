//! Signals by name.

use std::{fmt, str::FromStr};

use rustix::process::Signal;
use serde::{Deserialize, Serialize};

/// Those that make sense for a service.
const NAMES: [(&str, Signal); 14] = [
    ("HUP", Signal::HUP),
    ("INT", Signal::INT),
    ("QUIT", Signal::QUIT),
    ("ABRT", Signal::ABORT),
    ("KILL", Signal::KILL),
    ("USR1", Signal::USR1),
    ("USR2", Signal::USR2),
    ("ALRM", Signal::ALARM),
    ("TERM", Signal::TERM),
    ("CONT", Signal::CONT),
    ("STOP", Signal::STOP),
    ("TSTP", Signal::TSTP),
    ("WINCH", Signal::WINCH),
    ("URG", Signal::URG),
];

/// A signal, by its name: `TERM` or `SIGTERM`.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SignalName(Signal);

/// There is no such signal, or none that a service is sent.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error(
    "`{0}` is not a signal that can be sent to a service: it is one of HUP, INT, QUIT, ABRT, KILL, USR1, USR2, ALRM, TERM, CONT, STOP, TSTP, WINCH and URG"
)]
pub struct UnknownSignal(pub String);

impl SignalName {
    /// What asks a process to end.
    pub const TERM: Self = Self(Signal::TERM);

    pub(crate) fn signal(self) -> Signal {
        self.0
    }
}

impl FromStr for SignalName {
    type Err = UnknownSignal;

    fn from_str(text: &str) -> Result<Self, UnknownSignal> {
        let short = text.strip_prefix("SIG").unwrap_or(text);
        let known = NAMES.iter().find(|(name, _)| *name == short);
        known.map(|(_, signal)| Self(*signal)).ok_or_else(|| UnknownSignal(text.to_owned()))
    }
}

impl TryFrom<String> for SignalName {
    type Error = UnknownSignal;

    fn try_from(text: String) -> Result<Self, UnknownSignal> {
        text.parse()
    }
}

impl From<SignalName> for String {
    fn from(name: SignalName) -> Self {
        name.to_string()
    }
}

impl fmt::Display for SignalName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let known = NAMES.iter().find(|(_, signal)| *signal == self.0);
        f.write_str(known.map_or("?", |(name, _)| name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for (name, _) in NAMES {
            assert_eq!(name.parse::<SignalName>().map(|signal| signal.to_string()).as_deref(), Ok(name));
        }
        assert_eq!("SIGTERM".parse(), Ok(SignalName::TERM));
        assert_eq!("SEGV".parse::<SignalName>(), Err(UnknownSignal("SEGV".into())));
    }
}
