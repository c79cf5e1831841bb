//! `LockService`: locks, on names.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures_util::Stream;
use quorate_core::{
    coordination::End,
    types::{Epoch, Token},
    wire::{Act, Claim, Denial, Done, Mode, NameKind},
};
use quorate_proto::v1::{
    AcquireLockRequest, AcquireLockResponse, GetLockRequest, GetLockResponse, HoldLockRequest, HoldLockResponse,
    LockClaim, NameMode, ReleaseLockRequest, ReleaseLockResponse, lock_service_server::LockService,
};
use tonic::{Request, Response, Status};

use super::{
    context::Context,
    coordinate::{binding, claimable, label, path, proof, request_id, span, token, weight},
    error::ApiError,
    hold::{self, Hold},
    name::is_latest,
    page::first_part,
    session::client_of,
};
use crate::driver::Access;

/// How long a lock outlives an agent that dies with the call that holds it, when the client says nothing.
const TTL: Duration = Duration::from_secs(5);
/// Most sessions of a queue that are told.
const WAITING: usize = 100;

/// The service.
#[derive(Clone, Debug)]
pub struct Locks(pub Arc<Context>);

/// What is claimed.
fn claimed(claim: Option<LockClaim>) -> Result<Claim, ApiError> {
    let claim = claim.ok_or_else(|| ApiError::bad_request("claim", "is missing"))?;
    let mode = match claim.mode() {
        NameMode::Unspecified | NameMode::Exclusive => Mode::Exclusive,
        NameMode::Shared => Mode::Shared,
        NameMode::Counted if claim.limit == 0 => {
            return Err(ApiError::bad_request("claim.limit", "must be 1 or more with NAME_MODE_COUNTED"));
        }
        NameMode::Counted => Mode::Counted(claim.limit),
    };
    if claim.limit > 0 && !matches!(mode, Mode::Counted(_)) {
        return Err(ApiError::bad_request("claim.limit", "is for NAME_MODE_COUNTED"));
    }
    Ok(Claim {
        path: claimable("claim.path", &claim.path)?,
        kind: NameKind::Lock,
        mode,
        value: claim.value.into(),
        wait: !claim.no_wait,
        delay: claim.delay.map(|delay| span("claim.delay", delay)).transpose()?.unwrap_or_default(),
    })
}

/// The token of what was granted.
///
/// # Errors
/// [`ApiError::Denied`] when the place in the queue was given up by another call.
pub fn granted(done: &Done) -> Result<Token, ApiError> {
    match done {
        Done::Held { token } => Ok(*token),
        Done::Released => Err(ApiError::Denied(Denial::NotHeld)),
        _ => Err(ApiError::Internal("an odd answer")),
    }
}

impl Locks {
    async fn acquire(&self, request: AcquireLockRequest) -> Result<AcquireLockResponse, ApiError> {
        let (proof, id) = (proof(&request.session)?, request_id(&request.request_id)?);
        let act = Act::Acquire(claimed(request.claim)?);
        let (done, at) = self.0.coordinate_patiently(Some(proof), id, act).await?;
        Ok(AcquireLockResponse { header: self.0.header_when(at), token: Some(token(granted(&done)?)) })
    }

    async fn release(&self, request: ReleaseLockRequest) -> Result<ReleaseLockResponse, ApiError> {
        let (proof, id) = (proof(&request.session)?, request_id(&request.request_id)?);
        let token = request.token.map(|token| Token { epoch: Epoch(token.epoch), counter: token.counter });
        let act = Act::Release { path: path("path", &request.path)?, kind: NameKind::Lock, token };
        let (_, at) = self.0.coordinate(Some(proof), id, act).await?;
        Ok(ReleaseLockResponse { header: self.0.header_when(at) })
    }

    async fn get(&self, request: GetLockRequest) -> Result<GetLockResponse, ApiError> {
        let wanted = path("path", &request.path)?;
        let found = move |access: Access<'_>| {
            let Some(state) = access.state() else { return Ok(GetLockResponse::default()) };
            let name = state.name(wanted.as_str());
            let delayed = state.is_delayed(name);
            let Some(name) = name else { return Ok(GetLockResponse { delayed, ..GetLockResponse::default() }) };
            if name.kind != NameKind::Lock {
                return Err(ApiError::Denied(Denial::OtherKind { kind: name.kind }));
            }
            let holders = name.holders.keys().filter_map(|session| name.binding(&wanted, *session));
            let limit = name.holders.values().find_map(|holder| match holder.mode {
                Mode::Counted(limit) => Some(limit),
                Mode::Exclusive | Mode::Shared => None,
            });
            let waiting = name.queue.values().take(WAITING).map(|waiter| waiter.session.to_string());
            Ok(GetLockResponse {
                header: None,
                holders: first_part(holders.map(|held| binding(&held)), weight),
                waiting: u32::try_from(name.queue.len()).unwrap_or(u32::MAX),
                waiting_session_ids: waiting.collect(),
                delayed,
                holder_count: u32::try_from(name.holders.len()).unwrap_or(u32::MAX),
                limit: limit.unwrap_or_default(),
            })
        };
        let (found, at) = self.0.look(is_latest(request.consistency), found).await?;
        Ok(GetLockResponse { header: self.0.header_when(at), ..found? })
    }
}

/// Why something was lost, for people.
#[must_use]
pub fn lost(end: End) -> &'static str {
    match end {
        End::Closed => "it was released, or the session was closed",
        End::Expired => "the session was not heard of for its time",
        End::Lost => "a majority of the voters lost their memory",
    }
}

#[tonic::async_trait]
impl LockService for Locks {
    type HoldLockStream = Pin<Box<dyn Stream<Item = Result<HoldLockResponse, Status>> + Send>>;

    async fn acquire_lock(
        &self,
        request: Request<AcquireLockRequest>,
    ) -> Result<Response<AcquireLockResponse>, Status> {
        Ok(Response::new(self.acquire(request.into_inner()).await?))
    }

    async fn release_lock(
        &self,
        request: Request<ReleaseLockRequest>,
    ) -> Result<Response<ReleaseLockResponse>, Status> {
        Ok(Response::new(self.release(request.into_inner()).await?))
    }

    async fn hold_lock(&self, request: Request<HoldLockRequest>) -> Result<Response<Self::HoldLockStream>, Status> {
        let client = client_of(request.extensions());
        let HoldLockRequest { session, claim, ttl, label: text } = request.into_inner();
        let claim = claimed(claim)?;
        let ttl = ttl.map(|ttl| span("ttl", ttl)).transpose()?.unwrap_or(TTL);
        let text = label("label", &text)?;
        let hold = if session.is_empty() {
            Hold::implicit(&self.0, claim, ttl, text, client).await?
        } else {
            Hold::of(&self.0, claim, proof(&session)?)
        };
        Ok(Response::new(Box::pin(hold::stream(hold))))
    }

    async fn get_lock(&self, request: Request<GetLockRequest>) -> Result<Response<GetLockResponse>, Status> {
        Ok(Response::new(self.get(request.into_inner()).await?))
    }
}
