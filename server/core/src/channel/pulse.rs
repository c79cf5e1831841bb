//! The heartbeat of one channel: what was sent, what was echoed, and what follows from it.

use crate::{
    types::{Duration, Instant},
    wire::Beat,
};

/// How many sent heartbeats are remembered for measuring; later echoes are not measured.
const REMEMBERED: u64 = 64;

/// Heartbeats of one channel, both ways.
#[derive(Clone, Debug)]
pub struct Pulse {
    sent: u64,
    sent_at: [Instant; REMEMBERED as usize],
    echoed: u64,
    echoed_at: Instant,
    heard: u64,
    heard_at: Instant,
    rtt: Option<Duration>,
    late: u64,
    checks: u32,
}

impl Pulse {
    /// The pulse of a channel that begins now.
    pub fn new(now: Instant) -> Self {
        Self {
            sent: 0,
            sent_at: [now; REMEMBERED as usize],
            echoed: 0,
            echoed_at: now,
            heard: 0,
            heard_at: now,
            rtt: None,
            late: 0,
            checks: 0,
        }
    }

    /// The next heartbeat to send.
    pub fn beat(&mut self, now: Instant, wanted: bool, distrust: bool) -> Beat {
        self.sent += 1;
        self.sent_at[(self.sent % REMEMBERED) as usize] = now;
        Beat { seq: self.sent, echo: self.heard, held: now.since(self.heard_at), wanted, distrust }
    }

    /// Takes in a heartbeat. Returns whether it answers one that was not answered before.
    pub fn on_beat(&mut self, now: Instant, beat: &Beat) -> bool {
        if beat.seq > self.heard {
            self.heard = beat.seq;
            self.heard_at = now;
        }
        if beat.echo <= self.echoed || beat.echo > self.sent {
            return false;
        }
        if self.sent - beat.echo < REMEMBERED {
            let sample = now.since(self.sent_at[(beat.echo % REMEMBERED) as usize]).saturating_sub(beat.held);
            self.rtt = Some(self.rtt.map_or(sample, |rtt| (rtt * 7 + sample) / 8));
        }
        self.echoed = beat.echo;
        self.echoed_at = now;
        true
    }

    /// How long no heartbeat was answered.
    pub fn silence(&self, now: Instant) -> Duration {
        now.since(self.echoed_at)
    }

    /// Whether an answer is overdue by a whole heartbeat; called once a heartbeat, it also keeps the share of those.
    pub fn check(&mut self, now: Instant, heartbeat: Duration) -> bool {
        let overdue = self.silence(now) > heartbeat * 3 + self.rtt.unwrap_or_default() * 2;
        self.late = self.late << 1 | u64::from(overdue);
        self.checks = (self.checks + 1).min(64);
        overdue
    }

    /// Leaves `span` out of the silence: the node itself slept and could hear nothing.
    pub fn forgive(&mut self, span: Duration) {
        self.echoed_at = self.echoed_at + span;
    }

    /// Smoothed round-trip time (gain 1/8, as in RFC 6298).
    pub fn rtt(&self) -> Option<Duration> {
        self.rtt
    }

    /// Share of the last 64 checks at which an answer was overdue.
    pub fn loss(&self) -> f64 {
        if self.checks == 0 { 0.0 } else { f64::from(self.late.count_ones()) / f64::from(self.checks) }
    }
}

#[cfg(test)]
mod tests {
    use super::Pulse;
    use crate::types::{Duration, Instant};

    const MS: Duration = Duration::from_millis(1);

    #[test]
    fn a_one_way_path_stays_silent_at_both_ends() {
        let start = Instant::ZERO;
        let (mut a, mut b) = (Pulse::new(start), Pulse::new(start));
        for n in 1..20u32 {
            let now = start + MS * 100 * n;
            let beat = a.beat(now, true, false);
            assert!(!b.on_beat(now, &beat), "what b sends never arrives, so nothing b sent is answered");
            b.beat(now, true, false);
        }
        let end = start + MS * 1900;
        assert_eq!(a.silence(end), MS * 1900);
        assert_eq!(b.silence(end), MS * 1900);
    }

    #[test]
    fn round_trip_time_leaves_out_what_the_peer_held_the_beat() {
        let start = Instant::ZERO;
        let (mut a, mut b) = (Pulse::new(start), Pulse::new(start));
        let beat = a.beat(start, true, false);
        b.on_beat(start + MS * 3, &beat);
        let answer = b.beat(start + MS * 53, true, false);
        assert!(a.on_beat(start + MS * 57, &answer));
        assert_eq!(a.rtt(), Some(MS * 7));
        assert!(!a.on_beat(start + MS * 58, &answer), "the same echo again is no answer");
    }

    #[test]
    fn an_echo_of_what_was_never_sent_is_no_answer() {
        let mut a = Pulse::new(Instant::ZERO);
        let mut hostile = Pulse::new(Instant::ZERO).beat(Instant::ZERO, true, false);
        hostile.echo = 7;
        assert!(!a.on_beat(Instant::ZERO + MS, &hostile));
    }
}
