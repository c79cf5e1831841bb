//! Services that hang, do not listen, end at once, flap, fork away or flood their log: each is isolated and named, and the
//! cluster goes on.

use std::fs;

use quorate::v1::{self, InstanceState};
use quorate_tests::{Plan, services::*};

const TRIES_ONE: fn() -> Option<v1::RestartPolicy> =
    || Some(v1::RestartPolicy { tries: Some(1), pause: millis(50), ..<_>::default() });

#[tokio::test]
async fn what_misbehaves_is_isolated_and_named() {
    let stage = Stage::default();
    let cluster = Plan::new(2).quorate().form().await;
    cluster.quorum_all().await;
    let n1 = cluster.agent("n1");
    let notify =
        v1::Readiness { kind: Some(v1::readiness::Kind::Notify(v1::NotifyReadiness {})), ..v1::Readiness::default() };
    let hang = v1::Service {
        readiness: Some(notify),
        start_timeout: millis(500),
        restart: TRIES_ONE(),
        ..stage.script("hang", "exec sleep 100000")
    };
    let exits = v1::Service { restart: TRIES_ONE(), ..stage.script("exits", "echo no; exit 3") };
    let missing = v1::Service {
        kind: Some(v1::service::Kind::Program(v1::Program {
            command: vec!["/no/such/program".to_owned()],
            ..v1::Program::default()
        })),
        restart: TRIES_ONE(),
        ..stage.script("missing", "")
    };
    let deaf =
        v1::Service { stop_timeout: millis(300), ..stage.script("deaf", "trap '' TERM; while :; do sleep 0.05; done") };
    let forks =
        stage.script("forks", "setsid sh -c 'trap \"\" TERM; sleep 100000 & setsid sleep 100000' & exec sleep 100000");
    let flood = v1::Service {
        log: Some(v1::LogLimits { bytes: 65_536, files: 1 }),
        ..stage.script("flood", "exec yes a line that is written all the time")
    };
    let good = stage.single("good");
    let all = vec![hang, exits, requiring(stage.single("needs"), &["exits"]), missing, deaf, forks, flood, good];
    apply(n1, all).await.unwrap();
    let isolated = |now: &v1::Recovery| {
        let unplaced: Vec<&str> = now.unplaced.iter().map(|one| one.service.as_str()).collect();
        if unplaced == ["exits", "hang", "missing"] { Ok(()) } else { Err(format!("isolated are {unplaced:?}")) }
    };
    let now = cluster.recovered(&["n1", "n2"], isolated).await;
    let running: Vec<String> = ready(&now).into_keys().collect();
    assert_eq!(running, ["deaf", "flood", "forks", "good"]);
    assert_eq!(now.blocked, [v1::BlockedService { service: "needs".into(), requires: "exits".into() }]);
    let why = |service: &str| {
        let failed = now.instances.iter().filter(|one| one.service == service && one.state() == InstanceState::Failed);
        failed.map(|one| one.reason.clone()).collect::<Vec<_>>()
    };
    assert_eq!(why("exits"), ["exited with 3", "exited with 3"], "on both nodes");
    assert_eq!(why("hang"), ["not ready within 500ms", "not ready within 500ms"]);
    assert!(why("missing").iter().all(|why| why.contains("/no/such/program")), "{:?}", why("missing"));
    let obstacles = &now.unplaced[0].obstacles;
    assert!(obstacles.iter().all(|one| one.reason == "it failed there too often"), "{obstacles:?}");
    for agent in cluster.agents() {
        let folder = agent.spec().data.join("services/flood.0");
        let logs = fs::read_dir(folder).into_iter().flatten().flatten();
        let logs = logs.filter(|entry| entry.file_name().to_string_lossy().starts_with("log"));
        let bytes: u64 = logs.map(|entry| entry.metadata().unwrap().len()).sum();
        assert!(bytes <= 3 * 65_536, "{bytes} bytes of log");
    }
    apply(n1, Vec::new()).await.unwrap();
    cluster.recovered(&["n1", "n2"], |now| if now.instances.is_empty() { Ok(()) } else { Err("not yet".into()) }).await;
    stage.empty().await;
}

/// It is started again with growing pauses where it is, and then goes to the other node.
#[tokio::test]
async fn what_flaps_goes_elsewhere() {
    let stage = Stage::default();
    let cluster = Plan::new(2).quorate().form().await;
    cluster.quorum_all().await;
    let n1 = cluster.agent("n1");
    let flaps = v1::Service {
        placement: Some(v1::Placement { preferred: vec!["n2".to_owned()], ..<_>::default() }),
        restart: Some(v1::RestartPolicy { tries: Some(2), pause: millis(20), ..<_>::default() }),
        ..stage.script("flaps", "[ $QUORATE_NODE = n2 ] && sleep 0.1 && exit 7; exec sleep 100000")
    };
    apply(n1, vec![flaps]).await.unwrap();
    let moved = |now: &v1::Recovery| match ready(now).get("flaps") {
        Some(nodes) if *nodes == ["n1"] => Ok(()),
        other => Err(format!("it is ready at {other:?}")),
    };
    let now = cluster.recovered(&["n1", "n2"], moved).await;
    let failed = now.instances.iter().find(|one| one.node_name == "n2").unwrap();
    assert_eq!((failed.state(), failed.reason.as_str()), (InstanceState::Failed, "exited with 7"));
}
