//! The running cluster: starts its nodes, says what becomes of them, and stops them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Write},
    path::PathBuf,
    process::ExitStatus,
    time::{Duration, Instant},
};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use rustix::process::Signal;
use tokio::{
    signal::unix::{self, SignalKind},
    sync::{mpsc, watch},
    task::JoinSet,
    time::{sleep, timeout},
};

use super::{
    certificates::Certificates,
    child, commands,
    plan::Plan,
    style::Style,
    views::{self, Agreed},
};
use crate::error::AgentError;

/// How long nodes may take to leave before they are killed.
const PATIENCE: Duration = Duration::from_secs(10);
/// A signal that follows another this soon is the same one.
const ECHO: Duration = Duration::from_secs(1);
/// A node that ran this long starts again with the shortest pause.
const STEADY: Duration = Duration::from_secs(30);

/// The cluster and its processes.
pub(super) struct Cluster {
    plan: Plan,
    respawn: bool,
    program: PathBuf,
    started: Instant,
    /// When a node came or went last, until the others have agreed on it.
    changed: Option<Instant>,
    formed: bool,
    children: BTreeMap<usize, Running>,
    pauses: BTreeMap<usize, ExponentialBackoff>,
    exits: JoinSet<(usize, io::Result<ExitStatus>)>,
    due: JoinSet<usize>,
    running: watch::Sender<BTreeSet<String>>,
    style: Style,
}

struct Running {
    pid: u32,
    since: Instant,
}

impl Cluster {
    /// A cluster of which nothing runs yet.
    pub(super) fn new(plan: Plan, respawn: bool) -> Self {
        Self {
            plan,
            respawn,
            program: PathBuf::new(),
            started: Instant::now(),
            changed: None,
            formed: false,
            children: BTreeMap::new(),
            pauses: BTreeMap::new(),
            exits: JoinSet::new(),
            due: JoinSet::new(),
            running: watch::Sender::new(BTreeSet::new()),
            style: Style::of(&io::stdout()),
        }
    }

    /// Runs until it is interrupted or every node has ended.
    pub(super) async fn run(mut self) -> Result<(), AgentError> {
        let failed = |why: io::Error| AgentError::Runtime(format!("cannot start the nodes: {why}"));
        self.program = std::env::current_exe().map_err(failed)?;
        let mut interrupt = unix::signal(SignalKind::interrupt()).map_err(failed)?;
        let mut terminate = unix::signal(SignalKind::terminate()).map_err(failed)?;
        for index in 0..self.plan.nodes.len() {
            self.start(index).map_err(failed)?;
        }
        self.introduce();
        let (told, mut agreed) = mpsc::channel(16);
        let nodes = self.plan.nodes.iter().map(|node| (node.name.clone(), node.api)).collect();
        let tls = self.plan.certificates.as_ref().map(Certificates::load).transpose();
        let tls = tls.map_err(|why| AgentError::Runtime(why.to_string()))?;
        tokio::spawn(views::follow(nodes, tls, self.running.subscribe(), told));
        let ended = loop {
            tokio::select! {
                Some(Ok((index, exit))) = self.exits.join_next() => self.ended(index, exit),
                Some(Ok(index)) = self.due.join_next() => self.again(index),
                Some(view) = agreed.recv() => self.agreed(&view),
                _ = interrupt.recv() => break Ok(()),
                _ = terminate.recv() => break Ok(()),
            }
            if self.children.is_empty() && self.due.is_empty() {
                break Err(AgentError::Runtime("all nodes have ended".into()));
            }
        };
        if ended.is_ok() {
            say("\nStopping all nodes (once more to kill them)");
            tokio::select! {
                () = self.stop() => {}
                () = once_more(&mut interrupt, &mut terminate) => {}
            }
        }
        self.kill().await;
        ended
    }

    fn start(&mut self, index: usize) -> io::Result<u32> {
        let node = &self.plan.nodes[index];
        let mut child = child::start(&self.program, node)?;
        let pid = child.id().unwrap_or_default();
        let width = self.plan.nodes.iter().map(|node| node.name.len()).max().unwrap_or_default();
        let prefix = Style::of(&io::stderr()).node(index, &node.name, width);
        let outputs = (child.stdout.take(), child.stderr.take());
        if let (Some(stdout), Some(stderr)) = outputs {
            tokio::spawn(child::pass_on(stdout, prefix.clone()));
            tokio::spawn(child::pass_on(stderr, prefix));
        }
        self.exits.spawn(async move { (index, child.wait().await) });
        self.children.insert(index, Running { pid, since: Instant::now() });
        self.came_or_went();
        Ok(pid)
    }

    fn came_or_went(&mut self) {
        self.changed = Some(Instant::now());
        let names = self.children.keys().map(|&index| self.plan.nodes[index].name.clone()).collect();
        self.running.send_replace(names);
    }

    fn ended(&mut self, index: usize, exit: io::Result<ExitStatus>) {
        let Some(gone) = self.children.remove(&index) else { return };
        self.came_or_went();
        let name = self.style.node(index, &self.plan.nodes[index].name, 0);
        let how = exit.as_ref().map_or_else(ToString::to_string, ToString::to_string);
        let left = exit.is_ok_and(|status| status.success());
        say(&format!("{name} (pid {}) {} ({how})", gone.pid, if left { "has left" } else { "died" }));
        if self.respawn && !left {
            if gone.since.elapsed() >= STEADY {
                self.pauses.remove(&index);
            }
            let pause = self.pauses.entry(index).or_insert_with(pauses).next().unwrap_or(STEADY);
            say(&format!("{name} starts again in {:.1} s", pause.as_secs_f64()));
            self.later(index, pause);
        } else {
            say(&format!("To start it again:\n  {}", self.plan.nodes[index].command_line(&self.program)));
        }
    }

    fn later(&mut self, index: usize, pause: Duration) {
        self.due.spawn(async move {
            sleep(pause).await;
            index
        });
    }

    fn again(&mut self, index: usize) {
        let name = self.style.node(index, &self.plan.nodes[index].name, 0);
        match self.start(index) {
            Ok(pid) => say(&format!("{name} runs again (pid {pid})")),
            Err(why) => {
                say(&format!("{name} cannot be started: {why}"));
                self.later(index, STEADY);
            }
        }
    }

    fn agreed(&mut self, view: &Agreed) {
        let Agreed { id, members } = view;
        let (count, members) = (members.len(), members.join(", "));
        let changed = self.changed.take();
        if !self.formed {
            self.formed = true;
            let took = self.started.elapsed().as_secs_f64();
            let who = if count == 1 { "The node has".into() } else { format!("All {count} nodes agree on") };
            let text = format!("{who} view {id} after {took:.1} s: {members}");
            return say(&self.style.strong(&text));
        }
        let took = changed.map(|changed| format!(" after {:.2} s", changed.elapsed().as_secs_f64()));
        say(&format!("All running nodes agree on view {id}{}: {members}", took.unwrap_or_default()));
    }

    /// The table of nodes, and what to do with them.
    fn introduce(&self) {
        let mut text = format!("{:6} {:8} {:16} {:16} {}\n", "node", "pid", "API", "peers", "HTTP");
        for (index, node) in self.plan.nodes.iter().enumerate() {
            let (api, peer) = (node.api.to_string(), node.peer.to_string());
            let pid = self.children.get(&index).map_or(0, |child| child.pid);
            let name = self.style.node(index, &node.name, 6);
            text.push_str(&format!("{name} {pid:<8} {api:16} {peer:16} http://{}\n", node.http));
        }
        let kept = if self.plan.keep_data { "kept" } else { "removed at the end" };
        text.push_str(&format!("\nData in {} ({kept}). Ctrl-C stops all nodes.\n", self.plan.data_dir.display()));
        if let (Some(first), Some(last)) = (self.plan.nodes.first(), self.children.values().last()) {
            text.push_str(&format!("\n{}\n", self.style.strong("To try:")));
            text.push_str(&commands::to_try(first, self.plan.certificates.as_ref(), last.pid));
        }
        say(&text);
    }

    /// Asks all nodes to leave and waits until they have, but not for ever.
    async fn stop(&mut self) {
        self.due.abort_all();
        self.signal(Signal::TERM);
        let all = async {
            while let Some(exit) = self.exits.join_next().await {
                if let Ok((index, _)) = exit {
                    self.children.remove(&index);
                }
            }
        };
        // Whoever is left is killed next.
        drop(timeout(PATIENCE, all).await);
    }

    /// Ends whoever is left.
    async fn kill(&mut self) {
        for (&index, child) in &self.children {
            say(&format!("{} (pid {}) is killed", self.plan.nodes[index].name, child.pid));
        }
        self.signal(Signal::KILL);
        while self.exits.join_next().await.is_some() {}
    }

    fn signal(&self, signal: Signal) {
        for running in self.children.values() {
            child::signal(running.pid, signal);
        }
    }
}

/// Waits for another signal. Some senders, such as `timeout`, send the first one twice: that does not count.
async fn once_more(interrupt: &mut unix::Signal, terminate: &mut unix::Signal) {
    let first = Instant::now();
    while first.elapsed() < ECHO {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    }
}

fn pauses() -> ExponentialBackoff {
    let pauses = ExponentialBuilder::new().with_min_delay(Duration::from_millis(500)).with_max_delay(STEADY);
    pauses.without_max_times().build()
}

/// Writes a line for people. That nobody reads it is no reason to leave nodes behind.
fn say(text: &str) {
    drop(writeln!(io::stdout().lock(), "{text}"));
}
