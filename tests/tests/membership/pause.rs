//! Pauses: an agent that is frozen for a while is out, and comes back as the same boot.

use std::time::{Duration, Instant};

use quorate::v1::CauseKind;
use quorate_tests::{Plan, StreamChecker, causes_of, id_of};

/// How long an agent is frozen at least.
const FROZEN: Duration = Duration::from_secs(3);

#[tokio::test]
async fn a_frozen_agent_leaves_and_comes_back() {
    let cluster = Plan::new(3).flags(&["--damping-min", "1s"]).form().await;
    let mut checker = StreamChecker::follow(&cluster).await;
    checker.pin(cluster.agent("n3")).await;
    let first = cluster.agree_all().await;

    let frozen = Instant::now();
    cluster.agent("n3").sigstop();
    let without = cluster.agree(&["n1", "n2"]).await;
    println!("SIGSTOP: view {:?} told after {:?}", id_of(&without), checker.told_after(frozen, |_| true));
    let causes = causes_of(&without, "n3");
    assert!(causes.len() == 1 && causes[0].kind() == CauseKind::Lost, "{without:?}");
    assert!(causes[0].observations.iter().any(|seen| seen.text.contains("silent")), "{without:?}");
    tokio::time::sleep(FROZEN.saturating_sub(frozen.elapsed())).await;

    cluster.agent("n3").sigcont();
    let with = cluster.agree_all().await;
    assert_eq!(with.members.iter().map(|m| &m.boot_id).collect::<Vec<_>>().len(), 3);
    for member in &first.members {
        assert!(with.members.iter().any(|other| other.boot_id == member.boot_id), "the boots are the same: {with:?}");
    }
    let causes = causes_of(&with, "n3");
    assert!(causes.len() == 1 && causes[0].kind() == CauseKind::Returned, "{with:?}");

    checker.verify(&cluster, &[]).await;
    // Both the stream that is pinned to the frozen agent and the SDK's tell of the view it missed, and mark it.
    let told = checker.views_told("pinned n3");
    let missed: Vec<_> = told.iter().filter(|view| view.missed).map(id_of).collect();
    assert!(missed.contains(&id_of(&without)), "V4: {missed:?}");
}
