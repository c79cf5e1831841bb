//! The pure layers of Quorate.
//!
//! Facts rise as events, orders descend as effects; no layer names one above it, and only [`node`] knows them all:
//!
//! ```text
//!   recovery      services and programs, level by level after each change
//!   coordination  sessions, names, barriers: a log in memory, copied to all members
//!   quorum        voters, lease, epoch; consensus is a library, the cluster database what it keeps
//!   integration   link facts in, agreed views out
//!   discovery     addresses in, peers to link to out
//!   link          channels bound into one ordered pipe to a peer
//!   channel       heartbeats, up or down, round-trip time
//! ```
//!
//! Nothing here waits, opens, spawns or reads a clock: the crate is `no_std` and is built in the checks for a target that
//! has neither sockets nor clock. [`Node::handle`] takes the time and what happened, and says what to do. The same code
//! runs in the agent and in the simulator.

#![no_std]

extern crate alloc;

pub mod channel;
pub mod coordination;
pub mod database;
pub mod discovery;
pub mod integration;
pub mod link;
pub mod node;
pub mod quorum;
pub mod recovery;
pub mod settings;
pub mod status;
pub mod types;
pub mod wire;

pub use node::{Command, Durable, Effect, Event, Node, Note, Outcome, Publication, Timer};
pub use settings::{Settings, SettingsError};
