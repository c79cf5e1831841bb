//! Networks that carry one way only: between two nodes, and for all that a node sends or receives.

use quorate_tests::{
    Trial, Weather, exchange,
    links::{both_ways, has_trusted, is_relayed},
};

const QUICK_RETURN: [&str; 4] = ["--damping-min", "1s", "--redial-max", "1s"];
/// Frames from each peer: about three times the silence after which a channel is down.
const A_WHILE: u64 = 60;
const ALL: [&str; 4] = ["n1", "n2", "n3", "n4"];

/// What n2 sends to n3, or n3 to n2, is lost on every network: another relays, and nobody leaves.
async fn one_way_between_two(what: &str, node: usize, deaf_to: usize) {
    let trial = Trial::of(4, &QUICK_RETURN, &ALL).await;
    let lost = Weather::losing(1.0).for_peer(deaf_to);
    trial.lab().spoil_everywhere(node, [Weather::default(), lost]);
    both_ways(&trial.cluster, "relayed", ["n2", "n3"], is_relayed).await;
    exchange(&trial.cluster, &ALL, A_WHILE).await;
    trial.nothing_changed(&ALL).await;

    trial.lab().clear_everywhere(node);
    both_ways(&trial.cluster, "direct again", ["n2", "n3"], |link| has_trusted(link, 2)).await;
    trial.nothing_changed(&ALL).await;
    trial.end(what, &[]).await;
}

#[tokio::test]
async fn v6_a_pair_that_is_deaf_one_way_is_no_view_change() {
    one_way_between_two("n2 to n3 lost", 3, 2).await;
}

#[tokio::test]
async fn v6_a_pair_that_is_deaf_the_other_way_is_no_view_change() {
    one_way_between_two("n3 to n2 lost", 2, 3).await;
}

/// All that n4 sends, or all that it receives, is lost: it is out once and stays out until the networks are good.
async fn one_way_for_a_node(what: &str, weather: [Weather; 2]) {
    let others = ["n1", "n2", "n3"];
    let trial = Trial::of(4, &QUICK_RETURN, &others).await;
    trial.lab().spoil_everywhere(4, weather);
    trial.cluster.agree(&others).await;
    trial.cluster.agree(&["n4"]).await;
    exchange(&trial.cluster, &others, A_WHILE).await;
    trial.cluster.agree(&others).await;
    trial.installed_at_most(&ALL, 1);

    trial.lab().clear_everywhere(4);
    trial.cluster.agree_all().await;
    trial.installed_at_most(&ALL, 2);
    trial.end(what, &[]).await;
}

#[tokio::test]
async fn v6_a_node_that_nobody_hears_is_out_once() {
    one_way_for_a_node("all that n4 sends lost", [Weather::losing(1.0), Weather::default()]).await;
}

#[tokio::test]
async fn v6_a_node_that_hears_nobody_is_out_once() {
    one_way_for_a_node("all that n4 receives lost", [Weather::default(), Weather::losing(1.0)]).await;
}
