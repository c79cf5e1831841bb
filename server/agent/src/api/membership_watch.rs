//! The stream of `WatchMembership`: views and transitions from the event stream, nodes and links as they change.

use std::{sync::Arc, time::Duration};

use quorate_core::{
    status::NodeStatus,
    types::{NodeName, ViewId},
};
use quorate_proto::v1::{
    Bookmark, MembershipSnapshot, NodeForgotten, SnapshotReason, WatchMembershipResponse, event::Kind,
    watch_membership_response::Message,
};
use tokio::time::{Interval, MissedTickBehavior, interval_at};

use super::{
    changes::{Changes, News},
    context::Context,
    error::ApiError,
    events::happened,
    map,
    watch::{Feed, Step, Watch},
};
use crate::driver::{Beginning, Happening, Seen};

/// Shortest time between two reports of figures.
const MIN_FIGURES: Duration = Duration::from_millis(100);
/// Longest time between two reports of figures.
const MAX_FIGURES: Duration = Duration::from_secs(3600);

/// Checks the time between two reports of figures.
///
/// # Errors
/// [`ApiError::BadRequest`].
pub fn figures_interval(asked: Option<prost_types::Duration>) -> Result<Option<Duration>, ApiError> {
    let Some(asked) = asked else { return Ok(None) };
    let span = u64::try_from(asked.seconds).ok().zip(u32::try_from(asked.nanos).ok());
    let span =
        span.and_then(|(seconds, nanos)| Duration::from_secs(seconds).checked_add(Duration::from_nanos(nanos.into())));
    match span {
        Some(span) if (MIN_FIGURES..=MAX_FIGURES).contains(&span) => Ok(Some(span)),
        _ => Err(ApiError::bad_request("figures_interval", "allowed is 100 ms to 1 h")),
    }
}

/// One stream of `WatchMembership`.
#[derive(Debug)]
pub struct MembershipWatch {
    context: Arc<Context>,
    feed: Feed,
    changes: Changes,
    figures: Option<Interval>,
    seen: Seen,
    head: Option<ViewId>,
}

impl MembershipWatch {
    /// Opens a stream after `cursor`, with figures at this interval.
    ///
    /// # Errors
    /// Those of [`Feed::open`].
    pub async fn open(context: &Arc<Context>, cursor: &str, figures: Option<Duration>) -> Result<Self, ApiError> {
        let feed = Feed::open(context, cursor, true).await?;
        let figures = figures.map(|span| {
            let mut ticks = interval_at(tokio::time::Instant::now() + span, span);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        });
        let context = Arc::clone(context);
        Ok(Self { context, feed, changes: Changes::new(), figures, seen: Seen::default(), head: None })
    }

    async fn begin(&mut self, beginning: Beginning, reason: SnapshotReason) -> Result<Message, ApiError> {
        let nodes = self.context.handle.nodes().await?;
        self.changes.told_all(&nodes);
        let me = &self.context.about.identity;
        let snapshot = MembershipSnapshot {
            reason: reason.into(),
            view: beginning.view.as_ref().map(|view| map::view(view, !view.contains(me))),
            state: map::view_state(beginning.state).into(),
            nodes: nodes.iter().map(|node| map::node(node, &me.name)).collect(),
        };
        (self.seen, self.head) = (beginning.seen, beginning.head);
        Ok(Message::Snapshot(snapshot))
    }

    fn happened(&mut self, happening: &Happening) -> Option<Message> {
        self.seen.clone_from(&happening.seen);
        self.head.clone_from(&happening.head);
        match happened(&happening.what) {
            Kind::View(view) => Some(Message::View(view)),
            Kind::TransitionStarted(started) => Some(Message::TransitionStarted(started)),
            Kind::ViewStable(stable) => Some(Message::ViewStable(stable)),
            Kind::Quorum(_) | Kind::Session(_) | Kind::Name(_) | Kind::Barrier(_) | Kind::Recovery(_) => None,
        }
    }

    fn nodes(&self, nodes: &[NodeStatus]) -> Vec<Message> {
        let me = &self.context.about.identity.name;
        nodes.iter().map(|node| Message::Node(map::node(node, me))).collect()
    }

    fn news(&self, news: News) -> Vec<Message> {
        let forgotten = |name: NodeName| Message::NodeForgotten(NodeForgotten { node_name: name.to_string() });
        let mut messages = self.nodes(&news.nodes);
        messages.extend(news.forgotten.into_iter().map(forgotten));
        messages
    }

    async fn said(&mut self) -> Result<Vec<Message>, ApiError> {
        tokio::select! {
            step = self.feed.next() => Ok(match step? {
                Step::Begin(beginning, reason) => vec![self.begin(beginning, reason).await?],
                Step::Happening(happening) => self.happened(&happening).into_iter().collect(),
                Step::Quiet => vec![Message::Bookmark(Bookmark {})],
                Step::Changed(name) => {
                    self.changes.changed(name);
                    Vec::new()
                }
                Step::AllChanged => {
                    self.changes.all_changed();
                    Vec::new()
                }
            }),
            () = self.changes.due() => {
                let news = self.changes.fetch(&self.context.handle).await?;
                Ok(self.news(news))
            }
            () = tick(&mut self.figures) => {
                self.changes.all_changed();
                let news = self.changes.fetch(&self.context.handle).await?;
                Ok(self.news(news))
            }
        }
    }
}

async fn tick(figures: &mut Option<Interval>) {
    match figures {
        Some(figures) => drop(figures.tick().await),
        None => std::future::pending().await,
    }
}

impl Watch for MembershipWatch {
    type Message = WatchMembershipResponse;

    async fn next(&mut self) -> Result<Vec<WatchMembershipResponse>, ApiError> {
        let said = self.said().await?;
        if said.is_empty() {
            return Ok(Vec::new());
        }
        self.feed.sent();
        let cursor = self.context.cursors.write(&self.seen);
        let header = self.context.header_at(self.head.as_ref());
        let response = |message| WatchMembershipResponse {
            header: header.clone(),
            cursor: cursor.clone(),
            message: Some(message),
        };
        Ok(said.into_iter().map(response).collect())
    }
}
