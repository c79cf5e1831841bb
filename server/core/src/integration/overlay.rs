//! Who watches whom: each member watches K = min(N-1, 8) others, its successors in K rings.
//!
//! After Rapid's monitoring overlay (Suresh and others, "Stable and Consistent Membership at Scale with Rapid", USENIX
//! ATC 2018, section 4.1): each ring is an order of the members by a hash of their names. The hash depends on the ring
//! and not on the view, so that a change of one member changes the neighbours of a few and not of all. Up to nine members
//! everyone watches everyone.

use alloc::{vec, vec::Vec};

use super::roster::{Lists, Roster, Set};
use crate::types::{Member, ViewRecord};

/// How many rings there are, and so how many members each member watches.
pub const RINGS: usize = 8;

/// The overlay of one set of members.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    numbers: Vec<u32>,
    members: Set,
    watched: Lists,
    watchers: Lists,
}

impl Overlay {
    /// The overlay of these members, in the order given.
    pub fn new(roster: &Roster, numbers: Vec<u32>) -> Self {
        let mut members = vec![false; roster.len()];
        for &number in &numbers {
            members[number as usize] = true;
        }
        let watched =
            if numbers.len() <= RINGS + 1 { everyone(&numbers) } else { successors(roster, &numbers, &members) };
        let watchers: Vec<(u32, u32)> = watched.iter().map(|&(watcher, member)| (member, watcher)).collect();
        Self {
            watched: Lists::collect(roster.len(), &watched),
            watchers: Lists::collect(roster.len(), &watchers),
            numbers,
            members,
        }
    }

    /// The overlay of the members of a view, in their order; all have numbers.
    pub fn of_view(roster: &Roster, view: &ViewRecord) -> Self {
        let number = |member: &Member| roster.number(&member.identity.name);
        let numbers: Option<Vec<usize>> = view.members.iter().map(number).collect();
        let numbers = numbers.expect("the members of a view are numbered when it is taken in");
        Self::new(roster, numbers.into_iter().map(|number| number as u32).collect())
    }

    /// The numbers of the members, in the order given.
    pub fn numbers(&self) -> &[u32] {
        &self.numbers
    }

    /// Whether a node is a member.
    pub fn has(&self, number: usize) -> bool {
        self.members.get(number).copied().unwrap_or_default()
    }

    /// Whom a member watches.
    pub fn watched(&self, member: usize) -> impl Iterator<Item = usize> {
        self.watched.get(member).iter().map(|&number| number as usize)
    }

    /// Who watches a member.
    pub fn watchers(&self, member: usize) -> impl Iterator<Item = usize> {
        self.watchers.get(member).iter().map(|&number| number as usize)
    }

    /// Who would watch a node that is not a member, if it were: its predecessor in each ring.
    pub fn would_be_watchers(&self, roster: &Roster, outsider: usize) -> Vec<usize> {
        if self.numbers.len() <= RINGS + 1 {
            return self.numbers.iter().map(|&number| number as usize).collect();
        }
        let mut watchers = Vec::with_capacity(RINGS);
        for number in 0..RINGS {
            let ring = roster.ring(number);
            let (after, before) = (roster.place(number, outsider), ring.len());
            let back = ring[..after].iter().rev().chain(ring[after..before].iter().rev());
            let watcher = back.map(|&number| number as usize).find(|&number| self.has(number));
            watchers.extend(watcher.filter(|watcher| !watchers.contains(watcher)));
        }
        watchers
    }
}

fn everyone(numbers: &[u32]) -> Vec<(u32, u32)> {
    let others =
        |&watcher: &u32| numbers.iter().filter(move |&&other| other != watcher).map(move |&other| (watcher, other));
    numbers.iter().flat_map(others).collect()
}

/// For each member the next one in each ring that was not taken from a ring before.
fn successors(roster: &Roster, numbers: &[u32], members: &Set) -> Vec<(u32, u32)> {
    let mut watched: Vec<[u32; RINGS]> = vec![[u32::MAX; RINGS]; roster.len()];
    for number in 0..RINGS {
        let ring: Vec<u32> = roster.ring(number).iter().copied().filter(|&other| members[other as usize]).collect();
        for (at, &member) in ring.iter().enumerate() {
            let taken = &mut watched[member as usize];
            let others = ring[at + 1..].iter().chain(&ring[..at]);
            if let Some(&next) = others.into_iter().find(|other| !taken.contains(other)) {
                taken[number] = next;
            }
        }
    }
    let pairs = |&member: &u32| {
        let taken = watched[member as usize].into_iter().filter(|&other| other != u32::MAX);
        taken.map(move |other| (member, other))
    };
    numbers.iter().flat_map(pairs).collect()
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, format, vec::Vec};

    use super::{Overlay, RINGS};
    use crate::{integration::roster::Roster, types::NodeName};

    fn overlay(n: usize) -> (Roster, Overlay) {
        let mut roster = Roster::default();
        let numbers = (0..n).map(|i| roster.enter(&NodeName::new(&format!("n{i}")).unwrap()) as u32).collect();
        let overlay = Overlay::new(&roster, numbers);
        (roster, overlay)
    }

    #[test]
    fn up_to_nine_members_everyone_watches_everyone() {
        for n in 1..=9 {
            let (_, overlay) = overlay(n);
            for member in 0..n {
                assert_eq!(overlay.watched(member).count(), n - 1);
                assert_eq!(overlay.watchers(member).count(), n - 1);
            }
        }
    }

    #[test]
    fn in_a_larger_cluster_everyone_watches_eight_others() {
        for n in [10, 11, 40, 300] {
            let (_, overlay) = overlay(n);
            for member in 0..n {
                let watched: BTreeSet<_> = overlay.watched(member).collect();
                assert_eq!(watched.len(), RINGS, "distinct");
                assert!(!watched.contains(&member));
                assert!(overlay.watchers(member).count() > 0);
                assert!(watched.iter().all(|&other| overlay.watchers(other).any(|watcher| watcher == member)));
            }
        }
    }

    #[test]
    fn who_would_watch_an_outsider_watches_it_once_it_is_a_member() {
        let (mut roster, before) = overlay(40);
        let outsider = roster.enter(&NodeName::new("outsider").unwrap());
        let would_be: BTreeSet<_> = before.would_be_watchers(&roster, outsider).into_iter().collect();
        let after = Overlay::new(&roster, (0..=40).collect());
        let watchers: BTreeSet<_> = after.watchers(outsider).collect();
        assert!(watchers.is_superset(&would_be), "{would_be:?} {watchers:?}");
    }

    #[test]
    fn v8_one_member_more_changes_the_neighbours_of_a_few() {
        let ((_, before), (_, after)) = (overlay(300), overlay(301));
        let watched = |overlay: &Overlay, member| overlay.watched(member).collect::<Vec<_>>();
        let changed = (0..300).filter(|&member| watched(&before, member) != watched(&after, member)).count();
        assert!(changed <= 4 * RINGS, "{changed}");
    }
}
