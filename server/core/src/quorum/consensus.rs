//! What quorum asks of the consensus library and hears from it. The library keeps one ordered, durable log, run by the
//! voters; what its entries mean, who votes and who shall lead is decided here.
//!
//! What is relied on: an entry that was told as applied is durable at a majority of the voters and is applied in the
//! same place everywhere (D1); who leads has all such entries. When a proposal fails, it may have been taken all the same.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::tally::Configs;
use crate::{
    database::{Applied, Change, Rules},
    types::{ClusterUid, NodeId, NodeName, Voter},
};

/// What the library shall do, in this order.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Order {
    /// Begin an empty log with these voters; nothing where it has begun.
    Found {
        /// The cluster.
        cluster: ClusterUid,
        /// Its voters.
        voters: Vec<Voter>,
    },
    /// Take part with an empty log: who leads sends what is missing. Nothing where it takes part.
    Join {
        /// The cluster.
        cluster: ClusterUid,
    },
    /// Forget the log, the votes and what was applied.
    Forget,
    /// Begin a new log, of which this node is the only voter, with what is applied here.
    Refound {
        /// The cluster from now on.
        cluster: ClusterUid,
    },
    /// Stand for the lead.
    Campaign,
    /// Hand the lead over.
    Transfer {
        /// To this voter.
        to: NodeId,
    },
    /// Append a change; answered with the same number.
    Propose {
        /// The number.
        number: u64,
        /// The change.
        change: Change,
    },
    /// Make these the voters; answered with the same number.
    SetVoters {
        /// The number.
        number: u64,
        /// All voters.
        voters: Vec<Voter>,
    },
    /// A message came in.
    Deliver {
        /// From whom.
        from: NodeId,
        /// The message.
        message: Vec<u8>,
    },
    /// What was asked of a peer and not answered will not be answered.
    Unreachable {
        /// The peer.
        peer: NodeId,
    },
}

/// What happened in the library.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Fact {
    /// How it stands.
    State(State),
    /// A proposal or a change of voters came to an end.
    Done {
        /// Its number.
        number: u64,
        /// What came of it; none when that is not known.
        applied: Option<Applied>,
    },
    /// What was applied changed what holds for the whole cluster. Whoever leads is told before it is told that it does.
    Rules(Rules),
    /// A message to send.
    Send {
        /// To whom.
        to: NodeId,
        /// The message.
        message: Vec<u8>,
    },
}

/// How the library stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct State {
    /// The cluster it takes part in.
    pub cluster: Option<ClusterUid>,
    /// Whether anybody was seen to lead there: until then the founding may have come to nothing.
    pub confirmed: bool,
    /// The term.
    pub term: u64,
    /// Who leads, as far as known.
    pub leader: Option<NodeId>,
    /// Whether this node leads and has all that was ever applied.
    pub leading: bool,
    /// The voters in force; two sets while they change.
    pub voters: Vec<BTreeMap<NodeId, NodeName>>,
    /// Their place in the log.
    pub voters_index: u64,
    /// Who receives the log without a vote.
    pub learners: BTreeMap<NodeId, NodeName>,
}

impl State {
    /// The voters as majorities count them.
    #[must_use]
    pub fn configs(&self) -> Configs {
        self.voters.iter().map(|set| set.keys().copied().collect::<BTreeSet<_>>()).collect()
    }

    /// Whether a node votes.
    #[must_use]
    pub fn is_voter(&self, id: &NodeId) -> bool {
        self.voters.iter().any(|set| set.contains_key(id))
    }

    /// All voters, in order.
    #[must_use]
    pub fn all_voters(&self) -> Vec<Voter> {
        let all: BTreeMap<&NodeId, &NodeName> = self.voters.iter().flatten().collect();
        all.into_iter().map(|(id, name)| Voter { id: *id, name: name.clone() }).collect()
    }
}

/// How voters are chosen.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Policy {
    /// An odd number, at most so many.
    Auto {
        /// Most voters (1 to 7, odd).
        most: u32,
    },
    /// These.
    Pinned {
        /// Their names, in order.
        names: BTreeSet<NodeName>,
    },
}

impl Default for Policy {
    fn default() -> Self {
        Self::Auto { most: 5 }
    }
}
