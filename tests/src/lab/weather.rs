//! What can happen to the frames of a wire in one direction.

use std::time::Duration;

use fastrand::Rng;

/// Bad weather for frames in one direction. The default is good weather: nothing happens to them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Weather {
    /// The share that is lost, 0 to 1.
    pub loss: f64,
    /// How long each is under way.
    pub delay: Duration,
    /// How much longer each may be under way: any time up to this, without overtaking.
    pub jitter: Duration,
    /// The share that comes twice, 0 to 1.
    pub duplicate: f64,
    /// The share that is not delayed and so overtakes the others, 0 to 1.
    pub overtake: f64,
    /// Harms only what goes to or comes from this node; none: everything.
    pub peer: Option<usize>,
}

/// What happens to one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fate {
    /// How many of it arrive: 0, 1 or 2.
    pub(super) copies: usize,
    /// How long it is under way.
    pub(super) delay: Duration,
    /// Whether it may arrive before those sent before.
    pub(super) overtakes: bool,
}

impl Weather {
    /// This share is lost, 0 to 1.
    #[must_use]
    pub fn losing(loss: f64) -> Self {
        Self { loss, ..Self::default() }
    }

    /// The same for what goes to or comes from this node only, counted from 1.
    #[must_use]
    pub fn for_peer(self, node: usize) -> Self {
        Self { peer: Some(node), ..self }
    }

    /// What happens to this Ethernet frame.
    pub(super) fn fate(&self, frame: &[u8], random: &mut Rng) -> Fate {
        let spared = Fate { copies: 1, delay: Duration::ZERO, overtakes: false };
        if self.peer.is_some_and(|peer| !concerns(frame, peer)) {
            return spared;
        }
        if random.f64() < self.loss {
            return Fate { copies: 0, ..spared };
        }
        let copies = if random.f64() < self.duplicate { 2 } else { 1 };
        if random.f64() < self.overtake {
            return Fate { copies, overtakes: true, ..spared };
        }
        Fate { copies, delay: self.delay + self.jitter.mul_f64(random.f64()), overtakes: false }
    }
}

/// Whether a frame with IPv4 or ARP goes to or comes from this node: the last byte of an address is the node's number.
fn concerns(frame: &[u8], node: usize) -> bool {
    let ends = match frame.get(12..14) {
        Some([0x08, 0x00]) => [29, 33],
        Some([0x08, 0x06]) => [31, 41],
        _ => return false,
    };
    ends.iter().any(|&end| frame.get(end).is_some_and(|&byte| usize::from(byte) == node))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ipv4(from: u8, to: u8) -> [u8; 60] {
        let mut frame = [0; 60];
        (frame[12], frame[29], frame[33]) = (0x08, from, to);
        frame
    }

    fn arp(from: u8, to: u8) -> [u8; 60] {
        let mut frame = [0; 60];
        (frame[12], frame[13], frame[31], frame[41]) = (0x08, 0x06, from, to);
        frame
    }

    #[test]
    fn good_weather_harms_nothing() {
        let fate = Weather::default().fate(&ipv4(1, 2), &mut Rng::with_seed(1));
        assert_eq!(fate, Fate { copies: 1, delay: Duration::ZERO, overtakes: false });
    }

    #[test]
    fn bad_weather_for_a_peer_spares_the_others() {
        let weather = Weather::losing(1.0).for_peer(3);
        let copies = |frame: &[u8]| weather.fate(frame, &mut Rng::with_seed(1)).copies;
        assert_eq!([ipv4(2, 3), ipv4(3, 2), arp(2, 3), arp(3, 2)].map(|frame| copies(&frame)), [0; 4]);
        assert_eq!([ipv4(2, 4), arp(4, 2)].map(|frame| copies(&frame)), [1; 2]);
        assert_eq!(copies(&[0; 9]), 1, "a frame that is no frame");
    }

    #[test]
    fn shares_are_kept() {
        let weather = Weather { loss: 0.3, duplicate: 0.5, ..Weather::default() };
        let mut random = Rng::with_seed(7);
        let mut counts = [0; 3];
        (0..10_000).for_each(|_| counts[weather.fate(&ipv4(1, 2), &mut random).copies] += 1);
        assert!((2800..3200).contains(&counts[0]) && (3300..3700).contains(&counts[2]), "{counts:?}");
    }

    #[test]
    fn delays_stay_within_the_jitter() {
        let (delay, jitter) = (Duration::from_millis(300), Duration::from_millis(100));
        let weather = Weather { delay, jitter, overtake: 0.1, ..Weather::default() };
        let mut random = Rng::with_seed(7);
        let fates: Vec<_> = (0..1000).map(|_| weather.fate(&ipv4(1, 2), &mut random)).collect();
        let (fast, slow): (Vec<&Fate>, Vec<&Fate>) = fates.iter().partition(|fate| fate.overtakes);
        assert!((50..150).contains(&fast.len()) && fast.iter().all(|fate| fate.delay.is_zero()));
        assert!(slow.iter().all(|fate| (delay..=delay + jitter).contains(&fate.delay)));
    }
}
