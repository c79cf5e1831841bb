//! Rank: who stands as controller first. Voters will come first once there are any; then who is longest in the
//! cluster; then the name.

use crate::types::{Incarnation, NodeName};

/// The rank of a node; the least is the best.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rank {
    tier: Tier,
    since: Incarnation,
    name: NodeName,
}

/// Those with a cluster come before those alone in a view, and those before the ones without any: so a newcomer
/// never takes over what it joins.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Tier {
    Clustered,
    Alone,
    Forming,
    Unknown,
}

impl Rank {
    /// The rank of a node that entered its cluster at `since`, or has none.
    pub fn new(since: Option<Incarnation>, has_view: bool, name: &NodeName) -> Self {
        let tier = match (since, has_view) {
            (Some(_), _) => Tier::Clustered,
            (None, true) => Tier::Alone,
            (None, false) => Tier::Forming,
        };
        Self { tier, since: since.unwrap_or_default(), name: name.clone() }
    }

    /// When the node entered its cluster, if it is in one.
    pub fn since(&self) -> Option<Incarnation> {
        (self.tier == Tier::Clustered).then_some(self.since)
    }

    /// The rank of a node that nothing is known of.
    pub fn unknown(name: &NodeName) -> Self {
        Self { tier: Tier::Unknown, since: Incarnation::default(), name: name.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::Rank;
    use crate::types::{Incarnation, NodeName};

    #[test]
    fn longest_in_the_cluster_first_then_by_name_and_newcomers_last() {
        let name = |text| NodeName::new(text).unwrap();
        let mut ranks = [
            Rank::unknown(&name("a")),
            Rank::new(None, false, &name("a")),
            Rank::new(None, true, &name("z")),
            Rank::new(Some(Incarnation(7)), true, &name("b")),
            Rank::new(Some(Incarnation(3)), true, &name("d")),
            Rank::new(Some(Incarnation(3)), true, &name("c")),
        ];
        ranks.sort();
        let order: alloc::vec::Vec<_> = ranks.iter().map(|rank| rank.name.as_str()).collect();
        assert_eq!(order, ["c", "d", "b", "z", "a", "a"]);
    }
}
