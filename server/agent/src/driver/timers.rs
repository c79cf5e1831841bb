//! The timers that were armed, in order. None is ever cancelled; the same one for the same moment is kept once.

use std::collections::BTreeSet;

use quorate_core::{Timer, types::Instant};

/// All timers that are not yet due.
#[derive(Debug, Default)]
pub(super) struct Timers {
    armed: BTreeSet<(Instant, Timer)>,
}

impl Timers {
    pub(super) fn arm(&mut self, timer: Timer, at: Instant) {
        self.armed.insert((at, timer));
    }

    /// When the first one is due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.armed.first().map(|(at, _)| *at)
    }

    /// Takes out those that are due. One that they arm anew comes with the next call, so this always ends.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Timer> {
        let mut due = Vec::new();
        while let Some(first) = self.armed.first()
            && first.0 <= now
        {
            due.extend(self.armed.pop_first().map(|(_, timer)| timer));
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use quorate_core::{Timer, types::Instant};

    use super::Timers;

    #[test]
    fn timers_come_in_order_and_each_once() {
        let at = Instant::from_nanos;
        let mut timers = Timers::default();
        timers.arm(Timer::Leave, at(30));
        timers.arm(Timer::Beat, at(10));
        timers.arm(Timer::Beat, at(10));
        timers.arm(Timer::Batch, at(20));
        assert_eq!(timers.next(), Some(at(10)));
        assert_eq!(timers.due(at(9)), []);
        assert_eq!(timers.due(at(20)), [Timer::Beat, Timer::Batch]);
        assert_eq!(timers.next(), Some(at(30)));
    }
}
