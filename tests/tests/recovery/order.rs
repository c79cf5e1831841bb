//! Services start level by level, follow their nodes, and do what operators ask for.

use futures_util::StreamExt;
use quorate::{
    EventWatchOptions, Watch,
    v1::{self, control_service_request::Action, event::Kind, recovery_change::Change, watch_events_response::Message},
};
use quorate_tests::{Agent, Cluster, LIMIT, Plan, services::*};
use tokio::time::timeout;
use tonic::Code;
use tonic_types::StatusExt;

fn chain(stage: &Stage) -> Vec<v1::Service> {
    let mut web = requiring(stage.single("web"), &["db"]);
    web.placement = Some(v1::Placement { with: "db".to_owned(), ..<_>::default() });
    vec![stage.single("db"), web, requiring(stage.single("top"), &["web"]), stage.everywhere("every")]
}

fn has(count: usize) -> impl Fn(&v1::Recovery) -> Result<(), String> {
    move |now| {
        let ready: usize = ready(now).values().map(Vec::len).sum();
        if ready == count { Ok(()) } else { Err(format!("{ready} instances are ready: {:?}", now.instances)) }
    }
}

fn place(lines: &[String], begin: &str) -> usize {
    lines.iter().position(|line| line.starts_with(begin)).unwrap_or_else(|| panic!("no {begin:?} in {lines:?}"))
}

/// What is told of recovery from now on, after how it stands.
async fn events(agent: &Agent) -> Watch<v1::WatchEventsResponse> {
    let options = EventWatchOptions::new().kinds([v1::EventKind::Recovery]);
    let mut events = agent.client().watch_events(options).unwrap();
    while !matches!(next(&mut events).await, Message::Recovery(_)) {}
    events
}

async fn next(events: &mut Watch<v1::WatchEventsResponse>) -> Message {
    let message = timeout(2 * LIMIT, events.next()).await.expect("a message in time");
    message.expect("the stream goes on").unwrap().message.unwrap()
}

/// What is told until all is recovered in an epoch, each change in few words.
async fn told_until_recovered(events: &mut Watch<v1::WatchEventsResponse>, epoch: u64) -> Vec<String> {
    let mut told = Vec::new();
    loop {
        let Message::Event(v1::Event { kind: Some(Kind::Recovery(change)), .. }) = next(events).await else { continue };
        match change.change.unwrap() {
            Change::Instance(one) => {
                let state = one.state().as_str_name().trim_start_matches("INSTANCE_STATE_");
                told.push(format!("{} {state} {}", one.service, one.node_name));
            }
            Change::Gone(one) => told.push(format!("{} gone {}", one.service, one.node_name)),
            Change::Step(step) if change.epoch >= epoch && step.stage() == v1::RecoveryStage::Recovered => return told,
            _ => {}
        }
    }
}

async fn started(stage: &Stage, cluster: &Cluster) -> v1::Recovery {
    apply(cluster.agent("n2"), chain(stage)).await.unwrap();
    cluster.recovered(&["n1", "n2", "n3"], has(6)).await
}

#[tokio::test]
async fn r1_services_start_in_order_and_follow_a_killed_node() {
    let stage = Stage::default();
    let mut cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    let before = started(&stage, &cluster).await;
    let lines = stage.lines();
    assert!(place(&lines, "start db") < place(&lines, "start web"), "{lines:?}");
    assert!(place(&lines, "start web") < place(&lines, "start top"), "{lines:?}");
    let at = ready(&before)["db"][0].clone();
    assert_eq!(ready(&before)["web"], ready(&before)["db"]);
    stage.forget();
    let left: Vec<String> = cluster.others(&at).into_iter().map(str::to_owned).collect();
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    let mut events = events(cluster.agent(left[1])).await;
    cluster.agent_mut(&at).kill_dash_nine();
    let after = cluster.recovered(&left, has(5)).await;
    let told = told_until_recovered(&mut events, after.epoch).await;
    for service in ["db", "web"] {
        let order = [format!("{service} gone {at}"), format!("{service} READY {}", ready(&after)[service][0])];
        let places = order.map(|one| place(&told, &one));
        assert!(places[0] < places[1], "{service} in {told:?}");
    }
    assert!(place(&told, "db READY") < place(&told, "web READY"), "{told:?}");
    println!("recovered after {:?}", after.took);
    let lines = stage.lines();
    assert!(place(&lines, "start db") < place(&lines, "start web"), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("TWICE")), "{lines:?}");
    let token = |of: &v1::Recovery| {
        let db = of.instances.iter().find(|instance| instance.service == "db").unwrap().token.unwrap();
        (db.epoch, db.counter)
    };
    assert!(token(&after) > token(&before), "S1: a later token is higher");
}

#[tokio::test]
async fn operators_drain_move_stop_and_disable() {
    let stage = Stage::default();
    let cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    let before = started(&stage, &cluster).await;
    let (n1, all) = (cluster.agent("n1"), ["n1", "n2", "n3"]);
    let at = ready(&before)["db"][0].clone();
    stage.forget();
    let drain = v1::DrainNode { node_name: at.clone(), reason: "new disk".to_owned() };
    control(n1, Action::Drain(drain)).await.unwrap();
    let now = cluster.recovered(&all, has(5)).await;
    assert!(!ready(&now).values().flatten().any(|node| *node == at), "{:?}", now.instances);
    let lines = stage.lines();
    assert!(place(&lines, "end top") < place(&lines, "end web"), "{lines:?}");
    assert!(place(&lines, "end web") < place(&lines, "end db"), "{lines:?}");
    assert!(place(&lines, "end db") < place(&lines, "start db"), "{lines:?}");
    control(n1, Action::Undrain(at.clone())).await.unwrap();
    cluster.recovered(&all, has(6)).await;

    let shift = v1::MoveService { service: "db".to_owned(), instance: 0, node_name: at.clone() };
    control(n1, Action::Move(shift)).await.unwrap();
    let moved = |now: &v1::Recovery| if ready(now)["db"] == [at.clone()] { has(6)(now) } else { Err("not yet".into()) };
    cluster.recovered(&all, moved).await;
    control(n1, Action::Stop("web".to_owned())).await.unwrap();
    cluster.recovered(&all, has(4)).await;
    control(n1, Action::Start("web".to_owned())).await.unwrap();
    cluster.recovered(&all, has(6)).await;
    stage.forget();
    control(n1, Action::Restart("top".to_owned())).await.unwrap();
    cluster
        .recovered(&all, |now| {
            if stage.lines().iter().any(|line| line.starts_with("start top")) {
                has(6)(now)
            } else {
                Err("not yet".into())
            }
        })
        .await;
    let disable = v1::DisableService { service: "top".to_owned(), reason: "too dear".to_owned() };
    control(n1, Action::Disable(disable)).await.unwrap();
    cluster.recovered(&all, has(5)).await;

    let refused = |status: tonic::Status| (status.code(), status.get_details_error_info().unwrap().reason);
    let start = control(n1, Action::Start("top".to_owned())).await.unwrap_err();
    assert_eq!(refused(start), (Code::FailedPrecondition, "CLUSTER_STATE".to_owned()));
    let unknown = control(n1, Action::Stop("x".to_owned())).await.unwrap_err();
    assert_eq!(refused(unknown), (Code::NotFound, "SERVICE_NOT_FOUND".to_owned()));
    let shift = v1::MoveService { service: "db".to_owned(), instance: 0, node_name: "n9".to_owned() };
    let nowhere = control(n1, Action::Move(shift)).await.unwrap_err();
    assert_eq!(refused(nowhere), (Code::NotFound, "NODE_NOT_FOUND".to_owned()));
    let bad = apply(n1, vec![requiring(stage.single("a"), &["b"]), requiring(stage.single("b"), &["a"])]).await;
    let bad = bad.unwrap_err();
    assert!(bad.message().contains("circle: a -> b -> a"), "{bad}");
    assert_eq!(refused(bad), (Code::InvalidArgument, "SERVICE_INVALID".to_owned()));

    apply(n1, Vec::new()).await.unwrap();
    cluster.recovered(&all, has(0)).await;
    stage.empty().await;
    assert!(!stage.lines().iter().any(|line| line.starts_with("TWICE")), "{:?}", stage.lines());
}

#[tokio::test]
async fn a_node_that_leaves_hands_its_services_over_first() {
    let stage = Stage::default();
    let mut cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    let before = started(&stage, &cluster).await;
    let at = ready(&before)["db"][0].clone();
    stage.forget();
    cluster.agent(&at).sigterm();
    assert!(cluster.agent_mut(&at).exit().await.success());
    let left: Vec<String> = cluster.others(&at).into_iter().map(str::to_owned).collect();
    let left: Vec<&str> = left.iter().map(String::as_str).collect();
    cluster.recovered(&left, has(5)).await;
    let lines = stage.lines();
    assert!(place(&lines, "end web") < place(&lines, "end db"), "{lines:?}");
    assert!(place(&lines, "end db") < place(&lines, "start db"), "{lines:?}");
    assert!(!lines.iter().any(|line| line.starts_with("TWICE")), "{lines:?}");
}
