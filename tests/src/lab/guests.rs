//! Other programs on the networks of a laboratory.

use std::{
    fs::{self, File},
    os::fd::AsFd,
    path::Path,
    process::Command,
    thread::{self, JoinHandle},
};

use rustix::{
    process::{Pid, Signal, kill_process},
    thread::{LinkNameSpaceType, move_into_link_name_space},
};

use super::{Lab, host};
use crate::agent::in_namespace;

impl Lab {
    /// A program, to be run on the networks of this node, counted from 1. Its process id is that of the command.
    #[must_use]
    pub fn command(&self, node: usize, program: impl AsRef<Path>) -> Command {
        in_namespace(&self.namespace(node), program.as_ref())
    }

    /// Runs this in a thread of its own on the networks of this node.
    ///
    /// # Panics
    /// When the namespace cannot be entered.
    pub(crate) fn inside(&self, node: usize, work: impl FnOnce() + Send + 'static) -> JoinHandle<()> {
        let path = Path::new("/var/run/netns").join(self.namespace(node));
        let file = File::open(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
        thread::spawn(move || {
            let network = Some(LinkNameSpaceType::Network);
            move_into_link_name_space(file.as_fd(), network).expect("root can enter a namespace");
            work();
        })
    }

    /// Address of a node on a network.
    #[must_use]
    pub fn address(&self, network: usize, node: usize) -> String {
        host(network, node)
    }

    /// The processes that run on the networks of this node.
    #[must_use]
    pub fn processes(&self, node: usize) -> Vec<u32> {
        let listed = Command::new("ip").args(["netns", "pids", &self.namespace(node)]).output();
        let listed = listed.map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&listed).lines().filter_map(|line| line.trim().parse().ok()).collect()
    }

    /// Sends a signal to all of them, again until there are no others: a process may have started one meanwhile.
    pub fn signal_all(&self, node: usize, signal: Signal) {
        let mut told = Vec::new();
        loop {
            let fresh: Vec<u32> = self.processes(node).into_iter().filter(|pid| !told.contains(pid)).collect();
            if fresh.is_empty() {
                return;
            }
            fresh.iter().for_each(|&pid| send(pid, signal));
            told.extend(fresh);
        }
    }

    /// Kills all of them at one moment: none sees another one end, and says so to other nodes.
    pub fn kill_all(&self, node: usize) {
        self.signal_all(node, Signal::STOP);
        self.signal_all(node, Signal::KILL);
    }

    /// Those of them that have this in their command line.
    #[must_use]
    pub fn programs(&self, node: usize, words: &str) -> Vec<u32> {
        let has = |pid: &u32| {
            let line = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(words)
        };
        self.processes(node).into_iter().filter(has).collect()
    }

    /// Kills those of them at one moment that have this in their command line.
    pub fn kill_program(&self, node: usize, words: &str) {
        self.signal_program(node, words, Signal::STOP);
        self.signal_program(node, words, Signal::KILL);
    }

    /// Sends a signal to those of them that have this in their command line.
    pub fn signal_program(&self, node: usize, words: &str, signal: Signal) {
        self.programs(node, words).into_iter().for_each(|pid| send(pid, signal));
    }
}

/// One that has ended meanwhile needs no signal.
fn send(pid: u32, signal: Signal) {
    let _ = i32::try_from(pid).ok().and_then(Pid::from_raw).map(|pid| kill_process(pid, signal));
}
