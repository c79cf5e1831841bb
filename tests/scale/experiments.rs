//! The experiments.

use std::{cell::OnceCell, collections::BTreeSet};

use clap::ValueEnum;
use quorate_core::types::Duration;
use quorate_sim::{
    network::Network,
    world::{Traffic, World},
};

use crate::{report::Report, weight::weigh};

/// How long experiments with faults go on, and the quiet after them.
const EXPERIMENT: Duration = Duration::from_secs(120);
/// How long a quiet cluster is looked at.
const QUIET: Duration = Duration::from_secs(20);

/// One experiment.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub enum Which {
    /// All start within a second.
    Bootstrap,
    /// One in a hundred crashes, all at once.
    Crash,
    /// One in a hundred receives nothing for 20 s, then all for 20 s, and so on.
    FlipFlop,
    /// One in a hundred loses 80 % of what it sends.
    Loss,
    /// What a quiet node costs, in a cluster of ten and in one of all.
    Idle,
}

impl Which {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Bootstrap, Self::Crash, Self::FlipFlop, Self::Loss, Self::Idle];

    /// Runs it.
    pub fn run(self, formed: &Formed) -> Report {
        match self {
            Self::Bootstrap => bootstrap(formed.nodes, formed.seed),
            Self::Crash => crash(formed.world()),
            Self::FlipFlop => flip_flop(formed.world()),
            Self::Loss => loss(formed.world()),
            Self::Idle => idle([quiet(9, formed.seed), quiet(10, formed.seed), formed.world()]),
        }
    }
}

fn world(nodes: usize, seed: u64) -> World {
    let network = Network::new(1, Duration::from_micros(200), Duration::from_micros(600));
    let mut world = World::new(seed, nodes, network, |_| {});
    world.weigh = Some(weigh);
    world
}

/// Starts all within a second and lets them agree. Returns whether they did.
fn form(world: &mut World) -> bool {
    for host in 0..world.hosts.len() {
        let pause = world.dice.span(Duration::ZERO, Duration::from_secs(1) / world.hosts.len() as u32 * 2);
        world.start(host);
        world.run_for(pause);
    }
    let all: Vec<usize> = (0..world.hosts.len()).collect();
    world.run_while(Duration::from_secs(120), |world| world.agree(&all))
}

/// A cluster that experiments with one begin with: made once, since that takes longest.
#[derive(Debug)]
pub struct Formed {
    nodes: usize,
    seed: u64,
    world: OnceCell<World>,
}

impl Formed {
    /// A cluster of so many nodes, which is made when it is asked for.
    pub fn new(nodes: usize, seed: u64) -> Self {
        Self { nodes, seed, world: OnceCell::new() }
    }

    fn world(&self) -> World {
        self.world.get_or_init(|| quiet(self.nodes, self.seed)).clone()
    }
}

/// A cluster that has been quiet for a while; its views so far are forgotten.
fn quiet(nodes: usize, seed: u64) -> World {
    let mut world = world(nodes, seed);
    assert!(form(&mut world), "the cluster did not form: {:?}", world.check.violation());
    world.run_for(Duration::from_secs(20));
    world.check.installed.clear();
    world.check.sizes.clear();
    world
}

fn sizes(world: &World) -> BTreeSet<usize> {
    world.check.sizes.values().flatten().copied().collect()
}

/// One in a hundred, at least one.
fn faulty(world: &mut World) -> Vec<usize> {
    let hosts = world.hosts.len();
    world.dice.some((hosts / 100).max(1), hosts)
}

fn others(world: &World, faulty: &[usize]) -> Vec<usize> {
    (0..world.hosts.len()).filter(|host| !faulty.contains(host)).collect()
}

fn bootstrap(nodes: usize, seed: u64) -> Report {
    let mut report = Report::new(format!("bootstrap: {nodes} nodes start within a second"));
    let mut world = world(nodes, seed);
    let agreed = form(&mut world);
    let took = world.time;
    report.line(format!("one view of all after {:.1} s of virtual time", took.since(Default::default()).as_secs_f64()));
    report.line(format!("views: {}", world.check.installed.len()));
    let seen = sizes(&world);
    report.sizes(&seen);
    let all: Vec<usize> = (0..nodes).collect();
    report.traffic(&world, &all, &vec![Traffic::default(); nodes], took.since(Default::default()));
    report.aim("all agree within 15 s", agreed && took.since(Default::default()) <= Duration::from_secs(15));
    report.aim("at most 4 sizes seen", seen.len() <= 4);
    report.check(&world)
}

fn crash(mut world: World) -> Report {
    let (nodes, faulty) = (world.hosts.len(), faulty(&mut world));
    let mut report = Report::new(format!("crash: {} of {nodes} are killed at once", faulty.len()));
    let (before, begun) = (world.traffic.clone(), world.time);
    for &host in &faulty {
        world.crash(host);
    }
    let left = others(&world, &faulty);
    let agreed = world.run_while(EXPERIMENT, |world| world.agree(&left));
    let took = world.time.since(begun);
    report.line(format!("one view of the others after {:.2} s (looked at every 0.05 s)", took.as_secs_f64()));
    report.traffic(&world, &left, &before, took);
    world.run_for(QUIET);
    report.line(format!("views: {}", world.check.installed.len()));
    report.sizes(&sizes(&world));
    report.aim("one view", agreed && world.check.installed.len() == 1);
    report.check(&world)
}

/// Faults go on at some; the others shall agree on a view without them, and then be quiet.
fn remove(mut report: Report, mut world: World, faulty: &[usize], mut step: impl FnMut(&mut World, u32)) -> Report {
    let (before, begun) = (world.traffic.clone(), world.time);
    let left = others(&world, faulty);
    let mut agreed_at = None;
    for turn in 0..EXPERIMENT.as_secs() as u32 / 20 {
        eprintln!("  {} of {} s of virtual time", turn * 20, EXPERIMENT.as_secs());
        step(&mut world, turn);
        for _ in 0..20 {
            world.run_for(Duration::from_secs(1));
            if world.agree(&left) {
                agreed_at.get_or_insert(world.time.since(begun));
            }
        }
    }
    let exactly = world.agree(&left);
    let took = world.time.since(begun);
    report.line(match agreed_at {
        Some(at) => {
            format!("a view of exactly the others first seen after {:.0} s (looked at every second)", at.as_secs_f64())
        }
        None => "no view of exactly the others".to_owned(),
    });
    report.traffic(&world, &left, &before, took);
    report.line(format!("views in {:.0} s: {}", took.as_secs_f64(), seen_by(&world, &left)));
    report.sizes(&left.iter().filter_map(|host| world.check.sizes.get(host)).flatten().copied().collect());
    report.aim("exactly the faulty are out at the end", exactly);
    report.aim("the others see one view", seen_by(&world, &left) == 1);
    report.check(&world)
}

/// How many views these hosts have installed.
fn seen_by(world: &World, hosts: &[usize]) -> usize {
    let sizes = |id: &&quorate_core::types::ViewId| {
        hosts.iter().any(|&host| {
            world.hosts[host].node.as_ref().is_some_and(|node| {
                node.history().get(id).is_some_and(|view| view.contains(&world.hosts[host].identity))
            })
        })
    };
    world.check.installed.iter().filter(sizes).count()
}

fn flip_flop(mut world: World) -> Report {
    let (nodes, faulty) = (world.hosts.len(), faulty(&mut world));
    let title =
        format!("flip-flop: {} of {nodes} receive nothing for 20 s, then all for 20 s, and so on", faulty.len());
    let hosts = faulty.clone();
    remove(Report::new(title), world, &faulty, move |world, turn| {
        for &to in &hosts {
            for from in 0..world.hosts.len() {
                world.network.change_all(from, to, |way| way.cut = turn % 2 == 0);
            }
        }
        world.flush();
    })
}

fn loss(mut world: World) -> Report {
    let (nodes, faulty) = (world.hosts.len(), faulty(&mut world));
    let title = format!("loss: {} of {nodes} lose 80 % of what they send", faulty.len());
    let hosts = faulty.clone();
    remove(Report::new(title), world, &faulty, move |world, turn| {
        for &from in hosts.iter().filter(|_| turn == 0) {
            for to in (0..world.hosts.len()).filter(|to| *to != from) {
                world.network.change_all(from, to, |way| way.loss = 0.8);
            }
        }
    })
}

/// Nine all watch each other; among ten, the neighbours in several rings are often the same, so they cost less.
fn idle(worlds: [World; 3]) -> Report {
    let sizes = worlds.each_ref().map(|world| world.hosts.len());
    let [nine, ten, many] = sizes;
    let mut report =
        Report::new(format!("idle: {nine}, {ten}, and {many} nodes with nothing to do for {} s", QUIET.as_secs()));
    let mut mean = Vec::new();
    for (mut world, count) in worlds.into_iter().zip(sizes) {
        world.run_for(QUIET);
        let before = world.traffic.clone();
        world.run_for(QUIET);
        let all: Vec<usize> = (0..count).collect();
        report.line(format!("{count} nodes:"));
        report.traffic(&world, &all, &before, QUIET);
        let sent: u64 = world.traffic.iter().zip(&before).map(|(now, then)| now.frames - then.frames).sum();
        mean.push(sent as f64 / count as f64);
        report = report.check(&world);
    }
    report.line(format!("frames per node, {many} to {nine}: {:.2}", mean[2] / mean[0]));
    let ratio = mean[2] / mean[1];
    report.line(format!("frames per node, {many} to {ten}: {ratio:.2}"));
    report.aim("the same per node with ten and with many, within a tenth", (ratio - 1.0).abs() <= 0.1);
    report
}
