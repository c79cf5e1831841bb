//! Who watches whom: each member watches the members before and after it in four rings, so at most eight, and those
//! watch it. Up to nine members everyone watches everyone.
//!
//! After Rapid's monitoring overlay (Suresh and others, "Stable and Consistent Membership at Scale with Rapid", USENIX
//! ATC 2018, section 4.1): each ring is an order of the members by a hash of their names. Rapid has K rings, in each of
//! which a member watches the one before it and is watched by the one after it, which takes 2 K links a member; here one
//! link serves both ends, so K watchers take K links, and a quiet member of a thousand sends as much as one of nine (V8).
//! The union of random rings is an expander all the same (Friedman, "A proof of Alon's second eigenvalue conjecture",
//! 2008). The hash depends on the ring and not on the view, so that a change of one member changes the neighbours of a
//! few and not of all.

use alloc::{vec, vec::Vec};

use super::roster::{Lists, Roster, Set};
use crate::types::{Member, ViewRecord};

/// How many rings there are.
pub const RINGS: usize = 4;
/// Most members that a member of a large cluster watches: two in each ring.
pub const WATCHED: usize = 2 * RINGS;

/// The overlay of one set of members.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    numbers: Vec<u32>,
    members: Set,
    /// Those who watch each other.
    watchers: Lists,
}

impl Overlay {
    /// The overlay of these members, in the order given.
    pub fn new(roster: &Roster, numbers: Vec<u32>) -> Self {
        let mut members = vec![false; roster.len()];
        for &number in &numbers {
            members[number as usize] = true;
        }
        let pairs = if numbers.len() <= WATCHED + 1 { everyone(&numbers) } else { neighbours(roster, &members) };
        Self { watchers: Lists::collect(roster.len(), &pairs), numbers, members }
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

    /// Who watches a member, and whom it watches.
    pub fn watchers(&self, member: usize) -> impl Iterator<Item = usize> {
        self.watchers.get(member).iter().map(|&number| number as usize)
    }

    /// Who would watch a node that is not a member, if it were: the members around it in each ring.
    pub fn would_be_watchers(&self, roster: &Roster, outsider: usize) -> Vec<usize> {
        if self.numbers.len() <= WATCHED {
            return self.numbers.iter().map(|&number| number as usize).collect();
        }
        let mut watchers = Vec::with_capacity(WATCHED);
        for number in 0..RINGS {
            let ring = roster.ring(number);
            let (before, after) = ring.split_at(roster.place(number, outsider));
            let member = |number: &u32| self.has(*number as usize);
            let back = before.iter().rev().chain(after.iter().rev()).copied().find(member);
            let on = after.iter().chain(before).copied().find(member);
            for watcher in back.into_iter().chain(on).map(|number| number as usize) {
                if !watchers.contains(&watcher) {
                    watchers.push(watcher);
                }
            }
        }
        watchers
    }
}

fn everyone(numbers: &[u32]) -> Vec<(u32, u32)> {
    let others =
        |&watcher: &u32| numbers.iter().filter(move |&&other| other != watcher).map(move |&other| (watcher, other));
    numbers.iter().flat_map(others).collect()
}

/// Each member with each one next to it in a ring, both ways, once.
fn neighbours(roster: &Roster, members: &Set) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    for number in 0..RINGS {
        let ring: Vec<u32> = roster.ring(number).iter().copied().filter(|&other| members[other as usize]).collect();
        let next = ring.iter().cycle().skip(1);
        pairs.extend(ring.iter().zip(next).flat_map(|(&member, &next)| [(member, next), (next, member)]));
    }
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, format, vec::Vec};

    use super::{Overlay, WATCHED};
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
            assert!((0..n).all(|member| overlay.watchers(member).count() == n - 1), "{n}");
        }
    }

    #[test]
    fn in_a_larger_cluster_a_few_watch_each_other() {
        for n in [10, 11, 40, 300] {
            let (_, overlay) = overlay(n);
            for member in 0..n {
                let watchers: BTreeSet<_> = overlay.watchers(member).collect();
                assert_eq!(watchers.len(), overlay.watchers(member).count(), "distinct");
                assert!((3..=WATCHED).contains(&watchers.len()) && !watchers.contains(&member), "{n}: {watchers:?}");
                assert!(watchers.iter().all(|&other| overlay.watchers(other).any(|watcher| watcher == member)));
            }
        }
    }

    #[test]
    fn who_would_watch_an_outsider_watches_it_once_it_is_a_member() {
        for n in [8, 9, 10, 40] {
            let (mut roster, before) = overlay(n);
            let outsider = roster.enter(&NodeName::new("outsider").unwrap());
            let would_be: BTreeSet<_> = before.would_be_watchers(&roster, outsider).into_iter().collect();
            let after = Overlay::new(&roster, (0..=n as u32).collect());
            let watchers: BTreeSet<_> = after.watchers(outsider).collect();
            assert_eq!(watchers, would_be, "{n}");
        }
    }

    #[test]
    fn v8_one_member_more_changes_the_neighbours_of_a_few() {
        let ((_, before), (_, after)) = (overlay(300), overlay(301));
        let watchers = |overlay: &Overlay, member| overlay.watchers(member).collect::<Vec<_>>();
        let changed = (0..300).filter(|&member| watchers(&before, member) != watchers(&after, member)).count();
        assert!(changed <= 2 * WATCHED, "{changed}");
    }
}
