//! Disks that fail while they are used, and power that is lost.

#![allow(clippy::unwrap_used)]

mod support;

use std::{future::Future, time::Duration};

use quorate_consensus::{Consensus, Options, ProposeError};

use support::{
    CLUSTER, Cluster, Diary, Node, OTHER,
    disk::{Disk, Seed},
    options,
    seeds::on_all_processors,
    soon, until, voter, voters,
};

async fn open(cluster: &mut Cluster, disk: &Disk) {
    let (node, events) =
        Consensus::open_with_backend(disk.clone(), voter(1), Diary::default(), cluster.options.clone()).await.unwrap();
    drop(cluster.network.attach(1, &node, events));
    cluster.nodes.insert(1, node);
}

/// A single voter on this disk.
async fn alone(disk: &Disk) -> Cluster {
    let mut cluster = Cluster::new(options());
    open(&mut cluster, disk).await;
    cluster.nodes[&1].found(CLUSTER, voters(&[1])).await.unwrap();
    cluster.lead(1).await;
    cluster
}

async fn a_failing_disk(spoil: impl Fn(&Disk), part: &str) {
    let disk = Disk::default();
    let mut cluster = alone(&disk).await;
    let mut acknowledged = 0;
    for number in 0..20 {
        cluster.propose(1, &number.to_string()).await.unwrap();
        acknowledged += 1;
    }
    spoil(&disk);
    let large = "x".repeat(100_000);
    let failed = soon("a proposal fails", async {
        loop {
            match cluster.propose(1, &large).await {
                Ok(_) => acknowledged += 1,
                Err(why) => return why,
            }
        }
    });
    assert!(matches!(failed.await, ProposeError::Stopped | ProposeError::Unknown));
    until("the failure is told", || cluster.network.seen(1).failed.is_some()).await;
    let why = cluster.network.seen(1).failed.unwrap();
    assert!(why.contains("database.redb") && why.contains(part), "{why}");
    cluster.kill(1);
    disk.repair();
    open(&mut cluster, &disk).await;
    cluster.lead(1).await;
    let changes = cluster.changes(1);
    assert!(changes.len() == acknowledged || changes.len() == acknowledged + 1, "{} of {acknowledged}", changes.len());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_does_not_sync_is_a_failure_and_nothing_is_lost() {
    a_failing_disk(Disk::break_down, "the disk does not answer").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_a_failure_and_nothing_is_lost() {
    a_failing_disk(Disk::fill, "no storage space").await;
}

/// A life of a single voter: starts, proposes until the power goes, loses what was not synced, starts again. How many
/// acknowledged changes were lost, or why the file could not be opened.
async fn life(number: u64, lies: bool) -> Result<usize, String> {
    let mut seed = Seed(number);
    let disk = Disk::default();
    let options = Options { snapshot_every: 12, keep: 3, blocking: false, ..options() };
    let start = |disk: Disk| Consensus::open_with_backend(disk, voter(1), Diary::default(), options.clone());
    let (node, _events) = start(disk.clone()).await.map_err(|why| why.to_string())?;
    node.found(CLUSTER, voters(&[1])).await.unwrap();
    drop(node);
    if lies {
        disk.lie();
    }
    let mut acknowledged = 0;
    for _ in 0..4 {
        let (node, mut events) = start(disk.clone()).await.map_err(|why| why.to_string())?;
        let listening = tokio::spawn(async move { while events.recv().await.is_some() {} });
        if leads(&node).await {
            let found = node.read(|diary| diary.changes.len());
            if found < acknowledged {
                return Ok(acknowledged - found);
            }
            acknowledged = found;
        }
        disk.light_fuse(seed.below(250));
        while let Ok(answer) = node.propose(vec![1; seed.below(3000) as usize]).await {
            acknowledged = String::from_utf8(answer).unwrap().parse().unwrap();
        }
        drop(node);
        listening.abort();
        disk.lose_power(&mut seed);
        for _ in 0..seed.below(3) {
            // The power goes again while it is being opened.
            disk.light_fuse(seed.below(30));
            drop(start(disk.clone()).await);
            disk.lose_power(&mut seed);
        }
    }
    Ok(0)
}

async fn leads(node: &Node) -> bool {
    for _ in 0..2000 {
        node.campaign();
        tokio::time::sleep(Duration::from_millis(10)).await;
        if node.state().leading {
            return true;
        }
    }
    false
}

fn lives(numbers: std::ops::Range<u64>, lies: bool) -> Vec<(u64, Result<usize, String>)> {
    on_all_processors(numbers, |number| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(life(number, lies))
    })
}

#[test]
fn nothing_acknowledged_is_lost_with_the_power() {
    for (number, outcome) in lives(0..120, false) {
        assert_eq!(outcome, Ok(0), "seed {number}");
    }
}

#[test]
fn a_disk_that_lies_about_its_syncs_is_found_out() {
    let bad = lives(0..20, true).into_iter().filter(|(_, outcome)| *outcome != Ok(0)).count();
    assert!(bad > 10, "{bad} of 20");
}

/// Loses the power somewhere in `work` on a single voter with a few changes, each time a little later, until it is
/// through; `check` sees what is left, and whether the work had ended.
async fn interrupted<F: Future<Output = Result<(), quorate_consensus::Error>>>(
    work: impl Fn(Node) -> F,
    check: impl Fn(&Node, bool),
) {
    let options = Options { blocking: false, ..options() };
    for steps in 0.. {
        let disk = Disk::default();
        let start = || Consensus::open_with_backend(disk.clone(), voter(1), Diary::default(), options.clone());
        let (node, mut events) = start().await.unwrap();
        let listening = tokio::spawn(async move { while events.recv().await.is_some() {} });
        node.found(CLUSTER, voters(&[1])).await.unwrap();
        assert!(leads(&node).await);
        for number in 0..5 {
            node.propose(vec![number]).await.unwrap();
        }
        disk.light_fuse(steps);
        let ended = work(node.clone()).await.is_ok();
        drop(node);
        listening.abort();
        disk.lose_power(&mut Seed(steps));
        let (node, _events) = start().await.unwrap();
        check(&node, ended);
        if ended {
            return assert!(steps > 3, "{steps}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn founding_anew_is_done_or_not_done() {
    let work = |node: Node| async move { node.refound(OTHER, |diary| diary.changes.push(b"mended".to_vec())).await };
    interrupted(work, |node, ended| {
        let is_new = node.state().cluster == Some(OTHER);
        assert!(is_new || (!ended && node.state().cluster == Some(CLUSTER)));
        assert_eq!(node.read(|diary| diary.changes.contains(&b"mended".to_vec())), is_new);
        assert!(node.read(|diary| diary.changes.len()) >= if is_new { 6 } else { 4 });
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn forgetting_is_done_or_not_done() {
    interrupted(
        |node| async move { node.forget().await },
        |node, ended| match node.state().cluster {
            None => assert_eq!(node.read(|diary| diary.changes.len()), 0),
            Some(cluster) => assert!(cluster == CLUSTER && !ended && node.read(|diary| diary.changes.len()) >= 4),
        },
    )
    .await;
}
