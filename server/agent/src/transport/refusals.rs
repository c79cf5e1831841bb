//! Connections that were not trusted: told in the log, without flooding it, counted, and kept for whoever asks why a
//! peer cannot be reached.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use prometheus_client::metrics::counter::Counter;
use quorate_tls::Fault;

/// Most other ends that are kept in mind (L1).
const KEPT: usize = 1024;
/// Time between two warnings about the same thing at the same place.
const WARN_EVERY: Duration = Duration::from_secs(60);

/// What was refused where; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    /// Who comes in here, for the log.
    who: &'static str,
    told: Arc<Mutex<BTreeMap<String, Told>>>,
    turned_away: Counter,
}

#[derive(Debug)]
struct Told {
    why: String,
    at: Instant,
}

impl Refusals {
    /// None yet. `who` comes in here ("peer", "client"); `turned_away` counts those that were not let in.
    #[must_use]
    pub fn new(who: &'static str, turned_away: Counter) -> Self {
        Self { who, told: Arc::default(), turned_away }
    }

    /// Somebody who came in was not let in. Its port means nothing, so each host is one place for each kind of fault,
    /// whatever the words that it can choose itself.
    pub(super) fn turned_away(&self, remote: IpAddr, fault: &Fault) {
        self.turned_away.inc();
        let who = self.who;
        let what = if let Fault::Refused(why) = fault { why } else { fault.kind() };
        if self.note(&format!("{remote} {what}"), what) {
            tracing::warn!(%remote, kind = fault.kind(), why = %fault, "{who} turned away: not trusted");
        } else {
            tracing::debug!(%remote, kind = fault.kind(), why = %fault, "{who} turned away: not trusted");
        }
    }

    /// Who was dialled, or introduced itself, is not trusted.
    pub(super) fn refused(&self, remote: &str, fault: &Fault) {
        if self.note(remote, &fault.to_string()) {
            tracing::warn!(remote, kind = fault.kind(), why = %fault, "connection to a peer given up: not trusted");
        } else {
            tracing::debug!(remote, kind = fault.kind(), why = %fault, "connection to a peer given up: not trusted");
        }
    }

    /// All is well there.
    pub(super) fn good(&self, remote: &str) {
        self.lock().remove(remote);
    }

    /// Why nobody could be trusted at this address when it was last tried.
    pub(super) fn of(&self, remote: &str) -> Option<String> {
        self.lock().get(remote).map(|told| told.why.clone())
    }

    /// Keeps it in mind; whether it is time to warn.
    fn note(&self, remote: &str, why: &str) -> bool {
        let at = Instant::now();
        let mut told = self.lock();
        if told.get(remote).is_some_and(|told| told.why == why && at.duration_since(told.at) < WARN_EVERY) {
            return false;
        }
        if told.len() >= KEPT && !told.contains_key(remote) {
            told.retain(|_, told| at.duration_since(told.at) < WARN_EVERY);
        }
        let has_room = told.len() < KEPT || told.contains_key(remote);
        if has_room {
            told.insert(remote.to_owned(), Told { why: why.to_owned(), at });
        }
        has_room
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT, Refusals};

    #[test]
    fn the_same_thing_at_the_same_place_is_told_once() {
        let refusals = Refusals::default();
        assert!(refusals.note("a:1", "expired"));
        assert!(!refusals.note("a:1", "expired"));
        assert!(refusals.note("a:1", "plain"), "something else");
        assert!(refusals.note("b:1", "expired"), "somewhere else");
        assert_eq!(refusals.of("a:1").as_deref(), Some("plain"));
        refusals.good("a:1");
        assert_eq!(refusals.of("a:1"), None);
        assert!(refusals.note("a:1", "plain"), "again, after it was well");
    }

    #[test]
    fn l1_only_so_many_places_are_kept() {
        let refusals = Refusals::default();
        for n in 0..2 * KEPT {
            assert_eq!(refusals.note(&n.to_string(), "expired"), n < KEPT, "a flood is no flood of warnings");
        }
        assert_eq!(refusals.lock().len(), KEPT);
    }
}
