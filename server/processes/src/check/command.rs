//! Whether a program exits with 0.

use std::{os::unix::process::ExitStatusExt as _, process::Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::Command;

use super::Unwell;
use crate::event::Exit;

pub(super) async fn probe(argv: &[String]) -> Result<(), Unwell> {
    let [program, arguments @ ..] = argv else { return Err(Unwell::Check("a program has no name".into())) };
    let mut command = Command::new(program);
    command.args(arguments).process_group(0).kill_on_drop(true);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = command.spawn().map_err(|why| Unwell::Check(format!("{program}: {why}")))?;
    // Declared after the child and so dropped before it: the number is still that of the child, which was not waited for.
    let mut group = Group(child.id().and_then(|pid| Pid::from_raw(i32::try_from(pid).ok()?)));
    let status = child.wait().await.map_err(|why| Unwell::Check(format!("{program}: {why}")))?;
    group.0 = None;
    let exit = match (status.code(), status.signal()) {
        (Some(0), _) => return Ok(()),
        (Some(code), _) => Exit::Code(code),
        (None, signal) => Exit::Signal(signal.unwrap_or(0)),
    };
    Err(Unwell::Answer(format!("`{program}` {exit}")))
}

/// A process group that is killed when the probe is given up.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
}
