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
    raft::Types,
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
        let disk = Arc::new(opened.disk);
        Ok(((), Log(disk.clone()), Applier { replica: Arc::new(Replica::new(Counter(0))), disk }))
    }
}

#[tokio::test]
async fn the_suite_of_the_library_passes() {
    Suite::test_all(Builder).await.unwrap();
}
