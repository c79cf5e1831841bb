//! Requests of other nodes.
//!
//! Each node has a queue and a task of its own. Entries of a leader are taken one message after the other, in the order
//! in which they came; everything else is worked on beside them, so many at once.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use openraft::{Raft, async_runtime::watch::WatchReceiver as _};
use quorate_core::types::NodeId;
use tokio::{
    runtime::Handle,
    sync::{Semaphore, mpsc},
    task::JoinSet,
};
use tokio_util::task::AbortOnDropHandle;

use super::{
    ask::Asker,
    lock,
    message::{Receipt, Reply, Request},
    receive::{self, Arriving, Next},
    warn_once,
};
use crate::{
    ids::ClusterUid,
    machine::Machine,
    raft::{Types, codec},
    replica::Applier,
};

/// Messages of one node that wait.
const QUEUE: usize = 256;
/// Requests of one node that are worked on at once.
const AT_ONCE: usize = 64;
/// Nodes that have a queue.
const NODES: usize = 256;

/// Requests of other nodes.
pub(crate) struct Inbox<M: Machine> {
    desk: Arc<Desk<M>>,
    runtime: Handle,
    queues: Mutex<BTreeMap<NodeId, Queue>>,
}

struct Queue {
    requests: mpsc::Sender<(u64, Vec<u8>)>,
    _task: AbortOnDropHandle<()>,
}

/// What requests are worked on with.
struct Desk<M: Machine> {
    cluster: ClusterUid,
    raft: Raft<Types, Applier<M>>,
    asker: Arc<Asker>,
    arriving: Mutex<Option<Arriving>>,
}

impl<M: Machine> Inbox<M> {
    pub(crate) fn new(cluster: ClusterUid, raft: Raft<Types, Applier<M>>, asker: Arc<Asker>, runtime: Handle) -> Self {
        let desk = Arc::new(Desk { cluster, raft, asker, arriving: Mutex::new(None) });
        Self { desk, runtime, queues: Mutex::new(BTreeMap::new()) }
    }

    /// A request came in. When too many wait already it is dropped: whoever asked asks again.
    pub(crate) fn put(&self, from: NodeId, number: u64, body: Vec<u8>) {
        let mut queues = lock(&self.queues);
        if !queues.contains_key(&from) {
            if queues.len() >= NODES {
                return warn_once!("requests of a node are dropped: more nodes ask than can take part");
            }
            let queue = self.open(from);
            queues.insert(from, queue);
        }
        if let Some(queue) = queues.get(&from)
            && queue.requests.try_send((number, body)).is_err()
        {
            warn_once!("a request is dropped: another node asks more than can be answered");
        }
    }

    /// The link to a node went down: its requests are not worth an answer any more.
    pub(crate) fn unreachable(&self, peer: NodeId) {
        lock(&self.queues).remove(&peer);
    }

    fn open(&self, from: NodeId) -> Queue {
        let (requests, queue) = mpsc::channel(QUEUE);
        let task = self.runtime.spawn(work(self.desk.clone(), from, queue));
        Queue { requests, _task: AbortOnDropHandle::new(task) }
    }
}

/// Works on the requests of one node.
async fn work<M: Machine>(desk: Arc<Desk<M>>, from: NodeId, mut queue: mpsc::Receiver<(u64, Vec<u8>)>) {
    let places = Arc::new(Semaphore::new(AT_ONCE));
    let mut beside = JoinSet::new();
    while let Some((number, body)) = queue.recv().await {
        let request = match codec::decode::<Request>(&body) {
            Ok(request) if request.is_sound(from) => request,
            Ok(_) => {
                warn_once!("a request is dropped: it makes no sense");
                continue;
            }
            Err(why) => {
                warn_once!(why, "a request is dropped: it cannot be decoded");
                continue;
            }
        };
        while beside.try_join_next().is_some() {}
        if matches!(request, Request::Append(_)) {
            desk.handle(from, number, request).await;
        } else if let Ok(place) = places.clone().acquire_owned().await {
            let desk = desk.clone();
            beside.spawn(async move {
                desk.handle(from, number, request).await;
                drop(place);
            });
        }
    }
}

impl<M: Machine> Desk<M> {
    /// Works on a request and answers it. When the library has stopped there is no answer.
    async fn handle(&self, from: NodeId, number: u64, request: Request) {
        let reply = match request {
            Request::Append(append) => self.raft.append_entries(append).await.ok().map(Reply::Append),
            Request::Vote(vote) => self.raft.vote(vote).await.ok().map(Reply::Vote),
            Request::PreVote(vote) => self.raft.pre_vote(vote).await.ok().map(Reply::Vote),
            Request::Transfer(transfer) => self.raft.handle_transfer_leader(transfer).await.ok().map(Reply::Transfer),
            Request::SnapshotHead { vote, meta, size, checksum } => {
                let current = self.raft.metrics().borrow_watched().vote;
                let next = receive::begin(&mut lock(&self.arriving), current, (vote, meta), (size, checksum));
                self.go_on(next).await.map(Reply::Snapshot)
            }
            Request::SnapshotPiece { offset, bytes } => {
                let current = self.raft.metrics().borrow_watched().vote;
                let next = receive::piece(&mut lock(&self.arriving), from.into(), current, offset, &bytes);
                self.go_on(next).await.map(Reply::Snapshot)
            }
        };
        if let Some(reply) = reply {
            self.asker.answer(self.cluster, from, number, &reply).await;
        }
    }

    async fn go_on(&self, next: Next) -> Option<Receipt> {
        match next {
            Next::Tell(receipt) => Some(receipt),
            Next::Install(vote, snapshot) => {
                let installed = self.raft.install_full_snapshot(vote, snapshot).await.ok()?;
                Some(Receipt::Over(installed.vote))
            }
        }
    }
}
