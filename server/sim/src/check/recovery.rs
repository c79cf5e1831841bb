//! Checkers of recovery: by what members are told and do, and by what their runners do; of whoever leads only what it wants
//! to run where.
//!
//! **R1.** Nothing of a level starts in an epoch before there was a moment in it at which everybody of the view had heard of
//! the regime, all programs had stopped, and all that was wanted on lower levels had been finished in that epoch: each
//! instance was ready, as its own member saw it and its runner had said, while that member went by the regime; each program
//! had acknowledged. What whoever leads did not want at that moment (for it failed, runs nowhere, or lacks what it requires)
//! does not count, and neither does a program that was isolated or has left. That moment is looked for whenever whoever leads
//! has decided anything, which is before its orders arrive anywhere. And no service starts in an epoch in which nothing of
//! what it requires was ever ready. At one member nothing starts by the orders of a regime once the view was left that it was
//! under.
//!
//! Claims about *now* would not be sound: what was ready a moment ago may have died, and nobody knows yet.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use quorate_core::{
    Node,
    recovery::{Call, Catalog, Count, MAX_PARTICIPANTS, MAX_SERVICES, Obstacle, RecoveryStatus, Service},
    types::{Epoch, ServiceName, Slot, Token},
    wire::{Phase, Stage, UnitState},
};

use super::Checkers;
use crate::{
    host::{Host, Time},
    world::{Operators, Runners},
};

/// A service starts on a host.
#[derive(Clone, Debug)]
pub struct Launch {
    /// Where.
    pub host: usize,
    /// Which instance.
    pub slot: Slot,
    /// Of which service.
    pub service: Arc<Service>,
    /// Its level.
    pub level: u32,
    /// The token by which it may run.
    pub token: Option<Token>,
    /// The regime.
    pub epoch: Epoch,
}

/// What is known of services and programs in a run.
#[derive(Clone, Debug, Default)]
pub struct Recovered {
    members: Vec<Follower>,
    /// What has just started, or was just told to recover.
    begun: Vec<Begun>,
    /// Who has heard of each regime.
    mustered: BTreeMap<Epoch, BTreeSet<usize>>,
    /// What was ready in each epoch, of which version.
    ready: BTreeSet<(Epoch, Slot, usize, u64)>,
    /// Up to which level everything may have begun.
    open: BTreeMap<Epoch, u32>,
    /// The highest token of each instance, and whose it was: which start of which host.
    tokens: BTreeMap<Slot, (Token, usize, u64)>,
    programs: BTreeMap<usize, Program>,
    /// How much was seen, to know that something was.
    pub seen: Recoveries,
}

/// How much was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recoveries {
    /// Services that were started.
    pub launches: u64,
    /// Programs that were told to recover.
    pub calls: u64,
    /// Programs that were isolated.
    pub isolated: u64,
}

/// One host.
#[derive(Clone, Debug, Default)]
struct Follower {
    starts: u64,
    /// By which regime it goes.
    led: Option<Epoch>,
    /// Orders of this regime or an earlier one are void.
    left: Epoch,
    /// Its instances stand otherwise.
    changed: bool,
    /// What has said that it is ready.
    said: BTreeSet<(Slot, u64)>,
    /// What it has decided last, if it leads.
    revision: Option<(Epoch, u64)>,
}

/// A program that takes part.
#[derive(Clone, Debug, Default)]
struct Program {
    host: usize,
    told: Option<(Epoch, Phase)>,
    done: bool,
    isolated: bool,
    prepared: BTreeSet<Epoch>,
    recovered: BTreeSet<Epoch>,
    /// Nobody had to wait for it.
    excused: BTreeSet<Epoch>,
}

#[derive(Clone, Debug)]
struct Begun {
    what: String,
    level: u32,
    epoch: Epoch,
    requires: Vec<ServiceName>,
    /// What is wrong with it at once.
    fault: Option<&'static str>,
}

impl Recovered {
    /// Nothing yet.
    #[must_use]
    pub fn new(hosts: usize) -> Self {
        Self { members: vec![Follower::default(); hosts], ..Self::default() }
    }

    /// An agent starts.
    pub(super) fn started(&mut self, host: usize) {
        let Follower { starts, left, .. } = self.members[host];
        self.members[host] = Follower { starts: starts + 1, left, ..Follower::default() };
    }

    /// An agent leaves its view.
    pub(super) fn left(&mut self, host: usize) {
        let member = &mut self.members[host];
        member.left = member.left.max(member.led.unwrap_or_default());
    }

    /// An agent tells its watchers that an instance stands otherwise.
    pub(super) fn news(&mut self, host: usize) {
        self.members[host].changed = true;
    }

    /// A process has said that it is ready.
    pub fn said_ready(&mut self, host: usize, slot: &Slot, version: u64) {
        self.members[host].said.insert((slot.clone(), version));
    }

    /// A service starts.
    pub fn launch(&mut self, launch: Launch) {
        let Launch { host, slot, service, level, token, epoch } = launch;
        self.seen.launches += 1;
        let starts = self.members[host].starts;
        let mut fault = (epoch <= self.members[host].left).then_some("by orders that are void");
        if token.is_some() != service.is_exclusive() {
            fault = Some("without a token, or with one that it does not need");
        } else if let Some(token) = token {
            let known = self.tokens.entry(slot.clone()).or_insert((token, host, starts));
            if token < known.0 || token == known.0 && (known.1, known.2) != (host, starts) {
                fault = Some("with a token that is not higher than the one before");
            }
            *known = (token, host, starts);
        }
        let what = format!("n{host} starts {slot} of level {level} with {token:?} in epoch {epoch}");
        self.begun.push(Begun { what, level, epoch, requires: service.requires.clone(), fault });
    }

    /// A program takes part.
    pub fn joined(&mut self, number: usize, host: usize) {
        let epoch = self.members[host].led;
        let program = self.programs.entry(number).or_default();
        program.host = host;
        // It may not be told apart from itself before.
        program.excused.extend(epoch);
        (program.told, program.done, program.isolated) = (None, false, false);
    }

    /// A program takes part no more.
    pub fn parted(&mut self, number: usize) {
        let epoch = self.program_epoch(number);
        self.programs.entry(number).or_default().excused.extend(epoch);
    }

    fn program_epoch(&self, number: usize) -> Option<Epoch> {
        self.programs.get(&number).and_then(|program| self.members[program.host].led)
    }

    /// An agent tells a program something.
    pub fn called(&mut self, number: usize, host: usize, level: u32, requires: &[ServiceName], call: &Call) {
        let led = self.members[host].led;
        let left = self.members[host].left;
        let program = self.programs.entry(number).or_default();
        program.host = host;
        match *call {
            Call::Phase { epoch, phase } => {
                if program.done && program.told.is_some_and(|(_, phase)| phase == Phase::Prepare) {
                    program.prepared.insert(epoch);
                }
                (program.told, program.done, program.isolated) = (Some((epoch, phase)), false, false);
                if phase != Phase::Prepare {
                    self.seen.calls += 1;
                    let what = format!("n{host} tells program {number} of level {level}: {phase:?} in epoch {epoch}");
                    let level = if phase == Phase::Recover { level } else { u32::MAX };
                    let fault = (epoch <= left).then_some("by orders that are void");
                    self.begun.push(Begun { what, level, epoch, requires: requires.to_vec(), fault });
                }
            }
            Call::Isolated { .. } => {
                self.seen.isolated += 1;
                program.isolated = true;
                program.excused.extend(led);
            }
        }
    }

    /// A program has done something.
    pub fn acknowledged(&mut self, number: usize, epoch: Epoch, phase: Phase) {
        let led = self.program_epoch(number);
        let Some(program) = self.programs.get_mut(&number) else { return };
        if program.told != Some((epoch, phase)) {
            return;
        }
        program.done = true;
        match phase {
            Phase::Prepare => program.prepared.extend(led),
            Phase::Recover => drop(program.recovered.insert(epoch)),
            Phase::Resume => {}
        }
    }

    /// A member goes by another regime.
    fn follow(&mut self, host: usize, epoch: Epoch) {
        self.mustered.entry(epoch).or_default().insert(host);
        for program in self.programs.values_mut().filter(|program| program.host == host) {
            if program.done && program.told.is_some_and(|(_, phase)| phase == Phase::Prepare) {
                program.prepared.insert(epoch);
            }
            if program.isolated {
                program.excused.insert(epoch);
            }
        }
    }

    /// The level up to which everything may begin, by what members did and what whoever leads wants; none before all have
    /// heard of the regime and all programs have stopped.
    fn floor(&self, status: &RecoveryStatus, catalog: &Catalog, number: impl Fn(&str) -> Option<usize>) -> Option<u32> {
        let epoch = status.epoch;
        let here = self.mustered.get(&epoch)?;
        if !status.posts.iter().all(|post| number(post.name.as_str()).is_some_and(|host| here.contains(&host))) {
            return None;
        }
        let placed: BTreeSet<&ServiceName> =
            status.units.iter().filter(|unit| unit.wanted).map(|unit| &unit.slot.service).collect();
        let mut floor = u32::MAX;
        for report in status.posts.iter().flat_map(|post| &post.participants) {
            let program = self.programs.get(&(report.id as usize))?;
            if program.excused.contains(&epoch) {
                continue;
            }
            if !program.prepared.contains(&epoch) {
                return None;
            }
            if !program.recovered.contains(&epoch) && report.requires.iter().all(|on| placed.contains(on)) {
                let required = report.requires.iter().filter_map(|on| status.levels.get(on)).map(|level| level + 1);
                floor = floor.min(required.max().unwrap_or_default().max(report.level));
            }
        }
        for unit in status.units.iter().filter(|unit| unit.wanted) {
            let service = catalog.services.get(&unit.slot.service)?;
            let host = number(unit.node.as_str())?;
            if !self.ready.contains(&(epoch, unit.slot.clone(), host, service.version)) {
                floor = floor.min(status.levels.get(&unit.slot.service).copied().unwrap_or_default());
            }
        }
        Some(floor)
    }

    /// What is wrong with what has just begun.
    fn judge(&mut self) -> Option<(&'static str, String)> {
        for begun in std::mem::take(&mut self.begun) {
            let Begun { what, level, epoch, requires, fault } = begun;
            if let Some(fault) = fault {
                let invariant = if fault.contains("token") { "S1" } else { "R1" };
                return Some((invariant, format!("{what}, {fault}")));
            }
            let open = self.open.get(&epoch);
            if open.is_none_or(|open| *open < level) {
                return Some(("R1", format!("{what}, where only {open:?} was reached")));
            }
            let was_ready =
                |on: &&ServiceName| self.ready.iter().any(|(at, slot, ..)| *at == epoch && slot.service == **on);
            if let Some(on) = requires.iter().find(|on| !was_ready(on)) {
                return Some(("R1", format!("{what}, where {on}, which it requires, was never ready")));
            }
        }
        None
    }
}

impl Checkers {
    /// After every event of a run with services.
    pub fn recovery(&mut self, time: Time, host: usize, hosts: &[Host], operators: &Operators) {
        let Some(node) = &hosts[host].node else { return self.recovered.begun.clear() };
        let recovery = node.recovers();
        let epoch = recovery.stage().map(|(epoch, _)| epoch);
        if self.recovered.members[host].led != epoch {
            let member = &mut self.recovered.members[host];
            (member.led, member.changed) = (epoch, true);
            if let Some(epoch) = epoch {
                self.recovered.follow(host, epoch);
            }
        }
        if std::mem::take(&mut self.recovered.members[host].changed) {
            self.look_at_units(time, host, node, epoch);
        }
        let revision = recovery.revision();
        if self.recovered.members[host].revision != revision {
            self.recovered.members[host].revision = revision;
            if let Some(status) = recovery.status(hosts[host].now(time).at) {
                self.look_at_lead(time, &status, operators);
            }
        }
        if let Some((invariant, what)) = self.recovered.judge() {
            self.fail(time, invariant, what);
        }
    }

    fn look_at_units(&mut self, time: Time, host: usize, node: &Node, epoch: Option<Epoch>) {
        let units = node.recovers().units();
        // L1.
        if units.len() > 2 * MAX_SERVICES {
            self.fail(time, "L1", format!("n{host} holds {} instances", units.len()));
        }
        let Some(epoch) = epoch else { return };
        for unit in units.into_iter().filter(|unit| unit.state == UnitState::Ready) {
            if self.recovered.members[host].said.contains(&(unit.slot.clone(), unit.version)) {
                self.recovered.ready.insert((epoch, unit.slot, host, unit.version));
            }
        }
    }

    fn look_at_lead(&mut self, time: Time, status: &RecoveryStatus, operators: &Operators) {
        if let Some(post) = status.posts.iter().find(|post| post.participants.len() > MAX_PARTICIPANTS) {
            let what = format!("{} programs at {} are known", post.participants.len(), post.name);
            self.fail(time, "L1", what);
        }
        let none = Arc::default();
        let catalog = operators.catalog(status.catalog).unwrap_or(&none);
        let number = |name: &str| name.get(1..).and_then(|number| number.parse().ok());
        if let Some(floor) = self.recovered.floor(status, catalog, number) {
            let open = self.recovered.open.entry(status.epoch).or_default();
            *open = floor.max(*open);
        }
    }
}

/// What is not as it should be when all is well and time has passed, if anything: all are told that they have recovered,
/// what is placed is ready where it is to be, nothing else runs, and what does not run has a reason.
#[must_use]
pub fn unrecovered(time: Time, hosts: &[Host], runners: &Runners, newest: &Catalog) -> Option<String> {
    let nodes = || hosts.iter().filter_map(|host| Some((host, host.node.as_ref()?)));
    let mut leading = nodes().filter_map(|(host, node)| node.recovers().status(host.now(time).at));
    let (Some(status), None) = (leading.next(), leading.next()) else {
        return Some("not exactly one leads".to_owned());
    };
    let told = |node: &Node| node.recovers().stage() == Some((status.epoch, Stage::Recovered));
    if status.stage != Stage::Recovered || !nodes().all(|(_, node)| told(node)) {
        return Some(format!("stage {:?}, waits for {:?}", status.stage, status.waits));
    }
    if status.catalog != newest.revision {
        return Some(format!("catalog {} is in force, not {}", status.catalog, newest.revision));
    }
    let wanted: BTreeSet<(Slot, usize)> = status
        .units
        .iter()
        .filter(|unit| unit.wanted)
        .filter_map(|unit| Some((unit.slot.clone(), hosts.iter().position(|host| host.identity.name == unit.node)?)))
        .collect();
    for (host, slot) in
        hosts.iter().flat_map(|host| runners.of(host.number).iter().map(move |one| (host.number, &one.slot)))
    {
        if !wanted.contains(&(slot.clone(), host)) {
            return Some(format!("{slot} runs on n{host}, where it is not to"));
        }
    }
    for (slot, host) in &wanted {
        let version = newest.services.get(&slot.service).map(|service| service.version);
        let runs = runners.of(*host).iter().any(|process| {
            process.slot == *slot && process.ready && !process.frozen && Some(process.service.version) == version
        });
        if !runs {
            return Some(format!("{slot} is not ready on n{host}, or of another version: {:?}", runners.of(*host)));
        }
    }
    unexplained(&status, hosts, newest, &wanted)
}

/// What does not run, though it is to, and nothing tells why.
fn unexplained(
    status: &RecoveryStatus,
    hosts: &[Host],
    newest: &Catalog,
    wanted: &BTreeSet<(Slot, usize)>,
) -> Option<String> {
    let is_blocked = |name: &ServiceName| status.blocked.iter().any(|(blocked, _)| blocked == name);
    for service in newest.services.values().filter(|service| newest.is_wanted(&service.name)) {
        let count = match service.placement.count {
            Count::Every => 1,
            Count::Exactly(count) => count,
        };
        for index in 0..count {
            let slot = Slot { service: service.name.clone(), index };
            let placed = wanted.iter().filter(|(other, _)| *other == slot).count();
            if placed > 1 && service.is_exclusive() {
                return Some(format!("{slot} is to run {placed} times"));
            }
            let unplaced = status.unplaced.iter().any(|(other, _)| *other == slot);
            if placed == 0 && !unplaced && !is_blocked(&service.name) {
                return Some(format!("{slot} runs nowhere, and nothing tells why"));
            }
        }
    }
    for (slot, node, obstacle) in
        status.unplaced.iter().flat_map(|(slot, whys)| whys.iter().map(move |(node, why)| (slot, node, why)))
    {
        let holds = match obstacle {
            Obstacle::Leaving => false,
            Obstacle::Drained => newest.drained.contains_key(node),
            Obstacle::Failed => hosts.iter().filter(|host| host.identity.name == *node).any(|host| {
                let units = host.node.as_ref().map(|node| node.recovers().units()).unwrap_or_default();
                units.iter().any(|unit| unit.slot.service == slot.service && unit.state == UnitState::Failed)
            }),
            _ => true,
        };
        if !holds {
            return Some(format!("{slot} is said not to run on {node} for {obstacle:?}"));
        }
    }
    let runs = |name: &ServiceName| wanted.iter().any(|(slot, _)| slot.service == *name);
    let wrong = status.blocked.iter().find(|(_, on)| runs(on));
    wrong.map(|(blocked, on)| format!("{blocked} is said to lack {on}, which runs"))
}
