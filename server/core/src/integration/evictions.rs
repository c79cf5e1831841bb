//! Evictions and their liftings: the newest word on each name, passed on to everybody and made durable.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use super::{Effect, Integration, Out};
use crate::{
    types::{NodeName, Now},
    wire::{Eviction, Payload},
};

/// Most names with a word on them; the lifting with the lowest stamp gives way (L1).
pub const LIMIT: usize = 4096;

/// The newest word on each name.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Evictions {
    entries: BTreeMap<NodeName, Eviction>,
}

/// Why an eviction or a lifting was not taken.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotTaken {
    /// The name is evicted already, or is not.
    WrongState,
    /// Too many names.
    TooMany,
}

impl Evictions {
    /// Those that were made durable.
    pub fn new(entries: Vec<Eviction>) -> Self {
        Self { entries: entries.into_iter().map(|entry| (entry.name.clone(), entry)).collect() }
    }

    /// Evicts a name or lifts its eviction.
    pub fn change(&mut self, name: &NodeName, evicted: bool, reason: String) -> Result<Eviction, NotTaken> {
        let known = self.entries.get(name);
        if known.is_some_and(|entry| entry.evicted) == evicted {
            return Err(NotTaken::WrongState);
        }
        let stamp = known.map_or(1, |entry| entry.stamp + 1);
        let entry = Eviction { name: name.clone(), stamp, evicted, reason };
        if self.merge(entry.clone()) { Ok(entry) } else { Err(NotTaken::TooMany) }
    }

    /// Takes in a word from elsewhere. Returns whether it is new.
    pub fn merge(&mut self, entry: Eviction) -> bool {
        if !self.lacks(&entry) {
            return false;
        }
        if !self.entries.contains_key(&entry.name) && self.entries.len() >= LIMIT {
            let Some(name) = self.oldest_lifted() else { return false };
            self.entries.remove(&name);
        }
        self.entries.insert(entry.name.clone(), entry);
        true
    }

    /// Whether a word is newer than what is known of its name, and finds room. Of two with the same stamp the eviction
    /// wins, then the greater reason, so that all nodes keep the same one.
    pub fn lacks(&self, entry: &Eviction) -> bool {
        match self.entries.get(&entry.name) {
            Some(known) => (known.stamp, known.evicted, &known.reason) < (entry.stamp, entry.evicted, &entry.reason),
            None => self.entries.len() < LIMIT || self.oldest_lifted().is_some(),
        }
    }

    fn oldest_lifted(&self) -> Option<NodeName> {
        let lifted = self.entries.values().filter(|entry| !entry.evicted).min_by_key(|entry| entry.stamp);
        lifted.map(|entry| entry.name.clone())
    }

    /// The names that are evicted, each with the reason.
    pub fn in_force(&self) -> BTreeMap<NodeName, String> {
        let evicted = self.entries.values().filter(|entry| entry.evicted);
        evicted.map(|entry| (entry.name.clone(), entry.reason.clone())).collect()
    }

    /// The names that are evicted.
    pub fn names(&self) -> BTreeSet<NodeName> {
        self.entries.values().filter(|entry| entry.evicted).map(|entry| entry.name.clone()).collect()
    }

    /// Whether a name is evicted.
    pub fn has(&self, name: &NodeName) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.evicted)
    }

    /// Why a name is evicted.
    pub fn reason(&self, name: &NodeName) -> Option<&str> {
        self.entries.get(name).filter(|entry| entry.evicted).map(|entry| entry.reason.as_str())
    }

    /// All that is known, by name.
    pub fn iter(&self) -> impl Iterator<Item = &Eviction> {
        self.entries.values()
    }

    /// All that is known.
    pub fn all(&self) -> Vec<Eviction> {
        self.entries.values().cloned().collect()
    }

    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

impl Integration {
    /// An operator evicts a node, or lifts its eviction. Returns the number of the write that makes it durable.
    pub fn evict(
        &mut self,
        now: Now,
        name: &NodeName,
        evicted: bool,
        reason: String,
        out: Out<'_>,
    ) -> Result<u64, NotTaken> {
        let entry = self.evictions.change(name, evicted, reason)?;
        self.spread(now, &[entry], out);
        Ok(self.writes)
    }

    /// Words from elsewhere: those that are new are passed on.
    pub fn on_evictions(&mut self, now: Now, news: Vec<Eviction>, out: Out<'_>) {
        let news: Vec<Eviction> = news.into_iter().filter(|entry| self.evictions.merge(entry.clone())).collect();
        if !news.is_empty() {
            self.spread(now, &news, out);
        }
    }

    /// Makes news durable, puts them in force and passes them on.
    fn spread(&mut self, now: Now, news: &[Eviction], out: Out<'_>) {
        self.persist(out);
        for (name, _) in self.peers.iter().filter(|(_, peer)| peer.up) {
            out.push(Effect::Send { peer: name.clone(), payload: Payload::Evictions(news.to_vec()) });
        }
        for entry in news {
            out.push(Effect::Changed { name: entry.name.clone() });
        }
        out.push(Effect::Refuse { evicted: self.evictions.in_force() });
        self.arm_batch(now, out);
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    use super::{Evictions, LIMIT, NotTaken};
    use crate::{types::NodeName, wire::Eviction};

    fn name(i: usize) -> NodeName {
        NodeName::new(&format!("n{i}")).unwrap()
    }

    #[test]
    fn the_higher_stamp_wins_wherever_it_came_first() {
        let mut evictions = Evictions::default();
        let first = evictions.change(&name(1), true, String::new()).unwrap();
        let lifted = evictions.change(&name(1), false, String::new()).unwrap();
        assert!(!evictions.merge(first));
        assert!(evictions.names().is_empty());
        assert_eq!(evictions.change(&name(1), false, String::new()), Err(NotTaken::WrongState));
        assert!(!evictions.merge(lifted));
    }

    #[test]
    fn l1_liftings_give_way_and_evictions_do_not() {
        let mut evictions = Evictions::default();
        for i in 0..LIMIT {
            evictions.change(&name(i), true, String::new()).unwrap();
        }
        let more = Eviction { name: name(LIMIT), stamp: 1, evicted: true, reason: String::new() };
        assert!(!evictions.merge(more.clone()));
        evictions.change(&name(7), false, String::new()).unwrap();
        assert!(evictions.merge(more));
        assert_eq!(evictions.entries.len(), LIMIT);
    }
}
