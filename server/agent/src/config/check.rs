//! Fills in the defaults and checks every value, by itself and beside the others.

use std::{
    collections::BTreeSet,
    net::{IpAddr, SocketAddr},
    time::Duration,
};

use quorate_core::{
    Settings,
    coordination::Limits,
    types::{Address, Boot, Identity, Network, NodeId, NodeName},
};

use super::{
    Config, ConfigError, DiscoveryConfig, LimitsConfig, LogConfig, LogFormat, MulticastConfig, NetworkConfig,
    QuorumConfig, TimingConfig,
    draft::{
        CoordinationDraft, DiscoveryDraft, Draft, LimitsDraft, LogDraft, MulticastDraft, NetworkDraft, Slot,
        TimingDraft,
    },
    hosts,
    origin::Origins,
    quorum, tls,
    value::Text,
};
use crate::logging;

/// The group when multicast is on and none is named.
pub(super) const MULTICAST_GROUP: &str = "239.255.74.1:7400";

const CLUSTER: &str = "quorate";
const DATA_DIR: &str = "/var/lib/quorate";
const API_LISTEN: &str = "127.0.0.1:7401";
const PEER_LISTEN: &str = "127.0.0.1:7501";
const HTTP_LISTEN: &str = "127.0.0.1:7601";
const NETWORK: &str = "default";
/// More seeds than this are no seeds but a list of everything.
const MAX_SEEDS: usize = 64;

/// Makes a configuration of what was written.
pub(super) fn resolve(draft: Draft, origins: &Origins) -> Result<Config, ConfigError> {
    let api_listen = listener(&draft.api.listen, API_LISTEN, "api.listen", origins)?;
    let tls = tls::resolve(draft.tls, origins)?;
    let config = Config {
        cluster: cluster(draft.cluster, origins)?,
        node_name: node_name(draft.node_name, origins)?,
        data_dir: draft.data_dir.map_or_else(|| DATA_DIR.into(), |Text(path)| path),
        api_listen,
        api_advertise: api_advertise(draft.api.advertise, api_listen, origins)?,
        http_listen: http_listen(draft.http.listen, origins)?,
        http_page: draft.http.page.map_or(tls.api.is_none(), |Text(page)| page),
        networks: networks(draft.network, origins)?,
        discovery: discovery(draft.discovery, origins)?,
        tls,
        quorum: quorum::resolve(&draft.quorum, origins)?,
        labels: quorum::labels(draft.labels, origins)?,
        timing: timing(&draft.timing),
        limits: limits(&draft.limits, origins)?,
        coordination: coordination(&draft.coordination),
        log: log(draft.log, origins)?,
    };
    if config.data_dir.as_os_str().is_empty() {
        return Err(origins.error("data_dir", "", "it must name a folder"));
    }
    listeners_apart(&config, origins)?;
    settings_allowed(&config, origins)?;
    Ok(config)
}

/// What is allowed but looks like a mistake.
pub(super) fn warnings(config: &Config) -> Vec<String> {
    let mut found = Vec::new();
    let DiscoveryConfig { seeds, srv, multicast, .. } = &config.discovery;
    let local = |text: &str| {
        hosts::split(text).is_ok_and(|(host, _)| {
            host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip: IpAddr| ip.is_loopback())
        })
    };
    let wide = multicast.as_ref().is_some_and(|multicast| !multicast.interface.is_some_and(|ip| ip.is_loopback()));
    let elsewhere = seeds.iter().any(|seed| !local(seed)) || !srv.is_empty() || wide;
    for network in config.networks.iter().filter(|network| elsewhere && local(network.advertise.as_str())) {
        found.push(format!(
            "network '{}' advertises {}, which only this machine can reach, but peers are looked for elsewhere",
            network.name, network.advertise
        ));
    }
    if seeds.is_empty() && srv.is_empty() && multicast.is_none() {
        found.push("no seeds, no SRV name and no multicast: this node finds nobody and waits to be found".into());
    }
    let QuorumConfig { bootstrap_expect, lease, .. } = config.quorum;
    if bootstrap_expect > 0 && bootstrap_expect % 2 == 0 {
        found.push(format!(
            "quorum.bootstrap_expect is {bootstrap_expect}: of an even number of voters no more may fail than of one less"
        ));
    }
    if lease > config.timing.detect_timeout {
        found.push(
            "quorum.lease is longer than timing.detect_timeout: after a silence a new view waits for quorum".into(),
        );
    }
    found
}

fn cluster(slot: Slot<String>, origins: &Origins) -> Result<String, ConfigError> {
    let name = slot.map_or_else(|| CLUSTER.into(), |Text(name)| name);
    match NodeName::new(&name) {
        Ok(_) => Ok(name),
        Err(_) => Err(origins.error("cluster", name, "allowed are 1 to 63 characters of a-z, 0-9, '-' and '.'")),
    }
}

fn node_name(slot: Slot<NodeName>, origins: &Origins) -> Result<NodeName, ConfigError> {
    if let Some(Text(name)) = slot {
        return Ok(name);
    }
    let host = rustix::system::uname().nodename().to_string_lossy().to_lowercase();
    let rule = "the host name is no valid node name; set one of 1 to 63 characters of a-z, 0-9, '-' and '.'";
    NodeName::new(&host).map_err(|_| origins.error("node_name", host, rule))
}

fn fixed(text: &'static str) -> SocketAddr {
    text.parse().expect("the defaults are addresses")
}

fn listener(
    slot: &Slot<SocketAddr>,
    default: &'static str,
    key: &str,
    origins: &Origins,
) -> Result<SocketAddr, ConfigError> {
    let address = slot.as_ref().map_or_else(|| fixed(default), |&Text(address)| address);
    if address.port() == 0 {
        return Err(origins.error(key, address, "its port must be 1 to 65535"));
    }
    if address.ip().is_multicast() {
        return Err(origins.error(key, address, "TCP cannot listen on a multicast address"));
    }
    Ok(address)
}

fn http_listen(slot: Slot<Option<SocketAddr>>, origins: &Origins) -> Result<Option<SocketAddr>, ConfigError> {
    match slot {
        Some(Text(None)) => Ok(None),
        Some(Text(Some(address))) => listener(&Some(Text(address)), HTTP_LISTEN, "http.listen", origins).map(Some),
        None => Ok(Some(fixed(HTTP_LISTEN))),
    }
}

/// The address for clients. A wildcard listener needs none: clients bring their own address of it.
fn api_advertise(slot: Slot<String>, listen: SocketAddr, origins: &Origins) -> Result<Option<String>, ConfigError> {
    let Some(Text(text)) = slot else { return Ok(None) };
    hosts::advertised(&text, listen.port()).map(Some).map_err(|why| origins.error("api.advertise", text, why))
}

fn networks(mut drafts: Vec<NetworkDraft>, origins: &Origins) -> Result<Vec<NetworkConfig>, ConfigError> {
    if drafts.is_empty() {
        drafts.push(NetworkDraft::default());
    }
    let alone = drafts.len() == 1;
    let mut names = BTreeSet::new();
    let mut advertised = BTreeSet::new();
    let mut found = Vec::with_capacity(drafts.len());
    for (index, draft) in drafts.into_iter().enumerate() {
        let key = |field: &str| format!("network.{index}.{field}");
        let network = network(draft, index, alone, origins)?;
        if !names.insert(network.name.clone()) {
            return Err(origins.error(&key("name"), network.name, "each network needs a name of its own"));
        }
        if !advertised.insert(network.advertise.clone()) {
            let rule = "two networks cannot have the same address: peers could not tell them apart";
            return Err(origins.error(&key("advertise"), network.advertise, rule));
        }
        found.push(network);
    }
    Ok(found)
}

fn network(draft: NetworkDraft, index: usize, alone: bool, origins: &Origins) -> Result<NetworkConfig, ConfigError> {
    let key = |field: &str| format!("network.{index}.{field}");
    let name = match draft.name {
        Some(Text(name)) => name,
        None => Network::new(NETWORK).expect("the default is a name"),
    };
    if draft.listen.is_none() && !alone {
        return Err(origins.error(&key("listen"), "not set", "with several networks each needs its own"));
    }
    let listen = listener(&draft.listen, PEER_LISTEN, &key("listen"), origins)?;
    if draft.advertise.is_none() && listen.ip().is_unspecified() {
        let rule = "a wildcard cannot tell peers where to reach this node: set `advertise` of this network \
                    (--peer-advertise) to an address of this machine";
        return Err(origins.error(&key("listen"), listen, rule));
    }
    let text = draft.advertise.map_or_else(|| listen.to_string(), |Text(text)| text);
    let advertise =
        hosts::advertised(&text, listen.port()).map_err(|why| origins.error(&key("advertise"), &text, why))?;
    Ok(NetworkConfig { name, listen, advertise: Address::new(&advertise) })
}

fn discovery(draft: DiscoveryDraft, origins: &Origins) -> Result<DiscoveryConfig, ConfigError> {
    let listed = |key: &str, list: &[String], check: &dyn Fn(&str) -> Result<(), String>| {
        for text in list {
            check(text).map_err(|why| origins.error(key, text, why))?;
        }
        at_most(key, list.len(), MAX_SEEDS, origins)
    };
    listed("discovery.seeds", &draft.seeds, &|seed| hosts::split(seed).map(drop))?;
    listed("discovery.srv", &draft.srv, &|name| hosts::host_allowed(name))?;
    at_most("discovery.dns_servers", draft.dns_servers.len(), 8, origins)?;
    let interval = draft.interval.map_or(Duration::from_secs(5), |Text(span)| span);
    span("discovery.interval", interval, Duration::from_millis(100), Duration::from_secs(3600), origins)?;
    Ok(DiscoveryConfig {
        seeds: draft.seeds,
        srv: draft.srv,
        dns_servers: draft.dns_servers.into_iter().map(|Text(server)| server).collect(),
        interval,
        multicast: draft.multicast.map(|draft| multicast(&draft, origins)).transpose()?,
    })
}

fn multicast(draft: &MulticastDraft, origins: &Origins) -> Result<MulticastConfig, ConfigError> {
    let group = draft.group.as_ref().map_or_else(|| fixed(MULTICAST_GROUP), |&Text(group)| group);
    if !group.ip().is_multicast() || group.port() == 0 {
        let rule = "allowed is a multicast address (224.0.0.0 to 239.255.255.255 or ff00::/8) with a port";
        return Err(origins.error("discovery.multicast.group", group, rule));
    }
    let interface = draft.interface.as_ref().map(|&Text(ip)| ip);
    if let Some(ip) = interface.filter(|ip| !ip.is_ipv4() || !group.is_ipv4()) {
        let rule = "only an IPv4 address can choose the interface of an IPv4 group; for IPv6 put the number of the \
                    interface into the group, as in [ff15::7401%2]:7400";
        return Err(origins.error("discovery.multicast.interface", ip, rule));
    }
    let interval = draft.interval.as_ref().map_or(Duration::from_secs(1), |&Text(span)| span);
    let key = "discovery.multicast.interval";
    span(key, interval, Duration::from_millis(100), Duration::from_secs(60), origins)?;
    Ok(MulticastConfig { group, interface, interval })
}

/// Times with the core's defaults; the core itself checks them in [`settings_allowed`].
fn timing(draft: &TimingDraft) -> TimingConfig {
    let default = defaults();
    let or = |slot: &Slot<Duration>, default: Duration| slot.as_ref().map_or(default, |&Text(span)| span);
    TimingConfig {
        heartbeat: or(&draft.heartbeat, default.heartbeat),
        detect_timeout: or(&draft.detect_timeout, default.detect_timeout),
        settle_time: or(&draft.settle_time, default.settle_time),
        settle_max: or(&draft.settle_max, default.settle_max),
        phase_timeout: or(&draft.phase_timeout, default.phase_timeout),
        form_time: or(&draft.form_time, default.form_time),
        leave_timeout: or(&draft.leave_timeout, default.leave_timeout),
        damping_min: or(&draft.damping_min, default.damping_min),
        damping_max: or(&draft.damping_max, default.damping_max),
        redial_max: or(&draft.redial_max, default.redial_max),
    }
}

fn limits(draft: &LimitsDraft, origins: &Origins) -> Result<LimitsConfig, ConfigError> {
    let default = defaults();
    let or = |slot: &Slot<usize>, default: usize| slot.as_ref().map_or(default, |&Text(count)| count);
    let time = |slot: &Slot<Duration>, seconds| slot.as_ref().map_or(Duration::from_secs(seconds), |&Text(span)| span);
    let limits = LimitsConfig {
        history: or(&draft.history, default.history),
        max_nodes: or(&draft.max_nodes, default.max_nodes),
        max_watchers: or(&draft.max_watchers, 10_000),
        max_connections: or(&draft.max_connections, 1000),
        handshake_timeout: time(&draft.handshake_timeout, 10),
        keepalive: time(&draft.keepalive, 30),
        event_buffer: or(&draft.event_buffer, 1024),
    };
    count("limits.max_watchers", limits.max_watchers, 1, 1_000_000, origins)?;
    count("limits.max_connections", limits.max_connections, 8, 100_000, origins)?;
    count("limits.event_buffer", limits.event_buffer, 16, 65_536, origins)?;
    let (second, minutes, hour) = (Duration::from_secs(1), Duration::from_secs(300), Duration::from_secs(3600));
    span("limits.handshake_timeout", limits.handshake_timeout, second, minutes, origins)?;
    span("limits.keepalive", limits.keepalive, second, hour, origins)?;
    Ok(limits)
}

fn coordination(draft: &CoordinationDraft) -> Limits {
    let or = |slot: &Slot<usize>, default: usize| slot.as_ref().map_or(default, |&Text(count)| count);
    let default = defaults().limits;
    Limits {
        sessions: or(&draft.max_sessions, default.sessions),
        client_sessions: or(&draft.max_client_sessions, default.client_sessions),
        names: or(&draft.max_names, default.names),
        session_names: or(&draft.max_session_names, default.session_names),
        value_bytes: or(&draft.max_value_bytes, default.value_bytes),
        state_bytes: or(&draft.max_state_bytes, default.state_bytes),
        holders: or(&draft.max_holders, default.holders),
        queue: or(&draft.max_queue, default.queue),
        participants: or(&draft.max_participants, default.participants),
        requests: or(&draft.max_requests, default.requests),
    }
}

fn log(draft: LogDraft, origins: &Origins) -> Result<LogConfig, ConfigError> {
    let level = draft.level.map_or_else(|| "info".into(), |Text(level)| level);
    if let Err(why) = logging::filter(&level) {
        let rule = format!(
            "it must be error, warn, info, debug, trace or off, or a filter such as info,quorate_agent=debug: {why}"
        );
        return Err(origins.error("log.level", level, rule));
    }
    Ok(LogConfig { level, format: draft.format.map_or(LogFormat::Text, |Text(format)| format) })
}

/// The core's own defaults.
pub(super) fn defaults() -> Settings {
    let name = NodeName::new("n").expect("it is a name");
    Settings::new("", Identity { name, id: NodeId::default(), boot: Boot::default() }, Vec::new())
}

/// Has the core check its times and limits, so that the ranges are written in one place only.
fn settings_allowed(config: &Config, origins: &Origins) -> Result<(), ConfigError> {
    let identity = Identity { name: config.node_name.clone(), id: NodeId::default(), boot: Boot::default() };
    config.settings(identity).check().map_err(|why| {
        let key = match why.name {
            "networks" => "network".into(),
            "history" | "max_nodes" => format!("limits.{}", why.name),
            "lease" | "voter_grace" => format!("quorum.{}", why.name),
            "sessions" | "client_sessions" | "names" | "session_names" | "value_bytes" | "state_bytes" | "holders"
            | "queue" | "participants" | "requests" => format!("coordination.max_{}", why.name),
            time => format!("timing.{time}"),
        };
        origins.error(&key, why.value, format!("allowed is {}", why.allowed))
    })
}

/// Refuses two listeners on one address, before one of them fails with a bare "address in use".
fn listeners_apart(config: &Config, origins: &Origins) -> Result<(), ConfigError> {
    let mut all = vec![("api.listen".to_owned(), config.api_listen)];
    all.extend(config.http_listen.map(|address| ("http.listen".to_owned(), address)));
    let peers = config.networks.iter().enumerate();
    all.extend(peers.map(|(index, network)| (format!("network.{index}.listen"), network.listen)));
    for (index, (key, address)) in all.iter().enumerate() {
        if let Some((other, at)) = all[..index].iter().find(|(_, earlier)| clash(earlier, address)) {
            return Err(origins.error(key, address, format!("{other} has that address already ({at})")));
        }
    }
    Ok(())
}

fn clash(a: &SocketAddr, b: &SocketAddr) -> bool {
    a.port() == b.port() && (a.ip() == b.ip() || a.ip().is_unspecified() || b.ip().is_unspecified())
}

fn span(key: &str, value: Duration, least: Duration, most: Duration, origins: &Origins) -> Result<(), ConfigError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let show = humantime::format_duration;
    Err(origins.error(key, show(value), format!("allowed is {} to {}", show(least), show(most))))
}

pub(super) fn count(key: &str, value: usize, least: usize, most: usize, origins: &Origins) -> Result<(), ConfigError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(origins.error(key, value, format!("allowed is {least} to {most}")))
}

fn at_most(key: &str, length: usize, most: usize, origins: &Origins) -> Result<(), ConfigError> {
    if length <= most {
        Ok(())
    } else {
        Err(origins.error(key, format!("{length} entries"), format!("allowed are at most {most}")))
    }
}
