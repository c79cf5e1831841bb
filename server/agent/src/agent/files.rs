//! File descriptors: every connection needs one, and most systems give a process 1,024 unless it asks for more.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::config::Config;

/// What the agent itself opens: data folder, log, timers, look-ups, HTTP.
const OWN: u64 = 512;

/// Raises the soft limit of open files to the hard one, and warns when that is less than the configuration can need.
pub(super) fn raise_limit(config: &Config) {
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::warn!(%error, "the limit of open files cannot be raised");
    }
    let Some(allowed) = getrlimit(Resource::Nofile).current else { return };
    let needed = needed(config);
    if allowed < needed {
        tracing::warn!(
            allowed,
            needed,
            "fewer files may be open than limits.max_connections and limits.max_nodes can need: raise the hard limit \
             (ulimit -Hn, LimitNOFILE)"
        );
    }
}

/// Clients, and on each network who dials in and who is dialled.
fn needed(config: &Config) -> u64 {
    let listeners = 1 + config.networks.len();
    let needed = config.limits.max_connections * listeners + config.limits.max_nodes * config.networks.len();
    u64::try_from(needed).unwrap_or(u64::MAX).saturating_add(OWN)
}
