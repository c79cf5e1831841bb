//! What is left of an instance whose runner was killed.
//!
//! Nobody is its parent any more, so it is looked for by everything that is known of it: its process and what descends
//! from that, the runner's session, and [`crate::RUN_VARIABLE`] in the environment that it was born with.

use std::{
    collections::BTreeSet,
    fs, io,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, WaitOptions, waitpid};
use tokio::{
    task::spawn_blocking,
    time::{sleep, timeout},
};

use crate::{
    RUN_VARIABLE,
    end::{End, StopOutcome, Why, time_now},
    facts::Facts,
    folder::Folder,
    launch::{Launch, RunId},
    process::{ProcessId, Stat, Table},
    program::Kind,
    runner::spawn::Spawner,
};

/// From one round of killing to the next.
const ROUND: Duration = Duration::from_millis(50);

/// What is left of an instance whose runner was killed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Remains {
    folder: Folder,
    facts: Facts,
}

/// Why something is still left.
#[derive(Debug, thiserror::Error)]
pub enum RemainsError {
    /// These do not go although they were killed.
    #[error("processes are left although they were killed: {0:?}")]
    Stuck(Vec<ProcessId>),
    /// Its kill command did not succeed.
    #[error("what its commands have started may still run, for the kill command failed: {0}")]
    NotKilled(String),
    /// It cannot be found out what is left.
    #[error("it cannot be found out what is left: {0}")]
    System(#[from] io::Error),
}

impl Remains {
    pub(crate) fn new(folder: Folder, facts: Facts) -> Self {
        Self { folder, facts }
    }

    /// Which start of the service it was.
    #[must_use]
    pub fn run(&self) -> RunId {
        self.facts.run
    }

    /// The processes that are left. There may be none.
    ///
    /// # Errors
    /// When `/proc` cannot be read.
    pub fn processes(&self) -> io::Result<Vec<ProcessId>> {
        if !self.facts.are_of_this_boot() {
            return Ok(Vec::new());
        }
        let table = Table::read()?;
        let own = rustix::process::getpid().as_raw_pid();
        let taken = table.all().iter().any(|stat| stat.pid == self.facts.runner.pid && stat.id() != self.facts.runner);
        let is_ours = |stat: &&Stat| {
            let in_session = !taken && stat.session == self.facts.runner.pid;
            Some(stat.id()) == self.facts.service || in_session || has_run(stat.pid, self.facts.run)
        };
        let mut found = BTreeSet::new();
        for stat in table.all().iter().filter(is_ours) {
            found.insert(stat.id());
            found.extend(table.below(stat.pid).iter().map(Stat::id));
        }
        let left = |process: &ProcessId| process.pid != own && *process != self.facts.runner && process.is_alive();
        Ok(found.into_iter().filter(left).collect())
    }

    /// Kills them, again and again until none is left, and writes down how the instance ended. Asking them to end would
    /// be too slow for what may be started elsewhere now. They may take `limit` to go. Of commands, their kill command or
    /// else their stop command then undoes what is no process, and may take as long as ever.
    ///
    /// # Errors
    /// [`RemainsError`]: what is left may still run.
    pub async fn clean(self, limit: Duration) -> Result<End, RemainsError> {
        self.kill_all(limit).await?;
        let stop = self.undo().await?;
        if stop.is_some() {
            self.kill_all(limit).await?;
        }
        self.folder.close();
        let run = self.facts.run;
        let end = End { run, why: Why::RunnerDied, exit: None, stop, time: time_now(), lines_dropped: 0 };
        self.folder.write_end(&end)?;
        Ok(end)
    }

    async fn kill_all(&self, limit: Duration) -> Result<(), RemainsError> {
        let begin = Instant::now();
        loop {
            let remains = self.clone();
            let left = spawn_blocking(move || remains.kill()).await.map_err(io::Error::other)??;
            if left.is_empty() {
                return Ok(());
            }
            if begin.elapsed() > limit {
                return Err(RemainsError::Stuck(left));
            }
            sleep(ROUND).await;
        }
    }

    async fn undo(&self) -> Result<Option<StopOutcome>, RemainsError> {
        let launch = self.facts.launch.as_deref().filter(|_| self.facts.are_of_this_boot());
        let Some(launch) = launch else { return Ok(None) };
        let Kind::Commands { stop, kill, timeout: limit, .. } = &launch.program.kind else { return Ok(None) };
        let outcome = match self.execute(launch, kill.as_ref().unwrap_or(stop), *limit).await {
            Ok(()) => StopOutcome::Done,
            Err(why) if kill.is_some() => return Err(RemainsError::NotKilled(why)),
            Err(why) => StopOutcome::Failed(why),
        };
        Ok(Some(outcome))
    }

    async fn execute(&self, launch: &Launch, argv: &[String], limit: Duration) -> Result<(), String> {
        let spawner = Spawner::new(self.folder.clone(), &launch.program).map_err(|why| why.to_string())?;
        let command = spawner.command(launch, argv).map_err(|why| why.to_string())?;
        let mut command = tokio::process::Command::from(command);
        match timeout(limit, command.kill_on_drop(true).status()).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(Ok(status)) => Err(status.to_string()),
            Ok(Err(why)) => Err(why.to_string()),
            Err(_) => Err("it took too long".to_owned()),
        }
    }

    /// One round; who was found.
    fn kill(&self) -> io::Result<Vec<ProcessId>> {
        let left = self.processes()?;
        for process in &left {
            // Who cannot be killed is found again, and told of in the end.
            let _ = process.signal(Signal::KILL);
            // An agent that is a subreaper is its parent by now. When it is not, or has waited already, nothing happens.
            if let Some(pid) = Pid::from_raw(process.pid) {
                let _ = waitpid(Some(pid), WaitOptions::NOHANG);
            }
        }
        Ok(left)
    }
}

/// Whether a process was born with this run in its environment. Of other users' processes only root may know.
fn has_run(pid: i32, run: RunId) -> bool {
    let wanted = format!("{RUN_VARIABLE}={run}");
    fs::read(format!("/proc/{pid}/environ"))
        .is_ok_and(|environment| environment.split(|byte| *byte == 0).any(|variable| variable == wanted.as_bytes()))
}
