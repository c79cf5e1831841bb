//! Sessions, names, locks, elections and barriers through agents that are killed: without the SDK, as any client could.

use std::time::{Duration, Instant};

use quorate_proto::v1::{
    AcquireLockRequest, BarrierPlan, BindNameRequest, CampaignRequest, CloseSessionRequest, Consistency, EndReason,
    EnterBarrierRequest, GetBarrierRequest, GetLeaderRequest, GetLockRequest, GetNameRequest, GetSessionRequest,
    HoldLockRequest, HoldLockResponse, KeepAliveRequest, LeaveBarrierRequest, ListNamesRequest, LockClaim,
    ObserveLeaderRequest, OpenSessionRequest, OpenSessionResponse, ReleaseLockRequest, ResignRequest,
    WatchNamesRequest, barrier_plan::Parties, barrier_service_client::BarrierServiceClient,
    election_service_client::ElectionServiceClient, hold_lock_response, lock_service_client::LockServiceClient,
    name_service_client::NameServiceClient, observe_leader_response, session_service_client::SessionServiceClient,
    watch_names_response::Message,
};
use quorate_tests::{Agent, Cluster, Plan, wait_until};
use tokio::{sync::mpsc, time::timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Status, Streaming, transport::Channel};
use tonic_types::StatusExt;

/// More than anything here takes.
const LIMIT: Duration = Duration::from_secs(60);

async fn channel(agent: &Agent) -> Channel {
    Channel::from_shared(format!("http://{}", agent.api())).unwrap().connect().await.unwrap()
}

fn reason(status: &Status) -> String {
    let info = status.get_details_error_info().unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    info.reason
}

fn secs(seconds: i64) -> Option<prost_types::Duration> {
    Some(prost_types::Duration { seconds, nanos: 0 })
}

async fn cluster(size: usize) -> Cluster {
    let cluster = Plan::new(size).quorate().form().await;
    cluster.quorum_all().await;
    cluster
}

async fn open(agent: &Agent, ttl: i64) -> OpenSessionResponse {
    let request = OpenSessionRequest { ttl: secs(ttl), label: "test".into(), ..OpenSessionRequest::default() };
    SessionServiceClient::new(channel(agent).await).open_session(request).await.unwrap().into_inner()
}

fn claim(path: &str) -> Option<LockClaim> {
    Some(LockClaim { path: path.into(), ..LockClaim::default() })
}

async fn acquire(agent: &Agent, session: &str, path: &str) -> Result<(u64, u64), Status> {
    let request = AcquireLockRequest { session: session.into(), claim: claim(path), ..AcquireLockRequest::default() };
    let answer = timeout(LIMIT, async { LockServiceClient::new(channel(agent).await).acquire_lock(request).await });
    let token = answer.await.expect("an answer in time")?.into_inner().token.unwrap();
    Ok((token.epoch, token.counter))
}

/// Keeps a session alive for as long as the sender lives.
async fn keep_alive(agent: &Agent, session: &str) -> mpsc::Sender<KeepAliveRequest> {
    let (sender, signs) = mpsc::channel(4);
    let mut client = SessionServiceClient::new(channel(agent).await);
    let sign = KeepAliveRequest { session: session.into() };
    sender.send(sign.clone()).await.unwrap();
    let mut answers = client.keep_alive(ReceiverStream::new(signs)).await.unwrap().into_inner();
    let beat = sender.downgrade();
    tokio::spawn(async move {
        let mut pace = tokio::time::interval(Duration::from_millis(300));
        loop {
            tokio::select! {
                answer = answers.message() => if !matches!(answer, Ok(Some(_))) { return },
                _ = pace.tick() => {
                    let Some(sender) = beat.upgrade() else { return };
                    let _ = sender.send(sign.clone()).await;
                }
            }
        }
    });
    sender
}

#[tokio::test]
async fn s1_a_lock_goes_from_holder_to_waiter_through_different_agents() {
    let cluster = cluster(3).await;
    let (one, two) = (open(cluster.agent("n1"), 60).await, open(cluster.agent("n2"), 60).await);
    let first = acquire(cluster.agent("n2"), &one.session, "db/migrate").await.unwrap();
    assert_eq!(acquire(cluster.agent("n3"), &one.session, "db/migrate").await.unwrap(), first, "a retry elsewhere");
    let get = || async {
        let request = GetLockRequest { path: "db/migrate".into(), consistency: Consistency::Latest.into() };
        LockServiceClient::new(channel(cluster.agent("n1")).await).get_lock(request).await.unwrap().into_inner()
    };
    let waiter = async { acquire(cluster.agent("n3"), &two.session, "db/migrate").await.unwrap() };
    let release = async {
        wait_until("the other one queues", async || get().await.waiting_session_ids == [two.session_id.clone()]).await;
        let request = ReleaseLockRequest { session: one.session.clone(), path: "db/migrate".into(), ..<_>::default() };
        LockServiceClient::new(channel(cluster.agent("n1")).await).release_lock(request).await.unwrap();
    };
    let (second, ()) = tokio::join!(waiter, release);
    assert!(second > first, "{second:?} after {first:?}");
    assert_eq!(get().await.holders[0].session_id, two.session_id);
    let held = AcquireLockRequest {
        session: one.session.clone(),
        claim: Some(LockClaim { no_wait: true, ..claim("db/migrate").unwrap() }),
        ..<_>::default()
    };
    let refused = LockServiceClient::new(channel(cluster.agent("n1")).await).acquire_lock(held).await.unwrap_err();
    assert_eq!(reason(&refused), "NAME_HELD");
}

#[tokio::test]
async fn s2_what_was_granted_survives_kill_dash_nine_of_whoever_leads() {
    let mut cluster = cluster(3).await;
    let leader = cluster.holder().await;
    let others: Vec<String> = cluster.others(&leader).into_iter().map(str::to_owned).collect();
    let session = open(cluster.agent(&leader), 20).await;
    let token = acquire(cluster.agent(&others[0]), &session.session, "lock").await.unwrap();
    let bound = BindNameRequest {
        session: session.session.clone(),
        path: "service/a".into(),
        value: b"1".to_vec(),
        expected_revision: Some(0),
        request_id: "bind-1".into(),
        ..<_>::default()
    };
    let mut names = NameServiceClient::new(channel(cluster.agent(&others[1])).await);
    let first = names.bind_name(bound.clone()).await.unwrap().into_inner();
    cluster.agent_mut(&leader).kill_dash_nine();
    let again = names.bind_name(bound).await.unwrap().into_inner();
    assert_eq!(again.modified_revision, first.modified_revision, "a retry is answered alike, by another leader");
    assert_eq!(acquire(cluster.agent(&others[0]), &session.session, "lock").await.unwrap(), token);
    let rival = open(cluster.agent(&others[1]), 20).await;
    let request = AcquireLockRequest {
        session: rival.session,
        claim: Some(LockClaim { no_wait: true, ..claim("lock").unwrap() }),
        ..<_>::default()
    };
    let refused = LockServiceClient::new(channel(cluster.agent(&others[1])).await).acquire_lock(request).await;
    assert_eq!(reason(&refused.unwrap_err()), "NAME_HELD");
    // Who comes back has the same state, told by a later epoch.
    cluster.agent_mut(&leader).restart();
    cluster.quorum_all().await;
    let request = GetNameRequest { path: "service/a".into(), consistency: Consistency::Latest.into() };
    let mut names = NameServiceClient::new(channel(cluster.agent(&leader)).await);
    let found = names.get_name(request).await.unwrap().into_inner();
    assert_eq!(found.bindings[0].value, b"1");
    assert!(found.header.unwrap().epoch > token.0);
}

#[tokio::test]
async fn s1_after_a_loss_of_the_state_no_name_is_granted_before_all_lost_sessions_are_over() {
    let mut cluster = cluster(3).await;
    // Its client is never heard of again, and so never told that it was lost.
    let begun = Instant::now();
    let lost = open(cluster.agent("n1"), 10).await;
    let token = acquire(cluster.agent("n1"), &lost.session, "lock").await.unwrap();
    let all = ["n1", "n2", "n3"];
    all.iter().for_each(|name| cluster.agent_mut(name).kill_dash_nine());
    all.iter().for_each(|name| cluster.agent_mut(name).restart());
    cluster.quorum_all().await;
    let next = open(cluster.agent("n2"), 10).await;
    let _alive = keep_alive(cluster.agent("n3"), &next.session).await;
    let request = AcquireLockRequest {
        session: next.session.clone(),
        claim: Some(LockClaim { no_wait: true, ..claim("lock").unwrap() }),
        ..<_>::default()
    };
    let refused = LockServiceClient::new(channel(cluster.agent("n2")).await).acquire_lock(request).await;
    assert_eq!(reason(&refused.unwrap_err()), "NAME_DELAYED");
    let request = GetLockRequest { path: "lock".into(), consistency: Consistency::Latest.into() };
    let seen = LockServiceClient::new(channel(cluster.agent("n3")).await).get_lock(request).await.unwrap().into_inner();
    assert!(seen.delayed && seen.holders.is_empty(), "{seen:?}");
    let bind = BindNameRequest { session: next.session.clone(), path: "service/a".into(), ..<_>::default() };
    let refused = NameServiceClient::new(channel(cluster.agent("n3")).await).bind_name(bind).await;
    assert_eq!(reason(&refused.unwrap_err()), "NAME_DELAYED");
    // Who queues is served when it is over, although the one who leads has changed meanwhile.
    let leader = cluster.holder().await;
    cluster.agent_mut(&leader).kill_dash_nine();
    let other = cluster.others(&leader)[0].to_owned();
    assert!(acquire(cluster.agent(&other), &next.session, "lock").await.unwrap() > token);
    assert!(begun.elapsed() > Duration::from_secs(10), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_session_that_is_not_heard_of_expires_and_one_that_is_lives() {
    let cluster = cluster(3).await;
    let (silent, alive) = (open(cluster.agent("n1"), 1).await, open(cluster.agent("n2"), 1).await);
    let _alive = keep_alive(cluster.agent("n3"), &alive.session).await;
    let begun = Instant::now();
    acquire(cluster.agent("n1"), &silent.session, "lock").await.unwrap();
    // It is granted when the silent one's time is over, and not before.
    acquire(cluster.agent("n2"), &alive.session, "lock").await.unwrap();
    assert!(begun.elapsed() > Duration::from_millis(900), "{:?}", begun.elapsed());
    let get = GetSessionRequest { session_id: silent.session_id };
    let mut sessions = SessionServiceClient::new(channel(cluster.agent("n3")).await);
    assert_eq!(reason(&sessions.get_session(get).await.unwrap_err()), "SESSION_ENDED");
    let get = GetSessionRequest { session_id: alive.session_id };
    let found = sessions.get_session(get).await.unwrap().into_inner().session.unwrap();
    assert_eq!((found.paths, found.label.as_str()), (vec!["lock".to_owned()], "test"));
    // A stream for a session that is over ends with the reason.
    let (_sender, signs) = mpsc::channel::<KeepAliveRequest>(1);
    _sender.send(KeepAliveRequest { session: silent.session.clone() }).await.unwrap();
    let mut answers = sessions.keep_alive(ReceiverStream::new(signs)).await.unwrap().into_inner();
    assert_eq!(reason(&answers.message().await.unwrap_err()), "SESSION_ENDED");
}

async fn hold(agent: &Agent, path: &str) -> Streaming<HoldLockResponse> {
    let request = HoldLockRequest { claim: claim(path), ttl: secs(2), ..HoldLockRequest::default() };
    LockServiceClient::new(channel(agent).await).hold_lock(request).await.unwrap().into_inner()
}

/// The next message that tells more than that the lock is still held.
async fn told(stream: &mut Streaming<HoldLockResponse>) -> hold_lock_response::Message {
    loop {
        let message = timeout(LIMIT, stream.message()).await.expect("a message in time").unwrap().unwrap();
        match message.message.unwrap() {
            hold_lock_response::Message::Extended(_) => {}
            other => return other,
        }
    }
}

#[tokio::test]
async fn a_call_without_a_session_holds_a_lock_for_as_long_as_it_lasts() {
    let cluster = cluster(3).await;
    let mut first = hold(cluster.agent("n1"), "lock").await;
    let hold_lock_response::Message::Held(held) = told(&mut first).await else { panic!("not held") };
    let mut second = hold(cluster.agent("n2"), "lock").await;
    let hold_lock_response::Message::Queued(queued) = told(&mut second).await else { panic!("not queued") };
    assert_eq!((queued.ahead, queued.holder_session_ids, queued.delayed), (0, vec![held.session_id], false));
    let request = GetLockRequest { path: "lock".into(), consistency: Consistency::Latest.into() };
    let mut locks = LockServiceClient::new(channel(cluster.agent("n3")).await);
    assert_eq!(locks.get_lock(request).await.unwrap().into_inner().waiting, 1);
    drop(first);
    let hold_lock_response::Message::Held(again) = told(&mut second).await else { panic!("not held") };
    let second = again.token.unwrap();
    let first = held.token.unwrap();
    assert!((second.epoch, second.counter) > (first.epoch, first.counter));
    // A session that is closed by somebody else tells its holder.
    let session = open(cluster.agent("n1"), 60).await;
    let request = HoldLockRequest { session: session.session.clone(), claim: claim("mine"), ..<_>::default() };
    let mut locks = LockServiceClient::new(channel(cluster.agent("n1")).await);
    let mut mine = locks.hold_lock(request).await.unwrap().into_inner();
    assert!(matches!(told(&mut mine).await, hold_lock_response::Message::Held(_)));
    let close = CloseSessionRequest { session: session.session };
    let mut sessions = SessionServiceClient::new(channel(cluster.agent("n2")).await);
    sessions.close_session(close.clone()).await.unwrap();
    let hold_lock_response::Message::Lost(lost) = told(&mut mine).await else { panic!("not lost") };
    assert_eq!(lost.reason(), EndReason::Closed);
    sessions.close_session(close).await.expect("closing is safe to repeat");
}

#[tokio::test]
async fn b1_a_double_barrier_is_passed_and_left_together() {
    let cluster = cluster(3).await;
    let plan = || Some(BarrierPlan { parties: Some(Parties::Count(3)), is_double: true, ..BarrierPlan::default() });
    let pass = async |name: &str| {
        let agent = cluster.agent(name);
        let session = open(agent, 60).await.session;
        let mut barriers = BarrierServiceClient::new(channel(agent).await);
        for generation in 1..=2 {
            let enter = EnterBarrierRequest {
                session: session.clone(),
                path: "job".into(),
                plan: plan(),
                request_id: format!("enter-{generation}"),
            };
            let entered = barriers.enter_barrier(enter).await.unwrap().into_inner();
            assert_eq!(entered.generation, generation);
            let request_id = format!("leave-{generation}");
            let leave = LeaveBarrierRequest { session: session.clone(), path: "job".into(), request_id };
            assert_eq!(barriers.leave_barrier(leave).await.unwrap().into_inner().generation, generation);
        }
    };
    timeout(LIMIT, async { tokio::join!(pass("n1"), pass("n2"), pass("n3")) }).await.expect("all pass");
    let get = GetBarrierRequest { path: "job".into() };
    let mut barriers = BarrierServiceClient::new(channel(cluster.agent("n2")).await);
    let barrier = barriers.get_barrier(get).await.unwrap().into_inner().barrier.unwrap();
    assert_eq!((barrier.generation, barrier.past.len()), (3, 2));
    // One that waits for too many is told in time, without a session, too.
    let plan = BarrierPlan { parties: Some(Parties::Count(2)), deadline: secs(1), ..BarrierPlan::default() };
    let enter = EnterBarrierRequest { path: "late".into(), plan: Some(plan), ..EnterBarrierRequest::default() };
    let broken = timeout(LIMIT, barriers.enter_barrier(enter)).await.expect("an answer in time").unwrap_err();
    assert_eq!(reason(&broken), "BARRIER_BROKEN");
    assert_eq!(broken.get_details_error_info().unwrap().metadata["why"], "overdue");
}

#[tokio::test]
async fn an_election_is_observed_across_kill_dash_nine_of_whoever_leads_the_log() {
    let mut cluster = cluster(3).await;
    let holder = cluster.holder().await;
    let others: Vec<String> = cluster.others(&holder).into_iter().map(str::to_owned).collect();
    let mut elections = ElectionServiceClient::new(channel(cluster.agent(&others[0])).await);
    let observe = ObserveLeaderRequest { path: "boss".into() };
    let mut seen = elections.observe_leader(observe).await.unwrap().into_inner();
    let mut leader = async || loop {
        let message = timeout(LIMIT, seen.message()).await.expect("a message in time").unwrap().unwrap();
        match message.message.unwrap() {
            observe_leader_response::Message::Leader(leader) => return Some(leader.value),
            observe_leader_response::Message::NoLeader(_) => return None,
            observe_leader_response::Message::Bookmark(_) => {}
        }
    };
    assert_eq!(leader().await, None);
    let (one, two) = (open(cluster.agent(&others[0]), 60).await, open(cluster.agent(&others[1]), 60).await);
    let campaign = |session: &OpenSessionResponse, value: &[u8]| CampaignRequest {
        session: session.session.clone(),
        path: "boss".into(),
        value: value.to_vec(),
        ..CampaignRequest::default()
    };
    elections.campaign(campaign(&one, b"one")).await.unwrap();
    assert_eq!(leader().await, Some(b"one".to_vec()));
    let mut others_elections = ElectionServiceClient::new(channel(cluster.agent(&others[1])).await);
    let second = tokio::spawn(async move { others_elections.campaign(campaign(&two, b"two")).await });
    cluster.agent_mut(&holder).kill_dash_nine();
    let resign = ResignRequest { session: one.session, path: "boss".into(), ..ResignRequest::default() };
    let queued = async || {
        let request = GetLockRequest { path: "boss".into(), ..GetLockRequest::default() };
        let mut locks = LockServiceClient::new(channel(cluster.agent(&others[0])).await);
        reason(&locks.get_lock(request).await.unwrap_err()) == "NAME_MISMATCH"
    };
    wait_until("the agents go on", queued).await;
    elections.resign(resign).await.unwrap();
    timeout(LIMIT, second).await.expect("elected in time").unwrap().unwrap();
    while leader().await != Some(b"two".to_vec()) {}
    let request = GetLeaderRequest { path: "boss".into(), consistency: Consistency::Latest.into() };
    assert_eq!(elections.get_leader(request).await.unwrap().into_inner().leader.unwrap().value, b"two");
}

#[tokio::test]
async fn e1_a_watch_resumes_at_another_agent() {
    let cluster = cluster(3).await;
    let session = open(cluster.agent("n1"), 60).await.session;
    let bind = async |path: &str| {
        let request = BindNameRequest { session: session.clone(), path: path.into(), ..BindNameRequest::default() };
        NameServiceClient::new(channel(cluster.agent("n1")).await).bind_name(request).await.unwrap();
    };
    bind("service/a").await;
    bind("other/x").await;
    let watch = async |name: &str, cursor: &str| {
        let request = WatchNamesRequest { prefix: "service/".into(), cursor: cursor.into() };
        let mut names = NameServiceClient::new(channel(cluster.agent(name)).await);
        names.watch_names(request).await.unwrap().into_inner()
    };
    let mut stream = watch("n2", "").await;
    let mut next = async || loop {
        let message = timeout(LIMIT, stream.message()).await.expect("a message in time").unwrap().unwrap();
        match message.message.unwrap() {
            Message::Snapshot(snapshot) => {
                let paths: Vec<_> = snapshot.bindings.into_iter().map(|binding| binding.path).collect();
                return (format!("all {paths:?}"), message.cursor);
            }
            Message::Bound(binding) => return (binding.path, message.cursor),
            Message::Unbound(unbound) => panic!("{unbound:?}"),
            Message::Bookmark(_) => {}
        }
    };
    // The copy of n2 may be a moment behind.
    let (first, mut cursor) = next().await;
    if first != "all [\"service/a\"]" {
        let (path, at) = next().await;
        assert_eq!(path, "service/a");
        cursor = at;
    }
    bind("service/b").await;
    bind("service/c").await;
    let mut resumed = watch("n3", &cursor).await;
    let mut paths = Vec::new();
    while paths.len() < 2 {
        let message = timeout(LIMIT, resumed.message()).await.expect("a message in time").unwrap().unwrap();
        if let Some(Message::Bound(binding)) = message.message {
            paths.push(binding.path);
        }
    }
    assert_eq!(paths, ["service/b", "service/c"]);
    let request = ListNamesRequest { page_size: 2, consistency: Consistency::Latest.into(), ..<_>::default() };
    let mut names = NameServiceClient::new(channel(cluster.agent("n2")).await);
    let page = names.list_names(request.clone()).await.unwrap().into_inner();
    let more = ListNamesRequest { page_token: page.next_page_token, ..request };
    let rest = names.list_names(more).await.unwrap().into_inner();
    let all: Vec<_> = page.bindings.into_iter().chain(rest.bindings).map(|binding| binding.path).collect();
    assert_eq!(all, ["other/x", "service/a", "service/b", "service/c"]);
    assert_eq!(rest.next_page_token, "");
}

#[tokio::test]
async fn bad_input_is_named_and_changes_nothing() {
    let cluster = cluster(1).await;
    let agent = cluster.agent("n1");
    let session = open(agent, 60).await;
    let mut names = NameServiceClient::new(channel(agent).await);
    let bind = |session: &str, path: &str, value: Vec<u8>| BindNameRequest {
        session: session.into(),
        path: path.into(),
        value,
        ..BindNameRequest::default()
    };
    let wrong = format!("{}.{:032x}", session.session_id, 1);
    let cases = [
        (bind("", "a", vec![]), "SESSION_REQUIRED"),
        (bind("nonsense", "a", vec![]), "BAD_REQUEST"),
        (bind(&wrong, "a", vec![]), "SESSION_TOKEN_WRONG"),
        (bind(&format!("999999-1.{:032x}", 1), "a", vec![]), "SESSION_UNKNOWN"),
        (bind(&session.session, "/a", vec![]), "BAD_REQUEST"),
        (bind(&session.session, "a//b", vec![]), "BAD_REQUEST"),
        (bind(&session.session, "a", vec![0; 64 * 1024 + 1]), "LIMIT_REACHED"),
        (BindNameRequest { expected_revision: Some(7), ..bind(&session.session, "a", vec![]) }, "NAME_CHANGED"),
        (BindNameRequest { request_id: "x".repeat(129), ..bind(&session.session, "a", vec![]) }, "BAD_REQUEST"),
    ];
    for (request, expected) in cases {
        let refused = names.bind_name(request).await.unwrap_err();
        assert_eq!(reason(&refused), expected, "{refused:?}");
    }
    let all = names.list_names(ListNamesRequest::default()).await.unwrap().into_inner();
    assert_eq!(all.bindings, []);
    let watch = WatchNamesRequest { cursor: "nonsense".into(), ..WatchNamesRequest::default() };
    assert_eq!(reason(&names.watch_names(watch).await.unwrap_err()), "BAD_CURSOR");
    let open = OpenSessionRequest { ttl: secs(7200), ..OpenSessionRequest::default() };
    let refused = SessionServiceClient::new(channel(agent).await).open_session(open).await.unwrap_err();
    assert_eq!(reason(&refused), "BAD_REQUEST");
    assert_eq!(refused.get_details_error_info().unwrap().metadata["field"], "ttl");
}
