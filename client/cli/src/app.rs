//! What every command works with: the client and the output.

use std::time::Duration;

use quorate::{Client, ClientOptions};

use crate::args::Global;
use crate::failure::Failure;
use crate::output::Output;

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_LEAVE_TIMEOUT: Duration = Duration::from_secs(60);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);
/// Someone is waiting at the terminal: one more round is enough to get over a restart.
const ROUNDS: u32 = 2;

/// The client and the output.
pub struct App {
    pub client: Client,
    pub out: Output,
}

impl App {
    pub fn new(global: &Global) -> Result<Self, Failure> {
        let timeout = global.timeout.unwrap_or(DEFAULT_TIMEOUT);
        let options = ClientOptions::new(&global.endpoints)
            .call_timeout(timeout)
            .connect_timeout(timeout.min(CONNECT_TIMEOUT))
            .leave_timeout(global.timeout.unwrap_or(DEFAULT_LEAVE_TIMEOUT))
            .rounds(ROUNDS);
        Ok(Self { client: Client::new(options)?, out: Output::new(global.output, global.color) })
    }
}
