//! Units of systemd as services: a systemd for tests at each node, whose units are real processes.

use std::{collections::BTreeMap, fs};

use quorate::v1::{self, InstanceState, WithoutQuorum, placement::Count};
use quorate_tests::{Cluster, Plan, services::*, systemd::*, wait_until};
use rustix::process::{Pid, Signal, kill_process};

fn once(service: v1::Service) -> v1::Service {
    let restart = v1::RestartPolicy { tries: Some(0), pause: millis(50), ..<_>::default() };
    v1::Service { restart: Some(restart), ..service }
}

fn best_on_n1(service: v1::Service) -> v1::Service {
    let placement = v1::Placement { preferred: vec!["n1".to_owned()], ..<_>::default() };
    v1::Service { placement: Some(placement), ..service }
}

/// What cannot be started is isolated, with what systemd says of it; the other node has no system bus.
#[tokio::test]
async fn a_unit_is_ready_when_it_is_active_and_says_why_it_is_not() {
    let stage = Stage::default();
    let may_go = stage.file("may-go");
    let file = |name: &str| UnitFile::running(&stage.single(name));
    let exits = UnitFile::running(&stage.script("exits", "exit 3"));
    let systemd = Systemd::start("n1")
        .with("good.service", file("good"))
        .with("slow.service", file("slow").ready_with(may_go.clone()))
        .with("exits.service", exits)
        .with("masked.service", file("masked").masked())
        .with("enabled.service", file("enabled").enabled());
    let mut plan = Plan::new(2).quorate();
    plan.specs()[0].launcher = systemd.launcher();
    plan.specs()[1].launcher = ["env", "DBUS_SYSTEM_BUS_ADDRESS=unix:path=/no/bus"].map(str::to_owned).into();
    let cluster = plan.form().await;
    cluster.quorum_all().await;
    let n1 = cluster.agent("n1");
    let good = v1::Service { restart: None, ..unit_service("good", "good.service") };
    let slow = unit_service("slow", "slow.service");
    let bad = ["exits", "masked", "enabled", "missing"].map(|name| unit_service(name, &format!("{name}.service")));
    let all = bad.into_iter().map(once).chain([good, slow]).map(best_on_n1);
    apply(n1, all.collect()).await.unwrap();
    wait_until("one is active, and systemd still starts the other one", async || {
        let now = recovery(n1).await.unwrap_or_default();
        let slow = now.instances.iter().find(|one| one.service == "slow");
        ready(&now).contains_key("good")
            && systemd.active("slow.service") == "activating"
            && slow.is_some_and(|slow| slow.state() == InstanceState::Starting)
    })
    .await;
    fs::write(may_go, "").unwrap();
    let now = cluster
        .recovered(&["n1", "n2"], |now| match now.unplaced.len() {
            4 => Ok(()),
            _ => Err(format!("isolated are {:?}", now.unplaced)),
        })
        .await;
    assert_eq!(ready(&now).into_keys().collect::<Vec<_>>(), ["good", "slow"]);
    let failed = now.instances.iter().filter(|one| one.state() == InstanceState::Failed);
    let why: BTreeMap<(&str, &str), &str> =
        failed.map(|one| ((one.service.as_str(), one.node_name.as_str()), one.reason.as_str())).collect();
    assert_eq!(why[&("exits", "n1")], "exits.service failed: exit-code (its main process exited with 3)");
    assert_eq!(why[&("missing", "n1")], "there is no unit missing.service on this node");
    assert!(why[&("masked", "n1")].starts_with("masked.service is masked on this node"), "{why:?}");
    assert!(why[&("enabled", "n1")].starts_with("enabled.service is enabled on this node"), "{why:?}");
    assert!(why[&("exits", "n2")].starts_with("the system bus at unix:path=/no/bus cannot be reached"), "{why:?}");

    // It ends by itself: it is started again.
    systemd.signal("good.service", Signal::KILL);
    let starts = || stage.lines().iter().filter(|line| line.starts_with("start good n1")).count();
    wait_until("it was started again", async || starts() == 2).await;
    cluster.recovered(&["n1", "n2"], |_| Ok(())).await;
    apply(n1, Vec::new()).await.unwrap();
    cluster.recovered(&["n1", "n2"], none).await;
    assert_eq!(["good", "slow"].map(|name| systemd.active(&format!("{name}.service"))), ["inactive"; 2]);
    stage.empty().await;
    assert!(!stage.lines().iter().any(|line| line.starts_with("TWICE")), "{:?}", stage.lines());
}

fn none(now: &v1::Recovery) -> Result<(), String> {
    if now.instances.is_empty() { Ok(()) } else { Err(format!("there are {:?}", now.instances)) }
}

fn runner(cluster: &Cluster, node: &str, instance: &str) -> Pid {
    let facts = cluster.agent(node).spec().data.join("services").join(instance).join("facts.json");
    let facts: serde_json::Value = serde_json::from_slice(&fs::read(facts).unwrap()).unwrap();
    Pid::from_raw(facts["runner"]["pid"].as_i64().unwrap().try_into().unwrap()).unwrap()
}

/// Whoever is killed, a unit is over before it is started elsewhere, by force if it must be; what may outlive its agent does.
#[tokio::test]
async fn s1_a_unit_is_over_before_it_starts_elsewhere() {
    let stage = Stage::default();
    let deaf = stage.file("deaf.lock");
    let deaf = stage.script(
        "deaf",
        &format!(
            "exec 9>{deaf}; flock -n 9 || echo TWICE >> {}; trap '' TERM; while :; do sleep 0.05; done",
            stage.file("log")
        ),
    );
    let names = ["n1", "n2", "n3"];
    let machines = names.map(|node| {
        Systemd::start(node)
            .with("db.service", UnitFile::running(&stage.single("db")))
            .with("deaf.service", UnitFile::running(&deaf))
            .with("tough.service", UnitFile::running(&stage.everywhere("tough")))
    });
    let systemd = |node: &str| &machines[names.iter().position(|name| *name == node).unwrap()];
    let mut plan = Plan::new(3).quorate();
    for spec in plan.specs() {
        spec.launcher = systemd(&spec.name).launcher();
    }
    let mut cluster = plan.form().await;
    cluster.quorum_all().await;
    let db = unit_service("db", "db.service");
    let with = v1::Placement { with: "db".to_owned(), ..<_>::default() };
    let deaf = v1::Service { placement: Some(with), ..unit_service("deaf", "deaf.service") };
    let every = v1::Placement { count: Some(Count::EveryMember(v1::EveryMember {})), ..<_>::default() };
    let tough = v1::Service {
        placement: Some(every),
        without_quorum: WithoutQuorum::CarryOn.into(),
        outlive_agent: millis(60_000),
        ..unit_service("tough", "tough.service")
    };
    apply(cluster.agent("n1"), vec![db, deaf, tough]).await.unwrap();
    let all = |nodes: usize| {
        move |now: &v1::Recovery| match ready(now) {
            ready if ready.len() == 3 && ready["tough"].len() == nodes => Ok(()),
            ready => Err(format!("{ready:?}")),
        }
    };
    let before = cluster.recovered(&names, all(3)).await;
    let at = ready(&before)["db"][0].clone();

    kill_process(runner(&cluster, &at, "db.0"), Signal::KILL).unwrap();
    let starts = |service: &str| {
        let start = format!("start {service} ");
        stage.lines().iter().filter(|line| line.starts_with(&start)).count()
    };
    wait_until("it was started again", async || starts("db") == 2).await;
    cluster.recovered(&names, all(3)).await;

    let at = ready(&recovery(cluster.agent("n1")).await.unwrap())["db"][0].clone();
    cluster.agent_mut(&at).kill_dash_nine();
    let left = cluster.others(&at);
    cluster.recovered(&left, all(2)).await;
    let over = ["db", "deaf", "tough"].map(|name| systemd(&at).active(&format!("{name}.service")));
    assert_eq!(over, ["inactive", "failed", "active"], "stopped, killed, left alone");
    cluster.agent_mut(&at).restart();
    cluster.agree_all().await;
    cluster.recovered(&names, all(3)).await;
    assert_eq!(starts("tough"), 3, "it was taken over: {:?}", stage.lines());
    assert!(!stage.lines().iter().any(|line| line.starts_with("TWICE")), "{:?}", stage.lines());
    apply(cluster.agent("n1"), Vec::new()).await.unwrap();
    cluster.recovered(&names, none).await;
    stage.empty().await;
}
