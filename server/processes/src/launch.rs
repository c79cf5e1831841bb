//! What a runner is told to do, and what it answers.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{moment::Right, process::ProcessId, program::Program};

/// One start of one service.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct RunId(pub Uuid);

impl RunId {
    /// One that was never there before.
    #[must_use]
    pub fn new() -> Self {
        Self(Uuid::new_v4())
    }
}

impl Default for RunId {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a runner is told to do.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Launch {
    /// Which start this is.
    pub run: RunId,
    /// What is run.
    pub program: Program,
    /// Until when it may, at first.
    pub right: Right,
}

/// The one line with which a runner answers whoever launched it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Answer {
    /// It is there, and the program was started.
    Running { runner: ProcessId },
    /// It is not, and has left nothing running.
    Refused(Refusal),
}

/// Why nothing was started.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Refusal {
    /// What was asked for makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// It may not run any more: its right was over before it was started.
    #[error("the right to run is over already")]
    RightOver,
    /// There is another runner in the folder.
    #[error("the folder is in use by another runner")]
    Occupied,
    /// No such user.
    #[error("there is no user `{0}`")]
    UnknownUser(String),
    /// No such group.
    #[error("there is no group `{0}`")]
    UnknownGroup(String),
    /// The working folder is not there, or is no folder.
    #[error("the working folder {} is not there", .0.display())]
    NoFolder(PathBuf),
    /// The program is not there.
    #[error("there is no program `{0}`, or what its first line names is not there")]
    NotFound(String),
    /// The program may not be run.
    #[error("`{0}` may not be run: it cannot be executed by its user, or its working folder cannot be entered")]
    NotAllowed(String),
    /// The system did not let it.
    #[error("{0}")]
    System(String),
}
