//! Three nodes that hold the address, a client on a fourth, and what can happen to whoever has it.

use std::{fmt, time::Instant};

use quorate::v1::Recovery;
use rustix::process::Signal;

use super::{ADDRESS, PORT, Residence, Visitor, definitions};
use crate::{
    cluster::{Cluster, Plan},
    lab::Lab,
    services::{apply, ready},
    wait::{LIMIT, wait_for},
};

/// Nodes that can have the address.
const NODES: usize = 3;
/// A node that was lost may come back soon: damping is not what is looked at here.
const QUICK_RETURN: [&str; 4] = ["--damping-min", "1s", "--redial-max", "1s"];

/// A cluster that holds the address, and those who watch it.
#[derive(Debug)]
pub struct Site {
    // Those who are in the namespaces leave before these are removed.
    visitor: Visitor,
    residence: Residence,
    cluster: Cluster,
}

/// What happens to the node that has the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Its agent is killed.
    AgentKilled,
    /// All its processes are killed, as if it had lost power; but its kernel is still there, with the address.
    AllKilled,
    /// It is cut off the network.
    Cut,
    /// Its agent is frozen.
    AgentFrozen,
    /// All its processes are frozen; its kernel still answers who asks for the address.
    AllFrozen,
    /// The program that holds the address is killed.
    HolderKilled,
    /// The program that holds the address is frozen.
    HolderFrozen,
}

impl Site {
    /// Starts agents that run the services, which are given so many tries on a node, and waits for the first answer.
    pub async fn start(tries: u32) -> Self {
        let lab = Lab::new(NODES + 1, 1);
        let mut plan = Plan::inside(lab);
        plan.specs().truncate(NODES);
        let cluster = plan.quorate().flags(&QUICK_RETURN).form().await;
        cluster.quorum_all().await;
        apply(cluster.agent("n1"), definitions("eth0", tries)).await.expect("the services can be applied");
        let residence = Residence::start(cluster.lab(), NODES, ADDRESS);
        let visitor = Visitor::start(cluster.lab(), NODES + 1, ADDRESS, PORT);
        let site = Self { visitor, residence, cluster };
        site.recovered(&["n1", "n2", "n3"]).await;
        site.first_owner(None).await;
        site
    }

    /// The agents.
    #[must_use]
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The client.
    #[must_use]
    pub fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// Where the address is.
    #[must_use]
    pub fn residence(&self) -> &Residence {
        &self.residence
    }

    /// Who answers the client, when that is another one than this one.
    pub async fn first_owner(&self, but: Option<&str>) -> String {
        let other = async || {
            let spans = self.visitor.seen().spans();
            let found = spans.iter().map(|(node, _)| node).find(|node| Some(node.as_str()) != but);
            found.cloned().ok_or(format!("{spans:?}; {:?}", self.residence.seen().spans()))
        };
        wait_for(format!("an answer of another node than {but:?}"), LIMIT, other).await
    }

    /// Waits until this node has answered the client after that moment.
    pub async fn answers_after(&self, node: &str, moment: Instant) {
        let answered = async || match self.visitor.seen().of(node) {
            Some(span) if span.asked > moment => Ok(()),
            other => Err(format!("{other:?}")),
        };
        wait_for(format!("a fresh answer of {node}"), LIMIT, answered).await;
    }

    /// Waits until exactly these nodes take part, and all is recovered.
    pub async fn recovered(&self, names: &[&str]) {
        // The address, the web server, and a watcher on each node.
        let all = |now: &Recovery| match ready(now).values().map(Vec::len).sum::<usize>() {
            count if count == 2 + names.len() => Ok(()),
            _ => Err(format!("{:?}", now.instances)),
        };
        self.cluster.recovered(names, all).await;
    }

    /// Has it happen to this node.
    pub fn strike(&mut self, fault: Fault, node: &str) {
        let number = number(node);
        let lab = self.cluster.lab();
        match fault {
            Fault::AgentKilled => self.cluster.agent_mut(node).kill_dash_nine(),
            Fault::AllKilled => {
                lab.kill_all(number);
                self.cluster.agent_mut(node).kill_dash_nine();
            }
            Fault::Cut => lab.cut_off(number),
            Fault::AgentFrozen => self.cluster.agent(node).sigstop(),
            Fault::AllFrozen => lab.signal_all(number, Signal::STOP),
            Fault::HolderKilled => lab.kill_program(number, "vip.py"),
            Fault::HolderFrozen => lab.signal_program(number, "vip.py", Signal::STOP),
        }
    }

    /// Mends it again, and waits until the node is back.
    pub async fn mend(&mut self, fault: Fault, node: &str) {
        let number = number(node);
        match fault {
            Fault::AgentKilled | Fault::AllKilled => self.cluster.agent_mut(node).restart(),
            Fault::Cut => self.cluster.lab().reconnect(number),
            Fault::AgentFrozen => self.cluster.agent(node).sigcont(),
            Fault::AllFrozen => self.cluster.lab().signal_all(number, Signal::CONT),
            Fault::HolderKilled | Fault::HolderFrozen => {}
        }
        self.cluster.agree_all().await;
        self.recovered(&["n1", "n2", "n3"]).await;
    }
}

/// The number of the node of this name.
fn number(node: &str) -> usize {
    node.strip_prefix('n').and_then(|number| number.parse().ok()).expect("nodes are called n1, n2, ...")
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::AgentKilled,
        Self::AllKilled,
        Self::Cut,
        Self::AgentFrozen,
        Self::AllFrozen,
        Self::HolderKilled,
        Self::HolderFrozen,
    ];

    /// Whether the node itself is lost to the others.
    #[must_use]
    pub fn is_of_the_node(self) -> bool {
        !matches!(self, Self::HolderKilled | Self::HolderFrozen)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::AgentKilled => "kill -9 of the agent",
            Self::AllKilled => "kill -9 of all processes",
            Self::Cut => "the network is cut",
            Self::AgentFrozen => "SIGSTOP of the agent",
            Self::AllFrozen => "SIGSTOP of all processes",
            Self::HolderKilled => "kill -9 of the program",
            Self::HolderFrozen => "SIGSTOP of the program",
        })
    }
}
