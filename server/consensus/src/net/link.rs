//! Another node, as the library asks it.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use openraft::{
    OptionalSend, RaftNetworkFactory,
    errors::{NetworkError, RPCError, ReplicationClosed, StreamingError, Timeout, Unreachable},
    network::{RPCOption, RPCTypes, v2::RaftNetworkV2},
    raft::{
        AppendEntriesRequest, AppendEntriesResponse, SnapshotResponse, TransferLeaderRequest, TransferLeaderResponse,
        VoteRequest, VoteResponse,
    },
};

use super::{
    ask::{Asker, NoAnswer},
    message::{Receipt, Reply, Request},
};
use crate::{
    ids::ClusterUid,
    options::Options,
    raft::{Label, Peer, Snapshot, Types, Vote},
};

/// Makes a [`Link`] for each node.
#[derive(Clone)]
pub(crate) struct Links {
    pub me: Peer,
    pub cluster: ClusterUid,
    pub asker: Arc<Asker>,
    pub options: Arc<Options>,
}

/// Another node.
pub(crate) struct Link {
    links: Links,
    to: Peer,
}

impl RaftNetworkFactory<Types> for Links {
    type Network = Link;

    async fn new_client(&mut self, to: Peer, _: &Label) -> Link {
        Link { links: self.clone(), to }
    }
}

impl Link {
    async fn ask(&self, action: RPCTypes, request: &Request, limit: Duration) -> Result<Reply, RPCError<Types>> {
        let Links { me, cluster, asker, .. } = &self.links;
        match asker.ask(*cluster, self.to.into(), request, limit).await {
            Ok(reply) => Ok(reply),
            Err(NoAnswer::Unreachable) => Err(Unreachable::from_string("the link is down").into()),
            Err(NoAnswer::Late) => Err(Timeout { action, id: *me, target: self.to, timeout: limit }.into()),
            Err(NoAnswer::Nonsense(why)) => Err(nonsense(&why)),
        }
    }

    /// One step of sending a snapshot; where it stands then.
    async fn step(&self, request: &Request, limit: Duration) -> Result<Receipt, StreamingError<Types>> {
        match self.ask(RPCTypes::InstallSnapshot, request, limit).await? {
            Reply::Snapshot(Receipt::Lost) => Err(network("the receiver lost the snapshot").into()),
            Reply::Snapshot(Receipt::Refused(why)) => Err(Unreachable::from_string(why).into()),
            Reply::Snapshot(receipt) => Ok(receipt),
            _ => Err(network("another answer than one to a snapshot").into()),
        }
    }

    /// Sends a snapshot piece by piece, the next when the last has come; the vote that counts there in the end.
    async fn send_snapshot(&self, vote: Vote, snapshot: &Snapshot) -> Result<Vote, StreamingError<Types>> {
        let Options { request_timeout, snapshot_timeout, chunk, .. } = *self.links.options;
        let bytes = &snapshot.snapshot;
        let (size, checksum) = (bytes.len() as u64, crc32fast::hash(bytes));
        let head = Request::SnapshotHead { vote, meta: snapshot.meta.clone(), size, checksum };
        let mut receipt = self.step(&head, if size == 0 { snapshot_timeout } else { request_timeout }).await?;
        loop {
            let offset = match receipt {
                Receipt::Over(vote) => return Ok(vote),
                Receipt::Upto(offset) if offset < size => offset,
                _ => return Err(network("a receipt for more than was sent").into()),
            };
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
            let end = bytes.len().min(start + chunk);
            let piece = Request::SnapshotPiece { offset, bytes: bytes[start..end].to_vec() };
            // With the last piece the snapshot is installed, which takes as long as it takes.
            let limit = if end == bytes.len() { snapshot_timeout } else { request_timeout };
            receipt = self.step(&piece, limit).await?;
        }
    }
}

impl RaftNetworkV2<Types> for Link {
    type SnapshotData = Vec<u8>;

    async fn append_entries(
        &mut self,
        request: AppendEntriesRequest<Types>,
        _: RPCOption,
    ) -> Result<AppendEntriesResponse<Types>, RPCError<Types>> {
        let first = request.prev_log_id.is_none();
        let request = Request::Append(request);
        match self.ask(RPCTypes::AppendEntries, &request, self.links.options.request_timeout).await? {
            // There is nothing before the first entry that could differ.
            Reply::Append(AppendEntriesResponse::Conflict) if first => {
                Err(nonsense("a conflict before the first entry"))
            }
            Reply::Append(reply) => Ok(reply),
            _ => Err(nonsense("another answer than one to entries")),
        }
    }

    async fn vote(
        &mut self,
        request: VoteRequest<Types>,
        option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        match self.ask(RPCTypes::Vote, &Request::Vote(request), option.hard_ttl()).await? {
            Reply::Vote(reply) => Ok(reply),
            _ => Err(nonsense("another answer than a vote")),
        }
    }

    async fn pre_vote(
        &mut self,
        request: VoteRequest<Types>,
        option: RPCOption,
    ) -> Result<VoteResponse<Types>, RPCError<Types>> {
        match self.ask(RPCTypes::Vote, &Request::PreVote(request), option.hard_ttl()).await? {
            Reply::Vote(reply) => Ok(reply),
            _ => Err(nonsense("another answer than a vote")),
        }
    }

    async fn full_snapshot(
        &mut self,
        vote: Vote,
        snapshot: Snapshot,
        cancel: impl Future<Output = ReplicationClosed> + OptionalSend + 'static,
        _: RPCOption,
    ) -> Result<SnapshotResponse<Types>, StreamingError<Types>> {
        let timeout = self.links.options.snapshot_timeout;
        let (id, target) = (self.links.me, self.to);
        let late = Timeout { action: RPCTypes::InstallSnapshot, id, target, timeout };
        let mut cancel = pin!(cancel);
        tokio::select! {
            biased;
            closed = &mut cancel => Err(closed.into()),
            sent = tokio::time::timeout(timeout, self.send_snapshot(vote, &snapshot)) => match sent {
                Ok(vote) => Ok(SnapshotResponse::new(vote?)),
                Err(_) => Err(late.into()),
            },
        }
    }

    async fn transfer_leader(
        &mut self,
        request: TransferLeaderRequest<Types>,
        option: RPCOption,
    ) -> Result<TransferLeaderResponse<Types>, RPCError<Types>> {
        match self.ask(RPCTypes::TransferLeader, &Request::Transfer(request), option.hard_ttl()).await? {
            Reply::Transfer(reply) => Ok(reply),
            _ => Err(nonsense("another answer than one to a transfer")),
        }
    }
}

fn network(why: &str) -> NetworkError<Types> {
    NetworkError::from_string(why)
}

fn nonsense(why: &str) -> RPCError<Types> {
    network(why).into()
}
