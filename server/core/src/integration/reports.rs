//! The reports of all nodes: the newest of each, and which are still to be passed on.

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};
use core::hash::{Hash, Hasher};

use super::roster::Roster;
use crate::{
    types::{Boot, Instant, NodeName},
    wire::{Report, Stamp},
};

/// Most reports in one message.
pub const CHUNK: usize = 256;

/// What became of a report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It is new.
    News {
        /// What was known of the same node before.
        before: Option<Arc<Report>>,
    },
    /// It, or a newer one of the same node, was known.
    Old,
    /// Too many nodes are known.
    Full,
}

/// The newest report of each node, by its number.
#[derive(Clone, Debug)]
pub struct Reports {
    roster: Roster,
    newest: Vec<Entry>,
    count: usize,
    /// To be passed on, each with the neighbours it came from.
    fresh: BTreeMap<NodeName, Vec<NodeName>>,
    /// Of nodes that were forgotten: so that none of their older reports is taken for news.
    forgotten: BTreeMap<NodeName, (Boot, u64, Instant)>,
    limit: usize,
    version: u64,
}

/// What is known of a node that was spoken of: the report it gave, if any, and the nodes in it as numbers.
#[derive(Clone, Debug, Default)]
struct Entry {
    report: Option<Arc<Report>>,
    reached: Vec<u32>,
    unreached: Vec<u32>,
    /// Those of the unreached that will count again before long.
    held: Vec<u32>,
    unresponsive: Vec<u32>,
}

/// What is known and what is still to be passed on; not the numbers, which are in the order of meeting, nor the version.
impl Hash for Reports {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self { roster: _, newest: _, count, fresh, forgotten, limit: _, version: _ } = self;
        (count, fresh, forgotten).hash(state);
        self.iter().for_each(|report| report.hash(state));
    }
}

impl Reports {
    /// No reports, and at most `limit`.
    pub fn new(limit: usize) -> Self {
        Self {
            roster: Roster::default(),
            newest: Vec::new(),
            count: 0,
            fresh: BTreeMap::new(),
            forgotten: BTreeMap::new(),
            limit,
            version: 0,
        }
    }

    /// Takes in a report that came from a neighbour, or from this node itself.
    pub fn take(&mut self, report: Arc<Report>, from: Option<&NodeName>) -> Taken {
        let name = &report.origin.name;
        let stamp = (report.origin.boot, report.number);
        let before = self.get(name);
        let known = before.map(|known| (known.origin.boot, known.number));
        // The last report of one who was forgotten may still be its newest, and it is back.
        let outdated = self.forgotten.get(name).is_some_and(|(boot, number, _)| stamp < (*boot, *number));
        if known.is_some_and(|known| stamp <= known) || before.is_none() && outdated {
            if let (true, Some(from)) = (known == Some(stamp), from)
                && let Some(senders) = self.fresh.get_mut(name)
            {
                senders.push(from.clone());
            }
            return Taken::Old;
        }
        let before = before.cloned();
        if before.is_none() {
            if self.count >= self.limit {
                return Taken::Full;
            }
            self.count += 1;
        }
        self.version += 1;
        self.forgotten.remove(name);
        self.fresh.insert(name.clone(), from.into_iter().cloned().collect());
        self.set(report);
        Taken::News { before }
    }

    fn set(&mut self, report: Arc<Report>) {
        let number = self.enter(&report.origin.name);
        let reached = report.reached.iter().filter_map(|name| self.mention(name)).collect();
        let unreached = report.unreached.iter().filter_map(|unreached| self.mention(&unreached.name)).collect();
        let held = report.unreached.iter().filter(|unreached| unreached.held);
        let held = held.filter_map(|unreached| self.mention(&unreached.name)).collect();
        let unresponsive = report.unresponsive.iter().filter_map(|name| self.mention(name)).collect();
        self.newest[number] = Entry { report: Some(report), reached, unreached, held, unresponsive };
    }

    /// The number of a node, given now if it had none.
    pub fn enter(&mut self, name: &NodeName) -> usize {
        let number = self.roster.enter(name);
        if number == self.newest.len() {
            self.newest.push(Entry::default());
        }
        number
    }

    /// The same for a node that another one speaks of; there is room for a few of these for each that may report (L1).
    fn mention(&mut self, name: &NodeName) -> Option<u32> {
        let known = self.roster.number(name);
        let number = known.or_else(|| (self.roster.len() < self.limit * 4).then(|| self.enter(name)))?;
        Some(number as u32)
    }

    /// The numbers of the nodes that were spoken of.
    pub fn roster(&self) -> &Roster {
        &self.roster
    }

    /// Gives numbers anew, to those that have reported and those they speak of: the numbers of others are free again.
    pub fn renumber(&mut self) {
        self.roster = Roster::default();
        let newest = core::mem::take(&mut self.newest);
        for report in newest.into_iter().filter_map(|entry| entry.report) {
            self.set(report);
        }
    }

    /// The newest report of a node.
    pub fn get(&self, name: &NodeName) -> Option<&Arc<Report>> {
        self.at(self.roster.number(name)?)
    }

    /// The newest report of the node with this number.
    pub fn at(&self, number: usize) -> Option<&Arc<Report>> {
        self.newest[number].report.as_ref()
    }

    /// All newest reports, in order of the names.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Report>> {
        self.roster.sorted().filter_map(|number| self.at(number))
    }

    /// The numbers of all that have reported, in order of the names.
    pub fn numbers(&self) -> impl Iterator<Item = usize> {
        self.roster.sorted().filter(|&number| self.at(number).is_some())
    }

    /// Whom a node reaches.
    pub fn reached(&self, number: usize) -> impl Iterator<Item = usize> {
        self.newest[number].reached.iter().map(|&other| other as usize)
    }

    /// Whom a node says did not answer a transition.
    pub fn unresponsive(&self, number: usize) -> impl Iterator<Item = usize> {
        self.newest[number].unresponsive.iter().map(|&other| other as usize)
    }

    /// Whether a node says that it reaches another.
    pub fn reaches(&self, from: usize, to: usize) -> bool {
        self.newest[from].reached.contains(&(to as u32))
    }

    /// Whether one of two nodes says that it does not reach the other.
    pub fn denied(&self, a: usize, b: usize) -> bool {
        self.newest[a].unreached.contains(&(b as u32)) || self.newest[b].unreached.contains(&(a as u32))
    }

    /// Whether two nodes that do not reach each other may do so before long: nobody denies it for good.
    pub fn pending(&self, a: usize, b: usize) -> bool {
        let denies = |from: usize, to: usize| {
            let (entry, to) = (&self.newest[from], to as u32);
            entry.unreached.contains(&to) && !entry.held.contains(&to)
        };
        !denies(a, b) && !denies(b, a)
    }

    /// What is known, without its content.
    pub fn stamps(&self) -> Vec<Stamp> {
        self.iter().map(|report| stamp(report)).collect()
    }

    /// The reports that one who knows these has not, or has older ones of.
    pub fn newer_than(&self, stamps: &[Stamp]) -> Vec<Arc<Report>> {
        let known: BTreeMap<&NodeName, (u64, u64)> =
            stamps.iter().map(|stamp| (&stamp.origin, (stamp.boot, stamp.number))).collect();
        let lacks = |report: &&Arc<Report>| {
            known.get(&report.origin.name).is_none_or(|known| *known < (report.origin.boot.count, report.number))
        };
        self.iter().filter(lacks).cloned().collect()
    }

    /// Takes what is to be passed on, each with the neighbours it came from.
    pub fn drain_fresh(&mut self) -> Vec<(Arc<Report>, Vec<NodeName>)> {
        let fresh = core::mem::take(&mut self.fresh);
        fresh.into_iter().filter_map(|(name, from)| Some((self.get(&name)?.clone(), from))).collect()
    }

    /// Forgets a node.
    pub fn forget(&mut self, now: Instant, name: &NodeName) {
        let Some(number) = self.roster.number(name) else { return };
        if let Some(report) = core::mem::take(&mut self.newest[number]).report {
            self.version += 1;
            self.count -= 1;
            self.fresh.remove(name);
            self.forgotten.insert(name.clone(), (report.origin.boot, report.number, now));
            if self.forgotten.len() > self.limit
                && let Some(oldest) =
                    self.forgotten.iter().min_by_key(|(_, entry)| entry.2).map(|(name, _)| name.clone())
            {
                self.forgotten.remove(&oldest);
            }
        }
    }

    /// Rises with every change.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// How many nodes have reported.
    pub fn len(&self) -> usize {
        self.count
    }
}

fn stamp(report: &Report) -> Stamp {
    Stamp { origin: report.origin.name.clone(), boot: report.origin.boot.count, number: report.number }
}

#[cfg(test)]
mod tests {
    use alloc::{format, sync::Arc, vec};

    use super::{Reports, Taken};
    use crate::{
        types::{Boot, Identity, Instant, NodeId, NodeName, Suffrage},
        wire::Report,
    };

    fn report(name: &str, boot: u64, number: u64) -> Arc<Report> {
        let boot = Boot { count: boot, id: [0; 16] };
        Arc::new(Report {
            origin: Identity { name: NodeName::new(name).unwrap(), id: NodeId::default(), boot },
            number,
            view: None,
            unsettled: false,
            since: None,
            leaving: false,
            endpoints: vec![],
            reached: vec![],
            unreached: vec![],
            unresponsive: vec![],
            cluster: None,
            suffrage: Suffrage::default(),
            profile: Arc::default(),
        })
    }

    #[test]
    fn only_news_is_taken_and_passed_on() {
        let mut reports = Reports::new(8);
        assert_eq!(reports.take(report("a", 1, 5), None), Taken::News { before: None });
        assert_eq!(reports.take(report("a", 1, 5), None), Taken::Old);
        assert_eq!(reports.take(report("a", 1, 4), None), Taken::Old);
        let taken = reports.take(report("a", 2, 1), None);
        assert_eq!(taken, Taken::News { before: Some(report("a", 1, 5)) }, "a new boot counts anew");
        assert_eq!(reports.drain_fresh().len(), 1);
        assert!(reports.drain_fresh().is_empty());
    }

    #[test]
    fn who_tells_what_it_knows_is_sent_what_it_lacks() {
        let (mut one, mut other) = (Reports::new(8), Reports::new(8));
        for report in [report("a", 1, 5), report("b", 2, 1), report("c", 1, 1)] {
            one.take(report, None);
        }
        for report in [report("a", 1, 5), report("b", 1, 9), report("d", 1, 1)] {
            other.take(report, None);
        }
        let names = |reports: vec::Vec<Arc<Report>>| -> vec::Vec<_> {
            reports.iter().map(|report| format!("{:?} {}", report.origin, report.number)).collect()
        };
        assert_eq!(names(one.newer_than(&other.stamps())), ["b#2 1", "c#1 1"]);
        assert_eq!(names(other.newer_than(&one.stamps())), ["d#1 1"]);
    }

    #[test]
    fn what_came_from_several_neighbours_goes_back_to_none_of_them() {
        let mut reports = Reports::new(8);
        let name = |text| NodeName::new(text).unwrap();
        reports.take(report("a", 1, 5), Some(&name("b")));
        reports.take(report("a", 1, 5), Some(&name("c")));
        reports.take(report("a", 1, 4), Some(&name("d")));
        assert_eq!(reports.drain_fresh()[0].1, [name("b"), name("c")]);
    }

    #[test]
    fn who_was_forgotten_comes_back_with_its_last_report_or_a_newer_one() {
        let mut reports = Reports::new(8);
        reports.take(report("a", 1, 5), None);
        reports.forget(Instant::ZERO, &NodeName::new("a").unwrap());
        assert_eq!(reports.take(report("a", 1, 4), None), Taken::Old);
        assert_eq!(reports.take(report("a", 1, 5), None), Taken::News { before: None });
        assert_eq!(reports.take(report("a", 1, 5), None), Taken::Old);
    }

    #[test]
    fn l1_no_more_nodes_than_allowed() {
        let mut reports = Reports::new(8);
        let taken = (0..20).filter(|i| reports.take(report(&format!("n{i}"), 1, 1), None) != Taken::Full).count();
        assert_eq!(taken, 8);
    }
}
