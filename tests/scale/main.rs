//! A thousand nodes in virtual time: the four experiments of the Rapid paper (Suresh and others, "Stable and Consistent
//! Membership at Scale with Rapid", USENIX ATC 2018, section 7), and what a quiet node costs. `make scale`
//!
//! Each prints virtual time, views, the different sizes that nodes saw, and messages and bytes per node; bytes are those
//! of the agent's own encoding, without what gRPC, TLS and TCP add.

mod experiments;
mod report;
mod weight;

use std::{process::ExitCode, time::Instant};

use clap::{Parser, ValueEnum};

/// Runs the experiments.
#[derive(Parser, Debug)]
#[command(
    name = "quorate-scale",
    after_help = "Exit code: 0 when the invariants held and every aim was met, 1 otherwise."
)]
struct Args {
    /// How many nodes.
    #[arg(long, default_value_t = 1000, value_parser = clap::value_parser!(u64).range(20..=2000))]
    nodes: u64,
    /// Which experiments; all when none is named.
    #[arg(value_enum)]
    experiments: Vec<experiments::Which>,
    /// Seed of all chance.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let wanted = |which: &experiments::Which| args.experiments.is_empty() || args.experiments.contains(which);
    let formed = experiments::Formed::new(args.nodes as usize, args.seed);
    let mut met = true;
    for which in experiments::Which::ALL.into_iter().filter(wanted) {
        let begun = Instant::now();
        if let Some(name) = which.to_possible_value() {
            eprintln!("{} ...", name.get_name());
        }
        let report = which.run(&formed);
        println!("{report}  (real time {:.0} s)\n", begun.elapsed().as_secs_f64());
        met &= report.is_good();
    }
    if met { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
