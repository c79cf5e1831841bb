//! The contract of the consensus library: one log outside of all nodes, a majority commits, one node at most leads in a
//! term. Answers may come late, and not at all though the entry is there.

use std::collections::{BTreeMap, VecDeque};

use quorate_core::{
    database::{Applied, Change, ChangeKind, Database},
    quorum::consensus::{Fact, Order, State},
    types::{Epoch, Identity, NodeId, NodeName, Regime, ViewId, Voter, WallTime},
};

use crate::{host::CLUSTER, world::NODES};

/// The log, and what nodes have to do with it.
#[derive(Clone, Hash, Debug)]
pub struct Consensus {
    pub term: u64,
    /// Who leads, in which boot.
    pub leader: Option<(usize, u64)>,
    pub regime: Option<Regime>,
    pub epoch: Epoch,
    voters: BTreeMap<NodeId, NodeName>,
    pub seats: [Seat; NODES],
}

/// What a node has of it.
#[derive(Clone, Hash, Debug, Default)]
pub struct Seat {
    /// What its core was told, or will be when all news have arrived.
    pub told: State,
    /// News under way to its core, in order.
    pub news: VecDeque<News>,
    /// Whether it stands for the lead.
    pub stands: bool,
    pub proposals: VecDeque<Proposal>,
}

/// News for a core.
#[derive(Clone, Hash, Debug)]
pub enum News {
    State(State),
    Done(u64, Option<Applied>),
}

/// A grant that is to be recorded.
#[derive(Clone, Hash, Debug)]
pub struct Proposal {
    term: u64,
    number: u64,
    view: ViewId,
    holder: Identity,
}

impl From<News> for Fact {
    fn from(news: News) -> Self {
        match news {
            News::State(state) => Self::State(state),
            News::Done(number, applied) => Self::Done { number, applied },
        }
    }
}

impl Consensus {
    pub fn new(voters: impl Iterator<Item = Voter>) -> Self {
        let voters = voters.map(|voter| (voter.id, voter.name)).collect();
        let (regime, seats) = (None, Default::default());
        Self { term: 0, leader: None, regime, epoch: Epoch(0), voters, seats }
    }

    /// A node's agent starts with what its disk holds.
    pub fn start(&mut self, number: usize) {
        self.seats[number] = Seat::default();
        let (voters, voters_index) = (vec![self.voters.clone()], 1);
        self.tell(number, State { cluster: Some(CLUSTER), confirmed: true, voters, voters_index, ..State::default() });
    }

    pub fn order(&mut self, number: usize, order: Order) {
        let seat = &mut self.seats[number];
        match order {
            Order::Campaign => seat.stands = true,
            Order::Transfer { to } => {
                if let Some(other) = self.voters.keys().position(|id| *id == to) {
                    self.seats[other].stands = true;
                }
            }
            Order::Propose { number, change: Change { kind: ChangeKind::Grant { view, holder, .. }, .. } } => {
                seat.proposals.push_back(Proposal { term: seat.told.term, number, view, holder });
            }
            _ => {}
        }
    }

    /// A node takes the lead, in a higher term.
    pub fn elect(&mut self, number: usize, boot: u64) {
        self.term += 1;
        self.leader = Some((number, boot));
        self.seats[number].stands = false;
        let id = self.voters.keys().nth(number).copied();
        let (term, told) = (self.term, self.seats[number].told.clone());
        self.tell(number, State { term, leader: id, leading: true, ..told });
    }

    /// How it stands, where a node was not told so.
    pub fn untold(&self, number: usize, boot: u64) -> Option<State> {
        let leader = self.leader.and_then(|(leader, _)| self.voters.keys().nth(leader).copied());
        let told = &self.seats[number].told;
        let now = State { term: self.term, leader, leading: self.leads(number, boot), ..told.clone() };
        (now != *told).then_some(now)
    }

    fn tell(&mut self, number: usize, state: State) {
        self.seats[number].told = state.clone();
        self.seats[number].news.push_back(News::State(state));
    }

    pub fn learn(&mut self, number: usize, boot: u64) {
        if let Some(state) = self.untold(number, boot) {
            self.tell(number, state);
        }
    }

    pub fn leads(&self, number: usize, boot: u64) -> bool {
        self.leader == Some((number, boot))
    }

    /// Whether a node's oldest proposal can be taken: by who leads in the term in which it was made.
    pub fn can_commit(&self, number: usize, boot: u64) -> bool {
        let current = |proposal: &Proposal| proposal.term == self.term;
        self.leads(number, boot) && self.seats[number].proposals.front().is_some_and(current)
    }

    /// The entry is taken; the answer may be lost.
    pub fn commit(&mut self, number: usize, answered: bool) {
        let Some(Proposal { number: asked, view, holder, .. }) = self.seats[number].proposals.pop_front() else {
            return;
        };
        let mut database = Database { regime: self.regime.take(), epoch: self.epoch, ..Database::default() };
        let kind = ChangeKind::Grant { view, holder, views: Vec::new() };
        let change = Change { wall: WallTime(0), kind };
        let applied = database.apply(change);
        (self.regime, self.epoch) = (database.regime, database.epoch);
        self.seats[number].news.push_back(News::Done(asked, answered.then_some(applied)));
    }
}
