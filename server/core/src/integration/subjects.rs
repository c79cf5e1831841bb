//! What this node reports on, and the links it needs for that.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

use super::{Effect, Integration, Out, Peer, Stage, Want, map::Picture, overlay::WATCHED, rank::Rank};
use crate::{
    types::{Duration, Instant, NodeName, Now},
    wire::{Report, Unreached},
};

/// How many of the best-ranked every member keeps a link to.
const WARM: usize = 3;
/// Longest time until a peer counts again for which others wait with it.
const HELD: Duration = Duration::from_secs(30);
/// Most outsiders watched while none of them can be spoken to: for one who was cut off from a thousand, that is all of
/// them, and each of these will do to meet the rest.
const FAR: usize = 4 * WATCHED;
/// Most neighbours named as relays to one peer.
const RELAYS: usize = 4;

/// A peer that is expected to be reached and is not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Mark {
    /// It has had no time for it yet: no verdict.
    Waiting(Instant),
    /// It was reached and is not any more, or has had the time.
    Over,
}

impl Mark {
    /// Leaves `span` out of the wait.
    pub fn forgive(&mut self, span: Duration) {
        if let Self::Waiting(since) = self {
            *since = *since + span;
        }
    }

    fn is_overdue(&self, now: Now, patience: Duration) -> bool {
        matches!(self, Self::Waiting(since) if now.at.since(*since) > patience)
    }
}

impl Integration {
    /// The nodes this one watches: those the overlay gives it, and outsiders it would watch if they were members.
    ///
    /// Outsiders come in by the word of the best-ranked node's view; who is not in that view keeps an eye on a few only,
    /// or many small clusters that meet would all watch each other.
    fn subjects(&self, picture: &Picture<'_>) -> BTreeSet<NodeName> {
        let roster = self.reports.roster();
        let (Some(_), Some(me)) = (&self.current, roster.number(&self.me.name)) else { return BTreeSet::new() };
        let name = |number: usize| roster.name(number).clone();
        let mut subjects: BTreeSet<NodeName> = self.overlay.watchers(me).map(name).collect();
        let leading = self.best(picture, 1).first().is_none_or(|&best| self.overlay.has(best));
        let would_watch = |number: &usize| {
            let left = self.reports.at(*number).is_some_and(|report| report.leaving);
            let outsider = !self.overlay.has(*number) && !picture.is_evicted(*number) && !left;
            outsider && self.overlay.would_be_watchers(roster, *number).contains(&me)
        };
        let mut outsiders: Vec<usize> = self.reports.numbers().filter(would_watch).collect();
        let near = outsiders.iter().filter(|&&number| !self.is_far(number)).count();
        let most = if leading { near.max(FAR) } else { WATCHED };
        if outsiders.len() > most {
            outsiders.sort_by_cached_key(|&number| (self.is_far(number), picture.rank(number)));
            outsiders.truncate(most);
        }
        subjects.extend(outsiders.into_iter().map(name));
        subjects
    }

    /// The other nodes that say they reach this one.
    fn claimants(&self) -> BTreeSet<NodeName> {
        let roster = self.reports.roster();
        let Some(me) = roster.number(&self.me.name) else { return BTreeSet::new() };
        let claims_me = |number: &usize| *number != me && self.reports.reaches(*number, me);
        self.reports.numbers().filter(claims_me).map(|number| roster.name(number).clone()).collect()
    }

    /// Whether the word of a node that says it reaches this one is wanted: it watches this node, or is in another view.
    /// Two members that merely have a link would otherwise go on naming each other for ever, because the other does.
    fn may_watch_me(&self, name: &NodeName) -> bool {
        let number = self.reports.roster().number(name);
        number.is_some_and(|number| !self.overlay.has(number)) || self.watches(name)
    }

    /// Whether this node and another watch each other as members of its view.
    pub(super) fn watches(&self, name: &NodeName) -> bool {
        let roster = self.reports.roster();
        let numbers = roster.number(&self.me.name).zip(roster.number(name));
        numbers.is_some_and(|(me, number)| self.overlay.watchers(me).any(|watcher| watcher == number))
    }

    /// Whether a node can be spoken to neither by way of others nor directly.
    fn is_far(&self, number: usize) -> bool {
        let name = self.reports.roster().name(number);
        self.unconnected.contains_key(name) && !self.peers.get(name).is_some_and(|peer| peer.up)
    }

    /// The best-ranked of the connected nodes that have reported, at most `most`: those that can be spoken to first.
    pub(super) fn best(&self, picture: &Picture<'_>, most: usize) -> Vec<usize> {
        let near = |number: &usize| !self.unconnected.contains_key(self.reports.roster().name(*number));
        let mut best: Vec<(Rank, usize)> = Vec::with_capacity(most + 1);
        for number in self.reports.numbers().filter(near) {
            let rank = picture.rank(number);
            if best.len() < most || best.last().is_some_and(|(last, _)| rank < *last) {
                best.insert(best.partition_point(|(other, _)| *other < rank), (rank, number));
                best.truncate(most);
            }
        }
        best.into_iter().map(|(_, number)| number).collect()
    }

    /// Brings this node's own report up to date.
    pub(super) fn refresh_report(&mut self, now: Now) {
        let report = self.own_report(now);
        let known = self.reports.get(&self.me.name);
        let number = known.map_or(0, |known| known.number);
        let quiet = known.is_some_and(|known| self.says_the_same(known, &report));
        if !quiet {
            let (me, before) = (self.me.name.clone(), known.cloned());
            self.reports.take(Arc::new(Report { number: number + 1, ..report }), None);
            self.note_silences(now, before.as_deref(), &me);
        }
    }

    /// Whether two reports of this node say the same, as far as others need to know. A new view alone is no news while
    /// its transition goes well: the controller tells of it when it is stable.
    fn says_the_same(&self, known: &Report, report: &Report) -> bool {
        let leads = self.current.as_ref().is_some_and(|view| view.id.controller == self.me.name);
        let same_view = known.view == report.view || !(leads && self.stable);
        let same_kind = known.view.is_some() == report.view.is_some();
        let blank = |report: &Report| Report { number: 0, view: None, since: None, ..report.clone() };
        same_view && same_kind && blank(known) == blank(report)
    }

    fn own_report(&self, now: Now) -> Report {
        let picture = self.picture();
        let subjects = self.subjects(&picture);
        let forming = self.current.is_none();
        // While some of those it watches have had no time to be reached, the links to the best-ranked of the map keep it
        // connected.
        let warm = if self.awaits_any(&subjects) { &self.order[..WARM.min(self.order.len())] } else { &[] };
        let claimed = self.claimants();
        // A link that nobody watched so far may be dead long since: it counts when it is watched and has answered.
        let said = self.reports.get(&self.me.name);
        let said = |name: &NodeName| said.is_some_and(|report| report.reached.binary_search(name).is_ok());
        let alive = |name: &NodeName, peer: &Peer| forming || !peer.stale && self.watched.contains(name);
        let good = |(name, peer): &(&NodeName, &Peer)| peer.trusted && (said(name) || alive(name, peer));
        let trusted = self.peers.iter().filter(good).map(|(name, _)| name);
        let counts = |name: &NodeName| claimed.contains(name) && self.may_watch_me(name);
        let reported = |name: &&NodeName| forming || subjects.contains(*name) || warm.contains(*name) || counts(name);
        let reached = trusted.filter(reported).cloned().collect();
        let suspects: BTreeSet<NodeName> = subjects.into_iter().chain(claimed).collect();
        let unreached = suspects
            .into_iter()
            .filter(|name| self.is_unreached(name))
            .map(|name| {
                let losses = self.peers.get(&name).map(|peer| peer.losses.clone()).unwrap_or_default();
                let held = self.is_held(now, &name);
                Unreached { name, losses, held }
            })
            .collect();
        let clustered = self.current.as_ref().filter(|view| view.members.len() > 1);
        Report {
            origin: self.me.clone(),
            number: 0,
            view: self.current.as_ref().map(|view| view.id.clone()),
            unsettled: matches!(self.stage, Stage::Settling(_))
                && self.current.is_some()
                && !(self.standing && self.stable),
            since: clustered.and_then(|view| view.member(&self.me.name)).map(|member| member.since),
            leaving: self.leaving,
            endpoints: self.endpoints.clone(),
            reached,
            unreached,
            unresponsive: self.unresponsive.keys().cloned().collect(),
            cluster: self.cluster.or(self.founding),
            suffrage: self.suffrage,
            profile: self.profile.clone(),
        }
    }

    /// Whether a peer that should be reached is not, and has had the time to be.
    fn is_unreached(&self, name: &NodeName) -> bool {
        !self.is_trusted(name) && self.marks.get(name) == Some(&Mark::Over)
    }

    /// Whether a peer can be spoken to again and counts before long, if all goes well.
    fn is_held(&self, now: Now, name: &NodeName) -> bool {
        self.counts_from(name).is_some_and(|at| at <= now.at + HELD)
    }

    /// From when on a peer that can be spoken to counts as reached, if that is known and all goes well.
    fn counts_from(&self, name: &NodeName) -> Option<Instant> {
        self.expected.get(name).copied().filter(|_| self.peers.get(name).is_some_and(|peer| peer.up))
    }

    fn is_trusted(&self, name: &NodeName) -> bool {
        self.peers.get(name).is_some_and(|peer| peer.trusted)
    }

    /// Whether some that are to be watched are not reached and have had no time to be.
    fn awaits_any(&self, subjects: &BTreeSet<NodeName>) -> bool {
        subjects.iter().any(|name| !self.is_trusted(name) && self.marks.get(name) != Some(&Mark::Over))
    }

    /// The best-ranked nodes, of the map and of all that can be reached.
    fn best_ranked(&self, picture: &Picture<'_>, most: usize) -> BTreeSet<NodeName> {
        let known = self.best(picture, most).into_iter().map(|number| self.reports.roster().name(number));
        known.chain(self.order.iter().take(most)).cloned().collect()
    }

    /// Gives every peer that is expected to be reached a time to start from, and ends the wait of those whose is over. For
    /// one that is held back for longer than that there is nothing to wait for: until this node says that it does not
    /// reach it, the word of the other alone would connect the two.
    pub(super) fn mark_the_unreached(&mut self, now: Now) {
        let mut expected = self.subjects(&self.picture());
        expected.extend(self.claimants());
        expected.remove(&self.me.name);
        self.marks.retain(|name, _| expected.contains(name));
        let patience = self.patience();
        for name in expected {
            if self.is_trusted(&name) {
                continue;
            }
            let held_back = self.counts_from(&name).is_some_and(|at| at > now.at + patience);
            let mark = self.marks.entry(name).or_insert(Mark::Waiting(now.at));
            if held_back || mark.is_overdue(now, patience) {
                *mark = Mark::Over;
            }
        }
    }

    /// Whether a peer has had the time to be reached and was not.
    pub(super) fn has_overdue_marks(&self, now: Now) -> bool {
        self.marks.values().any(|mark| mark.is_overdue(now, self.patience()))
    }

    /// How long a peer may take to be reached first.
    fn patience(&self) -> Duration {
        self.detect_timeout * 2
    }

    /// Says which links are needed: to whom this node watches, to the best-ranked, to outsiders that discovery found,
    /// and while it may lead, to all in the map.
    pub(super) fn want(&mut self, now: Now, out: Out<'_>) {
        let picture = self.picture();
        // Those it watches, and those that watch it.
        let mut subjects = self.subjects(&picture);
        subjects.extend(self.claimants().into_iter().filter(|name| self.may_watch_me(name)));
        let mut names = subjects.clone();
        // Links to those who may lead later are not made when everybody has most to do.
        names.extend(self.best_ranked(&picture, if self.current.is_none() { 1 } else { WARM }));
        names.extend(self.sought.iter().cloned());
        if self.leads_or_may() {
            names.extend(self.map.names().cloned());
        }
        names.remove(&self.me.name);
        names.retain(|name| !self.evictions.has(name));
        let busy = !matches!(self.stage, Stage::Idle);
        // What this node says it reaches must be noticed soon when it is not so any more.
        let me = self.reports.get(&self.me.name);
        let said = |name: &NodeName| me.is_some_and(|report| report.reached.binary_search(name).is_ok());
        let want = |name: NodeName| {
            let report = self.reports.get(&name)?;
            let prompt = busy || subjects.contains(&name) || said(&name);
            let (identity, endpoints) = (report.origin.clone(), report.endpoints.clone());
            let want = Want { identity, endpoints, relays: self.relays(&name), prompt };
            Some((name, want))
        };
        let links: BTreeMap<NodeName, Want> = names.into_iter().filter_map(want).collect();
        let watched = links.iter().filter(|(_, want)| want.prompt).map(|(name, _)| name.clone()).collect();
        let before = core::mem::replace(&mut self.watched, watched);
        if self.watched.difference(&before).any(|name| self.is_trusted(name)) {
            self.arm_batch(now, out);
        }
        out.push(Effect::Want { links });
    }

    /// For a node that is not trusted here: neighbours that say they reach it, or that it says it reaches.
    pub fn relays(&self, name: &NodeName) -> Vec<NodeName> {
        let Some(number) = self.reports.roster().number(name) else { return Vec::new() };
        if self.is_trusted(name) {
            return Vec::new();
        }
        let either_reaches = |(neighbour, _): &(&NodeName, &Peer)| {
            let neighbour = self.reports.roster().number(neighbour);
            let reaches = |from, to| self.reports.reaches(from, to);
            neighbour.is_some_and(|neighbour| reaches(neighbour, number) || reaches(number, neighbour))
        };
        let trusted = self.peers.iter().filter(|(_, peer)| peer.trusted);
        trusted.filter(either_reaches).map(|(name, _)| name.clone()).take(RELAYS).collect()
    }

    /// Whether this node leads a transition, or is the first choice for the next.
    fn leads_or_may(&self) -> bool {
        match &self.stage {
            Stage::Leading(_) => true,
            Stage::Settling(_) => self.candidate() == Some(&self.me.name),
            _ => false,
        }
    }
}
