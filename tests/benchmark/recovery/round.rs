//! One round: a fresh cluster, of which one node runs everything, and is killed.

use std::time::{Duration, Instant};

use quorate::v1::{self, placement::Count};
use quorate_tests::{
    Cluster, Lab, Plan,
    services::{Stage, apply, ready},
};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::{sleep, timeout};

use super::{
    Case, Round,
    story::Story,
    witness::{Witnesses, pipe, script},
};
use crate::run::CALM;

/// Agents of a cluster.
const NODES: usize = 3;
/// How long recovery may take, before it counts as unable.
const LIMIT: Duration = Duration::from_secs(60);

/// A round: the node that is killed leads the cluster, or does not.
///
/// # Errors
/// When something does not do what it should.
pub(super) async fn run(case: Case, led: bool) -> Result<Round, String> {
    let mut cluster = Plan::inside(Lab::new(NODES, 1)).quorate().form().await;
    cluster.quorum_all().await;
    let leader = cluster.holder().await;
    let others = cluster.others(&leader);
    let victim = if led { leader } else { others[NODES - 2].to_owned() };
    let stage = Stage::default();
    let programs = pipe(stage.file("running"))?;
    settle(&cluster, case, &stage, &victim).await?;
    let survivors: Vec<_> = cluster.agents().iter().filter(|agent| agent.name() != victim).collect();
    let mut witnesses = Witnesses::call(&survivors, programs, &victim).await?;
    sleep(CALM).await;
    let epoch = cluster.quorum(survivors[0].name()).await.epoch;

    let kill = kill_node(&mut cluster, &victim);
    let mut story = Story::new(kill, NODES - 1, case.services, epoch);
    let told = async {
        loop {
            let (at, sight) = witnesses.next().await?;
            story.see(at, sight);
            if let Some(times) = story.times() {
                return Ok(Round { case, led, times });
            }
        }
    };
    timeout(LIMIT, told).await.unwrap_or_else(|_| Err(format!("it is not over after {LIMIT:?}: {story:?}")))
}

/// Has all services run on that node.
async fn settle(cluster: &Cluster, case: Case, stage: &Stage, node: &str) -> Result<(), String> {
    let services = (0..case.services).map(|number| service(case, number, stage, node)).collect();
    apply(cluster.agent(node), services).await.map_err(|why| why.to_string())?;
    let there = |now: &v1::Recovery| match ready(now).values().flatten().filter(|at| *at == node).count() {
        all if all == case.services => Ok(()),
        some => Err(format!("{some} are ready on {node}")),
    };
    cluster.recovered(&["n1", "n2", "n3"], there).await;
    Ok(())
}

fn service(case: Case, number: usize, stage: &Stage, node: &str) -> v1::Service {
    let name = |number: usize| format!("s{number:03}");
    let below = number.checked_sub(case.services / case.levels);
    let placement = v1::Placement {
        count: Some(Count::Instances(1)),
        preferred: vec![node.to_owned()],
        ..v1::Placement::default()
    };
    v1::Service {
        requires: below.map(name).into_iter().collect(),
        placement: Some(placement),
        ..stage.script(&name(number), &script(&name(number), &stage.file("running")))
    }
}

/// The agent and all that it runs, at one moment: the survivors are told of the end by its kernel.
fn kill_node(cluster: &mut Cluster, node: &str) -> Instant {
    let number = cluster.agents().iter().position(|agent| agent.name() == node).expect("an agent") + 1;
    let all = cluster.lab().processes(number).into_iter().filter_map(|pid| Pid::from_raw(i32::try_from(pid).ok()?));
    let all: Vec<Pid> = all.collect();
    let kill = Instant::now();
    // What has ended by itself meanwhile needs no signal.
    all.into_iter().for_each(|pid| _ = kill_process(pid, Signal::KILL));
    cluster.agent_mut(node).kill_dash_nine();
    kill
}
