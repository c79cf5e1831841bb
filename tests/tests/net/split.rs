//! Networks that come apart into sides, all of them at once, and together again.

use std::time::Instant;

use quorate_tests::{Id, Trial, exchange, id_of};

const QUICK_RETURN: [&str; 4] = ["--damping-min", "1s", "--redial-max", "1s"];
/// Frames from each peer, about the silence after which a channel is down.
const A_WHILE: u64 = 30;

/// Splits so many nodes into sides and mends it: one view for each side, then one of all that comes from each of them.
async fn split_and_heal(what: &str, size: usize, sides: &[&[usize]]) {
    let name = |node: &usize| format!("n{node}");
    let named: Vec<Vec<String>> = sides.iter().map(|side| side.iter().map(name).collect()).collect();
    let named: Vec<Vec<&str>> = named.iter().map(|side| side.iter().map(String::as_str).collect()).collect();
    let trial =
        Trial::of(size, &QUICK_RETURN, named.iter().find(|side| side.len() > 1).map_or(&[], Vec::as_slice)).await;

    let split = Instant::now();
    trial.lab().split(sides);
    let mut views = Vec::new();
    for side in &named {
        views.push(id_of(&trial.cluster.agree(side).await));
    }
    println!("{what}: {views:?} after {:?}", split.elapsed());
    for side in named.iter().filter(|side| side.len() > 1) {
        exchange(&trial.cluster, side, A_WHILE).await;
    }
    trial.installed_at_most(&trial.names(), 1);

    let healed = Instant::now();
    trial.lab().mend(sides.len());
    let whole = trial.cluster.agree_all().await;
    println!("{what}: {:?} {:?} after it healed", id_of(&whole), healed.elapsed());
    let history = trial.cluster.history().await;
    let before = ancestors(&history, &id_of(&whole));
    assert!(views.iter().all(|view| before.contains(view)), "V4: {views:?} are not all among {before:?}");
    // Sides that meet one after the other may come together one after the other. None comes apart meanwhile.
    trial.only_grew(&trial.names());
    trial.installed_at_most(&trial.names(), sides.len());
    trial.end(what, &[]).await;
}

/// The views that lead to this one.
fn ancestors(history: &quorate_tests::History, id: &Id) -> Vec<Id> {
    let mut open = vec![id.clone()];
    let mut found = Vec::new();
    while let Some(view) = open.pop().and_then(|id| history.get(&id)) {
        for parent in view.parents.iter().map(Id::from).filter(|parent| !found.contains(parent)).collect::<Vec<_>>() {
            found.push(parent.clone());
            open.push(parent);
        }
    }
    found
}

#[tokio::test]
async fn v5_two_against_three_heals() {
    split_and_heal("split 2|3", 5, &[&[1, 2], &[3, 4, 5]]).await;
}

#[tokio::test]
async fn v5_three_sides_heal() {
    split_and_heal("split 2|2|1", 5, &[&[1, 4], &[2, 5], &[3]]).await;
}

/// Every node is apart from every other.
#[tokio::test]
async fn v5_a_network_that_fails_for_all_heals() {
    split_and_heal("split 1|1|1", 3, &[&[1], &[2], &[3]]).await;
}
