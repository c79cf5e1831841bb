//! The peer service: accepts connections on one network's listener.

use std::{pin::Pin, sync::Arc};

use futures_util::{Stream, StreamExt};
use quorate_core::{
    types::{ConnId, Loss, Network},
    wire::Frame,
};
use quorate_proto::peer::v1::{
    self as pb, ChannelRequest, ChannelResponse,
    peer_service_server::{PeerService, PeerServiceServer},
};
use tokio::{
    net::TcpListener,
    sync::{mpsc, oneshot},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status, Streaming, transport::Server};

use super::{
    Shared,
    entrance::{Admission, Entrance},
    guard::Guard,
    line::{Control, Ended, FarEnd, GRACE, Line, QUEUE, What, drain, outgoing, refuse},
    socket::{SocketInfo, incoming},
};
use crate::wire::MAX_FRAME_BYTES;

/// Largest header list a peer may send: the call has no metadata of its own.
const MAX_HEADER_BYTES: u32 = 8 * 1024;

/// Serves one listener until `shared.stop` is cancelled.
pub(super) async fn serve(shared: Arc<Shared>, network: Network, listener: TcpListener, entrance: Entrance) {
    let cut = shared.cut.clone();
    let stop = shared.stop.clone();
    let guard = match shared.tls.clone() {
        Some(tls) => Guard::tls(move || tls.accepting(), shared.refusals.clone()),
        None => Guard::plain(shared.refusals.clone()),
    };
    let service = PeerServiceServer::new(Peers { shared, network: network.clone() })
        .max_decoding_message_size(MAX_FRAME_BYTES)
        .max_encoding_message_size(MAX_FRAME_BYTES);
    let served = Server::builder()
        // A connection carries one channel; its limit of frames would mean nothing if it could carry more.
        .max_concurrent_streams(1)
        .http2_max_header_list_size(MAX_HEADER_BYTES)
        .add_service(service)
        .serve_with_incoming_shutdown(incoming(listener, entrance, guard, cut), stop.cancelled_owned())
        .await;
    if let Err(error) = served {
        tracing::error!(%network, %error, "the peer listener failed");
    }
}

struct Peers {
    shared: Arc<Shared>,
    network: Network,
}

type Responses = Pin<Box<dyn Stream<Item = Result<ChannelResponse, Status>> + Send>>;

#[tonic::async_trait]
impl PeerService for Peers {
    type ChannelStream = Responses;

    async fn channel(&self, request: Request<Streaming<ChannelRequest>>) -> Result<Response<Responses>, Status> {
        let info = request.extensions().get::<SocketInfo>().cloned();
        let info = info.ok_or_else(|| Status::internal("the connection is not known"))?;
        let (queue, frames) = mpsc::channel(QUEUE);
        let (fault, faults) = oneshot::channel();
        let control = Control { closing: CancellationToken::new(), cut: info.cut };
        let answering = Answering { queue: queue.downgrade(), control: control.clone(), fault };
        let far = FarEnd { remote: info.remote.ip().to_string(), names: info.names };
        let accepted = What::Accepted {
            network: self.network.clone(),
            remote: info.remote.to_string(),
            line: Line { queue, control },
        };
        let shared = Arc::clone(&self.shared);
        let requests = admitting(request.into_inner(), info.admission);
        shared.tasks.spawn(read(Arc::clone(&shared), requests, accepted, far, answering));
        Ok(Response::new(Box::pin(responses(shared, frames, faults))))
    }
}

/// What the other end is told: the frames of the queue, until it ends or reading ends.
fn responses(
    shared: Arc<Shared>,
    queue: mpsc::Receiver<Frame>,
    mut fault: oneshot::Receiver<Status>,
) -> impl Stream<Item = Result<ChannelResponse, Status>> + Send {
    async_stream::stream! {
        let mut frames = Box::pin(outgoing(queue, shared));
        loop {
            tokio::select! {
                biased;
                fault = &mut fault => {
                    if let Ok(status) = fault {
                        yield Err(status);
                    }
                    return;
                }
                frame = frames.next() => match frame {
                    Some(frame) => yield Ok(ChannelResponse { frame: Some(frame) }),
                    None => return,
                },
            }
        }
    }
}

/// The frames that come in; the first one that can be read ends the connection's probation.
fn admitting(
    requests: Streaming<ChannelRequest>,
    admission: Admission,
) -> impl Stream<Item = Result<Option<pb::Frame>, Status>> + Send + Unpin {
    requests.map(move |next| {
        let message = next?;
        admission.admit();
        Ok(message.frame)
    })
}

/// What the reader of a connection can still say to the other end.
struct Answering {
    queue: mpsc::WeakSender<Frame>,
    control: Control,
    /// Dropping it ends the responses.
    fault: oneshot::Sender<Status>,
}

/// Reads the connection until it ends.
async fn read(
    shared: Arc<Shared>,
    mut frames: impl Stream<Item = Result<Option<pb::Frame>, Status>> + Send + Unpin,
    accepted: What,
    far: FarEnd,
    Answering { queue, control, fault }: Answering,
) {
    let conn = shared.next_accepted();
    if shared.tell(conn, accepted).await.is_err() {
        return control.cut.cancel();
    }
    match shared.read(conn, &mut frames, &control, &far).await {
        Ended::Ours => drain(&mut frames, &control).await,
        Ended::Theirs => finish(&shared, conn, &control, fault, None).await,
        Ended::Nonsense(status) => {
            shared.unreadable(conn, &far, &status);
            finish(&shared, conn, &control, fault, Some(status)).await;
        }
        Ended::Untrusted(fault) => {
            refuse(&queue, &fault);
            if shared.tell(conn, What::Closed(Loss::Rejected)).await.is_ok() {
                drain(&mut frames, &control).await;
            }
        }
        Ended::Stopped => {}
    }
    control.cut.cancel();
}

/// Says that the connection ended and leaves the other end a moment to take the last word.
async fn finish(
    shared: &Shared,
    conn: ConnId,
    control: &Control,
    fault: oneshot::Sender<Status>,
    status: Option<Status>,
) {
    match status {
        Some(status) => drop(fault.send(status)),
        None => drop(fault),
    }
    if shared.tell(conn, What::Closed(Loss::Reset)).await.is_ok() {
        let cut = async {
            tokio::select! { () = control.cut.cancelled() => {}, () = shared.stop.cancelled() => {} }
        };
        let _ = timeout(GRACE, cut).await;
    }
}

impl Shared {
    /// Numbers of accepted connections are odd.
    fn next_accepted(&self) -> ConnId {
        ConnId(self.accepted.fetch_add(2, std::sync::atomic::Ordering::Relaxed))
    }
}
