//! Whole agents in one process, on free ports of this machine: they agree on a view, one leaves, one dies, one comes
//! back.

#![allow(clippy::unwrap_used)]

use std::{path::Path, time::Duration};

use quorate_agent::{
    agent::{Agent, Listeners, Runtimes},
    config::Config,
    driver::{Handle, What},
    error::AgentError,
};
use quorate_core::{
    status::{ViewState, ViewStatus},
    types::ViewId,
};
use quorate_proto::v1::{
    LeaveRequest, WatchEventsRequest, event_service_client::EventServiceClient,
    membership_service_client::MembershipServiceClient, watch_events_response::Message,
};
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic_types::StatusExt;

const LIMIT: Duration = Duration::from_secs(60);

/// An agent under test.
struct Node {
    handle: Handle,
    api: String,
    kill: CancellationToken,
    stop: CancellationToken,
    ended: JoinHandle<Result<(), AgentError>>,
}

/// The ports of a node, bound before anybody is told of them.
struct Ports {
    listeners: Listeners,
    config: String,
    peer: String,
}

async fn ports(name: &str, dir: &Path) -> Ports {
    let free = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (api, peer) = (free().await, free().await);
    let at = |listener: &TcpListener| listener.local_addr().unwrap().to_string();
    let config = format!(
        "cluster = 'test'\nnode_name = '{name}'\ndata_dir = '{}'\n[api]\nlisten = '{}'\n[http]\nlisten = 'off'\n\
         [[network]]\nname = 'default'\nlisten = '{}'\n",
        dir.join(name).display(),
        at(&api),
        at(&peer),
    );
    let peer_at = at(&peer);
    let network = quorate_core::types::Network::new("default").unwrap();
    Ports { listeners: Listeners { api, http: None, peers: vec![(network, peer)] }, config, peer: peer_at }
}

impl Ports {
    /// Starts the agent, which looks for peers at `seeds`.
    async fn start(self, seeds: &[String]) -> Node {
        let text = format!("{}[discovery]\nseeds = {seeds:?}\n", self.config);
        let config = Config::parse(&text).unwrap();
        let here = tokio::runtime::Handle::current();
        let runtimes = Runtimes { serving: &here, consensus: &here, services: &here };
        let agent = Agent::start(&config, self.listeners, runtimes).await.unwrap();
        let (handle, kill) = (agent.handle().clone(), agent.cancel());
        let stop = CancellationToken::new();
        let ended = tokio::spawn(agent.run_until(stop.clone().cancelled_owned()));
        Node { handle, api: format!("http://{}", config.api_listen), kill, stop, ended }
    }
}

impl Node {
    /// Waits for a stable view of so many members.
    async fn view_of(&self, members: usize) -> ViewId {
        let wanted = |now: &ViewStatus| {
            now.state == ViewState::Stable && now.view.as_ref().is_some_and(|view| view.members.len() == members)
        };
        let mut view = self.handle.watch_view();
        // What `wait_for` gives back locks the view, so it must be gone before the view is looked at again.
        let reached = timeout(LIMIT, view.wait_for(wanted)).await.map(|found| found.unwrap().view.clone());
        match reached {
            Ok(view) => view.unwrap().id.clone(),
            Err(_) => panic!("no stable view of {members}: {:?}", self.handle.view()),
        }
    }
}

async fn three(dir: &Path) -> [Node; 3] {
    let (a, b, c) = (ports("n1", dir).await, ports("n2", dir).await, ports("n3", dir).await);
    let seeds = [a.peer.clone(), b.peer.clone(), c.peer.clone()];
    [a.start(&seeds).await, b.start(&seeds).await, c.start(&seeds).await]
}

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_agents_agree_on_one_view() {
    let dir = folder();
    let [a, b, c] = three(dir.path()).await;
    let view = a.view_of(3).await;
    assert_eq!([b.view_of(3).await, c.view_of(3).await], [view.clone(), view]);
    let nodes = a.handle.nodes().await.unwrap();
    assert_eq!(nodes.len(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_death_of_an_agent_is_a_new_view_at_once() {
    let dir = folder();
    let [a, b, c] = three(dir.path()).await;
    for node in [&a, &b, &c] {
        node.view_of(3).await;
    }
    let killed = tokio::time::Instant::now();
    c.kill.cancel();
    let (at_a, at_b) = tokio::join!(a.view_of(2), b.view_of(2));
    assert_eq!(at_a, at_b);
    // The connections are reset; nobody waits for `detect_timeout`.
    println!("a new view {:?} after the death", killed.elapsed());
    assert!(timeout(LIMIT, c.ended).await.unwrap().unwrap().is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn leaving_is_confirmed_and_ends_the_agent() {
    let dir = folder();
    let [a, b, c] = three(dir.path()).await;
    for node in [&a, &b, &c] {
        node.view_of(3).await;
    }
    let mut events = EventServiceClient::connect(c.api.clone()).await.unwrap();
    let mut watch = events.watch_events(WatchEventsRequest::default()).await.unwrap().into_inner();
    let mut client = MembershipServiceClient::connect(c.api.clone()).await.unwrap();
    let left = timeout(LIMIT, client.leave(LeaveRequest {})).await.unwrap().unwrap().into_inner();
    assert!(left.confirmed);
    assert!(timeout(LIMIT, c.ended).await.unwrap().unwrap().is_ok());
    let last = async {
        loop {
            if let Err(status) = watch.message().await {
                break status;
            }
        }
    };
    let status = timeout(LIMIT, last).await.unwrap();
    assert_eq!(status.get_details_error_info().unwrap().reason, "STOPPING");
    assert_eq!(a.view_of(2).await, b.view_of(2).await);

    b.stop.cancel();
    assert!(timeout(LIMIT, b.ended).await.unwrap().unwrap().is_ok());
    a.view_of(1).await;
}

/// A stream of one agent goes on at another where it was cut: each view once, in order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e1_a_stream_goes_on_at_another_agent() {
    let dir = folder();
    let [a, b, c] = three(dir.path()).await;
    let view = a.view_of(3).await;
    b.view_of(3).await;
    let mut client = EventServiceClient::connect(a.api.clone()).await.unwrap();
    let mut watch = client.watch_events(WatchEventsRequest::default()).await.unwrap().into_inner();
    let first = timeout(LIMIT, watch.message()).await.unwrap().unwrap().unwrap();
    let Some(Message::Snapshot(snapshot)) = first.message else { panic!("no snapshot") };
    assert_eq!(snapshot.view.unwrap().id.unwrap().incarnation, view.incarnation.0);
    drop(watch);

    c.stop.cancel();
    let without = b.view_of(2).await;
    let mut client = EventServiceClient::connect(b.api.clone()).await.unwrap();
    let request = WatchEventsRequest { cursor: first.cursor, kinds: vec![1], ..<_>::default() };
    let mut watch = client.watch_events(request).await.unwrap().into_inner();
    let mut told = Vec::new();
    while told.last() != Some(&without.incarnation.0) {
        let response = timeout(LIMIT, watch.message()).await.unwrap().unwrap().unwrap();
        if let Some(Message::Event(event)) = response.message
            && let Some(quorate_proto::v1::event::Kind::View(view)) = event.kind
        {
            told.push(view.id.unwrap().incarnation);
        }
    }
    assert!(told.is_sorted_by(|a, b| a < b) && told[0] > view.incarnation.0, "{told:?}");
    a.view_of(2).await;
}

/// An agent that is killed and started again on its data folder is a member again, and learns what it missed.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn v4_an_agent_that_comes_back_learns_the_views_it_missed() {
    let dir = folder();
    let [a, b, c] = three(dir.path()).await;
    for node in [&a, &b, &c] {
        node.view_of(3).await;
    }
    c.kill.cancel();
    timeout(LIMIT, c.ended).await.unwrap().unwrap().unwrap();
    let without = a.view_of(2).await;
    let again = ports("n3", dir.path()).await;
    let nodes = a.handle.nodes().await.unwrap();
    let peers: Vec<_> = nodes.iter().flat_map(|node| &node.endpoints).map(|(_, at)| at.to_string()).collect();
    let c = again.start(&peers).await;
    let view = c.view_of(3).await;
    assert_eq!(a.view_of(3).await, view);
    let history = c.handle.history(None).await.unwrap();
    let seen: Vec<_> = history
        .happenings
        .iter()
        .filter_map(|one| match &one.what {
            What::View { view, missed } => Some((view.id.clone(), *missed)),
            _ => None,
        })
        .collect();
    assert!(seen.contains(&(without, true)) && seen.contains(&(view, false)), "{seen:?}");
}
