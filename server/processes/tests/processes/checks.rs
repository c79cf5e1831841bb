//! Checks of things that are there, are not, or do not answer.

use std::{net::SocketAddr, time::Duration};

use quorate_processes::check::{Check, Unwell};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_stream::wrappers::TcpListenerStream;

use crate::support::{LIMIT, state, wait_for};

const SHORT: Duration = Duration::from_millis(500);

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

/// Answers each connection with this, after its request.
async fn answering(answer: &'static str) -> SocketAddr {
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    address
}

/// Nothing listens there any more.
async fn closed() -> SocketAddr {
    listener().await.1
}

#[tokio::test]
async fn tcp() {
    let (_listener, address) = listener().await;
    assert_eq!(Check::Tcp { address }.probe(LIMIT).await, Ok(()));
    let unwell = Check::Tcp { address: closed().await }.probe(LIMIT).await;
    assert!(matches!(unwell, Err(Unwell::Unreachable { .. })), "{unwell:?}");
}

#[tokio::test]
async fn http() {
    let check = |address: SocketAddr| Check::Http { url: format!("http://{address}/health"), expect: 200..=399 };
    let good = answering("HTTP/1.1 204 No Content\r\n\r\n").await;
    assert_eq!(check(good).probe(LIMIT).await, Ok(()));
    let bad = answering("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n").await;
    let said = "the answer is 503 Service Unavailable, and not 200 to 399";
    assert_eq!(check(bad).probe(LIMIT).await, Err(Unwell::Answer(said.into())));
    let other = answering("what?\n").await;
    assert!(matches!(check(other).probe(LIMIT).await, Err(Unwell::Answer(_))));
    assert!(matches!(check(closed().await).probe(LIMIT).await, Err(Unwell::Unreachable { .. })));
    let (_silent, address) = listener().await;
    assert_eq!(check(address).probe(SHORT).await, Err(Unwell::Late(SHORT)));
    let check = Check::Http { url: "https://localhost/".into(), expect: 200..=399 };
    assert!(matches!(check.probe(LIMIT).await, Err(Unwell::Check(_))));
}

#[tokio::test]
async fn grpc() {
    let (listener, address) = listener().await;
    let (reporter, service) = tonic_health::server::health_reporter();
    reporter.set_service_status("good", tonic_health::ServingStatus::Serving).await;
    reporter.set_service_status("bad", tonic_health::ServingStatus::NotServing).await;
    let server = tonic::transport::Server::builder().add_service(service);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    let check = |service: &str| Check::Grpc { address, service: service.to_owned() };
    assert_eq!(check("").probe(LIMIT).await, Ok(()));
    assert_eq!(check("good").probe(LIMIT).await, Ok(()));
    assert_eq!(check("bad").probe(LIMIT).await, Err(Unwell::Answer("it says NOT_SERVING".into())));
    assert_eq!(check("other").probe(LIMIT).await, Err(Unwell::Answer("it knows no service `other`".into())));
    let unwell = Check::Grpc { address: closed().await, service: String::new() }.probe(LIMIT).await;
    assert!(matches!(unwell, Err(Unwell::Unreachable { .. })), "{unwell:?}");
}

#[tokio::test]
async fn command() {
    let check = |script: &str| Check::Command { argv: ["sh", "-c", script].map(str::to_owned).to_vec() };
    assert_eq!(check("exit 0").probe(LIMIT).await, Ok(()));
    assert_eq!(check("exit 3").probe(LIMIT).await, Err(Unwell::Answer("`sh` exited with 3".into())));
    let missing = Check::Command { argv: vec!["quorate-no-such-program".into()] };
    assert!(matches!(missing.probe(LIMIT).await, Err(Unwell::Check(_))));

    // The whole group is killed, also what it has in the background.
    let folder = tempfile::tempdir().unwrap();
    let pids = folder.path().join("pids");
    let script = format!("sleep 1000 & echo $$ $! > {0}.new; mv {0}.new {0}; wait", pids.display());
    let check = check(&script);
    let probe = tokio::spawn(async move { check.probe(Duration::from_secs(3)).await });
    let text = wait_for("its processes", || std::fs::read_to_string(&pids).ok()).await;
    assert_eq!(probe.await.unwrap(), Err(Unwell::Late(Duration::from_secs(3))));
    for pid in text.split_whitespace() {
        let pid = pid.parse().unwrap();
        wait_for("its end", || state(pid).is_none().then_some(())).await;
    }
}
