//! Whether a connection may come in at all: in TLS or in plain text, as this agent does, and from whom it trusts.
//!
//! The first bytes tell TLS from plain text. Who comes with the wrong one is answered in the language it speaks, so
//! that it can say why, and then turned away.

use std::{fmt, io, sync::Arc, time::Duration};

use quorate_tls::{Fault, Faults, SPEAKS_TLS, Stream};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

use super::{connection::Connection, refusals::Refusals, socket::Socket};

/// First byte of a TLS connection: a record of a handshake.
const HANDSHAKE: u8 = 0x16;
/// How HTTP/2 begins.
const HTTP2: &[u8] = b"PRI";
/// How long whoever is turned away may take to read why.
const FAREWELL: Duration = Duration::from_secs(1);
/// What HTTP/1 is told at a listener that speaks TLS.
const HTTP1_SPEAKS_TLS: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nthis port speaks only TLS\n";
/// What TLS is told at a listener that does not speak it: anything that is no TLS.
const SPEAKS_PLAIN: &[u8] =
    b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\nthis port speaks no TLS\n";

type Config = dyn Fn() -> Arc<ServerConfig> + Send + Sync;

/// What a listener speaks, and where refusals are told.
#[derive(Clone)]
pub struct Guard {
    tls: Option<Arc<Config>>,
    refusals: Refusals,
}

impl Guard {
    /// Plain text only.
    #[must_use]
    pub fn plain(refusals: Refusals) -> Self {
        Self { tls: None, refusals }
    }

    /// TLS only, with the configuration that `config` gives for each connection.
    #[must_use]
    pub fn tls(config: impl Fn() -> Arc<ServerConfig> + Send + Sync + 'static, refusals: Refusals) -> Self {
        Self { tls: Some(Arc::new(config)), refusals }
    }

    /// The connection over this socket, unless it is turned away.
    pub(super) async fn admit(&self, mut socket: Socket) -> Option<Connection> {
        let remote = socket.remote();
        let head = socket.head().await.ok()?.to_vec();
        let is_tls = *head.first()? == HANDSHAKE;
        let admitted = match &self.tls {
            None if is_tls => {
                turn_away(socket, SPEAKS_PLAIN).await;
                Err(Some(Fault::SpeaksTls))
            }
            Some(_) if !is_tls => {
                turn_away(socket, if head.starts_with(HTTP2) { SPEAKS_TLS } else { HTTP1_SPEAKS_TLS }).await;
                Err(Some(Fault::PlainText))
            }
            None => Ok(Stream::plain(socket, Faults::default())),
            Some(config) => secure(config(), socket).await,
        };
        match admitted {
            Ok(stream) => Some(Connection::new(stream)),
            Err(fault) => {
                if let Some(fault) = fault {
                    self.refusals.turned_away(remote.ip(), &fault);
                }
                None
            }
        }
    }
}

/// The connection after the handshake, or what was wrong with the other end, if anything was.
async fn secure(config: Arc<ServerConfig>, socket: Socket) -> Result<Stream<Socket>, Option<Fault>> {
    match TlsAcceptor::from(config).accept(socket).into_fallible().await {
        Ok(secured) => Ok(Stream::tls(secured, Faults::default())),
        Err((error, socket)) => {
            let fault = Fault::of_io(&error);
            tracing::debug!(remote = %socket.remote(), %error, "TLS handshake failed");
            if fault.is_some() {
                // The library has said why. The other end may hold itself for trusted, and be talking already.
                turn_away(socket, &[]).await;
            }
            Err(fault)
        }
    }
}

/// Says why, and waits a moment for the other end to read it: closing while it talks would take the words back.
async fn turn_away(mut socket: Socket, words: &[u8]) {
    let parting = async {
        socket.write_all(words).await?;
        socket.shutdown().await?;
        let mut rest = [0; 1024];
        while socket.read(&mut rest).await? > 0 {}
        io::Result::Ok(())
    };
    // Whoever does not stay to listen has no reason coming.
    drop(timeout(FAREWELL, parting).await);
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Guard").field("tls", &self.tls.is_some()).finish_non_exhaustive()
    }
}
