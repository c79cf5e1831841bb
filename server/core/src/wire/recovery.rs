//! What the recovery layers of two nodes say to each other.

use alloc::{string::String, sync::Arc, vec::Vec};

use crate::{
    recovery::Service,
    types::{Epoch, ServiceName, Slot, Token, ViewId},
};

/// What the recovery layers of two nodes say to each other. Each is about one regime.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum RecoveryTalk {
    /// The sender leads in this regime: how does everything stand at the receiver? It starts nothing by earlier orders.
    Muster {
        /// The regime.
        epoch: Epoch,
        /// Its view. Whoever is not in it is not asked.
        view: ViewId,
    },
    /// How everything stands at the sender.
    Standing(Standing),
    /// Services that orders will name.
    Definitions {
        /// The regime.
        epoch: Epoch,
        /// The services.
        services: Vec<Arc<Service>>,
    },
    /// All that is to be done at the receiver.
    Orders(Orders),
}

/// How everything stands at a node.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Standing {
    /// The regime.
    pub epoch: Epoch,
    /// It is about to leave the cluster: nothing is to run there.
    pub leaving: bool,
    /// Its instances.
    pub units: Vec<UnitReport>,
    /// The programs that take part there.
    pub participants: Vec<ParticipantReport>,
}

/// How one instance stands.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct UnitReport {
    /// Which.
    pub slot: Slot,
    /// The version of the service that it is of.
    pub version: u64,
    /// Which restart that an operator asked for it is of.
    pub generation: u64,
    /// Its level, as ordered.
    pub level: u32,
    /// How it stands.
    pub state: UnitState,
    /// How often it was started again lately.
    pub tries: u32,
    /// The token by which it may run, if it needs one.
    pub token: Option<Token>,
    /// What it waits for, or how it ended last; for people, at most 256 bytes.
    pub why: String,
}

/// How an instance stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum UnitState {
    /// It waits for orders, or for the right to run.
    Waiting,
    /// It waits for its name, which makes sure that no other one runs.
    Claiming,
    /// It was started and is not ready.
    Starting,
    /// It is ready.
    Ready,
    /// It failed, and is started again after a pause.
    Backoff,
    /// It was told to end.
    Stopping,
    /// It is stopped by a signal.
    Frozen,
    /// It failed too often.
    Failed,
}

impl UnitState {
    /// Whether something of it may be running.
    #[must_use]
    pub fn is_live(self) -> bool {
        matches!(self, Self::Starting | Self::Ready | Self::Stopping | Self::Frozen)
    }
}

/// A program that takes part in recovery by itself.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ParticipantReport {
    /// Tells those of one node apart.
    pub id: u64,
    /// Its name, for people.
    pub name: Arc<str>,
    /// Its level.
    pub level: u32,
    /// Services that must be ready before it recovers.
    pub requires: Vec<ServiceName>,
    /// The phase it was told last.
    pub phase: Phase,
    /// Whether it has acknowledged that.
    pub done: bool,
    /// It did not in time: nobody waits for it any more.
    pub isolated: bool,
}

/// What a participant does. Each phase is acknowledged.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Phase {
    /// It stops using what is shared.
    Prepare,
    /// It recovers: all on lower levels have.
    Recover,
    /// All have recovered: it goes on.
    Resume,
}

/// All that is to be done at a node. What it does not name is to end.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Orders {
    /// The regime.
    pub epoch: Epoch,
    /// How far recovery is.
    pub stage: Stage,
    /// The instances that are to run.
    pub units: Vec<UnitOrder>,
    /// Failures that do not count any more.
    pub forget: Vec<Slot>,
    /// What participants are to do.
    pub participants: Vec<(u64, Phase)>,
}

/// An instance that is to run.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct UnitOrder {
    /// Which.
    pub slot: Slot,
    /// Its level.
    pub level: u32,
    /// The version of the service.
    pub version: u64,
    /// Which restart that an operator asked for.
    pub generation: u64,
}

/// How far recovery is. Everything on a level is finished on all members before anything on the next one begins (R1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Stage {
    /// Not all members have said how they stand, or not everybody has stopped using what is shared.
    Prepare,
    /// This is the lowest level on which not everything is finished.
    Level(u32),
    /// All have recovered, and are told to go on.
    Resume,
    /// All go on.
    Recovered,
}

impl Stage {
    /// Whether what is on a level may begin.
    #[must_use]
    pub fn reaches(self, level: u32) -> bool {
        match self {
            Self::Prepare => false,
            Self::Level(floor) => level <= floor,
            Self::Resume | Self::Recovered => true,
        }
    }
}
