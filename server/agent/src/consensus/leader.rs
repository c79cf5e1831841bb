//! What is asked of the node that leads, by itself or by another one, and what it answers.

use std::sync::Arc;

use prost::Message;
use quorate_consensus::{Consensus, ProposeError};
use quorate_core::database::{Applied, Change};
use quorate_proto::store::v1::{self as pb, leader_answer::Kind as Answered, leader_request::Kind as Asked};
use tokio::sync::Semaphore;

use super::{machine::Keeper, records};

/// Most requests that are served at once; more are told so.
const LIMIT: usize = 256;

/// What the leader is asked, as bytes that links carry.
#[must_use]
pub fn proposal(change: &Change) -> Vec<u8> {
    pb::LeaderRequest { kind: Some(Asked::Propose(records::change_out(change))) }.encode_to_vec()
}

/// What came of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The change was made.
    Applied(Applied),
    /// The node asked does not lead, or reaches no majority, or has too much to do. Nothing was done.
    Refused,
    /// Whether it was done is not known.
    Unknown,
}

/// Reads an answer; one that cannot be read tells nothing.
#[must_use]
pub fn answer(bytes: &[u8]) -> Answer {
    let kind = pb::LeaderAnswer::decode(bytes).ok().and_then(|answer| answer.kind);
    match kind {
        Some(Answered::Applied(bytes)) => records::applied(&bytes).map_or(Answer::Unknown, Answer::Applied),
        Some(Answered::NotLeader(_) | Answered::NoQuorum(_) | Answered::Busy(_)) => Answer::Refused,
        Some(Answered::Unknown(_)) | None => Answer::Unknown,
    }
}

/// Serves requests, a bounded number at once.
#[derive(Clone, Debug)]
pub(super) struct Leader {
    consensus: Consensus<Keeper>,
    places: Arc<Semaphore>,
}

impl Leader {
    pub(super) fn new(consensus: Consensus<Keeper>) -> Self {
        Self { consensus, places: Arc::new(Semaphore::new(LIMIT)) }
    }

    /// Serves one request.
    pub(super) async fn serve(&self, request: &[u8]) -> Vec<u8> {
        let kind = match self.places.try_acquire() {
            Ok(_place) => self.carry_out(request).await,
            Err(_) => Answered::Busy(true),
        };
        pb::LeaderAnswer { kind: Some(kind) }.encode_to_vec()
    }

    async fn carry_out(&self, request: &[u8]) -> Answered {
        let asked = pb::LeaderRequest::decode(request).ok().and_then(|request| request.kind);
        // A request of a later version is not done here; another node may know it.
        let Some(Asked::Propose(change)) = asked else { return Answered::NotLeader(true) };
        match self.consensus.propose(change).await {
            Ok(applied) => Answered::Applied(applied),
            Err(ProposeError::NotLeader { .. } | ProposeError::Stopped) => Answered::NotLeader(true),
            Err(ProposeError::Unknown) => Answered::Unknown(true),
            Err(_) => Answered::NoQuorum(true),
        }
    }
}
