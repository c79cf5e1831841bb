//! Links: all channels to one peer, bound into one reliable ordered pipe.
//!
//! ```text
//!   channel up, down, trusted, fresh; frames  -->  Links  -->  link up, down, trusted; messages
//!   wanted peers, messages to send            -->         -->  frames, relays to open, channels to close
//! ```
//!
//! Both ends number a session each and tell the other (`LinkReset`); the link is up when each has heard its own number
//! back. Messages then go out on the best channel and stay numbered in the same session whatever channel carries them,
//! so failing over from one network to another loses, doubles and reorders nothing, and is nobody else's business. A
//! link fails only when all its channels have.

mod pipe;
mod window;

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

pub use pipe::Link;

use crate::{
    channel::ChannelId,
    status::{LinkState, LinkStatus},
    types::{Duration, Identity, Instant, Loss, Network, NodeName},
    wire::{Frame, Goodbye, Hello, Payload},
};

/// How long a link that nobody needs is kept.
const LINGER: Duration = Duration::from_secs(10);
/// How long a needed link waits for a direct channel before a relay is tried, and between two tries.
const RELAY_PATIENCE: Duration = Duration::from_millis(500);
/// How long a link that is down and not needed is remembered.
const FORGET: Duration = Duration::from_secs(60);

/// What links want done, and what they tell the layer above.
#[derive(Clone, PartialEq, Debug)]
pub enum Effect {
    /// Send a frame on a channel.
    Send {
        /// The channel.
        id: ChannelId,
        /// The frame.
        frame: Frame,
    },
    /// Open a channel through a neighbour.
    OpenRelay {
        /// The neighbour.
        via: NodeName,
        /// The peer.
        peer: NodeName,
    },
    /// Close a channel.
    CloseChannel {
        /// The channel.
        id: ChannelId,
        /// Why.
        goodbye: Goodbye,
    },
    /// The link is up: messages flow, beginning with the next.
    Up {
        /// The peer.
        hello: Arc<Hello>,
    },
    /// The link is down: what was sent and not yet acknowledged may or may not have arrived.
    Down {
        /// The peer.
        peer: Identity,
        /// Why, as seen on each network.
        losses: Vec<(Option<Network>, Loss)>,
    },
    /// The peer counts as reached, or not any more.
    Trusted {
        /// The peer.
        peer: Identity,
        /// Whether it does.
        trusted: bool,
    },
    /// Answers come on a direct channel, or on none.
    Fresh {
        /// The peer.
        peer: NodeName,
        /// Whether they do.
        fresh: bool,
    },
    /// The peer will count as reached at this time, if its channel stays good.
    Expected {
        /// The peer.
        peer: NodeName,
        /// When.
        at: Instant,
    },
    /// A message arrived.
    Deliver {
        /// The peer.
        peer: Identity,
        /// Session of the peer.
        session: u64,
        /// Number of the message in it.
        seq: u64,
        /// The message.
        payload: Payload,
    },
    /// Something that is shown of the link changed.
    Changed {
        /// The peer.
        peer: NodeName,
    },
}

type Out<'a> = &'a mut Vec<Effect>;

/// All links of a node.
#[derive(Clone, Debug)]
pub struct Links {
    links: BTreeMap<NodeName, Link>,
    wanted: BTreeMap<NodeName, Vec<NodeName>>,
    networks: Vec<Network>,
    next_session: u64,
}

impl Links {
    /// No links yet. `networks` gives the order of preference.
    pub fn new(networks: Vec<Network>) -> Self {
        Self { links: BTreeMap::new(), wanted: BTreeMap::new(), networks, next_session: 0 }
    }

    /// Replaces the peers that are needed, each with the neighbours that may relay to it.
    pub fn set_wanted(&mut self, now: Instant, wanted: BTreeMap<NodeName, Vec<NodeName>>) {
        for name in self.wanted.keys().filter(|name| !wanted.contains_key(*name)) {
            if let Some(link) = self.links.get_mut(name) {
                link.idle_since = now;
            }
        }
        self.wanted = wanted;
    }

    /// A channel is up.
    pub fn on_channel_up(
        &mut self,
        now: Instant,
        id: ChannelId,
        hello: &Arc<Hello>,
        network: Option<&Network>,
        trusted_from: Option<Instant>,
        out: Out<'_>,
    ) {
        let name = &hello.identity.name;
        let preference = match network {
            Some(network) => self.networks.iter().position(|known| known == network).unwrap_or(self.networks.len()),
            None => usize::MAX,
        };
        let link = self.links.entry(name.clone()).or_insert_with(|| Link::new(now, hello.clone()));
        link.add_channel(now, id, hello, preference, network.cloned(), out);
        if link.state() == LinkState::Down {
            self.next_session += 1;
            link.open(now, self.next_session, out);
        }
        if let Some(at) = trusted_from.filter(|at| *at > now) {
            out.push(Effect::Expected { peer: name.clone(), at });
        }
        out.push(Effect::Changed { peer: name.clone() });
    }

    /// A channel is down.
    pub fn on_channel_down(&mut self, now: Instant, id: &ChannelId, peer: &NodeName, loss: Loss, out: Out<'_>) {
        if let Some(link) = self.links.get_mut(peer) {
            link.remove_channel(now, id, loss, out);
            out.push(Effect::Changed { peer: peer.clone() });
        }
    }

    /// No connection to a peer could be had.
    pub fn on_unreachable(&mut self, peer: &NodeName, network: Option<Network>, loss: Loss) {
        if let Some(link) = self.links.get_mut(peer) {
            link.note_loss(network, loss);
        }
    }

    /// A channel counts from now on.
    pub fn on_channel_trusted(&mut self, id: &ChannelId, peer: &NodeName, out: Out<'_>) {
        if let Some(link) = self.links.get_mut(peer) {
            link.trust_channel(id, out);
            out.push(Effect::Changed { peer: peer.clone() });
        }
    }

    /// Answers on a channel are overdue, or come again.
    pub fn on_channel_fresh(&mut self, now: Instant, id: &ChannelId, peer: &NodeName, fresh: bool, out: Out<'_>) {
        if let Some(link) = self.links.get_mut(peer) {
            link.freshen_channel(now, id, fresh, out);
        }
    }

    /// The peer needs the link, or needs it no more.
    pub fn on_peer_wants(&mut self, now: Instant, peer: &NodeName, wanted: bool) {
        if let Some(link) = self.links.get_mut(peer) {
            link.peer_wants = wanted;
            link.idle_since = now;
        }
    }

    /// A frame of the link rows came in.
    pub fn on_frame(&mut self, now: Instant, id: &ChannelId, peer: &Identity, frame: Frame, out: Out<'_>) {
        let Some(link) = self.links.get_mut(&peer.name).filter(|link| link.peer() == peer) else { return };
        match frame {
            Frame::LinkReset { own, peer } => link.on_reset(now, id, own, peer, &mut self.next_session, out),
            Frame::LinkData { own, peer, seq, ack, payload } => link.on_data(now, (own, peer), seq, ack, payload, out),
            Frame::LinkAck { own, peer, ack } => link.on_ack(now, (own, peer), ack, out),
            _ => {}
        }
    }

    /// Sends a message. Returns false, and drops it, when the link is not up: the layer above sends what matters again
    /// when it is. A link whose queue is full fails.
    pub fn send(&mut self, now: Instant, peer: &NodeName, payload: Payload, out: Out<'_>) -> bool {
        let Some(link) = self.links.get_mut(peer) else { return false };
        if link.state() != LinkState::Up {
            return false;
        }
        if link.send(now, payload, out) {
            return true;
        }
        self.next_session += 1;
        link.fail(now, Loss::Overflow, self.next_session, out);
        false
    }

    /// Acknowledgements, retransmissions, relays, and links nobody needs. Comes once a heartbeat.
    pub fn on_timer(&mut self, now: Instant, out: Out<'_>) {
        for (name, relays) in &self.wanted {
            let Some(link) = self.links.get_mut(name) else { continue };
            link.try_relay(now, RELAY_PATIENCE, relays, out);
        }
        for (name, link) in &mut self.links {
            link.on_timer(now, out);
            let idle = !self.wanted.contains_key(name) && !link.peer_wants && now.since(link.idle_since) > LINGER;
            if idle || link.has_idle_relay(now, RELAY_PATIENCE) {
                link.close_channels(!idle, out);
            }
        }
        let wanted = &self.wanted;
        self.links.retain(|name, link| {
            wanted.contains_key(name) || link.state() != LinkState::Down || now.since(link.since()) <= FORGET
        });
    }

    /// A needed peer without any link so far: from here on relays are tried for it.
    pub fn expect(&mut self, now: Instant, hello: Arc<Hello>) {
        let name = hello.identity.name.clone();
        self.links.entry(name).or_insert_with(|| Link::new(now, hello));
    }

    /// How many links there are.
    pub fn count(&self) -> usize {
        self.links.len()
    }

    /// The link to a peer.
    pub fn get(&self, peer: &NodeName) -> Option<&Link> {
        self.links.get(peer)
    }

    /// All links.
    pub fn iter(&self) -> impl Iterator<Item = (&NodeName, &Link)> {
        self.links.iter()
    }

    /// The figures of the link to a peer, without its channels.
    pub fn status(&self, now: Instant, peer: &NodeName) -> Option<LinkStatus> {
        self.links.get(peer).map(|link| link.status(now))
    }
}
