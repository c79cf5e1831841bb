//! The entries of the log that are kept: those not applied yet, and some before them for members that lag.

use alloc::{collections::VecDeque, sync::Arc, vec::Vec};

use crate::{
    types::{Epoch, Revision},
    wire::{Act, Entry, EntryKind},
};

/// Most applied entries kept (L1).
const KEPT: usize = 65_536;
/// Most bytes of them, about.
const KEPT_BYTES: usize = 64 * 1024 * 1024;
/// Most entries sent at once.
const BATCH: usize = 1024;
/// Most bytes sent at once, about; one entry is always sent.
const BATCH_BYTES: usize = 256 * 1024;

/// Entries in order, without a gap.
#[derive(Clone, Hash, Debug, Default)]
pub struct Log {
    /// The revision before the first one, and the epoch of the entry there.
    base: (Revision, Epoch),
    entries: VecDeque<Arc<Entry>>,
    bytes: usize,
}

impl Log {
    /// A log that goes on after this entry.
    pub fn after(revision: Revision, epoch: Epoch) -> Self {
        Self { base: (revision, epoch), ..Self::default() }
    }

    /// The last entry, and the epoch that made it.
    pub fn end(&self) -> (Revision, Epoch) {
        self.entries.back().map_or(self.base, |last| (last.revision, last.epoch))
    }

    /// The revision before the first one that is kept.
    pub fn start(&self) -> Revision {
        self.base.0
    }

    /// An entry that is kept.
    pub fn get(&self, revision: Revision) -> Option<&Arc<Entry>> {
        let at = revision.0.checked_sub(self.base.0.0 + 1)?;
        self.entries.get(usize::try_from(at).ok()?)
    }

    /// Adds an entry, which follows the last one.
    pub fn push(&mut self, entry: Arc<Entry>) {
        assert_eq!(entry.revision, self.end().0.next(), "entries have no gap");
        self.bytes += bytes(&entry);
        self.entries.push_back(entry);
    }

    /// Takes out all entries after this one.
    pub fn truncate(&mut self, revision: Revision) {
        while self.entries.back().is_some_and(|last| last.revision > revision) {
            if let Some(last) = self.entries.pop_back() {
                self.bytes -= bytes(&last);
            }
        }
    }

    /// Lets go of entries up to `applied` that are more than are kept.
    pub fn prune(&mut self, applied: Revision) {
        while self.entries.len() > KEPT || self.bytes > KEPT_BYTES {
            let Some(first) = self.entries.front().filter(|first| first.revision <= applied).cloned() else { return };
            self.entries.pop_front();
            self.base = (first.revision, first.epoch);
            self.bytes -= bytes(&first);
        }
    }

    /// The entries after one and up to another that can be sent at once; none when they are not kept any more.
    pub fn batch(&self, after: Revision, last: Revision) -> Option<Arc<[Arc<Entry>]>> {
        if after < self.base.0 {
            return None;
        }
        let (mut batch, mut size) = (Vec::new(), 0);
        let first = (after.0 - self.base.0.0) as usize;
        for entry in self.entries.iter().skip(first).take(BATCH).take_while(|entry| entry.revision <= last) {
            size += bytes(entry);
            if size > BATCH_BYTES && !batch.is_empty() {
                break;
            }
            batch.push(entry.clone());
        }
        Some(batch.into())
    }
}

/// About how many bytes an entry takes.
fn bytes(entry: &Entry) -> usize {
    let texts = match &entry.kind {
        EntryKind::Begin(begin) => begin.members.len() * 128,
        EntryKind::Request { request, .. } => match &request.act {
            Act::Bind { value, .. } | Act::Proclaim { value, .. } => value.len(),
            Act::Acquire(claim) => claim.value.len(),
            _ => 0,
        },
        EntryKind::Expire(_) | EntryKind::DelayOver { .. } | EntryKind::Overdue { .. } | EntryKind::HoldOffOver => 0,
    };
    256 + texts
}

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;

    use super::{KEPT, Log};
    use crate::{
        types::{Epoch, Revision, SessionId},
        wire::{Entry, EntryKind},
    };

    fn entry(revision: u64, epoch: u64) -> Arc<Entry> {
        let kind = EntryKind::Expire(SessionId::default());
        Arc::new(Entry { revision: Revision(revision), epoch: Epoch(epoch), kind })
    }

    #[test]
    fn l1_applied_entries_go_when_there_are_too_many() {
        let mut log = Log::after(Revision(5), Epoch(1));
        for revision in 6..=KEPT as u64 + 105 {
            log.push(entry(revision, 2));
        }
        log.prune(Revision(50));
        assert_eq!(log.start(), Revision(50), "what is not applied stays");
        log.prune(Revision(1000));
        assert_eq!(log.start(), Revision(105));
        let end = log.end().0;
        assert!(log.get(Revision(105)).is_none() && log.get(Revision(106)).is_some());
        assert!(log.batch(Revision(104), end).is_none());
        assert_eq!(log.batch(Revision(105), end).unwrap()[0].revision, Revision(106));
        assert_eq!(log.batch(Revision(105), Revision(107)).unwrap().len(), 2);
        assert!(log.batch(end, end).unwrap().is_empty());
    }

    #[test]
    fn what_is_taken_back_is_gone() {
        let mut log = Log::after(Revision(0), Epoch(0));
        (1..=3).for_each(|revision| log.push(entry(revision, revision)));
        log.truncate(Revision(2));
        assert_eq!(log.end(), (Revision(2), Epoch(2)));
        log.truncate(Revision(0));
        assert_eq!(log.end(), (Revision(0), Epoch(0)));
    }
}
