//! A lock that is held for as long as a call lasts.
//!
//! The caller is told that it has to wait, then until when it may act, and that the lock is lost before anybody else can have
//! it: its time is that of the last sign of life that was answered, by a clock that counts suspensions.

use std::{sync::Arc, time::Duration};

use futures_util::{Stream, stream::try_unfold};
use quorate_core::{
    coordination::{End, Reply},
    types::{Path, SessionId, Token},
    wire::{Act, Claim, Denial},
};
use quorate_proto::v1::{HoldLockResponse, LockExtended, LockHeld, LockLost, LockQueued, hold_lock_response::Message};
use tokio::time::sleep;
use tonic::Status;

use super::{
    context::Context,
    coordinate::{At, Proof, answer, duration, token},
    error::ApiError,
    implicit::{Implicit, Until},
    lock::{granted, lost},
    name_watch::reason,
};
use crate::driver::{Access, Call};

/// Whoever waits for longer is told so; looked for as often.
const SOON: Duration = Duration::from_millis(100);
/// Most holders that are told.
const TOLD: usize = 100;

/// A lock that a caller holds, or waits for.
#[derive(Debug)]
pub struct Hold {
    context: Arc<Context>,
    claim: Claim,
    proof: Proof,
    /// The session that the call is; its time, as it is extended.
    own: Option<(Implicit, Until)>,
    /// What was asked for, and not answered.
    asked: Option<Call>,
    told_of_queue: bool,
    held: Option<Held>,
    over: bool,
}

#[derive(Debug)]
struct Held {
    call: Call,
    token: Token,
    at: At,
}

impl Hold {
    /// Of a session of the caller, which the caller keeps alive.
    pub fn of(context: &Arc<Context>, claim: Claim, proof: Proof) -> Self {
        let (context, told_of_queue) = (Arc::clone(context), false);
        Self { context, claim, proof, own: None, asked: None, told_of_queue, held: None, over: false }
    }

    /// Of the call itself.
    ///
    /// # Errors
    /// What says that there can be none.
    pub async fn implicit(
        context: &Arc<Context>,
        claim: Claim,
        ttl: Duration,
        label: Arc<str>,
        client: Arc<str>,
    ) -> Result<Self, ApiError> {
        let own = Implicit::open(context, ttl, label, client).await?;
        let (proof, until) = (own.proof(), own.until());
        Ok(Self { own: Some((own, until)), ..Self::of(context, claim, proof) })
    }

    /// Waits until the lock is granted. Nothing is lost when the call is given up and made anew.
    async fn acquire(&mut self) -> Result<Held, ApiError> {
        loop {
            let call = match self.asked.take() {
                Some(call) => call,
                None => self.context.begin_call(Some(self.proof), None, Act::Acquire(self.claim.clone())).await?,
            };
            let call = self.asked.insert(call);
            let answered = tokio::select! {
                answered = answer(call) => answered?,
                () = self.context.stopping.cancelled() => return Err(ApiError::Stopping),
            };
            match (answered, self.asked.take()) {
                ((Ok(done), at), Some(call)) => return Ok(Held { call, token: granted(&done)?, at }),
                // This agent missed what became of it: it may be held by now.
                ((Ok(_) | Err(Denial::Uncertain), _), _) => {}
                ((Err(denial), _), _) => return Err(ApiError::Denied(denial)),
            }
        }
    }

    /// What the caller is told next; none after the last.
    async fn next(&mut self) -> Result<Option<HoldLockResponse>, ApiError> {
        if self.over {
            return Ok(None);
        }
        let Some(held) = &mut self.held else {
            let queued = queued(Arc::clone(&self.context), self.claim.path.clone(), self.proof.0);
            let held = tokio::select! {
                held = self.acquire() => held?,
                (queued, at) = queued, if !self.told_of_queue => {
                    self.told_of_queue = true;
                    return Ok(Some(self.say(at, Message::Queued(queued))));
                }
            };
            let valid_for = self.own.as_ref().and_then(|(_, until)| duration(until.left()));
            let session_id = self.proof.0.to_string();
            let told = LockHeld { token: Some(token(held.token)), session_id, valid_for };
            let at = held.at;
            self.held = Some(held);
            return Ok(Some(self.say(at, Message::Held(told))));
        };
        let (at, stopping) = (held.at, self.context.stopping.clone());
        loop {
            let reply = tokio::select! {
                reply = held.call.next() => reply,
                left = extended(&mut self.own) => return Ok(Some(match left {
                    Some(left) => self.say(at, Message::Extended(LockExtended { valid_for: duration(left) })),
                    None => {
                        let text = "this agent could not extend it in time: it may be somebody else's before long";
                        self.end(at, End::Expired, text)
                    }
                })),
                () = stopping.cancelled() => return Err(ApiError::Stopping),
            };
            match reply {
                Some(Reply::Lost(end)) => return Ok(Some(self.end(at, end, lost(end)))),
                // It was told before that it is held.
                Some(Reply::Answer(answer)) if answer.outcome.is_ok() => {}
                Some(Reply::Answer(_)) => break,
                None => return Err(ApiError::Stopping),
            }
        }
        // This agent has missed what became of it.
        let (before, again) = (held.token, self.acquire().await?);
        if again.token != before {
            return Ok(Some(self.end(at, End::Expired, lost(End::Expired))));
        }
        self.held = Some(again);
        Box::pin(self.next()).await
    }

    fn end(&mut self, at: At, end: End, text: &str) -> HoldLockResponse {
        self.over = true;
        self.say(at, Message::Lost(LockLost { reason: reason(end).into(), text: text.to_owned() }))
    }

    fn say(&self, at: At, message: Message) -> HoldLockResponse {
        HoldLockResponse { header: self.context.header_when(at), message: Some(message) }
    }
}

/// Waits until it is known here that a session queues for a lock: who has that, and who comes before.
async fn queued(context: Arc<Context>, path: Path, session: SessionId) -> (LockQueued, At) {
    loop {
        sleep(SOON).await;
        let path = path.clone();
        let look = move |access: Access<'_>| {
            let state = access.state()?;
            let name = state.name(path.as_str())?;
            Some(LockQueued {
                ahead: name.ahead(session)?,
                holder_session_ids: name.holders.keys().take(TOLD).map(ToString::to_string).collect(),
                delayed: state.is_delayed(Some(name)),
            })
        };
        if let Ok((Some(queued), at)) = context.look(false, look).await {
            return (queued, at);
        }
    }
}

/// What the caller is told.
pub fn stream(hold: Hold) -> impl Stream<Item = Result<HoldLockResponse, Status>> + Send {
    try_unfold(hold, async |mut hold| Ok(hold.next().await?.map(|message| (message, hold))))
}

/// Waits until the time is extended, and says by how much; none when it runs out. Never comes for a session of the caller:
/// only the caller knows how long that lasts.
async fn extended(own: &mut Option<(Implicit, Until)>) -> Option<Duration> {
    match own {
        Some((_, until)) => until.extended().await,
        None => std::future::pending().await,
    }
}
