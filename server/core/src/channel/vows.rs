//! Words that run out by themselves, which heartbeats carry for the layer above.
//!
//! Nobody's clock is compared with another's. A heartbeat echoes one that the receiver sent before, so the receiver knows a
//! moment of its own clock that surely lies before the giver spoke; counted from there, and shortened by what clocks may
//! differ in rate, a word is never taken to last longer than its giver meant.

use alloc::{collections::BTreeSet, sync::Arc};

use super::{
    Channels, Effect, Out,
    table::{Channel, ChannelId, Peer},
};
use crate::{
    types::{Duration, Epoch, Instant, NodeName},
    wire::{Beat, Vow},
};

/// How many heartbeats ago a peer was heard at most to be given a word: so that whoever is silent soon has none left.
const HEARD: u32 = 3;

/// What heartbeats say on behalf of the layer above.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Vows {
    /// A right to act, and with whom it is shared.
    pub lease: Option<Lease>,
    /// Whose regime is backed.
    pub pledge: Option<Pledge>,
}

/// A right to act that may be shared.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Lease {
    /// The regime.
    pub epoch: Epoch,
    /// When it ends.
    pub until: Instant,
    /// With whom.
    pub audience: Arc<BTreeSet<NodeName>>,
    /// Whether not all of them have it from its holder: then news of it are passed on at once, or it would be older with each
    /// step by as much as a heartbeat.
    pub hops: bool,
}

/// A regime is backed, anew with each heartbeat.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Pledge {
    /// The regime.
    pub epoch: Epoch,
    /// Its holder.
    pub to: NodeName,
    /// For how long from each heartbeat.
    pub length: Duration,
}

impl Channels {
    /// Replaces what heartbeats say, and says it at once to those who do not know of the lease, or for whom that is old.
    pub fn set_vows(&mut self, now: Instant, vows: Vows, out: Out<'_>) {
        self.vows = vows;
        let Some(lease) = self.vows.lease.clone() else { return };
        let is_news = |peer: &Peer| {
            let often = peer.pulse.period() <= self.heartbeat && peer.up.is_some();
            let old = peer.told.0 != lease.epoch || lease.hops && peer.told.1 + self.heartbeat <= lease.until;
            often && old && peer.pulse.heard_within(now, self.heartbeat * HEARD)
        };
        let is_told = |id: &ChannelId| self.table.get(id).and_then(Channel::peer).is_some_and(|peer| !is_news(peer));
        // Where one of a peer's channels has told it, the others do at their own time.
        let waits = |name: &&NodeName| {
            let channels = self.table.of_peer(name);
            !channels.is_empty() && !channels.iter().any(is_told)
        };
        let waiting = lease.audience.iter().filter(waits);
        let channels: alloc::vec::Vec<ChannelId> = waiting.flat_map(|name| self.table.of_peer(name)).collect();
        for id in channels {
            self.beat(now, &id, out);
        }
    }

    /// What the next heartbeat on a channel says.
    pub(super) fn vows_for(&mut self, now: Instant, id: &ChannelId, out: Out<'_>) -> (Option<Vow>, Option<Vow>) {
        let limit = self.heartbeat * HEARD;
        let Some(peer) = self.table.get_mut(id).and_then(Channel::peer_mut) else { return (None, None) };
        if peer.up.is_none() || !peer.pulse.heard_within(now, limit) {
            return (None, None);
        }
        let name = &peer.hello.identity.name;
        let lease = self.vows.lease.as_ref().filter(|lease| lease.until > now && lease.audience.contains(name));
        let pledge = self.vows.pledge.as_ref().filter(|pledge| pledge.to == *name);
        if let Some(lease) = lease {
            peer.told = (lease.epoch, lease.until);
        }
        if lease.is_some() || pledge.is_some() {
            let lease = lease.map(|lease| lease.until);
            let pledge = pledge.map(|pledge| now + pledge.length);
            out.push(Effect::Vowed { peer: peer.hello.identity.clone(), lease, pledge });
        }
        (
            lease.map(|lease| Vow { epoch: lease.epoch, left: lease.until.since(now) }),
            pledge.map(|pledge| Vow { epoch: pledge.epoch, left: pledge.length }),
        )
    }

    /// A heartbeat brings words: they count from a moment that surely lies before they were given.
    pub(super) fn on_vows(&mut self, id: &ChannelId, beat: &Beat, out: Out<'_>) {
        let Some(peer) = self.table.get(id).and_then(Channel::peer) else { return };
        if let Some(since) = peer.pulse.given_after(beat).filter(|_| beat.lease.is_some() || beat.pledge.is_some()) {
            let until = |vow: Vow| (vow.epoch, since + surely(vow.left));
            let (lease, pledge) = (beat.lease.map(until), beat.pledge.map(until));
            out.push(Effect::Vow { peer: peer.hello.identity.clone(), lease, pledge });
        }
    }
}

/// How much of a span of another's clock has surely not passed by this node's, if clocks differ in rate from true time by
/// at most one in a hundred: two of them by 1.01 / 0.99 at most, which is less than one in 49.
#[must_use]
pub fn surely(span: Duration) -> Duration {
    span.saturating_sub(span / 49).saturating_sub(Duration::from_nanos(1))
}

#[cfg(test)]
mod tests {
    use super::surely;
    use crate::types::Duration;

    #[test]
    fn q1_the_slowest_clock_is_done_before_the_fastest() {
        for millis in [1, 100, 400, 60_000] {
            let span = Duration::from_millis(millis);
            let slow = surely(span).as_secs_f64() / 0.99;
            let fast = span.as_secs_f64() / 1.01;
            assert!(slow < fast, "{span:?}: {slow} {fast}");
        }
    }
}
