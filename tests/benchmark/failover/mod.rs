//! For how long nobody answers at a virtual address when its owner is lost: Quorate with the example `ip-failover`, and
//! keepalived with its defaults, in the same namespaces, with the same client and the same web server.
//!
//! ```text
//!   mod --> quorate: agents that run the example      \
//!       --> keepalived: daemons, and web servers       } under one visitor, and one look at every kernel
//!       --> report (Markdown, every round)
//! ```

mod keepalived;
mod quorate;
mod report;

use std::{
    fmt,
    time::{Duration, Instant},
};

use quorate_tests::{
    Lab,
    failover::{ADDRESS, Fault, PORT, Residence, Visitor},
    wait_for,
};
use tokio::time::sleep;

use crate::{args::Plan, machine::Machine, measure::guarded, run::CALM, systems::is_there};

/// Nodes that can have the address. The client is on one more.
const NODES: usize = 3;
/// How long anything may take, before it counts as unable.
const LIMIT: Duration = Duration::from_secs(60);
/// What happens to the owner: what a machine can do, and one that a process can.
const FAULTS: [Fault; 3] = [Fault::AllKilled, Fault::Cut, Fault::AgentKilled];

/// What holds the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Quorate,
    Keepalived,
}

/// What one round has shown.
#[derive(Debug)]
struct Round {
    holder: Holder,
    fault: Fault,
    /// Seconds between the last answer of the old owner and the first one of the new one.
    gap: f64,
    /// Seconds for which two kernels had the address at once, as far as that was looked at; none when they never had.
    twice: Option<f64>,
}

/// All that was measured.
#[derive(Debug, Default)]
struct Findings {
    rounds: Vec<Round>,
    /// What did not work, and what was left out.
    notes: Vec<String>,
}

/// Measures all of it, and returns the report.
///
/// # Errors
/// When the report cannot be written.
pub(crate) async fn measure(plan: &Plan, machine: &Machine) -> anyhow::Result<String> {
    let start = Instant::now();
    let mut found = Findings::default();
    let mut holders = vec![Holder::Quorate];
    match (plan.peers, is_there("keepalived")) {
        (true, true) => holders.push(Holder::Keepalived),
        (true, false) => {
            found.notes.push("keepalived is not installed and was not measured (Debian package keepalived)".into());
        }
        (false, _) => {}
    }
    // In turns, so that whatever else the machine does harms all of them alike.
    for _ in 0..plan.runs {
        for fault in FAULTS {
            for &holder in &holders {
                let seconds = start.elapsed().as_secs();
                match guarded(holder.round(fault)).await.flatten() {
                    Ok(round) => {
                        eprintln!("{seconds:4} s: {round}");
                        found.rounds.push(round);
                    }
                    Err(why) => {
                        eprintln!("{seconds:4} s: FAILED: {holder}, {fault}: {why}");
                        found.notes.push(format!("{holder}, {fault}: {why}"));
                    }
                }
            }
        }
    }
    Ok(report::write(plan, machine, &found)?)
}

impl Holder {
    const ALL: [Self; 2] = [Self::Quorate, Self::Keepalived];

    async fn round(self, fault: Fault) -> Result<Round, String> {
        match self {
            Self::Quorate => Ok(quorate::round(fault).await),
            Self::Keepalived => keepalived::round(fault).await,
        }
    }
}

/// Those who watch a round.
struct Watch {
    visitor: Visitor,
    residence: Residence,
    old: String,
}

impl Watch {
    /// Watches a group from when all has been calm for a while.
    async fn start(lab: &Lab) -> Self {
        owner(&Visitor::start(lab, NODES + 1, ADDRESS, PORT), None).await;
        sleep(CALM).await;
        let visitor = Visitor::start(lab, NODES + 1, ADDRESS, PORT);
        let residence = Residence::start(lab, NODES, ADDRESS);
        let old = owner(&visitor, None).await;
        sleep(CALM).await;
        Self { visitor, residence, old }
    }

    /// Waits until another node answers than the one that did, to which something has just happened.
    async fn end(self, holder: Holder, fault: Fault) -> Round {
        let Self { visitor, residence, old } = self;
        let new = owner(&visitor, Some(&old)).await;
        // What the old one still answers, or still has, belongs to it.
        sleep(CALM).await;
        let [before, after] = [&old, &new].map(|node| visitor.seen().of(node).expect("it has answered"));
        let gap = after.first.saturating_duration_since(before.last).as_secs_f64();
        let twice = residence.seen().overlap().map(|overlap| overlap.time.as_secs_f64());
        Round { holder, fault, gap, twice }
    }
}

/// Who answers, when that is not this one.
async fn owner(visitor: &Visitor, but: Option<&str>) -> String {
    wait_for(format!("an answer of another node than {but:?}"), LIMIT, async || {
        let spans = visitor.seen().spans();
        let found = spans.into_iter().map(|(node, _)| node).find(|node| Some(node.as_str()) != but);
        found.ok_or("there is none")
    })
    .await
}

/// The number of the node of this name.
fn number(node: &str) -> usize {
    node.strip_prefix('n').and_then(|number| number.parse().ok()).expect("nodes are called n1, n2, ...")
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Quorate => "Quorate",
            Self::Keepalived => "keepalived",
        })
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { holder, fault, gap, twice } = self;
        write!(f, "{holder}, {fault}: no answer for {gap:.3} s")?;
        twice.iter().try_for_each(|twice| write!(f, "; two nodes had the address for {twice:.3} s at least"))
    }
}
