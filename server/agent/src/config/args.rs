//! Flags and `QUORATE_*` variables. Each stands for one key of the file; a flag comes before its variable.

use std::path::PathBuf;

use clap::{ArgMatches, Args, parser::ValueSource};
use quorate_core::types::Network;

use super::{
    ConfigError,
    draft::{Draft, MulticastDraft, NetworkDraft, Slot, TlsDraft},
    origin::Origins,
    value::{Text, Value},
};

/// Settings as flags and variables. The values are read by [`super::Config::load`], which knows where each came from.
#[derive(Args, Debug)]
pub struct SettingsArgs {
    /// Configuration file (TOML)
    #[arg(long, env = "QUORATE_CONFIG", value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Name of the cluster [default: quorate]
    #[arg(long, env = "QUORATE_CLUSTER", value_name = "NAME")]
    pub cluster: Option<String>,
    /// Name of this node [default: the host name in lower case]
    #[arg(long, env = "QUORATE_NODE_NAME", value_name = "NAME")]
    pub node_name: Option<String>,
    /// Folder for the node's identity [default: /var/lib/quorate]
    #[arg(long, env = "QUORATE_DATA_DIR", value_name = "DIR")]
    pub data_dir: Option<String>,
    /// Where the gRPC API listens [default: 127.0.0.1:7401]
    #[arg(long, env = "QUORATE_API_LISTEN", value_name = "ADDR")]
    pub api_listen: Option<String>,
    /// Where clients reach the API, when that differs
    #[arg(long, env = "QUORATE_API_ADVERTISE", value_name = "HOST[:PORT]")]
    pub api_advertise: Option<String>,
    /// Where metrics, health and a page for browsers are served over HTTP, or "off" [default: 127.0.0.1:7601]
    #[arg(long, env = "QUORATE_HTTP_LISTEN", value_name = "ADDR")]
    pub http_listen: Option<String>,
    /// Whether the page is served there, which shows the cluster to whoever reaches it: "on" or "off" [default: on, unless
    /// the API speaks TLS]
    #[arg(long, env = "QUORATE_HTTP_PAGE", value_name = "WHETHER")]
    pub http_page: Option<String>,
    /// Where this node listens for peers; once for each network [default: 127.0.0.1:7501]
    #[arg(long, env = "QUORATE_PEER_LISTEN", value_name = "[NET=]ADDR", value_delimiter = ',')]
    pub peer_listen: Vec<String>,
    /// Where peers reach this node; once for each network
    #[arg(long, env = "QUORATE_PEER_ADVERTISE", value_name = "[NET=]HOST[:PORT]", value_delimiter = ',')]
    pub peer_advertise: Vec<String>,
    /// Log level, or a filter such as "info,quorate_agent=debug" [default: info]
    #[arg(long, env = "QUORATE_LOG_LEVEL", value_name = "FILTER")]
    pub log_level: Option<String>,
    /// Log format, "text" or "json" [default: text]
    #[arg(long, env = "QUORATE_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<String>,
    /// Where to look for peers.
    #[command(flatten)]
    pub discovery: DiscoveryArgs,
    /// Who is trusted.
    #[command(flatten)]
    pub tls: TlsArgs,
    /// Who votes.
    #[command(flatten)]
    pub quorum: QuorumArgs,
    /// Times of the core.
    #[command(flatten)]
    pub timing: TimingArgs,
    /// What keeps memory bounded.
    #[command(flatten)]
    pub limits: LimitsArgs,
    /// How much clients may have.
    #[command(flatten)]
    pub coordination: CoordinationArgs,
}

/// Where to look for peers.
#[derive(Args, Debug)]
#[command(next_help_heading = "Discovery")]
pub struct DiscoveryArgs {
    /// A peer to start from; may be given several times
    #[arg(long, env = "QUORATE_SEED", value_name = "HOST:PORT", value_delimiter = ',')]
    pub seed: Vec<String>,
    /// A DNS SRV name to find peers by, such as _quorate._tcp.example.org; may be given several times
    #[arg(long, env = "QUORATE_SRV", value_name = "NAME", value_delimiter = ',')]
    pub srv: Vec<String>,
    /// A DNS server to ask instead of the system's; may be given several times
    #[arg(long, env = "QUORATE_DNS_SERVER", value_name = "ADDR", value_delimiter = ',')]
    pub dns_server: Vec<String>,
    /// Time between two look-ups of a name [default: 5s]
    #[arg(long, env = "QUORATE_DISCOVERY_INTERVAL", value_name = "DURATION")]
    pub discovery_interval: Option<String>,
    /// Find peers by UDP multicast, in this group ("off" overrules the file) [default: off; group 239.255.74.1:7400]
    #[arg(
        long,
        env = "QUORATE_MULTICAST",
        value_name = "GROUP",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = super::check::MULTICAST_GROUP
    )]
    pub multicast: Option<String>,
    /// Address of the interface for multicast
    #[arg(long, env = "QUORATE_MULTICAST_INTERFACE", value_name = "IP")]
    pub multicast_interface: Option<String>,
    /// Time between two multicast announcements [default: 1s]
    #[arg(long, env = "QUORATE_MULTICAST_INTERVAL", value_name = "DURATION")]
    pub multicast_interval: Option<String>,
}

/// Who is trusted, and how this node shows who it is.
#[derive(Args, Debug)]
#[command(next_help_heading = "TLS")]
pub struct TlsArgs {
    /// This node's certificate for peers (PEM), which names the node; switches TLS between nodes on
    #[arg(long, env = "QUORATE_PEER_TLS_CERTIFICATE", value_name = "FILE")]
    pub peer_tls_certificate: Option<String>,
    /// Its private key (PEM)
    #[arg(long, env = "QUORATE_PEER_TLS_KEY", value_name = "FILE")]
    pub peer_tls_key: Option<String>,
    /// The authorities that sign nodes' certificates (PEM)
    #[arg(long, env = "QUORATE_PEER_TLS_CA", value_name = "FILE")]
    pub peer_tls_ca: Option<String>,
    /// The certificate that clients of the API see (PEM); switches TLS on for them
    #[arg(long, env = "QUORATE_API_TLS_CERTIFICATE", value_name = "FILE")]
    pub api_tls_certificate: Option<String>,
    /// Its private key (PEM)
    #[arg(long, env = "QUORATE_API_TLS_KEY", value_name = "FILE")]
    pub api_tls_key: Option<String>,
    /// The authorities that sign clients' certificates (PEM); when given, every client must have one
    #[arg(long, env = "QUORATE_API_TLS_CLIENT_CA", value_name = "FILE")]
    pub api_tls_client_ca: Option<String>,
}

/// Who votes, and what an operator says of this node.
#[derive(Args, Debug)]
#[command(next_help_heading = "Quorum")]
pub struct QuorumArgs {
    /// How many nodes that may vote must meet to form the cluster for the first time [default: 0, never]
    #[arg(long, env = "QUORATE_BOOTSTRAP_EXPECT", value_name = "COUNT")]
    pub bootstrap_expect: Option<String>,
    /// Whether this node may be a voter: "auto", "never", or "witness", which does nothing else [default: auto]
    #[arg(long, env = "QUORATE_VOTE", value_name = "HOW")]
    pub vote: Option<String>,
    /// How long a right to act lasts that is not renewed; at least 3 heartbeats [default: 400ms]
    #[arg(long, env = "QUORATE_LEASE", value_name = "DURATION")]
    pub lease: Option<String>,
    /// How long a voter may be missing before another takes its place [default: 1m]
    #[arg(long, env = "QUORATE_VOTER_GRACE", value_name = "DURATION")]
    pub voter_grace: Option<String>,
    /// A label of this node, such as zone=a; may be given several times
    #[arg(long, env = "QUORATE_LABEL", value_name = "KEY=VALUE", value_delimiter = ',')]
    pub label: Vec<String>,
}

/// Times of the core.
#[derive(Args, Debug)]
#[command(next_help_heading = "Timing")]
pub struct TimingArgs {
    /// Time between heartbeats [default: 100ms]
    #[arg(long, env = "QUORATE_HEARTBEAT", value_name = "DURATION")]
    pub heartbeat: Option<String>,
    /// Silence after which a channel is down; at least 3 heartbeats [default: 1s]
    #[arg(long, env = "QUORATE_DETECT_TIMEOUT", value_name = "DURATION")]
    pub detect_timeout: Option<String>,
    /// How long the map must be steady before a transition starts [default: 50ms]
    #[arg(long, env = "QUORATE_SETTLE_TIME", value_name = "DURATION")]
    pub settle_time: Option<String>,
    /// How long a map that keeps changing can put a transition off [default: 1s]
    #[arg(long, env = "QUORATE_SETTLE_MAX", value_name = "DURATION")]
    pub settle_max: Option<String>,
    /// How long a phase of a transition may take [default: 2s]
    #[arg(long, env = "QUORATE_PHASE_TIMEOUT", value_name = "DURATION")]
    pub phase_timeout: Option<String>,
    /// How long a node looks for others before it forms a first view [default: 1s]
    #[arg(long, env = "QUORATE_FORM_TIME", value_name = "DURATION")]
    pub form_time: Option<String>,
    /// How long a leaving node waits for the others to agree [default: 5s]
    #[arg(long, env = "QUORATE_LEAVE_TIMEOUT", value_name = "DURATION")]
    pub leave_timeout: Option<String>,
    /// Least time a channel that fell silent must stay good before it counts [default: 5s]
    #[arg(long, env = "QUORATE_DAMPING_MIN", value_name = "DURATION")]
    pub damping_min: Option<String>,
    /// Most time a channel that keeps failing must stay good before it counts [default: 10m]
    #[arg(long, env = "QUORATE_DAMPING_MAX", value_name = "DURATION")]
    pub damping_max: Option<String>,
    /// Longest pause between two attempts to reach an address [default: 5s]
    #[arg(long, env = "QUORATE_REDIAL_MAX", value_name = "DURATION")]
    pub redial_max: Option<String>,
}

/// What keeps memory bounded.
#[derive(Args, Debug)]
#[command(next_help_heading = "Limits")]
pub struct LimitsArgs {
    /// How many views are kept as history [default: 256]
    #[arg(long, env = "QUORATE_HISTORY", value_name = "COUNT")]
    pub history: Option<String>,
    /// How many nodes may be known at once [default: 2048]
    #[arg(long, env = "QUORATE_MAX_NODES", value_name = "COUNT")]
    pub max_nodes: Option<String>,
    /// How many watch streams may be open at once [default: 10000]
    #[arg(long, env = "QUORATE_MAX_WATCHERS", value_name = "COUNT")]
    pub max_watchers: Option<String>,
    /// How many connections the API, and each peer listener, takes at once [default: 1000]
    #[arg(long, env = "QUORATE_MAX_CONNECTIONS", value_name = "COUNT")]
    pub max_connections: Option<String>,
    /// How long a new connection may take until its first request has come [default: 10s]
    #[arg(long, env = "QUORATE_HANDSHAKE_TIMEOUT", value_name = "DURATION")]
    pub handshake_timeout: Option<String>,
    /// Silence of a client after which it is asked whether it is still there [default: 30s]
    #[arg(long, env = "QUORATE_KEEPALIVE", value_name = "DURATION")]
    pub keepalive: Option<String>,
    /// How many events a watch stream may lag behind [default: 1024]
    #[arg(long, env = "QUORATE_EVENT_BUFFER", value_name = "COUNT")]
    pub event_buffer: Option<String>,
}

/// How much clients may have of sessions, names and barriers. Whoever leads goes by its own.
#[derive(Args, Debug)]
#[command(next_help_heading = "Sessions, names and barriers")]
pub struct CoordinationArgs {
    /// How many sessions there may be in all [default: 100000]
    #[arg(long, env = "QUORATE_MAX_SESSIONS", value_name = "COUNT")]
    pub max_sessions: Option<String>,
    /// How many sessions one client may have: one address, or one name in certificates [default: 10000]
    #[arg(long, env = "QUORATE_MAX_CLIENT_SESSIONS", value_name = "COUNT")]
    pub max_client_sessions: Option<String>,
    /// How many names and barriers there may be in all [default: 200000]
    #[arg(long, env = "QUORATE_MAX_NAMES", value_name = "COUNT")]
    pub max_names: Option<String>,
    /// How many names, places in queues and barriers one session may have [default: 10000]
    #[arg(long, env = "QUORATE_MAX_SESSION_NAMES", value_name = "COUNT")]
    pub max_session_names: Option<String>,
    /// How many bytes a value may have [default: 65536]
    #[arg(long, env = "QUORATE_MAX_VALUE_BYTES", value_name = "COUNT")]
    pub max_value_bytes: Option<String>,
    /// How many bytes all of it may take, about [default: 268435456]
    #[arg(long, env = "QUORATE_MAX_STATE_BYTES", value_name = "COUNT")]
    pub max_state_bytes: Option<String>,
    /// How many may share one name [default: 10000]
    #[arg(long, env = "QUORATE_MAX_HOLDERS", value_name = "COUNT")]
    pub max_holders: Option<String>,
    /// How many may wait for one name [default: 10000]
    #[arg(long, env = "QUORATE_MAX_QUEUE", value_name = "COUNT")]
    pub max_queue: Option<String>,
    /// How many may take part in one barrier [default: 10000]
    #[arg(long, env = "QUORATE_MAX_PARTICIPANTS", value_name = "COUNT")]
    pub max_participants: Option<String>,
    /// How many requests may wait at this agent [default: 16384]
    #[arg(long, env = "QUORATE_MAX_REQUESTS", value_name = "COUNT")]
    pub max_requests: Option<String>,
}

/// Puts what was given over what the file says.
pub(super) fn apply(given: &ArgMatches, draft: &mut Draft, origins: &mut Origins) -> Result<(), ConfigError> {
    let mut put = Put { given, origins };
    put.one("cluster", "cluster", &mut draft.cluster)?;
    put.one("node_name", "node_name", &mut draft.node_name)?;
    put.one("data_dir", "data_dir", &mut draft.data_dir)?;
    put.one("api_listen", "api.listen", &mut draft.api.listen)?;
    put.one("api_advertise", "api.advertise", &mut draft.api.advertise)?;
    put.one("http_listen", "http.listen", &mut draft.http.listen)?;
    put.one("http_page", "http.page", &mut draft.http.page)?;
    put.one("log_level", "log.level", &mut draft.log.level)?;
    put.one("log_format", "log.format", &mut draft.log.format)?;
    put.networks("peer_listen", "listen", &mut draft.network, |network| &mut network.listen)?;
    put.networks("peer_advertise", "advertise", &mut draft.network, |network| &mut network.advertise)?;
    put.discovery(draft)?;
    put.tls(draft)?;
    put.quorum(draft)?;
    put.timing(draft)?;
    put.limits(draft)?;
    put.coordination(draft)
}

struct Put<'a> {
    given: &'a ArgMatches,
    origins: &'a mut Origins,
}

impl Put<'_> {
    fn discovery(&mut self, draft: &mut Draft) -> Result<(), ConfigError> {
        let discovery = &mut draft.discovery;
        self.texts("seed", "discovery.seeds", &mut discovery.seeds);
        self.texts("srv", "discovery.srv", &mut discovery.srv);
        let mut servers = Vec::new();
        self.texts("dns_server", "discovery.dns_servers", &mut servers);
        if !servers.is_empty() {
            let read = |text: &String| self.read("dns_server", "discovery.dns_servers", text).map(Text);
            discovery.dns_servers = servers.iter().map(read).collect::<Result<_, _>>()?;
        }
        self.one("discovery_interval", "discovery.interval", &mut discovery.interval)?;
        self.multicast(&mut discovery.multicast)
    }

    /// A group switches multicast on, `off` switches it off; the other two only matter when it is on.
    fn multicast(&mut self, slot: &mut Option<MulticastDraft>) -> Result<(), ConfigError> {
        match self.given.get_one::<String>("multicast").map(String::as_str) {
            Some("off") => *slot = None,
            Some(_) => self.one("multicast", "discovery.multicast.group", &mut slot.get_or_insert_default().group)?,
            None => {}
        }
        let mut spare = MulticastDraft::default();
        let multicast = slot.as_mut().unwrap_or(&mut spare);
        self.one("multicast_interface", "discovery.multicast.interface", &mut multicast.interface)?;
        self.one("multicast_interval", "discovery.multicast.interval", &mut multicast.interval)
    }

    fn tls(&mut self, draft: &mut Draft) -> Result<(), ConfigError> {
        let TlsDraft { peer, api } = &mut draft.tls;
        self.one("peer_tls_certificate", "tls.peer.certificate", &mut peer.certificate)?;
        self.one("peer_tls_key", "tls.peer.key", &mut peer.key)?;
        self.one("peer_tls_ca", "tls.peer.ca", &mut peer.ca)?;
        self.one("api_tls_certificate", "tls.api.certificate", &mut api.certificate)?;
        self.one("api_tls_key", "tls.api.key", &mut api.key)?;
        self.one("api_tls_client_ca", "tls.api.client_ca", &mut api.client_ca)
    }

    fn quorum(&mut self, draft: &mut Draft) -> Result<(), ConfigError> {
        let quorum = &mut draft.quorum;
        self.one("bootstrap_expect", "quorum.bootstrap_expect", &mut quorum.bootstrap_expect)?;
        self.one("vote", "quorum.vote", &mut quorum.vote)?;
        self.one("lease", "quorum.lease", &mut quorum.lease)?;
        self.one("voter_grace", "quorum.voter_grace", &mut quorum.voter_grace)?;
        for text in self.given.get_many::<String>("label").into_iter().flatten() {
            self.origins.note("labels", &self.place("label"));
            let Some((key, value)) = text.split_once('=') else {
                return Err(self.origins.error("labels", text, "a label is KEY=VALUE"));
            };
            draft.labels.insert(key.trim().to_owned(), value.trim().to_owned());
        }
        Ok(())
    }

    fn timing(&mut self, draft: &mut Draft) -> Result<(), ConfigError> {
        let timing = &mut draft.timing;
        self.one("heartbeat", "timing.heartbeat", &mut timing.heartbeat)?;
        self.one("detect_timeout", "timing.detect_timeout", &mut timing.detect_timeout)?;
        self.one("settle_time", "timing.settle_time", &mut timing.settle_time)?;
        self.one("settle_max", "timing.settle_max", &mut timing.settle_max)?;
        self.one("phase_timeout", "timing.phase_timeout", &mut timing.phase_timeout)?;
        self.one("form_time", "timing.form_time", &mut timing.form_time)?;
        self.one("leave_timeout", "timing.leave_timeout", &mut timing.leave_timeout)?;
        self.one("damping_min", "timing.damping_min", &mut timing.damping_min)?;
        self.one("damping_max", "timing.damping_max", &mut timing.damping_max)?;
        self.one("redial_max", "timing.redial_max", &mut timing.redial_max)
    }

    fn limits(&mut self, draft: &mut Draft) -> Result<(), ConfigError> {
        let limits = &mut draft.limits;
        self.one("history", "limits.history", &mut limits.history)?;
        self.one("max_nodes", "limits.max_nodes", &mut limits.max_nodes)?;
        self.one("max_watchers", "limits.max_watchers", &mut limits.max_watchers)?;
        self.one("max_connections", "limits.max_connections", &mut limits.max_connections)?;
        self.one("handshake_timeout", "limits.handshake_timeout", &mut limits.handshake_timeout)?;
        self.one("keepalive", "limits.keepalive", &mut limits.keepalive)?;
        self.one("event_buffer", "limits.event_buffer", &mut limits.event_buffer)
    }

    fn coordination(&mut self, draft: &mut Draft) -> Result<(), ConfigError> {
        let limits = &mut draft.coordination;
        let all = [
            ("max_sessions", &mut limits.max_sessions),
            ("max_client_sessions", &mut limits.max_client_sessions),
            ("max_names", &mut limits.max_names),
            ("max_session_names", &mut limits.max_session_names),
            ("max_value_bytes", &mut limits.max_value_bytes),
            ("max_state_bytes", &mut limits.max_state_bytes),
            ("max_holders", &mut limits.max_holders),
            ("max_queue", &mut limits.max_queue),
            ("max_participants", &mut limits.max_participants),
            ("max_requests", &mut limits.max_requests),
        ];
        all.into_iter().try_for_each(|(id, slot)| self.one(id, &format!("coordination.{id}"), slot))
    }

    /// Fills one key from the flag or variable `id`, when it was given.
    fn one<T: Value>(&mut self, id: &str, key: &str, slot: &mut Slot<T>) -> Result<(), ConfigError> {
        if let Some(text) = self.given.get_one::<String>(id) {
            *slot = Some(Text(self.read(id, key, text)?));
        }
        Ok(())
    }

    /// Replaces a list, when one was given.
    fn texts(&mut self, id: &str, key: &str, list: &mut Vec<String>) {
        if let Some(texts) = self.given.get_many::<String>(id) {
            self.origins.note(key, &self.place(id));
            *list = texts.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
        }
    }

    /// Fills a key of one network for each `[NET=]VALUE`.
    fn networks<T: Value>(
        &mut self,
        id: &str,
        field: &str,
        networks: &mut Vec<NetworkDraft>,
        slot: impl Fn(&mut NetworkDraft) -> &mut Slot<T>,
    ) -> Result<(), ConfigError> {
        for text in self.given.get_many::<String>(id).into_iter().flatten() {
            let (name, text) = match text.split_once('=') {
                Some((name, text)) => (Some(self.read::<Network>(id, "network.name", name)?), text),
                None => (None, text.as_str()),
            };
            let index = match find(networks, name.as_ref()) {
                Ok(index) => index,
                Err(rule) => {
                    self.origins.note("network", &self.place(id));
                    return Err(self.origins.error("network", text, rule));
                }
            };
            let value = self.read(id, &format!("network.{index}.{field}"), text)?;
            *slot(&mut networks[index]) = Some(Text(value));
        }
        Ok(())
    }

    /// Reads a value and notes where it came from.
    fn read<T: Value>(&mut self, id: &str, key: &str, text: &str) -> Result<T, ConfigError> {
        self.origins.note(key, &self.place(id));
        let text = text.trim();
        T::read(text).map_err(|why| self.origins.error(key, text, format!("it must be {}: {why}", T::WHAT)))
    }

    fn place(&self, id: &str) -> String {
        match self.given.value_source(id) {
            Some(ValueSource::EnvVariable) => format!("QUORATE_{}", id.to_uppercase()),
            _ => format!("--{}", id.replace('_', "-")),
        }
    }
}

/// Index of the network of that name, which is added when new. Without a name it is the only one there is.
fn find(networks: &mut Vec<NetworkDraft>, name: Option<&Network>) -> Result<usize, &'static str> {
    let known = |draft: &NetworkDraft| draft.name.as_ref().map_or("default", |Text(name)| name.as_str()).to_owned();
    let index = match name {
        Some(name) => networks.iter().position(|network| known(network) == name.as_str()),
        None if networks.len() > 1 => return Err("say which network it is for: NET=ADDR"),
        None => (networks.len() == 1).then_some(0),
    };
    Ok(index.unwrap_or_else(|| {
        networks.push(NetworkDraft { name: name.cloned().map(Text), ..NetworkDraft::default() });
        networks.len() - 1
    }))
}
