//! What happened, for the agent.

use std::collections::BTreeMap;

use quorate_core::types::NodeId;

use crate::ids::ClusterUid;

/// What happened, or what is to be done.
#[derive(Clone, PartialEq, Debug)]
pub enum Event {
    /// The part this node takes has changed. Only the newest state is told; [`State::last`] alone is no reason to.
    State(State),
    /// The machine has changed, up to this index of the log. Only the newest index is told.
    Applied {
        /// Index of the last change that was applied.
        index: u64,
    },
    /// A message is to be carried to another node.
    Send {
        /// The receiver.
        to: NodeId,
        /// What [`deliver`](crate::Consensus::deliver) is to be given there.
        message: Vec<u8>,
    },
    /// It cannot go on: the disk failed, or an impossible state was met. Open the folder anew after this.
    Failed {
        /// What failed.
        why: String,
    },
}

/// The part this node takes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct State {
    /// The cluster; none when the node takes part in nothing.
    pub cluster: Option<ClusterUid>,
    /// Number of the election; grows.
    pub term: u64,
    /// Who leads, as far as this node knows.
    pub leader: Option<NodeId>,
    /// This node leads and has committed an entry in its term: it may propose. It stays so while the leader is cut off
    /// from the others; a proposal is refused then.
    pub leading: bool,
    /// The voters: two sets while they are being changed, the new ones last; else one; none when they are not known
    /// yet. When the leader that was changing them is gone there are two until somebody
    /// [asks for it again](crate::Consensus::set_voters).
    pub voters: Vec<BTreeMap<NodeId, String>>,
    /// Index of the entry in the log that made them voters.
    pub voters_index: u64,
    /// Nodes that get the log but have no vote, yet.
    pub learners: BTreeMap<NodeId, String>,
    /// Term and index of the last entry in the log here.
    pub last: (u64, u64),
}

impl State {
    /// Whether something besides the end of the log differs.
    pub(crate) fn differs(&self, other: &Self) -> bool {
        let Self { cluster, term, leader, leading, voters, voters_index, learners, last: _ } = self;
        (cluster, term, leader, leading) != (&other.cluster, &other.term, &other.leader, &other.leading)
            || (voters, voters_index, learners) != (&other.voters, &other.voters_index, &other.learners)
    }
}
