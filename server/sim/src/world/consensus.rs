//! A model of the consensus library: what its contract allows, at its worst.
//!
//! One log for each cluster, kept outside of all hosts. What the contract promises holds: an entry is told as applied only
//! when a majority of the voters could be reached by who leads, in a later term nobody leads without it, and one host at
//! most leads in a term. All else is chance: elections fail, answers are lost though the entry is there, entries vanish
//! when their leader does, news of who leads and who votes come late, and a leader that was replaced may believe for long
//! that it leads.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use quorate_core::{
    Event,
    database::{Applied, Change, ChangeKind, Database, Rules},
    quorum::{
        consensus::{Fact, Order, State},
        tally,
    },
    recovery::{Catalog, Edit},
    types::{Candidacy, ClusterUid, Duration, NodeId, NodeName, Profile, Voter},
};

use super::{Happening, World};
use crate::{dice::Dice, host::Time};

/// How often who leads is found out about.
const TICK: Duration = Duration::from_millis(100);

/// What will happen in consensus.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// A majority may have taken a proposal.
    Commit { host: usize, start: u64, term: u64, number: u64, change: Change },
    /// A majority may have taken a change of voters: the joint one, or the last.
    Voters { host: usize, start: u64, term: u64, number: u64, voters: BTreeMap<NodeId, NodeName>, joint: bool },
    /// An election comes to its end.
    Elected { host: usize, start: u64 },
    /// Hosts learn what there is to know.
    Tick,
}

/// All logs, and what hosts have to do with them.
#[derive(Clone, Debug)]
pub struct Consensus {
    logs: BTreeMap<ClusterUid, Log>,
    seats: Vec<Seat>,
    /// Chance of its own, so that runs without quorum are what they were.
    dice: Dice,
}

/// The log of one cluster: its content, applied.
#[derive(Clone, Debug, Default)]
struct Log {
    database: Database,
    index: u64,
    term: u64,
    leader: Option<(usize, u64)>,
    voters: Vec<BTreeMap<NodeId, NodeName>>,
    voters_index: u64,
}

/// What a host has of it: the cluster is durable, the rest is what its core was told last.
#[derive(Clone, Debug, Default)]
struct Seat {
    cluster: Option<ClusterUid>,
    told: State,
    rules: Rules,
    /// When its core is told what it was told last.
    last: Time,
}

impl Consensus {
    /// No cluster yet.
    #[must_use]
    pub fn new(seed: u64, hosts: usize) -> Self {
        Self { logs: BTreeMap::new(), seats: vec![Seat::default(); hosts], dice: Dice::new(seed ^ 0xc0_4535) }
    }

    /// The highest epoch of a cluster.
    #[must_use]
    pub fn epochs(&self) -> Vec<u64> {
        self.logs.values().map(|log| log.database.epoch.0).collect()
    }
}

/// Most hosts that may vote.
const CANDIDATES: usize = 7;

impl World {
    /// From here on agents start as candidates for votes, more than half of whom must meet to form the cluster.
    pub fn enfranchise(&mut self) {
        let hosts = self.hosts.len();
        let candidates = hosts.min(CANDIDATES);
        let dice = &mut self.consensus.dice;
        let expect = dice.between(candidates / 2 + 1, candidates) as u32;
        let witness = if dice.chance(0.3) { dice.below(candidates) } else { hosts };
        let zones = dice.between(1, 4);
        for host in &mut self.hosts {
            let candidacy = match host.number {
                number if number == witness => Candidacy::Witness,
                number if number < candidates => Candidacy::Auto,
                _ => Candidacy::Never,
            };
            let zone = ("zone".to_owned(), format!("z{}", host.number % zones));
            let labels = if zones > 1 { vec![zone] } else { Vec::new() };
            host.profile = Arc::new(Profile { candidacy, bootstrap_expect: expect, labels });
        }
    }

    fn fact(&mut self, host: usize, fact: Fact) {
        let start = self.hosts[host].identity.boot.count;
        let after = self.consensus.dice.span(Duration::ZERO, Duration::from_millis(2));
        // Facts come in order.
        let at = (self.time + after).max(self.consensus.seats[host].last);
        self.consensus.seats[host].last = at;
        self.schedule(at, Happening::Event { host, start, event: Event::Consensus(fact) });
    }

    /// Tells a host's core how consensus stands, as far as that host knows.
    fn tell(&mut self, host: usize, change: impl FnOnce(&mut State)) {
        let before = self.consensus.seats[host].told.clone();
        change(&mut self.consensus.seats[host].told);
        let told = self.consensus.seats[host].told.clone();
        if told != before {
            self.fact(host, Fact::State(told));
        }
    }

    /// A host's agent starts with what its disk holds.
    pub(super) fn seat(&mut self, host: usize) {
        let Seat { cluster, told, .. } = self.consensus.seats[host].clone();
        let State { voters, voters_index, term, confirmed, .. } = told;
        self.consensus.seats[host].rules = Rules::default();
        self.consensus.seats[host].told = State { cluster, confirmed, voters, voters_index, term, ..State::default() };
        if cluster.is_some() {
            self.fact(host, Fact::State(self.consensus.seats[host].told.clone()));
        }
    }

    pub(super) fn order(&mut self, host: usize, order: Order) {
        self.say(|| format!("n{host} consensus: {}", brief(&order)));
        match order {
            Order::Found { cluster, voters } => self.found(host, cluster, &voters),
            Order::Join { cluster } => self.join(host, cluster),
            Order::Forget => {
                self.consensus.seats[host].cluster = None;
                self.tell(host, |told| *told = State::default());
            }
            Order::Refound { cluster } => self.refound(host, cluster),
            Order::Campaign => self.campaign(host, false),
            Order::Transfer { to } => self.transfer(host, to),
            Order::Propose { number, change } => self.propose(host, number, change),
            Order::SetVoters { number, voters } => self.set_voters(host, number, &voters),
            Order::Deliver { .. } | Order::Unreachable { .. } => {}
        }
    }

    fn found(&mut self, host: usize, cluster: ClusterUid, voters: &[Voter]) {
        let log = self.consensus.logs.entry(cluster).or_insert_with(|| Log {
            voters: vec![voters.iter().map(|voter| (voter.id, voter.name.clone())).collect()],
            index: 1,
            voters_index: 1,
            ..Log::default()
        });
        let (voters, index) = (log.voters.clone(), log.voters_index);
        self.join(host, cluster);
        self.tell(host, |told| {
            if told.voters_index < index {
                (told.voters, told.voters_index) = (voters, index);
            }
        });
        self.tick_soon();
    }

    fn join(&mut self, host: usize, cluster: ClusterUid) {
        let seat = &mut self.consensus.seats[host];
        if *seat.cluster.get_or_insert(cluster) == cluster {
            self.tell(host, |told| told.cluster = Some(cluster));
        }
    }

    fn refound(&mut self, host: usize, cluster: ClusterUid) {
        let Some(old) = self.consensus.seats[host].cluster.and_then(|old| self.consensus.logs.get(&old)).cloned()
        else {
            return;
        };
        let identity = self.hosts[host].identity.clone();
        let voters = vec![BTreeMap::from([(identity.id, identity.name)])];
        let mut database = old.database;
        let epoch = database.epoch;
        database.skip_epochs(epoch);
        let log = Log { database, voters: voters.clone(), index: 1, voters_index: 1, ..Log::default() };
        self.consensus.logs.insert(cluster, log);
        self.consensus.seats[host].cluster = Some(cluster);
        self.tell(host, |told| {
            *told = State { cluster: Some(cluster), confirmed: true, voters, voters_index: 1, ..State::default() };
        });
    }

    fn log(&self, host: usize) -> Option<(ClusterUid, &Log)> {
        let cluster = self.consensus.seats[host].cluster?;
        Some((cluster, self.consensus.logs.get(&cluster)?))
    }

    fn log_mut(&mut self, host: usize) -> Option<&mut Log> {
        let cluster = self.consensus.seats[host].cluster?;
        self.consensus.logs.get_mut(&cluster)
    }

    /// Whether two hosts can exchange messages now.
    fn meets(&self, a: usize, b: usize) -> bool {
        let awake = |host: usize| self.hosts[host].node.is_some() && self.hosts[host].paused.is_none();
        let open = (0..self.network.networks).any(|network| self.network.open(a, b, network));
        awake(a) && awake(b) && (a == b || open)
    }

    /// Whether a host can exchange messages with a majority of the voters now.
    fn has_majority(&self, host: usize) -> bool {
        let Some((cluster, log)) = self.log(host) else { return false };
        let here: BTreeSet<NodeId> = (0..self.hosts.len())
            .filter(|&other| self.consensus.seats[other].cluster == Some(cluster) && self.meets(host, other))
            .map(|other| self.hosts[other].identity.id)
            .collect();
        let configs = log.voters.iter().map(|set| set.keys().copied().collect()).collect();
        tally::is_backed(&configs, |id| here.contains(id))
    }

    fn campaign(&mut self, host: usize, sure: bool) {
        let refused = !sure && self.consensus.dice.chance(0.2);
        let start = self.hosts[host].identity.boot.count;
        let after = self.consensus.dice.span(Duration::from_millis(1), Duration::from_millis(8));
        if !refused {
            let step = Step::Elected { host, start };
            self.schedule(self.time + after, Happening::Consensus(step));
        }
    }

    fn transfer(&mut self, host: usize, to: NodeId) {
        let Some(other) = self.hosts.iter().position(|other| other.identity.id == to) else { return };
        if self.meets(host, other) && self.is_leader(host) && !self.consensus.dice.chance(0.1) {
            self.campaign(other, true);
        }
    }

    fn is_leader(&self, host: usize) -> bool {
        let start = self.hosts[host].identity.boot.count;
        self.log(host).is_some_and(|(_, log)| log.leader == Some((host, start)))
    }

    fn elected(&mut self, host: usize, start: u64) {
        let id = self.hosts[host].identity.id;
        let alive = self.hosts[host].identity.boot.count == start;
        let votes = self.log(host).is_some_and(|(_, log)| log.voters.iter().any(|set| set.contains_key(&id)));
        if !alive || !votes || !self.has_majority(host) || self.is_leader(host) {
            return;
        }
        let Some(log) = self.log_mut(host) else { return };
        log.term += 1;
        log.leader = Some((host, start));
        let (term, voters, voters_index) = (log.term, log.voters.clone(), log.voters_index);
        self.say(|| format!("n{host} LEADS in term {term}"));
        self.tell_rules(host);
        self.tell(host, |told| {
            let (cluster, confirmed) = (told.cluster, true);
            *told = State {
                cluster,
                confirmed,
                term,
                leader: Some(id),
                leading: true,
                voters,
                voters_index,
                learners: BTreeMap::new(),
            };
        });
        self.tick_soon();
    }

    fn propose(&mut self, host: usize, number: u64, change: Change) {
        let start = self.hosts[host].identity.boot.count;
        let Some(term) = self.log(host).map(|(_, log)| log.term).filter(|_| self.is_leader(host)) else {
            return self.fact(host, Fact::Done { number, applied: None });
        };
        let step = Step::Commit { host, start, term, number, change };
        let after = self.consensus.dice.span(Duration::from_millis(1), Duration::from_millis(6));
        self.schedule(self.time + after, Happening::Consensus(step));
    }

    fn set_voters(&mut self, host: usize, number: u64, voters: &[Voter]) {
        let start = self.hosts[host].identity.boot.count;
        let Some((cluster, log)) = self.log(host).filter(|_| self.is_leader(host)) else {
            return self.fact(host, Fact::Done { number, applied: None });
        };
        let term = log.term;
        let named = |other: &usize| voters.iter().any(|voter| voter.id == self.hosts[*other].identity.id);
        let fresh = |other: &usize| self.consensus.seats[*other].cluster != Some(cluster);
        let fresh: Vec<usize> = (0..self.hosts.len()).filter(named).filter(fresh).collect();
        // New voters are given the log first: when one of them does not get it, nothing is changed.
        if fresh.iter().any(|&other| !self.meets(host, other)) {
            return self.fact(host, Fact::Done { number, applied: None });
        }
        fresh.into_iter().for_each(|other| self.join(other, cluster));
        let voters = voters.iter().map(|voter| (voter.id, voter.name.clone())).collect();
        let step = Step::Voters { host, start, term, number, voters, joint: true };
        self.schedule(self.time + Duration::from_millis(3), Happening::Consensus(step));
    }

    pub(super) fn consent(&mut self, step: Step) {
        match step {
            Step::Commit { host, start, term, number, change } => self.commit(host, start, term, number, change),
            Step::Voters { host, start, term, number, voters, joint } => {
                self.change_voters(host, start, term, number, voters, joint);
            }
            Step::Elected { host, start } => self.elected(host, start),
            Step::Tick => self.tick(),
        }
    }

    /// Whether a host still leads in a term, and can have an entry taken. If not, it may have been taken all the same.
    fn is_taken(&mut self, host: usize, start: u64, term: u64) -> Option<bool> {
        let leads = self.log(host).is_some_and(|(_, log)| log.term == term && log.leader == Some((host, start)));
        let alive = self.hosts[host].identity.boot.count == start && self.hosts[host].node.is_some();
        if leads && alive && self.has_majority(host) {
            return Some(true);
        }
        // Another leads by now, or the majority is away: an entry that some have may still be completed by another.
        let stray = self.log(host).is_some_and(|(_, log)| log.term == term) && self.consensus.dice.chance(0.3);
        if stray || !leads || !alive { stray.then_some(false) } else { None }
    }

    fn commit(&mut self, host: usize, start: u64, term: u64, number: u64, change: Change) {
        let taken = self.is_taken(host, start, term);
        let Some(told) = taken else {
            return self.fact(host, Fact::Done { number, applied: None });
        };
        let Some(log) = self.log_mut(host) else { return };
        log.index += 1;
        let applied: Applied = log.database.apply(change);
        self.tell_rules(host);
        let lost = self.consensus.dice.chance(0.05);
        self.fact(host, Fact::Done { number, applied: (told && !lost).then_some(applied) });
    }

    /// An agent that leads has a change of the catalog taken, if there is one that can and the catalog is sound then.
    pub(super) fn commit_catalog(&mut self, edits: Vec<Edit>) -> Option<Arc<Catalog>> {
        let leads = |host: &usize| self.is_leader(*host) && self.has_majority(*host);
        let host = (0..self.hosts.len()).find(leads)?;
        let wall = self.hosts[host].now(self.time).wall;
        let log = self.log_mut(host)?;
        let mut catalog = Catalog::clone(&log.database.rules.catalog);
        let expected = catalog.revision;
        catalog.apply(edits.clone());
        if !catalog.faults().is_empty() {
            return None;
        }
        log.index += 1;
        log.database.apply(Change { wall, kind: ChangeKind::Catalog { edits, expected } });
        let catalog = log.database.rules.catalog.clone();
        self.tell_rules(host);
        Some(catalog)
    }

    /// The newest catalog, while there is an agent that leads.
    pub(super) fn catalog(&self) -> Option<Catalog> {
        let host = (0..self.hosts.len()).find(|&host| self.is_leader(host))?;
        self.log(host).map(|(_, log)| Catalog::clone(&log.database.rules.catalog))
    }

    /// A host has applied all there is.
    fn tell_rules(&mut self, host: usize) {
        let Some((_, log)) = self.log(host) else { return };
        let rules = log.database.rules.clone();
        if self.consensus.seats[host].rules != rules {
            self.consensus.seats[host].rules = rules.clone();
            self.fact(host, Fact::Rules(rules));
        }
    }

    fn change_voters(
        &mut self,
        host: usize,
        start: u64,
        term: u64,
        number: u64,
        voters: BTreeMap<NodeId, NodeName>,
        joint: bool,
    ) {
        if self.is_taken(host, start, term) != Some(true) {
            return self.fact(host, Fact::Done { number, applied: None });
        }
        let Some(log) = self.log_mut(host) else { return };
        log.index += 1;
        log.voters_index = log.index;
        match (joint, log.voters.first().cloned()) {
            (true, Some(old)) => log.voters = vec![old, voters.clone()],
            _ => log.voters = vec![voters.clone()],
        }
        let (now, index) = (log.voters.clone(), log.voters_index);
        self.tell(host, |told| (told.voters, told.voters_index) = (now, index));
        if joint {
            let step = Step::Voters { host, start, term, number, voters, joint: false };
            let after = self.consensus.dice.span(Duration::from_millis(1), Duration::from_millis(200));
            self.schedule(self.time + after, Happening::Consensus(step));
        } else {
            self.fact(host, Fact::Done { number, applied: Some(Applied::Done) });
            self.tick_soon();
        }
    }

    fn tick_soon(&mut self) {
        let after = self.consensus.dice.span(Duration::from_millis(1), Duration::from_millis(20));
        self.schedule(self.time + after, Happening::Consensus(Step::Tick));
    }

    /// Who can hear of the leader does, sooner or later; who believes that it leads and does not may find out.
    fn tick(&mut self) {
        for host in 0..self.hosts.len() {
            let Some((_, log)) = self.log(host) else { continue };
            if self.hosts[host].node.is_none() || self.consensus.seats[host].told.cluster.is_none() {
                continue;
            }
            let (leader, term, voters, index) = (log.leader, log.term, log.voters.clone(), log.voters_index);
            let hears = leader.is_some_and(|(leader, _)| self.meets(host, leader) && self.is_leader(leader));
            if hears && self.consensus.dice.chance(0.7) {
                self.tell_rules(host);
                let id = leader.map(|(leader, _)| self.hosts[leader].identity.id);
                let leading = self.is_leader(host);
                self.tell(host, |told| {
                    (told.term, told.leader, told.leading, told.confirmed) = (term, id, leading, true);
                    (told.voters, told.voters_index) = (voters, index);
                });
            } else if self.consensus.seats[host].told.leading
                && !self.has_majority(host)
                && self.consensus.dice.chance(0.2)
            {
                self.tell(host, |told| (told.leader, told.leading) = (None, false));
                let start = self.hosts[host].identity.boot.count;
                if let Some(log) = self.log_mut(host).filter(|log| log.leader == Some((host, start))) {
                    log.leader = None;
                }
            }
        }
        if self.ticked <= self.time {
            self.ticked = self.time + TICK;
            self.schedule(self.ticked, Happening::Consensus(Step::Tick));
        }
    }
}

fn brief(order: &Order) -> String {
    match order {
        Order::Propose { number, change: Change { kind: ChangeKind::Grant { view, .. }, .. } } => {
            format!("propose {number}: grant {view}")
        }
        other => format!("{other:?}"),
    }
}
