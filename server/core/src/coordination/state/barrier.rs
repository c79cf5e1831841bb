//! A barrier: a point that its participants pass together or not at all (B1).
//!
//! ```text
//!   gathering  --all are there-->  next generation                               (single)
//!   gathering  --all are there-->  inside  --all have left-->  next generation   (double)
//!   gathering, inside  --aborted, overdue, a participant went-->  next generation
//! ```
//!
//! Each step is one entry of the log, so all members of the cluster see the same participants pass, whoever dies.

use alloc::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    vec::Vec,
};

use super::news::Abortion;
use crate::{
    types::{NodeName, SessionId},
    wire::{Departure, Participant, Parties, Plan},
};

/// How many generations are remembered that have ended.
const REMEMBERED: usize = 16;

/// A barrier.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Barrier {
    /// What it is.
    pub plan: Plan,
    /// The generation that is under way. It rises, also when the barrier was forgotten in between.
    pub generation: u64,
    /// How far it has come.
    pub phase: Phase,
    /// Who has come, and through which node; of a double barrier also who is inside.
    pub arrived: BTreeMap<SessionId, NodeName>,
    /// Who is on the way out.
    pub leaving: BTreeSet<SessionId>,
    /// Who has come while the others were inside: the first of the next generation.
    pub early: BTreeMap<SessionId, NodeName>,
    /// Nodes that are waited for, with [`Parties::Members`].
    pub nodes: BTreeSet<NodeName>,
    /// How many are waited for otherwise, with those who have come.
    pub wanted: u32,
    /// How the last generations ended.
    pub past: VecDeque<Past>,
    /// How many sessions there are that ever came to it.
    pub visitors: usize,
}

/// How far a generation has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    /// Some are waited for.
    Gathering,
    /// All have passed and are inside.
    Inside,
}

/// How a generation ended.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Past {
    /// Which.
    pub generation: u64,
    /// Whether its participants passed.
    pub released: bool,
    /// Why it ended before its time, if it did.
    pub aborted: Option<Abortion>,
}

/// Who is waited for.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Missing {
    /// Members of the view through which nobody has come.
    pub nodes: Vec<NodeName>,
    /// Sessions that are known to be missing.
    pub sessions: Vec<SessionId>,
    /// How many, known or not.
    pub count: usize,
}

/// How a participant stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Passage {
    /// Others are waited for.
    Waiting,
    /// It is through.
    Through,
    /// The generation was aborted.
    Aborted(Abortion),
    /// So long ago that it is not known any more.
    Forgotten,
}

impl Barrier {
    pub(super) fn new(plan: Plan, generation: u64) -> Self {
        Self {
            plan,
            generation,
            phase: Phase::Gathering,
            arrived: BTreeMap::new(),
            leaving: BTreeSet::new(),
            early: BTreeMap::new(),
            nodes: BTreeSet::new(),
            wanted: 0,
            past: VecDeque::new(),
            visitors: 0,
        }
    }

    /// Whether nobody is at it.
    pub(super) fn is_idle(&self) -> bool {
        self.arrived.is_empty() && self.early.is_empty()
    }

    /// How many take part.
    pub(super) fn size(&self) -> usize {
        self.arrived.len() + self.early.len()
    }

    /// A generation begins: whom it waits for is settled when the first one comes.
    pub(super) fn begin(&mut self, members: &[Participant], group: usize) {
        match &self.plan.parties {
            Parties::Count(count) => self.wanted = *count,
            Parties::Members { labels } => {
                let has = |member: &&Participant| labels.iter().all(|label| member.labels.contains(label));
                self.nodes = members.iter().filter(has).map(|member| member.identity.name.clone()).collect();
            }
            Parties::Group { least, .. } => self.wanted = (*least).max(group as u32),
        }
    }

    /// Who is waited for, as far as they are known, and how many in all.
    #[must_use]
    pub fn missing(&self, group: &BTreeSet<SessionId>) -> Missing {
        let outside = |session: &&SessionId| !self.arrived.contains_key(*session);
        let mut missing = Missing::default();
        match &self.plan.parties {
            _ if self.phase == Phase::Inside => {
                let inside = self.arrived.keys().filter(|session| !self.leaving.contains(*session));
                missing.sessions = inside.copied().collect();
            }
            Parties::Count(_) => {}
            Parties::Members { .. } => {
                let came: BTreeSet<&NodeName> = self.arrived.values().collect();
                missing.nodes = self.nodes.iter().filter(|node| !came.contains(node)).cloned().collect();
            }
            Parties::Group { .. } => missing.sessions = group.iter().filter(outside).copied().collect(),
        }
        let known = missing.nodes.len().max(missing.sessions.len());
        let short = match (self.phase, &self.plan.parties) {
            (Phase::Inside, _) | (_, Parties::Members { .. }) => 0,
            _ => (self.wanted as usize).saturating_sub(self.arrived.len()),
        };
        missing.count = known.max(short);
        missing
    }

    /// Whether all are there.
    pub(super) fn is_full(&self, group: &BTreeSet<SessionId>) -> bool {
        let came = self.arrived.len();
        self.phase == Phase::Gathering
            && came > 0
            && match &self.plan.parties {
                Parties::Count(_) => came >= self.wanted as usize,
                Parties::Members { .. } => came >= self.nodes.len() && self.missing(group).count == 0,
                Parties::Group { .. } => {
                    came >= (self.wanted as usize).max(group.len()) && self.missing(group).count == 0
                }
            }
    }

    /// Whether all are on the way out.
    pub(super) fn is_empty_inside(&self) -> bool {
        self.phase == Phase::Inside && self.arrived.keys().all(|session| self.leaving.contains(session))
    }

    /// The generation has ended; those who came early are the first of the next one.
    pub(super) fn end(&mut self, aborted: Option<Abortion>) {
        let released = self.phase == Phase::Inside || aborted.is_none();
        if self.past.len() == REMEMBERED {
            self.past.pop_front();
        }
        self.past.push_back(Past { generation: self.generation, released, aborted });
        self.generation += 1;
        self.phase = Phase::Gathering;
        self.arrived = core::mem::take(&mut self.early);
        self.leaving.clear();
        self.nodes.clear();
        self.wanted = 0;
    }

    /// A participant went, or the node through which it was to come. Whether the generation ends with that.
    pub(super) fn mourn(&mut self, node: Option<&NodeName>) -> bool {
        if self.plan.departure == Departure::Shrink && self.phase == Phase::Gathering {
            match (&self.plan.parties, node) {
                (Parties::Members { .. }, Some(node)) => drop(self.nodes.remove(node)),
                _ => self.wanted = self.wanted.saturating_sub(1),
            }
        }
        // Of those inside, who ends is out.
        self.plan.departure == Departure::Abort && self.phase == Phase::Gathering
    }

    /// How a participant of a generation stands that wants in, or out.
    #[must_use]
    pub fn passage(&self, generation: u64, out: bool) -> Passage {
        if generation == self.generation {
            let through = !out && self.phase == Phase::Inside;
            return if through { Passage::Through } else { Passage::Waiting };
        }
        if generation > self.generation {
            return Passage::Waiting;
        }
        match self.past.iter().find(|past| past.generation == generation) {
            Some(Past { released: true, aborted: None, .. }) => Passage::Through,
            Some(Past { released: true, .. }) if !out => Passage::Through,
            Some(Past { aborted: Some(why), .. }) => Passage::Aborted(why.clone()),
            Some(Past { released: false, aborted: None, .. }) | None => Passage::Forgotten,
        }
    }
}
