//! What the Rust SDK costs beside a bare stub: for each call, and for each event of a watch that has them waiting for it.
//!
//! `quorate-overhead HOST:PORT` prints a line of JSON, as the programs of the other SDKs do in their folders `benchmark`;
//! `sdk-bindings/tools/bench_sdks` runs them all.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use futures_util::{StreamExt, future::try_join_all};
use quorate::{Client, NameWatchOptions, Session, SessionOptions, v1};
use quorate_proto::v1::{name_service_client::NameServiceClient, quorum_service_client::QuorumServiceClient};
use tonic::transport::{Channel, Endpoint};

const ROUNDS: usize = 20;
const CALLS: u32 = 200;
const WARM_UP: u32 = 500;
/// Fewer than an agent keeps as history.
const CHANGES: u32 = 3000;
const TIMEOUT: Duration = Duration::from_secs(5);
const PREFIX: &str = "overhead/rust/";

/// Microseconds, by a bare stub and by the SDK.
struct Pair {
    bare: f64,
    sdk: f64,
}

#[tokio::main]
async fn main() -> Result<()> {
    let endpoint = std::env::args().nth(1).context("give an endpoint, as in 127.0.0.1:7401")?;
    let channel = Endpoint::from_shared(format!("http://{endpoint}"))?.connect().await?;
    let client = Client::connect([endpoint]).await?;
    let (call, event) = (calls(&channel, &client).await?, events(&channel, &client).await?);
    let shown = |Pair { bare, sdk }: Pair| serde_json::json!({"bare_us": bare, "sdk_us": sdk});
    println!("{}", serde_json::json!({"call": shown(call), "event": shown(event)}));
    Ok(())
}

async fn calls(channel: &Channel, client: &Client) -> Result<Pair> {
    let mut stub = QuorumServiceClient::new(channel.clone());
    let (mut bare, mut sdk) = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        // The first one warms up.
        let count = if round == 0 { WARM_UP } else { CALLS };
        let began = Instant::now();
        for _ in 0..count {
            let mut request = tonic::Request::new(v1::GetQuorumRequest {});
            request.set_timeout(TIMEOUT);
            stub.get_quorum(request).await?;
        }
        bare.push(each(began, count));
        let began = Instant::now();
        for _ in 0..count {
            client.quorum().await?;
        }
        sdk.push(each(began, count));
    }
    Ok(Pair { bare: median(&mut bare[1..]), sdk: median(&mut sdk[1..]) })
}

async fn events(channel: &Channel, client: &Client) -> Result<Pair> {
    let mut watch = client.watch_names(NameWatchOptions::new(PREFIX))?;
    let cursor = watch.next().await.context("a snapshot")??.cursor;
    drop(watch);
    let session = client.open_session(SessionOptions::new()).await?;
    change(&session).await?;
    let mut stub = NameServiceClient::new(channel.clone());
    let (mut bare, mut sdk) = (Vec::new(), Vec::new());
    for _ in 0..=ROUNDS {
        let request = v1::WatchNamesRequest { prefix: PREFIX.to_owned(), cursor: cursor.clone() };
        let mut stream = stub.watch_names(request).await?.into_inner();
        stream.message().await?.context("a first message")?;
        let began = Instant::now();
        for _ in 1..CHANGES {
            stream.message().await?.context("a change")?;
        }
        bare.push(each(began, CHANGES - 1));
        let mut watch = client.watch_names(NameWatchOptions::new(PREFIX).cursor(cursor.clone()))?;
        watch.next().await.context("a first message")??;
        let began = Instant::now();
        for _ in 1..CHANGES {
            watch.next().await.context("a change")??;
        }
        sdk.push(each(began, CHANGES - 1));
    }
    session.close().await?;
    Ok(Pair { bare: median(&mut bare[1..]), sdk: median(&mut sdk[1..]) })
}

/// As many changes as are read.
async fn change(session: &Session) -> Result<()> {
    let paths: Vec<String> = (0..32).map(|number| format!("{PREFIX}{number}")).collect();
    for number in 0..CHANGES.div_ceil(32) {
        try_join_all(paths.iter().map(|path| session.bind(path, number.to_string()))).await?;
    }
    Ok(())
}

/// Microseconds for each of so many.
fn each(began: Instant, count: u32) -> f64 {
    began.elapsed().as_secs_f64() * 1e6 / f64::from(count)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
