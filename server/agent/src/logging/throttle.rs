//! The same warning about the same place is told once a minute, however often it happens: a peer that is set up wrongly
//! comes again every few seconds, and whoever sends garbage shall not fill a disk with what is said about it.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// Most places that are kept in mind (L1).
const KEPT: usize = 1024;
/// How many characters of a place or a thing count; others may have their part in the words.
const LENGTH: usize = 256;
/// Time between two warnings about the same thing at the same place.
const AGAIN: Duration = Duration::from_secs(60);

/// What was told of which place last; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Throttle {
    told: Arc<Mutex<BTreeMap<String, Told>>>,
}

#[derive(Debug)]
struct Told {
    what: String,
    at: Instant,
}

impl Throttle {
    /// Keeps it in mind; whether it is time to tell it. While too many places are kept in mind, nothing of others is told.
    #[must_use]
    pub fn is_news(&self, place: &str, what: &str) -> bool {
        let (place, what, at) = (short(place), short(what), Instant::now());
        let mut told = self.lock();
        if told.get(place).is_some_and(|told| told.what == what && at.duration_since(told.at) < AGAIN) {
            return false;
        }
        if told.len() >= KEPT && !told.contains_key(place) {
            told.retain(|_, told| at.duration_since(told.at) < AGAIN);
        }
        let has_room = told.len() < KEPT || told.contains_key(place);
        if has_room {
            told.insert(place.to_owned(), Told { what: what.to_owned(), at });
        }
        has_room
    }

    /// The same for a place where several things go wrong in turn: each of them is told once.
    #[must_use]
    pub fn is_news_each(&self, place: &str, what: &str) -> bool {
        self.is_news(&format!("{place} {what}"), what)
    }

    /// What was told of a place last.
    #[must_use]
    pub fn last(&self, place: &str) -> Option<String> {
        self.lock().get(short(place)).map(|told| told.what.clone())
    }

    /// All is well there.
    pub fn forget(&self, place: &str) {
        self.lock().remove(short(place));
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A warning if it is news, and for developers otherwise: `warn_if!(is_news, fields, "text")`.
macro_rules! warn_if {
    ($news:expr, $($told:tt)+) => {
        if $news { ::tracing::warn!($($told)+) } else { ::tracing::debug!($($told)+) }
    };
}
pub(crate) use warn_if;

fn short(text: &str) -> &str {
    text.char_indices().nth(LENGTH).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Throttle};

    #[test]
    fn the_same_thing_at_the_same_place_is_told_once() {
        let throttle = Throttle::default();
        assert!(throttle.is_news("a:1", "expired"));
        assert!(!throttle.is_news("a:1", "expired"));
        assert!(throttle.is_news("a:1", "plain"), "something else");
        assert!(throttle.is_news("b:1", "expired"), "somewhere else");
        assert_eq!(throttle.last("a:1").as_deref(), Some("plain"));
        throttle.forget("a:1");
        assert_eq!(throttle.last("a:1"), None);
        assert!(throttle.is_news("a:1", "plain"), "again, after it was well");
    }

    #[test]
    fn l1_only_so_many_places_are_kept() {
        let throttle = Throttle::default();
        for n in 0..2 * KEPT {
            assert_eq!(throttle.is_news(&n.to_string(), "expired"), n < KEPT, "a flood is no flood of warnings");
        }
        assert_eq!(throttle.lock().len(), KEPT);
    }
}
