//! Crashes at the worst moments: the controller frozen in the middle of a transition, the controller and the next in rank
//! killed together, and everything started again and again at random. On two networks each.

use std::time::Instant;

use quorate::v1::ViewState;
use quorate_tests::{Agent, Id, Trial, exchange, id_of, names_of, seeded, wait_until};

const QUICK_RETURN: [&str; 4] = ["--damping-min", "1s", "--redial-max", "1s"];
const ALL: [&str; 5] = ["n1", "n2", "n3", "n4", "n5"];
/// Frames from each peer: about three times the silence after which a channel is down.
const A_WHILE: u64 = 60;

/// Whether the agent has left its view and has no other yet.
async fn is_in_transition(agent: &Agent) -> bool {
    agent.view().await.is_ok_and(|answer| answer.state() == ViewState::Transition)
}

/// n5 crashes, and the view without it cannot be agreed on because n4 does not answer. In the middle of that n1, which
/// stands as controller, is frozen and n4 goes on: the next in rank takes over.
#[tokio::test]
async fn v5_a_controller_that_is_frozen_in_a_transition_is_passed_over() {
    let rest = ["n2", "n3", "n4"];
    let mut trial = Trial::of(5, &QUICK_RETURN, &rest).await;
    assert_eq!(id_of(&trial.first).1, "n1");
    trial.cluster.agent("n4").sigstop();
    trial.cluster.agent_mut("n5").kill_dash_nine();
    wait_until("a transition at n2", async || is_in_transition(trial.cluster.agent("n2")).await).await;
    trial.cluster.agent("n1").sigstop();
    trial.cluster.agent("n4").sigcont();
    let frozen = Instant::now();
    let without = trial.cluster.agree(&rest).await;
    println!("controller frozen in a transition: {:?} after {:?}", id_of(&without), frozen.elapsed());
    assert_eq!(id_of(&without).1, "n2", "the next in rank takes over");
    exchange(&trial.cluster, &rest, A_WHILE).await;
    // One view, or two when n4 was silent for so long that it was missed first.
    trial.installed_at_most(&["n2", "n3"], 2);

    trial.cluster.agent("n1").sigcont();
    let with = trial.cluster.agree(&["n1", "n2", "n3", "n4"]).await;
    println!("controller goes on: {:?} after {:?}", id_of(&with), frozen.elapsed());
    trial.cluster.agent_mut("n5").restart();
    trial.cluster.agree_all().await;
    trial.only_grew(&rest);
    trial.end("controller frozen in a transition", &["pinned n5"]).await;
}

/// The controller and the next in rank are killed at the same time: one view of the others.
#[tokio::test]
async fn v7_the_controller_and_the_next_in_rank_crash_together() {
    let rest = ["n3", "n4", "n5"];
    let mut trial = Trial::of(5, &QUICK_RETURN, &rest).await;
    assert_eq!(id_of(&trial.first).1, "n1");
    let killed = Instant::now();
    for name in ["n1", "n2"] {
        trial.cluster.agent_mut(name).kill_dash_nine();
    }
    let without = trial.cluster.agree(&rest).await;
    println!("controller and next killed: {:?} after {:?}", id_of(&without), killed.elapsed());
    exchange(&trial.cluster, &rest, A_WHILE).await;
    // One change for both, or one for each when the machine was busy between the two signals.
    trial.installed_at_most(&rest, 2);
    for name in ["n1", "n2"] {
        trial.cluster.agent_mut(name).restart();
    }
    let dropped = ["pinned n1", "pinned n2"];
    let whole = trial.end("controller and next killed", &dropped).await;
    assert!(whole > id_of(&without), "V2: {whole:?} after {:?}", id_of(&without));
}

/// Kills any number of agents, in any order, before or after the others agree, and starts them again: twenty times.
#[tokio::test]
async fn v2_twenty_restarts_of_everything() {
    let (seed, mut random) = seeded("restarts");
    let mut trial = Trial::of(5, &QUICK_RETURN, &ALL).await;
    let mut last: Id = id_of(&trial.first);
    for round in 1..=20 {
        let mut names = ALL;
        random.shuffle(&mut names);
        let down = &names[..random.usize(1..=ALL.len())];
        for name in down {
            trial.cluster.agent_mut(name).kill_dash_nine();
        }
        // Those who have just been started anew, and have not met yet, find each other by way of a seed only.
        let a_seed_is_left = ALL[..3].iter().any(|seed| !down.contains(seed));
        if random.bool() && a_seed_is_left {
            trial.cluster.agree_all().await;
        }
        for name in down {
            trial.cluster.agent_mut(name).restart();
        }
        // Half of the time the next round comes while this one is being mended.
        if random.bool() || round == 20 {
            let whole = trial.cluster.agree_all().await;
            assert!(id_of(&whole) > last, "V2: {:?} after {last:?} in round {round} of seed {seed}", id_of(&whole));
            assert_eq!(names_of(&whole), ALL);
            last = id_of(&whole);
        }
    }
    // What was known is gone whenever all were down, and streams may say so.
    let pinned = ALL.map(|name| format!("pinned {name}"));
    let dropped: Vec<_> = pinned.iter().map(String::as_str).chain(ALL).chain(["roaming"]).collect();
    trial.end(&format!("twenty restarts of everything with seed {seed}"), &dropped).await;
}
