//! What a session is to be.

use std::time::Duration;

use crate::options::{OptionsError, check_duration};

/// What a session is to be.
#[derive(Debug, Clone)]
pub struct SessionOptions {
    pub(super) ttl: Duration,
    pub(super) label: String,
    pub(super) group: String,
    pub(super) process: u32,
}

impl Default for SessionOptions {
    fn default() -> Self {
        Self { ttl: Duration::from_secs(10), label: String::new(), group: String::new(), process: 0 }
    }
}

impl SessionOptions {
    /// A session of 10 s without a label, which belongs to no group.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long it lives without a sign of life: 1 s to 1 h, default 10 s.
    ///
    /// That is also how long others wait for what it holds when this program dies, and the longest pause that this program
    /// survives.
    #[must_use]
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// What it is called, for people: at most 128 bytes.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// The group it belongs to, for barriers that wait for a group: at most 128 bytes.
    #[must_use]
    pub fn group(mut self, group: impl Into<String>) -> Self {
        self.group = group.into();
        self
    }

    /// Has the agent close it as soon as this process dies, as [`std::process::id`] tells one's own. Default: none.
    ///
    /// Only by an agent of the same machine, which is reached by its loopback and sees the same processes; while that agent
    /// lives.
    #[must_use]
    pub fn tied_to_process(mut self, process: u32) -> Self {
        self.process = process;
        self
    }

    pub(super) fn check(&self) -> Result<(), OptionsError> {
        check_duration("ttl", self.ttl, Duration::from_secs(1)..=Duration::from_secs(3600))
    }
}
