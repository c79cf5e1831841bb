//! Bad clients, and many of them: each is told what was wrong, or that there is no room, and the agent does not grow.

use futures_util::{StreamExt, stream};
use quorate::v1::{
    self, SnapshotReason, WatchEventsRequest, WatchEventsResponse, event, event_service_client::EventServiceClient,
    membership_service_client::MembershipServiceClient, watch_events_response::Message,
};
use quorate_tests::{Agent, Calm, Id, LIMIT, Plan, id_of, wait_for};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    task::JoinSet,
    time::timeout,
};
use tonic::{
    Code, Status, Streaming,
    transport::{Channel, Endpoint},
};
use tonic_types::StatusExt;

fn endpoint(agent: &Agent) -> Endpoint {
    Endpoint::from_shared(format!("http://{}", agent.api())).unwrap()
}

async fn connect(agent: &Agent) -> Channel {
    timeout(LIMIT, endpoint(agent).connect()).await.expect("a connection in time").unwrap()
}

/// As many open files as this process may have.
fn raise_open_files() {
    let limit = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }).unwrap();
}

/// The code, and the documented reason with what it names.
fn reason(status: &Status) -> (Code, String, Option<String>) {
    let info = status.get_details_error_info().unwrap_or_else(|| panic!("no reason: {status:?}"));
    assert_eq!(info.domain, "quorate.v1");
    let named = info.metadata.get("field").or_else(|| info.metadata.get("limit_of"));
    (status.code(), info.reason, named.cloned())
}

async fn message(stream: &mut Streaming<WatchEventsResponse>) -> Message {
    let message = timeout(LIMIT, stream.message()).await.expect("a message in time").unwrap();
    message.expect("the stream goes on").message.expect("a message that says something")
}

/// Until the stream tells of this view; says how many snapshots began it anew.
async fn told_of(stream: &mut Streaming<WatchEventsResponse>, view: &Id) -> Vec<SnapshotReason> {
    let mut begun = Vec::new();
    loop {
        let told = match message(stream).await {
            Message::Snapshot(snapshot) => {
                begun.push(snapshot.reason());
                snapshot.view
            }
            Message::Event(v1::Event { kind: Some(event::Kind::View(view)), .. }) => Some(view),
            _ => None,
        };
        if told.as_ref().map(id_of).as_ref() == Some(view) {
            return begun;
        }
    }
}

/// The next view that the stream tells of.
async fn next_view(mut stream: Streaming<WatchEventsResponse>) -> Id {
    loop {
        if let Message::Event(v1::Event { kind: Some(event::Kind::View(view)), .. }) = message(&mut stream).await {
            return id_of(&view);
        }
    }
}

#[tokio::test]
async fn bad_requests_are_named() {
    let cluster = Plan::new(2).form().await;
    let calm = Calm::before(&cluster).await;
    let channel = connect(cluster.agent("n1")).await;
    let mut events = EventServiceClient::new(channel.clone());
    let mut membership = MembershipServiceClient::new(channel);
    let bad = |field: &str| (Code::InvalidArgument, "BAD_REQUEST".to_owned(), Some(field.to_owned()));
    for cursor in ["x", "AAAA", "%%%", "ä", &"A".repeat(600_000)] {
        let request = WatchEventsRequest { cursor: cursor.to_owned(), ..<_>::default() };
        let status = events.watch_events(request).await.unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, "BAD_CURSOR".to_owned(), None), "{status}");
    }
    for kind in [0, 9, 99, -1, i32::MAX] {
        let request = WatchEventsRequest { kinds: vec![kind], ..<_>::default() };
        let status = events.watch_events(request).await.unwrap_err();
        assert_eq!(reason(&status), bad("kinds"), "{status}");
        assert!(status.message().contains(&kind.to_string()), "{status}");
    }
    for page_token in ["x", "AQ", "%%%", &"A".repeat(100_000)] {
        let request = v1::ListNodesRequest { page_token: page_token.to_owned(), ..Default::default() };
        let status = membership.list_nodes(request).await.unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, "BAD_PAGE_TOKEN".to_owned(), None), "{status}");
    }
    let request = v1::ListNodesRequest { page_size: u32::MAX, ..Default::default() };
    assert_eq!(reason(&membership.list_nodes(request).await.unwrap_err()), bad("page_size"));
    for length in [1024 * 1024 + 1, 64 * 1024 * 1024] {
        let request = v1::GetNodeRequest { node_name: "x".repeat(length) };
        let status = membership.get_node(request).await.unwrap_err();
        assert_eq!(reason(&status), bad("request"), "{status}");
        assert!(status.message().contains("1048576"), "what is allowed: {status}");
    }
    calm.after(&cluster).await;
}

#[tokio::test]
async fn a_request_that_is_no_message_is_named() {
    let cluster = Plan::new(1).form().await;
    let n1 = cluster.agent("n1");
    // A text that is longer than the message; a message that is compressed, in no known way.
    for body in [&b"\0\0\0\0\x02\x0a\x7f"[..], b"\x01\0\0\0\x02\x0a\x7f", b"\x07\0\0\0\0"] {
        let answer = grpc_web(n1, body, body.len()).await;
        assert!(answer.contains("grpc-status: 3") && answer.contains("request:%20cannot%20be%20read"), "{answer}");
        assert!(answer.contains("grpc-status-details-bin"), "{answer}");
    }
}

/// Calls GetNode as a browser does, with this body, which is said to be so long; returns the whole answer.
async fn grpc_web(agent: &Agent, body: &[u8], length: usize) -> String {
    let mut tcp = TcpStream::connect(agent.api()).await.unwrap();
    let head = format!(
        "POST /quorate.v1.MembershipService/GetNode HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\
         Content-Type: application/grpc-web+proto\r\nContent-Length: {length}\r\n\r\n"
    );
    tcp.write_all(head.as_bytes()).await.unwrap();
    // An agent that has refused the request no longer reads it.
    let _ = tcp.write_all(body).await;
    let mut answer = Vec::new();
    let _ = timeout(LIMIT, tcp.read_to_end(&mut answer)).await.expect("the agent answers, and ends the connection");
    String::from_utf8_lossy(&answer).into_owned()
}

/// Many requests that all are large, and never come to their end.
#[tokio::test]
async fn l1_requests_that_never_end_are_bounded() {
    let cluster = Plan::new(2).flags(&["--handshake-timeout=5s"]).form().await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    // 900,000 bytes of a message of 1,000,000.
    let half = [&[0][..], &1_000_000_u32.to_be_bytes(), &vec![0; 900_000]].concat();
    let calls = (0..100).map(|_| grpc_web(n1, &half, 1_000_005));
    let answers: Vec<_> = stream::iter(calls).buffer_unordered(100).collect().await;
    let count = |status: &str| answers.iter().filter(|answer| answer.contains(status)).count();
    let (slow, full) = (count("grpc-status: 3"), count("grpc-status: 8"));
    println!("{slow} did not come in time, for {full} there was no room");
    assert!(slow > 0 && full > 0 && slow + full > 90, "{answers:?}");
    calm.after(&cluster).await;
}

#[tokio::test]
async fn l1_clients_over_the_limit_are_told_so() {
    raise_open_files();
    let cluster = Plan::new(2).form().await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    let call = async || {
        let mut client = MembershipServiceClient::new(connect(n1).await);
        let answer = client.get_view(v1::GetViewRequest {}).await;
        (client, answer.map(drop))
    };
    let mut served = Vec::new();
    let refused = wait_for("a client for which there is no room", LIMIT, async || {
        let batch: Vec<_> = stream::iter((0..50).map(|_| call())).buffer_unordered(50).collect().await;
        let (good, bad): (Vec<_>, Vec<_>) = batch.into_iter().partition(|(_, answer)| answer.is_ok());
        served.extend(good);
        bad.into_iter().find_map(|(_, answer)| answer.err()).ok_or(format!("{} are served", served.len()))
    })
    .await;
    println!("{} clients were served", served.len());
    let full = (Code::ResourceExhausted, "LIMIT_REACHED".to_owned(), Some("connections".to_owned()));
    assert_eq!(reason(&refused), full, "{refused}");
    assert!((900..=1000).contains(&served.len()), "{} of 1,000 were served", served.len());
    for (client, _) in &mut served {
        client.get_view(v1::GetViewRequest {}).await.expect("who is in stays in");
    }
    served.clear();
    let room = async || call().await.1;
    wait_for("room again", LIMIT, room).await;
    calm.after(&cluster).await;
}

/// Ten thousand readers of one agent: all are told of the new view.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_watchers_see_a_new_view() {
    raise_open_files();
    // On a busy machine it takes so long to open them that the first would be asked whether they are still there.
    let mut cluster = Plan::new(3).flags(&["--max-watchers=10000", "--keepalive=1h"]).form().await;
    let n1 = cluster.agent("n1");
    let open = async |channel: Channel| {
        let mut client = EventServiceClient::new(channel);
        let mut stream = client.watch_events(WatchEventsRequest::default()).await?.into_inner();
        assert!(matches!(message(&mut stream).await, Message::Snapshot(_)));
        Ok::<_, Status>(stream)
    };
    // Each is read from the beginning: the client's HTTP/2 gives a connection up that has too many unread frames.
    let mut readers = JoinSet::new();
    for _ in 0..10 {
        let channel = connect(n1).await;
        let batch = (0..1_000).map(|_| open(channel.clone()));
        let batch: Vec<_> = stream::iter(batch).buffer_unordered(200).collect().await;
        for stream in batch {
            readers.spawn(next_view(stream.unwrap()));
        }
    }
    let status = open(connect(n1).await).await.unwrap_err();
    let full = (Code::ResourceExhausted, "LIMIT_REACHED".to_owned(), Some("watch streams".to_owned()));
    assert_eq!(reason(&status), full, "{status}");
    println!("{} KiB resident with {} watchers", n1.memory("VmRSS") / 1024, readers.len());
    cluster.agent_mut("n3").kill_dash_nine();
    let view = id_of(&cluster.agree(&["n1", "n2"]).await);
    while let Some(told) = readers.join_next().await {
        assert_eq!(told.unwrap(), view);
    }
    let n1 = cluster.agent("n1");
    println!("{} KiB at most", n1.memory("VmHWM") / 1024);
    assert!(n1.memory("VmHWM") < 1024 * 1024 * 1024);
}

/// A reader that does not read is not waited for, and finds out: its stream begins anew with a snapshot that says so.
#[tokio::test]
async fn e1_a_reader_that_lags_is_told_so() {
    let mut cluster = Plan::new(3).flags(&["--event-buffer=16", "--damping-min=0s"]).form().await;
    // One byte at a time, and only while it is read.
    let narrow = endpoint(cluster.agent("n1")).initial_stream_window_size(1).connect().await.unwrap();
    let mut client = EventServiceClient::new(narrow);
    let mut slow = client.watch_events(WatchEventsRequest::default()).await.unwrap().into_inner();
    let before = cluster.agent("n1").memory("VmRSS");
    // Each start and each crash is three events.
    for _ in 0..5 {
        cluster.agent_mut("n3").kill_dash_nine();
        cluster.agree(&["n1", "n2"]).await;
        cluster.agent_mut("n3").restart();
        cluster.agree_all().await;
    }
    let grown = cluster.agent("n1").memory("VmRSS").saturating_sub(before);
    assert!(grown < 64 * 1024 * 1024, "{grown} bytes more");
    let view = id_of(&cluster.agree_all().await);
    let begun = told_of(&mut slow, &view).await;
    assert!(begun.contains(&SnapshotReason::Lagged), "{begun:?}");
    assert_eq!(begun.first(), Some(&SnapshotReason::Start), "{begun:?}");
    // From there on it is told everything.
    cluster.agent_mut("n3").kill_dash_nine();
    let last = id_of(&cluster.agree(&["n1", "n2"]).await);
    assert!(told_of(&mut slow, &last).await.is_empty(), "it began anew although it reads");
}
