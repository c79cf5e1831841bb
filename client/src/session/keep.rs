//! Keeping a session alive, at whichever agent answers.

use std::time::Duration;

use futures_util::stream::poll_fn;
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep, timeout};
use tonic::{Status, Streaming};

use super::clock::Moment;
use crate::attempt::Attempt;
use crate::error::{Cause, Error};
use crate::pool::Pool;
use crate::v1::{KeepAliveRequest, KeepAliveResponse};

/// How a session stands.
#[derive(Debug, Clone)]
pub(super) enum Standing {
    /// It surely lives until then.
    Until(Moment),
    /// The cluster has said that it is over.
    Ended(Error),
}

/// What keeps a session alive.
pub(super) struct Keeper {
    pub(super) pool: Pool,
    pub(super) session: String,
    pub(super) ttl: Duration,
    pub(super) standing: watch::Sender<Standing>,
}

/// A stream of signs of life at one agent.
struct Pulse {
    signs: mpsc::Sender<KeepAliveRequest>,
    answers: Streaming<KeepAliveResponse>,
}

impl Keeper {
    /// Gives signs of life until the cluster says that the session is over.
    pub(super) async fn keep(self) {
        let mut rotation = self.pool.rotation();
        sleep(self.pace()).await;
        loop {
            let step = rotation.step();
            sleep(step.pause.min(self.pace())).await;
            let mut heard = false;
            let cause = self.keep_at(step.index, &mut heard).await;
            if let Cause::Refused(refusal) = cause
                && refusal.is_final()
            {
                self.standing.send_replace(Standing::Ended(Error::Refused(refusal)));
                return;
            }
            if heard {
                rotation.reset();
            }
        }
    }

    /// Time from one sign of life to the next, and what an answer may take: two may fail before the session is in doubt.
    fn pace(&self) -> Duration {
        self.ttl / 3
    }

    /// Gives signs of life at one agent until that fails; `heard` tells whether one was answered.
    async fn keep_at(&self, index: usize, heard: &mut bool) -> Cause {
        let mut pulse = None;
        loop {
            let sent = Moment::now();
            match timeout(self.pace(), self.beat(&mut pulse, || self.pool.attempt(index, None))).await {
                Ok(Ok(())) => {
                    *heard = true;
                    self.standing.send_replace(Standing::Until(sent.after(self.ttl)));
                }
                Ok(Err(status)) => return self.pool.cause(index, &status),
                Err(_) => return Cause::Silent(self.pace()),
            }
            let Some(pulse) = &mut pulse else { return Cause::Ended };
            tokio::select! {
                () = sleep(self.pace()) => {}
                // Nothing was asked: the agent says that the session is over, or that it is stopping.
                unasked = pulse.answers.message() => return match unasked {
                    Err(status) => self.pool.cause(index, &status),
                    Ok(_) => Cause::Ended,
                },
            }
        }
    }

    /// One sign of life, answered.
    async fn beat(&self, pulse: &mut Option<Pulse>, attempt: impl Fn() -> Attempt) -> Result<(), Status> {
        let sign = KeepAliveRequest { session: self.session.clone() };
        let ended = || Status::unavailable("the stream was ended");
        let pulse = match pulse {
            Some(open) => {
                open.signs.send(sign).await.map_err(|_| ended())?;
                open
            }
            None => {
                let (signs, mut receiver) = mpsc::channel(1);
                signs.try_send(sign).map_err(|_| ended())?;
                let attempt = attempt();
                let request = attempt.request(poll_fn(move |cx| receiver.poll_recv(cx)));
                let answers = attempt.sessions().keep_alive(request).await?.into_inner();
                pulse.insert(Pulse { signs, answers })
            }
        };
        pulse.answers.message().await?.map(drop).ok_or_else(ended)
    }
}
