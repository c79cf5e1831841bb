//! What changes in sessions, names and barriers, for one reader: a beginning, then everything, and a sign while all is quiet.
//!
//! The beginning and the place in the stream of changes are taken in one step of the driver, so nothing is missed or told
//! twice in between (E1). A reader that is too slow, or whose agent got its copy anew, begins anew and is told so.

use std::{fmt, sync::Arc};

use quorate_core::{
    coordination::{News, Update},
    types::{Epoch, Revision},
};
use quorate_proto::v1::SnapshotReason;
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until},
};

use super::{context::Context, error::ApiError, watch::QUIET};
use crate::driver::Access;

/// A point of the log: the epoch with which the state began, and a revision.
pub type Point = (Epoch, Revision);

/// The next thing a reader has to deal with.
#[derive(Debug)]
pub enum Step<T> {
    /// The stream begins here, or begins anew.
    Begin(Point, SnapshotReason, T),
    /// This changed, in a state that began with this epoch.
    News(Epoch, Vec<News>),
    /// Nothing did for a while.
    Quiet(Point),
}

/// The changes for one reader; `T` is what it begins with.
pub struct NewsFeed<T> {
    snapshot: Arc<dyn Fn(Access<'_>) -> T + Send + Sync>,
    live: broadcast::Receiver<Arc<Update>>,
    beginning: Option<Step<T>>,
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
        let reason = if cursor.is_some() { SnapshotReason::HistoryDropped } else { SnapshotReason::Start };
        let (live, beginning, at) = begin(context, cursor, reason, &snapshot).await?;
        Ok(Self { snapshot, live, beginning: Some(beginning), at, quiet_at: Instant::now() + QUIET })
    }

    /// Puts the next sign off: something was sent.
    pub fn sent(&mut self) {
        self.quiet_at = Instant::now() + QUIET;
    }

    /// The next thing to deal with.
    ///
    /// # Errors
    /// [`ApiError::Stopping`] and [`ApiError::NotServed`] end the stream.
    pub async fn next(&mut self, context: &Context) -> Result<Step<T>, ApiError> {
        loop {
            if let Some(beginning) = self.beginning.take() {
                return Ok(beginning);
            }
            let reason = tokio::select! {
                biased;
                () = context.stopping.cancelled() => return Err(ApiError::Stopping),
                update = self.live.recv() => match update {
                    Ok(update) => match &update.news {
                        Some(news) if update.origin == self.at.0 => {
                            let fresh: Vec<News> =
                                news.iter().filter(|news| news.revision > self.at.1).cloned().collect();
                            self.at.1 = self.at.1.max(update.revision);
                            return Ok(Step::News(update.origin, fresh));
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
            };
            // What is still known of what was missed is told; otherwise all begins anew.
            let (live, beginning, at) = begin(context, Some(self.at), reason, &self.snapshot).await?;
            (self.live, self.beginning, self.at) = (live, Some(beginning), at);
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
        let missed = cursor.filter(|(_, revision)| *revision <= here.1);
        let missed = missed.and_then(|(origin, revision)| access.news_after(origin, revision));
        match (missed, cursor) {
            (Some(missed), Some((origin, revision))) => {
                // What is not sure yet comes live.
                let last = missed.last().map_or(revision, |last| last.revision);
                (live, Step::News(origin, missed), (origin, last))
            }
            _ => (live, Step::Begin(here, reason, snapshot(access)), here),
        }
    };
    Ok(context.look(false, look).await?.0)
}
