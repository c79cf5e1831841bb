//! Processes of this machine: who they are and who descends from whom.
//!
//! Nothing here is remembered: each look is a new walk, through all of `/proc` or down from one process. A walk is not one
//! moment, so who must not miss anybody walks again until nothing new is found.

mod below;
mod id;
mod stat;
mod table;

pub(crate) use below::below;
pub use id::ProcessId;
pub(crate) use stat::Stat;
pub(crate) use table::Table;

use std::io;

use rustix::process::{getpid, set_child_subreaper};

/// Makes this process the parent of all descendants whose own parent has ended.
///
/// For a runner that is what it is there for. An agent may do so, too: then even a process that has cleaned its
/// environment and was forked away is still below the agent when its runner was killed. Whoever does so has to expect
/// children that it did not start, and to wait for them.
///
/// # Errors
/// When the system does not know how.
pub fn become_subreaper() -> io::Result<()> {
    Ok(set_child_subreaper(Some(getpid()))?)
}
