//! What to run, from the command line.

use std::{path::PathBuf, time::Duration};

use anyhow::ensure;
use clap::Parser;

/// Most members that fit into one network of a laboratory.
const MOST: usize = 200;

/// Measures how long members of Quorate, Corosync and Serf take to agree and to notice failures, and what they cost
/// while idle. Needs root, network namespaces and, for the peers, Debian's packages corosync and serf.
#[derive(Debug, Parser)]
#[command(name = "quorate-benchmark", args_override_self = true)]
pub(crate) struct Args {
    /// Few runs and small groups: an impression, in less than 4 minutes.
    #[arg(long)]
    quick: bool,
    /// Numbers of members, 3 to 200, separated by commas [default: 3,5,16,32,64; with --quick: 3,5].
    #[arg(long, value_delimiter = ',')]
    sizes: Vec<usize>,
    /// Runs of each fault at each size, at most [default: 7; with --quick: 2]. None is begun when the time of a fault is up.
    #[arg(long, value_parser = clap::value_parser!(u8).range(1..))]
    runs: Option<u8>,
    /// Leaves Corosync and Serf out.
    #[arg(long)]
    no_peers: bool,
    /// The folder for the figures.
    #[arg(long, default_value = "target/benchmark")]
    out: PathBuf,
}

/// What to run, and how much of it.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    /// Numbers of members.
    pub(crate) sizes: Vec<usize>,
    /// Whether Corosync and Serf are measured too.
    pub(crate) peers: bool,
    /// The folder for the figures.
    pub(crate) out: PathBuf,
    /// Runs of each fault at each size; at least one is done.
    pub(crate) runs: usize,
    /// Time after which no further run of a fault at a size is begun.
    pub(crate) budget: Duration,
    /// Numbers of members at which the cost while idle is measured.
    pub(crate) idle: Vec<usize>,
    /// How long it is measured.
    pub(crate) window: Duration,
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
        let (sizes, runs, budget, window) = if self.quick {
            (vec![3, 5], 2, Duration::from_secs(5), Duration::from_secs(3))
        } else {
            (vec![3, 5, 16, 32, 64], 7, Duration::from_secs(30), Duration::from_secs(15))
        };
        let given = !self.sizes.is_empty();
        let idle = if given || self.quick { |_: &usize| true } else { |size: &usize| [3, 16, 64].contains(size) };
        let sizes = if given { self.sizes } else { sizes };
        let idle = sizes.iter().copied().filter(idle).collect();
        let runs = self.runs.map_or(runs, usize::from);
        Ok(Plan { sizes, peers: !self.no_peers, out: self.out, runs, budget, idle, window })
    }
}
