//! What channels want done, and what they tell the layer above.

use alloc::{string::String, sync::Arc};

use super::ChannelId;
use crate::{
    types::{Address, ConnId, Duration, Epoch, Identity, Instant, Loss, Network, NodeName},
    wire::{Frame, Hello, Refusal},
};

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
    /// A heartbeat is sent that gives words which run out by themselves.
    Vowed {
        /// To whom.
        peer: Identity,
        /// When the lease in it ends.
        lease: Option<Instant>,
        /// When the pledge in it ends.
        pledge: Option<Instant>,
    },
    /// A peer gave words which run out by themselves; each with its regime and when it surely still holds.
    Vow {
        /// The peer.
        peer: Identity,
        /// Its right to act, shared.
        lease: Option<(Epoch, Instant)>,
        /// It backs this node's regime.
        pledge: Option<(Epoch, Instant)>,
    },
    /// Look at the silence of channels at this time.
    ArmSilence {
        /// When.
        at: Instant,
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
