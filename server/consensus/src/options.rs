//! What can be set.

use std::{ops::RangeInclusive, time::Duration};

use openraft::{Config, SnapshotPolicy};

/// What can be set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// How often a leader lets the others hear from it; 10 ms to 10 s.
    pub heartbeat: Duration,
    /// How long a leader leads on without hearing from a majority, and how long the others refuse a new one after its
    /// last sign; at least three heartbeats, at most 60 s. Elections time out between two thirds of it and the whole.
    pub lease: Duration,
    /// Entries after which a snapshot is made; 1 to 1,000,000.
    pub snapshot_every: u64,
    /// Entries that are kept although a snapshot has them, for followers that are a little behind; at most 1,000,000.
    pub keep: u64,
    /// Bytes of a snapshot in one message; 1 KiB to 1 MiB.
    pub chunk: usize,
    /// How long an answer of another node, and the outcome of a proposal, is awaited; 10 ms to 60 s.
    pub request_timeout: Duration,
    /// How long sending a whole snapshot may take, and how long a new voter has to catch up; 100 ms to 1 h.
    pub snapshot_timeout: Duration,
    /// Whether writing to disk happens on threads of its own. In seeded tests it must not: off, all of it happens on
    /// the runtime, in an order that repeats.
    pub blocking: bool,
    /// Whether there must be a file: this node may have voted, and must not forget how.
    pub must_exist: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            heartbeat: Duration::from_millis(100),
            lease: Duration::from_millis(300),
            snapshot_every: 5000,
            keep: 5000,
            chunk: 256 * 1024,
            request_timeout: Duration::from_secs(2),
            snapshot_timeout: Duration::from_secs(60),
            blocking: true,
            must_exist: false,
        }
    }
}

/// A value that is out of range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is {found}, it must be {allowed}")]
pub struct OptionsError {
    /// The field.
    pub name: &'static str,
    /// Its value.
    pub found: String,
    /// What it may be.
    pub allowed: String,
}

impl Options {
    /// Checks every range.
    ///
    /// # Errors
    /// The first field that is out of range.
    pub fn validate(&self) -> Result<(), OptionsError> {
        let (ms, s) = (Duration::from_millis, Duration::from_secs);
        within("heartbeat", self.heartbeat, ms(10)..=s(10))?;
        within("lease", self.lease, self.heartbeat * 3..=s(60))?;
        within("snapshot_every", self.snapshot_every, 1..=1_000_000)?;
        within("keep", self.keep, 0..=1_000_000)?;
        within("chunk", self.chunk, 1024..=1024 * 1024)?;
        within("request_timeout", self.request_timeout, ms(10)..=s(60))?;
        within("snapshot_timeout", self.snapshot_timeout, ms(100)..=s(3600))
    }

    /// The same for the library.
    pub(crate) fn config(&self) -> Config {
        let lease = millis(self.lease);
        Config {
            heartbeat_interval: millis(self.heartbeat),
            election_timeout_min: lease * 2 / 3,
            election_timeout_max: lease,
            install_snapshot_timeout: millis(self.snapshot_timeout),
            snapshot_policy: SnapshotPolicy::LogsSinceLast(self.snapshot_every),
            max_in_snapshot_log_to_keep: self.keep,
            enable_pre_vote: Some(true),
            // The caller decides who campaigns and when.
            enable_elect: false,
            // Nor does a leader lead on after a restart as if nothing had been: its machine may lack what it had
            // acknowledged.
            enable_leader_restore: Some(false),
            // Followers come back with a new link, so long waits help nobody.
            backoff: "20ms 50ms 100ms 200ms ...400ms".into(),
            ..Config::default()
        }
    }
}

fn within<T: PartialOrd + std::fmt::Debug>(
    name: &'static str,
    value: T,
    allowed: RangeInclusive<T>,
) -> Result<(), OptionsError> {
    if allowed.contains(&value) {
        return Ok(());
    }
    let allowed = format!("{:?} to {:?}", allowed.start(), allowed.end());
    Err(OptionsError { name, found: format!("{value:?}"), allowed })
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_valid_for_the_library_too() {
        Options::default().validate().unwrap();
        Options::default().config().validate().unwrap();
        let tight =
            Options { heartbeat: Duration::from_millis(10), lease: Duration::from_millis(30), ..Options::default() };
        tight.validate().unwrap();
        tight.config().validate().unwrap();
    }

    #[test]
    fn a_value_out_of_range_is_named_with_what_is_allowed() {
        let short = Options { lease: Duration::from_millis(299), ..Options::default() };
        assert_eq!(short.validate().unwrap_err().to_string(), "lease is 299ms, it must be 300ms to 60s");
        let none = Options { snapshot_every: 0, ..Options::default() };
        assert_eq!(none.validate().unwrap_err().name, "snapshot_every");
    }
}
