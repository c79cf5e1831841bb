//! What comes round with every heartbeat: limits, holds, answers, duplicates, dials.

use super::{
    Channels, Effect, Out, freshen,
    pulse::{Pulse, Word},
    table::{Channel, ChannelId},
};
use crate::{
    types::{Duration, Instant, Loss},
    wire::{Frame, Goodbye},
};

/// How long two channels to one peer on one network live side by side before one is closed.
const DUPLICATE_GRACE: Duration = Duration::from_secs(1);
/// How much slower heartbeats on a link that nobody watches are at least; beyond that, a heartbeat slower for each channel
/// there is, so that all such links together cost no more than one that is watched (V8).
const SLOW_LEAST: u32 = 50;
/// How much slower a peer may be at most; beyond that it is taken to be as slow as this.
const SLOWEST: f64 = 2_000.0;

impl Channels {
    /// Heartbeats, limits, holds and dials. Comes once a heartbeat.
    pub fn on_timer(&mut self, now: Instant, out: Out<'_>) {
        let late = self.next_beat.map_or(Duration::ZERO, |due| now.since(due));
        self.next_beat = Some(now + self.heartbeat);
        if self.distrust.on_timer(late, self.heartbeat) {
            out.push(Effect::Distrust { late, level: self.distrust.level() });
        }
        for id in self.table.ids() {
            if late >= self.heartbeat {
                self.table.forgive(&id, late);
            }
            self.check(now, &id, out);
        }
        self.close_duplicates(now, out);
        self.dial(now, out);
        self.arm_silence(now, out);
    }

    /// The time has come that was armed for a channel which falls silent between two heartbeats, so that all who lose a
    /// peer at once notice at nearly the same time.
    pub fn on_silence(&mut self, now: Instant, out: Out<'_>) {
        // After a pause of its own the node first has to leave that out of the silence: the heartbeat does.
        if self.next_beat.is_none_or(|beat| now >= beat) {
            return;
        }
        for id in self.table.ids() {
            if self.falls_silent(&id).is_some_and(|at| at <= now) {
                self.check(now, &id, out);
            }
        }
        self.arm_silence(now, out);
    }

    /// Arms the time of the next channel that falls silent before the next heartbeat, if nothing is heard of it.
    fn arm_silence(&self, now: Instant, out: Out<'_>) {
        let soon = now + self.heartbeat;
        let next = self.table.ids().iter().filter_map(|id| self.falls_silent(id)).filter(|at| *at < soon).min();
        if let Some(at) = next {
            out.push(Effect::ArmSilence { at: at.max(now) });
        }
    }

    /// When a greeted channel has been silent for too long.
    fn falls_silent(&self, id: &ChannelId) -> Option<Instant> {
        let pulse = &self.table.get(id)?.peer()?.pulse;
        Some(pulse.echoed_at() + self.silence_limit(pulse) + Duration::from_nanos(1))
    }

    /// How long a channel may be silent: the longer, the slower its heartbeats are and the less this node trusts its timers.
    fn silence_limit(&self, pulse: &Pulse) -> Duration {
        let slowness = pulse.period().as_secs_f64() / self.heartbeat.as_secs_f64();
        self.distrust.widen(self.detect_timeout).mul_f64(slowness.clamp(1.0, SLOWEST))
    }

    pub(super) fn check(&mut self, now: Instant, id: &ChannelId, out: Out<'_>) {
        let Some(channel) = self.table.get(id) else { return };
        let Some(peer) = channel.peer() else {
            if now.since(channel.since) > self.distrust.widen(self.open_timeout) {
                self.fail(now, id, Loss::Unreachable, out);
            }
            return;
        };
        let silence = peer.pulse.silence(now);
        if silence > self.silence_limit(&peer.pulse) {
            self.send(id, Frame::Close(Goodbye::Silent), out);
            return self.fail(now, id, Loss::Silent(silence), out);
        }
        let Some(peer) = self.table.get_mut(id).and_then(Channel::peer_mut) else { return };
        let due = peer.pulse.is_due(now);
        if due {
            let overdue = peer.pulse.check(now);
            if overdue && !peer.trusted && peer.trusted_from.is_some() {
                peer.trusted_from = Some(now + peer.hold);
            }
            let fresh = !overdue && !peer.pulse.is_hurried();
            freshen(id, peer, fresh, out);
        }
        self.trust(now, id, out);
        if due {
            self.beat(now, id, out);
        }
    }

    pub(super) fn beat(&mut self, now: Instant, id: &ChannelId, out: Out<'_>) {
        let distrust = self.distrust.level() > 0;
        let slow = self.heartbeat * (self.table.len() as u32).max(SLOW_LEAST);
        let heartbeat = self.heartbeat;
        let (lease, pledge) = self.vows_for(now, id, out);
        let Some(peer) = self.table.get_mut(id).and_then(Channel::peer_mut) else { return };
        let name = &peer.hello.identity.name;
        let (wanted, prompt) = (self.wanted.contains_key(name), self.wanted.get(name) == Some(&true));
        let full_rate = prompt || peer.pulse.prompted() || peer.up.is_none() || !peer.trusted;
        let period = if full_rate { heartbeat } else { slow };
        let beat = peer.pulse.beat(now, Word { wanted, distrust, prompt, period, full_rate, lease, pledge });
        self.send(id, Frame::Beat(beat), out);
    }

    /// The end with the lower name closes what two ends dialled twice; the oldest channel stays.
    pub(super) fn close_duplicates(&mut self, now: Instant, out: Out<'_>) {
        for id in self.table.duplicates(now, DUPLICATE_GRACE, &self.me.name) {
            self.close(now, &id, Goodbye::Duplicate, out);
        }
    }

    pub(super) fn dial(&mut self, now: Instant, out: Out<'_>) {
        let table = &self.table;
        let dials = self.dialer.due(now, |address, owner| table.covers(address, owner));
        for (conn, address) in dials {
            self.table.insert(ChannelId::Direct(conn), Channel::dialled(now, Some(address.clone())));
            out.push(Effect::Dial { conn, address });
        }
    }
}
