//! Facts that outlive a runner: who it was and whom it started.

use serde::{Deserialize, Serialize};

use crate::{launch::RunId, process::ProcessId};

/// What a runner writes down before it starts anything, and again when it has.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Facts {
    pub run: RunId,
    pub runner: ProcessId,
    pub service: Option<ProcessId>,
}
