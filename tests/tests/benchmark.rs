//! The benchmark runs, and its report has what it should have. What the figures are is not looked at.

#![allow(clippy::unwrap_used)]

use std::{fs, path::Path, process::Command};

/// A run that is as short as can be, without the peers: the benchmark measures the debug build here, in network namespaces
/// (root).
#[test]
fn a_quick_run_writes_its_report() {
    let folder = tempfile::tempdir().unwrap();
    let (report, said) = run(&["--only", "membership", "--sizes", "3"], folder.path(), "figures.md");
    let rows = report.lines().filter(|line| cells(line).starts_with(&["3", "Quorate"])).count();
    assert_eq!(rows, 4, "one row each for kill -9, silence, forming and idle:\n{report}\n{said}");
    let measured = report.lines().filter(|line| cells(line).starts_with(&["3", "Quorate", "1"])).count();
    assert_eq!(measured, 2, "one run each of kill -9 and silence:\n{report}\n{said}");
    let verdicts = report.lines().filter(|line| matches!(cells(line).last(), Some(&("met" | "missed")))).count();
    assert_eq!(verdicts, 4, "kill -9, silence, processor and memory:\n{report}");
    assert!(report.contains("Everything did."), "{report}");

    let runs = fs::read_to_string(folder.path().join("runs.csv")).unwrap();
    assert_eq!(runs.lines().count(), 4, "a head and three runs:\n{runs}");
    for plot in ["kill.svg", "silence.svg", "form.svg", "processor.svg", "memory.svg"] {
        let drawn = fs::read_to_string(folder.path().join(plot)).unwrap();
        assert!(drawn.contains("Quorate") && drawn.trim_end().ends_with("</svg>"), "{plot}: {drawn}");
    }
}

/// The same of quorum and the cluster database.
#[test]
fn a_quick_run_writes_its_report_of_quorum() {
    let folder = tempfile::tempdir().unwrap();
    let (report, said) = run(&["--only", "quorum"], folder.path(), "quorum.md");
    let faults = report.lines().filter(|line| cells(line).get(1) == Some(&"1") && cells(line).len() == 7).count();
    assert_eq!(faults, 4, "one round of each of a quick run:\n{report}\n{said}");
    let written = report.lines().filter(|line| cells(line).get(1) == Some(&"Quorate")).map(cells);
    let rates: Vec<f64> = written.map(|cells| cells[2].parse().unwrap()).collect();
    assert!(
        rates.len() == 4 && rates.iter().all(|rate| *rate > 0.0),
        "1 and 64 clients at two members:\n{report}\n{said}"
    );
    let verdicts = report.lines().filter(|line| matches!(cells(line).last(), Some(&("met" | "missed")))).count();
    assert_eq!(verdicts, 4, "all but what is compared with etcd:\n{report}");
    assert!(report.contains("with quorum") && report.contains("Everything did."), "{report}\n{said}");
    let rounds = fs::read_to_string(folder.path().join("quorum.csv")).unwrap();
    assert_eq!(rounds.lines().count(), 9, "a head, four faults and four loads:\n{rounds}");
}

/// The same of locks, names, barriers and watches.
#[test]
fn a_quick_run_writes_its_report_of_coordination() {
    let folder = tempfile::tempdir().unwrap();
    let (report, said) = run(&["--only", "coordination"], folder.path(), "coordination.md");
    let measured =
        report.lines().filter(|line| cells(line).len() == 7 && cells(line)[1].parse::<f64>().is_ok()).count();
    assert_eq!(measured, 19, "the floor twice, and everything once:\n{report}\n{said}");
    let verdicts = report.lines().filter(|line| matches!(cells(line).last(), Some(&("met" | "missed")))).count();
    assert_eq!(verdicts, 3, "all but what is compared with others, and the larger cluster:\n{report}");
    assert!(report.contains("Everything did."), "{report}\n{said}");
    let times = fs::read_to_string(folder.path().join("coordination.csv")).unwrap();
    assert!(times.lines().any(|line| line.starts_with("Quorate,\"double barrier of 3")), "{times}");
    let drawn = fs::read_to_string(folder.path().join("coordination-exclusive-bind.svg")).unwrap();
    assert!(drawn.contains("Quorate") && drawn.trim_end().ends_with("</svg>"), "{drawn}");
}

/// The same of services whose node is killed.
#[test]
fn a_quick_run_writes_its_report_of_recovery() {
    let folder = tempfile::tempdir().unwrap();
    let (report, said) = run(&["--only", "recovery"], folder.path(), "recovery.md");
    let rows = report.lines().filter(|line| cells(line).starts_with(&["10, a chain", "1"])).count();
    assert_eq!(rows, 2, "one round, by its phases and in all:\n{report}\n{said}");
    assert!(report.contains("Everything did."), "{report}\n{said}");
    let rounds = fs::read_to_string(folder.path().join("recovery.csv")).unwrap();
    assert_eq!(rounds.lines().count(), 2, "a head and a round:\n{rounds}");
}

/// Runs it without the peers, as shortly as can be: the report, which is also what it prints, and what it said meanwhile.
fn run(args: &[&str], folder: &Path, name: &str) -> (String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quorate-benchmark"));
    command.args(["--quick", "--no-peers", "--runs", "1"]).args(args).arg("--out").arg(folder);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}\n{printed}");
    let report = fs::read_to_string(folder.join(name)).unwrap();
    assert_eq!(printed.trim_end(), report.trim_end());
    (report, said)
}

/// The cells of a row of a table; none of other lines.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|'));
    inner.map(|inner| inner.split('|').map(str::trim).collect()).unwrap_or_default()
}
