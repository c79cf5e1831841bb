//! All runs, in order, each of them on its own: one that fails is written down and does not end the others.

use std::{any::Any, panic::AssertUnwindSafe, time::Instant};

use futures_util::FutureExt;

use crate::{
    args::Plan,
    figures::{Figures, Run},
    run::{Fault, Seen, in_peace, with_fault},
    systems::System,
};

/// The runs that a plan asks for.
pub(crate) struct Measurement<'a> {
    plan: &'a Plan,
    start: Instant,
    figures: &'a mut Figures,
}

impl<'a> Measurement<'a> {
    /// One that begins now.
    pub(crate) fn new(plan: &'a Plan, figures: &'a mut Figures) -> Self {
        Self { plan, start: Instant::now(), figures }
    }

    /// Measures everything that the plan asks for.
    pub(crate) async fn run(mut self, systems: &[System]) {
        for &size in &self.plan.sizes {
            for &system in systems {
                self.one(system, size).await;
            }
        }
    }

    /// Why a system is not tried. Quorate always is.
    fn obstacle(&self, system: System, size: usize) -> Option<&'static str> {
        let reasons = [
            (self.figures.gave_up(system), "it failed before"),
            (size > system.most(), "with so many its figures are close to those with the defaults"),
            (system.is_peer() && self.start.elapsed() > self.plan.total, "there was no time left"),
        ];
        reasons.into_iter().find_map(|(applies, why)| applies.then_some(why))
    }

    /// Whether something is measured; if not, the report says why.
    fn may(&mut self, system: System, size: usize, what: &str) -> bool {
        let obstacle = self.obstacle(system, size);
        let note = |why| format!("{system} with {size} members, {what}: not measured, because {why}.");
        self.figures.notes.extend(obstacle.map(note));
        obstacle.is_none()
    }

    async fn one(&mut self, system: System, size: usize) {
        for fault in [Fault::Kill, Fault::Cut] {
            if self.may(system, size, &format!("{fault}")) {
                self.faults(system, size, fault).await;
            }
        }
        if self.plan.idle.contains(&size) && self.may(system, size, "idle") {
            let seen = seen(in_peace(system, size, self.plan.window)).await;
            self.note(Run { system, size, fault: None, seen });
        }
    }

    /// Runs with one fault, until there are enough or the time is up.
    async fn faults(&mut self, system: System, size: usize, fault: Fault) {
        let start = Instant::now();
        for number in 0..self.plan.runs {
            if self.obstacle(system, size).is_some() || number > 0 && start.elapsed() > self.plan.budget {
                return;
            }
            let seen = seen(with_fault(system, size, fault, number)).await;
            self.note(Run { system, size, fault: Some(fault), seen });
        }
    }

    fn note(&mut self, run: Run) {
        eprintln!("{:4} s: {run}", self.start.elapsed().as_secs());
        self.figures.runs.push(run);
    }
}

async fn seen(run: impl Future<Output = Seen>) -> Seen {
    guarded(run).await.unwrap_or_else(|why| Seen { problem: Some(why), ..Seen::default() })
}

/// What comes of a run.
///
/// # Errors
/// What it says when it panics, as the parts do that tests are made of.
pub(crate) async fn guarded<T>(run: impl Future<Output = T>) -> Result<T, String> {
    AssertUnwindSafe(run).catch_unwind().await.map_err(last_cry)
}

fn last_cry(cry: Box<dyn Any + Send>) -> String {
    match cry.downcast::<String>() {
        Ok(text) => *text,
        Err(cry) => cry.downcast_ref::<&str>().map_or_else(|| "it panicked".to_owned(), |text| (*text).to_owned()),
    }
}
