//! Plays the scenarios of `scenarios/` with the driver of each SDK, and shows the table of what came of it.
//!
//! ```text
//!   scenarios/*.yaml --> scenario: steps --> play: programs (drivers), agents, what is expected --> the table
//! ```
//!
//! See `README.md` beside this file for what scenarios and drivers are.

mod expect;
mod play;
mod program;
mod proxy;
mod scenario;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context, Result};
use clap::Parser;
use comfy_table::{Table, presets::ASCII_MARKDOWN};
use futures_util::StreamExt;

use crate::scenario::{Scenario, read_all};

/// Plays the conformance scenarios with every SDK.
#[derive(Debug, Parser)]
struct Args {
    /// Only drivers whose names contain this.
    #[arg(long, default_value = "")]
    only: String,
    /// Only scenarios whose names contain this.
    #[arg(long, default_value = "")]
    scenario: String,
    /// How many SDKs are played beside each other, each with agents of its own.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// Writes the table into sdk-bindings/README.md.
    #[arg(long, conflicts_with_all = ["only", "scenario"])]
    write: bool,
}

/// Between these the table stands.
const TABLE: [&str; 2] = ["<!-- table -->\n", "<!-- end of the table -->"];

/// What came of a scenario with a driver: nothing but good, or why not.
type Outcome = std::result::Result<(), String>;

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let args = Args::parse();
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("conformance");
    let scenarios = read_all(&folder.join("scenarios"), &args.scenario)?;
    let drivers = fs::read_to_string(folder.join("drivers.yaml"))?;
    let programs = std::env::current_exe()?.with_file_name("").display().to_string();
    let drivers = drivers.replace("PROGRAMS/", &programs);
    let drivers: BTreeMap<String, Vec<String>> = serde_saphyr::from_str(&drivers).context("drivers.yaml")?;
    quorate_tests::build_programs();
    let chosen = drivers.iter().filter(|(name, _)| name.contains(&args.only));
    let plays = chosen.map(|(name, command)| played(name, command, &scenarios));
    let played: Vec<_> = futures_util::stream::iter(plays).buffered(usize::from(args.jobs)).collect().await;
    let table = table(&scenarios, &played).to_string();
    println!("\n{table}");
    if args.write {
        write(&folder.join("../../sdk-bindings/README.md"), &table)?;
    }
    let failed = played.iter().flat_map(|(_, outcomes)| outcomes).any(std::result::Result::is_err);
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// All scenarios with one driver.
async fn played<'a>(name: &'a str, command: &[String], scenarios: &[Scenario]) -> (&'a str, Vec<Outcome>) {
    let mut outcomes = Vec::new();
    for scenario in scenarios {
        let began = Instant::now();
        let outcome = play::play(scenario, command).await.map_err(|why| format!("{why:#}"));
        let took = began.elapsed().as_secs_f64();
        match &outcome {
            Ok(()) => println!("{name}: {}: passed in {took:.1} s", scenario.name),
            Err(why) => println!("{name}: {} FAILED after {took:.1} s: {why}", scenario.name),
        }
        outcomes.push(outcome);
    }
    (name, outcomes)
}

/// Puts the table into a file, in the place of the one that is there.
fn write(path: &Path, table: &str) -> Result<()> {
    let text = fs::read_to_string(path)?;
    let (before, rest) = text.split_once(TABLE[0]).context("the table has a beginning")?;
    let (_, after) = rest.split_once(TABLE[1]).context("the table has an end")?;
    fs::write(path, format!("{before}{}{table}\n{}{after}", TABLE[0], TABLE[1]))?;
    Ok(())
}

fn table(scenarios: &[Scenario], played: &[(&str, Vec<Outcome>)]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN);
    table.set_header(["scenario"].into_iter().chain(played.iter().map(|(name, _)| *name)));
    for (index, scenario) in scenarios.iter().enumerate() {
        let cells = played.iter().map(|(_, outcomes)| if outcomes[index].is_ok() { "pass" } else { "FAIL" });
        table.add_row(std::iter::once(scenario.about.as_str()).chain(cells));
    }
    table
}
