//! One instance at this node.
//!
//! ```text
//!   Waiting --name needed--> Claiming --held--> Starting --ready--> Ready
//!      ^  \--no name needed, allowed to start----^   |                |
//!      |                                             +--gone, unwell--+--> Backoff --pause over--> Starting
//!      |                                             |                         \--too often--> Failed
//!      +--gone-- Stopping <--no orders for it, or its right is over--+
//!                                 Ready --right over--> Frozen --right back, ordered--> Ready
//! ```

use alloc::{collections::VecDeque, string::String, sync::Arc};

use super::Service;
use crate::{
    types::{Instant, Slot, Token},
    wire::{UnitReport, UnitState},
};

/// Most bytes of what is told of an instance.
const MAX_WHY: usize = 256;

/// One instance at this node.
#[derive(Clone, Hash, Debug)]
pub struct Unit {
    /// The service, when it is known.
    pub service: Arc<Service>,
    /// Which restart that an operator asked for.
    pub generation: u64,
    /// Its level, as ordered.
    pub level: u32,
    /// What is to become of it.
    pub want: Want,
    /// How it stands.
    pub state: State,
    /// Which start of it this is: rises.
    pub run: u64,
    /// When it was started again lately.
    pub tries: VecDeque<Instant>,
    /// What it waits for, or how it ended last.
    pub why: String,
}

/// What is to become of an instance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Want {
    /// It runs on if it runs, and is not started: there are no orders.
    Hold,
    /// It runs.
    Run,
    /// It ends.
    Stop,
}

/// How an instance stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum State {
    /// It may not start yet.
    Waiting,
    /// It waits for its name.
    Claiming,
    /// It was started, and must be ready by then.
    Starting(Instant),
    /// It is ready.
    Ready,
    /// It failed, and is started again then.
    Backoff(Instant),
    /// It was told to end; when it has, it failed, or it did as it was told.
    Stopping {
        /// It failed.
        failed: bool,
    },
    /// It is stopped by a signal.
    Frozen,
    /// It failed too often.
    Failed,
}

impl Unit {
    /// One that does not run yet.
    pub fn new(service: Arc<Service>, generation: u64, level: u32) -> Self {
        Self {
            service,
            generation,
            level,
            want: Want::Hold,
            state: State::Waiting,
            run: 0,
            tries: VecDeque::new(),
            why: String::new(),
        }
    }

    /// Whether something of it may be running.
    pub fn is_live(&self) -> bool {
        self.state.told().is_live()
    }

    /// Whether it is meant to run on: it was started, and was not told to end.
    pub fn is_up(&self) -> bool {
        matches!(self.state, State::Starting(_) | State::Ready)
    }

    /// It failed: when it is to be started again, or that it is not.
    pub fn fail(&mut self, now: Instant, why: &str) {
        let restart = self.service.restart;
        while self.tries.front().is_some_and(|at| now.since(*at) > restart.window) {
            self.tries.pop_front();
        }
        self.say(why);
        let tries = u32::try_from(self.tries.len()).unwrap_or(u32::MAX);
        if tries >= restart.tries {
            self.state = State::Failed;
        } else {
            self.tries.push_back(now);
            self.state = State::Backoff(now + restart.pause_before(tries));
        }
    }

    /// Notes something for people.
    pub fn say(&mut self, why: &str) {
        let mut end = why.len().min(MAX_WHY);
        while !why.is_char_boundary(end) {
            end -= 1;
        }
        self.why = String::from(&why[..end]);
    }

    /// How it stands, for others.
    pub fn report(&self, slot: &Slot, token: Option<Token>) -> UnitReport {
        UnitReport {
            slot: slot.clone(),
            version: self.service.version,
            generation: self.generation,
            level: self.level,
            state: self.state.told(),
            tries: u32::try_from(self.tries.len()).unwrap_or(u32::MAX),
            token,
            why: self.why.clone(),
        }
    }
}

impl State {
    /// The same for others.
    pub fn told(self) -> UnitState {
        match self {
            Self::Waiting => UnitState::Waiting,
            Self::Claiming => UnitState::Claiming,
            Self::Starting(_) => UnitState::Starting,
            Self::Ready => UnitState::Ready,
            Self::Backoff(_) => UnitState::Backoff,
            Self::Stopping { .. } => UnitState::Stopping,
            Self::Frozen => UnitState::Frozen,
            Self::Failed => UnitState::Failed,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::sync::Arc;

    use super::{State, Unit};
    use crate::{
        recovery::catalog::tests::service,
        types::{Duration, Instant},
    };

    #[test]
    fn what_fails_too_often_is_given_up_and_pauses_grow() {
        let mut unit = Unit::new(Arc::new(service("db", &[])), 0, 0);
        let mut now = Instant::ZERO;
        for pause in [100, 200, 400] {
            unit.fail(now, "exit code 1");
            assert_eq!(unit.state, State::Backoff(now + Duration::from_millis(pause)));
            now = now + Duration::from_secs(1);
        }
        unit.fail(now, "exit code 1");
        assert_eq!(unit.state, State::Failed);
        // What was long ago does not count.
        unit.fail(now + Duration::from_secs(120), "exit code 2");
        assert!(matches!(unit.state, State::Backoff(_)));
    }
}
