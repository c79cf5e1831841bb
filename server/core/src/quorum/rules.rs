//! What operators decided for the whole cluster: from the database into force, and evictions into the database.

use alloc::vec::Vec;

use super::{Out, Quorum, consensus::Order, effect::Effect};
use crate::{
    database::{Change, ChangeKind, Rules},
    integration::Evictions,
    types::Now,
    wire::Eviction,
};

/// Most evictions that one entry of the log records.
const BATCH: usize = 32;

impl Quorum {
    /// What was applied changed what operators decided.
    pub(super) fn on_rules(&mut self, rules: Rules, out: Out<'_>) {
        if rules.evictions != self.rules.evictions {
            out.push(Effect::Evictions(rules.evictions.all()));
        }
        self.electorate.set_grace(rules.voter_grace);
        // A regime of an epoch that may have been granted before a restore goes on only until there is a new one.
        if let Some(hold) = &mut self.hold {
            hold.outbid |= hold.regime.epoch < rules.least_epoch;
        }
        self.rules = rules;
    }

    /// Evictions do without quorum: whoever leads writes those down that the database lacks.
    pub fn record(&mut self, now: Now, evictions: &Evictions, out: Out<'_>) {
        if self.recording.is_some() || !self.state.leading || self.hold.is_none() {
            return;
        }
        let news = evictions.iter().filter(|entry| self.rules.evictions.lacks(entry));
        let news: Vec<Eviction> = news.take(BATCH).cloned().collect();
        if !news.is_empty() {
            let number = self.next_number();
            self.recording = Some(number);
            let change = Change { wall: now.wall, kind: ChangeKind::Evictions(news) };
            out.push(Effect::Consensus(Order::Propose { number, change }));
        }
    }

    /// What consensus was asked came to an end. Returns whether it was to record evictions.
    pub(super) fn on_recorded(&mut self, number: u64) -> bool {
        self.recording.take_if(|known| *known == number).is_some()
    }
}
