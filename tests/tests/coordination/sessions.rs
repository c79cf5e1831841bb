//! Sessions of the Rust SDK: kept alive at whichever agent answers, and lost by their holder's own clock first.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use quorate::{
    Client, Code, Error, Loss, NameWatchOptions, Reason, Session, SessionOptions,
    v1::{BarrierPlan, LockClaim, barrier_plan::Parties, watch_names_response::Message},
};
use quorate_tests::{Cluster, Plan, wait_until};

const TTL: Duration = Duration::from_secs(3);

async fn cluster(size: usize) -> Cluster {
    let cluster = Plan::new(size).quorate().form().await;
    cluster.quorum_all().await;
    cluster
}

async fn open(cluster: &Cluster, first: &str) -> Session {
    let client = Client::connect(cluster.endpoints(first)).await.unwrap();
    client.open_session(SessionOptions::new().ttl(TTL).label("test")).await.unwrap()
}

fn claim(path: &str) -> LockClaim {
    LockClaim { path: path.to_owned(), ..LockClaim::default() }
}

#[tokio::test]
async fn a_session_outlives_the_agents_that_keep_it_alive() {
    let mut cluster = cluster(3).await;
    let session = open(&cluster, "n1").await;
    let token = session.acquire(claim("a")).await.unwrap().token;
    for agent in ["n1", "n2"] {
        cluster.agent_mut(agent).kill_dash_nine();
        let killed = Instant::now();
        wait_until("more than a session's time passes", async || {
            assert!(session.is_live(), "it was lost after {:?}", killed.elapsed());
            killed.elapsed() > TTL + Duration::from_secs(1)
        })
        .await;
        assert_eq!(session.acquire(claim("a")).await.unwrap().token, token, "the lock is still held");
        cluster.agent_mut(agent).restart();
        cluster.quorum_all().await;
    }
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_session_is_taken_up_by_its_token_by_another_client() {
    let cluster = cluster(3).await;
    let session = open(&cluster, "n1").await;
    let held = session.acquire(claim("a")).await.unwrap().token;
    let (id, token) = (session.id().to_owned(), session.token().to_owned());
    // As when its program dies: it is kept alive no more, and not closed.
    drop(session);
    let client = Client::connect(cluster.endpoints("n2")).await.unwrap();
    let session = client.resume_session(&token).await.unwrap();
    assert_eq!((session.id(), session.ttl()), (id.as_str(), TTL));
    let taken_up = Instant::now();
    wait_until("more than a session's time passes", async || {
        assert!(session.is_live(), "it is kept alive");
        taken_up.elapsed() > TTL + Duration::from_secs(1)
    })
    .await;
    assert_eq!(session.acquire(claim("a")).await.unwrap().token, held, "the lock is still held");
    session.close().await.unwrap();
    let error = client.resume_session(&token).await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::SessionEnded));
    let error = client.resume_session("none").await.unwrap_err();
    assert_eq!(error.reason(), Some(&Reason::BadRequest));
}

#[tokio::test]
async fn s1_its_holder_knows_first_that_it_is_over() {
    let cluster = cluster(3).await;
    let (holder, waiter) = (open(&cluster, "n1").await, open(&cluster, "n2").await);
    let first = holder.acquire(claim("a")).await.unwrap().token;
    let lost = async {
        // Nothing can be kept alive; time stands still for those who are frozen.
        cluster.agents().iter().for_each(quorate_tests::Agent::sigstop);
        assert_eq!(holder.lost(Duration::ZERO).await, Loss::Silent);
        assert!(!holder.is_live());
        cluster.agents().iter().for_each(quorate_tests::Agent::sigcont);
        wait_until("it is found again", async || holder.is_live()).await;
    };
    lost.await;
    assert_eq!(holder.acquire(claim("a")).await.unwrap().token, first, "it had what was left of its time");

    let ended = {
        let (id, client) = (holder.id().to_owned(), Client::connect(cluster.endpoints("n3")).await.unwrap());
        drop(holder);
        let second = waiter.acquire(claim("a")).await.unwrap().token.unwrap();
        assert!(Some(second) > first, "{second:?} after {first:?}");
        wait_until("all know that it expired", async || {
            client.session(&id).await.is_err_and(|error| error.reason() == Some(&Reason::SessionEnded))
        })
        .await;
        client.session(&id).await.unwrap_err()
    };
    assert!(matches!(ended, Error::Refused(refusal) if refusal.code == Code::FailedPrecondition));
}

#[tokio::test]
async fn a_session_that_somebody_else_closed_is_lost_at_once() {
    let cluster = cluster(1).await;
    let session = open(&cluster, "n1").await;
    session.bind("a", "value").await.unwrap();
    let other = session.clone();
    let (loss, closed) = tokio::join!(session.lost(Duration::ZERO), other.close());
    closed.unwrap();
    let Loss::Ended(error) = loss else { panic!("{loss:?}") };
    assert_eq!(error.reason(), Some(&Reason::SessionEnded));
    assert!(session.left().is_zero());
    let refused = session.bind("b", "value").await.unwrap_err();
    assert_eq!(refused.reason(), Some(&Reason::SessionEnded));
}

#[tokio::test]
async fn everything_a_session_can_do_is_done() {
    let cluster = cluster(3).await;
    let (one, two) = (open(&cluster, "n1").await, open(&cluster, "n2").await);
    let client = Client::connect(cluster.endpoints("n3")).await.unwrap();
    let mut names = client.watch_names(NameWatchOptions::new("office")).unwrap();

    one.campaign("office", "one").await.unwrap();
    let leader = client.leader("office").await.unwrap().leader.unwrap();
    assert_eq!((leader.session_id.as_str(), leader.value.as_slice()), (one.id(), &b"one"[..]));
    one.proclaim("office", "still one").await.unwrap();
    let (second, resigned) = tokio::join!(two.campaign("office", "two"), one.resign("office"));
    assert!(second.unwrap().token > leader.token && resigned.is_ok());
    let mut seen = Vec::new();
    while !seen.iter().any(|value| value == b"two") {
        match names.next().await.unwrap().unwrap().message {
            Some(Message::Bound(binding)) => seen.push(binding.value),
            Some(Message::Snapshot(snapshot)) => seen.extend(snapshot.bindings.into_iter().map(|one| one.value)),
            _ => {}
        }
    }

    one.bind("names/b", "1").await.unwrap();
    two.bind("names/a", [0xff]).await.unwrap();
    let bound = client.name("names/b").await.unwrap();
    assert_eq!(bound.bindings[0].value, b"1");
    wait_until("the other agent has both", async || client.names("names/").await.unwrap().bindings.len() == 2).await;
    assert_eq!(one.bind("names/a", "2").await.unwrap_err().reason(), Some(&Reason::NameHeld));
    one.unbind("names/b").await.unwrap();

    let plan = BarrierPlan { parties: Some(Parties::Count(2)), is_double: true, ..BarrierPlan::default() };
    let (a, b) = tokio::join!(one.enter_barrier("gate", plan.clone()), two.enter_barrier("gate", plan.clone()));
    assert_eq!(a.unwrap().generation, b.unwrap().generation);
    assert!(client.barrier("gate").await.unwrap().barrier.unwrap().inside);
    assert_eq!(client.barriers("ga").await.unwrap().barriers.len(), 1);
    let (a, b) = tokio::join!(one.leave_barrier("gate"), two.leave_barrier("gate"));
    assert!(a.is_ok() && b.is_ok());
    let entered = one.enter_barrier("gate", plan);
    let aborted = async {
        wait_until("one is there", async || {
            client.barrier("gate").await.is_ok_and(|answer| answer.barrier.unwrap().arrived_session_ids == [one.id()])
        })
        .await;
        one.abort_barrier("gate", "enough").await.unwrap();
    };
    let (broken, ()) = tokio::join!(entered, aborted);
    assert_eq!(broken.unwrap_err().reason(), Some(&Reason::BarrierBroken));

    let known = client.session(one.id()).await.unwrap().session.unwrap();
    assert_eq!((known.label.as_str(), known.node_name.as_str()), ("test", "n1"));
    assert_eq!(client.sessions().await.unwrap().sessions.len(), 2);
    one.acquire(claim("lock")).await.unwrap();
    one.release("lock").await.unwrap();
    assert!(client.lock("lock").await.unwrap().holders.is_empty());
}

#[tokio::test]
async fn a_session_ends_with_the_process_that_it_is_tied_to() {
    let cluster = cluster(3).await;
    let cli = cluster.cli(&["n1"]);
    let mut holder = cli.start(&["lock", "a", "--tied", "--ttl", "1h"]);
    let client = Client::connect(cluster.endpoints("n3")).await.unwrap();
    let holders = async || client.lock("a").await.unwrap().holders;
    wait_until("it is held", async || holders().await.len() == 1).await;
    let id = holders().await[0].session_id.clone();
    holder.kill().await.unwrap();
    wait_until("it is free, long before its time", async || holders().await.is_empty()).await;
    wait_until("n3 knows that too", async || {
        client.session(&id).await.is_err_and(|error| error.reason() == Some(&Reason::SessionEnded))
    })
    .await;

    for nobody in [u32::MAX, u32::try_from(i32::MAX).unwrap()] {
        let refused = client.open_session(SessionOptions::new().tied_to_process(nobody)).await.unwrap_err();
        assert_eq!(refused.reason(), Some(&Reason::BadRequest), "{refused}");
    }
    // One that is closed leaves nothing behind at the process it was tied to.
    let mine = client.open_session(SessionOptions::new().tied_to_process(std::process::id())).await.unwrap();
    assert!(mine.is_live());
    mine.close().await.unwrap();
}
