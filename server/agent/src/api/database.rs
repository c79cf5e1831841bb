//! The way of all services to the cluster database: changes by whoever leads, and what is in it.

use std::time::Duration;

use quorate_core::database::{Applied, Change, ChangeKind, Database};
use quorate_proto::v1::ResponseHeader;
use tokio::time::{Instant, sleep};

use super::{context::Context, error::ApiError};
use crate::{
    consensus::{self, Answer},
    driver::wall,
};

/// How long a change is tried while nobody has done anything.
const PATIENCE: Duration = Duration::from_secs(3);
/// Time between two tries.
const PAUSE: Duration = Duration::from_millis(50);

impl Context {
    /// Has whoever leads make a change.
    ///
    /// # Errors
    /// Those of [`Self::propose`].
    pub async fn change(&self, kind: ChangeKind) -> Result<Applied, ApiError> {
        self.propose(consensus::proposal(&Change { wall: wall(), kind })).await
    }

    /// Has whoever leads append to the log what may be appended twice. Tried again for as long as nobody has done anything.
    ///
    /// # Errors
    /// [`ApiError::QuorumLost`], [`ApiError::OutcomeUnknown`], [`ApiError::Stopping`].
    pub async fn propose(&self, proposal: Vec<u8>) -> Result<Applied, ApiError> {
        let begun = Instant::now();
        let mut unsure = false;
        loop {
            match self.handle.propose(proposal.clone()).await? {
                Answer::Applied(applied) => return Ok(applied),
                Answer::Refused => {}
                Answer::Unknown => unsure = true,
            }
            if begun.elapsed() >= PATIENCE {
                return Err(if unsure { ApiError::OutcomeUnknown } else { ApiError::QuorumLost });
            }
            tokio::select! {
                () = self.stopping.cancelled() => return Err(ApiError::Stopping),
                () = sleep(PAUSE) => {}
            }
        }
    }

    /// What the cluster database has: as this node has it when it votes, otherwise as the node has it that leads.
    ///
    /// # Errors
    /// [`ApiError::ClusterState`] when the cluster was never formed, [`ApiError::QuorumLost`], [`ApiError::Stopping`].
    pub async fn database(&self) -> Result<Database, ApiError> {
        if self.handle.cluster().is_none() {
            return Err(ApiError::unformed());
        }
        self.handle.database().await?.ok_or(ApiError::QuorumLost)
    }

    /// What an answer out of the database was true at.
    #[must_use]
    pub fn header_of(&self, database: &Database) -> Option<ResponseHeader> {
        self.header().map(|header| ResponseHeader { revision: database.revision, ..header })
    }
}
