//! The way to the agents: takes part at one after the other, and hands on what they tell.

use futures_util::stream::poll_fn;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tonic::{Status, Streaming};

use super::work::{Event, Order};
use super::{Notice, ParticipantOptions};
use crate::error::{Cause, Error};
use crate::pool::Pool;
use crate::v1::{
    ParticipateRequest, ParticipateResponse, Phase, participate_request::Message as Say,
    participate_response::Message as Told,
};
use crate::watch::GOOD_AFTER;

/// Acknowledgements on their way. There is one for each order, so more than a few mean that the agent does not read.
const ACKNOWLEDGEMENTS: usize = 16;

/// What takes part.
pub(super) struct Link {
    pub(super) pool: Pool,
    pub(super) options: ParticipantOptions,
    pub(super) events: mpsc::Sender<Event>,
}

/// One stream to an agent.
struct Stream {
    index: usize,
    generation: u64,
    says: mpsc::Sender<ParticipateRequest>,
    told: Streaming<ParticipateResponse>,
}

impl Link {
    /// Takes part until that is of no use.
    pub(super) async fn run(self) -> Error {
        let mut rotation = self.pool.rotation();
        loop {
            let step = rotation.step();
            if !step.pause.is_zero() {
                sleep(step.pause).await;
            }
            let begun = Instant::now();
            let mut heard = false;
            let cause = self.take_part(step.index, &mut heard).await;
            let tried = self.pool.tried(step.index, cause);
            let last = match &tried.cause {
                Cause::Refused(refusal) if refusal.is_final() => Some(Error::Refused(refusal.clone())),
                _ => None,
            };
            self.tell(Event::Notice(Notice::Away(tried))).await;
            if heard {
                self.tell(Event::Order(Order { epoch: None, phase: Phase::Prepare, says: None })).await;
            }
            if let Some(error) = last {
                return error;
            }
            if heard && begun.elapsed() >= GOOD_AFTER {
                rotation.reset();
            }
        }
    }

    /// Takes part at one agent until that fails; `heard` says whether it ever told anything.
    async fn take_part(&self, index: usize, heard: &mut bool) -> Cause {
        let mut stream = match self.open(index).await {
            Ok(stream) => stream,
            Err(cause) => return cause,
        };
        loop {
            let told = match self.next(&mut stream).await {
                Ok(told) => told,
                Err(cause) => return cause,
            };
            if !std::mem::replace(heard, true) {
                self.pool.prefer(index);
                let endpoint = self.pool.name(index).to_owned();
                self.tell(Event::Notice(Notice::Joined { endpoint })).await;
            }
            match told.message {
                Some(Told::Order(order)) if order.phase() != Phase::Unspecified => {
                    let (epoch, phase) = (Some(order.epoch), order.phase());
                    self.tell(Event::Order(Order { epoch, phase, says: Some(stream.says.clone()) })).await;
                }
                Some(Told::Isolated(isolated)) => {
                    self.tell(Event::Notice(Notice::Isolated(isolated.phase()))).await;
                }
                // A phase of a later version cannot be done, so it is not acknowledged.
                Some(Told::Order(_) | Told::Bookmark(_)) | None => {}
            }
        }
    }

    async fn open(&self, index: usize) -> Result<Stream, Cause> {
        let (says, mut said) = mpsc::channel(ACKNOWLEDGEMENTS);
        let introduction = ParticipateRequest { message: Some(Say::Participant(self.options.introduction())) };
        says.try_send(introduction).map_err(|_| Cause::Ended)?;
        let attempt = self.pool.attempt(index, None);
        let generation = attempt.generation;
        let request = attempt.request(poll_fn(move |cx| said.poll_recv(cx)));
        let limit = self.pool.options().call_timeout;
        match timeout(limit, attempt.recovery().participate(request)).await {
            Ok(opened) => {
                let told = opened.map_err(|status| self.cause(index, &status))?.into_inner();
                Ok(Stream { index, generation, says, told })
            }
            Err(_) => {
                self.pool.renew(index, generation);
                Err(Cause::Silent(limit))
            }
        }
    }

    async fn next(&self, stream: &mut Stream) -> Result<ParticipateResponse, Cause> {
        let idle = self.options.idle_timeout;
        match timeout(idle, stream.told.message()).await {
            Ok(Ok(Some(told))) => Ok(told),
            Ok(Ok(None)) => Err(Cause::Ended),
            Ok(Err(status)) => Err(self.cause(stream.index, &status)),
            Err(_) => {
                self.pool.renew(stream.index, stream.generation);
                Err(Cause::Silent(idle))
            }
        }
    }

    fn cause(&self, index: usize, status: &Status) -> Cause {
        self.pool.cause(index, status)
    }

    /// The other end goes only together with this one.
    async fn tell(&self, event: Event) {
        let _ = self.events.send(event).await;
    }
}
