//! Nodes as numbers: what is computed with every change is computed with these and not with names.
//!
//! Numbers are this node's own and never leave it. Whatever orders or chooses goes by names or by hashes of names, so
//! that all nodes, whatever their numbers, come to the same result.

use alloc::{collections::BTreeMap, vec, vec::Vec};
use core::hash::Hasher;

use siphasher::sip::SipHasher13;

use super::overlay::RINGS;
use crate::types::NodeName;

/// A set of nodes: whether each number is in it.
pub type Set = Vec<bool>;

/// The nodes that reports and views speak of, numbered in the order they were met.
#[derive(Clone, Debug, Default)]
pub struct Roster {
    numbers: BTreeMap<NodeName, u32>,
    names: Vec<NodeName>,
    /// The place of each in the order of the names.
    ordinals: Vec<u32>,
    /// The numbers in the order of their names.
    sorted: Vec<u32>,
    /// Where each stands in each ring.
    hashes: Vec<[u64; RINGS]>,
    /// Each ring: the numbers in the order of their hashes.
    rings: [Vec<u32>; RINGS],
}

/// A list for each number, one after the other.
#[derive(Clone, Debug, Default)]
pub struct Lists {
    ends: Vec<u32>,
    all: Vec<u32>,
}

impl Lists {
    /// The list of a number.
    pub fn get(&self, number: usize) -> &[u32] {
        let Some(&end) = self.ends.get(number) else { return &[] };
        let start = if number == 0 { 0 } else { self.ends[number - 1] };
        &self.all[start as usize..end as usize]
    }

    /// The lists with each `(of, item)`, items of one list in the order given.
    pub fn collect(size: usize, pairs: &[(u32, u32)]) -> Self {
        let mut ends = vec![0; size];
        for &(of, _) in pairs {
            ends[of as usize] += 1;
        }
        let mut end = 0;
        for count in &mut ends {
            end += core::mem::replace(count, end);
        }
        let mut all = vec![0; pairs.len()];
        for &(of, item) in pairs {
            all[ends[of as usize] as usize] = item;
            ends[of as usize] += 1;
        }
        Self { ends, all }
    }
}

fn hash(ring: usize, name: &NodeName) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(ring as u64, 0);
    hasher.write(name.as_str().as_bytes());
    hasher.finish()
}

impl Roster {
    /// The number of a name, given now if it had none.
    pub fn enter(&mut self, name: &NodeName) -> usize {
        if let Some(&number) = self.numbers.get(name) {
            return number as usize;
        }
        let number = self.names.len();
        self.numbers.insert(name.clone(), number as u32);
        self.names.push(name.clone());
        self.hashes.push(core::array::from_fn(|ring| hash(ring, name)));
        for ring in 0..RINGS {
            let at = self.place(ring, number);
            self.rings[ring].insert(at, number as u32);
        }
        let ordinal = self.sorted.partition_point(|&other| self.names[other as usize] < *name);
        self.sorted.insert(ordinal, number as u32);
        self.ordinals.push(0);
        for (place, &number) in self.sorted.iter().enumerate().skip(ordinal) {
            self.ordinals[number as usize] = place as u32;
        }
        number
    }

    /// The number of a name, if it has one.
    pub fn number(&self, name: &NodeName) -> Option<usize> {
        self.numbers.get(name).map(|&number| number as usize)
    }

    /// The name of a number.
    pub fn name(&self, number: usize) -> &NodeName {
        &self.names[number]
    }

    /// The place of a node in the order of the names.
    pub fn ordinal(&self, number: usize) -> u32 {
        self.ordinals[number]
    }

    /// All numbers in the order of their names.
    pub fn sorted(&self) -> impl Iterator<Item = usize> {
        self.sorted.iter().map(|&number| number as usize)
    }

    /// How many nodes there are.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// A ring: all numbers in the order of their hashes.
    pub fn ring(&self, ring: usize) -> &[u32] {
        &self.rings[ring]
    }

    /// How many in a ring stand before a node.
    pub fn place(&self, ring: usize, number: usize) -> usize {
        let key = |number: usize| (self.hashes[number][ring], &self.names[number]);
        self.rings[ring].partition_point(|&other| key(other as usize) < key(number))
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec::Vec};

    use super::Roster;
    use crate::types::NodeName;

    #[test]
    fn the_order_of_meeting_does_not_show() {
        let names: Vec<NodeName> = (0..40).map(|i| NodeName::new(&format!("n{}", i * 7 % 40)).unwrap()).collect();
        let (mut there, mut back) = (Roster::default(), Roster::default());
        for name in &names {
            there.enter(name);
        }
        for name in names.iter().rev().chain(&names) {
            back.enter(name);
        }
        assert_eq!((there.len(), back.len()), (40, 40));
        let named = |roster: &Roster, ring: usize| -> Vec<NodeName> {
            roster.ring(ring).iter().map(|&number| roster.name(number as usize).clone()).collect()
        };
        for ring in 0..super::RINGS {
            assert_eq!(named(&there, ring), named(&back, ring));
        }
        let sorted: Vec<_> = there.sorted().map(|number| there.name(number)).collect();
        assert!(sorted.is_sorted() && there.sorted().enumerate().all(|(i, n)| there.ordinal(n) as usize == i));
    }
}
