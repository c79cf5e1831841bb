//! The HTTP endpoint over real sockets.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use hyper::{Request, Response};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use tonic::body::Body;
use tower::{service_fn, util::BoxCloneSyncService};

use super::{LIMITS, Limits, Sources, serve_within};

/// A running endpoint; what it answers to `/readyz` can be changed.
struct Running {
    address: SocketAddr,
    ready: Arc<AtomicBool>,
    cancel: CancellationToken,
    task: JoinHandle<()>,
}

async fn start(limits: Limits) -> Running {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let ready = Arc::new(AtomicBool::new(false));
    let seen = Arc::clone(&ready);
    let sources = Sources {
        metrics: Arc::new(|| "quorate_up 1\n# EOF\n".into()),
        live: Arc::new(|| Ok(())),
        ready: Arc::new(move || if seen.load(Ordering::SeqCst) { Ok(()) } else { Err("forming a view".into()) }),
        page: Some(BoxCloneSyncService::new(service_fn(|request: Request<Body>| async move {
            Ok(Response::new(Body::new(format!("called {}", request.uri().path()))))
        }))),
    };
    let cancel = CancellationToken::new();
    let task = tokio::spawn(serve_within(listener, sources, cancel.clone(), limits));
    Running { address, ready, cancel, task }
}

/// Sends `text` and returns all that comes back until the other end closes.
async fn exchange(address: SocketAddr, text: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    timeout(Duration::from_secs(30), stream.read_to_string(&mut answer)).await.expect("an answer in time").unwrap();
    answer
}

async fn ask(address: SocketAddr, method: &str, path: &str) -> String {
    exchange(address, &format!("{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")).await
}

#[tokio::test]
async fn metrics_have_the_type_that_prometheus_expects() {
    let http = start(LIMITS).await;
    let answer = ask(http.address, "GET", "/metrics?x=1").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(
        answer.contains("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"),
        "{answer}"
    );
    assert!(answer.ends_with("\r\n\r\nquorate_up 1\n# EOF\n"), "{answer}");
}

#[tokio::test]
async fn health_says_why_not() {
    let http = start(LIMITS).await;
    assert!(ask(http.address, "GET", "/livez").await.ends_with("\r\n\r\nok\n"));
    let answer = ask(http.address, "GET", "/readyz").await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.ends_with("\r\n\r\nforming a view\n"), "{answer}");
    http.ready.store(true, Ordering::SeqCst);
    assert!(ask(http.address, "GET", "/readyz").await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn head_has_no_body_and_the_rest_is_refused() {
    let http = start(LIMITS).await;
    let answer = ask(http.address, "HEAD", "/metrics").await;
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("content-length: 19") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
    assert!(ask(http.address, "GET", "/").await.contains("/readyz"));
    assert!(ask(http.address, "GET", "/nothing").await.starts_with("HTTP/1.1 404 "));
    let answer = ask(http.address, "POST", "/metrics").await;
    assert!(answer.starts_with("HTTP/1.1 405 ") && answer.contains("allow: GET, HEAD\r\n"), "{answer}");
    assert!(exchange(http.address, "nonsense\r\n\r\n").await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn browsers_get_a_page_whose_calls_are_served() {
    let http = start(LIMITS).await;
    let browser = "GET / HTTP/1.1\r\nhost: x\r\naccept: text/html,*/*\r\nconnection: close\r\n\r\n";
    let page = exchange(http.address, browser).await;
    assert!(page.contains("content-type: text/html") && page.contains("default-src 'none'"), "{page}");
    assert!(page.contains("src=\"page.js\""), "{page}");
    assert!(ask(http.address, "GET", "/page.js").await.starts_with("HTTP/1.1 200 "));
    let read = ask(http.address, "POST", "/quorate.v1.MembershipService/GetView").await;
    assert!(read.contains("called /quorate.v1.MembershipService/GetView"), "{read}");
}

#[tokio::test]
async fn a_connection_serves_several_requests() {
    let http = start(LIMITS).await;
    let one = "GET /livez HTTP/1.1\r\nhost: x\r\n\r\n";
    let last = "GET /livez HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let answer = exchange(http.address, &format!("{one}{one}{last}")).await;
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 3, "{answer}");
}

#[tokio::test]
async fn slow_clients_make_room_for_others() {
    let http = start(Limits { connections: 2, head: Duration::from_millis(300), ..LIMITS }).await;
    let mut slow = Vec::new();
    for _ in 0..4 {
        let mut stream = TcpStream::connect(http.address).await.unwrap();
        stream.write_all(b"GET /livez HTT").await.unwrap();
        slow.push(stream);
    }
    assert!(ask(http.address, "GET", "/livez").await.starts_with("HTTP/1.1 200 "));
}

#[tokio::test]
async fn a_head_without_end_is_refused() {
    let http = start(LIMITS).await;
    let mut stream = TcpStream::connect(http.address).await.unwrap();
    let long = format!("GET /livez HTTP/1.1\r\nx: {}", "x".repeat(64 * 1024));
    // The other end may close while this is still being sent.
    drop(stream.write_all(long.as_bytes()).await);
    let mut answer = Vec::new();
    let ended = timeout(Duration::from_secs(30), stream.read_to_end(&mut answer)).await.expect("it must not be kept");
    let text = String::from_utf8_lossy(&answer);
    assert!(ended.is_err() || text.starts_with("HTTP/1.1 4"), "{text}");
}

#[tokio::test]
async fn a_connection_ends_after_its_lifetime() {
    let http = start(Limits { lifetime: Duration::from_millis(200), ..LIMITS }).await;
    let started = Instant::now();
    let mut stream = TcpStream::connect(http.address).await.unwrap();
    let mut rest = Vec::new();
    timeout(Duration::from_secs(30), stream.read_to_end(&mut rest)).await.expect("it must end").unwrap();
    assert!(started.elapsed() >= Duration::from_millis(200));
}

#[tokio::test]
async fn it_ends_also_with_idle_clients() {
    let http = start(LIMITS).await;
    let _idle = TcpStream::connect(http.address).await.unwrap();
    assert!(ask(http.address, "GET", "/livez").await.starts_with("HTTP/1.1 200 "));
    http.cancel.cancel();
    timeout(Duration::from_secs(30), http.task).await.expect("it must end").unwrap();
    assert!(TcpStream::connect(http.address).await.is_err());
}
