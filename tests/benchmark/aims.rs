//! What Quorate aims at, and whether the figures show it.

use crate::{
    figures::{Figures, Time},
    run::Fault,
    systems::System,
};

/// An aim beside what was seen.
#[derive(Debug)]
pub(crate) struct Aim {
    /// What is aimed at.
    pub(crate) what: &'static str,
    /// What was seen; nothing when it was not measured.
    pub(crate) seen: Option<String>,
    /// Whether that is good enough.
    pub(crate) met: bool,
}

impl Aim {
    /// In one or two words.
    pub(crate) fn verdict(&self) -> &'static str {
        match (&self.seen, self.met) {
            (None, _) => "not measured",
            (Some(_), true) => "met",
            (Some(_), false) => "missed",
        }
    }

    /// An aim for one figure: how it is shown, and when it is good enough.
    pub(crate) fn new(
        what: &'static str,
        seen: Option<f64>,
        show: impl Fn(f64) -> String,
        good: impl Fn(f64) -> bool,
    ) -> Self {
        Self { what, seen: seen.map(show), met: seen.is_some_and(good) }
    }
}

/// All aims.
pub(crate) fn all(figures: &Figures) -> Vec<Aim> {
    let median = |system, time| figures.time(time, system, 3).map(|spread| spread.median);
    let kill = median(System::Quorate, Time::Notice(Fault::Kill));
    let theirs = median(System::Corosync, Time::Notice(Fault::Kill));
    let ratio = theirs.zip(kill).map(|(theirs, ours)| theirs / ours);
    let sizes = figures.sizes();
    let worst = |value: &dyn Fn(usize) -> Option<f64>| sizes.iter().filter_map(|&size| value(size)).reduce(f64::max);
    let cut = worst(&|size| Some(figures.time(Time::Notice(Fault::Cut), System::Quorate, size)?.max));
    let processor = worst(&|size| Some(figures.idle(System::Quorate, size)?.processor.max));
    let memory = worst(&|size| Some(figures.idle(System::Quorate, size)?.memory.max));
    let formed = figures.time(Time::Form, System::Quorate, 64).map(|spread| spread.max);
    let counts = figures.counts(System::Quorate, 64).map(|counts| counts as f64);
    let seconds = |value| format!("{value:.2} s");
    vec![
        Aim::new("kill -9 to new view with 3 agents: median below 150 ms", kill, milliseconds, |v| v < 0.15),
        Aim::new("that is 50 times as fast as Corosync's defaults", ratio, |v| format!("{v:.0} times"), |v| v >= 50.0),
        Aim::new("silent death to new view: below 1.3 s at every size, in every run", cut, seconds, |v| v < 1.3),
        Aim::new("64 agents agree within 5 s, in every run", formed, seconds, |v| v <= 5.0),
        Aim::new("they see at most 4 different numbers of members", counts, |v| format!("{v}"), |v| v <= 4.0),
        Aim::new("any idle agent: below 1 % of a core", processor, |v| format!("{v:.2} %"), |v| v < 1.0),
        Aim::new("any idle agent: below 20 MB", memory, |v| format!("{v:.1} MB"), |v| v < 20.0),
    ]
}

/// Seconds as milliseconds, for people.
pub(crate) fn milliseconds(seconds: f64) -> String {
    format!("{:.0} ms", 1e3 * seconds)
}
