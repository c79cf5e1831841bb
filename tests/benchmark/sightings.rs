//! What one member saw of the membership, and when.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::time::{sleep, timeout};

/// Time between two looks; the moments themselves are noted as they come, so this costs no precision.
const PAUSE: Duration = Duration::from_millis(5);

/// What one member saw; clones share it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Sightings(Arc<Mutex<Seen>>);

#[derive(Debug, Default)]
struct Seen {
    /// The number of members seen last, and since when.
    last: Option<(Instant, usize)>,
    /// All numbers that were seen.
    counts: BTreeSet<usize>,
}

impl Sightings {
    /// It sees so many members now.
    pub(crate) fn see(&self, count: usize) {
        let mut seen = self.lock();
        if seen.last.is_none_or(|(_, last)| last != count) {
            seen.last = Some((Instant::now(), count));
            seen.counts.insert(count);
        }
    }

    /// It saw so many before anybody asked it.
    pub(crate) fn saw(&self, count: usize) {
        self.lock().counts.insert(count);
    }

    /// How many different numbers of members it saw.
    pub(crate) fn different(&self) -> usize {
        self.lock().counts.len()
    }

    /// The number of members it saw last.
    fn last(&self) -> Option<usize> {
        self.lock().last.map(|(_, count)| count)
    }

    /// When it began to see so many, if that is what it sees.
    fn since(&self, count: usize) -> Option<Instant> {
        self.lock().last.filter(|(_, last)| *last == count).map(|(at, _)| at)
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits until all of these see so many members; how long after `start` the last of them began to.
///
/// # Errors
/// After `limit`, with what they see instead.
pub(crate) async fn all_see(
    all: &[Sightings],
    count: usize,
    start: Instant,
    limit: Duration,
) -> Result<Duration, String> {
    let seen = async {
        loop {
            let since: Option<Vec<Instant>> = all.iter().map(|one| one.since(count)).collect();
            if let Some(last) = since.and_then(|since| since.into_iter().max()) {
                return last.saturating_duration_since(start);
            }
            sleep(PAUSE).await;
        }
    };
    timeout(limit, seen).await.map_err(|_| {
        let reached = all.iter().filter(|one| one.since(count).is_some()).count();
        let mut others: Vec<_> = all.iter().filter_map(Sightings::last).filter(|last| *last != count).collect();
        others.sort_unstable();
        others.dedup();
        let of = all.len();
        format!("after {} s {reached} of {of} saw {count} members, others {others:?}", limit.as_secs())
    })
}
