//! What recovery does at the holder of the regime: it knows how everything stands, decides where everything is to run, and
//! takes the cluster up level by level.
//!
//! ```text
//!   Prepare --all members said how they stand, all programs stopped--> Level(0)
//!   Level(l) --everything on l and below is finished--> Level(next) or, after the last, Resume --all go on--> Recovered
//!   any --something on l is not finished any more--> Level(l)          a transition ends the regime, and begins anew
//! ```
//!
//! It keeps no plan: each time something changes it looks at all that is known and says what is to run where *now*. So an
//! error, a move, a new definition and a member that joins are dealt with alike, and one that takes over needs no more than
//! the members' word.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};
use core::cmp::Reverse;

use super::{
    Catalog, Service,
    placement::{Facts, Goal, Site, Units, of_service, place},
    service::InTransition,
};
use crate::{
    types::{Epoch, Instant, NodeName, Regime, ServiceName, Slot, ViewId},
    wire::{Orders, ParticipantReport, Phase, RecoveryTalk, Stage, Standing, UnitOrder, UnitReport, UnitState},
};

/// Most bytes of definitions in one message.
const BATCH: usize = 128 * 1024;

/// The part of recovery that the holder of the regime has.
#[derive(Clone, Hash, Debug)]
pub struct Lead {
    pub(super) epoch: Epoch,
    view: ViewId,
    pub(super) since: Instant,
    pub(super) catalog: Arc<Catalog>,
    pub(super) levels: BTreeMap<ServiceName, u32>,
    pub(super) posts: BTreeMap<NodeName, Post>,
    pub(super) generations: BTreeMap<ServiceName, u64>,
    pub(super) moves: BTreeMap<Slot, NodeName>,
    pub(super) goal: Goal,
    /// By what that was found, with the present catalog.
    found_by: Option<Facts>,
    /// Services that cannot run, for these which they require do not.
    pub(super) blocked: BTreeMap<ServiceName, ServiceName>,
    pub(super) stage: Stage,
    /// When recovery was complete for the first time in this regime.
    pub(super) recovered: Option<Instant>,
    /// Rises whenever anything changes that is told.
    pub(super) revision: u64,
}

/// A member, as whoever leads knows it.
#[derive(Clone, Hash, Debug)]
pub struct Post {
    pub(super) site: Site,
    /// It has said how it stands.
    pub(super) mustered: bool,
    pub(super) units: BTreeMap<Slot, UnitReport>,
    pub(super) participants: Vec<ParticipantReport>,
    /// What it was told last.
    sent: Option<Orders>,
    /// The definitions that it has.
    known: BTreeMap<ServiceName, u64>,
}

/// What is to end now.
struct Ending<'a> {
    units: Units,
    /// Of each service on which any of them depends, directly or by way of others: the highest level of those.
    above: BTreeMap<&'a ServiceName, u32>,
    /// The highest level of all of them, and of those whose service is not known any more: on what they depend is not, either.
    highest: Option<u32>,
    strangers: Option<u32>,
}

/// What is to be said to whom.
pub type Say = Vec<(NodeName, RecoveryTalk)>;

impl Lead {
    /// Of who leads from now on.
    pub fn new(now: Instant, regime: &Regime, catalog: Arc<Catalog>, sites: Vec<Site>) -> Self {
        let post = |site: Site| {
            let name = site.name.clone();
            let (units, known) = (BTreeMap::new(), BTreeMap::new());
            (name, Post { site, mustered: false, units, participants: Vec::new(), sent: None, known })
        };
        Self {
            epoch: regime.epoch,
            view: regime.view.clone(),
            since: now,
            levels: catalog.levels(),
            catalog,
            posts: sites.into_iter().map(post).collect(),
            generations: BTreeMap::new(),
            moves: BTreeMap::new(),
            goal: Goal::default(),
            found_by: None,
            blocked: BTreeMap::new(),
            stage: Stage::Prepare,
            recovered: None,
            revision: 1,
        }
    }

    /// The question to those who have not said how they stand.
    pub fn muster(&self) -> Say {
        let silent = self.posts.iter().filter(|(_, post)| !post.mustered);
        let muster = || RecoveryTalk::Muster { epoch: self.epoch, view: self.view.clone() };
        silent.map(|(name, _)| (name.clone(), muster())).collect()
    }

    /// A link to a member is up: what was said before may be lost.
    pub fn on_link_up(&mut self, peer: &NodeName) -> Say {
        let Some(post) = self.posts.get_mut(peer) else { return Say::new() };
        (post.sent, post.mustered) = (None, false);
        post.known.clear();
        self.muster()
    }

    /// The catalog is another one.
    pub fn on_catalog(&mut self, now: Instant, catalog: Arc<Catalog>) -> Say {
        self.levels = catalog.levels();
        self.catalog = catalog;
        self.found_by = None;
        self.review(now)
    }

    /// A member says how it stands.
    pub fn on_standing(&mut self, now: Instant, from: &NodeName, standing: Standing) -> Say {
        let Some(post) = self.posts.get_mut(from).filter(|_| standing.epoch == self.epoch) else { return Say::new() };
        post.mustered = true;
        post.site.leaving = standing.leaving;
        post.participants = standing.participants;
        post.units = standing.units.into_iter().map(|unit| (unit.slot.clone(), unit)).collect();
        for unit in post.units.values() {
            let generation = self.generations.entry(unit.slot.service.clone()).or_default();
            *generation = unit.generation.max(*generation);
        }
        self.review(now)
    }

    /// An operator has a service's instances ended and started again; failures of it do not count any more.
    pub fn restart(&mut self, now: Instant, service: &ServiceName) -> Say {
        *self.generations.entry(service.clone()).or_default() += 1;
        self.review(now)
    }

    /// An operator wants an instance on a node.
    pub fn relocate(&mut self, now: Instant, slot: Slot, node: NodeName) -> Say {
        self.moves.insert(slot, node);
        self.review(now)
    }

    /// Whether a report is of what is defined now.
    fn is_current(&self, unit: &UnitReport) -> bool {
        let service = self.catalog.services.get(&unit.slot.service);
        let generation = self.generations.get(&unit.slot.service).copied().unwrap_or_default();
        service.is_some_and(|service| service.version == unit.version) && unit.generation == generation
    }

    /// All that runs, has failed or is to be moved. Where an instance runs it stays, rather than where it did before.
    pub(super) fn facts(&self) -> Facts {
        let mut facts = Facts { moves: self.moves.clone(), ..Facts::default() };
        let runs = |unit: &&UnitReport| unit.state.is_live() && unit.state != UnitState::Stopping;
        let all = self.posts.values().flat_map(|post| post.units.values());
        let settled: BTreeSet<&Slot> = all.filter(runs).map(|unit| &unit.slot).collect();
        for (name, post) in &self.posts {
            facts.sites.push(post.site.clone());
            for unit in post.units.values() {
                if unit.state == UnitState::Failed {
                    if self.is_current(unit) {
                        facts.failed.insert((unit.slot.service.clone(), name.clone()));
                    }
                } else if runs(&unit) || !settled.contains(&unit.slot) {
                    facts.running.insert((unit.slot.clone(), name.clone()));
                }
            }
        }
        // What was decided stays so, whatever was said before orders arrived: or instances could change places for ever.
        let decided: BTreeSet<&Slot> = self.goal.units.iter().map(|(slot, _)| slot).collect();
        facts.running.retain(|(slot, _)| !decided.contains(slot));
        facts.running.extend(self.goal.units.iter().cloned());
        facts
    }

    /// Looks at everything, and says what is to be done now.
    pub fn review(&mut self, now: Instant) -> Say {
        self.revision += 1;
        if self.posts.values().any(|post| !post.mustered) {
            self.stage = Stage::Prepare;
            return Say::new();
        }
        let facts = self.facts();
        if self.found_by.as_ref() != Some(&facts) {
            self.goal = place(&self.catalog, &self.levels, &facts);
            self.block();
            self.found_by = Some(facts);
        }
        self.stage = self.find_stage();
        if self.stage == Stage::Recovered {
            self.recovered.get_or_insert(now);
            // What was moved is where it was wanted, or cannot be.
            self.moves.clear();
        }
        let ending = self.ending();
        let orders: Vec<_> = self.posts.keys().map(|name| (name.clone(), self.orders_for(name, &ending))).collect();
        orders.into_iter().flat_map(|(name, orders)| self.send(&name, orders)).collect()
    }

    /// Takes those services out of the goal that require what runs nowhere.
    fn block(&mut self) {
        self.blocked.clear();
        let mut order: Vec<&Arc<Service>> = self.catalog.services.values().collect();
        order.sort_by_cached_key(|service| self.level_of(&service.name));
        let placed: BTreeSet<&ServiceName> = self.goal.units.iter().map(|(slot, _)| &slot.service).collect();
        for service in order {
            let lacks = |on: &&ServiceName| self.blocked.contains_key(*on) || !placed.contains(*on);
            if let Some(on) = service.requires.iter().find(lacks) {
                self.blocked.insert(service.name.clone(), on.clone());
            }
        }
        let blocked = &self.blocked;
        self.goal.units.retain(|(slot, _)| !blocked.contains_key(&slot.service));
    }

    fn unit(&self, slot: &Slot, node: &NodeName) -> Option<&UnitReport> {
        self.posts.get(node)?.units.get(slot)
    }

    /// Whether an instance is ready, as it is defined now.
    pub(super) fn is_finished(&self, slot: &Slot, node: &NodeName) -> bool {
        self.unit(slot, node).is_some_and(|unit| unit.state == UnitState::Ready && self.is_current(unit))
    }

    /// The lowest stage at which not everything is done.
    fn find_stage(&self) -> Stage {
        let programs = || self.posts.values().flat_map(|post| &post.participants).filter(|program| !program.isolated);
        let stopped = |program: &ParticipantReport| program.phase > Phase::Prepare || program.done;
        let ends = |unit: &UnitReport| {
            let service = self.catalog.services.get(&unit.slot.service);
            unit.state == UnitState::Stopping
                && service.is_some_and(|service| service.in_transition == InTransition::Restart)
        };
        let ending = self.posts.values().flat_map(|post| post.units.values()).any(ends);
        if !programs().all(stopped) || ending && self.stage == Stage::Prepare {
            return Stage::Prepare;
        }
        let open = self.goal.units.iter().filter(|(slot, node)| !self.is_finished(slot, node));
        let units = open.map(|(slot, _)| self.level_of(&slot.service));
        let recovered = |program: &ParticipantReport| {
            program.phase > Phase::Recover || program.phase == Phase::Recover && program.done
        };
        let late = programs().filter(|program| !recovered(program) && self.is_blocked(program).is_none());
        match units.chain(late.map(|program| self.program_level(program))).min() {
            Some(level) => Stage::Level(level),
            None if programs().all(|program| {
                program.phase == Phase::Resume && program.done || self.is_blocked(program).is_some()
            }) =>
            {
                Stage::Recovered
            }
            None => Stage::Resume,
        }
    }

    pub(super) fn level_of(&self, service: &ServiceName) -> u32 {
        self.levels.get(service).copied().unwrap_or_default()
    }

    /// The level of a program: its own, and above all that it requires.
    pub(super) fn program_level(&self, program: &ParticipantReport) -> u32 {
        let required = program.requires.iter().filter_map(|on| self.levels.get(on)).map(|level| level + 1);
        required.max().unwrap_or_default().max(program.level)
    }

    /// What a program requires that runs nowhere.
    pub(super) fn is_blocked<'a>(&self, program: &'a ParticipantReport) -> Option<&'a ServiceName> {
        program.requires.iter().find(|on| of_service(&self.goal.units, on).next().is_none())
    }

    /// Whether a service that is required is ready, and stays so, where it matters to a node: there, if an instance is to
    /// run there, otherwise anywhere.
    fn serves(&self, on: &ServiceName, node: &NodeName, ending: &Units) -> bool {
        let ready =
            |(slot, at): &(Slot, NodeName)| self.is_finished(slot, at) && !ending.contains(&(slot.clone(), at.clone()));
        match of_service(&self.goal.units, on).find(|(_, at)| at == node) {
            Some(unit) => ready(unit),
            None => of_service(&self.goal.units, on).any(ready),
        }
    }

    /// The live instances that are to end: those that run where they are not to, are defined otherwise by now, or require
    /// what is not ready any more.
    fn ending(&self) -> Ending<'_> {
        let mut live: Vec<(&UnitReport, &NodeName)> = Vec::new();
        for (name, post) in &self.posts {
            live.extend(post.units.values().filter(|unit| unit.state.is_live()).map(|unit| (unit, name)));
        }
        live.sort_by_cached_key(|(unit, _)| self.level_of(&unit.slot.service));
        let mut ending = BTreeSet::new();
        for (unit, node) in live {
            let unit_at = (unit.slot.clone(), node.clone());
            let service = self.catalog.services.get(&unit.slot.service);
            let mut required = service.into_iter().flat_map(|service| &service.requires);
            let stays = self.goal.units.contains(&unit_at)
                && self.is_current(unit)
                && required.all(|on| self.serves(on, node, &ending));
            if !stays {
                ending.insert(unit_at);
            }
        }
        self.with_what_is_below(ending)
    }

    fn with_what_is_below(&self, units: Units) -> Ending<'_> {
        let (mut strangers, mut highest) = (None, None);
        let mut own: BTreeMap<&ServiceName, u32> = BTreeMap::new();
        for unit in units.iter().filter_map(|(slot, node)| self.unit(slot, node)) {
            highest = highest.max(Some(unit.level));
            match self.catalog.services.get(&unit.slot.service) {
                Some(service) => {
                    let level = own.entry(&service.name).or_default();
                    *level = unit.level.max(*level);
                }
                None => strangers = strangers.max(Some(unit.level)),
            }
        }
        let mut above: BTreeMap<&ServiceName, u32> = BTreeMap::new();
        let mut order: Vec<&Arc<Service>> = self.catalog.services.values().collect();
        order.retain(|_| !own.is_empty());
        // Whatever a service depends on has a lower level.
        order.sort_by_cached_key(|service| Reverse(self.level_of(&service.name)));
        for service in order {
            let level = own.get(&service.name).max(above.get(&service.name)).copied();
            for (on, level) in level.into_iter().flat_map(|level| service.needs().map(move |on| (on, level))) {
                let known = above.entry(on).or_default();
                *known = level.max(*known);
            }
        }
        Ending { units, above, highest, strangers }
    }

    /// Whether something that is to end waits for others that depend on it, and are to end too.
    fn is_held(&self, unit: &UnitReport, ending: &Ending<'_>) -> bool {
        let known = self.catalog.services.contains_key(&unit.slot.service);
        let above = ending.above.get(&unit.slot.service).copied().max(ending.strangers);
        Some(unit.level) < if known { above } else { ending.highest }
    }

    /// What a member is to do now.
    fn orders_for(&self, node: &NodeName, ending: &Ending<'_>) -> Orders {
        let post = &self.posts[node];
        let mut units = Vec::new();
        for unit in post.units.values().filter(|unit| unit.state.is_live()) {
            let keeps = !ending.units.contains(&(unit.slot.clone(), node.clone())) || self.is_held(unit, ending);
            if keeps && unit.state != UnitState::Stopping {
                let UnitReport { slot, level, version, generation, .. } = unit.clone();
                units.push(UnitOrder { slot, level, version, generation });
            }
        }
        for (slot, _) in self.goal.units.iter().filter(|(_, at)| at == node) {
            // One that ends is started again when it has ended, but only as what it was.
            let begins_anew = |unit: &UnitReport| unit.state == UnitState::Stopping && self.is_current(unit);
            let live = post.units.get(slot).is_some_and(|unit| unit.state.is_live() && !begins_anew(unit));
            let level = self.level_of(&slot.service);
            // What still runs by what was there before ends first.
            let waits = || ending.above.contains_key(&slot.service);
            let service = self.catalog.services.get(&slot.service);
            let Some(service) = service.filter(|_| !live && self.stage.reaches(level) && !waits()) else { continue };
            let generation = self.generations.get(&slot.service).copied().unwrap_or_default();
            units.push(UnitOrder { slot: slot.clone(), level, version: service.version, generation });
        }
        units.sort_by(|a, b| a.slot.cmp(&b.slot));
        let failed = post.units.values().filter(|unit| unit.state == UnitState::Failed && !self.is_current(unit));
        let forget = failed.map(|unit| unit.slot.clone()).collect();
        let told = |program: &ParticipantReport| {
            let sent = post.sent.as_ref().and_then(|sent| sent.participants.iter().find(|(id, _)| *id == program.id));
            sent.map_or(program.phase, |(_, phase)| *phase)
        };
        let phase = |program: &ParticipantReport| self.phase_for(program, told(program), node, &ending.units);
        let participants = post.participants.iter().map(|program| (program.id, phase(program)));
        let participants = participants.collect();
        Orders { epoch: self.epoch, stage: self.stage, units, forget, participants }
    }

    /// What a program is to do now. It was told `told` last: that may be news to it still, so its word counts only for that.
    fn phase_for(&self, program: &ParticipantReport, told: Phase, node: &NodeName, ending: &Units) -> Phase {
        let served = program.requires.iter().all(|on| self.serves(on, node, ending));
        let reached = self.stage.reaches(self.program_level(program));
        let stopped = program.phase == Phase::Prepare && program.done;
        match (served, self.stage) {
            // It goes on when it says that it has done what it was told.
            _ if program.isolated => told,
            (false, _) => Phase::Prepare,
            _ if told == Phase::Prepare && !stopped => Phase::Prepare,
            (true, Stage::Resume | Stage::Recovered) if told >= Phase::Recover => Phase::Resume,
            (true, _) if reached => Phase::Recover.max(told),
            (true, _) => told,
        }
    }

    /// Says that to a member, if it was not told.
    fn send(&mut self, node: &NodeName, orders: Orders) -> Say {
        let Some(post) = self.posts.get_mut(node) else { return Say::new() };
        if post.sent.as_ref() == Some(&orders) {
            return Say::new();
        }
        let mut say = Say::new();
        let (mut batch, mut bytes) = (Vec::new(), 0);
        for order in &orders.units {
            let Some(service) = self.catalog.services.get(&order.slot.service) else { continue };
            let version = order.version;
            if service.version != version || post.known.get(&service.name) == Some(&version) {
                continue;
            }
            post.known.insert(service.name.clone(), version);
            bytes += service.body.len() + 256;
            batch.push(service.clone());
            if bytes >= BATCH {
                let services = core::mem::take(&mut batch);
                say.push((node.clone(), RecoveryTalk::Definitions { epoch: self.epoch, services }));
                bytes = 0;
            }
        }
        if !batch.is_empty() {
            say.push((node.clone(), RecoveryTalk::Definitions { epoch: self.epoch, services: batch }));
        }
        // The member keeps those that its orders name, and no others.
        let ordered: BTreeSet<&ServiceName> = orders.units.iter().map(|order| &order.slot.service).collect();
        post.known.retain(|name, _| ordered.contains(name));
        post.sent = Some(orders.clone());
        say.push((node.clone(), RecoveryTalk::Orders(orders)));
        say
    }
}
