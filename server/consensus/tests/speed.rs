//! How fast it is here: `cargo test --release -p quorate-consensus --test speed -- --ignored --nocapture`.

#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use support::{Cluster, options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "measures, and proves nothing"]
async fn commits_per_second() {
    for voters in [1, 3] {
        let cluster = Cluster::led(voters, options()).await;
        for proposers in [1, 64] {
            let (end, begun) = (Duration::from_secs(4), Instant::now());
            let tasks: Vec<_> = (0..proposers)
                .map(|_| {
                    let node = cluster.nodes[&1].clone();
                    tokio::spawn(async move {
                        let mut times = Vec::new();
                        while begun.elapsed() < end {
                            let asked = Instant::now();
                            node.propose(vec![7; 64]).await.unwrap();
                            times.push(asked.elapsed());
                        }
                        times
                    })
                })
                .collect();
            let mut times = Vec::new();
            for task in tasks {
                times.extend(task.await.unwrap());
            }
            let rate = times.len() as f64 / begun.elapsed().as_secs_f64();
            times.sort();
            let (half, most) = (times[times.len() / 2], times[times.len() * 99 / 100]);
            println!("{voters} voters, {proposers} proposers: {rate:.0} commits/s, p50 {half:?}, p99 {most:?}");
        }
    }
}
