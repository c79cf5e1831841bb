//! Which addresses are tried that nobody is known to answer at.
//!
//! A few at a time, others each turn: whoever is met tells of the rest, so that trying all of them would only make links
//! that nobody needs. Each node begins somewhere else among them, so that many that start at once do not all try the
//! same few.

use alloc::collections::BTreeSet;
use core::ops::Bound;

use crate::types::{Address, Duration, Instant};

/// How many addresses are tried in a turn.
const PROBES: usize = 4;
/// How long each is tried before others have their turn.
const TURN: Duration = Duration::from_secs(2);

/// The addresses whose turn it is.
#[derive(Clone, Debug)]
pub struct Probes {
    chosen: BTreeSet<Address>,
    last: Option<Address>,
    until: Instant,
    /// Where to begin, as a share of all in 2^32.
    start: u32,
}

impl Probes {
    /// No turn yet; `start` says where the first begins.
    pub fn new(start: u32) -> Self {
        Self { chosen: BTreeSet::new(), last: None, until: Instant::ZERO, start }
    }

    /// The turn's addresses. Those that are not `unknown` any more have had theirs: nobody takes their place before the
    /// turn is over.
    pub fn choose(&mut self, now: Instant, unknown: &BTreeSet<Address>) -> &BTreeSet<Address> {
        if now >= self.until {
            self.chosen.clear();
            self.until = now + TURN;
        }
        let most = PROBES.min(self.chosen.len() + unknown.difference(&self.chosen).count());
        while self.chosen.len() < most {
            let Some(next) = self.next(unknown) else { break };
            self.chosen.insert(next.clone());
            self.last = Some(next);
        }
        &self.chosen
    }

    /// The address after the one chosen last, around the end if need be.
    fn next(&self, unknown: &BTreeSet<Address>) -> Option<Address> {
        let next = match &self.last {
            Some(last) => unknown.range((Bound::Excluded(last), Bound::Unbounded)).next(),
            None => unknown.iter().nth((self.start as usize * unknown.len()) >> 32),
        };
        next.or_else(|| unknown.first()).cloned()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, format};

    use super::{PROBES, Probes, TURN};
    use crate::types::{Address, Instant};

    fn addresses(count: usize) -> BTreeSet<Address> {
        (0..count).map(|i| Address::new(&format!("a:{i:03}"))).collect()
    }

    #[test]
    fn few_are_all_tried_at_once() {
        let unknown = addresses(3);
        assert_eq!(*Probes::new(u32::MAX).choose(Instant::ZERO, &unknown), unknown);
    }

    #[test]
    fn all_have_their_turn_wherever_it_begins() {
        let unknown = addresses(10);
        for start in [0, 1 << 30, u32::MAX] {
            let mut probes = Probes::new(start);
            let turns = (0..3).map(|turn| probes.choose(Instant::ZERO + TURN * turn, &unknown).clone());
            assert_eq!(turns.flatten().collect::<BTreeSet<_>>(), unknown);
        }
    }

    #[test]
    fn whoever_is_met_is_not_replaced_before_the_turn_is_over() {
        let mut unknown = addresses(10);
        let mut probes = Probes::new(0);
        assert_eq!(probes.choose(Instant::ZERO, &unknown).len(), PROBES);
        unknown.pop_first();
        let chosen = probes.choose(Instant::ZERO, &unknown);
        assert_eq!(chosen.intersection(&unknown).count(), PROBES - 1);
        let chosen = probes.choose(Instant::ZERO + TURN, &unknown);
        assert_eq!(chosen.intersection(&unknown).count(), PROBES);
    }
}
