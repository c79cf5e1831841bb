//! Failing networks: real agents in network namespaces (root).

#![allow(clippy::unwrap_used)]

mod crash;
mod cut;
mod flapping;
mod oneway;
mod quorum;
mod split;
mod vip;
mod weather;

/// A node with bad networks is held back by the damping that is the default, but for its upper end: a test cannot wait
/// for ten minutes.
const CALM: [&str; 4] = ["--damping-max", "10s", "--redial-max", "1s"];
