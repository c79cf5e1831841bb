//! Time as agents count it: by the frames that they receive from each other.

use std::collections::BTreeMap;

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    agent::Agent,
    cluster::Cluster,
    wait::{LIMIT, wait_for},
};

/// Waits until each of these agents has received so many frames more for each of the others. While nothing changes nearly
/// all frames are heartbeats, of which a channel brings ten a second by default. So on two networks sixty of them are about
/// three times the silence after which a channel counts as down.
///
/// # Panics
/// When the frames do not come within the limit of all waiting: then the agents have lost each other.
pub async fn exchange(cluster: &Cluster, names: &[&str], frames: u64) {
    let mut aims = BTreeMap::new();
    for name in names {
        let others = u64::try_from(names.len() - 1).unwrap_or(u64::MAX);
        aims.insert(*name, received(cluster.agent(name)).await.expect("metrics") + frames * others);
    }
    for (name, aim) in aims {
        wait_for(format!("{name} to receive {aim} frames"), LIMIT, async || {
            match received(cluster.agent(name)).await {
                Ok(count) if count >= aim => Ok(()),
                other => Err(format!("{other:?}")),
            }
        })
        .await;
    }
}

/// How many frames the agent has received from all peers since its start.
async fn received(agent: &Agent) -> Result<u64, String> {
    let text = metrics(agent).await.map_err(|why| why.to_string())?;
    let line = text.lines().find_map(|line| line.strip_prefix("quorate_frames_received_total "));
    line.and_then(|count| count.trim().parse().ok()).ok_or(text)
}

/// What the agent tells Prometheus.
///
/// # Errors
/// When it cannot be reached.
pub async fn metrics(agent: &Agent) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(agent.http()).await?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nHost: agent\r\nConnection: close\r\n\r\n").await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}
