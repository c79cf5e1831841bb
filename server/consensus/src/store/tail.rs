//! The end of the log that is on its way to the disk.
//!
//! Whoever leads sends entries to the others while its own disk still writes them, and what comes meanwhile is gathered for
//! the next write: so a write costs one wait for a disk, not two, and the disk is never idle while there is something to
//! write. What is here is readable, and told as written only when it is on the disk.
//!
//! ```text
//!   append --> gathered --> one write at a time --> on the disk: the library is told
//!                 ^------------------------------------+ while there is more
//! ```

use std::{
    collections::BTreeMap,
    io,
    ops::RangeBounds,
    sync::{Arc, Mutex},
};

use openraft::storage::IOFlushed;
use tokio::sync::watch;

use super::{Pass, table};
use crate::{
    net::lock,
    raft::{Entry, Types},
};

/// What is on its way, of one pass.
pub(super) struct Tail {
    state: Mutex<State>,
    /// Whether a write is under way.
    writing: watch::Sender<bool>,
}

#[derive(Default)]
struct State {
    entries: BTreeMap<u64, Waiting>,
    /// The first entry that no write has taken yet.
    next: u64,
    flushed: Vec<IOFlushed<Types>>,
}

/// An entry, and how it will stand in the file.
struct Waiting {
    entry: Entry,
    bytes: Arc<[u8]>,
}

impl Tail {
    pub(super) fn new() -> Self {
        Self { state: Mutex::default(), writing: watch::Sender::new(false) }
    }

    /// The entries of a range that are on their way, each with its size.
    pub(super) fn entries(&self, range: impl RangeBounds<u64>) -> Vec<(Entry, usize)> {
        let state = lock(&self.state);
        state.entries.range(range).map(|(_, waiting)| (waiting.entry.clone(), waiting.bytes.len())).collect()
    }
}

impl Pass {
    /// Takes entries that follow the last one: they are readable on return, and `flushed` is told when they are on the disk.
    pub(super) fn append(&self, entries: Vec<Entry>, flushed: IOFlushed<Types>) -> io::Result<()> {
        let mut state = lock(&self.tail.state);
        for entry in entries {
            let index = entry.log_id.index;
            let bytes = table::entry_bytes(index, &entry).map_err(|fault| self.disk.failing("write", fault))?.into();
            if state.entries.is_empty() {
                state.next = index;
            }
            state.entries.insert(index, Waiting { entry, bytes });
        }
        state.flushed.push(flushed);
        if !self.tail.writing.send_replace(true) {
            tokio::spawn(self.clone().write_out());
        }
        Ok(())
    }

    /// Writes until there is nothing left. After a failure nothing more is written: the disk refuses.
    async fn write_out(self) {
        loop {
            let (batch, flushed) = {
                let mut state = lock(&self.tail.state);
                if state.flushed.is_empty() {
                    self.tail.writing.send_replace(false);
                    return;
                }
                let fresh = state.entries.range(state.next..);
                let batch: Vec<(u64, Arc<[u8]>)> = fresh.map(|(index, one)| (*index, one.bytes.clone())).collect();
                state.next = batch.last().map_or(state.next, |(index, _)| index + 1);
                (batch, std::mem::take(&mut state.flushed))
            };
            let next = batch.last().map(|(index, _)| index + 1);
            let written = self.run(move |disk, era| disk.append(era, &batch)).await;
            if let (Ok(()), Some(next)) = (&written, next) {
                let mut state = lock(&self.tail.state);
                state.entries = state.entries.split_off(&next);
            }
            for told in flushed {
                told.io_completed(written.as_ref().copied().map_err(|why| io::Error::new(why.kind(), why.to_string())));
            }
        }
    }

    /// Waits until nothing is on its way.
    pub(crate) async fn settled(&self) {
        // It lives as long as this pass.
        let _ = self.tail.writing.subscribe().wait_for(|writing| !writing).await;
    }
}
