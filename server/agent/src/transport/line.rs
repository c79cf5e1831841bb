//! One connection: its two ends, and the task that reads it.

use std::{sync::Arc, time::Duration};

use futures_util::{Stream, StreamExt};
use quorate_core::{
    types::{ConnId, Loss, Network},
    wire::{Frame, Refusal},
};
use quorate_proto::peer::v1 as pb;
use quorate_tls::Fault;
use tokio::{sync::mpsc, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status};

use super::Shared;
use crate::{
    logging::warn_if,
    wire::{self, WireError},
};

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

/// The other end of a connection.
#[derive(Debug)]
pub(super) struct FarEnd {
    /// The address that was dialled, or the host that it comes from.
    pub(super) remote: String,
    /// The names in its certificate; none in plain text.
    pub(super) names: Option<Arc<[String]>>,
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
    /// The other end is not the node that its certificate is for.
    Untrusted(Fault),
    /// Nobody listens any more.
    Stopped,
}

impl Shared {
    pub(super) async fn tell(&self, conn: ConnId, what: What) -> Result<(), Ended> {
        self.arrivals.send(Arrival { conn, what }).await.map_err(|_| Ended::Stopped)
    }

    /// Passes frames on until the connection ends. `far` must be who introduces itself.
    pub(super) async fn read<S>(&self, conn: ConnId, frames: &mut S, control: &Control, far: &FarEnd) -> Ended
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
                    if let Some(fault) = self.distrust(&frame, far) {
                        return Ended::Untrusted(fault);
                    }
                    if let Err(ended) = self.tell(conn, What::Frame(frame)).await {
                        return ended;
                    }
                }
                Err(error) => return Ended::Nonsense(Status::invalid_argument(error.to_string())),
            }
        }
    }
}

impl Shared {
    /// A frame could not be read, at this end or by the other one; the connection ends.
    pub(super) fn unreadable(&self, conn: ConnId, far: &FarEnd, fault: &Status) {
        let (remote, error) = (&far.remote, fault.message());
        let is_news = self.unreadable.is_news_each(remote, error);
        warn_if!(is_news, conn = conn.0, %remote, error, "a frame cannot be read: connection closed");
    }

    /// What is wrong with an introduction beside the certificate.
    fn distrust(&self, frame: &Frame, far: &FarEnd) -> Option<Fault> {
        let (Frame::Hello(hello) | Frame::Welcome(hello)) = frame else { return None };
        let said = hello.identity.name.as_str();
        match &far.names {
            Some(names) if names.iter().all(|name| name != said) => {
                let fault = Fault::WrongNode { said: said.to_owned(), names: names.to_vec() };
                self.refusals.refused(&far.remote, &fault);
                Some(fault)
            }
            _ => {
                self.refusals.good(&far.remote);
                None
            }
        }
    }
}

/// Tells the other end why its introduction is not taken. What has no room left is not told.
pub(super) fn refuse(queue: &mpsc::WeakSender<Frame>, fault: &Fault) {
    if let Some(queue) = queue.upgrade() {
        let _ = queue.try_send(Frame::Refuse { reason: Refusal::BadHello, text: fault.to_string() });
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
