//! Which endpoint comes next, and how long to pause before it.
//!
//! Within a round over all endpoints there is no pause: another agent may well answer at once. Between rounds there is
//! one that grows and has jitter, so that many clients do not come back to a restarted cluster in step.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};

const MIN_PAUSE: Duration = Duration::from_millis(50);
const MAX_PAUSE: Duration = Duration::from_secs(2);

/// The endless order in which endpoints are tried.
pub(crate) struct Rotation {
    endpoints: usize,
    next: usize,
    /// Attempts made since the start or the last reset.
    attempts: usize,
    pauses: ExponentialBackoff,
}

/// What to do next.
pub(crate) struct Step {
    /// The endpoint to try.
    pub(crate) index: usize,
    /// How long to wait before it.
    pub(crate) pause: Duration,
    /// How many rounds over all endpoints are complete.
    pub(crate) rounds_done: usize,
}

impl Rotation {
    /// An order that begins with endpoint `first` of `endpoints`.
    pub(crate) fn new(endpoints: usize, first: usize) -> Self {
        Self { endpoints, next: first % endpoints, attempts: 0, pauses: pauses() }
    }

    pub(crate) fn step(&mut self) -> Step {
        let index = self.next;
        let rounds_done = self.attempts / self.endpoints;
        let new_round = self.attempts > 0 && self.attempts.is_multiple_of(self.endpoints);
        self.next = (index + 1) % self.endpoints;
        self.attempts += 1;
        let pause = if new_round { self.pauses.next().unwrap_or(MAX_PAUSE) } else { Duration::ZERO };
        Step { index, pause, rounds_done }
    }

    /// Begins anew without a pause, with the endpoint after the last one tried.
    pub(crate) fn reset(&mut self) {
        self.attempts = 0;
        self.pauses = pauses();
    }
}

fn pauses() -> ExponentialBackoff {
    ExponentialBuilder::new()
        .with_jitter()
        .with_factor(2.0)
        .with_min_delay(MIN_PAUSE)
        .with_max_delay(MAX_PAUSE)
        .without_max_times()
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_come_between_rounds_only_and_grow() {
        let mut rotation = Rotation::new(2, 1);
        let steps: Vec<Step> = (0..6).map(|_| rotation.step()).collect();
        let order: Vec<usize> = steps.iter().map(|step| step.index).collect();
        assert_eq!(order, [1, 0, 1, 0, 1, 0]);
        let rounds: Vec<usize> = steps.iter().map(|step| step.rounds_done).collect();
        assert_eq!(rounds, [0, 0, 1, 1, 2, 2]);
        for (index, step) in steps.iter().enumerate() {
            assert_eq!(step.pause > Duration::ZERO, index > 0 && index % 2 == 0, "{index}");
        }
        assert!(steps[4].pause > steps[2].pause.min(MIN_PAUSE));
    }

    #[test]
    fn pauses_stay_bounded_for_ever() {
        let mut rotation = Rotation::new(1, 0);
        for _ in 0..1000 {
            assert!(rotation.step().pause <= 2 * MAX_PAUSE);
        }
        rotation.reset();
        assert_eq!(rotation.step().pause, Duration::ZERO);
    }
}
