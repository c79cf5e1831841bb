//! How a node stands, for those who ask: plain values, built when asked for.

use alloc::{string::String, sync::Arc, vec::Vec};

use crate::types::{
    Address, Duration, Identity, Incarnation, Network, NodeName, Profile, Suffrage, ViewId, ViewRecord,
};

/// How far a node has come towards acting on a view.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ViewState {
    /// No view since the start.
    Forming,
    /// Between two views: nobody may act on the old one (V3).
    Transition,
    /// The view is installed here.
    Installed,
    /// The view is installed at every member.
    Stable,
}

/// The view of a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ViewStatus {
    /// The view installed last.
    pub view: Option<Arc<ViewRecord>>,
    /// How far the node has come with it.
    pub state: ViewState,
}

/// Standing of a node in the eyes of another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Standing {
    /// In the view installed last.
    Member,
    /// Seen, but not in that view.
    Outsider,
    /// On its way out of its own will.
    Leaving,
    /// Evicted by an operator.
    Evicted,
}

/// What a node knows of another, or of itself.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeStatus {
    /// Its name.
    pub name: NodeName,
    /// Who it is, when it was ever seen.
    pub identity: Option<Identity>,
    /// How it stands.
    pub standing: Standing,
    /// Where it says it can be reached.
    pub endpoints: Vec<(Network, Address)>,
    /// The link to it; none to itself.
    pub link: Option<LinkStatus>,
    /// Incarnation with which its boot entered the cluster.
    pub since: Option<Incarnation>,
    /// View it said it had installed last.
    pub view: Option<ViewId>,
    /// Whether it distrusts its own timers.
    pub distrust: bool,
    /// What it says of itself.
    pub profile: Arc<Profile>,
    /// Whether it votes.
    pub suffrage: Suffrage,
}

/// State of a link.
///
/// ```text
///   Down  --a channel is up-->            Reset
///   Reset --own number heard back-->      Up
///   Up    --peer starts a new session-->  Reset   (by way of Down, so that the layer above starts anew)
///   Up    --send queue full-->            Reset   (likewise)
///   any   --the last channel is down-->   Down
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LinkState {
    /// No channel is up.
    Down,
    /// A channel is up; both ends are agreeing on numbers to start from.
    Reset,
    /// Messages flow.
    Up,
}

/// A link and its figures.
#[derive(Clone, PartialEq, Debug)]
pub struct LinkStatus {
    /// Its state.
    pub state: LinkState,
    /// How long it has been in that state.
    pub age: Duration,
    /// Whether the peer counts as reached.
    pub trusted: bool,
    /// Messages sent and not yet acknowledged.
    pub unacknowledged: usize,
    /// Messages sent since the link came up, first transmissions only.
    pub sent: u64,
    /// Messages delivered since the link came up.
    pub received: u64,
    /// Messages sent again.
    pub retransmitted: u64,
    /// How often the link has failed since the start.
    pub failures: u64,
    /// Its channels, direct ones first.
    pub channels: Vec<ChannelStatus>,
}

/// State of a channel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ChannelState {
    /// No connection.
    Down,
    /// Connected, no heartbeat answered yet.
    Greeted,
    /// Heartbeats are answered.
    Up,
}

/// A channel and its figures.
#[derive(Clone, PartialEq, Debug)]
pub struct ChannelStatus {
    /// The network; none for a relayed channel.
    pub network: Option<Network>,
    /// Address of the peer; none for a relayed channel.
    pub remote: Option<Address>,
    /// The neighbour that relays.
    pub relay: Option<NodeName>,
    /// Its state.
    pub state: ChannelState,
    /// Smoothed round-trip time.
    pub rtt: Option<Duration>,
    /// Share of recent heartbeats without an answer in time, 0 to 1.
    pub loss: f64,
    /// Whether it carries the link's messages now.
    pub active: bool,
    /// Whether it counts.
    pub trusted: bool,
    /// How long it must still stay good before it counts.
    pub hold: Duration,
    /// How often it has failed lately.
    pub failures: u32,
    /// Why it failed last, for people.
    pub last_failure: Option<String>,
}
