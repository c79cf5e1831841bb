//! Connects a client to an agent, in plain text or in TLS.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http::Uri;
use hyper_util::{client::legacy::connect::HttpConnector, rt::TokioIo};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower::{BoxError, Service};

use crate::{ClientTls, Fault, Faults, Stream};

/// Connects to hosts, trying each of their addresses, for HTTP/2 libraries that take a connector.
#[derive(Debug, Clone)]
pub struct Connector {
    http: HttpConnector,
    tls: Option<ClientTls>,
    faults: Faults,
}

impl Connector {
    /// With TLS when `tls` is given. `faults` learns why the newest connection failed, and that it did not.
    #[must_use]
    pub fn new(tls: Option<ClientTls>, connect_timeout: Option<Duration>, faults: Faults) -> Self {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(connect_timeout);
        Self { http, tls, faults }
    }
}

impl Service<Uri> for Connector {
    type Response = TokioIo<Stream<TcpStream>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.http.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let host = uri.host().unwrap_or_default().to_owned();
        let connecting = self.http.call(uri);
        let (tls, faults) = (self.tls.clone(), self.faults.clone());
        Box::pin(async move {
            faults.note(None);
            let tcp = connecting.await?.into_inner();
            let stream = match tls {
                None => Stream::plain(tcp, faults),
                Some(tls) => secure(&tls, &host, tcp, faults).await?,
            };
            Ok(TokioIo::new(stream))
        })
    }
}

async fn secure(tls: &ClientTls, host: &str, tcp: TcpStream, faults: Faults) -> Result<Stream<TcpStream>, BoxError> {
    let name = tls.name(host).ok_or_else(|| format!("{host} is no name that a certificate can have"))?;
    match TlsConnector::from(tls.config()).connect(name, tcp).await {
        Ok(secured) => Ok(Stream::tls(secured, faults)),
        Err(error) => Err(failed(error, &faults)),
    }
}

fn failed(error: io::Error, faults: &Faults) -> BoxError {
    match Fault::of_io(&error) {
        Some(fault) => {
            faults.note(Some(fault.clone()));
            fault.into()
        }
        None => error.into(),
    }
}
