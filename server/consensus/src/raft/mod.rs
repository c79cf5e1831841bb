//! The library behind it: its types, filled in, and how they are written as bytes.
//!
//! Terms have one leader each (the classic form), not several: identical first entries, made by several founders, are
//! then the same entry, and whoever campaigns first can win.

pub(crate) mod codec;
mod runtime;

use std::fmt;

use openraft::type_config::alias::{EntryOf, LogIdOf, SnapshotMetaOf, SnapshotOf, StoredMembershipOf, VoteOf};
use quorate_core::types::NodeId;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

openraft::declare_raft_types!(
    pub(crate) Types:
        D = Change,
        R = Answer,
        NodeId = Peer,
        Node = Label,
        LeaderId = openraft::impls::leader_id_std::LeaderId<u64, Peer>,
        AsyncRuntime = runtime::Runtime,
);

pub(crate) type Entry = EntryOf<Types>;
pub(crate) type LogId = LogIdOf<Types>;
pub(crate) type Vote = VoteOf<Types>;
pub(crate) type Membership = openraft::Membership<Peer, Label>;
pub(crate) type StoredMembership = StoredMembershipOf<Types>;
pub(crate) type SnapshotMeta = SnapshotMetaOf<Types>;
pub(crate) type Snapshot = SnapshotOf<Types, Vec<u8>>;

/// A node, to the library.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub(crate) struct Peer(#[serde(with = "serde_bytes")] pub [u8; 16]);

impl From<NodeId> for Peer {
    fn from(id: NodeId) -> Self {
        Self(id.0)
    }
}

impl From<Peer> for NodeId {
    fn from(peer: Peer) -> Self {
        Self(peer.0)
    }
}

impl fmt::Display for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).fmt(f)
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the log knows of a node besides its identity.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Label {
    pub name: String,
}

/// One change, as the machine is given it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Change(#[serde(with = "serde_bytes")] pub Vec<u8>);

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the machine answered.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Answer(#[serde(with = "serde_bytes")] pub Vec<u8>);

/// Term of a log id.
pub(crate) fn term(id: &LogId) -> u64 {
    id.committed_leader_id().term
}

/// The library's tests number nodes.
#[cfg(test)]
impl From<u64> for Peer {
    fn from(number: u64) -> Self {
        let mut id = [0; 16];
        id[8..].copy_from_slice(&number.to_be_bytes());
        Self(id)
    }
}
