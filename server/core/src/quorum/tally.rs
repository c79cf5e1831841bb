//! Majorities of voters, also while the voters change.

use alloc::{collections::BTreeSet, vec::Vec};

use crate::types::NodeId;

/// Sets of voters of which each must agree by a majority: one as a rule, two while the voters change.
pub type Configs = Vec<BTreeSet<NodeId>>;

/// How many of a set are a majority.
#[must_use]
pub const fn majority(voters: usize) -> usize {
    voters / 2 + 1
}

/// Whether these are a majority of each set.
#[must_use]
pub fn is_backed(configs: &Configs, has: impl Fn(&NodeId) -> bool) -> bool {
    let most = |set: &BTreeSet<NodeId>| set.iter().filter(|id| has(id)).count() >= majority(set.len());
    !configs.is_empty() && configs.iter().all(most)
}

/// Until when a majority of each set is bound, each voter for as long as `until` says; or up to where a majority of each has
/// a log.
#[must_use]
pub fn backed_until<T: Ord + Copy + Default>(configs: &Configs, until: impl Fn(&NodeId) -> T) -> T {
    let of_set = |set: &BTreeSet<NodeId>| {
        let mut ends: Vec<T> = set.iter().map(&until).collect();
        ends.sort_unstable_by(|a, b| b.cmp(a));
        ends.get(majority(set.len()) - 1).copied().unwrap_or_default()
    };
    configs.iter().map(of_set).min().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, vec, vec::Vec};

    use super::{Configs, backed_until, is_backed, majority};
    use crate::types::{Instant, NodeId};

    fn set(ids: &[u8]) -> BTreeSet<NodeId> {
        ids.iter().map(|id| NodeId([*id; 16])).collect()
    }

    #[test]
    fn any_two_majorities_share_a_voter() {
        for voters in 1..=7 {
            assert!(majority(voters) * 2 > voters && majority(voters) <= voters);
        }
    }

    #[test]
    fn q1_a_lease_lasts_as_long_as_its_last_needed_backer() {
        let ends = |id: &NodeId| Instant::from_nanos(u64::from(id.0[0]) * 10);
        assert_eq!(backed_until(&vec![set(&[1, 2, 3])], ends), Instant::from_nanos(20));
        assert_eq!(backed_until(&vec![set(&[1, 2, 3, 4])], ends), Instant::from_nanos(20));
        assert_eq!(backed_until(&vec![set(&[1, 2, 3]), set(&[7, 8, 9])], ends), Instant::from_nanos(20));
        assert_eq!(backed_until(&Configs::new(), ends), Instant::ZERO);
        assert_eq!(backed_until(&vec![set(&[])], ends), Instant::ZERO);
    }

    #[test]
    fn both_sets_must_agree_while_voters_change() {
        let both: Configs = vec![set(&[1, 2, 3]), set(&[3, 4, 5])];
        let has = |ids: &[u8]| -> bool {
            let ids: Vec<u8> = ids.to_vec();
            is_backed(&both, |id| ids.contains(&id.0[0]))
        };
        assert!(has(&[2, 3, 4]));
        assert!(!has(&[1, 2, 3]) && !has(&[3, 4, 5]) && !has(&[]));
        assert!(!is_backed(&Configs::new(), |_| true), "nobody votes: nothing is backed");
    }
}
