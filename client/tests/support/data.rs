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
