//! Watches: resuming with the cursor, failover, silence, giving up, dropping.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::Duration;

use futures_util::{Stream, StreamExt};
use quorate::v1::{self, SnapshotReason, watch_events_response, watch_membership_response};
use quorate::{Client, ClientOptions, Code, Error, EventWatchOptions, MembershipWatchOptions, Reason, WatchStatus};
use support::{MockAgent, PATIENCE, Step, data, refusal};

fn client(endpoints: &[&str]) -> Client {
    let options = ClientOptions::new(endpoints.iter().copied());
    Client::new(options.connect_timeout(Duration::from_secs(30)).call_timeout(PATIENCE)).unwrap()
}

async fn next<T>(stream: &mut (impl Stream<Item = T> + Unpin)) -> T {
    tokio::time::timeout(PATIENCE, stream.next()).await.unwrap().unwrap()
}

fn reason(message: v1::WatchMembershipResponse) -> SnapshotReason {
    match message.message.unwrap() {
        watch_membership_response::Message::Snapshot(snapshot) => snapshot.reason(),
        other => panic!("{other:?}"),
    }
}

fn view(n: u64) -> v1::WatchMembershipResponse {
    data::membership_message(n, watch_membership_response::Message::View(data::view(n)))
}

fn stopping() -> tonic::Status {
    refusal(Code::Unavailable, "STOPPING", "stopping")
}

#[tokio::test]
async fn a_cut_stream_goes_on_elsewhere_after_the_last_message() {
    let (first, second) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    let start = data::membership_snapshot(1, SnapshotReason::Start);
    first.watch_membership(vec![Step::Send(start), Step::Send(view(2)), Step::Fail(stopping())]);
    let resumed = data::membership_snapshot(2, SnapshotReason::Resumed);
    second.watch_membership(vec![Step::Send(resumed), Step::Send(view(3)), Step::Hang]);

    let mut watch = client(&[&first.address, &second.address]).watch_membership(MembershipWatchOptions::new()).unwrap();
    assert!(matches!(watch.status(), WatchStatus::Connecting { failed: None, .. }));
    assert_eq!(reason(next(&mut watch).await.unwrap()), SnapshotReason::Start);
    assert_eq!(next(&mut watch).await.unwrap(), view(2));
    assert_eq!(watch.status(), WatchStatus::Connected { endpoint: first.address.clone() });
    assert_eq!(reason(next(&mut watch).await.unwrap()), SnapshotReason::Resumed);
    assert_eq!(next(&mut watch).await.unwrap(), view(3));
    assert_eq!(watch.status(), WatchStatus::Connected { endpoint: second.address.clone() });
    assert_eq!(first.calls(), ["WatchMembership "]);
    assert_eq!(second.calls(), ["WatchMembership c2"]);
}

#[tokio::test]
async fn a_gap_that_the_agent_reports_is_passed_on() {
    let agent = MockAgent::start("n1").await;
    let lagged = data::membership_snapshot(4, SnapshotReason::Lagged);
    agent.watch_membership(vec![Step::Send(data::membership_snapshot(1, SnapshotReason::Start)), Step::End]);
    agent.watch_membership(vec![Step::Send(lagged), Step::End]);
    let dropped = data::membership_snapshot(9, SnapshotReason::HistoryDropped);
    agent.watch_membership(vec![Step::Send(dropped), Step::Hang]);

    let options = MembershipWatchOptions::new().cursor("c0");
    let mut watch = client(&[&agent.address]).watch_membership(options).unwrap();
    for expected in [SnapshotReason::Start, SnapshotReason::Lagged, SnapshotReason::HistoryDropped] {
        assert_eq!(reason(next(&mut watch).await.unwrap()), expected);
    }
    assert_eq!(agent.calls(), ["WatchMembership c0", "WatchMembership c1", "WatchMembership c4"]);
}

#[tokio::test]
async fn silence_is_noticed_and_bookmarks_move_the_cursor() {
    let agent = MockAgent::start("n1").await;
    let bookmark = || watch_events_response::Message::Bookmark(v1::Bookmark {});
    let snapshot = data::event_snapshot(1, SnapshotReason::Start);
    agent.watch_events(vec![Step::Send(snapshot), Step::Send(data::event_message(5, bookmark())), Step::Hang]);
    agent.watch_events(vec![Step::Send(data::event_snapshot(5, SnapshotReason::Resumed)), Step::Hang]);

    let options = EventWatchOptions::new().idle_timeout(Duration::from_secs(1));
    let mut watch = client(&[&agent.address]).watch_events(options).unwrap();
    assert_eq!(next(&mut watch).await.unwrap().cursor, "c1");
    assert_eq!(next(&mut watch).await.unwrap().message, Some(bookmark()));
    let Some(watch_events_response::Message::Snapshot(snapshot)) = next(&mut watch).await.unwrap().message else {
        panic!("no snapshot after the silence");
    };
    assert_eq!(snapshot.reason(), SnapshotReason::Resumed);
    assert_eq!(agent.calls()[..2], ["WatchEvents ", "WatchEvents c5"]);
}

#[tokio::test]
async fn an_endpoint_that_never_answers_is_passed_over() {
    let ((silent, _listener), dead) = (support::silent().await, support::refusing().await);
    let agent = MockAgent::start("n3").await;
    agent.watch_events(vec![Step::Send(data::event_snapshot(1, SnapshotReason::Start)), Step::Hang]);
    let options = ClientOptions::new([&dead, &silent, &agent.address]).call_timeout(Duration::from_secs(1));
    let mut watch = Client::new(options).unwrap().watch_events(EventWatchOptions::new()).unwrap();
    assert_eq!(next(&mut watch).await.unwrap().cursor, "c1");
}

#[tokio::test]
async fn a_refusal_that_every_agent_would_repeat_ends_the_watch() {
    let agent = MockAgent::start("n1").await;
    agent.watch_events(vec![Step::Fail(refusal(Code::InvalidArgument, "BAD_CURSOR", "cannot read the cursor"))]);
    let mut watch = client(&[&agent.address]).watch_events(EventWatchOptions::new().cursor("x")).unwrap();
    let error = next(&mut watch).await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::BadCursor));
    assert!(tokio::time::timeout(PATIENCE, watch.next()).await.unwrap().is_none());
    assert_eq!(agent.calls().len(), 1);
}

#[tokio::test]
async fn a_limit_that_was_reached_is_waited_for() {
    let agent = MockAgent::start("n1").await;
    agent.watch_events(vec![Step::Fail(refusal(Code::ResourceExhausted, "LIMIT_REACHED", "too many watches"))]);
    agent.watch_events(vec![Step::Send(data::event_snapshot(1, SnapshotReason::Start)), Step::Hang]);
    let mut watch = client(&[&agent.address]).watch_events(EventWatchOptions::new()).unwrap();
    assert_eq!(next(&mut watch).await.unwrap().cursor, "c1");
}

#[tokio::test]
async fn giving_up_names_what_was_tried() {
    let dead = support::refusing().await;
    let options = EventWatchOptions::new().give_up_after(Duration::from_millis(300));
    let mut watch = client(&[&dead]).watch_events(options).unwrap();
    let error = next(&mut watch).await.unwrap_err();
    let Error::Unavailable { tried } = &error else { panic!("{error}") };
    assert_eq!(tried[0].endpoint, dead);
    assert!(tokio::time::timeout(PATIENCE, watch.next()).await.unwrap().is_none());
}

#[tokio::test]
async fn giving_up_counts_only_the_time_without_messages() {
    let agent = MockAgent::start("n1").await;
    agent.watch_events(vec![Step::Send(data::event_snapshot(1, SnapshotReason::Start)), Step::End]);
    agent.watch_events(vec![Step::Send(data::event_snapshot(2, SnapshotReason::Resumed)), Step::End]);
    agent.watch_events(vec![Step::Hang]);
    let options = EventWatchOptions::new().give_up_after(Duration::from_secs(3));
    let mut watch = client(&[&agent.address]).watch_events(options).unwrap();
    assert_eq!(next(&mut watch).await.unwrap().cursor, "c1");
    assert_eq!(next(&mut watch).await.unwrap().cursor, "c2");
    let error = next(&mut watch).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
}

#[tokio::test]
async fn dropping_a_watch_cancels_its_call() {
    let agent = MockAgent::start("n1").await;
    agent.watch_membership(vec![Step::Send(data::membership_snapshot(1, SnapshotReason::Start)), Step::Hang]);
    let mut watch = client(&[&agent.address]).watch_membership(MembershipWatchOptions::new()).unwrap();
    next(&mut watch).await.unwrap();
    drop(watch);
    agent.watch_dropped().await;
}

#[tokio::test]
async fn options_are_checked_before_anything_is_sent() {
    let client = client(&["127.0.0.1:1"]);
    assert!(client.watch_membership(MembershipWatchOptions::new().figures_interval(Duration::ZERO)).is_err());
    assert!(client.watch_events(EventWatchOptions::new().idle_timeout(Duration::ZERO)).is_err());
}
