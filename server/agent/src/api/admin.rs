//! `AdminService`: the answering agent itself.

use std::sync::Arc;

use quorate_core::wire::{MAX_VERSION, MIN_VERSION};
use quorate_proto::v1::{Agent, GetAgentRequest, GetAgentResponse, admin_service_server::AdminService};
use tonic::{Request, Response, Status};

use super::{context::Context, map};

/// The service.
#[derive(Clone, Debug)]
pub struct Admin(pub Arc<Context>);

#[tonic::async_trait]
impl AdminService for Admin {
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
