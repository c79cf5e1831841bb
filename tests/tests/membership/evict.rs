//! Evictions: a node that an operator has put out stays out, and is told why, until it is readmitted.

use quorate::v1::{CauseKind, NodeState};
use quorate_tests::{Cluster, StreamChecker, causes_of, id_of, names_of, wait_until};

const REASON: &str = "its disk is failing";

#[tokio::test]
async fn an_evicted_node_stays_out_until_it_is_readmitted() {
    let mut cluster = Cluster::form(3).await;
    let checker = StreamChecker::follow(&cluster).await;
    cluster.agent("n1").client().evict("n3", REASON).await.unwrap();
    let without = cluster.agree(&["n1", "n2"]).await;
    let causes = causes_of(&without, "n3");
    assert!(causes.len() == 1 && causes[0].kind() == CauseKind::Evicted, "{without:?}");
    assert!(without.transition.as_ref().unwrap().summary.contains("n3"), "{without:?}");
    for name in ["n1", "n2"] {
        let node = cluster.agent(name).client().node("n3").await.unwrap().node.unwrap();
        assert_eq!(node.state(), NodeState::Evicted, "{name} refuses it too");
    }

    // A new start does not help: it is refused with the operator's reason, and both sides say so.
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agent_mut("n3").restart();
    cluster.agent("n3").logged(&["WARN", "refused by a peer", "Evicted", REASON]).await;
    cluster.agent("n1").logged(&["WARN", "peer refused", "peer=\"n3\"", "Evicted", REASON]).await;
    wait_until("n3 to have a view of its own", async || {
        let view = cluster.agent("n3").view().await.ok().and_then(|answer| answer.view);
        view.is_some_and(|view| names_of(&view) == ["n3"])
    })
    .await;
    assert_eq!(id_of(&cluster.agree(&["n1", "n2"]).await), id_of(&without), "the others are not disturbed");

    cluster.agent("n2").client().readmit("n3").await.unwrap();
    let with = cluster.agree_all().await;
    let causes = causes_of(&with, "n3");
    assert_eq!(causes.len(), 1, "{with:?}");
    // It was never seen to crash: its streams moved on when it was killed.
    checker.verify(&cluster, &["n3"]).await;
}

/// An eviction is on the disks of those who know of it.
#[tokio::test]
async fn an_eviction_survives_a_stop_of_all() {
    let mut cluster = Cluster::form(3).await;
    cluster.agent("n1").client().evict("n3", REASON).await.unwrap();
    cluster.agree(&["n1", "n2"]).await;
    cluster.agent_mut("n3").kill_dash_nine();
    for name in ["n1", "n2"] {
        cluster.agent(name).sigterm();
    }
    for name in ["n1", "n2"] {
        cluster.agent_mut(name).exit().await;
    }
    for name in ["n1", "n2", "n3"] {
        cluster.agent_mut(name).restart();
    }
    let view = cluster.agree(&["n1", "n2"]).await;
    cluster.agent("n3").logged(&["refused by a peer", "Evicted", REASON]).await;
    assert_eq!(id_of(&cluster.agree(&["n1", "n2"]).await), id_of(&view));
}

/// One that is not running can be evicted too.
#[tokio::test]
async fn a_node_that_is_down_can_be_evicted() {
    let mut cluster = Cluster::form(3).await;
    cluster.agent_mut("n2").kill_dash_nine();
    let without = cluster.agree(&["n1", "n3"]).await;
    cluster.agent("n3").client().evict("n2", REASON).await.unwrap();
    cluster.agent_mut("n2").restart();
    cluster.agent("n2").logged(&["refused by a peer", "Evicted", REASON]).await;
    assert_eq!(id_of(&cluster.agree(&["n1", "n3"]).await), id_of(&without));
    cluster.agent("n1").client().readmit("n2").await.unwrap();
    cluster.agree_all().await;
}
