//! Networks that lose, delay, double and reorder what they carry.

use std::time::Duration;

use quorate::v1::{Channel, Link};
use quorate_tests::{
    Trial, Weather, exchange,
    links::{every_pair, is_up, link},
};

use super::CALM;

/// Frames between good nodes: about twenty times the silence after which a channel is down.
const LONG: u64 = 400;
/// About three times.
const A_WHILE: u64 = 60;
const ALL: [&str; 4] = ["n1", "n2", "n3", "n4"];
const OTHERS: [&str; 3] = ["n1", "n2", "n3"];

/// n4 loses this share of what it sends and of what it receives, on every network: it is out once at most, then stays
/// out; when the networks are good it is in.
async fn loss(what: &str, share: f64) {
    let trial = Trial::of(4, &CALM, &OTHERS).await;
    trial.lab().spoil_everywhere(4, [Weather::losing(share); 2]);
    exchange(&trial.cluster, &OTHERS, LONG).await;
    trial.report(&format!("{what}, still"));
    trial.installed_at_most(&OTHERS, 1);

    trial.lab().clear_everywhere(4);
    trial.cluster.agree_all().await;
    trial.installed_at_most(&OTHERS, 2);
    trial.end(what, &[]).await;
}

#[tokio::test]
async fn v6_a_node_that_loses_30_percent_changes_the_view_once_at_most() {
    loss("30 % loss at n4", 0.3).await;
}

#[tokio::test]
async fn v6_a_node_that_loses_80_percent_is_out_once() {
    loss("80 % loss at n4", 0.8).await;
}

fn round_trip(channel: &Channel) -> Duration {
    let time = channel.round_trip_time.and_then(|time| time.try_into().ok());
    time.unwrap_or_default()
}

/// Every frame that n4 sends takes 300 to 400 ms: nobody leaves.
#[tokio::test]
async fn v6_delay_with_jitter_is_no_view_change() {
    let trial = Trial::of(4, &CALM, &ALL).await;
    let (delay, jitter) = (Duration::from_millis(300), Duration::from_millis(100));
    let slow = Weather { delay, jitter, ..Weather::default() };
    trial.lab().spoil_everywhere(4, [slow, Weather::default()]);
    let is_slow = |link: &Link| link.channels.iter().any(|channel| is_up(channel) && round_trip(channel) >= delay);
    link(&trial.cluster, "slow", "n1", "n4", is_slow).await;
    exchange(&trial.cluster, &ALL, A_WHILE).await;
    trial.nothing_changed(&ALL).await;

    trial.lab().clear_everywhere(4);
    every_pair(&trial.cluster, "fast again", &ALL, |link| !is_slow(link)).await;
    trial.nothing_changed(&ALL).await;
    trial.end("300 ms delay with 100 ms jitter at n4", &[]).await;
}

/// n3 hears of everything 300 ms late, so for a while a reader who comes from another agent knows a view that n3 does not
/// know yet. No history was dropped: nothing may be told twice, and no stream may start anew.
#[tokio::test]
async fn e1_a_cursor_may_be_ahead_of_an_agent() {
    let mut trial = Trial::of(4, &CALM, &OTHERS).await;
    let late = Weather { delay: Duration::from_millis(300), ..Weather::default() };
    trial.lab().spoil_everywhere(3, [Weather::default(), late]);
    exchange(&trial.cluster, &ALL, A_WHILE).await;
    trial.nothing_changed(&ALL).await;

    trial.cluster.agent_mut("n4").kill_dash_nine();
    trial.cluster.agree(&OTHERS).await;
    trial.cluster.agent_mut("n4").restart();
    trial.cluster.agree_all().await;
    trial.installed_at_most(&OTHERS, 2);
    trial.end("a crash with n3 300 ms late", &["pinned n4"]).await;
}

/// A third of all frames comes twice and a third overtakes others, everywhere: nobody leaves, and a crash is told as well
/// as ever.
#[tokio::test]
async fn v6_doubled_and_reordered_frames_are_no_view_change() {
    let mut trial = Trial::of(4, &CALM, &OTHERS).await;
    let delay = Duration::from_millis(5);
    let weather = Weather { delay, jitter: delay, duplicate: 0.33, overtake: 0.33, ..Weather::default() };
    (1..=4).for_each(|node| trial.lab().spoil_everywhere(node, [weather; 2]));
    exchange(&trial.cluster, &ALL, A_WHILE).await;
    trial.nothing_changed(&ALL).await;

    trial.cluster.agent_mut("n4").kill_dash_nine();
    trial.cluster.agree(&OTHERS).await;
    trial.installed_at_most(&OTHERS, 1);
    trial.cluster.agent_mut("n4").restart();
    trial.cluster.agree_all().await;
    trial.installed_at_most(&OTHERS, 2);
    // An agent that was started anew knows nothing of the past until it is let in.
    trial.end("doubled and reordered frames everywhere", &["pinned n4"]).await;
}
