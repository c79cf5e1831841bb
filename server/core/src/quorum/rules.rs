//! What holds for the whole cluster: from the database into force; evictions, and how long sessions last, into the database.

use alloc::vec::Vec;

use super::{Out, Quorum, consensus::Order, effect::Effect};
use crate::{
    database::{Change, ChangeKind, Rules},
    integration::Evictions,
    types::{Duration, Now},
    wire::Eviction,
};

/// Most evictions that one entry of the log records.
const BATCH: usize = 32;

impl Quorum {
    /// What was applied changed what holds for the whole cluster.
    pub(super) fn on_rules(&mut self, rules: Rules, out: Out<'_>) {
        if rules.evictions != self.rules.evictions {
            out.push(Effect::Evictions(rules.evictions.all()));
        }
        if rules.longest_ttl != self.rules.longest_ttl {
            out.push(Effect::LongestTtl(rules.longest_ttl));
        }
        if rules.catalog.revision != self.rules.catalog.revision {
            out.push(Effect::Catalog(rules.catalog.clone()));
        }
        self.electorate.set_grace(rules.voter_grace);
        // A regime of an epoch that may have been granted before a restore goes on only until there is a new one.
        if let Some(hold) = &mut self.hold {
            hold.outbid |= hold.regime.epoch < rules.least_epoch;
        }
        self.rules = rules;
    }

    /// Evictions do without quorum: whoever leads writes those down that the database lacks.
    pub fn record_evictions(&mut self, now: Now, evictions: &Evictions, out: Out<'_>) {
        let news = evictions.iter().filter(|entry| self.rules.evictions.lacks(entry));
        let news: Vec<Eviction> = news.take(BATCH).cloned().collect();
        if !news.is_empty() {
            self.write_down(now, ChangeKind::Evictions(news), out);
        }
    }

    /// The holder of the regime says for how long sessions last at most.
    pub fn record_longest_ttl(&mut self, now: Now, ttl: Duration, out: Out<'_>) {
        if let Some(hold) = self.hold.as_ref().filter(|_| ttl != self.rules.longest_ttl) {
            let kind = ChangeKind::LongestTtl { ttl, epoch: hold.regime.epoch };
            self.write_down(now, kind, out);
        }
    }

    /// Whoever leads proposes a change, one at a time.
    fn write_down(&mut self, now: Now, kind: ChangeKind, out: Out<'_>) {
        if self.recording.is_none() && self.state.leading && self.hold.is_some() {
            let number = self.next_number();
            self.recording = Some(number);
            let change = Change { wall: now.wall, kind };
            out.push(Effect::Consensus(Order::Propose { number, change }));
        }
    }

    /// What consensus was asked came to an end. Returns whether it was to write something down.
    pub(super) fn on_recorded(&mut self, number: u64) -> bool {
        self.recording.take_if(|known| *known == number).is_some()
    }
}
