//! Who was heard by multicast: a bounded table that forgets who falls silent. Pure; time is an argument.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use quorate_core::types::Address;
use tokio::time::Instant;

use super::announcement::Datagram;

/// Peers beyond this are dropped: a few are enough to find the rest through.
pub(super) const MAX_PEERS: usize = 64;

/// What became of an announcement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Heard {
    /// A sender that was not in the table.
    New,
    /// Other addresses than before.
    Changed,
    /// The same again.
    Same,
    /// The table is full.
    Full,
}

/// The peers heard lately, by the number each sender drew at its start.
#[derive(Debug)]
pub(super) struct Table {
    peers: BTreeMap<u64, Peer>,
    patience: Duration,
}

#[derive(Debug)]
struct Peer {
    addresses: Vec<Address>,
    heard: Instant,
}

impl Table {
    /// A table that forgets a peer after this silence.
    pub(super) fn new(patience: Duration) -> Self {
        Self { peers: BTreeMap::new(), patience }
    }

    /// Takes in an announcement.
    pub(super) fn hear(&mut self, now: Instant, datagram: Datagram) -> Heard {
        let addresses: Vec<_> = datagram.announcement.endpoints.into_iter().map(|(_, address)| address).collect();
        if let Some(peer) = self.peers.get_mut(&datagram.sender) {
            peer.heard = now;
            if peer.addresses == addresses {
                return Heard::Same;
            }
            peer.addresses = addresses;
            return Heard::Changed;
        }
        if self.peers.len() >= MAX_PEERS {
            return Heard::Full;
        }
        self.peers.insert(datagram.sender, Peer { addresses, heard: now });
        Heard::New
    }

    /// Forgets who was silent for too long. Returns whether somebody was.
    pub(super) fn expire(&mut self, now: Instant) -> bool {
        let before = self.peers.len();
        self.peers.retain(|_, peer| now.duration_since(peer.heard) <= self.patience);
        self.peers.len() != before
    }

    /// All addresses, each once.
    pub(super) fn addresses(&self) -> Vec<Address> {
        let all: BTreeSet<_> = self.peers.values().flat_map(|peer| &peer.addresses).cloned().collect();
        all.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use quorate_core::types::{Address, Network, NodeName};
    use tokio::time::Instant;

    use super::{Datagram, Heard, MAX_PEERS, Table};
    use crate::discovery::Announcement;

    fn datagram(sender: u64, address: &str) -> Datagram {
        let endpoints = vec![(Network::new("default").unwrap(), Address::new(address))];
        let announcement = Announcement { cluster: "c".into(), name: NodeName::new("n").unwrap(), endpoints };
        Datagram { sender, announcement }
    }

    #[test]
    fn peers_come_change_and_are_forgotten() {
        let (start, second) = (Instant::now(), Duration::from_secs(1));
        let mut table = Table::new(second * 5);
        assert_eq!(table.hear(start, datagram(1, "a:1")), Heard::New);
        assert_eq!(table.hear(start, datagram(1, "a:1")), Heard::Same);
        assert_eq!(table.hear(start + second, datagram(2, "b:1")), Heard::New);
        assert_eq!(table.hear(start + second, datagram(2, "b:2")), Heard::Changed);
        assert_eq!(table.addresses(), [Address::new("a:1"), Address::new("b:2")]);
        assert!(!table.expire(start + second * 5));
        assert!(table.expire(start + second * 6));
        assert_eq!(table.addresses(), [Address::new("b:2")]);
    }

    #[test]
    fn the_table_is_bounded() {
        let now = Instant::now();
        let mut table = Table::new(Duration::from_secs(5));
        for sender in 0..MAX_PEERS as u64 {
            assert_eq!(table.hear(now, datagram(sender, "a:1")), Heard::New);
        }
        assert_eq!(table.hear(now, datagram(1000, "b:1")), Heard::Full);
        assert_eq!(table.hear(now, datagram(0, "b:1")), Heard::Changed);
    }
}
