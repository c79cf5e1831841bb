//! The way from one view to the next: two phases, led by the best-ranked member of the map.
//!
//! ```text
//!            map differs               steady, not the first choice        Prepare
//!   Idle ----------------> Settling ------------------------------> (waits) ------> Promising --durable--> Promised
//!    ^                      |  ^  steady, first choice                                                       | Commit
//!    |                      v  |                                                                             v
//!    |                    Leading: Promising -> Preparing -> Fetching -> Committing                      Installed
//!    |                                                                     | all installed                   | Stable
//!    +---------------------------------------------------------------------+---------------------------------+
//! ```
//!
//! From every stage a disturbance of the map, or a phase that takes too long, leads straight back to Settling, and the
//! next attempt has a higher incarnation. What a node has promised or installed it never takes back:
//!
//! - V2: a promise is durable before it is given, and a view is installed only if it is the one promised last.
//! - V3: the old view is left before the promise is given, and the commit waits for all promises.
//! - V1: a controller proposes one list of members for an incarnation, since its own promise comes first.
//! - V4: with its promise each member tells the view it had; the controller gathers what is not known to all and sends
//!   it ahead of the commit.

mod follow;
mod history;
mod lead;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    sync::Arc,
    vec::Vec,
};

use super::{Effect, Integration, Out, overlay::Overlay};
use crate::{
    types::{Duration, Identity, Incarnation, Instant, Member, NodeName, Now, ViewId, ViewRecord},
    wire::{Payload, Proposal},
};

/// By how much longer the map must be steady for a first view: news of forming nodes are gathered for longer, too.
const FORMING: u32 = 4;

/// How far a node is on its way to the next view.
#[derive(Clone, Hash, Debug)]
pub enum Stage {
    /// The view is what the map asks for.
    Idle,
    /// A transition is needed; the map is not steady yet, or another is to lead.
    Settling(Settling),
    /// A proposal was accepted; the promise is being made durable.
    Promising(Following, u64),
    /// The promise was given.
    Promised(Following),
    /// The view is installed here.
    Installed(Following),
    /// This node leads.
    Leading(Lead),
}

impl Stage {
    /// The proposal that is being carried out, and what came before it.
    fn under_way(&self) -> Option<(&Arc<Proposal>, &Settling)> {
        match self {
            Self::Promising(following, _) | Self::Promised(following) | Self::Installed(following) => {
                Some((&following.proposal, &following.settling))
            }
            Self::Leading(lead) => Some((&lead.proposal, &lead.settling)),
            Self::Idle | Self::Settling(_) => None,
        }
    }
}

/// A transition that is needed.
#[derive(Clone, Hash, Debug)]
pub struct Settling {
    /// First sign of it.
    first: Instant,
    /// When the map changed last.
    changed: Instant,
    /// How many attempts this node has led so far.
    attempts: u32,
    /// Until when the first choice has time to lead.
    patience: Option<Instant>,
}

impl Settling {
    /// The first sign is seen now.
    fn new(now: Now) -> Self {
        Self { first: now.at, changed: now.at, attempts: 0, patience: None }
    }
}

/// Another node leads.
#[derive(Clone, Hash, Debug)]
pub struct Following {
    proposal: Arc<Proposal>,
    /// Members that were in this node's map when it accepted; one that leaves it is a disturbance.
    expected: BTreeSet<NodeName>,
    until: Instant,
    settling: Settling,
    /// Earlier views that came ahead of the commit.
    learned: Vec<Arc<ViewRecord>>,
}

/// This node leads.
#[derive(Clone, Hash, Debug)]
pub struct Lead {
    proposal: Arc<Proposal>,
    settling: Settling,
    started: Instant,
    until: Instant,
    causes: Vec<crate::types::Cause>,
    /// The view that each member had, as it promised.
    heads: BTreeMap<NodeName, Option<ViewId>>,
    learned: Vec<Arc<ViewRecord>>,
    phase: Phase,
}

/// How far the leader has come.
#[derive(Clone, Hash, Debug)]
enum Phase {
    /// Its own promise is being made durable.
    Promising(u64),
    /// Waits for all promises.
    Preparing,
    /// Waits for views that members know and it does not; from these members.
    Fetching(BTreeSet<NodeName>),
    /// Waits until these have installed.
    Committing { view: Arc<ViewRecord>, waiting: BTreeSet<NodeName>, since: Instant },
}

impl Integration {
    /// The map was computed anew.
    pub(super) fn consider(&mut self, now: Now, changed: bool, out: Out<'_>) {
        if matches!(self.stage, Stage::Idle | Stage::Settling(_)) && !self.is_needed() {
            self.stage = Stage::Idle;
            return;
        }
        match &mut self.stage {
            Stage::Idle => self.settle(Settling::new(now), out),
            Stage::Settling(settling) if changed => {
                settling.changed = now.at;
                settling.patience = None;
                let settling = settling.clone();
                self.settle(settling, out);
            }
            Stage::Settling(_) => {}
            _ => {
                if let Some(why) = self.disturbance(now) {
                    self.give_up(now, why, out);
                }
            }
        }
    }

    /// Whether the view is not what the map asks for.
    fn is_needed(&self) -> bool {
        let Some(current) = &self.current else { return true };
        if !self.standing || !self.stable {
            return true;
        }
        let same =
            current.members.len() == self.map.len() && self.map.iter().all(|identity| current.contains(identity));
        let behind = |name: &NodeName| {
            let report = self.reports.get(name);
            *name != self.me.name
                && report.is_some_and(|report| report.unsettled || report.view.as_ref() > Some(&current.id))
        };
        !same || self.map.names().any(behind)
    }

    fn settle(&mut self, settling: Settling, out: Out<'_>) {
        let limit = self.limit(&settling);
        let soon = self.expected.iter().filter(|(name, at)| **at <= limit && !self.map.has(name));
        let last = soon.map(|(_, at)| *at).max().unwrap_or_default().max(settling.changed);
        let due = (last + self.steady_time()).max(self.silences_until).min(limit).max(settling.changed);
        self.stage = Stage::Settling(settling);
        self.arm(due, out);
    }

    /// How long the map can put the transition off by changing.
    fn limit(&self, settling: &Settling) -> Instant {
        let forming = self.current.is_none();
        let first = if forming { settling.first.max(self.form_until) } else { settling.first };
        first + self.settle_max
    }

    /// How long the map must have been steady.
    fn steady_time(&self) -> Duration {
        self.settle_time * if self.current.is_none() { FORMING } else { 1 }
    }

    fn arm(&mut self, at: Instant, out: Out<'_>) {
        self.token += 1;
        out.push(Effect::ArmTransition { token: self.token, at });
    }

    /// The first choice to lead among those in the map that were not passed over.
    pub(super) fn candidate(&self) -> Option<&NodeName> {
        self.order.iter().find(|name| !self.passed_over.contains(*name)).or(self.order.first())
    }

    /// What in the map forbids to go on with the transition, if anything.
    fn disturbance(&self, now: Now) -> Option<String> {
        let (proposal, _) = self.stage.under_way()?;
        let expected = match &self.stage {
            Stage::Promising(following, _) | Stage::Promised(following) | Stage::Installed(following) => {
                Some(&following.expected)
            }
            _ => None,
        };
        let gone = |member: &&Member| {
            let name = &member.identity.name;
            expected.is_none_or(|expected| expected.contains(name)) && self.map.get(name) != Some(&member.identity)
        };
        if let Some(member) = proposal.members.iter().find(gone) {
            return Some(format!("{} went out of reach", member.identity.name));
        }
        let Stage::Leading(lead) = &self.stage else { return None };
        let early = matches!(lead.phase, Phase::Promising(_) | Phase::Preparing)
            && now.at.since(lead.settling.first) < self.settle_max;
        // A member that was lost and is back is no newcomer: out once, it comes in when it has been good for a while. To agree
        // anew with it would be a change of view, and its next outage another (V6).
        let was_member = |identity: &Identity| self.current.as_ref().is_some_and(|view| view.contains(identity));
        let new = |identity: &&Identity| proposal.members.get(&identity.name).is_none() && !was_member(identity);
        let newcomer = self.map.iter().find(new).filter(|_| early)?;
        Some(format!("{} came within reach", newcomer.name))
    }

    /// Straight down to the lowest state; the next attempt has a higher incarnation.
    fn give_up(&mut self, now: Now, why: String, out: Out<'_>) {
        let Some((proposal, settling)) = self.stage.under_way() else { return };
        let (id, mut settling) = (proposal.id.clone(), settling.clone());
        out.push(Effect::GivenUp { id, why });
        settling.changed = now.at;
        settling.patience = None;
        if now.at.since(settling.first) > self.settle_max {
            // The next attempt settles anew, but not for ever.
            settling.first = now.at;
        }
        self.settle(settling, out);
        self.arm_batch(now, out);
    }

    /// The time armed for the transition has come.
    pub fn on_transition_timer(&mut self, now: Now, token: u64, out: Out<'_>) {
        if token != self.token || self.leaving {
            return;
        }
        match &self.stage {
            Stage::Idle => {}
            Stage::Settling(_) => self.stand(now, out),
            Stage::Promising(following, _) => self.give_up_writing(now, following.until, out),
            Stage::Promised(following) | Stage::Installed(following) => {
                let controller = following.proposal.id.controller.clone();
                if self.is_in_time(now, following.until) {
                    self.passed_over.insert(controller.clone());
                }
                self.give_up(now, format!("{controller} did not deliver in time"), out);
            }
            Stage::Leading(_) => self.on_phase_timeout(now, out),
        }
    }

    /// This node's promise is not durable in time. It says so: as long as the disk hangs, nobody waits for this node, and it
    /// does not lead.
    fn give_up_writing(&mut self, now: Now, until: Instant, out: Out<'_>) {
        if self.is_in_time(now, until) {
            self.unresponsive.insert(self.me.name.clone(), now.at);
        }
        self.give_up(now, String::from("the promise was not durable in time"), out);
    }

    /// Whether a limit is looked at when it is due; if not, this node has slept, and nobody is to blame.
    fn is_in_time(&self, now: Now, until: Instant) -> bool {
        now.at.since(until) < self.heartbeat
    }

    /// The map is steady: lead, or give the first choice its time.
    fn stand(&mut self, now: Now, out: Out<'_>) {
        let Stage::Settling(settling) = self.stage.clone() else { return };
        let patience = settling.patience;
        let limit = self.limit(&settling);
        if now.at < self.silences_until.min(limit) {
            return self.arm(self.silences_until.min(limit), out);
        }
        if self.unresponsive.contains_key(&self.me.name) {
            return self.arm(now.at + self.phase_timeout, out);
        }
        if now.at < limit && self.is_awaiting() {
            return self.arm(limit.min(now.at + self.steady_time()), out);
        }
        if patience.is_none() {
            out.push(Effect::MapChanged { members: self.order.clone() });
        }
        if patience.is_some_and(|until| until <= now.at) {
            self.stage = Stage::Settling(Settling { patience: None, ..settling });
            if let Some(candidate) = self.candidate().cloned() {
                self.passed_over.insert(candidate);
            }
        }
        if self.candidate() == Some(&self.me.name) {
            let until = self.forms_at();
            if self.current.is_none() && now.at < until {
                return self.arm(until, out);
            }
            return self.lead(now, out);
        }
        let until = now.at.max(self.form_until) + self.phase_timeout;
        if let Stage::Settling(settling) = &mut self.stage {
            let until = *settling.patience.get_or_insert(until);
            self.arm(until, out);
        }
    }

    /// Whether the map only grows and nodes without a view that are within reach are not in it yet: their word that they
    /// reach those who would watch them is on its way, and all of them come in at once (V7).
    fn is_awaiting(&self) -> bool {
        let lost = |member: &Member| self.map.get(&member.identity.name) != Some(&member.identity);
        if self.current.as_ref().is_some_and(|view| view.members.iter().any(lost)) {
            return false;
        }
        let comes = |report: &Arc<crate::wire::Report>| {
            let name = &report.origin.name;
            let unresponsive = self.unresponsive.contains_key(name) || report.unresponsive.contains(name);
            let out = self.evictions.has(name) || unresponsive || !self.is_connected(name);
            report.view.is_none() && !report.leaving && !out && !self.map.has(name)
        };
        self.reports.iter().any(comes)
    }

    /// When a node without a view may lead to its first one. While others are within reach that are not in its map, or that
    /// stand before it, it waits ten times as long: they are likely to take it in, and a view of its own would only have to
    /// be left again.
    fn forms_at(&self) -> Instant {
        let alone = self.map.len() == 1 && self.peers.values().any(|peer| peer.up);
        let best = self.best(&self.picture(), 1);
        let second = best.first().is_some_and(|&best| *self.reports.roster().name(best) != self.me.name);
        if alone || second { self.form_until + self.form_time * 9 } else { self.form_until }
    }

    /// Makes a promise durable; what relies on it waits for the write.
    fn promise(&mut self, incarnation: Incarnation, out: Out<'_>) -> u64 {
        assert!(incarnation > self.promised, "a promise only rises (V2)");
        self.promised = incarnation;
        self.persist(out)
    }

    /// Writes what must survive, and returns the number of the write.
    pub(super) fn persist(&mut self, out: Out<'_>) -> u64 {
        self.writes += 1;
        let evictions = self.evictions.all();
        let (number, promised, cluster) = (self.writes, self.promised, self.cluster);
        out.push(Effect::Persist { number, promised, evictions, cluster });
        self.writes
    }

    /// Leaves the view, if there is one and it has not been left: from here on nobody acts on it (V3).
    pub(super) fn leave_view(&mut self, controller: Option<NodeName>, summary: String, out: Out<'_>) {
        if core::mem::replace(&mut self.standing, false) {
            let left = self.current.as_ref().map(|view| view.id.clone());
            out.push(Effect::TransitionStarted { left, controller, summary });
        }
        self.stable = false;
    }

    /// A write is durable.
    pub fn on_persisted(&mut self, now: Now, number: u64, out: Out<'_>) {
        self.durable = self.durable.max(number);
        match &mut self.stage {
            Stage::Promising(following, write) if number >= *write => {
                let (following, controller) = (following.clone(), following.proposal.id.controller.clone());
                self.send_promise(&controller, following.proposal.id.clone(), out);
                self.stage = Stage::Promised(following);
            }
            Stage::Leading(lead) if matches!(lead.phase, Phase::Promising(write) if number >= write) => {
                lead.phase = Phase::Preparing;
                let proposal = lead.proposal.clone();
                for member in proposal.members.iter().filter(|member| member.identity != self.me) {
                    let payload = Payload::Prepare(proposal.clone());
                    out.push(Effect::Send { peer: member.identity.name.clone(), payload });
                }
                let head = self.current.as_ref().map(|view| view.id.clone());
                self.on_promise(now, &self.me.name.clone(), &proposal.id, head, out);
            }
            _ => {}
        }
    }

    /// Acts on a view from here on.
    fn install(&mut self, now: Now, view: &Arc<ViewRecord>, out: Out<'_>) {
        assert!(view.contains(&self.me), "a node installs only views that contain it (V2)");
        assert!(
            self.current.as_ref().is_none_or(|current| current.id < view.id) && view.id.incarnation == self.promised,
            "views are installed in rising order, as promised (V2)"
        );
        self.current = Some(view.clone());
        self.standing = true;
        self.stable = false;
        self.passed_over.clear();
        self.peers.values_mut().for_each(|peer| peer.told = false);
        for member in &view.members {
            self.reports.enter(&member.identity.name);
        }
        self.overlay = Overlay::of_view(self.reports.roster(), view);
        self.history.insert(view.clone());
        out.push(Effect::View { view: view.clone(), installed: true });
        self.arm_batch(now, out);
    }

    fn become_stable(&mut self, id: ViewId, install: Option<Duration>, out: Out<'_>) {
        self.stable = true;
        self.stage = Stage::Idle;
        out.push(Effect::Stable { id, install });
    }
}
