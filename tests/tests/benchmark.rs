//! The benchmark runs, and its report has what it should have. What the figures are is not looked at.

#![allow(clippy::unwrap_used)]

use std::{fs, process::Command};

/// A run that is as short as can be, without the peers: it measures the debug build, in network namespaces (root).
#[test]
fn a_quick_run_writes_its_report() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_quorate-benchmark"));
    command.args(["--quick", "--sizes", "3", "--no-peers", "--runs", "1", "--out"]).arg(folder.path());
    let output = command.output().unwrap();
    let (said, printed) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{said}\n{printed}");

    let report = fs::read_to_string(folder.path().join("figures.md")).unwrap();
    assert_eq!(printed.trim_end(), report.trim_end());
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

/// The cells of a row of a table; none of other lines.
fn cells(line: &str) -> Vec<&str> {
    let inner = line.strip_prefix('|').and_then(|line| line.strip_suffix('|'));
    inner.map(|inner| inner.split('|').map(str::trim).collect()).unwrap_or_default()
}
