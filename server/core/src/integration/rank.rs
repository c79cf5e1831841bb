//! Rank: who stands as controller first. Voters will come first once there are any; then who is longest in the
//! cluster; then the name.

use crate::types::Incarnation;

/// The rank of a node; the least is the best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rank {
    tier: Tier,
    since: Incarnation,
    /// The place in the order of the names.
    ordinal: u32,
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
    pub fn new(since: Option<Incarnation>, has_view: bool, ordinal: u32) -> Self {
        let tier = match (since, has_view) {
            (Some(_), _) => Tier::Clustered,
            (None, true) => Tier::Alone,
            (None, false) => Tier::Forming,
        };
        Self { tier, since: since.unwrap_or_default(), ordinal }
    }

    /// When the node entered its cluster, if it is in one.
    pub fn since(&self) -> Option<Incarnation> {
        (self.tier == Tier::Clustered).then_some(self.since)
    }

    /// The rank of a node that nothing is known of.
    pub fn unknown(ordinal: u32) -> Self {
        Self { tier: Tier::Unknown, since: Incarnation::default(), ordinal }
    }
}

#[cfg(test)]
mod tests {
    use super::Rank;
    use crate::types::Incarnation;

    #[test]
    fn longest_in_the_cluster_first_then_by_name_and_newcomers_last() {
        let mut ranks = [
            Rank::unknown(0),
            Rank::new(None, false, 0),
            Rank::new(None, true, 4),
            Rank::new(Some(Incarnation(7)), true, 1),
            Rank::new(Some(Incarnation(3)), true, 3),
            Rank::new(Some(Incarnation(3)), true, 2),
        ];
        ranks.sort();
        assert_eq!(ranks.map(|rank| rank.ordinal), [2, 3, 1, 4, 0, 0]);
    }
}
