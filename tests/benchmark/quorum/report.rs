//! The report: `quorum.md` for people, `quorum.csv` with every round.

use std::{fmt::Write, fs, io};

use super::{
    Findings,
    loss::{Case, Loss},
    writes::{Load, Rate, Store},
};
use crate::{
    aims::{Aim, milliseconds},
    args::Plan,
    machine::Machine,
    report::{aims_table, facts, idle_table, ratio, section, table},
    spread::Spread,
};

const HOW: &str = include_str!("how.md");

/// Writes `quorum.md` and `quorum.csv`, and returns the former.
///
/// # Errors
/// When they cannot be written.
pub(super) fn write(plan: &Plan, machine: &Machine, found: &Findings) -> io::Result<String> {
    let mut text = String::from("# Quorum and the cluster database, beside etcd\n");
    section(&mut text, "The machine", facts(machine));
    section(&mut text, "Aims", aims_table(found.aims()));
    section(&mut text, "Without quorum, in seconds: the median of all rounds, and the worst", found.losses_table());
    section(&mut text, "Durable writes of three members, medians of all rounds", found.rates_table());
    section(&mut text, "Idle: the median of all members, and the greatest", found.idle_table());
    let notes: String = found.notes.iter().map(|note| format!("- {note}\n")).collect();
    section(&mut text, "What did not work", if notes.is_empty() { "Everything did.".into() } else { notes });
    section(&mut text, "How it was measured", format!("{HOW}\nEvery round: [quorum.csv](quorum.csv)."));
    fs::write(plan.out.join("quorum.md"), &text)?;
    fs::write(plan.out.join("quorum.csv"), found.raw())?;
    Ok(text)
}

impl Findings {
    fn spread(&self, case: Case, value: impl Fn(&Loss) -> f64) -> Option<Spread> {
        Spread::of(self.losses.iter().filter(|loss| loss.case == case).map(value))
    }

    /// etcd's time until another leads.
    fn succession(&self, case: Case) -> Option<Spread> {
        Spread::of(self.successions.iter().filter(|one| one.case == case).map(|one| one.after))
    }

    fn rate(&self, store: Store, load: Load, value: impl Fn(&Rate) -> f64) -> Option<f64> {
        let these = self.rates.iter().filter(|rate| rate.store == store && rate.load == load);
        Spread::of(these.map(value)).map(|spread| spread.median)
    }

    /// How many times as many writes as etcd's.
    fn times_etcd(&self, load: Load) -> Option<f64> {
        let of = |store| self.rate(store, load, |rate| rate.per_second);
        of(Store::Quorate).zip(of(Store::Etcd)).map(|(ours, theirs)| ours / theirs)
    }

    fn aims(&self) -> Vec<Aim> {
        let worst = |cases: &[Case], value: fn(&Loss) -> f64| {
            cases.iter().filter_map(|&case| self.spread(case, value)).map(|spread| spread.max).reduce(f64::max)
        };
        let between = |cases: &[Case]| worst(cases, |loss| loss.between);
        let others = worst(&[Case::VoterKilled, Case::SatelliteKilled, Case::ControllerKilled], |loss| loss.no);
        let (killed, left) = (between(&[Case::LeaderKilled]), between(&[Case::LeaderLeaves]));
        let silent = between(&[Case::LeaderStopped, Case::LeaderCut]);
        let [at_leader, at_other] = [true, false].map(|leader| self.times_etcd(Load { clients: 64, leader }));
        let times = |value: f64| format!("{value:.1} times");
        vec![
            Aim::new("kill -9 of any but the leader: nobody says no, in every round", others, milliseconds, |v| {
                v == 0.0
            }),
            Aim::new(
                "kill -9 of the leader: below 500 ms between two yeses, in every round",
                killed,
                milliseconds,
                |v| v < 0.5,
            ),
            Aim::new("silence of the leader: below 1.5 s, in every round", silent, milliseconds, |v| v < 1.5),
            Aim::new("planned stop of the leader: below 50 ms, in every round", left, milliseconds, |v| v < 0.05),
            Aim::new("writes of 64 clients at the leader: at least twice etcd's", at_leader, times, |v| v >= 2.0),
            Aim::new("writes of 64 clients at another member: at least twice etcd's", at_other, times, |v| v >= 2.0),
        ]
    }

    fn losses_table(&self) -> String {
        let head = [
            "fault",
            "rounds",
            "said no",
            "between two yeses",
            "until the new epoch",
            "etcd: another leader",
            "of Quorate's",
        ];
        let both =
            |spread: Option<Spread>| spread.map_or("-".to_owned(), |s| format!("{:.3} ({:.3})", s.median, s.max));
        let rows = Case::ALL.into_iter().map(|case| {
            let renewed = self.spread(case, |loss| loss.renewed);
            let theirs = self.succession(case);
            let times = theirs.zip(renewed).map_or("-".to_owned(), |(theirs, ours)| ratio(theirs.median / ours.median));
            let rounds = self.losses.iter().filter(|loss| loss.case == case).count().to_string();
            let (no, between) = (self.spread(case, |loss| loss.no), self.spread(case, |loss| loss.between));
            vec![case.to_string(), rounds, both(no), both(between), both(renewed), both(theirs), times]
        });
        table(&head, rows)
    }

    fn rates_table(&self) -> String {
        let head = ["clients", "store", "writes a second", "median ms", "p99 ms", "as many as etcd's"];
        let rows = Load::ALL.into_iter().flat_map(|load| Store::ALL.map(|store| (load, store))).map(|(load, store)| {
            let milliseconds = |seconds: f64| format!("{:.2}", 1e3 * seconds);
            let cell = |value: Option<f64>, show: &dyn Fn(f64) -> String| value.map_or("-".to_owned(), show);
            let times = self.times_etcd(load).filter(|_| store == Store::Quorate);
            vec![
                load.to_string(),
                store.to_string(),
                cell(self.rate(store, load, |rate| rate.per_second), &|value| format!("{value:.0}")),
                cell(self.rate(store, load, |rate| rate.median), &milliseconds),
                cell(self.rate(store, load, |rate| rate.slow), &milliseconds),
                cell(times, &ratio),
            ]
        });
        table(&head, rows)
    }

    fn idle_table(&self) -> String {
        let what = |quorum| if quorum { "with quorum" } else { "membership only" };
        idle_table(self.idle.iter().map(|&(size, quorum, idle)| (size, what(quorum).to_owned(), idle)))
    }

    /// Every round, in order, in seconds; what was not seen is empty.
    fn raw(&self) -> String {
        let mut text =
            String::from("what,said no,between two yeses,until the new epoch or leader,writes a second,median,p99\n");
        // Writing to a String cannot fail.
        for Loss { case, no, between, renewed } in &self.losses {
            let _ = writeln!(text, "{case},{no:.6},{between:.6},{renewed:.6},,,");
        }
        for one in &self.successions {
            let _ = writeln!(text, "etcd: {},,,{:.6},,,", one.case, one.after);
        }
        for Rate { store, load, per_second, median, slow } in &self.rates {
            let _ = writeln!(text, "{store}: {load},,,,{per_second:.1},{median:.6},{slow:.6}");
        }
        text
    }
}
