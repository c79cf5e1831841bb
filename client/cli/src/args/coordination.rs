//! What can be asked about sessions, names, locks, elections and barriers.

use std::ffi::OsString;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use quorate::v1::DeparturePolicy;

pub const LOCK_EXAMPLES: &str = "\
The command is run while the lock is held, with QUORATE_LOCK (the name), QUORATE_TOKEN (the fencing
token, EPOCH.COUNTER), QUORATE_EPOCH, QUORATE_COUNTER and QUORATE_SESSION_ID in its environment. Hand the token to
whatever is protected, and have that refuse lower ones than it has seen.

When no agent answers for two thirds of --ttl, the command gets SIGTERM; when nobody has answered by its
end, SIGKILL: before anybody else can be granted the lock. Without a terminal as its standard input
that goes for all processes of its group. SIGINT, SIGTERM and SIGHUP are passed on. A kill -9 of
quorate itself leaves the command running: that is what the token is for.

Exits as the command does, with 128 + n when signal n ended it; with 8 when the lock was not granted, 9
when it was lost, 126 and 127 when the command cannot be run. Without a command, the lock is held
until Ctrl-C.

Examples:
  quorate lock db/migrate -- ./migrate.sh
  quorate lock db/migrate --no-wait -- ./migrate.sh || echo busy
  quorate lock gpu --limit 4 --wait 10m -- ./train
  quorate lock db/migrate --show";

pub const ELECT_EXAMPLES: &str = "\
The command is run while this is the leader, with QUORATE_ELECTION (the name) in its environment and
the rest as `quorate lock --help` says, exit codes and signals too. Without a command, this leads until Ctrl-C.

Examples:
  quorate elect scheduler --value \"$(hostname)\" -- ./scheduler
  quorate elect scheduler --show
  quorate elect scheduler --observe -o json | jq .leader.value";

pub const BIND_EXAMPLES: &str = "\
The name is bound while the command runs, or until Ctrl-C; it goes with this program, after --ttl at the
latest. The command's environment has QUORATE_NAME, and the rest as `quorate lock --help` says.

Examples:
  quorate bind services/web/1 10.0.0.1:8080 -- ./web
  quorate bind services/web 10.0.0.1:8080 --shared";

pub const NAMES_EXAMPLES: &str = "\
Locks and offices are names, too.

Examples:
  quorate names
  quorate names services/ -o json | jq -r '.bindings[].value'";

pub const WATCH_EXAMPLES: &str = "\
Shows the bindings there are, then each change in order, until Ctrl-C; nothing is left out, whatever
agents come and go.

Examples:
  quorate watch
  quorate watch services/ -o json | jq 'select(.event == \"unbound\") .binding.path'";

pub const BARRIER_EXAMPLES: &str = "\
Examples:
  quorate barrier enter start --count 3 -- ./begin
  quorate barrier enter phase-2 --members --deadline 1m
  quorate barrier enter work --count 3 --double -- ./work
  quorate barrier list
  quorate barrier show start";

pub const ENTER_EXAMPLES: &str = "\
All who come must say the same of what the barrier is. With a command, it is run once all are there;
with --double, all then leave together when their commands have ended, and a command whose place is
lost is ended as `quorate lock --help` says.

Exits with 8 when not all came within --wait, with 5 when the barrier was broken; with a command, as that does.

Examples:
  quorate barrier enter start --count 3 -- ./begin
  quorate barrier enter start --members zone=a,disk=ssd
  quorate barrier enter start --group workers --least 2
  quorate barrier enter work --count 3 --double --departure shrink -- ./work";

/// What a session of this program is to be.
#[derive(Debug, Args)]
pub struct SessionArgs {
    /// How long it outlives this program if that is killed, and the longest pause it survives: 1s to 1h
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, default_value = "10s")]
    pub ttl: Duration,
    /// Have it end at once when this program is killed: needs an agent of this machine, reached by its loopback
    #[arg(long)]
    pub tied: bool,
    /// What it is called, for people [default: the name of this program and its process]
    #[arg(long, value_name = "TEXT")]
    pub label: Option<String>,
}

/// How long to wait for others.
#[derive(Debug, Args)]
pub struct WaitArgs {
    /// How long to wait, as in 10s or 5m [default: as long as it takes]
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub wait: Option<Duration>,
}

/// Flags of `lock`.
#[derive(Debug, Args)]
pub struct LockArgs {
    /// Path of the lock, as in db/migrate
    pub name: String,
    /// Hold it together with all who share it, too
    #[arg(long, conflicts_with = "limit")]
    pub shared: bool,
    /// How many may hold it at once; all who want it must say the same
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..))]
    pub limit: Option<u32>,
    /// Do not wait for it
    #[arg(long, conflicts_with = "wait")]
    pub no_wait: bool,
    /// How long to wait.
    #[command(flatten)]
    pub wait: WaitArgs,
    /// How long nobody else gets it when this program is killed: up to 60s
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub delay: Option<Duration>,
    /// What others see of the holder
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub value: String,
    /// Only show who holds it and who waits
    #[arg(long, conflicts_with_all = ["shared", "limit", "no_wait", "wait", "delay", "command"])]
    pub show: bool,
    /// The session.
    #[command(flatten)]
    pub session: SessionArgs,
    /// What to run while it is held, and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Flags of `elect`.
#[derive(Debug, Args)]
pub struct ElectArgs {
    /// Path of the office
    pub name: String,
    /// What others see of the leader
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub value: String,
    /// How long to wait.
    #[command(flatten)]
    pub wait: WaitArgs,
    /// Only show who leads
    #[arg(long, conflicts_with_all = ["wait", "observe", "command"])]
    pub show: bool,
    /// Only show who leads, and again whenever that changes, until Ctrl-C
    #[arg(long, conflicts_with_all = ["wait", "command"])]
    pub observe: bool,
    /// The session.
    #[command(flatten)]
    pub session: SessionArgs,
    /// What to run while this leads, and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Flags of `bind`.
#[derive(Debug, Args)]
pub struct BindArgs {
    /// Path of the name
    pub name: String,
    /// Its value
    #[arg(default_value = "")]
    pub value: String,
    /// Let others bind it as well
    #[arg(long)]
    pub shared: bool,
    /// The session.
    #[command(flatten)]
    pub session: SessionArgs,
    /// What to run while it is bound, and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Flags of `names` and `watch`.
#[derive(Debug, Args)]
pub struct PrefixArgs {
    /// What paths begin with; all when empty
    #[arg(default_value = "")]
    pub prefix: String,
}

/// What to do with barriers.
#[derive(Debug, Args)]
pub struct BarrierArgs {
    /// What to do.
    #[command(subcommand)]
    pub action: BarrierAction,
}

/// What to do with barriers.
#[derive(Debug, Subcommand)]
pub enum BarrierAction {
    /// Come to a barrier, and wait until all are there
    #[command(after_help = ENTER_EXAMPLES)]
    Enter(EnterArgs),
    /// List barriers that somebody has come to
    #[command(after_help = "Examples:\n  quorate barrier list\n  quorate barrier list jobs/")]
    List(PrefixArgs),
    /// Show how a barrier stands, and who is missing
    #[command(after_help = "Examples:\n  quorate barrier show start")]
    Show {
        /// Path of the barrier
        name: String,
    },
}

/// Flags of `barrier enter`.
#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("parties").required(true)))]
pub struct EnterArgs {
    /// Path of the barrier
    pub name: String,
    /// Wait for so many
    #[arg(long, value_name = "COUNT", group = "parties", value_parser = clap::value_parser!(u32).range(1..))]
    pub count: Option<u32>,
    /// Wait for one through the agent of each member of the view, or of each with all of these labels
    #[arg(
        long, value_name = "LABEL=VALUE", group = "parties", num_args = 0..=1, default_missing_value = "",
        value_delimiter = ',', value_parser = label
    )]
    pub members: Option<Vec<Label>>,
    /// Wait for all sessions of this group, and belong to it
    #[arg(long, value_name = "NAME", group = "parties")]
    pub group: Option<String>,
    /// With --group: wait for at least so many
    #[arg(long, value_name = "COUNT", requires = "group", default_value_t = 1)]
    pub least: u32,
    /// Leave together, too, when the commands have ended
    #[arg(long, requires = "command")]
    pub double: bool,
    /// What happens when somebody goes before all are there
    #[arg(long, value_enum, default_value_t = Departure::Abort)]
    pub departure: Departure,
    /// How long all together may take from when the first one comes; then nobody passes
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    pub deadline: Option<Duration>,
    /// How long to wait.
    #[command(flatten)]
    pub wait: WaitArgs,
    /// The session.
    #[command(flatten)]
    pub session: SessionArgs,
    /// What to run once all are there, and its arguments
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// A label and its value; none for a flag without a value.
pub type Label = Option<(String, String)>;

fn label(text: &str) -> Result<Label, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let (name, value) = text.split_once('=').ok_or_else(|| format!("{text:?} is not LABEL=VALUE"))?;
    Ok(Some((name.to_owned(), value.to_owned())))
}

/// What happens when a participant goes before all are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Departure {
    /// Nobody passes
    Abort,
    /// Another one must come in its place
    Wait,
    /// One fewer is waited for
    Shrink,
}

impl From<Departure> for DeparturePolicy {
    fn from(departure: Departure) -> Self {
        match departure {
            Departure::Abort => Self::Abort,
            Departure::Wait => Self::Wait,
            Departure::Shrink => Self::Shrink,
        }
    }
}
