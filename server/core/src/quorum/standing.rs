//! Whether this node has quorum, and if not, why: the answer to everybody's question.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{Quorum, consensus::Policy, tally::is_backed};
use crate::types::{ClusterUid, Duration, Epoch, NodeName, Now, Regime, Suffrage, ViewId, Voter};

/// Why a node has no quorum.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lack {
    /// The node leaves the cluster.
    Leaving,
    /// The cluster was never formed.
    Unformed {
        /// How many nodes that may vote must be in one view; 0 where the node was not told.
        expected: u32,
    },
    /// No view is in force: the members are agreeing on one.
    Transition,
    /// Too few of the voters are in the view.
    Minority {
        /// Voters that are not, in order of their names.
        missing: Vec<NodeName>,
    },
    /// A grant is on its way.
    Pending,
    /// The one before has just ended in favour of the next.
    Renewing,
}

/// How quorum stands at a node.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuorumStatus {
    /// Under which epoch this node has quorum, for which view, and for how long surely.
    pub granted: Option<(Epoch, ViewId, Duration)>,
    /// Why not.
    pub lack: Option<Lack>,
    /// The newest regime known here.
    pub regime: Option<Regime>,
    /// Which cluster.
    pub cluster: Option<ClusterUid>,
    /// Who leads the log.
    pub leader: Option<NodeName>,
    /// Who votes, as far as known.
    pub voters: Vec<Voter>,
    /// How voters are chosen.
    pub policy: Policy,
}

impl Quorum {
    /// Under which epoch, and for which view, this node has quorum now.
    pub fn granted(&self, now: Now) -> Option<(Epoch, &ViewId, Duration)> {
        self.right.held(now.at).map(|(regime, until)| (regime.epoch, &regime.view, until.since(now.at)))
    }

    /// Which cluster this node has become part of.
    pub fn cluster(&self) -> Option<ClusterUid> {
        self.cluster
    }

    /// Whether this node has a copy of the database that is kept up to date.
    pub fn keeps_database(&self) -> bool {
        self.suffrage != Suffrage::Satellite && self.state.cluster.is_some() && self.state.cluster == self.cluster
    }

    /// Whether this node votes.
    pub fn suffrage(&self) -> Suffrage {
        self.suffrage
    }

    /// How quorum stands here.
    pub fn status(&self, now: Now) -> QuorumStatus {
        let granted = self.granted(now).map(|(epoch, view, left)| (epoch, view.clone(), left));
        QuorumStatus {
            lack: granted.is_none().then(|| self.lack(now)),
            granted,
            regime: self.right.known().cloned(),
            cluster: self.cluster,
            leader: self.leader(),
            voters: self.told.1.clone(),
            policy: self.rules.policy.clone(),
        }
    }

    fn lack(&self, now: Now) -> Lack {
        if self.leaving {
            return Lack::Leaving;
        }
        if self.right.renewing(now.at).is_some() {
            return Lack::Renewing;
        }
        let (Some(view), Some(_)) = (&self.view, self.stable) else { return Lack::Transition };
        if self.cluster.is_none() {
            return Lack::Unformed { expected: self.profile.bootstrap_expect };
        }
        let here: BTreeSet<_> = view.members.iter().map(|member| member.identity.id).collect();
        // Those in force, while they change two sets, as far as the log here is kept; and those told, which may be newer.
        let in_force = if self.suffrage == Suffrage::Satellite { Vec::new() } else { self.state.all_voters() };
        let mut configs = if in_force.is_empty() { Vec::new() } else { self.state.configs() };
        configs.extend((!self.told.1.is_empty()).then(|| self.told.1.iter().map(|voter| voter.id).collect()));
        if configs.is_empty() || is_backed(&configs, |id| here.contains(id)) {
            return Lack::Pending;
        }
        let missing = in_force.iter().chain(&self.told.1).filter(|voter| !here.contains(&voter.id));
        let missing: BTreeSet<NodeName> = missing.map(|voter| voter.name.clone()).collect();
        Lack::Minority { missing: missing.into_iter().collect() }
    }
}
