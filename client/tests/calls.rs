//! Calls: failover, what is repeated and what is not, deadlines, typed reasons, pages.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use quorate::{Attempt, Cause, Client, ClientOptions, Code, Error, Reason, Safety, v1};
use support::{Answer, MockAgent, data, refusal};

fn client(endpoints: &[&str]) -> Client {
    Client::new(options(endpoints)).unwrap()
}

/// Waits far longer than a busy machine needs, so that only tests about time depend on it.
fn options(endpoints: &[&str]) -> ClientOptions {
    ClientOptions::new(endpoints.iter().copied())
        .connect_timeout(Duration::from_secs(30))
        .call_timeout(support::PATIENCE)
        .attempt_timeout(support::PATIENCE)
}

fn answered_by(answer: &v1::GetViewResponse) -> &str {
    &answer.header.as_ref().unwrap().node_name
}

#[tokio::test]
async fn a_dead_endpoint_is_passed_over_and_the_living_one_is_kept() {
    let dead = support::refusing().await;
    let agent = MockAgent::start("n2").await;
    let client = client(&[&dead, &agent.address]);
    assert_eq!(answered_by(&client.view().await.unwrap()), "n2");
    assert_eq!(answered_by(&client.view().await.unwrap()), "n2");
    assert_eq!(agent.calls(), ["GetView", "GetView"]);
}

#[tokio::test]
async fn an_agent_without_a_view_is_passed_over() {
    let (first, second) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    first.answer([Answer::Refuse(refusal(Code::Unavailable, "NO_VIEW", "no view yet"))]);
    let client = client(&[&first.address, &second.address]);
    assert_eq!(answered_by(&client.view().await.unwrap()), "n2");
    assert_eq!(first.calls(), ["GetView"]);
}

#[tokio::test]
async fn one_endpoint_is_asked_again_after_a_pause() {
    let agent = MockAgent::start("n1").await;
    agent.answer([Answer::Refuse(refusal(Code::Unavailable, "NO_VIEW", "no view yet"))]);
    assert_eq!(answered_by(&client(&[&agent.address]).view().await.unwrap()), "n1");
    assert_eq!(agent.calls().len(), 2);
}

#[tokio::test]
async fn when_nobody_answers_every_endpoint_is_named_with_its_cause() {
    let (dead, (rude, connections)) = (support::refusing().await, support::hanging_up().await);
    let agent = MockAgent::start("n3").await;
    agent.answer([(); 2].map(|()| Answer::Refuse(refusal(Code::Unavailable, "STOPPING", "stopping"))));
    let options = options(&[&dead, &rude, &agent.address]).rounds(2);
    let error = Client::new(options).unwrap().view().await.unwrap_err();
    let Error::Unavailable { tried } = &error else { panic!("{error}") };
    assert_eq!(tried.iter().map(|t| t.endpoint.as_str()).collect::<Vec<_>>(), [&dead, &rude, &agent.address]);
    assert!(matches!(&tried[0].cause, Cause::Connect(text) if text.contains("refused")), "{error}");
    assert!(matches!(tried[1].cause, Cause::Lost(_)), "{error}");
    assert_eq!(tried[2].cause.reason(), Some(&Reason::Stopping));
    assert_eq!(error.reason(), Some(&Reason::Stopping));
    assert_eq!(*connections.lock().unwrap(), 2);
}

#[tokio::test]
async fn a_refusal_is_typed_and_ends_the_call() {
    let (first, second) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    first.answer([Answer::Refuse(refusal(Code::NotFound, "NODE_NOT_FOUND", "no node n9"))]);
    let error = client(&[&first.address, &second.address]).node("n9").await.unwrap_err();
    let Error::Refused(refusal) = &error else { panic!("{error}") };
    assert_eq!((refusal.code, refusal.reason.as_ref()), (Code::NotFound, Some(&Reason::NodeNotFound)));
    assert_eq!(error.to_string(), "no node n9 (NODE_NOT_FOUND)");
    assert!(second.calls().is_empty());
}

#[tokio::test]
async fn a_reason_of_a_newer_agent_is_kept_as_text() {
    let agent = MockAgent::start("n1").await;
    agent.answer([Answer::Refuse(refusal(Code::FailedPrecondition, "QUITE_NEW", ""))]);
    let error = client(&[&agent.address]).view().await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::Unknown("QUITE_NEW".to_owned())));
}

#[tokio::test]
async fn a_silent_endpoint_gets_its_share_of_the_deadline() {
    let (silent, _listener) = support::silent().await;
    let agent = MockAgent::start("n2").await;
    let options = options(&[&silent, &agent.address]).attempt_timeout(Duration::from_secs(1));
    assert_eq!(answered_by(&Client::new(options).unwrap().view().await.unwrap()), "n2");
}

#[tokio::test]
async fn the_deadline_ends_a_call() {
    let agent = MockAgent::start("n1").await;
    agent.answer([Answer::Hang]);
    let limit = Duration::from_millis(300);
    let client = Client::new(ClientOptions::new([&agent.address]).call_timeout(limit)).unwrap();
    let begin = Instant::now();
    let error = client.view().await.unwrap_err();
    assert!(begin.elapsed() >= limit - Duration::from_millis(50));
    let Error::Deadline { tried, .. } = &error else { panic!("{error}") };
    assert!(matches!(tried[0].cause, Cause::Silent(_)));
}

#[tokio::test]
async fn a_call_that_may_run_once_is_not_repeated_after_it_was_sent() {
    let ((rude, connections), agent) = (support::hanging_up().await, MockAgent::start("n2").await);
    let call = |a: Attempt| async move { a.membership().get_view(a.request(v1::GetViewRequest {})).await };
    let both = client(&[&rude, &agent.address]);
    let error = both.call(Safety::AtMostOnce, call).await.unwrap_err();
    assert!(matches!(&error, Error::Lost(tried) if tried.endpoint == rude), "{error}");
    assert_eq!(*connections.lock().unwrap(), 1);
    assert!(agent.calls().is_empty());

    agent.answer([Answer::Refuse(refusal(Code::Unavailable, "NO_VIEW", ""))]);
    let error = client(&[&agent.address, &rude]).call(Safety::AtMostOnce, call).await.unwrap_err();
    assert!(matches!(error, Error::Refused(_)), "{error}");
    assert_eq!(agent.calls().len(), 1);
}

#[tokio::test]
async fn a_call_that_may_run_once_goes_on_when_it_could_not_be_sent() {
    let (dead, agent) = (support::refusing().await, MockAgent::start("n2").await);
    let call = |a: Attempt| async move { a.membership().get_view(a.request(v1::GetViewRequest {})).await };
    let answer = client(&[&dead, &agent.address]).call(Safety::AtMostOnce, call).await.unwrap();
    assert_eq!(answered_by(&answer), "n2");
}

#[tokio::test]
async fn leave_never_chooses_an_agent_by_itself() {
    let (first, second) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    let client = client(&[&first.address, &second.address]);
    assert_eq!(client.leave().await.unwrap_err(), Error::SeveralEndpoints(2));
    assert!(client.at("127.0.0.1:1").is_none());
    let answer = client.at(&format!("http://{}/", second.address)).unwrap().leave().await.unwrap();
    assert!(answer.confirmed);
    assert!(first.calls().is_empty());
    assert_eq!(second.calls(), ["Leave"]);
}

#[tokio::test]
async fn an_eviction_that_was_carried_out_before_its_answer_was_lost_is_a_success() {
    let ((rude, _), agent) = (support::hanging_up().await, MockAgent::start("n2").await);
    let already = || Answer::Refuse(refusal(Code::FailedPrecondition, "EVICTION_STATE", "evicted already"));
    agent.answer([already(), already()]);
    let both = client(&[&rude, &agent.address]);
    assert_eq!(both.evict("n3", "broken disk").await.unwrap().header, None);
    assert_eq!(agent.calls(), ["EvictNode n3 broken disk"]);

    let error = client(&[&agent.address]).evict("n3", "broken disk").await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::EvictionState));
}

#[tokio::test]
async fn readmit_agent_and_nodes_reach_their_methods() {
    let agent = MockAgent::start("n1").await;
    let client = Client::connect([&agent.address]).await.unwrap();
    client.readmit("n3").await.unwrap();
    assert_eq!(client.nodes().await.unwrap().nodes.len(), 3);
    assert_eq!(agent.calls(), ["GetAgent", "ReadmitNode n3", "ListNodes"]);
}

fn page(incarnation: u64) -> v1::ListEventsResponse {
    v1::ListEventsResponse { events: vec![data::event(incarnation)], ..v1::ListEventsResponse::default() }
}

fn incarnations(answer: &v1::ListEventsResponse) -> Vec<String> {
    answer.events.iter().map(|event| event.cursor.clone()).collect()
}

#[tokio::test]
async fn all_pages_come_from_one_agent() {
    let agent = MockAgent::start("n1").await;
    agent.pages(vec![page(1), page(2), page(3)]);
    let answer = client(&[&agent.address]).list_events(v1::ListEventsRequest::default()).await.unwrap();
    assert_eq!(incarnations(&answer), ["c1", "c2", "c3"]);
    assert!(answer.next_page_token.is_empty());
    assert_eq!(agent.calls(), ["ListEvents ", "ListEvents 1", "ListEvents 2"]);
}

#[tokio::test]
async fn a_listing_starts_again_elsewhere_when_its_agent_goes_away() {
    let (first, second) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    first.pages(vec![page(1), page(2)]);
    let gone = || Answer::Refuse(refusal(Code::Unavailable, "STOPPING", ""));
    first.answer([Answer::Usual, gone(), gone()]);
    second.pages(vec![page(7), page(8)]);
    let options = options(&[&first.address, &second.address]).rounds(1);
    let client = Client::new(options).unwrap();
    let answer = client.list_events(v1::ListEventsRequest::default()).await.unwrap();
    assert_eq!(incarnations(&answer), ["c7", "c8"]);
}

#[tokio::test]
async fn connect_fails_when_nobody_is_there() {
    let dead = support::refusing().await;
    let error = Client::connect([dead]).await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error}");
    assert!(matches!(Client::connect(["nonsense"]).await.unwrap_err(), Error::Options(_)));
}
