//! Quorum among real agents that are killed, stopped and started: what is lost and what is not, who says so, and that no
//! two of them ever contradict each other.

use std::time::{Duration, Instant};

use quorate::v1::{self, QuorumReason};
use quorate_tests::{Cluster, LIMIT, Plan, Probe, seeded, wait_for, wait_until};

async fn quorate(size: usize) -> Cluster {
    let cluster = Plan::new(size).quorate().flags(&["--damping-min", "1s"]).start();
    cluster.quorum_all().await;
    cluster
}

/// Kills an agent, waits until the others have quorum without it, starts it again, and waits until all have.
async fn kill_and_restart(cluster: &mut Cluster, name: &str, probe: &Probe) {
    let before = cluster.quorum_all().await;
    probe.check();
    let killed = Instant::now();
    cluster.agent_mut(name).kill_dash_nine();
    let without = cluster.quorum_of(&cluster.others(name)).await;
    println!("kill -9 {name}: epoch {before} -> {without} after {:?}; {}", killed.elapsed(), probe.check());
    assert!(without > before, "Q2");
    cluster.agent_mut(name).restart();
    let with = cluster.quorum_all().await;
    assert!(with > without, "Q2");
    probe.check();
}

#[tokio::test]
async fn q2_any_one_of_three_is_killed_and_comes_back() {
    let mut cluster = quorate(3).await;
    let probe = Probe::start(&cluster);
    let leader = cluster.holder().await;
    let other = cluster.others(&leader)[0].to_owned();
    kill_and_restart(&mut cluster, &other, &probe).await;
    let leader = cluster.holder().await;
    kill_and_restart(&mut cluster, &leader, &probe).await;
}

#[tokio::test]
async fn a_majority_is_lost_and_comes_back() {
    let mut cluster = quorate(3).await;
    let probe = Probe::start(&cluster);
    let before = cluster.quorum_all().await;
    cluster.agent_mut("n2").kill_dash_nine();
    cluster.agent_mut("n3").kill_dash_nine();
    assert_eq!(cluster.minority("n1").await, ["n2", "n3"]);
    let said = cluster.cli(&["n1"]).run(&["quorum"]).await;
    assert_eq!(said.code, 7, "{said:?}");
    assert!(said.stdout.contains("too few voters"), "{said:?}");

    cluster.agent_mut("n2").restart();
    let back = cluster.quorum_of(&["n1", "n2"]).await;
    assert!(back > before, "Q2: {back} after {before}");
    let said = cluster.cli(&["n1"]).run(&["quorum", "-o", "json"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    println!("{}", probe.check());
}

#[tokio::test]
async fn q2_epochs_survive_that_all_are_killed() {
    let mut cluster = quorate(3).await;
    let probe = Probe::start(&cluster);
    let mut last = cluster.quorum_all().await;
    let uid = cluster.quorum("n1").await.cluster_uid;
    for _ in 0..3 {
        for name in ["n1", "n2", "n3"] {
            cluster.agent_mut(name).kill_dash_nine();
        }
        for name in ["n3", "n1", "n2"] {
            cluster.agent_mut(name).restart();
        }
        let epoch = cluster.quorum_all().await;
        assert!(epoch > last, "Q2: {epoch} after {last}");
        assert_eq!(cluster.quorum("n2").await.cluster_uid, uid, "it is the same cluster");
        last = epoch;
    }
    println!("{}", probe.check());
}

#[tokio::test]
async fn q1_a_leader_that_was_stopped_past_its_lease_never_says_yes_again() {
    let cluster = quorate(3).await;
    let probe = Probe::start(&cluster);
    let before = cluster.quorum_all().await;
    let leader = cluster.holder().await;
    cluster.agent(&leader).sigstop();
    let stopped = Instant::now();
    let without = cluster.quorum_of(&cluster.others(&leader)).await;
    println!("SIGSTOP {leader}: epoch {before} -> {without} after {:?}; {}", stopped.elapsed(), probe.check());
    // Its questions wait in its sockets, and are answered as soon as it runs.
    cluster.agent(&leader).sigcont();
    let answer = cluster.agent(&leader).client().quorum().await.unwrap().quorum.unwrap();
    assert!(!answer.granted || answer.epoch > before, "Q1: {answer:?}");
    let with = cluster.quorum_all().await;
    assert!(with > without, "Q2");
    println!("SIGCONT: {}", probe.check());
}

#[tokio::test]
async fn a_leader_that_leaves_hands_over_first() {
    let mut cluster = quorate(3).await;
    let probe = Probe::start(&cluster);
    let before = cluster.quorum_all().await;
    let leader = cluster.holder().await;
    let rest: Vec<String> = cluster.others(&leader).into_iter().map(str::to_owned).collect();
    probe.check();
    cluster.agent(&leader).sigterm();
    assert!(cluster.agent_mut(&leader).exit().await.success());
    let epoch = cluster.quorum_of(&rest.iter().map(String::as_str).collect::<Vec<_>>()).await;
    assert!(epoch > before, "Q2");
    println!("SIGTERM {leader}: {}", probe.check());
}

#[tokio::test]
async fn nobody_forms_a_cluster_before_enough_have_met() {
    let plan = Plan::new(3).quorate();
    let mut cluster = plan.start();
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agree(&["n1", "n2"]).await;
    let lack = cluster.quorum("n1").await;
    assert_eq!(lack.reason(), QuorumReason::NotFormed, "{lack:?}");
    assert!(lack.cluster_uid.is_empty() && lack.text.contains('3'), "{lack:?}");
    cluster.agent_mut("n3").restart();
    assert!(cluster.quorum_all().await > 0);
    let listed = cluster.agent("n2").client().voters().await.unwrap();
    let names: Vec<_> = listed.voters.iter().map(|voter| voter.node_name.as_str()).collect();
    assert_eq!((names, listed.mode()), (vec!["n1", "n2", "n3"], v1::VoterMode::Auto));
}

#[tokio::test]
async fn two_clusters_of_one_name_never_merge() {
    let one = quorate(1).await;
    // The same name, formed apart: it finds the first one later.
    let seed = one.agents()[0].spec().peers[0].1.clone();
    let mut one = one;
    let mut other = one.add("m1", |spec| spec.seeds.clear());
    wait_until("the other one to have quorum", async || quorum_at(&other).await.granted).await;
    let uids = [one.quorum("n1").await.cluster_uid, quorum_at(&other).await.cluster_uid];
    assert!(uids[0] != uids[1] && uids.iter().all(|uid| !uid.is_empty()), "{uids:?}");
    other.kill_dash_nine();
    other.seek(&seed);
    other.restart();
    other.logged(&["refused", "formed apart", &uids[0]]).await;
    wait_until("it to have quorum of its own again", async || quorum_at(&other).await.granted).await;
    assert_eq!(quorum_at(&other).await.cluster_uid, uids[1]);
    assert_eq!(one.agree_all().await.members.len(), 1);
}

#[tokio::test]
async fn voters_are_changed_while_all_goes_on() {
    let cluster = quorate(5).await;
    let probe = Probe::start(&cluster);
    assert_eq!(cluster.voters("n4").await, ["n1", "n2", "n3", "n4", "n5"]);
    // Any agent takes it, also one that does not lead and will not vote.
    let said = cluster.cli(&["n5"]).run(&["voters", "pin", "n1", "n2", "n3"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    wait_until("three to vote", async || cluster.voters("n4").await == ["n1", "n2", "n3"]).await;
    let dry = cluster.cli(&["n4"]).stdout(&["explain", "--fail", "n1,n2"]).await;
    assert!(dry.contains("would be lost") && dry.contains("n4, n5 could vote"), "{dry}");
    let dry = cluster.cli(&["n4"]).stdout(&["explain", "--fail", "n4,n5"]).await;
    assert!(dry.contains("would be kept"), "{dry}");
    let said = cluster.cli(&["n1"]).run(&["voters", "pin", "n9"]).await;
    assert_eq!((said.code, said.stderr.contains("n9")), (4, true), "{said:?}");
    let said = cluster.cli(&["n1"]).run(&["voters", "auto", "--most", "4"]).await;
    assert_eq!((said.code, said.stderr.contains("1, 3, 5 and 7")), (2, true), "{said:?}");
    cluster.cli(&["n5"]).stdout(&["voters", "auto"]).await;
    wait_until("five to vote", async || cluster.voters("n4").await.len() == 5).await;
    cluster.quorum_all().await;
    println!("{}", probe.check());
}

#[tokio::test]
async fn a_voter_that_does_not_come_back_is_replaced() {
    let plan = Plan::new(4).flags(&["--bootstrap-expect", "3", "--voter-grace", "1s"]);
    let mut cluster = plan.start();
    cluster.quorum_all().await;
    assert_eq!(cluster.voters("n1").await.len(), 3);
    let gone = cluster.voters("n1").await.into_iter().find(|name| name != "n1").unwrap();
    cluster.agent_mut(&gone).kill_dash_nine();
    wait_until("another to vote in its place", async || {
        let now = cluster.voters("n1").await;
        now.len() == 3 && !now.contains(&gone)
    })
    .await;
    cluster.agent_mut(&gone).restart();
    cluster.quorum_all().await;
}

async fn quorum_at(agent: &quorate_tests::Agent) -> v1::Quorum {
    wait_for("an answer", LIMIT, async || agent.client().quorum().await.map(|answer| answer.quorum.unwrap())).await
}

/// Random kills, stops and starts under the probe. `QUORATE_TEST_SECONDS` says for how long.
#[tokio::test]
async fn q1_answers_of_two_views_never_overlap_whatever_happens() {
    let (_, mut chance) = seeded("random faults under the probe");
    let seconds = std::env::var("QUORATE_TEST_SECONDS").map_or(20, |text| text.parse().unwrap());
    let mut cluster = quorate(5).await;
    let probe = Probe::start(&cluster);
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut faults = 0;
    while Instant::now() < end {
        let name = format!("n{}", chance.usize(1..=5));
        faults += 1;
        let running = cluster.agent(&name).is_running();
        match chance.u32(0..10) {
            0..4 if running => cluster.agent_mut(&name).kill_dash_nine(),
            4..7 if running => {
                let span = Duration::from_millis(chance.u64(100..2500));
                cluster.agent(&name).sigstop();
                tokio::time::sleep(span).await;
                cluster.agent(&name).sigcont();
            }
            _ if !running => cluster.agent_mut(&name).restart(),
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(chance.u64(0..1500))).await;
        probe.check();
    }
    for number in 1..=5 {
        let agent = cluster.agent_mut(&format!("n{number}"));
        if !agent.is_running() {
            agent.restart();
        }
    }
    let epoch = cluster.quorum_all().await;
    let seen = probe.check();
    println!("{faults} faults, epoch {epoch} at last; {seen}");
    assert!(seen.epochs.last().is_some_and(|last| *last <= epoch));
}
