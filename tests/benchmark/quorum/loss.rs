//! One fault in a fresh cluster: for how long nobody may act.

use std::{
    fmt,
    time::{Duration, Instant},
};

use quorate::v1::{SetVotersRequest, VoterMode};
use quorate_tests::{Cluster, LIMIT, Lab, Plan, Probe, wait_for};
use rustix::process::Signal;
use tokio::time::sleep;

use crate::etcd::Members;
use crate::run::CALM;

/// Agents of a cluster: five voters and a satellite.
const SIZE: usize = 6;
const VOTERS: usize = 5;

/// What happens to whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    LeaderKilled,
    LeaderStopped,
    LeaderCut,
    LeaderLeaves,
    VoterKilled,
    SatelliteKilled,
    ControllerKilled,
}

/// What one round with Quorate has shown, in seconds.
#[derive(Debug)]
pub(super) struct Loss {
    pub(super) case: Case,
    /// The longest time that a survivor said no.
    pub(super) no: f64,
    /// The longest time between two yeses of a survivor.
    pub(super) between: f64,
    /// From the fault until the last survivor said yes under a higher epoch.
    pub(super) renewed: f64,
}

/// What one round with etcd has shown.
#[derive(Debug)]
pub(super) struct Succession {
    pub(super) case: Case,
    /// Seconds from the fault until the last survivor named another leader.
    pub(super) after: f64,
}

impl Case {
    pub(super) const ALL: [Self; 7] = [
        Self::LeaderKilled,
        Self::LeaderStopped,
        Self::LeaderCut,
        Self::LeaderLeaves,
        Self::VoterKilled,
        Self::SatelliteKilled,
        Self::ControllerKilled,
    ];

    /// Those of a quick run.
    pub(super) const QUICK: [Self; 4] =
        [Self::LeaderKilled, Self::LeaderCut, Self::LeaderLeaves, Self::ControllerKilled];

    /// Those that etcd is given too.
    pub(super) const FOR_ETCD: [Self; 3] = [Self::LeaderKilled, Self::LeaderStopped, Self::LeaderLeaves];
}

/// A round with Quorate.
pub(super) async fn quorate(case: Case) -> Loss {
    let mut cluster = Plan::inside(Lab::new(SIZE, 1)).quorate().start();
    cluster.quorum_all().await;
    let victim = victim(&cluster, case).await;
    sleep(CALM).await;
    let before = cluster.quorum_all().await;
    let probe = Probe::start(&cluster);
    let names: Vec<String> = cluster.agents().iter().map(|agent| agent.name().to_owned()).collect();
    all_above(&probe, &names, before - 1).await;
    probe.check();
    let survivors: Vec<String> = names.into_iter().filter(|name| *name != victim).collect();
    let start = Instant::now();
    strike(&mut cluster, case, &victim);
    let renewed = all_above(&probe, &survivors, before).await.saturating_duration_since(start);
    // What the first yes under the new epoch is followed by belongs to it.
    sleep(CALM).await;
    let told = || survivors.iter().map(|name| probe.told(name));
    let longest = |times: &mut dyn Iterator<Item = Duration>| times.max().unwrap_or_default().as_secs_f64();
    let (no, between) = (longest(&mut told().map(|told| told.no)), longest(&mut told().map(|told| told.between)));
    probe.check();
    Loss { case, no, between, renewed: renewed.as_secs_f64() }
}

/// Whom it happens to.
async fn victim(cluster: &Cluster, case: Case) -> String {
    let names = || cluster.agents().iter().map(|agent| agent.name().to_owned());
    wait_for("five voters", LIMIT, async || {
        Some(voters(cluster).await).filter(|all| all.len() == VOTERS).ok_or("not yet")
    })
    .await;
    let quorum = cluster.quorum("n1").await;
    let leader = quorum.holder;
    let controller = quorum.view_id.expect("a yes is for a view").controller;
    let voters = voters(cluster).await;
    match case {
        Case::LeaderKilled | Case::LeaderStopped | Case::LeaderCut | Case::LeaderLeaves => leader,
        Case::VoterKilled => {
            voters.into_iter().rfind(|name| *name != leader && *name != controller).expect("another voter")
        }
        Case::SatelliteKilled => names().find(|name| !voters.contains(name)).expect("a satellite"),
        Case::ControllerKilled => {
            pin(cluster, names().filter(|name| *name != controller).collect()).await;
            controller
        }
    }
}

async fn voters(cluster: &Cluster) -> Vec<String> {
    let listed = cluster.agents()[0].client().voters().await.expect("an answer");
    listed.voters.into_iter().map(|voter| voter.node_name).collect()
}

/// Has these vote and nobody else, and waits until one of them leads.
async fn pin(cluster: &Cluster, names: Vec<String>) {
    let mode = VoterMode::Pinned.into();
    let request = SetVotersRequest { mode, most: 0, pinned_names: names.clone() };
    cluster.agents()[0].client().set_voters(request).await.expect("the voters can be pinned");
    wait_for("one of those pinned to lead", LIMIT, async || {
        let quorum = cluster.quorum("n1").await;
        let done = quorum.granted && names.contains(&quorum.holder) && voters(cluster).await == names;
        if done { Ok(()) } else { Err(format!("{quorum:?}")) }
    })
    .await;
    cluster.quorum_all().await;
}

fn strike(cluster: &mut Cluster, case: Case, victim: &str) {
    let number = cluster.agents().iter().position(|agent| agent.name() == victim).expect("an agent") + 1;
    match case {
        Case::LeaderStopped => cluster.agent(victim).sigstop(),
        Case::LeaderCut => cluster.lab().cut_off(number),
        Case::LeaderLeaves => cluster.agent(victim).sigterm(),
        _ => cluster.agent_mut(victim).kill_dash_nine(),
    }
}

/// Waits until all of these have said yes under a higher epoch; when the last one first did.
async fn all_above(probe: &Probe, names: &[String], epoch: u64) -> Instant {
    wait_for(format!("a yes of {names:?} above epoch {epoch}"), LIMIT, async || {
        let risen = |name: &String| probe.told(name).risen.filter(|(highest, _)| *highest > epoch).ok_or(name.clone());
        let all: Vec<(u64, Instant)> = names.iter().map(risen).collect::<Result<_, _>>()?;
        all.into_iter().map(|(_, at)| at).max().ok_or("nobody".to_owned())
    })
    .await
}

/// A round with etcd.
///
/// # Errors
/// When it does not do what it should.
pub(super) async fn etcd(case: Case) -> Result<Succession, String> {
    let members = Members::start(VOTERS)?;
    let leader = members.leader().await?;
    sleep(CALM).await;
    let signal = match case {
        Case::LeaderStopped => Signal::STOP,
        Case::LeaderLeaves => Signal::TERM,
        _ => Signal::KILL,
    };
    let start = Instant::now();
    members.signal(leader, signal);
    let last = members.another_leads(leader).await?;
    Ok(Succession { case, after: last.saturating_duration_since(start).as_secs_f64() })
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::LeaderKilled => "kill -9 of the leader",
            Self::LeaderStopped => "SIGSTOP of the leader",
            Self::LeaderCut => "the leader's network is cut",
            Self::LeaderLeaves => "SIGTERM of the leader",
            Self::VoterKilled => "kill -9 of another voter",
            Self::SatelliteKilled => "kill -9 of a satellite",
            Self::ControllerKilled => "kill -9 of a controller that does not vote",
        })
    }
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, no, between, renewed } = self;
        write!(f, "{case}: said no for {no:.3} s, {between:.3} s between two yeses, new epoch after {renewed:.3} s")
    }
}

impl fmt::Display for Succession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "etcd, {}: another leader after {:.3} s", self.case, self.after)
    }
}
