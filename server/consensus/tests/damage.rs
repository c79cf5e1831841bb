//! Files that are not what was written: each is named, refused, and left as it is.

#![allow(clippy::unwrap_used)]

mod support;

use std::{fs, path::PathBuf};

use quorate_consensus::{Consensus, OpenError, Options};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use support::{CLUSTER, Cluster, Diary, disk::Disk, disk::Seed, id, options, voter, voters};

const META: TableDefinition<'static, &str, &[u8]> = TableDefinition::new("meta");
const LOG: TableDefinition<'static, u64, &[u8]> = TableDefinition::new("log");
const SNAPSHOT: TableDefinition<'static, u32, &[u8]> = TableDefinition::new("snapshot");

/// A node that led alone for a while and was closed, and its file. It has a snapshot and a log behind it.
async fn closed() -> (Cluster, PathBuf) {
    let options = Options { snapshot_every: 10, keep: 4, ..options() };
    let mut cluster = Cluster::led(1, options).await;
    for number in 0..25 {
        cluster.propose(1, &format!("change {number}")).await.unwrap();
    }
    let file = cluster.folder(1).join("database.redb");
    support::until("there is a snapshot, and the log was cut off", || !cluster_is_cutting(&cluster)).await;
    let node = cluster.nodes[&1].clone();
    cluster.kill(1);
    node.close().await;
    (cluster, file)
}

/// One more change gives the library the occasion to cut the log off.
fn cluster_is_cutting(cluster: &Cluster) -> bool {
    cluster.nodes[&1].state().last.1 < 25
}

/// Tries to open it; what is said, when the file is still what it was.
async fn refused(cluster: &mut Cluster, file: &PathBuf) -> OpenError {
    let before = fs::read(file).unwrap();
    let why = cluster.try_open(1).await.expect_err("it was opened");
    assert!(fs::read(file).unwrap() == before, "the file was changed: {why}");
    assert!(why.to_string().contains("database.redb"), "{why}");
    why
}

fn is_damaged(why: &OpenError, part: &str) {
    assert!(matches!(why, OpenError::Damaged { what, .. } if what.contains(part)), "{why}");
}

/// Changes the file through the database itself.
fn tamper(file: &PathBuf, change: impl FnOnce(&redb::WriteTransaction)) {
    let database = Database::open(file).unwrap();
    let write = database.begin_write().unwrap();
    change(&write);
    write.commit().unwrap();
}

fn flip(bytes: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    bytes
}

fn framed(table: &str, key: &[u8], body: &[u8]) -> Vec<u8> {
    let mut hasher = crc32fast::Hasher::new();
    for part in [table.as_bytes(), key] {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.update(body);
    [&hasher.finalize().to_le_bytes(), body].concat()
}

fn log_range(file: &PathBuf) -> (u64, u64) {
    let database = Database::open(file).unwrap();
    let table = database.begin_read().unwrap().open_table(LOG).unwrap();
    let first = table.first().unwrap().unwrap().0.value();
    (first, table.last().unwrap().unwrap().0.value())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_fits_opens_again_and_again() {
    let (mut cluster, file) = closed().await;
    for _ in 0..3 {
        cluster.open(1).await;
        // All of it was known to be committed when it was closed.
        assert_eq!(cluster.changes(1).len(), 25);
        assert!(matches!(cluster.try_open(1).await, Err(OpenError::Locked { .. })));
        cluster.lead(1).await;
        assert_eq!(cluster.changes(1).len(), 25);
        let node = cluster.nodes[&1].clone();
        cluster.kill(1);
        node.close().await;
    }
    let (first, last) = log_range(&file);
    assert!(first > 0 && last >= 25, "{first} to {last}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_values_are_found() {
    let (mut cluster, file) = closed().await;
    let good = fs::read(&file).unwrap();
    let (first, last) = log_range(&file);
    assert!(last - first >= 3);
    for index in [first, last] {
        tamper(&file, |write| {
            let mut log = write.open_table(LOG).unwrap();
            let bad = flip(log.get(index).unwrap().unwrap().value());
            log.insert(index, bad.as_slice()).unwrap();
        });
        is_damaged(&refused(&mut cluster, &file).await, &format!("entry {index} of the log: its checksum"));
        fs::write(&file, &good).unwrap();
    }
    for piece in [0, 1] {
        tamper(&file, |write| {
            let mut snapshot = write.open_table(SNAPSHOT).unwrap();
            let bad = flip(snapshot.get(piece).unwrap().unwrap().value());
            snapshot.insert(piece, bad.as_slice()).unwrap();
        });
        is_damaged(&refused(&mut cluster, &file).await, &format!("snapshot piece {piece}: its checksum"));
        fs::write(&file, &good).unwrap();
    }
    for key in ["format", "node", "cluster", "vote", "purged"] {
        tamper(&file, |write| {
            let mut meta = write.open_table(META).unwrap();
            let bad = flip(meta.get(key).unwrap().unwrap().value());
            meta.insert(key, bad.as_slice()).unwrap();
        });
        is_damaged(&refused(&mut cluster, &file).await, &format!("`{key}`: its checksum"));
        fs::write(&file, &good).unwrap();
    }
    cluster.open(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn missing_values_are_found() {
    let (mut cluster, file) = closed().await;
    let good = fs::read(&file).unwrap();
    let (first, last) = log_range(&file);
    for index in [first, first + 1] {
        tamper(&file, |write| drop(write.open_table(LOG).unwrap().remove(index).unwrap()));
        is_damaged(&refused(&mut cluster, &file).await, &format!("entry {index} of the log is missing"));
        fs::write(&file, &good).unwrap();
    }
    tamper(&file, |write| {
        write.open_table(LOG).unwrap().retain_in(first + 1..=last, |_, _| false).unwrap();
    });
    is_damaged(&refused(&mut cluster, &file).await, "was committed");
    fs::write(&file, &good).unwrap();
    tamper(&file, |write| write.open_table(SNAPSHOT).unwrap().retain(|_, _| false).unwrap());
    is_damaged(&refused(&mut cluster, &file).await, "the log was cut off at");
    fs::write(&file, &good).unwrap();
    tamper(&file, |write| drop(write.open_table(SNAPSHOT).unwrap().remove(1).unwrap()));
    is_damaged(&refused(&mut cluster, &file).await, "its snapshot has 0 of");
    fs::write(&file, &good).unwrap();
    tamper(&file, |write| drop(write.open_table(META).unwrap().remove("vote").unwrap()));
    is_damaged(&refused(&mut cluster, &file).await, "its last vote is older");
    fs::write(&file, &good).unwrap();
    tamper(&file, |write| drop(write.open_table(META).unwrap().remove("node").unwrap()));
    is_damaged(&refused(&mut cluster, &file).await, "`node` is missing");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_does_not_decode_is_found() {
    let (mut cluster, file) = closed().await;
    let (_, last) = log_range(&file);
    let bad = framed("log", &last.to_le_bytes(), b"\x93nonsense");
    tamper(&file, |write| drop(write.open_table(LOG).unwrap().insert(last, bad.as_slice()).unwrap()));
    is_damaged(&refused(&mut cluster, &file).await, &format!("entry {last} of the log"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn later_formats_and_other_nodes_are_named() {
    let (mut cluster, file) = closed().await;
    let good = fs::read(&file).unwrap();
    tamper(&file, |write| {
        drop(write.open_table(META).unwrap().insert("format", framed("meta", b"format", &[7]).as_slice()).unwrap());
    });
    let newer = refused(&mut cluster, &file).await;
    assert!(matches!(newer, OpenError::Newer { version: 7, known: 1, .. }), "{newer}");
    fs::write(&file, &good).unwrap();
    let other = Consensus::open(&cluster.folder(1), voter(2), Diary::default(), options()).await.err().unwrap();
    assert!(matches!(other, OpenError::OtherNode { found, expected, .. } if found == id(1) && expected == id(2)));
    assert!(fs::read(&file).unwrap() == good);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_that_the_machine_does_not_take_is_named() {
    /// Takes nothing.
    struct Picky;
    impl quorate_consensus::Machine for Picky {
        fn apply(&mut self, _: u64, _: &[u8]) -> Vec<u8> {
            Vec::new()
        }
        fn snapshot(&self) -> Vec<u8> {
            Vec::new()
        }
        fn restore(&mut self, _: &[u8]) -> Result<(), String> {
            Err("not mine".into())
        }
    }
    let (cluster, file) = closed().await;
    let good = fs::read(&file).unwrap();
    let why = Consensus::open(&cluster.folder(1), voter(1), Picky, options()).await.err().unwrap();
    is_damaged(&why, "its snapshot cannot be restored: not mine");
    assert!(fs::read(&file).unwrap() == good);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_database_is_named() {
    let mut cluster = Cluster::new(options());
    let file = cluster.folder(1).join("database.redb");
    for bytes in [b"x".to_vec(), b"something else entirely".to_vec(), vec![0; 100_000], vec![0xFF; 5000]] {
        fs::write(&file, bytes).unwrap();
        let why = refused(&mut cluster, &file).await;
        assert!(matches!(why, OpenError::Damaged { .. }), "{why}");
    }
    fs::remove_file(&file).unwrap();
    let database = Database::create(&file).unwrap();
    let write = database.begin_write().unwrap();
    write.open_table(TableDefinition::<u64, u64>::new("accounts")).unwrap();
    write.commit().unwrap();
    drop(database);
    is_damaged(&refused(&mut cluster, &file).await, "a database of something else");
    // A file without a byte is a new one; so is none.
    for _ in 0..2 {
        fs::write(&file, []).unwrap();
        cluster.open(1).await;
        let node = cluster.nodes[&1].clone();
        cluster.kill(1);
        node.close().await;
    }
    let folder = cluster.folder(1).join("missing");
    let why = Consensus::open(&folder, voter(1), Diary::default(), options()).await.err().unwrap();
    assert!(matches!(why, OpenError::Io { .. }), "{why}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cut_and_spoiled_files_are_refused_or_as_good_as_before() {
    let (mut cluster, file) = closed().await;
    let good = fs::read(&file).unwrap();
    for length in [1, 100, 4096, good.len() / 2, good.len() - 4096, good.len() - 1] {
        fs::write(&file, &good[..length]).unwrap();
        let why = refused(&mut cluster, &file).await;
        assert!(matches!(why, OpenError::Damaged { .. }), "{length}: {why}");
    }
    let mut seed = Seed(11);
    let (mut refusals, rounds) = (0, 60);
    for _ in 0..rounds {
        let mut bad = good.clone();
        let at = seed.below(bad.len() as u64) as usize;
        bad[at] ^= 1 << seed.below(8);
        let disk = Disk::with(bad.clone());
        let opened =
            Consensus::open_with_backend(disk.clone(), voter(1), Diary::default(), cluster.options.clone()).await;
        match opened {
            Err(OpenError::Damaged { .. }) => {
                refusals += 1;
                assert!(disk.bytes() == bad);
            }
            Err(other) => panic!("byte {at}: {other}"),
            // The bit is in a place that is not used.
            Ok((node, events)) => {
                let _carried = cluster.network.attach(1, &node, events);
                cluster.nodes.insert(1, node);
                cluster.lead(1).await;
                assert_eq!(cluster.changes(1).len(), 25, "byte {at}");
                cluster.kill(1);
            }
        }
    }
    assert!(refusals > 0 && refusals < rounds, "{refusals}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn options_out_of_range_are_refused_before_anything_is_made() {
    let mut cluster = Cluster::new(Options { keep: 2_000_000, ..options() });
    let why = cluster.try_open(1).await.unwrap_err();
    assert!(matches!(why, OpenError::Options(_)), "{why}");
    assert!(!cluster.folder(1).join("database.redb").exists());
    cluster.options = options();
    cluster.open(1).await;
    cluster.nodes[&1].found(CLUSTER, voters(&[1])).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_must_exist_is_not_made() {
    let mut cluster = Cluster::new(Options { must_exist: true, ..options() });
    let file = cluster.folder(1).join("database.redb");
    assert!(matches!(cluster.try_open(1).await, Err(OpenError::Missing { .. })));
    assert!(!file.exists());
    fs::write(&file, []).unwrap();
    assert!(matches!(cluster.try_open(1).await, Err(OpenError::Missing { .. })));
    assert!(fs::read(&file).unwrap().is_empty());
}
