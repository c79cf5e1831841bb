//! Whole runs: a random one for each seed, and what is common to the fixed ones.

use quorate_core::{Settings, types::Duration, wire::Frame};

use crate::{
    check::{Follower, Reader, Recoveries, Seen, Violation},
    dice::Dice,
    episode,
    network::Network,
    plan::Fault,
    world::World,
};

/// How large and how long random runs are, and how patient the agents.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Least number of hosts.
    pub least: usize,
    /// Most hosts.
    pub most: usize,
    /// Most faults.
    pub faults: usize,
    /// Whether agents act on a map that was steady for a little longer only than news take to gather, instead of the
    /// default `settle_time`.
    pub eager: bool,
    /// Whether there is a cluster to be formed, with voters and quorum.
    pub quorum: bool,
    /// Whether there are services, too, for which there must be quorum.
    pub services: bool,
}

impl Size {
    /// Clusters in which everybody watches everybody.
    pub const SMALL: Self = Self { least: 2, most: 9, faults: 40, eager: false, quorum: false, services: false };
    /// The same, with quorum.
    pub const QUORATE: Self = Self { quorum: true, ..Self::SMALL };
    /// The same, with services.
    pub const SERVING: Self = Self { services: true, ..Self::QUORATE };
    /// Without quorum, of eager agents.
    pub const EAGER: Self = Self { eager: true, ..Self::SMALL };
    /// Clusters in which nobody watches all others.
    pub const LARGE: Self = Self { least: 10, most: 20, faults: 40, eager: false, quorum: false, services: false };
    /// Clusters in which the best-ranked have more links than there are watchers.
    pub const WIDE: Self = Self { least: 21, most: 28, faults: 10, eager: false, quorum: false, services: false };

    /// How to see a run again.
    #[must_use]
    pub fn replay(&self, seed: u64) -> String {
        let Self { least, most, faults, eager, quorum, services } = self;
        let quorum = match (quorum, services) {
            (true, true) => " --quorum --services",
            (true, false) => " --quorum",
            (false, _) => "",
        };
        let eager = if *eager { " --eager" } else { "" };
        let flags = format!("--seed {seed} --least {least} --most {most} --faults {faults}{eager}{quorum} --trace");
        format!("replay: cargo run -p quorate-sim -- {flags}")
    }
}

impl Default for Size {
    fn default() -> Self {
        Self::SMALL
    }
}

/// The random runs that every check of the project goes through, and that must notice each of the breakages: how many
/// seeds, from 1, of each size.
const CHECKED: [(u64, Size); 7] = [
    (400, Size::QUORATE),
    (200, Size::SERVING),
    (1000, Size::SMALL),
    (300, Size::EAGER),
    (60, Size::LARGE),
    (12, Size::WIDE),
    (20, Size { quorum: true, services: true, ..Size::LARGE }),
];

/// The seeds of the checked set, each with the size of its cluster.
#[must_use]
pub fn checked() -> Vec<(u64, Size)> {
    CHECKED.into_iter().flat_map(|(seeds, size)| (1..=seeds).map(move |seed| (seed, size))).collect()
}

/// How long the cluster may take to come together once all is well: the longest hold, the longest pause between two
/// attempts to connect, the wait for unresponsive members, and time to spare.
const CONVERGENCE: Duration = Duration::from_secs(120);

/// What came of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The first violation, if there was one.
    pub violation: Option<Violation>,
    /// How many hosts there were.
    pub hosts: usize,
    /// How many views were installed.
    pub views: usize,
    /// How often readers resumed on another agent.
    pub resumed: u64,
    /// What was seen of sessions, names and barriers.
    pub coordinated: Seen,
    /// What was seen of services.
    pub recovered: Recoveries,
    /// The trace, if one was wanted.
    pub trace: Vec<String>,
}

/// Settings of random runs: holds are kept short, so that the end of a run need not wait for long ones.
pub fn tune(settings: &mut Settings) {
    settings.damping_max = Duration::from_secs(20);
}

/// The same, with the shortest history allowed.
fn tune_forgetful(settings: &mut Settings) {
    tune(settings);
    settings.history = 16;
}

/// The same, for eager agents.
fn tune_eager(settings: &mut Settings) {
    tune(settings);
    settings.settle_time = Duration::from_millis(30);
}

/// Makes up a cluster and a series of faults, checks every step, then mends everything and expects one view of all.
#[must_use]
pub fn random(seed: u64, size: Size, trace: bool) -> Outcome {
    weighed(seed, size, trace, None)
}

/// The same, and has each frame weighed that is sent.
#[must_use]
pub fn weighed(seed: u64, size: Size, trace: bool, weigh: Option<fn(&Frame) -> u64>) -> Outcome {
    let mut dice = Dice::new(seed ^ 0x5eed);
    let hosts = dice.between(size.least, size.most);
    let ms = Duration::from_millis;
    let mut network = Network::new(dice.between(1, 2), Duration::from_micros(50), ms(dice.between(0, 5) as u64));
    network.datagrams = dice.chance(0.4);
    network.doubled = if dice.chance(0.5) { 0.05 } else { 0.0 };
    if seed.is_multiple_of(4) {
        network.connect = ms(20);
    }
    let tune = match (dice.chance(0.25), size.eager) {
        (_, true) => tune_eager,
        (true, false) => tune_forgetful,
        (false, false) => tune,
    };
    let mut world = World::new(seed, hosts, network, tune);
    world.trace = trace.then(Vec::new);
    world.weigh = weigh;
    if size.quorum {
        world.enfranchise();
        world.employ(dice.between(3, 9));
    }
    if size.quorum && size.services {
        world.serve();
    }
    form(&mut world, &mut dice);
    let mut readers = vec![Reader::default(); 3];
    let mut followers = vec![Follower::default(); 3];
    for _ in 0..dice.between(1, size.faults) {
        let pause = if dice.chance(0.4) { ms(200) } else { ms(4000) };
        world.run_for(dice.span(ms(0), pause));
        Fault::draw(&mut world).apply(&mut world);
        read(&mut world, &mut readers);
        follow(&mut world, &mut followers);
    }
    mend(&mut world);
    world.settle();
    let all: Vec<usize> = (0..hosts).collect();
    if !world.run_while(CONVERGENCE, |world| world.agree(&all)) {
        let views: Vec<_> = world.hosts.iter().map(|host| host.node.as_ref().map(|node| node.view())).collect();
        let shown: Vec<_> = views.iter().flatten().map(|s| (s.view.as_ref().map(|view| &view.id), s.state)).collect();
        let what = format!("no common view of all {hosts} after {CONVERGENCE:?}: {shown:?}");
        world.check.fail(world.time, "V5", what);
    }
    let before = world.check.installed.len();
    world.run_for(Duration::from_secs(15));
    if size.quorum {
        quorate(&mut world);
    }
    if size.quorum {
        follow(&mut world, &mut followers);
        world.rest();
    }
    world.run_for(Duration::from_secs(15));
    if size.quorum {
        quorate(&mut world);
        coordinated(&mut world);
    }
    if world.serves() {
        recovered(&mut world);
    }
    if world.check.installed.len() > before {
        let more = world.check.installed.len() - before;
        world.check.fail(world.time, "V6", format!("{more} more views though nothing happens"));
    }
    if world.check.violation().is_none() {
        episode::play(&mut world);
    }
    if world.check.violation().is_none() && hosts > 2 && dice.chance(0.1) {
        episode::play_stuck_disk(&mut world);
    }
    read(&mut world, &mut readers);
    Outcome {
        violation: world.check.violation().cloned(),
        hosts,
        views: world.check.installed.len(),
        resumed: readers.iter().map(|reader| reader.resumed).sum(),
        coordinated: world.check.coordinated.seen,
        recovered: world.check.recovered.seen,
        trace: world.trace.take().unwrap_or_default(),
    }
}

/// All are in one view, and all is well: so all have quorum for it.
fn quorate(world: &mut World) {
    let granted = |host: &crate::host::Host| {
        let node = host.node.as_ref()?;
        node.granted(host.now(world.time)).map(|(epoch, view, _)| (epoch, view.clone()))
    };
    let all: Vec<_> = world.hosts.iter().map(granted).collect();
    if all.iter().any(|one| one.is_none() || *one != all[0]) {
        let lacks = |host: &crate::host::Host| {
            host.node.as_ref().and_then(|node| node.quorum_status(host.now(world.time)).lack)
        };
        let lacks: Vec<_> = world.hosts.iter().map(lacks).collect();
        world.check.fail(world.time, "quorum", format!("all agree, but not all have quorum: {all:?} {lacks:?}"));
    }
}

/// All is well: so all have the same copy, all of it sure, and nobody waits for anything.
fn coordinated(world: &mut World) {
    let states: Vec<_> =
        world.hosts.iter().map(|host| host.node.as_ref().and_then(|node| node.coordinated())).collect();
    let same = states.iter().all(|state| state.is_some() && *state == states[0]);
    let sure = states.iter().flatten().all(|(state, sure)| state.revision() == *sure);
    let served = world.hosts.iter().all(|host| host.node.as_ref().is_some_and(quorate_core::Node::is_served));
    if !same || !sure || !served {
        let shown: Vec<_> = states
            .iter()
            .map(|state| state.map(|(state, sure)| (state.origin(), state.epoch(), state.revision(), sure)))
            .collect();
        let what = format!("copies differ, or are not sure, or not all serve ({served}): {shown:?}");
        world.check.fail(world.time, "copies", what);
    } else if world.clients.busy() > 0 {
        let what = format!("{} clients wait for an answer though all is well", world.clients.busy());
        world.check.fail(world.time, "copies", what);
    }
}

/// How long services may take to recover: some are tried on one node after the other before they are given up.
const RECOVERY: Duration = Duration::from_secs(240);

/// All is well: so all services run that can.
pub(crate) fn recovered(world: &mut World) {
    if !world.run_while(RECOVERY, |world| world.unrecovered().is_none()) {
        let what = world.unrecovered().unwrap_or_default();
        world.check.fail(world.time, "recovery", format!("after {RECOVERY:?}: {what}"));
    }
}

/// Starts the agents: one after the other, or all at once, or all but some and then those at once.
fn form(world: &mut World, dice: &mut Dice) {
    let hosts = world.hosts.len();
    if dice.chance(0.7) {
        for host in dice.some(hosts, hosts) {
            world.start(host);
            world.run_for(dice.span(Duration::ZERO, Duration::from_millis(400)));
        }
    } else {
        episode::join(world, dice);
    }
}

/// Ends all faults and starts every agent.
fn mend(world: &mut World) {
    world.disarm(true);
    world.heal();
    for host in &mut world.hosts {
        host.sync.1 = Duration::from_millis(3);
    }
    // Pauses and departures that are under way come to their end by themselves; a node that slept leaves after that.
    world.run_for(Duration::from_secs(7));
    world.run_while(Duration::from_secs(7), |world| !world.hosts.iter().any(|host| host.is_leaving(world.time)));
    world.disarm(false);
    world.start_all();
}

/// Each reader of what changed goes on at an agent of its choice.
fn follow(world: &mut World, followers: &mut [Follower]) {
    for follower in followers {
        let host = world.dice.below(world.hosts.len());
        world.check.follow(world.time, follower, &world.hosts[host]);
    }
}

/// Each reader goes on at an agent of its choice.
fn read(world: &mut World, readers: &mut [Reader]) {
    for reader in readers {
        let host = world.dice.below(world.hosts.len());
        world.check.read(world.time, reader, &world.hosts[host]);
    }
}
