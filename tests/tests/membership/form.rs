//! Forming: agents that start together end in one view, all of them, with few detours.

use std::{collections::BTreeSet, time::Instant};

use quorate_tests::{Cluster, Plan, StreamChecker, id_of, names_of};

/// How many different numbers of members each agent saw on the way to its first view of all.
async fn sizes_seen(cluster: &Cluster) -> Vec<BTreeSet<usize>> {
    let histories = cluster.histories().await;
    let installed = histories.values().map(|history| history.values().filter(|view| !view.missed));
    installed.map(|views| views.map(|view| view.members.len()).collect()).collect()
}

async fn forms(size: usize) {
    let started = Instant::now();
    let cluster = Plan::new(size).start();
    let view = cluster.agree_all().await;
    let names: Vec<_> = cluster.agents().iter().map(|agent| agent.name()).collect();
    assert_eq!(names_of(&view), names);
    let sizes = sizes_seen(&cluster).await;
    println!("{size} nodes: view {:?} after {:?}, sizes seen {sizes:?}", id_of(&view), started.elapsed());
    // V7: those that start together come together. One that came late on a busy machine may have been alone at first,
    // or found the others in a view already.
    assert!(sizes.iter().all(|seen| seen.len() <= 3), "too many different sizes were seen: {sizes:?}");

    let checker = StreamChecker::follow(&cluster).await;
    checker.verify(&cluster, &[]).await;
    assert_eq!(id_of(&cluster.agree_all().await), id_of(&view), "the view stays");
}

#[tokio::test]
async fn v5_three_agents_form_one_view() {
    forms(3).await;
}

#[tokio::test]
async fn v5_five_agents_form_one_view() {
    forms(5).await;
}

#[tokio::test]
async fn an_agent_alone_is_a_cluster_of_one() {
    let cluster = Cluster::form(1).await;
    let view = cluster.agree(&["n1"]).await;
    assert_eq!((names_of(&view), view.members.len()), (vec!["n1"], 1));
    assert_eq!(view.id.unwrap().controller, "n1");
}
