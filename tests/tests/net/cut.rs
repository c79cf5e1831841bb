//! Cuts that are no loss of a node, and one that is: a network, a pair of nodes, one node. On two networks each.

use std::time::Instant;

use quorate::v1::CauseKind;
use quorate_tests::{
    Id, Trial, causes_of, exchange, id_of,
    links::{both_ways, every_pair, flows_over, has_trusted, is_dead, is_relayed},
};

const QUICK_RETURN: [&str; 4] = ["--damping-min", "1s", "--redial-max", "1s"];
/// Frames from each peer: about three times the silence after which a channel is down.
const A_WHILE: u64 = 60;

/// One of two networks fails for everybody: links fail over and back, and nobody leaves.
#[tokio::test]
async fn v6_the_loss_of_a_network_is_no_loss_of_a_node() {
    let trial = Trial::of(3, &QUICK_RETURN, &["n1", "n2", "n3"]).await;
    let (cluster, names) = (&trial.cluster, trial.names());
    every_pair(cluster, "over the preferred network", &names, |link| flows_over(link, "net0")).await;

    let cut = Instant::now();
    (1..=3).for_each(|node| trial.lab().unplug(0, node));
    every_pair(cluster, "over the other network", &names, |link| flows_over(link, "net1")).await;
    println!("net0 cut: all links have failed over after {:?}", cut.elapsed());
    every_pair(cluster, "the network is down", &names, |link| flows_over(link, "net1") && is_dead(link, "net0")).await;
    exchange(cluster, &names, A_WHILE).await;
    trial.nothing_changed(&names).await;

    (1..=3).for_each(|node| trial.lab().plug_in(0, node));
    every_pair(cluster, "both networks up", &names, |link| has_trusted(link, 2)).await;
    trial.nothing_changed(&names).await;
    trial.end("one network cut and back", &[]).await;
}

/// Two of so many nodes cannot reach each other on any network: another relays, and nobody leaves.
async fn one_bad_pair(size: usize) {
    let names: Vec<_> = (1..=size).map(|node| format!("n{node}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let trial = Trial::of(size, &QUICK_RETURN, &names).await;
    let cut = Instant::now();
    trial.lab().part_everywhere([2, 3]);
    both_ways(&trial.cluster, "relayed", ["n2", "n3"], is_relayed).await;
    println!("{size} nodes: n2 and n3 relayed to each other after {:?}", cut.elapsed());
    exchange(&trial.cluster, &names, A_WHILE).await;
    trial.nothing_changed(&names).await;
    both_ways(&trial.cluster, "still relayed", ["n2", "n3"], is_relayed).await;

    trial.lab().join_everywhere([2, 3]);
    both_ways(&trial.cluster, "direct again", ["n2", "n3"], |link| has_trusted(link, 2)).await;
    trial.nothing_changed(&names).await;
    trial.end(&format!("one bad pair of {size}"), &[]).await;
}

#[tokio::test]
async fn v6_one_bad_pair_of_3_is_no_view_change() {
    one_bad_pair(3).await;
}

#[tokio::test]
async fn v6_one_bad_pair_of_5_is_no_view_change() {
    one_bad_pair(5).await;
}

#[tokio::test]
async fn v6_one_bad_pair_of_10_is_no_view_change() {
    one_bad_pair(10).await;
}

/// One node is cut off: two views, and one again when the networks heal, with the history of both sides.
#[tokio::test]
async fn v5_a_node_that_is_cut_off_comes_back() {
    let trial = Trial::of(3, &QUICK_RETURN, &["n1", "n2"]).await;
    let cut = Instant::now();
    trial.lab().cut_off(3);
    let majority = trial.cluster.agree(&["n1", "n2"]).await;
    println!("n3 cut off: {:?} after {:?}", id_of(&majority), cut.elapsed());
    let minority = trial.cluster.agree(&["n3"]).await;
    let causes = causes_of(&majority, "n3");
    assert!(causes.len() == 1 && causes[0].kind() == CauseKind::Lost, "{majority:?}");
    assert!(causes[0].observations.iter().any(|seen| seen.text.contains("silent")), "{majority:?}");
    exchange(&trial.cluster, &["n1", "n2"], A_WHILE).await;

    let healed = Instant::now();
    trial.lab().reconnect(3);
    let whole = trial.cluster.agree_all().await;
    println!("one view {:?} {:?} after the networks healed", id_of(&whole), healed.elapsed());
    let parents: Vec<_> = whole.parents.iter().map(Id::from).collect();
    assert!(parents.contains(&id_of(&majority)) && parents.contains(&id_of(&minority)), "{parents:?}");
    trial.checker.all_told(&whole).await;
    // V4: each side learns the view of the other.
    for (name, other) in [("n1", &minority), ("n2", &minority), ("n3", &majority)] {
        let told = trial.checker.views_told(&format!("pinned {name}"));
        assert!(told.iter().any(|view| view.missed && view.id == other.id), "{name}: {told:?}");
    }
    trial.installed_at_most(&["n1", "n2", "n3"], 2);
    trial.end("one node cut off and back", &[]).await;
}
