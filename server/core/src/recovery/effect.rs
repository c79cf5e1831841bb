//! What recovery wants done, and what it is told of processes and of programs that take part.

use alloc::{string::String, sync::Arc, vec::Vec};

use super::Service;
use crate::{
    types::{Duration, Epoch, NodeName, ServiceName, Slot, Token},
    wire::{Act, Phase, RecoveryTalk, Request, Stage, UnitReport},
};

/// What recovery wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Say this to a peer.
    Say {
        /// The peer.
        peer: NodeName,
        /// What.
        talk: RecoveryTalk,
    },
    /// Ask coordination for something on this node's own behalf.
    Ask {
        /// Comes back with each reply.
        ticket: u64,
        /// What.
        request: Request,
        /// Whether to be told also of the end of what is granted.
        to_the_end: bool,
    },
    /// Deal with a process.
    Order(ProcessOrder),
    /// Tell a program that takes part.
    Tell {
        /// The program.
        id: u64,
        /// What.
        call: Call,
    },
    /// Tell those who watch.
    Publish(News),
}

/// What is to be done with an instance's processes. A run is one start of it; what is not about the present one is void.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProcessOrder {
    /// Start it. It may run for as long as [`Recovery::rights`](super::Recovery::rights) says.
    Launch {
        /// Which.
        slot: Slot,
        /// The run.
        run: u64,
        /// The service, with how it is run.
        service: Arc<Service>,
        /// Which restart that an operator asked for.
        generation: u64,
        /// Its level.
        level: u32,
        /// The token by which it may run, if it needs one.
        token: Option<Token>,
        /// The regime.
        epoch: Epoch,
    },
    /// End it, and kill what is left after so long.
    Stop {
        /// Which.
        slot: Slot,
        /// The run.
        run: u64,
        /// How long it has.
        within: Duration,
    },
    /// Stop it by a signal, so that it can go on later.
    Freeze {
        /// Which.
        slot: Slot,
        /// The run.
        run: u64,
    },
    /// Let it go on.
    Thaw {
        /// Which.
        slot: Slot,
        /// The run.
        run: u64,
    },
    /// Send it the signal that tells of a transition.
    Signal {
        /// Which.
        slot: Slot,
        /// The run.
        run: u64,
    },
}

/// What happened to an instance's processes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ProcessFact {
    /// Which instance.
    pub slot: Slot,
    /// The run.
    pub run: u64,
    /// What.
    pub kind: ProcessFactKind,
}

/// What happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ProcessFactKind {
    /// It is ready.
    Ready,
    /// It does not do well, and shall be started again.
    Unwell(String),
    /// Nothing of it is left; how it ended, for people.
    Gone(String),
    /// Nothing of it is left, or it was not started, for its right to run was over, or its orders were void: it has not
    /// failed.
    Lapsed,
    /// It cannot be killed; why, for people.
    Stuck(String),
    /// It has been running since before the agent started.
    Adopted {
        /// The service as it was started.
        service: Arc<Service>,
        /// Which restart that an operator asked for.
        generation: u64,
        /// Its level then.
        level: u32,
        /// Whether it is ready.
        ready: bool,
    },
}

/// What a program says of itself that takes part in recovery.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct About {
    /// Its name, for people.
    pub name: Arc<str>,
    /// Its level.
    pub level: u32,
    /// Services that must be ready before it recovers.
    pub requires: Vec<ServiceName>,
    /// How long it has for each phase.
    pub deadline: Duration,
    /// Whether the cluster goes on without it when that is over, or waits.
    pub isolate: bool,
}

/// What a program that takes part is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Call {
    /// To do this, and to say when it is done.
    Phase {
        /// The regime by which it is asked; the one before, for a first `Prepare`.
        epoch: Epoch,
        /// What.
        phase: Phase,
    },
    /// It was late, and nobody waits for it any more.
    Isolated {
        /// In this.
        phase: Phase,
    },
}

/// What watchers are told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum News {
    /// An instance of this node stands otherwise.
    Unit(UnitReport),
    /// An instance of this node is no more.
    Over(Slot),
    /// Recovery has come to another stage, as this node was told.
    Stage {
        /// Of this regime.
        epoch: Epoch,
        /// The stage.
        stage: Stage,
    },
}

pub(super) type Out<'a> = &'a mut Vec<Effect>;

/// A request on behalf of a session of this node's own.
pub(super) fn request(session: (crate::types::SessionId, crate::types::Secret), act: Act) -> Request {
    Request { session: Some(session), id: None, act }
}
