//! What quorum costs: how long it is missing after a fault, how fast the cluster database takes writes, beside etcd, and
//! what agents with quorum cost while idle.
//!
//! ```text
//!   mod --> loss: one fault in a fresh cluster, under a probe     etcd: its leader likewise
//!       --> writes: clients that write all the time               etcd: puts
//!       --> idle: as for membership
//!       --> report (Markdown, every round), aims
//! ```

mod loss;
mod report;
mod writes;

use std::time::Instant;

use tokio::time::sleep;

use self::{
    loss::{Case, Loss, Succession},
    writes::{Load, Rate, Store},
};
use crate::{
    args::Plan,
    idle::{self, Idle},
    machine::Machine,
    measure::guarded,
    run::CALM,
    systems::{Agents, Group, is_there},
};

/// Most rounds of writing: each writes long enough to be like the others.
const ROUNDS_OF_WRITES: usize = 3;

/// All that was measured.
#[derive(Debug, Default)]
struct Findings {
    losses: Vec<Loss>,
    successions: Vec<Succession>,
    rates: Vec<Rate>,
    /// With how many members, whether they have quorum, and what they cost.
    idle: Vec<(usize, bool, Idle)>,
    /// What did not work, and what was left out.
    notes: Vec<String>,
}

/// Measures all of it, and returns the report.
///
/// # Errors
/// When the report cannot be written.
pub(crate) async fn measure(plan: &Plan, machine: &Machine) -> anyhow::Result<String> {
    let mut run = Run { plan, peer: plan.peers && is_there("etcd"), start: Instant::now(), found: Findings::default() };
    if plan.peers && !run.peer {
        run.note("etcd is not installed and was not measured (Debian package etcd-server)".into());
    }
    run.losses().await;
    run.writes().await;
    run.idle().await;
    Ok(report::write(plan, machine, &run.found)?)
}

struct Run<'a> {
    plan: &'a Plan,
    /// Whether etcd is measured too.
    peer: bool,
    start: Instant,
    found: Findings,
}

impl Run<'_> {
    async fn losses(&mut self) {
        let cases: &[Case] = if self.plan.quick { &Case::QUICK } else { &Case::ALL };
        for &case in cases {
            for _ in 0..self.plan.runs {
                match guarded(loss::quorate(case)).await {
                    Ok(loss) => {
                        self.say(&format!("{loss}"));
                        self.found.losses.push(loss);
                    }
                    Err(why) => self.note(format!("{case}: {why}")),
                }
            }
        }
        let cases: &[Case] = if self.peer { &Case::FOR_ETCD } else { &[] };
        for &case in cases {
            for _ in 0..self.plan.runs {
                match guarded(loss::etcd(case)).await.flatten() {
                    Ok(found) => {
                        self.say(&format!("{found}"));
                        self.found.successions.push(found);
                    }
                    Err(why) => self.note(format!("etcd, {case}: {why}")),
                }
            }
        }
    }

    async fn writes(&mut self) {
        let stores: &[Store] = if self.peer { &Store::ALL } else { &[Store::Quorate] };
        for _ in 0..self.plan.runs.min(ROUNDS_OF_WRITES) {
            for &store in stores {
                match guarded(writes::measure(store, Load::ALL, self.plan.writing)).await.flatten() {
                    Ok(rates) => {
                        rates.iter().for_each(|rate| self.say(&format!("{rate}")));
                        self.found.rates.extend(rates);
                    }
                    Err(why) => self.note(format!("writes to {store}: {why}")),
                }
            }
        }
    }

    async fn idle(&mut self) {
        for &size in &self.plan.quorate {
            for quorum in [false, true] {
                match guarded(idle_group(size, quorum, self.plan.window)).await.flatten() {
                    Ok(idle) => {
                        let (processor, memory) = (idle.processor.median, idle.memory.median);
                        self.say(&format!("{size} idle, quorum {quorum}: {processor:.2} % of a core, {memory:.1} MB"));
                        self.found.idle.push((size, quorum, idle));
                    }
                    Err(why) => self.note(format!("{size} idle members: {why}")),
                }
            }
        }
    }

    fn say(&self, what: &str) {
        eprintln!("{:4} s: {what}", self.start.elapsed().as_secs());
    }

    fn note(&mut self, what: String) {
        self.say(&format!("FAILED: {what}"));
        self.found.notes.push(what);
    }
}

async fn idle_group(size: usize, quorum: bool, window: std::time::Duration) -> Result<Idle, String> {
    let agents = if quorum { Agents::quorate(size) } else { Agents::start(size) };
    agents.have(quorum).await;
    sleep(2 * CALM).await;
    idle::measure(&agents as &dyn Group, window).await
}
