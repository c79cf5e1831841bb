//! What is asked and answered.

use openraft::raft::{
    AppendEntriesRequest, AppendEntriesResponse, TransferLeaderRequest, TransferLeaderResponse, VoteRequest,
    VoteResponse,
};
use quorate_core::types::NodeId;
use serde::{Deserialize, Serialize};

use crate::raft::{Entry, Peer, SnapshotMeta, Types, Vote};

/// What is asked of another node.
#[derive(Serialize, Deserialize)]
pub(crate) enum Request {
    /// Take these entries, or just know that I lead.
    Append(AppendEntriesRequest<Types>),
    /// Vote for me.
    Vote(VoteRequest<Types>),
    /// Would you?
    PreVote(VoteRequest<Types>),
    /// Somebody else is to lead.
    Transfer(TransferLeaderRequest<Types>),
    /// A snapshot follows.
    SnapshotHead { vote: Vote, meta: SnapshotMeta, size: u64, checksum: u32 },
    /// Its bytes from here on.
    SnapshotPiece {
        offset: u64,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
}

/// What is answered.
#[derive(Serialize, Deserialize)]
pub(crate) enum Reply {
    Append(AppendEntriesResponse<Types>),
    Vote(VoteResponse<Types>),
    Transfer(TransferLeaderResponse<Types>),
    Snapshot(Receipt),
}

/// Where a snapshot stands.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum Receipt {
    /// Everything up to here has come.
    Upto(u64),
    /// All of it was installed, or not needed, or its sender leads no more; this is the vote that counts here.
    Over(Vote),
    /// Nothing is known of it here. It has to begin anew.
    Lost,
    /// It cannot be taken.
    Refused(String),
}

impl Request {
    /// Whether it makes sense as something that `from` asks. What does not would be an impossible state further on,
    /// and would stop this node.
    pub(crate) fn is_sound(&self, from: NodeId) -> bool {
        match self {
            Self::Append(append) => is_of(&append.vote, from) && append.vote.committed && is_row(append),
            Self::Vote(ask) | Self::PreVote(ask) => is_of(&ask.vote, from) && !ask.vote.committed,
            Self::Transfer(transfer) => is_of(transfer.from_leader(), from),
            Self::SnapshotHead { vote, meta, .. } => {
                let end = meta.last_log_id;
                is_of(vote, from) && vote.committed && end.is_some_and(|end| end.leader_id.term <= vote.leader_id.term)
            }
            Self::SnapshotPiece { .. } => true,
        }
    }
}

fn is_of(vote: &Vote, from: NodeId) -> bool {
    vote.leader_id.voted_for == Peer::from(from)
}

/// Whether entries follow each other, and none is of a later term than the vote.
fn is_row(append: &AppendEntriesRequest<Types>) -> bool {
    let mut before = append.prev_log_id;
    append.entries.iter().all(|Entry { log_id, .. }| {
        let next = before.map_or(Some(0), |id| id.index.checked_add(1));
        let follows = Some(log_id.index) == next && before <= Some(*log_id);
        before = Some(*log_id);
        follows && log_id.leader_id.term <= append.vote.leader_id.term
    })
}
