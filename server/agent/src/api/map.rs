//! The core's values as those of the public API.

use quorate_core::{
    status::{ChannelState, ChannelStatus, LinkState, LinkStatus, NodeStatus, Standing, ViewState},
    types::{
        Address, Boot, Cause, CauseKind, Duration, Identity, Member, Network, NodeId, NodeName, Sighting, ViewId,
        ViewRecord, WallTime,
    },
};
use quorate_proto::v1;
use uuid::Uuid;

/// Most causes that a summary names.
const SUMMARISED: usize = 8;

/// A span of time.
#[must_use]
pub fn duration(span: Duration) -> prost_types::Duration {
    prost_types::Duration {
        seconds: i64::try_from(span.as_secs()).unwrap_or(i64::MAX),
        nanos: i32::try_from(span.subsec_nanos()).unwrap_or(i32::MAX),
    }
}

/// A moment of the wall clock.
#[must_use]
pub fn timestamp(at: WallTime) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: i64::try_from(at.0 / 1000).unwrap_or(i64::MAX),
        nanos: i32::try_from(at.0 % 1000 * 1_000_000).unwrap_or(0),
    }
}

/// The identity of a view.
#[must_use]
pub fn view_id(id: &ViewId) -> v1::ViewId {
    v1::ViewId { incarnation: id.incarnation.0, controller: id.controller.to_string() }
}

/// How far the node has come with its view.
#[must_use]
pub fn view_state(state: ViewState) -> v1::ViewState {
    match state {
        ViewState::Forming => v1::ViewState::Forming,
        ViewState::Transition => v1::ViewState::Transition,
        ViewState::Installed => v1::ViewState::Installed,
        ViewState::Stable => v1::ViewState::Stable,
    }
}

/// A view; `missed` when the answering node was not in it.
#[must_use]
pub fn view(view: &ViewRecord, missed: bool) -> v1::View {
    v1::View {
        id: Some(view_id(&view.id)),
        members: view.members.iter().map(member).collect(),
        parents: view.parents.iter().map(view_id).collect(),
        transition: Some(v1::Transition {
            summary: summary(&view.causes),
            causes: view.causes.iter().map(cause).collect(),
            settle_duration: Some(duration(view.settle)),
            prepare_duration: Some(duration(view.prepare)),
            attempts: view.attempts,
        }),
        commit_time: Some(timestamp(view.committed)),
        missed,
    }
}

/// One sentence that sums up the causes.
fn summary(causes: &[Cause]) -> String {
    if causes.is_empty() {
        return "no node came or went".to_owned();
    }
    let mut parts: Vec<_> = causes.iter().take(SUMMARISED).map(Cause::to_string).collect();
    if causes.len() > SUMMARISED {
        parts.push(format!("and {} more", causes.len() - SUMMARISED));
    }
    parts.join("; ")
}

fn member(member: &Member) -> v1::Member {
    v1::Member {
        node_name: member.identity.name.to_string(),
        node_id: node_id(member.identity.id),
        boot_id: boot_id(member.identity.boot),
        since_incarnation: member.since.0,
    }
}

/// The identity of a data folder as a UUID.
#[must_use]
pub fn node_id(id: NodeId) -> String {
    Uuid::from_bytes(id.0).to_string()
}

/// The identity of a boot as a UUID.
#[must_use]
pub fn boot_id(boot: Boot) -> String {
    Uuid::from_bytes(boot.id).to_string()
}

fn cause(cause: &Cause) -> v1::Cause {
    let kind = match cause.kind {
        CauseKind::Joined => v1::CauseKind::Joined,
        CauseKind::Restarted => v1::CauseKind::Restarted,
        CauseKind::Returned => v1::CauseKind::Returned,
        CauseKind::Lost => v1::CauseKind::Lost,
        CauseKind::Left => v1::CauseKind::Left,
        CauseKind::Evicted => v1::CauseKind::Evicted,
        CauseKind::Unresponsive => v1::CauseKind::Unresponsive,
        CauseKind::Interrupted => v1::CauseKind::Interrupted,
    };
    v1::Cause {
        kind: kind.into(),
        node_name: cause.name.to_string(),
        observations: cause.sightings.iter().map(observation).collect(),
        text: cause.to_string(),
    }
}

fn observation(sighting: &Sighting) -> v1::Observation {
    v1::Observation {
        observer: sighting.observer.to_string(),
        network: sighting.network.as_ref().map(Network::to_string).unwrap_or_default(),
        text: sighting.loss.to_string(),
    }
}

/// Addresses, one a network.
#[must_use]
pub fn addresses(endpoints: &[(Network, Address)]) -> Vec<v1::NetworkAddress> {
    let address = |(network, address): &(Network, Address)| v1::NetworkAddress {
        network: network.to_string(),
        address: address.to_string(),
    };
    endpoints.iter().map(address).collect()
}

/// What is known of a node; `me` is the answering one.
#[must_use]
pub fn node(node: &NodeStatus, me: &NodeName) -> v1::Node {
    let state = match node.standing {
        Standing::Member => v1::NodeState::Member,
        Standing::Outsider => v1::NodeState::Outsider,
        Standing::Leaving => v1::NodeState::Leaving,
        Standing::Evicted => v1::NodeState::Evicted,
    };
    let identity = node.identity.as_ref();
    v1::Node {
        node_name: node.name.to_string(),
        node_id: identity.map(|identity: &Identity| node_id(identity.id)).unwrap_or_default(),
        boot_id: identity.map(|identity| boot_id(identity.boot)).unwrap_or_default(),
        state: state.into(),
        addresses: addresses(&node.endpoints),
        link: node.link.as_ref().map(link),
        is_self: node.name == *me,
        since_incarnation: node.since.map_or(0, |since| since.0),
        view_id: node.view.as_ref().map(view_id),
        self_distrust: node.distrust,
    }
}

fn link(link: &LinkStatus) -> v1::Link {
    let state = match link.state {
        LinkState::Down => v1::LinkState::Down,
        LinkState::Reset => v1::LinkState::Reset,
        LinkState::Up => v1::LinkState::Up,
    };
    v1::Link {
        state: state.into(),
        channels: link.channels.iter().map(channel).collect(),
        unacknowledged: u32::try_from(link.unacknowledged).unwrap_or(u32::MAX),
        sent: link.sent,
        received: link.received,
        retransmitted: link.retransmitted,
        failures: link.failures,
        trusted: link.trusted,
        state_age: Some(duration(link.age)),
    }
}

fn channel(channel: &ChannelStatus) -> v1::Channel {
    let state = match channel.state {
        ChannelState::Down => v1::ChannelState::Down,
        ChannelState::Greeted => v1::ChannelState::Greeted,
        ChannelState::Up => v1::ChannelState::Up,
    };
    v1::Channel {
        network: channel.network.as_ref().map(Network::to_string).unwrap_or_default(),
        remote_address: channel.remote.as_ref().map(Address::to_string).unwrap_or_default(),
        relayed_by: channel.relay.as_ref().map(NodeName::to_string).unwrap_or_default(),
        state: state.into(),
        round_trip_time: channel.rtt.map(duration),
        loss: channel.loss,
        active: channel.active,
        trusted: channel.trusted,
        hold: Some(duration(channel.hold)),
        failures: channel.failures,
        last_failure: channel.last_failure.clone().unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use quorate_core::types::{Cause, CauseKind, Loss, Network, Sighting, WallTime};

    use super::{summary, timestamp};
    use crate::driver::fake::name;

    fn cause(kind: CauseKind, node: &str, sightings: Vec<Sighting>) -> Cause {
        Cause { kind, name: name(node), sightings, detail: String::new() }
    }

    #[test]
    fn a_summary_is_one_sentence() {
        let network = Some(Network::new("default").unwrap());
        let seen = vec![Sighting { observer: name("n1"), network, loss: Loss::Reset }];
        let causes = [cause(CauseKind::Lost, "n3", seen), cause(CauseKind::Joined, "n4", vec![])];
        assert_eq!(summary(&causes), "n3 was lost: n1: connection reset on 'default'; n4 joined");
        let many: Vec<_> = (0..10).map(|n| cause(CauseKind::Joined, &format!("n{n}"), vec![])).collect();
        assert!(summary(&many).ends_with("n7 joined; and 2 more"), "{}", summary(&many));
    }

    #[test]
    fn a_moment_keeps_its_milliseconds() {
        let at = timestamp(WallTime(1_700_000_000_123));
        assert_eq!((at.seconds, at.nanos), (1_700_000_000, 123_000_000));
    }
}
