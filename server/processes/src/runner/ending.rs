//! Ending an instance: asked, then killed, until nothing is left.

use std::{collections::BTreeSet, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};

use super::{
    complain,
    job::{Role, kill},
    machine::{LINGER, Machine, Phase},
};
use crate::{
    end::{End, StopOutcome, Why, time_now},
    event::Event,
    moment::Moment,
    program::Kind,
};

/// From one round of killing to the next: at first, and at last.
const ROUNDS: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(1));
/// A process that is still there so long after it was killed is stuck.
const STUCK: Duration = Duration::from_secs(5);
/// From a kill command that failed to the next.
const AGAIN: Duration = Duration::from_secs(1);
/// How much of the time of an end is left for the kill command.
const RESERVE: Duration = Duration::from_millis(100);
/// How long the log may take to be complete.
const LOG: Duration = Duration::from_secs(2);

/// How far it is.
pub(super) struct Ending {
    pub why: Why,
    /// When asking is over.
    kill_at: Moment,
    /// It was frozen and its right was over: whoever went on to end in order would work beside what was started elsewhere.
    doomed: bool,
    stage: Stage,
    stop: Option<StopOutcome>,
    /// Why the kill command failed last.
    not_killed: String,
}

/// The stop command or the kill command runs (for commands), the latter has failed, all are asked, all are killed.
enum Stage {
    Commanded,
    Again { at: Moment },
    Asked,
    Killed { since: Moment, wait: Duration, again_at: Moment, told: BTreeSet<i32> },
}

impl Ending {
    /// When there is something to do.
    pub(super) fn next(&self) -> Option<Moment> {
        match &self.stage {
            // The deadline is that of the job.
            Stage::Commanded => None,
            Stage::Again { at } => Some(*at),
            Stage::Asked => Some(self.kill_at),
            Stage::Killed { again_at, .. } => Some(*again_at),
        }
    }
}

impl Machine {
    /// Ends the instance; when it is being ended already, sooner if that is what this means. The first reason stays.
    pub(super) fn end(&mut self, why: Why, timeout: Duration) {
        let kill = matches!(&self.launch.program.kind, Kind::Commands { kill: Some(_), .. });
        let to_stop = if kill { timeout.saturating_sub(RESERVE) } else { timeout };
        let (kill_at, late_at) = (Moment::now().after(timeout), Moment::now().after(to_stop));
        match &mut self.phase {
            Phase::Gone(..) | Phase::Left => return,
            Phase::Ending(ending) => {
                ending.kill_at = ending.kill_at.min(kill_at);
                if let Some(job) = self.job.as_mut().filter(|job| job.role == Role::Stop) {
                    job.deadline = job.deadline.map(|deadline| deadline.min(late_at));
                }
                return;
            }
            Phase::Starting | Phase::Clearing(_) | Phase::Up => {}
        }
        let doomed = self.frozen.is_some() && self.right.is_over(Moment::now());
        self.phase = Phase::Ending(Ending {
            why: why.clone(),
            kill_at,
            doomed,
            stage: Stage::Asked,
            stop: None,
            not_killed: String::new(),
        });
        (self.look_at, self.silent_at, self.frozen, self.agent.missed_at) = (None, None, None, None);
        self.tell(Event::Stopping(why));
        match self.launch.program.kind.clone() {
            Kind::Commands { stop, timeout: limit, .. } if self.undo => self.command(&stop, limit.min(to_stop)),
            _ => self.ask(),
        }
    }

    fn is_doomed(&self) -> bool {
        matches!(&self.phase, Phase::Ending(ending) if ending.doomed)
    }

    /// Runs the stop command; what else of commands runs now, it would not expect.
    fn command(&mut self, stop: &[String], limit: Duration) {
        if let Some(job) = self.job.take() {
            self.kill_job(job.pid);
        }
        // It may have to talk to what was frozen, if that may go on.
        let signal = if self.is_doomed() { Signal::KILL } else { Signal::CONT };
        self.send_everybody(signal, None);
        match self.begin_job(stop, Role::Stop, Some(limit)) {
            Ok(()) => self.set_stage(Stage::Commanded),
            Err(why) => self.on_stop_ended(StopOutcome::Failed(why.to_string())),
        }
    }

    pub(super) fn on_stop_ended(&mut self, outcome: StopOutcome) {
        match self.launch.program.kind.clone() {
            Kind::Commands { kill: Some(kill), timeout, .. } if outcome != StopOutcome::Done => {
                self.kill_by_command(&kill, timeout);
            }
            _ => self.on_ended_by_command(outcome),
        }
    }

    /// Runs the kill command. It may take longer than the instance may: what is the runner's own is killed before.
    fn kill_by_command(&mut self, kill: &[String], limit: Duration) {
        self.send_everybody(Signal::KILL, None);
        match self.begin_job(kill, Role::Kill, Some(limit)) {
            Ok(()) => self.set_stage(Stage::Commanded),
            Err(why) => self.on_kill_ended(StopOutcome::Failed(why.to_string())),
        }
    }

    pub(super) fn on_kill_ended(&mut self, outcome: StopOutcome) {
        match outcome {
            StopOutcome::Done => self.on_ended_by_command(outcome),
            StopOutcome::Failed(why) => {
                self.set_stage(Stage::Again { at: Moment::now().after(AGAIN) });
                let Phase::Ending(ending) = &mut self.phase else { return };
                if why != ending.not_killed {
                    ending.not_killed.clone_from(&why);
                    self.tell(Event::NotKilled(why));
                }
            }
        }
    }

    fn on_ended_by_command(&mut self, outcome: StopOutcome) {
        if let Phase::Ending(ending) = &mut self.phase {
            ending.stop = Some(outcome);
        }
        self.set_stage(Stage::Asked);
        self.ask();
    }

    fn set_stage(&mut self, stage: Stage) {
        if let Phase::Ending(ending) = &mut self.phase {
            ending.stage = stage;
        }
    }

    /// Asks everybody once: the program's group as one, so that nobody it forks meanwhile is missed, then all others. Who
    /// must not go on is not asked.
    fn ask(&mut self) {
        if self.is_doomed() {
            return self.go_on_ending(Moment::now());
        }
        let signal = self.launch.program.stop_signal.signal();
        let group = self.send_group(signal);
        self.send_everybody(signal, group);
        // Whoever is frozen, or was stopped by somebody else, could not end.
        self.send_everybody(Signal::CONT, None);
    }

    /// Sends the program's group a signal. Which that is, if there is a program.
    fn send_group(&self, signal: Signal) -> Option<i32> {
        let group = self.job.as_ref()?.pid;
        if let Err(why) = kill_process_group(Pid::from_raw(group)?, signal) {
            complain(format_args!("the group of the program cannot be sent {signal:?}: {why}"));
        }
        Some(group)
    }

    /// Kills all that is left, the program's group first, for a walk takes time. Whoever is still there is looked for again:
    /// it may have forked, or the kernel holds it.
    pub(super) fn go_on_ending(&mut self, now: Moment) {
        if let Phase::Ending(Ending { stage: Stage::Again { .. }, .. }) = &self.phase
            && let Kind::Commands { kill: Some(kill), timeout, .. } = self.launch.program.kind.clone()
        {
            return self.kill_by_command(&kill, timeout);
        }
        self.send_group(Signal::KILL);
        let left = self.processes();
        kill(&left);
        let Phase::Ending(ending) = &mut self.phase else { return };
        if matches!(ending.stage, Stage::Asked) {
            ending.stage = Stage::Killed { since: now, wait: ROUNDS.0, again_at: now, told: BTreeSet::new() };
        }
        let Stage::Killed { since, wait, again_at, told } = &mut ending.stage else { return };
        *wait = (*wait * 2).min(ROUNDS.1);
        *again_at = now.after(*wait);
        if now.until(*since) < STUCK {
            return;
        }
        let stuck = left.iter().filter(|stat| !stat.has_ended()).map(|stat| stat.pid);
        let new: Vec<_> = stuck.filter(|pid| told.insert(*pid)).collect();
        for pid in new {
            self.tell(Event::Stuck { pid });
        }
    }

    /// There is no child any more, and so no process of the instance.
    pub(super) fn on_nothing_left(&mut self) {
        match &self.phase {
            Phase::Clearing(_) => {
                self.phase = Phase::Up;
                self.on_ready();
            }
            Phase::Ending(ending) if !matches!(ending.stage, Stage::Commanded | Stage::Again { .. }) => {
                let (why, stop) = (ending.why.clone(), ending.stop.clone());
                self.on_gone(why, stop);
            }
            _ => {}
        }
    }

    fn on_gone(&mut self, why: Why, stop: Option<StopOutcome>) {
        let lines_dropped = self.log.take().map_or(0, |log| log.close(LOG));
        let end = End { run: self.launch.run, why, exit: self.exit, stop, time: time_now(), lines_dropped };
        if let Err(why) = self.spawner.folder().write_end(&end) {
            complain(format_args!("the end cannot be written: {why}"));
        }
        self.phase = Phase::Gone(Box::new(end.clone()), Moment::now().after(LINGER));
        self.tell(Event::Gone(end));
        if self.agent.bye {
            self.phase = Phase::Left;
        }
    }
}
