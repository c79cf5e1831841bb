//! Who watches whom: each member watches K = min(N-1, 8) others, its successors in K rings.
//!
//! After Rapid's monitoring overlay (Suresh and others, "Stable and Consistent Membership at Scale with Rapid", USENIX
//! ATC 2018, section 4.1): each ring is an order of the members by a hash of their names. The hash depends on the ring
//! and not on the view, so that a change of one member changes the neighbours of a few and not of all. Up to nine members
//! everyone watches everyone.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};
use core::hash::Hasher;

use siphasher::sip::SipHasher13;

use crate::types::NodeName;

/// How many rings there are, and so how many members each member watches.
pub const RINGS: usize = 8;

/// The overlay of one set of members.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// Each ring in order of the hashes; empty when everyone watches everyone.
    rings: Vec<Vec<(u64, NodeName)>>,
    members: BTreeSet<NodeName>,
    watched: BTreeMap<NodeName, Vec<NodeName>>,
    watchers: BTreeMap<NodeName, Vec<NodeName>>,
}

fn position(ring: usize, name: &NodeName) -> (u64, NodeName) {
    let mut hasher = SipHasher13::new_with_keys(ring as u64, 0);
    hasher.write(name.as_str().as_bytes());
    (hasher.finish(), name.clone())
}

impl Overlay {
    /// The overlay of these members.
    pub fn new(members: impl Iterator<Item = NodeName>) -> Self {
        let members: BTreeSet<NodeName> = members.collect();
        let mut overlay = Self { members, ..Self::default() };
        if overlay.members.len() > RINGS + 1 {
            overlay.rings = (0..RINGS).map(|ring| order(ring, &overlay.members)).collect();
        }
        for member in overlay.members.clone() {
            let watched = overlay.successors(&member);
            for other in &watched {
                overlay.watchers.entry(other.clone()).or_default().push(member.clone());
            }
            overlay.watched.insert(member, watched);
        }
        overlay
    }

    /// The next member in each ring that was not taken from a ring before.
    fn successors(&self, member: &NodeName) -> Vec<NodeName> {
        if self.rings.is_empty() {
            return self.members.iter().filter(|other| *other != member).cloned().collect();
        }
        let mut taken: Vec<NodeName> = Vec::with_capacity(RINGS);
        for (number, ring) in self.rings.iter().enumerate() {
            let at = ring.partition_point(|place| *place <= position(number, member));
            let others = ring[at..].iter().chain(&ring[..at]).map(|(_, name)| name);
            if let Some(next) = others.into_iter().find(|name| *name != member && !taken.contains(name)) {
                taken.push(next.clone());
            }
        }
        taken
    }

    /// Whom a member watches.
    pub fn watched(&self, member: &NodeName) -> &[NodeName] {
        self.watched.get(member).map_or(&[], Vec::as_slice)
    }

    /// Who watches a member.
    pub fn watchers(&self, member: &NodeName) -> &[NodeName] {
        self.watchers.get(member).map_or(&[], Vec::as_slice)
    }

    /// Who would watch a node that is not a member, if it were: its predecessor in each ring.
    pub fn would_be_watchers(&self, outsider: &NodeName) -> BTreeSet<NodeName> {
        if self.rings.is_empty() {
            return self.members.clone();
        }
        let before = |(number, ring): (usize, &Vec<(u64, NodeName)>)| {
            let at = ring.partition_point(|place| *place < position(number, outsider));
            ring[..at].last().or(ring.last()).map(|(_, name)| name.clone())
        };
        self.rings.iter().enumerate().filter_map(before).collect()
    }
}

fn order(ring: usize, members: &BTreeSet<NodeName>) -> Vec<(u64, NodeName)> {
    let mut places: Vec<_> = members.iter().map(|name| position(ring, name)).collect();
    places.sort_unstable();
    places
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, format, vec::Vec};

    use super::{Overlay, RINGS};
    use crate::types::NodeName;

    fn names(n: usize) -> Vec<NodeName> {
        (0..n).map(|i| NodeName::new(&format!("n{i}")).unwrap()).collect()
    }

    #[test]
    fn up_to_nine_members_everyone_watches_everyone() {
        for n in 1..=9 {
            let overlay = Overlay::new(names(n).into_iter());
            for name in names(n) {
                assert_eq!(overlay.watched(&name).len(), n - 1);
                assert_eq!(overlay.watchers(&name).len(), n - 1);
            }
        }
    }

    #[test]
    fn in_a_larger_cluster_everyone_watches_eight_others() {
        for n in [10, 11, 40, 300] {
            let overlay = Overlay::new(names(n).into_iter());
            for name in names(n) {
                let watched: BTreeSet<_> = overlay.watched(&name).iter().collect();
                assert_eq!(watched.len(), RINGS, "distinct");
                assert!(!watched.contains(&name));
                assert!(!overlay.watchers(&name).is_empty());
            }
        }
    }

    #[test]
    fn v8_one_member_more_changes_the_neighbours_of_a_few() {
        let before = Overlay::new(names(300).into_iter());
        let after = Overlay::new(names(301).into_iter());
        let changed = names(300).iter().filter(|name| before.watched(name) != after.watched(name)).count();
        assert!(changed <= 4 * RINGS, "{changed}");
    }
}
