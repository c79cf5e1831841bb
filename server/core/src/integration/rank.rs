//! Rank: who stands as controller first. Voters come first; then who is longest in the cluster; then the name.

use crate::types::{Incarnation, Suffrage};

/// The rank of a node; the least is the best.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Rank {
    tier: Tier,
    suffrage: Suffrage,
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
    pub fn new(since: Option<Incarnation>, has_view: bool, suffrage: Suffrage, ordinal: u32) -> Self {
        let tier = match (since, has_view) {
            (Some(_), _) => Tier::Clustered,
            (None, true) => Tier::Alone,
            (None, false) => Tier::Forming,
        };
        Self { tier, suffrage, since: since.unwrap_or_default(), ordinal }
    }

    /// When the node entered its cluster, if it is in one.
    pub fn since(&self) -> Option<Incarnation> {
        (self.tier == Tier::Clustered).then_some(self.since)
    }

    /// The rank of a node that nothing is known of.
    pub fn unknown(ordinal: u32) -> Self {
        Self { tier: Tier::Unknown, suffrage: Suffrage::Satellite, since: Incarnation::default(), ordinal }
    }
}

#[cfg(test)]
mod tests {
    use super::Rank;
    use crate::types::{Incarnation, Suffrage};

    #[test]
    fn voters_first_then_the_longest_in_the_cluster_then_by_name_and_newcomers_last() {
        let satellite = Suffrage::Satellite;
        let mut ranks = [
            Rank::unknown(0),
            Rank::new(None, false, Suffrage::Voter, 0),
            Rank::new(None, true, satellite, 4),
            Rank::new(Some(Incarnation(7)), true, satellite, 1),
            Rank::new(Some(Incarnation(3)), true, satellite, 3),
            Rank::new(Some(Incarnation(3)), true, satellite, 2),
            Rank::new(Some(Incarnation(1)), true, Suffrage::Witness, 6),
            Rank::new(Some(Incarnation(8)), true, Suffrage::Voter, 5),
        ];
        ranks.sort();
        assert_eq!(ranks.map(|rank| rank.ordinal), [5, 2, 3, 1, 6, 4, 0, 0]);
    }
}
