//! Who votes.
//!
//! New voters get the log first, without a vote; when they have nearly all of it the sets are exchanged in one joint
//! change, in which both the old and the new majority must agree.

use std::collections::{BTreeMap, BTreeSet};

use openraft::{ChangeMembers, RaftMetrics, ServerState, async_runtime::watch::WatchReceiver as _};
use quorate_core::types::NodeId;
use tokio::time::timeout;

use super::{Consensus, life::Running, propose::Refusal};
use crate::{
    error::ProposeError,
    ids::Voter,
    machine::Machine,
    raft::{Label, Peer, Types},
};

/// Entries that a new voter may be behind: it gets those while the sets are exchanged.
const NEARLY: u64 = 8;

impl<M: Machine> Consensus<M> {
    /// Makes these the voters, and waits until they are. Whoever is new gets the log first and is a learner meanwhile;
    /// whoever is left out is removed, this node too: it hands leadership over then. The same again finishes what was
    /// begun, by this leader or one before it. Several callers take turns.
    ///
    /// # Errors
    /// [`ProposeError`] says what is known of the change.
    pub async fn set_voters(&self, voters: Vec<Voter>) -> Result<(), ProposeError> {
        let running = self.running_or_else()?;
        let wanted: BTreeMap<Peer, Label> =
            voters.into_iter().map(|voter| (voter.id.into(), Label { name: voter.name })).collect();
        if wanted.is_empty() {
            return Err(ProposeError::Refused("there must be a voter".into()));
        }
        let _turn = self.0.voting.lock().await;
        self.is_voter(&running)?;
        let ids: BTreeSet<Peer> = wanted.keys().copied().collect();
        let (strays, missing) = differences(&running.raft.metrics().borrow_watched(), &wanted);
        if !strays.is_empty() {
            self.change(&running, ChangeMembers::RemoveNodes(strays)).await?;
        }
        if !missing.is_empty() {
            self.change(&running, ChangeMembers::AddNodes(missing)).await?;
        }
        self.caught_up(&running, &ids).await?;
        let is_done = {
            let metrics = running.raft.metrics();
            let metrics = metrics.borrow_watched();
            *metrics.membership_config.membership().get_joint_config() == [ids.clone()]
                && metrics.membership_config == metrics.committed_membership_config
        };
        if is_done {
            return Ok(());
        }
        self.change(&running, ChangeMembers::ReplaceAllVoters(ids)).await
    }

    /// A leader that was left out leads on until another one takes over, but must not change the voters any more: the
    /// library takes that for impossible.
    fn is_voter(&self, running: &Running<M>) -> Result<(), ProposeError> {
        let me = Peer::from(self.0.me.id);
        let metrics = running.raft.metrics();
        let metrics = metrics.borrow_watched();
        let is_voter = metrics.membership_config.voter_ids().any(|id| id == me);
        if is_voter { Ok(()) } else { Err(ProposeError::NotLeader { leader: None }) }
    }

    async fn change(&self, running: &Running<M>, change: ChangeMembers<Peer, Label>) -> Result<(), ProposeError> {
        let attempt = || async { running.raft.change_membership(change.clone(), false).await.map_err(Refusal::from) };
        self.insist(running, ProposeError::Unknown, attempt).await.map(drop)
    }

    /// Waits until all of them have nearly all of the log.
    async fn caught_up(&self, running: &Running<M>, ids: &BTreeSet<Peer>) -> Result<(), ProposeError> {
        let mut metrics = running.raft.metrics();
        let mut behind = None;
        let wait = async {
            loop {
                {
                    let metrics = metrics.borrow_watched();
                    if metrics.running_state.is_err() {
                        return Err(ProposeError::Stopped);
                    }
                    if metrics.state != ServerState::Leader {
                        let leader = metrics.current_leader.map(NodeId::from).filter(|id| *id != self.0.me.id);
                        return Err(ProposeError::NotLeader { leader });
                    }
                    behind = who_is_behind(&metrics, ids);
                    if behind.is_none() {
                        return Ok(());
                    }
                }
                metrics.changed().await.map_err(|_| ProposeError::Stopped)?;
            }
        };
        let waited = timeout(self.0.options.snapshot_timeout, wait).await;
        match (waited, behind) {
            (Ok(result), _) => result,
            (Err(_), Some(peer)) => Err(ProposeError::Behind { node: peer.into() }),
            (Err(_), None) => Err(ProposeError::NoQuorum),
        }
    }
}

/// Learners that are not wanted, and nodes that are wanted but not known.
fn differences(
    metrics: &RaftMetrics<Types>,
    wanted: &BTreeMap<Peer, Label>,
) -> (BTreeSet<Peer>, BTreeMap<Peer, Label>) {
    let members = metrics.membership_config.membership();
    let strays = members.learner_ids().filter(|id| !wanted.contains_key(id)).collect();
    let is_missing = |(id, _): &(&Peer, &Label)| members.get_node(id).is_none();
    let missing = wanted.iter().filter(is_missing).map(|(id, label)| (*id, label.clone())).collect();
    (strays, missing)
}

/// The first of them that lacks more than a few entries. Whoever votes already counts as it is: it may be down.
fn who_is_behind(metrics: &RaftMetrics<Types>, ids: &BTreeSet<Peer>) -> Option<Peer> {
    let voters: BTreeSet<Peer> = metrics.membership_config.membership().voter_ids().collect();
    let enough = metrics.last_log_index.unwrap_or(0).saturating_sub(NEARLY);
    let has_enough = |id: &Peer| {
        let matched = metrics.replication.as_ref().and_then(|all| all.get(id)?.as_ref());
        matched.is_some_and(|matched| matched.index >= enough)
    };
    ids.iter().copied().find(|id| !voters.contains(id) && !has_enough(id))
}
