//! `AdminService`: the answering agent itself, settings, backup and restore.

use std::{pin::Pin, sync::Arc};

use futures_util::{Stream, StreamExt};
use quorate_core::wire::{MAX_VERSION, MIN_VERSION};
use quorate_proto::v1::{
    Agent, BackupRequest, BackupResponse, GetAgentRequest, GetAgentResponse, ListSettingsRequest, ListSettingsResponse,
    RestoreRequest, RestoreResponse, SetSettingRequest, SetSettingResponse, admin_service_server::AdminService,
};
use tonic::{Request, Response, Status, Streaming};

use super::{
    backup::{self, Restore},
    context::Context,
    map, settings,
};

/// The service.
#[derive(Clone, Debug)]
pub struct Admin(pub Arc<Context>);

#[tonic::async_trait]
impl AdminService for Admin {
    type BackupStream = Pin<Box<dyn Stream<Item = Result<BackupResponse, Status>> + Send>>;

    async fn list_settings(&self, _: Request<ListSettingsRequest>) -> Result<Response<ListSettingsResponse>, Status> {
        let database = self.0.database().await?;
        let settings = settings::list(&database.rules);
        Ok(Response::new(ListSettingsResponse { header: self.0.header_of(&database), settings }))
    }

    async fn set_setting(&self, request: Request<SetSettingRequest>) -> Result<Response<SetSettingResponse>, Status> {
        let SetSettingRequest { name, value } = request.into_inner();
        self.0.change(settings::change(&name, &value)?).await?;
        Ok(Response::new(SetSettingResponse { header: self.0.header() }))
    }

    async fn backup(&self, _: Request<BackupRequest>) -> Result<Response<Self::BackupStream>, Status> {
        let chunks = backup::backup(&self.0).await?;
        Ok(Response::new(Box::pin(chunks.map(Ok))))
    }

    async fn restore(&self, request: Request<Streaming<RestoreRequest>>) -> Result<Response<RestoreResponse>, Status> {
        let restore = Restore::read(request.into_inner()).await?;
        Ok(Response::new(restore.carry_out(&self.0).await?))
    }

    async fn get_agent(&self, _: Request<GetAgentRequest>) -> Result<Response<GetAgentResponse>, Status> {
        let about = &self.0.about;
        let agent = Agent {
            version: about.version.to_owned(),
            node_name: about.identity.name.to_string(),
            node_id: map::node_id(about.identity.id),
            boot_id: map::boot_id(about.identity.boot),
            boot_count: about.starts,
            pid: std::process::id(),
            api_address: about.api_address.clone(),
            http_address: about.http_address.map(|address| address.to_string()).unwrap_or_default(),
            peer_listen_addresses: map::addresses(&about.listens),
            peer_advertise_addresses: map::addresses(&about.advertises),
            start_time: Some(map::timestamp(about.started)),
            uptime: Some(map::duration(about.began.elapsed())),
            config_toml: about.config_toml.clone(),
            min_protocol_version: MIN_VERSION,
            max_protocol_version: MAX_VERSION,
            // While the agent stops there is nobody left to ask, and nothing to distrust.
            self_distrust: self.0.handle.distrust().await.unwrap_or(0),
        };
        Ok(Response::new(GetAgentResponse { header: self.0.header(), agent: Some(agent) }))
    }
}
