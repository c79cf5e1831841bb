//! Names of things that take part: clusters and voters.

use std::fmt;

use quorate_core::types::NodeId;
use uuid::Uuid;

/// One life of a cluster: drawn when it is founded, and anew when it is founded again after a disaster. Messages of
/// another one are not heard.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ClusterUid(pub [u8; 16]);

impl fmt::Display for ClusterUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Uuid::from_bytes(self.0).fmt(f)
    }
}

impl fmt::Debug for ClusterUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClusterUid({self})")
    }
}

/// A node that votes, or is to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Voter {
    /// Its data folder, which the votes it gave are kept in.
    pub id: NodeId,
    /// Its name, for people.
    pub name: String,
}
