//! Bad data folders: not to be written, full, damaged, somebody else's. The agent says which and why, changes nothing in
//! them, and never acts on what it could not write down.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use quorate_tests::{Agent, Calm, Cluster, LIMIT, Plan, Spec, StreamChecker, id_of, metrics, wait_for};

const FILE: &str = "identity.quorate";

/// An agent beside the cluster that ends with the exit code of a refused data folder; what it said.
async fn refused(cluster: &mut Cluster, label: &str, change: impl FnOnce(&mut Spec)) -> String {
    let mut agent = cluster.add(label, change);
    let status = agent.exit().await;
    assert_eq!(status.code(), Some(3), "{label}: {}", agent.log());
    agent.log()
}

fn identity(agent: &Agent) -> PathBuf {
    agent.spec().data.join(FILE)
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_named() {
    let mut cluster = Cluster::form(2).await;
    let calm = Calm::before(&cluster).await;
    // Root may write everywhere but here.
    let said = refused(&mut cluster, "x1", |spec| spec.data = "/proc/self/data".into()).await;
    assert!(said.contains("cannot make the data folder /proc/self/data"), "{said}");
    let said = refused(&mut cluster, "x2", |spec| {
        fs::write(&spec.data, "a file").unwrap();
    })
    .await;
    assert!(said.contains("cannot make the data folder") && said.contains("x2"), "{said}");
    let said = refused(&mut cluster, "x3", |spec| {
        fs::create_dir(&spec.data).unwrap();
        spec.launcher = mounted(&spec.data, "ro,size=64k");
    })
    .await;
    assert!(said.contains("x3") && said.contains("Read-only file system"), "{said}");
    calm.after(&cluster).await;
}

/// Every file that is not whole is refused, and left as it is.
#[tokio::test]
async fn a_damaged_file_is_named_and_left_alone() {
    let mut cluster = Cluster::form(3).await;
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agree(&["n1", "n2"]).await;
    let path = identity(cluster.agent("n3"));
    let whole = fs::read(&path).unwrap();
    let seed = fastrand::u64(..);
    println!("damage of seed {seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut damaged = vec![(Vec::new(), "is damaged")];
    damaged.extend((0..4).map(|_| (whole[..rng.usize(8..whole.len())].to_vec(), "is damaged")));
    for _ in 0..6 {
        let mut flipped = whole.clone();
        flipped[rng.usize(8..whole.len())] ^= 1 << rng.u8(..8);
        damaged.push((flipped, "is damaged"));
    }
    damaged.push((b"#!/bin/sh\n".to_vec(), "is no identity file of Quorate"));
    for (bytes, words) in damaged {
        fs::write(&path, &bytes).unwrap();
        cluster.agent_mut("n3").restart();
        let n3 = cluster.agent_mut("n3");
        assert_eq!(n3.exit().await.code(), Some(3), "{}", n3.log());
        let log = n3.log();
        let last = log.lines().last().unwrap();
        assert!(last.contains(words) && last.contains(FILE), "{last}");
        assert_eq!(fs::read(&path).unwrap(), bytes, "a refused file is left alone");
    }
    fs::write(&path, whole).unwrap();
    cluster.agent_mut("n3").restart();
    cluster.agree_all().await;
}

#[tokio::test]
async fn the_folder_of_another_node_or_cluster_is_refused() {
    let mut cluster = Cluster::form(2).await;
    let calm = Calm::before(&cluster).await;
    let path = identity(cluster.agent("n2"));
    let copied = |spec: &mut Spec| {
        fs::create_dir(&spec.data).unwrap();
        fs::copy(&path, spec.data.join(FILE)).unwrap();
    };
    let said = refused(&mut cluster, "x1", copied).await;
    assert!(said.contains("belongs to node 'n2', the configuration says 'x1'"), "{said}");
    let said = refused(&mut cluster, "x2", |spec| {
        copied(spec);
        (spec.name, spec.cluster) = ("n2".to_owned(), "another".to_owned());
    })
    .await;
    assert!(said.contains("the configuration says 'another'"), "{said}");
    let said = refused(&mut cluster, "x3", |spec| {
        fs::create_dir(&spec.data).unwrap();
        fs::write(spec.data.join(FILE), newer()).unwrap();
    })
    .await;
    assert!(said.contains("has format 7, this agent knows up to 1: run a newer quorated"), "{said}");
    calm.after(&cluster).await;
}

/// A file as a later version would write it: magic, version, length, checksum of these two and the body, body.
fn newer() -> Vec<u8> {
    let (version, length) = (7_u32.to_le_bytes(), 0_u32.to_le_bytes());
    let sum = [version, length].concat().iter().fold(!0_u32, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xedb8_8320 } else { sum >> 1 })
    });
    [&b"QUORATE\n"[..], &version, &length, &(!sum).to_le_bytes()].concat()
}

/// Runs an agent where its data folder is a small disk of its own, which goes when the agent does.
fn mounted(data: &Path, options: &str) -> Vec<String> {
    let script = format!("mount -t tmpfs -o {options} tmpfs '{}' && exec \"$@\"", data.display());
    ["unshare", "--mount", "sh", "-c", &script, "sh"].map(str::to_owned).to_vec()
}

/// Room for little in the data folder.
fn give_small_disk(spec: &mut Spec) {
    fs::create_dir(&spec.data).unwrap();
    spec.launcher = mounted(&spec.data, "size=64k");
}

/// A file that takes all the room there is on the agent's disk.
fn fill(agent: &Agent) -> PathBuf {
    let path = PathBuf::from(format!("/proc/{}/root", agent.pid()));
    let path = path.join(agent.spec().data.strip_prefix("/").unwrap()).join("ballast");
    let mut ballast = OpenOptions::new().create(true).append(true).open(&path).unwrap();
    while ballast.write_all(&[0; 512]).is_ok() {}
    path
}

#[tokio::test]
async fn a_full_folder_is_named_at_the_start() {
    let mut cluster = Cluster::form(2).await;
    let calm = Calm::before(&cluster).await;
    let said = refused(&mut cluster, "x1", |spec| {
        give_small_disk(spec);
        let fill = format!("cat /dev/zero > '{}/ballast' 2>/dev/null; exec \"$@\"", spec.data.display());
        spec.launcher.extend(["sh", "-c", &fill, "sh"].map(str::to_owned));
    })
    .await;
    assert!(said.contains("cannot write") && said.contains("No space left on device"), "{said}");
    calm.after(&cluster).await;
}

/// A member whose disk is full cannot promise a view, so there is none with it until there is room again: it says so, the
/// others go on without it, and then it comes back.
#[tokio::test]
async fn v2_nothing_is_promised_that_cannot_be_written() {
    let mut plan = Plan::new(3);
    give_small_disk(&mut plan.specs()[1]);
    let mut cluster = plan.form().await;
    let checker = StreamChecker::follow_some(&cluster, &["n1"]).await;
    let first = cluster.agree_all().await;
    let ballast = fill(cluster.agent("n2"));

    // A view without n3 needs a promise of n2.
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agent("n2").logged(&["ERROR", "cannot write to the data folder", "No space left on device"]).await;
    let alone = cluster.agree(&["n1"]).await;
    assert!(id_of(&alone) > id_of(&first));
    let stuck = cluster.agent("n2").view().await.unwrap();
    assert_eq!(
        stuck.view.as_ref().map(id_of),
        Some(id_of(&first)),
        "n2 acted on a view it had not promised: {stuck:?}"
    );
    let failures = async || {
        let text = metrics(cluster.agent("n2")).await.map_err(|why| why.to_string())?;
        let line = text.lines().find(|line| line.starts_with("quorate_persist_failures_total ")).unwrap_or_default();
        if line.is_empty() || line.ends_with(" 0") { Err(text) } else { Ok(line.to_owned()) }
    };
    println!("{}", wait_for("failures to be counted", LIMIT, failures).await);

    fs::remove_file(ballast).unwrap();
    cluster.agent("n2").logged(&["the data folder can be written again"]).await;
    cluster.agree(&["n1", "n2"]).await;
    cluster.agent_mut("n3").restart();
    let last = cluster.agree_all().await;
    checker.all_told(&last).await;
    // V1, V4: one history, in which n2 is in no view that it did not install.
    cluster.history().await;
    checker.verify(&cluster, &[]).await;
}

/// The one that would lead is no exception: it says that it cannot promise, and the next in rank leads without it.
#[tokio::test]
async fn v5_nobody_waits_for_a_controller_whose_disk_is_full() {
    let mut plan = Plan::new(3);
    give_small_disk(&mut plan.specs()[0]);
    let mut cluster = plan.form().await;
    let first = cluster.agree_all().await;
    assert_eq!(id_of(&first).1, "n1");
    let checker = StreamChecker::follow_some(&cluster, &["n2"]).await;
    let ballast = fill(cluster.agent("n1"));

    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agree(&["n2"]).await;
    cluster.agent("n1").logged(&["ERROR", "cannot write to the data folder", "No space left on device"]).await;
    cluster.agent_mut("n3").restart();
    cluster.agree(&["n2", "n3"]).await;

    fs::remove_file(ballast).unwrap();
    let last = cluster.agree_all().await;
    checker.all_told(&last).await;
    cluster.history().await;
    checker.verify(&cluster, &[]).await;
}
