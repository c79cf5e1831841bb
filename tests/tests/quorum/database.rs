//! The cluster database of real agents: settings, history, backup and restore, and the cluster formed anew by force.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use quorate::{
    EventWatchOptions, Reason,
    v1::{self, HistoryKind, SnapshotReason, history_record::Kind},
};
use quorate_tests::{Cluster, LIMIT, Plan, Probe, wait_for, wait_until};
use tokio_stream::StreamExt;

/// So many agents, of which an odd number votes.
async fn quorate(size: usize) -> Cluster {
    let cluster = Plan::new(size).quorate().flags(&["--damping-min", "1s"]).start();
    cluster.quorum_all().await;
    cluster
}

async fn history(cluster: &Cluster, at: &str, kinds: &[HistoryKind]) -> Vec<v1::HistoryRecord> {
    let kinds = kinds.iter().map(|kind| i32::from(*kind)).collect();
    let filter = v1::ListHistoryRequest { kinds, ..v1::ListHistoryRequest::default() };
    cluster.agent(at).client().list_history(filter).await.unwrap().records
}

fn kill_all(cluster: &mut Cluster) {
    let names: Vec<_> = cluster.agents().iter().map(|agent| agent.name().to_owned()).collect();
    for name in &names {
        if cluster.agent(name).is_running() {
            cluster.agent_mut(name).kill_dash_nine();
        }
    }
}

fn restart_all(cluster: &mut Cluster) {
    let names: Vec<_> = cluster.agents().iter().map(|agent| agent.name().to_owned()).collect();
    for name in &names {
        cluster.agent_mut(name).restart();
    }
}

#[tokio::test]
async fn d1_a_setting_holds_everywhere_and_survives_that_all_are_killed() {
    let mut cluster = quorate(4).await;
    let satellite = cluster.agents().iter().map(|agent| agent.name().to_owned());
    let voting = cluster.voters("n1").await;
    let satellite = satellite.into_iter().find(|name| !voting.contains(name)).unwrap();
    let client = cluster.agent(&satellite).client();
    client.set_setting("voter_grace", "1s").await.unwrap();
    kill_all(&mut cluster);
    restart_all(&mut cluster);
    cluster.quorum_all().await;
    for agent in cluster.agents() {
        let answer = agent.client().settings().await.unwrap();
        assert_eq!(answer.settings[0].value, "1s", "at {}", agent.name());
        assert!(answer.header.unwrap().revision > 0);
    }
    // It is obeyed: agents are configured to wait for a minute.
    let voting = cluster.voters("n1").await;
    let gone = voting.iter().find(|name| *name != "n1").unwrap().clone();
    cluster.agent_mut(&gone).kill_dash_nine();
    wait_until("the satellite votes in place of the voter that was killed", async || {
        cluster.voters("n1").await.contains(&satellite)
    })
    .await;
    let said = cluster.cli(&["n1"]).run(&["settings", "unset", "voter_grace"]).await;
    assert!(said.code == 0 && said.stdout.contains("as configured"), "{said:?}");
}

#[tokio::test]
async fn settings_that_do_not_exist_are_refused() {
    let cluster = quorate(1).await;
    let client = cluster.agent("n1").client();
    for (name, value) in [("voters", "3"), ("voter_grace", "1ms"), ("voter_grace", "often"), ("", "")] {
        let refused = client.set_setting(name, value).await.unwrap_err();
        assert_eq!(refused.reason(), Some(&Reason::BadRequest), "{name} {value}");
    }
    let said = cluster.cli(&["n1"]).run(&["settings", "set", "voter_grace", "8d"]).await;
    assert!(said.code == 2 && said.stderr.contains("allowed are 1s to 7days"), "{said:?}");
}

#[tokio::test]
async fn history_tells_what_happened_before_all_were_killed() {
    let mut cluster = quorate(4).await;
    let begun = SystemTime::now() - Duration::from_secs(60);
    cluster.agent_mut("n4").kill_dash_nine();
    cluster.quorum_of(&["n1", "n2", "n3"]).await;
    kill_all(&mut cluster);
    restart_all(&mut cluster);
    cluster.quorum_all().await;
    let satellite_too = ["n1", "n2", "n3", "n4"];
    for name in satellite_too {
        let views = history(&cluster, name, &[HistoryKind::View]).await;
        let lost = views.iter().any(|record| match &record.kind {
            Some(Kind::View(view)) => view.went == ["n4"] && view.causes.iter().any(|cause| cause.contains("n4")),
            _ => false,
        });
        assert!(lost, "{name} does not remember that n4 was lost: {views:?}");
        let grants = history(&cluster, name, &[HistoryKind::Grant]).await;
        assert!(grants.is_sorted_by(|a, b| a.epoch < b.epoch), "Q2: {grants:?}");
    }
    // Pages and times.
    let client = cluster.agent("n1").client();
    let all = history(&cluster, "n1", &[]).await;
    let paged = client
        .call(quorate::Safety::Idempotent, |a| async move {
            let request = v1::ListHistoryRequest { page_size: 1, ..v1::ListHistoryRequest::default() };
            a.events().list_history(a.request(request)).await
        })
        .await
        .unwrap();
    assert_eq!((paged.records.len(), paged.records[0].number), (1, all[0].number));
    assert!(!paged.next_page_token.is_empty());
    let before = v1::ListHistoryRequest { until_time: Some(begun.into()), ..v1::ListHistoryRequest::default() };
    assert!(client.list_history(before).await.unwrap().records.is_empty());
    let said = cluster.cli(&["n1"]).run(&["history", "--kind", "grant", "--last", "1"]).await;
    assert!(said.code == 0 && said.stdout.lines().count() == 1 && said.stdout.contains("quorum granted"), "{said:?}");
}

#[tokio::test]
async fn an_eviction_is_remembered_by_the_database() {
    let cluster = quorate(3).await;
    cluster.agent("n1").client().evict("n9", "bad disk").await.unwrap();
    for name in ["n1", "n2", "n3"] {
        wait_for(format!("{name} to remember the eviction"), LIMIT, async || {
            let records = history(&cluster, name, &[HistoryKind::Eviction]).await;
            let is = |record: &v1::HistoryRecord| match &record.kind {
                Some(Kind::Eviction(eviction)) => eviction.node_name == "n9" && eviction.reason == "bad disk",
                _ => false,
            };
            if records.len() == 1 && is(&records[0]) { Ok(()) } else { Err(format!("{records:?}")) }
        })
        .await;
    }
}

#[tokio::test]
async fn q2_a_backup_is_restored_while_all_runs() {
    let cluster = quorate(3).await;
    let probe = Probe::start(&cluster);
    let client = cluster.agent("n2").client();
    client.set_setting("voter_grace", "2m").await.unwrap();
    // A backup is what the agent has that is asked, and its copy may be a moment behind.
    let third = cluster.agent("n3").client();
    wait_until("the setting at n3", async || third.settings().await.unwrap().settings[0].value == "2m").await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("q.backup");
    let file = path.to_str().unwrap();
    let said = cluster.cli(&["n3"]).run(&["backup", file]).await;
    assert_eq!(said.code, 0, "{said:?}");
    let again = cluster.cli(&["n3"]).run(&["backup", file]).await;
    assert!(again.code == 2 && again.stderr.contains("--force"), "{again:?}");

    client.set_setting("voter_grace", "5m").await.unwrap();
    let before = cluster.quorum_all().await;
    let tried = cluster.cli(&["n1"]).run(&["restore", file, "--dry-run"]).await;
    assert!(tried.code == 0 && tried.stdout.contains("would be restored"), "{tried:?}");
    assert_eq!(client.settings().await.unwrap().settings[0].value, "5m");
    let said = cluster.cli(&["n1"]).run(&["restore", file, "--yes"]).await;
    assert_eq!(said.code, 0, "{said:?}");
    wait_until("the setting of the backup at n2", async || client.settings().await.unwrap().settings[0].value == "2m")
        .await;
    let after = wait_for("a grant above all epochs there can have been", LIMIT, async || {
        let epoch = cluster.quorum_all().await;
        if epoch > before + 999_999_999 { Ok(epoch) } else { Err(epoch.to_string()) }
    })
    .await;
    println!("epoch {before} -> {after}; {}", probe.check());
    let restores = history(&cluster, "n1", &[HistoryKind::Restore, HistoryKind::Setting]).await;
    assert_eq!(restores.len(), 3, "two settings and a restore: {restores:?}");
}

#[tokio::test]
async fn a_file_that_is_no_backup_of_this_cluster_changes_nothing() {
    let cluster = quorate(1).await;
    let client = cluster.agent("n1").client();
    client.set_setting("voter_grace", "2m").await.unwrap();
    let good = client.backup().await.unwrap();
    let mut flipped = good.clone();
    let middle = flipped.len() / 2;
    flipped[middle] ^= 1;
    let revision = client.settings().await.unwrap().header.unwrap().revision;
    let other = quorate(1).await;
    let foreign = other.agent("n1").client().backup().await.unwrap();
    for (bytes, word) in [
        (vec![], "damaged"),
        (b"hello".to_vec(), "no backup"),
        (good[..good.len() - 1].to_vec(), "damaged"),
        (flipped, "damaged"),
        (foreign, "of cluster"),
    ] {
        let refused = client.restore(&bytes, None, false).await.unwrap_err();
        assert_eq!(refused.reason(), Some(&Reason::BadBackup), "{refused}");
        assert!(refused.to_string().contains(word), "{refused}");
    }
    assert_eq!(client.settings().await.unwrap().header.unwrap().revision, revision, "something was changed");
    let huge = client.restore(&vec![0; 17 * 1024 * 1024], None, false).await.unwrap_err();
    assert_eq!(huge.reason(), Some(&Reason::BadRequest), "{huge}");
    let said = cluster.cli(&["n1"]).run(&["restore", "/nonexistent", "--yes"]).await;
    assert!(said.code == 2 && said.stderr.contains("/nonexistent"), "{said:?}");
}

#[tokio::test]
async fn q2_a_cluster_formed_on_empty_machines_gets_back_what_the_lost_one_had() {
    let mut cluster = quorate(3).await;
    let client = cluster.agent("n1").client().clone();
    client.set_setting("voter_grace", "2m").await.unwrap();
    let backup = client.backup().await.unwrap();
    let lost = cluster.quorum("n1").await;
    let cursor = cluster_cursor(&cluster, "n1").await;
    kill_all(&mut cluster);
    for agent in cluster.agents() {
        fs::remove_dir_all(&agent.spec().data).unwrap();
    }
    restart_all(&mut cluster);
    cluster.quorum_all().await;
    let refused = client.restore(&backup, None, false).await.unwrap_err();
    assert_eq!(refused.reason(), Some(&Reason::BadBackup), "{refused}");
    assert!(refused.to_string().contains(&lost.cluster_uid), "{refused}");
    client.restore(&backup, Some(&lost.cluster_uid), false).await.unwrap();
    let epoch = wait_for("epochs above all that the lost cluster can have had", LIMIT, async || {
        let epoch = cluster.quorum_all().await;
        if epoch > lost.epoch + 999_999_999 { Ok(epoch) } else { Err(epoch.to_string()) }
    })
    .await;
    assert_eq!(client.settings().await.unwrap().settings[0].value, "2m");
    let grants = history(&cluster, "n1", &[HistoryKind::Grant]).await;
    assert!(grants.len() > 1 && grants.last().unwrap().epoch == epoch, "{grants:?}");
    // A cursor of the lost cluster is no point in the history of this one, whatever its views are called.
    assert_eq!(resumed(&cluster, "n1", cursor).await, SnapshotReason::HistoryDropped);
}

async fn cluster_cursor(cluster: &Cluster, at: &str) -> String {
    let listed = cluster.agent(at).client().list_events(v1::ListEventsRequest::default()).await.unwrap();
    listed.events.last().unwrap().cursor.clone()
}

/// How a stream begins that is resumed with this cursor.
async fn resumed(cluster: &Cluster, at: &str, cursor: String) -> SnapshotReason {
    let options = EventWatchOptions::new().cursor(cursor);
    let mut events = Box::pin(cluster.agent(at).client().watch_events(options).unwrap());
    loop {
        let message = events.next().await.unwrap().unwrap();
        if let Some(v1::watch_events_response::Message::Snapshot(snapshot)) = message.message {
            return snapshot.reason();
        }
    }
}

#[tokio::test]
async fn a_cluster_is_formed_anew_from_a_minority_and_the_majority_stays_out() {
    let mut cluster = quorate(5).await;
    let before = cluster.quorum("n4").await;
    let uid = before.cluster_uid.clone();
    let cursor = cluster_cursor(&cluster, "n4").await;
    let cli = cluster.cli(&["n4"]);
    let refused = cli.run(&["force-new-cluster", "--cluster-uid", &uid]).await;
    assert!(refused.code == 5 && refused.stderr.contains("CLUSTER_STATE"), "with quorum: {refused:?}");

    for name in ["n1", "n2", "n3"] {
        cluster.agent_mut(name).kill_dash_nine();
    }
    cluster.minority("n4").await;
    cluster.agree(&["n4", "n5"]).await;
    let wrong = cli.run(&["force-new-cluster", "--cluster-uid", "0b2a"]).await;
    assert!(wrong.code == 2 && wrong.stderr.contains(&uid), "{wrong:?}");
    let said = cli.run(&["force-new-cluster"]).await;
    assert!(said.code == 0 && said.stdout.contains("Nothing was done"), "{said:?}");
    assert!(said.stdout.contains("n1, n2, n3") && said.stdout.contains(&uid), "{said:?}");
    let forced = cli.run(&["force-new-cluster", "--cluster-uid", &uid, "-o", "json"]).await;
    assert_eq!(forced.code, 0, "{forced:?}");
    let forced: serde_json::Value = serde_json::from_str(&forced.stdout).unwrap();
    assert_eq!((&forced["forced"], &forced["quorum"]["granted"]), (&true.into(), &true.into()), "{forced}");
    let epoch = cluster.quorum_of(&["n4", "n5"]).await;
    assert!(epoch > before.epoch + 999_999_999, "Q2: {epoch} after {}", before.epoch);
    let new = cluster.quorum("n5").await.cluster_uid;
    assert!(new != uid && new == forced["cluster_uid"], "{new}");
    assert_eq!(resumed(&cluster, "n5", cursor).await, SnapshotReason::HistoryDropped);

    // The old majority comes back: it goes on by itself, and the two never become one.
    for name in ["n1", "n2", "n3"] {
        cluster.agent_mut(name).restart();
    }
    cluster.quorum_of(&["n1", "n2", "n3"]).await;
    assert_eq!(cluster.quorum("n1").await.cluster_uid, uid);
    wait_until("n4 to say that it refused one of them", async || {
        fs::read_to_string(&cluster.agent("n4").spec().log).unwrap().contains("ForeignCluster")
            || fs::read_to_string(&cluster.agent("n1").spec().log).unwrap().contains("ForeignCluster")
    })
    .await;
    cluster.agree(&["n4", "n5"]).await;

    // With an empty data folder they are welcome, and those whose voters were given up count no more.
    for name in ["n1", "n2", "n3"] {
        cluster.agent_mut(name).kill_dash_nine();
        fs::remove_dir_all(&cluster.agent(name).spec().data).unwrap();
    }
    for name in ["n1", "n2", "n3"] {
        cluster.agent_mut(name).restart();
    }
    let whole = cluster.quorum_all().await;
    assert!(whole > epoch);
    assert_eq!(cluster.quorum("n1").await.cluster_uid, new);
    let records = history(&cluster, "n5", &[HistoryKind::Forced]).await;
    assert!(
        matches!(&records[..], [v1::HistoryRecord { kind: Some(Kind::Forced(forced)), .. }] if forced.node_name == "n4")
    );
}

#[tokio::test]
async fn only_a_voter_can_form_the_cluster_anew() {
    let mut cluster = quorate(4).await;
    let voting = cluster.voters("n1").await;
    let satellite = cluster.agents().iter().map(|agent| agent.name().to_owned()).find(|name| !voting.contains(name));
    let satellite = satellite.unwrap();
    let uid = cluster.quorum(&satellite).await.cluster_uid;
    let leader = cluster.quorum(&satellite).await.holder;
    let left = voting.iter().find(|name| **name != leader).unwrap();
    for name in voting.iter().filter(|name| *name != left) {
        cluster.agent_mut(name).kill_dash_nine();
    }
    cluster.minority(left).await;
    cluster.agree(&[&satellite, left]).await;
    let client = cluster.agent(&satellite).client();
    let refused = client.force_new_cluster(&uid, false).await.unwrap_err();
    assert_eq!(refused.reason(), Some(&Reason::ClusterState), "{refused}");
    assert!(refused.to_string().contains("does not vote"), "{refused}");
    // Without anybody who leads, a satellite has nothing to tell of the database; a voter has.
    let unknown = client.settings().await.unwrap_err();
    assert_eq!(unknown.reason(), Some(&Reason::QuorumLost), "{unknown}");
    cluster.agent(left).client().settings().await.unwrap();
    let lost = cluster.agent(left).client().set_setting("voter_grace", "2m").await.unwrap_err();
    assert_eq!(lost.reason(), Some(&Reason::QuorumLost), "nobody leads, so surely nothing was changed: {lost}");
}
