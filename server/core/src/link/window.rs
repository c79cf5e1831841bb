//! Numbers, acknowledgements and order: what makes a pipe of frames that may be lost, doubled or out of order.

use alloc::{
    collections::{BTreeMap, VecDeque},
    vec::Vec,
};

use crate::{
    types::{Duration, Instant},
    wire::Payload,
};

/// Most messages sent and not acknowledged; the link fails when there are more (L1).
pub const SEND_LIMIT: usize = 4096;
/// Most messages kept that came before one that is missing; later ones are sent again by the peer (L1).
pub const EARLY_LIMIT: usize = 1024;
/// Most messages sent again at once: one at first, as a question, and twice as many each time that was what was missing
/// (after the slow start of TCP, RFC 5681). A reliable stream that is merely busy is not made busier.
const BURST: usize = 256;
/// Least time to wait for an acknowledgement.
const LEAST_WAIT: Duration = Duration::from_millis(300);
/// Most time to wait for an acknowledgement.
const MOST_WAIT: Duration = Duration::from_secs(3);

/// The sending end of one session.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    waiting: VecDeque<Waiting>,
    last: u64,
    answer: Option<Duration>,
    /// How many times in a row nothing came of sending again.
    vain: u32,
    /// How many messages are sent again next time.
    burst: usize,
    /// Messages sent again.
    pub retransmitted: u64,
}

#[derive(Clone, Debug)]
struct Waiting {
    seq: u64,
    payload: Payload,
    sent: Instant,
    again: bool,
}

impl Outbox {
    /// Takes in a message and gives it a number; `None` when the queue is full.
    pub fn push(&mut self, now: Instant, payload: Payload) -> Option<u64> {
        if self.waiting.len() >= SEND_LIMIT {
            return None;
        }
        self.last += 1;
        self.waiting.push_back(Waiting { seq: self.last, payload, sent: now, again: false });
        Some(self.last)
    }

    /// The peer has everything up to `ack`.
    pub fn on_ack(&mut self, now: Instant, ack: u64) {
        while let Some(first) = self.waiting.front()
            && first.seq <= ack
        {
            self.vain = 0;
            if first.again {
                self.burst = (self.burst * 2).min(BURST);
            } else {
                self.burst = 1;
                let sample = now.since(first.sent);
                self.answer = Some(self.answer.map_or(sample, |answer| (answer * 7 + sample) / 8));
            }
            self.waiting.pop_front();
        }
    }

    /// Messages to be sent again because their acknowledgement is overdue, or all with `everything`. Each time in vain
    /// doubles the wait for the next (Karn and Partridge, "Improving round-trip time estimates in reliable transport
    /// protocols", 1987).
    pub fn overdue(&mut self, now: Instant, everything: bool) -> Vec<(u64, Payload)> {
        let wait = (self.answer.unwrap_or_default() * 2).max(LEAST_WAIT) * 2u32.pow(self.vain.min(4));
        let due = self.waiting.front().is_some_and(|first| now.since(first.sent) > wait.min(MOST_WAIT));
        let burst = match (everything, due) {
            (true, _) => SEND_LIMIT,
            (false, true) => {
                self.vain += 1;
                self.burst.max(1)
            }
            (false, false) => 0,
        };
        let mut again = Vec::new();
        for waiting in self.waiting.iter_mut().take(burst) {
            waiting.sent = now;
            waiting.again = true;
            again.push((waiting.seq, waiting.payload.clone()));
        }
        self.retransmitted += again.len() as u64;
        again
    }

    /// How many messages wait for an acknowledgement.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Number of the last message.
    pub fn last(&self) -> u64 {
        self.last
    }
}

/// The receiving end of one session.
#[derive(Clone, Debug, Default)]
pub struct Inbox {
    delivered: u64,
    early: BTreeMap<u64, Payload>,
    /// Whether the peer should be told how far this end has come.
    pub ack_due: bool,
}

impl Inbox {
    /// Takes in a message and returns what can be delivered now, in order, each with its number.
    pub fn on_data(&mut self, seq: u64, payload: Payload) -> Vec<(u64, Payload)> {
        self.ack_due = true;
        if seq <= self.delivered {
            return Vec::new();
        }
        if seq > self.delivered + 1 {
            if self.early.len() < EARLY_LIMIT && seq <= self.delivered + SEND_LIMIT as u64 {
                self.early.insert(seq, payload);
            }
            return Vec::new();
        }
        let mut ready = Vec::from([(seq, payload)]);
        self.delivered = seq;
        while let Some(payload) = self.early.remove(&(self.delivered + 1)) {
            self.delivered += 1;
            ready.push((self.delivered, payload));
        }
        ready
    }

    /// Everything up to here was delivered.
    pub fn delivered(&self) -> u64 {
        self.delivered
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::{EARLY_LIMIT, Inbox, Outbox, SEND_LIMIT};
    use crate::{
        types::{Duration, Instant},
        wire::Payload,
    };

    fn payload() -> Payload {
        Payload::Evictions(vec![])
    }

    fn numbers(ready: Vec<(u64, Payload)>) -> Vec<u64> {
        ready.into_iter().map(|(seq, _)| seq).collect()
    }

    #[test]
    fn each_message_is_delivered_once_and_in_order() {
        let mut inbox = Inbox::default();
        assert_eq!(numbers(inbox.on_data(2, payload())), []);
        assert_eq!(numbers(inbox.on_data(1, payload())), [1, 2]);
        assert_eq!(numbers(inbox.on_data(2, payload())), [], "a retransmitted one");
        assert_eq!(numbers(inbox.on_data(3, payload())), [3]);
    }

    #[test]
    fn l1_both_ends_are_bounded() {
        let mut inbox = Inbox::default();
        for seq in 2..10_000 {
            inbox.on_data(seq, payload());
        }
        assert_eq!(inbox.early.len(), EARLY_LIMIT);
        let mut outbox = Outbox::default();
        let taken = (0..10_000).filter(|_| outbox.push(Instant::ZERO, payload()).is_some()).count();
        assert_eq!(taken, SEND_LIMIT);
    }

    #[test]
    fn what_is_not_acknowledged_in_time_is_sent_again() {
        let mut outbox = Outbox::default();
        let at = |millis| Instant::ZERO + Duration::from_millis(millis);
        for _ in 0..5 {
            outbox.push(Instant::ZERO, payload());
        }
        outbox.on_ack(at(10), 1);
        assert_eq!(numbers(outbox.overdue(at(300), false)), []);
        assert_eq!(numbers(outbox.overdue(at(301), false)), [2]);
        outbox.on_ack(at(350), 2);
        assert_eq!(numbers(outbox.overdue(at(351), false)), [3, 4], "it was missing, so more may be");
        assert_eq!(numbers(outbox.overdue(at(351), true)), [3, 4, 5], "a failover sends all at once");
        outbox.on_ack(at(400), 5);
        assert_eq!(outbox.len(), 0);
    }

    #[test]
    fn a_peer_that_is_merely_busy_is_not_made_busier() {
        let mut outbox = Outbox::default();
        for _ in 0..1000 {
            outbox.push(Instant::ZERO, payload());
        }
        let beats = (1..=100).map(|beat| Instant::ZERO + Duration::from_millis(100 * beat));
        let again: usize = beats.map(|now| outbox.overdue(now, false).len()).sum();
        assert!(again <= 6, "{again} in ten seconds");
    }
}
