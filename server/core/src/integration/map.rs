//! The proposed map: who should be in the next view. From the same reports every node computes the same.
//!
//! Nodes are *connected* when a path of reported links leads to them; a link that either end reports as lost is none.
//! The connected nodes are then sorted into groups. The best-ranked node's view is the basis: its overlay tells who
//! watches whom.
//!
//! - A member of the basis stays unless fewer than a third of its watchers reach it; only watchers that are connected
//!   and have come to a verdict count. So one bad pair is nothing, and a node that most cannot hear is out.
//! - A member that went on to a view without that node is out: it is not in the basis any more.
//! - A node that is not in the basis comes in when two thirds of those who would watch it reach it, and it reaches them;
//!   and when the group it would make holds together.
//! - Nodes that stand together in another view come in together, once two thirds of all paths between them and those who
//!   would watch them are good. While as many may become good before long, all of them wait: what is whole is not torn
//!   apart because one of its members is heard of first.
//!
//! Who is in that group is in its map. The others are sorted in the same way, with the best-ranked of them as the new
//! basis, until none is left. A node's map is the group it is in.

use alloc::{collections::BTreeMap, sync::Arc, vec, vec::Vec};
use core::cmp::Reverse;

use super::{
    Evictions,
    overlay::Overlay,
    rank::Rank,
    reports::Reports,
    roster::{Lists, Roster, Set},
};
use crate::types::{Identity, Incarnation, NodeName, ViewId, ViewRecord};

/// Members of the proposed map, in order of their names.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Map {
    members: Vec<Identity>,
}

impl Map {
    /// The member of that name.
    pub fn get(&self, name: &NodeName) -> Option<&Identity> {
        let at = self.members.binary_search_by(|identity| identity.name.cmp(name)).ok()?;
        self.members.get(at)
    }

    /// Whether there is a member of that name.
    pub fn has(&self, name: &NodeName) -> bool {
        self.get(name).is_some()
    }

    /// The members.
    pub fn iter(&self) -> impl Iterator<Item = &Identity> {
        self.members.iter()
    }

    /// Their names.
    pub fn names(&self) -> impl Iterator<Item = &NodeName> {
        self.members.iter().map(|identity| &identity.name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.members.len()
    }
}

/// How a node that is not in the basis fares.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Entry {
    /// It comes in.
    Comes,
    /// It may come in before long, with all it stands together with.
    Waits,
    /// It does not; of a block, each is looked at alone.
    Alone,
}

/// Paths between nodes and those who would watch them.
#[derive(Clone, Copy, Default, Debug)]
struct Paths {
    all: usize,
    /// Good in both directions.
    good: usize,
    /// Not good, but nobody denies for good that they will be.
    pending: usize,
}

impl Paths {
    fn entry(self) -> Entry {
        let most = |count: usize| count > 0 && count * 3 >= self.all * 2;
        match self {
            Self { good, .. } if most(good) => Entry::Comes,
            Self { good, pending, .. } if most(good + pending) => Entry::Waits,
            _ => Entry::Alone,
        }
    }
}

/// What the map is computed from.
pub struct Picture<'a> {
    /// This node.
    me: &'a Identity,
    /// The reports of all nodes, its own included.
    reports: &'a Reports,
    /// The view this node installed last.
    current: Option<&'a Arc<ViewRecord>>,
    /// Views of other nodes.
    views: &'a BTreeMap<ViewId, Arc<ViewRecord>>,
    /// Those of them that their controllers tell of: all their members have installed them.
    led: Vec<&'a Arc<ViewRecord>>,
    /// The overlay of the current view.
    overlay: &'a Overlay,
    /// Who was evicted.
    evicted: Set,
    /// Since when each node is in this node's cluster with the boot that it reports; `None` when it is not.
    since: Vec<Option<Incarnation>>,
}

impl<'a> Picture<'a> {
    /// Takes together what is known.
    pub fn new(
        me: &'a Identity,
        reports: &'a Reports,
        current: Option<&'a Arc<ViewRecord>>,
        views: &'a BTreeMap<ViewId, Arc<ViewRecord>>,
        evictions: &Evictions,
        overlay: &'a Overlay,
    ) -> Self {
        let roster = reports.roster();
        let mut evicted = vec![false; roster.len()];
        for number in evictions.names().iter().filter_map(|name| roster.number(name)) {
            evicted[number] = true;
        }
        let mut since = vec![None; roster.len()];
        if let Some(view) = current.filter(|view| view.members.len() > 1) {
            for (member, number) in view.members.iter().zip(overlay.numbers()) {
                let report = reports.at(*number as usize).filter(|report| report.origin == member.identity);
                // Who has gone on to a later view says itself since when it is in its cluster.
                let still = report.filter(|report| report.view.as_ref().is_none_or(|said| *said <= view.id));
                since[*number as usize] = still.map(|_| member.since);
            }
        }
        let controller = |view: &&Arc<ViewRecord>| {
            let report = reports.get(&view.id.controller);
            report.is_some_and(|report| report.view.as_ref() == Some(&view.id))
        };
        let led = views.values().filter(controller).collect();
        Self { me, reports, current, views, led, overlay, evicted, since }
    }

    fn roster(&self) -> &'a Roster {
        self.reports.roster()
    }

    /// Whether a node was evicted.
    pub fn is_evicted(&self, number: usize) -> bool {
        self.evicted[number]
    }

    /// The nodes that a path of reported links leads to, this one included; between members also of links nobody has
    /// come to a verdict on, as after a change of who watches whom.
    pub fn connected(&self) -> Set {
        let mut neighbours = self.undecided();
        for origin in self.reports.numbers() {
            for other in self.reports.reached(origin) {
                let reported = self.reports.at(other).is_some();
                if reported && !self.evicted[other] && !self.reports.denied(other, origin) {
                    neighbours.push((origin as u32, other as u32));
                    neighbours.push((other as u32, origin as u32));
                }
            }
        }
        let neighbours = Lists::collect(self.roster().len(), &neighbours);
        let mut seen = vec![false; self.roster().len()];
        let Some(me) = self.roster().number(&self.me.name) else { return seen };
        seen[me] = true;
        let mut open = vec![me];
        while let Some(number) = open.pop() {
            for other in neighbours.get(number).iter().map(|&other| other as usize) {
                if !self.evicted[other] && !core::mem::replace(&mut seen[other], true) {
                    open.push(other);
                }
            }
        }
        seen
    }

    /// The members of this node's view that watch each other while neither denies for good that it reaches the other.
    fn undecided(&self) -> Vec<(u32, u32)> {
        let stands = self.standing(self.current, self.overlay);
        let is_open = |a: usize, b: usize| stands[a] && stands[b] && self.reports.pending(a, b);
        let open =
            |a: usize| self.overlay.watchers(a).filter(move |&b| is_open(a, b)).map(move |b| (a as u32, b as u32));
        members(&stands).flat_map(open).collect()
    }

    /// The members of a view, whose overlay this is, that have reported with the boot that is in it.
    fn standing(&self, view: Option<&Arc<ViewRecord>>, overlay: &Overlay) -> Set {
        let mut standing = vec![false; self.roster().len()];
        for (member, &number) in view.iter().flat_map(|view| &view.members).zip(overlay.numbers()) {
            let report = self.reports.at(number as usize);
            standing[number as usize] = report.is_some_and(|report| report.origin == member.identity);
        }
        standing
    }

    /// The view a node is known to have installed last: the one it tells of, or a later one that its controller does,
    /// or this node.
    fn view_of(&self, number: usize) -> Option<&Arc<ViewRecord>> {
        let report = self.reports.at(number)?;
        let has = |view: &&Arc<ViewRecord>| view.contains(&report.origin);
        let said = report.view.as_ref().and_then(|said| self.views.get(said));
        let led = self.led.iter().copied().filter(has).max_by(|a, b| a.id.cmp(&b.id));
        let known = said.into_iter().chain(self.current.filter(has)).chain(led);
        known.max_by(|a, b| a.id.cmp(&b.id))
    }

    /// The rank of a node.
    pub fn rank(&self, number: usize) -> Rank {
        let ordinal = self.roster().ordinal(number);
        match self.reports.at(number) {
            Some(report) => {
                let since = self.since[number].or(report.since);
                Rank::new(since, report.view.is_some(), report.suffrage, ordinal)
            }
            None => Rank::unknown(ordinal),
        }
    }

    /// The map of this node, and its members' names in order of their rank.
    pub fn propose(&self, connected: &Set) -> (Map, Vec<NodeName>) {
        let mut group = self.own_group(connected);
        if let Some(me) = self.roster().number(&self.me.name) {
            group[me] = true;
        }
        let members: Vec<usize> = self.roster().sorted().filter(|&number| group[number]).collect();
        let identity = |&number: &usize| {
            let known = self.reports.at(number).filter(|report| report.origin.name != self.me.name);
            known.map_or_else(|| self.me.clone(), |report| report.origin.clone())
        };
        let map = Map { members: members.iter().map(identity).collect() };
        let mut order = members;
        order.sort_by_cached_key(|&number| self.rank(number));
        (map, order.into_iter().map(|number| self.roster().name(number).clone()).collect())
    }

    /// The group this node is in; empty when it is in none.
    fn own_group(&self, connected: &Set) -> Set {
        let nobody = vec![false; self.roster().len()];
        let mut left = connected.clone();
        for number in members(connected).filter(|&number| self.reports.at(number).is_some()) {
            if self.reports.at(number).is_some_and(|report| report.leaving) {
                left[number] = false;
            }
            for other in self.reports.unresponsive(number) {
                left[other] = false;
            }
        }
        let Some(me) = self.roster().number(&self.me.name).filter(|&me| left[me]) else { return nobody };
        while let Some(best) = members(&left).min_by_key(|&number| self.rank(number)) {
            let found = self.group(best, &left);
            if found[me] {
                return found;
            }
            for number in members(&found) {
                left[number] = false;
            }
        }
        nobody
    }

    /// The group among `left` whose basis is the view of `best`; never empty.
    fn group(&self, best: usize, left: &Set) -> Set {
        let basis = self.view_of(best);
        let is_current = matches!((basis, self.current), (Some(basis), Some(current)) if basis.id == current.id);
        let computed;
        let overlay = match basis {
            Some(_) if is_current => self.overlay,
            Some(basis) => {
                computed = Overlay::of_view(self.roster(), basis);
                &computed
            }
            None => {
                computed = Overlay::new(self.roster(), vec![best as u32]);
                &computed
            }
        };
        let mut in_basis = self.standing(basis, overlay);
        match basis {
            Some(basis) => self.drop_those_gone(&mut in_basis, basis, best),
            None => in_basis[best] = true,
        }
        let blocks = self.blocks(&in_basis, overlay, left);
        let belongs = |number: usize| {
            if in_basis[number] {
                return self.stays(number, overlay, left);
            }
            blocks.get(&number).copied().unwrap_or_else(|| self.paths([number].iter(), overlay, left).entry())
                == Entry::Comes
        };
        let mut group: Set = left.iter().enumerate().map(|(number, &left)| left && belongs(number)).collect();
        let newcomers = members(&group).filter(|&number| !in_basis[number]).collect();
        self.drop_misfits(&mut group, newcomers, &blocks);
        if !group.contains(&true) {
            group[best] = true;
        }
        group
    }

    /// Who has gone on from the basis to a later view, without the one whose view the basis is, is out: it comes in as any
    /// other node does. Otherwise a node that was cut off just long enough to give the others up would be taken back at
    /// once, to go again with the next outage.
    fn drop_those_gone(&self, in_basis: &mut Set, basis: &ViewRecord, best: usize) {
        let Some(best) = self.reports.at(best).map(|report| &report.origin) else { return };
        let is_gone = |view: &Arc<ViewRecord>| view.id > basis.id && !view.contains(best);
        for (number, within) in in_basis.iter_mut().enumerate().filter(|(_, within)| **within) {
            *within = !self.view_of(number).is_some_and(is_gone);
        }
    }

    /// Whether a member stays: at least a third of its watchers reach it. One that answers and is only held back for now
    /// is no reason to go: who has just come in may have watchers that remember an outage.
    fn stays(&self, number: usize, overlay: &Overlay, left: &Set) -> bool {
        let sure = |watcher: &usize| !self.is_held(*watcher, number);
        let (reached, decided) = self.tally(number, overlay.watchers(number).filter(sure), left);
        reached * 3 >= decided
    }

    /// What becomes of those who stand together in another view, each by its number. Who is not listed is looked at alone.
    fn blocks(&self, in_basis: &Set, overlay: &Overlay, left: &Set) -> BTreeMap<usize, Entry> {
        let mut views: BTreeMap<&ViewId, (&Arc<ViewRecord>, Vec<usize>)> = BTreeMap::new();
        for number in members(left).filter(|&number| !in_basis[number]) {
            let Some((view, report)) = self.view_of(number).zip(self.reports.at(number)) else { continue };
            if view.members.len() > 1 && view.contains(&report.origin) {
                views.entry(&view.id).or_insert((view, Vec::new())).1.push(number);
            }
        }
        let mut blocks = BTreeMap::new();
        for (view, mut block) in views.into_values().filter(|(_, block)| block.len() > 1) {
            let own = Overlay::of_view(self.roster(), view);
            block.retain(|&number| self.stays(number, &own, left));
            let paths = self.paths(block.iter(), overlay, left);
            if block.len() > 1 && paths.entry() != Entry::Alone {
                blocks.extend(block.into_iter().map(|number| (number, paths.entry())));
            }
        }
        blocks
    }

    /// The paths between nodes and those who would watch them.
    fn paths<'n>(&self, nodes: impl Iterator<Item = &'n usize>, overlay: &Overlay, left: &Set) -> Paths {
        let mut paths = Paths::default();
        for &number in nodes {
            let watchers = overlay.would_be_watchers(self.roster(), number);
            for watcher in watchers.into_iter().filter(|&watcher| left[watcher]) {
                let good = self.reach_each_other(number, watcher);
                paths.all += 1;
                paths.good += usize::from(good);
                paths.pending += usize::from(!good && self.reports.pending(number, watcher));
            }
        }
        paths
    }

    /// Newcomers must fit the group they would make, or the next map would tear apart what this one joins. Of those
    /// that would watch a newcomer then, and have a verdict, two thirds must reach it, a third of one that comes with its
    /// block; and no member may fall below its third because of newcomers that do not reach it. The worst misfit stays
    /// out, with its block if it is merely held back, and the rest is looked at again.
    fn drop_misfits(&self, group: &mut Set, mut newcomers: Vec<usize>, blocks: &BTreeMap<usize, Entry>) {
        while !newcomers.is_empty() {
            let overlay = Overlay::new(self.roster(), members(group).map(|number| number as u32).collect());
            let tally = |number: usize| self.tally(number, overlay.watchers(number), group);
            let in_danger = |&number: &usize| {
                let (reached, decided) = tally(number);
                reached * 3 < decided && !newcomers.contains(&number)
            };
            let endangered: Vec<usize> = members(group).filter(in_danger).collect();
            let endangers = |number: usize| {
                let by = |&member: &usize| overlay.watchers(member).any(|watcher| watcher == number);
                endangered.iter().any(|member| by(member) && self.reports.denied(number, *member))
            };
            let misfit = |&number: &usize| {
                let (reached, decided) = tally(number);
                let needed = if blocks.contains_key(&number) { decided } else { decided * 2 };
                let misfit = reached * 3 < needed || endangers(number);
                misfit.then(|| (reached * 1000 / decided.max(1), Reverse(self.rank(number)), number))
            };
            let Some((.., worst)) = newcomers.iter().filter_map(misfit).min() else { break };
            let held_back = overlay.watchers(worst).all(|watcher| self.reports.pending(worst, watcher));
            let waits = held_back && blocks.contains_key(&worst);
            let view = |number: usize| self.view_of(number).map(|view| &view.id);
            let is_out = |number: usize| number == worst || waits && view(number) == view(worst);
            newcomers.iter().filter(|&&number| is_out(number)).for_each(|&number| group[number] = false);
            newcomers.retain(|&number| group[number]);
        }
    }

    /// Whether two nodes do not reach each other only because one is still held back by the other.
    fn is_held(&self, a: usize, b: usize) -> bool {
        self.reports.denied(a, b) && self.reports.pending(a, b)
    }

    fn reach_each_other(&self, a: usize, b: usize) -> bool {
        a == b || (self.reports.reaches(a, b) && self.reports.reaches(b, a))
    }

    /// How many of the connected watchers reach a node, and how many have come to a verdict.
    fn tally(&self, number: usize, watchers: impl Iterator<Item = usize>, left: &Set) -> (usize, usize) {
        let (mut reached, mut decided) = (0, 0);
        for watcher in watchers.filter(|&watcher| left[watcher]) {
            let denied = self.reports.denied(watcher, number);
            let reaches = !denied && self.reports.reaches(watcher, number);
            reached += usize::from(reaches);
            decided += usize::from(reaches || denied);
        }
        (reached, decided)
    }
}

/// The numbers in a set.
pub fn members(set: &Set) -> impl Iterator<Item = usize> {
    set.iter().enumerate().filter(|(_, within)| **within).map(|(number, _)| number)
}
