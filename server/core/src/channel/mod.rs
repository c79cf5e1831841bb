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
mod gate;
mod pulse;
mod relay;
mod table;

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::String,
    sync::Arc,
    vec::Vec,
};

use rand_pcg::Pcg32;

pub use gate::Gate;
pub use table::ChannelId;

use crate::{
    settings::Settings,
    status::{ChannelState, ChannelStatus},
    types::{Address, ConnId, Duration, Identity, Instant, Loss, Network, NodeName},
    wire::{Beat, Frame, Goodbye, Hello, MAX_VERSION, MIN_VERSION, Refusal},
};
use damper::Damper;
use dialer::Dialer;
use distrust::Distrust;
use pulse::Word;
use table::{Channel, Peer, Stage, Table};

/// Pause before a peer that refused the handshake is tried again.
const REFUSED_PAUSE: Duration = Duration::from_secs(5);
/// How long two channels to one peer on one network live side by side before one is closed.
const DUPLICATE_GRACE: Duration = Duration::from_secs(1);
/// Heartbeats a second that links nobody watches may cost together: as much as those of eight watched ones (V8).
const SLOW_SHARE: u32 = 8;
/// How much slower heartbeats on such a link are at least.
const SLOW_LEAST: u32 = 10;
/// How much slower a peer may be at most; beyond that it is taken to be as slow as this.
const SLOWEST: f64 = 2_000.0;
/// Most channels that have not been greeted; more are closed at once (L1).
const GREETING_LIMIT: usize = 1024;

/// What channels want done, and what they tell the layer above.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Open a connection.
    Dial {
        /// Its number.
        conn: ConnId,
        /// Where to.
        address: Address,
    },
    /// Send a frame on a connection.
    Send {
        /// The connection.
        conn: ConnId,
        /// The frame.
        frame: Frame,
    },
    /// Close a connection.
    Close {
        /// The connection.
        conn: ConnId,
    },
    /// A peer introduced itself.
    Greeted {
        /// The peer.
        hello: Arc<Hello>,
        /// The address it answered at, when it was dialled.
        dialled: Option<Address>,
    },
    /// An address was found to lead back to this node.
    Myself {
        /// The address.
        address: Address,
    },
    /// A channel is up.
    Up {
        /// The channel.
        id: ChannelId,
        /// The peer.
        hello: Arc<Hello>,
        /// Its network; none when relayed.
        network: Option<Network>,
        /// When it will count if it stays good; never when relayed.
        trusted_from: Option<Instant>,
    },
    /// A channel that was up is down.
    Down {
        /// The channel.
        id: ChannelId,
        /// The peer.
        peer: Identity,
        /// Its network; none when relayed.
        network: Option<Network>,
        /// Why.
        loss: Loss,
        /// How long it would have to stay good if it came back now.
        hold: Duration,
    },
    /// No channel to an address could be had.
    Unreachable {
        /// Who was expected there.
        owner: NodeName,
        /// Where.
        address: Address,
        /// Why.
        loss: Loss,
    },
    /// A channel counts from now on; it counts no more when it is down.
    Trusted {
        /// The channel.
        id: ChannelId,
        /// The peer.
        peer: NodeName,
    },
    /// Answers on a channel are overdue, or come again.
    Fresh {
        /// The channel.
        id: ChannelId,
        /// The peer.
        peer: NodeName,
        /// Whether answers come.
        fresh: bool,
    },
    /// The other end needs the link, or needs it no more.
    PeerWants {
        /// The peer.
        peer: NodeName,
        /// Whether it does.
        wanted: bool,
    },
    /// A frame for the link.
    Deliver {
        /// The channel.
        id: ChannelId,
        /// The peer.
        peer: Identity,
        /// The frame: one of the link rows.
        frame: Frame,
    },
    /// This node refused a peer.
    Refused {
        /// Who, as it said.
        peer: Option<NodeName>,
        /// From where.
        remote: Option<Address>,
        /// Why.
        reason: Refusal,
        /// The same for people.
        text: String,
    },
    /// A peer refused this node.
    RefusedBy {
        /// The address that was dialled.
        remote: Option<Address>,
        /// Why.
        reason: Refusal,
        /// The same for people.
        text: String,
    },
    /// This node's timers ran late.
    Distrust {
        /// How late.
        late: Duration,
        /// The score now.
        level: u32,
    },
    /// A peer sent what makes no sense here.
    Nonsense {
        /// The connection.
        conn: ConnId,
        /// What.
        what: &'static str,
    },
}

type Out<'a> = &'a mut Vec<Effect>;

/// All channels of a node.
#[derive(Clone, Debug)]
pub struct Channels {
    me: Identity,
    hello: Hello,
    heartbeat: Duration,
    detect_timeout: Duration,
    /// Who is let in.
    pub gate: Gate,
    table: Table,
    dialer: Dialer,
    damper: Damper,
    distrust: Distrust,
    wanted: BTreeMap<NodeName, bool>,
    peer_distrust: BTreeSet<NodeName>,
    next_beat: Option<Instant>,
}

impl Channels {
    /// No channels yet.
    pub fn new(settings: &Settings, rng: Pcg32) -> Self {
        let hello = Hello {
            min_version: MIN_VERSION,
            max_version: MAX_VERSION,
            cluster: settings.cluster.clone(),
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
            gate: Gate::new(settings.cluster.clone(), settings.identity.clone()),
            table: Table::default(),
            dialer: Dialer::new(settings.redial_max, rng),
            damper: Damper::new(settings.damping_min, settings.damping_max),
            distrust: Distrust::default(),
            wanted: BTreeMap::new(),
            peer_distrust: BTreeSet::new(),
            next_beat: None,
        }
    }

    /// Replaces the addresses to be connected to, each with who is expected there, and dials what is due.
    pub fn set_targets(&mut self, now: Instant, targets: &BTreeMap<Address, Option<NodeName>>, out: Out<'_>) {
        self.dialer.set_targets(now, targets);
        self.dial(now, out);
    }

    /// Replaces the peers whose links this node needs, each with whether it must notice soon if the peer falls silent;
    /// heartbeats tell them.
    pub fn set_wanted(&mut self, now: Instant, wanted: BTreeMap<NodeName, bool>, out: Out<'_>) {
        let before = core::mem::replace(&mut self.wanted, wanted);
        let hurried = |name: &&NodeName| self.wanted.get(*name) == Some(&true) && before.get(*name) != Some(&true);
        let hurried: Vec<NodeName> = self.wanted.keys().filter(hurried).cloned().collect();
        for id in hurried.iter().flat_map(|name| self.table.of_peer(name)).collect::<Vec<_>>() {
            if let Some(peer) = self.table.get_mut(&id).and_then(Channel::peer_mut) {
                peer.pulse.hurry(now);
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

    /// A dialled connection could not be opened.
    pub fn on_dial_failed(&mut self, now: Instant, conn: ConnId, loss: Loss, out: Out<'_>) {
        self.fail(now, &ChannelId::Direct(conn), loss, out);
    }

    /// A connection ended.
    pub fn on_closed(&mut self, now: Instant, conn: ConnId, loss: Loss, out: Out<'_>) {
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

    fn on_hello(&mut self, now: Instant, id: &ChannelId, hello: Hello, out: Out<'_>) {
        let Some(channel) = self.table.get(id) else { return };
        if channel.dialled || !matches!(channel.stage, Stage::Greeting) {
            return nonsense(id, "a second introduction", out);
        }
        if let Err((reason, text)) = self.gate.check(&hello, self.table.live(&hello.identity.name)) {
            let (peer, remote) = (Some(hello.identity.name), channel.remote.clone());
            self.send(id, Frame::Refuse { reason, text: text.clone() }, out);
            self.drop_channel(id, out);
            if reason != Refusal::Myself {
                out.push(Effect::Refused { peer, remote, reason, text });
            }
            return;
        }
        let mut welcome = self.hello.clone();
        welcome.network.clone_from(&channel.network);
        self.send(id, Frame::Welcome(welcome), out);
        self.greet(now, id, hello, out);
    }

    fn on_welcome(&mut self, now: Instant, id: &ChannelId, hello: Hello, out: Out<'_>) {
        let Some(channel) = self.table.get_mut(id) else { return };
        if !channel.dialled || !matches!(channel.stage, Stage::Greeting) {
            return nonsense(id, "a welcome to nothing", out);
        }
        if matches!(id, ChannelId::Direct(_)) {
            channel.network.clone_from(&hello.network);
        }
        let remote = channel.remote.clone();
        match self.gate.check(&hello, self.table.live(&hello.identity.name)) {
            Ok(()) => self.greet(now, id, hello, out),
            Err((reason, text)) => {
                self.send(id, Frame::Refuse { reason, text: text.clone() }, out);
                out.push(Effect::Refused { peer: Some(hello.identity.name), remote, reason, text });
                self.close_refused(now, id, out);
            }
        }
    }

    fn on_refuse(&mut self, now: Instant, id: &ChannelId, reason: Refusal, text: String, out: Out<'_>) {
        let Some(channel) = self.table.get(id) else { return };
        let remote = channel.remote.clone();
        match (reason, remote.clone()) {
            (Refusal::Myself, Some(address)) => out.push(Effect::Myself { address }),
            _ => out.push(Effect::RefusedBy { remote, reason, text }),
        }
        self.close_refused(now, id, out);
    }

    /// A frame came before the handshake. The accepting end waits for an introduction and for nothing else; the
    /// dialling end may be sent a heartbeat that overtook the welcome.
    fn on_early_frame(&mut self, id: &ChannelId, what: &'static str, out: Out<'_>) {
        if self.table.get(id).is_none_or(|channel| channel.dialled) {
            return;
        }
        self.send(id, Frame::Refuse { reason: Refusal::BadHello, text: String::from(what) }, out);
        nonsense(id, what, out);
        self.drop_channel(id, out);
    }

    /// Both ends know each other: from here on heartbeats decide.
    fn greet(&mut self, now: Instant, id: &ChannelId, hello: Hello, out: Out<'_>) {
        for old in self.table.older_boots(&hello.identity) {
            self.fail(now, &old, Loss::Restarted, out);
        }
        let hello = Arc::new(hello);
        let Some(channel) = self.table.get_mut(id) else { return };
        channel.stage = Stage::Greeted(Box::new(Peer::new(now, hello.clone())));
        channel.since = now;
        let dialled = if channel.dialled { channel.remote.clone() } else { None };
        out.push(Effect::Greeted { hello, dialled });
        self.beat(now, id, out);
    }

    fn on_beat(&mut self, now: Instant, id: &ChannelId, beat: &Beat, out: Out<'_>) {
        let Some(peer) = self.table.get_mut(id).and_then(Channel::peer_mut) else {
            return self.on_early_frame(id, "a heartbeat before the handshake", out);
        };
        let was_prompted = peer.pulse.prompted();
        let answered = peer.pulse.on_beat(now, beat);
        let name = peer.hello.identity.name.clone();
        let first = answered && peer.up.is_none();
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
        if let ChannelId::Direct(conn) = id {
            out.push(Effect::Close { conn: *conn });
        }
    }

    /// Closes a channel on purpose.
    pub fn close(&mut self, now: Instant, id: &ChannelId, goodbye: Goodbye, out: Out<'_>) {
        if self.table.get(id).is_some() {
            self.send(id, Frame::Close(goodbye), out);
            self.part(now, id, Loss::Closed, out);
            if let ChannelId::Direct(conn) = id {
                out.push(Effect::Close { conn: *conn });
            }
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
    }

    fn check(&mut self, now: Instant, id: &ChannelId, out: Out<'_>) {
        let limit = self.distrust.widen(self.detect_timeout);
        let heartbeat = self.heartbeat;
        let Some(channel) = self.table.get_mut(id) else { return };
        let since = channel.since;
        let Some(peer) = channel.peer_mut() else {
            if now.since(since) > limit {
                self.fail(now, id, Loss::Unreachable, out);
            }
            return;
        };
        let silence = peer.pulse.silence(now);
        let slowness = peer.pulse.period().as_secs_f64() / heartbeat.as_secs_f64();
        if silence > limit.mul_f64(slowness.clamp(1.0, SLOWEST)) {
            self.send(id, Frame::Close(Goodbye::Silent), out);
            return self.fail(now, id, Loss::Silent(silence), out);
        }
        let due = peer.pulse.is_due(now);
        if due {
            let fresh = !peer.pulse.check(now);
            if !fresh && !peer.trusted && peer.trusted_from.is_some() {
                peer.trusted_from = Some(now + peer.hold);
            }
            if peer.up.is_some() && core::mem::replace(&mut peer.fresh, fresh) != fresh {
                out.push(Effect::Fresh { id: id.clone(), peer: peer.hello.identity.name.clone(), fresh });
            }
        }
        self.trust(now, id, out);
        if due {
            self.beat(now, id, out);
        }
    }

    fn beat(&mut self, now: Instant, id: &ChannelId, out: Out<'_>) {
        let distrust = self.distrust.level() > 0;
        let slow = self.heartbeat * (self.table.len() as u32 / SLOW_SHARE).max(SLOW_LEAST);
        let heartbeat = self.heartbeat;
        let Some(peer) = self.table.get_mut(id).and_then(Channel::peer_mut) else { return };
        let name = &peer.hello.identity.name;
        let (wanted, prompt) = (self.wanted.contains_key(name), self.wanted.get(name) == Some(&true));
        let full_rate = prompt || peer.pulse.prompted() || peer.up.is_none() || !peer.trusted;
        let period = if full_rate { heartbeat } else { slow };
        let beat = peer.pulse.beat(now, Word { wanted, distrust, prompt, period });
        self.send(id, Frame::Beat(beat), out);
    }

    /// The end with the lower name closes what two ends dialled twice; the oldest channel stays.
    fn close_duplicates(&mut self, now: Instant, out: Out<'_>) {
        for id in self.table.duplicates(now, DUPLICATE_GRACE, &self.me.name) {
            self.close(now, &id, Goodbye::Duplicate, out);
        }
    }

    fn dial(&mut self, now: Instant, out: Out<'_>) {
        let table = &self.table;
        let dials = self.dialer.due(now, |address, owner| table.covers(address, owner));
        for (conn, address) in dials {
            self.table.insert(ChannelId::Direct(conn), Channel::dialled(now, Some(address.clone())));
            out.push(Effect::Dial { conn, address });
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
        if let ChannelId::Direct(conn) = id {
            out.push(Effect::Close { conn: *conn });
        }
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

    fn close_refused(&mut self, now: Instant, id: &ChannelId, out: Out<'_>) {
        let remote = self.table.get(id).and_then(|channel| channel.remote.clone());
        self.part(now, id, Loss::Rejected, out);
        if let Some(remote) = remote {
            self.dialer.on_failed(now, &remote, REFUSED_PAUSE);
        }
        if let ChannelId::Direct(conn) = id {
            out.push(Effect::Close { conn: *conn });
        }
    }

    /// Forgets a channel that was accepted and never greeted.
    fn drop_channel(&mut self, id: &ChannelId, out: Out<'_>) {
        self.table.remove(id);
        if let ChannelId::Direct(conn) = id {
            out.push(Effect::Close { conn: *conn });
        }
    }

    /// How far the node distrusts its timers.
    pub fn distrust(&self) -> u32 {
        self.distrust.level()
    }

    /// Whether a peer says that it distrusts its timers.
    pub fn peer_distrusts(&self, peer: &NodeName) -> bool {
        self.peer_distrust.contains(peer)
    }

    /// How many channels and dial targets there are.
    pub fn sizes(&self) -> (usize, usize) {
        (self.table.len(), self.dialer.len())
    }

    /// The channels to a peer with their figures, also those that should be there and are not; `active` is the one that
    /// carries messages.
    pub fn status(
        &self,
        now: Instant,
        peer: &NodeName,
        endpoints: &[(Network, Address)],
        active: Option<&ChannelId>,
    ) -> Vec<ChannelStatus> {
        let mut channels = self.open_status(now, peer, active);
        for (network, address) in endpoints {
            if channels.iter().any(|channel| channel.network.as_ref() == Some(network)) {
                continue;
            }
            let record = self.damper.record(peer, network);
            channels.push(ChannelStatus {
                network: Some(network.clone()),
                remote: Some(address.clone()),
                relay: None,
                state: ChannelState::Down,
                rtt: None,
                loss: 1.0,
                active: false,
                trusted: false,
                hold: Duration::ZERO,
                failures: record.map_or(0, |record| record.failures),
                last_failure: record.map(|record| alloc::format!("{}", record.loss)),
            });
        }
        channels.sort_by(|a, b| (a.relay.is_some(), &a.network).cmp(&(b.relay.is_some(), &b.network)));
        channels
    }

    fn open_status(&self, now: Instant, peer: &NodeName, active: Option<&ChannelId>) -> Vec<ChannelStatus> {
        self.table
            .of_peer(peer)
            .into_iter()
            .filter_map(|id| {
                let channel = self.table.get(&id)?;
                let greeted = channel.peer()?;
                let record = channel.network.as_ref().and_then(|network| self.damper.record(peer, network));
                Some(ChannelStatus {
                    network: channel.network.clone(),
                    remote: channel.remote.clone(),
                    relay: id.relay().cloned(),
                    state: if greeted.up.is_some() { ChannelState::Up } else { ChannelState::Greeted },
                    rtt: greeted.pulse.rtt(),
                    loss: greeted.pulse.loss(),
                    active: active == Some(&id),
                    trusted: greeted.trusted,
                    hold: greeted.trusted_from.map_or(Duration::ZERO, |from| from.since(now)),
                    failures: record.map_or(0, |record| record.failures),
                    last_failure: record.map(|record| alloc::format!("{}", record.loss)),
                })
            })
            .collect()
    }
}

fn nonsense(id: &ChannelId, what: &'static str, out: Out<'_>) {
    if let ChannelId::Direct(conn) = id {
        out.push(Effect::Nonsense { conn: *conn, what });
    }
}
