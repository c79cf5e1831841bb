//! `quorate-sim`: replays one seed, or runs many.

use std::{
    io::{Write, stdout},
    process::ExitCode,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread,
    time::Instant,
};

use clap::Parser;
use quorate_sim::{
    check::{Recoveries, Seen},
    run::{Outcome, Size, checked, random},
};

/// Runs clusters of simulated nodes under faults and checks the invariants of the design.
#[derive(Parser, Debug)]
#[command(version, after_help = "Exit code: 0 when no invariant was violated, 1 otherwise.")]
struct Args {
    /// Replay this seed alone.
    #[arg(long)]
    seed: Option<u64>,
    /// Print every step of the replayed seed.
    #[arg(long, requires = "seed")]
    trace: bool,
    /// Run the set of seeds and sizes that every check of the project goes through.
    #[arg(long, conflicts_with_all = ["seed", "seeds", "from", "least", "most", "faults", "eager", "quorum", "services"])]
    checked: bool,
    /// How many seeds to run.
    #[arg(long, default_value_t = 1000)]
    seeds: u64,
    /// First seed.
    #[arg(long, default_value_t = 1)]
    from: u64,
    /// Least number of nodes.
    #[arg(long, default_value_t = Size::default().least)]
    least: usize,
    /// Most nodes.
    #[arg(long, default_value_t = Size::default().most)]
    most: usize,
    /// Most faults in a run.
    #[arg(long, default_value_t = Size::default().faults)]
    faults: usize,
    /// Agents act sooner on what they learn than by default.
    #[arg(long)]
    eager: bool,
    /// With voters and quorum.
    #[arg(long)]
    quorum: bool,
    /// With services that are started again in order.
    #[arg(long, requires = "quorum")]
    services: bool,
    /// Stop once this many seeds have failed.
    #[arg(long, default_value_t = usize::MAX, hide_default_value = true)]
    enough: usize,
    /// Threads.
    #[arg(long, default_value_t = 2)]
    jobs: usize,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let least = args.least.max(2);
    let size = Size {
        least,
        most: args.most.max(least),
        faults: args.faults.max(1),
        eager: args.eager,
        quorum: args.quorum,
        services: args.services,
    };
    let clean = match args.seed {
        Some(seed) => {
            let outcome = random(seed, size, args.trace);
            let mut out = stdout().lock();
            match outcome.trace.iter().try_for_each(|line| writeln!(out, "{line}")) {
                Ok(()) => report(seed, size, &outcome),
                // A reader that has seen enough, such as `head`, is no failure.
                Err(_) => outcome.violation.is_none(),
            }
        }
        None if args.checked => campaign(&checked(), &args),
        None => {
            let seeds = args.from..args.from + args.seeds;
            campaign(&seeds.map(|seed| (seed, size)).collect::<Vec<_>>(), &args)
        }
    };
    if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs many seeds and tells of each that fails; a panic of the core counts as a failure of its seed.
fn campaign(runs: &[(u64, Size)], args: &Args) -> bool {
    let begun = Instant::now();
    let (next, failed, views, resumed) =
        (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0), AtomicU64::new(0));
    let ran = AtomicUsize::new(0);
    let work = || {
        while failed.load(Ordering::Relaxed) < args.enough {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(&(seed, size)) = runs.get(number) else { return };
            match std::panic::catch_unwind(|| random(seed, size, false)) {
                Ok(outcome) => {
                    views.fetch_add(outcome.views, Ordering::Relaxed);
                    resumed.fetch_add(outcome.resumed, Ordering::Relaxed);
                    if outcome.violation.is_some() {
                        report(seed, size, &outcome);
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                }
                Err(_) => {
                    println!("seed {seed}: the core panicked\n  {}", size.replay(seed));
                    failed.fetch_add(1, Ordering::Relaxed);
                }
            }
            ran.fetch_add(1, Ordering::Relaxed);
            if (number + 1).is_multiple_of(1000) {
                eprintln!("{} seeds, {:.0} s", number + 1, begun.elapsed().as_secs_f64());
            }
        }
    };
    thread::scope(|scope| (0..args.jobs.max(1)).for_each(|_| drop(scope.spawn(work))));
    let failed = failed.into_inner();
    println!(
        "{} seeds, {} views installed, {} resumed reads, {failed} failed, {:.1} s",
        ran.into_inner(),
        views.into_inner(),
        resumed.into_inner(),
        begun.elapsed().as_secs_f64()
    );
    failed == 0
}

fn report(seed: u64, size: Size, outcome: &Outcome) -> bool {
    match &outcome.violation {
        None => {
            println!("seed {seed}: {} nodes, {} views, no violation", outcome.hosts, outcome.views);
            if outcome.coordinated != Seen::default() {
                println!("{:?}", outcome.coordinated);
            }
            if outcome.recovered != Recoveries::default() {
                println!("{:?}", outcome.recovered);
            }
            true
        }
        Some(violation) => {
            let (invariant, time, what) = (violation.invariant, violation.time, &violation.what);
            println!("seed {seed}: {invariant} violated at {time:?}: {what}\n  {}", size.replay(seed));
            false
        }
    }
}
