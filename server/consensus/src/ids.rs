//! Names of things that take part: voters. Those of nodes and of clusters are the core's.

pub use quorate_core::types::{ClusterUid, NodeId};

/// A node that votes, or is to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Voter {
    /// Its data folder, which the votes it gave are kept in.
    pub id: NodeId,
    /// Its name, for people.
    pub name: String,
}
