//! Networks that fail: agents in network namespaces, cut off from each other in silence. These tests need root and
//! `ip netns` (Debian package iproute2), and say so when something is missing.

#![allow(clippy::unwrap_used)]

use std::time::Instant;

use quorate::v1::{CauseKind, Channel, ChannelState, Link, LinkState};
use quorate_tests::{Cluster, LIMIT, Lab, Plan, StreamChecker, causes_of, id_of, names_of, wait_for};

const QUICK_RETURN: [&str; 4] = ["--damping-min", "1s", "--redial-max", "1s"];

async fn form(size: usize, networks: usize) -> Cluster {
    Plan::inside(Lab::new(size, networks)).flags(&QUICK_RETURN).form().await
}

/// Waits until the link from one agent to another is as it should be.
async fn link(cluster: &Cluster, what: &str, from: &str, to: &str, holds: impl Fn(&Link) -> bool) {
    wait_for(format!("the link from {from} to {to}: {what}"), LIMIT, async || {
        let answer = cluster.agent(from).client().node(to).await.map_err(|why| why.to_string())?;
        let link = answer.node.and_then(|node| node.link).ok_or("there is none")?;
        if holds(&link) { Ok(()) } else { Err(format!("{link:?}")) }
    })
    .await;
}

fn is_up(channel: &Channel) -> bool {
    channel.state() == ChannelState::Up
}

/// Whether messages flow over this network.
fn flows_over(link: &Link, network: &str) -> bool {
    let carries = |channel: &Channel| channel.active && is_up(channel) && channel.network == network;
    link.state() == LinkState::Up && link.channels.iter().any(carries)
}

fn is_dead(link: &Link, network: &str) -> bool {
    !link.channels.iter().any(|channel| channel.network == network && is_up(channel))
}

async fn every_pair(cluster: &Cluster, what: &str, holds: impl Fn(&Link) -> bool) {
    for from in cluster.agents() {
        for to in cluster.agents().iter().filter(|to| to.name() != from.name()) {
            link(cluster, what, from.name(), to.name(), &holds).await;
        }
    }
}

/// One of two networks fails for everybody: links fail over and back, and nobody leaves.
#[tokio::test]
async fn v6_the_loss_of_a_network_is_no_loss_of_a_node() {
    let cluster = form(3, 2).await;
    every_pair(&cluster, "both networks up", |link| {
        link.channels.iter().filter(|c| is_up(c) && c.trusted).count() >= 2
    })
    .await;
    let checker = StreamChecker::follow(&cluster).await;
    let view = cluster.agree_all().await;
    every_pair(&cluster, "over the preferred network", |link| flows_over(link, "net0")).await;

    let cut = Instant::now();
    (1..=3).for_each(|node| cluster.lab().unplug(0, node));
    every_pair(&cluster, "over the other network", |link| flows_over(link, "net1")).await;
    println!("net0 cut: all links have failed over after {:?}", cut.elapsed());
    every_pair(&cluster, "the network is down", |link| flows_over(link, "net1") && is_dead(link, "net0")).await;
    assert_eq!(id_of(&cluster.agree_all().await), id_of(&view));

    (1..=3).for_each(|node| cluster.lab().plug_in(0, node));
    every_pair(&cluster, "the network is back", |link| !is_dead(link, "net0")).await;
    assert_eq!(id_of(&cluster.agree_all().await), id_of(&view));
    assert!(checker.views_told("n1").is_empty(), "failover is no membership event");
    checker.verify(&cluster, &[]).await;
}

/// One pair of three cannot reach each other: the third relays, and nobody leaves.
#[tokio::test]
async fn v6_one_bad_pair_is_no_view_change() {
    let cluster = form(3, 1).await;
    let checker = StreamChecker::follow(&cluster).await;
    let view = cluster.agree_all().await;
    cluster.lab().part(0, [2, 3]);
    let relayed = |link: &Link| {
        let carries = |channel: &Channel| channel.active && is_up(channel) && channel.relayed_by == "n1";
        link.state() == LinkState::Up && is_dead(link, "net0") && link.channels.iter().any(carries)
    };
    link(&cluster, "relayed by n1", "n2", "n3", relayed).await;
    link(&cluster, "relayed by n1", "n3", "n2", relayed).await;
    assert_eq!(id_of(&cluster.agree_all().await), id_of(&view));

    cluster.lab().join(0, [2, 3]);
    link(&cluster, "direct again", "n2", "n3", |link| flows_over(link, "net0")).await;
    link(&cluster, "direct again", "n3", "n2", |link| flows_over(link, "net0")).await;
    assert_eq!(id_of(&cluster.agree_all().await), id_of(&view));
    assert!(checker.views_told("n1").is_empty(), "{:?}", checker.views_told("n1"));
    checker.verify(&cluster, &[]).await;
}

/// One node is cut off: two views, and one again when the network heals, with the history of both sides.
#[tokio::test]
async fn v5_a_cut_heals() {
    let cluster = form(3, 1).await;
    let mut checker = StreamChecker::follow(&cluster).await;
    for agent in cluster.agents() {
        checker.pin(agent).await;
    }
    let cut = Instant::now();
    cluster.lab().unplug(0, 3);
    let majority = cluster.agree(&["n1", "n2"]).await;
    let minority = cluster.agree(&["n3"]).await;
    println!("2|1 after {:?}: {:?} and {:?}", cut.elapsed(), id_of(&majority), id_of(&minority));
    let causes = causes_of(&majority, "n3");
    assert!(causes.len() == 1 && causes[0].kind() == CauseKind::Lost, "{majority:?}");
    assert!(causes[0].observations.iter().any(|seen| seen.text.contains("silent")), "{majority:?}");

    let healed = Instant::now();
    cluster.lab().plug_in(0, 3);
    let whole = cluster.agree_all().await;
    println!("one view {:?} {:?} after the network healed", id_of(&whole), healed.elapsed());
    let parents: Vec<_> = whole.parents.iter().map(quorate_tests::Id::from).collect();
    assert!(parents.contains(&id_of(&majority)) && parents.contains(&id_of(&minority)), "{parents:?}");
    checker.verify(&cluster, &[]).await;
    // V4: each side learns the view of the other.
    for (stream, other) in [("pinned n1", &minority), ("pinned n2", &minority), ("pinned n3", &majority)] {
        let told = checker.views_told(stream);
        assert!(told.iter().any(|view| view.missed && view.id == other.id), "{stream}: {told:?}");
    }
}

/// Every node is cut off from every other, then all are joined again.
#[tokio::test]
async fn v5_a_network_that_fails_for_all_heals() {
    let cluster = form(3, 1).await;
    let checker = StreamChecker::follow(&cluster).await;
    (1..=3).for_each(|node| cluster.lab().unplug(0, node));
    for name in ["n1", "n2", "n3"] {
        cluster.agree(&[name]).await;
    }
    (1..=3).for_each(|node| cluster.lab().plug_in(0, node));
    let whole = cluster.agree_all().await;
    assert_eq!(names_of(&whole), ["n1", "n2", "n3"]);
    checker.verify(&cluster, &[]).await;
}
