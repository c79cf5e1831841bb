//! What agents say of their links, and waiting for it.

use quorate::v1::{Channel, ChannelState, Link, LinkState};

use crate::{
    cluster::Cluster,
    wait::{LIMIT, wait_for},
};

/// Waits until the link from one agent to another is as it should be.
pub async fn link(cluster: &Cluster, what: &str, from: &str, to: &str, holds: impl Fn(&Link) -> bool) {
    wait_for(format!("the link from {from} to {to}: {what}"), LIMIT, async || {
        let answer = cluster.agent(from).client().node(to).await.map_err(|why| why.to_string())?;
        let link = answer.node.and_then(|node| node.link).ok_or("there is none")?;
        if holds(&link) { Ok(()) } else { Err(format!("{link:?}")) }
    })
    .await;
}

/// The same both ways.
pub async fn both_ways(cluster: &Cluster, what: &str, pair: [&str; 2], holds: impl Fn(&Link) -> bool) {
    link(cluster, what, pair[0], pair[1], &holds).await;
    link(cluster, what, pair[1], pair[0], &holds).await;
}

/// The same for every pair of these nodes, both ways.
pub async fn every_pair(cluster: &Cluster, what: &str, names: &[&str], holds: impl Fn(&Link) -> bool) {
    for from in names {
        for to in names.iter().filter(|to| *to != from) {
            link(cluster, what, from, to, &holds).await;
        }
    }
}

/// Whether heartbeats on this channel are answered.
#[must_use]
pub fn is_up(channel: &Channel) -> bool {
    channel.state() == ChannelState::Up
}

/// Whether messages flow over this network.
#[must_use]
pub fn flows_over(link: &Link, network: &str) -> bool {
    let carries = |channel: &Channel| channel.active && is_up(channel) && channel.network == network;
    link.state() == LinkState::Up && link.channels.iter().any(carries)
}

/// Whether no channel on this network is up.
#[must_use]
pub fn is_dead(link: &Link, network: &str) -> bool {
    !link.channels.iter().any(|channel| channel.network == network && is_up(channel))
}

/// Whether so many direct channels are up and trusted.
#[must_use]
pub fn has_trusted(link: &Link, count: usize) -> bool {
    let good = |channel: &&Channel| is_up(channel) && channel.trusted && channel.relayed_by.is_empty();
    link.channels.iter().filter(good).count() >= count
}

/// Whether a third node carries the messages, because no direct channel is up.
#[must_use]
pub fn is_relayed(link: &Link) -> bool {
    let carries = |channel: &Channel| channel.active && is_up(channel) && !channel.relayed_by.is_empty();
    let direct = |channel: &Channel| is_up(channel) && channel.relayed_by.is_empty();
    link.state() == LinkState::Up && link.channels.iter().any(carries) && !link.channels.iter().any(direct)
}
