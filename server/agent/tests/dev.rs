//! `quorated dev` with real processes: it forms a cluster, survives crashes, and leaves nothing behind.

#![allow(clippy::unwrap_used)]

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Mutex, PoisonError,
        mpsc::{Receiver, channel},
    },
    thread,
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

const LIMIT: Duration = Duration::from_secs(90);

/// A running `quorated dev` and what it says.
struct Dev {
    process: Child,
    lines: Receiver<String>,
    pids: BTreeMap<String, u32>,
    data: PathBuf,
}

impl Dev {
    /// Starts three nodes and reads the table of them.
    fn start(flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quorated"));
        command.args(["dev", "--base-port", &base_port().to_string()]).args(flags);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // What the nodes log is shown when the test fails.
        let log = BufReader::new(process.stderr.take().unwrap());
        thread::spawn(move || log.lines().map_while(Result::ok).for_each(|text| println!("{text}")));
        let (line, lines) = channel();
        let output = BufReader::new(process.stdout.take().unwrap());
        thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|text| line.send(text)));
        let mut dev = Self { process, lines, pids: BTreeMap::new(), data: PathBuf::new() };
        while dev.data.as_os_str().is_empty() {
            let text = dev.line();
            let words: Vec<_> = text.split_whitespace().collect();
            match words[..] {
                [name, pid, ..] if name.starts_with('n') && pid != "pid" => {
                    dev.pids.insert(name.into(), pid.parse().unwrap());
                }
                ["Data", "in", folder, ..] => dev.data = folder.into(),
                _ => {}
            }
        }
        assert_eq!(dev.pids.len(), 3, "the table has a line for each node");
        dev
    }

    fn line(&self) -> String {
        let text = self.lines.recv_timeout(LIMIT).expect("a line in time");
        println!("{text}");
        text
    }

    /// Waits for a line with all these words in it.
    fn until(&self, words: &[&str]) -> String {
        loop {
            let text = self.line();
            if words.iter().all(|word| text.contains(word)) {
                return text;
            }
        }
    }

    fn send(&self, signal: Signal) {
        send(self.process.id(), signal);
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        drop(self.process.kill());
        drop(self.process.wait());
    }
}

fn send(pid: u32, signal: Signal) {
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), signal).unwrap();
}

/// A port after which all that three nodes need are free, below the range from which the kernel takes ports for outgoing
/// connections. Tests run at the same time, so each is given another one.
fn base_port() -> u16 {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let free = |port: u16| TcpListener::bind(("127.0.0.1", port)).is_ok();
    let all_free = |base: &u16| {
        !given.contains(base) && [1, 2, 3, 101, 102, 103, 201, 202, 203].iter().all(|offset| free(base + offset))
    };
    let base = (0..1000).map(|_| fastrand::u16(40..127) * 250).find(all_free).expect("free ports");
    given.insert(base);
    base
}

/// Whether a process runs. One that nobody has waited for yet does not.
fn runs(pid: u32) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("stat")).unwrap_or_default();
    stat.rsplit_once(") ").is_some_and(|(_, rest)| !rest.starts_with('Z'))
}

fn gone(pids: &BTreeMap<String, u32>) {
    let started = Instant::now();
    while pids.values().any(|&pid| runs(pid)) {
        assert!(started.elapsed() < LIMIT, "nodes are left: {pids:?}");
        thread::sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_cluster_forms_survives_a_crash_and_stops() {
    let mut dev = Dev::start(&[]);
    dev.until(&["All 3 nodes agree on view", "n1", "n2", "n3"]);
    send(dev.pids["n3"], Signal::KILL);
    dev.until(&["n3", "died (signal: 9 (SIGKILL))"]);
    assert!(dev.until(&["--node-name=n3"]).contains("--peer-listen="), "it says how to start the node again");
    let agreed = dev.until(&["All running nodes agree on view"]);
    assert!(agreed.contains("n1") && agreed.contains("n2") && !agreed.contains("n3"), "{agreed}");
    dev.send(Signal::TERM);
    assert!(dev.process.wait().unwrap().success());
    gone(&dev.pids);
    assert!(!dev.data.exists(), "the temporary folder is removed");
}

#[test]
fn a_cluster_in_tls_forms_and_takes_a_node_back() {
    let mut dev = Dev::start(&["--tls", "--respawn"]);
    let commands = dev.until(&["export QUORATE_TLS_CA=", "QUORATE_TLS_KEY="]);
    assert!(commands.contains(dev.data.join("tls/client.pem").to_str().unwrap()), "{commands}");
    dev.until(&["All 3 nodes agree on view", "n1", "n2", "n3"]);
    send(dev.pids["n2"], Signal::KILL);
    dev.until(&["n2 runs again"]);
    dev.until(&["All running nodes agree on view", "n1", "n2", "n3"]);
    dev.send(Signal::INT);
    assert!(dev.process.wait().unwrap().success());
}

#[test]
fn a_node_that_died_is_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let mut dev = Dev::start(&["--respawn", "--data-dir", folder.path().to_str().unwrap()]);
    dev.until(&["All 3 nodes agree on view"]);
    send(dev.pids["n2"], Signal::KILL);
    dev.until(&["n2 runs again"]);
    dev.until(&["All running nodes agree on view", "n1", "n2", "n3"]);
    dev.send(Signal::INT);
    assert!(dev.process.wait().unwrap().success());
    assert!(folder.path().join("n2/identity.quorate").exists(), "a folder that was named is kept");
}

#[test]
fn no_node_outlives_its_parent() {
    let dev = Dev::start(&[]);
    dev.until(&["All 3 nodes agree on view"]);
    dev.send(Signal::KILL);
    gone(&dev.pids);
    drop(std::fs::remove_dir_all(&dev.data));
}
