//! `quorate service`, `recovery` and `drain` against a real cluster that runs real processes.

use std::fs;

use quorate_tests::{Cli, Cluster, Plan};
use serde_json::Value;

/// How long recovery may take on a busy machine.
const WAIT: &str = "--wait=60s";

const SERVICES: &str = r#"
[services.seed]
command = ["/bin/sh", "-c", "exit 0"]
task = true

[services.db]
description = "Holds everything"
command = ["/bin/sleep", "1000"]
requires = ["seed"]
placement = { preferred = ["n1"] }
stop_timeout = "1s"

[services.web]
command = ["/bin/sleep", "1000"]
environment = { A = "1", B = "2", C = "3" }
after = ["seed"]
requires = ["db"]
placement = { instances = 2 }
stop_timeout = "1s"

[services.beacon]
command = ["/bin/sleep", "1000"]
placement = { every_member = true }
without_quorum = "carry-on"
stop_timeout = "1s"
"#;

async fn cluster() -> Cluster {
    let cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    cluster
}

/// Applies TOML, and waits until all runs.
async fn apply(cli: &Cli, toml: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("services.toml");
    fs::write(&path, toml).unwrap();
    cli.json(&["service", "apply", path.to_str().unwrap(), "--yes", WAIT]).await
}

fn states(list: &Value) -> Vec<(&str, &str)> {
    let services = list["services"].as_array().unwrap();
    services.iter().map(|one| (one["name"].as_str().unwrap(), one["state"].as_str().unwrap())).collect()
}

/// The nodes where the instances of a service are ready, in their order.
fn nodes<'a>(recovery: &'a Value, service: &str) -> Vec<&'a str> {
    let instances = recovery["recovery"]["instances"].as_array().unwrap();
    let ready = instances.iter().filter(|one| one["service"] == service && one["state"] == "ready");
    ready.map(|one| one["node_name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn services_are_applied_run_and_are_exported_as_they_are() {
    let cluster = cluster().await;
    let cli = cluster.cli(&["n1", "n2", "n3"]);
    let applied = apply(&cli, SERVICES).await;
    assert_eq!((&applied["applied"], applied["changes"].as_array().unwrap().len()), (&true.into(), 4), "{applied}");
    assert_eq!(nodes(&applied, "db"), ["n1"], "{applied}");
    assert_eq!(nodes(&applied, "web").len(), 2, "{applied}");
    assert_eq!(nodes(&applied, "beacon").len(), 3, "{applied}");

    let list = cli.json(&["service", "list"]).await;
    assert_eq!(states(&list), [("beacon", "ready"), ("db", "ready"), ("seed", "ready"), ("web", "ready")], "{list}");
    let why = cli.stdout(&["service", "why", "web"]).await;
    assert!(why.starts_with("web runs: 2 of 2 instances ready"), "{why}");
    let tree = cli.stdout(&["recovery"]).await;
    assert!(tree.contains("recovered") && tree.contains("level 1") && tree.contains("    web/1"), "{tree}");

    // What is exported changes nothing when it is applied.
    let folder = tempfile::tempdir().unwrap();
    for name in ["seed", "db", "web", "beacon"] {
        let toml = cli.stdout(&["service", "show", name, "--toml"]).await;
        fs::write(folder.path().join(format!("{name}.toml")), toml).unwrap();
    }
    let again = cli.json(&["service", "apply", folder.path().to_str().unwrap(), "--prune", "--yes"]).await;
    assert_eq!((&again["applied"], &again["changes"]), (&false.into(), &Value::Array(Vec::new())), "{again}");

    // A change is shown with its values, and faults are all told.
    let web = folder.path().join("web.toml");
    fs::write(&web, fs::read_to_string(&web).unwrap().replace("instances = 2", "instances = 1")).unwrap();
    let plan = cli.stdout(&["service", "apply", web.to_str().unwrap(), "--dry-run"]).await;
    assert!(plan.contains("~ web is changed") && plan.contains("placement.instances: 2 -> 1"), "{plan}");
    fs::write(
        &web,
        "[services.a]\ncommand = [\"x\"]\nafter = [\"none\"]\n[services.b]\ncommand = [\"x\"]\nafter = [\"nix\"]\n",
    )
    .unwrap();
    let refused = cli.run(&["service", "apply", web.to_str().unwrap(), "--yes"]).await;
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(refused.stderr.contains("names none") && refused.stderr.contains("names nix"), "{refused:?}");
}

#[tokio::test]
async fn operators_stop_move_drain_and_remove() {
    let cluster = cluster().await;
    let cli = cluster.cli(&["n1", "n2", "n3"]);
    apply(&cli, SERVICES).await;

    let stopped = cli.json(&["service", "stop", "db", WAIT]).await;
    assert!(nodes(&stopped, "db").is_empty(), "{stopped}");
    let why = cli.run(&["service", "why", "web"]).await;
    assert_eq!(why.code, 10, "{why:?}");
    assert!(why.stdout.contains("web requires db") && why.stdout.contains("quorate service start db"), "{why:?}");
    assert_eq!(cli.json(&["service", "start", "db", WAIT]).await["action"], "start");

    let moved = cli.json(&["service", "move", "db", "n2", WAIT]).await;
    assert_eq!(nodes(&moved, "db"), ["n2"], "{moved}");
    let shifts = cli.json(&["recovery", "what-if", "--drain", "n2"]).await;
    let of_db = shifts["shifts"].as_array().unwrap().iter().find(|one| one["service"] == "db").unwrap();
    assert_eq!(of_db["from_node"], "n2", "{shifts}");
    let drained = cli.json(&["drain", "n2", "--reason", "new disk", WAIT]).await;
    let left = drained["recovery"]["instances"].as_array().unwrap();
    assert!(left.iter().all(|one| one["node_name"] != "n2"), "{drained}");
    let refused = cli.run(&["service", "move", "db", "n2"]).await;
    assert_eq!(refused.code, 5, "{refused:?}");
    cli.json(&["undrain", "n2", WAIT]).await;

    cli.json(&["service", "disable", "beacon", "--reason", "too loud", WAIT]).await;
    let refused = cli.run(&["service", "start", "beacon"]).await;
    assert_eq!(refused.code, 5, "{refused:?}");
    cli.json(&["service", "enable", "beacon", WAIT]).await;
    let removed = cli.json(&["service", "remove", "beacon", "web", "--yes", WAIT]).await;
    assert_eq!(removed["changes"].as_array().unwrap().len(), 2, "{removed}");
    let list = cli.json(&["service", "list"]).await;
    assert_eq!(states(&list), [("db", "ready"), ("seed", "ready")], "{list}");
    let unknown = cli.run(&["service", "why", "web"]).await;
    assert_eq!(unknown.code, 4, "{unknown:?}");
}

#[tokio::test]
async fn recovery_is_watched_over_a_crash() {
    let mut cluster = cluster().await;
    let cli = cluster.cli(&["n1", "n2", "n3"]);
    apply(&cli, SERVICES).await;
    let mut watch = cli.follow(&["recovery", "--watch"]);
    let first = watch.next().await;
    assert_eq!(first["recovery"]["stage"], "recovered", "{first}");
    let epoch = first["recovery"]["epoch"].as_u64().unwrap();

    cluster.agent_mut("n1").kill_dash_nine();
    cluster.agree_all().await;
    let last = loop {
        let now = watch.next().await;
        let recovery = &now["recovery"];
        let begun_anew = recovery["epoch"].as_u64().is_some_and(|now| now > epoch);
        if begun_anew && recovery["stage"] == "recovered" && !nodes(&now, "db").is_empty() {
            break now;
        }
    };
    assert_ne!(nodes(&last, "db"), ["n1"], "{last}");
    assert_eq!(nodes(&last, "web").len(), 2, "{last}");
    assert_eq!(watch.interrupt().await, Some(0));
}
