//! Members that are daemons with a log, as Corosync and Serf are: what they see is read from what they print.
//!
//! The line that a daemon prints about a new membership comes just before it tells its clients, so a client would see
//! it a little later than is counted here, and no process but the daemon itself takes part.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::PathBuf,
    process::Stdio,
    time::{Duration, Instant},
};

use quorate_tests::Lab;
use tempfile::TempDir;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
};

use super::{Group, tail};
use crate::sightings::Sightings;

/// Time between two looks whether a daemon that was killed is gone.
const PAUSE: Duration = Duration::from_millis(1);

/// Reads lines of a log: how many members there are, when a line tells that.
pub(super) trait Reader: Send + 'static {
    /// How many members there are after this line, when it tells.
    fn read(&mut self, line: &str) -> Option<usize>;
}

/// Running daemons.
pub(super) struct Daemons {
    started: Instant,
    sightings: Vec<Sightings>,
    children: Vec<Child>,
    lab: Lab,
    folder: TempDir,
}

impl Daemons {
    /// Starts one on each node of a laboratory together. `command` makes the command of a node, `reader`
    /// what reads its log. What they print is also kept in the folder.
    ///
    /// # Errors
    /// When one cannot be started.
    pub(super) fn start<R: Reader>(
        lab: Lab,
        folder: TempDir,
        command: impl Fn(&Lab, usize) -> std::process::Command,
        reader: impl Fn() -> R,
    ) -> Result<Self, String> {
        let (sightings, children) = (Vec::new(), Vec::new());
        let mut daemons = Self { started: Instant::now(), sightings, children, lab, folder };
        for node in 1..=daemons.lab.size() {
            let mut command = Command::from(command(&daemons.lab, node));
            command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
            let mut child = command.spawn().map_err(|why| format!("{command:?} cannot be started: {why}"))?;
            let sightings = Sightings::default();
            let log = daemons.log(node);
            follow(child.stdout.take(), &log, reader(), &sightings)?;
            follow(child.stderr.take(), &log, reader(), &sightings)?;
            daemons.children.push(child);
            daemons.sightings.push(sightings);
        }
        Ok(daemons)
    }

    fn log(&self, node: usize) -> PathBuf {
        self.folder.path().join(format!("{node}.log"))
    }
}

impl Group for Daemons {
    fn started(&self) -> Instant {
        self.started
    }

    fn sightings(&self) -> &[Sightings] {
        &self.sightings
    }

    fn pid(&self, node: usize) -> u32 {
        self.children[node - 1].id().unwrap_or_default()
    }

    fn kill(&mut self, node: usize) {
        // It fails only when the daemon has ended by itself.
        let _ = self.children[node - 1].start_kill();
    }

    fn cut(&mut self, node: usize) {
        self.lab.unplug(0, node);
    }

    fn last_words(&self, node: usize) -> String {
        tail(&self.log(node))
    }
}

impl Drop for Daemons {
    /// All are gone before their namespaces are.
    fn drop(&mut self) {
        for child in &mut self.children {
            let _ = child.start_kill();
        }
        for child in &mut self.children {
            while matches!(child.try_wait(), Ok(None)) {
                std::thread::sleep(PAUSE);
            }
        }
    }
}

/// Reads what a daemon prints until it ends.
fn follow(
    output: Option<impl AsyncRead + Send + Unpin + 'static>,
    log: &PathBuf,
    mut reader: impl Reader,
    sightings: &Sightings,
) -> Result<(), String> {
    let opened = OpenOptions::new().create(true).append(true).open(log);
    let mut log: File = opened.map_err(|why| format!("{}: {why}", log.display()))?;
    let sightings = sightings.clone();
    let mut lines = BufReader::new(output.ok_or("a daemon without output")?).lines();
    tokio::spawn(async move {
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(count) = reader.read(&line) {
                sightings.see(count);
            }
            // The log only explains what went wrong.
            let _ = writeln!(log, "{line}");
        }
    });
    Ok(())
}
