//! Facts that outlive a runner: who it was and whom it started.

use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::{launch::RunId, process::ProcessId};

/// What a runner writes down before it starts anything, and again when it has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Facts {
    pub run: RunId,
    /// Which boot of the machine it was: in another, the same numbers are other processes.
    pub boot: String,
    pub runner: ProcessId,
    pub service: Option<ProcessId>,
}

impl Facts {
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

    #[test]
    fn a_process_of_another_boot_is_not_there() {
        let runner = ProcessId::own().unwrap();
        let mut facts = Facts { run: RunId::new(), boot: boot().unwrap(), runner, service: None };
        assert!(facts.has_runner());
        facts.boot.push('x');
        assert!(!facts.has_runner());
    }
}
