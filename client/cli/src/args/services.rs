//! What can be asked about services and their recovery.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, Subcommand};

pub const SERVICE_EXAMPLES: &str = "\
Examples:
  quorate service apply services.toml
  quorate service list
  quorate service why web
  quorate service move web/1 n3 --wait";

const APPLY_EXAMPLES: &str = "\
A file has a table for each service. Keys are the fields of the message Service of the API; times are
texts as in \"500ms\" or \"10s\".

  [services.web]
  command = [\"/usr/bin/web\", \"--port\", \"80\"]   # or systemd = \"a.service\", or ocf = { agent = .. }
  environment = { MODE = \"fast\" }               # user, group, folder; task = true: it ends by itself
  requires = [\"db\"]                             # after, level
  placement = { instances = 2, spread = \"rack\" } # every_member, selector, preferred, with, apart,
                                                # failback
  without_quorum = \"stop\"                       # freeze, carry-on; grace, loss_timeout
  in_transition = \"keep\"                        # signal, restart; transition_signal
  readiness = { tcp = \"127.0.0.1:80\" }          # \"notify\", http, grpc, command; timeout, interval
  health = { http = \"http://127.0.0.1/healthz\" } # { watchdog = \"5s\" }; timeout, interval, failures
  restart = { tries = 3, window = \"1m\" }        # pause, pause_max
  log = { bytes = \"1MiB\", files = 2 }           # start_timeout, stop_timeout, stop_signal,
                                                # outlive_agent, description

First shows what would change and what would run where, asks, and then applies exactly that: when
somebody changes services meanwhile, nothing is done. Services that are not named stay as they are,
unless with --prune. Exits with 10 when with --wait not all of what was applied runs in the end.

Examples:
  quorate service apply services.toml
  quorate service apply services/ --prune --yes --wait=1m
  quorate service apply web.toml db.toml --dry-run -o json | jq .changes
  quorate service show web --toml | quorate service apply - --yes";

const WHY_EXAMPLES: &str = "\
Exits with 0 when it runs, all its instances are ready, and with 10 when not.

Examples:
  quorate service why web
  quorate service why web -o json | jq -r '.reasons[].text'";

pub const RECOVERY_EXAMPLES: &str = "\
With --watch it is shown again whenever it changes, until Ctrl-C: in place on a terminal, else a line
for each change, with -o json a document a line. With --wait it is shown once everything is recovered.

Examples:
  quorate recovery
  quorate recovery --watch
  quorate recovery --wait=30s && echo recovered
  quorate recovery what-if --fail n1 --drain n2
  quorate recovery -o json | jq .recovery.stage";

pub const DRAIN_EXAMPLES: &str = "\
Its services go elsewhere, and none comes to it until `quorate undrain`; its agent goes on. See what
that would do before: `quorate recovery what-if --drain NODE`.

Examples:
  quorate drain n2 --reason 'new disk' --wait
  quorate drain n2 --reason 'kernel update' --wait=5m && ssh n2 reboot";

/// What to do with services.
#[derive(Debug, Args)]
pub struct ServiceArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: ServiceAction,
}

/// What to do with services.
#[derive(Debug, Subcommand)]
pub enum ServiceAction {
    /// Define services as TOML says: shows the plan, asks, and applies it as a whole or not at all
    #[command(after_help = APPLY_EXAMPLES)]
    Apply(ApplyArgs),
    /// List services, with where they run and how they stand
    #[command(
        after_help = "Examples:\n  quorate service list\n  quorate service list -o json | jq '.services[].state'"
    )]
    List,
    /// Show a service: its definition, its instances, and why it does not run if it does not
    #[command(after_help = "Examples:\n  quorate service show web\n  quorate service show web --toml > web.toml")]
    Show(ShowArgs),
    /// Say in one answer why a service does not run, and what would help
    #[command(after_help = WHY_EXAMPLES)]
    Why {
        /// Name of the service
        name: String,
    },
    /// Have services run that were stopped
    #[command(after_help = "Examples:\n  quorate service start web\n  quorate service start web --wait")]
    Start(NamedArgs),
    /// End services until they are started
    #[command(after_help = "Examples:\n  quorate service stop web\n  quorate service stop web db --wait")]
    Stop(NamedArgs),
    /// End the instances of services and start them again; their failures are forgotten
    #[command(after_help = "Examples:\n  quorate service restart web\n  quorate service restart web --wait=1m")]
    Restart(NamedArgs),
    /// Let services run again that were disabled
    #[command(after_help = "Examples:\n  quorate service enable web")]
    Enable(NamedArgs),
    /// Keep a service from running until it is enabled
    #[command(after_help = "Examples:\n  quorate service disable web --reason 'eats all memory'")]
    Disable(DisableArgs),
    /// Have an instance run on another node, from where it does not go back by itself
    #[command(after_help = "Examples:\n  quorate service move db n2\n  quorate service move web/1 n3 --wait")]
    Move(MoveArgs),
    /// Remove services: shows the plan, asks, and ends them
    #[command(after_help = "Examples:\n  quorate service remove web\n  quorate service remove web db --yes")]
    Remove(RemoveArgs),
}

/// Whether to wait until all is recovered.
#[derive(Debug, Clone, Copy, Default, Args)]
pub struct FollowArgs {
    /// Wait until everything is recovered, for as long as it takes or for this time, as in --wait=30s
    #[arg(long, value_name = "DURATION", num_args = 0..=1, require_equals = true, value_parser = humantime::parse_duration)]
    pub wait: Option<Option<Duration>>,
}

/// Flags of `service apply`.
#[derive(Debug, Args)]
pub struct ApplyArgs {
    /// TOML files, folders with *.toml, or - for standard input; taken together
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Remove all services that are not named
    #[arg(long)]
    pub prune: bool,
    /// Only show the plan
    #[arg(long, conflicts_with_all = ["yes", "wait"])]
    pub dry_run: bool,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
    /// Whether to wait.
    #[command(flatten)]
    pub follow: FollowArgs,
}

/// Flags of `service show`.
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Name of the service
    pub name: String,
    /// Print only the definition, as TOML that `service apply` takes, whatever --output says
    #[arg(long)]
    pub toml: bool,
}

/// Flags of what is done to services by name.
#[derive(Debug, Args)]
pub struct NamedArgs {
    /// Names of the services
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Whether to wait.
    #[command(flatten)]
    pub follow: FollowArgs,
}

/// Flags of `service disable`.
#[derive(Debug, Args)]
pub struct DisableArgs {
    /// Name of the service
    pub name: String,
    /// Why, for people: at most 256 bytes
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Whether to wait.
    #[command(flatten)]
    pub follow: FollowArgs,
}

/// Flags of `service move`.
#[derive(Debug, Args)]
pub struct MoveArgs {
    /// Which instance, counted from 0; the number may be left out when there is only one
    #[arg(value_name = "NAME[/INSTANCE]")]
    pub instance: InstanceName,
    /// Name of the node
    pub node: String,
    /// Whether to wait.
    #[command(flatten)]
    pub follow: FollowArgs,
}

/// An instance of a service, as in "web/1".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceName {
    /// The service.
    pub service: String,
    /// Which instance, if it was said.
    pub index: Option<u32>,
}

impl FromStr for InstanceName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let Some((service, index)) = text.split_once('/') else {
            return Ok(Self { service: text.to_owned(), index: None });
        };
        let index = index.parse().map_err(|_| format!("{index:?} is no number of an instance, as in {service}/1"))?;
        Ok(Self { service: service.to_owned(), index: Some(index) })
    }
}

/// Flags of `service remove`.
#[derive(Debug, Args)]
pub struct RemoveArgs {
    /// Names of the services
    #[arg(required = true, value_name = "NAME")]
    pub names: Vec<String>,
    /// Only show the plan
    #[arg(long, conflicts_with_all = ["yes", "wait"])]
    pub dry_run: bool,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
    /// Whether to wait.
    #[command(flatten)]
    pub follow: FollowArgs,
}

/// Flags of `recovery`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct RecoveryArgs {
    /// Shows how it stands when nothing else is asked for.
    #[command(subcommand)]
    pub question: Option<RecoveryQuestion>,
    /// Show it again whenever it changes, until Ctrl-C
    #[arg(short, long, conflicts_with = "wait")]
    pub watch: bool,
    /// Whether to wait.
    #[command(flatten)]
    pub follow: FollowArgs,
}

/// A question about recovery.
#[derive(Debug, Subcommand)]
pub enum RecoveryQuestion {
    /// Say what would run elsewhere, and what nowhere and why, if nodes failed or were drained; changes nothing
    #[command(
        after_help = "Examples:\n  quorate recovery what-if --fail n1\n  quorate recovery what-if --fail n1,n2 --drain n3 -o json | jq .shifts"
    )]
    WhatIf(WhatIfArgs),
}

/// Flags of `recovery what-if`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true)))]
pub struct WhatIfArgs {
    /// Nodes that fail; may be repeated or a comma-separated list
    #[arg(long, value_name = "NODE", value_delimiter = ',', group = "what")]
    pub fail: Vec<String>,
    /// Nodes that are drained; may be repeated or a comma-separated list
    #[arg(long, value_name = "NODE", value_delimiter = ',', group = "what")]
    pub drain: Vec<String>,
}

/// Flags of `drain`.
#[derive(Debug, Args)]
pub struct DrainArgs {
    /// Name of the node
    pub node: String,
    /// Why, for people: at most 256 bytes
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Whether to wait.
    #[command(flatten)]
    pub follow: FollowArgs,
}

/// Flags of `undrain`.
#[derive(Debug, Args)]
pub struct UndrainArgs {
    /// Name of the node
    pub node: String,
    /// Whether to wait.
    #[command(flatten)]
    pub follow: FollowArgs,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::args::{Cli, Command};

    fn parse(line: &str) -> Result<Command, clap::Error> {
        Cli::try_parse_from(line.split_whitespace()).map(|cli| cli.command)
    }

    #[test]
    fn waiting_may_be_limited() {
        for (flags, expected) in
            [("", None), ("--wait", Some(None)), ("--wait=30s", Some(Some(Duration::from_secs(30))))]
        {
            let Command::Recovery(args) = parse(&format!("quorate recovery {flags}")).unwrap() else { panic!() };
            assert_eq!(args.follow.wait, expected);
        }
        let Command::Drain(args) = parse("quorate drain --wait n2 --reason x").unwrap() else { panic!() };
        assert_eq!((args.node.as_str(), args.follow.wait), ("n2", Some(None)));
        assert!(parse("quorate recovery --wait --watch").is_err());
        assert!(parse("quorate recovery what-if").is_err());
        assert!(parse("quorate service apply a.toml --dry-run --wait").is_err());
        assert!(parse("quorate drain n2").is_err(), "a reason must be given");
    }

    #[test]
    fn an_instance_is_a_service_and_a_number() {
        let named = |index| InstanceName { service: "web".to_owned(), index };
        assert_eq!("web".parse(), Ok(named(None)));
        assert_eq!("web/12".parse(), Ok(named(Some(12))));
        assert_eq!("web/one".parse::<InstanceName>().unwrap_err(), "\"one\" is no number of an instance, as in web/1");
    }

    #[test]
    fn every_subcommand_has_help_with_an_example() {
        let command = Cli::command();
        for of in ["service", "recovery"] {
            for sub in command.find_subcommand(of).unwrap().get_subcommands() {
                let help = sub.clone().render_long_help().to_string();
                assert!(help.contains("Examples:\n  quorate"), "no example in:\n{help}");
            }
        }
    }
}
