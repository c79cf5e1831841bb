//! Which nodes there are, where they listen, and how each is started.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use super::certificates::Certificates;
use crate::cli::DevArgs;

const CLUSTER: &str = "dev";

/// How many nodes are named to all as seeds.
const SEEDS: u16 = 3;

/// The cluster as planned.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) nodes: Vec<NodePlan>,
    pub(super) data_dir: PathBuf,
    pub(super) keep_data: bool,
    /// The files for clients; none when the nodes speak plain text.
    pub(super) certificates: Option<Certificates>,
}

/// One node as planned.
#[derive(Clone, Debug)]
pub(super) struct NodePlan {
    pub(super) name: String,
    pub(super) api: SocketAddr,
    pub(super) peer: SocketAddr,
    pub(super) http: SocketAddr,
    /// The flags of its process.
    pub(super) flags: Vec<String>,
}

impl Plan {
    /// Plans the nodes `n1`, `n2`, ... with their data below `data_dir`.
    pub(super) fn new(args: &DevArgs, data_dir: PathBuf) -> Self {
        let nodes = (1..=args.nodes).map(|number| node(number, args, &data_dir)).collect();
        Self { nodes, data_dir, keep_data: args.data_dir.is_some(), certificates: None }
    }

    /// All addresses that must be free, and what for.
    pub(super) fn addresses(&self) -> Vec<(String, SocketAddr)> {
        let of = |node: &NodePlan| {
            let name = &node.name;
            [
                (format!("the API of {name}"), node.api),
                (format!("the peers of {name}"), node.peer),
                (format!("HTTP of {name}"), node.http),
            ]
        };
        self.nodes.iter().flat_map(of).collect()
    }
}

/// The range of `--base-port` leaves room for all of these.
fn address(base: u16, offset: u16, number: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, base + offset + number))
}

/// How many nodes form the cluster: all of them, or of many enough that no others could.
fn voters(nodes: u16) -> u16 {
    nodes.min(quorate_core::settings::MAX_VOTERS as u16)
}

fn node(number: u16, args: &DevArgs, data_dir: &Path) -> NodePlan {
    let base = args.base_port;
    let (api, peer, http) = (address(base, 0, number), address(base, 100, number), address(base, 200, number));
    let name = format!("n{number}");
    let mut flags = vec![
        format!("--cluster={CLUSTER}"),
        format!("--node-name={name}"),
        format!("--data-dir={}", data_dir.join(&name).display()),
        format!("--api-listen={api}"),
        format!("--http-listen={http}"),
        format!("--peer-listen={peer}"),
        format!("--bootstrap-expect={}", voters(args.nodes)),
        format!("--multicast=239.255.74.1:{base}"),
        format!("--multicast-interface={}", Ipv4Addr::LOCALHOST),
    ];
    // For machines without multicast. A few seeds are enough: whoever is met tells of the others.
    let others = (1..=args.nodes.min(SEEDS)).filter(|&other| other != number);
    flags.extend(others.map(|other| format!("--seed={}", address(base, 100, other))));
    flags.extend(args.extra.iter().cloned());
    NodePlan { name, api, peer, http, flags }
}

impl NodePlan {
    /// How a person starts this node in a shell.
    pub(super) fn command_line(&self, program: &Path) -> String {
        let program = program.display().to_string();
        let words: Vec<_> = std::iter::once(&program).chain(&self.flags).map(|word| quoted(word)).collect();
        words.join(" ")
    }
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,@%+[]".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.into() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}
