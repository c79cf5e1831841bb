//! Three voters, their links and clocks, and everything that may happen next.

use std::collections::VecDeque;

use quorate_core::{
    quorum::{Effect, Lack, Quorum},
    types::{Identity, Instant, Now, WallTime},
    wire::{Payload, Word},
};

use crate::{
    consensus::Consensus,
    host::{Host, Spoken, TICK, until},
    shared::Shared,
    steps::{Sides, Step, others},
    views::Views,
    witness::Witness,
};

/// How many nodes there are; all vote.
pub const NODES: usize = 3;
/// Most that happens at once.
const MOST_AT_ONCE: usize = 1000;

/// What may still happen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Bounds {
    /// Ticks of the clock.
    pub ticks: usize,
    /// Times that links come up and fail: each makes one of the five ways to part three nodes.
    pub partings: usize,
    /// Crashes, each at any point; every node may come back.
    pub crashes: usize,
    /// Suspended machines, each at any point and for as long as you like.
    pub naps: usize,
    /// Heartbeats besides those that come with each tick, and with a new lease.
    pub beats: usize,
    /// Times that all messages from one node to another, or the news of consensus for a node, are late, each by as long as
    /// you like; all others arrive at once.
    pub stalls: usize,
    /// Heartbeats that are late, each by as long as you like; others arrive at once or never.
    pub late: usize,
    /// Grants that are recorded though the proposer is not told so.
    pub unanswered: usize,
    /// The highest incarnation of a view, the highest epoch and the highest term: what goes beyond is not followed.
    pub incarnation: u64,
    pub epoch: u64,
    pub term: u64,
}

/// A state of the whole.
#[derive(Clone, PartialEq, Hash, Debug)]
pub struct World {
    /// The clock of all.
    at: Instant,
    pub hosts: [Shared<Host>; NODES],
    pub sides: Sides,
    /// What is under way from the first node to the second.
    pub sent: [[Shared<VecDeque<Payload>>; NODES]; NODES],
    /// Whether that is late; from a node to itself: the news of consensus.
    pub stalled: [[bool; NODES]; NODES],
    /// Heartbeats that are late.
    pub air: [[Option<Spoken>; NODES]; NODES],
    pub log: Shared<Consensus>,
    pub views: Shared<Views>,
    pub witness: Shared<Witness>,
    pub left: Bounds,
}

impl World {
    /// All are in one view that has quorum.
    pub fn new(bounds: Bounds) -> Self {
        let calm = Bounds { ticks: 10, incarnation: 1, epoch: 1, term: 1, ..Bounds::default() };
        let hosts: [Host; NODES] = std::array::from_fn(Host::new);
        let log = Consensus::new(hosts.iter().map(Host::voter));
        let empty = || Shared::new(VecDeque::new());
        let mut world = Self {
            at: Instant::ZERO,
            hosts: hosts.map(Shared::new),
            sides: [0; NODES],
            sent: std::array::from_fn(|_| std::array::from_fn(|_| empty())),
            stalled: [[false; NODES]; NODES],
            air: [[None; NODES]; NODES],
            log: Shared::new(log),
            views: Shared::new(Views::default()),
            witness: Shared::new(Witness::default()),
            left: calm,
        };
        (0..NODES).for_each(|number| world.start(number));
        let is_done = |world: &Self| world.witness.told.iter().all(Option::is_some);
        // Time goes on until all have quorum; what is under way then arrives.
        let mut seen = vec![world.clone()];
        while let Some(next) = world.steps().into_iter().find_map(|step| {
            let next = world.after(step).filter(|_| step != Step::Tick || !is_done(&world));
            next.filter(|next| !seen.contains(next))
        }) {
            seen.push(next.clone());
            world = next;
        }
        assert!(is_done(&world), "the nodes do not form a cluster");
        world.left = bounds;
        world
    }

    /// The state after a step; `None` when nothing changes or the bounds are left.
    pub fn after(&self, step: Step) -> Option<Self> {
        let mut next = self.clone();
        next.take(step)?;
        next.look();
        next.run_on();
        let within = next.views.incarnation <= next.left.incarnation
            && next.log.epoch.0 <= next.left.epoch
            && next.log.term <= next.left.term;
        (within && next != *self).then_some(next)
    }

    fn take(&mut self, step: Step) -> Option<()> {
        match step {
            Step::Beat(number) => {
                self.left.beats -= 1;
                self.beat(number);
            }
            Step::Install(number) => {
                let view = self.views.to_install(number)?;
                self.views.change(|views| views.installed(number));
                self.act(number, |quorum, now, out| quorum.on_view(now, &view, true, out));
            }
            Step::Elect(number) => {
                let boot = self.boot(number);
                self.log.change(|log| log.elect(number, boot));
            }
            Step::Commit(number, answered) => {
                self.left.unanswered -= usize::from(!answered);
                self.log.change(|log| log.commit(number, answered));
            }
            Step::Depose(number) => self.learn(number),
            Step::Agree(number) => self.agree(number),
            Step::Tick => self.tick(),
            Step::Late(from, to) => {
                self.left.late -= 1;
                self.air[from][to] = Some(self.speak(from, to)?);
            }
            Step::Hear(from, to) => {
                let spoken = self.air[from][to].take()?;
                self.hear(from, to, spoken);
            }
            Step::Stall(from, to) => {
                self.left.stalls -= 1;
                self.stalled[from][to] = true;
            }
            Step::Flow(from, to) => self.stalled[from][to] = false,
            Step::Suspend(number) => {
                self.left.naps -= 1;
                self.hosts[number].change(|host| host.asleep = true);
            }
            Step::Wake(number) => {
                self.hosts[number].change(|host| host.asleep = false);
                self.fire_until(self.at);
            }
            Step::Crash(number) => self.crash(number),
            Step::Start(number) => self.start(number),
            Step::Part(sides) => self.part(sides),
        }
        Some(())
    }

    /// All that is not late happens at once.
    fn run_on(&mut self) {
        for _ in 0..MOST_AT_ONCE {
            if self.next().is_none() {
                return;
            }
        }
        self.witness.change(|witness| witness.fail("core", "the nodes never come to rest".into()));
    }

    fn next(&mut self) -> Option<()> {
        let awake = |world: &Self, number: &usize| world.hosts[*number].is_awake();
        let pairs = (0..NODES).flat_map(|to| (0..NODES).map(move |from| (from, to)));
        for (from, to) in pairs.filter(|(from, to)| !self.stalled[*from][*to] && awake(self, to)).collect::<Vec<_>>() {
            let arrived = if from == to { self.news(to) } else { self.deliver(from, to) };
            if arrived.is_some() {
                return arrived;
            }
        }
        for number in (0..NODES).filter(|number| awake(self, number)).collect::<Vec<_>>() {
            if self.hosts[number].has_news() {
                self.hosts[number].change(Host::told);
                others(number).for_each(|to| self.exchange(number, to));
                return Some(());
            }
            if let Some(id) = self.views.to_settle(number) {
                self.views.change(|views| views.settled(number));
                self.act(number, |quorum, now, out| quorum.on_stable(now, &id, out));
                return Some(());
            }
            if !self.log.seats[number].told.leading && self.hears_leader(number) {
                self.learn(number);
                return Some(());
            }
        }
        None
    }

    /// Whether a node does not know who leads the log, and can hear of it.
    pub fn hears_leader(&self, number: usize) -> bool {
        let leads = |(leader, boot)| self.meet(number, leader) && self.boot(leader) == boot;
        self.log.leader.is_some_and(leads) && self.log.untold(number, self.boot(number)).is_some()
    }

    fn learn(&mut self, number: usize) {
        let boot = self.boot(number);
        self.log.change(|log| log.learn(number, boot));
    }

    pub fn boot(&self, number: usize) -> u64 {
        self.hosts[number].identity.boot.count
    }

    fn now(&self) -> Now {
        Now { at: self.at, wall: WallTime(0) }
    }

    /// Lets a node do something, and carries out what it wants done.
    fn act(&mut self, number: usize, act: impl FnOnce(&mut Quorum, Now, &mut Vec<Effect>)) {
        let now = self.now();
        match self.hosts[number].change(|host| host.act(|quorum, out| act(quorum, now, out))) {
            Ok(effects) => effects.into_iter().for_each(|effect| self.effect(number, effect)),
            Err(said) => self.witness.change(|witness| witness.fail("core", said)),
        }
        self.look();
        self.publish(number);
    }

    fn effect(&mut self, number: usize, effect: Effect) {
        match effect {
            Effect::Send { peer, payload } => {
                let to = self.hosts.iter().position(|host| host.identity.name == peer);
                to.into_iter().for_each(|to| self.send(number, to, payload.clone()));
            }
            Effect::Consensus(order) => self.log.change(|log| log.order(number, order)),
            _ => {}
        }
    }

    /// A message goes out. Who votes is known to all, and what is under way already is not said again.
    fn send(&mut self, from: usize, to: usize, payload: Payload) {
        let known = matches!(payload, Payload::Quorum(Word::Voters { .. })) || self.sent[from][to].contains(&payload);
        if self.are_linked(from, to) && !known {
            self.sent[from][to].change(|sent| sent.push_back(payload));
        }
    }

    fn deliver(&mut self, from: usize, to: usize) -> Option<()> {
        self.sent[from][to].front()?;
        let payload = self.sent[from][to].change(VecDeque::pop_front)?;
        let peer = self.hosts[from].identity.clone();
        self.act(to, |quorum, now, out| quorum.on_message(now, &peer, payload, out));
        Some(())
    }

    fn news(&mut self, number: usize) -> Option<()> {
        self.log.seats[number].news.front()?;
        let news = self.log.change(|log| log.seats[number].news.pop_front())?;
        self.act(number, |quorum, now, out| quorum.on_fact(now, news.into(), out));
        Some(())
    }

    fn beat(&mut self, number: usize) {
        self.act(number, |quorum, now, out| quorum.on_timer(now, &|_| None, out));
        others(number).for_each(|to| self.exchange(number, to));
    }

    fn exchange(&mut self, from: usize, to: usize) {
        if self.meet(from, to)
            && let Some(spoken) = self.speak(from, to)
        {
            self.hear(from, to, spoken);
        }
    }

    fn speak(&mut self, from: usize, to: usize) -> Option<Spoken> {
        let peer = self.hosts[to].identity.clone();
        let (spoken, lease, pledge) = self.hosts[from].speak(self.at, &peer)?;
        self.act(from, |quorum, now, _| quorum.on_vowed(now, &peer, lease, pledge));
        Some(spoken)
    }

    fn hear(&mut self, from: usize, to: usize, spoken: Spoken) {
        let peer = self.hosts[from].identity.clone();
        let since = spoken.counts_from(self.at);
        let [lease, pledge] = [spoken.lease, spoken.pledge].map(|vow| vow.map(|vow| (vow.epoch, until(since, vow))));
        self.act(to, |quorum, now, out| quorum.on_vow(now, &peer, lease, pledge, out));
    }

    /// A tick passes: who is awake looks when it is time to.
    fn tick(&mut self) {
        self.left.ticks -= 1;
        let end = self.at + TICK;
        self.fire_until(end);
        self.at = end;
        for number in 0..NODES {
            if self.hosts[number].is_awake() {
                self.beat(number);
            }
        }
    }

    fn fire_until(&mut self, end: Instant) {
        let due = |world: &Self| {
            let awake = (0..NODES).filter(|number| world.hosts[*number].is_awake());
            awake
                .filter_map(|number| world.hosts[number].due.map(|due| (due, number)))
                .filter(|(due, _)| *due <= end)
                .min()
        };
        while let Some((due, number)) = due(self) {
            self.at = self.at.max(due);
            self.hosts[number].change(|host| host.due = None);
            self.act(number, Quorum::on_due);
        }
    }

    /// The nodes that can reach this one now, and itself.
    pub fn side(&self, number: usize) -> Vec<(usize, Identity)> {
        let here = (0..NODES).filter(|other| self.meet(number, *other));
        here.map(|other| (other, self.hosts[other].identity.clone())).collect()
    }

    fn agree(&mut self, number: usize) {
        let side = self.side(number);
        self.views.change(|views| views.agree(&side));
        for (member, _) in side {
            self.act(member, Quorum::on_left);
        }
    }

    pub fn are_linked(&self, one: usize, other: usize) -> bool {
        let run = self.hosts[one].quorum.is_some() && self.hosts[other].quorum.is_some();
        run && self.sides[one] == self.sides[other]
    }

    /// Whether two nodes can exchange messages now.
    pub fn meet(&self, one: usize, other: usize) -> bool {
        self.are_linked(one, other) && self.hosts[one].is_awake() && self.hosts[other].is_awake()
    }

    /// Whether the node can exchange messages with most voters now.
    pub fn has_majority(&self, number: usize) -> bool {
        (0..NODES).filter(|other| self.meet(number, *other)).count() * 2 > NODES
    }

    /// Links come up and fail; what was under way on those that fail is lost, but for heartbeats that have arrived and wait.
    fn part(&mut self, sides: Sides) {
        self.left.partings -= 1;
        let before = self.links();
        self.sides = sides;
        self.relink(&before);
    }

    fn links(&self) -> Vec<(usize, usize)> {
        let pairs = (0..NODES).flat_map(|one| others(one).map(move |other| (one, other)));
        pairs.filter(|(one, other)| self.are_linked(*one, *other)).collect()
    }

    /// All notice which links have failed, and which have come up.
    fn relink(&mut self, before: &[(usize, usize)]) {
        let now = self.links();
        for &(one, other) in before.iter().filter(|link| !now.contains(link)) {
            self.sent[one][other] = Shared::new(VecDeque::new());
            self.stalled[one][other] = false;
            let peer = self.hosts[other].identity.clone();
            self.act(one, |quorum, now, out| quorum.on_link_down(now, &peer, out));
        }
        for &(one, other) in now.iter().filter(|link| !before.contains(link)) {
            let peer = self.hosts[other].identity.clone();
            self.act(one, |quorum, now, out| quorum.on_link_up(now, &peer, out));
        }
    }

    fn crash(&mut self, number: usize) {
        self.left.crashes -= 1;
        let before = self.links();
        self.hosts[number].change(Host::crash);
        self.stalled[number][number] = false;
        others(number).for_each(|other| self.air[other][number] = None);
        self.views.change(|views| views.forget(number));
        self.log.change(|log| log.seats[number] = crate::consensus::Seat::default());
        self.witness.change(|witness| witness.told[number] = None);
        self.relink(&before);
    }

    fn start(&mut self, number: usize) {
        let (before, now) = (self.links(), self.now());
        self.hosts[number].change(|host| host.start(number, now));
        self.log.change(|log| log.start(number));
        self.relink(&before);
    }

    /// Tells what the node publishes: as the core's `Node` does.
    fn publish(&mut self, number: usize) {
        let now = self.now();
        let Some(quorum) = &self.hosts[number].quorum else { return };
        let granted = quorum.granted(now).map(|(epoch, view, _)| (epoch, view.clone()));
        if self.witness.told[number] == granted || granted.is_none() && renews(&self.hosts[number], now) {
            return;
        }
        let hosts = &self.hosts;
        let excused = |other: usize| hosts[other].asleep || renews(&hosts[other], now);
        self.witness.change(|witness| witness.on_quorum(number, granted, excused));
    }

    /// Whoever were asked now would tell the truth.
    fn look(&mut self) {
        let answers = (0..NODES).filter_map(|number| {
            let (epoch, view, _) = self.hosts[number].quorum.as_ref()?.granted(self.now())?;
            Some((number, epoch, view.clone()))
        });
        let answers: Vec<_> = answers.collect();
        if answers.windows(2).any(|pair| pair[0].2 != pair[1].2) {
            self.witness.change(|witness| witness.on_answers(&answers));
        }
    }
}

/// Whether a node has stopped in favour of the next grant, which it is about to have.
fn renews(host: &Host, now: Now) -> bool {
    host.quorum.as_ref().is_some_and(|quorum| quorum.status(now).lack == Some(Lack::Renewing))
}
