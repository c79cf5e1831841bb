//! What changes the database.

use alloc::{sync::Arc, vec::Vec};

use crate::{
    quorum::consensus::Policy,
    recovery::Edit,
    types::{Duration, Epoch, Identity, ViewId, ViewRecord, WallTime},
    wire::Eviction,
};

/// A change of the database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Change {
    /// When, by the proposer's clock: for people.
    pub wall: WallTime,
    /// What.
    pub kind: ChangeKind,
}

/// What changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ChangeKind {
    /// A view is granted quorum, under a higher epoch than any before.
    Grant {
        /// The view.
        view: ViewId,
        /// Who hands out the right.
        holder: Identity,
        /// Views since the last grant, to be remembered.
        views: Vec<Arc<ViewRecord>>,
    },
    /// Voters are chosen otherwise.
    Policy(Policy),
    /// Voters that are missing keep their place for so long; as each agent is configured when none.
    VoterGrace(Option<Duration>),
    /// Nodes are kept out, or no more.
    Evictions(Vec<Eviction>),
    /// Services, and what operators decide about them. Nothing is done when the catalog's revision is another one.
    Catalog {
        /// The changes.
        edits: Vec<Edit>,
        /// The revision by which they were decided.
        expected: u64,
    },
    /// No session lasts for longer than this after its last sign of life.
    LongestTtl {
        /// So long at most.
        ttl: Duration,
        /// The regime whose holder says so. Of one before the newest only more counts, never less: it does not know of all
        /// sessions.
        epoch: Epoch,
    },
}

/// What came of a change.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Applied {
    /// Quorum was granted.
    Granted {
        /// Under this epoch.
        epoch: Epoch,
    },
    /// It is done.
    Done,
    /// The catalog had been changed meanwhile. Nothing was changed.
    Stale {
        /// Its revision.
        revision: u64,
    },
    /// It means nothing here: it is of a kind, or belongs to something, that is not known. Nothing was changed.
    Unknown,
}
