//! What the runner was given and must not keep.
//!
//! Descriptors that the agent opened are closed when the runner is executed. Those that the agent was given itself, by
//! whoever started it, may not be: a lock or a pipe among them would be held for as long as the service runs. Safe code
//! cannot close what it did not open, but it can have the kernel do so: they are marked, and the runner executes itself. An
//! agent marks its own at its start, and spares its runners that.

use std::{env, fs, io, os::unix::process::CommandExt as _, process::Command};

/// Set when that was done: it is not done twice.
const DONE: &str = "QUORATE_RUNNER_ALONE";
/// Of stdin, stdout, stderr, and the look itself.
const EXPECTED: usize = 4;

/// Keeps everything but stdin, stdout and stderr from whatever this process executes from now on. To be called from a
/// program's `main` before it starts any thread.
pub fn pass_nothing_on() {
    close_fds::set_fds_cloexec(3, &[]);
}

/// Lets go of everything but stdin, stdout and stderr. Returns at once when there is nothing else, and otherwise in a new
/// life of this process.
pub(super) fn let_go() -> io::Result<()> {
    if env::var_os(DONE).is_some() || fs::read_dir("/proc/self/fd")?.count() <= EXPECTED {
        return Ok(());
    }
    pass_nothing_on();
    let mut arguments = env::args_os();
    let name = arguments.next().unwrap_or_default();
    Err(Command::new("/proc/self/exe").arg0(name).args(arguments).env(DONE, "1").exec())
}
