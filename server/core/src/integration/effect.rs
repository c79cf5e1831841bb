//! What integration wants done, and what it tells the layer above.

use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};

use crate::{
    types::{Address, ClusterUid, Duration, Identity, Incarnation, Instant, Network, NodeName, ViewId, ViewRecord},
    wire::{Eviction, Payload},
};

/// What integration wants done, and what it tells the layer above.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Send a message to a peer.
    Send {
        /// The peer.
        peer: NodeName,
        /// The message.
        payload: Payload,
    },
    /// Make the promised incarnation, the evictions and the cluster durable, then say so.
    Persist {
        /// Number of the write.
        number: u64,
        /// Highest incarnation promised.
        promised: Incarnation,
        /// All evictions.
        evictions: Vec<Eviction>,
        /// The cluster this node has become part of.
        cluster: Option<ClusterUid>,
    },
    /// These links are needed; where their peers can be reached, and who may relay to them.
    Want {
        /// The peers.
        links: BTreeMap<NodeName, Want>,
    },
    /// A peer was heard of just now: try to reach it at once.
    Nudge {
        /// The peer.
        peer: NodeName,
    },
    /// These names are refused from now on, each with the reason.
    Refuse {
        /// The names.
        evicted: BTreeMap<NodeName, String>,
    },
    /// The node left its view (V3).
    TransitionStarted {
        /// The view that was left.
        left: Option<ViewId>,
        /// Who coordinates, as far as known.
        controller: Option<NodeName>,
        /// Why, for people.
        summary: String,
    },
    /// A view was installed, or one was learned of (V4).
    View {
        /// The view.
        view: Arc<ViewRecord>,
        /// Whether it was installed here, now.
        installed: bool,
    },
    /// Every member has installed the view.
    Stable {
        /// The view.
        id: ViewId,
        /// Time of the second phase.
        install: Option<Duration>,
    },
    /// What is known of a node changed.
    Changed {
        /// The node.
        name: NodeName,
    },
    /// The map differs from the view and is settling.
    MapChanged {
        /// Its members.
        members: Vec<NodeName>,
    },
    /// A transition was given up.
    GivenUp {
        /// The proposed view.
        id: ViewId,
        /// Why, for people.
        why: String,
    },
    /// Look again at this time.
    ArmBatch {
        /// When.
        at: Instant,
    },
    /// Look at the transition at this time.
    ArmTransition {
        /// Only the token armed last counts.
        token: u64,
        /// When.
        at: Instant,
    },
    /// Stop waiting to be let go at this time.
    ArmLeave {
        /// When.
        at: Instant,
    },
    /// The node has left.
    Departed {
        /// Whether the others agreed.
        confirmed: bool,
    },
    /// A limit was reached.
    LimitReached {
        /// Which.
        what: &'static str,
        /// Its value.
        limit: usize,
    },
}

/// A link that is needed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Want {
    /// Who the peer is, as it said last.
    pub identity: Identity,
    /// Where it can be reached.
    pub endpoints: Vec<(Network, Address)>,
    /// Neighbours that may relay to it.
    pub relays: Vec<NodeName>,
    /// Whether it must be noticed soon if the peer falls silent.
    pub prompt: bool,
}
