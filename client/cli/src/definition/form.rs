//! The tables of a definition. Keys are the fields of the message `Service`, and a few short forms of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::value::{Bytes, FlagOr, FlagOrSpan, Short, Span, TextOr};

/// A whole file.
#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    #[serde(default)]
    pub services: BTreeMap<String, Definition>,
}

/// Whether a value is the one of a key that is left out.
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A service, without its name.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Definition {
    #[serde(skip_serializing_if = "is_default")]
    pub description: String,
    /// Short for `program.command`, or for `task.command` with `task = true`.
    #[serde(skip_serializing_if = "is_default")]
    pub command: Option<Vec<String>>,
    #[serde(skip_serializing_if = "is_default")]
    pub user: String,
    #[serde(skip_serializing_if = "is_default")]
    pub group: String,
    #[serde(skip_serializing_if = "is_default")]
    pub folder: String,
    #[serde(skip_serializing_if = "is_default")]
    pub task: Option<FlagOr<Program>>,
    #[serde(skip_serializing_if = "is_default")]
    pub after: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub requires: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub level: u32,
    #[serde(skip_serializing_if = "is_default")]
    pub without_quorum: Option<WithoutQuorum>,
    #[serde(skip_serializing_if = "is_default")]
    pub grace: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub loss_timeout: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub in_transition: Option<InTransition>,
    #[serde(skip_serializing_if = "is_default")]
    pub transition_signal: String,
    #[serde(skip_serializing_if = "is_default")]
    pub start_timeout: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub stop_timeout: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub stop_signal: String,
    #[serde(skip_serializing_if = "is_default")]
    pub outlive_agent: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub systemd: Option<TextOr<Systemd>>,
    #[serde(skip_serializing_if = "is_default")]
    pub readiness: Option<TextOr<Readiness>>,
    #[serde(skip_serializing_if = "is_default")]
    pub environment: BTreeMap<String, String>,
    #[serde(skip_serializing_if = "is_default")]
    pub program: Option<Program>,
    #[serde(skip_serializing_if = "is_default")]
    pub ocf: Option<Ocf>,
    #[serde(skip_serializing_if = "is_default")]
    pub placement: Option<Placement>,
    #[serde(skip_serializing_if = "is_default")]
    pub health: Option<Health>,
    #[serde(skip_serializing_if = "is_default")]
    pub restart: Option<Restart>,
    #[serde(skip_serializing_if = "is_default")]
    pub log: Option<Log>,
}

/// A program.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Program {
    pub command: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub user: String,
    #[serde(skip_serializing_if = "is_default")]
    pub group: String,
    #[serde(skip_serializing_if = "is_default")]
    pub folder: String,
    #[serde(skip_serializing_if = "is_default")]
    pub environment: BTreeMap<String, String>,
}

/// A unit of systemd: its name.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Systemd {
    pub unit: String,
}

impl Short for Systemd {
    const EXPECTED: &'static str = "the name of a unit, as in \"nginx.service\",";

    fn of_text(text: &str) -> Option<Self> {
        Some(Self { unit: text.to_owned() })
    }

    fn as_text(&self) -> Option<&str> {
        Some(&self.unit)
    }
}

/// A resource agent.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Ocf {
    pub agent: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub parameters: BTreeMap<String, String>,
}

/// Where it runs.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Placement {
    #[serde(skip_serializing_if = "is_default")]
    pub instances: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub every_member: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub preferred: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub spread: String,
    #[serde(skip_serializing_if = "is_default")]
    pub failback: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub with: String,
    #[serde(skip_serializing_if = "is_default")]
    pub apart: Vec<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub selector: BTreeMap<String, String>,
}

/// What it does without quorum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WithoutQuorum {
    Stop,
    Freeze,
    CarryOn,
}

/// What it does while the cluster changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum InTransition {
    Keep,
    Signal,
    Restart,
}

/// When it is ready.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Readiness {
    #[serde(skip_serializing_if = "is_default")]
    pub notify: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub tcp: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub http: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub command: Option<Vec<String>>,
    #[serde(skip_serializing_if = "is_default")]
    pub timeout: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub interval: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub grpc: Option<TextOr<Grpc>>,
}

impl Short for Readiness {
    const EXPECTED: &'static str = "\"notify\"";

    fn of_text(text: &str) -> Option<Self> {
        (text == "notify").then(|| Self { notify: true, ..Self::default() })
    }

    fn as_text(&self) -> Option<&str> {
        (*self == Self { notify: true, ..Self::default() }).then_some("notify")
    }
}

/// The health service of gRPC.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Grpc {
    pub address: String,
    #[serde(default, skip_serializing_if = "is_default")]
    pub service: String,
}

impl Short for Grpc {
    const EXPECTED: &'static str = "an address, as in \"127.0.0.1:50051\",";

    fn of_text(text: &str) -> Option<Self> {
        Some(Self { address: text.to_owned(), service: String::new() })
    }

    fn as_text(&self) -> Option<&str> {
        self.service.is_empty().then_some(&self.address)
    }
}

/// Whether it is well.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Health {
    /// It says so itself, once in so long.
    #[serde(skip_serializing_if = "is_default")]
    pub watchdog: Option<FlagOrSpan>,
    #[serde(skip_serializing_if = "is_default")]
    pub tcp: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub http: Option<String>,
    #[serde(skip_serializing_if = "is_default")]
    pub command: Option<Vec<String>>,
    #[serde(skip_serializing_if = "is_default")]
    pub timeout: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub interval: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub failures: u32,
    #[serde(skip_serializing_if = "is_default")]
    pub grpc: Option<TextOr<Grpc>>,
}

/// What happens when it fails.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Restart {
    #[serde(skip_serializing_if = "is_default")]
    pub tries: Option<u32>,
    #[serde(skip_serializing_if = "is_default")]
    pub window: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub pause: Option<Span>,
    #[serde(skip_serializing_if = "is_default")]
    pub pause_max: Option<Span>,
}

/// How much of what it prints is kept.
#[derive(Debug, Default, Clone, PartialEq, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    #[serde(skip_serializing_if = "is_default")]
    pub bytes: Option<Bytes>,
    #[serde(skip_serializing_if = "is_default")]
    pub files: u32,
}
