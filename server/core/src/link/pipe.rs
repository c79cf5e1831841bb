//! One link: its channels, its session, its state. The transitions stand above [`LinkState`].

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

use super::{
    Effect, Out,
    window::{Inbox, Outbox},
};
use crate::{
    channel::ChannelId,
    status::{LinkState, LinkStatus},
    types::{Duration, Identity, Instant, Loss, Network, NodeName},
    wire::{Frame, Goodbye, Hello, Payload},
};

/// The link to one peer.
#[derive(Clone, Debug)]
pub struct Link {
    hello: Arc<Hello>,
    state: LinkState,
    since: Instant,
    channels: BTreeMap<ChannelId, Path>,
    active: Option<ChannelId>,
    own: u64,
    peer_session: u64,
    outbox: Outbox,
    inbox: Inbox,
    losses: BTreeMap<Option<Network>, Loss>,
    failures: u64,
    relay_tried: Instant,
    relay_turn: usize,
    /// A direct channel has been good for long enough, and one has been up ever since: which one is nobody's business.
    proven: bool,
    /// Whether answers come on a direct channel.
    fresh: bool,
    /// Whether the peer needs the link.
    pub peer_wants: bool,
    /// Since when one end or both have not needed it.
    pub idle_since: Instant,
}

/// A channel as the link sees it.
#[derive(Clone, Debug)]
struct Path {
    /// 0 is the network preferred; relayed channels come last.
    preference: usize,
    network: Option<Network>,
    fresh: bool,
    since: Instant,
}

impl Link {
    /// A link without channels.
    pub fn new(now: Instant, hello: Arc<Hello>) -> Self {
        Self {
            hello,
            state: LinkState::Down,
            since: now,
            channels: BTreeMap::new(),
            active: None,
            own: 0,
            peer_session: 0,
            outbox: Outbox::default(),
            inbox: Inbox::default(),
            losses: BTreeMap::new(),
            failures: 0,
            relay_tried: now,
            relay_turn: 0,
            proven: false,
            fresh: false,
            peer_wants: false,
            idle_since: now,
        }
    }

    /// Who it leads to.
    pub fn peer(&self) -> &Identity {
        &self.hello.identity
    }

    /// How the peer introduced itself last.
    pub fn hello(&self) -> &Arc<Hello> {
        &self.hello
    }

    /// Its state.
    pub fn state(&self) -> LinkState {
        self.state
    }

    /// Since when it has been in its state.
    pub fn since(&self) -> Instant {
        self.since
    }

    /// Whether the peer counts as reached: the link is up, a direct channel has been good for long enough, and one has
    /// been up ever since.
    pub fn trusted(&self) -> bool {
        self.state == LinkState::Up && self.proven
    }

    /// The channel that carries messages.
    pub fn active(&self) -> Option<&ChannelId> {
        self.active.as_ref()
    }

    /// What was seen of the peer on each network, newest: why it is down, or not trusted.
    pub fn losses(&self) -> Vec<(Option<Network>, Loss)> {
        let mut losses = self.losses.clone();
        for path in self.channels.values().filter(|path| path.network.is_some() && !self.proven) {
            losses.insert(path.network.clone(), Loss::Damped);
        }
        losses.into_iter().collect()
    }

    /// A channel could not be had.
    pub fn note_loss(&mut self, network: Option<Network>, loss: Loss) {
        let silent = |loss| matches!(loss, Loss::Silent(_) | Loss::Reset | Loss::Left | Loss::Restarted);
        let known = self.losses.get(&network).copied();
        if !known.is_some_and(silent) {
            self.losses.insert(network, loss);
        }
    }

    pub(super) fn add_channel(
        &mut self,
        now: Instant,
        id: ChannelId,
        hello: &Arc<Hello>,
        preference: usize,
        network: Option<Network>,
        out: Out<'_>,
    ) {
        if self.hello.identity != hello.identity {
            (self.own, self.peer_session) = (0, 0);
            self.peer_wants = false;
            self.idle_since = now;
        }
        self.hello = hello.clone();
        self.losses.remove(&network);
        self.channels.insert(id, Path { preference, network, fresh: true, since: now });
        self.note_freshness(out);
    }

    fn note_freshness(&mut self, out: Out<'_>) {
        let fresh = self.channels.values().any(|path| path.network.is_some() && path.fresh);
        if core::mem::replace(&mut self.fresh, fresh) != fresh {
            out.push(Effect::Fresh { peer: self.peer().name.clone(), fresh });
        }
    }

    /// Starts a new session.
    pub(super) fn open(&mut self, now: Instant, session: u64, out: Out<'_>) {
        self.own = session;
        self.outbox = Outbox::default();
        self.inbox = Inbox::default();
        self.enter(now, LinkState::Reset);
        self.choose(now, out);
        self.send_reset(out);
    }

    pub(super) fn remove_channel(&mut self, now: Instant, id: &ChannelId, loss: Loss, out: Out<'_>) {
        let was_trusted = self.trusted();
        let Some(path) = self.channels.remove(id) else { return };
        self.losses.insert(path.network, loss);
        self.note_freshness(out);
        self.proven &= self.channels.values().any(|path| path.network.is_some());
        if self.channels.is_empty() {
            self.go_down(now, was_trusted, out);
            return;
        }
        if was_trusted && !self.trusted() {
            out.push(Effect::Trusted { peer: self.peer().clone(), trusted: false });
        }
        self.choose(now, out);
    }

    fn go_down(&mut self, now: Instant, was_trusted: bool, out: Out<'_>) {
        let was_up = self.state == LinkState::Up;
        self.active = None;
        self.enter(now, LinkState::Down);
        self.relay_tried = now;
        if was_trusted {
            out.push(Effect::Trusted { peer: self.peer().clone(), trusted: false });
        }
        if was_up {
            self.failures += 1;
            out.push(Effect::Down { peer: self.peer().clone(), losses: self.losses() });
        }
    }

    /// The session is over though channels are up: down for the layer above, and a new session at once.
    pub(super) fn fail(&mut self, now: Instant, loss: Loss, session: u64, out: Out<'_>) {
        let was_trusted = self.trusted();
        self.losses.insert(None, loss);
        self.go_down(now, was_trusted, out);
        self.open(now, session, out);
    }

    pub(super) fn trust_channel(&mut self, id: &ChannelId, out: Out<'_>) {
        let before = self.trusted();
        self.proven |= self.channels.contains_key(id);
        if !before && self.trusted() {
            out.push(Effect::Trusted { peer: self.peer().clone(), trusted: true });
        }
    }

    pub(super) fn freshen_channel(&mut self, now: Instant, id: &ChannelId, fresh: bool, out: Out<'_>) {
        if let Some(path) = self.channels.get_mut(id) {
            path.fresh = fresh;
            self.note_freshness(out);
            self.choose(now, out);
        }
    }

    /// Chooses the channel that carries messages: fresh before stale, direct before relayed, networks in order. What
    /// the last one may have lost is sent again.
    fn choose(&mut self, now: Instant, out: Out<'_>) {
        let rank = |(id, path): &(&ChannelId, &Path)| (!path.fresh, path.preference, (*id).clone());
        let best = self.channels.iter().min_by_key(rank).map(|(id, _)| id.clone());
        if best == self.active {
            return;
        }
        self.active = best;
        out.push(Effect::Changed { peer: self.peer().name.clone() });
        if self.state == LinkState::Up {
            self.resend(now, true, out);
        }
    }

    fn enter(&mut self, now: Instant, state: LinkState) {
        self.state = state;
        self.since = now;
    }

    fn send_reset(&self, out: Out<'_>) {
        self.transmit(Frame::LinkReset { own: self.own, peer: self.peer_session }, out);
    }

    fn transmit(&self, frame: Frame, out: Out<'_>) {
        if let Some(id) = &self.active {
            out.push(Effect::Send { id: id.clone(), frame });
        }
    }

    /// The peer tells its session, and which one of this end it knows.
    pub(super) fn on_reset(
        &mut self,
        now: Instant,
        id: &ChannelId,
        session: u64,
        known: u64,
        next: &mut u64,
        out: Out<'_>,
    ) {
        if !self.channels.contains_key(id) || session < self.peer_session {
            return;
        }
        if session > self.peer_session {
            self.peer_session = session;
            if self.state == LinkState::Up {
                *next += 1;
                self.fail(now, Loss::Reset, *next, out);
            }
        }
        if known != self.own {
            return self.send_reset(out);
        }
        if self.state == LinkState::Reset {
            self.rise(now, out);
        }
        // An acknowledgement, not a reset: it tells the peer that its number was heard and asks for no answer.
        self.send_ack(out);
    }

    fn rise(&mut self, now: Instant, out: Out<'_>) {
        self.enter(now, LinkState::Up);
        self.losses.clear();
        out.push(Effect::Up { hello: self.hello.clone() });
        if self.trusted() {
            out.push(Effect::Trusted { peer: self.peer().clone(), trusted: true });
        }
    }

    fn in_session(&self, session: (u64, u64)) -> bool {
        session == (self.peer_session, self.own) && self.state != LinkState::Down
    }

    pub(super) fn on_data(
        &mut self,
        now: Instant,
        session: (u64, u64),
        seq: u64,
        ack: u64,
        payload: Payload,
        out: Out<'_>,
    ) {
        if !self.in_session(session) {
            return;
        }
        self.on_ack(now, session, ack, out);
        for (seq, payload) in self.inbox.on_data(seq, payload) {
            out.push(Effect::Deliver { peer: self.peer().clone(), session: session.0, seq, payload });
        }
    }

    pub(super) fn on_ack(&mut self, now: Instant, session: (u64, u64), ack: u64, out: Out<'_>) {
        if !self.in_session(session) {
            return;
        }
        if self.state == LinkState::Reset {
            // The peer uses this end's number, so it has heard it.
            self.rise(now, out);
        }
        self.outbox.on_ack(now, ack);
    }

    fn send_ack(&self, out: Out<'_>) {
        let ack = self.inbox.delivered();
        self.transmit(Frame::LinkAck { own: self.own, peer: self.peer_session, ack }, out);
    }

    /// Sends a message; false when the queue is full.
    pub(super) fn send(&mut self, now: Instant, payload: Payload, out: Out<'_>) -> bool {
        let Some(seq) = self.outbox.push(now, payload.clone()) else { return false };
        self.transmit(self.data(seq, payload), out);
        self.inbox.ack_due = false;
        true
    }

    fn data(&self, seq: u64, payload: Payload) -> Frame {
        Frame::LinkData { own: self.own, peer: self.peer_session, seq, ack: self.inbox.delivered(), payload }
    }

    fn resend(&mut self, now: Instant, everything: bool, out: Out<'_>) {
        for (seq, payload) in self.outbox.overdue(now, everything) {
            self.transmit(self.data(seq, payload), out);
        }
    }

    pub(super) fn on_timer(&mut self, now: Instant, out: Out<'_>) {
        match self.state {
            LinkState::Down => {}
            LinkState::Reset => self.send_reset(out),
            LinkState::Up => {
                self.resend(now, false, out);
                if core::mem::take(&mut self.inbox.ack_due) {
                    self.send_ack(out);
                }
            }
        }
    }

    /// Asks for a relayed channel when no other is there, one neighbour after the other.
    pub(super) fn try_relay(&mut self, now: Instant, patience: Duration, relays: &[NodeName], out: Out<'_>) {
        if !self.channels.is_empty() || relays.is_empty() || now.since(self.relay_tried) < patience {
            return;
        }
        self.relay_tried = now;
        let via = relays[self.relay_turn % relays.len()].clone();
        self.relay_turn = self.relay_turn.wrapping_add(1);
        out.push(Effect::OpenRelay { via, peer: self.peer().name.clone() });
    }

    /// Whether a relayed channel is left over though a direct one has been good for a while.
    pub(super) fn has_idle_relay(&self, now: Instant, patience: Duration) -> bool {
        let direct =
            |(id, path): (&ChannelId, &Path)| id.relay().is_none() && path.fresh && now.since(path.since) > patience;
        self.channels.keys().any(|id| id.relay().is_some()) && self.channels.iter().any(direct)
    }

    pub(super) fn close_channels(&self, relayed_only: bool, out: Out<'_>) {
        for id in self.channels.keys().filter(|id| !relayed_only || id.relay().is_some()) {
            out.push(Effect::CloseChannel { id: id.clone(), goodbye: Goodbye::Idle });
        }
    }

    pub(super) fn status(&self, now: Instant) -> LinkStatus {
        LinkStatus {
            state: self.state,
            age: now.since(self.since),
            trusted: self.trusted(),
            unacknowledged: self.outbox.len(),
            sent: self.outbox.last(),
            received: self.inbox.delivered(),
            retransmitted: self.outbox.retransmitted,
            failures: self.failures,
            channels: Vec::new(),
        }
    }
}
