//! Connections that were not trusted: told in the log, without flooding it, counted, and kept for whoever asks why a
//! peer cannot be reached.

use std::net::IpAddr;

use prometheus_client::metrics::counter::Counter;
use quorate_tls::Fault;

use crate::logging::{Throttle, warn_if};

/// What was refused where; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Refusals {
    /// Who comes in here, for the log.
    who: &'static str,
    told: Throttle,
    turned_away: Counter,
}

impl Refusals {
    /// None yet. `who` comes in here ("peer", "client"); `turned_away` counts those that were not let in.
    #[must_use]
    pub fn new(who: &'static str, turned_away: Counter) -> Self {
        Self { who, told: Throttle::default(), turned_away }
    }

    /// Somebody who came in was not let in. Its port means nothing, so each host is one place for each kind of fault,
    /// whatever the words that it can choose itself.
    pub(super) fn turned_away(&self, remote: IpAddr, fault: &Fault) {
        self.turned_away.inc();
        let who = self.who;
        let what = if let Fault::Refused(why) = fault { why } else { fault.kind() };
        let is_news = self.told.is_news_each(&remote.to_string(), what);
        warn_if!(is_news, %remote, kind = fault.kind(), why = %fault, "{who} turned away: not trusted");
    }

    /// Who was dialled, or introduced itself, is not trusted.
    pub(super) fn refused(&self, remote: &str, fault: &Fault) {
        let is_news = self.told.is_news(remote, &fault.to_string());
        warn_if!(is_news, remote, kind = fault.kind(), why = %fault, "connection to a peer given up: not trusted");
    }

    /// All is well there.
    pub(super) fn good(&self, remote: &str) {
        self.told.forget(remote);
    }

    /// Why nobody could be trusted at this address when it was last tried.
    pub(super) fn of(&self, remote: &str) -> Option<String> {
        self.told.last(remote)
    }
}
