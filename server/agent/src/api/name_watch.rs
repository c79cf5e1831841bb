//! One stream of `WatchNames`: all bindings first, then each change in order.

use std::{collections::VecDeque, sync::Arc};

use quorate_core::coordination::{End, News, What, state::Binding};
use quorate_proto::v1::{
    Bookmark, EndReason, NameSnapshot, NameUnbound, SnapshotReason, WatchNamesResponse, watch_names_response::Message,
};

use super::{
    context::{Context, Watcher},
    coordinate::{At, binding, weight},
    cursor::Point,
    error::ApiError,
    name::bindings,
    news::{NewsFeed, Step},
    page::pack,
    watch::Watch,
};

/// One stream of `WatchNames`.
#[derive(Debug)]
pub struct NameWatch {
    context: Arc<Context>,
    prefix: String,
    feed: NewsFeed<Vec<Binding>>,
    ready: VecDeque<WatchNamesResponse>,
    _watcher: Watcher,
}

impl NameWatch {
    /// A stream of what begins with `prefix`, after `cursor` or from now on.
    ///
    /// # Errors
    /// [`ApiError::BadCursor`], [`ApiError::LimitReached`], [`ApiError::NotServed`].
    pub async fn open(context: &Arc<Context>, prefix: String, cursor: &str) -> Result<Self, ApiError> {
        let cursor = context.cursors.read_point(cursor)?;
        let watcher = context.watcher()?;
        let wanted = prefix.clone();
        let snapshot = move |access: crate::driver::Access<'_>| {
            let state = access.state().into_iter();
            state.flat_map(|state| bindings(state, &wanted, "").collect::<Vec<_>>()).collect()
        };
        let feed = NewsFeed::open(context, cursor, snapshot).await?;
        let (context, ready) = (Arc::clone(context), VecDeque::new());
        Ok(Self { context, prefix, feed, ready, _watcher: watcher })
    }

    fn say(&mut self, at: Point, resumable: bool, message: Message) {
        let cursor = if resumable { self.context.cursors.write_point(at) } else { String::new() };
        let header = self.context.header_when(At(at.revision));
        self.ready.push_back(WatchNamesResponse { header, cursor, message: Some(message) });
    }

    fn snapshot(&mut self, at: Point, reason: SnapshotReason, all: &[Binding]) {
        let mut parts = pack(all.iter().map(binding), weight);
        let last = parts.pop().unwrap_or_default();
        let reason = reason.into();
        for bindings in parts {
            self.say(at, false, Message::Snapshot(NameSnapshot { reason, bindings, more: true }));
        }
        self.say(at, true, Message::Snapshot(NameSnapshot { reason, bindings: last, more: false }));
    }

    fn news(&mut self, at: Point, news: &News) {
        match &news.what {
            What::Bound(bound) if bound.path.as_str().starts_with(&self.prefix) => {
                self.say(at, true, Message::Bound(binding(bound)));
            }
            What::Unbound { binding: was, end } if was.path.as_str().starts_with(&self.prefix) => {
                let unbound = NameUnbound { binding: Some(binding(was)), reason: reason(*end).into() };
                self.say(at, true, Message::Unbound(unbound));
            }
            _ => {}
        }
    }
}

/// Why something ended, as the API tells it.
#[must_use]
pub fn reason(end: End) -> EndReason {
    match end {
        End::Closed => EndReason::Closed,
        End::Expired => EndReason::Expired,
        End::Lost => EndReason::Lost,
    }
}

impl Watch for NameWatch {
    type Message = WatchNamesResponse;

    async fn next(&mut self) -> Result<Vec<WatchNamesResponse>, ApiError> {
        while self.ready.is_empty() {
            match self.feed.next(&self.context).await? {
                Step::Begin(at, reason, all) => self.snapshot(at, reason, &all),
                Step::News(news) => news.iter().for_each(|(at, one)| self.news(*at, one)),
                Step::Quiet(at) => self.say(at, true, Message::Bookmark(Bookmark {})),
            }
        }
        self.feed.sent();
        Ok(self.ready.drain(..).collect())
    }
}
