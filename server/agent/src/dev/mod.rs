//! `quorated dev`: a cluster of real agents on this machine, to try things out.
//!
//! Every node is a process of this same program with nothing but flags. They are started, watched and stopped here; what
//! they agree on is asked of them as any client would. They have the kernel kill them when this process ends, whichever
//! way, so none is ever left behind.
//!
//! ```text
//!   plan --> child (one a node) --exit--> cluster --> people
//!                  ^ gRPC                    ^
//!                  +------ views ------------+
//! ```

mod certificates;
mod child;
mod cluster;
mod commands;
mod plan;
mod style;
mod views;

use std::{net::TcpListener, path::PathBuf};

use tempfile::TempDir;

use self::{certificates::Certificates, cluster::Cluster, plan::Plan};
use crate::{cli::DevArgs, error::AgentError};

/// Runs the cluster until Ctrl-C, a termination signal, or the end of all its nodes.
///
/// # Errors
/// When it cannot be started, or all nodes have ended by themselves.
pub fn run(args: &DevArgs) -> Result<(), AgentError> {
    let (dir, _temporary) = folder(args)?;
    let mut plan = Plan::new(args, dir);
    free(&plan)?;
    if args.tls {
        plan.certificates = Some(Certificates::make(&plan.data_dir.join("tls"), &mut plan.nodes)?);
    }
    // One thread: the kernel ties a child to the thread that started it, and this one lives until the end.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| AgentError::Runtime(format!("cannot start: {why}")))?;
    runtime.block_on(Cluster::new(plan, args.respawn).run())
}

/// The folder for all nodes; a temporary one goes with the second value.
fn folder(args: &DevArgs) -> Result<(PathBuf, Option<TempDir>), AgentError> {
    if let Some(dir) = &args.data_dir {
        let dir = std::path::absolute(dir).map_err(|why| AgentError::Runtime(format!("{}: {why}", dir.display())))?;
        return Ok((dir, None));
    }
    let made = tempfile::Builder::new().prefix("quorate-dev-").tempdir();
    let made = made.map_err(|why| AgentError::Runtime(format!("cannot make a temporary folder: {why}")))?;
    Ok((made.path().to_path_buf(), Some(made)))
}

/// Names all addresses that are in use, before anything is started.
fn free(plan: &Plan) -> Result<(), AgentError> {
    let mut first = None;
    for (what, address) in plan.addresses() {
        if let Err(source) = TcpListener::bind(address) {
            eprintln!("{address} ({what}) cannot be listened on: {source}");
            first.get_or_insert(AgentError::Listen { what, address, source });
        }
    }
    match first {
        None => Ok(()),
        Some(why) => {
            eprintln!("Another cluster may be running; --base-port chooses other ports.");
            Err(why)
        }
    }
}

#[cfg(test)]
mod tests;
