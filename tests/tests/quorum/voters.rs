//! Who votes, when machines are lost for good: a witness beside two machines, a data folder that is gone, a voter whose place
//! is taken under load; and what is refused when somebody says who is to vote.

use std::{fs, time::Duration};

use quorate::{
    Client, ClientOptions, Reason,
    v1::{SetVotersRequest, VoterMode},
};
use quorate_core::{
    database::{Database, MAX_RECORDS, RecordKind},
    quorum::consensus::Policy,
};
use quorate_tests::{Cluster, Plan, Probe, wait_until};
use tokio::{sync::watch, task::JoinSet};

const SOON: [&str; 4] = ["--damping-min", "1s", "--voter-grace", "1s"];

fn auto(most: u32) -> SetVotersRequest {
    SetVotersRequest { mode: VoterMode::Auto.into(), most, pinned_names: Vec::new() }
}

fn pinned(names: &[&str]) -> SetVotersRequest {
    let pinned_names = names.iter().map(|&name| name.to_owned()).collect();
    SetVotersRequest { mode: VoterMode::Pinned.into(), most: 0, pinned_names }
}

/// Two machines, n1 and n2, and a witness, n3: whichever is killed, the other two go on, and the witness does not lead.
#[tokio::test]
async fn any_one_of_two_machines_and_a_witness_is_killed() {
    let mut plan = Plan::new(3).quorate().flags(&SOON);
    plan.specs()[2].flags.extend(["--vote", "witness"].map(str::to_owned));
    let mut cluster = plan.start();
    let mut epoch = cluster.quorum_all().await;
    let probe = Probe::start(&cluster);
    let listed = cluster.agent("n1").client().voters().await.unwrap();
    let witnesses: Vec<_> =
        listed.voters.iter().filter(|voter| voter.witness).map(|voter| voter.node_name.as_str()).collect();
    assert_eq!((listed.voters.len(), witnesses), (3, vec!["n3"]));
    for name in ["n1", "n2", "n3"] {
        cluster.held_by_another("n3", "n3").await;
        cluster.agent_mut(name).kill_dash_nine();
        let rest = cluster.others(name);
        let without = cluster.quorum_of(&rest).await;
        assert!(without > epoch, "Q2");
        cluster.held_by_another(rest[0], "n3").await;
        println!("without {name}: {}", probe.check());
        cluster.agent_mut(name).restart();
        epoch = cluster.quorum_all().await;
        assert!(epoch > without, "Q2");
    }
    // It is the first to start, and still does not lead.
    for name in ["n1", "n2", "n3"] {
        cluster.agent_mut(name).kill_dash_nine();
    }
    cluster.agent_mut("n3").restart();
    cluster.agree(&["n3"]).await;
    assert_eq!(cluster.minority("n3").await, ["n1", "n2"]);
    cluster.agent_mut("n2").restart();
    assert!(cluster.quorum_of(&["n2", "n3"]).await > epoch, "Q2");
    cluster.held_by_another("n3", "n3").await;
    println!("{}", probe.check());
}

/// The ids of the voters by which an agent goes, by name.
async fn ids(cluster: &Cluster) -> Vec<(String, String)> {
    let listed = cluster.agent("n1").client().voters().await.unwrap();
    listed.voters.into_iter().map(|voter| (voter.node_name, voter.node_id)).collect()
}

/// A voter has lost its data folder, and with it how it voted. It comes back as another node of its name and takes its own
/// place.
#[tokio::test]
async fn a_voter_that_lost_its_disk_takes_its_own_place() {
    let mut cluster = Plan::new(3).quorate().flags(&SOON).start();
    cluster.quorum_all().await;
    // The old folder has seen more starts than the new one will.
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agree(&["n1", "n2"]).await;
    cluster.agent_mut("n3").restart();
    let before = cluster.quorum_all().await;
    let probe = Probe::start(&cluster);
    let old = ids(&cluster).await;
    cluster.agent_mut("n3").kill_dash_nine();
    let without = cluster.quorum_of(&["n1", "n2"]).await;
    assert!(without > before, "Q2");
    fs::remove_dir_all(&cluster.agent("n3").spec().data).unwrap();
    cluster.agent_mut("n3").restart();
    assert!(cluster.quorum_all().await > without, "Q2");
    let mut new = Vec::new();
    wait_until("the new n3 to vote in place of the old one", async || {
        new = ids(&cluster).await;
        // For a moment both do.
        new.len() == 3 && new[2] != old[2]
    })
    .await;
    assert_eq!((&new[..2], &*new[2].0), (&old[..2], "n3"), "the others vote on");
    println!("{}", probe.check());
    // An acknowledged write comes after the change of voters, which is durable then, too.
    cluster.agent("n1").client().set_voters(auto(3)).await.unwrap();
    // Its vote counts, and it has what is needed.
    cluster.agent_mut("n1").kill_dash_nine();
    cluster.quorum_of(&["n2", "n3"]).await;
    println!("{}", probe.check());
}

/// A client that fails over among all agents.
fn client(cluster: &Cluster, first: &str) -> Client {
    Client::new(ClientOptions::new(cluster.endpoints(first)).call_timeout(Duration::from_secs(10))).unwrap()
}

/// Has the database written to until it is told to stop: these values in turn, which of four nodes always let three vote.
/// Returns what was acknowledged.
async fn write(client: Client, values: &[u32], stop: watch::Receiver<bool>) -> Vec<u32> {
    let mut acknowledged = Vec::new();
    for &most in values.iter().cycle() {
        if *stop.borrow() {
            break;
        }
        // One that failed may have been done all the same; it is done again, so that the order stays.
        while client.set_voters(auto(most)).await.is_err() {}
        acknowledged.push(most);
        // History keeps so many records; there is to be room for all of them.
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    acknowledged
}

/// The policies that the database was given, in order.
fn policies(database: &Database) -> Vec<u32> {
    assert!(database.history.next() <= MAX_RECORDS as u64, "no record was dropped");
    let most = database.history.iter().filter_map(|record| match &record.kind {
        RecordKind::Policy(Policy::Auto { most }) => Some(*most),
        _ => None,
    });
    most.collect()
}

/// While the database is written to all the time, a voter is killed for good and a satellite takes its place; then the leader
/// is. What was acknowledged is there.
#[tokio::test]
async fn d1_a_voter_is_replaced_under_load() {
    let mut cluster = Plan::new(4).flags(&["--bootstrap-expect", "3"]).flags(&SOON).start();
    let before = cluster.quorum_all().await;
    let voters = cluster.voters("n1").await;
    assert_eq!(voters.len(), 3);
    let probe = Probe::start(&cluster);
    let (stop, stopped) = watch::channel(false);
    let ordered = tokio::spawn(write(client(&cluster, "n1"), &[3, 7], stopped.clone()));
    let mut load = JoinSet::new();
    for first in ["n2", "n3", "n4"] {
        load.spawn(write(client(&cluster, first), &[5], stopped.clone()));
    }

    let leader = cluster.holder().await;
    let gone = voters.iter().find(|name| **name != leader).unwrap();
    cluster.agent_mut(gone).kill_dash_nine();
    wait_until("a satellite to vote in its place", async || {
        let now = cluster.voters(&leader).await;
        now.len() == 3 && !now.contains(gone)
    })
    .await;
    // An acknowledged write comes after the change of voters, which is durable then, too.
    client(&cluster, &leader).set_voters(auto(5)).await.unwrap();
    let rest: Vec<_> = cluster.others(gone).into_iter().map(str::to_owned).collect();
    let rest: Vec<_> = rest.iter().map(String::as_str).collect();
    let replaced = cluster.quorum_of(&rest).await;
    println!("{gone} killed: epoch {before} -> {replaced}; {}", probe.check());
    assert!(replaced > before, "Q2");
    // The lead may have gone on meanwhile.
    let leader = cluster.quorum(rest[0]).await.holder;
    cluster.agent_mut(&leader).kill_dash_nine();
    let last: Vec<_> = rest.into_iter().filter(|name| *name != leader).collect();
    let without = cluster.quorum_of(&last).await;
    assert!(without > replaced, "Q2");
    println!("{leader} killed, too: epoch {without}; {}", probe.check());

    stop.send(true).unwrap();
    let (ordered, load) = (ordered.await.unwrap(), load.join_all().await.concat().len());
    println!("{} writes in order and {load} others were acknowledged; {}", ordered.len(), probe.check());
    // Whoever knows this knows all that came before.
    let last: Vec<_> = last.into_iter().map(str::to_owned).collect();
    cluster.agent(&last[0]).client().set_voters(pinned(&[&last[0], &last[1]])).await.unwrap();
    for name in &last {
        let knows = async || cluster.agent(name).client().voters().await.unwrap().mode() == VoterMode::Pinned;
        wait_until("the last write to be known everywhere", knows).await;
    }
    probe.check();
    for name in &last {
        cluster.agent(name).sigterm();
        assert!(cluster.agent_mut(name).exit().await.success());
        let kept = policies(&cluster.agent(name).database().await);
        println!("{name} has {} writes", kept.len());
        let others = kept.iter().filter(|most| **most == 5).count();
        assert!(others >= load, "D1: {name} has {others} of {load} acknowledged writes");
        let mut kept = kept.iter();
        let lost = ordered.iter().position(|most| !kept.any(|one| one == most));
        assert_eq!(lost, None, "D1: {name} lacks an acknowledged write, or has it in another order");
    }
}

#[tokio::test]
async fn what_is_said_of_voters_is_refused_where_it_makes_no_sense() {
    let cluster = Plan::new(4).flags(&["--bootstrap-expect", "3"]).start();
    let epoch = cluster.quorum_all().await;
    let before = cluster.agent("n1").client().voters().await.unwrap();
    for agent in cluster.agents() {
        wait_until("all to know the voters", async || cluster.voters(agent.name()).await.len() == 3).await;
    }
    let voting: Vec<_> = before.voters.iter().map(|voter| voter.node_name.as_str()).collect();
    let satellite = cluster.agents().iter().find(|agent| !voting.contains(&agent.name())).unwrap().name();
    let eight: Vec<_> = (1..=8).map(|number| format!("n{number}")).collect();
    let eight: Vec<_> = eight.iter().map(String::as_str).collect();
    let bad = Reason::BadRequest;
    let refused = [
        ("an even number", auto(2), &bad),
        ("an even number", auto(4), &bad),
        ("too many", auto(9), &bad),
        ("far too many", auto(u32::MAX), &bad),
        ("names for auto", SetVotersRequest { pinned_names: vec!["n1".to_owned()], ..auto(3) }, &bad),
        ("no mode", SetVotersRequest::default(), &bad),
        ("nobody", pinned(&[]), &bad),
        ("too many names", pinned(&eight), &bad),
        ("a name twice", pinned(&["n1", "n2", "n2"]), &bad),
        ("no name", pinned(&["n1", "", "n3"]), &bad),
        ("an unknown name", pinned(&["n1", "n2", "n9"]), &Reason::NodeNotFound),
    ];
    for asked in [voting[0], satellite] {
        for (what, request, reason) in &refused {
            let said = cluster.agent(asked).client().set_voters(request.clone()).await;
            let why = said.expect_err(what);
            assert_eq!(why.reason(), Some(*reason), "{what}, asked of {asked}: {why}");
            println!("{what}, asked of {asked}: {why}");
        }
    }
    for agent in cluster.agents() {
        let now = agent.client().voters().await.unwrap();
        assert_eq!((&now.voters, now.mode(), now.most), (&before.voters, before.mode(), before.most));
    }
    assert_eq!(cluster.quorum_all().await, epoch, "nothing has changed");
}
