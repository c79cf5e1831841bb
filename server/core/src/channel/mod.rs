//! Channels: each one path to one peer, up or down, with its round-trip time.
//!
//! ```text
//!   frames, connections, beats  -->  Channels  -->  up, down, trusted, fresh; frames for the link
//!   targets, closes, relays     -->            -->  dial, send, close
//! ```
//!
//! A channel is one connection of the transport, or a path through a common neighbour that relays. It is greeted when
//! both ends have introduced themselves, and up only while heartbeats are answered. What it carries besides heartbeats
//! it does not know.
//!
//! ```text
//!   Dialling --connected--> Greeting --hello/welcome--> Greeted --first echo--> Greeted, up
//!      any --closed, refused, silent for too long--> gone
//! ```

mod damper;
mod dialer;
mod distrust;
mod effect;
mod gate;
mod handshake;
mod pulse;
mod relay;
mod status;
mod table;
mod upkeep;
mod vows;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use rand_pcg::Pcg32;

pub use effect::Effect;
pub use gate::Gate;
pub use pulse::{Pulse, Word};
pub use table::ChannelId;
pub use vows::{Lease, Pledge, Vows, surely};

use crate::{
    settings::Settings,
    types::{Address, ClusterUid, ConnId, Duration, Identity, Instant, Loss, Network, NodeName},
    wire::{Beat, Frame, Goodbye, Hello, MAX_VERSION, MIN_VERSION, Refusal},
};
use damper::Damper;
use dialer::Dialer;
use distrust::Distrust;
use table::{Channel, Stage, Table};

/// Most channels that have not been greeted; more are closed at once (L1).
const GREETING_LIMIT: usize = 1024;

type Out<'a> = &'a mut Vec<Effect>;

/// All channels of a node.
#[derive(Clone, Debug)]
pub struct Channels {
    me: Identity,
    hello: Hello,
    heartbeat: Duration,
    detect_timeout: Duration,
    open_timeout: Duration,
    /// Who is let in.
    pub gate: Gate,
    table: Table,
    dialer: Dialer,
    damper: Damper,
    distrust: Distrust,
    wanted: BTreeMap<NodeName, bool>,
    peer_distrust: BTreeSet<NodeName>,
    next_beat: Option<Instant>,
    vows: Vows,
}

impl Channels {
    /// No channels yet.
    pub fn new(settings: &Settings, rng: Pcg32) -> Self {
        let hello = Hello {
            min_version: MIN_VERSION,
            max_version: MAX_VERSION,
            cluster: settings.cluster.clone(),
            uid: None,
            identity: settings.identity.clone(),
            endpoints: settings.endpoints.clone(),
            network: None,
            features: 0,
        };
        Self {
            me: settings.identity.clone(),
            hello,
            heartbeat: settings.heartbeat,
            detect_timeout: settings.detect_timeout,
            open_timeout: settings.open_timeout(),
            gate: Gate::new(settings.cluster.clone(), settings.identity.clone()),
            table: Table::default(),
            dialer: Dialer::new(settings.identity.name.clone(), settings.heartbeat, settings.redial_max, rng),
            damper: Damper::new(settings.damping_min, settings.damping_max),
            distrust: Distrust::default(),
            wanted: BTreeMap::new(),
            peer_distrust: BTreeSet::new(),
            next_beat: None,
            vows: Vows::default(),
        }
    }

    /// Which cluster of its name this node has become part of.
    pub fn set_uid(&mut self, uid: Option<ClusterUid>) {
        self.hello.uid = uid;
        self.gate.uid = uid;
    }

    /// Replaces the addresses to be connected to, each with who is expected there, and dials what is due.
    pub fn set_targets(&mut self, now: Instant, targets: &BTreeMap<Address, Option<NodeName>>, out: Out<'_>) {
        self.dialer.set_targets(now, targets);
        self.dial(now, out);
    }

    /// Replaces the peers whose links this node needs, each with whether it must notice soon if the peer falls silent;
    /// heartbeats tell them, at once when that is news.
    pub fn set_wanted(&mut self, now: Instant, wanted: BTreeMap<NodeName, bool>, out: Out<'_>) {
        let before = core::mem::replace(&mut self.wanted, wanted);
        let is_news = |name: &&NodeName| {
            let (before, wanted) = (before.get(*name), self.wanted.get(*name));
            before.is_some() != wanted.is_some() || (wanted == Some(&true) && before != wanted)
        };
        let names: BTreeSet<&NodeName> = before.keys().chain(self.wanted.keys()).filter(is_news).collect();
        for id in names.into_iter().flat_map(|name| self.table.of_peer(name)).collect::<Vec<_>>() {
            if let Some(peer) = self.table.get_mut(&id).and_then(Channel::peer_mut)
                && self.wanted.get(&peer.hello.identity.name) == Some(&true)
                && peer.pulse.hurry(now, self.heartbeat)
            {
                freshen(&id, peer, false, out);
            }
            self.beat(now, &id, out);
        }
    }

    /// Tries a peer's addresses at once: it was heard of just now.
    pub fn nudge(&mut self, now: Instant, peer: &NodeName, out: Out<'_>) {
        self.dialer.nudge(now, peer);
        self.dial(now, out);
    }

    /// A peer opened a connection.
    pub fn on_accepted(&mut self, now: Instant, conn: ConnId, network: Network, remote: Address, out: Out<'_>) {
        if self.table.greeting() >= GREETING_LIMIT {
            out.push(Effect::Close { conn });
            return;
        }
        let id = ChannelId::Direct(conn);
        self.table.insert(id, Channel::accepted(now, Some(network), Some(remote)));
    }

    /// A dialled connection is open.
    pub fn on_connected(&mut self, now: Instant, conn: ConnId, out: Out<'_>) {
        let id = ChannelId::Direct(conn);
        let Some(channel) = self.table.get_mut(&id) else { return out.push(Effect::Close { conn }) };
        channel.stage = Stage::Greeting;
        channel.since = now;
        self.send(&id, Frame::Hello(self.hello.clone()), out);
    }

    /// A connection ended, or could not be opened.
    pub fn on_gone(&mut self, now: Instant, conn: ConnId, loss: Loss, out: Out<'_>) {
        self.fail(now, &ChannelId::Direct(conn), loss, out);
    }

    /// A frame came in on a connection.
    pub fn on_frame(&mut self, now: Instant, conn: ConnId, frame: Frame, out: Out<'_>) {
        let id = ChannelId::Direct(conn);
        if self.table.get(&id).is_none() {
            return;
        }
        match frame {
            Frame::Relay { source, destination, frame } => self.on_relay(now, conn, source, &destination, *frame, out),
            frame => self.on_channel_frame(now, &id, frame, out),
        }
    }

    fn on_channel_frame(&mut self, now: Instant, id: &ChannelId, frame: Frame, out: Out<'_>) {
        match frame {
            Frame::Hello(hello) => self.on_hello(now, id, hello, out),
            Frame::Welcome(hello) => self.on_welcome(now, id, hello, out),
            Frame::Refuse { reason, text } => self.on_refuse(now, id, reason, text, out),
            Frame::Beat(beat) => self.on_beat(now, id, &beat, out),
            Frame::Close(goodbye) => self.on_goodbye(now, id, goodbye, out),
            frame @ (Frame::LinkReset { .. } | Frame::LinkData { .. } | Frame::LinkAck { .. }) => {
                match self.table.get(id).and_then(Channel::peer) {
                    Some(peer) => {
                        let peer = peer.hello.identity.clone();
                        out.push(Effect::Deliver { id: id.clone(), peer, frame });
                    }
                    None => self.on_early_frame(id, "a link frame before the handshake", out),
                }
            }
            Frame::Relay { .. } => nonsense(id, "a relay inside a relay", out),
        }
    }

    fn on_beat(&mut self, now: Instant, id: &ChannelId, beat: &Beat, out: Out<'_>) {
        let Some(peer) = self.table.get_mut(id).and_then(Channel::peer_mut) else {
            return self.on_early_frame(id, "a heartbeat before the handshake", out);
        };
        let was_prompted = peer.pulse.prompted();
        let answered = peer.pulse.on_beat(now, beat);
        let name = peer.hello.identity.name.clone();
        let first = answered && peer.up.is_none();
        let is_newest = peer.pulse.heard() == beat.seq;
        if answered {
            freshen(id, peer, true, out);
        }
        if core::mem::replace(&mut peer.wants, beat.wanted) != beat.wanted {
            out.push(Effect::PeerWants { peer: name.clone(), wanted: beat.wanted });
        }
        if beat.distrust {
            self.peer_distrust.insert(name);
        } else {
            self.peer_distrust.remove(&name);
        }
        if first {
            self.rise(now, id, out);
        }
        if is_newest {
            self.on_vows(id, beat, out);
        }
        if first || beat.echo == 0 || (beat.prompt && !was_prompted) {
            self.beat(now, id, out);
        }
    }

    /// The first heartbeat was answered: the channel is up.
    fn rise(&mut self, now: Instant, id: &ChannelId, out: Out<'_>) {
        let restarted = self.table.get(id).and_then(Channel::peer).is_some_and(|peer| {
            self.table.last_boot(&peer.hello.identity.name).is_some_and(|boot| boot != peer.hello.identity.boot)
        });
        let Some(channel) = self.table.get_mut(id) else { return };
        let network = channel.network.clone();
        let Some(peer) = channel.peer_mut() else { return };
        let hello = peer.hello.clone();
        let name = hello.identity.name.clone();
        let hold = match &network {
            Some(network) => self.damper.on_up(now, &name, network, restarted),
            None => Duration::MAX,
        };
        peer.up = Some(now);
        peer.fresh = true;
        peer.hold = hold;
        peer.trusted_from = network.is_some().then(|| now + hold);
        let (wanted, trusted_from) = (peer.wants, peer.trusted_from);
        self.table.note_boot(&hello.identity);
        out.push(Effect::Up { id: id.clone(), hello, network, trusted_from });
        out.push(Effect::PeerWants { peer: name, wanted });
        self.trust(now, id, out);
    }

    /// The channel counts when it has been good for long enough.
    fn trust(&mut self, now: Instant, id: &ChannelId, out: Out<'_>) {
        let Some(peer) = self.table.get_mut(id).and_then(Channel::peer_mut) else { return };
        if !peer.trusted && peer.trusted_from.is_some_and(|from| from <= now) {
            peer.trusted = true;
            out.push(Effect::Trusted { id: id.clone(), peer: peer.hello.identity.name.clone() });
        }
    }

    fn on_goodbye(&mut self, now: Instant, id: &ChannelId, goodbye: Goodbye, out: Out<'_>) {
        match goodbye {
            Goodbye::Silent => self.fail(now, id, Loss::PeerSilent, out),
            Goodbye::Leaving => self.fail(now, id, Loss::Left, out),
            Goodbye::Idle | Goodbye::Duplicate | Goodbye::Evicted => {
                if goodbye == Goodbye::Evicted {
                    let text = String::from("the peer does not accept this node any more");
                    let remote = self.table.get(id).and_then(|channel| channel.remote.clone());
                    out.push(Effect::RefusedBy { remote, reason: Refusal::Evicted, text });
                }
                self.part(now, id, Loss::Closed, out);
            }
        }
        hang_up(id, out);
    }

    /// Closes a channel on purpose.
    pub fn close(&mut self, now: Instant, id: &ChannelId, goodbye: Goodbye, out: Out<'_>) {
        if self.table.get(id).is_some() {
            self.send(id, Frame::Close(goodbye), out);
            self.part(now, id, Loss::Closed, out);
            hang_up(id, out);
        }
    }

    /// Closes all channels to a peer on purpose.
    pub fn close_peer(&mut self, now: Instant, peer: &NodeName, goodbye: Goodbye, out: Out<'_>) {
        for id in self.table.of_peer(peer) {
            self.close(now, &id, goodbye, out);
        }
    }

    /// Closes all channels: the node stops.
    pub fn close_all(&mut self, now: Instant, out: Out<'_>) {
        for id in self.table.ids() {
            self.close(now, &id, Goodbye::Leaving, out);
        }
    }

    /// A channel is gone against this node's will.
    fn fail(&mut self, now: Instant, id: &ChannelId, loss: Loss, out: Out<'_>) {
        let Some(channel) = self.table.get(id) else { return };
        if let (None, true, Some(remote)) = (channel.peer(), channel.dialled, &channel.remote) {
            if let Some(owner) = self.dialer.owner(remote) {
                out.push(Effect::Unreachable { owner: owner.clone(), address: remote.clone(), loss });
            }
            self.dialer.on_failed(now, remote, Duration::ZERO);
        }
        self.part(now, id, loss, out);
        hang_up(id, out);
    }

    /// Takes a channel out of the table and tells of it.
    fn part(&mut self, now: Instant, id: &ChannelId, loss: Loss, out: Out<'_>) {
        let Some(channel) = self.table.remove(id) else { return };
        let Stage::Greeted(peer) = channel.stage else { return };
        if let (true, Some(remote)) = (channel.dialled, &channel.remote) {
            if peer.up.is_some() {
                self.dialer.on_ended(now, remote);
            } else {
                self.dialer.on_failed(now, remote, Duration::ZERO);
            }
        }
        let Some(up) = peer.up else { return };
        let name = &peer.hello.identity.name;
        let hold = match &channel.network {
            Some(network) if !matches!(loss, Loss::Left | Loss::Closed) => {
                self.damper.on_down(now, name, network, loss, up)
            }
            _ => Duration::ZERO,
        };
        let network = channel.network;
        out.push(Effect::Down { id: id.clone(), peer: peer.hello.identity.clone(), network, loss, hold });
        if matches!(id, ChannelId::Direct(_)) && !self.table.has_direct(name) {
            for relayed in self.table.relayed_by(name) {
                self.fail(now, &relayed, Loss::Unreachable, out);
            }
        }
    }
}

/// Notes whether answers come on a channel that is up.
fn freshen(id: &ChannelId, peer: &mut table::Peer, fresh: bool, out: Out<'_>) {
    if peer.up.is_some() && core::mem::replace(&mut peer.fresh, fresh) != fresh {
        out.push(Effect::Fresh { id: id.clone(), peer: peer.hello.identity.name.clone(), fresh });
    }
}

/// Closes the connection of a channel; a relayed one has none of its own.
fn hang_up(id: &ChannelId, out: Out<'_>) {
    if let ChannelId::Direct(conn) = id {
        out.push(Effect::Close { conn: *conn });
    }
}

fn nonsense(id: &ChannelId, what: &'static str, out: Out<'_>) {
    if let ChannelId::Direct(conn) = id {
        out.push(Effect::Nonsense { conn: *conn, what });
    }
}
