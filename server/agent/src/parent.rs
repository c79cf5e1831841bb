//! Tying this process to the one that started it.

use rustix::process::{Pid, Signal, getppid, set_parent_process_death_signal};

use crate::error::AgentError;

/// Has the kernel kill this process when its parent ends, however that ends.
///
/// # Errors
/// When the parent is not the process `pid`, for then it has ended already.
pub fn die_with(pid: i32) -> Result<(), AgentError> {
    set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|why| AgentError::Runtime(format!("cannot tie this process to its parent: {why}")))?;
    // Only from here on is the end of the parent noticed: it may have come before.
    if getppid().map(Pid::as_raw_pid) == Some(pid) {
        return Ok(());
    }
    Err(AgentError::Runtime(format!("the parent is not process {pid}")))
}
