//! A service runs no longer than its node may act: agents that are killed or frozen, and services that may go on.

use std::{collections::BTreeSet, fs};

use quorate::v1::{self, WithoutQuorum};
use quorate_tests::{Agent, Plan, services::*, wait_until};

fn only(service: &'static str, not_at: String) -> impl Fn(&v1::Recovery) -> Result<(), String> {
    move |now| match ready(now).get(service) {
        Some(nodes) if nodes.len() == 1 && nodes[0] != not_at => Ok(()),
        other => Err(format!("it is ready at {other:?}")),
    }
}

/// The agent does nothing any more, and so cannot end its service: the runner does.
#[tokio::test]
async fn s1_a_frozen_agent_s_service_is_over_before_the_next_one_starts() {
    let stage = Stage::default();
    let cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    apply(cluster.agent("n1"), vec![stage.single("db")]).await.unwrap();
    let before = cluster.recovered(&["n1", "n2", "n3"], only("db", String::new())).await;
    let at = ready(&before)["db"][0].clone();
    cluster.agent(&at).sigstop();
    let left = cluster.others(&at);
    cluster.recovered(&left, only("db", at.clone())).await;
    cluster.agent(&at).sigcont();
    cluster.agree_all().await;
    cluster.recovered(&["n1", "n2", "n3"], only("db", at.clone())).await;
    let lines = stage.lines();
    assert!(!lines.iter().any(|line| line.starts_with("TWICE")), "{lines:?}");
    assert_eq!(lines[1], format!("end db {at}"), "it was asked to end: {lines:?}");
}

/// Whether a runner of this agent has executed itself, to let go of what its agent was given.
fn executed_again(agent: &Agent) -> bool {
    fs::read_dir("/proc").unwrap().flatten().any(|process| {
        let folder = fs::read_link(process.path().join("cwd")).unwrap_or_default();
        let environment = fs::read(process.path().join("environ")).unwrap_or_default();
        folder.starts_with(&agent.spec().data)
            && environment.split(|byte| *byte == 0).any(|one| one == b"QUORATE_RUNNER_ALONE=1")
    })
}

/// A service that is told to end has the time for it that its definition says, however short the right to act is.
#[tokio::test]
async fn what_ends_takes_its_time() {
    let stage = Stage::default();
    let cluster = Plan::new(3).flags(&PATIENT).quorate().form().await;
    cluster.quorum_all().await;
    let log = stage.file("log");
    let script = format!("trap 'sleep 4; echo end slow >> {log}; exit 0' TERM; while :; do sleep 0.05; done");
    let slow = stage.script("slow", &script);
    apply(cluster.agent("n1"), vec![slow]).await.unwrap();
    cluster.recovered(&["n1", "n2", "n3"], only("slow", String::new())).await;
    apply(cluster.agent("n1"), Vec::new()).await.unwrap();
    stage.empty().await;
    assert_eq!(stage.lines(), ["end slow"]);
}

/// Neither the loss of whoever leads, nor of any other node, ends what runs where nothing happened.
#[tokio::test]
async fn a_service_outlives_the_loss_of_every_other_node() {
    let stage = Stage::default();
    let mut cluster = Plan::new(3).flags(&PATIENT).quorate().form().await;
    cluster.quorum_all().await;
    // When whoever leads is lost, the next one waits for as long as anybody's right may last.
    let patient = v1::Service { grace: millis(3_000), ..stage.single("db") };
    apply(cluster.agent("n1"), vec![patient]).await.unwrap();
    let before = cluster.recovered(&["n1", "n2", "n3"], only("db", String::new())).await;
    let at = ready(&before)["db"].clone();
    let others: Vec<String> = cluster.others(&at[0]).into_iter().map(str::to_owned).collect();
    let stays = |now: &v1::Recovery| if ready(now)["db"] == at { Ok(()) } else { Err("it is elsewhere".to_owned()) };
    for lost in &others {
        cluster.agent_mut(lost).kill_dash_nine();
        cluster.recovered(&cluster.others(lost), stays).await;
        cluster.agent_mut(lost).restart();
        cluster.agree_all().await;
        cluster.recovered(&["n1", "n2", "n3"], stays).await;
    }
    let lines = stage.lines();
    assert_eq!(lines.len(), 1, "it was started once: {lines:?}");
    assert!(lines[0].starts_with("start db"), "{lines:?}");
}

/// Nothing is orphaned; what may outlive its agent is taken over by the next one, and is the same process.
#[tokio::test]
async fn a_killed_agent_leaves_nothing_behind_and_finds_what_outlived_it() {
    let stage = Stage::default();
    let mut plan = Plan::new(3).flags(&PATIENT).quorate();
    let with_more_open = ["/bin/sh", "-c", "exec 9</dev/null; exec \"$@\"", "sh"].map(str::to_owned);
    plan.specs().iter_mut().for_each(|spec| spec.launcher = with_more_open.to_vec());
    let mut cluster = plan.form().await;
    cluster.quorum_all().await;
    let tough = v1::Service {
        without_quorum: WithoutQuorum::CarryOn.into(),
        outlive_agent: millis(60_000),
        ..stage.everywhere("tough")
    };
    let fifty = (0..50).map(|number| stage.everywhere(&format!("s{number}")));
    apply(cluster.agent("n1"), fifty.chain([tough]).collect()).await.unwrap();
    let all = |nodes: usize| {
        move |now: &v1::Recovery| match ready(now).values().map(Vec::len).sum::<usize>() {
            ready if ready == nodes * 51 => Ok(()),
            ready => Err(format!("{ready} are ready")),
        }
    };
    cluster.recovered(&["n1", "n2", "n3"], all(3)).await;
    assert_eq!(stage.processes(), 153);
    assert!(!cluster.agents().iter().any(executed_again), "each start costs one execution");
    stage.forget();
    cluster.agent_mut("n3").kill_dash_nine();
    wait_until("the services of the killed agent are gone", async || stage.processes() == 103).await;
    cluster.recovered(&["n1", "n2"], all(2)).await;
    cluster.agent_mut("n3").restart();
    cluster.agree_all().await;
    cluster.recovered(&["n1", "n2", "n3"], all(3)).await;
    let again = stage.lines();
    assert!(!again.iter().any(|line| line == "start tough n3"), "it was taken over: {again:?}");
    let names: BTreeSet<&String> = again.iter().collect();
    assert_eq!(names.len(), 50, "{names:?}");
    apply(cluster.agent("n1"), Vec::new()).await.unwrap();
    stage.empty().await;
}

/// What the runners of a killed agent still end when the next one starts its services is no failure of those.
#[tokio::test]
async fn what_ends_still_is_waited_for() {
    let stage = Stage::default();
    let mut cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    let stubborn = stage.script("stubborn", "trap '' TERM; while :; do sleep 0.05; done");
    let placement = stage.everywhere("stubborn").placement;
    let stubborn = v1::Service { placement, loss_timeout: millis(3_500), ..stubborn };
    apply(cluster.agent("n1"), vec![stubborn]).await.unwrap();
    let everywhere = |now: &v1::Recovery| match ready(now).get("stubborn") {
        Some(nodes) if nodes.len() == 3 => Ok(()),
        nodes => Err(format!("ready at {nodes:?}")),
    };
    cluster.recovered(&["n1", "n2", "n3"], everywhere).await;
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agent_mut("n3").restart();
    cluster.agree_all().await;
    let now = cluster.recovered(&["n1", "n2", "n3"], everywhere).await;
    let tries: Vec<_> = now.instances.iter().map(|instance| instance.tries).collect();
    assert_eq!(tries, [0, 0, 0], "{now:?}");
    apply(cluster.agent("n1"), Vec::new()).await.unwrap();
}

/// Without quorum nothing runs but what may.
#[tokio::test]
async fn without_quorum_services_end_freeze_or_carry_on() {
    let stage = Stage::default();
    let mut cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    let counts = |name: &str| {
        let file = stage.file(&format!("{name}.$QUORATE_NODE"));
        let script = format!("while :; do echo >> {file}; sleep 0.05; done");
        v1::Service { placement: stage.everywhere(name).placement, ..stage.script(name, &script) }
    };
    let ends = counts("ends");
    let freezes = v1::Service { without_quorum: WithoutQuorum::Freeze.into(), ..counts("freezes") };
    let goes_on = v1::Service { without_quorum: WithoutQuorum::CarryOn.into(), ..counts("goes-on") };
    apply(cluster.agent("n1"), vec![ends, freezes, goes_on]).await.unwrap();
    let all = |count: usize| {
        move |now: &v1::Recovery| match ready(now).values().map(Vec::len).sum::<usize>() {
            ready if ready == count => Ok(()),
            ready => Err(format!("{ready} are ready")),
        }
    };
    cluster.recovered(&["n1", "n2", "n3"], all(9)).await;
    let last = cluster.holder().await;
    for other in cluster.others(&last).into_iter().map(str::to_owned).collect::<Vec<_>>() {
        cluster.agent_mut(&other).kill_dash_nine();
    }
    cluster.minority(&last).await;
    let grows = async |name: &str| {
        let bytes = || fs::metadata(stage.file(&format!("{name}.{last}"))).map_or(0, |data| data.len());
        let before = bytes();
        tokio::time::timeout(std::time::Duration::from_millis(400), async {
            while bytes() == before {
                tokio::time::sleep(std::time::Duration::from_millis(10)).await;
            }
        })
        .await
        .is_ok()
    };
    wait_until("what needs quorum has ended", async || !grows("ends").await && !grows("freezes").await).await;
    assert!(grows("goes-on").await);
    wait_until("one is left as it was, one is frozen", async || stage.processes_named(&last) == 2).await;
    for other in cluster.others(&last).into_iter().map(str::to_owned).collect::<Vec<_>>() {
        cluster.agent_mut(&other).restart();
    }
    cluster.quorum_all().await;
    cluster.recovered(&["n1", "n2", "n3"], all(9)).await;
    assert!(grows("ends").await && grows("freezes").await && grows("goes-on").await);
}
