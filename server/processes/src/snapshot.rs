//! Where an instance stands: what an agent that connects did not hear.

use serde::{Deserialize, Serialize};

use crate::{
    end::{End, Why},
    event::{Event, Exit, Notice},
    launch::RunId,
    process::ProcessId,
};

/// Where an instance stands when an agent connects.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// The version of what agent and runner say to each other: a runner may be older than its agent.
    pub version: u32,
    /// Which start this is.
    pub run: RunId,
    /// The runner.
    pub runner: ProcessId,
    /// The process of the service (of commands: that of `start`). With an `exit`, it has ended.
    pub service: Option<ProcessId>,
    /// Whether it has been ready.
    pub ready: bool,
    /// The last that it said of itself.
    pub status: Option<String>,
    /// Whether it is frozen.
    pub frozen: bool,
    /// Whether its right to run is over.
    pub lapsed: bool,
    /// Why it is being ended, if it is.
    pub stopping: Option<Why>,
    /// How its process ended, if it has.
    pub exit: Option<Exit>,
    /// How it ended, if nothing is left of it.
    pub end: Option<End>,
}

impl Snapshot {
    /// The same as events, for whoever begins to listen now. What came before what is not known any more.
    pub(crate) fn events(&self) -> Vec<Event> {
        let started = self.service.map(|service| Event::Started { pid: service.pid });
        let if_so = |is: bool, event: Event| is.then_some(event);
        let events = [
            started,
            self.status.clone().map(|status| Event::Notify(Notice::Status(status))),
            if_so(self.ready, Event::Ready),
            if_so(self.lapsed, Event::Lapsed),
            if_so(self.frozen, Event::Frozen),
            self.exit.map(Event::Exited),
            self.stopping.clone().map(Event::Stopping),
            self.end.clone().map(Event::Gone),
        ];
        events.into_iter().flatten().collect()
    }
}
