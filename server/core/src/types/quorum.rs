//! The words of quorum: epochs, regimes, voters, and what a node says of itself as one.

use alloc::{string::String, vec::Vec};
use core::fmt;

use super::{Identity, NodeId, NodeName, ViewId};

/// Counts the grants of quorum: each has a higher one than all before it (Q2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Epoch(pub u64);

impl Epoch {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "e{}", self.0)
    }
}

/// Identity of a cluster that was formed: drawn when it is, kept by all its nodes. Clusters of one name that were formed
/// apart differ in it, and never merge.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct ClusterUid(pub [u8; 16]);

impl fmt::Display for ClusterUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for ClusterUid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One grant of quorum.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Regime {
    /// Its number.
    pub epoch: Epoch,
    /// The view that has quorum.
    pub view: ViewId,
    /// Who hands out the right to say so.
    pub holder: Identity,
}

/// A node that votes: its data folder decides, the name is for people.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Voter {
    /// The data folder.
    pub id: NodeId,
    /// The name.
    pub name: NodeName,
}

impl From<&Identity> for Voter {
    fn from(identity: &Identity) -> Self {
        Self { id: identity.id, name: identity.name.clone() }
    }
}

/// How a node stands in quorum; the least leads first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Suffrage {
    /// It votes.
    Voter,
    /// It does not.
    #[default]
    Satellite,
    /// It votes and does nothing else: it leads only where nobody else can.
    Witness,
}

/// Whether a node may be made a voter.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Candidacy {
    /// When it is needed.
    #[default]
    Auto,
    /// Never.
    Never,
    /// Before all others, and it does nothing else.
    Witness,
}

/// What a node says of itself, the same from its start to its end.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Profile {
    /// Whether it may vote.
    pub candidacy: Candidacy,
    /// How many nodes that may vote must be in one view to form the cluster for the first time; 0 when it never does so.
    pub bootstrap_expect: u32,
    /// Labels, in order of their keys.
    pub labels: Vec<(String, String)>,
}

impl Profile {
    /// The value of a label.
    #[must_use]
    pub fn label(&self, key: &str) -> Option<&str> {
        let at = self.labels.binary_search_by(|(other, _)| other.as_str().cmp(key)).ok()?;
        Some(&self.labels[at].1)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::ClusterUid;

    #[test]
    fn a_cluster_uid_reads_as_a_uuid() {
        let uid = ClusterUid([0x12; 16]);
        assert_eq!(uid.to_string(), "12121212-1212-1212-1212-121212121212");
    }
}
