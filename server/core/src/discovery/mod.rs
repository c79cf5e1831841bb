//! Discovery: where peers may be. Sources yield addresses; who really answers is decided by the handshake.
//!
//! What is known of a peer (its endpoints, from its introduction or from reports) is used for links that are needed. What
//! sources found is dialled only while nobody known is heard to answer there, so that a settled cluster dials nobody. Peers
//! lost from a view stay targets once all else about them is forgotten, so that two sides of a partition find each other
//! again.

mod probes;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use crate::{
    types::{Address, Instant, NodeName},
    wire::Hello,
};
use probes::Probes;

/// Most addresses taken from one source (L1).
const SOURCE_LIMIT: usize = 4096;
/// Most sources (L1).
const SOURCES: usize = 64;
/// Most addresses whose owners are remembered (L1).
const OWNERS: usize = 65_536;
/// Most lost peers that are still looked for (L1).
const LOST: usize = 1024;

/// What is known of where peers may be.
#[derive(Clone, Debug)]
pub struct Discovery {
    own: BTreeSet<Address>,
    sources: BTreeMap<String, Vec<Address>>,
    owners: BTreeMap<Address, NodeName>,
    lost: BTreeMap<NodeName, Lost>,
    probes: Probes,
}

/// A peer that is out of the view, not of its own will.
#[derive(Clone, Debug)]
struct Lost {
    addresses: Vec<Address>,
    /// Whether this node was linked to it; if not, it is tried now and then only.
    linked: bool,
}

impl Discovery {
    /// Knows only this node's own addresses; `start` says where it begins to try what sources find.
    pub fn new(own: impl Iterator<Item = Address>, start: u32) -> Self {
        Self {
            own: own.collect(),
            sources: BTreeMap::new(),
            owners: BTreeMap::new(),
            lost: BTreeMap::new(),
            probes: Probes::new(start),
        }
    }

    /// A source found these; they replace what it found before. Returns whether all could be taken.
    pub fn on_found(&mut self, source: String, mut addresses: Vec<Address>) -> bool {
        let whole =
            addresses.len() <= SOURCE_LIMIT && (self.sources.len() < SOURCES || self.sources.contains_key(&source));
        addresses.truncate(SOURCE_LIMIT);
        if self.sources.len() < SOURCES || self.sources.contains_key(&source) {
            self.sources.insert(source, addresses);
        }
        whole
    }

    /// A peer introduced itself, at the address that was dialled if one was.
    pub fn on_greeted(&mut self, hello: &Hello, dialled: Option<Address>) {
        let endpoints = hello.endpoints.iter().map(|(_, address)| address.clone());
        for address in endpoints.chain(dialled) {
            if self.owners.len() < OWNERS || self.owners.contains_key(&address) {
                self.owners.insert(address, hello.identity.name.clone());
            }
        }
    }

    /// An address leads back to this node.
    pub fn on_myself(&mut self, address: Address) {
        if self.own.len() < SOURCE_LIMIT {
            self.own.insert(address);
        }
    }

    /// A peer is out of the view, not of its own will; `linked` tells whether this node had a link to it.
    pub fn on_lost(&mut self, peer: NodeName, addresses: Vec<Address>, linked: bool) {
        if self.lost.len() < LOST {
            self.lost.insert(peer, Lost { addresses, linked });
        }
    }

    /// A peer is in the view, or is not to be looked for any more.
    pub fn on_settled(&mut self, peer: &NodeName) {
        self.lost.remove(peer);
    }

    /// The addresses to be connected to because of what sources found and who was lost, each with its owner when known;
    /// those without one are to be tried a few at a time.
    /// Those who are `known` need not be looked for and are left out.
    pub fn targets(&self, known: impl Fn(&NodeName) -> bool) -> BTreeMap<Address, Option<NodeName>> {
        let mut targets = BTreeMap::new();
        for address in self.sources.values().flatten().filter(|address| !self.own.contains(*address)) {
            let owner = self.owners.get(address);
            if !owner.is_some_and(&known) {
                targets.insert(address.clone(), owner.cloned());
            }
        }
        for (peer, lost) in self.lost.iter().filter(|(peer, _)| !known(peer)) {
            let owner = lost.linked.then(|| peer.clone());
            targets.extend(lost.addresses.iter().map(|address| (address.clone(), owner.clone())));
        }
        targets
    }

    /// Those of the addresses without a known owner that are tried now.
    pub fn tried(&mut self, now: Instant, strange: &BTreeSet<Address>) -> &BTreeSet<Address> {
        self.probes.choose(now, strange)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec};

    use super::Discovery;
    use crate::types::{Address, NodeName};

    #[test]
    fn members_and_this_node_itself_are_not_looked_for() {
        let (own, other, new) = (Address::new("me:1"), Address::new("other:1"), Address::new("new:1"));
        let mut discovery = Discovery::new([own.clone()].into_iter(), 0);
        discovery.on_found("static".to_string(), vec![own, other.clone(), new.clone()]);
        discovery.owners.insert(other.clone(), NodeName::new("other").unwrap());
        let targets = discovery.targets(|name| name.as_str() == "other");
        assert_eq!(targets.keys().collect::<vec::Vec<_>>(), [&new]);
        assert_eq!(discovery.targets(|_| false).len(), 2);
    }

    #[test]
    fn a_lost_peer_is_looked_for_until_it_is_back() {
        let peer = NodeName::new("p").unwrap();
        let mut discovery = Discovery::new([].into_iter(), 0);
        discovery.on_lost(peer.clone(), vec![Address::new("p:1")], true);
        assert_eq!(discovery.targets(|_| false)[&Address::new("p:1")], Some(peer.clone()));
        discovery.on_settled(&peer);
        assert!(discovery.targets(|_| false).is_empty());
    }
}
