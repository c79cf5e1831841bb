//! What to run, from the command line.

use std::{path::PathBuf, time::Duration};

use anyhow::ensure;
use clap::Parser;

/// Most members that fit into one network of a laboratory.
const MOST: usize = 200;

/// Measures how long members of Quorate, Corosync and Serf take to agree and to notice failures, what they cost while
/// idle, how long Quorate is without quorum after a fault, how fast its database and etcd take writes, how long nobody
/// answers at an address that moves, and how long services are gone whose node is killed. Needs root, network namespaces and, for the peers, what `tests/benchmark/install-peers` installs.
#[derive(Debug, Parser)]
#[command(name = "quorate-benchmark", args_override_self = true)]
pub(crate) struct Args {
    /// Few runs and small groups: an impression, in less than 9 minutes.
    #[arg(long)]
    quick: bool,
    /// Numbers of members whose views are measured, 3 to 200, separated by commas [default: 3,5,16,32,64; with --quick: 3,5].
    #[arg(long, value_delimiter = ',')]
    sizes: Vec<usize>,
    /// Most runs of each fault at each size [default: 7; with --quick: 2]. Fewer are done when they take long.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..))]
    runs: Option<u8>,
    /// Measures only this: views, beside Corosync and Serf; quorum and the cluster database, beside etcd; locks, names,
    /// barriers and watches, beside etcd and ZooKeeper; a virtual address that moves, beside keepalived; or services whose
    /// node is killed.
    #[arg(long)]
    only: Option<Part>,
    /// Leaves Corosync, Serf, etcd, ZooKeeper and keepalived out.
    #[arg(long)]
    no_peers: bool,
    /// The folder for the figures.
    #[arg(long, default_value = "target/benchmark")]
    out: PathBuf,
    /// Serves as the floor of gRPC is measured by: the benchmark starts itself so.
    #[arg(long, hide = true)]
    pub(crate) serve_floor: bool,
}

/// What can be measured by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Part {
    /// Views, and what members cost.
    Membership,
    /// Quorum, and the cluster database.
    Quorum,
    /// Locks, names, barriers and watches.
    Coordination,
    /// A virtual address that moves.
    Failover,
    /// Services whose node is killed.
    Recovery,
}

impl Part {
    const ALL: [Self; 5] = [Self::Membership, Self::Quorum, Self::Coordination, Self::Failover, Self::Recovery];
}

/// What to run, and how much of it.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Numbers of members.
    pub(crate) sizes: Vec<usize>,
    /// Whether an impression is enough.
    pub(crate) quick: bool,
    /// Whether Corosync and Serf are measured too.
    pub(crate) peers: bool,
    /// The folder for the figures.
    pub(crate) out: PathBuf,
    /// Runs of each fault at each size; at least one is done.
    pub(crate) runs: usize,
    /// Time after which no further run of a fault at a size is begun.
    pub(crate) budget: Duration,
    /// Time after which no further run of a peer is begun at all.
    pub(crate) total: Duration,
    /// Numbers of members at which the cost while idle is measured.
    pub(crate) idle: Vec<usize>,
    /// The same with quorum, beside members without.
    pub(crate) quorate: Vec<usize>,
    /// How long it is measured.
    pub(crate) window: Duration,
    /// How long clients write.
    pub(crate) writing: Duration,
    /// The parts that are measured.
    pub(crate) parts: Vec<Part>,
}

impl Args {
    /// The plan that the arguments ask for.
    ///
    /// # Errors
    /// When a size is out of range.
    pub(crate) fn plan(self) -> anyhow::Result<Plan> {
        for size in &self.sizes {
            ensure!((3..=MOST).contains(size), "--sizes: {size} is not within 3 to {MOST}");
        }
        let seconds = Duration::from_secs;
        let peers = !self.no_peers;
        let parts = self.only.map_or(Part::ALL.to_vec(), |part| vec![part]);
        let whole = Plan {
            sizes: vec![3, 5, 16, 32, 64],
            quick: self.quick,
            peers,
            out: self.out,
            runs: 7,
            budget: seconds(25),
            total: seconds(25 * 60),
            idle: vec![3, 16, 64],
            quorate: vec![3, 9],
            window: seconds(15),
            writing: seconds(5),
            parts,
        };
        let mut plan = if whole.quick {
            let (budget, total, window, writing) = (seconds(5), seconds(180), seconds(3), seconds(1));
            let (sizes, idle, quorate) = (vec![3, 5], vec![3], vec![3]);
            Plan { sizes, runs: 2, budget, total, idle, quorate, window, writing, ..whole }
        } else {
            whole
        };
        if !self.sizes.is_empty() {
            plan.idle.clone_from(&self.sizes);
            plan.sizes = self.sizes;
        }
        plan.runs = self.runs.map_or(plan.runs, usize::from);
        Ok(plan)
    }
}
