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
use quorate_tls::{Fault, Faults, Stream};
use rustls::pki_types::ServerName;
use tokio::{net::TcpStream, sync::mpsc, time::timeout};
use tokio_rustls::TlsConnector;
use tonic::{
    Streaming,
    transport::{Channel, Endpoint, Uri},
};
use tower::service_fn;

use super::{
    Shared,
    line::{Control, Ended, FarEnd, What, drain, outgoing, refuse},
    socket::Socket,
};
use crate::{tls::PeerTls, wire::MAX_FRAME_BYTES};

/// A connection to be opened.
pub(super) struct Dial {
    pub(super) conn: ConnId,
    pub(super) address: Address,
    /// For the last word to a peer that is not trusted.
    pub(super) answers: mpsc::WeakSender<Frame>,
    pub(super) control: Control,
}

/// An open connection. The channel is kept because dropping it ends the TCP connection.
struct Open {
    frames: Streaming<ChannelResponse>,
    far: FarEnd,
    _channel: Channel,
}

/// Why a connection could not be opened.
enum Failure {
    /// There is none.
    Lost(Loss),
    /// There is one, and who is at its other end is not trusted, or does not trust this end.
    Untrusted(Fault),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Lost(match error.kind() {
            io::ErrorKind::ConnectionRefused => Loss::Refused,
            _ => Loss::Unreachable,
        })
    }
}

/// Dials and serves the connection until it ends.
pub(super) async fn run(shared: Arc<Shared>, dial: Dial, queue: mpsc::Receiver<Frame>) {
    let control = &dial.control;
    let opening = timeout(shared.open_timeout, open(&shared, &dial, queue));
    let opened = tokio::select! {
        biased;
        () = control.closing.cancelled() => return control.cut.cancel(),
        opened = opening => opened.unwrap_or(Err(Failure::Lost(Loss::Unreachable))),
    };
    match opened {
        Ok(open) => serve(&shared, &dial, open).await,
        Err(failure) => {
            let loss = told(&shared, &dial.address, failure);
            let _ = shared.tell(dial.conn, What::DialFailed(loss)).await;
        }
    }
    control.cut.cancel();
}

/// Keeps in mind who is not trusted; what the node is told is how the connection was lost.
fn told(shared: &Shared, address: &Address, failure: Failure) -> Loss {
    match failure {
        Failure::Lost(loss) => {
            tracing::trace!(%address, %loss, "dial failed");
            shared.refusals.good(address.as_str());
            loss
        }
        Failure::Untrusted(fault) => {
            shared.refusals.refused(address.as_str(), &fault);
            Loss::Rejected
        }
    }
}

async fn serve(shared: &Shared, dial: &Dial, open: Open) {
    let (conn, control) = (dial.conn, &dial.control);
    if shared.tell(conn, What::Connected).await.is_err() {
        return;
    }
    let mut frames = open.frames.map(|next| next.map(|message| message.frame));
    match shared.read(conn, &mut frames, control, &open.far).await {
        Ended::Ours => drain(&mut frames, control).await,
        Ended::Nonsense(status) => {
            shared.unreadable(conn, &open.far, &status);
            let _ = shared.tell(conn, What::Closed(Loss::Reset)).await;
        }
        Ended::Untrusted(fault) => {
            refuse(&dial.answers, &fault);
            if shared.tell(conn, What::Closed(Loss::Rejected)).await.is_ok() {
                drain(&mut frames, control).await;
            }
        }
        Ended::Theirs => {
            let _ = shared.tell(conn, What::Closed(Loss::Reset)).await;
        }
        Ended::Stopped => {}
    }
}

async fn open(shared: &Arc<Shared>, dial: &Dial, queue: mpsc::Receiver<Frame>) -> Result<Open, Failure> {
    let tcp = TcpStream::connect(dial.address.as_str()).await?;
    let faults = Faults::default();
    let stream = secure(shared.tls.as_ref(), Socket::dialled(tcp, dial.control.cut.clone())?, &faults).await?;
    let names = stream.peer_names().map(Arc::from);
    let (channel, frames) = call(shared, dial, stream, queue).await.map_err(|failure| match faults.last() {
        Some(fault) => Failure::Untrusted(fault),
        None => failure,
    })?;
    let far = FarEnd { remote: dial.address.to_string(), names };
    Ok(Open { frames, far, _channel: channel })
}

/// The stream over a socket: with TLS when this node speaks it.
async fn secure(tls: Option<&PeerTls>, socket: Socket, faults: &Faults) -> Result<Stream<Socket>, Failure> {
    let Some(tls) = tls else { return Ok(Stream::plain(socket, faults.clone())) };
    // Not looked at: who answers there is not known yet.
    let nobody = ServerName::from(socket.remote().ip());
    match TlsConnector::from(tls.dialling()).connect(nobody, socket).await {
        Ok(secured) => Ok(Stream::tls(secured, faults.clone())),
        Err(error) => Err(Fault::of_io(&error).map_or_else(|| error.into(), Failure::Untrusted)),
    }
}

/// Opens the one stream of frames on a connection.
async fn call(
    shared: &Arc<Shared>,
    dial: &Dial,
    stream: Stream<Socket>,
    queue: mpsc::Receiver<Frame>,
) -> Result<(Channel, Streaming<ChannelResponse>), Failure> {
    // Given out once: tonic would otherwise connect again by itself when the connection breaks.
    let mut stream = Some(TokioIo::new(stream));
    let connector = service_fn(move |_: Uri| {
        let stream = stream.take().ok_or_else(|| io::Error::from(io::ErrorKind::NotConnected));
        async move { stream }
    });
    let unreachable = Failure::Lost(Loss::Unreachable);
    let Ok(channel) = Endpoint::from_static("http://peer.quorate").connect_with_connector(connector).await else {
        return Err(unreachable);
    };
    let requests = outgoing(queue, Arc::clone(shared)).map(|frame| ChannelRequest { frame: Some(frame) });
    let response = PeerServiceClient::new(channel.clone())
        .max_decoding_message_size(MAX_FRAME_BYTES)
        .max_encoding_message_size(MAX_FRAME_BYTES)
        .channel(requests)
        .await;
    match response {
        Ok(response) => Ok((channel, response.into_inner())),
        Err(status) => {
            let (address, code, text) = (&dial.address, status.code(), status.message());
            tracing::debug!(%address, ?code, text, "the other end is no peer");
            Err(unreachable)
        }
    }
}
