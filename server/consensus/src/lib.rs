//! Consensus: an ordered, durable log run by a few voters, under a state machine that it is given.
//!
//! ```text
//!        the agent
//!   propose, set_voters, campaign     State, Applied, Failed
//!            |                                ^
//!   +--------v--------------------------------|--------+
//!   | Consensus      the handle: life, proposals, voters|
//!   | raft           openraft, hidden here              |
//!   | store          the log and snapshots in one file  |
//!   | net            requests over Send, answers over   |
//!   |                deliver                            |
//!   +--------^--------------------------------|---------+
//!            | deliver, unreachable           v Send
//!        the agent's links
//! ```
//!
//! Who the voters are, which of them campaigns and when, and what a change means is decided by the caller. The crate
//! opens no sockets: it hands out messages and is given those that came in. No type of the library behind it is part of
//! its interface, so that library can be exchanged.

mod consensus;
mod error;
mod event;
mod ids;
mod machine;
mod net;
mod options;
mod raft;
mod replica;
mod store;

pub use redb::StorageBackend;

pub use consensus::{Consensus, MAX_CHANGE};
pub use error::{Error, OpenError, ProposeError};
pub use event::{Event, State};
pub use ids::{ClusterUid, NodeId, Voter};
pub use machine::Machine;
pub use net::MAX_MESSAGE;
pub use options::{Options, OptionsError};
