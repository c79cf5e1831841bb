//! Relayed channels: a path through a common neighbour, for when no direct one is up.
//!
//! The neighbour passes frames on and keeps no state: it forwards only what its direct peer sends in its own name, to
//! a node it has a direct channel to, so a frame is passed on once at most.

use alloc::boxed::Box;

use super::{
    Channels, Out, nonsense,
    table::{Channel, ChannelId, Stage},
};
use crate::{
    types::{ConnId, Instant, NodeName},
    wire::Frame,
};

impl Channels {
    /// Opens a channel to `peer` through `via`. Nothing happens when there is one or `via` cannot be reached.
    pub fn open_relay(&mut self, now: Instant, via: &NodeName, peer: &NodeName, out: Out<'_>) {
        let id = ChannelId::Relayed { via: via.clone(), peer: peer.clone() };
        if self.table.get(&id).is_some() || !self.table.has_direct(via) {
            return;
        }
        let mut channel = Channel::dialled(now, None);
        channel.stage = Stage::Greeting;
        self.table.insert(id.clone(), channel);
        self.send(&id, Frame::Hello(self.hello.clone()), out);
    }

    /// A frame of a relayed channel came in from a neighbour: for this node, or to be passed on.
    pub(super) fn on_relay(
        &mut self,
        now: Instant,
        conn: ConnId,
        source: NodeName,
        destination: &NodeName,
        frame: Frame,
        out: Out<'_>,
    ) {
        let Some(neighbour) = self.table.get(&ChannelId::Direct(conn)).and_then(Channel::peer) else {
            return nonsense(&ChannelId::Direct(conn), "a relay before the handshake", out);
        };
        let neighbour = neighbour.hello.identity.name.clone();
        if *destination != self.me.name {
            if source == neighbour
                && !matches!(frame, Frame::Relay { .. })
                && let Some(onward) = self.table.best_direct(destination)
            {
                let frame = Frame::Relay { source, destination: destination.clone(), frame: Box::new(frame) };
                out.push(super::Effect::Send { conn: onward, frame });
            }
            return;
        }
        let id = ChannelId::Relayed { via: neighbour, peer: source };
        if self.table.get(&id).is_none() {
            if !matches!(frame, Frame::Hello(_)) || self.table.greeting() >= super::GREETING_LIMIT {
                return;
            }
            self.table.insert(id.clone(), Channel::accepted(now, None, None));
        } else if matches!(frame, Frame::Hello(_)) {
            // The other end began anew: so does this one.
            self.part(now, &id, crate::types::Loss::Reset, out);
            self.table.insert(id.clone(), Channel::accepted(now, None, None));
        }
        self.on_channel_frame(now, &id, frame, out);
    }

    /// Sends a frame on a channel, direct or relayed.
    pub fn send(&mut self, id: &ChannelId, frame: Frame, out: Out<'_>) {
        match id {
            ChannelId::Direct(conn) => out.push(super::Effect::Send { conn: *conn, frame }),
            ChannelId::Relayed { via, peer } => {
                let Some(conn) = self.table.best_direct(via) else { return };
                let (source, destination) = (self.me.name.clone(), peer.clone());
                let frame = Frame::Relay { source, destination, frame: Box::new(frame) };
                out.push(super::Effect::Send { conn, frame });
            }
        }
    }
}
