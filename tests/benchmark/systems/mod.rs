//! The systems that are measured, each as the benchmark sees it: a group of members, one in each namespace.

mod corosync;
mod daemons;
mod quorate;
mod serf;

use std::{
    env, fmt,
    path::Path,
    time::{Duration, Instant},
};

pub(crate) use self::quorate::Agents;
use crate::sightings::Sightings;

/// A system that keeps a membership.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum System {
    /// This one, with its defaults.
    Quorate,
    /// Serf with the profile `lan`, its default.
    Serf,
    /// Corosync with its defaults.
    Corosync,
    /// Corosync with the token time-out that its documentation suggests for fast networks.
    CorosyncToken,
}

/// Running members of one system; all end when it is dropped. Nodes are counted from 1.
pub(crate) trait Group: Send + Sync {
    /// When the first member was started.
    fn started(&self) -> Instant;
    /// What each member saw, in the order of the nodes.
    fn sightings(&self) -> &[Sightings];
    /// The process of a member.
    fn pid(&self, node: usize) -> u32;
    /// Kills a member as a crash would.
    fn kill(&mut self, node: usize);
    /// Takes a member off the network, in silence.
    fn cut(&mut self, node: usize);
    /// What a member said last, for the case that it does not do what is expected.
    fn last_words(&self, node: usize) -> String;
}

impl System {
    /// All of them, in the order of the runs and of the report.
    pub(crate) const ALL: [Self; 4] = [Self::Quorate, Self::Serf, Self::Corosync, Self::CorosyncToken];

    /// Whether it is one of those that Quorate is compared with.
    pub(crate) fn is_peer(self) -> bool {
        self != Self::Quorate
    }

    /// Whether its program is there.
    pub(crate) fn is_installed(&self) -> bool {
        let program = match self {
            Self::Quorate => return true,
            Self::Corosync | Self::CorosyncToken => "corosync",
            Self::Serf => "serf",
        };
        is_there(program)
    }

    /// The size up to which it is measured.
    pub(crate) fn most(self) -> usize {
        // What is added for each member soon outweighs what was taken off.
        if self == Self::CorosyncToken { 16 } else { usize::MAX }
    }

    /// How long a group of this size may take for anything, before it counts as unable.
    pub(crate) fn limit(self, size: usize) -> Duration {
        let per_member = if matches!(self, Self::Corosync | Self::CorosyncToken) { 2 } else { 0 };
        Duration::from_secs(60 + per_member * size as u64)
    }

    /// Starts so many members together.
    ///
    /// # Errors
    /// When they cannot be started.
    pub(crate) fn start(self, size: usize) -> Result<Box<dyn Group>, String> {
        Ok(match self {
            Self::Quorate => Box::new(Agents::start(size)),
            Self::Corosync => Box::new(corosync::start(size, None)?),
            Self::CorosyncToken => Box::new(corosync::start(size, Some(corosync::TOKEN))?),
            Self::Serf => Box::new(serf::start(size)?),
        })
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Quorate => "Quorate",
            Self::Corosync => "Corosync",
            Self::CorosyncToken => "Corosync, token 1000",
            Self::Serf => "Serf",
        })
    }
}

/// Whether a program is to be found.
pub(crate) fn is_there(program: &str) -> bool {
    env::var_os("PATH").is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}

/// The last lines of a file, for people.
pub(crate) fn tail(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(3)..].join(" | ")
}
