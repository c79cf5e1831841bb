//! The event stream of this node: what was published, to all who watch, each with the point it brings them to.
//!
//! A watcher gets its start and its place in the live stream in one step of the driver, so there is neither a gap nor a
//! duplicate between what is replayed and what comes live (E1). Readers that lag are told so by the channel; nobody
//! waits for them.

use std::sync::Arc;

use quorate_core::{
    Publication,
    status::{ViewState, ViewStatus},
    types::{History, NodeName, ViewId, ViewRecord, WallTime},
};
use tokio::sync::broadcast;

use super::{
    happening::{Beginning, Happening, Listing, QuorumNews, Reason, Subscription, What},
    seen::{Acquaintance, Known, Seen, replay},
};

/// What the driver gives for a subscription; [`Raw::finish`] does the rest of the work in the reader's own task.
#[derive(Debug)]
pub(super) struct Raw {
    beginning: Beginning,
    missing: Vec<(Arc<ViewRecord>, Known)>,
    in_force: Option<Happening>,
    live: broadcast::Receiver<Arc<Happening>>,
    changes: broadcast::Receiver<NodeName>,
}

/// The views that are kept, for a listing.
#[derive(Debug)]
pub(super) struct RawListing {
    pub(super) from: Seen,
    pub(super) views: Vec<(Arc<ViewRecord>, Known)>,
    pub(super) dropped: bool,
    pub(super) head: Option<ViewId>,
}

/// The event stream of a node.
#[derive(Debug)]
pub(super) struct EventLog {
    seen: Seen,
    head: Option<ViewId>,
    known: Acquaintance,
    /// The last `TransitionStarted` or `Stable`, as long as nothing came after it.
    in_force: Option<Happening>,
    quorum: QuorumNews,
    live: broadcast::Sender<Arc<Happening>>,
    changes: broadcast::Sender<NodeName>,
}

impl EventLog {
    /// An empty stream; a reader may lag `buffer` events behind.
    pub(super) fn new(buffer: usize) -> Self {
        let buffer = buffer.max(1);
        Self {
            seen: Seen::default(),
            head: None,
            known: Acquaintance::default(),
            in_force: None,
            quorum: QuorumNews::default(),
            live: broadcast::Sender::new(buffer),
            changes: broadcast::Sender::new(buffer),
        }
    }

    /// Takes in what the core published; `history` holds it already.
    pub(super) fn publish(&mut self, publication: Publication, observed: WallTime, history: &History) {
        let what = match publication {
            Publication::Coordination(_) | Publication::Recovery(_) => return,
            Publication::NodeChanged { name } => {
                // Nobody may be watching.
                let _ = self.changes.send(name);
                return;
            }
            Publication::View { view, installed } => {
                self.known.note(&view.id, Known { at: observed, installed }, history);
                self.seen.advance(&view, installed);
                if installed {
                    self.head = Some(view.id.clone());
                    self.in_force = None;
                    self.seen.prune(history);
                }
                What::View { view, missed: !installed }
            }
            Publication::TransitionStarted { left, controller, summary } => {
                What::TransitionStarted { left, controller, summary }
            }
            Publication::Stable { id, install } => {
                self.seen.stabilise(&id);
                What::Stable { id, install }
            }
            Publication::Quorum { granted, lack } => {
                self.quorum = QuorumNews { granted, lack };
                What::Quorum(self.quorum.clone())
            }
        };
        let happening = Happening { what, seen: self.seen.clone(), head: self.head.clone(), observed };
        if !matches!(happening.what, What::View { .. } | What::Quorum(_)) {
            self.in_force = Some(happening.clone());
        }
        let _ = self.live.send(Arc::new(happening));
    }

    /// A place in the stream, after `cursor` or at its present end.
    pub(super) fn subscribe(&self, cursor: Option<Seen>, now: ViewStatus, history: &History) -> Raw {
        let (beginning, missing, in_force) = match cursor.map(|seen| (seen.missing(history), seen)) {
            Some((Some(missing), seen)) => {
                let in_force = self.in_force_after(&seen, !missing.is_empty(), now.state);
                (self.resumed(seen, now.state, history), missing, in_force)
            }
            Some((None, _)) => (self.present(Reason::Dropped, now), Vec::new(), None),
            None => (self.present(Reason::Start, now), Vec::new(), None),
        };
        Raw {
            beginning,
            missing: missing.into_iter().map(|view| self.recalled(view)).collect(),
            in_force,
            live: self.live.subscribe(),
            changes: self.changes.subscribe(),
        }
    }

    fn present(&self, reason: Reason, now: ViewStatus) -> Beginning {
        let (seen, head, quorum) = (self.seen.clone(), self.head.clone(), self.quorum.clone());
        Beginning { reason, view: now.view, state: now.state, seen, head, quorum }
    }

    fn resumed(&self, seen: Seen, state: ViewState, history: &History) -> Beginning {
        let view = seen.base.as_ref().and_then(|base| history.get(base)).cloned();
        let state = match (&view, seen.stable) {
            (Some(_), true) => ViewState::Stable,
            (Some(_), false) => ViewState::Installed,
            (None, _) if self.head.is_none() => state,
            (None, _) => ViewState::Forming,
        };
        let (head, quorum) = (self.head.clone(), self.quorum.clone());
        Beginning { reason: Reason::Resumed, view, state, seen, head, quorum }
    }

    /// What a resumed reader is told beyond the views it missed: that the node is between views, or that the view is
    /// stable, unless it knows that.
    fn in_force_after(&self, seen: &Seen, missed_any: bool, state: ViewState) -> Option<Happening> {
        let happening = self.in_force.as_ref()?;
        let told = match &happening.what {
            What::View { .. } | What::Quorum(_) => false,
            What::TransitionStarted { .. } => state == ViewState::Transition,
            What::Stable { id, .. } => {
                state == ViewState::Stable && (missed_any || !seen.stable || seen.base.as_ref() != Some(id))
            }
        };
        told.then(|| happening.clone())
    }

    /// The views kept, after `cursor` when there is one.
    pub(super) fn list(&self, cursor: Option<Seen>, history: &History) -> RawListing {
        let (from, views, dropped) = match cursor.map(|seen| (seen.missing(history), seen)) {
            Some((Some(missing), seen)) => (seen, missing, false),
            Some((None, _)) => (Seen::default(), history.iter().cloned().collect(), true),
            None => (Seen::default(), history.iter().cloned().collect(), history.has_dropped()),
        };
        let views = views.into_iter().map(|view| self.recalled(view)).collect();
        RawListing { from, views, dropped, head: self.head.clone() }
    }

    fn recalled(&self, view: Arc<ViewRecord>) -> (Arc<ViewRecord>, Known) {
        let known = self.known.of(&view);
        (view, known)
    }
}

/// Views of the past as events that a reader sees from `from` on.
fn past(from: &Seen, recalled: Vec<(Arc<ViewRecord>, Known)>, head: Option<&ViewId>) -> Vec<Happening> {
    let (views, known): (Vec<_>, Vec<_>) = recalled.into_iter().unzip();
    let points = replay(from, &views);
    let happening = |((view, seen), known): ((Arc<ViewRecord>, Seen), Known)| {
        let what = What::View { view, missed: !known.installed };
        Happening { what, seen, head: head.cloned(), observed: known.at }
    };
    views.into_iter().zip(points).zip(known).map(happening).collect()
}

impl Raw {
    pub(super) fn finish(self) -> Subscription {
        let head = self.beginning.head.as_ref();
        let mut backlog = past(&self.beginning.seen, self.missing, head);
        if let Some(in_force) = self.in_force {
            let mut seen = backlog.last().map_or_else(|| self.beginning.seen.clone(), |last| last.seen.clone());
            if let What::Stable { id, .. } = &in_force.what {
                seen.stabilise(id);
            }
            backlog.push(Happening { seen, ..in_force });
        }
        Subscription { beginning: self.beginning, backlog, live: self.live, changes: self.changes }
    }
}

impl RawListing {
    pub(super) fn finish(self) -> Listing {
        let happenings = past(&self.from, self.views, self.head.as_ref());
        Listing { happenings, dropped: self.dropped, head: self.head }
    }
}
