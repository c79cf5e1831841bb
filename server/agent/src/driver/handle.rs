//! The way to the driver for everybody else: a cheap clone that hides the channels.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use quorate_core::{
    Outcome,
    coordination::Patience,
    database::Database,
    quorum::{Explanation, NotRefounded, QuorumStatus},
    recovery::{About, Call as RecoveryCall},
    status::{NodeStatus, ViewStatus},
    types::{ClusterUid, Epoch, NodeName},
    wire::Phase,
};
use quorate_proto::store::v1::{recovery_answer::Kind as RecoveryAnswered, recovery_request::Kind as RecoveryAsked};
use tokio::{
    sync::{mpsc, oneshot, watch},
    time::timeout,
};

use crate::consensus::{self, Answer, Reply};

use super::{
    coordination::{Access, Call, Line, Sure},
    events::{Raw, RawListing},
    happening::{Listing, QuorumNews, Subscription},
    seen::Seen,
};

/// What a program may be told before it has taken it: a phase after another, and that it is isolated.
const CALLS: usize = 64;

/// How long whoever leads recovery may take to answer; a question how it stands waits for a second there.
const LEADER: Duration = Duration::from_secs(3);

/// Why a call to the driver has no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum HandleError {
    /// The driver has stopped, or is stopping.
    #[error("the agent is stopping")]
    Stopping,
    /// Too many commands wait for their end.
    #[error("{limit} commands wait for their end")]
    Busy {
        /// How many may.
        limit: usize,
    },
}

/// Whether the node stays in the cluster.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Departure {
    /// It stays.
    Staying,
    /// It was asked to leave.
    Leaving,
    /// It has left.
    Departed {
        /// Whether the others agreed in time.
        confirmed: bool,
    },
}

/// What the driver is asked.
pub(super) enum Request {
    /// All nodes, or those of these names that are known.
    Nodes { names: Option<Vec<NodeName>>, reply: oneshot::Sender<Vec<NodeStatus>> },
    /// How far the node distrusts its own timers.
    Distrust { reply: oneshot::Sender<u32> },
    /// How quorum stands, and the database here.
    Quorum { reply: oneshot::Sender<QuorumStatus> },
    /// What would happen to quorum if these nodes failed, and those left.
    Explain { failing: BTreeSet<NodeName>, leaving: BTreeSet<NodeName>, reply: oneshot::Sender<Explanation> },
    /// A request to the node that leads.
    Lead { body: Vec<u8>, reply: oneshot::Sender<Reply> },
    /// The database, when this node has a copy that is kept up to date.
    Database { reply: oneshot::Sender<Option<Database>> },
    /// Whether the cluster could be formed anew.
    MayRefound { reply: oneshot::Sender<Result<(), NotRefounded>> },
    /// Form the cluster anew.
    Refound { reply: oneshot::Sender<Result<Outcome, HandleError>> },
    /// The history, after a point.
    History { cursor: Option<Seen>, reply: oneshot::Sender<RawListing> },
    /// A place in the event stream.
    Subscribe { cursor: Option<Seen>, reply: oneshot::Sender<Raw> },
    /// Something about sessions, names or barriers.
    Coordinate { ticket: u64, request: Box<quorate_core::wire::Request>, patience: Patience, line: Line },
    /// A look at sessions, names and barriers.
    Look(Box<dyn FnOnce(Access<'_>) + Send>),
    /// A program takes part in recovery; it is told what to do over `calls`.
    Join { about: About, calls: mpsc::Sender<RecoveryCall>, reply: oneshot::Sender<Result<u64, HandleError>> },
    /// It has done what it was told.
    Acknowledge { id: u64, epoch: Epoch, phase: Phase },
    /// It takes part no more.
    Part { id: u64 },
    /// Leave the cluster.
    Leave,
    /// Evict a node.
    Evict { name: NodeName, reason: String, reply: oneshot::Sender<Result<Outcome, HandleError>> },
    /// Lift an eviction.
    Readmit { name: NodeName, reply: oneshot::Sender<Result<Outcome, HandleError>> },
}

/// A program that takes part in recovery.
#[derive(Debug)]
pub struct Participation {
    id: u64,
    calls: mpsc::Receiver<RecoveryCall>,
    requests: mpsc::Sender<Request>,
}

impl Participation {
    /// What it is told next; none when the agent stops.
    pub async fn next(&mut self) -> Option<RecoveryCall> {
        self.calls.recv().await
    }

    /// It has done what it was told.
    pub async fn acknowledge(&self, epoch: Epoch, phase: Phase) {
        // A driver that has stopped waits for nobody.
        let _ = self.requests.send(Request::Acknowledge { id: self.id, epoch, phase }).await;
    }
}

impl Drop for Participation {
    fn drop(&mut self) {
        let (requests, id) = (self.requests.clone(), self.id);
        if requests.try_send(Request::Part { id }).is_err() {
            // The driver has much to do, or has stopped.
            tokio::spawn(async move { requests.send(Request::Part { id }).await });
        }
    }
}

/// The way to the driver.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(super) requests: mpsc::Sender<Request>,
    pub(super) view: watch::Receiver<ViewStatus>,
    pub(super) departure: watch::Receiver<Departure>,
    pub(super) quorum: watch::Receiver<QuorumNews>,
    pub(super) cluster: watch::Receiver<Option<ClusterUid>>,
    pub(super) sure: watch::Receiver<Sure>,
    pub(super) tickets: Arc<AtomicU64>,
    pub(super) forgotten: mpsc::UnboundedSender<u64>,
}

impl Handle {
    /// Asks for something about sessions, names or barriers; nobody waits for it any more when the call is dropped.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn coordinate(
        &self,
        request: quorate_core::wire::Request,
        patience: Patience,
    ) -> Result<Call, HandleError> {
        let ticket = self.tickets.fetch_add(1, Ordering::Relaxed);
        let (line, call) = Call::new(ticket, self.forgotten.clone());
        let request = Request::Coordinate { ticket, request: Box::new(request), patience, line };
        self.requests.send(request).await.map_err(|_| HandleError::Stopping)?;
        Ok(call)
    }

    /// Looks at sessions, names and barriers as they are here, in one step of the driver.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(Access<'_>) -> T + Send + 'static,
    ) -> Result<T, HandleError> {
        let (reply, answer) = oneshot::channel();
        let look = Box::new(move |access: Access<'_>| drop(reply.send(look(access))));
        self.requests.send(Request::Look(look)).await.map_err(|_| HandleError::Stopping)?;
        answer.await.map_err(|_| HandleError::Stopping)
    }

    /// Up to where sessions, names and barriers are sure here, as that changes.
    #[must_use]
    pub fn watch_sure(&self) -> watch::Receiver<Sure> {
        self.sure.clone()
    }

    /// Asks whoever leads recovery for something; none when nobody is known to, or it does not answer.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn recovery(&self, asked: RecoveryAsked) -> Result<Option<RecoveryAnswered>, HandleError> {
        match timeout(LEADER, self.lead(super::recovery::ask(asked))).await {
            Ok(reply) => Ok(super::recovery::answer(reply?)),
            // Whoever led may have gone while the question was on its way.
            Err(_) => Ok(None),
        }
    }

    /// Has a program take part in recovery, until what is returned is dropped.
    ///
    /// # Errors
    /// [`HandleError`].
    pub async fn join(&self, about: About) -> Result<Participation, HandleError> {
        let (calls, waiting) = mpsc::channel(CALLS);
        let id = self.ask(|reply| Request::Join { about, calls, reply }).await??;
        Ok(Participation { id, calls: waiting, requests: self.requests.clone() })
    }

    /// The view and how far the node has come with it.
    #[must_use]
    pub fn view(&self) -> ViewStatus {
        self.view.borrow().clone()
    }

    /// The view as it changes.
    #[must_use]
    pub fn watch_view(&self) -> watch::Receiver<ViewStatus> {
        self.view.clone()
    }

    /// All nodes that are known, members first, then by name.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn nodes(&self) -> Result<Vec<NodeStatus>, HandleError> {
        self.ask(|reply| Request::Nodes { names: None, reply }).await
    }

    /// Those of the named nodes that are known.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn nodes_named(&self, names: Vec<NodeName>) -> Result<Vec<NodeStatus>, HandleError> {
        self.ask(|reply| Request::Nodes { names: Some(names), reply }).await
    }

    /// One node, when it is known.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn node(&self, name: NodeName) -> Result<Option<NodeStatus>, HandleError> {
        Ok(self.nodes_named(vec![name]).await?.pop())
    }

    /// How far the node distrusts its own timers, 0 to 8. Also tells that the driver is alive.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn distrust(&self) -> Result<u32, HandleError> {
        self.ask(|reply| Request::Distrust { reply }).await
    }

    /// How quorum stands at this moment.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn quorum(&self) -> Result<QuorumStatus, HandleError> {
        self.ask(|reply| Request::Quorum { reply }).await
    }

    /// What would happen to quorum if these nodes failed, and those left.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn explain(
        &self,
        failing: BTreeSet<NodeName>,
        leaving: BTreeSet<NodeName>,
    ) -> Result<Explanation, HandleError> {
        self.ask(|reply| Request::Explain { failing, leaving, reply }).await
    }

    /// Asks the node that leads to make a change, once: a [`consensus::proposal`], or part of a restore.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn propose(&self, proposal: Vec<u8>) -> Result<Answer, HandleError> {
        self.lead(proposal).await.map(consensus::answer)
    }

    /// The cluster database: as this node has it when it votes, otherwise as the node has it that leads. None when that one
    /// is not known or does not answer.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn database(&self) -> Result<Option<Database>, HandleError> {
        match self.ask(|reply| Request::Database { reply }).await? {
            Some(database) => Ok(Some(database)),
            None => consensus::fetch(|body| self.lead(body)).await,
        }
    }

    async fn lead(&self, body: Vec<u8>) -> Result<Reply, HandleError> {
        self.ask(|reply| Request::Lead { body, reply }).await
    }

    /// Whether the cluster could be formed anew from this node's copy of the database.
    ///
    /// # Errors
    /// [`HandleError`].
    pub async fn may_refound(&self) -> Result<Result<(), NotRefounded>, HandleError> {
        self.ask(|reply| Request::MayRefound { reply }).await
    }

    /// Which cluster this node has become part of, as it changes.
    #[must_use]
    pub fn watch_cluster(&self) -> watch::Receiver<Option<ClusterUid>> {
        self.cluster.clone()
    }

    /// Which cluster this node has become part of.
    #[must_use]
    pub fn cluster(&self) -> Option<ClusterUid> {
        *self.cluster.borrow()
    }

    /// Forms the cluster anew from this node's copy of the database.
    ///
    /// # Errors
    /// [`HandleError`].
    pub async fn refound(&self) -> Result<Outcome, HandleError> {
        self.ask(|reply| Request::Refound { reply }).await?
    }

    /// Whether this node has quorum, as it changes.
    #[must_use]
    pub fn watch_quorum(&self) -> watch::Receiver<QuorumNews> {
        self.quorum.clone()
    }

    /// The epoch in force; 0 without quorum.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.quorum.borrow().granted.as_ref().map_or(0, |(epoch, _)| epoch.0)
    }

    /// The views that are kept, after `cursor` when there is one.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn history(&self, cursor: Option<Seen>) -> Result<Listing, HandleError> {
        self.ask(|reply| Request::History { cursor, reply }).await.map(RawListing::finish)
    }

    /// A place in the event stream, after `cursor` or at its present end.
    ///
    /// # Errors
    /// [`HandleError::Stopping`].
    pub async fn subscribe(&self, cursor: Option<Seen>) -> Result<Subscription, HandleError> {
        self.ask(|reply| Request::Subscribe { cursor, reply }).await.map(Raw::finish)
    }

    /// Leaves the cluster; the driver then stops. Returns whether the others confirmed it in time. A second call waits
    /// for the same departure.
    ///
    /// # Errors
    /// [`HandleError::Stopping`] when the driver was stopped otherwise.
    pub async fn leave(&self) -> Result<bool, HandleError> {
        let mut departure = self.departure.clone();
        // A driver that no longer listens has departed already, or never will.
        let _ = self.requests.send(Request::Leave).await;
        let departed = departure.wait_for(|now| matches!(now, Departure::Departed { .. })).await;
        match *departed.map_err(|_| HandleError::Stopping)? {
            Departure::Departed { confirmed } => Ok(confirmed),
            Departure::Staying | Departure::Leaving => Err(HandleError::Stopping),
        }
    }

    /// Whether the node stays in the cluster, as it changes.
    #[must_use]
    pub fn watch_departure(&self) -> watch::Receiver<Departure> {
        self.departure.clone()
    }

    /// Evicts a node; done when that is durable here.
    ///
    /// # Errors
    /// [`HandleError`].
    pub async fn evict(&self, name: NodeName, reason: String) -> Result<Outcome, HandleError> {
        self.ask(|reply| Request::Evict { name, reason, reply }).await?
    }

    /// Lifts an eviction; done when that is durable here.
    ///
    /// # Errors
    /// [`HandleError`].
    pub async fn readmit(&self, name: NodeName) -> Result<Outcome, HandleError> {
        self.ask(|reply| Request::Readmit { name, reply }).await?
    }

    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Result<T, HandleError> {
        let (reply, answer) = oneshot::channel();
        self.requests.send(request(reply)).await.map_err(|_| HandleError::Stopping)?;
        answer.await.map_err(|_| HandleError::Stopping)
    }
}
