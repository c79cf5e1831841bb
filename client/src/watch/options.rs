//! What a watch is asked for.

use std::time::Duration;

use crate::options::{OptionsError, check_duration};
use crate::v1::EventKind;

const MIN_WAIT: Duration = Duration::from_millis(100);
const HOUR: Duration = Duration::from_secs(3600);

/// When a watch reconnects, and when it gives up.
#[derive(Debug, Clone)]
pub(crate) struct ResumeOptions {
    pub(crate) idle_timeout: Duration,
    pub(crate) give_up_after: Option<Duration>,
}

impl Default for ResumeOptions {
    fn default() -> Self {
        Self { idle_timeout: Duration::from_secs(15), give_up_after: None }
    }
}

impl ResumeOptions {
    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        check_duration("idle_timeout", self.idle_timeout, MIN_WAIT..=HOUR)?;
        match self.give_up_after {
            Some(limit) => check_duration("give_up_after", limit, Duration::ZERO..=24 * HOUR),
            None => Ok(()),
        }
    }
}

/// Options of [`Client::watch_membership`](crate::Client::watch_membership).
#[derive(Debug, Clone, Default)]
pub struct MembershipWatchOptions {
    pub(crate) cursor: Option<String>,
    pub(crate) figures_interval: Option<Duration>,
    pub(crate) resume: ResumeOptions,
}

impl MembershipWatchOptions {
    /// Starts with the present state, without figures, and reconnects for ever.
    pub fn new() -> Self {
        Self::default()
    }

    /// Has the figures of all nodes and links sent again at this interval: 100 ms to 1 h. Default: only changes of
    /// state are sent.
    #[must_use]
    pub fn figures_interval(mut self, interval: Duration) -> Self {
        self.figures_interval = Some(interval);
        self
    }

    pub(crate) fn check(&self) -> Result<(), OptionsError> {
        if let Some(interval) = self.figures_interval {
            check_duration("figures_interval", interval, MIN_WAIT..=HOUR)?;
        }
        self.resume.check()
    }
}

/// Options of [`Client::watch_events`](crate::Client::watch_events).
#[derive(Debug, Clone, Default)]
pub struct EventWatchOptions {
    pub(crate) cursor: Option<String>,
    pub(crate) kinds: Vec<EventKind>,
    pub(crate) path_prefix: String,
    pub(crate) resume: ResumeOptions,
}

impl EventWatchOptions {
    /// Starts with the present state, sends all kinds of events, and reconnects for ever.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sends only events of these kinds; all when there are none. Snapshots of views and bookmarks come whatever is chosen.
    #[must_use]
    pub fn kinds(mut self, kinds: impl IntoIterator<Item = EventKind>) -> Self {
        self.kinds = kinds.into_iter().collect();
        self
    }

    /// Of names and barriers, sends only those whose paths begin with this; all when it is empty.
    #[must_use]
    pub fn path_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.path_prefix = prefix.into();
        self
    }
}

/// Options of [`Client::watch_names`](crate::Client::watch_names).
#[derive(Debug, Clone, Default)]
pub struct NameWatchOptions {
    pub(crate) prefix: String,
    pub(crate) cursor: Option<String>,
    pub(crate) resume: ResumeOptions,
}

impl NameWatchOptions {
    /// Starts with the present bindings of all paths that begin with a text, and reconnects for ever.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self { prefix: prefix.into(), ..Self::default() }
    }
}

/// What all watches with a cursor can be told.
macro_rules! resumable {
    ($($options:ident)*) => {
        $(impl $options {            /// Resumes after this cursor, which any agent of the cluster gave out.
            #[must_use]
            pub fn cursor(mut self, cursor: impl Into<String>) -> Self {
                self.cursor = Some(cursor.into());
                self
            }

            /// Reconnects when nothing at all came for this long: 100 ms to 1 h, default 15 s. Agents send something every 5 s.
            #[must_use]
            pub fn idle_timeout(mut self, timeout: Duration) -> Self {
                self.resume.idle_timeout = timeout;
                self
            }

            /// Ends with [`Error::Unavailable`](crate::Error::Unavailable) when no message came for this long after a
            /// connection was lost, or after the start: 0 to 24 h. Default: never.
            #[must_use]
            pub fn give_up_after(mut self, limit: Duration) -> Self {
                self.resume.give_up_after = Some(limit);
                self
            }
        })*
    };
}

resumable! { MembershipWatchOptions EventWatchOptions NameWatchOptions }

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn ranges_are_checked() {
        assert!(MembershipWatchOptions::new().check().is_ok());
        let error = MembershipWatchOptions::new().figures_interval(Duration::from_millis(1)).check().unwrap_err();
        assert_eq!(error.to_string(), "figures_interval is 1ms, allowed is 100ms to 3600s");
        let error = EventWatchOptions::new().idle_timeout(Duration::ZERO).resume.check().unwrap_err();
        assert_eq!(error.to_string(), "idle_timeout is 0ns, allowed is 100ms to 3600s");
    }
}
