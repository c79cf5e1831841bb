//! Networks of their own: each node in a network namespace, one bridge a network, all in a namespace of the bridges.
//!
//! ```text
//!   namespace of node 1      namespace of the bridges
//!     eth0 10.90.0.1 ---------- v0-1 \
//!     eth1 10.91.0.1 ---------- v1-1  |  br0: network "net0"     (the networks of the host are not touched)
//!   namespace of node 2               |  br1: network "net1"
//!     eth0 10.90.0.2 ---------- v0-2 /
//! ```
//!
//! The API and HTTP of an agent listen on its loopback; forwarders lead from the host to them.

mod faults;
mod guests;
mod namespaces;
mod weather;
mod wire;

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

pub use self::weather::Weather;
use self::{
    namespaces::{PREFIX, check_rights, ip, remove, remove_stale},
    wire::Wire,
};
use crate::{
    agent::{Inside, Spec},
    forward::Forwarder,
};

const API: &str = "127.0.0.1:7401";
const HTTP: &str = "127.0.0.1:7601";
const PEER_PORT: u16 = 7501;

/// Nodes on networks that can be cut. Everything is removed when it is dropped.
#[derive(Debug)]
pub struct Lab {
    name: String,
    size: usize,
    networks: usize,
    /// For each node, the ways to its API and to its HTTP.
    forwarders: Vec<[Forwarder; 2]>,
    /// Wires with weather, by network and node.
    wires: Mutex<BTreeMap<(usize, usize), Wire>>,
}

impl Lab {
    /// Namespaces for so many nodes, each on so many networks.
    ///
    /// # Panics
    /// When this is not run as root, or `ip netns` is missing or refused.
    #[must_use]
    pub fn new(size: usize, networks: usize) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        check_rights();
        remove_stale();
        let name = format!("{PREFIX}-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let mut lab = Self { name, size, networks, forwarders: Vec::new(), wires: Mutex::default() };
        lab.build();
        lab
    }

    fn build(&mut self) {
        let bridges = self.bridges();
        ip(&["netns", "add", &bridges]);
        ip(&["-n", &bridges, "link", "set", "lo", "up"]);
        for network in 0..self.networks {
            self.add_bridge(&bridge(network));
        }
        for node in 1..=self.size {
            let namespace = self.namespace(node);
            ip(&["netns", "add", &namespace]);
            ip(&["-n", &namespace, "link", "set", "lo", "up"]);
            for network in 0..self.networks {
                self.plug(network, node);
            }
            self.forwarders.push([API, HTTP].map(|target| Forwarder::start(&namespace, target)));
        }
    }

    fn add_bridge(&self, name: &str) {
        ip(&["-n", &self.bridges(), "link", "add", name, "type", "bridge"]);
        ip(&["-n", &self.bridges(), "link", "set", name, "up"]);
    }

    fn plug(&self, network: usize, node: usize) {
        let (bridges, namespace) = (self.bridges(), self.namespace(node));
        let (eth, port) = (format!("eth{network}"), port(network, node));
        let address = format!("{}/24", host(network, node));
        ip(&["-n", &namespace, "link", "add", &eth, "type", "veth", "peer", "name", &port, "netns", &bridges]);
        ip(&["-n", &bridges, "link", "set", &port, "master", &bridge(network), "up"]);
        ip(&["-n", &namespace, "addr", "add", &address, "dev", &eth]);
        ip(&["-n", &namespace, "link", "set", &eth, "up"]);
    }

    /// How many nodes there is room for.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Has the agent run in the namespace of this node, counted from 1.
    pub(crate) fn place(&self, node: usize, spec: &mut Spec) {
        let peer = |network| (format!("net{network}"), format!("{}:{PEER_PORT}", host(network, node)));
        spec.peers = (0..self.networks).map(peer).collect();
        spec.api = API.to_owned();
        spec.http = HTTP.to_owned();
        let [api, http] = self.forwarders[node - 1].each_ref().map(|way| way.address().to_owned());
        spec.inside = Some(Inside { namespace: self.namespace(node), api, http });
    }

    fn bridges(&self) -> String {
        format!("{}-b", self.name)
    }

    /// The namespace of a node, counted from 1.
    pub(crate) fn namespace(&self, node: usize) -> String {
        format!("{}-{node}", self.name)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.forwarders.clear();
        self.wires.get_mut().unwrap_or_else(PoisonError::into_inner).clear();
        for namespace in (1..=self.size).map(|node| self.namespace(node)).chain([self.bridges()]) {
            remove(&namespace);
        }
    }
}

fn host(network: usize, node: usize) -> String {
    format!("10.{}.0.{node}", 90 + network)
}

fn bridge(network: usize) -> String {
    format!("br{network}")
}

fn port(network: usize, node: usize) -> String {
    format!("v{network}-{node}")
}
