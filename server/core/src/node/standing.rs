//! Joins quorum to the layers below it, and to those who watch; and takes a node out that others may depend on.

use alloc::vec::Vec;

use super::{Effect, Node, Publication, Step, Timer};
use crate::{
    quorum::{self, Lack, Quorum},
    types::{Instant, NodeName, Now},
    wire::Payload,
};

/// How far the node is on its way out.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Departure {
    Staying,
    /// Others take over what depends on it, until then.
    HandingOver(Instant),
    Leaving,
}

impl Node {
    pub(super) fn quorum(&mut self, act: impl FnOnce(&mut Quorum, &mut Vec<quorum::Effect>)) {
        let mut effects = Vec::new();
        act(&mut self.quorum, &mut effects);
        self.pending.extend(effects.into_iter().map(Step::Quorum));
    }

    /// The same, with what members report of themselves.
    pub(super) fn told(&mut self, act: impl FnOnce(&mut Quorum, quorum::Told<'_>, &mut Vec<quorum::Effect>)) {
        let mut effects = Vec::new();
        let integration = &self.integration;
        act(&mut self.quorum, &|name| integration.report(name).cloned(), &mut effects);
        self.pending.extend(effects.into_iter().map(Step::Quorum));
    }

    /// The cluster database remembers what belongs to other layers: evictions, which need no quorum, and for how long
    /// sessions last.
    pub(super) fn record(&mut self, now: Now) {
        let mut effects = Vec::new();
        if let Some(ttl) = self.coordination.longest_ttl_asked() {
            self.quorum.record_longest_ttl(now, ttl, &mut effects);
        }
        self.quorum.record_evictions(now, self.integration.evictions(), &mut effects);
        self.pending.extend(effects.into_iter().map(Step::Quorum));
    }

    /// Sends what quorum says. What is lost here is made good when the link comes up again, but for requests.
    fn send_for_quorum(&mut self, now: Now, peer: &NodeName, payload: Payload) {
        let request = if let Payload::Request { number, .. } = &payload { Some(*number) } else { None };
        let mut sent = false;
        self.link(|links, out| sent = links.send(now.at, peer, payload, out));
        if let Some(number) = request.filter(|_| !sent) {
            self.quorum(|quorum, out| quorum.on_unsent(number, out));
        }
    }

    pub(super) fn after_quorum(&mut self, now: Now, effect: quorum::Effect, out: &mut Vec<Effect>) {
        use quorum::Effect as Q;
        match effect {
            Q::Send { peer, payload } => self.send_for_quorum(now, &peer, payload),
            Q::Consensus(order) => out.push(Effect::Consensus(order)),
            Q::Vow(vows) => self.channel(|channels, out| channels.set_vows(now.at, vows, out)),
            Q::Adopt(cluster) => {
                self.channels.set_uid(Some(cluster));
                self.coordination(|coordination, out| coordination.on_cluster(cluster, out));
                self.integration(|integration, out| integration.set_cluster(now, cluster, out));
            }
            Q::Founding(cluster) => self.integration(|integration, out| integration.set_founding(now, cluster, out)),
            Q::Suffrage(suffrage) => {
                self.integration(|integration, out| integration.set_suffrage(now, suffrage, out));
            }
            Q::Want(kin) => {
                self.kin = kin;
                self.want(now.at);
            }
            Q::Evictions(entries) => {
                self.integration(|integration, out| integration.on_evictions(now, entries, out));
            }
            Q::LongestTtl(ttl) => {
                self.coordination(|coordination, out| coordination.on_longest_ttl(now.at, ttl, out));
            }
            Q::Catalog(catalog) => {
                self.recovery(now, out, |recovery, out| recovery.on_catalog(now.at, catalog, out));
            }
            Q::Arm { at } => out.push(Effect::Arm { timer: Timer::Quorum, at }),
            Q::Serve { from, number, body } => out.push(Effect::Serve { from, number, body }),
            Q::Answered { ticket, answer } => out.push(Effect::Answered { ticket, answer }),
        }
    }

    /// Tells those who watch when this node has quorum, or has it no more.
    pub(super) fn publish_quorum(&mut self, now: Now, out: &mut Vec<Effect>) {
        let granted = self.quorum.granted(now).map(|(epoch, view, _)| (epoch, view.clone()));
        if self.granted != granted {
            let lack = if granted.is_none() { self.quorum.status(now).lack } else { None };
            if lack == Some(Lack::Renewing) {
                // It goes on under the next epoch before it would have ended, or is lost then.
                return;
            }
            self.granted = granted.clone();
            self.coordination.on_quorum(now.at, granted.is_some());
            out.push(Effect::Publish(Publication::Quorum { granted, lack }));
            self.note_right(now);
            self.recovery(now, out, |recovery, out| recovery.on_timer(now.at, out));
            self.settle(now, out);
        }
    }

    /// Leaves once nothing depends on this node, or it has tried for long enough.
    pub(super) fn on_leave(&mut self, now: Now, out: &mut Vec<Effect>) {
        if self.departure == Departure::Staying {
            let services = self.recovery.patience().unwrap_or_default();
            self.departure = Departure::HandingOver(now.at + self.quorum.patience() + services);
            self.recovery(now, out, |recovery, out| recovery.on_leave(now.at, out));
            if !self.quorum.is_free() {
                self.told(|quorum, told, out| quorum.resign(now, told, out));
            }
        }
        self.depart(now);
    }

    /// Goes on with the departure when it is time.
    pub(super) fn depart(&mut self, now: Now) {
        if let Departure::HandingOver(until) = self.departure
            && (self.quorum.is_free() && self.recovery.patience().is_none() || until <= now.at)
        {
            self.departure = Departure::Leaving;
            self.channels.gate.leaving = true;
            self.quorum(|quorum, out| quorum.on_leave(now, out));
            self.integration(|integration, out| integration.on_leave(now, out));
        }
    }
}
