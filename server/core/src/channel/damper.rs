//! Flap damping: a channel that keeps failing must stay good for longer and longer before it counts again (V6).
//!
//! The rule, for one peer on one network:
//!
//! - after silence, the channel must stay good for half as long again as it was away (at least `damping_min`, at most
//!   30 s or `damping_min`), so a path that fails and heals in turn never counts in between;
//! - after a reset or a new start the first time costs nothing, since a crashed or restarted agent is back at once; from
//!   the second on it costs a second;
//! - each further failure doubles it, up to `damping_max`;
//! - good means that no answer is overdue: if one is while the hold lasts, the hold begins anew;
//! - a channel that has stayed up for ten times as long as was asked, and at least ten minutes, starts afresh.

use alloc::collections::BTreeMap;

use crate::types::{Duration, Instant, Loss, Network, NodeName};

/// Cap of the part that grows with the outage.
const OUTAGE_CAP: Duration = Duration::from_secs(30);
/// What a repeated reset or restart asks for first.
const RESET_STEP: Duration = Duration::from_secs(1);
/// Least good time after which failures are forgotten.
const FORGET: Duration = Duration::from_secs(600);
/// Most peers and networks remembered; the one that failed longest ago gives way.
const LIMIT: usize = 16_384;

/// Failures of all channels.
#[derive(Clone, Debug)]
pub struct Damper {
    min: Duration,
    max: Duration,
    records: BTreeMap<(NodeName, Network), Record>,
}

/// Failures of one channel.
#[derive(Clone, Debug)]
pub struct Record {
    /// How often it has failed lately.
    pub failures: u32,
    /// How it failed last.
    pub loss: Loss,
    /// When it failed last.
    pub failed: Instant,
    hold: Duration,
}

impl Damper {
    /// A damper without records.
    pub fn new(min: Duration, max: Duration) -> Self {
        Self { min, max, records: BTreeMap::new() }
    }

    /// The channel failed, having been up since `up`. Returns how long it would have to stay good if it were back now.
    pub fn on_down(&mut self, now: Instant, peer: &NodeName, network: &Network, loss: Loss, up: Instant) -> Duration {
        let key = (peer.clone(), network.clone());
        let before = self.records.get(&key);
        if let Some(record) = before.filter(|record| up < record.failed) {
            // Both ends had dialled: this is the second channel of one and the same failure.
            return self.hold(record, now, false);
        }
        let forgotten = before.is_none_or(|record| now.since(up) >= (record.hold * 10).max(FORGET));
        let failures = if forgotten { 1 } else { before.map_or(1, |record| record.failures.saturating_add(1)) };
        let record = Record { failures, loss, failed: now, hold: Duration::ZERO };
        let hold = self.hold(&record, now, false);
        self.records.insert(key, Record { hold, ..record });
        if self.records.len() > LIMIT
            && let Some(oldest) =
                self.records.iter().min_by_key(|(_, record)| record.failed).map(|(key, _)| key.clone())
        {
            self.records.remove(&oldest);
        }
        hold
    }

    /// The channel is up again. Returns for how long it must stay so before it counts.
    pub fn on_up(&mut self, now: Instant, peer: &NodeName, network: &Network, restarted: bool) -> Duration {
        let key = (peer.clone(), network.clone());
        let Some(record) = self.records.get(&key) else { return Duration::ZERO };
        let hold = self.hold(record, now, restarted);
        if let Some(record) = self.records.get_mut(&key) {
            record.hold = hold;
        }
        hold
    }

    fn hold(&self, record: &Record, now: Instant, restarted: bool) -> Duration {
        let silent = matches!(record.loss, Loss::Silent(_) | Loss::PeerSilent);
        let doublings = record.failures.saturating_sub(1).min(20);
        let hold = if silent && !restarted {
            let outage = now.since(record.failed);
            (outage + outage / 2).min(OUTAGE_CAP).max(self.min) * 2u32.pow(doublings)
        } else if doublings == 0 {
            Duration::ZERO
        } else {
            RESET_STEP * 2u32.pow(doublings - 1)
        };
        hold.min(self.max)
    }

    /// What is remembered of a channel.
    pub fn record(&self, peer: &NodeName, network: &Network) -> Option<&Record> {
        self.records.get(&(peer.clone(), network.clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::Damper;
    use crate::types::{Duration, Instant, Loss, Network, NodeName};

    const S: Duration = Duration::from_secs(1);

    /// A channel of one peer that fails and heals again and again; returns the holds asked for.
    fn flap(loss: Loss, up: Duration, down: Duration) -> [Duration; 4] {
        let mut damper = Damper::new(S * 5, S * 600);
        let (peer, network) = (NodeName::new("p").unwrap(), Network::new("default").unwrap());
        let mut now = Instant::ZERO;
        core::array::from_fn(|_| {
            let was_up = now;
            now = now + up;
            damper.on_down(now, &peer, &network, loss, was_up);
            now = now + down;
            damper.on_up(now, &peer, &network, false)
        })
    }

    #[test]
    fn v6_a_path_that_falls_silent_in_turn_never_counts_in_between() {
        assert_eq!(flap(Loss::Silent(S), S * 20, S * 20), [S * 30, S * 60, S * 120, S * 240]);
        assert_eq!(flap(Loss::Silent(S), S * 4, S), [S * 5, S * 10, S * 20, S * 40]);
    }

    #[test]
    fn two_channels_that_go_down_together_are_one_failure() {
        let mut damper = Damper::new(S * 5, S * 600);
        let (peer, network) = (NodeName::new("p").unwrap(), Network::new("default").unwrap());
        for _ in 0..2 {
            damper.on_down(Instant::ZERO + S * 9, &peer, &network, Loss::Reset, Instant::ZERO);
        }
        assert_eq!(damper.on_up(Instant::ZERO + S * 10, &peer, &network, true), Duration::ZERO);
    }

    #[test]
    fn a_first_reset_costs_nothing_and_then_more_and_more() {
        assert_eq!(flap(Loss::Reset, S * 3, S), [Duration::ZERO, S, S * 2, S * 4]);
    }

    #[test]
    fn good_conduct_is_rewarded() {
        assert_eq!(flap(Loss::Reset, S * 1000, S), [Duration::ZERO; 4]);
    }
}
