//! What watchers are told, and where in the stream they are.

use std::sync::Arc;

use quorate_core::{
    quorum::Lack,
    status::ViewState,
    types::{Duration, Epoch, NodeName, ViewId, ViewRecord, WallTime},
};
use tokio::sync::broadcast;

use super::seen::Seen;

/// Something that happened, as watchers are told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Happening {
    /// What happened.
    pub what: What,
    /// The point in history after it.
    pub seen: Seen,
    /// The view this node had installed last when it happened.
    pub head: Option<ViewId>,
    /// When this node saw it.
    pub observed: WallTime,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum What {
    /// A view was installed, or one was learned of.
    View {
        /// The view.
        view: Arc<ViewRecord>,
        /// Whether this node did not install it, but learned of it.
        missed: bool,
    },
    /// This node left its view.
    TransitionStarted {
        /// The view that was left.
        left: Option<ViewId>,
        /// Who coordinates, as far as known.
        controller: Option<NodeName>,
        /// Why.
        summary: String,
    },
    /// Every member has installed the view.
    Stable {
        /// The view.
        id: ViewId,
        /// Time of the second phase, when known.
        install: Option<Duration>,
    },
    /// This node was granted quorum, or lost it.
    Quorum(QuorumNews),
}

/// How quorum stands at this node, as watchers are told.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct QuorumNews {
    /// Under which epoch, and for which view, it has quorum.
    pub granted: Option<(Epoch, ViewId)>,
    /// Why not.
    pub lack: Option<Lack>,
}

/// Why a stream begins where it does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reason {
    /// It has no cursor.
    Start,
    /// It goes on where the cursor was.
    Resumed,
    /// The cursor's point is not known here, or no longer.
    Dropped,
}

/// Where a stream begins.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beginning {
    /// Why there.
    pub reason: Reason,
    /// The last installed view at that point.
    pub view: Option<Arc<ViewRecord>>,
    /// How far the node had come with it.
    pub state: ViewState,
    /// The point in history.
    pub seen: Seen,
    /// The view this node has installed last.
    pub head: Option<ViewId>,
    /// How quorum stood.
    pub quorum: QuorumNews,
}

/// A place in the event stream.
#[derive(Debug)]
pub struct Subscription {
    /// Where the stream begins.
    pub beginning: Beginning,
    /// What the reader has missed since then, in order.
    pub backlog: Vec<Happening>,
    /// Everything after that.
    pub live: broadcast::Receiver<Arc<Happening>>,
    /// Nodes of which something changed.
    pub changes: broadcast::Receiver<NodeName>,
}

/// Views of the past, as events.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Listing {
    /// The events, oldest first.
    pub happenings: Vec<Happening>,
    /// Whether events before the first were dropped.
    pub dropped: bool,
    /// The view this node has installed last.
    pub head: Option<ViewId>,
}
