//! Serf: one agent in each namespace, with the profile `lan`.

use std::{collections::BTreeSet, process::Command};

use quorate_tests::Lab;

use super::daemons::{Daemons, Reader};

/// How many of the first members the others join by.
const SEEDS: usize = 3;

/// Starts so many agents together.
///
/// # Errors
/// When one cannot be started.
pub(super) fn start(size: usize) -> Result<Daemons, String> {
    let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
    Daemons::start(Lab::new(size, 1), folder, command, Members::default)
}

/// An agent with the defaults, but that it tries again to join after a second instead of 30: all start together, so the
/// first attempt may come before the others listen.
fn command(lab: &Lab, node: usize) -> Command {
    let mut command = lab.command(node, "setpriv");
    command.args(["--pdeathsig", "KILL", "serf", "agent", "-rpc-addr=127.0.0.1:7373", "-log-level=info"]);
    command.args([format!("-node=n{node}"), format!("-bind={}:7946", lab.address(0, node))]);
    command.args(["-profile=lan", "-retry-interval=1s"]);
    for seed in (1..=SEEDS).filter(|seed| *seed != node) {
        command.arg(format!("-retry-join={}", lab.address(0, seed)));
    }
    command
}

/// The names of those that are alive, from `serf: EventMemberJoin: n3 10.90.0.3` and the like.
#[derive(Default)]
struct Members {
    alive: BTreeSet<String>,
}

impl Reader for Members {
    fn read(&mut self, line: &str) -> Option<usize> {
        let (_, event) = line.split_once("serf: EventMember")?;
        let (kind, rest) = event.split_once(": ")?;
        let name = rest.split_whitespace().next()?;
        match kind {
            "Join" => self.alive.insert(name.to_owned()),
            "Failed" | "Leave" | "Reap" => self.alive.remove(name),
            _ => return None,
        };
        Some(self.alive.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Members, Reader};

    #[test]
    fn lines_tell_who_comes_and_goes() {
        let mut members = Members::default();
        assert_eq!(members.read("2026/11/22 15:00:00 [INFO] serf: EventMemberJoin: n1 10.90.0.1"), Some(1));
        assert_eq!(members.read("2026/11/22 15:00:01 [INFO] serf: EventMemberJoin: n2 10.90.0.2"), Some(2));
        assert_eq!(members.read("2026/11/22 15:00:02 [INFO] memberlist: Suspect n2 has failed"), None);
        assert_eq!(members.read("2026/11/22 15:00:03 [INFO] serf: EventMemberFailed: n2 10.90.0.2"), Some(1));
    }
}
