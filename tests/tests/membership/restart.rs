//! Restarts on purpose: one agent after the other, and all at once.

use quorate_tests::{Cluster, StreamChecker, id_of};

/// SIGTERM, end, start, for each of the three, with a stream on each agent across all of it.
#[tokio::test]
async fn e1_streams_survive_a_rolling_restart() {
    let mut cluster = Cluster::form(3).await;
    let checker = StreamChecker::follow(&cluster).await;
    for name in ["n1", "n2", "n3"] {
        cluster.agent(name).sigterm();
        assert_eq!(cluster.agent_mut(name).exit().await.code(), Some(0), "{name}");
        let without = cluster.agree_all().await;
        checker.all_told(&without).await;
        cluster.agent_mut(name).restart();
        let with = cluster.agree_all().await;
        assert!(id_of(&with) > id_of(&without), "V2");
        checker.all_told(&with).await;
    }
    for stream in ["n1", "n2", "n3"] {
        assert!(checker.views_told(stream).len() >= 6, "each departure and each return is a view");
    }
    checker.verify(&cluster, &[]).await;
}

/// The same without waiting for the streams: readers that are being moved around get everything all the same.
#[tokio::test]
async fn e1_streams_survive_a_rolling_restart_in_haste() {
    let mut cluster = Cluster::form(3).await;
    let checker = StreamChecker::follow(&cluster).await;
    for name in ["n3", "n2", "n1"] {
        cluster.agent(name).sigterm();
        cluster.agent_mut(name).exit().await;
        cluster.agent_mut(name).restart();
        cluster.agree_all().await;
    }
    checker.verify(&cluster, &[]).await;
}

/// What agents know of the past is gone when all of them stop, and streams say so; incarnations go on from the disks.
#[tokio::test]
async fn v2_incarnations_rise_over_a_stop_of_all() {
    let mut cluster = Cluster::form(3).await;
    let mut last = id_of(&cluster.agree_all().await);
    let checker = StreamChecker::follow(&cluster).await;
    for round in 0..2 {
        for agent in cluster.agents() {
            agent.sigterm();
        }
        for name in ["n1", "n2", "n3"] {
            assert_eq!(cluster.agent_mut(name).exit().await.code(), Some(0), "{name} in round {round}");
        }
        for name in ["n1", "n2", "n3"] {
            cluster.agent_mut(name).restart();
        }
        let view = cluster.agree_all().await;
        assert!(id_of(&view).0 > last.0, "V2: {:?} after {last:?}", id_of(&view));
        last = id_of(&view);
    }
    checker.verify(&cluster, &["n1", "n2", "n3"]).await;
}

/// The same after a power cut.
#[tokio::test]
async fn v2_incarnations_rise_over_a_crash_of_all() {
    let mut cluster = Cluster::form(3).await;
    let before = id_of(&cluster.agree_all().await);
    for name in ["n1", "n2", "n3"] {
        cluster.agent_mut(name).kill_dash_nine();
    }
    for name in ["n1", "n2", "n3"] {
        cluster.agent_mut(name).restart();
    }
    let after = id_of(&cluster.agree_all().await);
    assert!(after.0 > before.0, "V2: {after:?} after {before:?}");
}
