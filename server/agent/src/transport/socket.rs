//! A TCP connection that can be cut from elsewhere, and the stream of those that a listener accepts.
//!
//! Owns what the HTTP/2 library leaves open: a limit on connections, the [probation](super::entrance) of a new one, and
//! a bounded end for one whose other side no longer reads. Knows nothing of what is said on it; the public API listens
//! through it too.

use std::{
    io,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use futures_util::Stream;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
    time::sleep,
};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::{
    connection::Connection,
    entrance::{Admission, Entrance, Grumble, Probation},
    guard::Guard,
};

/// How many bytes tell what a connection speaks.
const HEAD: usize = 3;
/// Pause after a failed accept: most often the process has no free file descriptor.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// What a service can learn about the connection that a request came over.
#[derive(Clone, Debug)]
pub struct SocketInfo {
    /// The other end.
    pub remote: SocketAddr,
    /// Cuts the connection.
    pub cut: CancellationToken,
    /// Ends its probation.
    pub admission: Admission,
    /// Whether it is one of those for which there is no room: it is to be told so.
    pub is_spare: bool,
    /// The DNS names in the other end's certificate; none in plain text, or when it showed none.
    pub names: Option<Arc<[String]>>,
}

/// One TCP connection.
#[derive(Debug)]
pub struct Socket {
    tcp: TcpStream,
    info: SocketInfo,
    /// Bytes that were read to see what the connection speaks, and are to be read again.
    head: Vec<u8>,
    is_cut: Pin<Box<WaitForCancellationFutureOwned>>,
    probation: Option<Probation>,
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
        let info = SocketInfo { remote, cut, admission: Admission::default(), is_spare: false, names: None };
        Self::new(tcp, info, None, None)
    }

    fn new(
        tcp: TcpStream,
        info: SocketInfo,
        probation: Option<Probation>,
        permit: Option<OwnedSemaphorePermit>,
    ) -> io::Result<Self> {
        // Without it small frames wait for acknowledgements: 40 ms each.
        tcp.set_nodelay(true)?;
        let is_cut = Box::pin(info.cut.clone().cancelled_owned());
        Ok(Self { tcp, info, head: Vec::new(), is_cut, probation, _permit: permit })
    }

    /// What a service can learn about it.
    pub(super) fn info(&self) -> &SocketInfo {
        &self.info
    }

    /// The other end.
    pub(super) fn remote(&self) -> SocketAddr {
        self.info.remote
    }

    /// The first bytes, which are read again afterwards; fewer, or none, when no more came.
    pub(super) async fn head(&mut self) -> io::Result<&[u8]> {
        let mut head = Vec::with_capacity(HEAD);
        while head.len() < HEAD && (&mut *self).take((HEAD - head.len()) as u64).read_buf(&mut head).await? > 0 {}
        self.head = head;
        Ok(&self.head)
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
        if !self.head.is_empty() {
            let length = self.head.len().min(buf.remaining());
            buf.put_slice(&self.head[..length]);
            self.head.drain(..length);
            return Poll::Ready(Ok(()));
        }
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.tcp).poll_read(cx, buf);
        self.probation.take_if(|probation| probation.is_over());
        let Some(probation) = &mut self.probation else { return polled };
        match polled {
            Poll::Ready(Ok(())) => Poll::Ready(probation.on_read(buf.filled().len() - before)),
            Poll::Ready(failed) => Poll::Ready(failed),
            Poll::Pending => probation.poll_end(cx).map(Err),
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

/// The connections that `listener` accepts and `guard` lets in: what is over the limit and its spare is closed at once.
/// Cancelling `cut` cuts them all. Never ends and never fails.
pub fn incoming(
    listener: TcpListener,
    entrance: Entrance,
    guard: Guard,
    cut: CancellationToken,
) -> impl Stream<Item = io::Result<Connection>> + Send {
    async_stream::stream! {
        let mut door = Door::new(entrance);
        // As many as there are places; they end with this stream.
        let mut coming = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                Some(came) = coming.join_next() => {
                    if let Ok(Some(connection)) = came {
                        yield Ok(connection);
                    }
                    continue;
                }
            };
            match accepted {
                Ok((tcp, remote)) => {
                    if let Some(socket) = door.open(tcp, remote, &cut) {
                        let guard = guard.clone();
                        coming.spawn(async move { guard.admit(socket).await });
                    }
                }
                Err(error) => {
                    if let Some(tries) = door.failures.note(Instant::now()) {
                        tracing::warn!(%error, tries, "cannot accept a connection");
                    }
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// The room that a listener has.
struct Door {
    entrance: Entrance,
    places: Arc<Semaphore>,
    spare: Arc<Semaphore>,
    crowd: Grumble,
    failures: Grumble,
}

impl Door {
    fn new(entrance: Entrance) -> Self {
        let room = |limit: usize| Arc::new(Semaphore::new(limit.min(Semaphore::MAX_PERMITS)));
        let (places, spare) = (room(entrance.limit), room(entrance.spare));
        Self { entrance, places, spare, crowd: Grumble::default(), failures: Grumble::default() }
    }

    /// Takes in a connection when there is room.
    fn open(&mut self, tcp: TcpStream, remote: SocketAddr, cut: &CancellationToken) -> Option<Socket> {
        let (permit, is_spare) = self.permit(remote)?;
        let admission = Admission::default();
        let probation = Probation::begin(&self.entrance, admission.clone());
        let info = SocketInfo { remote, cut: cut.child_token(), admission, is_spare, names: None };
        let socket = Socket::new(tcp, info, Some(probation), Some(permit));
        socket.inspect_err(|error| tracing::debug!(%remote, %error, "connection gone before it was served")).ok()
    }

    /// A place, and whether it is a spare one.
    fn permit(&mut self, remote: SocketAddr) -> Option<(OwnedSemaphorePermit, bool)> {
        if let Ok(permit) = Arc::clone(&self.places).try_acquire_owned() {
            return Some((permit, false));
        }
        self.entrance.turned_away.full.inc();
        if let Some(connections) = self.crowd.note(Instant::now()) {
            let limit = self.entrance.limit;
            tracing::warn!(%remote, limit, connections, "turned away: the limit of connections is reached");
        }
        Arc::clone(&self.spare).try_acquire_owned().ok().map(|permit| (permit, true))
    }
}
