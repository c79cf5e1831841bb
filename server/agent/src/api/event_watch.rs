//! One stream of `WatchEvents`: a snapshot, then what happens, of two sources that know nothing of each other - views and
//! quorum as this node sees them, and the log of sessions, names and barriers. The cursor has the place in both.

use std::{sync::Arc, time::SystemTime};

use quorate_core::types::ViewId;
use quorate_proto::v1::{
    Bookmark, Event, EventKind, EventSnapshot, SnapshotReason, WatchEventsResponse, watch_events_response::Message,
};

use super::{
    context::Context,
    coordinate::At,
    cursor::Point,
    error::ApiError,
    events::{event, kind_of},
    map, quorum,
    standing::{StandingFeed, Told, Wanted},
    watch::{Feed, Step, Watch},
};
use crate::driver::{Beginning, Happening, Seen};

/// One stream of `WatchEvents`.
#[derive(Debug)]
pub struct EventWatch {
    context: Arc<Context>,
    feed: Feed,
    kinds: Vec<EventKind>,
    seen: Seen,
    head: Option<ViewId>,
    standing: Option<StandingFeed>,
}

impl EventWatch {
    /// Opens a stream after `cursor` with these kinds of events, all when there are none; of names and barriers those that
    /// begin with `prefix`.
    ///
    /// # Errors
    /// Those of [`Feed::open`].
    pub async fn open(
        context: &Arc<Context>,
        cursor: &str,
        kinds: Vec<EventKind>,
        prefix: String,
    ) -> Result<Self, ApiError> {
        let (_, point) = context.cursors.read_both(cursor)?;
        let feed = Feed::open(context, cursor, false).await?;
        let standing = Wanted::of(&kinds, prefix).map(|wanted| StandingFeed::new(context, wanted, point));
        Ok(Self { context: Arc::clone(context), feed, kinds, seen: Seen::default(), head: None, standing })
    }

    fn begin(&mut self, beginning: Beginning, reason: SnapshotReason) -> Message {
        let me = &self.context.about.identity;
        let snapshot = EventSnapshot {
            reason: reason.into(),
            view: beginning.view.as_ref().map(|view| map::view(view, !view.contains(me))),
            state: map::view_state(beginning.state).into(),
            quorum: Some(quorum::news(&beginning.quorum)),
        };
        (self.seen, self.head) = (beginning.seen, beginning.head);
        Message::Snapshot(snapshot)
    }

    fn happened(&mut self, happening: &Happening) -> Option<Message> {
        self.seen.clone_from(&happening.seen);
        self.head.clone_from(&happening.head);
        let wanted = self.kinds.is_empty() || self.kinds.contains(&kind_of(&happening.what));
        wanted.then(|| Message::Event(event(happening, self.cursor(self.point()))))
    }

    fn point(&self) -> Option<Point> {
        self.standing.as_ref().and_then(StandingFeed::at)
    }

    fn cursor(&self, point: Option<Point>) -> String {
        self.context.cursors.write_both(&self.seen, point)
    }

    fn on_step(&mut self, step: Step) -> Vec<WatchEventsResponse> {
        let said = match step {
            Step::Begin(beginning, reason) => Some(self.begin(beginning, reason)),
            Step::Happening(happening) => self.happened(&happening),
            Step::Quiet => Some(Message::Bookmark(Bookmark {})),
            Step::Changed(_) | Step::AllChanged => None,
        };
        let header = self.context.header_at(self.head.as_ref());
        let cursor = self.cursor(self.point());
        said.into_iter()
            .map(|message| WatchEventsResponse {
                header: header.clone(),
                cursor: cursor.clone(),
                message: Some(message),
            })
            .collect()
    }

    fn on_told(&self, told: Told) -> Vec<WatchEventsResponse> {
        match told {
            Told::Snapshot(parts) => {
                let (cursor, point) = (self.cursor(self.point()), self.point());
                let header = point.and_then(|point| self.context.header_when(At(point.revision)));
                let said = |part: quorate_proto::v1::CoordinationSnapshot| WatchEventsResponse {
                    header: header.clone(),
                    cursor: if part.more { String::new() } else { cursor.clone() },
                    message: Some(Message::Coordination(part)),
                };
                parts.into_iter().map(said).collect()
            }
            Told::Events(events) => {
                let observed_time = Some(SystemTime::now().into());
                let said = |(point, kind): (Point, _)| {
                    let (header, cursor) = (self.context.header_when(At(point.revision)), self.cursor(Some(point)));
                    let event = Event { cursor: cursor.clone(), observed_time, kind: Some(kind) };
                    WatchEventsResponse { header, cursor, message: Some(Message::Event(event)) }
                };
                events.into_iter().map(said).collect()
            }
        }
    }
}

/// What is told next of sessions, names and barriers; nothing, ever, when they are not wanted.
async fn told(standing: &mut Option<StandingFeed>, context: &Context) -> Result<Told, ApiError> {
    match standing {
        Some(standing) => standing.next(context).await,
        None => std::future::pending().await,
    }
}

impl Watch for EventWatch {
    type Message = WatchEventsResponse;

    async fn next(&mut self) -> Result<Vec<WatchEventsResponse>, ApiError> {
        let said = tokio::select! {
            biased;
            step = self.feed.next() => { let step = step?; self.on_step(step) }
            told = told(&mut self.standing, &self.context) => { let told = told?; self.on_told(told) }
        };
        if !said.is_empty() {
            self.feed.sent();
        }
        Ok(said)
    }
}
