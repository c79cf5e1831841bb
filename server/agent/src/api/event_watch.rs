//! One stream of `WatchEvents`: a snapshot, then what happens, of three sources that know nothing of each other - views and
//! quorum as this node sees them, the log of sessions, names and barriers, and recovery as whoever leads it tells. The cursor
//! has the place in the first two.

use std::{sync::Arc, time::SystemTime};

use quorate_core::types::ViewId;
use quorate_proto::v1::{
    Bookmark, Event, EventKind, EventSnapshot, SnapshotReason, WatchEventsResponse, event,
    watch_events_response::Message,
};

use super::{
    context::Context,
    coordinate::At,
    cursor::Point,
    error::ApiError,
    events::{kind_of, told_of},
    map, quorum,
    recovery::{News, RecoveryFeed},
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
    recovery: Option<RecoveryFeed>,
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
        let recovers = kinds.is_empty() || kinds.contains(&EventKind::Recovery);
        let recovery = recovers.then(|| RecoveryFeed::new(&context.recovery));
        Ok(Self { context: Arc::clone(context), feed, kinds, seen: Seen::default(), head: None, standing, recovery })
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
        wanted.then(|| Message::Event(told_of(happening, self.cursor(self.point()))))
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

    fn on_news(&self, news: News) -> Vec<WatchEventsResponse> {
        let (header, cursor) = (self.context.header_at(self.head.as_ref()), self.cursor(self.point()));
        let said = |message: Message| WatchEventsResponse {
            header: header.clone(),
            cursor: cursor.clone(),
            message: Some(message),
        };
        match news {
            News::Snapshot(snapshot) => vec![said(Message::Recovery(snapshot))],
            News::Changes(changes) => {
                let observed_time = Some(SystemTime::now().into());
                let event =
                    |change| Event { cursor: cursor.clone(), observed_time, kind: Some(event::Kind::Recovery(change)) };
                changes.into_iter().map(|change| said(Message::Event(event(change)))).collect()
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

/// What is told next of recovery; nothing, ever, when it is not wanted.
async fn news(recovery: &mut Option<RecoveryFeed>) -> Result<News, ApiError> {
    match recovery {
        Some(recovery) => recovery.next().await,
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
            news = news(&mut self.recovery) => { let news = news?; self.on_news(news) }
        };
        if !said.is_empty() {
            self.feed.sent();
        }
        Ok(said)
    }
}
