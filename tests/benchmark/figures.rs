//! All that was measured, and the questions that the report asks of it.

use std::{fmt, time::Duration};

use crate::{
    idle::Idle,
    run::{Fault, Seen},
    spread::Spread,
    systems::System,
};

/// What was seen in one run.
#[derive(Debug)]
pub(crate) struct Run {
    /// Of which system.
    pub(crate) system: System,
    /// With how many members.
    pub(crate) size: usize,
    /// What happened; nothing in runs that measure the cost while idle.
    pub(crate) fault: Option<Fault>,
    /// What was seen.
    pub(crate) seen: Seen,
}

/// All runs.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    /// In the order in which they were done.
    pub(crate) runs: Vec<Run>,
    /// Systems that are not installed.
    pub(crate) missing: Vec<System>,
    /// What else a reader should know.
    pub(crate) notes: Vec<String>,
}

/// What is measured in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Time {
    /// To agree on all members after the start.
    Form,
    /// To agree on one less after a fault.
    Notice(Fault),
}

impl Figures {
    /// Says on standard error, so that nobody overlooks it, what will not be measured.
    pub(crate) fn warn_of_missing(&self) {
        for system in &self.missing {
            eprintln!("WARNING: {system} is NOT INSTALLED and will not be measured (Debian packages corosync, serf)");
        }
    }

    /// Seconds in all runs of a system with so many members.
    pub(crate) fn seconds(&self, time: Time, system: System, size: usize) -> Vec<f64> {
        let seconds = |run: &Run| match time {
            Time::Form => run.seen.formed,
            Time::Notice(fault) => run.seen.noticed.filter(|_| run.fault == Some(fault)),
        };
        self.of(system, size).filter_map(seconds).map(|time| time.as_secs_f64()).collect()
    }

    /// The same, summed up.
    pub(crate) fn time(&self, time: Time, system: System, size: usize) -> Option<Spread> {
        Spread::of(self.seconds(time, system, size))
    }

    /// The cost while idle.
    pub(crate) fn idle(&self, system: System, size: usize) -> Option<Idle> {
        self.of(system, size).find_map(|run| run.seen.idle)
    }

    /// Most different numbers of members that anybody saw while the group formed.
    pub(crate) fn counts(&self, system: System, size: usize) -> Option<usize> {
        self.of(system, size).filter(|run| run.seen.formed.is_some()).map(|run| run.seen.counts).max()
    }

    /// The numbers of members that were tried, least first.
    pub(crate) fn sizes(&self) -> Vec<usize> {
        let mut sizes: Vec<_> = self.runs.iter().map(|run| run.size).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// The systems that were tried, in the order of the report.
    pub(crate) fn systems(&self) -> Vec<System> {
        let tried = |system: &System| self.runs.iter().any(|run| run.system == *system);
        System::ALL.into_iter().filter(tried).collect()
    }

    /// What went wrong with a system at a size.
    pub(crate) fn problems(&self) -> impl Iterator<Item = (System, usize, &str)> {
        self.runs.iter().filter_map(|run| Some((run.system, run.size, run.seen.problem.as_deref()?)))
    }

    /// Whether a peer failed, so that it is not tried again. Quorate always is.
    pub(crate) fn gave_up(&self, system: System) -> bool {
        system.is_peer() && self.problems().any(|(failed, ..)| failed == system)
    }

    fn of(&self, system: System, size: usize) -> impl Iterator<Item = &Run> {
        self.runs.iter().filter(move |run| run.system == system && run.size == size)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |time: Duration| format!("{:.3} s", time.as_secs_f64());
        write!(f, "{}, {} members", self.system, self.size)?;
        if let Some(formed) = self.seen.formed {
            write!(f, ": formed in {} with {} different numbers", seconds(formed), self.seen.counts)?;
        }
        if let (Some(fault), Some(noticed)) = (self.fault, self.seen.noticed) {
            write!(f, "; {fault} noticed in {}", seconds(noticed))?;
        }
        if let Some(idle) = self.seen.idle {
            let (processor, memory) = (idle.processor.median, idle.memory.median);
            write!(f, "; idle: {processor:.2} % of a core, {memory:.1} MB")?;
        }
        self.seen.problem.iter().try_for_each(|problem| write!(f, "; FAILED: {problem}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kill => "kill -9",
            Self::Cut => "cut",
        })
    }
}
