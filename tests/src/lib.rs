//! What the whole-system tests stand on: agents as real processes, over real sockets and disks.
//!
//! [`Cluster`] starts and ends `quorated` processes and asks them what they agree on, [`Agent`] is one of them,
//! [`Probe`] asks all of them for quorum all the time, [`StreamChecker`] writes down every event stream and checks it against
//! what all agents know, [`history`] does so with what clients asked for and were told, [`Cli`] runs `quorate`, and [`Lab`] puts agents on networks of their own that can be cut. Nothing here sleeps to let things happen: tests
//! wait for a condition ([`wait_for`]) and say what they saw when it does not come.
//!
//! `cargo test -p quorate-tests` builds the programs and runs everything; the tests of failing networks need root and
//! `ip netns`. `QUORATE_TEST_PROGRAMS` names a folder with `quorated` and `quorate` to test instead of fresh ones.
//!
//! ```text
//!   tests/*.rs --> Cluster --> Agent --> quorated (process) --> its log in a file
//!       |             `-------> Lab (network namespaces, forwarders into them)
//!       |--> StreamChecker --> SDK watches, pinned streams
//!       `--> Cli --> quorate (process)
//! ```

mod agent;
mod binaries;
mod calm;
mod cli;
mod cluster;
mod database;
mod disk;
pub mod failover;
mod forward;
pub mod history;
mod lab;
pub mod links;
mod ports;
mod probe;
mod process;
mod seed;
pub mod services;
mod streams;
pub mod systemd;
pub mod tls;
mod traffic;
mod trial;
mod views;
mod wait;

pub use agent::{Agent, Spec};
pub use binaries::build_programs;
pub use calm::Calm;
pub use cli::{Cli, Following, Output};
pub use cluster::{Cluster, Plan};
pub use disk::{BrokenDisk, SmallDisk};
pub use lab::{Lab, Weather};
pub use ports::free_port;
pub use probe::{Probe, Seen, Told};
pub use seed::seeded;
pub use streams::StreamChecker;
pub use traffic::{exchange, metrics};
pub use trial::Trial;
pub use views::{History, Id, causes_of, id_of, names_of};
pub use wait::{LIMIT, wait_for, wait_until};
