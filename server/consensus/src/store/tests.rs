//! The library's own tests of what it is stored in.

use std::sync::Arc;

use openraft::{
    StorageError,
    testing::log::{StoreBuilder, Suite},
};
use quorate_core::types::NodeId;
use redb::backends::InMemoryBackend;

use super::{Log, Opened};
use crate::{
    machine::Machine,
    raft::{SnapshotMeta, Types},
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
