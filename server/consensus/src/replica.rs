//! The state machine as the library wants it: the caller's machine, how far it is, and who was a member then.
//!
//! It lives in memory. Its last snapshot is on the disk, and the log from there on brings it back.

use std::{
    io,
    sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use futures_util::{Stream, TryStreamExt};
use openraft::{EntryPayload, OptionalSend, RaftSnapshotBuilder, storage::EntryResponder, storage::RaftStateMachine};
use tokio::sync::watch;

use crate::{
    machine::Machine,
    raft::{Answer, Entry, LogId, Snapshot, SnapshotMeta, StoredMembership, Types},
    store::Pass,
};

/// Bytes a snapshot may have.
pub(crate) const MAX_SNAPSHOT: usize = 64 * 1024 * 1024;

/// What whoever comes too late is told.
const OVER: &str = "this part in the cluster has ended";

/// The machine and how far it is.
pub(crate) struct Replica<M> {
    seat: RwLock<Seat<M>>,
    applied: watch::Sender<u64>,
}

struct Seat<M> {
    machine: M,
    position: SnapshotMeta,
    /// Whose turn it is to apply: the library's tasks may outlive what they belonged to.
    era: u64,
}

impl<M: Machine> Replica<M> {
    pub(crate) fn new(machine: M) -> Self {
        let seat = Seat { machine, position: SnapshotMeta::default(), era: 0 };
        Self { seat: RwLock::new(seat), applied: watch::Sender::new(0) }
    }

    /// The index of the last change that was applied, whenever it changes.
    pub(crate) fn applied(&self) -> watch::Receiver<u64> {
        self.applied.subscribe()
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&M) -> T) -> T {
        look(&self.look().machine)
    }

    pub(crate) fn write<T>(&self, change: impl FnOnce(&mut M) -> T) -> T {
        change(&mut self.change().machine)
    }

    /// How far it is.
    pub(crate) fn position(&self) -> SnapshotMeta {
        self.look().position.clone()
    }

    /// From now on only who has the new era applies anything.
    pub(crate) fn new_era(&self) -> u64 {
        let mut seat = self.change();
        seat.era += 1;
        seat.era
    }

    /// Takes the state of a snapshot.
    pub(crate) fn restore(&self, era: u64, meta: &SnapshotMeta, state: &[u8]) -> Result<(), String> {
        let mut seat = self.change();
        if seat.era != era {
            return Err(OVER.into());
        }
        seat.machine.restore(state)?;
        seat.position = meta.clone();
        drop(seat);
        self.applied.send_replace(meta.last_log_id.map_or(0, |id| id.index));
        Ok(())
    }

    /// Applies one entry; answers what the machine answers.
    pub(crate) fn apply(&self, era: u64, entry: &Entry) -> io::Result<Answer> {
        let mut seat = self.change();
        if seat.era != era {
            return Err(io::Error::new(io::ErrorKind::NotConnected, OVER));
        }
        let id = entry.log_id;
        seat.position.last_log_id = Some(id);
        Ok(match &entry.payload {
            EntryPayload::Normal(change) => Answer(seat.machine.apply(id.index, &change.0)),
            EntryPayload::Membership(members) => {
                seat.position.last_membership = StoredMembership::new(Some(id), members.clone());
                Answer::default()
            }
            EntryPayload::Blank => Answer::default(),
        })
    }

    /// State and position that belong together.
    fn capture(&self) -> Snapshot {
        let seat = self.look();
        Snapshot { meta: seat.position.clone(), snapshot: seat.machine.snapshot() }
    }

    fn look(&self) -> RwLockReadGuard<'_, Seat<M>> {
        self.seat.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self) -> RwLockWriteGuard<'_, Seat<M>> {
        self.seat.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The replica and where its snapshots go.
pub(crate) struct Applier<M> {
    pub replica: Arc<Replica<M>>,
    pub era: u64,
    pub pass: Pass,
}

/// A snapshot that is on its way to the disk, while the machine goes on.
pub(crate) struct Builder {
    snapshot: Snapshot,
    pass: Pass,
}

impl RaftSnapshotBuilder<Types> for Builder {
    type SnapshotData = Vec<u8>;

    async fn build_snapshot(&mut self) -> io::Result<Snapshot> {
        let snapshot = self.snapshot.clone();
        if snapshot.snapshot.len() > MAX_SNAPSHOT {
            let size = snapshot.snapshot.len();
            tracing::error!(size, limit = MAX_SNAPSHOT, "the snapshot is too large to be sent to other nodes");
        }
        // After a power cut the log must not end before the snapshot does.
        self.pass.settled().await;
        self.pass
            .run(move |disk, era| {
                disk.save_snapshot(era, &snapshot.meta, &snapshot.snapshot)?;
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
            let answer = self.replica.apply(self.era, &entry)?;
            if let Some(responder) = responder {
                responder.send(answer);
            }
            self.replica.applied.send_replace(entry.log_id.index);
        }
        Ok(())
    }

    async fn get_snapshot_builder(&mut self) -> Builder {
        Builder { snapshot: self.replica.capture(), pass: self.pass.clone() }
    }

    async fn install_snapshot(&mut self, meta: &SnapshotMeta, state: Vec<u8>) -> io::Result<()> {
        let wrong = |why| io::Error::new(io::ErrorKind::InvalidData, format!("a snapshot cannot be restored: {why}"));
        self.replica.restore(self.era, meta, &state).map_err(wrong)?;
        let meta = meta.clone();
        self.pass.run(move |disk, era| disk.save_snapshot(era, &meta, &state)).await
    }

    async fn get_current_snapshot(&mut self) -> io::Result<Option<Snapshot>> {
        self.pass.run(|disk, _| disk.snapshot()).await
    }
}
