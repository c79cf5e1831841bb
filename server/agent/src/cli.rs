//! The command line of `quorated`.

use std::path::PathBuf;

use clap::{ArgMatches, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::config::SettingsArgs;

const EXIT_CODES: &str = "\
Exit codes:
  0  ended on request (signal, or Leave)
  1  failed while running
  2  wrong usage or configuration
  3  the data folder was refused or failed
  4  an address is in use or cannot be listened on";

/// The node agent of Quorate: run one on every machine
#[derive(Parser, Debug)]
#[command(
    name = "quorated",
    version,
    after_help = EXIT_CODES,
    args_conflicts_with_subcommands = true,
    max_term_width = 120
)]
pub struct Cli {
    /// What to do; without it the agent runs.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// For running the agent.
    #[command(flatten)]
    pub run: RunArgs,
}

/// What to do.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Run the agent (the same as without a command)
    #[command(after_help = EXIT_CODES)]
    Run(Box<RunArgs>),
    /// Start a cluster of real agents on this machine, to try things out
    Dev(DevArgs),
    /// Look at configurations
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// For running the agent.
#[derive(Args, Debug)]
pub struct RunArgs {
    /// The settings.
    #[command(flatten)]
    pub settings: SettingsArgs,
    /// Ends with the process of this id, which must be the parent.
    #[arg(long, hide = true, value_name = "PID")]
    pub die_with_parent: Option<i32>,
}

/// For `quorated dev`.
#[derive(Args, Debug, Clone)]
pub struct DevArgs {
    /// How many nodes
    #[arg(long, default_value_t = 3, value_name = "COUNT", value_parser = clap::value_parser!(u16).range(1..=50))]
    pub nodes: u16,
    /// API on this port plus 1, 2, ..., peers plus 101, 102, ..., HTTP plus 201, 202, ...
    #[arg(long, default_value_t = 7400, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1024..=65_000))]
    pub base_port: u16,
    /// Keeps the nodes' data folders in this one [default: a temporary one, removed at the end]
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// Starts a node that died again
    #[arg(long)]
    pub respawn: bool,
    /// Speaks TLS between nodes and with clients, with certificates made for the occasion
    #[arg(long)]
    pub tls: bool,
    /// Flags for every node, after "--"
    #[arg(last = true, value_name = "FLAG")]
    pub extra: Vec<String>,
}

/// Looking at configurations.
#[derive(Subcommand, Debug)]
pub enum ConfigCommand {
    /// Say whether a configuration file is good
    Check {
        /// The file (TOML)
        file: PathBuf,
    },
    /// Print the configuration in force: flags, variables and file put together, defaults filled in
    Show(Box<SettingsArgs>),
}

/// Reads the command line; ends the process for `--help`, `--version` and wrong usage. The matches are those of the
/// command, in which the settings tell where each came from.
#[must_use]
pub fn parse() -> (Cli, ArgMatches) {
    let mut matches = Cli::command().get_matches();
    match Cli::from_arg_matches(&matches) {
        Ok(cli) => {
            while let Some((_, below)) = matches.remove_subcommand() {
                matches = below;
            }
            (cli, matches)
        }
        Err(why) => why.format(&mut Cli::command()).exit(),
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::{Cli, Command, ConfigCommand};

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_agent_runs_with_and_without_its_command() {
        let bare = Cli::parse_from(["quorated", "--cluster", "c", "--seed", "a:1", "--seed", "b:2"]);
        assert!(bare.command.is_none());
        assert_eq!((bare.run.settings.cluster.as_deref(), bare.run.settings.discovery.seed.len()), (Some("c"), 2));
        let run = Cli::parse_from(["quorated", "run", "--cluster", "c"]);
        assert!(matches!(run.command, Some(Command::Run(run)) if run.settings.cluster.as_deref() == Some("c")));
        assert!(Cli::try_parse_from(["quorated", "--cluster", "c", "dev"]).is_err());
    }

    #[test]
    fn dev_takes_flags_for_its_nodes() {
        let cli = Cli::parse_from(["quorated", "dev", "--nodes", "5", "--respawn", "--", "--heartbeat", "50ms"]);
        let Some(Command::Dev(dev)) = cli.command else { panic!("it is dev") };
        assert_eq!((dev.nodes, dev.base_port, dev.respawn, dev.extra.len()), (5, 7400, true, 2));
        for bad in [["--nodes", "0"], ["--nodes", "51"], ["--base-port", "80"]] {
            assert!(Cli::try_parse_from(["quorated", "dev", bad[0], bad[1]]).is_err());
        }
    }

    #[test]
    fn configurations_can_be_looked_at() {
        let cli = Cli::parse_from(["quorated", "config", "check", "q.toml"]);
        assert!(matches!(cli.command, Some(Command::Config(ConfigCommand::Check { .. }))));
        let cli = Cli::parse_from(["quorated", "config", "show", "--cluster", "c"]);
        assert!(matches!(cli.command, Some(Command::Config(ConfigCommand::Show(_)))));
    }
}
