//! The reports of all nodes: the newest of each, and which are still to be passed on.

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

use crate::{
    types::{Boot, Instant, NodeName},
    wire::Report,
};

/// Most reports in one message.
pub const CHUNK: usize = 256;

/// What became of a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Taken {
    /// It is new.
    News,
    /// It, or a newer one of the same node, was known.
    Old,
    /// Too many nodes are known.
    Full,
}

/// The newest report of each node.
#[derive(Clone, Debug)]
pub struct Reports {
    newest: BTreeMap<NodeName, Arc<Report>>,
    /// To be passed on, each with the neighbour it came from.
    fresh: BTreeMap<NodeName, Option<NodeName>>,
    /// Of nodes that were forgotten: so that an echo of an old report does not bring them back.
    forgotten: BTreeMap<NodeName, (Boot, u64, Instant)>,
    limit: usize,
    version: u64,
}

impl Reports {
    /// No reports, and at most `limit`.
    pub fn new(limit: usize) -> Self {
        Self { newest: BTreeMap::new(), fresh: BTreeMap::new(), forgotten: BTreeMap::new(), limit, version: 0 }
    }

    /// Takes in a report that came from a neighbour, or from this node itself.
    pub fn take(&mut self, report: Arc<Report>, from: Option<&NodeName>) -> Taken {
        let name = report.origin.name.clone();
        let stamp = (report.origin.boot, report.number);
        let known = match (self.newest.get(&name), self.forgotten.get(&name)) {
            (Some(known), _) => Some((known.origin.boot, known.number)),
            (None, forgotten) => forgotten.map(|(boot, number, _)| (*boot, *number)),
        };
        if known.is_some_and(|known| stamp <= known) {
            return Taken::Old;
        }
        if !self.newest.contains_key(&name) && self.newest.len() >= self.limit {
            return Taken::Full;
        }
        self.version += 1;
        self.forgotten.remove(&name);
        self.newest.insert(name.clone(), report);
        self.fresh.insert(name, from.cloned());
        Taken::News
    }

    /// The newest report of a node.
    pub fn get(&self, name: &NodeName) -> Option<&Arc<Report>> {
        self.newest.get(name)
    }

    /// All newest reports.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<Report>> {
        self.newest.values()
    }

    /// All newest reports, in messages of bounded size: what a new neighbour is told.
    pub fn chunks(&self) -> Vec<Vec<Arc<Report>>> {
        let all: Vec<_> = self.newest.values().cloned().collect();
        all.chunks(CHUNK).map(<[_]>::to_vec).collect()
    }

    /// Takes what is to be passed on, each with the neighbour it came from.
    pub fn drain_fresh(&mut self) -> Vec<(Arc<Report>, Option<NodeName>)> {
        let fresh = core::mem::take(&mut self.fresh);
        fresh.into_iter().filter_map(|(name, from)| Some((self.newest.get(&name)?.clone(), from))).collect()
    }

    /// Forgets a node.
    pub fn forget(&mut self, now: Instant, name: &NodeName) {
        if let Some(report) = self.newest.remove(name) {
            self.version += 1;
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
        self.newest.len()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, sync::Arc, vec};

    use super::{Reports, Taken};
    use crate::{
        types::{Boot, Identity, Instant, NodeId, NodeName},
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
        })
    }

    #[test]
    fn only_news_is_taken_and_passed_on() {
        let mut reports = Reports::new(8);
        assert_eq!(reports.take(report("a", 1, 5), None), Taken::News);
        assert_eq!(reports.take(report("a", 1, 5), None), Taken::Old);
        assert_eq!(reports.take(report("a", 1, 4), None), Taken::Old);
        assert_eq!(reports.take(report("a", 2, 1), None), Taken::News, "a new boot counts anew");
        assert_eq!(reports.drain_fresh().len(), 1);
        assert!(reports.drain_fresh().is_empty());
    }

    #[test]
    fn an_echo_does_not_bring_back_who_was_forgotten() {
        let mut reports = Reports::new(8);
        reports.take(report("a", 1, 5), None);
        reports.forget(Instant::ZERO, &NodeName::new("a").unwrap());
        assert_eq!(reports.take(report("a", 1, 5), None), Taken::Old);
        assert_eq!(reports.take(report("a", 1, 6), None), Taken::News);
    }

    #[test]
    fn l1_no_more_nodes_than_allowed() {
        let mut reports = Reports::new(8);
        let taken = (0..20).filter(|i| reports.take(report(&format!("n{i}"), 1, 1), None) == Taken::News).count();
        assert_eq!(taken, 8);
    }
}
