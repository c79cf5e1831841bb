//! Voters whose disks fail while the cluster database is written to all the time: one that is full, one whose `fsync` fails.
//! Such a voter ends and says why, and never tells that something is safe which is not; the others have quorum on, and
//! when its disk is well again it votes again.

use quorate::v1::{SetVotersRequest, VoterMode};
use quorate_tests::{BrokenDisk, Cluster, Plan, Probe, SmallDisk, Spec, wait_until};

/// Three voters, the last of them on a disk that can fail.
async fn quorate<D>(disk: impl FnOnce(&mut Spec) -> D) -> (Cluster, D) {
    let mut plan = Plan::new(3).quorate().flags(&["--damping-min", "1s"]);
    let disk = disk(&mut plan.specs()[2]);
    let cluster = plan.start();
    cluster.quorum_all().await;
    (cluster, disk)
}

/// Writes to the database. With three nodes, three vote whatever the most is.
async fn write(cluster: &Cluster, through: &str, most: u32) {
    let request = SetVotersRequest { mode: VoterMode::Auto.into(), most, pinned_names: Vec::new() };
    cluster.agent(through).client().set_voters(request).await.unwrap_or_else(|why| panic!("{through}: {why}"));
}

/// Writes until n3 has ended; what it said at last.
async fn until_it_ends(cluster: &mut Cluster) -> (Option<i32>, String) {
    let n3 = cluster.agent("n3").pid();
    let (mut count, mut most) = (0, 3);
    wait_until("n3 to end", async || {
        most = if most == 3 { 5 } else { 3 };
        write(cluster, "n1", most).await;
        count += 1;
        has_ended(n3)
    })
    .await;
    println!("n3 has ended after {count} writes");
    let n3 = cluster.agent_mut("n3");
    (n3.exit().await.code(), n3.log())
}

/// Whether a process has ended, though nobody has waited for it yet.
fn has_ended(pid: u32) -> bool {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit_once(')').is_none_or(|(_, rest)| rest.trim_start().starts_with('Z'))
}

/// n3's disk is broken by `fail`: n3 ends with words that name the file and `why`, the others have quorum on. When the disk
/// works again, n3 votes again, and nothing of what was acknowledged is lost: it can take the place of any other.
async fn ends_and_comes_back(mut cluster: Cluster, fail: impl FnOnce(), mend: impl FnOnce(), why: &str) {
    let probe = Probe::start(&cluster);
    let before = cluster.quorum_all().await;
    fail();
    let (code, log) = until_it_ends(&mut cluster).await;
    assert_eq!(code, Some(3), "the exit code for a data folder that failed");
    let named = log.lines().find(|line| line.contains("consensus cannot go on") && line.contains("database.redb"));
    assert!(named.is_some_and(|line| line.contains(why)), "{named:?}");
    println!("{}", named.unwrap_or_default());
    let without = cluster.quorum_of(&["n1", "n2"]).await;
    assert!(without > before, "Q2");
    write(&cluster, "n2", 7).await;
    println!("without n3: {}", probe.check());

    mend();
    cluster.agent_mut("n3").restart();
    let with = cluster.quorum_all().await;
    assert!(with > without, "Q2");
    // n1 is gone for good: what n3 has is needed now.
    cluster.agent_mut("n1").kill_dash_nine();
    assert!(cluster.quorum_of(&["n2", "n3"]).await > with, "Q2");
    assert_eq!(cluster.voters("n3").await, ["n1", "n2", "n3"]);
    let most = cluster.agent("n3").client().voters().await.unwrap().most;
    assert_eq!(most, 7, "D1: what was acknowledged is there");
    println!("{}", probe.check());
}

#[tokio::test]
async fn d1_a_voter_whose_disk_is_full_ends_and_comes_back() {
    let (cluster, disk) = quorate(|spec| SmallDisk::under(spec, "4m")).await;
    ends_and_comes_back(cluster, || disk.fill(), || disk.free(), "No space left on device").await;
}

#[tokio::test]
async fn d1_a_voter_whose_fsync_fails_ends_and_comes_back() {
    let (cluster, disk) = quorate(BrokenDisk::under).await;
    ends_and_comes_back(cluster, || disk.break_down(), || disk.mend(), "Input/output error").await;
}
