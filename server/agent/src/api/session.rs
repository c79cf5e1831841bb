//! `SessionService`: the leases of clients.

use std::{pin::Pin, sync::Arc, time::Duration};

use futures_util::{Stream, stream::try_unfold};
use quorate_core::{
    coordination::{Reply, state},
    types::{Secret, SessionId},
    wire::{Act, Denial, Done, Opening},
};
use quorate_proto::v1::{
    self, CloseSessionRequest, CloseSessionResponse, GetSessionRequest, GetSessionResponse, KeepAliveRequest,
    KeepAliveResponse, ListSessionsRequest, ListSessionsResponse, OpenSessionRequest, OpenSessionResponse,
    session_service_server::SessionService,
};
use tokio::time::timeout;
use tonic::{Extensions, Request, Response, Status, Streaming};
use uuid::Uuid;

use super::{
    context::Context,
    coordinate::{
        Answered, PATIENCE, Proof, answer, duration, label, proof, request_id, session_id, session_token, span,
    },
    error::ApiError,
    page::{self, Listing},
    tie::Process,
};
use crate::{
    driver::{Access, Call},
    transport::SocketInfo,
};

/// The time of a session when the client says nothing.
const TTL: Duration = Duration::from_secs(10);
/// How many sessions a page has when the client says nothing.
const PAGE: usize = 100;

/// The service.
#[derive(Clone, Debug)]
pub struct Sessions(pub Arc<Context>);

/// Who asks, as sessions are counted: the name in its certificate, or its address.
#[must_use]
pub fn client_of(extensions: &Extensions) -> Arc<str> {
    let Some(socket) = extensions.get::<SocketInfo>() else { return "unknown".into() };
    let named = socket.names.as_ref().and_then(|names| names.first().cloned());
    named.unwrap_or_else(|| socket.remote.ip().to_string()).into()
}

/// What a session that is opened through this agent is to be.
#[must_use]
pub fn opening(context: &Context, ttl: Duration, text: Arc<str>, group: Arc<str>, client: Arc<str>) -> Opening {
    let (secret, node) = (Secret(*Uuid::new_v4().as_bytes()), context.about.identity.name.clone());
    Opening { ttl, secret, label: text, group, client, node, member: None }
}

impl Sessions {
    async fn open(&self, request: OpenSessionRequest, from: &Extensions) -> Result<OpenSessionResponse, ApiError> {
        let ttl = request.ttl.map(|ttl| span("ttl", ttl)).transpose()?.unwrap_or(TTL);
        let (text, group) = (label("label", &request.label)?, label("group", &request.group)?);
        let id = request_id(&request.request_id)?;
        let process = Process::of(request.process_id, from)?;
        let opening = opening(&self.0, ttl, text, group, client_of(from));
        let (done, at) = self.0.coordinate(None, id, Act::Open(opening)).await?;
        let Done::Opened { session, secret, ttl } = done else { return Err(ApiError::Internal("an odd answer")) };
        if let Some(process) = process {
            tokio::spawn(process.tie(Arc::clone(&self.0), (session, secret)));
        }
        Ok(OpenSessionResponse {
            header: self.0.header_when(at),
            session: session_token(session, secret),
            session_id: session.to_string(),
            ttl: duration(ttl),
        })
    }

    /// The session's time begins anew; the call tells when it is over.
    async fn renew(&self, proof: Proof) -> Result<(Call, KeepAliveResponse), ApiError> {
        loop {
            let mut call = self.0.begin_call(Some(proof), None, Act::Renew).await?;
            match timeout(PATIENCE, answer(&mut call)).await.map_err(|_| ApiError::NotServed)?? {
                (Ok(Done::Renewed { ttl }), at) => {
                    let header = self.0.header_when(at);
                    let session_id = proof.0.to_string();
                    return Ok((call, KeepAliveResponse { header, ttl: duration(ttl), session_id }));
                }
                // This agent has missed whether it was: once more does no harm.
                (Err(Denial::Uncertain), _) => {}
                (Err(denial), _) => return Err(ApiError::Denied(denial)),
                (Ok(_), _) => return Err(ApiError::Internal("an odd answer")),
            }
        }
    }

    /// The answer to the next sign of life; none when the client sends no more. Ends, too, when the session does that it
    /// sent one of before, whoever ended it.
    async fn next_answer(
        &self,
        signs: &mut Streaming<KeepAliveRequest>,
        last: &mut Option<Call>,
    ) -> Result<Option<KeepAliveResponse>, Status> {
        let sign = loop {
            tokio::select! {
                sign = signs.message() => break sign?,
                over = over(last) => match over {
                    Some(Reply::Lost(_)) => return Err(ApiError::Denied(Denial::SessionEnded).into()),
                    // This agent has missed what became of it: the next sign of life will tell.
                    _ => *last = None,
                },
                () = self.0.stopping.cancelled() => return Err(ApiError::Stopping.into()),
            }
        };
        let Some(sign) = sign else { return Ok(None) };
        let (call, answer) = self.renew(proof(&sign.session)?).await?;
        *last = Some(call);
        Ok(Some(answer))
    }
}

/// Waits for more on a call; for ever without one.
async fn over(call: &mut Option<Call>) -> Option<Reply> {
    match call {
        Some(call) => call.next().await,
        None => std::future::pending().await,
    }
}

/// A session, as the API tells it.
#[must_use]
pub fn session(known: &state::Session, access: Access<'_>) -> v1::Session {
    v1::Session {
        session_id: known.id.to_string(),
        label: known.label.to_string(),
        group: known.group.to_string(),
        ttl: duration(known.ttl),
        node_name: known.node.to_string(),
        left: access.left(known.id).and_then(duration),
        paths: known.names.iter().map(ToString::to_string).collect(),
        barrier_paths: known.barriers.iter().map(ToString::to_string).collect(),
    }
}

/// Why there is no such session.
fn absent(state: Option<&state::State>, id: SessionId) -> ApiError {
    let nobody = Secret([0; 16]);
    match state.map(|state| state.check(id, nobody)) {
        Some(Err(denial)) if denial != Denial::WrongSecret => ApiError::Denied(denial),
        _ => ApiError::NotServed,
    }
}

#[tonic::async_trait]
impl SessionService for Sessions {
    type KeepAliveStream = Pin<Box<dyn Stream<Item = Result<KeepAliveResponse, Status>> + Send>>;

    async fn open_session(
        &self,
        request: Request<OpenSessionRequest>,
    ) -> Result<Response<OpenSessionResponse>, Status> {
        let (_, from, request) = request.into_parts();
        Ok(Response::new(self.open(request, &from).await?))
    }

    async fn keep_alive(
        &self,
        request: Request<Streaming<KeepAliveRequest>>,
    ) -> Result<Response<Self::KeepAliveStream>, Status> {
        let begun = (self.clone(), request.into_inner(), None);
        let answers = try_unfold(begun, async |(service, mut signs, mut last)| {
            let answer = service.next_answer(&mut signs, &mut last).await?;
            Ok(answer.map(|answer| (answer, (service, signs, last))))
        });
        Ok(Response::new(Box::pin(answers)))
    }

    async fn get_session(&self, request: Request<GetSessionRequest>) -> Result<Response<GetSessionResponse>, Status> {
        let id = session_id("session_id", &request.into_inner().session_id)?;
        let found = move |access: Access<'_>| {
            let known = access.state().and_then(|state| state.session(id));
            known.map(|known| session(known, access)).ok_or_else(|| absent(access.state(), id))
        };
        let (found, at) = self.0.look(false, found).await?;
        Ok(Response::new(GetSessionResponse { header: self.0.header_when(at), session: Some(found?) }))
    }

    async fn list_sessions(
        &self,
        request: Request<ListSessionsRequest>,
    ) -> Result<Response<ListSessionsResponse>, Status> {
        let ListSessionsRequest { page_size, page_token } = request.into_inner();
        let (size, listing) = (page::size(page_size, PAGE)?, Listing::of("sessions", ""));
        let after = listing.text(&page_token)?;
        let after =
            after.map(|text| session_id("page_token", &text)).transpose().map_err(|_| ApiError::BadPageToken)?;
        let page = move |access: Access<'_>| {
            let all = access.state().into_iter().flat_map(state::State::sessions);
            let rest = all.filter(|known| after.is_none_or(|after| known.id > after));
            rest.take(size + 1).map(|known| session(known, access)).collect::<Vec<_>>()
        };
        let (mut sessions, at) = self.0.look(false, page).await?;
        let next_page_token =
            page::cut(&mut sessions, size).map(|last| listing.after_text(&last.session_id)).unwrap_or_default();
        Ok(Response::new(ListSessionsResponse { header: self.0.header_when(at), sessions, next_page_token }))
    }

    async fn close_session(
        &self,
        request: Request<CloseSessionRequest>,
    ) -> Result<Response<CloseSessionResponse>, Status> {
        let proof = proof(&request.into_inner().session)?;
        let (_, at): Answered = self.0.coordinate(Some(proof), None, Act::Close).await?;
        Ok(Response::new(CloseSessionResponse { header: self.0.header_when(at) }))
    }
}
