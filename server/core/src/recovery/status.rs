//! How recovery stands, for those who ask: what runs where, what waits for what, what cannot run and why; and what would be.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};

use super::{
    Catalog, Intent, NotDirected, Obstacle,
    lead::Lead,
    placement::{Goal, place},
};
use crate::{
    types::{Duration, Epoch, Instant, NodeName, ServiceName, Slot},
    wire::{ParticipantReport, Phase, Stage, UnitReport, UnitState},
};

/// Most reasons that are told why instances can run nowhere (L1).
const MAX_OBSTACLES: usize = 10_000;
/// Nodes of which a sentence says why something does not run there.
const NAMED: usize = 16;

/// How recovery stands.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RecoveryStatus {
    /// The regime.
    pub epoch: Epoch,
    /// How far recovery is.
    pub stage: Stage,
    /// Since when the regime recovers.
    pub since: Duration,
    /// How long it took until recovery was complete for the first time.
    pub took: Option<Duration>,
    /// The catalog's revision.
    pub catalog: u64,
    /// The level of each service.
    pub levels: BTreeMap<ServiceName, u32>,
    /// The members, in order of their names.
    pub posts: Vec<Post>,
    /// Each instance that runs or is to run, and where.
    pub units: Vec<UnitStatus>,
    /// Instances that can run nowhere, and why not on each node; of very many instances or nodes not all reasons.
    pub unplaced: Vec<(Slot, Vec<(NodeName, Obstacle)>)>,
    /// Services that cannot run, for these which they require do not.
    pub blocked: Vec<(ServiceName, ServiceName)>,
    /// What the present stage waits for.
    pub waits: Vec<Wait>,
}

/// A member.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Post {
    /// Its name.
    pub name: NodeName,
    /// Why no service is to run there, if that is so.
    pub drained: Option<String>,
    /// The programs that take part there.
    pub participants: Vec<ParticipantReport>,
}

/// An instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnitStatus {
    /// Which.
    pub slot: Slot,
    /// The node.
    pub node: NodeName,
    /// Whether it is to run there.
    pub wanted: bool,
    /// How it stands; none when the node has not begun with it.
    pub report: Option<UnitReport>,
}

/// What the present stage waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Wait {
    /// The level; none before the first one.
    pub level: Option<u32>,
    /// The node.
    pub node: NodeName,
    /// The instance, or the program that takes part; neither when the node itself has not answered.
    pub what: String,
    /// What it does, for people.
    pub why: String,
}

/// A question what would be.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Question {
    /// With these members gone.
    pub gone: BTreeSet<NodeName>,
    /// With these nodes drained.
    pub drained: BTreeSet<NodeName>,
    /// With this catalog.
    pub catalog: Option<Catalog>,
}

/// An instance that would run elsewhere.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shift {
    /// Which.
    pub slot: Slot,
    /// Where it is to run now.
    pub from: Option<NodeName>,
    /// Where it would run; none when nowhere.
    pub to: Option<NodeName>,
    /// Why nowhere, for people.
    pub why: String,
}

impl Lead {
    /// How everything stands.
    pub(super) fn status(&self, now: Instant) -> RecoveryStatus {
        let post = |(name, post): (&NodeName, &super::lead::Post)| Post {
            name: name.clone(),
            drained: self.catalog.drained.get(name).cloned(),
            participants: post.participants.clone(),
        };
        RecoveryStatus {
            epoch: self.epoch,
            stage: self.stage,
            since: now.since(self.since),
            took: self.recovered.map(|at| at.since(self.since)),
            catalog: self.catalog.revision,
            levels: self.levels.clone(),
            posts: self.posts.iter().map(post).collect(),
            units: self.unit_statuses(),
            unplaced: self.unplaced(),
            blocked: self.blocked.clone().into_iter().collect(),
            waits: self.waits(),
        }
    }

    fn unplaced(&self) -> Vec<(Slot, Vec<(NodeName, Obstacle)>)> {
        let mut room = MAX_OBSTACLES;
        let told = |(slot, obstacles): (&Slot, &Arc<[(NodeName, Obstacle)]>)| {
            let told: Vec<_> = obstacles.iter().take(room).cloned().collect();
            room -= told.len();
            (slot.clone(), told)
        };
        self.goal.unplaced.iter().map(told).collect()
    }

    fn unit_statuses(&self) -> Vec<UnitStatus> {
        let mut all: BTreeMap<(Slot, NodeName), UnitStatus> = BTreeMap::new();
        for (slot, node) in &self.goal.units {
            let unit = UnitStatus { slot: slot.clone(), node: node.clone(), wanted: true, report: None };
            all.insert((slot.clone(), node.clone()), unit);
        }
        for (name, post) in &self.posts {
            for report in post.units.values() {
                let (slot, node) = (report.slot.clone(), name.clone());
                let new = UnitStatus { slot: slot.clone(), node: node.clone(), wanted: false, report: None };
                all.entry((slot, node)).or_insert(new).report = Some(report.clone());
            }
        }
        all.into_values().collect()
    }

    fn waits(&self) -> Vec<Wait> {
        let mut waits = Vec::new();
        for (name, post) in &self.posts {
            if !post.mustered {
                let (what, why) = (String::new(), String::from("has not said how it stands"));
                waits.push(Wait { level: None, node: name.clone(), what, why });
            }
            for program in post.participants.iter().filter(|program| !program.isolated) {
                waits.extend(self.wait_for(name, program));
            }
        }
        if let Stage::Level(level) = self.stage {
            let open = self
                .goal
                .units
                .iter()
                .filter(|(slot, node)| self.level_of(&slot.service) == level && !self.is_finished(slot, node));
            for (slot, node) in open {
                let report = self.posts.get(node).and_then(|post| post.units.get(slot));
                let why = report.map_or(String::from("is told to run"), doing);
                waits.push(Wait { level: Some(level), node: node.clone(), what: slot.to_string(), why });
            }
        }
        waits
    }

    fn wait_for(&self, node: &NodeName, program: &ParticipantReport) -> Option<Wait> {
        let (level, why) = match (self.stage, program.phase) {
            (Stage::Prepare, Phase::Prepare) if !program.done => (None, "has not said that it stopped"),
            (Stage::Level(level), Phase::Prepare | Phase::Recover)
                if self.program_level(program) == level && !(program.phase == Phase::Recover && program.done) =>
            {
                (Some(level), "recovers")
            }
            (Stage::Resume, Phase::Recover) => (None, "is told to go on"),
            (Stage::Resume, Phase::Resume) if !program.done => (None, "has not said that it goes on"),
            _ => return None,
        };
        Some(Wait { level, node: node.clone(), what: program.name.to_string(), why: String::from(why) })
    }

    /// What would run elsewhere.
    pub(super) fn what_if(&self, question: &Question) -> Vec<Shift> {
        let mut catalog = question.catalog.clone().unwrap_or_else(|| Catalog::clone(&self.catalog));
        for node in &question.drained {
            catalog.drained.insert(node.clone(), String::new());
        }
        let mut facts = self.facts();
        facts.sites.retain(|site| !question.gone.contains(&site.name));
        facts.running.retain(|(_, node)| !question.gone.contains(node));
        let then = place(&catalog, &catalog.levels(), &facts);
        let now = place(&self.catalog, &self.levels, &self.facts());
        shifts(&now, &then, &catalog)
    }

    /// Whether an instance can be moved to a node, and would stay there.
    pub(super) fn check_move(&self, slot: &Slot, node: &NodeName) -> Result<(), NotDirected> {
        let service = self.catalog.services.get(&slot.service).ok_or(NotDirected::Unknown)?;
        if !self.posts.contains_key(node) {
            return Err(NotDirected::NotMember);
        }
        let (mut facts, at) = (self.facts(), (slot.clone(), node.clone()));
        facts.moves.insert(slot.clone(), node.clone());
        let goal = place(&self.catalog, &self.levels, &facts);
        if !goal.units.contains(&at) {
            // What keeps it from there, if it had no other choice.
            facts.sites.iter_mut().filter(|site| site.name != *node).for_each(|site| site.leaving = true);
            let goal = place(&self.catalog, &self.levels, &facts);
            let mut obstacles = goal.unplaced.get(slot).into_iter().flat_map(|obstacles| obstacles.iter());
            let unplaced = obstacles.find(|(name, _)| name == node);
            return Err(match unplaced {
                Some((_, obstacle)) => NotDirected::Obstacle(obstacle.clone()),
                None if goal.units.contains(&at) => NotDirected::WouldReturn,
                None => NotDirected::Unknown,
            });
        }
        facts.moves.clear();
        facts.running = goal.units;
        let after = place(&self.catalog, &self.levels, &facts);
        if after.units.contains(&at) && service.is_exclusive() { Ok(()) } else { Err(NotDirected::WouldReturn) }
    }
}

/// What changes between two goals.
fn shifts(now: &Goal, then: &Goal, catalog: &Catalog) -> Vec<Shift> {
    let mut shifts = Vec::new();
    let mut came: BTreeSet<&(Slot, NodeName)> = then.units.difference(&now.units).collect();
    for (slot, from) in now.units.difference(&then.units) {
        let to = came.iter().find(|(other, _)| other == slot).copied();
        if let Some(to) = to {
            came.remove(to);
        }
        let why = match (to, then.unplaced.get(slot)) {
            (Some(_), _) => String::new(),
            (None, Some(obstacles)) => obstacles_text(obstacles),
            (None, None) => String::from(match catalog.intents.get(&slot.service) {
                _ if !catalog.services.contains_key(&slot.service) => "there is no such service any more",
                Some(Intent::Stopped) => "it is stopped",
                Some(Intent::Disabled(_)) => "it is disabled",
                None => "one fewer is needed",
            }),
        };
        shifts.push(Shift { slot: slot.clone(), from: Some(from.clone()), to: to.map(|(_, node)| node.clone()), why });
    }
    for (slot, to) in came {
        shifts.push(Shift { slot: slot.clone(), from: None, to: Some(to.clone()), why: String::new() });
    }
    for (slot, obstacles) in then.unplaced.iter().filter(|(slot, _)| !now.unplaced.contains_key(*slot)) {
        if !shifts.iter().any(|shift| shift.slot == *slot) {
            let why = obstacles_text(obstacles);
            shifts.push(Shift { slot: slot.clone(), from: None, to: None, why });
        }
    }
    shifts.sort_by(|a, b| a.slot.cmp(&b.slot));
    shifts
}

fn obstacles_text(obstacles: &[(NodeName, Obstacle)]) -> String {
    let named = obstacles.iter().take(NAMED).map(|(node, obstacle)| alloc::format!("{node}: {obstacle}"));
    let more = obstacles.len().checked_sub(NAMED).filter(|more| *more > 0);
    let texts: Vec<String> = named.chain(more.map(|more| alloc::format!("and {more} more"))).collect();
    if texts.is_empty() { String::from("there is no node") } else { texts.join("; ") }
}

/// What an instance is doing, for people.
fn doing(report: &UnitReport) -> String {
    let state = match report.state {
        UnitState::Waiting => "waits",
        UnitState::Claiming => "waits for its name",
        UnitState::Starting => "starts",
        UnitState::Ready => "is of an earlier definition",
        UnitState::Backoff => "failed, and is started again",
        UnitState::Stopping => "ends",
        UnitState::Frozen => "is frozen",
        UnitState::Failed => "failed too often",
    };
    if report.why.is_empty() { String::from(state) } else { alloc::format!("{state}: {}", report.why) }
}
