//! How an instance ended: what is left of it, for an agent that was away.

use std::time::SystemTime;

use serde::{Deserialize, Serialize};

use crate::{event::Exit, launch::RunId};

/// How an instance ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// Which start this was.
    pub run: RunId,
    /// Why.
    pub why: Why,
    /// How its process (of commands: that of `start`) ended, if that is known.
    pub exit: Option<Exit>,
    /// How the stop command ended, for commands.
    pub stop: Option<StopOutcome>,
    /// When nothing of it was left, as RFC 3339.
    pub time: String,
    /// Lines of its output that could not be kept.
    pub lines_dropped: u64,
}

/// Why an instance ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// Its program ended by itself.
    Exited,
    /// Its start command failed, or took too long; in words.
    StartFailed(String),
    /// The agent asked for it.
    Stopped,
    /// The right to run was over.
    Lapsed,
    /// Its agent was gone.
    Orphaned,
    /// Its runner was asked to end, by a signal.
    Terminated,
    /// Its runner was killed; what was left of it was killed then.
    RunnerDied,
}

/// How a stop command ended.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StopOutcome {
    /// With 0, or what it left was ended by the kill command.
    Done,
    /// With something else, too late or not at all: what it should have undone may still be there. In words.
    Failed(String),
}

/// This moment, as RFC 3339.
pub(crate) fn time_now() -> String {
    humantime::format_rfc3339_millis(SystemTime::now()).to_string()
}
