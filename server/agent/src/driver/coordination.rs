//! Sessions, names and barriers, as those who ask and watch reach them: calls, looks, and news.

use std::sync::Arc;

use quorate_core::{
    Node,
    coordination::{News, Reply, State, Update},
    types::{Duration, Epoch, Now, Revision, SessionId},
};
use tokio::sync::{broadcast, mpsc};

/// Most replies to one request: its answer, a grant, and the end of it.
const REPLIES: usize = 4;

/// Up to where the state is sure here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sure {
    /// The epoch with which the state began; zero when this node has none.
    pub origin: Epoch,
    /// The revision.
    pub revision: Revision,
    /// Whether requests are carried out now.
    pub served: bool,
}

/// The way back to who asks.
pub(super) type Line = mpsc::Sender<Reply>;

/// A request under way. Nobody waits for it any more when this is dropped; it may be carried out all the same.
#[derive(Debug)]
pub struct Call {
    ticket: u64,
    replies: mpsc::Receiver<Reply>,
    forgotten: mpsc::UnboundedSender<u64>,
}

impl Call {
    pub(super) fn new(ticket: u64, forgotten: mpsc::UnboundedSender<u64>) -> (Line, Self) {
        let (line, replies) = mpsc::channel(REPLIES);
        (line, Self { ticket, replies, forgotten })
    }

    /// The next reply; none after the last, and when the agent stops.
    pub async fn next(&mut self) -> Option<Reply> {
        self.replies.recv().await
    }
}

impl Drop for Call {
    fn drop(&mut self) {
        // After the last reply the driver has forgotten it already; or it may be gone, and everything with it.
        if !self.replies.is_closed() {
            let _ = self.forgotten.send(self.ticket);
        }
    }
}

/// What can be looked at, in one step of the driver.
#[derive(Clone, Copy, Debug)]
pub struct Access<'a> {
    node: &'a Node,
    now: Now,
    live: &'a broadcast::Sender<Arc<Update>>,
}

impl<'a> Access<'a> {
    pub(super) fn new(node: &'a Node, now: Now, live: &'a broadcast::Sender<Arc<Update>>) -> Self {
        Self { node, now, live }
    }

    /// The state, when this node has one. Where this node leads it may be ahead of what is sure.
    #[must_use]
    pub fn state(&self) -> Option<&'a State> {
        self.node.coordinated().map(|(state, _)| state)
    }

    /// How long the services of this node may need to end; none when nothing runs.
    #[must_use]
    pub fn services_patience(&self) -> Option<Duration> {
        self.node.recovers().patience()
    }

    /// What changed after this revision, as far as it is sure.
    #[must_use]
    pub fn news_after(&self, origin: Epoch, revision: Revision) -> Option<Vec<News>> {
        self.node.news_after(origin, revision)
    }

    /// What changes from here on, as far as it is sure.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Arc<Update>> {
        self.live.subscribe()
    }

    /// How long a session still has, as known here.
    #[must_use]
    pub fn left(&self, session: SessionId) -> Option<Duration> {
        self.node.session_left(self.now, session)
    }
}

/// Up to where the state of a node is sure.
pub(super) fn sure(node: &Node) -> Sure {
    let Some((state, sure)) = node.coordinated() else { return Sure::default() };
    Sure { origin: state.origin(), revision: state.revision().min(sure), served: node.is_served() }
}
