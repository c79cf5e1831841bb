//! A cluster that something is done to which must not disturb it.

use std::fs;

use quorate::v1;

use crate::{agent::Agent, cluster::Cluster, streams::StreamChecker, views::id_of};

/// Most memory of an agent under any input, in bytes: far more than it needs, and far less than what is thrown at it.
const MEMORY: u64 = 400 * 1024 * 1024;

/// What is so before it begins.
#[derive(Debug)]
pub struct Calm {
    checker: StreamChecker,
    view: v1::View,
}

impl Calm {
    /// Notes the view, and follows the streams of all agents from here on.
    pub async fn before(cluster: &Cluster) -> Self {
        let checker = StreamChecker::follow(cluster).await;
        let view = cluster.agree_all().await;
        Self { checker, view }
    }

    /// Afterwards: the same view, no stream has told of another, and no agent has grown beyond all measure.
    ///
    /// # Panics
    /// With what is otherwise.
    pub async fn after(self, cluster: &Cluster) {
        assert_eq!(id_of(&cluster.agree_all().await), id_of(&self.view), "the view changed");
        for agent in cluster.agents() {
            let told: Vec<_> = self.checker.views_told(agent.name()).iter().map(id_of).collect();
            assert!(told.is_empty(), "{} told of {told:?}", agent.name());
            let (resident, peak) = (agent.memory("VmRSS"), agent.memory("VmHWM"));
            println!("{}: {} KiB resident, {} KiB at most", agent.name(), resident / 1024, peak / 1024);
            assert!(peak < MEMORY, "{} had {peak} bytes in memory", agent.name());
        }
        self.checker.verify(cluster, &[]).await;
    }
}

impl Agent {
    /// A size in `/proc/PID/status`, such as `VmRSS`, in bytes.
    ///
    /// # Panics
    /// When the agent does not run.
    #[must_use]
    pub fn memory(&self, field: &str) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid())).expect("its status");
        let line = status.lines().find_map(|line| line.strip_prefix(field)?.strip_prefix(':'));
        let kib = line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
        kib.unwrap_or_else(|| panic!("no {field} in:\n{status}")) * 1024
    }
}
