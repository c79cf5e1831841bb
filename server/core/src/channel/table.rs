//! The channels there are, and look-ups among them.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

use super::pulse::Pulse;
use crate::{
    types::{Address, Boot, ConnId, Duration, Epoch, Identity, Instant, Network, NodeName},
    wire::Hello,
};

/// One path to one peer.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ChannelId {
    /// A connection.
    Direct(ConnId),
    /// Through a common neighbour.
    Relayed {
        /// The neighbour.
        via: NodeName,
        /// The peer.
        peer: NodeName,
    },
}

impl ChannelId {
    /// The neighbour that relays.
    pub fn relay(&self) -> Option<&NodeName> {
        match self {
            Self::Direct(_) => None,
            Self::Relayed { via, .. } => Some(via),
        }
    }
}

/// A channel.
#[derive(Clone, Debug)]
pub struct Channel {
    /// Whether this end opened it.
    pub dialled: bool,
    /// Network, once known; none when relayed.
    pub network: Option<Network>,
    /// The other end's address; none when relayed.
    pub remote: Option<Address>,
    /// When it came to its stage.
    pub since: Instant,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a channel has come.
#[derive(Clone, Debug)]
pub enum Stage {
    /// The transport is connecting.
    Dialling,
    /// Connected; the introductions are not done.
    Greeting,
    /// Both ends know each other.
    Greeted(Box<Peer>),
}

/// The other end of a greeted channel.
#[derive(Clone, Debug)]
pub struct Peer {
    /// How it introduced itself.
    pub hello: Arc<Hello>,
    /// Heartbeats.
    pub pulse: Pulse,
    /// Since when heartbeats have been answered.
    pub up: Option<Instant>,
    /// Whether answers come in time.
    pub fresh: bool,
    /// How long it must stay good before it counts.
    pub hold: Duration,
    /// From when on it counts; never when relayed.
    pub trusted_from: Option<Instant>,
    /// Whether it counts.
    pub trusted: bool,
    /// Whether the peer needs the link.
    pub wants: bool,
    /// The lease that it was told of last here, and its end.
    pub told: (Epoch, Instant),
}

impl Peer {
    /// A peer that has just introduced itself.
    pub fn new(now: Instant, hello: Arc<Hello>) -> Self {
        let pulse = Pulse::new(now);
        Self {
            hello,
            pulse,
            up: None,
            fresh: false,
            hold: Duration::ZERO,
            trusted_from: None,
            trusted: false,
            wants: false,
            told: (Epoch::default(), Instant::ZERO),
        }
    }
}

impl Channel {
    /// A channel this end opens.
    pub fn dialled(now: Instant, remote: Option<Address>) -> Self {
        Self { dialled: true, network: None, remote, since: now, stage: Stage::Dialling }
    }

    /// A channel the other end opened.
    pub fn accepted(now: Instant, network: Option<Network>, remote: Option<Address>) -> Self {
        Self { dialled: false, network, remote, since: now, stage: Stage::Greeting }
    }

    /// The other end, once it is known.
    pub fn peer(&self) -> Option<&Peer> {
        match &self.stage {
            Stage::Greeted(peer) => Some(peer),
            _ => None,
        }
    }

    /// The other end, once it is known.
    pub fn peer_mut(&mut self) -> Option<&mut Peer> {
        match &mut self.stage {
            Stage::Greeted(peer) => Some(peer),
            _ => None,
        }
    }
}

/// All channels.
#[derive(Clone, Debug, Default)]
pub struct Table {
    channels: BTreeMap<ChannelId, Channel>,
    /// The greeted ones, by the peers they lead to.
    by_peer: BTreeMap<NodeName, BTreeSet<ChannelId>>,
    /// How many are not greeted.
    greeting: usize,
    boots: BTreeMap<NodeName, Boot>,
}

impl Table {
    /// Adds a channel that has not been greeted, under an id that is not in use.
    pub fn insert(&mut self, id: ChannelId, channel: Channel) {
        self.greeting += 1;
        self.channels.insert(id, channel);
    }

    /// The other end of a channel introduced itself.
    pub fn greet(&mut self, now: Instant, id: &ChannelId, hello: Arc<Hello>) -> Option<&Channel> {
        let channel = self.channels.get_mut(id).filter(|channel| channel.peer().is_none())?;
        self.greeting -= 1;
        self.by_peer.entry(hello.identity.name.clone()).or_default().insert(id.clone());
        channel.stage = Stage::Greeted(Box::new(Peer::new(now, hello)));
        channel.since = now;
        Some(channel)
    }

    /// A channel.
    pub fn get(&self, id: &ChannelId) -> Option<&Channel> {
        self.channels.get(id)
    }

    /// A channel.
    pub fn get_mut(&mut self, id: &ChannelId) -> Option<&mut Channel> {
        self.channels.get_mut(id)
    }

    /// Takes a channel out.
    pub fn remove(&mut self, id: &ChannelId) -> Option<Channel> {
        let channel = self.channels.remove(id)?;
        match channel.peer() {
            Some(peer) => {
                let name = &peer.hello.identity.name;
                if let Some(ids) = self.by_peer.get_mut(name) {
                    ids.remove(id);
                    if ids.is_empty() {
                        self.by_peer.remove(name);
                    }
                }
            }
            None => self.greeting -= 1,
        }
        Some(channel)
    }

    /// All channels.
    pub fn ids(&self) -> Vec<ChannelId> {
        self.channels.keys().cloned().collect()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.channels.len()
    }

    /// How many are not greeted.
    pub fn greeting(&self) -> usize {
        self.greeting
    }

    /// The channels to a peer, direct ones first.
    pub fn of_peer(&self, name: &NodeName) -> Vec<ChannelId> {
        self.to(name).map(|(id, ..)| id.clone()).collect()
    }

    /// The greeted channels to a peer, direct ones first.
    fn to(&self, name: &NodeName) -> impl Iterator<Item = (&ChannelId, &Channel, &Peer)> {
        let ids = self.by_peer.get(name).into_iter().flatten();
        ids.filter_map(|id| {
            let channel = self.channels.get(id)?;
            Some((id, channel, channel.peer()?))
        })
    }

    /// Who the open channels to a name lead to; the latest boot when there are several.
    pub fn live(&self, name: &NodeName) -> Option<&Identity> {
        self.to(name).map(|(.., peer)| &peer.hello.identity).max_by_key(|identity| identity.boot)
    }

    /// The channels to earlier boots of a node.
    pub fn older_boots(&self, identity: &Identity) -> Vec<ChannelId> {
        let older = self.to(&identity.name).filter(|(.., peer)| peer.hello.identity.boot < identity.boot);
        older.map(|(id, ..)| id.clone()).collect()
    }

    /// The boot of a node that a channel was up to last.
    pub fn last_boot(&self, name: &NodeName) -> Option<Boot> {
        self.boots.get(name).copied()
    }

    /// A channel to this boot is up.
    pub fn note_boot(&mut self, identity: &Identity) {
        self.boots.insert(identity.name.clone(), identity.boot);
    }

    /// Whether a direct channel to a peer is up.
    pub fn has_direct(&self, name: &NodeName) -> bool {
        self.best_direct(name).is_some()
    }

    /// A direct channel to a peer that is up, fresh ones first.
    pub fn best_direct(&self, name: &NodeName) -> Option<ConnId> {
        let mut best = None;
        for (id, _, peer) in self.to(name) {
            let ChannelId::Direct(conn) = id else { break };
            if peer.up.is_some() {
                if peer.fresh {
                    return Some(*conn);
                }
                best = Some(*conn);
            }
        }
        best
    }

    /// The channels that a neighbour relays.
    pub fn relayed_by(&self, neighbour: &NodeName) -> Vec<ChannelId> {
        self.channels.keys().filter(|id| id.relay() == Some(neighbour)).cloned().collect()
    }

    /// Whether dialling an address would bring nothing: a channel to its owner, or to anybody, is on the same network.
    pub fn covers(&self, address: &Address, owner: Option<&NodeName>) -> bool {
        let leads_there = |(_, channel, peer): (&ChannelId, &Channel, &Peer)| {
            let dialled = channel.dialled && channel.remote.as_ref() == Some(address);
            let endpoint = |network| peer.hello.endpoints.iter().any(|(on, at)| on == network && at == address);
            dialled || channel.network.as_ref().is_some_and(endpoint)
        };
        match owner {
            Some(owner) => self.to(owner).any(leads_there),
            None => self.by_peer.keys().any(|name| self.to(name).any(leads_there)),
        }
    }

    /// All but the oldest of the channels that lead to one peer on one network and have been up for `grace`, where the
    /// peer's name is greater than `me`.
    pub fn duplicates(&self, now: Instant, grace: Duration, me: &NodeName) -> Vec<ChannelId> {
        let mut extra = Vec::new();
        for name in self.by_peer.iter().filter(|(name, ids)| ids.len() > 1 && *name > me).map(|(name, _)| name) {
            let mut kept: BTreeMap<&Network, (Instant, &ChannelId)> = BTreeMap::new();
            for (id, channel, peer) in self.to(name) {
                let Some(network) = &channel.network else { continue };
                let Some(up) = peer.up.filter(|up| now.since(*up) >= grace) else { continue };
                match kept.get_mut(network) {
                    None => {
                        kept.insert(network, (up, id));
                    }
                    Some(oldest) if up < oldest.0 => extra.push(core::mem::replace(oldest, (up, id)).1.clone()),
                    Some(_) => extra.push(id.clone()),
                }
            }
        }
        extra
    }

    /// Leaves a pause of this node's own out of a channel's silence.
    pub fn forgive(&mut self, id: &ChannelId, span: Duration) {
        if let Some(channel) = self.channels.get_mut(id) {
            channel.since = channel.since + span;
            if let Some(peer) = channel.peer_mut() {
                peer.pulse.forgive(span);
            }
        }
    }
}
