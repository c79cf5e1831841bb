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

mod guests;
mod namespaces;

use std::sync::atomic::{AtomicU32, Ordering};

use self::namespaces::{PREFIX, check_rights, ip, remove, remove_stale};
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
        let mut lab = Self { name, size, networks, forwarders: Vec::new() };
        lab.build();
        lab
    }

    fn build(&mut self) {
        let bridges = self.bridges();
        ip(&["netns", "add", &bridges]);
        ip(&["-n", &bridges, "link", "set", "lo", "up"]);
        for network in 0..self.networks {
            ip(&["-n", &bridges, "link", "add", &format!("br{network}"), "type", "bridge"]);
            ip(&["-n", &bridges, "link", "set", &format!("br{network}"), "up"]);
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

    fn plug(&self, network: usize, node: usize) {
        let (bridges, namespace) = (self.bridges(), self.namespace(node));
        let (eth, port) = (format!("eth{network}"), port(network, node));
        let address = format!("{}/24", host(network, node));
        ip(&["-n", &namespace, "link", "add", &eth, "type", "veth", "peer", "name", &port, "netns", &bridges]);
        ip(&["-n", &bridges, "link", "set", &port, "master", &format!("br{network}"), "up"]);
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

    /// Unplugs a node from a network: what it sends is lost in silence, and so is what is sent to it.
    pub fn unplug(&self, network: usize, node: usize) {
        ip(&["-n", &self.bridges(), "link", "set", &port(network, node), "down"]);
    }

    /// Plugs it in again.
    pub fn plug_in(&self, network: usize, node: usize) {
        ip(&["-n", &self.bridges(), "link", "set", &port(network, node), "up"]);
    }

    /// Keeps two nodes from reaching each other on a network; each still reaches all others there.
    pub fn part(&self, network: usize, pair: [usize; 2]) {
        self.isolate(network, pair, "on");
    }

    /// Lets them reach each other again.
    pub fn join(&self, network: usize, pair: [usize; 2]) {
        self.isolate(network, pair, "off");
    }

    /// Isolated ports of a bridge do not reach each other, only those that are not isolated.
    fn isolate(&self, network: usize, pair: [usize; 2], switch: &str) {
        for node in pair {
            let port = port(network, node);
            ip(&["-n", &self.bridges(), "link", "set", "dev", &port, "type", "bridge_slave", "isolated", switch]);
        }
    }

    fn bridges(&self) -> String {
        format!("{}-b", self.name)
    }

    fn namespace(&self, node: usize) -> String {
        format!("{}-{node}", self.name)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        self.forwarders.clear();
        for namespace in (1..=self.size).map(|node| self.namespace(node)).chain([self.bridges()]) {
            remove(&namespace);
        }
    }
}

fn host(network: usize, node: usize) -> String {
    format!("10.{}.0.{node}", 90 + network)
}

fn port(network: usize, node: usize) -> String {
    format!("v{network}-{node}")
}
