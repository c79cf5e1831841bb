//! What the figures were taken on.

use std::{fs, process::Command};

/// Names and versions, as the machine gives them; "unknown" where it does not.
#[derive(Debug)]
pub(crate) struct Machine {
    /// Label and value.
    pub(crate) facts: Vec<(&'static str, String)>,
}

impl Machine {
    /// Looks at the machine this runs on.
    pub(crate) fn look() -> Self {
        let cores = std::thread::available_parallelism().map_or("unknown".to_owned(), |n| n.to_string());
        let facts = vec![
            ("processor", field("/proc/cpuinfo", "model name")),
            ("cores", cores),
            ("memory", field("/proc/meminfo", "MemTotal")),
            ("load at the start", load()),
            ("kernel", said("uname", &["-sr"])),
            ("rustc", said("rustc", &["--version"])),
            ("Quorate", format!("{} ({})", env!("CARGO_PKG_VERSION"), profile())),
            ("Corosync", said("corosync", &["-v"])),
            ("Serf", said("serf", &["version"])),
            ("etcd", said("etcd", &["--version"])),
            ("keepalived", said("dpkg-query", &["-W", "-f=${Version}", "keepalived"])),
            ("data on", said("findmnt", &["-n", "-o", "FSTYPE", "-T", &std::env::temp_dir().to_string_lossy()])),
        ];
        Self { facts }
    }
}

fn profile() -> &'static str {
    if cfg!(debug_assertions) { "debug build: its figures mean nothing" } else { "release build" }
}

fn load() -> String {
    let words = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    words.split_whitespace().next().unwrap_or("unknown").to_owned()
}

/// The first line of a file that begins with this label, without it.
fn field(path: &str, label: &str) -> String {
    let text = fs::read_to_string(path).unwrap_or_default();
    let value = text.lines().find_map(|line| line.strip_prefix(label)?.split_once(':'));
    value.map_or("unknown".to_owned(), |(_, value)| value.trim().to_owned())
}

/// The first line that a command prints.
fn said(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).output();
    let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    text.lines().next().map_or("not installed".to_owned(), |line| line.trim().to_owned())
}
