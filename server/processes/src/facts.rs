//! Facts that outlive a runner: who it was and whom it started.

use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::{
    launch::{Launch, RunId},
    process::ProcessId,
    program::Kind,
};

/// What a runner writes down before it starts anything, and again when it has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Facts {
    pub run: RunId,
    /// Which boot of the machine it was: in another, the same numbers are other processes.
    pub boot: String,
    pub runner: ProcessId,
    pub service: Option<ProcessId>,
    /// What is run: of commands, for whoever has to undo what they did.
    #[serde(default)]
    pub launch: Option<Box<Launch>>,
}

impl Facts {
    /// Of this process, which is about to start something.
    pub(crate) fn new(launch: &Launch) -> io::Result<Self> {
        let commands = matches!(launch.program.kind, Kind::Commands { .. });
        Ok(Self {
            run: launch.run,
            boot: boot()?,
            runner: ProcessId::own()?,
            service: None,
            launch: commands.then(|| Box::new(launch.clone())),
        })
    }

    /// Whether these processes can be there at all.
    pub(crate) fn are_of_this_boot(&self) -> bool {
        boot().is_ok_and(|boot| boot == self.boot)
    }

    pub(crate) fn has_runner(&self) -> bool {
        self.are_of_this_boot() && self.runner.is_alive()
    }
}

/// What the kernel calls this boot.
pub(crate) fn boot() -> io::Result<String> {
    Ok(fs::read_to_string("/proc/sys/kernel/random/boot_id")?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{moment::Right, program::Program};

    #[test]
    fn a_process_of_another_boot_is_not_there() {
        let program = Program::new(Kind::Task { argv: vec!["true".to_owned()] });
        let mut facts = Facts::new(&Launch { run: RunId::new(), program, right: Right::Forever }).unwrap();
        assert!(facts.has_runner());
        facts.boot.push('x');
        assert!(!facts.has_runner());
    }
}
