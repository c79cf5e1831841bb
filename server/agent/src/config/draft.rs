//! The configuration as it is written: every key optional, no value checked beyond its own form.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use quorate_core::{
    coordination::Limits,
    types::{Network, NodeName},
};
use serde::{Deserialize, Serialize};

use super::{Config, ConfigError, LogFormat, origin::Origins, quorum::QuorumDraft, value::Text};

/// Most bytes of a file.
const MAX_FILE: usize = 1024 * 1024;

/// A key that may be there.
pub(super) type Slot<T> = Option<Text<T>>;

/// The whole file.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Draft {
    pub(super) cluster: Slot<String>,
    pub(super) node_name: Slot<NodeName>,
    pub(super) data_dir: Slot<PathBuf>,
    pub(super) api: ApiDraft,
    pub(super) http: HttpDraft,
    pub(super) network: Vec<NetworkDraft>,
    pub(super) discovery: DiscoveryDraft,
    #[serde(skip_serializing_if = "TlsDraft::is_empty")]
    pub(super) tls: TlsDraft,
    pub(super) quorum: QuorumDraft,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) labels: BTreeMap<String, String>,
    pub(super) timing: TimingDraft,
    pub(super) limits: LimitsDraft,
    pub(super) coordination: CoordinationDraft,
    pub(super) log: LogDraft,
}

/// `[api]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ApiDraft {
    pub(super) listen: Slot<SocketAddr>,
    pub(super) advertise: Slot<String>,
}

/// `[http]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct HttpDraft {
    pub(super) listen: Slot<Option<SocketAddr>>,
    pub(super) page: Slot<bool>,
}

/// `[[network]]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct NetworkDraft {
    pub(super) name: Slot<Network>,
    pub(super) listen: Slot<SocketAddr>,
    pub(super) advertise: Slot<String>,
}

/// `[discovery]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct DiscoveryDraft {
    pub(super) seeds: Vec<String>,
    pub(super) srv: Vec<String>,
    pub(super) dns_servers: Vec<Text<SocketAddr>>,
    pub(super) interval: Slot<Duration>,
    pub(super) multicast: Option<MulticastDraft>,
}

/// `[discovery.multicast]`: on when it is there.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct MulticastDraft {
    pub(super) group: Slot<SocketAddr>,
    pub(super) interface: Slot<IpAddr>,
    pub(super) interval: Slot<Duration>,
}

/// `[tls]`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TlsDraft {
    pub(super) peer: PeerTlsDraft,
    pub(super) api: ApiTlsDraft,
}

impl TlsDraft {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// `[tls.peer]`: on when anything in it is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PeerTlsDraft {
    pub(super) certificate: Slot<PathBuf>,
    pub(super) key: Slot<PathBuf>,
    pub(super) ca: Slot<PathBuf>,
}

/// `[tls.api]`: on when anything in it is set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ApiTlsDraft {
    pub(super) certificate: Slot<PathBuf>,
    pub(super) key: Slot<PathBuf>,
    pub(super) client_ca: Slot<PathBuf>,
}

/// `[timing]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TimingDraft {
    pub(super) heartbeat: Slot<Duration>,
    pub(super) detect_timeout: Slot<Duration>,
    pub(super) settle_time: Slot<Duration>,
    pub(super) settle_max: Slot<Duration>,
    pub(super) phase_timeout: Slot<Duration>,
    pub(super) form_time: Slot<Duration>,
    pub(super) leave_timeout: Slot<Duration>,
    pub(super) damping_min: Slot<Duration>,
    pub(super) damping_max: Slot<Duration>,
    pub(super) redial_max: Slot<Duration>,
}

/// `[limits]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LimitsDraft {
    pub(super) history: Slot<usize>,
    pub(super) max_nodes: Slot<usize>,
    pub(super) max_watchers: Slot<usize>,
    pub(super) max_connections: Slot<usize>,
    pub(super) handshake_timeout: Slot<Duration>,
    pub(super) keepalive: Slot<Duration>,
    pub(super) event_buffer: Slot<usize>,
}

/// `[coordination]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct CoordinationDraft {
    pub(super) max_sessions: Slot<usize>,
    pub(super) max_client_sessions: Slot<usize>,
    pub(super) max_names: Slot<usize>,
    pub(super) max_session_names: Slot<usize>,
    pub(super) max_value_bytes: Slot<usize>,
    pub(super) max_state_bytes: Slot<usize>,
    pub(super) max_holders: Slot<usize>,
    pub(super) max_queue: Slot<usize>,
    pub(super) max_participants: Slot<usize>,
    pub(super) max_requests: Slot<usize>,
}

/// `[log]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct LogDraft {
    pub(super) level: Slot<String>,
    pub(super) format: Slot<LogFormat>,
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<(Draft, Origins), ConfigError> {
    let mut bytes = Vec::new();
    let opened = File::open(path).and_then(|file| file.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes));
    opened.map_err(|source| ConfigError::Read { path: path.into(), source })?;
    if bytes.len() > MAX_FILE {
        return Err(ConfigError::TooLong { path: path.into(), limit: MAX_FILE });
    }
    let text = String::from_utf8(bytes).map_err(|why| {
        let good = &why.as_bytes()[..why.utf8_error().valid_up_to()];
        ConfigError::NotText { path: path.into(), line: good.iter().filter(|&&byte| byte == b'\n').count() + 1 }
    })?;
    parse(&path.display().to_string(), &text)
}

/// Reads the text of a file.
pub(super) fn parse(name: &str, text: &str) -> Result<(Draft, Origins), ConfigError> {
    match toml::from_str(text) {
        Ok(draft) => Ok((draft, Origins::file(name, text))),
        Err(why) => Err(ConfigError::Syntax { file: name.into(), message: why.to_string().trim_end().into() }),
    }
}

/// Writes a configuration with every key.
pub(super) fn write(config: &Config) -> String {
    toml::to_string(&Draft::from(config)).expect("a draft holds only texts, numbers, lists and tables")
}

fn some<T: Clone>(value: &T) -> Slot<T> {
    Some(Text(value.clone()))
}

impl From<&Config> for Draft {
    fn from(config: &Config) -> Self {
        Self {
            cluster: some(&config.cluster),
            node_name: some(&config.node_name),
            data_dir: some(&config.data_dir),
            api: ApiDraft { listen: some(&config.api_listen), advertise: config.api_advertise.clone().map(Text) },
            http: HttpDraft { listen: some(&config.http_listen), page: some(&config.http_page) },
            network: config.networks.iter().map(NetworkDraft::from).collect(),
            discovery: DiscoveryDraft::from(&config.discovery),
            tls: TlsDraft::from(&config.tls),
            quorum: QuorumDraft::from(&config.quorum),
            labels: config.labels.clone(),
            timing: TimingDraft::from(&config.timing),
            limits: LimitsDraft::from(&config.limits),
            coordination: CoordinationDraft::from(&config.coordination),
            log: LogDraft { level: some(&config.log.level), format: some(&config.log.format) },
        }
    }
}

impl From<&super::NetworkConfig> for NetworkDraft {
    fn from(network: &super::NetworkConfig) -> Self {
        Self {
            name: some(&network.name),
            listen: some(&network.listen),
            advertise: some(&network.advertise.to_string()),
        }
    }
}

impl From<&super::DiscoveryConfig> for DiscoveryDraft {
    fn from(discovery: &super::DiscoveryConfig) -> Self {
        Self {
            seeds: discovery.seeds.clone(),
            srv: discovery.srv.clone(),
            dns_servers: discovery.dns_servers.iter().copied().map(Text).collect(),
            interval: some(&discovery.interval),
            multicast: discovery.multicast.as_ref().map(|multicast| MulticastDraft {
                group: some(&multicast.group),
                interface: multicast.interface.map(Text),
                interval: some(&multicast.interval),
            }),
        }
    }
}

impl From<&super::TlsConfig> for TlsDraft {
    fn from(tls: &super::TlsConfig) -> Self {
        let peer = tls.peer.as_ref().map(|peer| PeerTlsDraft {
            certificate: some(&peer.certificate),
            key: some(&peer.key),
            ca: some(&peer.ca),
        });
        let api = tls.api.as_ref().map(|api| ApiTlsDraft {
            certificate: some(&api.certificate),
            key: some(&api.key),
            client_ca: api.client_ca.clone().map(Text),
        });
        Self { peer: peer.unwrap_or_default(), api: api.unwrap_or_default() }
    }
}

impl From<&super::TimingConfig> for TimingDraft {
    fn from(timing: &super::TimingConfig) -> Self {
        Self {
            heartbeat: some(&timing.heartbeat),
            detect_timeout: some(&timing.detect_timeout),
            settle_time: some(&timing.settle_time),
            settle_max: some(&timing.settle_max),
            phase_timeout: some(&timing.phase_timeout),
            form_time: some(&timing.form_time),
            leave_timeout: some(&timing.leave_timeout),
            damping_min: some(&timing.damping_min),
            damping_max: some(&timing.damping_max),
            redial_max: some(&timing.redial_max),
        }
    }
}

impl From<&super::LimitsConfig> for LimitsDraft {
    fn from(limits: &super::LimitsConfig) -> Self {
        Self {
            history: some(&limits.history),
            max_nodes: some(&limits.max_nodes),
            max_watchers: some(&limits.max_watchers),
            max_connections: some(&limits.max_connections),
            handshake_timeout: some(&limits.handshake_timeout),
            keepalive: some(&limits.keepalive),
            event_buffer: some(&limits.event_buffer),
        }
    }
}

impl From<&Limits> for CoordinationDraft {
    fn from(limits: &Limits) -> Self {
        Self {
            max_sessions: some(&limits.sessions),
            max_client_sessions: some(&limits.client_sessions),
            max_names: some(&limits.names),
            max_session_names: some(&limits.session_names),
            max_value_bytes: some(&limits.value_bytes),
            max_state_bytes: some(&limits.state_bytes),
            max_holders: some(&limits.holders),
            max_queue: some(&limits.queue),
            max_participants: some(&limits.participants),
            max_requests: some(&limits.requests),
        }
    }
}
