//! Bytes that are no request, and requests that never end, on all three ports: they end, are counted, and harm nobody.

use std::time::Duration;

use futures_util::{StreamExt, stream};
use quorate_tests::{Agent, Calm, Cluster, LIMIT, Plan, metrics, tls::Certificates, wait_for};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

/// Begins every HTTP/2 connection; an empty SETTINGS frame follows.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";
/// Begins a TLS handshake, of which it leaves most to come.
const CLIENT_HELLO: &[u8] = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03";

fn ports(agent: &Agent) -> [(&'static str, String); 3] {
    let spec = agent.spec();
    [("peers", spec.peers[0].1.clone()), ("api", spec.api.clone()), ("http", spec.http.clone())]
}

/// Waits until the agent has ended the connection.
async fn ended(tcp: &mut TcpStream) {
    let mut waste = vec![0; 4096];
    let end = async { while tcp.read(&mut waste).await.is_ok_and(|bytes| bytes > 0) {} };
    timeout(LIMIT, end).await.expect("the agent ends the connection");
}

fn garbage(seed: u64) -> Vec<u8> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bytes: Vec<u8> = match rng.u8(..5) {
        0 => PREFACE.to_vec(),
        1 => b"GET /metrics HTTP/1.1\r\nHost: x\r\nX: ".to_vec(),
        2 => b"POST /quorate.v1.MembershipService/GetView HTTP/1.1\r\ncontent-length: 99999999999\r\n\r\n".to_vec(),
        3 => CLIENT_HELLO.to_vec(),
        _ => Vec::new(),
    };
    bytes.extend((0..rng.usize(..20_000)).map(|_| rng.u8(..)));
    bytes
}

#[tokio::test]
async fn garbage_on_all_ports_does_no_harm() {
    let cluster = Plan::new(2).flags(&["--handshake-timeout=2s"]).form().await;
    let calm = Calm::before(&cluster).await;
    let first = fastrand::u64(..1_000_000);
    println!("garbage of seeds {first} to {}", first + 300);
    for (_, address) in ports(cluster.agent("n1")) {
        let throw = (first..first + 300).map(async |seed| {
            let mut tcp = TcpStream::connect(&address).await.unwrap();
            // The agent may hang up in the middle.
            let _ = tcp.write_all(&garbage(seed)).await;
            let _ = tcp.shutdown().await;
            ended(&mut tcp).await;
        });
        stream::iter(throw).buffer_unordered(50).count().await;
    }
    calm.after(&cluster).await;
}

/// What a client does that wants to hold a connection for ever.
#[derive(Clone, Copy, Debug)]
enum Slow {
    /// Nothing.
    Mute,
    /// It says how the protocol begins, and no more.
    Opening,
    /// It says a byte of that now and then.
    Dripping,
}

/// Until the agent ends it; `opening` is how the protocol begins.
async fn slow(address: &str, how: Slow, opening: &[u8]) {
    let mut tcp = TcpStream::connect(address).await.unwrap();
    match how {
        Slow::Mute => {}
        Slow::Opening => tcp.write_all(opening).await.unwrap(),
        Slow::Dripping => {
            let (mut reads, mut writes) = tcp.split();
            let drip = async {
                for byte in opening.iter().cycle().skip(1) {
                    sleep(Duration::from_millis(100)).await;
                    if writes.write_all(&[*byte]).await.is_err() {
                        return;
                    }
                }
            };
            let mut answer = Vec::new();
            let end = async { drop(reads.read_to_end(&mut answer).await) };
            let either = async {
                tokio::select! { () = drip => {}, () = end => {} }
            };
            return timeout(LIMIT, either).await.expect("the agent ends the connection");
        }
    }
    ended(&mut tcp).await;
}

async fn counted(agent: &Agent, line: &str) -> u64 {
    let text = metrics(agent).await.unwrap();
    let count = text.lines().find_map(|found| found.strip_prefix(line)?.trim().parse().ok());
    count.unwrap_or_else(|| panic!("no {line} in\n{text}"))
}

/// Slow loris, on every port at once; whoever goes on to say nonsense may be turned away for that.
async fn loris(cluster: &Cluster, opening: &[u8]) {
    let calm = Calm::before(cluster).await;
    let n1 = cluster.agent("n1");
    let mut all = Vec::new();
    for (_, address) in ports(n1) {
        for how in [Slow::Mute, Slow::Opening, Slow::Dripping] {
            all.extend((0..20).map(|_| (address.clone(), how)));
        }
    }
    let all = all.into_iter().map(async |(address, how)| slow(&address, how, opening).await);
    stream::iter(all).buffer_unordered(usize::MAX).count().await;
    for listener in ["peers", "api"] {
        let line = format!("quorate_connections_turned_away_total{{listener=\"{listener}\",reason=\"slow\"}}");
        let slow = counted(n1, &line).await;
        assert!(slow >= 40, "{listener}: {slow} of 60 were too slow, the others wrong");
    }
    calm.after(cluster).await;
}

#[tokio::test]
async fn l1_connections_that_say_too_little_are_ended() {
    loris(&Plan::new(2).flags(&["--handshake-timeout=1s"]).form().await, PREFACE).await;
}

#[tokio::test]
async fn l1_connections_that_say_too_little_are_ended_in_tls_too() {
    let certificates = Certificates::new("ours");
    let mut plan = Plan::new(2).flags(&["--handshake-timeout=1s"]);
    certificates.secure(plan.specs());
    loris(&plan.form().await, CLIENT_HELLO).await;
}

/// A client that has a stream, and from then on neither reads nor answers: as when its machine lost power.
#[tokio::test]
async fn l1_half_open_connections_are_noticed() {
    let cluster = Plan::new(2).flags(&["--keepalive=1s"]).form().await;
    let n1 = cluster.agent("n1");
    let calm = Calm::before(&cluster).await;
    let before = counted(n1, "quorate_watchers").await;
    let frozen = frozen::Watchers::open(n1.api().to_owned(), 8).await;
    assert_eq!(counted(n1, "quorate_watchers").await, before + 8);
    let gone = async || match counted(n1, "quorate_watchers").await {
        watchers if watchers == before => Ok(()),
        watchers => Err(format!("{watchers} watchers")),
    };
    wait_for("the frozen watchers to be given up", LIMIT, gone).await;
    drop(frozen);
    calm.after(&cluster).await;
}

/// Clients on a runtime that stands still: their kernel goes on to answer, they do not.
mod frozen {
    use std::{sync::mpsc, thread};

    use quorate_proto::v1::{WatchEventsRequest, event_service_client::EventServiceClient};

    pub struct Watchers {
        /// Dropped: the thread goes on, and ends.
        _hold: mpsc::Sender<()>,
    }

    impl Watchers {
        /// So many streams, each on a connection of its own, of which the first message has come.
        pub async fn open(api: String, count: usize) -> Self {
            let (hold, held) = mpsc::channel();
            let (ready, is_ready) = tokio::sync::oneshot::channel();
            thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                let streams = runtime.block_on(async {
                    let mut streams = Vec::new();
                    for _ in 0..count {
                        let mut client = EventServiceClient::connect(format!("http://{api}")).await.unwrap();
                        let mut stream = client.watch_events(WatchEventsRequest::default()).await.unwrap().into_inner();
                        stream.message().await.unwrap().expect("a first message");
                        streams.push(stream);
                    }
                    streams
                });
                ready.send(()).unwrap();
                // Nothing is polled while this waits.
                let _ = held.recv();
                drop(streams);
            });
            is_ready.await.unwrap();
            Self { _hold: hold }
        }
    }
}

/// Most of the connections that HTTP takes are held by clients that never finish their request.
#[tokio::test]
async fn http_goes_on_beside_bad_clients() {
    let cluster = Cluster::form(1).await;
    let http = cluster.agent("n1").spec().http.clone();
    let mut held = Vec::new();
    for _ in 0..200 {
        let mut tcp = TcpStream::connect(&http).await.unwrap();
        tcp.write_all(b"GET /metrics HTTP/1.1\r\n").await.unwrap();
        held.push(tcp);
    }
    assert!(metrics(cluster.agent("n1")).await.unwrap().contains("200 OK"));
}
