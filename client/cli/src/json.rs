//! The shapes of `-o json`. They are a contract, written down in README.md: fields are added, never changed.
//!
//! Names are snake_case, durations are seconds as floats in fields that end in `_seconds`, times are RFC 3339, enums
//! are lower-case words, and what is unknown is null.

mod coordination;
mod database;
mod quorum;
mod recovery;

use quorate::v1;
use serde::Serialize;

pub use coordination::{Barriers, Binding, Leader, Lock, NameChange, Names, Sessions, Tenure};
pub use database::{BackupFile, Forced, HistoryRecord, Restored, Settings};
pub use quorum::{Explanation, Quorum, QuorumAnswer, Voters};
pub use recovery::{Decision, Plan, RecoveryAnswer, ServiceShown, Services, Shifts, WhyAnswer};

use crate::words::{seconds, time, word};

fn list<'a, T: 'a, U: From<&'a T>>(items: &'a [T]) -> Vec<U> {
    items.iter().map(U::from).collect()
}

/// A text that is empty when there is none.
fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// The identity of a view.
#[derive(Debug, Serialize)]
pub struct ViewId {
    incarnation: u64,
    controller: String,
}

impl From<&v1::ViewId> for ViewId {
    fn from(id: &v1::ViewId) -> Self {
        Self { incarnation: id.incarnation, controller: id.controller.clone() }
    }
}

/// What an answer was true at.
#[derive(Debug, Serialize)]
pub struct Header {
    cluster_id: String,
    node_name: String,
    view_id: Option<ViewId>,
    epoch: u64,
    revision: u64,
}

impl From<&v1::ResponseHeader> for Header {
    fn from(header: &v1::ResponseHeader) -> Self {
        Self {
            cluster_id: header.cluster_id.clone(),
            node_name: header.node_name.clone(),
            view_id: header.view_id.as_ref().map(ViewId::from),
            epoch: header.epoch,
            revision: header.revision,
        }
    }
}

/// A view.
#[derive(Debug, Serialize)]
pub struct View {
    id: Option<ViewId>,
    members: Vec<Member>,
    parents: Vec<ViewId>,
    transition: Option<Transition>,
    commit_time: Option<String>,
    missed: bool,
}

impl From<&v1::View> for View {
    fn from(view: &v1::View) -> Self {
        Self {
            id: view.id.as_ref().map(ViewId::from),
            members: list(&view.members),
            parents: list(&view.parents),
            transition: view.transition.as_ref().map(Transition::from),
            commit_time: view.commit_time.as_ref().and_then(time),
            missed: view.missed,
        }
    }
}

/// One member of a view.
#[derive(Debug, Serialize)]
pub struct Member {
    node_name: String,
    node_id: String,
    boot_id: String,
    since_incarnation: u64,
}

impl From<&v1::Member> for Member {
    fn from(member: &v1::Member) -> Self {
        Self {
            node_name: member.node_name.clone(),
            node_id: member.node_id.clone(),
            boot_id: member.boot_id.clone(),
            since_incarnation: member.since_incarnation,
        }
    }
}

/// The way from one view to the next.
#[derive(Debug, Serialize)]
pub struct Transition {
    summary: String,
    causes: Vec<Cause>,
    settle_seconds: Option<f64>,
    prepare_seconds: Option<f64>,
    attempts: u32,
}

impl From<&v1::Transition> for Transition {
    fn from(transition: &v1::Transition) -> Self {
        Self {
            summary: transition.summary.clone(),
            causes: list(&transition.causes),
            settle_seconds: transition.settle_duration.as_ref().and_then(seconds),
            prepare_seconds: transition.prepare_duration.as_ref().and_then(seconds),
            attempts: transition.attempts,
        }
    }
}

/// Why a node came or went.
#[derive(Debug, Serialize)]
pub struct Cause {
    kind: String,
    node_name: String,
    observations: Vec<Observation>,
    text: String,
}

impl From<&v1::Cause> for Cause {
    fn from(cause: &v1::Cause) -> Self {
        Self {
            kind: word::<v1::CauseKind>(cause.kind),
            node_name: cause.node_name.clone(),
            observations: list(&cause.observations),
            text: cause.text.clone(),
        }
    }
}

/// What one node saw of another.
#[derive(Debug, Serialize)]
pub struct Observation {
    observer: String,
    network: Option<String>,
    text: String,
}

impl From<&v1::Observation> for Observation {
    fn from(observation: &v1::Observation) -> Self {
        Self {
            observer: observation.observer.clone(),
            network: some_text(&observation.network),
            text: observation.text.clone(),
        }
    }
}

/// One node.
#[derive(Debug, Serialize)]
pub struct Node {
    node_name: String,
    node_id: Option<String>,
    boot_id: Option<String>,
    state: String,
    is_self: bool,
    addresses: Vec<NetworkAddress>,
    since_incarnation: u64,
    view_id: Option<ViewId>,
    self_distrust: bool,
    link: Option<Link>,
}

impl From<&v1::Node> for Node {
    fn from(node: &v1::Node) -> Self {
        Self {
            node_name: node.node_name.clone(),
            node_id: some_text(&node.node_id),
            boot_id: some_text(&node.boot_id),
            state: word::<v1::NodeState>(node.state),
            is_self: node.is_self,
            addresses: list(&node.addresses),
            since_incarnation: node.since_incarnation,
            view_id: node.view_id.as_ref().map(ViewId::from),
            self_distrust: node.self_distrust,
            link: node.link.as_ref().map(Link::from),
        }
    }
}

/// An address on one network.
#[derive(Debug, Serialize)]
pub struct NetworkAddress {
    network: String,
    address: String,
}

impl From<&v1::NetworkAddress> for NetworkAddress {
    fn from(address: &v1::NetworkAddress) -> Self {
        Self { network: address.network.clone(), address: address.address.clone() }
    }
}

/// The link to one peer.
#[derive(Debug, Serialize)]
pub struct Link {
    state: String,
    state_age_seconds: Option<f64>,
    trusted: bool,
    unacknowledged: u32,
    sent: u64,
    received: u64,
    retransmitted: u64,
    failures: u64,
    channels: Vec<Channel>,
}

impl From<&v1::Link> for Link {
    fn from(link: &v1::Link) -> Self {
        Self {
            state: word::<v1::LinkState>(link.state),
            state_age_seconds: link.state_age.as_ref().and_then(seconds),
            trusted: link.trusted,
            unacknowledged: link.unacknowledged,
            sent: link.sent,
            received: link.received,
            retransmitted: link.retransmitted,
            failures: link.failures,
            channels: list(&link.channels),
        }
    }
}

/// One path to a peer.
#[derive(Debug, Serialize)]
pub struct Channel {
    network: Option<String>,
    remote_address: Option<String>,
    relayed_by: Option<String>,
    state: String,
    round_trip_time_seconds: Option<f64>,
    loss: f64,
    active: bool,
    trusted: bool,
    hold_seconds: Option<f64>,
    failures: u32,
    last_failure: Option<String>,
}

impl From<&v1::Channel> for Channel {
    fn from(channel: &v1::Channel) -> Self {
        Self {
            network: some_text(&channel.network),
            remote_address: some_text(&channel.remote_address),
            relayed_by: some_text(&channel.relayed_by),
            state: word::<v1::ChannelState>(channel.state),
            round_trip_time_seconds: channel.round_trip_time.as_ref().and_then(seconds),
            loss: channel.loss,
            active: channel.active,
            trusted: channel.trusted,
            hold_seconds: channel.hold.as_ref().and_then(seconds),
            failures: channel.failures,
            last_failure: some_text(&channel.last_failure),
        }
    }
}

/// `members`.
#[derive(Debug, Serialize)]
pub struct Members {
    header: Option<Header>,
    state: String,
    view: Option<View>,
}

impl From<&v1::GetViewResponse> for Members {
    fn from(answer: &v1::GetViewResponse) -> Self {
        Self {
            header: answer.header.as_ref().map(Header::from),
            state: word::<v1::ViewState>(answer.state),
            view: answer.view.as_ref().map(View::from),
        }
    }
}

/// `nodes`.
#[derive(Debug, Serialize)]
pub struct Nodes {
    header: Option<Header>,
    nodes: Vec<Node>,
}

impl From<&v1::ListNodesResponse> for Nodes {
    fn from(answer: &v1::ListNodesResponse) -> Self {
        Self { header: answer.header.as_ref().map(Header::from), nodes: list(&answer.nodes) }
    }
}

/// `links`, and each line of `links --watch`.
#[derive(Debug, Serialize)]
pub struct Links {
    header: Option<Header>,
    links: Vec<PeerLink>,
}

/// A link with the name of the peer.
#[derive(Debug, Serialize)]
pub struct PeerLink {
    peer: String,
    #[serde(flatten)]
    link: Link,
}

impl Links {
    pub fn new<'a>(header: Option<&v1::ResponseHeader>, nodes: impl IntoIterator<Item = &'a v1::Node>) -> Self {
        let peer_link = |node: &v1::Node| {
            let link = node.link.as_ref().map(Link::from)?;
            Some(PeerLink { peer: node.node_name.clone(), link })
        };
        Self { header: header.map(Header::from), links: nodes.into_iter().filter_map(peer_link).collect() }
    }
}

/// `status`.
#[derive(Debug, Serialize)]
pub struct Status {
    pub cluster_id: Option<String>,
    /// The node whose answer the summary is taken from.
    pub answered_by: Option<String>,
    pub state: String,
    pub view: Option<View>,
    pub member_count: usize,
    /// The members that the answering node reaches, itself among them.
    pub reachable_members: Vec<String>,
    pub agents: Vec<AgentStatus>,
}

/// What the agent behind one endpoint says; `error` alone when it says nothing.
#[derive(Debug, Serialize)]
pub struct AgentStatus {
    pub endpoint: String,
    pub node_name: Option<String>,
    pub state: Option<String>,
    pub view_id: Option<ViewId>,
    pub member_count: Option<usize>,
    pub reachable_member_count: Option<usize>,
    pub error: Option<String>,
}

/// `agent`.
#[derive(Debug, Serialize)]
pub struct Agent {
    header: Option<Header>,
    version: String,
    node_name: String,
    node_id: String,
    boot_id: String,
    boot_count: u64,
    pid: u32,
    api_address: String,
    http_address: Option<String>,
    peer_listen_addresses: Vec<NetworkAddress>,
    peer_advertise_addresses: Vec<NetworkAddress>,
    start_time: Option<String>,
    uptime_seconds: Option<f64>,
    min_protocol_version: u32,
    max_protocol_version: u32,
    self_distrust: u32,
    config_toml: String,
}

impl Agent {
    pub fn new(header: Option<&v1::ResponseHeader>, agent: &v1::Agent) -> Self {
        Self {
            header: header.map(Header::from),
            version: agent.version.clone(),
            node_name: agent.node_name.clone(),
            node_id: agent.node_id.clone(),
            boot_id: agent.boot_id.clone(),
            boot_count: agent.boot_count,
            pid: agent.pid,
            api_address: agent.api_address.clone(),
            http_address: some_text(&agent.http_address),
            peer_listen_addresses: list(&agent.peer_listen_addresses),
            peer_advertise_addresses: list(&agent.peer_advertise_addresses),
            start_time: agent.start_time.as_ref().and_then(time),
            uptime_seconds: agent.uptime.as_ref().and_then(seconds),
            min_protocol_version: agent.min_protocol_version,
            max_protocol_version: agent.max_protocol_version,
            self_distrust: agent.self_distrust,
            config_toml: agent.config_toml.clone(),
        }
    }
}

/// `leave`, `evict` and `readmit`.
#[derive(Debug, Serialize)]
pub struct Change {
    /// What was done: `leave`, `evict` or `readmit`.
    pub action: &'static str,
    pub node_name: String,
    pub header: Option<Header>,
    /// For `leave`: whether the other members confirmed the departure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<bool>,
}

/// Each line of `events`.
#[derive(Debug, Serialize)]
pub struct Event {
    #[serde(flatten)]
    what: What,
    cursor: Option<String>,
    observed_time: Option<String>,
}

/// What happened.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What {
    View { view: View },
    TransitionStarted { left_view_id: Option<ViewId>, controller: Option<String>, summary: String },
    ViewStable { view_id: Option<ViewId>, install_seconds: Option<f64> },
    Quorum { quorum: Quorum },
    Session(coordination::SessionChange),
    Name(coordination::NameEvent),
    Barrier(coordination::BarrierStep),
    Recovery(recovery::RecoveryChange),
    RecoveryGap { recovery: Option<recovery::Recovery> },
    Gap { reason: String, view: Option<View>, state: Option<String> },
    CoordinationGap { reason: String, revision: u64 },
    Unknown {},
}

impl From<&v1::Event> for Event {
    fn from(event: &v1::Event) -> Self {
        let what = match &event.kind {
            Some(v1::event::Kind::View(view)) => What::View { view: view.into() },
            Some(v1::event::Kind::TransitionStarted(started)) => What::TransitionStarted {
                left_view_id: started.left_view_id.as_ref().map(ViewId::from),
                controller: some_text(&started.controller),
                summary: started.summary.clone(),
            },
            Some(v1::event::Kind::ViewStable(stable)) => What::ViewStable {
                view_id: stable.view_id.as_ref().map(ViewId::from),
                install_seconds: stable.install_duration.as_ref().and_then(seconds),
            },
            Some(v1::event::Kind::Quorum(quorum)) => What::Quorum { quorum: quorum.into() },
            Some(v1::event::Kind::Session(change)) => What::Session(change.into()),
            Some(v1::event::Kind::Name(change)) => What::Name(change.into()),
            Some(v1::event::Kind::Barrier(step)) => What::Barrier(step.into()),
            Some(v1::event::Kind::Recovery(change)) => What::Recovery(change.into()),
            None => What::Unknown {},
        };
        Self { what, cursor: some_text(&event.cursor), observed_time: event.observed_time.as_ref().and_then(time) }
    }
}

impl Event {
    /// The history before the first event listed is gone.
    pub fn history_dropped() -> Self {
        let what = What::Gap { reason: "history_dropped".to_owned(), view: None, state: None };
        Self { what, cursor: None, observed_time: None }
    }

    /// Changes of sessions, names and barriers are missing before this snapshot.
    pub fn coordination_gap(cursor: &str, snapshot: &v1::CoordinationSnapshot) -> Self {
        let reason = word::<v1::SnapshotReason>(snapshot.reason);
        let what = What::CoordinationGap { reason, revision: snapshot.revision };
        Self { what, cursor: some_text(cursor), observed_time: None }
    }

    /// Changes of services and their recovery may be missing before this snapshot.
    pub fn recovery_gap(cursor: &str, snapshot: &v1::RecoverySnapshot) -> Self {
        let what = What::RecoveryGap { recovery: snapshot.recovery.as_ref().map(recovery::Recovery::from) };
        Self { what, cursor: some_text(cursor), observed_time: None }
    }

    /// Events are missing before this snapshot.
    pub fn gap(cursor: &str, snapshot: &v1::EventSnapshot) -> Self {
        let what = What::Gap {
            reason: word::<v1::SnapshotReason>(snapshot.reason),
            view: snapshot.view.as_ref().map(View::from),
            state: Some(word::<v1::ViewState>(snapshot.state)),
        };
        Self { what, cursor: some_text(cursor), observed_time: None }
    }
}
