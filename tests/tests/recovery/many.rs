//! Many services, with a deep graph of dependencies.

use quorate::v1::{self, placement::Count};
use quorate_tests::{Plan, services::*};

/// Two hundred services on five nodes, each of which requires up to three of those before it, in forty levels.
#[tokio::test]
async fn two_hundred_services_in_a_deep_graph_follow_a_killed_node() {
    let stage = Stage::default();
    let mut cluster = Plan::new(5).flags(&PATIENT).quorate().form().await;
    cluster.quorum_all().await;
    let service = |number: usize| {
        let before: Vec<String> = (1..=3)
            .filter_map(|step| {
                (number / 5).checked_sub(step).map(|level| format!("s{}", level * 5 + (number + step) % 5))
            })
            .collect();
        let placement = v1::Placement { count: Some(Count::Instances(1)), ..<_>::default() };
        let script = format!("echo start s{number} >> {}; exec sleep 100000", stage.file("log"));
        v1::Service { requires: before, placement: Some(placement), ..stage.script(&format!("s{number}"), &script) }
    };
    let services: Vec<v1::Service> = (0..200).map(service).collect();
    apply(cluster.agent("n1"), services.clone()).await.unwrap();
    let all = |now: &v1::Recovery| match ready(now).values().map(Vec::len).sum::<usize>() {
        200 => Ok(()),
        ready => Err(format!("{ready} are ready, level {}", now.level)),
    };
    let names = ["n1", "n2", "n3", "n4", "n5"];
    cluster.recovered(&names, all).await;
    // On a busy machine quorum may be lost meanwhile, and they start again.
    let lines = stage.lines();
    assert!(lines.len() >= 200, "{} started", lines.len());
    for service in &services {
        let first = |name: &str| place(&lines, &format!("start {name}"));
        let started = first(&service.name);
        assert!(service.requires.iter().all(|on| first(on) < started), "{} started too early", service.name);
    }
    cluster.agent_mut("n4").kill_dash_nine();
    let now = cluster.recovered(&["n1", "n2", "n3", "n5"], all).await;
    println!("recovered after {:?}", now.took);
    apply(cluster.agent("n1"), Vec::new()).await.unwrap();
    stage.empty().await;
}

fn place(lines: &[String], line: &str) -> usize {
    lines.iter().position(|other| other == line).unwrap_or_else(|| panic!("no {line:?}"))
}
