//! Faults, drawn at random: what may go wrong in a run, and when it is mended.

use quorate_core::types::Duration;

use crate::{dice::Dice, world::World};

/// Lies in wait for a host's next write, and so strikes while a promise is being made durable, in the middle of a
/// transition; or for the next start of a service there, and so strikes in the middle of recovery.
#[derive(Clone, Debug, PartialEq)]
pub struct Trap {
    /// Whose write.
    pub host: usize,
    /// How much longer that write takes.
    pub write: Duration,
    /// How long after its beginning the fault strikes.
    pub wait: Duration,
    /// The fault.
    pub fault: Box<Fault>,
}

/// Something that goes wrong, or is mended.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The agent is killed.
    Crash(usize),
    /// The agent is started.
    Start(usize),
    /// A machine loses power.
    PowerOff(usize),
    /// All machines lose power at once.
    PowerCut,
    /// The agent is asked to leave.
    Leave(usize),
    /// The process is stopped for a while.
    Pause(usize, Duration),
    /// The machine is suspended for a while.
    Suspend(usize, Duration),
    /// Nothing gets from one host to another, on one network or on all.
    CutOneWay(usize, usize, Option<usize>),
    /// Nothing gets through between two hosts, on one network or on all.
    CutPair(usize, usize, Option<usize>),
    /// Nothing gets to or from a host on one network.
    CutNetwork(usize, usize),
    /// These hosts, and the others, see only each other.
    Split(Vec<usize>),
    /// Frames to and from a host are lost, this share of them.
    Lossy(usize, f64),
    /// Everything to a host takes this much longer.
    Slow(usize, Duration),
    /// The host's disk takes up to this long to sync.
    SlowDisk(usize, Duration),
    /// The agent is killed, its host cut off, and the agent started: what it forgot it may now do again by itself.
    Alone(usize),
    /// Something will go wrong at the next write.
    Trap(Trap),
    /// Something will go wrong when a service starts there.
    Ambush(Trap),
    /// All networks are as good as they were.
    Heal,
}

impl Fault {
    /// Draws a fault for a world.
    pub fn draw(world: &mut World) -> Self {
        let hosts = world.hosts.len();
        let networks = world.network.networks;
        let quorate = world.hosts[0].profile.bootstrap_expect > 0;
        let serving = world.serves();
        let dice = &mut world.dice;
        let (a, b) = {
            let two = dice.some(2, hosts);
            (two[0], *two.get(1).unwrap_or(&two[0]))
        };
        let ms = Duration::from_millis;
        let which = if networks > 1 && dice.chance(0.5) { Some(dice.below(networks)) } else { None };
        // Faults that concern leases alone are drawn only where there are any.
        match dice.below(if serving {
            145
        } else if quorate {
            125
        } else {
            115
        }) {
            0..15 => Self::Crash(a),
            15..32 => Self::Start(a),
            32..33 => Self::PowerCut,
            33..37 => Self::Leave(a),
            37..47 => Self::Pause(a, dice.span(ms(50), ms(6000))),
            47..54 => Self::CutOneWay(a, b, which),
            54..61 => Self::CutPair(a, b, which),
            61..65 => Self::CutNetwork(a, dice.below(networks)),
            65..72 => {
                let size = dice.between(1, hosts - 1);
                Self::Split(dice.some(size, hosts))
            }
            72..78 => Self::Lossy(a, dice.between(5, 90) as f64 / 100.0),
            78..81 => Self::Slow(a, dice.span(ms(10), ms(400))),
            81..84 => Self::SlowDisk(a, dice.span(ms(10), ms(3000))),
            84..99 => Self::Trap(Trap::draw(dice, hosts)),
            99..115 => Self::Heal,
            115..120 => Self::Suspend(a, dice.span(ms(50), ms(6000))),
            120..125 => Self::Pause(a, dice.span(ms(300), ms(900))),
            125..130 => Self::PowerOff(a),
            _ => Self::Ambush(Trap::draw(dice, hosts)),
        }
    }

    /// Lets it happen.
    pub fn apply(&self, world: &mut World) {
        world.say(|| format!("FAULT {self:?}"));
        let hosts = world.hosts.len();
        let others = move |host: usize| (0..hosts).filter(move |other| *other != host);
        match self {
            Self::Crash(host) => world.crash(*host),
            Self::Start(host) => world.start(*host),
            Self::PowerOff(host) => world.power_off(*host),
            Self::PowerCut => (0..hosts).for_each(|host| world.power_off(host)),
            Self::Leave(host) => world.leave(*host),
            Self::Pause(host, span) => world.pause(*host, *span, false),
            Self::Suspend(host, span) => world.pause(*host, *span, true),
            Self::CutOneWay(from, to, network) => cut(world, *from, *to, *network),
            Self::CutPair(a, b, network) => {
                cut(world, *a, *b, *network);
                cut(world, *b, *a, *network);
            }
            Self::CutNetwork(host, network) => {
                for other in others(*host) {
                    cut(world, *host, other, Some(*network));
                    cut(world, other, *host, Some(*network));
                }
            }
            Self::Split(side) => {
                for a in 0..hosts {
                    for b in others(a).filter(|b| side.contains(&a) != side.contains(b)) {
                        cut(world, a, b, None);
                    }
                }
            }
            Self::Lossy(host, share) => {
                for other in others(*host) {
                    world.network.change_all(*host, other, |way| way.loss = *share);
                    world.network.change_all(other, *host, |way| way.loss = *share);
                }
            }
            Self::Slow(host, delay) => {
                for other in others(*host) {
                    world.network.change_all(other, *host, |way| {
                        way.delay = *delay;
                        way.jitter = *delay / 2;
                    });
                }
            }
            Self::SlowDisk(host, most) => world.hosts[*host].sync.1 = *most,
            Self::Alone(host) => {
                world.crash(*host);
                for other in others(*host) {
                    cut(world, *host, other, None);
                    cut(world, other, *host, None);
                }
                world.start(*host);
            }
            Self::Trap(trap) => world.set_trap(trap.clone()),
            Self::Ambush(trap) => world.lie_in_wait(trap.clone()),
            Self::Heal => world.heal(),
        }
    }
}

impl Trap {
    fn draw(dice: &mut Dice, hosts: usize) -> Self {
        let two = dice.some(2, hosts);
        let (host, other) = (two[0], *two.last().unwrap_or(&two[0]));
        let ms = Duration::from_millis;
        let fault = match dice.below(10) {
            0 | 1 => Fault::Crash(host),
            2 => Fault::Crash(other),
            3 => Fault::PowerCut,
            4 | 5 => Fault::Alone(host),
            6 => Fault::Pause(*dice.pick(&two), dice.span(ms(50), ms(6000))),
            7 => Fault::CutOneWay(host, other, None),
            8 => Fault::CutOneWay(other, host, None),
            _ => {
                let size = dice.between(1, hosts - 1);
                Fault::Split(dice.some(size, hosts))
            }
        };
        let write = if dice.chance(0.5) { ms(0) } else { dice.span(ms(0), ms(1500)) };
        let wait = if dice.chance(0.5) { dice.span(ms(0), ms(20)) } else { dice.span(ms(0), ms(400)) };
        Self { host, write, wait, fault: Box::new(fault) }
    }
}

fn cut(world: &mut World, from: usize, to: usize, network: Option<usize>) {
    if from == to {
        return;
    }
    match network {
        Some(network) => world.network.change(from, to, network, |way| way.cut = true),
        None => world.network.change_all(from, to, |way| way.cut = true),
    }
}
