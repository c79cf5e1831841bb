//! Who leads the log: the controller of the view, if it votes. Nobody else stands unless that fails.
//!
//! The library never starts an election by itself. In a stable view with most of the voters and without a leader among its
//! members, the voters stand in the order of their rank, each a while after the one before; whoever leads and is not the
//! first choice hands over.

use alloc::collections::BTreeSet;

use super::{
    Out, Quorum, Told,
    consensus::Order,
    effect::{Effect, say},
    tally::is_backed,
};
use crate::{
    types::{Candidacy, Duration, Identity, Instant, NodeId, NodeName, Now, ViewRecord},
    wire::Word,
};

/// How much later the next in rank stands, in heartbeats.
const TURN: u32 = 4;
/// How long a view may be without a regime of its own, in heartbeats, before who is said to lead is doubted.
const DOUBT: u32 = 20;
/// How long a hand-over may take, in heartbeats, before the leader goes on by itself.
const PATIENCE: u32 = 5;

/// How the lead of the present view stands.
#[derive(Clone, Hash, Debug, Default)]
pub struct Election {
    /// Since when there has been no leader among the members.
    vacant: Option<Instant>,
    /// Who was to take over, and until when it has time; once in a view.
    handover: Option<(NodeName, Instant)>,
    /// Members that lead this view no more.
    resigned: BTreeSet<NodeName>,
}

impl Election {
    /// Another view: nothing is known of its lead.
    pub fn on_view(&mut self) {
        *self = Self::default();
    }

    /// A member leads this view no more.
    pub fn on_resigned(&mut self, name: &NodeName) {
        self.resigned.insert(name.clone());
    }

    /// Members that lead this view no more: they are about to leave.
    pub fn resigned(&self) -> &BTreeSet<NodeName> {
        &self.resigned
    }

    /// Whether the lead is on its way to another member.
    pub fn is_handing_over(&self, now: Now, view: &ViewRecord, me: &Identity) -> bool {
        if self.resigned.contains(&me.name) {
            return true;
        }
        let waits = |(to, until): &(NodeName, Instant)| *until > now.at && view.member(to).is_some();
        view.id.controller != me.name && self.handover.as_ref().is_none_or(waits)
    }
}

impl Quorum {
    /// The voters of the view in the order in which they are to lead.
    fn succession(&self, told: Told<'_>) -> alloc::vec::Vec<&Identity> {
        // Who votes no more may not know it from its own log.
        let votes = |identity: &&Identity| self.told.1.iter().any(|voter| voter.id == identity.id);
        let members = self.view.iter().flat_map(|view| &view.members).map(|member| &member.identity).filter(votes);
        let last = |identity: &&Identity| {
            let witness = told(&identity.name).is_some_and(|report| report.profile.candidacy == Candidacy::Witness);
            (self.election.resigned.contains(&identity.name), witness)
        };
        let mut order: alloc::vec::Vec<&Identity> = members.collect();
        order.sort_by_key(last);
        order
    }

    /// Stands, or hands over, when it is this node's turn.
    pub(super) fn elect(&mut self, now: Now, told: Told<'_>, out: Out<'_>) {
        let (Some(view), Some(stable)) = (self.view.clone(), self.stable) else { return };
        let order = self.succession(told);
        let first = order.first().map(|identity| (*identity).clone());
        let turn = order.iter().position(|identity| **identity == self.me);
        let leader = self.state.leader.filter(|id| order.iter().any(|identity| identity.id == *id));
        if self.state.leading {
            self.election.vacant = None;
            return self.hand_over(now, &view, first.filter(|first| *first != self.me), out);
        }
        let served = self.right.regime().is_some_and(|regime| regime.view == view.id);
        let doubted = !served && now.at.since(stable) > self.heartbeat * DOUBT;
        let here = |id: &NodeId| order.iter().any(|identity| identity.id == *id);
        let hopeful = !self.leaving && is_backed(&self.state.configs(), here);
        if leader.is_some() && !doubted {
            self.election.vacant = None;
            return;
        }
        let vacant = *self.election.vacant.get_or_insert(now.at);
        let Some(turn) = turn.filter(|_| hopeful) else { return };
        if now.at.since(vacant) >= self.heartbeat * TURN * turn as u32 {
            out.push(Effect::Consensus(Order::Campaign));
        }
    }

    /// The first choice is given the lead, once in a view.
    fn hand_over(&mut self, now: Now, view: &ViewRecord, first: Option<Identity>, out: Out<'_>) {
        let Some(first) = first.filter(|first| view.id.controller == first.name || self.is_resigned()) else {
            // Who leads and is the best there is goes on at once.
            self.election.handover.get_or_insert((self.me.name.clone(), now.at));
            return;
        };
        if self.election.handover.is_none() {
            self.election.handover = Some((first.name, now.at + self.heartbeat * PATIENCE));
            out.push(Effect::Consensus(Order::Transfer { to: first.id }));
        }
    }

    fn is_resigned(&self) -> bool {
        self.election.resigned.contains(&self.me.name)
    }

    /// This node is about to leave: another one takes the lead, and its regime ends when that one has its own.
    pub fn resign(&mut self, now: Now, told: Told<'_>, out: Out<'_>) {
        self.election.on_resigned(&self.me.name.clone());
        let peers: alloc::vec::Vec<NodeName> = self.others().map(|peer| peer.name.clone()).collect();
        for peer in peers {
            out.push(say(&peer, Word::Resigned));
        }
        self.bid = None;
        self.election.handover = None;
        self.elect(now, told, out);
        self.settle(now, out);
    }

    /// Whether nothing here depends on this node any more.
    #[must_use]
    pub fn is_free(&self) -> bool {
        !self.state.leading && self.hold.is_none()
    }

    /// How long a departing node tries to hand over: where it alone votes, others do first, which takes as long as a lease.
    #[must_use]
    pub fn patience(&self) -> Duration {
        self.lease + self.heartbeat * PATIENCE
    }
}
