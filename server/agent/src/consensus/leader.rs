//! What is asked of the node that leads, by itself or by another one, and what it answers.

use std::sync::Arc;

use prost::Message;
use quorate_consensus::{Consensus, ProposeError};
use quorate_core::{
    database::{Applied, Change, Database},
    quorum::Unanswered,
};
use quorate_proto::store::v1::{self as pb, leader_answer::Kind as Answered, leader_request::Kind as Asked};
use tokio::sync::Semaphore;

use super::{machine::Keeper, records};

/// Most requests that are served at once; more are told so.
const LIMIT: usize = 256;
/// Bytes of the database that one answer has.
const PIECE: usize = 128 * 1024;
/// How often the database is read anew because it changed meanwhile.
const READS: usize = 20;

/// What came of a request.
pub type Reply = Result<Vec<u8>, Unanswered>;

/// A change for the log, as it is asked of the leader.
#[must_use]
pub fn proposal(change: &Change) -> Vec<u8> {
    propose(records::change_out(change))
}

/// The same for a change that is encoded.
pub(super) fn propose(change: Vec<u8>) -> Vec<u8> {
    pb::LeaderRequest { kind: Some(Asked::Propose(change)) }.encode_to_vec()
}

/// What came of a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Answer {
    /// The change was made.
    Applied(Applied),
    /// Nobody is known to lead, or who was asked does not, or reaches no majority, or has too much to do. Nothing was done.
    Refused,
    /// Whether it was done is not known.
    Unknown,
}

/// Reads an answer; one that cannot be read tells nothing.
#[must_use]
pub fn answer(reply: Reply) -> Answer {
    let kind = match reply {
        Ok(bytes) => pb::LeaderAnswer::decode(bytes.as_slice()).ok().and_then(|answer| answer.kind),
        Err(Unanswered::Unsent) => return Answer::Refused,
        Err(Unanswered::Lost) => None,
    };
    match kind {
        Some(Answered::Applied(bytes)) => records::applied(&bytes).map_or(Answer::Unknown, Answer::Applied),
        Some(Answered::NotLeader(_) | Answered::NoQuorum(_) | Answered::Busy(_)) => Answer::Refused,
        Some(Answered::Unknown(_) | Answered::Piece(_) | Answered::Recovery(_)) | None => Answer::Unknown,
    }
}

/// Reads the whole database from the node that leads, piece by piece; none when it cannot be reached.
///
/// # Errors
/// Those of `ask`.
pub async fn fetch<E, F>(mut ask: impl FnMut(Vec<u8>) -> F) -> Result<Option<Database>, E>
where
    F: Future<Output = Result<Reply, E>>,
{
    for _ in 0..READS {
        let (mut revision, mut bytes) = (0, Vec::new());
        loop {
            let read = pb::ReadPiece { revision, offset: bytes.len() as u64 };
            let reply = ask(pb::LeaderRequest { kind: Some(Asked::Read(read)) }.encode_to_vec()).await?;
            let answer = reply.ok().and_then(|bytes| pb::LeaderAnswer::decode(bytes.as_slice()).ok());
            let Some(Answered::Piece(piece)) = answer.and_then(|answer| answer.kind) else { return Ok(None) };
            if !bytes.is_empty() && piece.revision != revision || piece.bytes.is_empty() {
                break;
            }
            revision = piece.revision;
            bytes.extend(piece.bytes);
            if bytes.len() as u64 >= piece.total {
                let message = pb::Database::decode(bytes.as_slice()).ok();
                return Ok(message.and_then(|message| records::database(message).ok()));
            }
        }
    }
    Ok(None)
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

    /// The database as this node has it.
    pub(super) fn database(&self) -> Database {
        self.consensus.read(|keeper| keeper.database().clone())
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
        match asked {
            Some(Asked::Propose(change)) => match self.consensus.propose(change).await {
                Ok(applied) => Answered::Applied(applied),
                Err(ProposeError::NotLeader { .. } | ProposeError::Stopped) => Answered::NotLeader(true),
                Err(ProposeError::Unknown) => Answered::Unknown(true),
                Err(_) => Answered::NoQuorum(true),
            },
            Some(Asked::Read(pb::ReadPiece { revision, offset })) if self.consensus.state().leading => {
                self.piece(revision, offset)
            }
            // A request of a later version is not done here; another node may know it. The driver answers for recovery.
            Some(Asked::Read(_) | Asked::Recovery(_)) | None => Answered::NotLeader(true),
        }
    }

    fn piece(&self, revision: u64, offset: u64) -> Answered {
        let database = self.database();
        let mut piece = pb::DatabasePiece { revision: database.revision, ..pb::DatabasePiece::default() };
        if revision == 0 || revision == database.revision {
            let bytes = records::database_out(&database).encode_to_vec();
            let from = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
            piece.total = bytes.len() as u64;
            piece.bytes = bytes[from..(from + PIECE).min(bytes.len())].to_vec();
        }
        Answered::Piece(piece)
    }
}
