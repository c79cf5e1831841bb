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
    wire::{Payload, Proposal, RejectReason},
};

/// Most views in one message, and most members listed in them.
const VIEW_CHUNK: (usize, usize) = (64, 2_000);
/// Most views that a controller may send ahead of a commit (L1).
const LEARN_LIMIT: usize = 8_192;

/// How far a node is on its way to the next view.
#[derive(Clone, Debug)]
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

/// A transition that is needed.
#[derive(Clone, Debug)]
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

/// Another node leads.
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug)]
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
#[derive(Clone, Debug)]
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
        match &mut self.stage {
            Stage::Idle => {
                if self.is_needed() {
                    let settling = Settling { first: now.at, changed: now.at, attempts: 0, patience: None };
                    self.settle(settling, out);
                }
            }
            Stage::Settling(settling) => {
                if changed {
                    settling.changed = now.at;
                    settling.patience = None;
                    let settling = settling.clone();
                    self.settle(settling, out);
                } else if !self.is_needed() {
                    self.stage = Stage::Idle;
                }
            }
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
        let same = current.members.len() == self.map.len()
            && current.members.iter().all(|member| self.map.get(&member.identity.name) == Some(&member.identity));
        let behind = |name: &NodeName| {
            let report = self.reports.get(name);
            *name != self.me.name
                && report.is_some_and(|report| report.unsettled || report.view.as_ref() > Some(&current.id))
        };
        !same || self.map.keys().any(behind)
    }

    fn settle(&mut self, settling: Settling, out: Out<'_>) {
        let limit = settling.first + self.settle_max;
        let soon = self.expected.iter().filter(|(name, at)| **at <= limit && !self.map.contains_key(*name));
        let last = soon.map(|(_, at)| *at).max().unwrap_or_default().max(settling.changed);
        let due = (last + self.settle_time).min(limit).max(settling.changed);
        self.stage = Stage::Settling(settling);
        self.arm(due, out);
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
        let (proposal, expected) = match &self.stage {
            Stage::Promising(following, _) | Stage::Promised(following) | Stage::Installed(following) => {
                (&following.proposal, Some(&following.expected))
            }
            Stage::Leading(lead) => (&lead.proposal, None),
            _ => return None,
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
        let new = |name: &&NodeName| !proposal.members.iter().any(|member| member.identity.name == **name);
        let newcomer = self.map.keys().find(new).filter(|_| early)?;
        Some(format!("{newcomer} came within reach"))
    }

    /// Straight down to the lowest state; the next attempt has a higher incarnation.
    fn give_up(&mut self, now: Now, why: String, out: Out<'_>) {
        let (id, mut settling) = match &self.stage {
            Stage::Promising(following, _) | Stage::Promised(following) | Stage::Installed(following) => {
                (following.proposal.id.clone(), following.settling.clone())
            }
            Stage::Leading(lead) => (lead.proposal.id.clone(), lead.settling.clone()),
            Stage::Idle | Stage::Settling(_) => return,
        };
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
            Stage::Promising(following, _) | Stage::Promised(following) | Stage::Installed(following) => {
                let controller = following.proposal.id.controller.clone();
                self.passed_over.insert(controller.clone());
                self.give_up(now, format!("{controller} did not deliver in time"), out);
            }
            Stage::Leading(_) => self.on_phase_timeout(now, out),
        }
    }

    /// The map is steady: lead, or give the first choice its time.
    fn stand(&mut self, now: Now, out: Out<'_>) {
        let Stage::Settling(settling) = &mut self.stage else { return };
        let patience = settling.patience;
        if patience.is_none() {
            out.push(Effect::MapChanged { members: self.order.clone() });
        }
        if patience.is_some_and(|until| until <= now.at) {
            settling.patience = None;
            if let Some(candidate) = self.candidate().cloned() {
                self.passed_over.insert(candidate);
            }
        }
        if self.candidate() == Some(&self.me.name) {
            let forming = self.current.is_none() && now.at < self.form_until;
            if forming {
                return self.arm(self.form_until, out);
            }
            return self.lead(now, out);
        }
        let until = now.at.max(self.form_until) + self.phase_timeout;
        if let Stage::Settling(settling) = &mut self.stage {
            let until = *settling.patience.get_or_insert(until);
            self.arm(until, out);
        }
    }

    /// Begins to lead: promises first itself, like everybody.
    fn lead(&mut self, now: Now, out: Out<'_>) {
        let Stage::Settling(settling) = &self.stage else { return };
        let settling = Settling { attempts: settling.attempts + 1, patience: None, ..settling.clone() };
        let id = ViewId { incarnation: self.promised.next(), controller: self.me.name.clone() };
        let members = self.order.iter().filter_map(|name| self.member(name, id.incarnation)).collect();
        let causes = self.causes();
        let proposal = Arc::new(Proposal { id: id.clone(), members });
        self.leave_view(Some(self.me.name.clone()), super::causes::summary(&causes), out);
        let write = self.promise(id.incarnation, out);
        let until = now.at + self.phase_timeout;
        self.stage = Stage::Leading(Lead {
            proposal,
            settling,
            started: now.at,
            until,
            causes,
            heads: BTreeMap::new(),
            learned: Vec::new(),
            phase: Phase::Promising(write),
        });
        self.arm(until, out);
    }

    /// A member of the map as a member of the next view.
    fn member(&self, name: &NodeName, next: Incarnation) -> Option<Member> {
        let identity = self.map.get(name)?.clone();
        let evicted = self.evictions.names();
        let since = self.picture(&evicted).rank(name).since().unwrap_or(next);
        Some(Member { identity, since })
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
        out.push(Effect::Persist { number: self.writes, promised: self.promised, evictions });
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

    fn send_promise(&self, to: &NodeName, id: ViewId, out: Out<'_>) {
        let head = self.current.as_ref().map(|view| view.id.clone());
        out.push(Effect::Send { peer: to.clone(), payload: Payload::Promise { id, head } });
    }

    /// A proposal came in.
    pub(super) fn on_prepare(&mut self, now: Now, from: &Identity, proposal: Arc<Proposal>, out: Out<'_>) {
        if let Stage::Promised(following) = &self.stage
            && following.proposal.id == proposal.id
        {
            // The link was renewed: the promise may have been lost with the old one.
            return self.send_promise(&from.name, proposal.id.clone(), out);
        }
        if let Some(reason) = self.objection(from, &proposal) {
            return self.reject(&from.name, proposal.id.clone(), reason, out);
        }
        let settling = match &self.stage {
            Stage::Settling(settling) => settling.clone(),
            Stage::Promising(following, _) | Stage::Promised(following) | Stage::Installed(following) => {
                following.settling.clone()
            }
            Stage::Leading(lead) => lead.settling.clone(),
            Stage::Idle => Settling { first: now.at, changed: now.at, attempts: 0, patience: None },
        };
        let causes = self.causes();
        self.leave_view(Some(from.name.clone()), super::causes::summary(&causes), out);
        let write = self.promise(proposal.id.incarnation, out);
        let in_map = |member: &&Member| self.map.get(&member.identity.name) == Some(&member.identity);
        let expected = proposal.members.iter().filter(in_map).map(|member| member.identity.name.clone()).collect();
        let until = now.at + self.phase_timeout + self.phase_timeout / 2;
        let following = Following { proposal, expected, until, settling, learned: Vec::new() };
        self.stage = Stage::Promising(following, write);
        self.arm(until, out);
    }

    fn reject(&self, to: &NodeName, id: ViewId, reason: RejectReason, out: Out<'_>) {
        let payload = Payload::Reject { id, reason, promised: self.promised };
        out.push(Effect::Send { peer: to.clone(), payload });
    }

    /// Why a proposal cannot be accepted, if so.
    fn objection(&self, from: &Identity, proposal: &Proposal) -> Option<RejectReason> {
        if self.leaving {
            return Some(RejectReason::Leaving);
        }
        if proposal.id.controller != from.name || !proposal.members.iter().any(|member| member.identity == self.me) {
            return Some(RejectReason::NotMember);
        }
        if proposal.id.incarnation <= self.promised {
            return Some(RejectReason::Promised);
        }
        let evicted = self.evictions.names();
        let picture = self.picture(&evicted);
        let better = self.candidate().filter(|candidate| picture.rank(candidate) < picture.rank(&from.name));
        better.map(|_| RejectReason::Outranked)
    }

    /// A member promised, and told the view it had.
    pub(super) fn on_promise(&mut self, now: Now, from: &NodeName, id: &ViewId, head: Option<ViewId>, out: Out<'_>) {
        let Stage::Leading(lead) = &mut self.stage else { return };
        let is_member = lead.proposal.members.iter().any(|member| member.identity.name == *from);
        if lead.proposal.id != *id || !matches!(lead.phase, Phase::Preparing) || !is_member {
            return;
        }
        lead.heads.insert(from.clone(), head);
        if lead.heads.len() < lead.proposal.members.len() {
            return;
        }
        let mut unknown: BTreeMap<ViewId, NodeName> = BTreeMap::new();
        for (name, head) in &lead.heads {
            if let Some(head) = head.as_ref().filter(|head| !self.history.is_settled(head)) {
                unknown.insert(head.clone(), name.clone());
            }
        }
        let holders: BTreeSet<NodeName> = unknown.into_values().collect();
        lead.until = now.at + self.phase_timeout;
        lead.phase = Phase::Fetching(holders.clone());
        let (id, until) = (id.clone(), lead.until);
        self.arm(until, out);
        for peer in &holders {
            self.send_fetch(peer, id.clone(), out);
        }
        if holders.is_empty() {
            self.commit(now, out);
        }
    }

    fn send_fetch(&self, peer: &NodeName, id: ViewId, out: Out<'_>) {
        let known = self.history.iter().map(|view| view.id.clone()).collect();
        out.push(Effect::Send { peer: peer.clone(), payload: Payload::FetchHistory { id, known } });
    }

    /// The controller asks for views it lacks: those that lead to the view this node told it of.
    pub(super) fn on_fetch(&self, from: &NodeName, id: ViewId, known: &[ViewId], out: Out<'_>) {
        if !matches!(&self.stage, Stage::Promised(following) if following.proposal.id == id) {
            return self.reject(from, id, RejectReason::Promised, out);
        }
        let known: BTreeSet<&ViewId> = known.iter().collect();
        let lacking: Vec<_> = self.history.iter().filter(|view| !known.contains(&view.id)).cloned().collect();
        send_history(from, &id, lacking, out);
    }

    /// Earlier views came in, as asked for or ahead of a commit: kept until the view is installed.
    pub(super) fn on_history(
        &mut self,
        now: Now,
        from: &NodeName,
        id: &ViewId,
        views: Vec<Arc<ViewRecord>>,
        last: bool,
        out: Out<'_>,
    ) {
        match &mut self.stage {
            Stage::Promised(following) if following.proposal.id == *id && id.controller == *from => {
                take_bounded(&mut following.learned, views);
            }
            Stage::Leading(Lead { phase: Phase::Fetching(holders), learned, proposal, .. })
                if proposal.id == *id && holders.contains(from) =>
            {
                take_bounded(learned, views);
                if last && holders.remove(from) && holders.is_empty() {
                    self.commit(now, out);
                }
            }
            _ => {}
        }
    }

    /// All have promised and all that led here is known: the view is decided.
    fn commit(&mut self, now: Now, out: Out<'_>) {
        let Stage::Leading(lead) = &mut self.stage else { return };
        let learned = core::mem::take(&mut lead.learned);
        let (proposal, heads, settling) = (lead.proposal.clone(), lead.heads.clone(), lead.settling.clone());
        let parents: BTreeSet<ViewId> = heads.values().flatten().cloned().collect();
        let view = Arc::new(ViewRecord {
            id: proposal.id.clone(),
            members: proposal.members.clone(),
            parents: parents.into_iter().collect(),
            causes: lead.causes.clone(),
            committed: now.wall,
            settle: lead.started.since(settling.first),
            prepare: now.at.since(lead.started),
            attempts: settling.attempts,
        });
        let others = proposal.members.iter().map(|member| &member.identity).filter(|identity| **identity != self.me);
        let waiting: BTreeSet<NodeName> = others.map(|identity| identity.name.clone()).collect();
        lead.until = now.at + self.phase_timeout;
        lead.phase = Phase::Committing { view: view.clone(), waiting: waiting.clone(), since: now.at };
        let until = lead.until;
        self.arm(until, out);
        self.take_history(learned, out);
        let mut lacking: BTreeMap<&Option<ViewId>, Vec<Arc<ViewRecord>>> = BTreeMap::new();
        for name in &waiting {
            let Some(head) = heads.get(name) else { continue };
            let views = lacking.entry(head).or_insert_with(|| self.history.missing_from(head.as_ref()));
            send_history(name, &view.id, views.clone(), out);
            out.push(Effect::Send { peer: name.clone(), payload: Payload::Commit(view.clone()) });
        }
        self.install(now, &view, out);
        self.check_stable(now, out);
    }

    /// Takes in views this node was not told of, oldest first, each once (V4).
    fn take_history(&mut self, mut views: Vec<Arc<ViewRecord>>, out: Out<'_>) {
        views.sort_by(|a, b| a.id.cmp(&b.id));
        for view in views {
            if self.history.insert(view.clone()) {
                let missed = !view.contains(&self.me);
                out.push(Effect::View { view, missed, installed: false });
            }
        }
    }

    /// The second phase at a member.
    pub(super) fn on_commit(&mut self, now: Now, from: &NodeName, view: &Arc<ViewRecord>, out: Out<'_>) {
        if self.standing && self.current.as_ref().is_some_and(|current| current.id == view.id) {
            // The link was renewed: the answer may have been lost with the old one.
            return out.push(installed(from, view.id.clone()));
        }
        let Stage::Promised(following) = &mut self.stage else {
            return self.reject(from, view.id.clone(), RejectReason::Promised, out);
        };
        if following.proposal.id != view.id || following.proposal.id.controller != *from {
            return self.reject(from, view.id.clone(), RejectReason::Promised, out);
        }
        let learned = core::mem::take(&mut following.learned);
        let following = Following { until: now.at + self.phase_timeout, ..following.clone() };
        self.take_history(learned, out);
        self.install(now, view, out);
        let until = following.until;
        self.stage = Stage::Installed(following);
        self.arm(until, out);
        out.push(installed(from, view.id.clone()));
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
        self.overlay = Overlay::new(view.members.iter().map(|member| member.identity.name.clone()));
        self.history.insert(view.clone());
        out.push(Effect::View { view: view.clone(), missed: false, installed: true });
        self.arm_batch(now, out);
    }

    /// A member has installed the view.
    pub(super) fn on_installed(&mut self, now: Now, from: &NodeName, id: &ViewId, out: Out<'_>) {
        let Stage::Leading(lead) = &mut self.stage else { return };
        let Phase::Committing { waiting, .. } = &mut lead.phase else { return };
        if lead.proposal.id == *id && waiting.remove(from) {
            self.check_stable(now, out);
        }
    }

    /// Once all have installed it, the view may be built upon.
    fn check_stable(&mut self, now: Now, out: Out<'_>) {
        let Stage::Leading(lead) = &self.stage else { return };
        let Phase::Committing { view, waiting, since } = &lead.phase else { return };
        if !waiting.is_empty() {
            return;
        }
        let (view, install) = (view.clone(), now.at.since(*since));
        for member in view.members.iter().filter(|member| member.identity != self.me) {
            let payload = Payload::Stable { id: view.id.clone(), install };
            out.push(Effect::Send { peer: member.identity.name.clone(), payload });
        }
        for report in self.reports.iter().filter(|report| report.leaving) {
            let peer = report.origin.name.clone();
            out.push(Effect::Send { peer, payload: Payload::Farewell { id: view.id.clone() } });
        }
        self.become_stable(view.id.clone(), Some(install), out);
        self.arm_batch(now, out);
    }

    fn become_stable(&mut self, id: ViewId, install: Option<Duration>, out: Out<'_>) {
        self.stable = true;
        self.stage = Stage::Idle;
        out.push(Effect::Stable { id, install });
    }

    /// The controller says that every member has installed the view.
    pub(super) fn on_stable(&mut self, now: Now, from: &NodeName, id: &ViewId, install: Duration, out: Out<'_>) {
        let Some(current) = &self.current else { return };
        if current.id == *id && self.standing && !self.stable && id.controller == *from {
            self.become_stable(id.clone(), Some(install), out);
            self.arm_batch(now, out);
        }
    }

    /// A member refused the proposal.
    pub(super) fn on_reject(
        &mut self,
        now: Now,
        from: &NodeName,
        id: &ViewId,
        reason: RejectReason,
        promised: Incarnation,
        out: Out<'_>,
    ) {
        let Stage::Leading(lead) = &self.stage else { return };
        if lead.proposal.id != *id {
            return;
        }
        let why = match reason {
            RejectReason::Promised => format!("{from} has promised a higher view, or gave up waiting"),
            RejectReason::Outranked => format!("{from} knows a better controller"),
            RejectReason::NotMember => format!("{from} was started anew"),
            RejectReason::Leaving => format!("{from} is leaving"),
        };
        if promised > self.promised {
            self.promised = promised;
        }
        self.give_up(now, why, out);
    }

    /// A phase took too long: whoever did not answer is named and kept out for a while.
    fn on_phase_timeout(&mut self, now: Now, out: Out<'_>) {
        let Stage::Leading(lead) = &self.stage else { return };
        if now.at < lead.until {
            let until = lead.until;
            return self.arm(until, out);
        }
        let names = lead.proposal.members.iter().map(|member| &member.identity.name);
        let silent: Vec<NodeName> = match &lead.phase {
            Phase::Promising(_) => Vec::new(),
            Phase::Preparing => names.filter(|name| !lead.heads.contains_key(*name)).cloned().collect(),
            Phase::Fetching(holders) => holders.iter().cloned().collect(),
            Phase::Committing { waiting, .. } => waiting.iter().cloned().collect(),
        };
        let list: Vec<&str> = silent.iter().map(NodeName::as_str).collect();
        let why = format!("no answer in time from {}", list.join(", "));
        for name in silent {
            self.unresponsive.insert(name, now.at);
        }
        self.give_up(now, why, out);
    }

    /// A link came up while a transition runs: what its predecessor may have lost is sent again.
    pub(super) fn resume_with(&mut self, _now: Now, peer: &NodeName, out: Out<'_>) {
        let Stage::Leading(lead) = &self.stage else {
            let leads = self.stable.then_some(self.current.as_ref()).flatten();
            if let Some(view) = leads.filter(|view| view.id.controller == self.me.name && view.member(peer).is_some()) {
                let payload = Payload::Stable { id: view.id.clone(), install: Duration::ZERO };
                out.push(Effect::Send { peer: peer.clone(), payload });
            }
            return;
        };
        let is_member = lead.proposal.members.iter().any(|member| member.identity.name == *peer);
        match &lead.phase {
            Phase::Preparing if is_member && !lead.heads.contains_key(peer) => {
                let payload = Payload::Prepare(lead.proposal.clone());
                out.push(Effect::Send { peer: peer.clone(), payload });
            }
            Phase::Fetching(holders) if holders.contains(peer) => self.send_fetch(peer, lead.proposal.id.clone(), out),
            Phase::Committing { view, waiting, .. } if waiting.contains(peer) => {
                let head = lead.heads.get(peer).cloned().flatten();
                let mut views = self.history.missing_from(head.as_ref());
                views.retain(|known| known.id != view.id);
                send_history(peer, &view.id, views, out);
                out.push(Effect::Send { peer: peer.clone(), payload: Payload::Commit(view.clone()) });
            }
            _ => {}
        }
    }
}

fn installed(to: &NodeName, id: ViewId) -> Effect {
    Effect::Send { peer: to.clone(), payload: Payload::Installed { id } }
}

fn take_bounded(learned: &mut Vec<Arc<ViewRecord>>, views: Vec<Arc<ViewRecord>>) {
    let room = LEARN_LIMIT.saturating_sub(learned.len());
    learned.extend(views.into_iter().take(room));
}

/// Sends earlier views in messages of bounded size; the last one says so.
fn send_history(to: &NodeName, id: &ViewId, views: Vec<Arc<ViewRecord>>, out: Out<'_>) {
    let mut chunks = Vec::from([Vec::new()]);
    let mut members = 0;
    for view in views {
        let full = chunks.last().is_some_and(|chunk: &Vec<_>| chunk.len() >= VIEW_CHUNK.0);
        if full || members + view.members.len() > VIEW_CHUNK.1 {
            chunks.push(Vec::new());
            members = 0;
        }
        members += view.members.len();
        chunks.last_mut().expect("there is always one").push(view);
    }
    let count = chunks.len();
    for (number, views) in chunks.into_iter().enumerate() {
        let payload = Payload::History { id: id.clone(), views, last: number + 1 == count };
        out.push(Effect::Send { peer: to.clone(), payload });
    }
}
