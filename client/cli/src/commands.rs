//! One file for each command, and what they share.

mod agent;
mod backup;
mod barrier;
mod change;
mod completions;
mod elect;
mod events;
mod explain;
mod follow;
mod force;
mod history;
mod links;
mod lock;
mod man;
mod members;
mod names;
mod nodes;
mod quorum;
mod recovered;
mod recovery;
mod services;
mod sessions;
mod settings;
pub mod status;
mod tenure;
mod voters;

use crate::app::App;
use crate::args::{Cli, Command};
use crate::failure::Failure;

/// Does what was asked.
pub async fn run(cli: Cli) -> Result<(), Failure> {
    match &cli.command {
        Command::Completions(args) => return completions::run(args.shell),
        Command::Man(args) => return man::run(args.all.as_deref()),
        _ => {}
    }
    let app = App::new(&cli.global)?;
    match cli.command {
        Command::Status => status::run(app).await,
        Command::Members => members::run(app).await,
        Command::Quorum => quorum::run(app).await,
        Command::Voters(args) => voters::run(app, args).await,
        Command::Explain(args) => explain::run(app, args).await,
        Command::Nodes => nodes::run(app).await,
        Command::Links(args) => links::run(app, args).await,
        Command::Events(args) => events::run(app, args).await,
        Command::History(args) => history::run(app, args).await,
        Command::Settings(args) => settings::run(app, args).await,
        Command::Backup(args) => backup::backup(app, args).await,
        Command::Restore(args) => backup::restore(app, args).await,
        Command::ForceNewCluster(args) => force::run(app, args).await,
        Command::Lock(args) => lock::run(app, args).await,
        Command::Elect(args) => elect::run(app, args).await,
        Command::Names(args) => names::list(app, args).await,
        Command::Bind(args) => names::bind(app, args).await,
        Command::Watch(args) => names::watch(app, args).await,
        Command::Barrier(args) => barrier::run(app, args.action).await,
        Command::Sessions => sessions::run(app).await,
        Command::Service(args) => services::run(app, args.action).await,
        Command::Recovery(args) => recovery::run(app, args).await,
        Command::Drain(args) => recovery::drain(app, args).await,
        Command::Undrain(args) => recovery::undrain(app, args).await,
        Command::Agent(args) => agent::run(app, args).await,
        Command::Leave(args) => change::leave(app, args).await,
        Command::Evict(args) => change::evict(app, args).await,
        Command::Readmit(args) => change::readmit(app, args).await,
        Command::Completions(_) | Command::Man(_) => Ok(()),
    }
}

/// Runs something that only Ctrl-C ends; being interrupted is what it is for, so that is no failure.
async fn until_interrupted(endless: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    tokio::select! {
        result = endless => result,
        interrupted = tokio::signal::ctrl_c() => Ok(interrupted?),
    }
}
