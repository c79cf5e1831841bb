//! What goes into a node and what comes out.

use alloc::{string::String, sync::Arc, vec::Vec};

use crate::{
    coordination::{Patience, Reply, Update},
    quorum::{
        Lack, NotRefounded, Unanswered,
        consensus::{Fact, Order},
    },
    recovery::{self, About, Call, Directive, NotDirected, ProcessFact, ProcessOrder},
    types::{
        Address, ClusterUid, ConnId, Duration, Epoch, Identity, Incarnation, Instant, Loss, Network, NodeName, ViewId,
        ViewRecord,
    },
    wire::{Eviction, Frame, Phase, Refusal, Request},
};

/// What must survive the loss of power. Written as a whole.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Durable {
    /// Highest incarnation ever promised. It rises before anything relies on it (V2).
    pub promised: Incarnation,
    /// Evictions and their liftings.
    pub evictions: Vec<Eviction>,
    /// The cluster this node has become part of.
    pub cluster: Option<ClusterUid>,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Event {
    /// The node starts. Comes first and once.
    Start,
    /// A peer opened connection `conn` to the listener of `network`.
    Accepted {
        /// The connection; odd numbers.
        conn: ConnId,
        /// The listener's network.
        network: Network,
        /// Where it came from, for people.
        remote: Address,
    },
    /// A dialled connection is open.
    Connected {
        /// The connection.
        conn: ConnId,
    },
    /// A dialled connection could not be opened.
    DialFailed {
        /// The connection.
        conn: ConnId,
        /// Refused or unreachable.
        loss: Loss,
    },
    /// A connection ended without the node's doing.
    Closed {
        /// The connection.
        conn: ConnId,
        /// How.
        loss: Loss,
    },
    /// A frame came in.
    Frame {
        /// The connection.
        conn: ConnId,
        /// The frame.
        frame: Frame,
    },
    /// A timer that was armed is due. Early, late and double ones do no harm.
    Timer(Timer),
    /// The write with this number is durable, and so are all before it.
    Persisted {
        /// Number of the write.
        number: u64,
    },
    /// A source of discovery found these addresses; they replace what it found before.
    Discovered {
        /// Name of the source.
        source: String,
        /// All it knows now.
        addresses: Vec<Address>,
    },
    /// Somebody asks for something.
    Command(Command),
    /// Something happened in the consensus library.
    Consensus(Fact),
    /// Something happened to an instance's processes.
    Process(ProcessFact),
}

/// What people and programs ask of a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Command {
    /// Leave the cluster, then stop.
    Leave,
    /// Evict a node.
    Evict {
        /// The node.
        name: NodeName,
        /// Why, for people.
        reason: String,
        /// Comes back in the [`Outcome`].
        ticket: u64,
    },
    /// Lift an eviction.
    Readmit {
        /// The node.
        name: NodeName,
        /// Comes back in the [`Outcome`].
        ticket: u64,
    },
    /// After a disaster: form the cluster anew from what this node has, with the members of its view.
    Refound {
        /// Comes back in the [`Outcome`].
        ticket: u64,
    },
    /// Something about sessions, names or barriers; answered by [`Effect::Coordinated`].
    Coordinate {
        /// Comes back with each reply.
        ticket: u64,
        /// What.
        request: Request,
        /// What to wait for.
        patience: Patience,
    },
    /// Nobody waits for the end of that any more.
    Forget {
        /// Of the request.
        ticket: u64,
    },
    /// A program takes part in recovery; it is told what to do by [`Effect::Call`].
    Join {
        /// Tells the programs of this node apart.
        id: u64,
        /// What it is.
        about: About,
    },
    /// A program has done what it was told.
    Acknowledge {
        /// The program.
        id: u64,
        /// The regime by which it was asked.
        epoch: Epoch,
        /// What.
        phase: Phase,
    },
    /// A program takes part no more.
    Part {
        /// The program.
        id: u64,
    },
    /// Have something done by recovery, here, where it is led; answered by [`Effect::Directed`].
    Direct {
        /// Comes back with the outcome.
        ticket: u64,
        /// What.
        directive: Directive,
    },
    /// Carry a request to whom leads the log; answered by [`Effect::Answered`].
    Ask {
        /// Comes back with the answer.
        ticket: u64,
        /// The request.
        body: Vec<u8>,
    },
    /// Carry an answer back to who asked by [`Effect::Serve`].
    Answer {
        /// Who asked.
        to: NodeName,
        /// Number of the request.
        number: u64,
        /// The answer.
        body: Vec<u8>,
    },
}

/// What became of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It is done and durable.
    Done,
    /// The node is evicted already, or is not.
    WrongState,
    /// A node cannot evict itself: it leaves.
    Myself,
    /// Too many evictions are kept.
    TooMany,
    /// The cluster is being formed anew: that is done when this is the cluster.
    Refounded(ClusterUid),
    /// It is not.
    NotRefounded(NotRefounded),
}

/// A timer. Its data tells whether it still matters when it is due; none is ever cancelled.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Timer {
    /// Time for heartbeats and everything that goes with them.
    Beat,
    /// Time at which a channel has been silent for too long, unless it is heard of before.
    Silence,
    /// Time to send what was gathered and to look at the map.
    Batch,
    /// Time to look at a transition again; only the token armed last counts.
    Transition(u64),
    /// A leaving node has waited long enough.
    Leave,
    /// Time to look at leases and claims.
    Quorum,
    /// Time to send satellites what happened.
    Round,
}

/// What to do, in this order: a `Persist` comes before whatever relies on it, and what relies on it waits for
/// [`Event::Persisted`].
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Open a connection.
    Dial {
        /// Number of the connection; even.
        conn: ConnId,
        /// Where to.
        address: Address,
    },
    /// Send a frame. When the connection's queue is full, close it and say [`Loss::Overflow`].
    Send {
        /// The connection.
        conn: ConnId,
        /// The frame.
        frame: Frame,
    },
    /// Close a connection after what was sent; no event answers.
    Close {
        /// The connection.
        conn: ConnId,
    },
    /// Send [`Event::Timer`] at this time.
    Arm {
        /// The timer.
        timer: Timer,
        /// When.
        at: Instant,
    },
    /// Make this durable, in order, then send [`Event::Persisted`].
    Persist {
        /// Number of the write, rising.
        number: u64,
        /// What.
        durable: Durable,
    },
    /// Tell those who watch.
    Publish(Publication),
    /// Write a line into the log.
    Note(Note),
    /// A command is done.
    Reply {
        /// The command's ticket.
        ticket: u64,
        /// What became of it.
        outcome: Outcome,
    },
    /// Have the consensus library do this.
    Consensus(Order),
    /// Serve a request: this node leads the log, or is thought to.
    Serve {
        /// Who asks.
        from: NodeName,
        /// Goes back with the answer.
        number: u64,
        /// The request.
        body: Vec<u8>,
    },
    /// A request was answered by whom leads, or will not be.
    Answered {
        /// Of the request.
        ticket: u64,
        /// The answer.
        answer: Result<Vec<u8>, Unanswered>,
    },
    /// A request about sessions, names or barriers was answered, or what it was granted is over.
    Coordinated {
        /// Of the request.
        ticket: u64,
        /// How.
        reply: Reply,
        /// Whether nothing more follows: the request need not be forgotten.
        last: bool,
    },
    /// Deal with an instance's processes.
    Process(ProcessOrder),
    /// Tell a program that takes part in recovery.
    Call {
        /// The program.
        id: u64,
        /// What.
        call: Call,
    },
    /// What became of a directive.
    Directed {
        /// Of the directive.
        ticket: u64,
        /// Whether it is followed.
        outcome: Result<(), NotDirected>,
    },
    /// The node has left: stop. No further event is needed.
    Departed {
        /// Whether the others agreed in time.
        confirmed: bool,
    },
}

/// What watchers are told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Publication {
    /// The node left its view (V3).
    TransitionStarted {
        /// The view that was left.
        left: Option<ViewId>,
        /// Who coordinates, as far as known.
        controller: Option<NodeName>,
        /// Why, for people.
        summary: String,
    },
    /// A view was installed, or one that the node did not install was learned of (V4).
    View {
        /// The view.
        view: Arc<ViewRecord>,
        /// Whether it was installed here, now. False for all that is learned of earlier views.
        installed: bool,
    },
    /// Every member has installed the view.
    Stable {
        /// The view.
        id: ViewId,
        /// Time of the second phase; the controller tells it.
        install: Option<Duration>,
    },
    /// The node has quorum, or has it no more.
    Quorum {
        /// Under this epoch, for this view.
        granted: Option<(Epoch, ViewId)>,
        /// Why not.
        lack: Option<Lack>,
    },
    /// Sessions, names or barriers changed, for good.
    Coordination(Update),
    /// An instance of this node stands otherwise, or recovery has come to another stage.
    Recovery(recovery::News),
    /// What is known of a node or of the link to it changed.
    NodeChanged {
        /// The node.
        name: NodeName,
    },
}

/// What goes into the log.
#[derive(Clone, PartialEq, Debug)]
pub enum Note {
    /// A channel is up.
    ChannelUp {
        /// The peer.
        peer: Identity,
        /// Network, or the relaying neighbour.
        path: String,
    },
    /// A channel is down.
    ChannelDown {
        /// The peer.
        peer: Identity,
        /// Network, or the relaying neighbour.
        path: String,
        /// Why.
        loss: Loss,
        /// How long it must stay good before it counts again.
        hold: Duration,
    },
    /// A link is up.
    LinkUp {
        /// The peer.
        peer: Identity,
    },
    /// A link is down.
    LinkDown {
        /// The peer.
        peer: Identity,
        /// Why.
        loss: Loss,
    },
    /// The node refused a peer.
    Refused {
        /// Who, as it said.
        peer: Option<NodeName>,
        /// From where.
        remote: Option<Address>,
        /// Why.
        reason: Refusal,
        /// The same for people.
        text: String,
    },
    /// A peer refused the node.
    RefusedBy {
        /// From where, when dialled.
        remote: Option<Address>,
        /// Why.
        reason: Refusal,
        /// The same for people.
        text: String,
    },
    /// The node's own timers ran late: it widens its limits.
    Distrust {
        /// How late.
        late: Duration,
        /// 0 to 8; limits are multiplied by one more.
        level: u32,
    },
    /// The proposed map differs from the view, and is settling.
    MapChanged {
        /// Members of the map.
        members: Vec<NodeName>,
    },
    /// A transition was given up.
    TransitionGivenUp {
        /// The proposed view.
        id: ViewId,
        /// Why, for people.
        why: String,
    },
    /// A peer sent something that makes no sense; it was dropped.
    Nonsense {
        /// The connection.
        conn: ConnId,
        /// What, for people.
        what: &'static str,
    },
    /// A link delivered a message. The simulator checks by it that each comes once and in order.
    Delivered {
        /// The sender.
        peer: Identity,
        /// Session of the sender.
        session: u64,
        /// Number of the message.
        seq: u64,
    },
    /// A limit was reached; what is over it was dropped.
    LimitReached {
        /// Which.
        what: &'static str,
        /// Its value.
        limit: usize,
    },
}
