//! A command that is run while something is held.
//!
//! Without a terminal as its standard input it gets a process group of its own, and a signal reaches all that it started.
//! With one it stays in the terminal's group, or it could not read from it; the terminal then sends Ctrl-C to it as well.

use std::ffi::OsString;
use std::io::{self, ErrorKind, IsTerminal};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command as StdCommand, ExitStatus};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tokio::process::{Child, Command};
use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

use crate::failure::Failure;

/// A command that runs.
pub struct Job {
    child: Child,
    pid: Option<Pid>,
    grouped: bool,
}

impl Job {
    /// Starts a command with these variables in its environment besides ours.
    pub fn start(command: &[OsString], env: &[(&str, String)]) -> Result<Self, Failure> {
        let grouped = !io::stdin().is_terminal();
        let mut built = build(command, env);
        if grouped {
            built.process_group(0);
        }
        let child = Command::from(built).kill_on_drop(true).spawn().map_err(|error| cannot_run(command, &error))?;
        let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        Ok(Self { child, pid, grouped })
    }

    /// Sends it a signal. Whoever is gone already needs none.
    pub fn signal(&self, signal: Signal) {
        let Some(pid) = self.pid else { return };
        let _ = if self.grouped { kill_process_group(pid, signal) } else { kill_process(pid, signal) };
    }

    /// Passes on a signal that this program got, unless the terminal has sent it to both.
    pub fn pass_on(&self, signal: Signal) {
        if self.grouped || signal != Signal::INT {
            self.signal(signal);
        }
    }

    /// Waits until it ends.
    pub async fn ended(&mut self) -> Result<(), Failure> {
        match exit_code(self.child.wait().await?) {
            0 => Ok(()),
            code => Err(Failure::Command(code)),
        }
    }
}

/// Becomes a command: returns only when that cannot be run.
pub fn become_command(command: &[OsString], env: &[(&str, String)]) -> Failure {
    cannot_run(command, &build(command, env).exec())
}

fn build(command: &[OsString], env: &[(&str, String)]) -> StdCommand {
    let (program, args) =
        command.split_first().map_or((OsString::new(), &[][..]), |(first, rest)| (first.clone(), rest));
    let mut built = StdCommand::new(program);
    built.args(args).envs(env.iter().map(|(name, value)| (name, value)));
    built
}

fn cannot_run(command: &[OsString], error: &io::Error) -> Failure {
    let program = command.first().map(|program| program.to_string_lossy().into_owned()).unwrap_or_default();
    let found = error.kind() != ErrorKind::NotFound;
    Failure::CannotRun { what: format!("cannot run {program:?}: {error}"), found }
}

/// As shells have it.
fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().or_else(|| status.signal().map(|signal| 128 + signal));
    code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX)
}

/// The signals that ask this program to end.
pub struct Signals {
    interrupt: Stream,
    terminate: Stream,
    hang_up: Stream,
}

impl Signals {
    /// Takes them from now on, instead of ending at once.
    pub fn take() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// The next one.
    pub async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::INT,
            _ = self.terminate.recv() => Signal::TERM,
            _ = self.hang_up.recv() => Signal::HUP,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exit_codes_are_those_of_shells() {
        assert_eq!(exit_code(ExitStatus::from_raw(3 << 8)), 3);
        assert_eq!(exit_code(ExitStatus::from_raw(9)), 137);
    }
}
