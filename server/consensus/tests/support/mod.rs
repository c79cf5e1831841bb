//! A few nodes in one process: a machine that remembers, and a network that can be cut.

#![allow(dead_code)]

pub mod disk;
pub mod seeds;

use std::{
    collections::{BTreeMap, BTreeSet},
    future::Future,
    path::PathBuf,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use quorate_consensus::{
    ClusterUid, Consensus, Event, Machine, NodeId, OpenError, Options, ProposeError, State, Voter,
};
use tokio::{sync::mpsc, task::JoinHandle};

pub const CLUSTER: ClusterUid = ClusterUid([0xC1; 16]);
pub const OTHER: ClusterUid = ClusterUid([0xC2; 16]);

/// Remembers every change, in order.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
pub struct Diary {
    pub changes: Vec<Vec<u8>>,
}

impl Machine for Diary {
    fn apply(&mut self, _: u64, change: &[u8]) -> Vec<u8> {
        self.changes.push(change.to_vec());
        format!("{}", self.changes.len()).into_bytes()
    }

    fn snapshot(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        for change in &self.changes {
            bytes.extend_from_slice(&(change.len() as u32).to_le_bytes());
            bytes.extend_from_slice(change);
        }
        bytes
    }

    fn restore(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        let mut changes = Vec::new();
        while !bytes.is_empty() {
            let (size, rest) = bytes.split_first_chunk::<4>().ok_or("no length")?;
            let (change, rest) = rest.split_at_checked(u32::from_le_bytes(*size) as usize).ok_or("too short")?;
            changes.push(change.to_vec());
            bytes = rest;
        }
        self.changes = changes;
        Ok(())
    }
}

pub type Node = Consensus<Diary>;

pub fn id(number: u8) -> NodeId {
    NodeId([number; 16])
}

pub fn voter(number: u8) -> Voter {
    Voter { id: id(number), name: format!("n{number}") }
}

pub fn voters(numbers: &[u8]) -> Vec<Voter> {
    numbers.iter().copied().map(voter).collect()
}

pub fn options() -> Options {
    Options { heartbeat: Duration::from_millis(50), lease: Duration::from_millis(200), ..Options::default() }
}

/// Waits for something, but not for ever; whether it came.
pub async fn holds(mut is_so: impl FnMut() -> bool) -> bool {
    let wait = async {
        while !is_so() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), wait).await.is_ok()
}

/// The same, and it must come.
pub async fn until(what: &str, is_so: impl FnMut() -> bool) {
    assert!(holds(is_so).await, "never: {what}");
}

pub async fn soon<T>(what: &str, work: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(30), work).await.unwrap_or_else(|_| panic!("never: {what}"))
}

#[derive(Default)]
struct Wires {
    nodes: BTreeMap<NodeId, Node>,
    cut: BTreeSet<(NodeId, NodeId)>,
    seen: BTreeMap<NodeId, Seen>,
}

/// What a node told.
#[derive(Default, Clone)]
pub struct Seen {
    pub state: State,
    pub states: usize,
    pub applied: u64,
    pub failed: Option<String>,
}

/// Carries messages between nodes.
#[derive(Clone, Default)]
pub struct Network {
    wires: Arc<Mutex<Wires>>,
    /// Bytes of the largest message.
    pub largest: Arc<AtomicU64>,
    /// All that was sent, as one number: the same in two runs that went the same way.
    pub trace: Arc<AtomicU64>,
    /// Messages that were carried, for whoever wants to spoil some.
    pub carried: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Network {
    pub fn attach(&self, number: u8, node: &Node, mut events: mpsc::Receiver<Event>) -> JoinHandle<()> {
        let (network, from) = (self.clone(), id(number));
        let mut wires = self.wires.lock().unwrap();
        wires.nodes.insert(from, node.clone());
        wires.seen.insert(from, Seen::default());
        drop(wires);
        tokio::spawn(async move {
            while let Some(event) = events.recv().await {
                network.take(from, event);
            }
        })
    }

    fn take(&self, from: NodeId, event: Event) {
        let mut wires = self.wires.lock().unwrap();
        let seen = wires.seen.entry(from).or_default();
        match event {
            Event::State(state) => {
                seen.states += 1;
                seen.state = state;
            }
            Event::Applied { index } => seen.applied = index,
            Event::Failed { why } => seen.failed = Some(why),
            Event::Send { to, message } => {
                self.largest.fetch_max(message.len() as u64, Ordering::Relaxed);
                self.note(from, to, &message);
                let open = !wires.cut.contains(&(from.min(to), from.max(to)));
                let (sender, receiver) = (wires.nodes.get(&from).cloned(), wires.nodes.get(&to).cloned());
                drop(wires);
                self.carry(from, to, message, open, sender, receiver);
            }
        }
    }

    fn note(&self, from: NodeId, to: NodeId, message: &[u8]) {
        let mut hasher = crc32fast::Hasher::new_with_initial(self.trace.load(Ordering::Relaxed) as u32);
        [from.0.as_slice(), &to.0, message].iter().for_each(|part| hasher.update(part));
        self.trace.store(u64::from(hasher.finalize()), Ordering::Relaxed);
    }

    fn carry(
        &self,
        from: NodeId,
        to: NodeId,
        message: Vec<u8>,
        open: bool,
        sender: Option<Node>,
        receiver: Option<Node>,
    ) {
        match receiver.filter(|_| open) {
            Some(receiver) => {
                let mut carried = self.carried.lock().unwrap();
                if carried.len() < 200 {
                    carried.push(message.clone());
                }
                drop(carried);
                receiver.deliver(from, message);
            }
            None => {
                if let Some(sender) = sender {
                    sender.unreachable(to);
                }
            }
        }
    }

    pub fn seen(&self, number: u8) -> Seen {
        self.wires.lock().unwrap().seen.get(&id(number)).cloned().unwrap_or_default()
    }

    pub fn detach(&self, number: u8) {
        self.wires.lock().unwrap().nodes.remove(&id(number));
    }

    pub fn cut(&self, one: u8, other: u8) {
        self.wires.lock().unwrap().cut.insert((id(one.min(other)), id(one.max(other))));
    }

    pub fn heal(&self) {
        self.wires.lock().unwrap().cut.clear();
    }
}

/// Nodes, their folders and their network.
pub struct Cluster {
    pub network: Network,
    pub options: Options,
    pub nodes: BTreeMap<u8, Node>,
    folder: tempfile::TempDir,
    tasks: BTreeMap<u8, JoinHandle<()>>,
}

impl Cluster {
    pub fn new(options: Options) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { network: Network::default(), options, nodes: BTreeMap::new(), folder, tasks: BTreeMap::new() }
    }

    /// Nodes 1 to `count`, founded, and led by node 1.
    pub async fn led(count: u8, options: Options) -> Self {
        let mut cluster = Self::new(options);
        let all: Vec<u8> = (1..=count).collect();
        for &number in &all {
            cluster.open(number).await;
            cluster.nodes[&number].found(CLUSTER, voters(&all)).await.unwrap();
        }
        cluster.lead(1).await;
        cluster
    }

    pub fn folder(&self, number: u8) -> PathBuf {
        let folder = self.folder.path().join(format!("n{number}"));
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    pub async fn try_open(&mut self, number: u8) -> Result<(), OpenError> {
        let folder = self.folder(number);
        let (node, events) = Consensus::open(&folder, voter(number), Diary::default(), self.options.clone()).await?;
        self.tasks.insert(number, self.network.attach(number, &node, events));
        self.nodes.insert(number, node);
        Ok(())
    }

    pub async fn open(&mut self, number: u8) {
        self.try_open(number).await.unwrap();
    }

    /// Drops a node as if it had been killed, as far as that goes in one process.
    pub fn kill(&mut self, number: u8) {
        self.network.detach(number);
        if let Some(task) = self.tasks.remove(&number) {
            task.abort();
        }
        self.nodes.remove(&number);
    }

    /// Campaigns at a node until it leads.
    pub async fn lead(&self, number: u8) {
        let node = &self.nodes[&number];
        let mut wait = 0;
        until("the node leads", || {
            wait += 1;
            if wait % 20 == 1 {
                node.campaign();
            }
            node.state().leading
        })
        .await;
    }

    /// Which of them leads, when one does.
    pub async fn leader(&self, numbers: &[u8]) -> u8 {
        let mut found = None;
        let leads = |number: &u8| self.nodes[number].state().leading;
        until("one leads", || {
            found = numbers.iter().copied().find(|number| leads(number));
            found.is_some()
        })
        .await;
        found.unwrap()
    }

    /// Campaigns at the node with the longest log: another one might not get the votes.
    pub async fn lead_any(&self) -> u8 {
        let longest = self.nodes.keys().copied().max_by_key(|number| self.nodes[number].state().last).unwrap();
        self.lead(longest).await;
        longest
    }

    pub fn changes(&self, number: u8) -> Vec<Vec<u8>> {
        self.nodes[&number].read(|diary| diary.changes.clone())
    }

    pub async fn propose(&self, number: u8, change: &str) -> Result<Vec<u8>, ProposeError> {
        soon("a proposal ends", self.nodes[&number].propose(change.as_bytes().to_vec())).await
    }

    /// Waits until some nodes have applied the same changes as this one.
    pub async fn same(&self, number: u8, others: &[u8]) {
        let changes = self.changes(number);
        for &other in others {
            until("the others have it too", || self.changes(other) == changes).await;
        }
    }
}
