//! How a cluster is formed for the first time, and formed anew after a disaster.
//!
//! Only nodes that were never part of a cluster form one, and only when as many of them as are expected are in one view:
//! so agents may start at any time and in any order, and a few that come up first do not go ahead. Whoever has been part
//! of a cluster only ever goes on with that one.

use alloc::{sync::Arc, vec::Vec};
use core::hash::Hasher;

use siphasher::sip128::{Hasher128, SipHasher24};

use super::{
    Out, Quorum, Told,
    consensus::{Order, Policy},
    effect::{Effect, say},
    electorate::{Candidate, choose},
    tally::is_backed,
};
use crate::{
    types::{Candidacy, ClusterUid, Identity, NodeId, Now, ViewRecord, Voter},
    wire::{Report, Word},
};

/// Why a cluster is not formed anew.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotRefounded {
    /// The members are agreeing on a view.
    Transition,
    /// It was never formed.
    Unformed,
    /// This node has no copy of the cluster database, for it does not vote.
    Satellite,
    /// Most voters are in the view: it has quorum, or will have.
    Majority,
}

/// From one cluster to what was formed anew from it.
#[derive(Clone, Hash, Debug)]
pub struct Move {
    from: ClusterUid,
    to: ClusterUid,
    /// Whether this node forms it; otherwise its own log must go first.
    founder: bool,
}

impl Quorum {
    /// Forms the cluster, if this node is to and may.
    pub(super) fn found(&mut self, told: Told<'_>, out: Out<'_>) {
        let Some(view) = self.stable.and_then(|_| self.view.clone()).filter(|_| !self.leaving) else { return };
        if let Some(cluster) = self.state.cluster {
            return self.found_on(cluster, told, out);
        }
        let expected = self.profile.bootstrap_expect as usize;
        if expected == 0 || self.cluster.is_some() || view.id.controller != self.me.name {
            return;
        }
        let reports: Vec<Arc<Report>> = view.members.iter().filter_map(|member| told(&member.identity.name)).collect();
        let blank = |report: &Arc<Report>| report.cluster.is_none();
        if reports.len() < view.members.len() || !reports.iter().all(blank) {
            return;
        }
        let candidates: Vec<Candidate> = reports.iter().filter_map(|report| Candidate::of(report)).collect();
        if candidates.len() < expected {
            return;
        }
        let most = match self.rules.policy {
            Policy::Auto { most } => (most as usize).max(expected),
            Policy::Pinned { .. } => expected,
        };
        let voters = choose(&[], &candidates, most, &[]);
        let cluster = uid(&self.me, &view, None);
        self.tell_found(cluster, &voters, &voters, out);
        if voters.iter().any(|voter| voter.id == self.me.id) {
            out.push(Effect::Consensus(Order::Found { cluster, voters }));
        }
    }

    /// What one voter knows of the founding, all must: who founded may be gone.
    fn found_on(&self, cluster: ClusterUid, told: Told<'_>, out: Out<'_>) {
        if self.state.leader.is_some() || !self.state.is_voter(&self.me.id) {
            return;
        }
        let voters = self.state.all_voters();
        let blank = |voter: &&Voter| told(&voter.name).is_some_and(|report| report.cluster.is_none());
        let behind: Vec<Voter> = voters.iter().filter(blank).cloned().collect();
        self.tell_found(cluster, &voters, &behind, out);
    }

    fn tell_found(&self, cluster: ClusterUid, voters: &[Voter], whom: &[Voter], out: Out<'_>) {
        for voter in whom.iter().filter(|voter| self.name_of(&voter.id).is_some()) {
            out.push(say(&voter.name, Word::Found { cluster, voters: voters.to_vec() }));
        }
    }

    /// Another member forms the cluster; this node votes in it. It belongs to it as soon as the log has begun.
    pub(super) fn on_found(&mut self, from: &Identity, cluster: ClusterUid, voters: Vec<Voter>, out: Out<'_>) {
        let mine = voters.iter().any(|voter| voter.id == self.me.id);
        let may = self.cluster.is_none() && self.profile.candidacy != Candidacy::Never;
        if mine && may && !self.leaving && self.is_member(from) {
            out.push(Effect::Consensus(Order::Found { cluster, voters }));
        }
    }

    /// After a disaster: forms the cluster anew from the copy that this node has. Once that is durable, all members of the
    /// view are taken along.
    pub fn refound(&mut self, now: Now, out: Out<'_>) -> Result<ClusterUid, NotRefounded> {
        let (view, from) = self.may_refound(now)?;
        let to = uid(&self.me, &view, Some(from));
        self.moving = Some(Move { from, to, founder: true });
        out.push(Effect::Consensus(Order::Refound { cluster: to }));
        Ok(to)
    }

    /// From which view and cluster that can be done.
    pub fn may_refound(&self, now: Now) -> Result<(Arc<ViewRecord>, ClusterUid), NotRefounded> {
        let Some(view) = self.stable.and_then(|_| self.view.clone()) else { return Err(NotRefounded::Transition) };
        let from = self.cluster.ok_or(NotRefounded::Unformed)?;
        if self.state.cluster != Some(from) || !self.state.is_voter(&self.me.id) {
            return Err(NotRefounded::Satellite);
        }
        let here = |id: &NodeId| view.members.iter().any(|member| member.identity.id == *id);
        if self.granted(now).is_some() || is_backed(&self.state.configs(), here) {
            return Err(NotRefounded::Majority);
        }
        Ok((view, from))
    }

    /// The sender has formed the cluster anew: this node goes with it, as soon as its own log is gone.
    pub(super) fn on_refounded(&mut self, sender: &Identity, from: ClusterUid, to: ClusterUid, out: Out<'_>) {
        if self.cluster == Some(from) && self.is_member(sender) {
            self.moving = Some(Move { from, to, founder: false });
            out.push(Effect::Consensus(Order::Forget));
            self.on_moved(out);
        }
    }

    /// The log tells whether this node has moved to the cluster formed anew.
    pub(super) fn on_moved(&mut self, out: Out<'_>) {
        let Some(Move { from, to, founder }) = self.moving.clone() else { return };
        if self.state.cluster != founder.then_some(to) {
            return;
        }
        self.moving = None;
        self.abandon();
        self.adopt(to, out);
        if founder {
            let peers = self.others().map(|peer| peer.name.clone());
            out.extend(peers.map(|peer| say(&peer, Word::Refounded { from, to })));
        }
    }

    /// What the old cluster gave counts no more.
    fn abandon(&mut self) {
        self.bid = None;
        self.closing = None;
        if let Some(end) = self.hold.as_ref().map(|hold| hold.end) {
            self.end_hold(end);
        }
        self.told = (0, Vec::new());
    }
}

/// A uid that no other founding has: each start of an agent has an identity of its own, and forms one cluster from a view.
fn uid(founder: &Identity, view: &ViewRecord, from: Option<ClusterUid>) -> ClusterUid {
    let mut hasher = SipHasher24::new();
    hasher.write(&founder.boot.id);
    hasher.write_u64(view.id.incarnation.0);
    hasher.write(&from.unwrap_or_default().0);
    ClusterUid(hasher.finish128().as_bytes())
}
