//! The agent's listeners: bound before anything else, so that a port in use is named before anything was changed.

use std::net::SocketAddr;

use quorate_core::types::Network;
use tokio::{net::TcpListener, runtime::Handle as Runtime};

use crate::{config::Config, error::AgentError};

/// All listeners of an agent, bound.
#[derive(Debug)]
pub struct Listeners {
    /// The public API.
    pub api: TcpListener,
    /// Metrics and health.
    pub http: Option<TcpListener>,
    /// Peers, one a network.
    pub peers: Vec<(Network, TcpListener)>,
}

impl Listeners {
    /// Binds what `config` names: on `serving` what clients call, on this runtime what peers do.
    ///
    /// # Errors
    /// [`AgentError::Listen`] for the first address that cannot be had.
    pub async fn bind(config: &Config, serving: &Runtime) -> Result<Self, AgentError> {
        let there = async |what: &str, address| {
            serving.spawn(listen(what.into(), address)).await.map_err(|why| AgentError::Runtime(why.to_string()))?
        };
        let api = there("the API (api.listen)", config.api_listen).await?;
        let http = match config.http_listen {
            Some(address) => Some(there("HTTP (http.listen)", address).await?),
            None => None,
        };
        let mut peers = Vec::new();
        for network in &config.networks {
            let what = format!("peers on network '{}' (network.listen)", network.name);
            peers.push((network.name.clone(), listen(what, network.listen).await?));
        }
        Ok(Self { api, http, peers })
    }
}

async fn listen(what: String, address: SocketAddr) -> Result<TcpListener, AgentError> {
    TcpListener::bind(address).await.map_err(|source| AgentError::Listen { what, address, source })
}
