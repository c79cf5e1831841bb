//! Opens connections to peers. Each has its own TCP connection, and none is ever opened again by itself: whether to
//! dial anew is the core's decision.

use std::{io, sync::Arc};

use futures_util::StreamExt;
use hyper_util::rt::TokioIo;
use quorate_core::{
    types::{Address, ConnId, Loss},
    wire::Frame,
};
use quorate_proto::peer::v1::{ChannelRequest, ChannelResponse, peer_service_client::PeerServiceClient};
use tokio::{net::TcpStream, sync::mpsc, time::timeout};
use tonic::{
    Streaming,
    transport::{Channel, Endpoint, Uri},
};
use tower::service_fn;

use super::{
    Shared,
    line::{Control, Ended, What, drain, outgoing},
    socket::Socket,
};
use crate::wire::MAX_FRAME_BYTES;

/// An open connection. The channel is kept because dropping it ends the TCP connection.
struct Open {
    frames: Streaming<ChannelResponse>,
    _channel: Channel,
}

/// Dials `address` and serves the connection until it ends.
pub(super) async fn run(
    shared: Arc<Shared>,
    conn: ConnId,
    address: Address,
    queue: mpsc::Receiver<Frame>,
    control: Control,
) {
    let opening = timeout(shared.open_timeout, open(&shared, &address, queue, &control));
    let opened = tokio::select! {
        biased;
        () = control.closing.cancelled() => return control.cut.cancel(),
        opened = opening => opened.unwrap_or(Err(Loss::Unreachable)),
    };
    match opened {
        Ok(open) => serve(&shared, conn, open, &control).await,
        Err(loss) => {
            tracing::trace!(%address, %loss, "dial failed");
            let _ = shared.tell(conn, What::DialFailed(loss)).await;
        }
    }
    control.cut.cancel();
}

async fn serve(shared: &Shared, conn: ConnId, open: Open, control: &Control) {
    if shared.tell(conn, What::Connected).await.is_err() {
        return;
    }
    let mut frames = open.frames.map(|next| next.map(|message| message.frame));
    match shared.read(conn, &mut frames, control).await {
        Ended::Ours => drain(&mut frames, control).await,
        Ended::Nonsense(status) => {
            let error = status.message();
            tracing::warn!(conn = conn.0, error, "a frame could not be read, here or by the peer: connection closed");
            let _ = shared.tell(conn, What::Closed(Loss::Reset)).await;
        }
        Ended::Theirs => {
            let _ = shared.tell(conn, What::Closed(Loss::Reset)).await;
        }
        Ended::Stopped => {}
    }
}

async fn open(
    shared: &Arc<Shared>,
    address: &Address,
    queue: mpsc::Receiver<Frame>,
    control: &Control,
) -> Result<Open, Loss> {
    let tcp = TcpStream::connect(address.as_str()).await.map_err(|error| loss(&error))?;
    let socket = Socket::dialled(tcp, control.cut.clone()).map_err(|error| loss(&error))?;
    // Given out once: tonic would otherwise connect again by itself when the connection breaks.
    let mut socket = Some(TokioIo::new(socket));
    let connector = service_fn(move |_: Uri| {
        let socket = socket.take().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected));
        async move { socket }
    });
    let channel = Endpoint::from_static("http://peer.quorate")
        .connect_with_connector(connector)
        .await
        .map_err(|_| Loss::Unreachable)?;
    let requests = outgoing(queue, Arc::clone(shared)).map(|frame| ChannelRequest { frame: Some(frame) });
    let response = PeerServiceClient::new(channel.clone())
        .max_decoding_message_size(MAX_FRAME_BYTES)
        .max_encoding_message_size(MAX_FRAME_BYTES)
        .channel(requests)
        .await
        .map_err(|status| {
            tracing::debug!(%address, code = ?status.code(), text = status.message(), "the other end is no peer");
            Loss::Unreachable
        })?;
    Ok(Open { frames: response.into_inner(), _channel: channel })
}

fn loss(error: &io::Error) -> Loss {
    match error.kind() {
        io::ErrorKind::ConnectionRefused => Loss::Refused,
        _ => Loss::Unreachable,
    }
}
