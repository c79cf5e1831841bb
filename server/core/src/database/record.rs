//! What happened: the history of views, epochs and operators' deeds, for people who ask later.

use alloc::{
    collections::VecDeque,
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    quorum::consensus::Policy,
    types::{CauseKind, Duration, Epoch, NodeName, ViewId, ViewRecord, WallTime},
};

/// Most records kept; the oldest go first (L1).
pub const MAX_RECORDS: usize = 4096;
/// Most bytes of all of them together, about as they are stored.
pub const MAX_HISTORY_BYTES: usize = 4 * 1024 * 1024;
/// What a record takes besides its texts.
const RECORD_BYTES: usize = 64;
/// Most names, and most causes, of one record.
pub const MAX_NAMES: usize = 64;
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
    /// Voters that are missing keep their place for so long; as each agent is configured when none.
    VoterGrace(Option<Duration>),
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
    /// Services were defined, removed, stopped or started, nodes drained: each in a few words, at most 64 of them.
    Catalog(Vec<String>),
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
    bytes: usize,
}

impl Record {
    /// About how many bytes it takes.
    fn bytes(&self) -> usize {
        let names = |names: &[NodeName]| names.iter().map(|name| name.as_str().len() + 2).sum::<usize>();
        let texts = match &self.kind {
            RecordKind::View { came, went, causes, .. } => {
                names(came) + names(went) + causes.iter().map(|cause| cause.len() + 3).sum::<usize>()
            }
            RecordKind::Evicted { reason, .. } => reason.len(),
            RecordKind::Catalog(changes) => changes.iter().map(|change| change.len() + 3).sum(),
            RecordKind::Policy(Policy::Pinned { names }) => names.iter().map(|name| name.as_str().len() + 2).sum(),
            _ => 0,
        };
        RECORD_BYTES + texts
    }
}

impl History {
    /// Takes what was stored.
    #[must_use]
    pub fn restore(next: u64, records: Vec<Record>) -> Self {
        let bytes = records.iter().map(Record::bytes).sum();
        Self { next: next.max(records.last().map_or(0, |last| last.number + 1)), records: records.into(), bytes }
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
        let record = Record { number: self.next, time, epoch, kind };
        self.next += 1;
        self.bytes += record.bytes();
        self.records.push_back(record);
        while self.records.len() > MAX_RECORDS || self.bytes > MAX_HISTORY_BYTES {
            let Some(oldest) = self.records.pop_front() else { return };
            self.bytes -= oldest.bytes();
        }
    }

    /// Adds the records of another history after these.
    pub(super) fn append(&mut self, other: Self) {
        for Record { time, epoch, kind, .. } in other.records {
            self.push(time, epoch, kind);
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

#[cfg(test)]
mod tests {
    use super::{History, MAX_HISTORY_BYTES, MAX_RECORDS, RecordKind};
    use crate::types::{Epoch, NodeName, WallTime};

    fn evicted(reason: usize) -> RecordKind {
        RecordKind::Evicted { name: NodeName::new("n1").unwrap(), reason: "x".repeat(reason) }
    }

    #[test]
    fn l1_the_oldest_records_go_by_number_and_by_size() {
        let mut history = History::default();
        for _ in 0..MAX_RECORDS + 10 {
            history.push(WallTime(0), Epoch(1), evicted(0));
        }
        assert_eq!((history.iter().count(), history.iter().next().unwrap().number), (MAX_RECORDS, 10));
        for _ in 0..100 {
            history.push(WallTime(0), Epoch(1), evicted(MAX_HISTORY_BYTES / 10));
        }
        assert_eq!(history.iter().count(), 9);
        let kept = History::restore(history.next(), history.iter().cloned().collect());
        assert_eq!(kept, history);
    }
}
