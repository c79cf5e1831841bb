//! Children that have ended.
//!
//! A thread waits until some child has, but leaves it to be waited for: only the runner's main thread, which also starts
//! processes, takes them out of the kernel's list. So no number changes its owner while the runner still means the old
//! one, and the kernel's "no child" means that nothing is left of an instance: every descendant's ancestor is a child of
//! this subreaper.

use std::{
    io,
    sync::mpsc::{SyncSender, sync_channel},
};

use rustix::{
    io::Errno,
    process::{WaitId, WaitIdOptions, WaitOptions, WaitStatus, wait, waitid},
};

use super::{input::Input, thread};
use crate::event::Exit;

/// The thread that waits.
pub(super) struct Children {
    look: SyncSender<()>,
}

/// What there is to know of the children.
pub(super) enum Next {
    /// This one has ended.
    Ended(i32, Exit),
    /// There are some, and they run.
    Running,
    /// There is none.
    None,
}

impl Children {
    pub(super) fn start(inputs: SyncSender<Input>) -> io::Result<Self> {
        let (look, looks) = sync_channel(1);
        thread("children", move || {
            for () in looks {
                let ended = loop {
                    match waitid(WaitId::All, WaitIdOptions::EXITED | WaitIdOptions::NOWAIT) {
                        Err(Errno::INTR) => {}
                        other => break other,
                    }
                };
                // Without any child there is nothing to wait for until the next was started.
                if ended.is_ok() && inputs.send(Input::Child).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { look })
    }

    /// Has the thread wait, for there are children.
    pub(super) fn watch(&self) {
        let _ = self.look.try_send(());
    }

    /// Takes one that has ended.
    pub(super) fn next(&self) -> Next {
        loop {
            match wait(WaitOptions::NOHANG) {
                Ok(Some((pid, status))) => return Next::Ended(pid.as_raw_pid(), exit(status)),
                Ok(None) => return Next::Running,
                Err(Errno::INTR) => {}
                Err(_) => return Next::None,
            }
        }
    }
}

fn exit(status: WaitStatus) -> Exit {
    match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => Exit::Code(code),
        (None, signal) => Exit::Signal(signal.unwrap_or(0)),
    }
}
