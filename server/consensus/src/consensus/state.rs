//! The part this node takes, out of what the library tells of itself.

use std::collections::BTreeMap;

use openraft::{RaftMetrics, ServerState};
use quorate_core::types::NodeId;

use crate::{
    event::State,
    ids::ClusterUid,
    raft::{Peer, Types, term},
    store::Disk,
};

/// The part this node takes, but for the end of its log.
pub(super) fn of(cluster: ClusterUid, me: NodeId, metrics: &RaftMetrics<Types>) -> State {
    let members = metrics.membership_config.membership();
    let name = |id: &Peer| (NodeId::from(*id), members.get_node(id).map_or_else(String::new, |node| node.name.clone()));
    let sets = members.get_joint_config().iter().filter(|set| !set.is_empty());
    // Founders give themselves term 0 to write the first entry; nobody leads in it.
    let leader = metrics.current_leader.filter(|_| metrics.current_term > 0).map(NodeId::from);
    let applied = metrics.last_applied.as_ref().map_or(0, term);
    State {
        cluster: Some(cluster),
        term: metrics.current_term,
        leader,
        leading: metrics.state == ServerState::Leader && leader == Some(me) && applied == metrics.current_term,
        voters: sets.map(|set| set.iter().map(name).collect::<BTreeMap<_, _>>()).collect(),
        voters_index: metrics.membership_config.log_id().map_or(0, |id| id.index),
        learners: members.learner_ids().map(|id| name(&id)).collect(),
        last: (0, 0),
    }
}

/// Term and index of the last entry.
pub(super) fn last(disk: &Disk) -> (u64, u64) {
    disk.last().ok().flatten().map_or((0, 0), |id| (term(&id), id.index))
}
