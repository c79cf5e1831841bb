//! Look-ups of host and service names.
//!
//! Host names go to the system, so that whatever it knows (hosts file, DNS, more) counts; service (SRV) names, which it
//! cannot look up, go to the DNS servers of `resolv.conf`. When servers are configured, all names go to them. Nothing is
//! cached and `resolv.conf` is read each time, so that a change is seen at the next look-up.

use std::net::{IpAddr, SocketAddr};

use hickory_resolver::{
    Resolver, TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
    proto::rr::{RData, rdata::SRV},
};
use quorate_core::types::Address;

/// Service names may lead to at most this many hosts.
const MAX_TARGETS: usize = 64;

/// Looks names up.
#[derive(Clone, Debug)]
pub(super) struct Dns {
    servers: Vec<SocketAddr>,
}

impl Dns {
    /// Asks these servers, or the system when there are none.
    pub(super) fn new(servers: &[SocketAddr]) -> Self {
        Self { servers: servers.to_vec() }
    }

    /// The addresses of a host.
    pub(super) async fn host(&self, host: &str, port: u16) -> Result<Vec<Address>, String> {
        if self.servers.is_empty() {
            let found = tokio::net::lookup_host((host, port)).await.map_err(|why| why.to_string())?;
            return Ok(found.map(|address| written(address.ip(), port)).collect());
        }
        let found = self.resolver()?.lookup_ip(host).await.map_err(|why| why.to_string())?;
        Ok(found.iter().map(|ip| written(ip, port)).collect())
    }

    /// The addresses of all hosts that offer a service. Hosts without one are left out, unless none has any.
    pub(super) async fn service(&self, name: &str) -> Result<Vec<Address>, String> {
        let answer = self.resolver()?.srv_lookup(name).await.map_err(|why| why.to_string())?;
        let targets = answer.answers().iter().filter_map(|record| match &record.data {
            RData::SRV(target) if target.port != 0 && !target.target.is_root() => Some(target),
            _ => None,
        });
        let mut found = Vec::new();
        let mut failed = None;
        for SRV { target, port, .. } in targets.take(MAX_TARGETS) {
            match self.host(&target.to_string(), *port).await {
                Ok(addresses) => found.extend(addresses),
                Err(why) => failed = Some(format!("{target}: {why}")),
            }
        }
        match failed {
            Some(why) if found.is_empty() => Err(why),
            _ => Ok(found),
        }
    }

    fn resolver(&self) -> Result<TokioResolver, String> {
        let builder = if self.servers.is_empty() {
            Resolver::builder_tokio().map_err(|why| format!("no DNS server is known: {why}"))
        } else {
            let servers = self.servers.iter().map(server).collect();
            let config = ResolverConfig::from_name_servers(servers);
            Ok(Resolver::builder_with_config(config, TokioRuntimeProvider::default()))
        };
        let mut builder = builder?;
        builder.options_mut().cache_size = 0;
        builder.build().map_err(|why| why.to_string())
    }
}

fn server(address: &SocketAddr) -> NameServerConfig {
    let mut connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()];
    for connection in &mut connections {
        connection.port = address.port();
    }
    NameServerConfig::new(address.ip(), true, connections.into())
}

fn written(ip: IpAddr, port: u16) -> Address {
    Address::new(&SocketAddr::new(ip, port).to_string())
}
