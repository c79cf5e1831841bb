//! Operators, who define services and change their minds, and programs that take part in recovery by themselves.

use std::{collections::BTreeMap, sync::Arc};

use quorate_core::{
    Command, Event,
    recovery::{
        About, Call, Catalog, Count, Directive, Edit, InTransition, Intent, Placement, Restart, Service, WithoutQuorum,
    },
    types::{Duration, Epoch, NodeName, ServiceName, Slot},
    wire::Phase,
};

use super::{Happening, World};
use crate::{check::unrecovered, dice::Dice, host};

/// Most services of a run.
const SERVICES: usize = 12;

/// The operators of a run, and the programs that take part.
#[derive(Clone, Debug)]
pub struct Operators {
    dice: Dice,
    /// Whether there are services at all.
    pub(super) active: bool,
    /// They change nothing any more.
    resting: bool,
    /// What was in force, by revision.
    catalogs: BTreeMap<u64, Arc<Catalog>>,
    programs: Vec<Program>,
    tickets: u64,
}

/// A program that takes part.
#[derive(Clone, Debug)]
pub struct Program {
    /// Where it runs.
    pub host: usize,
    about: About,
    /// It takes at most so long for each phase.
    slowness: Duration,
    /// It never acknowledges anything.
    deaf: bool,
    joined: bool,
}

/// What a program does.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Join,
    Acknowledge(Epoch, Phase),
    Leave,
}

impl Operators {
    /// Nobody yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            dice: Dice::new(seed ^ 0x0_9e7a_7025),
            active: false,
            resting: false,
            catalogs: BTreeMap::new(),
            programs: Vec::new(),
            tickets: 0,
        }
    }

    /// What the catalog of a revision has.
    #[must_use]
    pub fn catalog(&self, revision: u64) -> Option<&Arc<Catalog>> {
        self.catalogs.get(&revision)
    }
}

fn name(number: usize) -> ServiceName {
    ServiceName::new(&format!("s{number}")).unwrap_or_else(|error| panic!("{error}"))
}

fn number(name: &ServiceName) -> usize {
    name.as_str()[1..].parse().unwrap_or_default()
}

impl World {
    /// From here on there are services, whom operators define and change, and programs that take part.
    pub fn serve(&mut self) {
        self.operators.active = true;
        let ms = Duration::from_millis;
        let hosts = self.hosts.len();
        let dice = &mut self.operators.dice;
        for program in 0..dice.below(hosts + 1).min(6) {
            let slowness = *dice.pick(&[ms(20), ms(300), ms(1500)]);
            let isolate = dice.chance(0.7);
            let about = About {
                name: format!("program{program}").into(),
                level: dice.below(4) as u32,
                requires: if dice.chance(0.4) { vec![name(dice.below(4))] } else { vec![] },
                deadline: dice.span(ms(200), ms(2500)),
                isolate,
            };
            let deaf = isolate && dice.chance(0.3);
            let host = dice.below(hosts);
            self.operators.programs.push(Program { host, about, slowness, deaf, joined: false });
        }
        self.schedule(self.time + ms(500), Happening::Operator);
    }

    /// Whether there are services.
    #[must_use]
    pub fn serves(&self) -> bool {
        self.operators.active
    }

    /// What is not as it should be with services when all is well, if anything.
    #[must_use]
    pub fn unrecovered(&self) -> Option<String> {
        let newest = self.catalog().unwrap_or_default();
        unrecovered(self.time, &self.hosts, &self.runners, &newest)
    }

    /// Operators change nothing any more, and nothing fails that can do well.
    pub fn settle(&mut self) {
        self.operators.resting = true;
        self.runners.tame();
    }

    /// An operator wants something, or not.
    pub(super) fn operator(&mut self) {
        if self.operators.resting {
            return;
        }
        let pause = self.operators.dice.span(Duration::from_millis(200), Duration::from_secs(5));
        self.schedule(self.time + pause, Happening::Operator);
        let Some(catalog) = self.catalog() else { return };
        let dice = &mut self.operators.dice;
        if catalog.services.is_empty() && catalog.revision == 0 {
            let count = dice.between(3, SERVICES);
            let (mut known, mut edits) = (Vec::new(), Vec::new());
            for number in 0..count {
                let service = draw(dice, number, &known, self.hosts.len());
                known.push(name(number));
                edits.push(Edit::Put(service));
            }
            return self.amend(edits);
        }
        match dice.below(100) {
            0..45 => {
                let edits: Vec<Edit> = (0..dice.between(1, 2)).map(|_| self.draw_edit(&catalog)).collect();
                self.amend(edits);
            }
            45..65 => self.direct(&catalog),
            65..72 if !self.operators.programs.is_empty() => {
                let program = dice.below(self.operators.programs.len());
                let part = if self.operators.programs[program].joined { Part::Leave } else { Part::Join };
                self.take_part(program, part);
            }
            _ => {}
        }
    }

    fn amend(&mut self, edits: Vec<Edit>) {
        let shown: Vec<String> = edits.iter().map(Edit::summary).collect();
        if let Some(catalog) = self.commit_catalog(edits) {
            self.say(|| format!("CATALOG {}: {}", catalog.revision, shown.join(", ")));
            self.operators.catalogs.insert(catalog.revision, catalog);
        }
    }

    fn draw_edit(&mut self, catalog: &Catalog) -> Edit {
        let hosts = self.hosts.len();
        let dice = &mut self.operators.dice;
        let names: Vec<&ServiceName> = catalog.services.keys().collect();
        let some = if names.is_empty() { name(0) } else { (*dice.pick(&names)).clone() };
        match dice.below(100) {
            0..35 => {
                let which = if dice.chance(0.7) { number(&some) } else { dice.below(SERVICES) };
                let lower: Vec<ServiceName> =
                    names.iter().filter(|name| number(name) < which).map(|name| (*name).clone()).collect();
                Edit::Put(draw(dice, which, &lower, hosts))
            }
            35..60 => {
                let intent = match catalog.intents.get(&some) {
                    Some(_) => None,
                    None if dice.chance(0.5) => Some(Intent::Stopped),
                    None => Some(Intent::Disabled("not now".to_owned())),
                };
                Edit::Intend(some, intent)
            }
            60..85 => {
                let drained = catalog.drained.keys().next().cloned();
                match drained {
                    Some(node) if dice.chance(0.6) => Edit::Drain(node, None),
                    _ => Edit::Drain(host::name(dice.below(hosts)), Some("new disk".to_owned())),
                }
            }
            _ => Edit::Remove(some),
        }
    }

    fn direct(&mut self, catalog: &Catalog) {
        let leads =
            |host: &usize| self.hosts[*host].node.as_ref().is_some_and(|node| node.recovers().revision().is_some());
        let Some(host) = (0..self.hosts.len()).find(leads) else { return };
        let hosts = self.hosts.len();
        let dice = &mut self.operators.dice;
        let names: Vec<&ServiceName> = catalog.services.keys().collect();
        if names.is_empty() {
            return;
        }
        let service = (*dice.pick(&names)).clone();
        let directive = if dice.chance(0.5) {
            Directive::Restart(service)
        } else {
            let slot = Slot { service, index: dice.below(2) as u32 };
            Directive::Move(slot, host::name(dice.below(hosts)))
        };
        self.operators.tickets += 1;
        let ticket = self.operators.tickets;
        self.say(|| format!("n{host} is asked: {directive:?}"));
        self.handle(host, Event::Command(Command::Direct { ticket, directive }));
    }

    /// An agent starts: the programs at its host come to it.
    pub(super) fn programs_join(&mut self, host: usize) {
        for program in 0..self.operators.programs.len() {
            if self.operators.programs[program].host == host {
                self.operators.programs[program].joined = false;
                let after = self.operators.dice.span(Duration::from_millis(1), Duration::from_secs(2));
                self.schedule(self.time + after, Happening::Program(program, Part::Join));
            }
        }
    }

    pub(super) fn take_part(&mut self, number: usize, part: Part) {
        let program = &mut self.operators.programs[number];
        let (host, id) = (program.host, number as u64);
        if self.hosts[host].node.is_none() {
            return;
        }
        let command = match part {
            Part::Join if program.joined => return,
            Part::Join => {
                program.joined = true;
                let about = program.about.clone();
                self.check.recovered.joined(number, host);
                Command::Join { id, about }
            }
            Part::Acknowledge(epoch, phase) => {
                self.check.recovered.acknowledged(number, epoch, phase);
                Command::Acknowledge { id, epoch, phase }
            }
            Part::Leave => {
                program.joined = false;
                self.check.recovered.parted(number);
                Command::Part { id }
            }
        };
        self.say(|| format!("program {number} at n{host}: {part:?}"));
        self.handle(host, Event::Command(command));
    }

    /// The agent tells a program something.
    pub(super) fn call(&mut self, host: usize, id: u64, call: &Call) {
        self.say(|| format!("n{host} tells program {id}: {call:?}"));
        let number = usize::try_from(id).unwrap_or_default();
        let program = &self.operators.programs[number];
        let About { level, requires, .. } = &program.about;
        self.check.recovered.called(number, host, *level, requires, call);
        if let Call::Phase { epoch, phase } = call
            && !program.deaf
        {
            let after = self.operators.dice.span(Duration::from_micros(100), program.slowness);
            self.schedule(self.time + after, Happening::Program(number, Part::Acknowledge(*epoch, *phase)));
        }
    }
}

/// Makes up a service that may depend on those of lower numbers.
fn draw(dice: &mut Dice, number: usize, lower: &[ServiceName], hosts: usize) -> Arc<Service> {
    let ms = Duration::from_millis;
    let some = |dice: &mut Dice, p: f64| -> Vec<ServiceName> {
        if lower.is_empty() || !dice.chance(p) {
            return Vec::new();
        }
        let many = if dice.chance(0.2) { 2 } else { 1 };
        dice.some(many.min(lower.len()), lower.len()).into_iter().map(|at| lower[at].clone()).collect()
    };
    let count = match dice.below(10) {
        0..5 => Count::Exactly(1),
        5..8 => Count::Exactly(dice.between(1, 3) as u32),
        _ => Count::Every,
    };
    let without_quorum = match (count, dice.below(10)) {
        (Count::Every, 0..4) => WithoutQuorum::CarryOn,
        (_, 0..7) => WithoutQuorum::Stop,
        _ => WithoutQuorum::Freeze,
    };
    let in_transition = match dice.below(10) {
        0..6 => InTransition::Keep,
        6..8 => InTransition::Signal,
        _ => InTransition::Restart,
    };
    let requires = some(dice, 0.5);
    let after = some(dice, 0.2);
    let with = some(dice, 0.2).first().cloned();
    let apart = some(dice, 0.15).into_iter().filter(|other| with.as_ref() != Some(other)).collect();
    let preferred: Vec<NodeName> =
        if dice.chance(0.3) { dice.some(2, hosts).into_iter().map(host::name).collect() } else { vec![] };
    let placement = Placement {
        count,
        selector: if dice.chance(0.08) { vec![("zone".to_owned(), "z0".to_owned())] } else { vec![] },
        preferred,
        spread: dice.chance(0.2).then(|| "zone".to_owned()),
        keep: dice.chance(0.7),
        with,
        apart,
    };
    let restart = Restart {
        tries: dice.below(3) as u32,
        window: Duration::from_secs(60),
        pause: ms(100),
        pause_max: Duration::from_secs(1),
    };
    Arc::new(Service {
        name: name(number),
        version: 0,
        after,
        requires,
        level: if dice.chance(0.1) { SERVICES as u32 } else { 0 },
        placement,
        without_quorum,
        grace: if dice.chance(0.3) { Duration::ZERO } else { dice.span(ms(1), ms(800)) },
        loss_timeout: dice.span(ms(50), ms(600)),
        in_transition,
        start_timeout: dice.span(ms(500), ms(1500)),
        stop_timeout: dice.span(ms(100), ms(2500)),
        restart,
        body: Arc::default(),
    })
}
