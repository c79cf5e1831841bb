//! `quorated`: reads the command line and hands over.

use std::{io::Write, path::Path, process::ExitCode, time::Duration};

use clap::ArgMatches;
use quorate_agent::{
    agent::{self, Runtimes},
    cli::{self, Command, ConfigCommand, RunArgs},
    config::Config,
    dev,
    error::AgentError,
    logging, parent,
    services::UNIT,
};
use quorate_processes::NOTHING_STARTED;
use tokio::runtime::Builder;

/// The word by which this program is the parent of a service instead of an agent.
const RUNNER: &str = "runner";

fn main() -> ExitCode {
    // What a runner is told comes over its standard input: it needs no command line, and little memory. What a runner runs
    // has few words.
    match std::env::args_os().nth(1) {
        Some(word) if word == RUNNER => return quorate_processes::runner::main(),
        Some(word) if word == UNIT => return unit(),
        _ => {}
    }
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

/// Does something with a unit of systemd, and says why when it fails, to people and to the runner.
fn unit() -> ExitCode {
    match quorate_systemd::main(std::env::args().skip(2)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            // By hand it is run without a runner.
            let _ = quorate_processes::notify(&format!("STATUS={why}"));
            if why.has_started_nothing() { NOTHING_STARTED.into() } else { ExitCode::FAILURE }
        }
    }
}

fn run(args: &RunArgs, given: &ArgMatches) -> Result<(), AgentError> {
    quorate_processes::runner::pass_nothing_on();
    if let Some(pid) = args.die_with_parent {
        parent::die_with(pid)?;
    }
    let config = Config::load(given)?;
    logging::init(&config.log);
    for warning in config.warnings() {
        tracing::warn!("{warning}");
    }
    let start = |mut builder: Builder| {
        builder.enable_all().build().map_err(|why| AgentError::Runtime(format!("cannot start: {why}")))
    };
    let workers = |count| {
        let mut builder = Builder::new_multi_thread();
        builder.worker_threads(count);
        builder
    };
    // One thread is the node, one is for consensus. The others serve clients, on all processors but the one that the node
    // needs: a request that moves between more threads than there are processors waits for them to wake up.
    let spare = std::thread::available_parallelism().map_or(1, |all| all.get().saturating_sub(1).max(1));
    let node = start(Builder::new_current_thread())?;
    let (serving, consensus, services) = (start(workers(spare))?, start(workers(1))?, start(workers(1))?);
    let runtimes = Runtimes { serving: serving.handle(), consensus: consensus.handle(), services: services.handle() };
    let ended = node.block_on(agent::run(config, runtimes));
    // A look-up of a name may still wait for its answer; nobody needs it any more.
    for runtime in [serving, consensus, services, node] {
        runtime.shutdown_timeout(Duration::from_secs(1));
    }
    ended
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
