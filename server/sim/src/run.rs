//! Whole runs: a random one for each seed, and what is common to the fixed ones.

use quorate_core::{Settings, types::Duration};

use crate::{
    check::{Reader, Violation},
    episode,
    network::Network,
    plan::Fault,
    world::World,
};

/// How large and how long random runs are.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Least number of hosts.
    pub least: usize,
    /// Most hosts.
    pub most: usize,
    /// Most faults.
    pub faults: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { least: 2, most: 9, faults: 40 }
    }
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
    /// The trace, if one was wanted.
    pub trace: Vec<String>,
}

/// Settings of random runs: holds are kept short, so that the end of a run need not wait for long ones.
pub fn tune(settings: &mut Settings) {
    settings.damping_max = Duration::from_secs(20);
}

/// Makes up a cluster and a series of faults, checks every step, then mends everything and expects one view of all.
#[must_use]
pub fn random(seed: u64, size: Size, trace: bool) -> Outcome {
    let mut dice = crate::dice::Dice::new(seed ^ 0x5eed);
    let hosts = dice.between(size.least, size.most);
    let ms = Duration::from_millis;
    let mut network = Network::new(dice.between(1, 2), Duration::from_micros(50), ms(dice.between(0, 5) as u64));
    network.datagrams = dice.chance(0.4);
    network.doubled = if dice.chance(0.5) { 0.05 } else { 0.0 };
    let mut world = World::new(seed, hosts, network, tune);
    world.trace = trace.then(Vec::new);
    for host in dice.some(hosts, hosts) {
        world.start(host);
        world.run_for(dice.span(ms(0), ms(400)));
    }
    let mut readers = vec![Reader::default(); 3];
    for _ in 0..dice.between(1, size.faults) {
        let pause = if dice.chance(0.4) { ms(200) } else { ms(4000) };
        world.run_for(dice.span(ms(0), pause));
        Fault::draw(&mut world).apply(&mut world);
        read(&mut world, &mut readers);
    }
    mend(&mut world);
    let all: Vec<usize> = (0..hosts).collect();
    if !world.run_while(CONVERGENCE, |world| world.agree(&all)) {
        let views: Vec<_> = world.hosts.iter().map(|host| host.node.as_ref().map(|node| node.view())).collect();
        let shown: Vec<_> = views.iter().flatten().map(|s| (s.view.as_ref().map(|view| &view.id), s.state)).collect();
        let what = format!("no common view of all {hosts} after {CONVERGENCE:?}: {shown:?}");
        world.check.fail(world.time, "V5", what);
    }
    let before = world.check.installed.len();
    world.run_for(Duration::from_secs(30));
    if world.check.installed.len() > before {
        let more = world.check.installed.len() - before;
        world.check.fail(world.time, "V6", format!("{more} more views though nothing happens"));
    }
    if world.check.violation().is_none() {
        episode::play(&mut world);
    }
    read(&mut world, &mut readers);
    Outcome {
        violation: world.check.violation().cloned(),
        hosts,
        views: world.check.installed.len(),
        resumed: readers.iter().map(|reader| reader.resumed).sum(),
        trace: world.trace.take().unwrap_or_default(),
    }
}

/// Ends all faults and starts every agent.
fn mend(world: &mut World) {
    world.heal();
    for host in &mut world.hosts {
        host.sync.1 = Duration::from_millis(3);
    }
    // Pauses and departures that are under way come to their end by themselves.
    world.run_for(Duration::from_secs(7));
    world.start_all();
}

/// Each reader goes on at an agent of its choice.
fn read(world: &mut World, readers: &mut [Reader]) {
    for reader in readers {
        let host = world.dice.below(world.hosts.len());
        world.check.read(world.time, reader, &world.hosts[host]);
    }
}
