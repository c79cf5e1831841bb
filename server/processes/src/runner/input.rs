//! What the runner's one loop takes in.

use std::os::unix::net::UnixStream;

use crate::{event::Notice, wire::Order};

/// What happened.
pub(super) enum Input {
    /// Some child has ended.
    Child,
    /// The timer went off.
    Timer,
    /// An agent has connected.
    Connected(UnixStream),
    /// The agent on this connection said something.
    Order(u64, Order),
    /// This connection has ended.
    Disconnected(u64),
    /// The service said something.
    Notice(Notice),
    /// Somebody asks the runner itself to end.
    Terminate,
}
