//! One stream of `WatchNames`: all bindings first, then each change in order.

use std::{collections::VecDeque, sync::Arc};

use quorate_core::{
    coordination::{End, News, What, state::Binding},
    types::{Epoch, Revision},
};
use quorate_proto::v1::{
    Bookmark, EndReason, NameSnapshot, NameUnbound, SnapshotReason, WatchNamesResponse, watch_names_response::Message,
};

use super::{
    context::{Context, Watcher},
    coordinate::{At, binding},
    error::ApiError,
    name::bindings,
    news::{NewsFeed, Step},
    watch::Watch,
};

/// Most bindings of one message of a snapshot.
const PART: usize = 500;

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
        let cursor = context.cursors.read_revision(cursor)?;
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

    fn say(&mut self, at: (Epoch, Revision), message: Message) {
        let (header, cursor) = (self.context.header_when(At(at.1)), self.context.cursors.write_revision(at));
        self.ready.push_back(WatchNamesResponse { header, cursor, message: Some(message) });
    }

    fn snapshot(&mut self, at: (Epoch, Revision), reason: SnapshotReason, all: &[Binding]) {
        let parts = all.len().div_ceil(PART).max(1);
        for part in 0..parts {
            let bindings = all.iter().skip(part * PART).take(PART).map(binding).collect();
            let more = part + 1 < parts;
            self.say(at, Message::Snapshot(NameSnapshot { reason: reason.into(), bindings, more }));
        }
    }

    fn news(&mut self, origin: Epoch, news: &News) {
        let at = (origin, news.revision);
        match &news.what {
            What::Bound(bound) if bound.path.as_str().starts_with(&self.prefix) => {
                self.say(at, Message::Bound(binding(bound)));
            }
            What::Unbound { binding: was, end } if was.path.as_str().starts_with(&self.prefix) => {
                let unbound = NameUnbound { binding: Some(binding(was)), reason: reason(*end).into() };
                self.say(at, Message::Unbound(unbound));
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
                Step::News(origin, news) => news.iter().for_each(|one| self.news(origin, one)),
                Step::Quiet(at) => self.say(at, Message::Bookmark(Bookmark {})),
            }
        }
        self.feed.sent();
        Ok(self.ready.drain(..).collect())
    }
}
