//! What can be asked on the command line.

mod coordination;
mod examples;
mod services;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use quorate::v1::{EventKind, HistoryKind};

use self::coordination::{
    BARRIER_EXAMPLES, BIND_EXAMPLES, ELECT_EXAMPLES, LOCK_EXAMPLES, NAMES_EXAMPLES, WATCH_EXAMPLES,
};
pub use self::coordination::{
    BarrierAction, BarrierArgs, BindArgs, ElectArgs, EnterArgs, LockArgs, PrefixArgs, SessionArgs,
};
use self::examples::{
    BACKUP_EXAMPLES, EVENTS_EXAMPLES, EXIT_CODES, FORCE_EXAMPLES, HISTORY_EXAMPLES, LEAVE_EXAMPLES, QUORUM_EXAMPLES,
    RESTORE_EXAMPLES, VOTERS_EXAMPLES,
};
pub use self::services::{
    ApplyArgs, DisableArgs, DrainArgs, FollowArgs, InstanceName, MoveArgs, NamedArgs, RecoveryArgs, RecoveryQuestion,
    RemoveArgs, ServiceAction, ServiceArgs, ShowArgs, UndrainArgs, WhatIfArgs,
};
use self::services::{DRAIN_EXAMPLES, RECOVERY_EXAMPLES, SERVICE_EXAMPLES};
use crate::since::Since;

/// Look at a Quorate cluster, change who is in it, meet in it (locks, elections, names, barriers), and run services in it.
#[derive(Debug, Parser)]
#[command(name = "quorate", version, after_help = EXIT_CODES, max_term_width = 100)]
pub struct Cli {
    /// Flags of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Agents to ask, the first that answers; may be repeated or a comma-separated list
    #[arg(
        long = "endpoint",
        global = true,
        value_name = "[https://]HOST:PORT",
        env = "QUORATE_ENDPOINTS",
        hide_env_values = true,
        value_delimiter = ',',
        default_value = "127.0.0.1:7401,127.0.0.1:7402,127.0.0.1:7403"
    )]
    pub endpoints: Vec<String>,
    /// The cluster's CA (PEM): speaks TLS with all agents but those given as http://
    #[arg(long, global = true, value_name = "FILE", env = "QUORATE_TLS_CA", hide_env_values = true)]
    pub tls_ca: Option<PathBuf>,
    /// Certificate to show to agents that ask for one (PEM)
    #[arg(long, global = true, value_name = "FILE", env = "QUORATE_TLS_CERTIFICATE", hide_env_values = true)]
    pub tls_certificate: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, global = true, value_name = "FILE", env = "QUORATE_TLS_KEY", hide_env_values = true)]
    pub tls_key: Option<PathBuf>,
    /// Name to look for in agents' certificates [default: the host of the endpoint]
    #[arg(long, global = true, value_name = "NAME", env = "QUORATE_TLS_SERVER_NAME", hide_env_values = true)]
    pub tls_server_name: Option<String>,
    /// Tables for people or JSON for programs
    #[arg(short, long, global = true, value_enum, value_name = "FORMAT", default_value_t = Format::Table)]
    pub output: Format,
    /// How long to wait for an answer, as in 500ms or 10s [default: 5s]
    #[arg(long, global = true, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub timeout: Option<Duration>,
    /// When to use colour; auto means on a terminal unless NO_COLOR is set
    #[arg(long, global = true, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Tables and text for people; may change with any version
    Table,
    /// JSON for programs; fields are only ever added
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show the cluster on one screen, as every given agent sees it
    #[command(after_help = "Examples:\n  quorate status\n  quorate status -o json | jq .state")]
    Status,
    /// List the members of the view in rank order
    #[command(
        after_help = "Examples:\n  quorate members\n  quorate members -o json | jq -r '.view.members[].node_name'"
    )]
    Members,
    /// Say whether the answering node has quorum: whether it is safe to touch shared data
    #[command(after_help = QUORUM_EXAMPLES)]
    Quorum,
    /// List who votes for quorum, and how voters are chosen
    #[command(after_help = VOTERS_EXAMPLES)]
    Voters(VotersArgs),
    /// Say what would happen to quorum if nodes failed or left, and what would help; changes nothing
    #[command(
        after_help = "Examples:\n  quorate explain --fail n1,n2\n  quorate explain --leave n3 -o json | jq .kept"
    )]
    Explain(ExplainArgs),
    /// List all nodes the answering agent knows, also outsiders and evicted ones
    #[command(after_help = "Examples:\n  quorate nodes\n  quorate nodes --endpoint 10.0.0.2:7401")]
    Nodes,
    /// Show the links of the answering agent and their channels
    #[command(after_help = "Examples:\n  quorate links\n  quorate links --watch --interval 500ms")]
    Links(LinksArgs),
    /// List what happened in the cluster, and follow it
    #[command(after_help = EVENTS_EXAMPLES)]
    Events(EventsArgs),
    /// List what the cluster database remembers: views, epochs, what operators did
    #[command(after_help = HISTORY_EXAMPLES)]
    History(HistoryArgs),
    /// List the settings of the whole cluster, or change one
    #[command(
        after_help = "Examples:\n  quorate settings\n  quorate settings set voter_grace 2m\n  quorate settings unset voter_grace"
    )]
    Settings(SettingsArgs),
    /// Write the cluster database into a file while everything runs
    #[command(after_help = BACKUP_EXAMPLES)]
    Backup(BackupArgs),
    /// Bring back what a backup has, while everything runs
    #[command(after_help = RESTORE_EXAMPLES)]
    Restore(RestoreArgs),
    /// After a disaster: form the cluster anew from what one voter has
    #[command(after_help = FORCE_EXAMPLES)]
    ForceNewCluster(ForceArgs),
    /// Hold a lock while a command runs, which is stopped when the lock is lost
    #[command(after_help = LOCK_EXAMPLES)]
    Lock(LockArgs),
    /// Stand for an office, and run a command while this leads
    #[command(after_help = ELECT_EXAMPLES)]
    Elect(ElectArgs),
    /// List names: bindings, locks and offices, with who has them
    #[command(after_help = NAMES_EXAMPLES)]
    Names(PrefixArgs),
    /// Bind a name to a value while a command runs
    #[command(after_help = BIND_EXAMPLES)]
    Bind(BindArgs),
    /// Watch names: those there are, then each change
    #[command(after_help = WATCH_EXAMPLES)]
    Watch(PrefixArgs),
    /// Meet others at a barrier, or show who is missing
    #[command(after_help = BARRIER_EXAMPLES)]
    Barrier(BarrierArgs),
    /// List sessions, with what they hold
    #[command(after_help = "Examples:\n  quorate sessions\n  quorate sessions -o json | jq '.sessions[].label'")]
    Sessions,
    /// Define services that the cluster runs, start, stop and move them, and say why one does not run
    #[command(after_help = SERVICE_EXAMPLES)]
    Service(ServiceArgs),
    /// Show how far recovery is: what runs where, and what it waits for
    #[command(after_help = RECOVERY_EXAMPLES)]
    Recovery(RecoveryArgs),
    /// Have no service run on a node: what runs there goes elsewhere, in order
    #[command(after_help = DRAIN_EXAMPLES)]
    Drain(DrainArgs),
    /// Let services run on a node again
    #[command(after_help = "Examples:\n  quorate undrain n2\n  quorate undrain n2 --wait")]
    Undrain(UndrainArgs),
    /// Show the answering agent: version, identity, addresses, configuration
    #[command(after_help = "Examples:\n  quorate agent --endpoint 10.0.0.2:7401")]
    Agent(AgentArgs),
    /// Have one node leave the cluster cleanly and stop its agent
    #[command(after_help = LEAVE_EXAMPLES)]
    Leave(LeaveArgs),
    /// Remove a node from the cluster and have it refused until it is readmitted
    #[command(after_help = "Examples:\n  quorate evict n3 --reason 'disk is failing'")]
    Evict(EvictArgs),
    /// Lift an eviction
    #[command(after_help = "Examples:\n  quorate readmit n3")]
    Readmit(ReadmitArgs),
    /// Print a script that completes this command line
    #[command(after_help = "Examples:\n  quorate completions bash > /etc/bash_completion.d/quorate")]
    Completions(CompletionsArgs),
    /// Print the manual page, or write one for each command
    #[command(after_help = "Examples:\n  quorate man | man -l -\n  quorate man --all /usr/local/share/man/man1")]
    Man(ManArgs),
}

/// Flags of `links`.
#[derive(Debug, Args)]
pub struct LinksArgs {
    /// Keep showing them until Ctrl-C
    #[arg(short, long)]
    pub watch: bool,
    /// How often to show them with --watch: 100ms to 1h
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, default_value = "1s")]
    pub interval: Duration,
}

/// Flags of `events`.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Go on with events as they happen, until Ctrl-C
    #[arg(short, long)]
    pub follow: bool,
    /// Begin after a cursor of an earlier event, a duration ago (10m) or at a time (2026-11-22T12:00:00Z)
    ///
    /// What reads as neither a duration nor a time is taken as a cursor; put `cursor:` before one to be certain. Times
    /// are compared with the wall clocks of the controllers.
    #[arg(long, value_name = "CURSOR|DURATION|TIME")]
    pub since: Option<Since>,
    /// Only events of this kind; may be repeated or a comma-separated list
    #[arg(long = "kind", value_enum, value_name = "KIND", value_delimiter = ',')]
    pub kinds: Vec<Kind>,
    /// Of names and barriers, only those whose paths begin with this
    #[arg(long, value_name = "PREFIX", default_value = "")]
    pub path_prefix: String,
}

/// A kind of event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// A view was installed
    View,
    /// The answering node left its view
    #[value(alias = "transition_started")]
    TransitionStarted,
    /// Every member has installed the view
    #[value(alias = "view_stable")]
    ViewStable,
    /// The answering node was granted quorum, or lost it
    Quorum,
    /// A session was opened, or is over
    Session,
    /// A name was bound, granted, changed or given up
    Name,
    /// Something happened at a barrier
    Barrier,
    /// A service stands otherwise, or recovery does
    Recovery,
}

impl From<Kind> for EventKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::View => Self::View,
            Kind::TransitionStarted => Self::TransitionStarted,
            Kind::ViewStable => Self::ViewStable,
            Kind::Quorum => Self::Quorum,
            Kind::Session => Self::Session,
            Kind::Name => Self::Name,
            Kind::Barrier => Self::Barrier,
            Kind::Recovery => Self::Recovery,
        }
    }
}

/// What to do with voters.
#[derive(Debug, Args)]
pub struct VotersArgs {
    /// Lists them when nothing else is asked for.
    #[command(subcommand)]
    pub change: Option<VotersChange>,
}

/// How voters are to be chosen.
#[derive(Debug, Subcommand)]
pub enum VotersChange {
    /// Have the cluster choose voters: an odd number, spread over zones
    Auto {
        /// Most voters there may be: 1, 3, 5 or 7
        #[arg(long, value_name = "COUNT", default_value_t = 5)]
        most: u32,
    },
    /// Have exactly these nodes vote
    Pin {
        /// Their names
        #[arg(required = true, value_name = "NODE")]
        names: Vec<String>,
    },
}

/// Flags of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Nodes that fail; may be repeated or a comma-separated list
    #[arg(long, value_name = "NODE", value_delimiter = ',')]
    pub fail: Vec<String>,
    /// Nodes that leave of their own will; may be repeated or a comma-separated list
    #[arg(long, value_name = "NODE", value_delimiter = ',')]
    pub leave: Vec<String>,
}

/// Flags of `history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// Begin a duration ago (12h) or at a time (2026-11-22T22:00:00Z), by the clocks of whoever wrote it down
    #[arg(long, value_name = "DURATION|TIME", value_parser = Since::parse_time)]
    pub since: Option<Since>,
    /// End a duration ago or at a time
    #[arg(long, value_name = "DURATION|TIME", value_parser = Since::parse_time)]
    pub until: Option<Since>,
    /// Only records of this kind; may be repeated or a comma-separated list
    #[arg(long = "kind", value_enum, value_name = "KIND", value_delimiter = ',')]
    pub kinds: Vec<RecordKind>,
    /// Only the last so many of them
    #[arg(long, value_name = "COUNT")]
    pub last: Option<usize>,
}

/// A kind of record in the history.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RecordKind {
    /// A view came about
    View,
    /// Quorum was granted
    Grant,
    /// An operator said how voters are chosen, or changed a setting
    Setting,
    /// A node was evicted or readmitted
    Eviction,
    /// A backup was restored
    Restore,
    /// The cluster was formed anew by an operator
    Forced,
}

impl From<RecordKind> for HistoryKind {
    fn from(kind: RecordKind) -> Self {
        match kind {
            RecordKind::View => Self::View,
            RecordKind::Grant => Self::Grant,
            RecordKind::Setting => Self::Setting,
            RecordKind::Eviction => Self::Eviction,
            RecordKind::Restore => Self::Restore,
            RecordKind::Forced => Self::Forced,
        }
    }
}

/// What to do with settings.
#[derive(Debug, Args)]
pub struct SettingsArgs {
    /// Lists them when nothing else is asked for.
    #[command(subcommand)]
    pub change: Option<SettingsChange>,
}

/// A change of a setting.
#[derive(Debug, Subcommand)]
pub enum SettingsChange {
    /// Give a setting a value for the whole cluster
    Set {
        /// Its name
        name: String,
        /// Its value, as in the configuration file
        value: String,
    },
    /// Remove a setting: each agent does as it is configured
    Unset {
        /// Its name
        name: String,
    },
}

/// Flags of `backup`.
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// Where to write it; - for standard output
    pub file: PathBuf,
    /// Overwrite the file if it exists
    #[arg(long)]
    pub force: bool,
}

/// Flags of `restore`.
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// The backup; - for standard input
    pub file: PathBuf,
    /// Uid of the cluster the backup is of, when it is not this one
    #[arg(long, value_name = "UID")]
    pub from_cluster: Option<String>,
    /// Only look whether the backup would be taken
    #[arg(long)]
    pub dry_run: bool,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
}

/// Flags of `force-new-cluster`.
#[derive(Debug, Args)]
pub struct ForceArgs {
    /// Uid of the cluster that is given up, as `quorate quorum` shows it: confirms that this is meant
    #[arg(long, value_name = "UID")]
    pub cluster_uid: Option<String>,
}

/// Flags of `agent`.
#[derive(Debug, Args)]
pub struct AgentArgs {
    /// Print only the configuration in force, as TOML whatever --output says
    #[arg(long)]
    pub config: bool,
}

/// Flags of `leave`.
#[derive(Debug, Args)]
pub struct LeaveArgs {
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
}

/// Flags of `evict`.
#[derive(Debug, Args)]
pub struct EvictArgs {
    /// Name of the node; it need not be running
    pub node: String,
    /// Why, for people: at most 256 bytes
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
}

/// Flags of `readmit`.
#[derive(Debug, Args)]
pub struct ReadmitArgs {
    /// Name of the node
    pub node: String,
}

/// Flags of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell to write for
    pub shell: Shell,
}

/// Flags of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// Write the pages of all commands into this folder, which is made when it is not there
    #[arg(long, value_name = "FOLDER")]
    pub all: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use clap::CommandFactory;

    use super::*;

    fn parse(line: &str) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(line.split_whitespace())
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn endpoints_may_be_repeated_or_listed_anywhere() {
        let cli = parse("quorate status --endpoint a:1,b:2 --endpoint c:3").unwrap();
        assert_eq!(cli.global.endpoints, ["a:1", "b:2", "c:3"]);
        let cli = parse("quorate --endpoint a:1 status").unwrap();
        assert_eq!(cli.global.endpoints, ["a:1"]);
    }

    #[test]
    fn values_are_checked() {
        assert!(parse("quorate status --timeout 5parsecs").is_err());
        assert!(parse("quorate status -o xml").is_err());
        assert!(parse("quorate evict n3").is_err(), "a reason must be given");
        let cli = parse("quorate events --kind view,view_stable --timeout 250ms").unwrap();
        assert_eq!(cli.global.timeout, Some(Duration::from_millis(250)));
        let Command::Events(args) = cli.command else { panic!() };
        assert_eq!(args.kinds, [Kind::View, Kind::ViewStable]);
    }

    #[test]
    fn every_command_has_help_with_an_example() {
        let command = Cli::command();
        let help = command.clone().render_long_help().to_string();
        for expected in ["Exit codes:", "QUORATE_ENDPOINTS", "--color", "127.0.0.1:7403", "NO_COLOR"] {
            assert!(help.contains(expected), "{expected} is missing in:\n{help}");
        }
        for sub in command.get_subcommands() {
            let help = sub.clone().render_long_help().to_string();
            assert!(help.contains("Examples:\n  quorate"), "no example in:\n{help}");
            assert!(sub.get_about().is_some());
        }
    }
}
