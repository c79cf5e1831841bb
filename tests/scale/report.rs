//! What an experiment found.

use std::{collections::BTreeSet, fmt};

use quorate_core::types::Duration;
use quorate_sim::world::{Traffic, World};

/// What an experiment found.
#[derive(Debug, Default)]
pub struct Report {
    /// What was done.
    pub title: String,
    /// One line for each figure.
    pub lines: Vec<String>,
    /// Aims, each with whether it was met.
    pub aims: Vec<(String, bool)>,
    /// An invariant that was violated.
    pub violation: Option<String>,
}

impl Report {
    /// A report without findings.
    pub fn new(title: String) -> Self {
        Self { title, ..Self::default() }
    }

    /// Adds a line.
    pub fn line(&mut self, line: String) {
        self.lines.push(line);
    }

    /// Adds an aim.
    pub fn aim(&mut self, what: &str, met: bool) {
        self.aims.push((what.to_owned(), met));
    }

    /// Adds what these hosts have sent since `before`, in `span`.
    pub fn traffic(&mut self, world: &World, hosts: &[usize], before: &[Traffic], span: Duration) {
        let sent = |host: usize| {
            let (now, then) = (world.traffic[host], before[host]);
            (now.frames - then.frames, now.messages - then.messages, now.bytes - then.bytes)
        };
        let count = hosts.len().max(1) as u64;
        let all: Vec<_> = hosts.iter().map(|&host| sent(host)).collect();
        let mean = |of: fn(&(u64, u64, u64)) -> u64| all.iter().map(of).sum::<u64>() / count;
        let most = |of: fn(&(u64, u64, u64)) -> u64| all.iter().map(of).max().unwrap_or_default();
        self.line(format!(
            "sent per node in {:.1} s: frames {} (most {}), of these not heartbeats {} ({}), kB {} ({})",
            span.as_secs_f64(),
            mean(|sent| sent.0),
            most(|sent| sent.0),
            mean(|sent| sent.1),
            most(|sent| sent.1),
            mean(|sent| sent.2) / 1000,
            most(|sent| sent.2) / 1000,
        ));
    }

    /// Adds the sizes of the views that hosts have installed.
    pub fn sizes(&mut self, sizes: &BTreeSet<usize>) {
        let shown: Vec<String> = sizes.iter().map(ToString::to_string).collect();
        self.line(format!("different sizes seen: {} ({})", sizes.len(), shown.join(", ")));
    }

    /// Takes in what the checkers found.
    pub fn check(mut self, world: &World) -> Self {
        let found = world.check.violation().map(|violation| format!("{violation:?}"));
        self.violation = self.violation.or(found);
        self
    }

    /// Whether the invariants held and every aim was met.
    pub fn is_good(&self) -> bool {
        self.violation.is_none() && self.aims.iter().all(|(_, met)| *met)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.title)?;
        for line in &self.lines {
            writeln!(f, "  {line}")?;
        }
        for (what, met) in &self.aims {
            writeln!(f, "  aim: {what}: {}", if *met { "met" } else { "MISSED" })?;
        }
        if let Some(violation) = &self.violation {
            writeln!(f, "  VIOLATED: {violation}")?;
        }
        Ok(())
    }
}
