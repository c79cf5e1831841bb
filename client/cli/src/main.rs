//! `quorate`, the command line client of the Quorate cluster agent.
//!
//! [`args`] says what can be asked, [`commands`] has one file for each command, [`output`] writes tables or JSON,
//! [`json`] has the shapes of the latter, [`definition`] has services as TOML, [`standing`] says how a service stands, and [`failure`] maps what can go wrong to exit codes.

mod app;
mod args;
mod commands;
mod confirm;
mod definition;
mod failure;
mod job;
mod json;
mod output;
mod since;
mod standing;
mod text;
mod words;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let format = cli.global.output;
    match commands::run(cli).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.report(format),
    }
}
