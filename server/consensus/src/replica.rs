//! The state machine as the library wants it: the caller's machine, how far it is, and who was a member then.
//!
//! It lives in memory. Its last snapshot is on the disk, and the log from there on brings it back.

use std::{
    io,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use futures_util::{Stream, TryStreamExt};
use openraft::{EntryPayload, OptionalSend, RaftSnapshotBuilder, storage::EntryResponder, storage::RaftStateMachine};
use tokio::sync::watch;

use crate::{
    machine::Machine,
    net::lock,
    raft::{Answer, LogId, Snapshot, SnapshotMeta, StoredMembership, Types},
    store::Disk,
};

/// Bytes a snapshot may have.
pub(crate) const MAX_SNAPSHOT: usize = 64 * 1024 * 1024;

/// The machine and how far it is.
pub(crate) struct Replica<M> {
    machine: RwLock<M>,
    position: Mutex<SnapshotMeta>,
    applied: watch::Sender<u64>,
}

impl<M: Machine> Replica<M> {
    pub(crate) fn new(machine: M) -> Self {
        Self { machine: RwLock::new(machine), position: Mutex::default(), applied: watch::Sender::new(0) }
    }

    /// The index of the last change that was applied, whenever it changes.
    pub(crate) fn applied(&self) -> watch::Receiver<u64> {
        self.applied.subscribe()
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&M) -> T) -> T {
        look(&self.machine.read().unwrap_or_else(PoisonError::into_inner))
    }

    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut M) -> T) -> T {
        change(&mut self.machine.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// How far it is.
    pub(crate) fn position(&self) -> SnapshotMeta {
        lock(&self.position).clone()
    }

    /// Takes the state of a snapshot.
    pub(crate) fn restore(&self, meta: &SnapshotMeta, state: &[u8]) -> Result<(), String> {
        self.write(|machine| machine.restore(state))?;
        self.moved(meta.clone());
        Ok(())
    }

    /// Applies one entry; answers what the machine answers.
    pub(crate) fn apply(
        &self,
        id: LogId,
        payload: &EntryPayload<crate::raft::Change, crate::raft::Peer, crate::raft::Label>,
    ) -> Answer {
        let answer = match payload {
            EntryPayload::Normal(change) => Answer(self.write(|machine| machine.apply(id.index, &change.0))),
            EntryPayload::Blank | EntryPayload::Membership(_) => Answer::default(),
        };
        let mut position = lock(&self.position);
        position.last_log_id = Some(id);
        if let EntryPayload::Membership(members) = payload {
            position.last_membership = StoredMembership::new(Some(id), members.clone());
        }
        answer
    }

    fn moved(&self, position: SnapshotMeta) {
        let index = position.last_log_id.map_or(0, |id| id.index);
        *lock(&self.position) = position;
        self.applied.send_replace(index);
    }

    /// State and position that belong together.
    fn capture(&self) -> Snapshot {
        // Entries are applied one after the other by whoever asks for this, so nothing comes between the two.
        Snapshot { meta: self.position(), snapshot: self.read(M::snapshot) }
    }
}

/// The replica and where its snapshots go.
pub(crate) struct Applier<M> {
    pub replica: Arc<Replica<M>>,
    pub disk: Arc<Disk>,
}

/// A snapshot that is on its way to the disk, while the machine goes on.
pub(crate) struct Builder {
    snapshot: Snapshot,
    disk: Arc<Disk>,
}

impl RaftSnapshotBuilder<Types> for Builder {
    type SnapshotData = Vec<u8>;

    async fn build_snapshot(&mut self) -> io::Result<Snapshot> {
        let snapshot = self.snapshot.clone();
        if snapshot.snapshot.len() > MAX_SNAPSHOT {
            let size = snapshot.snapshot.len();
            tracing::error!(size, limit = MAX_SNAPSHOT, "the snapshot is too large to be sent to other nodes");
        }
        self.disk
            .run(move |disk| {
                disk.save_snapshot(&snapshot.meta, &snapshot.snapshot)?;
                Ok(snapshot)
            })
            .await
    }
}

impl<M: Machine> RaftStateMachine<Types> for Applier<M> {
    type SnapshotData = Vec<u8>;
    type SnapshotBuilder = Builder;

    async fn applied_state(&mut self) -> io::Result<(Option<LogId>, StoredMembership)> {
        let position = self.replica.position();
        Ok((position.last_log_id, position.last_membership))
    }

    async fn apply<S>(&mut self, mut entries: S) -> io::Result<()>
    where
        S: Stream<Item = io::Result<EntryResponder<Types>>> + Unpin + OptionalSend,
    {
        while let Some((entry, responder)) = entries.try_next().await? {
            let answer = self.replica.apply(entry.log_id, &entry.payload);
            if let Some(responder) = responder {
                responder.send(answer);
            }
            self.replica.applied.send_replace(entry.log_id.index);
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Builder {
        Builder { snapshot: self.replica.capture(), disk: self.disk.clone() }
    }

    async fn install_snapshot(&mut self, meta: &SnapshotMeta, state: Vec<u8>) -> io::Result<()> {
        let wrong = |why| io::Error::new(io::ErrorKind::InvalidData, format!("a snapshot cannot be restored: {why}"));
        self.replica.restore(meta, &state).map_err(wrong)?;
        let meta = meta.clone();
        self.disk.run(move |disk| disk.save_snapshot(&meta, &state)).await
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<Snapshot>> {
        self.disk.run(|disk| disk.snapshot()).await
    }
}
