//! What can be done to the networks of a laboratory, and undone.

use std::sync::PoisonError;

use super::{Lab, bridge, namespaces::ip, port, weather::Weather, wire::Wire};

impl Lab {
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

    /// Unplugs a node from every network.
    pub fn cut_off(&self, node: usize) {
        (0..self.networks).for_each(|network| self.unplug(network, node));
    }

    /// Plugs it in again.
    pub fn reconnect(&self, node: usize) {
        (0..self.networks).for_each(|network| self.plug_in(network, node));
    }

    /// Keeps two nodes from reaching each other on every network.
    pub fn part_everywhere(&self, pair: [usize; 2]) {
        (0..self.networks).for_each(|network| self.part(network, pair));
    }

    /// Lets them reach each other again.
    pub fn join_everywhere(&self, pair: [usize; 2]) {
        (0..self.networks).for_each(|network| self.join(network, pair));
    }

    /// Splits every network: the nodes of each group reach each other and nobody else. Every node is in one group.
    pub fn split(&self, groups: &[&[usize]]) {
        for network in 0..self.networks {
            for (index, group) in groups.iter().enumerate().skip(1) {
                let side = side(network, index);
                self.add_bridge(&side);
                group.iter().for_each(|&node| self.attach(&port(network, node), &side));
            }
        }
    }

    /// Makes every network whole again that was split into so many groups.
    pub fn mend(&self, groups: usize) {
        for network in 0..self.networks {
            (1..=self.size).for_each(|node| self.attach(&port(network, node), &bridge(network)));
            (1..groups).for_each(|index| self.remove_device(&side(network, index)));
        }
    }

    /// Gives a node bad weather on a network: the first for what it sends, the second for what it receives.
    pub fn spoil(&self, network: usize, node: usize, weather: [Weather; 2]) {
        self.clear(network, node);
        let [inner, near, far] = ["w", "near", "far"].map(|what| format!("{what}{network}-{node}"));
        let wire = Wire::start(&self.bridges(), [near.clone(), far.clone()], weather);
        self.add_bridge(&inner);
        self.attach(&near, &inner);
        self.attach(&far, &bridge(network));
        self.attach(&port(network, node), &inner);
        self.wires.lock().unwrap_or_else(PoisonError::into_inner).insert((network, node), wire);
    }

    /// The same on every network.
    pub fn spoil_everywhere(&self, node: usize, weather: [Weather; 2]) {
        (0..self.networks).for_each(|network| self.spoil(network, node, weather));
    }

    /// Lets the weather be good again.
    pub fn clear(&self, network: usize, node: usize) {
        let wire = self.wires.lock().unwrap_or_else(PoisonError::into_inner).remove(&(network, node));
        if wire.is_some() {
            self.attach(&port(network, node), &bridge(network));
            self.remove_device(&format!("w{network}-{node}"));
        }
    }

    /// The same on every network.
    pub fn clear_everywhere(&self, node: usize) {
        (0..self.networks).for_each(|network| self.clear(network, node));
    }

    fn attach(&self, device: &str, bridge: &str) {
        ip(&["-n", &self.bridges(), "link", "set", device, "master", bridge, "up"]);
    }

    fn remove_device(&self, name: &str) {
        ip(&["-n", &self.bridges(), "link", "del", name]);
    }
}

/// The bridge for one side of a split network; the first side stays on the network's own.
fn side(network: usize, index: usize) -> String {
    format!("br{network}-{index}")
}
