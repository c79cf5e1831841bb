//! Networks of one node that come and go for two minutes.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use quorate_tests::{Trial, exchange, seeded};

use super::CALM;

/// How long a node flaps.
const FLAPPING: Duration = Duration::from_secs(120);
/// Frames between good nodes while the flapping one is away, and while it is there: each time between one and four times
/// the silence after which a channel is down.
const SPELL: Range<u64> = 20..80;
const ALL: [&str; 4] = ["n1", "n2", "n3", "n4"];
const OTHERS: [&str; 3] = ["n1", "n2", "n3"];

/// The networks of n4 fail and heal in turn for two minutes.
#[tokio::test]
async fn v6_a_node_that_flaps_for_two_minutes_is_out_once() {
    let trial = Trial::of(4, &CALM, &OTHERS).await;
    let (_, mut random) = seeded("flaps");
    let (began, mut flaps) = (Instant::now(), 0);
    while began.elapsed() < FLAPPING {
        trial.lab().cut_off(4);
        exchange(&trial.cluster, &OTHERS, random.u64(SPELL)).await;
        trial.lab().reconnect(4);
        exchange(&trial.cluster, &OTHERS, random.u64(SPELL)).await;
        trial.installed_at_most(&ALL, 1);
        flaps += 1;
    }
    trial.report(&format!("{flaps} flaps of n4, still"));
    trial.cluster.agree_all().await;
    trial.installed_at_most(&ALL, 2);
    trial.end(&format!("{flaps} flaps of n4"), &[]).await;
}
