//! All runs, in order, each of them on its own: one that fails is written down and does not end the others.

use std::time::Instant;

use crate::{
    args::Plan,
    figures::{Figures, Run},
    run::{Fault, Seen, in_peace, with_fault},
    systems::System,
};

/// Measures everything that the plan asks for.
pub(crate) async fn all(plan: &Plan, systems: &[System], figures: &mut Figures) {
    for &size in &plan.sizes {
        for &system in systems {
            if figures.gave_up(system) {
                figures.notes.push(format!("{system} was not tried with {size} members: it failed with fewer."));
                continue;
            }
            for fault in [Fault::Kill, Fault::Cut] {
                faults(plan, system, size, fault, figures).await;
            }
            if plan.idle.contains(&size) && !figures.gave_up(system) {
                let seen = guarded(in_peace(system, size, plan.window)).await;
                note(figures, Run { system, size, fault: None, seen });
            }
        }
    }
}

/// Runs with one fault, until there are enough, the time is up, or one has failed.
async fn faults(plan: &Plan, system: System, size: usize, fault: Fault, figures: &mut Figures) {
    let start = Instant::now();
    for number in 0..plan.runs {
        if figures.gave_up(system) || number > 0 && start.elapsed() > plan.budget {
            return;
        }
        let seen = guarded(with_fault(system, size, fault, number)).await;
        note(figures, Run { system, size, fault: Some(fault), seen });
    }
}

/// What a run has seen; what it says when it panics, as the parts do that tests are made of.
async fn guarded(run: impl Future<Output = Seen> + Send + 'static) -> Seen {
    let ended = tokio::spawn(run).await;
    ended.unwrap_or_else(|why| Seen { problem: Some(last_cry(why)), ..Seen::default() })
}

fn last_cry(why: tokio::task::JoinError) -> String {
    let Ok(cry) = why.try_into_panic() else { return "it was cancelled".to_owned() };
    match cry.downcast::<String>() {
        Ok(text) => *text,
        Err(cry) => cry.downcast_ref::<&str>().map_or_else(|| "it panicked".to_owned(), |text| (*text).to_owned()),
    }
}

fn note(figures: &mut Figures, run: Run) {
    eprintln!("{run}");
    figures.runs.push(run);
}
