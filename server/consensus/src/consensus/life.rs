//! Which cluster this node takes part in, if any.
//!
//! ```text
//!              found, join                 refound
//!   nothing --------------> in a cluster ----------> in another one
//!           <--------------
//!               forget
//! ```
//!
//! Each transition is one transaction of the file; what runs is stopped before and started anew after it.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError},
};

use openraft::{
    Raft,
    async_runtime::watch::WatchReceiver as _,
    errors::{Fatal, InitializeError, RaftError},
    impls::leader_id_std::LeaderId,
    type_config::alias::{CommittedLeaderIdOf, WatchReceiverOf},
};
use quorate_core::types::NodeId;
use tokio_util::task::AbortOnDropHandle;

use super::{Consensus, Inner, news::Herald, state};
use crate::{
    error::Error,
    event::State,
    ids::{ClusterUid, Voter},
    machine::Machine,
    net::{inbox::Inbox, link::Links},
    raft::{Label, LogId, Membership, Peer, SnapshotMeta, StoredMembership, Types, Vote, term},
    replica::Applier,
    store::{Disk, Log, Pass},
};

/// What runs while this node takes part in a cluster.
pub(super) struct Running<M: Machine> {
    pub cluster: ClusterUid,
    pub raft: Raft<Types, Applier<M>>,
    pub inbox: Inbox<M>,
    pass: Pass,
    observer: AbortOnDropHandle<()>,
}

impl<M: Machine> Running<M> {
    /// The part this node takes, but for the end of its log.
    pub(super) fn state(&self, me: NodeId) -> State {
        state::of(self.cluster, me, &self.raft.metrics().borrow_watched())
    }
}

impl<M: Machine> Consensus<M> {
    /// Founds a cluster with these voters, this node among them. The same again changes nothing. Each founder may do
    /// it, all of them with the same arguments: their logs begin with the same entry. Nobody leads until somebody
    /// campaigns.
    ///
    /// # Errors
    /// [`Error`] says what was changed: nothing, unless the disk failed.
    pub async fn found(&self, cluster: ClusterUid, voters: Vec<Voter>) -> Result<(), Error> {
        let inner = &self.0;
        if !voters.iter().any(|voter| voter.id == inner.me.id) {
            return Err(Error::NotAVoter);
        }
        let _life = self.enter(cluster).await?;
        let Some(running) = inner.running() else { return Err(Error::Stopped) };
        let founders: BTreeMap<_, _> =
            voters.into_iter().map(|voter| (voter.id.into(), Label { name: voter.name })).collect();
        match running.raft.initialize(founders).await {
            Ok(()) => {}
            // It has a log already: that of the same cluster.
            Err(RaftError::APIError(InitializeError::NotAllowed(_))) => {}
            Err(RaftError::APIError(InitializeError::NotInMembers(_))) => return Err(Error::NotAVoter),
            Err(RaftError::Fatal(why)) => return Err(inner.failed(why)),
        }
        // It answers one after the other, so the first entry is on the disk when it answers this. What it tells of
        // itself may come a little later.
        running.raft.is_initialized().await.map_err(|why| inner.failed(why))?;
        let known = running.raft.wait(Some(inner.options.request_timeout));
        let _ = known.metrics(|metrics| metrics.membership_config.log_id().is_some(), "the voters are known").await;
        inner.publish();
        Ok(())
    }

    /// Takes part in a cluster with an empty log, and waits for a leader to send one. Nothing changes when it takes
    /// part in that cluster already.
    ///
    /// # Errors
    /// [`Error`] says what was changed: nothing, unless the disk failed.
    pub async fn join(&self, cluster: ClusterUid) -> Result<(), Error> {
        drop(self.enter(cluster).await?);
        Ok(())
    }

    /// Takes part in nothing any more: removes the log, the votes and the snapshot, and sets the machine back to what
    /// it was under an empty log. Others must not count on this node's vote any more when this is called.
    ///
    /// # Errors
    /// [`Error::Failed`] when the disk failed; [`Error::Stopped`].
    pub async fn forget(&self) -> Result<(), Error> {
        let inner = &self.0;
        let _life = self.alive().await?;
        inner.stop().await;
        inner.disk.new_pass().run(Disk::leave).await.map_err(|why| inner.failed(why))?;
        let era = inner.replica.new_era();
        inner.replica.restore(era, &SnapshotMeta::default(), &inner.pristine).map_err(|why| inner.failed(why))?;
        inner.news.state(State::default());
        Ok(())
    }

    /// After a disaster, when a majority will never come back: founds a new cluster with the state this node has. What
    /// its log has is applied, also what was not known to be committed, for it may have been acknowledged; `change`
    /// mends the state; and a new log, whose only voter is this node, begins with a snapshot of it. Nothing of the old
    /// cluster is heard from then on. Nothing changes when this node takes part in `cluster` already.
    ///
    /// # Errors
    /// [`Error::NoCluster`] and [`Error::Stopped`]: nothing was changed. [`Error::Failed`]: the old cluster or the new
    /// one is in the file.
    pub async fn refound(&self, cluster: ClusterUid, change: impl FnOnce(&mut M) + Send) -> Result<(), Error> {
        let inner = &self.0;
        let _life = self.alive().await?;
        match inner.running() {
            None => return Err(Error::NoCluster),
            Some(running) if running.cluster == cluster => return Ok(()),
            Some(_) => inner.stop().await,
        }
        let begun = inner.catch_up().and_then(|()| inner.new_beginning()).map_err(|why| inner.failed(why))?;
        let (vote, meta) = begun;
        inner.replica.write(change);
        let bytes = inner.replica.read(M::snapshot);
        let work = move |disk: &Disk, era| disk.enter_with(era, cluster, &vote, &meta, &bytes);
        inner.disk.new_pass().run(work).await.map_err(|why| inner.failed(why))?;
        inner.start(cluster).await.map_err(|why| inner.failed(why))
    }

    /// Takes part in a cluster, if in none.
    async fn enter(&self, cluster: ClusterUid) -> Result<tokio::sync::MutexGuard<'_, bool>, Error> {
        let inner = &self.0;
        let life = self.alive().await?;
        match inner.running() {
            Some(running) if running.cluster == cluster => return Ok(life),
            Some(running) => return Err(Error::OtherCluster { found: running.cluster, wanted: cluster }),
            None => {}
        }
        inner.disk.new_pass().run(move |disk, era| disk.enter(era, cluster)).await.map_err(|why| inner.failed(why))?;
        inner.start(cluster).await.map_err(|why| inner.failed(why))?;
        Ok(life)
    }

    /// Waits for one's turn. A caller that gave up half-way may have left things stopped: they go on first.
    async fn alive(&self) -> Result<tokio::sync::MutexGuard<'_, bool>, Error> {
        let inner = &self.0;
        let closed = inner.life.lock().await;
        if *closed {
            return Err(Error::Stopped);
        }
        if inner.running().is_none() {
            // What was being written then is written now, or will not be.
            let waited = inner.disk.new_pass().run(|disk, _| disk.wait().and_then(|()| disk.cluster())).await;
            if let Some(cluster) = waited.map_err(|why| inner.failed(why))? {
                inner.start(cluster).await.map_err(|why| inner.failed(why))?;
            }
        }
        Ok(closed)
    }
}

impl<M: Machine> Inner<M> {
    /// Starts what the file says: the machine from its snapshot, the library from the log.
    pub(super) async fn start(&self, cluster: ClusterUid) -> Result<(), String> {
        let snapshot = self.disk.run(|disk| disk.snapshot()).await.map_err(|why| why.to_string())?;
        let (meta, state) = snapshot
            .map_or_else(|| (SnapshotMeta::default(), self.pristine.clone()), |kept| (kept.meta, kept.snapshot));
        let (era, pass) = (self.replica.new_era(), self.disk.new_pass());
        self.replica.restore(era, &meta, &state)?;
        let me = Peer::from(self.me.id);
        let links = Links { me, cluster, asker: self.asker.clone(), options: self.options.clone() };
        let applier = Applier { replica: self.replica.clone(), era, pass: pass.clone() };
        let raft = Raft::new(me, self.config.clone(), links, Log(pass.clone()), applier).await;
        let raft = raft.map_err(|why| why.to_string())?;
        // An answer means that it is up, and that what it tells of itself is more than a beginning.
        raft.is_initialized().await.map_err(|why| why.to_string())?;
        let inbox = Inbox::new(cluster, raft.clone(), self.asker.clone(), self.runtime.clone());
        let observer = Observer { cluster, me: self.me.id, disk: self.disk.clone(), herald: self.news.herald() };
        let observer = self.runtime.spawn(observer.run(raft.metrics()));
        let running = Running { cluster, raft, inbox, pass, observer: AbortOnDropHandle::new(observer) };
        *self.running.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(running));
        self.publish();
        Ok(())
    }

    /// Stops what runs.
    pub(super) async fn stop(&self) {
        let running = self.running.write().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(running) = running {
            running.observer.abort();
            let _ = running.raft.shutdown().await;
            running.pass.settled().await;
        }
        // Some of its tasks may still be at work; from here on it is for nothing.
        self.replica.new_era();
        drop(self.disk.new_pass());
    }

    /// Tells the state, if it is new.
    fn publish(&self) {
        let Some(running) = self.running() else { return };
        let mut state = running.state(self.me.id);
        state.last = state::last(&self.disk);
        self.news.state(state);
    }

    /// Applies what the log has.
    fn catch_up(&self) -> std::io::Result<()> {
        let from = self.replica.position().last_log_id.map_or(0, |id| id.index + 1);
        let era = self.replica.new_era();
        self.disk.entries(from.., usize::MAX)?.iter().try_for_each(|entry| self.replica.apply(era, entry).map(drop))
    }

    /// Vote and position of a log that follows the one there is, with this node as the only voter.
    fn new_beginning(&self) -> std::io::Result<(Vote, SnapshotMeta)> {
        let last = self.disk.last()?;
        let voted = self.disk.vote()?.map_or(0, |vote| vote.leader_id.term);
        let term = last.as_ref().map_or(0, term).max(voted) + 1;
        let id = LogId::new(CommittedLeaderIdOf::<Types>::new(term), last.map_or(0, |id| id.index + 1));
        let me = Peer::from(self.me.id);
        let nodes = BTreeMap::from([(me, Label { name: self.me.name.clone() })]);
        let members = Membership::new(vec![[me].into()], nodes).map_err(std::io::Error::other)?;
        let vote = Vote { leader_id: LeaderId { term, voted_for: me }, committed: false };
        let last_membership = StoredMembership::new(Some(id), members);
        Ok((vote, SnapshotMeta { last_log_id: Some(id), last_membership }))
    }
}

/// Watches the library and tells what is new.
struct Observer {
    cluster: ClusterUid,
    me: NodeId,
    disk: Arc<Disk>,
    herald: Herald,
}

impl Observer {
    async fn run(self, mut metrics: WatchReceiverOf<Types, openraft::RaftMetrics<Types>>) {
        loop {
            let (mut state, running) = {
                let metrics = metrics.borrow_watched();
                (state::of(self.cluster, self.me, &metrics), metrics.running_state.clone())
            };
            match running {
                Ok(()) => {}
                Err(Fatal::Stopped) => return,
                Err(why) => return self.fail(&why.to_string()),
            }
            // Looking up the end of the log for every commit would be for nothing.
            if self.herald.is_new(&state) {
                state.last = state::last(&self.disk);
                self.herald.state(state);
            }
            if metrics.changed().await.is_err() {
                return self.fail("consensus stopped in an impossible state");
            }
        }
    }

    fn fail(&self, why: &str) {
        self.herald.fail(self.disk.failure().unwrap_or(why));
    }
}
