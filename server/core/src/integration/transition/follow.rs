//! A transition as its members live it: another node leads.

use alloc::{collections::BTreeSet, sync::Arc, vec::Vec};

use super::{Following, Settling, Stage, history::send_history};
use crate::{
    integration::{Effect, Integration, Out, causes},
    types::{Duration, Identity, Member, NodeName, Now, ViewId, ViewRecord},
    wire::{Payload, Proposal, RejectReason},
};

impl Integration {
    /// A proposal came in.
    pub(in crate::integration) fn on_prepare(
        &mut self,
        now: Now,
        from: &Identity,
        proposal: Arc<Proposal>,
        out: Out<'_>,
    ) {
        // Twice the same: the link was renewed, and the promise may have been lost with the old one.
        match &self.stage {
            Stage::Promised(following) if following.proposal.id == proposal.id => {
                return self.send_promise(&from.name, proposal.id.clone(), out);
            }
            Stage::Promising(following, _) if following.proposal.id == proposal.id => return,
            _ => {}
        }
        // It delivers: it may lead again.
        self.passed_over.remove(&from.name);
        if let Some(reason) = self.objection(from, &proposal) {
            return self.reject(&from.name, proposal.id.clone(), reason, out);
        }
        let settling = match &self.stage {
            Stage::Settling(settling) => settling.clone(),
            stage => stage.under_way().map_or_else(|| Settling::new(now), |(_, settling)| settling.clone()),
        };
        let causes = self.causes();
        self.leave_view(Some(from.name.clone()), causes::summary(&causes), out);
        let write = self.promise(proposal.id.incarnation, out);
        let in_map = |member: &&Member| self.map.get(&member.identity.name) == Some(&member.identity);
        let expected = proposal.members.iter().filter(in_map).map(|member| member.identity.name.clone()).collect();
        let until = now.at + self.phase_timeout + self.phase_timeout / 2;
        let following = Following { proposal, expected, until, settling, learned: Vec::new() };
        self.stage = Stage::Promising(following, write);
        self.arm(until, out);
    }

    /// Why a proposal cannot be accepted, if so.
    pub(in crate::integration) fn objection(&self, from: &Identity, proposal: &Proposal) -> Option<RejectReason> {
        if self.leaving {
            return Some(RejectReason::Leaving);
        }
        if proposal.id.controller != from.name || !proposal.members.iter().any(|member| member.identity == self.me) {
            return Some(RejectReason::NotMember);
        }
        if proposal.id.incarnation <= self.promised {
            return Some(RejectReason::Promised);
        }
        let picture = self.picture();
        let rank = |name| self.reports.roster().number(name).map(|number| picture.rank(number));
        let better = self.candidate().filter(|candidate| match (rank(candidate), rank(&from.name)) {
            (Some(candidate), Some(from)) => candidate < from,
            (candidate, _) => candidate.is_some(),
        });
        better.map(|_| RejectReason::Outranked)
    }

    pub(in crate::integration) fn reject(&self, to: &NodeName, id: ViewId, reason: RejectReason, out: Out<'_>) {
        let payload = Payload::Reject { id, reason, promised: self.promised };
        out.push(Effect::Send { peer: to.clone(), payload });
    }

    pub(in crate::integration) fn send_promise(&self, to: &NodeName, id: ViewId, out: Out<'_>) {
        let head = self.current.as_ref().map(|view| view.id.clone());
        out.push(Effect::Send { peer: to.clone(), payload: Payload::Promise { id, head } });
    }

    /// The controller asks for views it lacks: those that lead to the view this node told it of.
    pub(in crate::integration) fn on_fetch(&self, from: &NodeName, id: ViewId, known: &[ViewId], out: Out<'_>) {
        if !matches!(&self.stage, Stage::Promised(following) if following.proposal.id == id) {
            return self.reject(from, id, RejectReason::Promised, out);
        }
        let known: BTreeSet<&ViewId> = known.iter().collect();
        let lacking: Vec<_> = self.history.iter().filter(|view| !known.contains(&view.id)).cloned().collect();
        send_history(from, &id, lacking, out);
    }

    /// The second phase at a member.
    pub(in crate::integration) fn on_commit(
        &mut self,
        now: Now,
        from: &NodeName,
        view: &Arc<ViewRecord>,
        out: Out<'_>,
    ) {
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

    /// The controller says that every member has installed the view.
    pub(in crate::integration) fn on_stable(
        &mut self,
        now: Now,
        from: &NodeName,
        id: &ViewId,
        install: Duration,
        out: Out<'_>,
    ) {
        let Some(current) = &self.current else { return };
        if current.id == *id && self.standing && !self.stable && id.controller == *from {
            self.become_stable(id.clone(), Some(install), out);
            self.arm_batch(now, out);
        }
    }
}

fn installed(to: &NodeName, id: ViewId) -> Effect {
    Effect::Send { peer: to.clone(), payload: Payload::Installed { id } }
}
