//! Three nodes and a few more: elections, proposals, voters, disasters.

#![allow(clippy::unwrap_used)]

mod support;

use std::{collections::BTreeMap, future::Future, time::Duration};

use quorate_consensus::{Error, Options, ProposeError, State};

use support::{CLUSTER, Cluster, OTHER, id, options, soon, until, voters};

fn names(numbers: &[u8]) -> BTreeMap<quorate_consensus::NodeId, String> {
    voters(numbers).into_iter().map(|voter| (voter.id, voter.name)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn founders_agree_and_changes_come_in_the_same_order_everywhere() {
    let cluster = Cluster::led(3, options()).await;
    let state = cluster.nodes[&1].state();
    assert_eq!((state.cluster, state.leader, state.leading), (Some(CLUSTER), Some(id(1)), true));
    assert_eq!(state.voters, [names(&[1, 2, 3])]);
    assert!(state.learners.is_empty());
    // Founding again changes nothing; another cluster is refused.
    cluster.nodes[&2].found(CLUSTER, voters(&[1, 2, 3])).await.unwrap();
    cluster.nodes[&2].join(CLUSTER).await.unwrap();
    let other = cluster.nodes[&2].join(OTHER).await;
    assert_eq!(other, Err(Error::OtherCluster { found: CLUSTER, wanted: OTHER }));
    let proposals = (0..200).map(|number| {
        let node = cluster.nodes[&1].clone();
        tokio::spawn(async move { node.propose(format!("change {number}").into_bytes()).await })
    });
    for proposal in proposals.collect::<Vec<_>>() {
        soon("a proposal ends", proposal).await.unwrap().unwrap();
    }
    assert_eq!(cluster.changes(1).len(), 200);
    cluster.same(1, &[2, 3]).await;
    until("the others know who leads", || cluster.nodes[&2].state().leader == Some(id(1))).await;
    assert_eq!(cluster.propose(2, "no").await, Err(ProposeError::NotLeader { leader: Some(id(1)) }));
    cluster.nodes[&1].confirm().await.unwrap();
    assert!(matches!(cluster.nodes[&3].confirm().await, Err(ProposeError::NotLeader { .. })));
    // Few states are told for many changes.
    until("the last change was told", || cluster.network.seen(3).applied == cluster.nodes[&3].state().last.1).await;
    assert!(cluster.network.seen(3).states < 10, "{}", cluster.network.seen(3).states);
    assert_eq!(
        State { last: (0, 0), ..cluster.network.seen(1).state },
        State { last: (0, 0), ..cluster.nodes[&1].state() }
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_node_leads_when_the_leader_is_gone_and_only_when_it_campaigns() {
    let mut cluster = Cluster::led(3, options()).await;
    cluster.propose(1, "before").await.unwrap();
    cluster.same(1, &[2, 3]).await;
    cluster.kill(1);
    tokio::time::sleep(options().lease * 3).await;
    assert!(!cluster.nodes[&2].state().leading && !cluster.nodes[&3].state().leading);
    cluster.lead(3).await;
    cluster.propose(3, "after").await.unwrap();
    cluster.open(1).await;
    cluster.same(3, &[1, 2]).await;
    // Hand-over, there and back.
    for to in [2, 1, 3] {
        let from = (1..=3).find(|number| cluster.nodes[number].state().leading).unwrap();
        cluster.nodes[&from].transfer(id(to));
        until("the other leads", || cluster.nodes[&to].state().leading).await;
        cluster.propose(to, "more").await.unwrap();
    }
    cluster.same(3, &[1, 2]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn campaigns_that_cannot_win_do_no_harm_and_a_later_one_wins() {
    let cluster = Cluster::led(3, options()).await;
    let term = cluster.nodes[&1].state().term;
    // While a leader leads, and while a node is alone.
    for _ in 0..20 {
        cluster.nodes[&2].campaign();
    }
    cluster.network.cut(3, 1);
    cluster.network.cut(3, 2);
    for _ in 0..10 {
        cluster.nodes[&3].campaign();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    cluster.propose(1, "still").await.unwrap();
    assert_eq!((cluster.nodes[&1].state().term, cluster.nodes[&3].state().term), (term, term));
    cluster.network.heal();
    cluster.network.cut(1, 2);
    cluster.network.cut(1, 3);
    cluster.same(1, &[2]).await;
    cluster.lead(2).await;
    cluster.propose(2, "and on").await.unwrap();
    cluster.same(2, &[3]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_leader_that_is_cut_off_confirms_nothing() {
    let options = Options { request_timeout: Duration::from_millis(500), ..options() };
    let cluster = Cluster::led(3, options.clone()).await;
    cluster.propose(1, "one").await.unwrap();
    cluster.same(1, &[2, 3]).await;
    cluster.network.cut(1, 2);
    cluster.network.cut(1, 3);
    assert_eq!(cluster.propose(1, "lost").await, Err(ProposeError::Unknown));
    // The lease has ended by now, so the next one is refused at once and was surely not made.
    assert_eq!(cluster.propose(1, "refused").await, Err(ProposeError::NoQuorum));
    assert_eq!(soon("a read ends", cluster.nodes[&1].confirm()).await, Err(ProposeError::NoQuorum));
    cluster.lead(2).await;
    cluster.propose(2, "two").await.unwrap();
    cluster.network.heal();
    cluster.same(2, &[1, 3]).await;
    assert_eq!(cluster.changes(1), [b"one", b"two"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everything_acknowledged_is_there_after_a_restart_of_all() {
    let options = Options { snapshot_every: 20, keep: 5, ..options() };
    let mut cluster = Cluster::led(3, options).await;
    let mut leader = 1;
    for round in 0..3_u8 {
        for number in 0..30 {
            cluster.propose(leader, &format!("{round}.{number}")).await.unwrap();
        }
        let changes = cluster.changes(leader);
        for number in 1..=3 {
            let node = cluster.nodes[&number].clone();
            cluster.kill(number);
            if round > 0 {
                node.close().await;
            }
        }
        for number in 1..=3 {
            cluster.open(number).await;
        }
        // Nobody leads who did not campaign, not even whoever led before.
        assert!((1..=3).all(|number| !cluster.nodes[&number].state().leading));
        leader = cluster.lead_any().await;
        assert_eq!(cluster.changes(leader), changes);
    }
    cluster.same(leader, &[1, 2, 3]).await;
    assert_eq!(cluster.changes(2).len(), 90);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_voter_gets_a_snapshot_and_takes_the_place_of_another() {
    let options = Options { snapshot_every: 20, keep: 2, chunk: 1024, ..options() };
    let mut cluster = Cluster::led(3, options).await;
    for number in 0..100 {
        cluster.propose(1, &format!("{number} {}", "x".repeat(200))).await.unwrap();
    }
    cluster.open(4).await;
    assert_eq!(cluster.nodes[&4].state(), State::default());
    cluster.nodes[&4].join(CLUSTER).await.unwrap();
    cluster.nodes[&4].join(CLUSTER).await.unwrap();
    assert_eq!(cluster.nodes[&4].state().cluster, Some(CLUSTER));
    soon("the voters change", cluster.nodes[&1].set_voters(voters(&[1, 2, 4]))).await.unwrap();
    let state = cluster.nodes[&1].state();
    assert_eq!((state.voters, state.learners), (vec![names(&[1, 2, 4])], BTreeMap::new()));
    soon("the same again", cluster.nodes[&1].set_voters(voters(&[1, 2, 4]))).await.unwrap();
    cluster.propose(1, "with the new one").await.unwrap();
    cluster.same(1, &[2, 4]).await;
    // The one that was removed is not needed any more, and the new one counts.
    cluster.kill(3);
    cluster.kill(2);
    cluster.propose(1, "two of three").await.unwrap();
    cluster.nodes[&1].transfer(id(4));
    until("the new one leads", || cluster.nodes[&4].state().leading).await;
    // A leader that leaves itself out hands over.
    cluster.open(2).await;
    cluster.same(1, &[2]).await;
    soon("the voters change", cluster.nodes[&4].set_voters(voters(&[1, 2]))).await.unwrap();
    until("it leads no more", || !cluster.nodes[&4].state().leading).await;
    let leader = cluster.leader(&[1, 2]).await;
    cluster.propose(leader, "on").await.unwrap();
    cluster.nodes[&4].forget().await.unwrap();
    assert_eq!(cluster.nodes[&4].state(), State::default());
    assert!(cluster.changes(4).is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_voter_that_never_comes_leaves_the_voters_as_they_are() {
    let options = Options { snapshot_timeout: Duration::from_millis(400), ..options() };
    let cluster = Cluster::led(3, options).await;
    for number in 0..20 {
        cluster.propose(1, &number.to_string()).await.unwrap();
    }
    let behind = soon("it gives up", cluster.nodes[&1].set_voters(voters(&[1, 2, 5]))).await;
    assert_eq!(behind, Err(ProposeError::Behind { node: id(5) }));
    let state = cluster.nodes[&1].state();
    assert_eq!((state.voters, state.learners), (vec![names(&[1, 2, 3])], names(&[5])));
    soon("back again", cluster.nodes[&1].set_voters(voters(&[1, 2, 3]))).await.unwrap();
    assert!(cluster.nodes[&1].state().learners.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_forgotten_is_gone_and_the_node_can_begin_anew() {
    let mut cluster = Cluster::led(3, options()).await;
    cluster.propose(1, "old").await.unwrap();
    cluster.same(1, &[2]).await;
    cluster.nodes[&2].forget().await.unwrap();
    cluster.nodes[&2].forget().await.unwrap();
    assert_eq!(cluster.nodes[&2].state(), State::default());
    until("it was told", || cluster.network.seen(2).state == State::default()).await;
    assert_eq!(cluster.propose(2, "no").await, Err(ProposeError::NotLeader { leader: None }));
    let node = cluster.nodes[&2].clone();
    cluster.kill(2);
    node.close().await;
    cluster.open(2).await;
    assert_eq!(cluster.nodes[&2].state(), State::default());
    cluster.nodes[&2].found(OTHER, voters(&[2])).await.unwrap();
    cluster.lead(2).await;
    cluster.propose(2, "new").await.unwrap();
    assert_eq!(cluster.changes(2), [b"new"]);
    // The others go on without it.
    cluster.propose(1, "two of three").await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_survivor_founds_anew_and_does_not_hear_the_old_ones() {
    let mut cluster = Cluster::led(3, options()).await;
    for number in 0..10 {
        cluster.propose(1, &number.to_string()).await.unwrap();
    }
    cluster.same(1, &[2, 3]).await;
    cluster.kill(1);
    cluster.kill(2);
    let (term, index) = cluster.nodes[&3].state().last;
    cluster.nodes[&3].refound(OTHER, |diary| diary.changes.push(b"mended".to_vec())).await.unwrap();
    cluster.nodes[&3].refound(OTHER, |_| panic!("twice")).await.unwrap();
    let state = cluster.nodes[&3].state();
    assert_eq!((state.cluster, state.voters), (Some(OTHER), vec![names(&[3])]));
    assert!(state.last.0 > term && state.last.1 > index);
    cluster.lead(3).await;
    cluster.propose(3, "after").await.unwrap();
    // The old majority comes back and goes on in its world.
    cluster.open(1).await;
    cluster.open(2).await;
    cluster.lead(1).await;
    cluster.propose(1, "elsewhere").await.unwrap();
    cluster.propose(3, "here").await.unwrap();
    assert_eq!(cluster.nodes[&3].state().voters, [names(&[3])]);
    let (old, new) = (cluster.changes(1), cluster.changes(3));
    assert_eq!((old.len(), new.len()), (11, 13));
    assert_eq!(new[10..], [b"mended".to_vec(), b"after".to_vec(), b"here".to_vec()]);
    // It survives a restart, and grows again.
    cluster.kill(3);
    cluster.open(3).await;
    cluster.lead(3).await;
    assert_eq!(cluster.changes(3), new);
    cluster.nodes[&2].forget().await.unwrap();
    cluster.nodes[&2].join(OTHER).await.unwrap();
    soon("the voters change", cluster.nodes[&3].set_voters(voters(&[2, 3]))).await.unwrap();
    cluster.same(3, &[2]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn large_changes_go_round_in_messages_of_bounded_size() {
    let mut cluster = Cluster::led(3, options()).await;
    let large = vec![7; quorate_consensus::MAX_CHANGE];
    let too_large = cluster.nodes[&1].propose(vec![7; large.len() + 1]).await;
    assert_eq!(too_large, Err(ProposeError::TooLarge { size: large.len() + 1, limit: large.len() }));
    cluster.kill(3);
    for _ in 0..12 {
        cluster.nodes[&1].propose(large.clone()).await.unwrap();
    }
    cluster.open(3).await;
    cluster.same(1, &[2, 3]).await;
    let largest = cluster.network.largest.load(std::sync::atomic::Ordering::Relaxed);
    assert!(largest > 700_000 && largest <= quorate_consensus::MAX_MESSAGE as u64, "{largest}");
}

#[tokio::test]
async fn what_was_closed_is_closed_for_all() {
    let cluster = Cluster::led(1, options()).await;
    let node = cluster.nodes[&1].clone();
    node.propose(b"one".to_vec()).await.unwrap();
    node.clone().close().await;
    assert_eq!(node.propose(b"two".to_vec()).await, Err(ProposeError::NotLeader { leader: None }));
    assert_eq!(node.join(OTHER).await, Err(Error::Stopped));
    assert_eq!(node.found(OTHER, voters(&[2])).await, Err(Error::NotAVoter));
    assert_eq!(node.state(), State::default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_gives_up_half_way_leaves_nothing_half_done() {
    let cluster = Cluster::led(1, options()).await;
    cluster.propose(1, "kept").await.unwrap();
    let node = &cluster.nodes[&1];
    for polls in 1..6 {
        // Gives up after so many steps.
        let mut steps = 0;
        let mut refounding = Box::pin(node.refound(OTHER, |diary| diary.changes.push(b"mended".to_vec())));
        std::future::poll_fn(|context| {
            steps += 1;
            match refounding.as_mut().poll(context) {
                std::task::Poll::Pending if steps < polls => std::task::Poll::Pending,
                _ => std::task::Poll::Ready(()),
            }
        })
        .await;
        drop(refounding);
        let is_new = node.join(OTHER).await.is_ok();
        assert!(is_new || node.join(CLUSTER).await.is_ok());
        assert_eq!(node.read(|diary| diary.changes.contains(&b"mended".to_vec())), is_new);
        cluster.lead(1).await;
        assert_eq!(cluster.changes(1)[0], b"kept");
        if is_new {
            return;
        }
    }
}
