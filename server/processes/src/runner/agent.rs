//! Who is connected, and what happens when nobody is.

use std::{os::unix::net::UnixStream, time::Duration};

use super::{
    complain,
    connection::Connection,
    machine::{Machine, Phase},
};
use crate::{end::Why, moment::Moment, program::Orphan, wire::Report};

/// How long whoever launched a runner may take to connect.
const FIRST: Duration = Duration::from_secs(30);

/// The agent, or its absence.
pub(super) struct Agent {
    connection: Option<Connection>,
    /// Connections there have been.
    number: u64,
    /// It was never there.
    awaited: bool,
    /// When its absence will have been too long.
    pub missed_at: Option<Moment>,
    /// It has nothing more to say.
    pub bye: bool,
}

impl Agent {
    pub(super) fn expected() -> Self {
        Self { connection: None, number: 0, awaited: true, missed_at: Some(Moment::now().after(FIRST)), bye: false }
    }

    pub(super) fn connection(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }

    pub(super) fn take(&mut self) -> Option<Connection> {
        self.connection.take()
    }

    pub(super) fn is(&self, number: u64) -> bool {
        self.connection.as_ref().is_some_and(|connection| connection.number == number)
    }
}

impl Machine {
    /// The newest takes over: an agent that has started anew need not wait until the old connection is noticed to be gone.
    pub(super) fn on_connected(&mut self, stream: UnixStream) {
        let number = self.agent.number + 1;
        let connection = match Connection::open(number, stream, self.sender.clone()) {
            Ok(connection) => connection,
            Err(why) => return complain(format_args!("a connection cannot be taken: {why}")),
        };
        connection.say(&Report::Hello(Box::new(self.snapshot())));
        if let Some(old) = self.agent.take() {
            old.close();
        }
        self.agent = Agent { connection: Some(connection), number, awaited: false, missed_at: None, bye: false };
    }

    pub(super) fn on_disconnected(&mut self, number: u64) {
        if !self.agent.is(number) {
            return;
        }
        if let Some(connection) = self.agent.take() {
            connection.close();
        }
        self.on_alone();
    }

    /// The agent was away for too long, or did not come at all.
    pub(super) fn on_missed(&mut self) {
        self.agent.missed_at = None;
        if std::mem::take(&mut self.agent.awaited) {
            self.on_alone();
        } else {
            self.end(Why::Orphaned, self.launch.program.loss_timeout);
        }
    }

    fn on_alone(&mut self) {
        if matches!(self.phase, Phase::Gone(..) | Phase::Left) {
            return;
        }
        let program = &self.launch.program;
        match program.orphan {
            Orphan::Stop => self.end(Why::Orphaned, program.loss_timeout),
            Orphan::CarryOn if self.right.end().is_none() => {
                self.agent.missed_at = Some(Moment::now().after(program.orphan_timeout));
            }
            // The right to run will be over.
            Orphan::CarryOn => {}
        }
    }
}
