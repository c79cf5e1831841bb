//! Where peers may be: addresses in from the outside, findings out to the core.
//!
//! Each source is one task: the literal addresses among the seeds, each host name, each SRV name, multicast. A source
//! sends all it knows under its own name, whenever that changes; who really answers at an address is decided by the
//! handshake. A source that fails keeps its last good finding, says so once, and goes on trying.

mod announcement;
mod dns;
mod multicast;
mod seed;
mod table;
mod watch;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use quorate_core::types::{Address, Network, NodeName};
use tokio::sync::mpsc::Sender;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{dns::Dns, seed::Seed, watch::Watch};
use crate::config::DiscoveryConfig;

/// Where findings go: the source's name, and all that it knows now.
pub type Sink = Sender<(String, Vec<Address>)>;

/// What this node tells others of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Announcement {
    /// Its cluster.
    pub cluster: String,
    /// Its name.
    pub name: NodeName,
    /// Where it can be reached.
    pub endpoints: Vec<(Network, Address)>,
}

/// The sources at work.
#[derive(Clone, Debug)]
pub struct Discovery {
    tasks: TaskTracker,
    dropped: Arc<AtomicU64>,
}

impl Discovery {
    /// How many multicast datagrams made no sense or came from too many peers, and were dropped.
    #[must_use]
    pub fn dropped_datagrams(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Waits until all sources have ended; they do after `cancel`, or when nobody takes their findings any more.
    pub async fn stopped(&self) {
        self.tasks.wait().await;
    }
}

/// Starts all sources. Must be called within a tokio runtime.
pub fn spawn(config: &DiscoveryConfig, me: Announcement, sink: Sink, cancel: CancellationToken) -> Discovery {
    let discovery = Discovery { tasks: TaskTracker::new(), dropped: Arc::default() };
    let dns = Dns::new(&config.dns_servers);
    let (literals, names) = seed::sort(&config.seeds);
    if !literals.is_empty() {
        let sink = sink.clone();
        // Only a receiver that is gone refuses, and then nobody needs it.
        discovery.tasks.spawn(async move { drop(sink.send(("static".into(), literals)).await) });
    }
    let watch = Watch { interval: config.interval, sink: sink.clone(), cancel: cancel.clone() };
    for Seed { host, port } in names {
        let (dns, source) = (dns.clone(), format!("dns:{host}:{port}"));
        discovery.tasks.spawn(watch.clone().run(source, move || {
            let (dns, host) = (dns.clone(), host.clone());
            async move { dns.host(&host, port).await }
        }));
    }
    for name in &config.srv {
        let (dns, name) = (dns.clone(), name.clone());
        discovery.tasks.spawn(watch.clone().run(format!("srv:{name}"), move || {
            let (dns, name) = (dns.clone(), name.clone());
            async move { dns.service(&name).await }
        }));
    }
    if let Some(multicast) = config.multicast.clone() {
        let dropped = Arc::clone(&discovery.dropped);
        discovery.tasks.spawn(multicast::run(multicast, me, sink, dropped, cancel));
    }
    discovery.tasks.close();
    discovery
}

#[cfg(test)]
mod tests;
