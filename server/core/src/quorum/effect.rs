//! What quorum wants done, and what it tells the layer above.

use alloc::{collections::BTreeSet, sync::Arc, vec::Vec};

use super::{Unanswered, consensus::Order};
use crate::{
    channel::Vows,
    recovery::Catalog,
    types::{ClusterUid, Duration, Instant, NodeName, Suffrage},
    wire::{Eviction, Payload, Word},
};

/// What quorum wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Send a message to a peer.
    Send {
        /// The peer.
        peer: NodeName,
        /// The message.
        payload: Payload,
    },
    /// Have the consensus library do this.
    Consensus(Order),
    /// Have heartbeats say this from now on.
    Vow(Vows),
    /// This node has become part of a cluster: durable, and told to all.
    Adopt(ClusterUid),
    /// This node takes part in forming a cluster, of which it is not part yet: told to all.
    Founding(Option<ClusterUid>),
    /// This node votes, or not: told to all.
    Suffrage(Suffrage),
    /// Links to these are needed, and their silence must be noticed soon.
    Want(BTreeSet<NodeName>),
    /// Look again at this time.
    Arm {
        /// When.
        at: Instant,
    },
    /// The cluster remembers these evictions: in force, and told to all.
    Evictions(Vec<Eviction>),
    /// The cluster remembers that no session lasts for longer than this after its last sign of life.
    LongestTtl(Duration),
    /// The cluster's services are these.
    Catalog(Arc<Catalog>),
    /// A request came for whom leads.
    Serve {
        /// From whom.
        from: NodeName,
        /// Goes back with the answer.
        number: u64,
        /// The request.
        body: Vec<u8>,
    },
    /// A request was answered, or will not be.
    Answered {
        /// Of the request.
        ticket: u64,
        /// The answer.
        answer: Result<Vec<u8>, Unanswered>,
    },
}

/// Sends a word to a peer.
pub fn say(peer: &NodeName, word: Word) -> Effect {
    Effect::Send { peer: peer.clone(), payload: Payload::Quorum(word) }
}
