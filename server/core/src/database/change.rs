//! What changes the database.

use alloc::{string::String, sync::Arc, vec::Vec};

use crate::{
    quorum::consensus::Policy,
    types::{Epoch, Identity, NodeName, ViewId, ViewRecord, WallTime},
};

/// A change of the database.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// A view is granted quorum, under a higher epoch than any before.
    Grant {
        /// The view.
        view: ViewId,
        /// Who hands out the right.
        holder: Identity,
        /// Views since the last grant, to be remembered.
        views: Vec<Arc<ViewRecord>>,
        /// When, for people.
        wall: WallTime,
    },
    /// Voters are chosen otherwise.
    SetPolicy {
        /// How.
        policy: Policy,
        /// When, for people.
        wall: WallTime,
    },
    /// A setting gets a value.
    Set {
        /// Its name.
        name: String,
        /// Its value.
        value: String,
    },
    /// A setting is removed.
    Unset {
        /// Its name.
        name: String,
    },
    /// A node is kept out.
    Evict {
        /// Its name.
        name: NodeName,
        /// Why.
        reason: String,
        /// When, for people.
        wall: WallTime,
    },
    /// A node is kept out no more.
    Readmit {
        /// Its name.
        name: NodeName,
        /// When, for people.
        wall: WallTime,
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
    /// There is nothing of that name.
    Unknown,
    /// There are too many, or it is too long.
    LimitReached,
}
