//! A copy of the coordination state: what is sure is applied, what is not sure yet waits in the log. Whoever leads applies
//! at once, for it decides by what it has put into the log, and keeps back what it tells until that is sure.

use alloc::{sync::Arc, vec::Vec};

use super::{
    clocks::{Clocks, Key},
    history::History,
    log::Log,
    state::{Applied, Limits, Record, State, What},
};
use crate::{
    types::{Epoch, Instant, Revision},
    wire::{Begin, Entry, EntryKind, Head},
};

/// A copy.
#[derive(Clone, Hash, Debug)]
pub struct Copy {
    pub state: State,
    pub log: Log,
    /// Up to here all is known to be held by a majority.
    pub sure: Revision,
    pub clocks: Clocks,
    pub history: History,
    /// Those who watch were not told yet that the copy is another one.
    pub replaced: bool,
}

impl Copy {
    /// A copy that begins with a state.
    pub fn new(state: State, sure: Revision) -> Self {
        let (revision, epoch) = (state.revision(), state.epoch());
        Self {
            log: Log::after(revision, epoch),
            history: History::after(revision),
            sure,
            clocks: Clocks::default(),
            replaced: true,
            state,
        }
    }

    /// A copy made of records.
    pub fn restore(now: Instant, records: Vec<Record>, sure: Revision) -> Self {
        let mut state = State::default();
        let mut clocks = Vec::new();
        for record in records {
            match record {
                Record::Clock(clock) => clocks.push(clock),
                record => state.restore(record),
            }
        }
        let mut copy = Self::new(state, sure);
        clocks.into_iter().for_each(|clock| copy.clocks.start(now, clock));
        copy
    }

    /// The copy as records, each clock with the time it has left.
    pub fn records(&self, now: Instant) -> Vec<Record> {
        let mut records = self.state.records();
        records.extend(self.clocks.running(now, &self.state).into_iter().map(Record::Clock));
        records
    }

    /// How far it goes.
    pub fn head(&self) -> Head {
        let (end, epoch) = self.log.end();
        Head {
            origin: self.state.origin(),
            epoch,
            end,
            sure: self.sure,
            applied: self.state.revision(),
            begin: self.begin(),
        }
    }

    /// How the regime began whose log it has followed last.
    fn begin(&self) -> Option<Begin> {
        let (mut at, applied) = (self.log.end().0, self.state.revision());
        while at > applied {
            if let Some(EntryKind::Begin(begin)) = self.log.get(at).map(|entry| &entry.kind) {
                return Some(begin.clone());
            }
            at = Revision(at.0 - 1);
        }
        self.state.begin().cloned()
    }

    /// The regime whose log it follows: it has that one's beginning.
    pub fn follows(&self) -> Epoch {
        self.log.end().1
    }

    /// Takes an entry of whoever leads: what is there already stays, what differs gives way. False when that is applied.
    pub fn take(&mut self, entry: &Arc<Entry>) -> bool {
        match self.log.get(entry.revision) {
            Some(known) if known.epoch == entry.epoch => return true,
            Some(_) if entry.revision <= self.state.revision() => return false,
            Some(_) => self.log.truncate(Revision(entry.revision.0 - 1)),
            None => {}
        }
        if entry.revision == self.log.end().0.next() {
            self.log.push(entry.clone());
        }
        true
    }

    /// The next entry that is sure and not applied yet, applied.
    pub fn next(&mut self, now: Instant) -> Option<(Arc<Entry>, Applied)> {
        let revision = self.state.revision().next();
        let entry = self.log.get(revision).filter(|_| revision <= self.sure).cloned()?;
        let applied = self.apply(now, &entry, None);
        Some((entry, applied))
    }

    /// Whoever leads tries an entry; it is in the log unless it was refused.
    pub fn propose(&mut self, now: Instant, epoch: Epoch, kind: EntryKind, limits: &Limits) -> (Arc<Entry>, Applied) {
        let entry = Arc::new(Entry { revision: self.log.end().0.next(), epoch, kind });
        let applied = self.apply(now, &entry, Some(limits));
        if applied.outcome.is_ok() {
            self.log.push(entry.clone());
            self.log.prune(self.sure);
        }
        (entry, applied)
    }

    /// Whoever leads has decided: what is in its log counts, sure or not.
    pub fn apply_all(&mut self, now: Instant) -> Vec<(Arc<Entry>, Applied)> {
        let mut all = Vec::new();
        while let Some(entry) = self.log.get(self.state.revision().next()).cloned() {
            let applied = self.apply(now, &entry, None);
            all.push((entry, applied));
        }
        all
    }

    fn apply(&mut self, now: Instant, entry: &Entry, limits: Option<&Limits>) -> Applied {
        let applied = self.state.apply(entry, limits);
        if matches!(entry.kind, EntryKind::Begin(_)) {
            self.clocks.go_on(now);
        }
        for clock in &applied.clocks {
            self.clocks.start(now, clock.clone());
        }
        for news in &applied.news {
            if let What::Ended { session, .. } = &news.what {
                self.clocks.stop(&Key::Session(*session));
            }
        }
        applied
    }

    /// What to put into the log for a clock that is due, if it still means something.
    pub fn expired(&self, key: Key) -> Option<EntryKind> {
        match key {
            Key::Session(id) => self.state.session(id).map(|_| EntryKind::Expire(id)),
            Key::Delay(path, since) => {
                let delayed = self.state.name(path.as_str()).and_then(|name| name.delayed);
                delayed.filter(|(from, _)| *from == since).map(|_| EntryKind::DelayOver { path, since })
            }
            Key::Barrier(path, generation) => {
                let known = self.state.barrier(path.as_str()).filter(|barrier| barrier.generation == generation);
                known.map(|_| EntryKind::Overdue { path, generation })
            }
            Key::HoldOff => self.state.is_held_off().then_some(EntryKind::HoldOffOver),
        }
    }

    /// Whether all that can be read here is sure.
    pub fn is_sure(&self) -> bool {
        self.sure >= self.state.revision()
    }
}
