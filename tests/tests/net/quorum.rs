//! Quorum on networks that fail: which side has it, that the other one said no before, and that no answers contradict each
//! other. A probe asks every agent all the time.

use std::time::{Duration, Instant};

use quorate_tests::{
    Cluster, Lab, Plan, Probe, Weather, exchange,
    links::{both_ways, is_relayed},
    wait_until,
};

const QUICK_RETURN: [&str; 4] = ["--damping-min", "1s", "--redial-max", "1s"];
/// Frames from each peer: about twice the silence after which a channel is down.
const A_WHILE: u64 = 20;

async fn quorate(plan: Plan) -> (Cluster, Probe) {
    let cluster = plan.quorate().flags(&QUICK_RETURN).start();
    cluster.quorum_all().await;
    let probe = Probe::start(&cluster);
    (cluster, probe)
}

/// So many agents, each on one network.
async fn quorate_of(size: usize) -> (Cluster, Probe) {
    quorate(Plan::inside(Lab::new(size, 1))).await
}

/// Two machines, n1 and n2, and a witness, n3.
async fn quorate_with_witness() -> (Cluster, Probe) {
    let mut plan = Plan::inside(Lab::new(3, 1));
    plan.specs()[2].flags.extend(["--vote", "witness"].map(str::to_owned));
    quorate(plan).await
}

fn number(name: &str) -> usize {
    name.trim_start_matches('n').parse().unwrap()
}

/// Those who lost the others know it, and knew it before the others had a new grant; returns the epoch of that.
async fn lost(cluster: &Cluster, probe: &Probe, before: u64, winners: &[&str], losers: &[&str]) -> u64 {
    let cut = Instant::now();
    let epoch = cluster.quorum_of(winners).await;
    println!("{winners:?} have epoch {before} -> {epoch} after {:?}; {}", cut.elapsed(), probe.check());
    assert!(epoch > before, "Q2");
    for loser in losers {
        assert_eq!(cluster.minority(loser).await, winners, "{loser} names the voters that it misses");
    }
    println!("{losers:?} said no {:?} before anybody had the new grant", probe.told_first(losers, before));
    if winners.len() > 1 {
        exchange(cluster, winners, A_WHILE).await;
    }
    // Still so: nobody has changed their mind.
    probe.told_first(losers, before);
    epoch
}

/// All networks are well again, and all agents have quorum in one view.
async fn healed(cluster: &Cluster, probe: &Probe, before: u64) {
    let began = Instant::now();
    let epoch = cluster.quorum_all().await;
    println!("epoch {before} -> {epoch} {:?} after it healed; {}", began.elapsed(), probe.check());
    assert!(epoch > before, "Q2");
}

/// Five come apart into a side of two and one of three; `with_leader` says whether the leader is one of the two.
async fn two_against_three(with_leader: bool) {
    let (cluster, probe) = quorate_of(5).await;
    let before = cluster.quorum_all().await;
    let leader = cluster.holder().await;
    let mut names = cluster.others(&leader);
    names.insert(if with_leader { 0 } else { names.len() }, &leader);
    let (losers, winners) = names.split_at_mut(2);
    losers.sort_unstable();
    winners.sort_unstable();
    let sides = [&*winners, losers].map(|side| side.iter().map(|name| number(name)).collect::<Vec<_>>());
    println!("{leader} leads; {winners:?} against {losers:?}");
    cluster.lab().split(&sides.each_ref().map(Vec::as_slice));
    let epoch = lost(&cluster, &probe, before, winners, losers).await;
    cluster.lab().mend(2);
    healed(&cluster, &probe, epoch).await;
}

#[tokio::test]
async fn q3_of_two_against_three_the_three_have_quorum() {
    two_against_three(false).await;
}

#[tokio::test]
async fn q3_two_with_the_leader_lose_quorum_to_three() {
    two_against_three(true).await;
}

#[tokio::test]
async fn q3_a_leader_that_is_cut_off_says_no_before_the_others_say_yes() {
    let (cluster, probe) = quorate_of(3).await;
    let before = cluster.quorum_all().await;
    let leader = cluster.holder().await;
    cluster.lab().cut_off(number(&leader));
    let epoch = lost(&cluster, &probe, before, &cluster.others(&leader), &[&leader]).await;
    cluster.lab().reconnect(number(&leader));
    healed(&cluster, &probe, epoch).await;
}

/// No side of three has a majority: nobody says yes until they are together again.
#[tokio::test]
async fn q1_three_sides_have_no_quorum() {
    let (cluster, probe) = quorate_of(5).await;
    let before = cluster.quorum_all().await;
    cluster.lab().split(&[&[1, 4], &[2, 5], &[3]]);
    for (side, missing) in
        [(["n1", "n4"].as_slice(), ["n2", "n3", "n5"].as_slice()), (&["n2", "n5"], &["n1", "n3", "n4"])]
    {
        cluster.agree(side).await;
        for name in side {
            assert_eq!(cluster.minority(name).await, missing);
        }
    }
    assert_eq!(cluster.minority("n3").await, ["n1", "n2", "n4", "n5"]);
    let said = probe.check().yes;
    exchange(&cluster, &["n1", "n4"], A_WHILE).await;
    let seen = probe.check();
    println!("three sides: {seen}");
    assert_eq!(seen.yes, said, "somebody said yes in a minority");
    cluster.lab().mend(3);
    healed(&cluster, &probe, before).await;
}

/// One of two machines and a witness is cut off: the other two have quorum, and the witness does not lead.
async fn one_of_two_and_a_witness(cut: &str) {
    let (cluster, probe) = quorate_with_witness().await;
    let before = cluster.quorum_all().await;
    let rest = cluster.others(cut);
    cluster.lab().cut_off(number(cut));
    let epoch = lost(&cluster, &probe, before, &rest, &[cut]).await;
    cluster.held_by_another(rest[0], "n3").await;
    cluster.lab().reconnect(number(cut));
    healed(&cluster, &probe, epoch).await;
}

#[tokio::test]
async fn q3_a_leader_is_cut_off_from_another_machine_and_the_witness() {
    one_of_two_and_a_witness("n1").await;
}

#[tokio::test]
async fn q3_a_machine_is_cut_off_from_the_leader_and_the_witness() {
    one_of_two_and_a_witness("n2").await;
}

#[tokio::test]
async fn q3_a_witness_is_cut_off_from_both_machines() {
    one_of_two_and_a_witness("n3").await;
}

/// The cable between two machines is cut, and both reach the witness: they stay together, and nothing is lost.
#[tokio::test]
async fn a_cable_between_two_machines_with_a_witness_is_no_loss() {
    let (cluster, probe) = quorate_with_witness().await;
    let epoch = cluster.quorum_all().await;
    probe.check();
    cluster.lab().part_everywhere([1, 2]);
    both_ways(&cluster, "relayed", ["n1", "n2"], is_relayed).await;
    exchange(&cluster, &["n1", "n2", "n3"], A_WHILE).await;
    let seen = probe.check();
    assert_eq!(cluster.quorum_all().await, epoch, "{seen}");
    println!("n1 and n2 apart, both with the witness: {seen}");
}

/// A tenth of all frames is lost and the others are late, everywhere; a leader is killed in that. Whatever is answered, no
/// answers contradict each other.
#[tokio::test]
async fn q1_answers_agree_on_bad_networks() {
    let (mut cluster, probe) = quorate_of(5).await;
    let before = cluster.quorum_all().await;
    let weather =
        Weather { loss: 0.1, delay: Duration::from_millis(5), jitter: Duration::from_millis(20), ..Weather::default() };
    (1..=5).for_each(|node| cluster.lab().spoil_everywhere(node, [weather; 2]));
    exchange(&cluster, &["n1", "n2", "n3", "n4", "n5"], A_WHILE).await;
    println!("bad networks: {}", probe.check());
    let leader = cluster.holder().await;
    cluster.agent_mut(&leader).kill_dash_nine();
    let rest = cluster.others(&leader);
    wait_until("somebody to have a new grant", async || {
        let quorum = cluster.quorum(rest[0]).await;
        quorum.granted && quorum.epoch > before && quorum.holder != leader
    })
    .await;
    exchange(&cluster, &rest, A_WHILE).await;
    println!("{leader} killed on bad networks: {}", probe.check());
    cluster.agent_mut(&leader).restart();
    (1..=5).for_each(|node| cluster.lab().clear_everywhere(node));
    healed(&cluster, &probe, before).await;
}
