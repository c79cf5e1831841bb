//! What agents say to each other, in the core's own types. The agent maps it to `quorate.peer.v1` one to one.
//!
//! The vocabulary of all layers lies here, so that a lower layer can carry an upper one's messages without knowing it:
//! `channel` reads the first rows of [`Frame`], `link` the link rows, and neither looks into a [`Payload`].

mod coordination;
mod recovery;

use alloc::{boxed::Box, string::String, sync::Arc, vec::Vec};

pub use coordination::{
    Act, Answer, Batch, Begin, Claim, Denial, Departure, Done, Entry, EntryKind, Head, LimitKind, Memory, Mode,
    NameKind, Opening, Participant, Parties, Piece, Plan, RangeKind, Request, Talk,
};
pub use recovery::{Orders, ParticipantReport, Phase, RecoveryTalk, Stage, Standing, UnitOrder, UnitReport, UnitState};

use crate::types::{
    Address, ClusterUid, Duration, Epoch, Identity, Incarnation, Loss, Members, Network, NodeName, Profile, Regime,
    Suffrage, ViewId, ViewRecord, Voter,
};

/// Lowest version of the protocol this core speaks.
pub const MIN_VERSION: u32 = 1;
/// Highest version of the protocol this core speaks.
pub const MAX_VERSION: u32 = 1;

/// One frame of a channel.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frame {
    /// First frame of the dialling end.
    Hello(Hello),
    /// First frame of the accepting end, when it accepts.
    Welcome(Hello),
    /// Only frame of an end that does not accept.
    Refuse {
        /// Why.
        reason: Refusal,
        /// The same for people, with both sides' values.
        text: String,
    },
    /// Heartbeat.
    Beat(Beat),
    /// The channel ends on purpose.
    Close(Goodbye),
    /// Start of a link's numbering.
    LinkReset {
        /// Session of the sender.
        own: u64,
        /// Session of the receiver as the sender knows it; 0 when it does not.
        peer: u64,
    },
    /// A numbered message.
    LinkData {
        /// Session of the sender.
        own: u64,
        /// Session of the receiver.
        peer: u64,
        /// Number of the message, from 1.
        seq: u64,
        /// All messages up to this one were received.
        ack: u64,
        /// The message.
        payload: Payload,
    },
    /// Acknowledgement without a message.
    LinkAck {
        /// Session of the sender.
        own: u64,
        /// Session of the receiver.
        peer: u64,
        /// All messages up to this one were received.
        ack: u64,
    },
    /// A frame of a relayed channel, on its way through a common neighbour.
    Relay {
        /// Where it comes from.
        source: NodeName,
        /// Where it goes to.
        destination: NodeName,
        /// The frame; never a relay itself.
        frame: Box<Frame>,
    },
}

/// Introduces an agent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hello {
    /// Lowest protocol version it speaks.
    pub min_version: u32,
    /// Highest protocol version it speaks.
    pub max_version: u32,
    /// Its cluster.
    pub cluster: Arc<str>,
    /// Which cluster of that name, when it has become part of one.
    pub uid: Option<ClusterUid>,
    /// Who it is.
    pub identity: Identity,
    /// Where it can be reached.
    pub endpoints: Vec<(Network, Address)>,
    /// The network of this channel; the dialling end may not know it.
    pub network: Option<Network>,
    /// Feature flags, one bit each; unknown ones are ignored.
    pub features: u64,
}

/// Why an agent does not accept a channel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Refusal {
    /// The version ranges do not overlap.
    ProtocolVersion,
    /// Different clusters.
    WrongCluster,
    /// Clusters of one name that were formed apart.
    ForeignCluster,
    /// A node with the same name and another identity is in the cluster.
    NameTaken,
    /// An operator evicted the node.
    Evicted,
    /// The agent dialled itself.
    Myself,
    /// A later boot of the same node is known.
    StaleBoot,
    /// The first frame was not a proper Hello.
    BadHello,
    /// The agent is leaving the cluster.
    Leaving,
}

/// Heartbeat. A channel is up only while answers come back, so a one-way path is a down one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beat {
    /// Number of this heartbeat on this channel, from 1.
    pub seq: u64,
    /// Number of the other end's heartbeat received last; 0 before the first.
    pub echo: u64,
    /// How long ago that was.
    pub held: Duration,
    /// Whether the sender needs the link.
    pub wanted: bool,
    /// Whether the sender distrusts its own timers.
    pub distrust: bool,
    /// Whether the sender must notice soon if the receiver falls silent: both then beat at the full rate.
    pub prompt: bool,
    /// Longest time between two heartbeats, if it were for the sender alone: both go by the longer one of theirs.
    pub period: Duration,
    /// The sender's right to act, which the receiver may share for as long.
    pub lease: Option<Vow>,
    /// The sender backs the receiver's regime, and no other, for as long.
    pub pledge: Option<Vow>,
}

/// A word that runs out by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Vow {
    /// The regime it is about.
    pub epoch: Epoch,
    /// For how long it holds from when it was given, by the giver's clock.
    pub left: Duration,
}

/// Why a channel ends on purpose.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Goodbye {
    /// Neither end needs the link.
    Idle,
    /// Another channel is kept instead.
    Duplicate,
    /// The sender leaves the cluster.
    Leaving,
    /// The receiver was evicted.
    Evicted,
    /// The sender heard no answer for too long.
    Silent,
}

/// What links carry.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Payload {
    /// What the sender knows: the receiver sends what is newer, and its view if it has another one.
    Summary {
        /// View installed last.
        view: Option<ViewId>,
        /// The newest report of each node.
        stamps: Vec<Stamp>,
        /// Whether the receiver shall then say in turn what it knows, as at a new link both ends do.
        ask: bool,
    },
    /// News of which nodes reach which.
    Reports(Vec<Arc<Report>>),
    /// Views the receiver may not know.
    Views(Vec<Arc<ViewRecord>>),
    /// Evictions and readmissions.
    Evictions(Vec<Eviction>),
    /// First phase: promise this view and leave the old one.
    Prepare(Arc<Proposal>),
    /// The promise is durable and the old view was left.
    Promise {
        /// The proposed view.
        id: ViewId,
        /// The view installed last in this boot.
        head: Option<ViewId>,
    },
    /// The proposal is refused.
    Reject {
        /// The proposed view.
        id: ViewId,
        /// Why.
        reason: RejectReason,
        /// Incarnation promised so far.
        promised: Incarnation,
    },
    /// Asks for the views that lead to the receiver's last one.
    FetchHistory {
        /// The transition it is for.
        id: ViewId,
        /// Views the sender has.
        known: Vec<ViewId>,
    },
    /// Earlier views that the receiver lacks: asked for, or sent ahead of a commit.
    History {
        /// The transition they are for.
        id: ViewId,
        /// The views.
        views: Vec<Arc<ViewRecord>>,
        /// Whether no more follow.
        last: bool,
    },
    /// Second phase: install. What the receiver lacks was sent before.
    Commit(Arc<ViewRecord>),
    /// The view is installed.
    Installed {
        /// The view.
        id: ViewId,
    },
    /// Every member has installed the view.
    Stable {
        /// The view.
        id: ViewId,
        /// Time of the second phase.
        install: Duration,
    },
    /// The receiver, which left, is out of the view.
    Farewell {
        /// The view without it.
        id: ViewId,
    },
    /// Of quorum.
    Quorum(Word),
    /// Of sessions, names and barriers.
    Coordination(Talk),
    /// Of recovery.
    Recovery(RecoveryTalk),
    /// A message of the consensus library, which only it understands.
    Consensus(Vec<u8>),
    /// A request to the node that leads, which only the agent understands.
    Request {
        /// Comes back with the answer.
        number: u64,
        /// The request.
        body: Vec<u8>,
    },
    /// The answer to a request.
    Answer {
        /// Number of the request.
        number: u64,
        /// The answer.
        body: Vec<u8>,
    },
}

/// What the quorum layers of two nodes say to each other.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Word {
    /// The cluster is formed for the first time, with these voters.
    Found {
        /// Which cluster.
        cluster: ClusterUid,
        /// Its voters.
        voters: Vec<Voter>,
    },
    /// Asks a voter to back a regime, and no other.
    Claim {
        /// The regime.
        epoch: Epoch,
        /// Its view.
        view: ViewId,
        /// A regime that is over: nobody acts by it any more.
        over: Option<Epoch>,
    },
    /// The claim is backed from when it was asked, for as long as leases last; heartbeats go on with it.
    Pledged {
        /// The regime.
        epoch: Epoch,
    },
    /// The claim is not backed: another regime is, for so long still.
    Bound {
        /// The regime that was claimed.
        epoch: Epoch,
        /// The regime that is backed; unknown right after a start.
        to: Option<Regime>,
        /// How long that lasts, if it is not renewed.
        left: Duration,
    },
    /// Asks the holder of a regime to end it in favour of a view's next one.
    Yield {
        /// The regime.
        epoch: Epoch,
        /// The view.
        view: ViewId,
    },
    /// Nobody acts by the regime any more.
    Yielded {
        /// The regime.
        epoch: Epoch,
    },
    /// Asks for how long those outside a view may go on by what the receiver has passed on.
    Account {
        /// The view.
        view: ViewId,
    },
    /// For so long.
    Accounted {
        /// The view.
        view: ViewId,
        /// For how long.
        left: Duration,
    },
    /// Stop acting by this regime, and all before it.
    Halt {
        /// The regime.
        epoch: Epoch,
    },
    /// Stopped.
    Halted {
        /// The regime.
        epoch: Epoch,
    },
    /// A regime is in force: heartbeats bring leases.
    Granted {
        /// The regime.
        regime: Regime,
        /// Which cluster.
        cluster: ClusterUid,
    },
    /// Who votes.
    Voters {
        /// Place in the log: the higher one counts.
        index: u64,
        /// The voters.
        voters: Vec<Voter>,
    },
    /// The sender does not lead this view any more: it is about to leave.
    Resigned,
    /// After a disaster: the sender has formed the cluster anew, and the receiver belongs to it from now on.
    Refounded {
        /// Which cluster it was.
        from: ClusterUid,
        /// Which it is now.
        to: ClusterUid,
    },
}

/// Which nodes one node reaches, and how it stands. Numbered, and flooded along links.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Report {
    /// Who reports.
    pub origin: Identity,
    /// Rises within a boot.
    pub number: u64,
    /// View installed last in this boot.
    pub view: Option<ViewId>,
    /// Whether the origin has left that view and needs the next one.
    pub unsettled: bool,
    /// Incarnation with which the origin's boot entered the cluster; `None` before.
    pub since: Option<Incarnation>,
    /// Whether the origin is on its way out.
    pub leaving: bool,
    /// Where the origin can be reached.
    pub endpoints: Vec<(Network, Address)>,
    /// Nodes it reaches, in order of their names.
    pub reached: Vec<NodeName>,
    /// Nodes it should reach and does not, in order of their names.
    pub unreached: Vec<Unreached>,
    /// Nodes that did not answer a transition in time, and itself when its disk did not; in order of their names.
    pub unresponsive: Vec<NodeName>,
    /// The cluster the origin has become part of, or takes part in forming.
    pub cluster: Option<ClusterUid>,
    /// Whether the origin votes.
    pub suffrage: Suffrage,
    /// What the origin says of itself.
    pub profile: Arc<Profile>,
}

/// Names a report without its content.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Stamp {
    /// Who reports.
    pub origin: NodeName,
    /// Which start of its agent, as in [`Boot::count`](crate::types::Boot).
    pub boot: u64,
    /// Number of the report.
    pub number: u64,
}

/// A node that should be reached and is not.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Unreached {
    /// The node.
    pub name: NodeName,
    /// What was seen on each network.
    pub losses: Vec<(Option<Network>, Loss)>,
    /// Whether it can be spoken to again and will count as reached before long, if all goes well.
    pub held: bool,
}

/// An eviction or its lifting. Of two for one name the higher stamp wins.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Eviction {
    /// The node.
    pub name: NodeName,
    /// Rises with each change for the name.
    pub stamp: u64,
    /// False when the eviction was lifted.
    pub evicted: bool,
    /// The operator's reason.
    pub reason: String,
}

/// A proposed view.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Proposal {
    /// Its identity.
    pub id: ViewId,
    /// Its members in rank order.
    pub members: Members,
}

/// Why a proposal is refused.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RejectReason {
    /// A higher view was promised.
    Promised,
    /// The receiver knows a better controller.
    Outranked,
    /// The receiver's boot is not among the members.
    NotMember,
    /// The receiver is leaving.
    Leaving,
}
