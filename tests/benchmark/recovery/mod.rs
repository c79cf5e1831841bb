//! How long services are gone whose node is killed: one, ten and a hundred of them, with and without dependencies.
//!
//! ```text
//!   mod --> round: a fresh cluster, of which one node runs everything, and is killed
//!             witness: what the survivors tell, and what the programs themselves tell
//!               story: when each phase was over
//!       --> report (Markdown, every round)
//! ```

mod report;
mod round;
mod story;
mod witness;

use std::{fmt, time::Instant};

use self::story::Times;
use crate::{args::Plan, machine::Machine, measure::guarded};

/// How many services a node runs, and how they depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Case {
    services: usize,
    /// As many on each; each service requires one of the level below.
    levels: usize,
}

/// What one round has shown.
#[derive(Debug)]
struct Round {
    case: Case,
    /// Whether the node that was killed led the cluster.
    led: bool,
    times: Times,
}

/// All that was measured.
#[derive(Debug, Default)]
struct Findings {
    rounds: Vec<Round>,
    /// What did not work.
    notes: Vec<String>,
}

/// Measures all of it, and returns the report.
///
/// # Errors
/// When the report cannot be written.
pub(crate) async fn measure(plan: &Plan, machine: &Machine) -> anyhow::Result<String> {
    let start = Instant::now();
    let mut found = Findings::default();
    let cases: &[Case] = if plan.quick { &Case::FEW } else { &Case::ALL };
    // In turns, so that whatever else the machine does harms all of them alike.
    for number in 0..plan.runs {
        for &case in cases {
            let led = !number.is_multiple_of(2);
            let round = guarded(round::run(case, led)).await.flatten();
            let seconds = start.elapsed().as_secs();
            match round {
                Ok(round) => {
                    eprintln!("{seconds:4} s: {round}");
                    found.rounds.push(round);
                }
                Err(why) => {
                    eprintln!("{seconds:4} s: FAILED: {case}: {why}");
                    found.notes.push(format!("{case}: {why}"));
                }
            }
        }
    }
    Ok(report::write(plan, machine, &found)?)
}

impl Case {
    const ALL: [Self; 5] =
        [Self::new(1, 1), Self::new(10, 1), Self::new(10, 10), Self::new(100, 1), Self::new(100, 10)];
    /// For an impression.
    const FEW: [Self; 1] = [Self::new(10, 10)];

    const fn new(services: usize, levels: usize) -> Self {
        Self { services, levels }
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { services, levels } = self;
        match (services, levels) {
            (1, _) => f.pad("1"),
            (_, 1) => f.pad(&format!("{services}, independent")),
            (..) if services == levels => f.pad(&format!("{services}, a chain")),
            (..) => f.pad(&format!("{services}, {levels} levels of {}", services / levels)),
        }
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { case, led, times } = self;
        let [detection, view, quorum, recovery, start] = times.phases();
        write!(
            f,
            "{case}{}: {:.3} s = detection {detection:.3} + view {view:.3} + quorum {quorum:.3} + recovery \
             {recovery:.3} + start {start:.3}; the programs say {:.3} s",
            if *led { ", of the leader" } else { "" },
            times.ready,
            times.ran
        )
    }
}
