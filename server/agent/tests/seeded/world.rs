//! A run: machines, what goes wrong with them, and what must be so in the end.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
};

use quorate_core::{
    database::{Change, ChangeKind, Database, RecordKind},
    quorum::{QuorumStatus, consensus::Policy},
    types::{Duration, Epoch, NodeId, WallTime},
};

use crate::{
    check::Check,
    disk::Seed,
    host::{Host, Plan, Stop},
    network::Network,
};

/// How long all may take to come together when all is well, in milliseconds.
const CONVERGENCE: u64 = 60_000;

/// What came of a run.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    pub answers: u64,
    pub yes: u64,
    pub epochs: u64,
    pub proposed: u64,
    pub acknowledged: u64,
    pub trace: u32,
}

/// Something goes wrong, or is mended.
#[derive(Debug)]
enum Fault {
    Kill(usize),
    PowerCut(usize),
    PowerCutOfAll,
    Start(usize),
    StartAll,
    Stop(usize, u64),
    Suspend(usize, u64),
    CutOneWay(usize, usize),
    CutBothWays(usize, usize),
    Split(BTreeSet<usize>),
    Reset(usize, usize),
    Slow(usize, u64),
    Voters(u32),
    Heal,
}

/// All there is.
struct World {
    now: u64,
    seed: Seed,
    hosts: Vec<Host>,
    network: Network,
    check: Check,
    /// What each agent has answered last.
    answers: Vec<Option<QuorumStatus>>,
    proposed: u64,
    acknowledged: Arc<Mutex<BTreeSet<Duration>>>,
}

/// A whole run.
pub fn run(number: u64) -> Outcome {
    let mut world = World::new(number);
    world.form();
    for _ in 0..15 + world.seed.below(20) {
        let pause = if world.seed.below(2) == 0 { 200 } else { 2000 };
        let pause = world.seed.below(pause);
        world.pass(pause);
        world.strike();
    }
    world.mend();
    world.converge();
    world.remember();
    Outcome {
        answers: world.check.answers,
        yes: world.check.yes,
        epochs: world.check.epochs.len() as u64,
        proposed: world.proposed,
        acknowledged: world.acknowledged.lock().unwrap().len() as u64,
        trace: world.network.trace(),
    }
}

impl World {
    fn new(number: u64) -> Self {
        let mut seed = Seed(number);
        let hosts = 3 + seed.below(3) as usize;
        let majority = hosts as u64 / 2 + 1;
        let expect = majority + seed.below(hosts as u64 - majority + 1);
        let plan = Plan { hosts, expect: expect as u32 };
        let hosts = (0..hosts).map(|number| Host::new(number, plan.clone(), &mut seed)).collect();
        Self {
            now: 0,
            seed,
            hosts,
            network: Network::default(),
            check: Check::default(),
            answers: Vec::new(),
            proposed: 0,
            acknowledged: Arc::default(),
        }
    }

    fn any(&mut self) -> usize {
        self.seed.below(self.hosts.len() as u64) as usize
    }

    /// Lets milliseconds pass; now and then somebody writes.
    fn pass(&mut self, span: u64) {
        for _ in 0..span {
            self.tick();
            if self.seed.below(50) == 0 {
                self.write();
            }
        }
    }

    /// One millisecond everywhere: what is due arrives, then all run, then what they sent is on its way.
    fn tick(&mut self) {
        self.now += 1;
        crate::NOW.set(self.now);
        for number in 0..self.hosts.len() {
            if self.hosts[number].doomed.is_some_and(|due| due <= self.now) {
                self.cut_power(number);
            }
        }
        self.network.deliver(self.now, &self.hosts);
        self.answers = self.hosts.iter_mut().map(|host| host.run(self.now)).collect();
        for number in 0..self.hosts.len() {
            for said in self.hosts[number].said() {
                self.network.take(number, said, self.now, &mut self.seed);
            }
            if self.hosts[number].has_ended() {
                self.kill(number);
            }
        }
        for answer in &self.answers {
            let epoch = answer.as_ref().and_then(|answer| answer.granted.as_ref()).map_or(0, |(epoch, ..)| epoch.0);
            self.network.note(epoch);
        }
        self.check.answers(&self.hosts, &self.answers);
    }

    /// Whether all have quorum in one view of all of them.
    fn is_whole(&self) -> bool {
        let mut epochs = BTreeSet::new();
        self.hosts.iter().all(|host| {
            let Some(agent) = &host.agent else { return false };
            let view = agent.handle.view().view;
            epochs.insert(agent.handle.epoch());
            view.is_some_and(|view| view.members.len() == self.hosts.len())
        }) && epochs.len() == 1
            && !epochs.contains(&0)
    }

    fn form(&mut self) {
        for number in 0..self.hosts.len() {
            self.start(number);
            let pause = self.seed.below(300);
            self.pass(pause);
        }
        let pause = self.seed.below(4000);
        self.pass(pause);
    }

    fn start(&mut self, number: usize) {
        if self.hosts[number].agent.is_none() {
            self.hosts[number].start(self.now, &mut self.seed);
        }
    }

    fn kill(&mut self, number: usize) {
        self.hosts[number].kill(&mut self.seed);
        self.network.gone(&self.hosts[number], self.now);
    }

    fn cut_power(&mut self, number: usize) {
        tracing::warn!("POWER of n{number} is gone");
        self.hosts[number].lose_power(&mut self.seed);
        self.network.gone(&self.hosts[number], self.now);
    }

    /// The power will go in a moment, perhaps in the middle of a write.
    fn doom(&mut self, number: usize) {
        let host = &mut self.hosts[number];
        host.disk.light_fuse(self.seed.below(60));
        host.doomed = Some(self.now + self.seed.below(30));
    }

    fn stop(&mut self, number: usize, span: u64, suspended: bool) {
        let host = &mut self.hosts[number];
        if host.is_awake() {
            host.stopped = Some(Stop { until: self.now + span, suspended });
        }
    }

    /// Somebody sets something anew, through any agent that runs.
    fn write(&mut self) {
        let number = self.any();
        let Some(agent) = self.hosts[number].agent.as_ref() else { return };
        self.proposed += 1;
        let grace = Duration::from_secs(60) + Duration::from_millis(self.proposed);
        let change = Change { wall: WallTime(self.now), kind: ChangeKind::VoterGrace(Some(grace)) };
        let acknowledged = self.acknowledged.clone();
        agent.propose(change, move || _ = acknowledged.lock().unwrap().insert(grace));
    }

    /// One that does not run, if there is any.
    fn down(&self, from: usize) -> usize {
        let mut all = (from..self.hosts.len()).chain(0..from);
        all.find(|number| self.hosts[*number].agent.is_none()).unwrap_or(from)
    }

    fn draw(&mut self) -> Fault {
        let (a, b) = (self.any(), self.any());
        match self.seed.below(40) {
            0..5 => Fault::Kill(a),
            5..9 => Fault::PowerCut(a),
            9 => Fault::PowerCutOfAll,
            10..16 => Fault::Start(self.down(a)),
            16..18 => Fault::StartAll,
            18..21 => Fault::Stop(a, 50 + self.seed.below(3000)),
            21..23 => Fault::Suspend(a, 50 + self.seed.below(3000)),
            23..26 if a != b => Fault::CutOneWay(a, b),
            26..29 if a != b => Fault::CutBothWays(a, b),
            29..32 => Fault::Split((0..self.hosts.len()).filter(|_| self.seed.below(2) == 0).collect()),
            32 if a != b => Fault::Reset(a, b),
            33 => Fault::Slow(a, 20 + self.seed.below(400)),
            34 => Fault::Voters(1 + 2 * self.seed.below(3) as u32),
            _ => Fault::Heal,
        }
    }

    fn strike(&mut self) {
        let fault = self.draw();
        tracing::warn!("FAULT {fault:?}");
        let all = 0..self.hosts.len();
        match fault {
            Fault::Kill(a) => self.kill(a),
            Fault::PowerCut(a) => self.doom(a),
            Fault::PowerCutOfAll => all.for_each(|number| self.doom(number)),
            Fault::Start(a) => self.start(a),
            Fault::StartAll => all.for_each(|number| self.start(number)),
            Fault::Stop(a, span) => self.stop(a, span, false),
            Fault::Suspend(a, span) => self.stop(a, span, true),
            Fault::CutOneWay(a, b) => self.network.cut(a, b),
            Fault::CutBothWays(a, b) => {
                self.network.cut(a, b);
                self.network.cut(b, a);
            }
            Fault::Split(side) => {
                for (a, b) in all.clone().flat_map(|a| all.clone().map(move |b| (a, b))) {
                    if side.contains(&a) != side.contains(&b) {
                        self.network.cut(a, b);
                    }
                }
            }
            Fault::Reset(a, b) => self.network.reset(a, b, self.now),
            Fault::Slow(a, by) => self.network.slow(a, by),
            Fault::Voters(most) => {
                let number = self.any();
                let kind = ChangeKind::Policy(Policy::Auto { most });
                let change = Change { wall: WallTime(self.now), kind };
                self.hosts[number].agent.iter().for_each(|agent| agent.propose(change.clone(), || {}));
            }
            Fault::Heal => self.network.heal(),
        }
    }

    /// Everything that went wrong ends.
    fn mend(&mut self) {
        tracing::warn!("all is MENDED");
        self.network.heal();
        // Processes that are stopped go on, and power that is about to go is gone.
        while self.hosts.iter().any(|host| host.is_stopped() || host.doomed.is_some()) {
            self.tick();
        }
        (0..self.hosts.len()).for_each(|number| self.start(number));
    }

    /// All find together, and then nothing changes any more.
    fn converge(&mut self) {
        let end = self.now + CONVERGENCE;
        while !self.is_whole() {
            assert!(self.now < end, "not all have quorum in one view: {}", self.report());
            self.pass(50);
        }
    }

    /// What was acknowledged is there (D1), and no epoch was forgotten (Q2), at whoever has a copy that is whole: all voters.
    fn remember(&mut self) {
        let acknowledged = self.acknowledged.lock().unwrap().clone();
        let newest = self.check.epochs.last_key_value().map_or(Epoch(0), |(epoch, _)| *epoch);
        let end = self.now + CONVERGENCE;
        loop {
            self.tick();
            let voters: BTreeSet<NodeId> =
                self.answers.iter().flatten().flat_map(|answer| answer.voters.iter().map(|voter| voter.id)).collect();
            let lacks = |host: &&Host| {
                let agent = host.agent.as_ref().unwrap();
                agent.read(|database| database.epoch < newest || !acknowledged.is_subset(&written(database)))
            };
            let mut voters = self.hosts.iter().filter(|host| voters.contains(&host.id()));
            let Some(one) = voters.find(lacks) else { return };
            assert!(self.now < end, "D1: n{} lacks what was acknowledged: {}", one.number, self.report());
        }
    }

    fn report(&self) -> String {
        let one = |host: &Host| {
            let Some(agent) = &host.agent else { return format!("\n  n{}: does not run", host.number) };
            let news = agent.handle.watch_quorum().borrow().clone();
            let view = agent.handle.view();
            let (epoch, writes) = agent.read(|database| (database.epoch, written(database).len()));
            format!("\n  n{}: {view:?}, {news:?}, database: epoch {epoch}, {writes} writes", host.number)
        };
        self.hosts.iter().map(one).collect()
    }
}

/// The values that were ever written, as the history has them.
fn written(database: &Database) -> BTreeSet<Duration> {
    let value = |kind: &RecordKind| if let RecordKind::VoterGrace(grace) = kind { *grace } else { None };
    database.history.iter().filter_map(|record| value(&record.kind)).collect()
}
