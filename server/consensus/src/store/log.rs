//! The log as the library wants it.
//!
//! Reading happens where it is asked for: it comes from memory nearly always. Writing waits for the disk, on a thread
//! of its own unless that is switched off, and what was written is on the disk when the library is told. New entries are on
//! their way for a while (`tail`); everything else waits until they are there.

use std::{
    fmt::Debug,
    io,
    ops::{Bound, RangeBounds},
    sync::Arc,
};

use openraft::{
    OptionalSend, RaftLogReader,
    storage::{IOFlushed, LogState, RaftLogStorage},
};
use redb::{ReadTransaction, ReadableTable};

use super::{
    Disk, Pass,
    fault::Fault,
    table::{self, COMMITTED, LOG, META, PURGED, VOTE},
};
use crate::{
    net::{BATCH, lock},
    raft::{Entry, LogId, Types, Vote},
};

/// The log as the library wants it.
#[derive(Clone)]
pub(crate) struct Log(pub Pass);

impl Disk {
    /// The last entry there is, or was before the log was cut off.
    pub(crate) fn last(&self) -> io::Result<Option<LogId>> {
        self.read(last)
    }

    fn purged(&self) -> io::Result<Option<LogId>> {
        self.read(|read| table::get_meta(&read.open_table(META)?, PURGED))
    }

    pub(crate) fn vote(&self) -> io::Result<Option<Vote>> {
        self.read(|read| table::get_meta(&read.open_table(META)?, VOTE))
    }

    /// The entries in a range, up to `limit` bytes but at least one. A hole is an error.
    pub(crate) fn entries(&self, range: impl RangeBounds<u64>, limit: usize) -> io::Result<Vec<Entry>> {
        self.sized_entries(range, limit).map(|(entries, _)| entries)
    }

    /// The same, with the bytes that they take.
    fn sized_entries(&self, range: impl RangeBounds<u64>, limit: usize) -> io::Result<(Vec<Entry>, usize)> {
        self.read(|read| {
            let mut entries: Vec<Entry> = Vec::new();
            let mut size = 0;
            for item in read.open_table(LOG)?.range(range)? {
                let (index, value) = item?;
                let more = size + value.value().len();
                if more > limit && !entries.is_empty() {
                    break;
                }
                size = more;
                if entries.last().is_some_and(|last| last.log_id.index + 1 != index.value()) {
                    return Err(Fault::Damaged(format!("there is a hole in the log before entry {}", index.value())));
                }
                entries.push(table::entry_of(index.value(), value.value())?);
            }
            Ok((entries, size))
        })
    }

    pub(super) fn append(&self, era: u64, entries: &[(u64, Arc<[u8]>)]) -> io::Result<()> {
        self.write_in(era, |write| {
            let mut log = write.open_table(LOG)?;
            for (index, bytes) in entries {
                log.insert(index, &**bytes)?;
            }
            Ok(())
        })
    }

    fn save_vote(&self, era: u64, vote: &Vote) -> io::Result<()> {
        self.write_in(era, |write| table::put_meta(&mut write.open_table(META)?, VOTE, vote))
    }

    /// Removes what comes from `index` on.
    fn truncate(&self, era: u64, index: u64) -> io::Result<()> {
        self.write_in(era, |write| Ok(write.open_table(LOG)?.retain_in(index.., |_, _| false)?))
    }

    /// Removes what comes up to `id`, and notes that it was there.
    fn purge(&self, era: u64, id: &LogId) -> io::Result<()> {
        self.write_in(era, |write| {
            table::put_meta(&mut write.open_table(META)?, PURGED, id)?;
            Ok(write.open_table(LOG)?.retain_in(..=id.index, |_, _| false)?)
        })
    }
}

fn last(read: &ReadTransaction) -> Result<Option<LogId>, Fault> {
    match read.open_table(LOG)?.last()? {
        Some((index, value)) => Ok(Some(table::entry_of::<Entry>(index.value(), value.value())?.log_id)),
        None => table::get_meta(&read.open_table(META)?, PURGED),
    }
}

impl Log {
    /// The entries in a range, up to `limit` bytes but at least one.
    fn entries(&self, range: impl RangeBounds<u64>, limit: usize) -> io::Result<Vec<Entry>> {
        let bounds = (range.start_bound().cloned(), range.end_bound().cloned());
        // What is not on its way any more when this is looked at is on the disk.
        let tail = self.0.tail.entries(bounds);
        let Some(first) = tail.first().map(|(entry, _)| entry.log_id.index) else {
            return self.0.disk.entries(bounds, limit);
        };
        let (mut entries, mut size) = self.0.disk.sized_entries((bounds.0, Bound::Excluded(first)), limit)?;
        if entries.last().is_some_and(|last| last.log_id.index + 1 < first) {
            return Ok(entries);
        }
        for (entry, bytes) in tail {
            size += bytes;
            if size > limit && !entries.is_empty() {
                break;
            }
            entries.push(entry);
        }
        Ok(entries)
    }
}

impl RaftLogReader<Types> for Log {
    async fn try_get_log_entries<RB: RangeBounds<u64> + Clone + Debug + OptionalSend>(
        &mut self,
        range: RB,
    ) -> io::Result<Vec<Entry>> {
        self.entries(range, usize::MAX)
    }

    async fn limited_get_log_entries(&mut self, start: u64, end: u64) -> io::Result<Vec<Entry>> {
        self.entries(start..end, BATCH)
    }

    async fn read_vote(&mut self) -> io::Result<Option<Vote>> {
        self.0.disk.vote()
    }
}

impl RaftLogStorage<Types> for Log {
    type LogReader = Self;

    async fn get_log_state(&mut self) -> io::Result<LogState<Types>> {
        self.0.settled().await;
        Ok(LogState { last_purged_log_id: self.0.disk.purged()?, last_log_id: self.0.disk.last()? })
    }

    async fn get_log_reader(&mut self) -> Self {
        self.clone()
    }

    async fn save_vote(&mut self, vote: &Vote) -> io::Result<()> {
        self.0.settled().await;
        let vote = *vote;
        self.0.run(move |disk, era| disk.save_vote(era, &vote)).await
    }

    async fn save_committed(&mut self, committed: Option<LogId>) -> io::Result<()> {
        *lock(&self.0.disk.committed) = committed;
        Ok(())
    }

    async fn read_committed(&mut self) -> io::Result<Option<LogId>> {
        if let Some(committed) = *lock(&self.0.disk.committed) {
            return Ok(Some(committed));
        }
        self.0.disk.read(|read| table::get_meta(&read.open_table(META)?, COMMITTED))
    }

    async fn append<I>(&mut self, entries: I, flushed: IOFlushed<Types>) -> io::Result<()>
    where
        I: IntoIterator<Item = Entry> + OptionalSend,
        I::IntoIter: OptionalSend,
    {
        self.0.append(entries.into_iter().collect(), flushed)
    }

    async fn truncate_after(&mut self, last: Option<LogId>) -> io::Result<()> {
        self.0.settled().await;
        let from = last.map_or(0, |id| id.index + 1);
        self.0.run(move |disk, era| disk.truncate(era, from)).await
    }

    async fn purge(&mut self, id: LogId) -> io::Result<()> {
        self.0.settled().await;
        self.0.run(move |disk, era| disk.purge(era, &id)).await
    }
}
