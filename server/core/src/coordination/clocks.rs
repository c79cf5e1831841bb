//! The clocks that run: sessions, delays, deadlines of barriers. Every copy keeps them, by its own clock, and whoever leads
//! acts when one is due; so the time that is left is kept when another one leads.
//!
//! A member hears of a change a little later than who leads, so its clocks run out a little later, never earlier. While
//! nobody leads, no client can be heard: that time does not count, and neither does time in which the node itself was late.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::state::{Clock, State};
use crate::types::{Duration, Instant, Path, Revision, SessionId};

/// What a clock is for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Key {
    /// A session expires.
    Session(SessionId),
    /// A name is free again.
    Delay(Path, Revision),
    /// A generation of a barrier is over.
    Barrier(Path, u64),
    /// Names are granted again.
    HoldOff,
}

/// The clocks of a copy. Their ends are told in a time that leaves out what does not count.
#[derive(Clone, Hash, Debug, Default)]
pub struct Clocks {
    ends: BTreeMap<Key, Instant>,
    due: BTreeSet<(Instant, Key)>,
    /// How much time did not count so far.
    uncounted: Duration,
    /// Since when nobody has led.
    idle: Option<Instant>,
}

/// How long a span surely lasts by a clock that may be 1 % slow, when this one may be 1 % fast: 1/32 longer.
fn surely(span: Duration) -> Duration {
    span + span / 32
}

impl Clocks {
    /// A clock begins to run, or begins anew.
    pub fn start(&mut self, now: Instant, clock: Clock) {
        let (key, span) = match clock {
            Clock::Session(id, span) => (Key::Session(id), span),
            Clock::Delay(path, since, span) => (Key::Delay(path, since), span),
            Clock::Barrier(path, generation, span) => (Key::Barrier(path, generation), span),
            Clock::HoldOff(span) => (Key::HoldOff, span),
        };
        let end = self.counted(now) + surely(span);
        self.stop(&key);
        self.due.insert((end, key.clone()));
        self.ends.insert(key, end);
    }

    fn counted(&self, now: Instant) -> Instant {
        self.idle.unwrap_or(now) - self.uncounted
    }

    /// A clock has no meaning any more.
    pub fn stop(&mut self, key: &Key) {
        if let Some(end) = self.ends.remove(key) {
            self.due.remove(&(end, key.clone()));
        }
    }

    /// Takes out those that are due.
    pub fn due(&mut self, now: Instant) -> Vec<Key> {
        let (mut due, now) = (Vec::new(), self.counted(now));
        while let Some((_, key)) = self.due.first().filter(|(end, _)| *end <= now).cloned() {
            self.stop(&key);
            due.push(key);
        }
        due
    }

    /// Nobody leads from here on: time stands still.
    pub fn halt(&mut self, now: Instant) {
        self.idle.get_or_insert(now);
    }

    /// Somebody leads again: each clock has what it had left.
    pub fn go_on(&mut self, now: Instant) {
        if let Some(since) = self.idle.take() {
            self.put_off(now.since(since));
        }
    }

    /// This node was late by so much, and may not have heard of those who were not.
    pub fn put_off(&mut self, span: Duration) {
        self.uncounted += span;
    }

    /// How long a clock still runs.
    pub fn left(&self, now: Instant, key: &Key) -> Option<Duration> {
        let now = self.counted(now);
        self.ends.get(key).map(|end| end.since(now))
    }

    /// The clocks that run in a state, each with what it has left.
    pub fn running(&self, now: Instant, state: &State) -> Vec<Clock> {
        let now = self.counted(now);
        let clock = |(key, end): (&Key, &Instant)| {
            let left = end.since(now);
            match key {
                Key::Session(id) => state.session(*id).map(|_| Clock::Session(*id, left)),
                Key::Delay(path, since) => Some(Clock::Delay(path.clone(), *since, left)),
                Key::Barrier(path, generation) => Some(Clock::Barrier(path.clone(), *generation, left)),
                Key::HoldOff => Some(Clock::HoldOff(left)),
            }
        };
        self.ends.iter().filter_map(clock).collect()
    }

    /// How many run.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::{Clocks, Key};
    use crate::{
        coordination::state::Clock,
        types::{Duration, Epoch, Instant, SessionId},
    };

    const ID: SessionId = SessionId { epoch: Epoch(1), number: 1 };

    fn at(millis: u64) -> Instant {
        Instant::ZERO + Duration::from_millis(millis)
    }

    fn session(millis: u64) -> Clock {
        Clock::Session(ID, Duration::from_millis(millis))
    }

    #[test]
    fn s1_a_clock_runs_longer_than_that_of_a_slow_client() {
        let mut clocks = Clocks::default();
        clocks.start(at(0), session(1000));
        // The client's clock is 1 % slow, this one 1 % fast: when the client's second is over, this clock shows 1.0202 s.
        assert_eq!(clocks.due(at(1021)), []);
        assert_eq!(clocks.due(at(1032)), vec![Key::Session(ID)]);
        assert_eq!(clocks.due(at(2000)), [], "once");
    }

    #[test]
    fn a_clock_begins_anew() {
        let mut clocks = Clocks::default();
        clocks.start(at(0), session(1000));
        clocks.start(at(900), session(1000));
        assert_eq!(clocks.due(at(1900)), []);
        assert_eq!(clocks.len(), 1);
        assert_eq!(clocks.due(at(2000)), vec![Key::Session(ID)]);
    }

    #[test]
    fn what_is_left_stays_left_while_nobody_leads() {
        let mut clocks = Clocks::default();
        clocks.start(at(0), session(1000));
        clocks.halt(at(400));
        assert_eq!(clocks.left(at(5000), &Key::Session(ID)), Some(Duration::from_micros(631_250)));
        clocks.halt(at(4000));
        clocks.go_on(at(5000));
        assert_eq!(clocks.due(at(5631)), []);
        assert_eq!(clocks.due(at(5632)), vec![Key::Session(ID)]);
    }
}
