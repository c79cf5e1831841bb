//! What happened: the history of views, epochs and operators' deeds, for people who ask later.

use alloc::{
    collections::VecDeque,
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    quorum::consensus::Policy,
    types::{CauseKind, Epoch, NodeName, ViewId, ViewRecord, WallTime},
};

/// Most records kept; the oldest go first (L1).
pub const MAX_RECORDS: usize = 4096;
/// Most names, and most causes, of one record.
const MAX_NAMES: usize = 64;
/// Most bytes of a cause.
const MAX_CAUSE: usize = 256;

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Rises by one with each record.
    pub number: u64,
    /// When, by the clock of whoever wrote it down: for people.
    pub time: WallTime,
    /// The epoch that it came with, or under.
    pub epoch: Epoch,
    /// What.
    pub kind: RecordKind,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum RecordKind {
    /// A view came about.
    View {
        /// Which.
        id: ViewId,
        /// How many members it has.
        members: u32,
        /// Who came in and who went out, at most 64 each.
        came: Vec<NodeName>,
        /// Who went out.
        went: Vec<NodeName>,
        /// Why, in plain words.
        causes: Vec<String>,
    },
    /// Quorum was granted.
    Granted {
        /// To this view.
        view: ViewId,
        /// Handed out by this node.
        holder: NodeName,
    },
    /// Voters are chosen otherwise.
    Policy(Policy),
    /// A node was evicted.
    Evicted {
        /// Its name.
        name: NodeName,
        /// Why.
        reason: String,
    },
    /// A node may come back.
    Readmitted {
        /// Its name.
        name: NodeName,
    },
    /// A backup was restored.
    Restored {
        /// When the backup was made.
        made: WallTime,
        /// The highest epoch in it.
        epoch: Epoch,
    },
    /// The cluster was formed anew by an operator.
    Forced {
        /// By the agent of this node.
        by: NodeName,
    },
}

/// The records that are kept, oldest first.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct History {
    records: VecDeque<Record>,
    next: u64,
}

impl History {
    /// Takes what was stored.
    #[must_use]
    pub fn restore(next: u64, records: Vec<Record>) -> Self {
        Self { next: next.max(records.last().map_or(0, |last| last.number + 1)), records: records.into() }
    }

    /// The number of the next record.
    #[must_use]
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The records that are kept, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Record> {
        self.records.iter()
    }

    /// Adds a record.
    pub fn push(&mut self, time: WallTime, epoch: Epoch, kind: RecordKind) {
        self.records.push_back(Record { number: self.next, time, epoch, kind });
        self.next += 1;
        if self.records.len() > MAX_RECORDS {
            self.records.pop_front();
        }
    }

    /// Adds a view, unless it is known.
    pub fn push_view(&mut self, epoch: Epoch, view: &ViewRecord) {
        let known = |record: &Record| matches!(&record.kind, RecordKind::View { id, .. } if *id == view.id);
        if self.records.iter().rev().any(known) {
            return;
        }
        let names = |came: bool| {
            let is = |kind| matches!(kind, CauseKind::Joined | CauseKind::Restarted | CauseKind::Returned) == came;
            let changed =
                view.causes.iter().filter(move |cause| cause.kind != CauseKind::Interrupted && is(cause.kind));
            changed.map(|cause| cause.name.clone()).take(MAX_NAMES).collect()
        };
        let clip = |mut text: String| {
            let mut end = text.len().min(MAX_CAUSE);
            while !text.is_char_boundary(end) {
                end -= 1;
            }
            text.truncate(end);
            text
        };
        let causes = view.causes.iter().take(MAX_NAMES).map(|cause| clip(cause.to_string())).collect();
        let members = view.members.len() as u32;
        let kind = RecordKind::View { id: view.id.clone(), members, came: names(true), went: names(false), causes };
        self.push(view.committed, epoch, kind);
    }
}
