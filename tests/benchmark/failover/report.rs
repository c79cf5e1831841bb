//! The report: `failover.md` for people, `failover.csv` with every round.

use std::{fmt::Write, fs, io};

use quorate_tests::failover::Fault;

use super::{FAULTS, Findings, Holder};
use crate::{
    args::Plan,
    machine::Machine,
    report::{facts, ratio, section, table},
    spread::Spread,
};

const HOW: &str = include_str!("how.md");

/// Writes `failover.md` and `failover.csv`, and returns the former.
///
/// # Errors
/// When they cannot be written.
pub(super) fn write(plan: &Plan, machine: &Machine, found: &Findings) -> io::Result<String> {
    let mut text = String::from("# An address that moves, beside keepalived\n");
    section(&mut text, "The machine", facts(machine));
    section(&mut text, "For how long nobody answers, in seconds", found.gaps());
    let notes: String = found.notes.iter().map(|note| format!("- {note}\n")).collect();
    section(&mut text, "What did not work", if notes.is_empty() { "Everything did.".into() } else { notes });
    section(&mut text, "How it was measured", format!("{HOW}\nEvery round: [failover.csv](failover.csv)."));
    fs::write(plan.out.join("failover.md"), &text)?;
    fs::write(plan.out.join("failover.csv"), found.raw())?;
    Ok(text)
}

impl Findings {
    fn gap(&self, fault: Fault, holder: Holder) -> Option<Spread> {
        let these = self.rounds.iter().filter(|round| round.fault == fault && round.holder == holder);
        Spread::of(these.map(|round| round.gap))
    }

    fn gaps(&self) -> String {
        let head = ["fault", "system", "rounds", "min", "median", "max", "of Quorate's", "two had the address"];
        let all = FAULTS.into_iter().flat_map(|fault| Holder::ALL.map(|holder| (fault, holder)));
        let rows = all.filter_map(|(fault, holder)| {
            let gap = self.gap(fault, holder)?;
            let ours = self.gap(fault, Holder::Quorate);
            let these = || self.rounds.iter().filter(|round| round.fault == fault && round.holder == holder);
            let mut row = vec![fault.to_string(), holder.to_string(), these().count().to_string()];
            row.extend([gap.min, gap.median, gap.max].map(|value| format!("{value:.3}")));
            row.push(ours.map_or("-".to_owned(), |ours| ratio(gap.median / ours.median)));
            let twice = these().filter(|round| round.twice.is_some()).count();
            row.push(if twice == 0 { "never".to_owned() } else { format!("in {twice} of them") });
            Some(row)
        });
        table(&head, rows)
    }

    /// Every round, in order, in seconds; what was not seen is empty.
    fn raw(&self) -> String {
        let mut text = String::from("system,fault,no answer s,two had the address s\n");
        for round in &self.rounds {
            let twice = round.twice.map(|twice| format!("{twice:.6}")).unwrap_or_default();
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{},{},{:.6},{twice}", round.holder, round.fault, round.gap);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Round, *};

    #[test]
    fn the_report_has_both_with_their_ratio() {
        let round = |holder, gap, twice| Round { holder, fault: Fault::Cut, gap, twice };
        let rounds = vec![
            round(Holder::Quorate, 2.0, None),
            round(Holder::Keepalived, 3.0, Some(1.0)),
            round(Holder::Keepalived, 5.0, None),
        ];
        let found = Findings { rounds, notes: Vec::new() };
        let gaps = found.gaps();
        let lines: Vec<Vec<&str>> = gaps.lines().map(|line| line.split('|').map(str::trim).collect()).collect();
        let cut = "the network is cut";
        assert_eq!(lines[2][1..9], [cut, "Quorate", "1", "2.000", "2.000", "2.000", "1.0x", "never"]);
        assert_eq!(lines[3][1..9], [cut, "keepalived", "2", "3.000", "4.000", "5.000", "2.0x", "in 1 of them"]);
        assert_eq!(lines.len(), 4, "what was not measured is left out:\n{gaps}");
        assert!(found.raw().contains("keepalived,the network is cut,3.000000,1.000000\n"));
    }
}
