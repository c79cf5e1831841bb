//! `quorated`: reads the command line and hands over.

use std::{io::Write, path::Path, process::ExitCode};

use clap::ArgMatches;
use quorate_agent::{
    cli::{self, Command, ConfigCommand, RunArgs},
    config::Config,
    dev,
    error::AgentError,
    logging, parent,
};

fn main() -> ExitCode {
    let (cli, given) = cli::parse();
    let done = match cli.command {
        None => run(&cli.run, &given),
        Some(Command::Run(args)) => run(&args, &given),
        Some(Command::Dev(args)) => dev::run(&args),
        Some(Command::Config(ConfigCommand::Check { file })) => check(&file),
        Some(Command::Config(ConfigCommand::Show(_))) => show(&given),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("quorated: {why}");
            why.exit_code()
        }
    }
}

fn run(args: &RunArgs, given: &ArgMatches) -> Result<(), AgentError> {
    if let Some(pid) = args.die_with_parent {
        parent::die_with(pid)?;
    }
    let config = Config::load(given)?;
    logging::init(&config.log);
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let _ = config;
    Err(AgentError::Runtime("not composed yet".into()))
}

fn check(file: &Path) -> Result<(), AgentError> {
    let config = Config::from_file(file)?;
    for warning in config.warnings() {
        eprintln!("{}: warning: {warning}", file.display());
    }
    println!("{}: good", file.display());
    Ok(())
}

fn show(given: &ArgMatches) -> Result<(), AgentError> {
    let config = Config::load(given)?;
    // A reader that has seen enough, such as `head`, is no failure.
    drop(std::io::stdout().write_all(config.to_toml().as_bytes()));
    Ok(())
}
