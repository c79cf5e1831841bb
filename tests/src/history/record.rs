//! What clients asked for and were told, with when.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::model::{Answer, Ask};

/// A call, from when it began until its answer was there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// What was asked for.
    pub ask: Ask,
    /// Since the recorder began.
    pub began: Duration,
    /// When the answer was there, and which; none when there was none: it may have been carried out at any time since,
    /// or never.
    pub ended: Option<(Duration, Answer)>,
}

/// The calls of all clients, by what they concern.
#[derive(Debug)]
pub struct Recorder {
    origin: Instant,
    calls: Mutex<BTreeMap<String, Vec<Call>>>,
}

impl Default for Recorder {
    fn default() -> Self {
        Self { origin: Instant::now(), calls: Mutex::default() }
    }
}

impl Recorder {
    /// Now, as calls have it.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.origin.elapsed()
    }

    /// Takes down a call that has just ended.
    pub fn note(&self, path: &str, ask: Ask, began: Duration, answer: Option<Answer>) {
        let ended = answer.map(|answer| (self.now(), answer));
        self.lock().entry(path.to_owned()).or_default().push(Call { ask, began, ended });
    }

    /// The calls on all paths that are past, taken out.
    pub fn take(&self, is_past: impl Fn(&str) -> bool) -> BTreeMap<String, Vec<Call>> {
        let mut calls = self.lock();
        let (past, rest) = mem::take(&mut *calls).into_iter().partition(|(path, _)| is_past(path));
        *calls = rest;
        past
    }

    /// A panic elsewhere leaves the list whole.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Vec<Call>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
