//! The signals that end an agent.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::runtime;
use crate::error::AgentError;

/// SIGTERM and SIGINT.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// Takes them over: from now on they no longer end the process by themselves.
    pub(super) fn new() -> Result<Self, AgentError> {
        let terminate = signal(SignalKind::terminate()).map_err(runtime)?;
        let interrupt = signal(SignalKind::interrupt()).map_err(runtime)?;
        Ok(Self { terminate, interrupt })
    }

    /// The name of the next one.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
