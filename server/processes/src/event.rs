//! What a runner tells of its instance.

use std::{fmt, time::Duration};

use serde::{Deserialize, Serialize};

use crate::end::{End, Why};

/// What happened to an instance.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// Its process (of commands: that of `start`) was started.
    Started {
        /// Its process id.
        pid: i32,
    },
    /// It is ready: a daemon has said so for the first time, a task or a start command has exited with 0.
    Ready,
    /// It said something itself.
    Notify(Notice),
    /// Its monitor command has looked at it.
    Monitor(Health),
    /// Its process (of commands: that of `start`) has ended.
    Exited(Exit),
    /// The right to run is over; what happens now is up to the program's `lapse`.
    Lapsed,
    /// None of its processes runs any more, and they will go on where they were.
    Frozen,
    /// They go on.
    Thawed,
    /// It is being ended.
    Stopping(Why),
    /// A process does not go although it was killed: the kernel waits for something on its behalf.
    Stuck {
        /// Its process id.
        pid: i32,
    },
    /// Its kill command failed, for another reason than before, and is run again; in words.
    NotKilled(String),
    /// Its watchdog was not heard of for so long. Told again after as long again, until it is heard of.
    Unhealthy {
        /// The interval it should have kept.
        silent: Duration,
    },
    /// Nothing of it is left.
    Gone(End),
    /// The connection to its runner broke. [`crate::adopt`] says what there is. Never said by a runner itself.
    Lost,
}

impl Event {
    /// Whether it may be left out when the agent does not keep up: the next of its kind says as much.
    pub(crate) fn is_lossy(&self) -> bool {
        matches!(self, Self::Notify(_) | Self::Monitor(_) | Self::Unhealthy { .. })
    }
}

/// What a program says of itself, over `NOTIFY_SOCKET`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Notice {
    /// It is ready.
    Ready,
    /// How it is doing, in its own words (the first KiB of them).
    Status(String),
    /// It is alive.
    Watchdog,
    /// It is about to end.
    Stopping,
}

/// What a monitor command found.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    /// It is good.
    Good,
    /// It does not run.
    NotRunning,
    /// It is not good, or could not be looked at; why.
    Failed(String),
}

/// How a process ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Exit {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal(i32),
}

impl fmt::Display for Exit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(code) => write!(f, "exited with {code}"),
            Self::Signal(signal) => write!(f, "ended by signal {signal}"),
        }
    }
}
