//! Random lives of a small cluster of real agents: the driver, the core, the cluster database and the consensus library on
//! its own store, all as they are in `quorated`. What lies below them is played: time, the network between the machines,
//! and disks that lose what was not synced when the power goes. Clocks run at different rates.
//!
//! ```text
//!   world      what goes wrong, and what must be so in the end
//!   check      asks all agents for quorum in every millisecond (Q1, Q2, Q3)
//!   host       one machine: an agent on a runtime and disks of its own
//!   network    streams between the machines
//! ```
//!
//! A seed that failed is run again with `SEED=<number> cargo test -p quorate-agent --test seeded`; with `TRACE=info` the agents
//! tell what they do. `SEEDS=<number>` runs more of them. Tokio leaves something to chance, and a run repeats exactly only
//! with `RUSTFLAGS="--cfg tokio_unstable"`.

#![allow(clippy::unwrap_used)]
// `tokio_unstable` is known to Tokio only.
#![allow(unexpected_cfgs)]

mod check;
#[allow(dead_code)]
#[path = "../../../consensus/tests/support/disk.rs"]
mod disk;
mod host;
mod network;
#[path = "../../../consensus/tests/support/seeds.rs"]
mod seeds;
mod world;

use std::{cell::Cell, ops::Range, panic::catch_unwind};

use quorate_agent::logging::filter;
use tracing_subscriber::{
    Layer,
    fmt::{self, format::Writer, time::FormatTime},
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use seeds::on_all_processors;
use world::Outcome;

/// Seeds that every check of the project goes through.
const CHECKED: u64 = 12;

thread_local! {
    /// The time of the run.
    static NOW: Cell<u64> = const { Cell::new(0) };
}

struct Time;

impl FormatTime for Time {
    fn format_time(&self, out: &mut Writer<'_>) -> std::fmt::Result {
        write!(out, "{:>6} ms", NOW.get())
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok().map(|text| text.parse().unwrap())
}

/// Runs seeds on all processors, and says how to see those again that failed.
fn run_all(seeds: Range<u64>) -> Vec<Outcome> {
    if let Ok(level) = std::env::var("TRACE") {
        let lines = fmt::layer().with_timer(Time).with_writer(std::io::stderr).with_ansi(false).with_target(false);
        tracing_subscriber::registry().with(lines.with_filter(filter(&level).unwrap())).init();
    }
    let one = |seed| catch_unwind(|| world::run(seed)).map_err(|_| (seed, NOW.get()));
    let outcomes: Vec<_> = on_all_processors(seeds, one).into_iter().map(|(_, outcome)| outcome).collect();
    for (seed, time) in outcomes.iter().filter_map(|outcome| outcome.as_ref().err()) {
        eprintln!("failed at {time} ms: SEED={seed} TRACE=info cargo test -p quorate-agent --test seeded");
    }
    outcomes.into_iter().map(|outcome| outcome.expect("a seed failed, see above")).collect()
}

#[test]
fn q1_q2_q3_d1_hold_in_random_lives() {
    let one = number("SEED").map(|seed| seed..seed + 1);
    let outcomes = run_all(one.unwrap_or(0..number("SEEDS").unwrap_or(CHECKED)));
    let sum = |of: fn(&Outcome) -> u64| outcomes.iter().map(of).sum::<u64>();
    let (answers, yes, epochs) = (sum(|one| one.answers), sum(|one| one.yes), sum(|one| one.epochs));
    let (proposed, acknowledged) = (sum(|one| one.proposed), sum(|one| one.acknowledged));
    eprintln!("{} lives: {yes} of {answers} answers were yes, under {epochs} epochs", outcomes.len());
    eprintln!("{acknowledged} of {proposed} writes were acknowledged");
    assert!(yes * 4 > answers && acknowledged * 4 > proposed && epochs > outcomes.len() as u64);
}

/// Message by message, and answer by answer; see above for what this needs.
#[cfg(tokio_unstable)]
#[test]
fn the_same_seed_is_the_same_life() {
    for seed in 0..3 {
        assert_eq!(world::run(seed), world::run(seed), "seed {seed}");
    }
}
