//! How news go round: from neighbour to neighbour among those who watch each other, at once, each to whoever is not known
//! to have it.
//!
//! The overlay joins all members by many short ways, so that whoever has links to everybody need not pass on everything;
//! it hears from each node itself, over the link that the two have, what that node says. Who is not in the view learns all
//! that is known there. At a new link, and when two with a link come to watch each other, both say what they know, and
//! each is sent what it lacks: nothing that was passed on earlier is missing.

use alloc::{collections::BTreeSet, sync::Arc, vec::Vec};

use super::{
    Effect, Integration, Out, Peer,
    reports::{self, Taken},
};
use crate::{
    types::{Identity, NodeName, Now, ViewId, ViewRecord},
    wire::{Payload, Report, Stamp},
};

/// Most views of other nodes kept for reading their reports (L1).
const FOREIGN_VIEWS: usize = 256;

impl Integration {
    /// What this node knows.
    pub(super) fn summary(&self, ask: bool) -> Payload {
        let view = self.current.as_ref().map(|view| view.id.clone());
        Payload::Summary { view, stamps: self.reports.stamps(), ask }
    }

    /// A peer tells what it knows, and is sent what it lacks: reports, and the views to read them with.
    pub(super) fn on_summary(&self, from: &NodeName, view: Option<&ViewId>, stamps: &[Stamp], ask: bool, out: Out<'_>) {
        let mut send = |payload: Payload| out.push(Effect::Send { peer: from.clone(), payload });
        let news = self.reports.newer_than(stamps);
        for reports in news.chunks(reports::CHUNK) {
            send(Payload::Reports(reports.to_vec()));
        }
        let spoken_of: BTreeSet<&ViewId> = news.iter().filter_map(|report| report.view.as_ref()).collect();
        let foreign = spoken_of.into_iter().filter_map(|id| self.foreign.get(id));
        let current = self.current.iter().filter(|current| view != Some(&current.id));
        for view in foreign.chain(current) {
            send(Payload::Views([view.clone()].into()));
        }
        if ask {
            send(self.summary(false));
        }
    }

    /// Reports come in: what is news is kept to be passed on.
    pub(super) fn on_reports(&mut self, now: Now, from: &NodeName, reports: Vec<Arc<Report>>, out: Out<'_>) {
        for report in reports {
            if report.origin.name == self.me.name {
                continue;
            }
            let origin = report.origin.clone();
            match self.reports.take(report, Some(from)) {
                Taken::Old => {}
                Taken::Full => out.push(Effect::LimitReached { what: "max_nodes", limit: self.reports.len() }),
                Taken::News { before } => {
                    let name = origin.name.clone();
                    self.note_silences(now, before.as_deref(), &name);
                    self.unconnected.remove(&name);
                    let known = self.peers.get(&name).is_some_and(|peer| peer.up);
                    if !known && before.is_none_or(|before| before.origin != origin) {
                        out.push(Effect::Nudge { peer: name.clone() });
                    }
                    out.push(Effect::Changed { name });
                    self.arm_batch(now, out);
                }
            }
        }
    }

    /// Views of others that reports refer to: passed on to whoever may need them to read those reports.
    pub(super) fn on_views(&mut self, now: Now, from: &NodeName, views: Vec<Arc<ViewRecord>>, out: Out<'_>) {
        for view in views {
            let known = self.current.as_ref().is_some_and(|current| current.id == view.id)
                || self.foreign.contains_key(&view.id);
            let spoken_of = self.reports.iter().any(|report| report.view.as_ref() == Some(&view.id));
            if known || !spoken_of {
                continue;
            }
            for member in &view.members {
                self.reports.enter(&member.identity.name);
            }
            self.foreign.insert(view.id.clone(), view.clone());
            self.foreign_news += 1;
            for (name, peer) in &self.peers {
                if peer.up && peer.close && name != from {
                    out.push(Effect::Send { peer: name.clone(), payload: Payload::Views([view.clone()].into()) });
                }
            }
            self.arm_batch(now, out);
        }
        let reports = &self.reports;
        let used = |id: &ViewId| reports.iter().any(|report| report.view.as_ref() == Some(id));
        self.foreign.retain(|id, _| used(id));
        while self.foreign.len() > FOREIGN_VIEWS {
            self.foreign.pop_first();
        }
    }

    /// Passes on what is news.
    pub(super) fn flood(&mut self, now: Now, out: Out<'_>) {
        let fresh = self.reports.drain_fresh();
        if fresh.is_empty() {
            return;
        }
        self.flooded = (now.at, fresh.len() as u32);
        for (name, peer) in self.peers.iter_mut().filter(|(_, peer)| peer.up) {
            let theirs = |(report, from): &(Arc<Report>, Vec<NodeName>)| {
                let is_mine = report.origin.name == self.me.name;
                (peer.close || is_mine) && !from.contains(name) && report.origin != peer.identity
            };
            let news: Vec<_> = fresh.iter().filter(|news| theirs(news)).map(|(report, _)| report.clone()).collect();
            for chunk in news.chunks(reports::CHUNK) {
                out.push(Effect::Send { peer: name.clone(), payload: Payload::Reports(chunk.to_vec()) });
            }
            // Who is not in the view needs it to read the reports that speak of it.
            let strange = |view: &&Arc<ViewRecord>| !peer.told && !view.contains(&peer.identity);
            if let Some(view) = self.current.as_ref().filter(strange)
                && news.iter().any(|report| report.view.as_ref() == Some(&view.id))
            {
                peer.told = true;
                out.push(Effect::Send { peer: name.clone(), payload: Payload::Views([view.clone()].into()) });
            }
        }
    }

    /// Whether a peer is to be passed all news: members that watch each other pass them on to all others, so that who has
    /// links to everybody need not; and who is not in the view has to learn what is known there.
    pub(super) fn is_close(&self, peer: &Identity) -> bool {
        self.current.as_ref().is_none_or(|view| !view.contains(peer)) || self.watches(&peer.name)
    }

    /// Settles anew to whom all news are passed on. With those that come to be close, both ends say what they know.
    pub(super) fn draw_close(&mut self, out: Out<'_>) {
        let close = |peer: &Peer| self.is_close(&peer.identity);
        let changed = |(_, peer): &(&NodeName, &Peer)| peer.up && close(peer) != peer.close;
        let changed: Vec<NodeName> = self.peers.iter().filter(changed).map(|(name, _)| name.clone()).collect();
        for name in changed {
            let Some(peer) = self.peers.get_mut(&name) else { continue };
            peer.close = !peer.close;
            if peer.close {
                out.push(Effect::Send { peer: name, payload: self.summary(true) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, format, sync::Arc, vec, vec::Vec};

    use super::{Effect, Identity, Integration, NodeName, Peer, ViewId, ViewRecord};
    use crate::{
        integration::overlay::{Overlay, WATCHED},
        settings::Settings,
        types::{Boot, Incarnation, Instant, Member, NodeId, Now, WallTime},
        wire::Payload,
    };

    fn identity(number: usize) -> Identity {
        let name = NodeName::new(&format!("n{number}")).unwrap();
        Identity { name, id: NodeId::default(), boot: Boot { count: 1, id: [0; 16] } }
    }

    /// `n0`, which has a link to each of `links` others.
    fn node(links: usize) -> Integration {
        let mut node = Integration::new(&Settings::new("c", identity(0), vec![]), Incarnation(0), vec![], None);
        for other in (1..=links).map(identity) {
            node.peers.insert(other.name.clone(), Peer { close: node.is_close(&other), ..Peer::new(other, true) });
        }
        node
    }

    /// It installs a view of the first `members` nodes. Returns who it asks what they know.
    fn install(node: &mut Integration, members: usize) -> Vec<NodeName> {
        let id = ViewId { incarnation: Incarnation(members as u64), controller: identity(0).name };
        let member = |identity| Member { identity, since: Incarnation(1) };
        let view = ViewRecord::plain(id, (0..members).map(identity).map(member).collect(), vec![]);
        for member in &view.members {
            node.reports.enter(&member.identity.name);
        }
        node.overlay = Overlay::of_view(node.reports.roster(), &view);
        node.current = Some(Arc::new(view));
        let mut out = Vec::new();
        node.draw_close(&mut out);
        let asked = |effect| match effect {
            Effect::Send { peer, payload: Payload::Summary { ask: true, .. } } => peer,
            other => panic!("{other:?}"),
        };
        out.into_iter().map(asked).collect()
    }

    fn close(node: &Integration) -> BTreeSet<NodeName> {
        node.peers.iter().filter(|(_, peer)| peer.close).map(|(name, _)| name.clone()).collect()
    }

    #[test]
    fn v8_who_has_links_to_everybody_passes_news_on_to_a_few() {
        let mut node = node(40);
        assert_eq!(close(&node).len(), 40, "while it forms, to all");
        assert!(install(&mut node, 36).is_empty());
        let strangers: BTreeSet<_> = (36..=40).map(|number| identity(number).name).collect();
        let close = close(&node);
        assert!(close.is_superset(&strangers), "who is not in the view has to learn what is known");
        assert!(close.len() <= WATCHED + strangers.len(), "{close:?}");
    }

    #[test]
    fn v5_who_comes_to_be_close_is_asked_what_it_knows() {
        let mut node = node(35);
        install(&mut node, 36);
        let before = close(&node);
        let asked: BTreeSet<_> = install(&mut node, 12).into_iter().collect();
        assert!(!asked.is_empty());
        assert_eq!(asked, close(&node).difference(&before).cloned().collect());
    }

    #[test]
    fn v5_who_is_asked_sends_what_the_other_lacks_and_says_what_it_knows() {
        let mut node = node(1);
        node.refresh_report(Now { at: Instant::ZERO, wall: WallTime(0) });
        let mut out = Vec::new();
        node.on_summary(&identity(1).name, None, &[], true, &mut out);
        let payloads: Vec<_> = out
            .iter()
            .map(|effect| match effect {
                Effect::Send { payload: Payload::Reports(reports), .. } => format!("{} report", reports.len()),
                Effect::Send { payload: Payload::Summary { stamps, ask, .. }, .. } => {
                    format!("knows {}, asks {ask}", stamps.len())
                }
                other => format!("{other:?}"),
            })
            .collect();
        assert_eq!(payloads, ["1 report", "knows 1, asks false"]);
    }
}
