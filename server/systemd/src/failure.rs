//! What can go wrong, in words: they become the reason that people read.

use std::io;

/// Why it was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The arguments make no sense.
    #[error("start, stop, kill or watch, the name of a unit and, to watch, for how long")]
    Usage,
    /// Nothing can be run here.
    #[error("cannot start: {0}")]
    Runtime(io::Error),
    /// The system bus cannot be reached.
    #[error("the system bus at {address} cannot be reached: {why}")]
    NoBus {
        /// Where it should be.
        address: String,
        /// What happened.
        why: String,
    },
    /// There is no systemd to start anything.
    #[error("{0}")]
    NoSystemd(Box<Failure>),
    /// systemd does not do what it is asked for.
    #[error("systemd, asked for {what}: {why}")]
    Refused {
        /// What it was asked for.
        what: &'static str,
        /// What it, or the bus, answered.
        why: zbus::Error,
    },
    /// The connection broke, or nothing came over it in time.
    #[error("the system bus does not answer any more")]
    Lost,
    /// There is no such unit.
    #[error("there is no unit {0} on this node")]
    Missing(String),
    /// It is masked.
    #[error("{0} is masked on this node, so it cannot be started: systemctl unmask {0}")]
    Masked(String),
    /// It cannot be loaded.
    #[error("{unit} cannot be loaded: {why}")]
    NotLoaded {
        /// The unit.
        unit: String,
        /// What systemd says.
        why: String,
    },
    /// systemd starts it by itself.
    #[error(
        "{0} is enabled on this node, so systemd would start it whether it may run here or not: systemctl disable {0}"
    )]
    Enabled(String),
    /// It is not as it should be; in words.
    #[error("{0}")]
    State(String),
}

impl Failure {
    /// Whether it was to be started, and it is sure that it was not.
    #[must_use]
    pub fn has_started_nothing(&self) -> bool {
        matches!(self, Self::NoSystemd(_))
    }

    /// Whether nothing is known of the unit.
    pub(crate) fn is_trouble(&self) -> bool {
        matches!(self, Self::NoBus { .. } | Self::Refused { .. } | Self::Lost)
    }
}
