//! A transition as its controller lives it: this node leads.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    sync::Arc,
    vec::Vec,
};

use super::{Lead, Phase, Settling, Stage, history::send_history};
use crate::{
    integration::{Effect, Integration, Out, causes, map::Picture},
    types::{Duration, Incarnation, Member, NodeName, Now, ViewId, ViewRecord},
    wire::{Payload, Proposal, RejectReason},
};

impl Integration {
    /// Begins to lead: promises first itself, like everybody.
    pub(in crate::integration) fn lead(&mut self, now: Now, out: Out<'_>) {
        let Stage::Settling(settling) = &self.stage else { return };
        let settling = Settling { attempts: settling.attempts + 1, patience: None, ..settling.clone() };
        let id = ViewId { incarnation: self.promised.next(), controller: self.me.name.clone() };
        let picture = self.picture();
        let member = |name| self.member(&picture, name, id.incarnation);
        let members = self.order.iter().filter_map(member).collect();
        let causes = self.causes();
        let proposal = Arc::new(Proposal { id: id.clone(), members });
        self.leave_view(Some(self.me.name.clone()), causes::summary(&causes), out);
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
    fn member(&self, picture: &Picture<'_>, name: &NodeName, next: Incarnation) -> Option<Member> {
        let identity = self.map.get(name)?.clone();
        let number = self.reports.roster().number(name);
        let since = number.and_then(|number| picture.rank(number).since()).unwrap_or(next);
        Some(Member { identity, since })
    }

    /// A member promised, and told the view it had.
    pub(in crate::integration) fn on_promise(
        &mut self,
        now: Now,
        from: &NodeName,
        id: &ViewId,
        head: Option<ViewId>,
        out: Out<'_>,
    ) {
        let Stage::Leading(lead) = &mut self.stage else { return };
        let is_member = lead.proposal.members.get(from).is_some();
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

    pub(in crate::integration) fn send_fetch(&self, peer: &NodeName, id: ViewId, out: Out<'_>) {
        let known = self.history.iter().map(|view| view.id.clone()).collect();
        out.push(Effect::Send { peer: peer.clone(), payload: Payload::FetchHistory { id, known } });
    }

    /// All have promised and all that led here is known: the view is decided.
    pub(in crate::integration) fn commit(&mut self, now: Now, out: Out<'_>) {
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

    /// A member has installed the view.
    pub(in crate::integration) fn on_installed(&mut self, now: Now, from: &NodeName, id: &ViewId, out: Out<'_>) {
        let Stage::Leading(lead) = &mut self.stage else { return };
        let Phase::Committing { waiting, .. } = &mut lead.phase else { return };
        if lead.proposal.id == *id && waiting.remove(from) {
            self.check_stable(now, out);
        }
    }

    /// Once all have installed it, the view may be built upon.
    pub(in crate::integration) fn check_stable(&mut self, now: Now, out: Out<'_>) {
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

    /// A member refused the proposal.
    pub(in crate::integration) fn on_reject(
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
        // It answers: it may lead again.
        self.passed_over.remove(from);
        self.give_up(now, why, out);
    }

    /// A phase took too long: whoever did not answer is named and kept out for a while.
    pub(in crate::integration) fn on_phase_timeout(&mut self, now: Now, out: Out<'_>) {
        let Stage::Leading(lead) = &self.stage else { return };
        let until = lead.until;
        if now.at < until {
            return self.arm(until, out);
        }
        let names = lead.proposal.members.iter().map(|member| &member.identity.name);
        let silent: Vec<NodeName> = match &lead.phase {
            Phase::Promising(_) => return self.give_up_writing(now, until, out),
            Phase::Preparing => names.filter(|name| !lead.heads.contains_key(*name)).cloned().collect(),
            Phase::Fetching(holders) => holders.iter().cloned().collect(),
            Phase::Committing { waiting, .. } => waiting.iter().cloned().collect(),
        };
        let list: Vec<&str> = silent.iter().map(NodeName::as_str).collect();
        let why = format!("no answer in time from {}", list.join(", "));
        if self.is_in_time(now, until) {
            self.unresponsive.extend(silent.into_iter().map(|name| (name, now.at)));
        }
        self.give_up(now, why, out);
    }

    /// A link came up while a transition runs: what its predecessor may have lost is sent again.
    pub(in crate::integration) fn resume_with(&mut self, _now: Now, peer: &NodeName, out: Out<'_>) {
        let Stage::Leading(lead) = &self.stage else {
            let leads = self.stable.then_some(self.current.as_ref()).flatten();
            if let Some(view) = leads.filter(|view| view.id.controller == self.me.name && view.member(peer).is_some()) {
                let payload = Payload::Stable { id: view.id.clone(), install: Duration::ZERO };
                out.push(Effect::Send { peer: peer.clone(), payload });
            }
            return;
        };
        let is_member = lead.proposal.members.get(peer).is_some();
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
