//! What a watch knows across its connections: where it got to, whom to ask next, and since when it has been cut off.
//!
//! The states are connected and cut off (`outage`); a message ends an outage, a failed stream begins one.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep, timeout_at};
use tonic::{Response, Status, Streaming};

use super::WatchStatus;
use super::options::ResumeOptions;
use crate::attempt::Attempt;
use crate::error::{Cause, Error, TriedList};
use crate::pool::Pool;
use crate::rotation::Rotation;

/// A stream that held this long was a good one: what follows it is tried without a pause.
pub(crate) const GOOD_AFTER: Duration = Duration::from_secs(2);

pub(super) struct Session {
    pool: Pool,
    options: ResumeOptions,
    cursor: String,
    rotation: Rotation,
    outage: Option<Outage>,
    status: watch::Sender<WatchStatus>,
}

/// A time without messages.
struct Outage {
    since: Instant,
    tried: TriedList,
}

/// One open stream.
pub(super) struct Inbound<M> {
    index: usize,
    generation: u64,
    opened: Instant,
    stream: Streaming<M>,
}

impl Session {
    pub(super) fn new(pool: Pool, options: ResumeOptions, cursor: String) -> (Self, watch::Receiver<WatchStatus>) {
        let since = Instant::now();
        let (status, reader) = watch::channel(WatchStatus::Connecting { since, failed: None });
        let rotation = pool.rotation();
        let outage = Some(Outage { since, tried: TriedList::default() });
        (Self { pool, options, cursor, rotation, outage, status }, reader)
    }

    /// Opens the stream at one endpoint after the other until one takes it. Fails when nothing more can help.
    pub(super) async fn open<M, O, F>(&mut self, open: &O) -> Result<Inbound<M>, Error>
    where
        O: Fn(Attempt, String) -> F,
        F: Future<Output = Result<Response<Streaming<M>>, Status>>,
    {
        loop {
            let step = self.rotation.step();
            if self.give_up_at().is_some_and(|end| Instant::now() + step.pause >= end) && self.has_failed() {
                return Err(self.unavailable());
            }
            if !step.pause.is_zero() {
                sleep(step.pause).await;
            }
            let attempt = self.pool.attempt(step.index, None);
            let generation = attempt.generation;
            let limit = self.pool.options().call_timeout;
            match timeout_at(self.patience(limit), open(attempt, self.cursor.clone())).await {
                Ok(Ok(answer)) => {
                    let stream = answer.into_inner();
                    return Ok(Inbound { index: step.index, generation, opened: Instant::now(), stream });
                }
                Ok(Err(status)) => self.note(step.index, self.pool.cause(step.index, &status))?,
                Err(_) => {
                    self.pool.renew(step.index, generation);
                    self.note(step.index, Cause::Silent(limit))?;
                }
            }
        }
    }

    /// The next message, or why there will be none.
    pub(super) async fn next<M>(&mut self, inbound: &mut Inbound<M>) -> Result<M, Cause> {
        let idle = self.options.idle_timeout;
        match timeout_at(self.patience(idle), inbound.stream.message()).await {
            Ok(Ok(Some(message))) => Ok(message),
            Ok(Ok(None)) => Err(Cause::Ended),
            Ok(Err(status)) => Err(self.pool.cause(inbound.index, &status)),
            Err(_) => {
                self.pool.renew(inbound.index, inbound.generation);
                Err(Cause::Silent(idle))
            }
        }
    }

    /// Takes note of a message.
    pub(super) fn received(&mut self, index: usize, cursor: &str) {
        if !cursor.is_empty() {
            cursor.clone_into(&mut self.cursor);
        }
        if self.outage.take().is_some() {
            self.pool.prefer(index);
            let endpoint = self.pool.name(index).to_owned();
            self.status.send_replace(WatchStatus::Connected { endpoint });
        }
    }

    /// Takes note of the end of a stream; an error when there is no use in another one.
    pub(super) fn lost(&mut self, index: usize, opened: Instant, cause: Cause) -> Result<(), Error> {
        if opened.elapsed() >= GOOD_AFTER && self.outage.is_none() {
            self.rotation.reset();
        }
        self.note(index, cause)
    }

    fn note(&mut self, index: usize, cause: Cause) -> Result<(), Error> {
        if let Cause::Refused(refusal) = &cause
            && refusal.is_final()
        {
            return Err(Error::Refused(refusal.clone()));
        }
        let tried = self.pool.tried(index, cause);
        let outage = self.outage.get_or_insert_with(|| Outage { since: Instant::now(), tried: TriedList::default() });
        let failed = Some(tried.clone());
        outage.tried.note(tried);
        self.status.send_replace(WatchStatus::Connecting { since: outage.since, failed });
        Ok(())
    }

    /// When to stop waiting for something that may take `limit`.
    fn patience(&self, limit: Duration) -> Instant {
        let limit = Instant::now() + limit;
        self.give_up_at().map_or(limit, |end| end.min(limit))
    }

    fn give_up_at(&self) -> Option<Instant> {
        Some(self.outage.as_ref()?.since + self.options.give_up_after?)
    }

    /// True once something was tried in this outage: even the shortest patience allows one attempt.
    fn has_failed(&self) -> bool {
        self.outage.as_ref().is_some_and(|outage| !outage.tried.is_empty())
    }

    fn unavailable(&mut self) -> Error {
        let tried = self.outage.take().map(|outage| outage.tried.into_vec()).unwrap_or_default();
        Error::Unavailable { tried }
    }
}

impl<M> Inbound<M> {
    pub(super) fn index(&self) -> usize {
        self.index
    }

    pub(super) fn opened(&self) -> Instant {
        self.opened
    }
}
