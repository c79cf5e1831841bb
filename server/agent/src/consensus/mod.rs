//! The way from the core to the consensus library and back: orders are carried out, what happened becomes facts.
//!
//! ```text
//!   core  --Order-->  Council  --> quorate_consensus::Consensus  --> database.redb, messages
//!   core  <--Fact---  Council  <-- events, outcomes
//! ```
//!
//! It decides nothing. What waits for other nodes or for the disk runs in tasks of its own, so the driver never does.

pub mod backup;
mod leader;
mod machine;
mod records;

use std::{path::Path, time::Duration};

use quorate_consensus::{Consensus, Event, NodeId, OpenError, Options, State, Voter as Member};
use quorate_core::{
    database::Database,
    quorum::consensus::{Fact, Order, State as CoreState},
    types::{Identity, NodeName, Voter},
};
use tokio::{
    runtime::Handle as Runtime,
    sync::{mpsc, oneshot},
};

use self::leader::Leader;
pub use self::{
    leader::{Answer, Reply, answer, fetch, proposal},
    machine::Keeper,
    records::{RecordError, edit, edit_out},
};
use crate::driver::wall;

/// Most orders that wait to be carried out. The core gives few of them, and none before the last of a kind is done.
const ORDERS: usize = 64;
/// Most outcomes that wait for the core.
const OUTCOMES: usize = 64;

/// What the driver has of consensus.
#[derive(Debug)]
pub struct Council {
    consensus: Consensus<Keeper>,
    events: mpsc::Receiver<Event>,
    orders: mpsc::Sender<Order>,
    outcomes: mpsc::Receiver<Fact>,
    leader: Leader,
    runtime: Runtime,
    served: (mpsc::Sender<Served>, mpsc::Receiver<Served>),
    /// What operators decided, as the core was told last.
    decided: u64,
    /// What comes after the news of that.
    held_back: Option<Fact>,
}

/// A request of another node was served.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Served {
    /// Who asked.
    pub to: NodeName,
    /// Number of the request.
    pub number: u64,
    /// The answer.
    pub body: Vec<u8>,
}

/// What happened.
#[derive(Debug)]
pub enum Happened {
    /// Another node's request was served.
    Served(Served),
    /// Something that the core is to know.
    Fact(Fact),
    /// Nothing it is to know.
    Nothing,
    /// Consensus cannot go on.
    Failed(String),
}

impl Council {
    /// Opens what the data folder has; it must have something when this node was part of a cluster. Work runs on
    /// `runtime`.
    ///
    /// # Errors
    /// [`OpenError`] when the folder cannot be used; nothing in it was changed.
    pub async fn open(
        folder: &Path,
        me: &Identity,
        was_part: bool,
        lease: Duration,
        runtime: &Runtime,
    ) -> Result<Self, OpenError> {
        let member = Member { id: me.id, name: me.name.to_string() };
        let folder = folder.to_path_buf();
        let options = Options { must_exist: was_part, ..options(lease) };
        let opened = runtime.spawn(async move { Consensus::open(&folder, member, Keeper::default(), options).await });
        let opened = opened.await.unwrap_or_else(|died| std::panic::resume_unwind(died.into_panic()))?;
        Ok(Self::new(me, opened, runtime))
    }

    /// The same of what is open already.
    #[must_use]
    pub fn new(
        me: &Identity,
        (consensus, events): (Consensus<Keeper>, mpsc::Receiver<Event>),
        runtime: &Runtime,
    ) -> Self {
        let (orders, waiting) = mpsc::channel(ORDERS);
        let (tell, outcomes) = mpsc::channel(OUTCOMES);
        runtime.spawn(carry_out(consensus.clone(), me.name.clone(), waiting, tell));
        let (leader, runtime, served) = (Leader::new(consensus.clone()), runtime.clone(), mpsc::channel(OUTCOMES));
        Self { consensus, events, orders, outcomes, leader, runtime, served, decided: 0, held_back: None }
    }

    /// Copies the database as this node has it.
    pub fn copy(&self, reply: oneshot::Sender<Option<Database>>) {
        let leader = self.leader.clone();
        self.runtime.spawn(async move {
            // Who no longer waits for the answer is not missed.
            let _ = reply.send(Some(leader.database()));
        });
    }

    /// Carries an order out, or sees to it.
    pub fn order(&mut self, order: Order) {
        match order {
            Order::Deliver { from, message } => self.consensus.deliver(from, message),
            Order::Unreachable { peer } => self.consensus.unreachable(peer),
            Order::Campaign => self.consensus.campaign(),
            Order::Transfer { to } => self.consensus.transfer(to),
            order => {
                if let Err(why) = self.orders.try_send(order) {
                    tracing::warn!("consensus has too much to do: {why}");
                }
            }
        }
    }

    /// Serves a request of another node; the answer comes as [`Happened::Served`].
    pub fn serve(&self, to: NodeName, number: u64, body: Vec<u8>) {
        let (leader, tell) = (self.leader.clone(), self.served.0.clone());
        self.runtime.spawn(async move {
            let body = leader.serve(&body).await;
            let _ = tell.send(Served { to, number, body }).await;
        });
    }

    /// Serves a request of this node's own.
    pub fn serve_here(&self, body: Vec<u8>, reply: oneshot::Sender<Reply>) {
        let leader = self.leader.clone();
        self.runtime.spawn(async move {
            // Who no longer waits for the answer is not missed.
            let _ = reply.send(Ok(leader.serve(&body).await));
        });
    }

    /// Waits for the next thing that happens.
    pub async fn next(&mut self) -> Happened {
        if let Some(fact) = self.held_back.take() {
            return Happened::Fact(fact);
        }
        tokio::select! {
            Some(event) = self.events.recv() => match event {
                Event::State(state) => self.stands(Fact::State(core_state(&state))),
                Event::Send { to, message } => Happened::Fact(Fact::Send { to, message }),
                Event::Applied { .. } => self.look(),
                Event::Failed { why } => Happened::Failed(why),
            },
            Some(fact) = self.outcomes.recv() => Happened::Fact(fact),
            Some(served) = self.served.1.recv() => Happened::Served(served),
            else => std::future::pending().await,
        }
    }

    /// Whoever leads knows what operators decided.
    fn stands(&mut self, state: Fact) -> Happened {
        match self.look() {
            Happened::Nothing => Happened::Fact(state),
            news => {
                self.held_back = Some(state);
                news
            }
        }
    }

    /// What was applied may tell what operators decided.
    fn look(&mut self) -> Happened {
        let known = self.decided;
        let news = self
            .consensus
            .read(|keeper| (keeper.decided() != known).then(|| (keeper.decided(), keeper.database().rules.clone())));
        match news {
            Some((decided, rules)) => {
                self.decided = decided;
                Happened::Fact(Fact::Rules(rules))
            }
            None => Happened::Nothing,
        }
    }

    /// Ends it: what was acknowledged is on the disk.
    pub async fn close(self) {
        self.consensus.close().await;
    }
}

/// The library's own lease ends before the core's does, so that who leads next never waits for it.
#[must_use]
pub fn options(lease: Duration) -> Options {
    let heartbeat = (lease / 4).max(Duration::from_millis(10));
    Options { heartbeat, lease: heartbeat * 3, ..Options::default() }
}

/// Carries orders out that wait for the disk or for others: those that begin and end something one after the other.
async fn carry_out(
    consensus: Consensus<Keeper>,
    me: NodeName,
    mut orders: mpsc::Receiver<Order>,
    tell: mpsc::Sender<Fact>,
) {
    while let Some(order) = orders.recv().await {
        let done = match order {
            Order::Found { cluster, voters } => consensus.found(cluster, members(voters)).await,
            Order::Join { cluster } => consensus.join(cluster).await,
            Order::Forget => consensus.forget().await,
            Order::Refound { cluster } => consensus.refound(cluster, |keeper| keeper.begin_anew(&me, wall())).await,
            Order::Propose { number, change } => {
                let (consensus, tell) = (consensus.clone(), tell.clone());
                tokio::spawn(async move {
                    let answer = consensus.propose(records::change_out(&change)).await;
                    let applied = answer.ok().and_then(|bytes| records::applied(&bytes).ok());
                    let _ = tell.send(Fact::Done { number, applied }).await;
                });
                Ok(())
            }
            Order::SetVoters { number, voters } => {
                let (consensus, tell) = (consensus.clone(), tell.clone());
                tokio::spawn(async move {
                    let done = consensus.set_voters(members(voters)).await;
                    if let Err(why) = &done {
                        tracing::info!("the voters were not changed: {why}");
                    }
                    let applied = done.ok().map(|()| quorate_core::database::Applied::Done);
                    let _ = tell.send(Fact::Done { number, applied }).await;
                });
                Ok(())
            }
            Order::Deliver { .. } | Order::Unreachable { .. } | Order::Campaign | Order::Transfer { .. } => Ok(()),
        };
        if let Err(why) = done {
            tracing::warn!("consensus: {why}");
        }
    }
}

fn members(voters: Vec<Voter>) -> Vec<Member> {
    voters.into_iter().map(|voter| Member { id: voter.id, name: voter.name.to_string() }).collect()
}

fn core_state(state: &State) -> CoreState {
    // Names were checked when they were put into the log.
    let named = |set: &std::collections::BTreeMap<NodeId, String>| {
        set.iter().filter_map(|(id, name)| Some((*id, NodeName::new(name).ok()?))).collect()
    };
    CoreState {
        cluster: state.cluster,
        confirmed: state.leader.is_some() || state.last.1 > 0,
        term: state.term,
        leader: state.leader,
        leading: state.leading,
        voters: state.voters.iter().map(named).collect(),
        voters_index: state.voters_index,
        learners: named(&state.learners),
    }
}
