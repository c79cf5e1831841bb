//! What a node is told at its start: limits and times, checked as a whole.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::ops::RangeInclusive;

use crate::{
    coordination::{Limits, state::MAX_VALUE},
    types::{Address, Duration, Identity, Network, Profile, Secret},
};

/// Most voters of a cluster.
pub const MAX_VOTERS: usize = 7;
/// Most labels of a node.
pub const MAX_LABELS: usize = 16;

/// How long voters that are missing may keep their place.
pub const VOTER_GRACE: RangeInclusive<Duration> = Duration::from_secs(1)..=Duration::from_secs(7 * 86_400);

/// Everything a node needs to know at its start. [`Settings::check`] holds the ranges.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Name of the cluster; agents of other clusters are refused.
    pub cluster: Arc<str>,
    /// Who this node is.
    pub identity: Identity,
    /// Where peers can reach it, one address a network, in order of preference.
    pub endpoints: Vec<(Network, Address)>,
    /// Time between heartbeats (10 ms to 10 s).
    pub heartbeat: Duration,
    /// Silence after which a channel is down (3 heartbeats to 60 s).
    pub detect_timeout: Duration,
    /// How long the map must be steady before a transition starts (1 ms to 10 s).
    pub settle_time: Duration,
    /// How long a map that keeps changing can put a transition off (`settle_time` to 60 s).
    pub settle_max: Duration,
    /// How long a phase of a transition may take before it is given up (100 ms to 60 s).
    pub phase_timeout: Duration,
    /// How long a node looks for others before it forms a first view (0 to 60 s).
    pub form_time: Duration,
    /// How long a leaving node waits for the others to agree (0 to 60 s).
    pub leave_timeout: Duration,
    /// Least time that a channel which fell silent must stay good before it counts again (0 to 10 min).
    pub damping_min: Duration,
    /// Most time that a channel which keeps failing must stay good before it counts again (`damping_min` to 1 h).
    pub damping_max: Duration,
    /// Longest pause between two attempts to reach an address (100 ms to 5 min).
    pub redial_max: Duration,
    /// How long a right to act lasts that is not renewed (3 heartbeats to 60 s).
    pub lease: Duration,
    /// How long a voter may be missing before another takes its place (1 s to 7 days).
    pub voter_grace: Duration,
    /// How much clients may have of sessions, names and barriers.
    pub limits: Limits,
    /// What proves that this node's own session is its own: drawn anew for each start.
    pub secret: Secret,
    /// What the node says of itself.
    pub profile: Arc<Profile>,
    /// How many views are kept as history (16 to 4,096).
    pub history: usize,
    /// How many nodes may be known at once (2 to 10,000).
    pub max_nodes: usize,
}

/// A setting out of range.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{name} is {value}; allowed is {allowed}")]
pub struct SettingsError {
    /// Name of the setting.
    pub name: &'static str,
    /// Its value.
    pub value: String,
    /// What is allowed.
    pub allowed: String,
}

impl Settings {
    /// Settings with the default times and limits.
    #[must_use]
    pub fn new(cluster: &str, identity: Identity, endpoints: Vec<(Network, Address)>) -> Self {
        Self {
            cluster: Arc::from(cluster),
            identity,
            endpoints,
            heartbeat: Duration::from_millis(100),
            detect_timeout: Duration::from_secs(1),
            settle_time: Duration::from_millis(50),
            settle_max: Duration::from_secs(1),
            phase_timeout: Duration::from_secs(2),
            form_time: Duration::from_secs(1),
            leave_timeout: Duration::from_secs(5),
            damping_min: Duration::from_secs(5),
            damping_max: Duration::from_secs(600),
            redial_max: Duration::from_secs(5),
            lease: Duration::from_millis(400),
            voter_grace: Duration::from_secs(60),
            limits: Limits::default(),
            secret: Secret([0; 16]),
            profile: Arc::default(),
            history: 256,
            max_nodes: 2048,
        }
    }

    /// How long a channel may take to be opened and greeted. That takes several round trips, each of which may be as long
    /// as a silence that is put up with.
    #[must_use]
    pub fn open_timeout(&self) -> Duration {
        self.detect_timeout * 3
    }

    /// Checks every value and the relations between them.
    ///
    /// # Errors
    /// [`SettingsError`] for the first value that is out of its range.
    pub fn check(&self) -> Result<(), SettingsError> {
        let ms = Duration::from_millis;
        let secs = Duration::from_secs;
        span("heartbeat", self.heartbeat, ms(10), secs(10))?;
        span("detect_timeout", self.detect_timeout, self.heartbeat * 3, secs(60))?;
        span("settle_time", self.settle_time, ms(1), secs(10))?;
        span("settle_max", self.settle_max, self.settle_time, secs(60))?;
        span("phase_timeout", self.phase_timeout, ms(100), secs(60))?;
        span("form_time", self.form_time, ms(0), secs(60))?;
        span("leave_timeout", self.leave_timeout, ms(0), secs(60))?;
        span("damping_min", self.damping_min, ms(0), secs(600))?;
        span("damping_max", self.damping_max, self.damping_min, secs(3600))?;
        span("redial_max", self.redial_max, ms(100), secs(300))?;
        span("lease", self.lease, self.heartbeat * 3, secs(60))?;
        span("voter_grace", self.voter_grace, *VOTER_GRACE.start(), *VOTER_GRACE.end())?;
        count("bootstrap_expect", self.profile.bootstrap_expect as usize, 0, MAX_VOTERS)?;
        count("labels", self.profile.labels.len(), 0, MAX_LABELS)?;
        let Limits { sessions, client_sessions, names, session_names, value_bytes, .. } = self.limits;
        count("sessions", sessions, 1, 1_000_000)?;
        count("client_sessions", client_sessions, 1, sessions)?;
        count("names", names, 1, 1_000_000)?;
        count("session_names", session_names, 1, 100_000)?;
        count("value_bytes", value_bytes, 0, MAX_VALUE)?;
        let Limits { state_bytes, holders, queue, participants, requests, .. } = self.limits;
        count("state_bytes", state_bytes, 1 << 20, 4 << 30)?;
        count("holders", holders, 1, 100_000)?;
        count("queue", queue, 1, 100_000)?;
        count("participants", participants, 1, 10_000)?;
        count("requests", requests, 16, 100_000)?;
        count("history", self.history, 16, 4096)?;
        count("max_nodes", self.max_nodes, 2, 10_000)?;
        count("networks", self.endpoints.len(), 1, 8)
    }
}

fn span(name: &'static str, value: Duration, least: Duration, most: Duration) -> Result<(), SettingsError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(SettingsError { name, value: alloc::format!("{value:?}"), allowed: alloc::format!("{least:?} to {most:?}") })
}

fn count(name: &'static str, value: usize, least: usize, most: usize) -> Result<(), SettingsError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(SettingsError { name, value: alloc::format!("{value}"), allowed: alloc::format!("{least} to {most}") })
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::Settings;
    use crate::types::{Address, Boot, Duration, Identity, Network, NodeId, NodeName};

    fn settings() -> Settings {
        let identity = Identity { name: NodeName::new("n1").unwrap(), id: NodeId::default(), boot: Boot::default() };
        Settings::new("test", identity, vec![(Network::new("default").unwrap(), Address::new("n1:1"))])
    }

    #[test]
    fn the_defaults_are_allowed() {
        assert_eq!(settings().check(), Ok(()));
    }

    #[test]
    fn a_bad_value_is_named_with_what_is_allowed() {
        let bad = Settings { detect_timeout: Duration::from_millis(150), ..settings() };
        let said = alloc::format!("{}", bad.check().unwrap_err());
        assert_eq!(said, "detect_timeout is 150ms; allowed is 300ms to 60s");
    }
}
