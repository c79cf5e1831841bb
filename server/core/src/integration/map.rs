//! The proposed map: who should be in the next view. From the same reports every node computes the same.
//!
//! Nodes are *connected* when a path of reported links leads to them; a link that either end reports as lost is none.
//! The connected nodes are then sorted into groups. The best-ranked node's view is the basis: its overlay tells who
//! watches whom.
//!
//! - A member of the basis stays unless fewer than a third of its watchers reach it; only watchers that are connected
//!   and have come to a verdict count. So one bad pair is nothing, and a node that most cannot hear is out.
//! - A node that is not in the basis comes in when two thirds of those who would watch it reach it, and it reaches them;
//!   and when the group it would make holds together.
//!
//! Who is in that group is in its map. The others are sorted in the same way, with the best-ranked of them as the new
//! basis, until none is left. A node's map is the group it is in.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};
use core::cmp::Reverse;

use super::{Evictions, overlay::Overlay, rank::Rank, reports::Reports};
use crate::types::{Identity, NodeName, ViewId, ViewRecord};

/// Members of the proposed map, in order of their names.
pub type Map = BTreeMap<NodeName, Identity>;

/// What the map is computed from.
pub struct Picture<'a> {
    /// This node.
    pub me: &'a Identity,
    /// The reports of all nodes, its own included.
    pub reports: &'a Reports,
    /// The view this node installed last.
    pub current: Option<&'a Arc<ViewRecord>>,
    /// Views of other nodes.
    pub views: &'a BTreeMap<ViewId, Arc<ViewRecord>>,
    /// Who was evicted.
    pub evictions: &'a Evictions,
    /// The overlay of the current view.
    pub overlay: &'a Overlay,
}

impl Picture<'_> {
    /// The nodes that a path of reported links leads to, this one included.
    pub fn connected(&self) -> BTreeSet<NodeName> {
        let mut edges: BTreeMap<&NodeName, Vec<&NodeName>> = BTreeMap::new();
        for report in self.reports.iter() {
            let origin = &report.origin.name;
            for other in &report.reached {
                if self.reports.get(other).is_some() && !self.denied(other, origin) && !self.evictions.has(other) {
                    edges.entry(origin).or_default().push(other);
                    edges.entry(other).or_default().push(origin);
                }
            }
        }
        let mut seen = BTreeSet::from([self.me.name.clone()]);
        let mut open = Vec::from([&self.me.name]);
        while let Some(name) = open.pop() {
            for other in edges.get(name).into_iter().flatten() {
                if !self.evictions.has(other) && seen.insert((*other).clone()) {
                    open.push(other);
                }
            }
        }
        seen
    }

    /// The view a node is known to have installed last.
    fn view_of(&self, name: &NodeName) -> Option<&Arc<ViewRecord>> {
        let report = self.reports.get(name)?;
        let current = self.current.filter(|view| view.contains(&report.origin));
        match (current, &report.view) {
            (Some(current), Some(said)) if *said > current.id => self.views.get(said).or(Some(current)),
            (Some(current), _) => Some(current),
            (None, Some(said)) => self.views.get(said),
            (None, None) => None,
        }
    }

    /// The rank of a node that has reported.
    pub fn rank(&self, name: &NodeName) -> Rank {
        let Some(report) = self.reports.get(name) else { return Rank::unknown(name) };
        let member = self.current.filter(|view| view.members.len() > 1).and_then(|view| {
            let member = view.member(name)?;
            (member.identity == report.origin).then_some(member.since)
        });
        Rank::new(member.or(report.since), report.view.is_some(), name)
    }

    /// The map of this node.
    pub fn propose(&self, connected: &BTreeSet<NodeName>) -> Map {
        let mut left: BTreeSet<NodeName> = connected.clone();
        for report in connected.iter().filter_map(|name| self.reports.get(name)) {
            if report.leaving {
                left.remove(&report.origin.name);
            }
            for name in report.unresponsive.iter().filter(|name| **name != report.origin.name) {
                left.remove(name);
            }
        }
        let mut group = BTreeSet::from([self.me.name.clone()]);
        if left.contains(&self.me.name) {
            while let Some(best) = left.iter().min_by_key(|name| self.rank(name)).cloned() {
                let found = self.group(&best, &left);
                if found.contains(&self.me.name) {
                    group = found;
                    break;
                }
                left.retain(|name| !found.contains(name));
            }
        }
        let identity = |name: NodeName| {
            let identity = if name == self.me.name { self.me.clone() } else { self.reports.get(&name)?.origin.clone() };
            Some((name, identity))
        };
        group.into_iter().filter_map(identity).collect()
    }

    /// The group among `left` whose basis is the view of `best`; never empty.
    fn group(&self, best: &NodeName, left: &BTreeSet<NodeName>) -> BTreeSet<NodeName> {
        let basis = self.view_of(best);
        let is_current = matches!((basis, self.current), (Some(basis), Some(current)) if basis.id == current.id);
        let computed;
        let overlay = match basis {
            Some(_) if is_current => self.overlay,
            Some(basis) => {
                computed = Overlay::new(basis.members.iter().map(|member| member.identity.name.clone()));
                &computed
            }
            None => {
                computed = Overlay::new([best.clone()].into_iter());
                &computed
            }
        };
        let in_basis = |name: &NodeName| match (basis, self.reports.get(name)) {
            (Some(basis), Some(report)) => basis.contains(&report.origin),
            _ => name == best,
        };
        let belongs = |name: &&NodeName| {
            if in_basis(name) {
                let (reached, decided) = self.tally(name, overlay.watchers(name).iter(), left);
                reached * 3 >= decided
            } else {
                let watchers = overlay.would_be_watchers(name);
                let counted = watchers.iter().filter(|watcher| left.contains(*watcher));
                let both_ways = counted.clone().filter(|watcher| self.reach_each_other(name, watcher)).count();
                both_ways > 0 && both_ways * 3 >= counted.count() * 2
            }
        };
        let mut group: BTreeSet<NodeName> = left.iter().filter(belongs).cloned().collect();
        let newcomers: BTreeSet<NodeName> = group.iter().filter(|name| !in_basis(name)).cloned().collect();
        self.drop_misfits(&mut group, newcomers);
        if group.is_empty() { BTreeSet::from([best.clone()]) } else { group }
    }

    /// Newcomers must fit the group they would make, or the next map would tear apart what this one joins. Of those
    /// that would watch a newcomer then, and have a verdict, two thirds must reach it; and no member may fall below its
    /// third because of newcomers that do not reach it. The worst misfit stays out, and the rest is looked at again.
    fn drop_misfits(&self, group: &mut BTreeSet<NodeName>, mut newcomers: BTreeSet<NodeName>) {
        while !newcomers.is_empty() {
            let overlay = Overlay::new(group.iter().cloned());
            let tally = |name: &NodeName| self.tally(name, overlay.watchers(name).iter(), group);
            let in_danger = |name: &&NodeName| {
                let (reached, decided) = tally(name);
                !newcomers.contains(*name) && reached * 3 < decided
            };
            let endangered: Vec<&NodeName> = group.iter().filter(in_danger).collect();
            let endangers = |name: &NodeName| {
                endangered.iter().any(|member| overlay.watchers(member).contains(name) && self.denied(name, member))
            };
            let misfit = |name: &NodeName| {
                let (reached, decided) = tally(name);
                let misfit = reached * 3 < decided * 2 || endangers(name);
                misfit.then(|| (reached * 1000 / decided.max(1), Reverse(self.rank(name))))
            };
            let misfits = newcomers.iter().filter_map(|name| Some((misfit(name)?, name.clone())));
            let Some((_, worst)) = misfits.min() else { break };
            newcomers.remove(&worst);
            group.remove(&worst);
        }
    }

    /// Whether one of two nodes says that it does not reach the other.
    fn denied(&self, a: &NodeName, b: &NodeName) -> bool {
        let denies =
            |from: &NodeName, to: &NodeName| self.reports.get(from).is_some_and(|report| names_unreached(report, to));
        denies(a, b) || denies(b, a)
    }

    fn reach_each_other(&self, a: &NodeName, b: &NodeName) -> bool {
        let reaches = |from: &NodeName, to: &NodeName| {
            *from == *to || self.reports.get(from).is_some_and(|report| report.reached.binary_search(to).is_ok())
        };
        reaches(a, b) && reaches(b, a)
    }

    /// How many of the connected watchers reach a node, and how many have come to a verdict.
    fn tally<'n>(
        &self,
        name: &NodeName,
        watchers: impl Iterator<Item = &'n NodeName>,
        left: &BTreeSet<NodeName>,
    ) -> (usize, usize) {
        let (mut reached, mut decided) = (0, 0);
        for report in watchers.filter(|watcher| left.contains(*watcher)).filter_map(|name| self.reports.get(name)) {
            let denied = self.denied(&report.origin.name, name);
            let reaches = !denied && report.reached.binary_search(name).is_ok();
            reached += usize::from(reaches);
            decided += usize::from(reaches || denied);
        }
        (reached, decided)
    }
}

fn names_unreached(report: &crate::wire::Report, name: &NodeName) -> bool {
    report.unreached.binary_search_by(|unreached| unreached.name.cmp(name)).is_ok()
}
