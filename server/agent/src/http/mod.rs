//! Metrics, health and a page over plain HTTP/1.1: for Prometheus, for probes, and for people.
//!
//! The page is files that the program has in itself; it asks by gRPC-Web, here, and only calls that read are let pass. It
//! knows nothing of the agent but three functions and those calls. A client that is slow to ask, slow to read or never goes away
//! costs one of a bounded number of connections, and only for a while.

mod reply;

use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use hyper::{server::conn::http1, service::service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::api::PageCalls;

/// Where the answers come from. Each is called once for a request and must not block.
#[derive(Clone)]
pub struct Sources {
    /// All metrics as OpenMetrics text.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// Whether the agent works at all; else why it should be started again.
    pub live: Arc<dyn Fn() -> Result<(), String> + Send + Sync>,
    /// Whether the agent can serve clients; else why not yet.
    pub ready: Arc<dyn Fn() -> Result<(), String> + Send + Sync>,
    /// What the page calls; none when it is off.
    pub page: Option<PageCalls>,
}

/// What one client may cost.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Connections at once; more wait in the kernel's queue.
    connections: usize,
    /// Time for the head of a request, and for an idle connection.
    head: Duration,
    /// Time after which a connection must come to an end.
    lifetime: Duration,
    /// Time that requests under way get when a connection is to end.
    grace: Duration,
}

const LIMITS: Limits = Limits {
    connections: 256,
    head: Duration::from_secs(10),
    lifetime: Duration::from_secs(600),
    grace: Duration::from_secs(5),
};

/// Serves until `cancel`, then lets requests under way end, for at most five seconds.
pub fn serve(listener: TcpListener, sources: Sources, cancel: CancellationToken) -> impl Future<Output = ()> + Send {
    serve_within(listener, sources, cancel, LIMITS)
}

async fn serve_within(listener: TcpListener, sources: Sources, cancel: CancellationToken, limits: Limits) {
    let free = Arc::new(Semaphore::new(limits.connections));
    let tasks = TaskTracker::new();
    while let Some((stream, permit)) = cancel.run_until_cancelled(accept(&listener, &free)).await {
        tasks.spawn(connection(stream, sources.clone(), cancel.clone(), limits, permit));
    }
    drop(listener);
    tasks.close();
    tasks.wait().await;
}

/// Waits for room, then for a client.
async fn accept(listener: &TcpListener, free: &Arc<Semaphore>) -> (TcpStream, OwnedSemaphorePermit) {
    let permit = Arc::clone(free).acquire_owned().await.expect("the semaphore is never closed");
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, permit),
            // Out of file handles, or the client is gone already: neither is ours to repair.
            Err(why) => {
                tracing::debug!(error = %why, "HTTP: a connection could not be accepted");
                sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    sources: Sources,
    cancel: CancellationToken,
    limits: Limits,
    _permit: OwnedSemaphorePermit,
) {
    let remote = stream.peer_addr().ok();
    let answer = service_fn(move |request| {
        let sources = sources.clone();
        async move { Ok::<_, Infallible>(reply::answer(request, &sources).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(16 * 1024);
    let mut served = std::pin::pin!(http.serve_connection(TokioIo::new(stream), answer));
    let ended = tokio::select! {
        ended = served.as_mut() => Some(ended),
        () = cancel.cancelled() => None,
        () = sleep(limits.lifetime) => None,
    };
    match ended {
        Some(ended) => note(remote, ended),
        None => {
            served.as_mut().graceful_shutdown();
            if let Ok(ended) = timeout(limits.grace, served).await {
                note(remote, ended);
            }
        }
    }
}

fn note(remote: Option<SocketAddr>, ended: hyper::Result<()>) {
    if let Err(why) = ended {
        tracing::debug!(?remote, error = %why, "HTTP: a connection failed");
    }
}

#[cfg(test)]
mod tests;
