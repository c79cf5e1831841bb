//! Episodes: one thing goes wrong in a cluster that is quiet, and the views that may follow are counted. They come after
//! the faults of a random run, so each begins with whatever those have left behind; in half of them the agents are told
//! first that their seeds are gone, and find again only whom they remember.
//!
//! | what goes wrong | what may follow |
//! |---|---|
//! | a bad pair, one of two networks | nothing (V6) |
//! | a bad pair, then a third host dies | one view without that one, by way of relays (V7) |
//! | a host hears nobody, or nobody hears it; it flaps | one view without it (V6) |
//! | some do not hear a host, or it does not hear them | that, or nothing (V6) |
//! | a process sleeps, also in the middle of a transition | nobody else goes out (V6) |
//! | a disk hangs, and another host dies | one view without both (V7) |
//! | hosts die together; a split | one view of those that are left, one on each side (V7) |
//!
//! Then all is mended. All come together (V5), sides without being torn apart on the way (V6); after that nothing happens
//! (V6), and that costs little (V8).
//!
//! [`join`] is one for the beginning of a run: agents that start together come in together (V7).

use std::collections::BTreeSet;

use quorate_core::{settings::MAX_VOTERS, types::Duration};

use crate::{
    dice::Dice,
    host,
    plan::{Fault, Trap},
    run::recovered,
    world::World,
};

/// How long a fault without consequences is looked at, and a cluster that has come together again.
const LOOK: Duration = Duration::from_secs(20);
/// In clusters of up to this size everybody watches everybody.
const EVERYBODY: usize = 9;
/// How long a long split lasts: reports of the other side are forgotten meanwhile.
const LONG: Duration = Duration::from_secs(80);
/// How long all may take to come together again.
const TOGETHER: Duration = Duration::from_secs(120);
/// Over how long the cost of a quiet cluster is measured.
const CALM: Duration = Duration::from_secs(5);
/// How many times that may pass before all holds are over.
const HOLDS: usize = 8;
/// Most links with heartbeats at the full rate, in a cluster of more than these: to those that watch each other.
const WATCHED: usize = 8;
/// Most views of a small rest of a large cluster in which not everybody knows the others.
const STRANGERS: usize = 4;

/// What goes wrong.
#[derive(Clone, PartialEq, Debug)]
enum Episode {
    /// A pair does not hear each other, or one of them does not hear the other; then a third host is killed, if there is
    /// one here.
    BadPair { a: usize, b: usize, both: bool, killed: Option<usize> },
    /// A host does not hear some of the others, or those do not hear it, or both.
    BadPaths { host: usize, others: Vec<usize>, there: bool, back: bool },
    /// One of two networks of a host is cut.
    OneNetwork { host: usize, network: usize },
    /// A host hears nobody, or nobody hears it.
    OneWay { host: usize, deaf: bool },
    /// A host is cut off and back again, over and over.
    Flapping { host: usize },
    /// A host's process is stopped; when another one is killed first, so long after that, or after the host's first write
    /// for the transition that follows.
    Pause { host: usize, killed: Option<usize>, midway: bool, wait: Duration, span: Duration },
    /// A host's disk does not finish a write, and another host is killed: the first takes part in no transition, and leads
    /// none.
    StuckDisk { host: usize, killed: usize },
    /// Hosts are killed at once.
    Crash { hosts: Vec<usize> },
    /// The hosts see only their own side, for so long.
    Split { sides: Vec<Vec<usize>>, span: Duration },
}

/// Lets one of the episodes happen to a cluster of all hosts that has been quiet for a while.
pub fn play(world: &mut World) {
    Episode::draw(world).play(world);
}

/// Lets a disk hang in such a cluster, of three hosts at least.
pub fn play_stuck_disk(world: &mut World) {
    Episode::draw_stuck_disk(world).play(world);
}

impl Episode {
    /// Lets it happen to a cluster of all hosts that has been quiet for a while.
    fn play(&self, world: &mut World) {
        world.say(|| format!("EPISODE {self:?}"));
        if world.dice.chance(0.5) {
            world.withdraw_seeds();
        }
        let begun = world.check.installs.len();
        match self {
            Self::BadPair { a, b, both, killed } => {
                let fault = if *both { Fault::CutPair(*a, *b, None) } else { Fault::CutOneWay(*a, *b, None) };
                nothing(world, &fault);
                killed.iter().for_each(|&killed| crash(world, &[killed]));
            }
            Self::BadPaths { host, others, there, back } => bad_paths(world, *host, others, *there, *back),
            Self::OneNetwork { host, network } => nothing(world, &Fault::CutNetwork(*host, *network)),
            Self::OneWay { host, deaf } => one_way(world, *host, *deaf),
            Self::Flapping { host } => flapping(world, *host),
            Self::Pause { host, killed, midway, wait, span } => pause(world, *host, *killed, *midway, *wait, *span),
            Self::StuckDisk { host, killed } => stuck_disk(world, *host, *killed),
            Self::Crash { hosts } => crash(world, hosts),
            Self::Split { sides, span } => split(world, sides, *span),
        }
        world.disarm(false);
        world.heal();
        world.start_all();
        let all: Vec<usize> = (0..world.hosts.len()).collect();
        if !world.run_while(TOGETHER, |world| world.agree(&all)) {
            world.check.fail(world.time, "V5", format!("no common view {TOGETHER:?} after {self:?}"));
        }
        if world.serves() {
            recovered(world);
        }
        if let Self::Split { sides, span: LOOK } = self {
            only_growing(world, begun, sides.len());
        }
        quiet(world);
    }

    fn draw(world: &mut World) -> Self {
        let (hosts, networks) = (world.hosts.len(), world.network.networks);
        let controller = controller(world);
        let dice = &mut world.dice;
        let drawn = dice.some(hosts, hosts);
        let (host, other) = (drawn[0], drawn[1]);
        let ms = Duration::from_millis;
        let span = if dice.chance(0.3) { LONG } else { LOOK };
        match dice.below(if hosts > 2 { 9 } else { 2 }) {
            0 => Self::Crash { hosts: drawn[..dice.between(1, hosts - 1)].to_vec() },
            1 => {
                let sides = dice.between(2, hosts.min(3));
                let side = |side| drawn.iter().copied().skip(side).step_by(sides).collect();
                Self::Split { sides: (0..sides).map(side).collect(), span }
            }
            2 => {
                let killed = drawn.get(2).filter(|_| hosts > 3 && dice.chance(0.7)).copied();
                Self::BadPair { a: host, b: other, both: dice.chance(0.5), killed }
            }
            3 if networks > 1 => Self::OneNetwork { host, network: dice.below(networks) },
            3 | 4 => Self::OneWay { host, deaf: dice.chance(0.5) },
            5 => Self::Flapping { host },
            6 => {
                // Two sides of any sizes.
                let at = dice.between(1, hosts - 1);
                Self::Split { sides: vec![drawn[..at].to_vec(), drawn[at..].to_vec()], span }
            }
            7 => {
                let there = dice.chance(0.7);
                let others = drawn[1..=dice.between(1, hosts - 1)].to_vec();
                Self::BadPaths { host, others, there, back: !there || dice.chance(0.3) }
            }
            _ => {
                let midway = dice.chance(0.5);
                let host = controller.filter(|_| midway).unwrap_or(host);
                let killed = *drawn.iter().find(|&&other| other != host).unwrap_or(&other);
                Self::Pause {
                    host,
                    killed: (midway || dice.chance(0.5)).then_some(killed),
                    midway,
                    wait: dice.span(ms(0), ms(if midway { 6 } else { 120 })),
                    span: dice.span(ms(2500), ms(8000)),
                }
            }
        }
    }

    /// The disk of the host that leads, or of any other.
    fn draw_stuck_disk(world: &mut World) -> Self {
        let controller = controller(world).filter(|_| world.dice.chance(0.7));
        let drawn = world.dice.some(2, world.hosts.len());
        let host = controller.unwrap_or(drawn[0]);
        Self::StuckDisk { host, killed: drawn[usize::from(drawn[0] == host)] }
    }
}

/// The host that led to the view.
fn controller(world: &World) -> Option<usize> {
    let view = world.hosts[0].node.as_ref().and_then(|node| node.view().view)?;
    (0..world.hosts.len()).find(|&host| host::name(host) == view.id.controller)
}

/// Nothing changes though something is broken (V6).
fn nothing(world: &mut World, fault: &Fault) {
    let begun = world.check.installs.len();
    fault.apply(world);
    world.run_for(LOOK);
    let more = world.check.installs.len() - begun;
    if more > 0 {
        world.check.fail(world.time, "V6", format!("{more} installed views after {fault:?}"));
    }
}

/// These hosts have installed one view since `begun`, and it has exactly them as members.
fn one_view(world: &mut World, invariant: &'static str, begun: usize, hosts: &[usize]) {
    for &host in hosts {
        let sizes = installed(world, begun, host);
        // Of a large cluster a small rest may be strangers to each other, since nobody watches all the others there. They
        // have to find each other, and those whom nobody remembers are found only when all is mended.
        let strangers = world.hosts.len() > EVERYBODY && hosts.len() * 3 <= world.hosts.len() * 2;
        let came_together = strangers && sizes.len() <= STRANGERS && sizes.is_sorted();
        if sizes != [hosts.len()] && !came_together {
            let what = format!("n{host} installs views of {sizes:?} members where one of {} will do", hosts.len());
            return world.check.fail(world.time, invariant, what);
        }
    }
}

/// How many members the views had that a host has installed since `begun`.
fn installed(world: &World, begun: usize, host: usize) -> Vec<usize> {
    world.check.installs[begun..].iter().filter(|install| install.host == host).map(|install| install.size).collect()
}

fn others(world: &World, out: &[usize]) -> Vec<usize> {
    (0..world.hosts.len()).filter(|host| !out.contains(host)).collect()
}

fn one_way(world: &mut World, host: usize, deaf: bool) {
    let begun = world.check.installs.len();
    let left = others(world, &[host]);
    for &other in &left {
        let (from, to) = if deaf { (other, host) } else { (host, other) };
        Fault::CutOneWay(from, to, None).apply(world);
    }
    world.run_for(LOOK);
    one_view(world, "V6", begun, &left);
}

/// A host is reached by some only: it is in or out, and stays so (V6).
fn bad_paths(world: &mut World, host: usize, some: &[usize], there: bool, back: bool) {
    let begun = world.check.installs.len();
    for &other in some {
        let ways = [(there, host, other), (back, other, host)];
        ways.iter().filter(|(cut, ..)| *cut).for_each(|&(_, a, b)| Fault::CutOneWay(a, b, None).apply(world));
    }
    world.run_for(LOOK);
    let left = others(world, &[host]);
    if left.iter().any(|&other| !installed(world, begun, other).is_empty()) {
        one_view(world, "V6", begun, &left);
    }
}

/// Each time it is back for nearly as long as it would have to be good.
fn flapping(world: &mut World, host: usize) {
    let begun = world.check.installs.len();
    let left = others(world, &[host]);
    for up in [2000, 4500, 4500, 4500, 4500] {
        for network in 0..world.network.networks {
            Fault::CutNetwork(host, network).apply(world);
        }
        world.run_for(Duration::from_secs(2));
        world.heal();
        world.run_for(Duration::from_millis(up));
    }
    one_view(world, "V6", begun, &left);
}

/// Who slept blames nobody, and nobody but those concerned goes out (V6).
fn pause(world: &mut World, host: usize, killed: Option<usize>, midway: bool, wait: Duration, span: Duration) {
    let begun = world.check.installs.len();
    let out: BTreeSet<usize> = killed.into_iter().chain([host]).collect();
    let left = others(world, &out.iter().copied().collect::<Vec<_>>());
    if midway {
        let fault = Box::new(Fault::Pause(host, span));
        world.set_trap(Trap { host, write: Duration::ZERO, wait, fault });
    }
    killed.into_iter().for_each(|killed| world.crash(killed));
    if !midway {
        world.run_for(wait);
        world.pause(host, span, false);
    }
    world.run_for(span + LOOK * 2);
    for &other in &left {
        let sizes = installed(world, begun, other);
        if sizes.len() > 3 || sizes.iter().any(|size| *size < left.len()) {
            let what = format!("n{other} installs views of {sizes:?} members though {} are well", left.len());
            return world.check.fail(world.time, "V6", what);
        }
    }
}

fn stuck_disk(world: &mut World, host: usize, killed: usize) {
    let begun = world.check.installs.len();
    let before = core::mem::replace(&mut world.hosts[host].sync, (LONG, LONG));
    world.crash(killed);
    world.run_for(LOOK);
    world.hosts[host].sync = before;
    let left = others(world, &[host, killed]);
    one_view(world, "V7", begun, &left);
}

fn crash(world: &mut World, hosts: &[usize]) {
    let begun = world.check.installs.len();
    for &host in hosts {
        world.crash(host);
    }
    world.run_for(LOOK);
    let left = others(world, hosts);
    one_view(world, "V7", begun, &left);
}

fn split(world: &mut World, sides: &[Vec<usize>], span: Duration) {
    let begun = world.check.installs.len();
    for side in sides {
        for &a in side {
            for b in others(world, side) {
                world.network.change_all(a, b, |way| way.cut = true);
            }
        }
    }
    world.run_for(span);
    for side in sides {
        one_view(world, "V7", begun, side);
    }
    if span == LONG {
        // With a change of its own each side looks anew at whom it still knows.
        sides.iter().filter(|side| side.len() > 1).for_each(|side| world.pause(side[0], LONG / 20, false));
        world.run_for(LONG / 10);
    }
}

/// What was whole is not torn apart when sides come together: views only grow, and there are few of them.
/// Where not everybody watches everybody, a side may be found piece by piece.
fn only_growing(world: &mut World, begun: usize, sides: usize) {
    if world.hosts.len() > EVERYBODY {
        return;
    }
    for host in 0..world.hosts.len() {
        let sizes = installed(world, begun, host);
        if !sizes.is_sorted() || sizes.len() > sides + 1 {
            let what =
                format!("n{host} installs views of {sizes:?} members while {sides} sides part and come together");
            return world.check.fail(world.time, "V6", what);
        }
    }
}

/// Nothing happens any more, and once all holds are over that costs little (V8).
fn quiet(world: &mut World) {
    let begun = world.check.installs.len();
    world.run_for(LOOK);
    let mut said = cost(world);
    for _ in 0..HOLDS {
        if said.is_none() {
            break;
        }
        said = cost(world);
    }
    let more = world.check.installs.len() - begun;
    if more > 0 {
        world.check.fail(world.time, "V6", format!("{more} more installed views though nothing happens"));
    }
    if let Some(said) = said {
        world.check.fail(world.time, "V8", said);
    }
    if !world.run_while(LOOK, World::share_news) {
        world.check.fail(world.time, "V5", "the newest report of a node does not come to all others".to_owned());
    }
}

/// What costs too much in a while, if anything: a few links with heartbeats at the full rate, slow ones on the others, and
/// nothing else, is enough.
fn cost(world: &mut World) -> Option<String> {
    let before = world.traffic.clone();
    world.run_for(CALM);
    let (links, networks) = (world.hosts.len() - 1, world.network.networks);
    // Voters have links as good as those of watchers to each other.
    let full = if world.hosts[0].profile.bootstrap_expect > 0 { WATCHED + MAX_VOTERS - 1 } else { WATCHED };
    // Ten a second, and one in five seconds; clocks differ by one in a hundred.
    let a_second = links.min(full) * 10 + links.saturating_sub(full).div_ceil(5);
    let beats = a_second * networks * CALM.as_secs() as usize;
    let most = (beats + beats / 50 + links * networks) as u64;
    (0..world.hosts.len()).find_map(|host| {
        let frames = world.traffic[host].frames - before[host].frames;
        let messages = world.traffic[host].messages - before[host].messages;
        let what = format!("n{host} sends {frames} frames in {CALM:?} where {most} will do, {messages} no heartbeats");
        (frames > most || messages > 0).then_some(what)
    })
}

/// How a run begins that starts agents together: all, or all but some and then those, each time in one transition (V7).
pub fn join(world: &mut World, dice: &mut Dice) {
    let hosts = world.hosts.len();
    let drawn = dice.some(hosts, hosts);
    // The seeds are there from the beginning, or those who are would not find each other, or look for them now and then.
    let seeds = drawn.iter().rposition(|host| world.seeds().contains(host)).map_or(0, |last| last + 1);
    let first = if dice.chance(0.4) { hosts } else { dice.between(1, hosts - 1).max(seeds) };
    for part in [&drawn[..first], &drawn[first..]] {
        let begun = world.check.installs.len();
        part.iter().for_each(|&host| world.start(host));
        world.run_for(LOOK);
        let running = world.running();
        if !part.is_empty() {
            one_view(world, "V7", begun, &running);
        }
    }
}
