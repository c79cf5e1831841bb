//! The agent's listeners: bound before anything else, so that a port in use is named before anything was changed.

use std::net::SocketAddr;

use quorate_core::types::Network;
use tokio::net::TcpListener;

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
    /// Binds what `config` names.
    ///
    /// # Errors
    /// [`AgentError::Listen`] for the first address that cannot be had.
    pub async fn bind(config: &Config) -> Result<Self, AgentError> {
        let api = listen("the API (api.listen)".into(), config.api_listen).await?;
        let http = match config.http_listen {
            Some(address) => Some(listen("HTTP (http.listen)".into(), address).await?),
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
