//! A program that takes part in recovery, for as long as its stream lasts.

use std::{ops::RangeInclusive, sync::Arc, time::Duration};

use futures_util::{Stream, stream::try_unfold};
use quorate_core::{
    recovery::{About, Call, LEVEL, MAX_LIST, TIMEOUT},
    types::{Epoch, ServiceName},
    wire::Phase,
};
use quorate_proto::v1::{
    self, Bookmark, Isolated, LatePolicy, ParticipateRequest, ParticipateResponse, PhaseOrder,
    participate_request::Message as Said, participate_response::Message as Told,
};
use tokio::time::timeout;
use tonic::{Status, Streaming};

use super::{ApiError, Context};
use crate::{
    api::{coordinate::span, watch::QUIET},
    driver::Participation,
    services::status::phase_out,
};

/// How long a program has for each phase when it does not say.
const DEADLINE: Duration = Duration::from_secs(30);
/// Most bytes of its name.
const NAME: RangeInclusive<usize> = 1..=128;

/// A program that takes part.
#[derive(Debug)]
pub(super) struct Program {
    context: Arc<Context>,
    said: Streaming<ParticipateRequest>,
    part: Participation,
}

impl Program {
    /// Reads what it is, and has it take part.
    pub async fn join(context: Arc<Context>, mut said: Streaming<ParticipateRequest>) -> Result<Self, Status> {
        let first = tokio::select! {
            () = context.stopping.cancelled() => return Err(ApiError::Stopping.into()),
            first = said.message() => first?,
        };
        let Some(Said::Participant(participant)) = first.and_then(|first| first.message) else {
            return Err(ApiError::bad_request("participant", "must come first").into());
        };
        let about = about(participant)?;
        let joined = context.handle.join(about).await;
        let part = joined.map_err(|why| match ApiError::from(why) {
            ApiError::LimitReached { limit, .. } => ApiError::LimitReached { what: "participants", limit },
            other => other,
        })?;
        Ok(Self { context, said, part })
    }

    /// What it is told.
    pub fn stream(self) -> impl Stream<Item = Result<ParticipateResponse, Status>> + Send {
        try_unfold(self, async |mut program| {
            let told = program.next().await?;
            let header = program.context.header();
            Ok(told.map(|told| (ParticipateResponse { header, message: Some(told) }, program)))
        })
    }

    /// What it is told next; none when it has gone.
    async fn next(&mut self) -> Result<Option<Told>, Status> {
        loop {
            tokio::select! {
                () = self.context.stopping.cancelled() => return Err(ApiError::Stopping.into()),
                said = self.said.message() => match said?.map(|said| said.message) {
                    None => return Ok(None),
                    Some(Some(Said::Done(done))) => {
                        let phase = phase(done.phase)?;
                        self.part.acknowledge(Epoch(done.epoch), phase).await;
                    }
                    Some(_) => {
                        return Err(ApiError::bad_request("message", "only `done` may follow the first one").into());
                    }
                },
                call = timeout(QUIET, self.part.next()) => return match call {
                    Err(_) => Ok(Some(Told::Bookmark(Bookmark {}))),
                    Ok(Some(call)) => Ok(Some(told(&call))),
                    Ok(None) => Err(ApiError::Stopping.into()),
                },
            }
        }
    }
}

fn told(call: &Call) -> Told {
    match call {
        Call::Phase { epoch, phase } => Told::Order(PhaseOrder { epoch: epoch.0, phase: phase_out(*phase).into() }),
        Call::Isolated { phase } => Told::Isolated(Isolated { phase: phase_out(*phase).into() }),
    }
}

fn phase(from: i32) -> Result<Phase, ApiError> {
    match v1::Phase::try_from(from) {
        Ok(v1::Phase::Prepare) => Ok(Phase::Prepare),
        Ok(v1::Phase::Recover) => Ok(Phase::Recover),
        Ok(v1::Phase::Resume) => Ok(Phase::Resume),
        Ok(v1::Phase::Unspecified) | Err(_) => Err(ApiError::bad_request("done.phase", "means nothing")),
    }
}

/// What a program says of itself.
fn about(from: v1::Participant) -> Result<About, ApiError> {
    if !NAME.contains(&from.name.len()) {
        return Err(ApiError::bad_request("participant.name", "1 to 128 bytes are allowed"));
    }
    if !LEVEL.contains(&from.level) {
        return Err(ApiError::bad_request("participant.level", "0 to 1,000 are allowed"));
    }
    if from.requires.len() > MAX_LIST {
        return Err(ApiError::bad_request("participant.requires", "at most 64 names are allowed"));
    }
    let isolate = match from.late() {
        LatePolicy::Unspecified | LatePolicy::Isolate => true,
        LatePolicy::Wait => false,
    };
    let deadline = from.deadline.map(|time| span("participant.deadline", time)).transpose()?.unwrap_or(DEADLINE);
    if !TIMEOUT.contains(&deadline) {
        return Err(ApiError::bad_request("participant.deadline", "100 ms to 1 h are allowed"));
    }
    let name = |text: &String| {
        ServiceName::new(text).map_err(|why| ApiError::bad_request("participant.requires", why.to_string()))
    };
    let requires = from.requires.iter().map(name).collect::<Result<_, _>>()?;
    Ok(About { name: from.name.into(), level: from.level, requires, deadline, isolate })
}
