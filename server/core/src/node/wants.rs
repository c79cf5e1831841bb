//! Which links are needed, and which addresses to be connected to for that.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::Node;
use crate::{
    integration::Want,
    link,
    types::{Address, Instant, Loss, NodeName},
    wire::{Hello, MAX_VERSION, MIN_VERSION},
};

impl Node {
    /// The links that integration needs, those that quorum does besides, and the one to whoever leads coordination.
    pub(super) fn want(&mut self, now: Instant) {
        let mut wants = self.needs.clone();
        let leader = self.quorum.regime().map(|regime| &regime.holder.name);
        let leader = leader.filter(|name| **name != self.settings.identity.name);
        for (name, prompt) in self.kin.iter().map(|name| (name, true)).chain(leader.map(|name| (name, false))) {
            if let Some(want) = wants.get_mut(name) {
                want.prompt |= prompt;
            } else if let Some(report) = self.integration.report(name) {
                let (identity, endpoints) = (report.origin.clone(), report.endpoints.clone());
                let relays = self.integration.relays(name);
                wants.insert(name.clone(), Want { identity, endpoints, relays, prompt });
            }
        }
        self.on_want(now, wants);
    }

    pub(super) fn on_want(&mut self, now: Instant, wants: BTreeMap<NodeName, Want>) {
        if wants == self.wants {
            return;
        }
        for want in wants.values() {
            self.links.expect(now, Arc::new(self.hello_of(want)));
        }
        self.links.set_wanted(now, wants.iter().map(|(name, want)| (name.clone(), want.relays.clone())).collect());
        let prompt = wants.iter().map(|(name, want)| (name.clone(), want.prompt)).collect();
        self.channel(|channels, out| channels.set_wanted(now, prompt, out));
        self.wants = wants;
        self.retarget(now);
    }

    /// How a peer would introduce itself that so far only reports tell of.
    pub(super) fn hello_of(&self, want: &Want) -> Hello {
        Hello {
            min_version: MIN_VERSION,
            max_version: MAX_VERSION,
            cluster: self.settings.cluster.clone(),
            uid: None,
            identity: want.identity.clone(),
            endpoints: want.endpoints.clone(),
            network: None,
            features: 0,
        }
    }

    /// No connection to a peer could be had: known to the link, and to the layer that reports it.
    pub(super) fn on_unreachable(&mut self, owner: &NodeName, address: &Address, loss: Loss) {
        let Some(link) = self.links.get(owner) else { return };
        let identity = link.peer().clone();
        let network = link.hello().endpoints.iter().find(|(_, at)| at == address).map(|(network, _)| network.clone());
        self.links.on_unreachable(owner, network, loss);
        let losses = self.links.get(owner).map(link::Link::losses).unwrap_or_default();
        self.integration.on_unreachable(&identity, losses);
        self.changed.insert(owner.clone());
    }

    /// Says anew which addresses to be connected to: those of the links that are needed, and those that discovery found
    /// and nobody known is heard to answer at, a few of these at a time. In a view, who has reported is known: those who
    /// would watch it look for it, and need no help.
    pub(super) fn retarget(&mut self, now: Instant) {
        let (view, _) = self.integration.view();
        let in_view = |name: &NodeName| view.is_some_and(|view| view.member(name).is_some());
        let reported = |name: &NodeName| view.is_some() && self.integration.report(name).is_some();
        let known = |name: &NodeName| in_view(name) || reported(name) || self.integration.is_connected(name);
        let mut targets = self.discovery.targets(known);
        if targets.values().any(Option::is_none) {
            let reports = self.integration.reports().filter(|report| known(&report.origin.name));
            let answered: BTreeSet<&Address> =
                reports.flat_map(|report| &report.endpoints).map(|(_, address)| address).collect();
            targets.retain(|address, owner| owner.is_some() || !answered.contains(address));
        }
        let sought = targets.values().flatten().cloned().collect();
        let strange = targets.iter().filter(|(_, owner)| owner.is_none());
        let strange = strange.map(|(address, _)| address.clone()).collect();
        let tried = self.discovery.tried(now, &strange);
        targets.retain(|address, owner| owner.is_some() || tried.contains(address));
        for (name, want) in &self.wants {
            targets.extend(want.endpoints.iter().map(|(_, address)| (address.clone(), Some(name.clone()))));
        }
        self.integration.set_sought(sought);
        self.channel(|channels, out| channels.set_targets(now, &targets, out));
    }
}
