//! Many cores in one process, with a clock, a network and disks that a seed decides.
//!
//! ```text
//!   plan (faults) --> World: queue of happenings, hosts, network, disks --> Checkers of the invariants
//! ```
//!
//! One seed is one run: the same seed gives the same run, to the last frame. [`run::random`] makes up a cluster and a
//! series of faults and checks everything at every step; `quorate-sim --seed N --trace` shows it.

pub mod check;
pub mod dice;
pub mod disk;
pub mod episode;
pub mod host;
pub mod network;
pub mod plan;
pub mod run;
pub mod world;
