//! One agent: a `quorated` process with a name, a data folder and addresses that stay the same over restarts.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitStatus},
    time::Duration,
};

use quorate::{Client, ClientOptions, Error, TlsOptions, v1};
use rustix::process::Signal;

use crate::{
    binaries::binaries,
    process::Process,
    wait::{LIMIT, wait_for},
};

/// How many lines of a log are shown when a test fails.
const TAIL: usize = 120;

/// How an agent is started.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Name of the node.
    pub name: String,
    /// Name of the cluster.
    pub cluster: String,
    /// Its data folder.
    pub data: PathBuf,
    /// The file its log goes to.
    pub log: PathBuf,
    /// Where it serves the API.
    pub api: String,
    /// Where it serves HTTP.
    pub http: String,
    /// Where it listens for peers: network and address.
    pub peers: Vec<(String, String)>,
    /// Where it looks for peers.
    pub seeds: Vec<String>,
    /// More flags.
    pub flags: Vec<String>,
    /// How tests speak TLS with its API; plain text when not at all.
    pub tls: Option<TlsOptions>,
    /// A program with arguments that runs the agent, which comes after them, and is replaced by it.
    pub launcher: Vec<String>,
    /// The network namespace to run in, and where tests reach the API and HTTP from outside.
    pub inside: Option<Inside>,
}

/// An agent's place in a network namespace.
#[derive(Debug, Clone)]
pub struct Inside {
    /// Name of the namespace.
    pub namespace: String,
    /// Address outside that leads to the API.
    pub api: String,
    /// Address outside that leads to HTTP.
    pub http: String,
}

/// One agent, running or not.
#[derive(Debug)]
pub struct Agent {
    spec: Spec,
    client: Client,
    process: Option<Process>,
}

impl Agent {
    /// Starts an agent.
    #[must_use]
    pub fn start(spec: Spec) -> Self {
        let api = spec.inside.as_ref().map_or(&spec.api, |inside| &inside.api);
        let options = spec.client_options([api.clone()]).rounds(1).call_timeout(Duration::from_secs(10));
        let client = Client::new(options).expect("an endpoint");
        let mut agent = Self { spec, client, process: None };
        agent.restart();
        agent
    }

    /// Starts it again on the same data folder and addresses.
    ///
    /// # Panics
    /// When it still runs.
    pub fn restart(&mut self) {
        assert!(self.process.is_none(), "{} still runs", self.spec.name);
        self.process = Some(Process::start(&mut self.spec.command(), &self.spec.log));
    }

    /// Has it look for peers there, too, from its next start on.
    pub fn seek(&mut self, seed: &str) {
        self.spec.seeds.push(seed.to_owned());
    }

    /// How it is started.
    #[must_use]
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// Name of the node.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.spec.name
    }

    /// Where tests reach its API.
    #[must_use]
    pub fn api(&self) -> &str {
        self.spec.inside.as_ref().map_or(&self.spec.api, |inside| &inside.api)
    }

    /// Where tests reach its metrics and health.
    #[must_use]
    pub fn http(&self) -> &str {
        self.spec.inside.as_ref().map_or(&self.spec.http, |inside| &inside.http)
    }

    /// A client of this agent alone.
    #[must_use]
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Its view and how far it has come with it.
    ///
    /// # Errors
    /// When it does not answer, or has no view.
    pub async fn view(&self) -> Result<v1::GetViewResponse, Error> {
        self.client.view().await
    }

    /// Whether the process was started and not waited for.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.process.is_some()
    }

    /// Its process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.running().pid()
    }

    /// Kills it as a crash would, and waits until it is gone.
    pub fn kill_dash_nine(&mut self) {
        self.running().signal(Signal::KILL);
        // Dropping it waits for its end.
        self.process = None;
    }

    /// Freezes it.
    pub fn sigstop(&self) {
        self.running().signal(Signal::STOP);
    }

    /// Lets it go on.
    pub fn sigcont(&self) {
        self.running().signal(Signal::CONT);
    }

    /// Asks it to leave the cluster and to end.
    pub fn sigterm(&self) {
        self.running().signal(Signal::TERM);
    }

    /// Waits until it has ended by itself.
    pub async fn exit(&mut self) -> ExitStatus {
        let process = self.process.as_mut().expect("it was started");
        let status = process.exit(&self.spec.name).await;
        self.process = None;
        status
    }

    /// What it has logged so far, over all its starts.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(&self.spec.log).unwrap_or_default()
    }

    /// Waits until a line of its log has all these words, and returns it.
    pub async fn logged(&self, words: &[&str]) -> String {
        let what = format!("a line with {words:?} in the log of {}", self.spec.name);
        let found = async || {
            let log = self.log();
            let line = log.lines().find(|line| words.iter().all(|word| line.contains(word)));
            line.map(str::to_owned).ok_or("no such line")
        };
        wait_for(what, LIMIT, found).await
    }

    fn print_log(&self) {
        let log = self.log();
        let lines: Vec<_> = log.lines().collect();
        println!("---- {}: last lines of its log", self.spec.name);
        for line in &lines[lines.len().saturating_sub(TAIL)..] {
            println!("{line}");
        }
    }

    fn running(&self) -> &Process {
        self.process.as_ref().unwrap_or_else(|| panic!("{} does not run", self.spec.name))
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.print_log();
        }
    }
}

impl Spec {
    /// What a client of these endpoints needs to speak with such agents.
    pub(crate) fn client_options(&self, endpoints: impl IntoIterator<Item = String>) -> ClientOptions {
        let options = ClientOptions::new(endpoints);
        match &self.tls {
            Some(tls) => options.tls(tls.clone()),
            None => options,
        }
    }

    fn command(&self) -> Command {
        let program = &binaries().quorated;
        let mut command = match &self.inside {
            Some(inside) => in_namespace(&inside.namespace, program),
            None => launched(&self.launcher, program),
        };
        command.args(["run", "--die-with-parent", &std::process::id().to_string()]);
        command.args(["--cluster", &self.cluster, "--node-name", &self.name]).arg("--data-dir").arg(&self.data);
        command.args(["--api-listen", &self.api, "--http-listen", &self.http]);
        for (network, address) in &self.peers {
            command.arg("--peer-listen").arg(format!("{network}={address}"));
        }
        for seed in &self.seeds {
            command.args(["--seed", seed]);
        }
        command.args(&self.flags);
        command
    }
}

/// A program, by way of its launcher when there is one.
fn launched(launcher: &[String], program: &Path) -> Command {
    match launcher.split_first() {
        Some((first, rest)) => {
            let mut command = Command::new(first);
            command.args(rest).arg(program);
            command
        }
        None => Command::new(program),
    }
}

/// A program in a network namespace. `ip` replaces itself with it, so the process id is that of the program.
pub(crate) fn in_namespace(namespace: &str, program: &Path) -> Command {
    let mut command = Command::new("ip");
    command.args(["netns", "exec", namespace]).arg(program);
    command
}
