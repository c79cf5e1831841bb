//! Messages that nobody meant to send.

#![allow(clippy::unwrap_used)]

mod support;

use quorate_consensus::MAX_CHANGE;

use support::{Cluster, disk::Seed, id, options};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nonsense_breaks_nothing() {
    let cluster = Cluster::led(3, options()).await;
    for number in 0..30 {
        cluster.propose(1, &format!("change {number}")).await.unwrap();
    }
    let samples = cluster.network.carried.lock().unwrap().clone();
    assert!(samples.len() > 50);
    let mut seed = Seed(7);
    for round in 0..4000 {
        let sample = &samples[seed.below(samples.len() as u64) as usize];
        let message = match seed.below(4) {
            0 => (0..seed.below(300)).map(|_| seed.next() as u8).collect(),
            1 => sample[..seed.below(sample.len() as u64) as usize].to_vec(),
            2 => {
                let mut spoiled = sample.clone();
                for _ in 0..=seed.below(4) {
                    let at = seed.below(spoiled.len() as u64) as usize;
                    spoiled[at] = seed.next() as u8;
                }
                spoiled
            }
            _ => reframed(sample, &mut seed),
        };
        let (from, to) = (1 + seed.below(4) as u8, 1 + seed.below(3) as u8);
        cluster.nodes[&to].deliver(id(from), message);
        if round % 50 == 0 {
            tokio::task::yield_now().await;
        }
    }
    // Messages that came once, again.
    for sample in &samples {
        cluster.nodes[&2].deliver(id(1), sample.clone());
        cluster.nodes[&3].deliver(id(9), sample.clone());
    }
    cluster.nodes[&1].deliver(id(2), vec![0; 2 * MAX_CHANGE]);
    cluster.propose(1, "after all that").await.unwrap();
    assert_eq!(cluster.changes(1).len(), 31);
    cluster.same(1, &[2, 3]).await;
    for number in 1..=3 {
        assert_eq!(cluster.network.seen(number).failed, None);
    }
}

/// A message with a spoiled body under a checksum that fits.
fn reframed(sample: &[u8], seed: &mut Seed) -> Vec<u8> {
    let mut message = sample.to_vec();
    if message.len() > 30 {
        let body = message.len() as u64 - 30;
        let at = 30 + seed.below(body) as usize;
        match seed.below(2) {
            0 => message.truncate(at),
            _ => message[at] = 0xC1,
        }
    }
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&message[..26]);
    hasher.update(&message[30..]);
    let sum = hasher.finalize();
    message[26..30].copy_from_slice(&sum.to_le_bytes());
    message
}
