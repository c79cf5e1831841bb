//! Two transports over real sockets on this machine.

#![allow(clippy::unwrap_used)]

use std::{net::SocketAddr, time::Duration};

use futures_util::FutureExt;
use quorate_core::{
    Event,
    types::{Address, ConnId, Loss, Network},
    wire::{Frame, Goodbye, Refusal},
};
use quorate_proto::peer::v1::{self as pb, peer_service_client::PeerServiceClient};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Runtime,
    time::{Instant, timeout},
};

use super::{Connections, Entrance, Transport};

/// More than any machine needs, so that only a real fault fails a test.
const LIMIT: Duration = Duration::from_secs(20);

async fn listening(limit: usize) -> (Transport, SocketAddr) {
    listening_with(&Entrance::with_room_for(limit)).await
}

async fn listening_with(entrance: &Entrance) -> (Transport, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let network = Network::new("default").unwrap();
    (Transport::start(vec![(network, listener)], Duration::from_secs(5), entrance, None), address)
}

fn dialling(open_timeout: Duration) -> Transport {
    Transport::start(Vec::new(), open_timeout, &Entrance::with_room_for(1), None)
}

fn address(of: SocketAddr) -> Address {
    Address::new(&of.to_string())
}

async fn next(transport: &mut Transport) -> Event {
    timeout(LIMIT, transport.next()).await.expect("an event in time")
}

async fn accepted(transport: &mut Transport) -> ConnId {
    match next(transport).await {
        Event::Accepted { conn, network, .. } => {
            assert_eq!(network.as_str(), "default");
            assert_eq!(conn.0 % 2, 1, "accepted connections have odd numbers");
            conn
        }
        other => panic!("{other:?}"),
    }
}

/// A frame with a number in it.
fn numbered(n: u64) -> Frame {
    Frame::LinkAck { own: 1, peer: 2, ack: n }
}

const DIALLED: ConnId = ConnId(2);

/// Two transports and one connection between them; the second accepted it with the number returned.
async fn pair() -> (Transport, Transport, ConnId) {
    let (mut b, at) = listening(8).await;
    let mut a = dialling(LIMIT);
    a.dial(DIALLED, address(at));
    assert_eq!(next(&mut a).await, Event::Connected { conn: DIALLED });
    let conn = accepted(&mut b).await;
    (a, b, conn)
}

#[tokio::test]
async fn frames_flow_both_ways() {
    let (mut a, mut b, conn) = pair().await;
    for n in 1..=100 {
        a.send(DIALLED, numbered(n));
        assert_eq!(next(&mut b).await, Event::Frame { conn, frame: numbered(n) });
        b.send(conn, numbered(n));
        assert_eq!(next(&mut a).await, Event::Frame { conn: DIALLED, frame: numbered(n) });
    }
    assert_eq!(a.traffic().counts(), (100, 100));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_refused() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    drop(listener);
    let mut a = dialling(LIMIT);
    a.dial(DIALLED, address(at));
    assert_eq!(next(&mut a).await, Event::DialFailed { conn: DIALLED, loss: Loss::Refused });
}

#[tokio::test]
async fn an_address_that_does_not_answer_is_unreachable() {
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut a = dialling(Duration::from_millis(100));
    a.dial(DIALLED, address(mute.local_addr().unwrap()));
    assert_eq!(next(&mut a).await, Event::DialFailed { conn: DIALLED, loss: Loss::Unreachable });
    a.dial(ConnId(4), Address::new("no address"));
    assert_eq!(next(&mut a).await, Event::DialFailed { conn: ConnId(4), loss: Loss::Unreachable });
}

/// Runs a transport on a runtime of its own, which can be killed like a process: its sockets close without a word.
fn killable() -> (Runtime, SocketAddr, tokio::sync::oneshot::Receiver<()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let (at, address) = std::sync::mpsc::channel();
    let (ready, is_ready) = tokio::sync::oneshot::channel();
    runtime.spawn(async move {
        let (mut transport, address) = listening(8).await;
        at.send(address).unwrap();
        let conn = accepted(&mut transport).await;
        transport.send(conn, numbered(1));
        ready.send(()).unwrap();
        std::future::pending::<()>().await;
    });
    (runtime, address.recv().unwrap(), is_ready)
}

#[tokio::test]
async fn the_death_of_the_accepting_end_is_seen_at_once() {
    let (runtime, at, ready) = tokio::task::spawn_blocking(killable).await.unwrap();
    let mut a = dialling(LIMIT);
    a.dial(DIALLED, address(at));
    assert_eq!(next(&mut a).await, Event::Connected { conn: DIALLED });
    assert_eq!(next(&mut a).await, Event::Frame { conn: DIALLED, frame: numbered(1) });
    timeout(LIMIT, ready).await.unwrap().unwrap();
    let killed = Instant::now();
    runtime.shutdown_background();
    assert_eq!(next(&mut a).await, Event::Closed { conn: DIALLED, loss: Loss::Reset });
    assert!(killed.elapsed() < Duration::from_millis(500), "seen after {:?}", killed.elapsed());
    // Its listener closes a moment before or after its connections do.
    let mut last = None;
    for n in 2..1000 {
        a.dial(ConnId(2 * n), address(at));
        last = Some(next(&mut a).await);
        if matches!(last, Some(Event::DialFailed { loss: Loss::Refused, .. })) {
            return;
        }
    }
    panic!("not refused: {last:?}");
}

#[tokio::test]
async fn the_death_of_the_dialling_end_is_seen_at_once() {
    let (mut b, at) = listening(8).await;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.spawn(async move {
        let mut a = dialling(LIMIT);
        a.dial(DIALLED, address(at));
        loop {
            a.next().await;
        }
    });
    let conn = accepted(&mut b).await;
    let killed = Instant::now();
    runtime.shutdown_background();
    assert_eq!(next(&mut b).await, Event::Closed { conn, loss: Loss::Reset });
    assert!(killed.elapsed() < Duration::from_millis(500), "seen after {:?}", killed.elapsed());
}

#[tokio::test]
async fn l1_a_full_queue_closes_the_connection() {
    let (mut a, _b, _) = pair().await;
    let text = "x".repeat(1000);
    let mut sent = 0;
    let closed = loop {
        a.send(DIALLED, Frame::Refuse { reason: Refusal::NameTaken, text: text.clone() });
        sent += 1;
        assert!(sent < 1_000_000, "the queue has no bound");
        // The other end reads nothing, so nothing else can come.
        tokio::task::yield_now().await;
        if let Some(event) = a.next().now_or_never() {
            break event;
        }
    };
    assert_eq!(closed, Event::Closed { conn: DIALLED, loss: Loss::Overflow });
    a.send(DIALLED, numbered(1));
    assert!(a.lines.is_empty());
}

#[tokio::test]
async fn close_lets_out_what_was_sent_before() {
    let (mut a, mut b, conn) = pair().await;
    (1..=1000).for_each(|n| a.send(DIALLED, numbered(n)));
    a.close(DIALLED);
    for n in 1..=1000 {
        assert_eq!(next(&mut b).await, Event::Frame { conn, frame: numbered(n) });
    }
    assert_eq!(next(&mut b).await, Event::Closed { conn, loss: Loss::Reset });

    let (mut a, mut b, conn) = pair().await;
    (1..=1000).for_each(|n| b.send(conn, numbered(n)));
    b.close(conn);
    for n in 1..=1000 {
        assert_eq!(next(&mut a).await, Event::Frame { conn: DIALLED, frame: numbered(n) });
    }
    assert_eq!(next(&mut a).await, Event::Closed { conn: DIALLED, loss: Loss::Reset });
}

#[tokio::test]
async fn shutdown_lets_out_what_was_sent_before_and_stops_listening() {
    let (mut b, at) = listening(8).await;
    let mut a = dialling(LIMIT);
    a.dial(DIALLED, address(at));
    assert_eq!(next(&mut a).await, Event::Connected { conn: DIALLED });
    let conn = accepted(&mut b).await;
    b.send(conn, numbered(7));
    let (_, ()) = tokio::join!(
        async {
            assert_eq!(next(&mut a).await, Event::Frame { conn: DIALLED, frame: numbered(7) });
            assert_eq!(next(&mut a).await, Event::Closed { conn: DIALLED, loss: Loss::Reset });
        },
        async { timeout(LIMIT, b.shutdown()).await.unwrap() },
    );
    let refused = async {
        while TcpStream::connect(at).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(LIMIT, refused).await.unwrap();
}

#[tokio::test]
async fn no_frame_follows_the_end_of_a_connection() {
    let (mut a, mut b, conn) = pair().await;
    (1..=100).for_each(|n| a.send(DIALLED, numbered(n)));
    assert_eq!(next(&mut b).await, Event::Frame { conn, frame: numbered(1) });
    b.close(conn);
    assert_eq!(next(&mut a).await, Event::Closed { conn: DIALLED, loss: Loss::Reset });
    let more = timeout(Duration::from_millis(50), b.next()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn garbage_bytes_do_no_harm() {
    let (mut b, at) = listening(8).await;
    for garbage in
        [&b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"[..], &[0xff; 4096], b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\xff\xff\xff"]
    {
        let mut tcp = TcpStream::connect(at).await.unwrap();
        tcp.write_all(garbage).await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(Duration::from_millis(100), tcp.read_to_end(&mut answer)).await;
    }
    let mut a = dialling(LIMIT);
    a.dial(DIALLED, address(at));
    assert_eq!(next(&mut a).await, Event::Connected { conn: DIALLED });
    accepted(&mut b).await;
}

#[tokio::test]
async fn a_frame_that_cannot_be_read_is_answered_and_ends_the_connection() {
    let (mut b, at) = listening(8).await;
    let mut client = PeerServiceClient::connect(format!("http://{at}")).await.unwrap();
    let bad = pb::Frame { kind: Some(pb::frame::Kind::Close(pb::Close { reason: 99 })) };
    let requests = tokio_stream::iter([pb::ChannelRequest { frame: Some(bad) }]);
    let mut answers = client.channel(requests).await.unwrap().into_inner();
    let status = timeout(LIMIT, answers.message()).await.unwrap().unwrap_err();
    assert_eq!(status.code(), tonic::Code::InvalidArgument, "{status}");
    let conn = accepted(&mut b).await;
    assert_eq!(next(&mut b).await, Event::Closed { conn, loss: Loss::Reset });
}

#[tokio::test]
async fn l1_connections_over_the_limit_are_closed() {
    let (mut b, at) = listening(1).await;
    let mut a = dialling(LIMIT);
    a.dial(DIALLED, address(at));
    assert_eq!(next(&mut a).await, Event::Connected { conn: DIALLED });
    let conn = accepted(&mut b).await;
    a.dial(ConnId(4), address(at));
    assert_eq!(next(&mut a).await, Event::DialFailed { conn: ConnId(4), loss: Loss::Unreachable });
    a.close(DIALLED);
    assert_eq!(next(&mut b).await, Event::Closed { conn, loss: Loss::Reset });
}

/// The other end's last bytes, however the connection ended.
async fn ends(mut tcp: TcpStream) {
    let _ = timeout(LIMIT, tcp.read_to_end(&mut Vec::new())).await.expect("the connection is ended");
}

#[tokio::test]
async fn l1_a_connection_that_does_not_say_what_it_wants_is_closed() {
    let impatient = Entrance { patience: Duration::from_millis(200), ..Entrance::with_room_for(8) };
    let (_transport, at) = listening_with(&impatient).await;
    let mute = TcpStream::connect(at).await.unwrap();
    let mut preface = TcpStream::connect(at).await.unwrap();
    preface.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    tokio::join!(ends(mute), ends(preface));
    assert_eq!(impatient.turned_away.slow.get(), 2);
}

#[tokio::test]
async fn l1_a_first_frame_that_is_too_long_ends_the_connection() {
    let entrance = Entrance::with_room_for(8);
    let (_transport, at) = listening_with(&entrance).await;
    let mut client = PeerServiceClient::connect(format!("http://{at}")).await.unwrap();
    let endpoint = pb::Endpoint { network: "default".into(), address: "x".repeat(1024) };
    let hello = pb::Hello { endpoints: vec![endpoint; 1000], ..pb::Hello::default() };
    let frame = pb::Frame { kind: Some(pb::frame::Kind::Hello(hello)) };
    let requests = tokio_stream::iter([pb::ChannelRequest { frame: Some(frame) }]);
    let answer = async { client.channel(requests).await?.into_inner().message().await };
    assert!(timeout(LIMIT, answer).await.unwrap().is_err());
    assert_eq!(entrance.turned_away.wordy.get(), 1);
}

#[tokio::test]
async fn l1_a_frame_that_would_unpack_to_very_much_is_refused() {
    let (mut b, at) = listening(8).await;
    let mut client = PeerServiceClient::connect(format!("http://{at}")).await.unwrap();
    let close = pb::Frame { kind: Some(pb::frame::Kind::Close(pb::Close { reason: 1 })) };
    let reports = pb::Reports { reports: vec![pb::Report::default(); 1_000_000] };
    let payload = pb::Payload { kind: Some(pb::payload::Kind::Reports(reports)) };
    let data = pb::LinkData { payload: Some(payload), ..pb::LinkData::default() };
    let bomb = pb::Frame { kind: Some(pb::frame::Kind::LinkData(data)) };
    let (say, requests) = tokio::sync::mpsc::channel(2);
    say.send(pb::ChannelRequest { frame: Some(close) }).await.unwrap();
    let requests = tokio_stream::wrappers::ReceiverStream::new(requests);
    let mut answers = client.channel(requests).await.unwrap().into_inner();
    let conn = accepted(&mut b).await;
    assert_eq!(next(&mut b).await, Event::Frame { conn, frame: Frame::Close(Goodbye::Idle) });
    say.send(pb::ChannelRequest { frame: Some(bomb) }).await.unwrap();
    let status = timeout(LIMIT, answers.message()).await.unwrap().unwrap_err();
    assert!(status.code() == tonic::Code::InvalidArgument && status.message().contains("parts"), "{status}");
    assert_eq!(next(&mut b).await, Event::Closed { conn, loss: Loss::Reset });
}
