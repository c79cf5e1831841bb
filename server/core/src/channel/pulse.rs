//! The heartbeat of one channel: what was sent, what was echoed, and what follows from it.

use super::vows::surely;
use crate::{
    types::{Duration, Instant},
    wire::{Beat, Vow},
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
    /// When the next heartbeat is due.
    due: Instant,
    /// Longest time between two heartbeats, of this end and of the other.
    periods: (Duration, Duration),
    /// Whether the other end must notice soon if this one falls silent.
    prompted: bool,
    /// Whether the other end was asked to hurry and has not answered since.
    hurried: bool,
}

/// What a heartbeat says besides its numbers.
#[derive(Clone, Copy, Debug)]
pub struct Word {
    /// Whether the link is needed.
    pub wanted: bool,
    /// Whether this node distrusts its timers.
    pub distrust: bool,
    /// Whether this end must notice soon if the other falls silent.
    pub prompt: bool,
    /// Longest time between two heartbeats, if it were for this end alone.
    pub period: Duration,
    /// Whether this end keeps to that also when the other one could do with fewer.
    pub full_rate: bool,
    /// A right to act, shared with the other end.
    pub lease: Option<Vow>,
    /// The other end's regime is backed.
    pub pledge: Option<Vow>,
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
            due: now,
            periods: (Duration::ZERO, Duration::ZERO),
            prompted: true,
            hurried: false,
        }
    }

    /// The next heartbeat to send.
    pub fn beat(&mut self, now: Instant, word: Word) -> Beat {
        self.sent += 1;
        self.sent_at[(self.sent % REMEMBERED) as usize] = now;
        self.periods.0 = word.period;
        self.due = now + if word.full_rate { word.period } else { self.period() };
        let Word { wanted, distrust, prompt, period, full_rate: _, lease, pledge } = word;
        let (seq, echo, held) = (self.sent, self.heard, now.since(self.heard_at));
        Beat { seq, echo, held, wanted, distrust, prompt, period, lease, pledge }
    }

    /// A moment of this end's clock that lies before the other end sent this heartbeat, as late as can be told.
    pub fn given_after(&self, beat: &Beat) -> Option<Instant> {
        let known = beat.echo > 0 && beat.echo <= self.sent && self.sent - beat.echo < REMEMBERED;
        known.then(|| self.sent_at[(beat.echo % REMEMBERED) as usize] + surely(beat.held))
    }

    /// Number of the other end's newest heartbeat.
    pub fn heard(&self) -> u64 {
        self.heard
    }

    /// Whether the other end was heard that long ago at most.
    pub fn heard_within(&self, now: Instant, span: Duration) -> bool {
        self.heard > 0 && now.since(self.heard_at) <= span
    }

    /// Whether the next heartbeat is due.
    pub fn is_due(&self, now: Instant) -> bool {
        self.due <= now
    }

    /// Whether the other end must notice soon if this one falls silent.
    pub fn prompted(&self) -> bool {
        self.prompted
    }

    /// Heartbeats shall come at least this often, the other end's too as soon as it hears of it. If they did not yet, silence
    /// counts from now on; if this is asked again before an answer came, from the first time. Returns whether only an answer
    /// will show that the channel is as good as that.
    pub fn hurry(&mut self, now: Instant, period: Duration) -> bool {
        if self.period() > period && !core::mem::replace(&mut self.hurried, true) {
            self.echoed_at = self.echoed_at.max(now);
        }
        self.periods.1 = self.periods.1.min(period);
        self.due = now;
        self.hurried
    }

    /// Whether the other end was asked to hurry and has not answered since.
    pub fn is_hurried(&self) -> bool {
        self.hurried
    }

    /// The longer one of both ends' times between heartbeats.
    pub fn period(&self) -> Duration {
        self.periods.0.max(self.periods.1)
    }

    /// Takes in a heartbeat. Returns whether it answers one that was not answered before.
    pub fn on_beat(&mut self, now: Instant, beat: &Beat) -> bool {
        if beat.seq > self.heard {
            self.heard = beat.seq;
            self.heard_at = now;
            if beat.prompt && !self.prompted {
                self.hurry(now, beat.period);
            }
            self.periods.1 = beat.period;
            self.prompted = beat.prompt;
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
        self.hurried = false;
        true
    }

    /// When a heartbeat was answered last.
    pub fn echoed_at(&self) -> Instant {
        self.echoed_at
    }

    /// How long no heartbeat was answered.
    pub fn silence(&self, now: Instant) -> Duration {
        now.since(self.echoed_at)
    }

    /// Whether an answer is overdue by a whole heartbeat; called at each heartbeat, it also keeps the share of those.
    pub fn check(&mut self, now: Instant) -> bool {
        let overdue = self.silence(now) > self.period() * 3 + self.rtt.unwrap_or_default() * 2;
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
    use super::{Pulse, Word};
    use crate::types::{Duration, Instant};

    const MS: Duration = Duration::from_millis(1);
    const WORD: Word = Word {
        wanted: true,
        distrust: false,
        prompt: true,
        period: Duration::from_millis(100),
        full_rate: true,
        lease: None,
        pledge: None,
    };
    const SLOW: Word = Word { prompt: false, period: Duration::from_secs(1), full_rate: false, ..WORD };

    #[test]
    fn a_one_way_path_stays_silent_at_both_ends() {
        let start = Instant::ZERO;
        let (mut a, mut b) = (Pulse::new(start), Pulse::new(start));
        for n in 1..20u32 {
            let now = start + MS * 100 * n;
            let beat = a.beat(now, WORD);
            assert!(!b.on_beat(now, &beat), "what b sends never arrives, so nothing b sent is answered");
            b.beat(now, WORD);
        }
        let end = start + MS * 1900;
        assert_eq!(a.silence(end), MS * 1900);
        assert_eq!(b.silence(end), MS * 1900);
    }

    #[test]
    fn round_trip_time_leaves_out_what_the_peer_held_the_beat() {
        let start = Instant::ZERO;
        let (mut a, mut b) = (Pulse::new(start), Pulse::new(start));
        let beat = a.beat(start, WORD);
        b.on_beat(start + MS * 3, &beat);
        let answer = b.beat(start + MS * 53, WORD);
        assert!(a.on_beat(start + MS * 57, &answer));
        assert_eq!(a.rtt(), Some(MS * 7));
        assert!(!a.on_beat(start + MS * 58, &answer), "the same echo again is no answer");
    }

    #[test]
    fn who_is_asked_to_hurry_again_and_again_and_never_answers_is_silent_from_the_first_time() {
        let mut a = Pulse::new(Instant::ZERO);
        let beat = Pulse::new(Instant::ZERO).beat(Instant::ZERO, SLOW);
        a.on_beat(Instant::ZERO, &beat);
        a.beat(Instant::ZERO, SLOW);
        for n in 1..20u32 {
            a.hurry(Instant::ZERO + MS * 100 * n, MS * 100);
            a.beat(Instant::ZERO + MS * 100 * n, WORD);
            assert_eq!(a.period(), MS * 100);
            a.beat(Instant::ZERO + MS * 100 * n, SLOW);
        }
        assert_eq!(a.silence(Instant::ZERO + MS * 1900), MS * 1800);
    }

    #[test]
    fn v8_the_end_that_needs_fewer_heartbeats_sets_the_pace() {
        let (mut busy, mut other) = (Pulse::new(Instant::ZERO), Pulse::new(Instant::ZERO));
        let beat = busy.beat(Instant::ZERO, Word { period: MS * 9000, ..SLOW });
        other.on_beat(Instant::ZERO, &beat);
        other.beat(Instant::ZERO, SLOW);
        assert!(!other.is_due(Instant::ZERO + MS * 8999) && other.is_due(Instant::ZERO + MS * 9000));
        other.beat(Instant::ZERO, WORD);
        assert!(other.is_due(Instant::ZERO + MS * 100), "unless it wants them soon");
    }

    #[test]
    fn an_echo_of_what_was_never_sent_is_no_answer() {
        let mut a = Pulse::new(Instant::ZERO);
        let mut hostile = Pulse::new(Instant::ZERO).beat(Instant::ZERO, WORD);
        hostile.echo = 7;
        assert!(!a.on_beat(Instant::ZERO + MS, &hostile));
    }
}
