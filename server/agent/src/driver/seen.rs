//! What a reader of the event stream has seen (E1).
//!
//! Views form a graph, so a point in it is not a number. Normally one view says it all: everything that leads to it was
//! seen. Between the views learned of late and the view that joins them, more than one is needed: the view installed
//! last, and the ends of what was learned beside it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use quorate_core::types::{History, Incarnation, NodeName, ViewId, ViewRecord, WallTime};

/// A point in the history of views: all that leads to these views was seen.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Seen {
    /// The view the reader counts as the last installed one; none when it has seen none.
    pub base: Option<ViewId>,
    /// Views beside it that do not lead to it.
    pub others: BTreeSet<ViewId>,
    /// Whether `base` was seen to be stable.
    pub stable: bool,
}

impl Seen {
    /// A point in a history that is not this cluster's: what came after it cannot be told.
    #[must_use]
    pub fn elsewhere() -> Self {
        let controller = NodeName::new("elsewhere").expect("a name");
        let nowhere = ViewId { incarnation: Incarnation(u64::MAX), controller };
        Self { base: Some(nowhere), ..Self::default() }
    }

    /// The reader sees one more view, after those it came from.
    pub fn advance(&mut self, view: &ViewRecord, installed: bool) {
        for parent in &view.parents {
            self.others.remove(parent);
        }
        match self.base.take() {
            Some(base) if !view.parents.contains(&base) => {
                if installed {
                    self.others.insert(base);
                    self.settle_on(view);
                } else {
                    self.base = Some(base);
                    self.others.insert(view.id.clone());
                }
            }
            _ => self.settle_on(view),
        }
    }

    fn settle_on(&mut self, view: &ViewRecord) {
        self.base = Some(view.id.clone());
        self.stable = false;
    }

    /// The reader sees that a view is stable.
    pub fn stabilise(&mut self, id: &ViewId) {
        if self.base.as_ref() == Some(id) {
            self.stable = true;
        }
    }

    /// Leaves out what the history can no longer tell of, and what leads to the base anyway.
    pub fn prune(&mut self, history: &History) {
        if self.others.is_empty() {
            return;
        }
        let covered = self.base.as_ref().map(|base| history.closure(base)).unwrap_or_default();
        self.others.retain(|id| history.get(id).is_some() && !covered.contains(id));
    }

    /// The views that the reader must still be told, in order; `None` when the history cannot tell.
    #[must_use]
    pub fn missing(&self, history: &History) -> Option<Vec<Arc<ViewRecord>>> {
        if self.base.is_none() && history.has_dropped() {
            return None;
        }
        let mut open = Vec::new();
        for id in self.base.iter().chain(&self.others) {
            open.push(history.get(id)?);
        }
        let mut known = BTreeSet::new();
        while let Some(view) = open.pop() {
            if known.insert(&view.id) {
                open.extend(view.parents.iter().filter_map(|parent| history.get(parent)));
            }
        }
        Some(history.iter().filter(|view| !known.contains(&view.id)).cloned().collect())
    }
}

/// The points after each of `views`, seen one after the other from `from`.
pub(super) fn replay(from: &Seen, views: &[Arc<ViewRecord>]) -> Vec<Seen> {
    let mut seen = from.clone();
    let mut points = Vec::with_capacity(views.len());
    for view in views {
        seen.advance(view, false);
        points.push(seen.clone());
    }
    points
}

/// How this node came to know each view; as bounded as the history.
#[derive(Debug, Default)]
pub(super) struct Acquaintance {
    views: BTreeMap<ViewId, Known>,
}

/// How this node came to know a view.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known {
    /// When.
    pub(super) at: WallTime,
    /// Whether it installed the view, or was only told of it.
    pub(super) installed: bool,
}

impl Acquaintance {
    pub(super) fn note(&mut self, id: &ViewId, known: Known, history: &History) {
        self.views.entry(id.clone()).or_insert(known);
        if self.views.len() > history.len() + 64 {
            self.views.retain(|id, _| history.get(id).is_some());
        }
    }

    pub(super) fn of(&self, view: &ViewRecord) -> Known {
        self.views.get(&view.id).copied().unwrap_or(Known { at: view.committed, installed: false })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use quorate_core::types::{Duration, History, Incarnation, Members, NodeName, ViewId, ViewRecord, WallTime};

    use super::Seen;

    fn id(incarnation: u64, controller: &str) -> ViewId {
        ViewId { incarnation: Incarnation(incarnation), controller: NodeName::new(controller).unwrap() }
    }

    fn view(id: ViewId, parents: &[ViewId]) -> Arc<ViewRecord> {
        Arc::new(ViewRecord {
            id,
            members: Members::default(),
            parents: parents.to_vec(),
            causes: vec![],
            committed: WallTime(0),
            settle: Duration::ZERO,
            prepare: Duration::ZERO,
            attempts: 1,
        })
    }

    /// A partition: `a` goes on with 2 and 3, `d` and `e` alone; 5 joins them all.
    fn history() -> History {
        let mut history = History::new(16);
        history.insert(view(id(1, "a"), &[]));
        history.insert(view(id(2, "a"), &[id(1, "a")]));
        history.insert(view(id(2, "d"), &[id(1, "a")]));
        history.insert(view(id(2, "e"), &[id(1, "a")]));
        history.insert(view(id(3, "a"), &[id(2, "a")]));
        history.insert(view(id(4, "d"), &[id(2, "d")]));
        history.insert(view(id(5, "a"), &[id(2, "e"), id(3, "a"), id(4, "d")]));
        history
    }

    fn ids(views: &[Arc<ViewRecord>]) -> Vec<ViewId> {
        views.iter().map(|view| view.id.clone()).collect()
    }

    /// Wherever a reader stops between two events, it gets exactly the rest, here and on the other side.
    #[test]
    fn e1_a_reader_may_stop_after_any_event() {
        let history = history();
        for start in [id(3, "a"), id(4, "d"), id(2, "e"), id(1, "a")] {
            let mut seen = Seen { base: Some(start), ..Seen::default() };
            let mut rest = seen.missing(&history).unwrap();
            while !rest.is_empty() {
                let next = rest.remove(0);
                seen.advance(&next, false);
                assert_eq!(ids(&seen.missing(&history).unwrap()), ids(&rest), "{seen:?}");
            }
            assert_eq!(seen, Seen { base: Some(id(5, "a")), ..Seen::default() });
        }
    }

    #[test]
    fn e1_a_reader_that_has_seen_nothing_is_told_all_or_that_it_cannot_be() {
        let mut history = history();
        assert_eq!(Seen::default().missing(&history).unwrap().len(), 7);
        for n in 6..30 {
            history.insert(view(id(n, "a"), &[id(n - 1, "a")]));
        }
        assert_eq!(Seen::default().missing(&history), None);
        assert_eq!(Seen { base: Some(id(1, "a")), ..Seen::default() }.missing(&history), None);
        assert_eq!(Seen { base: Some(id(99, "x")), ..Seen::default() }.missing(&history), None);
    }

    #[test]
    fn a_view_installed_beside_the_last_one_becomes_the_base() {
        let mut seen = Seen { base: Some(id(3, "a")), others: [id(2, "d")].into(), stable: true };
        seen.advance(&view(id(6, "x"), &[]), true);
        assert_eq!(seen.base, Some(id(6, "x")));
        assert!(!seen.stable && seen.others.len() == 2);
        seen.prune(&history());
        assert_eq!(seen.others, [id(3, "a"), id(2, "d")].into());
        seen.stabilise(&id(3, "a"));
        assert!(!seen.stable);
        seen.stabilise(&id(6, "x"));
        assert!(seen.stable);
    }
}
