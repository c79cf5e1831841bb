//! A process under test: started with its output in a file, signalled, waited for, never left behind.

use std::{
    fs::OpenOptions,
    path::Path,
    process::{Child, Command, ExitStatus, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::wait::{LIMIT, wait_for};

/// A running process; killed when this is dropped. (When the test run itself is killed, `--die-with-parent` does it.)
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts it; what it says is appended to `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Self {
        let file = || OpenOptions::new().create(true).append(true).open(log).expect("the log can be written");
        command.stdin(Stdio::null()).stdout(file()).stderr(file());
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("QUORATE_")) {
            command.env_remove(name);
        }
        let child = command.spawn().unwrap_or_else(|why| panic!("{command:?} cannot be started: {why}"));
        Self { child }
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, signal).unwrap_or_else(|why| panic!("{signal:?} to {pid:?}: {why}"));
    }

    pub(crate) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the process can be waited for")
    }

    /// Waits until it has ended.
    pub(crate) async fn exit(&mut self, name: &str) -> ExitStatus {
        let what = format!("the end of {name} (process {})", self.pid());
        wait_for(what, LIMIT, async || self.ended().ok_or("it still runs")).await
    }

    /// Ends it at once, whatever it does.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}
