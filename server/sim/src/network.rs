//! The networks between hosts: delay, loss, doubling, reordering, cuts in one direction or both.

use std::collections::BTreeMap;

use quorate_core::types::Duration;

use crate::dice::Dice;

/// How frames fare on one way from a host to another on one network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Way {
    /// Least delay.
    pub delay: Duration,
    /// Random part of the delay, on top.
    pub jitter: Duration,
    /// Share of frames lost.
    pub loss: f64,
    /// Whether nothing gets through.
    pub cut: bool,
}

/// How all networks behave.
#[derive(Clone, Debug)]
pub struct Network {
    /// How many networks there are: each host has one address on each.
    pub networks: usize,
    /// Whether frames may be lost, doubled and reordered one by one, worse than any transport in use. Otherwise each
    /// connection is a stream: loss is delay, and what is sent into a cut arrives when it heals.
    pub datagrams: bool,
    /// Share of frames that arrive twice (datagrams only).
    pub doubled: f64,
    /// How long a host tries to connect before it gives up: less where it is told that no way leads there.
    pub connect: Duration,
    usual: Way,
    ways: BTreeMap<(usize, usize, usize), Way>,
}

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It arrives after this time.
    Arrives(Duration),
    /// It never does.
    Lost,
    /// It waits for the way to heal.
    Stalled,
}

impl Network {
    /// Networks without faults.
    #[must_use]
    pub fn new(networks: usize, delay: Duration, jitter: Duration) -> Self {
        let usual = Way { delay, jitter, loss: 0.0, cut: false };
        Self { networks, datagrams: false, doubled: 0.0, connect: Duration::from_secs(1), usual, ways: BTreeMap::new() }
    }

    /// The way from one host to another on a network.
    #[must_use]
    pub fn way(&self, from: usize, to: usize, network: usize) -> Way {
        self.ways.get(&(from, to, network)).copied().unwrap_or(self.usual)
    }

    /// Changes a way.
    pub fn change(&mut self, from: usize, to: usize, network: usize, change: impl FnOnce(&mut Way)) {
        let way = self.ways.entry((from, to, network)).or_insert(self.usual);
        change(way);
        if *way == self.usual {
            self.ways.remove(&(from, to, network));
        }
    }

    /// Changes a way on every network.
    pub fn change_all(&mut self, from: usize, to: usize, change: impl Fn(&mut Way)) {
        for network in 0..self.networks {
            self.change(from, to, network, &change);
        }
    }

    /// Makes everything as good as it was.
    pub fn heal(&mut self) {
        self.ways.clear();
    }

    /// Whether frames get through both ways.
    #[must_use]
    pub fn open(&self, a: usize, b: usize, network: usize) -> bool {
        !self.way(a, b, network).cut && !self.way(b, a, network).cut
    }

    /// Decides about one frame.
    pub fn fate(&self, from: usize, to: usize, network: usize, dice: &mut Dice) -> Fate {
        let way = self.way(from, to, network);
        if way.cut {
            return if self.datagrams { Fate::Lost } else { Fate::Stalled };
        }
        let mut delay = way.delay + dice.span(Duration::ZERO, way.jitter);
        let mut pause = Duration::from_millis(200);
        while dice.chance(way.loss) {
            if self.datagrams {
                return Fate::Lost;
            }
            delay += pause;
            pause = (pause * 2).min(Duration::from_secs(10));
        }
        Fate::Arrives(delay)
    }
}
