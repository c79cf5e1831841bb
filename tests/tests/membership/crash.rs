//! Crashes: agents that are killed at once, members and the controller, one and two, and come back.

use std::time::Instant;

use quorate::v1::{self, CauseKind};
use quorate_tests::{Cluster, Id, StreamChecker, causes_of, id_of, names_of};

fn boot_of(view: &v1::View, node: &str) -> String {
    view.members.iter().find(|member| member.node_name == node).unwrap().boot_id.clone()
}

fn incarnation(view: &v1::View) -> u64 {
    id_of(view).0
}

/// The cause names the node, what happened, and which of the others in the view before saw what: also one that was lost
/// itself in the next moment.
fn check_loss(before: &v1::View, view: &v1::View, node: &str) {
    let causes = causes_of(view, node);
    assert_eq!(causes.len(), 1, "{view:?}");
    assert_eq!(causes[0].kind(), CauseKind::Lost, "{view:?}");
    assert!(!causes[0].observations.is_empty(), "nobody says what was seen: {view:?}");
    for seen in &causes[0].observations {
        assert!(seen.observer != node && names_of(before).contains(&seen.observer.as_str()), "{seen:?}");
        assert!(!seen.text.is_empty(), "{seen:?}");
    }
    assert!(view.transition.as_ref().unwrap().summary.contains(node), "{view:?}");
}

/// Kills a member and starts it again, with streams across all of it on every agent.
async fn crash_and_return(cluster: &mut Cluster, name: &str) {
    let mut checker = StreamChecker::follow(cluster).await;
    checker.pin(cluster.agent(name)).await;
    let first = cluster.agree_all().await;
    let others: Vec<_> = names_of(&first).into_iter().filter(|other| *other != name).map(str::to_owned).collect();

    let killed = Instant::now();
    cluster.agent_mut(name).kill_dash_nine();
    let without = cluster.agree(&others.iter().map(String::as_str).collect::<Vec<_>>()).await;
    check_loss(&first, &without, name);
    assert!(incarnation(&without) > incarnation(&first), "V2");
    checker.all_told_but(&without, &[&format!("pinned {name}")]).await;
    println!("kill -9 {name}: view {:?} told after {:?}", id_of(&without), checker.told_after(killed, |_| true));

    let started = Instant::now();
    cluster.agent_mut(name).restart();
    let with = cluster.agree_all().await;
    let back = |view: &v1::View| view.members.len() == first.members.len();
    checker.all_told(&with).await;
    println!("start of {name}: view {:?} told after {:?}", id_of(&with), checker.told_after(started, back));
    assert_ne!(boot_of(&with, name), boot_of(&first, name), "it comes with a new boot");
    let causes = causes_of(&with, name);
    assert!(causes.iter().all(|cause| cause.kind() == CauseKind::Restarted) && causes.len() == 1, "{with:?}");
    let history = cluster.history().await;
    let alike: Vec<_> = history.iter().filter(|(_, view)| names_of(view) == others).map(|(id, _)| id).collect();
    assert_eq!(alike, [&id_of(&without)], "V6: one crash is one view change, and no other follows until it is back");
    // Its own stream starts anew: an agent that has just been started knows nothing of the past until it is let in.
    checker.verify(cluster, &[&format!("pinned {name}")]).await;
}

#[tokio::test]
async fn a_member_crashes_and_comes_back() {
    let mut cluster = Cluster::form(3).await;
    crash_and_return(&mut cluster, "n3").await;
}

#[tokio::test]
async fn the_controller_crashes_and_comes_back() {
    let mut cluster = Cluster::form(3).await;
    let Id(_, controller) = id_of(&cluster.agree_all().await);
    crash_and_return(&mut cluster, &controller).await;
    let Id(_, next) = id_of(&cluster.agree_all().await);
    assert_ne!(next, controller, "the one that came back ranks last");
}

#[tokio::test]
async fn two_of_five_crash_together() {
    let mut cluster = Cluster::form(5).await;
    let checker = StreamChecker::follow(&cluster).await;
    let first = cluster.agree_all().await;
    let killed = Instant::now();
    for name in ["n4", "n2"] {
        cluster.agent_mut(name).kill_dash_nine();
    }
    let view = cluster.agree(&["n1", "n3", "n5"]).await;
    checker.all_told(&view).await;
    let told = checker.told_after(killed, |told| told.members.len() == 3);
    let views = checker.views_told("n1");
    println!("kill -9 of two of five: {} views, {:?} told after {told:?}", views.len(), id_of(&view));
    // One view change for both, or one for each when the machine was busy between the two signals (V7).
    assert!((1..=2).contains(&views.len()), "{:?}", views.iter().map(id_of).collect::<Vec<_>>());
    for name in ["n4", "n2"] {
        let losses: Vec<_> = views.iter().filter(|view| !causes_of(view, name).is_empty()).collect();
        assert_eq!(losses.len(), 1, "{name} is lost once");
        check_loss(&first, losses[0], name);
    }
    assert!(incarnation(&view) > incarnation(&first), "V2");
    checker.verify(&cluster, &[]).await;
}

/// Two agents that dial each other at the same time have two connections for a while. When both break in one crash, that
/// is one failure: the agent that comes back is let in at once, and has no need to form a view of its own.
#[tokio::test]
async fn v6_one_crash_counts_as_one_failure() {
    let mut cluster = Cluster::form(3).await;
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agree(&["n1", "n2"]).await;
    cluster.agent_mut("n3").restart();
    cluster.agree_all().await;
    for name in ["n1", "n2"] {
        let link = cluster.agent(name).client().node("n3").await.unwrap().node.unwrap().link.unwrap();
        let failures: Vec<_> = link.channels.iter().map(|channel| channel.failures).collect();
        assert!(failures.iter().all(|failures| *failures <= 1), "{name} counts {failures:?} failures of n3: {link:?}");
    }
    let history = cluster.history().await;
    let alone: Vec<_> = history.values().filter(|view| view.members.len() == 1).map(id_of).collect();
    assert!(alone.is_empty(), "n3 had to form views of its own: {alone:?}");
}

/// Nothing is lost when the same agent crashes again and again.
#[tokio::test]
async fn v2_incarnations_rise_over_several_crashes() {
    let mut cluster = Cluster::form(3).await;
    let checker = StreamChecker::follow(&cluster).await;
    let mut last = incarnation(&cluster.agree_all().await);
    for _ in 0..3 {
        cluster.agent_mut("n2").kill_dash_nine();
        cluster.agree(&["n1", "n3"]).await;
        cluster.agent_mut("n2").restart();
        let view = cluster.agree_all().await;
        assert!(incarnation(&view) > last + 1, "V2: {view:?}");
        last = incarnation(&view);
    }
    checker.verify(&cluster, &[]).await;
}
