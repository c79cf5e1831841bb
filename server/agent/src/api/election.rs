//! `ElectionService`: offices, on names.

use std::{pin::Pin, sync::Arc};

use futures_util::Stream;
use quorate_core::{
    coordination::{News, State, What, state::Binding},
    types::Path,
    wire::{Act, Claim, Denial, Mode, NameKind},
};
use quorate_proto::v1::{
    Bookmark, CampaignRequest, CampaignResponse, GetLeaderRequest, GetLeaderResponse, NoLeader, ObserveLeaderRequest,
    ObserveLeaderResponse, ProclaimRequest, ProclaimResponse, ResignRequest, ResignResponse,
    election_service_server::ElectionService, observe_leader_response::Message,
};
use tonic::{Request, Response, Status};

use super::{
    context::{Context, Watcher},
    coordinate::{binding, claimable, path, proof, request_id, span, token},
    error::ApiError,
    lock::granted,
    name::is_latest,
    present::{Present, Seen},
    watch::{Watch, stream},
};
use crate::driver::Access;

/// The service.
#[derive(Clone, Debug)]
pub struct Elections(pub Arc<Context>);

/// Who leads.
fn leader(state: Option<&State>, path: &Path) -> Result<Option<Binding>, ApiError> {
    match state.and_then(|state| state.name(path.as_str())) {
        Some(name) if name.kind != NameKind::Election => Err(ApiError::Denied(Denial::OtherKind { kind: name.kind })),
        Some(name) => Ok(name.holders.keys().next().and_then(|session| name.binding(path, *session))),
        None => Ok(None),
    }
}

#[tonic::async_trait]
impl ElectionService for Elections {
    type ObserveLeaderStream = Pin<Box<dyn Stream<Item = Result<ObserveLeaderResponse, Status>> + Send>>;

    async fn campaign(&self, request: Request<CampaignRequest>) -> Result<Response<CampaignResponse>, Status> {
        let request = request.into_inner();
        let (proof, id) = (proof(&request.session)?, request_id(&request.request_id)?);
        let act = Act::Acquire(Claim {
            path: claimable("path", &request.path)?,
            kind: NameKind::Election,
            mode: Mode::Exclusive,
            value: request.value.into(),
            wait: true,
            delay: request.delay.map(|delay| span("delay", delay)).transpose()?.unwrap_or_default(),
        });
        let (done, at) = self.0.coordinate_patiently(Some(proof), id, act).await?;
        Ok(Response::new(CampaignResponse { header: self.0.header_when(at), token: Some(token(granted(&done)?)) }))
    }

    async fn proclaim(&self, request: Request<ProclaimRequest>) -> Result<Response<ProclaimResponse>, Status> {
        let request = request.into_inner();
        let (proof, id) = (proof(&request.session)?, request_id(&request.request_id)?);
        let act = Act::Proclaim { path: path("path", &request.path)?, value: request.value.into() };
        let (_, at) = self.0.coordinate(Some(proof), id, act).await?;
        Ok(Response::new(ProclaimResponse { header: self.0.header_when(at) }))
    }

    async fn resign(&self, request: Request<ResignRequest>) -> Result<Response<ResignResponse>, Status> {
        let request = request.into_inner();
        let (proof, id) = (proof(&request.session)?, request_id(&request.request_id)?);
        let act = Act::Release { path: path("path", &request.path)?, kind: NameKind::Election, token: None };
        let (_, at) = self.0.coordinate(Some(proof), id, act).await?;
        Ok(Response::new(ResignResponse { header: self.0.header_when(at) }))
    }

    async fn get_leader(&self, request: Request<GetLeaderRequest>) -> Result<Response<GetLeaderResponse>, Status> {
        let GetLeaderRequest { path: text, consistency } = request.into_inner();
        let office = path("path", &text)?;
        let found = move |access: Access<'_>| leader(access.state(), &office);
        let (found, at) = self.0.look(is_latest(consistency), found).await?;
        let leader = found?.map(|leader| binding(&leader));
        Ok(Response::new(GetLeaderResponse { header: self.0.header_when(at), leader }))
    }

    async fn observe_leader(
        &self,
        request: Request<ObserveLeaderRequest>,
    ) -> Result<Response<Self::ObserveLeaderStream>, Status> {
        let office = path("path", &request.into_inner().path)?;
        let watcher = self.0.watcher()?;
        let name = office.clone();
        let concerns = move |news: &News| match &news.what {
            What::Bound(binding) | What::Unbound { binding, .. } => binding.path == name,
            _ => false,
        };
        let present = Present::new(move |access| leader(access.state(), &office), concerns);
        let watch = LeaderWatch { context: Arc::clone(&self.0), present, _watcher: watcher };
        Ok(Response::new(Box::pin(stream(watch))))
    }
}

/// One stream of `ObserveLeader`.
struct LeaderWatch {
    context: Arc<Context>,
    present: Present<Result<Option<Binding>, ApiError>>,
    _watcher: Watcher,
}

impl Watch for LeaderWatch {
    type Message = ObserveLeaderResponse;

    async fn next(&mut self) -> Result<Vec<ObserveLeaderResponse>, ApiError> {
        let (at, message) = match self.present.next(&self.context).await? {
            Seen::Changed(at, leader) => match leader? {
                Some(leader) => (at, Message::Leader(binding(&leader))),
                None => (at, Message::NoLeader(NoLeader {})),
            },
            Seen::Quiet(at) => (at, Message::Bookmark(Bookmark {})),
        };
        Ok(vec![ObserveLeaderResponse { header: self.context.header_when(at), message: Some(message) }])
    }
}
