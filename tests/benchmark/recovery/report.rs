//! The report: `recovery.md` for people, `recovery.csv` with every round.

use std::{fmt::Write, fs, io};

use quorate_core::recovery::MARGIN;

use super::{Case, Findings, Round};
use crate::{
    args::Plan,
    machine::Machine,
    report::{facts, section, table},
    spread::Spread,
};

const HOW: &str = include_str!("how.md");
/// For how long the name of an instance is kept that was lost: `grace` and `loss_timeout`, as by default, and what is added.
const KEPT: f64 = 0.5 + 0.5 + MARGIN.as_millis() as f64 / 1e3;

/// Writes `recovery.md` and `recovery.csv`, and returns the former.
///
/// # Errors
/// When they cannot be written.
pub(super) fn write(plan: &Plan, machine: &Machine, found: &Findings) -> io::Result<String> {
    let mut text = String::from("# Services whose node is killed\n");
    section(&mut text, "The machine", facts(machine));
    section(&mut text, "From kill -9 until all is ready elsewhere, in seconds: medians of all rounds", found.phases());
    section(&mut text, "The same in all, in seconds", found.totals());
    let notes: String = found.notes.iter().map(|note| format!("- {note}\n")).collect();
    section(&mut text, "What did not work", if notes.is_empty() { "Everything did.".into() } else { notes });
    section(&mut text, "How it was measured", format!("{HOW}\nEvery round: [recovery.csv](recovery.csv)."));
    fs::write(plan.out.join("recovery.md"), &text)?;
    fs::write(plan.out.join("recovery.csv"), found.raw())?;
    Ok(text)
}

impl Findings {
    fn spread(&self, case: Case, value: impl Fn(&Round) -> f64) -> Option<Spread> {
        Spread::of(self.rounds.iter().filter(|round| round.case == case).map(value))
    }

    fn phases(&self) -> String {
        let kept = format!("of it names are kept for {KEPT:.2}");
        let head = ["services", "rounds", "detection", "view", "quorum", "recovery", &kept, "start", "total"];
        let rows = Case::ALL.into_iter().filter_map(|case| {
            let median = |value: fn(&Round) -> f64| Some(self.spread(case, value)?.median);
            let phase = |number: usize| Some(self.spread(case, |round| round.times.phases()[number])?.median);
            let values =
                [phase(0)?, phase(1)?, phase(2)?, phase(3)?, phase(3)? - KEPT, phase(4)?, median(|r| r.times.ready)?];
            let [before @ .., rest, start, total] = values.map(|value| format!("{value:.3}"));
            let rest = format!("and then {rest}");
            Some([self.heading(case).into(), before.into(), vec![rest, start, total]].concat())
        });
        table(&head, rows)
    }

    fn totals(&self) -> String {
        let head = ["services", "rounds", "min", "median", "max", "the leader killed", "another", "the programs say"];
        let rows = Case::ALL.into_iter().filter_map(|case| {
            let ready = self.spread(case, |round| round.times.ready)?;
            let ran = self.spread(case, |round| round.times.ran)?;
            let of = |led: bool| {
                let these = self.rounds.iter().filter(|round| round.case == case && round.led == led);
                Spread::of(these.map(|round| round.times.ready)).map(|spread| spread.median)
            };
            let values = [Some(ready.min), Some(ready.median), Some(ready.max), of(true), of(false), Some(ran.median)];
            let shown = values.map(|value| value.map_or("-".to_owned(), |value| format!("{value:.3}")));
            Some([self.heading(case).to_vec(), shown.to_vec()].concat())
        });
        table(&head, rows)
    }

    fn heading(&self, case: Case) -> [String; 2] {
        let rounds = self.rounds.iter().filter(|round| round.case == case).count();
        [case.to_string(), rounds.to_string()]
    }

    /// Every round, in order: seconds from the kill.
    fn raw(&self) -> String {
        let mut text = String::from(
            "services,levels,leader killed,first left s,last view s,last quorum s,mustered s,first started s,all ready s,\
             last program s\n",
        );
        for Round { case, led, times } in &self.rounds {
            let times = [times.left, times.view, times.quorum, times.mustered, times.started, times.ready, times.ran];
            let times = times.map(|time| format!("{time:.6}")).join(",");
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{},{},{led},{times}", case.services, case.levels);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{super::story::Times, *};

    #[test]
    fn the_report_has_the_median_of_each_phase() {
        let round = |led, more| {
            let (left, view, quorum, mustered) = (0.05, 0.1, 0.4, 0.41);
            let (started, ready, ran) = (1.75, 2.0 + more, 1.9);
            Round { case: Case::ALL[1], led, times: Times { left, view, quorum, mustered, started, ready, ran } }
        };
        let found = Findings { rounds: vec![round(false, 0.0), round(true, 0.5)], notes: Vec::new() };
        let line = |table: &str| -> Vec<String> {
            let lines: Vec<&str> = table.lines().collect();
            assert_eq!(lines.len(), 3, "what was not measured is left out:\n{table}");
            lines[2].split('|').map(|cell| cell.trim().to_owned()).collect()
        };
        let phases = line(&found.phases());
        let seen = ["10, independent", "2", "0.050", "0.050", "0.300", "1.350", "and then 0.100", "0.500", "2.250"];
        assert_eq!(phases[1..10], seen);
        let totals = line(&found.totals());
        assert_eq!(totals[1..9], ["10, independent", "2", "2.000", "2.250", "2.500", "2.500", "2.000", "1.900"]);
        assert!(found.raw().ends_with("10,1,true,0.050000,0.100000,0.400000,0.410000,1.750000,2.500000,1.900000\n"));
    }
}
