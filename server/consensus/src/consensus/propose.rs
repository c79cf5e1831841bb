//! Changes, and reads that are sure to be new.

use std::{future::Future, time::Duration};

use openraft::{
    ReadPolicy, ServerState,
    async_runtime::watch::WatchReceiver as _,
    errors::{ClientWriteError, ForwardToLeader, LinearizableReadError, RaftError},
};
use quorate_core::types::NodeId;
use tokio::time::{Instant, sleep, timeout_at};

use super::{Consensus, life::Running};
use crate::{
    error::ProposeError,
    machine::Machine,
    raft::{Change, Types},
};

/// Bytes a change may have.
pub const MAX_CHANGE: usize = 256 * 1024;

/// How long a leader that is refused is given: a fresh one is, until a majority has answered it for the first time.
const FRESH: Duration = Duration::from_millis(200);
const PAUSE: Duration = Duration::from_millis(5);

/// Why the library refused something.
pub(super) enum Refusal {
    /// Somebody else leads, or nobody, or this node but without a majority.
    Elsewhere(ForwardToLeader<Types>),
    /// Anything else.
    Final(ProposeError),
}

impl<M: Machine> Consensus<M> {
    /// Makes a change: on return it is durable at a majority and applied here; the answer is the machine's.
    ///
    /// # Errors
    /// [`ProposeError`] says whether the change was made; after [`ProposeError::Unknown`] it may be made yet.
    pub async fn propose(&self, change: Vec<u8>) -> Result<Vec<u8>, ProposeError> {
        if change.len() > MAX_CHANGE {
            return Err(ProposeError::TooLarge { size: change.len(), limit: MAX_CHANGE });
        }
        let running = self.running_or_else()?;
        let change = Change(change);
        let attempt = || async { running.raft.client_write(change.clone()).await.map_err(Refusal::from) };
        let written = self.insist(&running, ProposeError::Unknown, attempt).await?;
        Ok(written.data.0)
    }

    /// Makes sure that this node leads, and that it has applied everything acknowledged so far: what
    /// [`read`](Self::read) shows after this is as new as the moment of the call.
    ///
    /// # Errors
    /// [`ProposeError::NotLeader`], [`ProposeError::NoQuorum`] or [`ProposeError::Stopped`].
    pub async fn confirm(&self) -> Result<(), ProposeError> {
        let running = self.running_or_else()?;
        let attempt = || async { running.raft.ensure_linearizable(ReadPolicy::ReadIndex).await.map_err(Refusal::from) };
        self.insist(&running, ProposeError::NoQuorum, attempt).await.map(drop)
    }

    pub(super) fn running_or_else(&self) -> Result<std::sync::Arc<Running<M>>, ProposeError> {
        // A node that takes part in nothing leads nothing.
        self.0.running().ok_or(ProposeError::NotLeader { leader: None })
    }

    /// Tries until there is an outcome, but not for long when this node leads and is refused. `late` is what it means
    /// when there is none in time.
    pub(super) async fn insist<T, F>(
        &self,
        running: &Running<M>,
        late: ProposeError,
        mut attempt: impl FnMut() -> F,
    ) -> Result<T, ProposeError>
    where
        F: Future<Output = Result<T, Refusal>>,
    {
        let begun = Instant::now();
        loop {
            let forward = match timeout_at(begun + self.0.options.request_timeout, attempt()).await {
                Err(_) => return Err(late),
                Ok(Ok(value)) => return Ok(value),
                Ok(Err(Refusal::Final(why))) => return Err(why),
                Ok(Err(Refusal::Elsewhere(forward))) => forward,
            };
            let leads = running.raft.metrics().borrow_watched().state == ServerState::Leader;
            let leader = forward.leader_id.map(NodeId::from).filter(|leader| *leader != self.0.me.id);
            if leader.is_some() || !leads {
                return Err(ProposeError::NotLeader { leader });
            }
            if begun.elapsed() >= FRESH {
                return Err(ProposeError::NoQuorum);
            }
            sleep(PAUSE).await;
        }
    }
}

impl From<RaftError<Types, ClientWriteError<Types>>> for Refusal {
    fn from(why: RaftError<Types, ClientWriteError<Types>>) -> Self {
        use openraft::errors::ChangeMembershipError::InProgress;
        match why {
            RaftError::Fatal(_) => Self::Final(ProposeError::Stopped),
            RaftError::APIError(ClientWriteError::ForwardToLeader(forward)) => Self::Elsewhere(forward),
            RaftError::APIError(ClientWriteError::LogEntryDiscarded(_)) => Self::Final(ProposeError::Unknown),
            RaftError::APIError(ClientWriteError::ChangeMembershipError(InProgress(_))) => {
                Self::Final(ProposeError::Changing)
            }
            RaftError::APIError(other) => Self::Final(ProposeError::Refused(other.to_string())),
        }
    }
}

impl From<RaftError<Types, LinearizableReadError<Types>>> for Refusal {
    fn from(why: RaftError<Types, LinearizableReadError<Types>>) -> Self {
        match why {
            RaftError::Fatal(_) => Self::Final(ProposeError::Stopped),
            RaftError::APIError(LinearizableReadError::ForwardToLeader(forward)) => Self::Elsewhere(forward),
            RaftError::APIError(LinearizableReadError::QuorumNotEnough(_)) => Self::Final(ProposeError::NoQuorum),
        }
    }
}
