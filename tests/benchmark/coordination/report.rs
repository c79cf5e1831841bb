//! The report: `coordination.md` for people, `coordination.csv` with every time.

use std::{collections::BTreeSet, fmt::Write, fs, io};

use super::{
    Figure, Findings,
    measure::{System, What},
    plots,
};
use crate::{
    aims::Aim,
    args::Plan,
    machine::Machine,
    report::{aims_table, facts, ratio, section, table},
};

const HOW: &str = include_str!("how.md");

/// Writes `coordination.md` and `coordination.csv`, and returns the former.
///
/// # Errors
/// When they cannot be written.
pub(super) fn write(plan: &Plan, machine: &Machine, found: &Findings) -> io::Result<String> {
    let mut text = String::from("# Locks, names, barriers and watches, beside etcd and ZooKeeper\n");
    section(&mut text, "The machine", facts(machine));
    section(&mut text, "Aims", aims_table(found.aims()));
    section(
        &mut text,
        "Medians and p99, in milliseconds; in brackets how many times as long the others took",
        found.table(),
    );
    section(&mut text, "All clients together, in a second", found.rates());
    let notes: String = found.notes.iter().map(|note| format!("- {note}\n")).collect();
    section(&mut text, "What did not work", if notes.is_empty() { "Everything did.".into() } else { notes });
    let plots: Vec<String> =
        found.things().into_iter().map(plots::name).map(|name| format!("[{name}]({name})")).collect();
    let how = format!("{HOW}\nPlots: {}. Every time: [coordination.csv](coordination.csv).", plots.join(", "));
    section(&mut text, "How it was measured", how);
    fs::write(plan.out.join("coordination.md"), &text)?;
    fs::write(plan.out.join("coordination.csv"), found.raw())?;
    Ok(text)
}

impl Findings {
    pub(super) fn figure(&self, system: System, what: What) -> Option<&Figure> {
        self.figures.iter().find(|figure| figure.system == system && figure.what == what)
    }

    /// What was measured of anybody.
    pub(super) fn things(&self) -> BTreeSet<What> {
        self.figures.iter().map(|figure| figure.what).collect()
    }

    fn median(&self, system: System, what: What) -> Option<f64> {
        self.figure(system, what)?.at(0.5)
    }

    /// How many times as long another one took.
    fn times(&self, other: System, what: What) -> Option<f64> {
        Some(self.median(other, what)? / self.median(System::Quorate, what)?)
    }

    fn aims(&self) -> Vec<Aim> {
        let ours = |what| self.median(System::Quorate, what);
        let rate = |system| self.figure(system, What::Lock(64))?.per_second;
        let trips = ours(What::Lock(1)).zip(ours(What::Stream)).map(|(lock, trip)| lock / trip);
        let rates = rate(System::Quorate).zip(rate(System::Etcd)).map(|(ours, theirs)| ours / theirs);
        let many = ours(What::LockAmong(super::MANY)).zip(ours(What::Lock(1))).map(|(many, few)| many / few);
        let double = What::DoubleBarrier(3);
        let times = |value: f64| format!("{value:.1} times");
        let millis = |value: f64| format!("{:.2} ms", 1e3 * value);
        vec![
            Aim::new(
                "lock and unlock: etcd takes 4 times as long",
                self.times(System::Etcd, What::Lock(1)),
                times,
                |v| v >= 4.0,
            ),
            Aim::new("no longer than 6 bare round trips on a stream", trips, |v| format!("{v:.1}"), |v| v <= 6.0),
            Aim::new("64 clients: 8 times as many locks a second as etcd", rates, times, |v| v >= 8.0),
            Aim::new("hand-off: below 1 ms", ours(What::HandOff(250)), millis, |v| v < 1e-3),
            Aim::new("double barrier of 3: etcd takes 5 times as long", self.times(System::Etcd, double), times, |v| {
                v >= 5.0
            }),
            Aim::new(
                "double barrier of 3: ZooKeeper takes 30 times as long",
                self.times(System::ZooKeeper, double),
                times,
                |v| v >= 30.0,
            ),
            Aim::new("last of 1,000 watchers: below 10 ms", ours(What::FanOut(1000)), millis, |v| v < 10e-3),
            Aim::new("a lock among 32 members: at most twice one among 3", many, times, |v| v <= 2.0),
        ]
    }

    fn table(&self) -> String {
        let head = ["", "Quorate", "p99", "etcd", "p99", "ZooKeeper", "p99"];
        let rows = self.things().into_iter().map(|what| {
            let cells = System::ALL.into_iter().flat_map(|system| {
                let shown = |share| self.figure(system, what)?.at(share).map(|seconds| format!("{:.3}", 1e3 * seconds));
                let times = self.times(system, what).filter(|_| system != System::Quorate);
                let times = times.map(|times| format!(" ({})", ratio(times))).unwrap_or_default();
                [shown(0.5).map_or("-".to_owned(), |median| median + &times), shown(0.99).unwrap_or("-".to_owned())]
            });
            [what.to_string()].into_iter().chain(cells).collect()
        });
        table(&head, rows)
    }

    fn rates(&self) -> String {
        let rows = self.things().into_iter().filter_map(|what| {
            let rate = |system| self.figure(system, what)?.per_second;
            let ours = rate(System::Quorate)?;
            let others = [System::Etcd, System::ZooKeeper].map(|other| {
                rate(other).map_or("-".to_owned(), |theirs| format!("{theirs:.0} ({})", ratio(ours / theirs)))
            });
            Some([what.to_string(), format!("{ours:.0}")].into_iter().chain(others).collect())
        });
        table(&["", "Quorate", "etcd (Quorate: times as many)", "ZooKeeper (Quorate: times as many)"], rows)
    }

    /// Every time, least first, in seconds.
    fn raw(&self) -> String {
        let mut text = String::from("system,what,seconds\n");
        for figure in &self.figures {
            for seconds in figure.seconds() {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "{},\"{}\",{seconds:.6}", figure.system, figure.what);
            }
        }
        text
    }
}
