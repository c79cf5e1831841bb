//! Finding each other: seeds that come late, one seed for all, several networks.

use quorate::v1::{ChannelState, LinkState, Node};
use quorate_tests::{LIMIT, Plan, StreamChecker, wait_for};

/// The only seed is down when the others start; it tells them of each other when it comes.
#[tokio::test]
async fn a_seed_that_comes_late_brings_all_together() {
    let mut plan = Plan::new(3);
    let seed = plan.specs()[2].peers[0].1.clone();
    for spec in plan.specs() {
        spec.seeds = vec![seed.clone()];
    }
    let mut cluster = plan.start();
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agree(&["n1"]).await;
    cluster.agree(&["n2"]).await;
    let checker = StreamChecker::follow_some(&cluster, &["n1", "n2"]).await;
    cluster.agent_mut("n3").restart();
    cluster.agree_all().await;
    // The streams of both sides tell of the other's past.
    checker.verify(&cluster, &[]).await;
}

fn check_channels(node: &Node, networks: &[&str]) -> Result<(), String> {
    let link = node.link.as_ref().ok_or("no link")?;
    let good = |network: &&str| {
        let mut channels = link.channels.iter().filter(|channel| channel.network == **network);
        channels.any(|channel| channel.state() == ChannelState::Up && channel.trusted && channel.relayed_by.is_empty())
    };
    let active = link.channels.iter().filter(|channel| channel.active).count();
    let up = link.state() == LinkState::Up && networks.iter().all(good) && active == 1;
    if up { Ok(()) } else { Err(format!("{link:?}")) }
}

/// Two networks: each pair has a channel on both, and one of them carries the messages.
#[tokio::test]
async fn links_use_every_network() {
    let networks = [("front", "127.0.0.1"), ("back", "127.0.0.2")];
    let cluster = Plan::on(3, &networks).form().await;
    let checker = StreamChecker::follow(&cluster).await;
    for agent in cluster.agents() {
        let names = networks.map(|(name, _)| name);
        wait_for(format!("all channels of {}", agent.name()), LIMIT, async || {
            let nodes = agent.client().nodes().await.map_err(|why| why.to_string())?.nodes;
            let mut others = nodes.iter().filter(|node| !node.is_self);
            others.try_for_each(|node| check_channels(node, &names).map_err(|why| format!("{}: {why}", node.node_name)))
        })
        .await;
    }
    assert!(checker.views_told("n1").is_empty(), "it is no matter of membership");
    checker.verify(&cluster, &[]).await;
}

/// The seeds are known by host names.
#[tokio::test]
async fn seeds_may_be_names() {
    let mut plan = Plan::new(3);
    for spec in plan.specs() {
        for seed in &mut spec.seeds {
            *seed = seed.replace("127.0.0.1", "localhost");
        }
    }
    plan.form().await;
}
