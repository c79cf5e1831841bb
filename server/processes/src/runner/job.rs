//! What the programs of a service do: which of them runs, and what its end means.

use std::{collections::BTreeSet, time::Duration};

use rustix::process::Signal;

use super::{
    complain,
    machine::{Machine, Phase, WALKS},
};
use crate::{
    NOTHING_STARTED,
    end::{StopOutcome, Why},
    event::{Event, Exit, Health},
    launch::Refusal,
    moment::Moment,
    process::{ProcessId, Stat, below},
    program::Kind,
    signal::SignalName,
};

/// The exit code of a monitor command that says that nothing runs.
const NOT_RUNNING: i32 = 7;

/// A program of the service that runs and is waited for.
pub(super) struct Job {
    pub pid: i32,
    pub role: Role,
    /// When it has taken too long.
    pub deadline: Option<Moment>,
    /// What it said last of itself.
    pub said: Option<String>,
}

/// What it is there for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Daemon,
    Task,
    Start,
    Monitor,
    Stop,
    Kill,
}

impl Machine {
    pub(super) fn start_program(&mut self) -> Result<(), Refusal> {
        let (argv, role, limit) = match self.launch.program.kind.clone() {
            Kind::Daemon { argv } => (argv, Role::Daemon, None),
            Kind::Task { argv } => (argv, Role::Task, None),
            Kind::Commands { start, timeout, .. } => (start, Role::Start, Some(timeout)),
        };
        self.begin_job(&argv, role, limit)?;
        if role == Role::Daemon {
            self.phase = Phase::Up;
        }
        Ok(())
    }

    pub(super) fn begin_job(&mut self, argv: &[String], role: Role, limit: Option<Duration>) -> Result<(), Refusal> {
        let log = self.log.as_ref().ok_or_else(|| Refusal::System("the log is closed".into()))?;
        let pid = self.spawner.spawn(&self.launch, argv, log)?;
        self.children.watch();
        self.job = Some(Job { pid, role, deadline: limit.map(|limit| Moment::now().after(limit)), said: None });
        Ok(())
    }

    /// A child has ended: a job, or something that was forked away.
    pub(super) fn on_exit(&mut self, pid: i32, exit: Exit) {
        let Some(job) = self.job.take_if(|job| job.pid == pid) else { return };
        let said = job.said;
        match job.role {
            Role::Daemon | Role::Task | Role::Start => {
                self.exit = Some(exit);
                self.silent_at = None;
                self.tell(Event::Exited(exit));
                if !matches!(self.phase, Phase::Ending(_)) {
                    self.on_program_ended(job.role, exit, said);
                }
            }
            Role::Monitor => {
                self.kill_group(pid);
                self.on_looked(health(exit, said));
            }
            Role::Stop => self.on_stop_ended(outcome(exit, said)),
            Role::Kill => self.on_kill_ended(outcome(exit, said)),
        }
    }

    fn on_program_ended(&mut self, role: Role, exit: Exit, said: Option<String>) {
        let timeout = self.launch.program.stop_timeout;
        match (role, exit) {
            (Role::Task, Exit::Code(0)) => {
                self.phase = Phase::Clearing(Moment::now());
            }
            (Role::Start, Exit::Code(0)) => {
                self.phase = Phase::Up;
                self.on_ready();
                self.look_later();
            }
            (Role::Start, _) => {
                self.undo = exit != Exit::Code(NOTHING_STARTED.into());
                let why = said.unwrap_or_else(|| format!("the start command {exit}"));
                self.end(Why::StartFailed(why), timeout);
            }
            _ => self.end(Why::Exited, timeout),
        }
    }

    pub(super) fn on_ready(&mut self) {
        self.ready = true;
        self.tell(Event::Ready);
    }

    /// A job has taken too long.
    pub(super) fn on_late_job(&mut self) {
        let Some(job) = self.job.take() else { return };
        self.kill_job(job.pid);
        match job.role {
            Role::Monitor => self.on_looked(Health::Failed("the monitor command took too long".into())),
            Role::Stop => self.on_stop_ended(StopOutcome::Failed("it took too long".into())),
            Role::Kill => self.on_kill_ended(StopOutcome::Failed("it took too long".into())),
            _ => {
                let why = Why::StartFailed("the start command took too long".into());
                self.end(why, self.launch.program.stop_timeout);
            }
        }
    }

    /// Runs the monitor command.
    pub(super) fn look(&mut self) {
        let Kind::Commands { monitor, timeout, .. } = self.launch.program.kind.clone() else { return };
        if let Err(why) = self.begin_job(&monitor, Role::Monitor, Some(timeout)) {
            self.on_looked(Health::Failed(why.to_string()));
        }
    }

    fn on_looked(&mut self, health: Health) {
        self.tell(Event::Monitor(health));
        self.look_later();
    }

    pub(super) fn look_later(&mut self) {
        if let (Kind::Commands { interval, .. }, Phase::Up) = (&self.launch.program.kind, &self.phase) {
            self.look_at = Some(Moment::now().after(*interval));
        }
    }

    /// Kills what a task has left behind, and looks again soon.
    pub(super) fn clear(&mut self) {
        kill(&self.processes());
        self.phase = Phase::Clearing(Moment::now().after(Duration::from_millis(50)));
    }

    /// Sends a signal to the program, or where none runs to whatever was left running.
    pub(super) fn send(&mut self, signal: SignalName) {
        let program = self.job.as_ref().filter(|job| matches!(job.role, Role::Daemon | Role::Task | Role::Start));
        let to = match program {
            Some(job) => ProcessId::of(job.pid).into_iter().collect(),
            None => self.processes().iter().map(Stat::id).collect::<Vec<_>>(),
        };
        send_all(to, signal.signal());
    }

    /// Sends a signal to everybody outside a group, until two walks in a row find nobody new: one alone may miss who loses
    /// its parent meanwhile, perhaps by this very signal.
    pub(super) fn send_everybody(&self, signal: Signal, but: Option<i32>) {
        let (mut reached, mut quiet) = (BTreeSet::new(), 0);
        for _ in 0..WALKS {
            let mut new = self.processes();
            new.retain(|stat| but != Some(stat.group) && reached.insert(stat.id()));
            send_upwards(&new, signal);
            quiet = if new.is_empty() { quiet + 1 } else { 0 };
            if quiet == 2 {
                return;
            }
        }
    }

    /// Kills a job with all that it has started.
    pub(super) fn kill_job(&self, pid: i32) {
        let mine = self.processes().into_iter().filter(|stat| stat.pid == pid || stat.group == pid);
        kill(&mine.chain(below(pid).unwrap_or_default()).collect::<Vec<_>>());
    }

    /// Kills what a job has left in its process group.
    fn kill_group(&self, group: i32) {
        kill(&self.processes().into_iter().filter(|stat| stat.group == group).collect::<Vec<_>>());
    }
}

pub(super) fn kill(processes: &[Stat]) {
    send_upwards(processes, Signal::KILL);
}

/// To children before their parents: with the end of a parent a group of its session may have nobody left who cares for it,
/// and then the kernel lets those of it go on that are stopped.
fn send_upwards(processes: &[Stat], signal: Signal) {
    send_all(processes.iter().rev().map(Stat::id), signal);
}

pub(super) fn send_all(processes: impl IntoIterator<Item = ProcessId>, signal: Signal) {
    for process in processes {
        if let Err(why) = process.signal(signal) {
            complain(format_args!("process {} cannot be sent {signal:?}: {why}", process.pid));
        }
    }
}

fn health(exit: Exit, said: Option<String>) -> Health {
    match exit {
        Exit::Code(0) => Health::Good,
        Exit::Code(NOT_RUNNING) => Health::NotRunning,
        _ => Health::Failed(said.unwrap_or_else(|| format!("the monitor command {exit}"))),
    }
}

fn outcome(exit: Exit, said: Option<String>) -> StopOutcome {
    match exit {
        Exit::Code(0) => StopOutcome::Done,
        _ => StopOutcome::Failed(said.unwrap_or_else(|| format!("it {exit}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_is_not_running() {
        assert_eq!(health(Exit::Code(0), None), Health::Good);
        assert_eq!(health(Exit::Code(7), None), Health::NotRunning);
        assert_eq!(health(Exit::Signal(9), None), Health::Failed("the monitor command ended by signal 9".into()));
        assert_eq!(health(Exit::Code(1), Some("it is full".into())), Health::Failed("it is full".into()));
    }
}
