//! Leaving: on SIGTERM and on request, a node goes without anybody having to detect it.

use std::time::{Duration, Instant};

use quorate::v1::{self, CauseKind};
use quorate_tests::{Cluster, Plan, StreamChecker, causes_of, id_of};

/// A departure is seen long before silence would be: this is the detection time of the agents here.
const DETECT: &str = "30s";

fn check_left(view: &v1::View, node: &str) {
    let causes = causes_of(view, node);
    assert!(causes.len() == 1 && causes[0].kind() == CauseKind::Left, "{view:?}");
}

#[tokio::test]
async fn sigterm_is_a_clean_leave() {
    let mut cluster = Plan::new(3).flags(&["--detect-timeout", DETECT]).form().await;
    let checker = StreamChecker::follow(&cluster).await;
    let asked = Instant::now();
    cluster.agent("n3").sigterm();
    let status = cluster.agent_mut("n3").exit().await;
    let exited = asked.elapsed();
    assert_eq!(status.code(), Some(0));
    let view = cluster.agree(&["n1", "n2"]).await;
    check_left(&view, "n3");
    checker.all_told(&view).await;
    println!("SIGTERM: view told after {:?}, exit after {exited:?}", checker.told_after(asked, |_| true));
    assert!(asked.elapsed() < Duration::from_secs(10), "nobody has to detect it");
    assert_eq!(checker.views_told("n1").len(), 1, "V7: it is one view change");
    checker.verify(&cluster, &[]).await;
}

#[tokio::test]
async fn the_controller_leaves_by_command() {
    let mut cluster = Plan::new(3).flags(&["--detect-timeout", DETECT]).form().await;
    let checker = StreamChecker::follow(&cluster).await;
    let controller = id_of(&cluster.agree_all().await).1;
    let left = cluster.cli(&[&controller]).json(&["leave", "--yes"]).await;
    assert_eq!((&left["action"], &left["confirmed"]), (&"leave".into(), &true.into()), "{left}");
    assert_eq!(left["node_name"], controller.as_str());
    assert_eq!(cluster.agent_mut(&controller).exit().await.code(), Some(0));
    let view = cluster.agree_all().await;
    check_left(&view, &controller);
    checker.verify(&cluster, &[]).await;

    // It may come back whenever it likes.
    cluster.agent_mut(&controller).restart();
    let view = cluster.agree_all().await;
    assert_eq!(view.members.len(), 3);
    checker.verify(&cluster, &[]).await;
}

#[tokio::test]
async fn all_leave_one_after_the_other() {
    let mut cluster = Cluster::form(3).await;
    for name in ["n1", "n2", "n3"] {
        cluster.agent(name).sigterm();
        assert_eq!(cluster.agent_mut(name).exit().await.code(), Some(0), "{name}");
        if name != "n3" {
            check_left(&cluster.agree_all().await, name);
        }
    }
}

/// All at once: nobody waits for somebody who is gone.
#[tokio::test]
async fn all_leave_together() {
    let mut cluster = Cluster::form(3).await;
    let asked = Instant::now();
    for agent in cluster.agents() {
        agent.sigterm();
    }
    for name in ["n1", "n2", "n3"] {
        assert_eq!(cluster.agent_mut(name).exit().await.code(), Some(0), "{name}");
    }
    println!("all three have ended {:?} after SIGTERM", asked.elapsed());
}
