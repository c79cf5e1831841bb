//! A TCP connection that can be cut from elsewhere, and the stream of those that a listener accepts.
//!
//! Owns what the HTTP/2 library leaves open: a limit on connections, a limit on how long a new one may stay mute, and
//! a bounded end for one whose other side no longer reads. Knows nothing of what is said on it; the public API listens
//! through it too.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::Stream;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{Sleep, sleep},
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};
use tonic::transport::server::Connected;

/// How long an accepted connection may stay without a first byte.
const MUTE_LIMIT: Duration = Duration::from_secs(10);
/// Pause after a failed accept: most often the process has no free file descriptor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a service can learn about the connection that a request came over.
#[derive(Clone, Debug)]
pub struct SocketInfo {
    /// The other end.
    pub remote: SocketAddr,
    /// Cuts the connection.
    pub cut: CancellationToken,
}

/// One TCP connection.
#[derive(Debug)]
pub struct Socket {
    tcp: TcpStream,
    info: SocketInfo,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
    mute: Option<Pin<Box<Sleep>>>,
    _permit: Option<OwnedSemaphorePermit>,
}

impl Socket {
    /// Takes over a connection that was dialled. It ends with an error at both ends of the HTTP/2 library when `cut`
    /// is cancelled.
    ///
    /// # Errors
    /// What the operating system says of a connection that is gone already.
    pub fn dialled(tcp: TcpStream, cut: CancellationToken) -> io::Result<Self> {
        let remote = tcp.peer_addr()?;
        Self::new(tcp, SocketInfo { remote, cut }, None, None)
    }

    fn new(
        tcp: TcpStream,
        info: SocketInfo,
        mute: Option<Pin<Box<Sleep>>>,
        permit: Option<OwnedSemaphorePermit>,
    ) -> io::Result<Self> {
        // Without it small frames wait for acknowledgements: 40 ms each.
        tcp.set_nodelay(true)?;
        let is_cut = Box::pin(info.cut.clone().cancelled_owned());
        Ok(Self { tcp, info, is_cut, mute, _permit: permit })
    }

    fn check_write(&self) -> io::Result<()> {
        if self.info.cut.is_cancelled() { Err(io::ErrorKind::ConnectionAborted.into()) } else { Ok(()) }
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_cut.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.tcp).poll_read(cx, buf);
        if polled.is_ready() {
            if buf.filled().len() > before {
                self.mute = None;
            }
            return polled;
        }
        match self.mute.as_mut().map(|mute| mute.as_mut().poll(cx)) {
            Some(Poll::Ready(())) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            _ => Poll::Pending,
        }
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check_write()?;
        Pin::new(&mut self.tcp).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.tcp).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check_write()?;
        Pin::new(&mut self.tcp).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }
}

impl Connected for Socket {
    type ConnectInfo = SocketInfo;

    fn connect_info(&self) -> SocketInfo {
        self.info.clone()
    }
}

/// The connections that `listener` accepts: at most `limit` at a time, what is over it is closed at once. Cancelling
/// `cut` cuts them all. Never ends and never fails.
pub fn incoming(
    listener: TcpListener,
    limit: usize,
    cut: CancellationToken,
) -> impl Stream<Item = io::Result<Socket>> + Send {
    let permits = Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS)));
    async_stream::stream! {
        loop {
            let (tcp, remote) = match listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    sleep(ACCEPT_PAUSE).await;
                    continue;
                }
            };
            let Ok(permit) = Arc::clone(&permits).try_acquire_owned() else {
                tracing::warn!(%remote, limit, "connection closed: the limit of connections is reached");
                continue;
            };
            let info = SocketInfo { remote, cut: cut.child_token() };
            match Socket::new(tcp, info, Some(Box::pin(sleep(MUTE_LIMIT))), Some(permit)) {
                Ok(socket) => yield Ok(socket),
                Err(error) => tracing::debug!(%remote, %error, "connection gone before it was served"),
            }
        }
    }
}
