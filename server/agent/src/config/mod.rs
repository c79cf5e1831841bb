//! What the agent is told at its start, parsed once into valid types.
//!
//! Flags come before `QUORATE_*` variables, these before the TOML file, that before the defaults. All four fill one
//! `draft`; `check` makes a [`Config`] of it or names the first value that is wrong, where it stands and what is
//! allowed. Nothing behind this module checks a setting again, and nothing here opens a socket or a data folder.
//!
//! ```text
//!   file --draft--+
//!   env  --args---+--> draft --check--> Config --> Config::settings (core), Config::to_toml (people)
//!   flag --args---+
//! ```

mod args;
mod check;
mod draft;
mod hosts;
mod origin;
mod quorum;
mod tls;
mod value;

use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

pub use args::SettingsArgs;
use clap::ArgMatches;
pub use origin::ConfigError;
use quorate_core::{
    Settings,
    coordination::Limits,
    types::{Address, Identity, Network, NodeName, Secret},
};
pub use quorum::QuorumConfig;

use self::{draft::Draft, origin::Origins};

/// The configuration in force.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Config {
    /// Name of the cluster; agents of other clusters are refused.
    pub cluster: String,
    /// Name of this node; the host name in lower case unless set.
    pub node_name: NodeName,
    /// Folder that holds the node's identity. One agent at a time uses it.
    pub data_dir: PathBuf,
    /// Where the public gRPC API listens.
    pub api_listen: SocketAddr,
    /// Where clients reach the API, as `host:port`, when that differs from `api_listen`.
    pub api_advertise: Option<String>,
    /// Where metrics, health and the page are served over HTTP; none when switched off.
    pub http_listen: Option<SocketAddr>,
    /// Whether the page is served there, which shows the cluster to whoever reaches it. On, unless the API speaks TLS.
    pub http_page: bool,
    /// The networks over which peers are reached, in order of preference; 1 to 8.
    pub networks: Vec<NetworkConfig>,
    /// Where to look for peers.
    pub discovery: DiscoveryConfig,
    /// Who is trusted, and how this node shows who it is.
    pub tls: TlsConfig,
    /// Who votes, and when the cluster is formed.
    pub quorum: QuorumConfig,
    /// What an operator says of this node, as `key = "value"`.
    pub labels: BTreeMap<String, String>,
    /// Times of the core.
    pub timing: TimingConfig,
    /// What keeps memory bounded.
    pub limits: LimitsConfig,
    /// How much clients may have of sessions, names and barriers, while this node leads them.
    pub coordination: Limits,
    /// What is logged, and how.
    pub log: LogConfig,
}

/// One network.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NetworkConfig {
    /// Its name, the same on all nodes.
    pub name: Network,
    /// Where this node listens for peers.
    pub listen: SocketAddr,
    /// Where peers reach it.
    pub advertise: Address,
}

/// Where to look for peers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DiscoveryConfig {
    /// Peers as `host:port`; host names are looked up again and again.
    pub seeds: Vec<String>,
    /// SRV names such as `_quorate._tcp.example.org`.
    pub srv: Vec<String>,
    /// DNS servers to ask instead of the system's.
    pub dns_servers: Vec<SocketAddr>,
    /// Time between two look-ups of a name.
    pub interval: Duration,
    /// Announcements by UDP multicast; none when switched off.
    pub multicast: Option<MulticastConfig>,
}

/// Announcements by UDP multicast.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MulticastConfig {
    /// The group and its port.
    pub group: SocketAddr,
    /// Address of the interface to use; the system chooses when unset.
    pub interface: Option<IpAddr>,
    /// Time between two announcements.
    pub interval: Duration,
}

/// TLS; where a part is missing, plain text is spoken there.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TlsConfig {
    /// Between nodes.
    pub peer: Option<PeerTlsConfig>,
    /// For clients of the API.
    pub api: Option<ApiTlsConfig>,
}

/// TLS between nodes, with certificates at both ends. The files are read when the agent starts, and when they change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PeerTlsConfig {
    /// PEM file of this node's certificate, which names the node, with what is between it and the authority.
    pub certificate: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
    /// PEM file of the authorities that sign nodes' certificates.
    pub ca: PathBuf,
}

/// TLS for clients of the API. The files are read when the agent starts, and when they change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ApiTlsConfig {
    /// PEM file of the certificate that clients see, with what is between it and the authority.
    pub certificate: PathBuf,
    /// PEM file of its private key.
    pub key: PathBuf,
    /// PEM file of the authorities that sign clients' certificates; when set, a client must have one.
    pub client_ca: Option<PathBuf>,
}

/// Times of the core; [`Settings`] says what each is for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TimingConfig {
    /// Time between heartbeats.
    pub heartbeat: Duration,
    /// Silence after which a channel is down.
    pub detect_timeout: Duration,
    /// How long the map must be steady before a transition starts.
    pub settle_time: Duration,
    /// How long a map that keeps changing can put a transition off.
    pub settle_max: Duration,
    /// How long a phase of a transition may take.
    pub phase_timeout: Duration,
    /// How long a node looks for others before it forms a first view.
    pub form_time: Duration,
    /// How long a leaving node waits for the others to agree.
    pub leave_timeout: Duration,
    /// Least time that a channel which fell silent must stay good before it counts again.
    pub damping_min: Duration,
    /// Most time that a channel which keeps failing must stay good before it counts again.
    pub damping_max: Duration,
    /// Longest pause between two attempts to reach an address.
    pub redial_max: Duration,
}

/// What keeps memory bounded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LimitsConfig {
    /// How many views are kept as history.
    pub history: usize,
    /// How many nodes may be known at once.
    pub max_nodes: usize,
    /// How many watch streams may be open at once.
    pub max_watchers: usize,
    /// How many connections the API, and each peer listener, takes at once.
    pub max_connections: usize,
    /// How long a new connection may take until its first request, or first frame, has come.
    pub handshake_timeout: Duration,
    /// Silence of a client after which it is asked whether it is still there.
    pub keepalive: Duration,
    /// How many events a watch stream may lag behind before it is resynchronised with a snapshot.
    pub event_buffer: usize,
}

/// What is logged, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogConfig {
    /// A level, or a filter such as `info,quorate_agent=debug`.
    pub level: String,
    /// Text or JSON.
    pub format: LogFormat,
}

/// Form of the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl Config {
    /// Puts together flags, environment, file and defaults. `given` is what clap parsed for [`SettingsArgs`].
    ///
    /// # Errors
    /// [`ConfigError`] for the first value that is wrong.
    pub fn load(given: &ArgMatches) -> Result<Self, ConfigError> {
        let (mut draft, mut origins) = match given.get_one::<PathBuf>("config") {
            Some(path) => draft::read(path)?,
            None => (Draft::default(), Origins::default()),
        };
        args::apply(given, &mut draft, &mut origins)?;
        check::resolve(draft, &origins)
    }

    /// Takes one file and the defaults, nothing else.
    ///
    /// # Errors
    /// [`ConfigError`] for the first value that is wrong.
    pub fn from_file(path: &std::path::Path) -> Result<Self, ConfigError> {
        let (draft, origins) = draft::read(path)?;
        check::resolve(draft, &origins)
    }

    /// Takes TOML text and the defaults, nothing else.
    ///
    /// # Errors
    /// [`ConfigError`] for the first value that is wrong.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let (draft, origins) = draft::parse("configuration", text)?;
        check::resolve(draft, &origins)
    }

    /// What the core is told.
    #[must_use]
    pub fn settings(&self, identity: Identity) -> Settings {
        let endpoints = self.networks.iter().map(|one| (one.name.clone(), one.advertise.clone())).collect();
        let Self { timing, limits, .. } = self;
        Settings {
            heartbeat: timing.heartbeat,
            detect_timeout: timing.detect_timeout,
            settle_time: timing.settle_time,
            settle_max: timing.settle_max,
            phase_timeout: timing.phase_timeout,
            form_time: timing.form_time,
            leave_timeout: timing.leave_timeout,
            damping_min: timing.damping_min,
            damping_max: timing.damping_max,
            redial_max: timing.redial_max,
            lease: self.quorum.lease,
            voter_grace: self.quorum.voter_grace,
            profile: Arc::new(quorum::profile(&self.quorum, &self.labels)),
            secret: Secret(*uuid::Uuid::new_v4().as_bytes()),
            history: limits.history,
            max_nodes: limits.max_nodes,
            limits: self.coordination.clone(),
            ..Settings::new(&self.cluster, identity, endpoints)
        }
    }

    /// The configuration in force as TOML, with all defaults filled in. Reading it gives the same configuration.
    #[must_use]
    pub fn to_toml(&self) -> String {
        draft::write(self)
    }

    /// What is allowed but looks like a mistake, one sentence each.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        check::warnings(self)
    }
}

#[cfg(test)]
mod tests;
