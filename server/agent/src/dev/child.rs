//! One node's process.

use std::{io, path::Path, process::Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
};

use super::plan::NodePlan;

/// Starts a node in a process group of its own, so that Ctrl-C reaches it through this process only. Nothing of the
/// environment that configures agents is passed on: the nodes are the same for everybody.
pub(super) fn start(program: &Path, node: &NodePlan) -> io::Result<Child> {
    let mut command = Command::new(program);
    command.arg("run").args(&node.flags).arg(format!("--die-with-parent={}", std::process::id()));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"QUORATE_")) {
        command.env_remove(name);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.process_group(0).kill_on_drop(true).spawn()
}

/// Passes on what a process says, line by line, until it ends.
pub(super) async fn pass_on(from: impl AsyncRead + Unpin, prefix: String) {
    let mut lines = BufReader::new(from).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        eprintln!("{prefix} {}", String::from_utf8_lossy(&line));
    }
}

/// Sends a signal. A process that is gone already needs none.
pub(super) fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        let _ = kill_process(pid, signal);
    }
}
