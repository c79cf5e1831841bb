//! The library's own tests of what it is stored in.

use std::sync::Arc;

use openraft::{
    EntryPayload, RaftLogReader, StorageError,
    storage::{IOFlushed, RaftLogStorage},
    testing::log::{StoreBuilder, Suite},
    type_config::{TypeConfigExt, alias::CommittedLeaderIdOf},
};
use quorate_core::types::NodeId;
use redb::backends::InMemoryBackend;

use super::{Log, Opened};
use crate::{
    machine::Machine,
    raft::{Entry, LogId, SnapshotMeta, Types},
    replica::{Applier, Replica},
};

/// Keeps nothing but how many changes there were.
struct Counter(u64);

impl Machine for Counter {
    fn apply(&mut self, _: u64, _: &[u8]) -> Vec<u8> {
        self.0 += 1;
        Vec::new()
    }

    fn snapshot(&self) -> Vec<u8> {
        self.0.to_le_bytes().to_vec()
    }

    fn restore(&mut self, snapshot: &[u8]) -> Result<(), String> {
        self.0 = u64::from_le_bytes(snapshot.try_into().map_err(|_| "not eight bytes")?);
        Ok(())
    }
}

struct Builder;

impl StoreBuilder<Types, Log, Applier<Counter>> for Builder {
    async fn build(&self) -> Result<((), Log, Applier<Counter>), StorageError<Types>> {
        let backend = Arc::new(InMemoryBackend::new());
        let opened = Opened::on_backend(backend, NodeId::default(), true, &mut |_| Ok(())).unwrap();
        let pass = Arc::new(opened.disk).new_pass();
        let replica = Arc::new(Replica::new(Counter(0)));
        Ok(((), Log(pass.clone()), Applier { era: replica.new_era(), replica, pass }))
    }
}

#[tokio::test]
async fn the_suite_of_the_library_passes() {
    Suite::test_all(Builder).await.unwrap();
}

#[tokio::test]
async fn who_comes_too_late_writes_nothing() {
    let backend = Arc::new(InMemoryBackend::new());
    let disk = Arc::new(Opened::on_backend(backend, NodeId::default(), false, &mut |_| Ok(())).unwrap().disk);
    let replica = Arc::new(Replica::new(Counter(0)));
    let (old, old_era) = (disk.new_pass(), replica.new_era());
    old.run(|disk, era| disk.save_snapshot(era, &SnapshotMeta::default(), b"old")).await.unwrap();
    replica.restore(old_era, &SnapshotMeta::default(), &7_u64.to_le_bytes()).unwrap();
    let (new, new_era) = (disk.new_pass(), replica.new_era());
    old.run(|disk, era| disk.save_snapshot(era, &SnapshotMeta::default(), b"late")).await.unwrap_err();
    replica.restore(old_era, &SnapshotMeta::default(), &8_u64.to_le_bytes()).unwrap_err();
    assert_eq!(disk.snapshot().unwrap().unwrap().snapshot, b"old");
    assert_eq!(replica.read(|counter| counter.0), 7);
    new.run(|disk, era| disk.save_snapshot(era, &SnapshotMeta::default(), b"new")).await.unwrap();
    replica.restore(new_era, &SnapshotMeta::default(), &9_u64.to_le_bytes()).unwrap();
    assert_eq!((disk.failure(), replica.read(|counter| counter.0)), (None, 9));
}

#[tokio::test]
async fn entries_are_readable_while_they_are_on_their_way_and_told_as_written_when_they_are_on_the_disk() {
    let backend = Arc::new(InMemoryBackend::new());
    let disk = Arc::new(Opened::on_backend(backend, NodeId::default(), false, &mut |_| Ok(())).unwrap().disk);
    let mut log = Log(disk.new_pass());
    let entry = |index| {
        let log_id = LogId::new(CommittedLeaderIdOf::<Types>::new(1), index);
        Entry { log_id, payload: EntryPayload::Blank }
    };
    let mut told = Vec::new();
    for indices in [0..2, 2..3, 3..5] {
        let (flushed, when) = Types::oneshot();
        log.append(indices.map(entry), IOFlushed::signal(flushed)).await.unwrap();
        told.push(when);
    }
    // Nothing of this waited for anything, so nothing else has run.
    assert_eq!(disk.last().unwrap(), None);
    let indices = |entries: Vec<Entry>| entries.iter().map(|entry| entry.log_id.index).collect::<Vec<_>>();
    assert_eq!(indices(log.try_get_log_entries(1..4).await.unwrap()), [1, 2, 3]);
    assert_eq!(indices(log.limited_get_log_entries(0, 5).await.unwrap()), [0, 1, 2, 3, 4]);
    for when in told {
        when.await.unwrap().unwrap();
    }
    assert_eq!(disk.last().unwrap().map(|id| id.index), Some(4));
    // What comes now follows what is on the disk.
    log.append([entry(5)], IOFlushed::noop()).await.unwrap();
    assert_eq!(indices(log.try_get_log_entries(3..).await.unwrap()), [3, 4, 5]);
    log.truncate_after(Some(entry(3).log_id)).await.unwrap();
    assert_eq!(indices(log.try_get_log_entries(..).await.unwrap()), [0, 1, 2, 3]);
    assert_eq!(log.get_log_state().await.unwrap().last_log_id.map(|id| id.index), Some(3));
}
