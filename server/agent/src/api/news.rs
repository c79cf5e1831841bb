//! What changes in sessions, names and barriers, for one reader: a beginning, then everything, and a sign while all is quiet.
//!
//! The beginning and the place in the stream of changes are taken in one step of the driver, so nothing is missed or told
//! twice in between (E1). A reader that is too slow, or whose agent got its copy anew, begins anew and is told so.

use std::{fmt, sync::Arc};

use quorate_core::{
    coordination::{News, Update},
    types::Revision,
};
use quorate_proto::v1::SnapshotReason;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until},
};

use super::{
    context::Context,
    cursor::{Point, WHOLE},
    error::ApiError,
    watch::QUIET,
};
use crate::driver::Access;

/// The next thing a reader has to deal with.
#[derive(Debug)]
pub enum Step<T> {
    /// The stream begins here, or begins anew.
    Begin(Point, SnapshotReason, T),
    /// This changed, each with the point after it.
    News(Vec<(Point, News)>),
    /// Nothing did for a while.
    Quiet(Point),
}

/// The changes for one reader; `T` is what it begins with.
pub struct NewsFeed<T> {
    snapshot: Arc<dyn Fn(Access<'_>) -> T + Send + Sync>,
    live: broadcast::Receiver<Arc<Update>>,
    beginning: Option<Step<T>>,
    /// Why it has to begin anew, if it has to.
    stale: Option<SnapshotReason>,
    at: Point,
    quiet_at: Instant,
}

impl<T> fmt::Debug for NewsFeed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewsFeed").field("at", &self.at).finish_non_exhaustive()
    }
}

impl<T: Send + 'static> NewsFeed<T> {
    /// The changes after `cursor`, or from now on, after a `snapshot`.
    ///
    /// # Errors
    /// [`ApiError::NotServed`] when this agent has no copy.
    pub async fn open(
        context: &Context,
        cursor: Option<Point>,
        snapshot: impl Fn(Access<'_>) -> T + Send + Sync + 'static,
    ) -> Result<Self, ApiError> {
        let snapshot: Arc<dyn Fn(Access<'_>) -> T + Send + Sync> = Arc::new(snapshot);
        if let Some(cursor) = cursor {
            // Another agent may be ahead of this one: what it told is here before long.
            context.await_sure(|sure| sure.origin != cursor.origin || sure.revision >= cursor.revision).await?;
        }
        let reason = if cursor.is_some() { SnapshotReason::HistoryDropped } else { SnapshotReason::Start };
        let (live, beginning, at) = begin(context, cursor, reason, &snapshot).await?;
        Ok(Self { snapshot, live, beginning: Some(beginning), stale: None, at, quiet_at: Instant::now() + QUIET })
    }

    /// Puts the next sign off: something was sent.
    pub fn sent(&mut self) {
        self.quiet_at = Instant::now() + QUIET;
    }

    /// The next thing to deal with. Nothing is lost when the call is given up.
    ///
    /// # Errors
    /// [`ApiError::Stopping`] and [`ApiError::NotServed`] end the stream.
    pub async fn next(&mut self, context: &Context) -> Result<Step<T>, ApiError> {
        loop {
            if let Some(reason) = self.stale {
                // What is still known of what was missed is told; otherwise all begins anew.
                let (live, beginning, at) = begin(context, Some(self.at), reason, &self.snapshot).await?;
                (self.live, self.beginning, self.at, self.stale) = (live, Some(beginning), at, None);
            }
            if let Some(beginning) = self.beginning.take() {
                return Ok(beginning);
            }
            self.stale = Some(tokio::select! {
                biased;
                () = context.stopping.cancelled() => return Err(ApiError::Stopping),
                update = self.live.recv() => match update {
                    Ok(update) => match &update.news {
                        Some(news) if update.origin == self.at.origin => {
                            let fresh = after(self.at, news.iter().cloned());
                            if update.revision > self.at.revision {
                                self.at = Point { revision: update.revision, told: WHOLE, ..self.at };
                            }
                            return Ok(Step::News(fresh));
                        }
                        _ => SnapshotReason::HistoryDropped,
                    },
                    Err(RecvError::Lagged(_)) => SnapshotReason::Lagged,
                    Err(RecvError::Closed) => return Err(ApiError::Stopping),
                },
                () = sleep_until(self.quiet_at) => {
                    self.sent();
                    return Ok(Step::Quiet(self.at));
                }
            });
        }
    }
}

type Beginning<T> = (broadcast::Receiver<Arc<Update>>, Step<T>, Point);

/// A place in the stream of changes, and what comes before it.
async fn begin<T: Send + 'static>(
    context: &Context,
    cursor: Option<Point>,
    reason: SnapshotReason,
    snapshot: &Arc<dyn Fn(Access<'_>) -> T + Send + Sync>,
) -> Result<Beginning<T>, ApiError> {
    let snapshot = Arc::clone(snapshot);
    let look = move |access: Access<'_>| {
        let live = access.watch();
        let here = access.state().map(|state| (state.origin(), state.revision())).unwrap_or_default();
        let here = Point { origin: here.0, revision: here.1, told: WHOLE };
        // Of the last revision some may be told already.
        let from = |cursor: Point| if cursor.told == WHOLE { cursor.revision } else { before(cursor.revision) };
        let missed = cursor.filter(|cursor| cursor.revision <= here.revision);
        let missed = missed.and_then(|cursor| access.news_after(cursor.origin, from(cursor)));
        match (missed, cursor) {
            (Some(missed), Some(cursor)) => {
                // What is not sure yet comes live.
                let last = missed.last().map(|last| Point { revision: last.revision, told: WHOLE, ..cursor });
                (live, Step::News(after(cursor, missed.into_iter())), last.unwrap_or(cursor))
            }
            _ => (live, Step::Begin(here, reason, snapshot(access)), here),
        }
    };
    Ok(context.look(false, look).await?.0)
}

fn before(revision: Revision) -> Revision {
    Revision(revision.0.saturating_sub(1))
}

/// What comes after a point, each with the point after it.
fn after(point: Point, news: impl Iterator<Item = News>) -> Vec<(Point, News)> {
    let all: Vec<News> = news.collect();
    let mut fresh = Vec::with_capacity(all.len());
    let mut place = (Revision::default(), 0);
    for (at, one) in all.iter().enumerate() {
        place = if place.0 == one.revision { (place.0, place.1 + 1) } else { (one.revision, 1) };
        let is_last = all.get(at + 1).is_none_or(|next| next.revision != one.revision);
        let told = if is_last { WHOLE } else { place.1 };
        let is_fresh = one.revision > point.revision || one.revision == point.revision && place.1 > point.told;
        if is_fresh {
            fresh.push((Point { revision: one.revision, told, ..point }, one.clone()));
        }
    }
    fresh
}
