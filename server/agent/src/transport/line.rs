//! One connection: its two ends, and the task that reads it.

use std::{sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt};
use quorate_core::{
    types::{ConnId, Loss, Network},
    wire::Frame,
};
use quorate_proto::peer::v1 as pb;
use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use super::Shared;
use crate::wire::{self, WireError};

/// How long a connection that was closed on purpose may take to let its last frames out.
pub(super) const GRACE: Duration = Duration::from_secs(1);
/// Most frames that wait for one connection.
pub(super) const QUEUE: usize = 4096;

/// The transport's end of a connection. Dropping the queue ends the outgoing stream after what is in it.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) queue: mpsc::Sender<Frame>,
    pub(super) control: Control,
}

/// How a connection is told to end.
#[derive(Clone, Debug)]
pub(super) struct Control {
    /// Cancelled when the node closed it: let out what is queued, then end.
    pub(super) closing: CancellationToken,
    /// Cancelled to end it at once.
    pub(super) cut: CancellationToken,
}

/// Something that a connection's task has to say. All of one connection come in order.
#[derive(Debug)]
pub(super) struct Arrival {
    pub(super) conn: ConnId,
    pub(super) what: What,
}

/// What it has to say.
#[derive(Debug)]
pub(super) enum What {
    /// A peer opened it.
    Accepted { network: Network, remote: String, line: Line },
    /// It is open.
    Connected,
    /// It could not be opened.
    DialFailed(Loss),
    /// A frame came in.
    Frame(Frame),
    /// It ended.
    Closed(Loss),
}

/// Why reading ended.
pub(super) enum Ended {
    /// The node closed it.
    Ours,
    /// The other end closed it, or it broke.
    Theirs,
    /// What came in cannot be read; the other end is told so.
    Nonsense(Status),
    /// Nobody listens any more.
    Stopped,
}

impl Shared {
    pub(super) async fn tell(&self, conn: ConnId, what: What) -> Result<(), Ended> {
        self.arrivals.send(Arrival { conn, what }).await.map_err(|_| Ended::Stopped)
    }

    /// Passes frames on until the connection ends.
    pub(super) async fn read<S>(&self, conn: ConnId, frames: &mut S, control: &Control) -> Ended
    where
        S: Stream<Item = Result<Option<pb::Frame>, Status>> + Unpin,
    {
        loop {
            let next = tokio::select! {
                biased;
                () = control.closing.cancelled() => return Ended::Ours,
                () = control.cut.cancelled() => return Ended::Theirs,
                next = frames.next() => next,
            };
            let frame = match next {
                Some(Ok(frame)) => frame.ok_or(WireError::Missing("frame")).and_then(wire::decode),
                Some(Err(status)) if is_nonsense(status.code()) => return Ended::Nonsense(status),
                Some(Err(_)) | None => return Ended::Theirs,
            };
            self.traffic.received();
            match frame {
                Ok(frame) => {
                    if let Err(ended) = self.tell(conn, What::Frame(frame)).await {
                        return ended;
                    }
                }
                Err(error) => return Ended::Nonsense(Status::invalid_argument(error.to_string())),
            }
        }
    }
}

/// Whether the message could not be read, rather than the connection: no protobuf, or too large.
fn is_nonsense(code: Code) -> bool {
    matches!(code, Code::InvalidArgument | Code::OutOfRange)
}

/// Waits, for a bounded time, until the other end has taken everything and ended its side.
pub(super) async fn drain<S>(frames: &mut S, control: &Control)
where
    S: Stream<Item = Result<Option<pb::Frame>, Status>> + Unpin,
{
    let ended = async { while let Some(Ok(_)) = frames.next().await {} };
    tokio::select! {
        _ = timeout(GRACE, ended) => {}
        () = control.cut.cancelled() => {}
    }
}

/// The outgoing frames of a connection as protobuf.
pub(super) fn outgoing(mut queue: mpsc::Receiver<Frame>, shared: Arc<Shared>) -> impl Stream<Item = pb::Frame> + Send {
    async_stream::stream! {
        while let Some(frame) = queue.recv().await {
            shared.traffic.sent();
            yield wire::encode(&frame);
        }
    }
}
