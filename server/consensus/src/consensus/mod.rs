//! The handle: what the caller does, and what it is told.
//!
//! ```text
//!   life.rs      found, join, forget, refound: which cluster this node takes part in, if any
//!   propose.rs   changes, and reads that are sure to be new
//!   voters.rs    who votes
//!   news.rs      State, Applied and Failed, each only the newest
//! ```

mod life;
mod news;
mod propose;
mod state;
mod voters;

use std::{
    fmt,
    path::Path,
    sync::{Arc, PoisonError, RwLock},
};

use openraft::Config;
use quorate_core::types::NodeId;
use redb::StorageBackend;
use tokio::{
    runtime::Handle,
    sync::{Mutex, mpsc},
};

pub use self::propose::MAX_CHANGE;
use self::{life::Running, news::News};
use crate::{
    error::{Error, OpenError},
    event::{Event, State},
    ids::Voter,
    machine::Machine,
    net::{
        MAX_MESSAGE,
        ask::Asker,
        envelope::{Envelope, Kind},
        warn_once,
    },
    options::Options,
    replica::Replica,
    store::{Disk, FILE, Opened},
};

/// Events that wait for the caller. Messages are among them: whoever wants to send more waits.
const EVENTS: usize = 256;

/// Consensus: an ordered, durable log run by a few voters, under a state machine. Clones are the same one; it ends when
/// the last of them is dropped, or is [closed](Self::close).
///
/// The caller takes the [`Event`]s all the time; calls that wait for other nodes end only when it does.
pub struct Consensus<M: Machine>(Arc<Inner<M>>);

impl<M: Machine> fmt::Debug for Consensus<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consensus").field("me", &self.0.me).finish_non_exhaustive()
    }
}

impl<M: Machine> Clone for Consensus<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

struct Inner<M: Machine> {
    me: Voter,
    options: Arc<Options>,
    config: Arc<Config>,
    runtime: Handle,
    disk: Arc<Disk>,
    replica: Arc<Replica<M>>,
    /// The machine's state under an empty log.
    pristine: Vec<u8>,
    asker: Arc<Asker>,
    news: News,
    /// What runs, when this node takes part in a cluster.
    running: RwLock<Option<Arc<Running<M>>>>,
    /// Held by whoever begins or ends something; true when it was closed.
    life: Mutex<bool>,
    /// Held by whoever changes the voters.
    voting: Mutex<()>,
}

impl<M: Machine> Consensus<M> {
    /// Opens the folder. When the node took part in a cluster it does so again, with the machine as far as it was known
    /// to be committed. It campaigns only when it is told to.
    ///
    /// # Errors
    /// [`OpenError`] when the folder cannot be used. Nothing in it was changed then, unless a write itself failed.
    pub async fn open(
        folder: &Path,
        me: Voter,
        machine: M,
        options: Options,
    ) -> Result<(Self, mpsc::Receiver<Event>), OpenError> {
        let (folder, id, how) = (folder.to_path_buf(), me.id, options.clone());
        let door =
            move |machine: &mut M| Opened::in_folder(&folder, id, &how, &mut |state: &[u8]| machine.restore(state));
        Self::open_through(door, me, machine, options).await
    }

    /// The same on storage that is not a file: for tests and simulations.
    ///
    /// # Errors
    /// [`OpenError`], as for [`open`](Self::open).
    pub async fn open_with_backend(
        backend: impl StorageBackend,
        me: Voter,
        machine: M,
        options: Options,
    ) -> Result<(Self, mpsc::Receiver<Event>), OpenError> {
        let (id, blocking) = (me.id, options.blocking);
        let backend: Arc<dyn StorageBackend> = Arc::new(backend);
        let door = move |machine: &mut M| {
            Opened::on_backend(backend, id, blocking, &mut |state: &[u8]| machine.restore(state))
        };
        Self::open_through(door, me, machine, options).await
    }

    async fn open_through(
        door: impl FnOnce(&mut M) -> Result<Opened, OpenError> + Send + 'static,
        me: Voter,
        mut machine: M,
        options: Options,
    ) -> Result<(Self, mpsc::Receiver<Event>), OpenError> {
        options.validate()?;
        let pristine = machine.snapshot();
        let work = move || door(&mut machine).map(|opened| (opened, machine));
        let (opened, machine) = if options.blocking {
            let io =
                |why: tokio::task::JoinError| OpenError::Io { action: "open", path: FILE.into(), source: why.into() };
            tokio::task::spawn_blocking(work).await.map_err(io)??
        } else {
            work()?
        };
        let (events, receiver) = mpsc::channel(EVENTS);
        let cluster = opened.contents.cluster;
        let replica = Arc::new(Replica::new(machine));
        let inner = Inner {
            me,
            config: Arc::new(options.config()),
            options: Arc::new(options),
            runtime: Handle::current(),
            asker: Arc::new(Asker::new(events.clone(), opened.times)),
            disk: Arc::new(opened.disk),
            news: News::new(events, replica.applied()),
            replica,
            pristine,
            running: RwLock::new(None),
            life: Mutex::new(false),
            voting: Mutex::new(()),
        };
        if let Some(cluster) = cluster {
            inner.start(cluster).await.map_err(|what| OpenError::Damaged { path: inner.disk.path().into(), what })?;
        }
        Ok((Self(Arc::new(inner)), receiver))
    }

    /// The part this node takes now.
    pub fn state(&self) -> State {
        let inner = &self.0;
        let mut state = inner.running().map_or_else(State::default, |running| running.state(inner.me.id));
        state.last = state::last(&inner.disk);
        if inner.news.has_failed() {
            // Nobody is left to say so.
            (state.leader, state.leading) = (None, false);
        }
        state
    }

    /// Looks at the machine, as far as changes were applied here. It is not changed meanwhile, so be quick.
    pub fn read<T>(&self, look: impl FnOnce(&M) -> T) -> T {
        self.0.replica.read(look)
    }

    /// Stands for leadership, after asking the others whether they would agree. Harmless when this node leads, or
    /// another one does whose lease has not ended: nothing happens then. May be called again and again.
    pub fn campaign(&self) {
        if let Some(running) = self.0.running() {
            self.0.runtime.spawn(async move { running.raft.trigger().elect(true).await });
        }
    }

    /// Hands leadership over to another voter; nothing happens when this node does not lead.
    pub fn transfer(&self, to: NodeId) {
        if let Some(running) = self.0.running() {
            self.0.runtime.spawn(async move { running.raft.trigger().transfer_leader(to.into()).await });
        }
    }

    /// A message of another node came in. What is damaged, or belongs to another cluster, is dropped.
    pub fn deliver(&self, from: NodeId, message: Vec<u8>) {
        if from == self.0.me.id {
            return warn_once!("a message is dropped: it came in from this node itself");
        }
        if message.len() > MAX_MESSAGE {
            return warn_once!(size = message.len(), "a message is dropped: it is too large");
        }
        let envelope = match Envelope::decode(message) {
            Ok(envelope) => envelope,
            Err(why) => return warn_once!("a message is dropped: it came in {why}"),
        };
        let Some(running) = self.0.running().filter(|running| running.cluster == envelope.cluster) else { return };
        match envelope.kind {
            Kind::Request => running.inbox.put(from, envelope.number, envelope.body),
            Kind::Answer => self.0.asker.answered(from, envelope.number, envelope.body),
        }
    }

    /// The link to another node went down, or a message to it could not be sent: what it was asked fails at once. When
    /// this is not told, entries wait for [`Options::request_timeout`] before they are sent anew.
    pub fn unreachable(&self, peer: NodeId) {
        self.0.asker.unreachable(peer);
        if let Some(running) = self.0.running() {
            running.inbox.unreachable(peer);
        }
    }

    /// Ends everything and closes the file, for all clones.
    pub async fn close(self) {
        let inner = &self.0;
        *inner.life.lock().await = true;
        inner.stop().await;
        // What cannot be written now will be learnt again; the disk says so itself.
        let _ = inner.disk.run(Disk::settle).await;
        inner.disk.close();
    }
}

impl<M: Machine> Inner<M> {
    fn running(&self) -> Option<Arc<Running<M>>> {
        self.running.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn failed(&self, why: impl ToString) -> Error {
        let why = self.disk.failure().map_or_else(|| why.to_string(), str::to_owned);
        self.news.fail(&why);
        Error::Failed(why)
    }
}

impl<M: Machine> Drop for Inner<M> {
    fn drop(&mut self) {
        // Tasks of the library end when they notice; the file is free at once.
        self.disk.close();
    }
}
