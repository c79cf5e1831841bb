//! Files of the cluster database that are not what was written: damaged, cut short, empty, gone, somebody else's, of a later
//! version, in use. The agent names the file and what is wrong, changes nothing, and the others are not disturbed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use quorate_tests::{Cluster, Plan, Probe, seeded};
use redb::{Database, TableDefinition};

const FILE: &str = "database.redb";
const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");

/// Three voters, the last of which was killed; its file of the database.
async fn with_one_stopped() -> (Cluster, Probe, PathBuf) {
    let mut cluster = Plan::new(3).quorate().flags(&["--damping-min", "1s"]).start();
    cluster.quorum_all().await;
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.quorum_of(&["n1", "n2"]).await;
    let file = cluster.agent("n3").spec().data.join(FILE);
    let probe = Probe::start(&cluster);
    (cluster, probe, file)
}

/// n3 is started, names the file and says this, and ends; the file is as it was before.
async fn is_refused(cluster: &mut Cluster, file: &Path, words: &str) {
    let before = fs::read(file).ok();
    let n3 = cluster.agent_mut("n3");
    n3.restart();
    assert_eq!(n3.exit().await.code(), Some(3), "{words}: {}", n3.log());
    let log = n3.log();
    let last = log.lines().last().unwrap();
    println!("{last}");
    assert!(last.contains(FILE) && last.contains(words), "{words}: {last}");
    assert!(fs::read(file).ok() == before, "a refused file is left alone: {last}");
}

/// n3 gets its own file back and votes again; those who went on without it have noticed nothing of its tries.
async fn is_well_again(mut cluster: Cluster, probe: Probe, epoch: u64) {
    assert_eq!(cluster.quorum_of(&["n1", "n2"]).await, epoch, "the others were disturbed");
    cluster.agent_mut("n3").restart();
    assert!(cluster.quorum_all().await > epoch, "Q2");
    println!("{}", probe.check());
}

#[tokio::test]
async fn what_is_damaged_is_refused_and_left_alone() {
    let (mut cluster, probe, file) = with_one_stopped().await;
    let epoch = cluster.quorum_of(&["n1", "n2"]).await;
    let good = fs::read(&file).unwrap();
    let (_, mut chance) = seeded("damage");
    let garbage = |length: usize, chance: &mut fastrand::Rng| (0..length).map(|_| chance.u8(..)).collect::<Vec<_>>();
    let mut damaged = vec![
        garbage(good.len(), &mut chance),
        b"#!/bin/sh\n".to_vec(),
        vec![0; good.len()],
        good[..good.len() / 2].to_vec(),
        good[..good.len() - 1].to_vec(),
        good[..100].to_vec(),
    ];
    // A bit here and there, but for the first page: what no page uses is not looked at, and may be damaged. Of the first
    // one, a bit of what says that it is a database.
    let mut flipped = good.clone();
    flipped[4096..].chunks_mut(64).for_each(|part| part[chance.usize(..part.len())] ^= 1 << chance.u8(..8));
    damaged.push(flipped);
    let mut flipped = good.clone();
    flipped[2] ^= 1;
    damaged.push(flipped);
    for bytes in damaged {
        fs::write(&file, bytes).unwrap();
        is_refused(&mut cluster, &file, "is damaged").await;
    }
    fs::write(&file, good).unwrap();
    is_well_again(cluster, probe, epoch).await;
}

/// A voter that forgot how it voted could vote again, and what others count on would be lost.
#[tokio::test]
async fn d1_a_file_that_is_gone_or_empty_is_not_made_anew() {
    let (mut cluster, probe, file) = with_one_stopped().await;
    let epoch = cluster.quorum_of(&["n1", "n2"]).await;
    let good = fs::read(&file).unwrap();
    fs::write(&file, []).unwrap();
    is_refused(&mut cluster, &file, "is missing or empty").await;
    fs::remove_file(&file).unwrap();
    is_refused(&mut cluster, &file, "is missing or empty").await;
    fs::write(&file, good).unwrap();
    is_well_again(cluster, probe, epoch).await;
}

#[tokio::test]
async fn the_file_of_another_node_is_refused() {
    let (mut cluster, probe, file) = with_one_stopped().await;
    let epoch = cluster.quorum_of(&["n1", "n2"]).await;
    let good = fs::read(&file).unwrap();
    fs::copy(cluster.agent("n1").spec().data.join(FILE), &file).unwrap();
    is_refused(&mut cluster, &file, "belongs to node").await;
    fs::write(&file, good).unwrap();
    is_well_again(cluster, probe, epoch).await;
}

#[tokio::test]
async fn the_file_of_a_later_version_is_refused() {
    let (mut cluster, probe, file) = with_one_stopped().await;
    let epoch = cluster.quorum_of(&["n1", "n2"]).await;
    let good = fs::read(&file).unwrap();
    // The form of this one value never changes: a checksum of where it belongs and of what it is, and a number.
    let mut hasher = crc32fast::Hasher::new();
    for part in [b"meta".as_slice(), b"format"] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    let version = [7];
    hasher.update(&version);
    let value = [hasher.finalize().to_le_bytes().as_slice(), &version].concat();
    let database = Database::open(&file).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(META).unwrap().insert("format", value.as_slice()).unwrap();
    write.commit().unwrap();
    drop(database);
    is_refused(&mut cluster, &file, "has format 7, this version knows up to 1: run a newer one").await;
    fs::write(&file, good).unwrap();
    is_well_again(cluster, probe, epoch).await;
}

#[tokio::test]
async fn two_agents_on_one_folder_are_one_too_many() {
    let cluster = Plan::new(3).quorate().start();
    let epoch = cluster.quorum_all().await;
    let probe = Probe::start(&cluster);
    let mut cluster = cluster;
    let folder = cluster.agent("n3").spec().data.clone();
    let mut second = cluster.add("second", |spec| {
        spec.data.clone_from(&folder);
        "n3".clone_into(&mut spec.name);
    });
    assert_eq!(second.exit().await.code(), Some(3), "{}", second.log());
    let log = second.log();
    let last = log.lines().last().unwrap();
    println!("{last}");
    assert!(last.contains(&folder.display().to_string()) && last.contains("another"), "{last}");
    assert_eq!(cluster.quorum_all().await, epoch, "the first one was disturbed");
    println!("{}", probe.check());
}
