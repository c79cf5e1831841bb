//! The services over a real connection, answered by a driver in the hands of the test.

#![allow(clippy::unwrap_used)]

use std::{net::SocketAddr, sync::Arc, time::Duration};

use quorate_core::status::Standing;
use quorate_proto::v1::{
    self, EventKind, GetNodeRequest, GetViewRequest, ListEventsRequest, ListNodesRequest, SnapshotReason, ViewState,
    WatchEventsRequest, WatchEventsResponse, WatchMembershipRequest, WatchMembershipResponse,
    admin_service_client::AdminServiceClient, event, event_service_client::EventServiceClient,
    membership_service_client::MembershipServiceClient, watch_events_response as events,
    watch_membership_response as membership,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;
use tonic::{Code, Status, Streaming, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_reflection::pb::v1::{
    ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
    server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
};
use tonic_types::StatusExt;

use super::{About, Context, IntakeLayer, changes, serve, watch::QUIET};
use crate::{
    driver::{
        fake::{Fake, identity},
        wall,
    },
    metrics::Metrics,
    transport::Entrance,
};

const LIMIT: Duration = Duration::from_secs(20);

/// An API of node `n1`.
struct Api {
    fake: Fake,
    address: SocketAddr,
    channel: Channel,
    stopping: CancellationToken,
    served: JoinHandle<Result<(), String>>,
}

/// An API with room for `watchers` watch streams, each of which may lag `buffer` events behind.
async fn api_with(watchers: usize, buffer: usize) -> Api {
    let fake = Fake::new(buffer);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let about = About {
        version: "1.2.3",
        cluster: "test".into(),
        identity: identity("n1"),
        starts: 1,
        api_address: address.to_string(),
        http_address: None,
        listens: vec![],
        advertises: vec![],
        config_toml: "x = 1".into(),
        started: wall(),
        began: Instant::now(),
    };
    let stopping = CancellationToken::new();
    let metrics = Metrics::new("1.2.3", "test", "n1");
    let context = Context::new(fake.handle.clone(), about, metrics, watchers, stopping.clone());
    let intake = IntakeLayer::new(context.metrics(), LIMIT);
    let served = tokio::spawn(serve(listener, Arc::new(context), intake, Entrance::with_room_for(64), None, LIMIT));
    let channel = Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    Api { fake, address, channel, stopping, served }
}

async fn api() -> Api {
    api_with(64, 1024).await
}

impl Api {
    fn membership(&self) -> MembershipServiceClient<Channel> {
        MembershipServiceClient::new(self.channel.clone())
    }

    fn events(&self) -> EventServiceClient<Channel> {
        EventServiceClient::new(self.channel.clone())
    }

    async fn watch(&self, cursor: &str) -> Streaming<WatchEventsResponse> {
        let request = WatchEventsRequest { cursor: cursor.into(), ..<_>::default() };
        self.events().watch_events(request).await.unwrap().into_inner()
    }

    async fn watch_membership(&self, request: WatchMembershipRequest) -> Streaming<WatchMembershipResponse> {
        self.membership().watch_membership(request).await.unwrap().into_inner()
    }
}

async fn next<T>(stream: &mut Streaming<T>) -> T {
    timeout(LIMIT, stream.message()).await.expect("a message in time").unwrap().expect("no end")
}

fn reason(status: &Status) -> (Code, String) {
    (status.code(), status.get_details_error_info().map(|info| info.reason).unwrap_or_default())
}

/// A message of an event stream in few words.
fn said(response: &WatchEventsResponse) -> String {
    assert!(!response.cursor.is_empty() && response.header.is_some());
    match response.message.as_ref().unwrap() {
        events::Message::Snapshot(snapshot) => {
            let view = snapshot.view.as_ref().map_or(0, |view| view.id.as_ref().unwrap().incarnation);
            let state = snapshot.state().as_str_name().trim_start_matches("VIEW_STATE_").to_owned();
            format!("{} {view} {state}", snapshot.reason().as_str_name().trim_start_matches("SNAPSHOT_REASON_"))
        }
        events::Message::Bookmark(_) => "bookmark".into(),
        events::Message::Coordination(snapshot) => format!("standing {}", snapshot.revision),
        events::Message::Recovery(_) => "services".into(),
        events::Message::Event(event) => {
            assert_eq!(event.cursor, response.cursor);
            happened(event.kind.as_ref().unwrap())
        }
    }
}

fn happened(kind: &event::Kind) -> String {
    let number = |id: &Option<v1::ViewId>| id.as_ref().unwrap().incarnation;
    match kind {
        event::Kind::View(view) if view.missed => format!("missed {}", number(&view.id)),
        event::Kind::View(view) => format!("view {}", number(&view.id)),
        event::Kind::TransitionStarted(started) => format!("left {}", number(&started.left_view_id)),
        event::Kind::ViewStable(stable) => format!("stable {}", number(&stable.view_id)),
        event::Kind::Quorum(quorum) => format!("quorum {}", quorum.epoch),
        event::Kind::Session(change) => format!("session {}", change.revision),
        event::Kind::Name(change) => format!("name {}", change.revision),
        event::Kind::Barrier(step) => format!("barrier {}", step.revision),
        event::Kind::Recovery(change) => format!("recovery {}", change.epoch),
    }
}

/// The next messages that are no bookmarks, each with its cursor.
async fn take(stream: &mut Streaming<WatchEventsResponse>, count: usize) -> Vec<(String, String)> {
    let mut taken = Vec::new();
    while taken.len() < count {
        let response = next(stream).await;
        let words = said(&response);
        if words != "bookmark" {
            taken.push((words, response.cursor));
        }
    }
    taken
}

async fn told(stream: &mut Streaming<WatchEventsResponse>, count: usize) -> Vec<String> {
    take(stream, count).await.into_iter().map(|(words, _)| words).collect()
}

#[tokio::test]
async fn get_view_has_no_view_until_there_is_one() {
    let api = api().await;
    let status = api.membership().get_view(GetViewRequest {}).await.unwrap_err();
    assert_eq!(reason(&status), (Code::Unavailable, "NO_VIEW".into()));
    api.fake.install(1, &["n1", "n2"], &[]);
    api.fake.stable(1);
    let answer = api.membership().get_view(GetViewRequest {}).await.unwrap().into_inner();
    assert_eq!(answer.state(), ViewState::Stable);
    let view = answer.view.unwrap();
    assert_eq!(view.members.len(), 2);
    assert!(!view.missed);
    assert_eq!(view.transition.unwrap().summary, "n2 joined");
    let header = answer.header.unwrap();
    assert_eq!((header.cluster_id.as_str(), header.node_name.as_str()), ("test", "n1"));
    assert_eq!(header.view_id, view.id);
}

#[tokio::test]
async fn a_watch_begins_with_a_snapshot_and_goes_on_with_what_happens() {
    let api = api().await;
    api.fake.install(1, &["n1"], &[]);
    let mut watch = api.watch("").await;
    assert_eq!(told(&mut watch, 1).await, ["START 1 INSTALLED"]);
    api.fake.stable(1);
    api.fake.transition(1);
    api.fake.learn(2, &["n2"], &[]);
    api.fake.install(3, &["n1", "n2"], &[1, 2]);
    api.fake.stable(3);
    assert_eq!(told(&mut watch, 5).await, ["stable 1", "left 1", "missed 2", "view 3", "stable 3"]);
    assert_eq!(told(&mut api.watch("").await, 1).await, ["START 3 STABLE"]);
}

/// Wherever a stream was cut, what follows with the cursor is exactly what would have followed without the cut; only
/// what is in force now (stable, or in transition) may be told again in place of the steps that led there.
#[tokio::test]
async fn e1_a_stream_resumed_at_any_point_has_no_gap_and_no_duplicate() {
    let api = api().await;
    let mut watch = api.watch("").await;
    assert_eq!(told(&mut watch, 1).await, ["START 0 FORMING"]);
    api.fake.install(1, &["n1"], &[]);
    api.fake.stable(1);
    api.fake.transition(1);
    api.fake.learn(2, &["n2"], &[]);
    // n1 was to be in this one, and went on before it was committed to it.
    api.fake.learn(3, &["n1", "n3"], &[]);
    api.fake.install(4, &["n1", "n2", "n3"], &[1, 2, 3]);
    api.fake.stable(4);
    let all = take(&mut watch, 7).await;
    let views = ["view 1", "missed 2", "missed 3", "view 4"];
    for (n, (words, cursor)) in all.iter().enumerate() {
        let mut resumed = api.watch(cursor).await;
        let first = told(&mut resumed, 1).await.remove(0);
        assert!(first.starts_with("RESUMED"), "{first}");
        let seen = all[..=n].iter().filter(|(words, _)| views.contains(&words.as_str())).count();
        let mut rest: Vec<_> = views[seen..].to_vec();
        if words != "stable 4" {
            rest.push("stable 4");
        }
        assert_eq!(told(&mut resumed, rest.len()).await, rest, "after {words}");
        // Nothing more is left of the past: the next is new.
        api.fake.transition(4);
        assert_eq!(told(&mut resumed, 1).await, ["left 4"], "after {words}");
        api.fake.stable(4);
    }
}

#[tokio::test]
async fn a_resumed_stream_tells_what_is_in_force() {
    let api = api().await;
    api.fake.install(1, &["n1"], &[]);
    let cursor = take(&mut api.watch("").await, 1).await.remove(0).1;
    assert_eq!(told(&mut api.watch(&cursor).await, 1).await, ["RESUMED 1 INSTALLED"]);
    api.fake.stable(1);
    let stable = take(&mut api.watch(&cursor).await, 2).await;
    assert_eq!(stable[1].0, "stable 1");
    api.fake.transition(1);
    assert_eq!(told(&mut api.watch(&cursor).await, 2).await, ["RESUMED 1 INSTALLED", "left 1"]);
    assert_eq!(told(&mut api.watch(&stable[1].1).await, 2).await, ["RESUMED 1 STABLE", "left 1"]);
}

#[tokio::test]
async fn e1_a_node_without_a_view_sends_a_cursor_elsewhere() {
    let (old, new) = (api().await, api().await);
    old.fake.install(1, &["n1"], &[]);
    let cursor = take(&mut old.watch("").await, 1).await.remove(0).1;
    let request = WatchEventsRequest { cursor, ..<_>::default() };
    let status = new.events().watch_events(request).await.unwrap_err();
    assert_eq!(reason(&status), (Code::Unavailable, "NO_VIEW".into()));
}

#[tokio::test]
async fn e1_a_cursor_that_is_ahead_waits_for_a_node_between_views() {
    let (ahead, behind) = (api().await, api().await);
    for api in [&ahead, &behind] {
        api.fake.install(1, &["n1", "n2"], &[]);
        api.fake.transition(1);
    }
    ahead.fake.install(2, &["n1", "n2"], &[1]);
    let cursor = take(&mut ahead.watch("").await, 1).await.remove(0).1;
    let mut events = behind.events();
    let list = events.list_events(ListEventsRequest { cursor: cursor.clone(), ..ListEventsRequest::default() });
    let watch = behind.watch(&cursor);
    tokio::pin!(list, watch);
    assert!(timeout(Duration::from_millis(100), &mut watch).await.is_err(), "it begins before the view is here");
    assert!(timeout(Duration::from_millis(100), &mut list).await.is_err(), "it is listed before the view is here");
    behind.fake.install(2, &["n1", "n2"], &[1]);
    behind.fake.stable(2);
    assert_eq!(told(&mut timeout(LIMIT, watch).await.unwrap(), 2).await, ["RESUMED 2 INSTALLED", "stable 2"]);
    let listed = timeout(LIMIT, list).await.unwrap().unwrap().into_inner();
    assert!(listed.events.is_empty() && !listed.history_dropped, "{listed:?}");
}

#[tokio::test]
async fn e1_a_cursor_older_than_the_history_begins_anew_and_says_so() {
    let api = api().await;
    api.fake.install(1, &["n1"], &[]);
    let cursor = take(&mut api.watch("").await, 1).await.remove(0).1;
    (2..40).for_each(|n| api.fake.install(n, &["n1"], &[n - 1]));
    assert_eq!(told(&mut api.watch(&cursor).await, 1).await, ["HISTORY_DROPPED 39 INSTALLED"]);
    let request = ListEventsRequest { cursor, ..ListEventsRequest::default() };
    assert!(api.events().list_events(request).await.unwrap().into_inner().history_dropped);
}

#[tokio::test]
async fn a_reader_that_lags_is_told_so() {
    let api = api_with(8, 4).await;
    api.fake.install(1, &["n1"], &[]);
    let mut watch = api.watch("").await;
    assert_eq!(told(&mut watch, 1).await, ["START 1 INSTALLED"]);
    // The test runs on one thread, so the stream sees nothing of these before all are published.
    (2..20).for_each(|n| api.fake.install(n, &["n1"], &[n - 1]));
    assert_eq!(told(&mut watch, 1).await, ["LAGGED 19 INSTALLED"]);
    api.fake.stable(19);
    assert_eq!(told(&mut watch, 1).await, ["stable 19"]);
}

#[tokio::test]
async fn a_filter_leaves_out_events_but_no_cursor() {
    let api = api().await;
    let request = WatchEventsRequest { kinds: vec![EventKind::ViewStable.into()], ..<_>::default() };
    let mut watch = api.events().watch_events(request).await.unwrap().into_inner();
    assert_eq!(said(&next(&mut watch).await), "START 0 FORMING");
    api.fake.install(1, &["n1"], &[]);
    let bookmark = next(&mut watch).await;
    assert_eq!(said(&bookmark), "bookmark");
    assert_eq!(told(&mut api.watch(&bookmark.cursor).await, 1).await, ["RESUMED 1 INSTALLED"]);
    api.fake.stable(1);
    assert_eq!(said(&next(&mut watch).await), "stable 1");
}

#[tokio::test]
async fn bookmarks_come_while_all_is_quiet() {
    let api = api().await;
    let mut watch = api.watch_membership(WatchMembershipRequest::default()).await;
    assert!(matches!(next(&mut watch).await.message, Some(membership::Message::Snapshot(_))));
    let begun = Instant::now();
    assert!(matches!(next(&mut watch).await.message, Some(membership::Message::Bookmark(_))));
    assert!(begun.elapsed() > QUIET / 2, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_membership_stream_tells_of_nodes_as_they_change() {
    let api = api().await;
    let mut watch = api.watch_membership(WatchMembershipRequest::default()).await;
    let Some(membership::Message::Snapshot(snapshot)) = next(&mut watch).await.message else { panic!("no snapshot") };
    assert_eq!(snapshot.reason(), SnapshotReason::Start);
    assert_eq!(snapshot.nodes.len(), 1);
    assert!(snapshot.nodes[0].is_self);
    api.fake.change("n2", Some(Standing::Outsider));
    let Some(membership::Message::Node(node)) = next(&mut watch).await.message else { panic!("no node") };
    assert_eq!((node.node_name.as_str(), node.state()), ("n2", v1::NodeState::Outsider));
    api.fake.install(1, &["n1", "n2"], &[]);
    assert!(matches!(next(&mut watch).await.message, Some(membership::Message::View(_))));
    api.fake.change("n2", None);
    let Some(membership::Message::NodeForgotten(gone)) = next(&mut watch).await.message else {
        panic!("not forgotten")
    };
    assert_eq!(gone.node_name, "n2");
}

#[tokio::test]
async fn l1_a_node_that_changes_quickly_is_fetched_seldom() {
    let api = api().await;
    let mut watch = api.watch_membership(WatchMembershipRequest::default()).await;
    next(&mut watch).await;
    let begun = Instant::now();
    let mut standing = Standing::Outsider;
    for _ in 0..300 {
        standing = if standing == Standing::Member { Standing::Outsider } else { Standing::Member };
        api.fake.change("n2", Some(standing));
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    loop {
        let Some(membership::Message::Node(node)) = next(&mut watch).await.message else { panic!("no node") };
        if node.state() == v1::NodeState::Member && api.fake.fetches() > 1 {
            break;
        }
        api.fake.change("n2", Some(Standing::Member));
    }
    let most = begun.elapsed().as_millis() / changes::PAUSE.as_millis() + 1;
    assert!(api.fake.fetches() as u128 <= most, "{} fetches, at most {most}", api.fake.fetches());
}

#[tokio::test]
async fn figures_come_at_the_interval_asked_for() {
    let api = api().await;
    for bad in [(0, 1), (0, 99_000_000), (3601, 0), (-1, 0), (1, -5)] {
        let figures_interval = Some(prost_types::Duration { seconds: bad.0, nanos: bad.1 });
        let request = WatchMembershipRequest { figures_interval, ..WatchMembershipRequest::default() };
        let status = api.membership().watch_membership(request).await.unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, "BAD_REQUEST".into()), "{bad:?}");
    }
    let figures_interval = Some(prost_types::Duration { seconds: 0, nanos: 100_000_000 });
    let mut watch = api.watch_membership(WatchMembershipRequest { figures_interval, ..Default::default() }).await;
    next(&mut watch).await;
    for _ in 0..3 {
        assert!(matches!(next(&mut watch).await.message, Some(membership::Message::Node(_))));
    }
}

#[tokio::test]
async fn bad_cursors_are_refused() {
    let api = api().await;
    let foreign =
        super::cursor::Cursors::of("other", tokio::sync::watch::channel(None).1).write(&crate::driver::Seen::default());
    for cursor in ["x".to_owned(), "!!".to_owned(), foreign] {
        let status = api.events().watch_events(WatchEventsRequest { cursor, ..<_>::default() }).await.unwrap_err();
        assert_eq!(reason(&status), (Code::InvalidArgument, "BAD_CURSOR".into()));
    }
    let status = api.events().watch_events(WatchEventsRequest { kinds: vec![0], ..Default::default() }).await;
    assert_eq!(reason(&status.unwrap_err()), (Code::InvalidArgument, "BAD_REQUEST".into()));
}

#[tokio::test]
async fn l1_watch_streams_are_limited() {
    let api = api_with(2, 16).await;
    let (mut a, mut b) = (api.watch("").await, api.watch("").await);
    told(&mut a, 1).await;
    told(&mut b, 1).await;
    let refused = api.events().watch_events(WatchEventsRequest::default()).await.unwrap_err();
    assert_eq!(reason(&refused), (Code::ResourceExhausted, "LIMIT_REACHED".into()));
    drop(a);
    let again = async { while api.events().watch_events(WatchEventsRequest::default()).await.is_err() {} };
    timeout(LIMIT, again).await.expect("the place is free again");
}

#[tokio::test]
async fn streams_end_with_stopping_and_calls_with_their_answer() {
    let api = api().await;
    let mut watch = api.watch("").await;
    told(&mut watch, 1).await;
    let mut client = api.membership();
    let left = client.leave(v1::LeaveRequest {}).await.unwrap().into_inner();
    assert!(left.confirmed);
    api.stopping.cancel();
    let status = timeout(LIMIT, watch.message()).await.unwrap().unwrap_err();
    assert_eq!(reason(&status), (Code::Unavailable, "STOPPING".into()));
    timeout(LIMIT, api.served).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(api.address).await.is_err());
}

#[tokio::test]
async fn nodes_are_listed_in_pages() {
    let api = api().await;
    for n in 2..=5 {
        let standing = if n % 2 == 0 { Standing::Outsider } else { Standing::Member };
        api.fake.change(&format!("n{n}"), Some(standing));
    }
    let mut names = Vec::new();
    let mut page_token = String::new();
    loop {
        let request = ListNodesRequest { page_size: 2, page_token };
        let page = api.membership().list_nodes(request).await.unwrap().into_inner();
        names.extend(page.nodes.iter().map(|node| node.node_name.clone()));
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    assert_eq!(names, ["n1", "n3", "n5", "n2", "n4"]);
    let bad = api.membership().list_nodes(ListNodesRequest { page_size: 0, page_token: "x".into() }).await;
    assert_eq!(reason(&bad.unwrap_err()), (Code::InvalidArgument, "BAD_PAGE_TOKEN".into()));
    let bad = api.membership().list_nodes(ListNodesRequest { page_size: 1001, page_token: String::new() }).await;
    assert_eq!(reason(&bad.unwrap_err()), (Code::InvalidArgument, "BAD_REQUEST".into()));
}

#[tokio::test]
async fn a_node_is_found_or_not() {
    let api = api().await;
    let get = async |node_name: &str| {
        let request = GetNodeRequest { node_name: node_name.into() };
        api.membership().get_node(request).await.map(|answer| answer.into_inner().node.unwrap().node_name)
    };
    assert_eq!(get("").await.unwrap(), "n1");
    assert_eq!(reason(&get("n9").await.unwrap_err()), (Code::NotFound, "NODE_NOT_FOUND".into()));
    assert_eq!(reason(&get("N 9").await.unwrap_err()), (Code::InvalidArgument, "BAD_REQUEST".into()));
}

#[tokio::test]
async fn evictions_are_checked_and_answered() {
    let api = api().await;
    let evict = async |node_name: &str, reason: &str| {
        let request = v1::EvictNodeRequest { node_name: node_name.into(), reason: reason.into() };
        api.membership().evict_node(request).await
    };
    assert!(evict("n2", "broken").await.is_ok());
    for (name, why, code, expected) in [
        ("n1", "", Code::InvalidArgument, "BAD_REQUEST"),
        ("", "", Code::InvalidArgument, "BAD_REQUEST"),
        ("n2", &*"x".repeat(257), Code::InvalidArgument, "BAD_REQUEST"),
        ("evicted", "", Code::FailedPrecondition, "EVICTION_STATE"),
        ("many", "", Code::ResourceExhausted, "LIMIT_REACHED"),
        ("busy", "", Code::ResourceExhausted, "LIMIT_REACHED"),
    ] {
        assert_eq!(reason(&evict(name, why).await.unwrap_err()), (code, expected.into()), "{name}");
    }
    let readmit = v1::ReadmitNodeRequest { node_name: "evicted".into() };
    let status = api.membership().readmit_node(readmit).await.unwrap_err();
    assert_eq!(reason(&status), (Code::FailedPrecondition, "EVICTION_STATE".into()));
}

#[tokio::test]
async fn history_is_listed_in_pages_after_a_cursor_or_a_time() {
    let api = api().await;
    api.fake.install(1, &["n1"], &[]);
    api.fake.learn(2, &["n2"], &[]);
    (3..=6).for_each(|n| api.fake.install(n, &["n1"], if n == 3 { &[1, 2] } else { &[5, 4][..0] }));
    let list = async |request: ListEventsRequest| api.events().list_events(request).await.unwrap().into_inner();
    let words = |page: &v1::ListEventsResponse| -> Vec<String> {
        page.events.iter().map(|event| happened(event.kind.as_ref().unwrap())).collect()
    };
    let first = list(ListEventsRequest { page_size: 2, ..Default::default() }).await;
    assert_eq!(words(&first), ["view 1", "missed 2"]);
    assert!(!first.history_dropped);
    let page_token = first.next_page_token.clone();
    let second = list(ListEventsRequest { page_size: 100, page_token: page_token.clone(), ..Default::default() }).await;
    assert_eq!(words(&second), ["view 3", "view 4", "view 5", "view 6"]);
    assert!(second.next_page_token.is_empty());

    let since_time = Some(prost_types::Timestamp { seconds: 5, nanos: 0 });
    assert_eq!(words(&list(ListEventsRequest { since_time, ..Default::default() }).await), ["view 5", "view 6"]);
    let cursor = first.events[1].cursor.clone();
    let after = list(ListEventsRequest { cursor, ..Default::default() }).await;
    assert_eq!(words(&after), ["view 3", "view 4", "view 5", "view 6"]);

    let other = ListEventsRequest { page_token, since_time, ..Default::default() };
    let status = api.events().list_events(other).await.unwrap_err();
    assert_eq!(reason(&status), (Code::InvalidArgument, "BAD_PAGE_TOKEN".into()));
}

#[tokio::test]
async fn the_agent_describes_itself() {
    let api = api().await;
    let answer = AdminServiceClient::new(api.channel.clone()).get_agent(v1::GetAgentRequest {}).await.unwrap();
    let agent = answer.into_inner().agent.unwrap();
    assert_eq!((agent.version.as_str(), agent.boot_count, agent.pid), ("1.2.3", 1, std::process::id()));
    assert_eq!(agent.node_id, "01010101-0101-0101-0101-010101010101");
    assert_eq!(agent.api_address, api.address.to_string());
}

#[tokio::test]
async fn health_follows_the_view() {
    let api = api().await;
    let check = async |service: &str| {
        let request = HealthCheckRequest { service: service.into() };
        HealthClient::new(api.channel.clone()).check(request).await.unwrap().into_inner().status()
    };
    let becomes = async |service: &str, wanted: ServingStatus| {
        timeout(LIMIT, async { while check(service).await != wanted {} }).await.expect("the status in time");
    };
    becomes("quorate.v1.MembershipService", ServingStatus::Serving).await;
    assert_eq!(check("").await, ServingStatus::NotServing);
    api.fake.install(1, &["n1"], &[]);
    api.fake.stable(1);
    becomes("", ServingStatus::Serving).await;
    assert!(api.fake.handle.leave().await.unwrap());
    becomes("", ServingStatus::NotServing).await;
    becomes("quorate.v1.MembershipService", ServingStatus::NotServing).await;
}

#[tokio::test]
async fn reflection_names_the_public_services_only() {
    let api = api().await;
    let message_request = Some(MessageRequest::ListServices(String::new()));
    let requests = tokio_stream::iter([ServerReflectionRequest { host: String::new(), message_request }]);
    let mut client = ServerReflectionClient::new(api.channel.clone());
    let mut answers = client.server_reflection_info(requests).await.unwrap().into_inner();
    let Some(MessageResponse::ListServicesResponse(list)) = next(&mut answers).await.message_response else {
        panic!("no list")
    };
    let names: Vec<_> = list.service.iter().map(|service| service.name.as_str()).collect();
    for service in ["quorate.v1.MembershipService", "quorate.v1.EventService", "grpc.health.v1.Health"] {
        assert!(names.contains(&service), "{names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("peer")), "{names:?}");
}

#[tokio::test]
async fn browsers_can_call_over_http_1() {
    let api = api().await;
    let mut tcp = TcpStream::connect(api.address).await.unwrap();
    let head = "POST /quorate.v1.AdminService/GetAgent HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
                content-type: application/grpc-web+proto\r\nx-grpc-web: 1\r\ncontent-length: 5\r\n\r\n";
    tcp.write_all(head.as_bytes()).await.unwrap();
    tcp.write_all(&[0; 5]).await.unwrap();
    let mut answer = Vec::new();
    timeout(LIMIT, tcp.read_to_end(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.contains("200 OK") && answer.contains("grpc-status:0"), "{answer}");
}
