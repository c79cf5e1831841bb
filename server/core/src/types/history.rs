//! The views a node knows of, as the graph that their parents make (V4, E1).
//!
//! Two sides of a partition go through different views; when they meet, the next view has both as parents, and from
//! then on each side knows all views of the other. So what a reader has seen is not a number but a view: everything
//! that leads to it. A cursor is therefore a view, and it means the same on every agent.

use alloc::{collections::BTreeMap, collections::BTreeSet, sync::Arc, vec::Vec};

use super::{ViewId, ViewRecord};

/// The views a node knows of, bounded.
#[derive(Clone, Hash, Debug)]
pub struct History {
    views: BTreeMap<ViewId, Arc<ViewRecord>>,
    limit: usize,
    member_limit: usize,
    members: usize,
    dropped: Option<ViewId>,
}

/// What a reader that has seen everything up to a view must still be told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Resume {
    /// These views, in this order.
    Views(Vec<Arc<ViewRecord>>),
    /// The view is not known here, or no longer: start again from a snapshot.
    Dropped,
}

impl History {
    /// An empty history of at most `limit` views, and fewer when they are large: together they list at most 64 members
    /// for each view allowed.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        assert!(limit > 0, "a history keeps at least one view");
        Self { views: BTreeMap::new(), limit, member_limit: limit * 64, members: 0, dropped: None }
    }

    /// Takes in a view and drops the oldest beyond the limits. Returns whether it was new.
    pub fn insert(&mut self, view: Arc<ViewRecord>) -> bool {
        if self.is_settled(&view.id) {
            return false;
        }
        self.members += view.members.len();
        self.views.insert(view.id.clone(), view);
        while self.views.len() > 1 && (self.views.len() > self.limit || self.members > self.member_limit) {
            if let Some((id, old)) = self.views.pop_first() {
                self.members -= old.members.len();
                self.dropped = Some(id);
            }
        }
        true
    }

    /// Whether a view is here, or was here or is too old to have been kept: nothing is to be learned of it.
    #[must_use]
    pub fn is_settled(&self, id: &ViewId) -> bool {
        self.views.contains_key(id) || self.dropped.as_ref().is_some_and(|dropped| id <= dropped)
    }

    /// The view, when it is kept.
    #[must_use]
    pub fn get(&self, id: &ViewId) -> Option<&Arc<ViewRecord>> {
        self.views.get(id)
    }

    /// All views kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<ViewRecord>> {
        self.views.values()
    }

    /// How many views are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.views.len()
    }

    /// Whether no view is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.views.is_empty()
    }

    /// Whether older views were dropped.
    #[must_use]
    pub fn has_dropped(&self) -> bool {
        self.dropped.is_some()
    }

    /// Everything kept that leads to `head`, itself included.
    #[must_use]
    pub fn closure(&self, head: &ViewId) -> BTreeSet<ViewId> {
        let mut seen = BTreeSet::new();
        let mut open = Vec::from([head]);
        while let Some(id) = open.pop() {
            if let Some(view) = self.views.get(id)
                && seen.insert(id.clone())
            {
                open.extend(view.parents.iter());
            }
        }
        seen
    }

    /// The views kept that do not lead to `head`: what a node lacks whose last view is `head`.
    #[must_use]
    pub fn missing_from(&self, head: Option<&ViewId>) -> Vec<Arc<ViewRecord>> {
        let known = head.map(|head| self.closure(head)).unwrap_or_default();
        self.views.values().filter(|view| !known.contains(&view.id)).cloned().collect()
    }

    /// What a reader that has seen everything up to `seen` must still be told.
    #[must_use]
    pub fn resume(&self, seen: &ViewId) -> Resume {
        if self.views.contains_key(seen) { Resume::Views(self.missing_from(Some(seen))) } else { Resume::Dropped }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{sync::Arc, vec, vec::Vec};

    use super::{History, Resume};
    use crate::types::{Incarnation, Members, NodeName, ViewId, ViewRecord};

    fn id(incarnation: u64, controller: &str) -> ViewId {
        ViewId { incarnation: Incarnation(incarnation), controller: NodeName::new(controller).unwrap() }
    }

    fn view(id: ViewId, parents: Vec<ViewId>) -> Arc<ViewRecord> {
        Arc::new(ViewRecord::plain(id, Members::default(), parents))
    }

    fn ids(resume: Resume) -> Vec<ViewId> {
        match resume {
            Resume::Views(views) => views.iter().map(|view| view.id.clone()).collect(),
            Resume::Dropped => panic!("dropped"),
        }
    }

    /// Both sides of a partition, met again: a reader of either side is told of the other side's views, and not of its
    /// own again.
    #[test]
    fn e1_a_cursor_of_one_side_resumes_on_the_other() {
        let mut history = History::new(16);
        history.insert(view(id(1, "a"), vec![]));
        history.insert(view(id(2, "a"), vec![id(1, "a")]));
        history.insert(view(id(2, "d"), vec![id(1, "a")]));
        history.insert(view(id(3, "a"), vec![id(2, "a")]));
        history.insert(view(id(4, "a"), vec![id(3, "a"), id(2, "d")]));
        assert_eq!(ids(history.resume(&id(3, "a"))), [id(2, "d"), id(4, "a")]);
        assert_eq!(ids(history.resume(&id(2, "d"))), [id(2, "a"), id(3, "a"), id(4, "a")]);
        assert_eq!(ids(history.resume(&id(4, "a"))), []);
    }

    #[test]
    fn l1_the_oldest_views_are_dropped_and_the_reader_is_told() {
        let mut history = History::new(2);
        for n in 1..=3 {
            history.insert(view(id(n, "a"), if n > 1 { vec![id(n - 1, "a")] } else { vec![] }));
        }
        assert_eq!(history.resume(&id(1, "a")), Resume::Dropped);
        assert_eq!(ids(history.resume(&id(2, "a"))), [id(3, "a")]);
        assert!(history.has_dropped());
        assert!(!history.insert(view(id(1, "a"), vec![])), "a dropped view does not come back");
    }
}
