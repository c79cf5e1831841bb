//! One call over several endpoints: which failure ends it, and which only ends the attempt.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};
use tonic::{Code, Response, Status};

use crate::attempt::Attempt;
use crate::error::{Cause, Error, Refusal, TriedList};
use crate::pool::Pool;
use crate::rotation::Step;

/// Whether a call may be carried out more than once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Safety {
    /// The schema says that a retry is safe: the call is tried elsewhere after any lost connection, silence or
    /// `UNAVAILABLE`.
    Idempotent,
    /// The call must reach an agent once at most: it is tried elsewhere only when there was no connection to send it
    /// on.
    AtMostOnce,
}

/// The time a call has, in all and at one endpoint.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// The deadline as it was given, for messages, and when it passes.
    pub(crate) deadline: Option<(Duration, Instant)>,
    /// How long one endpoint may take.
    pub(crate) share: Option<Duration>,
    /// How often each endpoint is tried.
    pub(crate) rounds: usize,
}

impl Limits {
    /// As long as it takes: an endpoint that falls silent is noticed by the connection.
    pub(crate) const NONE: Self = Self { deadline: None, share: None, rounds: usize::MAX };

    fn left(&self) -> Option<Duration> {
        self.deadline.map(|(_, end)| end.saturating_duration_since(Instant::now()))
    }

    /// The deadline as it was given.
    fn total(&self) -> Duration {
        self.deadline.map_or(Duration::MAX, |(total, _)| total)
    }
}

/// How a call came out.
pub(crate) struct Outcome<T> {
    pub(crate) result: Result<T, Error>,
    /// The endpoint asked last.
    pub(crate) index: usize,
    /// True when an attempt before the last one may have been carried out, though no answer came.
    pub(crate) unsure: bool,
}

/// The state of one call.
struct Call<'a> {
    pool: &'a Pool,
    safety: Safety,
    limits: Limits,
    tried: TriedList,
    unsure: bool,
}

impl Pool {
    /// Limits of a call that starts now.
    pub(crate) fn limits(&self, total: Duration) -> Limits {
        let options = self.options();
        let share = Some(options.share(total, self.len()));
        Limits { deadline: Some((total, Instant::now() + total)), share, rounds: options.rounds as usize }
    }

    /// Makes a call, at one endpoint after the other until one answers or the time is up.
    pub(crate) async fn call<T, F, Fut>(&self, safety: Safety, limits: Limits, mut call: F) -> Outcome<T>
    where
        F: FnMut(Attempt) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        let mut state = Call { pool: self, safety, limits, tried: TriedList::default(), unsure: false };
        let mut rotation = self.rotation();
        loop {
            let step = rotation.step();
            let index = step.index;
            if !state.wait_for(&step).await {
                return state.out_of_attempts(index);
            }
            let attempt = self.attempt(index, state.attempt_limit());
            match state.try_once(index, attempt, &mut call).await {
                Ok(answer) => {
                    self.prefer(index);
                    return Outcome { result: Ok(answer), index, unsure: state.unsure };
                }
                Err(cause) => {
                    if let Some(error) = state.end(index, cause) {
                        return Outcome { result: Err(error), index, unsure: state.unsure };
                    }
                }
            }
        }
    }
}

impl Call<'_> {
    /// Waits for the step's turn; false when the rounds are used up or the time is too short for it.
    async fn wait_for(&self, step: &Step) -> bool {
        let spent = step.rounds_done >= self.limits.rounds;
        if spent || self.limits.left().is_some_and(|left| left <= step.pause) {
            return false;
        }
        if !step.pause.is_zero() {
            sleep(step.pause).await;
        }
        true
    }

    fn attempt_limit(&self) -> Option<Duration> {
        let left = self.limits.left();
        match self.safety {
            Safety::Idempotent => left.into_iter().chain(self.limits.share).min(),
            Safety::AtMostOnce => left,
        }
    }

    async fn try_once<T, F, Fut>(&self, index: usize, attempt: Attempt, call: &mut F) -> Result<T, Cause>
    where
        F: FnMut(Attempt) -> Fut,
        Fut: Future<Output = Result<Response<T>, Status>>,
    {
        let limit = attempt.limit.unwrap_or(Duration::MAX);
        let generation = attempt.generation;
        match timeout(limit, call(attempt)).await {
            Ok(Ok(answer)) => Ok(answer.into_inner()),
            Ok(Err(status)) => Err(self.pool.cause(index, &status)),
            Err(_) => {
                self.pool.renew(index, generation);
                Err(Cause::Silent(limit))
            }
        }
    }

    /// Takes note of a failed attempt; returns the error when it ends the call.
    fn end(&mut self, index: usize, cause: Cause) -> Option<Error> {
        let tried = self.pool.tried(index, cause);
        let sent = matches!(tried.cause, Cause::Lost(_) | Cause::Silent(_) | Cause::Ended);
        match (&tried.cause, self.safety) {
            (Cause::Refused(refusal), Safety::Idempotent) if may_pass(refusal) => {}
            (Cause::Refused(refusal), _) => return Some(Error::Refused(refusal.clone())),
            (Cause::Silent(_), Safety::AtMostOnce) => {
                return Some(Error::Deadline { limit: self.limits.total(), tried: vec![tried] });
            }
            (Cause::Lost(_) | Cause::Ended, Safety::AtMostOnce) => return Some(Error::Lost(tried)),
            (Cause::Connect(_) | Cause::Untrusted(_), _) | (_, Safety::Idempotent) => {}
        }
        self.unsure |= sent;
        self.tried.note(tried);
        None
    }

    fn out_of_attempts<T>(self, index: usize) -> Outcome<T> {
        let Self { limits, tried, unsure, .. } = self;
        let error = if tried.any_silent() {
            Error::Deadline { limit: limits.total(), tried: tried.into_vec() }
        } else {
            Error::Unavailable { tried: tried.into_vec() }
        };
        Outcome { result: Err(error), index, unsure }
    }
}

/// True when another agent, or the same one a little later, may well answer.
fn may_pass(refusal: &Refusal) -> bool {
    refusal.code == Code::Unavailable
}
