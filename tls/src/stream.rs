//! A connection, in plain text or in TLS, that keeps in mind why it failed.
//!
//! With TLS 1.3 a certificate can be refused after the handshake is over at the end that showed it. What the HTTP/2
//! library makes of such an error has lost the reason, so it is kept here.

use std::{
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::TlsStream;

use crate::Fault;

/// What an end that speaks TLS answers to HTTP/2 in plain text: empty SETTINGS, then GOAWAY with INADEQUATE_SECURITY
/// and a text, so that any gRPC client shows it.
pub const SPEAKS_TLS: &[u8] = b"\0\0\0\x04\0\0\0\0\0\
    \0\0\x21\x07\0\0\0\0\0\
    \0\0\0\0\0\0\0\x0cthis port speaks only TLS";

/// Why a connection failed, shared between it and whoever uses it.
#[derive(Debug, Clone, Default)]
pub struct Faults(Arc<Mutex<Option<Fault>>>);

impl Faults {
    /// The fault that was noted last.
    #[must_use]
    pub fn last(&self) -> Option<Fault> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes how the newest connection stands.
    pub fn note(&self, fault: Option<Fault>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }
}

/// A connection, in plain text or in TLS.
#[derive(Debug)]
pub struct Stream<S> {
    io: Io<S>,
    faults: Faults,
}

#[derive(Debug)]
enum Io<S> {
    /// In plain text; `heard` counts the bytes of [`SPEAKS_TLS`] that came in, while nothing else did.
    Plain {
        io: S,
        heard: Option<usize>,
    },
    Tls(Box<TlsStream<S>>),
}

impl<S> Stream<S> {
    /// A connection in plain text.
    pub fn plain(io: S, faults: Faults) -> Self {
        Self { io: Io::Plain { io, heard: Some(0) }, faults }
    }

    /// A connection in TLS, after the handshake.
    pub fn tls(io: impl Into<TlsStream<S>>, faults: Faults) -> Self {
        Self { io: Io::Tls(Box::new(io.into())), faults }
    }

    /// The connection below.
    pub fn get_ref(&self) -> &S {
        match &self.io {
            Io::Plain { io, .. } => io,
            Io::Tls(io) => io.get_ref().0,
        }
    }

    /// The DNS names in the other end's certificate; none in plain text.
    #[must_use]
    pub fn peer_names(&self) -> Option<Vec<String>> {
        let Io::Tls(io) = &self.io else { return None };
        io.get_ref().1.peer_certificates()?.first().map(crate::dns_names)
    }

    /// Notes the fault behind an error, and gives the error on with its words.
    fn noted(&self, error: io::Error) -> io::Error {
        match Fault::of_io(&error) {
            Some(fault) => self.fault(fault),
            None => error,
        }
    }

    fn fault(&self, fault: Fault) -> io::Error {
        self.faults.note(Some(fault.clone()));
        io::Error::new(io::ErrorKind::InvalidData, fault)
    }
}

/// How many bytes of [`SPEAKS_TLS`] were heard after these; none when it is something else.
fn listen(heard: usize, bytes: &[u8]) -> Option<usize> {
    SPEAKS_TLS[heard..].starts_with(bytes).then_some(heard + bytes.len())
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = match &mut self.io {
            Io::Tls(io) => Pin::new(io.as_mut()).poll_read(cx, buf),
            Io::Plain { io, heard } => {
                let polled = Pin::new(io).poll_read(cx, buf);
                *heard = heard.and_then(|heard| listen(heard, &buf.filled()[before..]));
                if *heard == Some(SPEAKS_TLS.len()) {
                    *heard = None;
                    buf.set_filled(before);
                    return Poll::Ready(Err(self.fault(Fault::SpeaksTls)));
                }
                polled
            }
        };
        polled.map_err(|error| self.noted(error))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let polled = match &mut self.io {
            Io::Plain { io, .. } => Pin::new(io).poll_write(cx, buf),
            Io::Tls(io) => Pin::new(io.as_mut()).poll_write(cx, buf),
        };
        polled.map_err(|error| self.noted(error))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Plain { io, .. } => Pin::new(io).poll_flush(cx),
            Io::Tls(io) => Pin::new(io.as_mut()).poll_flush(cx),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.io {
            Io::Plain { io, .. } => Pin::new(io).poll_shutdown(cx),
            Io::Tls(io) => Pin::new(io.as_mut()).poll_shutdown(cx),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let polled = match &mut self.io {
            Io::Plain { io, .. } => Pin::new(io).poll_write_vectored(cx, bufs),
            Io::Tls(io) => Pin::new(io.as_mut()).poll_write_vectored(cx, bufs),
        };
        polled.map_err(|error| self.noted(error))
    }

    fn is_write_vectored(&self) -> bool {
        match &self.io {
            Io::Plain { io, .. } => io.is_write_vectored(),
            Io::Tls(io) => io.is_write_vectored(),
        }
    }
}
