//! One stream of all kinds of events, with one cursor, over agents that are killed (E1).

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
    time::Duration,
};

use quorate::{Client, SessionOptions};
use quorate_proto::v1::{
    BarrierPlan, EndReason, Event, EventKind, LockClaim, SnapshotReason, WatchEventsRequest, barrier_plan::Parties,
    event::Kind, event_service_client::EventServiceClient, name_change, session_change, watch_events_response::Message,
};
use quorate_tests::{Cluster, Plan, wait_until};
use tokio::task::JoinHandle;

/// What a reader was told of sessions, names and barriers.
#[derive(Debug, Default)]
struct Told {
    cursor: String,
    /// Why it was given snapshots.
    snapshots: Vec<SnapshotReason>,
    /// Changes with their revisions, in short.
    changes: Vec<(u64, String)>,
    views: usize,
}

impl Told {
    fn event(&mut self, event: &Event) {
        let change = match event.kind.as_ref().unwrap() {
            Kind::View(_) => {
                self.views += 1;
                return;
            }
            Kind::Session(change) => match change.change.as_ref().unwrap() {
                session_change::Change::Opened(session) => (change.revision, format!("opened {}", session.session_id)),
                session_change::Change::Ended(ended) => {
                    (change.revision, format!("{} {}", ended.reason().as_str_name(), ended.session_id))
                }
            },
            Kind::Name(change) => match change.change.as_ref().unwrap() {
                name_change::Change::Bound(bound) => {
                    (change.revision, format!("bound {} {:?}", bound.path, bound.value))
                }
                name_change::Change::Unbound(unbound) => {
                    (change.revision, format!("unbound {}", unbound.binding.as_ref().unwrap().path))
                }
            },
            Kind::Barrier(step) => (step.revision, format!("{} {}", step.kind().as_str_name(), step.session_id)),
            Kind::TransitionStarted(_) | Kind::ViewStable(_) | Kind::Quorum(_) | Kind::Recovery(_) => return,
        };
        self.changes.push(change);
    }
}

/// A reader that goes from agent to agent with its cursor, whatever becomes of them.
fn read(endpoints: Vec<String>, kinds: Vec<EventKind>) -> (Arc<Mutex<Told>>, JoinHandle<()>) {
    let told = Arc::new(Mutex::new(Told::default()));
    let shared = Arc::clone(&told);
    let kinds: Vec<i32> = kinds.into_iter().map(Into::into).collect();
    let reader = tokio::spawn(async move {
        for endpoint in endpoints.iter().cycle() {
            let Ok(mut client) = EventServiceClient::connect(format!("http://{endpoint}")).await else {
                tokio::task::yield_now().await;
                continue;
            };
            let cursor = shared.lock().unwrap().cursor.clone();
            let request = WatchEventsRequest { cursor, kinds: kinds.clone(), path_prefix: String::new() };
            let Ok(answer) = client.watch_events(request).await else { continue };
            let mut stream = answer.into_inner();
            // It moves on of its own will as well.
            for _ in 0..40 {
                let Ok(Some(message)) = stream.message().await else { break };
                let mut told = shared.lock().unwrap();
                match message.message.unwrap() {
                    Message::Coordination(snapshot) => told.snapshots.push(snapshot.reason()),
                    Message::Event(event) => told.event(&event),
                    Message::Snapshot(_) | Message::Recovery(_) | Message::Bookmark(_) => {}
                }
                if !message.cursor.is_empty() {
                    told.cursor = message.cursor;
                }
            }
        }
    });
    (told, reader)
}

/// Opens, binds, locks, meets and ends, once around. Whatever the loss of an agent spoils is left undone.
async fn live(cluster: &Cluster, round: u32) {
    let open = async |name: &str, ttl| {
        let client = Client::connect(cluster.endpoints(name)).await.ok()?;
        client.open_session(SessionOptions::new().ttl(Duration::from_secs(ttl))).await.ok()
    };
    let (one, two) = (open("n1", 5).await, open("n2", 5).await);
    let (Some(one), Some(two)) = (one, two) else { return };
    let _ = one.bind(&format!("names/{round}"), round.to_string()).await;
    let _ = one.acquire(LockClaim { path: "lock".into(), ..<_>::default() }).await;
    let plan = BarrierPlan { parties: Some(Parties::Count(2)), ..<_>::default() };
    let (a, b) = tokio::join!(one.enter_barrier("gate", plan.clone()), two.enter_barrier("gate", plan));
    drop((a, b));
    let _ = one.close().await;
    // The other one's end is not told by anybody: it expires.
    drop(two);
}

#[tokio::test]
async fn e1_one_cursor_goes_through_views_sessions_names_and_barriers() {
    let mut cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    let all = vec![];
    let (first, reader_one) = read(cluster.endpoints("n1"), all.clone());
    let (second, reader_two) = read(cluster.endpoints("n3"), all);
    wait_until("both have begun", async || {
        [&first, &second].iter().all(|told| told.lock().unwrap().snapshots.len() == 1)
    })
    .await;
    for round in 0..6 {
        live(&cluster, round).await;
        let victim = ["n1", "n2", "n3"][round as usize % 3];
        cluster.agent_mut(victim).kill_dash_nine();
        live(&cluster, 100 + round).await;
        cluster.agent_mut(victim).restart();
        cluster.agree_all().await;
        cluster.quorum_all().await;
    }
    let client = Client::connect(cluster.endpoints("n2")).await.unwrap();
    wait_until("all sessions are over", async || client.sessions().await.is_ok_and(|all| all.sessions.is_empty()))
        .await;
    let last = client.open_session(SessionOptions::new().label("last")).await.unwrap();
    let end = format!("opened {}", last.id());
    let at_end = |told: &Arc<Mutex<Told>>| told.lock().unwrap().changes.iter().any(|(_, change)| *change == end);
    wait_until("both readers are at the end", async || at_end(&first) && at_end(&second)).await;
    reader_one.abort();
    reader_two.abort();

    let (first, second) = (first.lock().unwrap(), second.lock().unwrap());
    assert_eq!(first.snapshots, [SnapshotReason::Start], "nothing was dropped: {:?}", first.snapshots);
    assert_eq!(second.snapshots, [SnapshotReason::Start], "nothing was dropped: {:?}", second.snapshots);
    assert!(first.changes.is_sorted_by_key(|(revision, _)| *revision));
    assert_eq!(first.changes, second.changes, "both were told the same");
    assert!(first.views >= 12, "{} views", first.views);
    let mut counts = BTreeMap::<&str, usize>::new();
    for (_, change) in &first.changes {
        *counts.entry(change.split(' ').next().unwrap()).or_default() += 1;
    }
    println!("{} views, {counts:?}", first.views);
    // Each once: what was opened is ended, what was bound is unbound.
    let ended =
        [EndReason::Closed, EndReason::Expired].map(|reason| counts.get(reason.as_str_name()).copied().unwrap_or(0));
    assert_eq!(counts["opened"], ended[0] + ended[1] + 1, "{counts:?}");
    assert_eq!(counts["bound"], counts["unbound"], "{counts:?}");
    assert!(ended.iter().all(|count| *count > 0) && counts["BARRIER_STEP_KIND_RELEASED"] > 0, "{counts:?}");
}

#[tokio::test]
async fn filters_choose_kinds_and_paths() {
    let cluster = Plan::new(1).quorate().form().await;
    cluster.quorum_all().await;
    let agent = cluster.agent("n1");
    let mut client = EventServiceClient::connect(format!("http://{}", agent.api())).await.unwrap();
    let one = agent.client().open_session(SessionOptions::new().label("one")).await.unwrap();
    one.bind("a/1", "x").await.unwrap();
    let request = WatchEventsRequest {
        kinds: vec![EventKind::Name.into(), EventKind::Barrier.into()],
        path_prefix: "a/".into(),
        ..<_>::default()
    };
    let mut stream = client.watch_events(request).await.unwrap().into_inner();
    let mut next = async || loop {
        match stream.message().await.unwrap().unwrap().message.unwrap() {
            Message::Snapshot(_) | Message::Recovery(_) | Message::Bookmark(_) => {}
            other => break other,
        }
    };
    let Message::Coordination(snapshot) = next().await else { panic!() };
    assert_eq!((snapshot.bindings.len(), snapshot.sessions.len(), snapshot.more), (1, 0, false));
    one.bind("b/1", "x").await.unwrap();
    let two = agent.client().open_session(SessionOptions::new().label("two")).await.unwrap();
    two.bind("a/2", "y").await.unwrap();
    let Message::Event(Event { kind: Some(Kind::Name(change)), .. }) = next().await else { panic!() };
    let Some(name_change::Change::Bound(bound)) = change.change else { panic!() };
    assert_eq!((bound.path.as_str(), bound.value.as_slice()), ("a/2", &b"y"[..]));

    let refused = client.watch_events(WatchEventsRequest { kinds: vec![9], ..<_>::default() }).await.unwrap_err();
    assert!(refused.message().contains("allowed are 1 to 8"), "{refused}");
    let refused = client.watch_events(WatchEventsRequest { path_prefix: "x".repeat(1025), ..<_>::default() }).await;
    assert!(refused.unwrap_err().message().contains("path_prefix"));
}
