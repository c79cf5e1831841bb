//! What the mock agent answers: a small cluster of n1, n2 and n3 in which n3 was lost once and came back.

use std::time::Duration;

use prost_types::Timestamp;
use quorate::v1::{self, event, watch_events_response, watch_membership_response};

/// 2026-11-22T12:00:00Z.
pub const NOON: i64 = 1_795_348_800;

pub fn header(name: &str) -> v1::ResponseHeader {
    v1::ResponseHeader {
        cluster_id: "test".to_owned(),
        node_name: name.to_owned(),
        view_id: Some(view_id(12)),
        epoch: 0,
        revision: 0,
    }
}

pub fn view_id(incarnation: u64) -> v1::ViewId {
    v1::ViewId { incarnation, controller: "n1".to_owned() }
}

pub fn view(incarnation: u64) -> v1::View {
    let observation = v1::Observation {
        observer: "n1".to_owned(),
        network: "default".to_owned(),
        text: "connection reset".to_owned(),
    };
    let cause = v1::Cause {
        kind: v1::CauseKind::Lost.into(),
        node_name: "n3".to_owned(),
        observations: vec![observation],
        text: "n3 was lost".to_owned(),
    };
    v1::View {
        id: Some(view_id(incarnation)),
        members: ["n1", "n2"].map(|name| member(name, 3)).to_vec(),
        parents: vec![view_id(incarnation - 1)],
        transition: Some(v1::Transition {
            summary: "n3 was lost".to_owned(),
            causes: vec![cause],
            settle_duration: Some(proto(Duration::from_millis(52))),
            prepare_duration: Some(proto(Duration::from_millis(3))),
            attempts: 1,
        }),
        commit_time: Some(Timestamp { seconds: NOON + incarnation as i64, nanos: 250_000_000 }),
        missed: false,
    }
}

pub fn member(name: &str, since_incarnation: u64) -> v1::Member {
    v1::Member {
        node_name: name.to_owned(),
        node_id: format!("00000000-0000-4000-8000-0000000000{name}"),
        boot_id: format!("00000000-0000-4000-8000-1111111111{name}"),
        since_incarnation,
    }
}

pub fn nodes(own: &str) -> Vec<v1::Node> {
    ["n1", "n2", "n3"].iter().map(|name| node(name, *name == own)).collect()
}

pub fn node(name: &str, is_self: bool) -> v1::Node {
    let evicted = name == "n3";
    v1::Node {
        node_name: name.to_owned(),
        node_id: format!("00000000-0000-4000-8000-0000000000{name}"),
        boot_id: format!("00000000-0000-4000-8000-1111111111{name}"),
        state: if evicted { v1::NodeState::Evicted } else { v1::NodeState::Member }.into(),
        addresses: vec![v1::NetworkAddress { network: "default".to_owned(), address: format!("{name}:7501") }],
        link: (!is_self).then(|| link(!evicted)),
        is_self,
        since_incarnation: 3,
        view_id: Some(view_id(12)),
        self_distrust: false,
    }
}

pub fn link(up: bool) -> v1::Link {
    let channel = v1::Channel {
        network: "default".to_owned(),
        remote_address: "10.0.0.9:7501".to_owned(),
        relayed_by: String::new(),
        state: if up { v1::ChannelState::Up } else { v1::ChannelState::Down }.into(),
        round_trip_time: up.then(|| proto(Duration::from_micros(420))),
        loss: if up { 0.0 } else { 1.0 },
        active: up,
        trusted: up,
        hold: None,
        failures: u32::from(!up),
        last_failure: if up { String::new() } else { "connection refused".to_owned() },
    };
    v1::Link {
        state: if up { v1::LinkState::Up } else { v1::LinkState::Down }.into(),
        channels: vec![channel],
        unacknowledged: 0,
        sent: 10,
        received: 11,
        retransmitted: 1,
        failures: u64::from(!up),
        trusted: up,
        state_age: Some(proto(Duration::from_secs(90))),
    }
}

pub fn agent(name: &str) -> v1::Agent {
    v1::Agent {
        version: "0.1.0".to_owned(),
        node_name: name.to_owned(),
        node_id: "00000000-0000-4000-8000-000000000001".to_owned(),
        boot_id: "00000000-0000-4000-8000-000000000002".to_owned(),
        boot_count: 4,
        pid: 4242,
        api_address: "127.0.0.1:7401".to_owned(),
        http_address: "127.0.0.1:7601".to_owned(),
        peer_listen_addresses: vec![v1::NetworkAddress {
            network: "default".to_owned(),
            address: "127.0.0.1:7501".to_owned(),
        }],
        peer_advertise_addresses: Vec::new(),
        start_time: Some(Timestamp { seconds: NOON, nanos: 0 }),
        uptime: Some(proto(Duration::from_secs(3700))),
        config_toml: "node_name = \"n1\"\n".to_owned(),
        min_protocol_version: 1,
        max_protocol_version: 2,
        self_distrust: 0,
    }
}

pub fn event(incarnation: u64) -> v1::Event {
    v1::Event {
        cursor: format!("c{incarnation}"),
        observed_time: Some(Timestamp { seconds: NOON + incarnation as i64, nanos: 300_000_000 }),
        kind: Some(event::Kind::View(view(incarnation))),
    }
}

/// A message of WatchMembership whose cursor is `c<n>`.
pub fn membership_message(n: u64, message: watch_membership_response::Message) -> v1::WatchMembershipResponse {
    v1::WatchMembershipResponse { header: Some(header("n1")), cursor: format!("c{n}"), message: Some(message) }
}

pub fn membership_snapshot(n: u64, reason: v1::SnapshotReason) -> v1::WatchMembershipResponse {
    let snapshot = v1::MembershipSnapshot {
        reason: reason.into(),
        view: Some(view(n)),
        state: v1::ViewState::Stable.into(),
        nodes: nodes("n1"),
    };
    membership_message(n, watch_membership_response::Message::Snapshot(snapshot))
}

/// A message of WatchEvents whose cursor is `c<n>`.
pub fn event_message(n: u64, message: watch_events_response::Message) -> v1::WatchEventsResponse {
    v1::WatchEventsResponse { header: Some(header("n1")), cursor: format!("c{n}"), message: Some(message) }
}

pub fn event_snapshot(n: u64, reason: v1::SnapshotReason) -> v1::WatchEventsResponse {
    let snapshot = v1::EventSnapshot {
        reason: reason.into(),
        view: Some(view(n)),
        state: v1::ViewState::Stable.into(),
        quorum: None,
    };
    event_message(n, watch_events_response::Message::Snapshot(snapshot))
}

pub fn proto(duration: Duration) -> prost_types::Duration {
    duration.try_into().unwrap()
}

/// A program that is run so.
pub fn service(name: &str, requires: &[&str]) -> v1::Service {
    let program = v1::Program { command: vec![format!("/bin/{name}")], ..v1::Program::default() };
    v1::Service {
        name: name.to_owned(),
        kind: Some(v1::service::Kind::Program(program)),
        requires: requires.iter().map(|&name| name.to_owned()).collect(),
        ..v1::Service::default()
    }
}

/// At revision 7: web with two instances, which requires db; and old, which is disabled.
pub fn services() -> v1::ListServicesResponse {
    let count = Some(v1::placement::Count::Instances(2));
    let mut web = service("web", &["db"]);
    web.placement = Some(v1::Placement { count, ..v1::Placement::default() });
    web.stop_timeout = Some(proto(Duration::from_secs(5)));
    let defined = |service: v1::Service, version: u64, level: u32| v1::DefinedService {
        service: Some(service),
        version,
        level,
        intent: v1::ServiceIntent::Run.into(),
        reason: String::new(),
    };
    let mut old = defined(service("old", &[]), 5, 0);
    old.intent = v1::ServiceIntent::Disabled.into();
    old.reason = "breaks everything".to_owned();
    v1::ListServicesResponse {
        header: None,
        revision: 7,
        services: vec![defined(service("db", &[]), 6, 0), old, defined(web, 7, 1)],
        drained: vec![v1::DrainedNode { node_name: "n3".to_owned(), reason: "new disk".to_owned() }],
    }
}

pub fn instance(service: &str, instance: u32, node: &str, state: v1::InstanceState) -> v1::ServiceInstance {
    v1::ServiceInstance {
        service: service.to_owned(),
        instance,
        node_name: node.to_owned(),
        wanted: true,
        state: state.into(),
        version: 7,
        level: u32::from(service == "web"),
        token: Some(v1::Token { epoch: 9, counter: 4 }),
        ..v1::ServiceInstance::default()
    }
}

/// All services run but the second instance of web, which is being started.
pub fn recovery() -> v1::Recovery {
    let reason = "is not ready".to_owned();
    let starting = v1::ServiceInstance { reason, ..instance("web", 1, "n2", v1::InstanceState::Starting) };
    let node = |name: &str| v1::RecoveryNode { node_name: name.to_owned(), ..v1::RecoveryNode::default() };
    let program = v1::ParticipantStatus {
        name: "store".to_owned(),
        level: 3,
        phase: v1::Phase::Prepare.into(),
        done: true,
        isolated: false,
    };
    let drained =
        v1::RecoveryNode { drained: true, reason: "new disk".to_owned(), participants: vec![program], ..node("n3") };
    v1::Recovery {
        epoch: 9,
        stage: v1::RecoveryStage::Level.into(),
        level: 1,
        leader: "n1".to_owned(),
        since: Some(proto(Duration::from_millis(1500))),
        took: None,
        revision: 7,
        nodes: vec![node("n1"), node("n2"), drained],
        instances: vec![
            instance("db", 0, "n1", v1::InstanceState::Ready),
            instance("web", 0, "n1", v1::InstanceState::Ready),
            starting,
        ],
        unplaced: Vec::new(),
        blocked: Vec::new(),
        waits: vec![v1::RecoveryWait {
            node_name: "n2".to_owned(),
            what: "web/1".to_owned(),
            reason: "starts: is not ready".to_owned(),
        }],
    }
}

/// The same a little later.
pub fn recovered() -> v1::Recovery {
    let mut recovery = recovery();
    recovery.stage = v1::RecoveryStage::Recovered.into();
    recovery.level = 0;
    recovery.took = Some(proto(Duration::from_millis(2100)));
    recovery.instances[2] = instance("web", 1, "n2", v1::InstanceState::Ready);
    recovery.waits.clear();
    recovery
}

/// A message of WatchRecovery.
pub fn recovery_message(recovery: v1::Recovery) -> v1::WatchRecoveryResponse {
    let message = Some(v1::watch_recovery_response::Message::Recovery(recovery));
    v1::WatchRecoveryResponse { header: Some(header("n1")), message }
}

pub fn shifts() -> Vec<v1::Shift> {
    let shift = |instance, from: &str, to: &str, reason: &str| v1::Shift {
        service: "web".to_owned(),
        instance,
        from_node: from.to_owned(),
        to_node: to.to_owned(),
        reason: reason.to_owned(),
    };
    vec![shift(0, "n1", "n2", ""), shift(1, "n2", "", "n1: is drained")]
}

/// What an agent answers to definitions, with the same order of things as a real one.
pub fn applied(
    header: Option<v1::ResponseHeader>,
    known: &v1::ListServicesResponse,
    request: &v1::ApplyServicesRequest,
) -> v1::ApplyServicesResponse {
    let change = |name: &str, kind: v1::ChangeKind, fields: &[&str]| v1::ServiceChange {
        name: name.to_owned(),
        kind: kind.into(),
        fields: fields.iter().map(|&field| field.to_owned()).collect(),
    };
    let of = |name: &str| known.services.iter().filter_map(|one| one.service.as_ref()).find(|one| one.name == name);
    let mut changes: Vec<_> = request
        .services
        .iter()
        .filter_map(|service| match of(&service.name) {
            Some(known) if known == service => None,
            Some(_) => Some(change(&service.name, v1::ChangeKind::Changed, &["stop_timeout"])),
            None => Some(change(&service.name, v1::ChangeKind::Added, &[])),
        })
        .collect();
    let gone = known
        .services
        .iter()
        .filter_map(|one| one.service.as_ref())
        .filter(|known| request.prune && !request.services.iter().any(|service| service.name == known.name));
    changes.extend(gone.map(|known| change(&known.name, v1::ChangeKind::Removed, &[])));
    changes.sort_by(|a, b| a.name.cmp(&b.name));
    let shifts = if changes.is_empty() { Vec::new() } else { shifts() };
    let revision = known.revision + u64::from(!request.dry_run && !changes.is_empty());
    v1::ApplyServicesResponse { header, revision, changes, shifts }
}
