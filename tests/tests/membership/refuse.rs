//! Refusals: who does not belong here is told why, and disturbs nobody.

use quorate_tests::{Cluster, StreamChecker, id_of, names_of, wait_until};

#[tokio::test]
async fn an_agent_of_another_cluster_is_refused() {
    let mut cluster = Cluster::form(2).await;
    let checker = StreamChecker::follow(&cluster).await;
    let view = cluster.agree_all().await;
    let stranger = cluster.add("stranger", |spec| spec.cluster = "another".to_owned());
    let line = stranger.logged(&["WARN", "refused by a peer", "WrongCluster"]).await;
    assert!(line.contains("another") && line.contains(&cluster.agents()[0].spec().cluster), "both are named: {line}");
    let line = cluster.agent("n1").logged(&["WARN", "peer refused", "stranger", "WrongCluster"]).await;
    assert!(line.contains("another"), "{line}");
    assert_eq!(id_of(&cluster.agree_all().await), id_of(&view), "the cluster is not disturbed");
    assert!(checker.views_told("n1").is_empty());
    checker.verify(&cluster, &[]).await;
}

#[tokio::test]
async fn a_name_that_is_taken_is_refused_on_the_newcomer() {
    let mut cluster = Cluster::form(3).await;
    let checker = StreamChecker::follow(&cluster).await;
    let view = cluster.agree_all().await;
    let newcomer = cluster.add("second", |spec| spec.name = "n2".to_owned());
    let line = newcomer.logged(&["WARN", "refused by a peer", "NameTaken"]).await;
    assert!(line.contains("n2") && line.contains("give this one a name of its own"), "{line}");
    cluster.agent("n1").logged(&["WARN", "peer refused", "NameTaken"]).await;
    cluster.agent("n2").logged(&["WARN", "peer refused", "NameTaken"]).await;
    // It is left to itself, and the others go on without a view change.
    wait_until("the newcomer to be alone", async || {
        let view = newcomer.view().await.ok().and_then(|answer| answer.view);
        view.is_some_and(|view| view.members.len() == 1 && names_of(&view) == ["n2"])
    })
    .await;
    assert_eq!(id_of(&cluster.agree_all().await), id_of(&view));
    assert!(checker.views_told("n1").is_empty(), "V6");
    checker.verify(&cluster, &[]).await;
}

/// A second agent on the same data folder would be the same node twice.
#[tokio::test]
async fn a_data_folder_in_use_is_refused() {
    let mut cluster = Cluster::form(1).await;
    let data = cluster.agent("n1").spec().data.clone();
    let mut second = cluster.add("second", |spec| (spec.data, spec.name) = (data, "n1".to_owned()));
    assert_eq!(second.exit().await.code(), Some(3), "{}", second.log());
    cluster.agree(&["n1"]).await;
}

/// A copy of a data folder is no second node.
#[tokio::test]
async fn a_copied_data_folder_is_refused() {
    let mut cluster = Cluster::form(2).await;
    let view = cluster.agree_all().await;
    let (name, data) = ("n2".to_owned(), cluster.agent("n2").spec().data.clone());
    let copy = cluster.add("copy", |spec| {
        spec.name = name;
        std::fs::create_dir(&spec.data).unwrap();
        for file in std::fs::read_dir(data).unwrap().map(Result::unwrap).filter(|file| file.path().is_file()) {
            std::fs::copy(file.path(), spec.data.join(file.file_name())).unwrap();
        }
    });
    // The copy counts one start more than the original. So it is the original that is over: of the two only one is let
    // in, the other is told why, and the name is in the view once.
    let told = async || [cluster.agent("n2").log(), copy.log()].iter().any(|log| was_refused(log));
    wait_until("one of the two to be refused", told).await;
    wait_until("n1 to be in a view with one n2", async || {
        let now = cluster.agent("n1").view().await.ok().and_then(|answer| answer.view);
        now.is_some_and(|now| names_of(&now) == ["n1", "n2"] && id_of(&now) >= id_of(&view))
    })
    .await;
}

fn was_refused(log: &str) -> bool {
    let reasons = ["StaleBoot", "NameTaken"];
    log.lines().any(|line| line.contains("refused by a peer") && reasons.iter().any(|reason| line.contains(reason)))
}
