//! `RecoveryService`: what services there are, how recovery stands, and programs that take part in it.

mod apply;
mod changes;
mod control;
mod follow;
mod participate;
mod watch;

use std::{collections::BTreeSet, pin::Pin, sync::Arc, time::Duration};

use futures_util::Stream;
use prost::Message as _;
use quorate_core::{
    database::{Applied, ChangeKind},
    recovery::{Catalog, Edit, Intent},
    types::NodeName,
};
use quorate_proto::{
    store::v1::{recovery_answer::Kind as Answered, recovery_request::Kind as Asked},
    v1::{
        self, ApplyServicesRequest, ApplyServicesResponse, ControlServiceRequest, ControlServiceResponse,
        DefinedService, DrainedNode, ExplainRecoveryRequest, ExplainRecoveryResponse, GetRecoveryRequest,
        GetRecoveryResponse, ListServicesRequest, ListServicesResponse, ParticipateRequest, ParticipateResponse,
        ServiceIntent, WatchRecoveryRequest, WatchRecoveryResponse, recovery_service_server::RecoveryService,
    },
};
use tokio::time::{Instant, sleep};
use tonic::{Request, Response, Status, Streaming};

use self::watch::RecoveryWatch;
pub use self::{
    changes::{News, RecoveryFeed},
    follow::Follower,
};
use super::{context::Context, error::ApiError, watch::stream};
use crate::services::definition;

/// How long it is tried to reach whoever leads.
const PATIENCE: Duration = Duration::from_secs(3);
/// Time between two tries.
const PAUSE: Duration = Duration::from_millis(50);
/// How often a change is made anew because somebody else made one at the same time.
const TRIES: usize = 5;
/// Most names in a question.
const MAX_NAMED: usize = 100;

/// The service.
#[derive(Clone, Debug)]
pub struct Recoveries(pub Arc<Context>);

impl Recoveries {
    /// Asks whoever leads recovery.
    async fn ask(&self, asked: Asked) -> Result<Answered, ApiError> {
        let begun = Instant::now();
        loop {
            if let Some(answered) = self.0.handle.recovery(asked.clone()).await? {
                return Ok(answered);
            }
            if begun.elapsed() >= PATIENCE {
                return Err(ApiError::QuorumLost);
            }
            tokio::select! {
                () = self.0.stopping.cancelled() => return Err(ApiError::Stopping),
                () = sleep(PAUSE) => {}
            }
        }
    }

    async fn catalog(&self) -> Result<Arc<Catalog>, ApiError> {
        Ok(self.0.database().await?.rules.catalog)
    }

    /// Makes the changes that `decide` wants, by the catalog as it is; returns its revision after that. When somebody else
    /// makes one at the same time, it is decided anew.
    async fn edit(&self, decide: impl Fn(&Catalog) -> Result<Vec<Edit>, ApiError> + Send) -> Result<u64, ApiError> {
        for _ in 0..TRIES {
            let catalog = self.catalog().await?;
            let edits = decide(&catalog)?;
            if edits.is_empty() {
                return Ok(catalog.revision);
            }
            let expected = catalog.revision;
            match self.0.change(ChangeKind::Catalog { edits, expected }).await? {
                Applied::Done => return Ok(expected + 1),
                Applied::Stale { .. } => {}
                _ => return Err(ApiError::Internal("an odd answer")),
            }
        }
        Err(ApiError::Conflict("others change services all the time"))
    }

    async fn list(&self) -> Result<ListServicesResponse, ApiError> {
        let database = self.0.database().await?;
        let catalog = &database.rules.catalog;
        let levels = catalog.levels();
        let defined = |service: &Arc<quorate_core::recovery::Service>| {
            let (intent, reason) = match catalog.intents.get(&service.name) {
                None => (ServiceIntent::Run, String::new()),
                Some(Intent::Stopped) => (ServiceIntent::Stopped, String::new()),
                Some(Intent::Disabled(reason)) => (ServiceIntent::Disabled, reason.clone()),
            };
            DefinedService {
                service: Some(definition::message(service)),
                version: service.version,
                level: levels.get(&service.name).copied().unwrap_or_default(),
                intent: intent.into(),
                reason,
            }
        };
        let drained =
            |(node, reason): (&NodeName, &String)| DrainedNode { node_name: node.to_string(), reason: reason.clone() };
        Ok(ListServicesResponse {
            header: self.0.header_of(&database),
            revision: catalog.revision,
            services: catalog.services.values().map(defined).collect(),
            drained: catalog.drained.iter().map(drained).collect(),
        })
    }

    /// How recovery stands.
    async fn status(&self) -> Result<v1::Recovery, ApiError> {
        match self.ask(Asked::StatusAfter(0)).await? {
            Answered::Status(status) => {
                let read = v1::Recovery::decode(status.recovery.as_slice());
                read.map_err(|_| ApiError::Internal("an odd answer"))
            }
            _ => Err(ApiError::Internal("an odd answer")),
        }
    }

    async fn explain(&self, request: ExplainRecoveryRequest) -> Result<ExplainRecoveryResponse, ApiError> {
        for (field, names) in [("failed_nodes", &request.failed_nodes), ("drained_nodes", &request.drained_nodes)] {
            self.check_members(field, names)?;
        }
        let shifts = self.shifts(Asked::Explain(request.encode_to_vec())).await?;
        Ok(ExplainRecoveryResponse { header: self.0.header(), shifts })
    }

    fn check_members(&self, field: &'static str, names: &[String]) -> Result<(), ApiError> {
        if names.len() > MAX_NAMED {
            return Err(ApiError::bad_request(field, format!("at most {MAX_NAMED} names are allowed")));
        }
        let view = self.0.handle.view().view;
        let known: BTreeSet<&str> =
            view.iter().flat_map(|view| &view.members).map(|member| member.identity.name.as_str()).collect();
        match names.iter().find(|name| !known.contains(name.as_str())) {
            Some(name) => Err(ApiError::NodeNotFound { name: name.clone() }),
            None => Ok(()),
        }
    }

    async fn shifts(&self, asked: Asked) -> Result<Vec<v1::Shift>, ApiError> {
        match self.ask(asked).await? {
            Answered::Shifts(bytes) => {
                let read = ExplainRecoveryResponse::decode(bytes.as_slice());
                Ok(read.map_err(|_| ApiError::Internal("an odd answer"))?.shifts)
            }
            _ => Err(ApiError::Internal("an odd answer")),
        }
    }
}

#[tonic::async_trait]
impl RecoveryService for Recoveries {
    type WatchRecoveryStream = Pin<Box<dyn Stream<Item = Result<WatchRecoveryResponse, Status>> + Send>>;
    type ParticipateStream = Pin<Box<dyn Stream<Item = Result<ParticipateResponse, Status>> + Send>>;

    async fn apply_services(
        &self,
        request: Request<ApplyServicesRequest>,
    ) -> Result<Response<ApplyServicesResponse>, Status> {
        Ok(Response::new(self.apply(request.into_inner()).await?))
    }

    async fn list_services(&self, _: Request<ListServicesRequest>) -> Result<Response<ListServicesResponse>, Status> {
        Ok(Response::new(self.list().await?))
    }

    async fn control_service(
        &self,
        request: Request<ControlServiceRequest>,
    ) -> Result<Response<ControlServiceResponse>, Status> {
        let revision = self.control(request.into_inner()).await?;
        Ok(Response::new(ControlServiceResponse { header: self.0.header(), revision }))
    }

    async fn get_recovery(&self, _: Request<GetRecoveryRequest>) -> Result<Response<GetRecoveryResponse>, Status> {
        let recovery = Some(self.status().await?);
        Ok(Response::new(GetRecoveryResponse { header: self.0.header(), recovery }))
    }

    async fn watch_recovery(
        &self,
        _: Request<WatchRecoveryRequest>,
    ) -> Result<Response<Self::WatchRecoveryStream>, Status> {
        let watch = RecoveryWatch::open(self.clone())?;
        Ok(Response::new(Box::pin(stream(watch))))
    }

    async fn explain_recovery(
        &self,
        request: Request<ExplainRecoveryRequest>,
    ) -> Result<Response<ExplainRecoveryResponse>, Status> {
        Ok(Response::new(self.explain(request.into_inner()).await?))
    }

    async fn participate(
        &self,
        request: Request<Streaming<ParticipateRequest>>,
    ) -> Result<Response<Self::ParticipateStream>, Status> {
        let program = participate::Program::join(Arc::clone(&self.0), request.into_inner()).await?;
        Ok(Response::new(Box::pin(program.stream())))
    }
}
