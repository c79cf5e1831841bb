//! Bad peers: whatever comes in on the port for peers, the agent names it, drops it and goes on, and nobody else notices.

use futures_util::StreamExt;
use quorate_proto::peer::v1::{
    self as pb, ChannelRequest, ChannelResponse, RefuseReason, frame::Kind, payload,
    peer_service_client::PeerServiceClient,
};
use quorate_tests::{Agent, Calm, Cluster, LIMIT, Plan, wait_for, wait_until};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Code, Status, Streaming};

/// A peer in the hands of the test, which called an agent.
struct Caller {
    say: mpsc::Sender<ChannelRequest>,
    answers: Streaming<ChannelResponse>,
}

impl Caller {
    async fn call(agent: &Agent) -> Result<Self, Status> {
        let (say, requests) = mpsc::channel(64);
        let address = format!("http://{}", agent.spec().peers[0].1);
        let client = PeerServiceClient::connect(address).await.map_err(|why| Status::unavailable(why.to_string()))?;
        let mut client = client.max_encoding_message_size(usize::MAX);
        let answers = client.channel(ReceiverStream::new(requests)).await?.into_inner();
        Ok(Self { say, answers })
    }

    /// A connection that the agent takes for a peer's.
    async fn introduced(agent: &Agent, name: &str) -> Self {
        let mut caller = Self::call(agent).await.unwrap();
        caller.say(Kind::Hello(hello(agent, name))).await;
        let welcome = caller.answer().await.unwrap();
        assert!(matches!(welcome, Kind::Welcome(_)), "{welcome:?}");
        caller
    }

    async fn say(&self, kind: Kind) {
        let frame = Some(pb::Frame { kind: Some(kind) });
        // An agent that has hung up is seen by its answer.
        let _ = self.say.send(ChannelRequest { frame }).await;
    }

    async fn answer(&mut self) -> Result<Kind, Status> {
        let answer = timeout(LIMIT, self.answers.message()).await.expect("an answer in time")?;
        answer.and_then(|answer| answer.frame?.kind).ok_or_else(|| Status::cancelled("the agent ended the call"))
    }

    /// How the agent ends the call.
    async fn end(&mut self) -> Status {
        loop {
            if let Err(status) = self.answer().await {
                return status;
            }
        }
    }
}

/// What a new node of the agent's cluster says.
fn hello(agent: &Agent, name: &str) -> pb::Hello {
    let identity = pb::Identity {
        name: name.to_owned(),
        node_id: fastrand::u128(..).to_be_bytes().to_vec(),
        boot_count: 1,
        boot_id: fastrand::u128(..).to_be_bytes().to_vec(),
    };
    pb::Hello {
        min_version: 1,
        max_version: 1,
        cluster_id: agent.spec().cluster.clone(),
        identity: Some(identity),
        endpoints: vec![pb::Endpoint { network: "default".to_owned(), address: "127.0.0.1:1".to_owned() }],
        network: "default".to_owned(),
        features: 0,
        cluster_uid: Vec::new(),
    }
}

fn beat(sequence: u64, echo_sequence: u64) -> Kind {
    Kind::Beat(pb::Beat { sequence, echo_sequence, period_nanos: 100_000_000, wanted: true, ..pb::Beat::default() })
}

async fn refusal(agent: &Agent, hello: pb::Hello) -> pb::Refuse {
    let mut caller = Caller::call(agent).await.unwrap();
    caller.say(Kind::Hello(hello)).await;
    match caller.answer().await {
        Ok(Kind::Refuse(refuse)) => refuse,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_caller_that_does_not_fit_is_told_why() {
    let cluster = Cluster::form(2).await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    let good = hello(n1, "x1");
    for (min_version, max_version) in [(0, 0), (2, 9)] {
        let refuse = refusal(n1, pb::Hello { min_version, max_version, ..good.clone() }).await;
        assert_eq!(refuse.reason(), RefuseReason::ProtocolVersion, "{refuse:?}");
        let versions = format!("protocol {min_version} to {max_version}, this node 1 to 1");
        assert!(refuse.text.contains(&versions), "{refuse:?}");
        n1.logged(&["WARN", "peer refused", "x1", "ProtocolVersion", &versions]).await;
    }
    let refuse = refusal(n1, pb::Hello { cluster_id: "another".into(), ..good.clone() }).await;
    assert_eq!(refuse.reason(), RefuseReason::WrongCluster, "{refuse:?}");
    let refuse = refusal(n1, hello(n1, "n2")).await;
    assert_eq!(refuse.reason(), RefuseReason::NameTaken, "{refuse:?}");
    let mut early = Caller::call(n1).await.unwrap();
    early.say(beat(1, 0)).await;
    let answer = early.answer().await.unwrap();
    assert!(matches!(&answer, Kind::Refuse(refuse) if refuse.reason() == RefuseReason::BadHello), "{answer:?}");
    calm.after(&cluster).await;
}

/// What cannot be read ends the call with INVALID_ARGUMENT and words, and is logged with the same words.
#[tokio::test]
async fn frames_that_cannot_be_read_are_named() {
    let cluster = Cluster::form(2).await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    let mut nameless = hello(n1, "x1");
    nameless.identity.as_mut().unwrap().name = "No Name".to_owned();
    let many = pb::Hello { endpoints: vec![pb::Endpoint::default(); 10_001], ..hello(n1, "x1") };
    for (frame, words) in [
        (None, "frame is missing"),
        (Some(pb::Frame { kind: None }), "frame.kind is missing"),
        (Some(pb::Frame { kind: Some(Kind::Hello(nameless)) }), "is not a valid name"),
        (Some(pb::Frame { kind: Some(Kind::Hello(many)) }), "endpoints has 10001 entries, more than 10000"),
        (Some(pb::Frame { kind: Some(Kind::Close(pb::Close { reason: 99 })) }), "close.reason is 99"),
    ] {
        let mut caller = Caller::call(n1).await.unwrap();
        caller.say.send(ChannelRequest { frame }).await.unwrap();
        let status = caller.end().await;
        assert!(status.code() == Code::InvalidArgument && status.message().contains(words), "{status}");
        n1.logged(&["WARN", "a frame cannot be read", words]).await;
    }
    calm.after(&cluster).await;
}

fn reports(reports: Vec<pb::Report>) -> Kind {
    let payload = Some(pb::Payload { kind: Some(payload::Kind::Reports(pb::Reports { reports })) });
    Kind::LinkData(pb::LinkData { own_session: 1, peer_session: 1, sequence: 1, acknowledged: 0, payload })
}

#[tokio::test]
async fn l1_frames_that_are_too_large_are_refused() {
    // So long that no caller counts as silent while it says so much.
    let cluster = Plan::new(2).flags(&["--detect-timeout=30s"]).form().await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    let long = pb::Report { reached: vec!["x".repeat(17 * 1024 * 1024)], ..pb::Report::default() };
    for (frame, words) in [
        (reports(vec![long]), "the limit is: 16777216 bytes"),
        // Two bytes each on the wire, hundreds in memory.
        (reports(vec![pb::Report::default(); 300_000]), "more than 262144 parts"),
    ] {
        let mut caller = Caller::introduced(n1, "x1").await;
        caller.say(frame).await;
        caller.end().await;
        n1.logged(&["WARN", "a frame cannot be read", words]).await;
    }
    // Before it has introduced itself, a peer may not even say that much.
    let mut caller = Caller::call(n1).await.unwrap();
    let endpoint = pb::Endpoint { network: "default".into(), address: "x".repeat(1000) };
    caller.say(Kind::Hello(pb::Hello { endpoints: vec![endpoint; 100], ..hello(n1, "x1") })).await;
    caller.end().await;
    calm.after(&cluster).await;
}

/// It introduces itself, and then says what no sane peer says.
#[tokio::test]
async fn a_peer_that_makes_no_sense_changes_nothing() {
    let cluster = Cluster::form(3).await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    let last = u64::MAX;
    let ack = |acknowledged| Kind::LinkAck(pb::LinkAck { own_session: 1, peer_session: 1, acknowledged });
    let reset = Kind::LinkReset(pb::LinkReset { own_session: last, peer_session: last });
    let far = |source: &str| {
        let frame = pb::Frame { kind: Some(Kind::Hello(hello(n1, "x9"))) };
        Kind::Relay(Box::new(pb::Relay {
            source: source.to_owned(),
            destination: "n2".to_owned(),
            frame: Some(Box::new(frame)),
        }))
    };
    let scripts: [Vec<Kind>; 7] = [
        // Frames acknowledged that were never sent.
        vec![ack(last), beat(1, last), ack(last)],
        vec![reset.clone(), ack(last), reports(vec![]), reset],
        vec![beat(last, last), beat(last, 0), beat(0, 0)],
        vec![Kind::Welcome(hello(n1, "x1")), Kind::Hello(hello(n1, "x1")), Kind::Hello(hello(n1, "n2"))],
        // In the name of others.
        vec![far("n3"), far("x1"), far("n2")],
        vec![Kind::Close(pb::Close { reason: pb::CloseReason::Leaving.into() }), beat(1, 0)],
        vec![Kind::Refuse(pb::Refuse { reason: RefuseReason::Evicted.into(), text: "you".into() }), beat(1, 0)],
    ];
    for (number, script) in scripts.into_iter().enumerate() {
        let mut caller = Caller::introduced(n1, &format!("x{number}")).await;
        for frame in script {
            caller.say(frame).await;
        }
        let (say, _) = mpsc::channel(1);
        drop(std::mem::replace(&mut caller.say, say));
        caller.end().await;
    }
    calm.after(&cluster).await;
}

/// It introduces itself and then neither reads nor says anything: it is silent, and its connection is ended.
#[tokio::test]
async fn a_peer_that_never_reads_is_dropped() {
    let cluster = Cluster::form(2).await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    let caller = Caller::introduced(n1, "x1").await;
    wait_until("the agent to end the call", async || caller.say.is_closed()).await;
    calm.after(&cluster).await;
}

#[tokio::test]
async fn l1_a_flood_of_introductions_is_bounded() {
    let cluster = Plan::new(2).flags(&["--max-nodes=32"]).form().await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    let flood = (0..1_000).map(async |number| {
        let cluster_id = if number % 2 == 0 { n1.spec().cluster.clone() } else { format!("other-{number}") };
        let mut caller = Caller::call(n1).await?;
        caller.say(Kind::Hello(pb::Hello { cluster_id, ..hello(n1, &format!("x{number}")) })).await;
        let answer = caller.answer().await?;
        // Who is let in stays; all of them at once would be more than the agent has room for.
        let stays = matches!(answer, Kind::Welcome(_)).then_some(caller);
        Ok::<_, Status>((answer, stays))
    });
    let met: Vec<_> = futures_util::stream::iter(flood).buffer_unordered(50).collect().await;
    let count = |is: fn(&Kind) -> bool| met.iter().flatten().filter(|(answer, _)| is(answer)).count();
    let welcomed = count(|answer| matches!(answer, Kind::Welcome(_)));
    let refused = count(|answer| matches!(answer, Kind::Refuse(_)));
    let others: Vec<_> = met.iter().filter_map(|met| met.as_ref().err()).collect();
    println!("{welcomed} welcomed, {refused} refused, of {}; {others:?}", met.len());
    assert_eq!(refused, 500, "all of other clusters are told so; {welcomed} others were let in");
    calm.after(&cluster).await;
}

/// The agent calls somebody who speaks another version: it refuses, and says so.
#[tokio::test]
async fn a_called_peer_of_another_version_is_refused() {
    let fake = fake::Answering::start().await;
    let mut plan = Plan::new(2);
    for spec in plan.specs() {
        spec.seeds.push(fake.address.clone());
    }
    let cluster = plan.form().await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    for (min_version, max_version) in [(0, 0), (7, 8)] {
        *fake.welcome.lock().unwrap() = pb::Hello { min_version, max_version, ..hello(n1, "x1") };
        let versions = format!("protocol {min_version} to {max_version}, this node 1 to 1");
        n1.logged(&["WARN", "peer refused", "x1", "ProtocolVersion", &versions]).await;
    }
    let heard = async || {
        let heard = fake.heard.lock().unwrap().clone();
        let told = heard.iter().find(|refuse| refuse.reason() == RefuseReason::ProtocolVersion).cloned();
        told.ok_or_else(|| format!("{heard:?}"))
    };
    wait_for("the called peer to be told", LIMIT, heard).await;
    calm.after(&cluster).await;
}

/// A peer that answers calls with what the test likes.
mod fake {
    use std::{
        pin::Pin,
        sync::{Arc, Mutex},
    };

    use futures_util::{Stream, StreamExt, stream};
    use quorate_proto::peer::v1::{
        self as pb, ChannelRequest, ChannelResponse,
        frame::Kind,
        peer_service_server::{PeerService, PeerServiceServer},
    };
    use quorate_tests::free_port;
    use tonic::{Request, Response, Status, Streaming, transport::Server};

    #[derive(Clone)]
    pub struct Answering {
        pub address: String,
        pub welcome: Arc<Mutex<pb::Hello>>,
        pub heard: Arc<Mutex<Vec<pb::Refuse>>>,
    }

    impl Answering {
        pub async fn start() -> Self {
            let address = format!("127.0.0.1:{}", free_port("127.0.0.1"));
            let fake = Self { address: address.clone(), welcome: Arc::default(), heard: Arc::default() };
            let server = Server::builder().add_service(PeerServiceServer::new(fake.clone()));
            tokio::spawn(server.serve(address.parse().unwrap()));
            fake
        }
    }

    #[tonic::async_trait]
    impl PeerService for Answering {
        type ChannelStream = Pin<Box<dyn Stream<Item = Result<ChannelResponse, Status>> + Send>>;

        async fn channel(
            &self,
            request: Request<Streaming<ChannelRequest>>,
        ) -> Result<Response<Self::ChannelStream>, Status> {
            let heard = Arc::clone(&self.heard);
            let mut requests = request.into_inner();
            let frame = pb::Frame { kind: Some(Kind::Welcome(self.welcome.lock().unwrap().clone())) };
            let welcome = stream::iter([Ok(ChannelResponse { frame: Some(frame) })]);
            let listen = async move {
                while let Ok(Some(message)) = requests.message().await {
                    if let Some(Kind::Refuse(refuse)) = message.frame.and_then(|frame| frame.kind) {
                        heard.lock().unwrap().push(refuse);
                    }
                }
            };
            let end = stream::once(listen).filter_map(|()| async { None });
            Ok(Response::new(Box::pin(welcome.chain(end))))
        }
    }
}
