//! Random lives of a small cluster: nodes lose power, links go down, voters change, leaders come and go. What was
//! acknowledged must be there in the end, once, and in the same order everywhere.
//!
//! The clock is simulated and everything runs on one thread. A seed that failed is run again with
//! `SEED=<number> cargo test -p quorate-consensus --test soak`.

#![allow(clippy::unwrap_used)]
// `tokio_unstable` is known to Tokio only.
#![allow(unexpected_cfgs)]

mod support;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, atomic::Ordering},
    time::Duration,
};

use quorate_consensus::{Consensus, NodeId, Options};
use tokio::time::sleep;

use support::{
    CLUSTER, Diary, Network, Node,
    disk::{Disk, Seed},
    id,
    seeds::on_all_processors,
    voter, voters,
};

const NODES: u8 = 5;

struct World {
    seed: Seed,
    network: Network,
    disks: BTreeMap<u8, Disk>,
    nodes: BTreeMap<u8, Node>,
    acknowledged: Arc<Mutex<BTreeSet<Vec<u8>>>>,
    proposed: u64,
    options: Options,
}

impl World {
    async fn new(number: u64) -> Self {
        let options = Options { snapshot_every: 15, keep: 5, chunk: 1024, blocking: false, ..support::options() };
        let disks = (1..=NODES).map(|number| (number, Disk::default())).collect();
        let mut world = Self {
            seed: Seed(number),
            network: Network::default(),
            disks,
            nodes: BTreeMap::new(),
            acknowledged: Arc::default(),
            proposed: 0,
            options,
        };
        for number in 1..=NODES {
            world.start(number).await;
            let node = &world.nodes[&number];
            if number <= 3 {
                node.found(CLUSTER, voters(&[1, 2, 3])).await.unwrap();
            } else {
                node.join(CLUSTER).await.unwrap();
            }
        }
        world
    }

    async fn start(&mut self, number: u8) {
        let disk = self.disks[&number].clone();
        let opened = Consensus::open_with_backend(disk, voter(number), Diary::default(), self.options.clone()).await;
        let (node, events) = opened.unwrap();
        drop(self.network.attach(number, &node, events));
        self.nodes.insert(number, node);
    }

    /// The power goes, perhaps in the middle of a write.
    async fn crash(&mut self, number: u8) {
        let Some(node) = self.nodes.remove(&number) else { return };
        let disk = self.disks[&number].clone();
        disk.light_fuse(self.seed.below(60));
        sleep(Duration::from_millis(self.seed.below(30))).await;
        self.network.detach(number);
        disk.light_fuse(0);
        node.close().await;
        disk.lose_power(&mut self.seed);
    }

    fn any(&mut self) -> u8 {
        1 + self.seed.below(u64::from(NODES)) as u8
    }

    fn leader(&self) -> Option<u8> {
        self.nodes.iter().find(|(_, node)| node.state().leading).map(|(number, _)| *number)
    }

    fn propose(&mut self, number: u8) {
        let Some(node) = self.nodes.get(&number).cloned() else { return };
        self.proposed += 1;
        let mut change = self.proposed.to_le_bytes().to_vec();
        change.resize(8 + self.seed.below(400) as usize, 1);
        let acknowledged = self.acknowledged.clone();
        tokio::spawn(async move {
            if node.propose(change.clone()).await.is_ok() {
                acknowledged.lock().unwrap().insert(change);
            }
        });
    }

    async fn step(&mut self) {
        let (one, other) = (self.any(), self.any());
        match self.seed.below(22) {
            0..=7 => {
                let number = self.leader().unwrap_or(one);
                for _ in 0..self.seed.below(6) {
                    self.propose(number);
                }
            }
            8..=11 => drop(self.nodes.get(&one).map(Node::campaign)),
            12 => drop(self.nodes.get(&one).map(|node| node.transfer(id(other)))),
            13..=14 if one != other => self.network.cut(one, other),
            15..=17 => self.network.heal(),
            18 => self.crash(one).await,
            19..=20 => {
                if !self.nodes.contains_key(&one) {
                    self.start(one).await;
                }
            }
            _ => self.change_voters(),
        }
        let pause = self.seed.below(120);
        sleep(Duration::from_millis(pause)).await;
    }

    fn change_voters(&mut self) {
        let mut chosen: BTreeSet<u8> = BTreeSet::new();
        while chosen.len() < 3 {
            chosen.insert(self.any());
        }
        let Some(node) = self.leader().and_then(|number| self.nodes.get(&number).cloned()) else { return };
        let chosen: Vec<u8> = chosen.into_iter().collect();
        tokio::spawn(async move { node.set_voters(voters(&chosen)).await });
    }

    /// Everything comes back, and somebody leads.
    async fn recover(&mut self) -> u8 {
        self.network.heal();
        for number in 1..=NODES {
            if !self.nodes.contains_key(&number) {
                self.start(number).await;
            }
        }
        for _ in 0..600 {
            if let Some(leader) = self.leader()
                && self.nodes[&leader].propose(b"the end".to_vec()).await.is_ok()
            {
                return leader;
            }
            let number = self.any();
            self.nodes[&number].campaign();
            sleep(Duration::from_millis(100)).await;
        }
        panic!("nobody leads: {}", self.report());
    }

    /// A change of the voters that was interrupted is finished by whoever leads when it is asked for again.
    async fn finish(&self) {
        for _ in 0..20 {
            let Some(leader) = self.leader().map(|number| &self.nodes[&number]) else { continue };
            let sets = leader.state().voters;
            let wanted = sets.last().unwrap().keys().map(|id| voter(id.0[0])).collect();
            if leader.set_voters(wanted).await.is_ok() {
                return;
            }
            sleep(Duration::from_millis(100)).await;
        }
        panic!("the voters cannot be changed: {}", self.report());
    }

    /// What each node says of itself.
    fn report(&self) -> String {
        let one = |(number, node): (&u8, &Node)| {
            let failed = self.network.seen(*number).failed;
            format!("\n  {number}: {} changes, {:?}, failed: {failed:?}", self.changes(*number).len(), node.state())
        };
        self.nodes.iter().map(one).collect()
    }

    fn changes(&self, number: u8) -> Vec<Vec<u8>> {
        self.nodes[&number].read(|diary| diary.changes.clone())
    }
}

/// How many changes were acknowledged, and made in all; and a trace of what was sent.
async fn life(number: u64) -> (usize, usize, u64) {
    let mut world = World::new(number).await;
    for _ in 0..100 {
        world.step().await;
    }
    let leader = world.recover().await;
    let changes = world.changes(leader);
    let acknowledged = world.acknowledged.lock().unwrap().clone();
    for change in &acknowledged {
        assert_eq!(
            changes.iter().filter(|other| *other == change).count(),
            1,
            "an acknowledged change is lost or twice"
        );
    }
    world.finish().await;
    // A change of voters may end only now, so it is those of the moment that count.
    let has_all = |id: &NodeId| world.changes(id.0[0]).starts_with(&changes);
    let all_have_all = || {
        let voters = world.leader().map(|leader| world.nodes[&leader].state().voters);
        voters.is_some_and(|sets| sets.len() == 1 && sets[0].keys().all(has_all))
    };
    if !support::holds(all_have_all).await {
        panic!("not every voter gets everything: {}", world.report());
    }
    for number in 1..=NODES {
        assert_eq!(world.network.seen(number).failed, None, "node {number}");
        let (part, whole) = (world.changes(number), &changes);
        assert!(whole.starts_with(&part) || part.starts_with(whole), "node {number} has another order");
    }
    for node in std::mem::take(&mut world.nodes).into_values() {
        node.close().await;
    }
    (acknowledged.len(), world.proposed as usize, world.network.trace.load(Ordering::Relaxed))
}

fn run(number: u64) -> (usize, usize, u64) {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    // Tokio wakes those who wait for the same thing in a random order.
    #[cfg(tokio_unstable)]
    runtime.rng_seed(tokio::runtime::RngSeed::from_bytes(&number.to_le_bytes()));
    runtime.enable_all().start_paused(true).build().unwrap().block_on(life(number))
}

#[test]
fn what_was_acknowledged_is_there_in_the_end() {
    let seeds = match std::env::var("SEED") {
        Ok(one) => {
            let one: u64 = one.parse().unwrap();
            one..one + 1
        }
        Err(_) => 0..std::env::var("SEEDS").map_or(40, |many| many.parse().unwrap()),
    };
    let (mut acknowledged, mut proposed) = (0, 0);
    for (number, outcome) in on_all_processors(seeds, |number| std::panic::catch_unwind(|| run(number))) {
        let (some, all, _) = outcome.unwrap_or_else(|_| panic!("seed {number}"));
        acknowledged += some;
        proposed += all;
    }
    println!("{acknowledged} of {proposed} changes were acknowledged");
    assert!(acknowledged * 4 > proposed);
}

/// Message by message; what chance Tokio leaves can only be taken from it with
/// `RUSTFLAGS="--cfg tokio_unstable" cargo test -p quorate-consensus --test soak`.
#[cfg(tokio_unstable)]
#[test]
fn the_same_seed_is_the_same_life() {
    for number in 0..5 {
        assert_eq!(run(number), run(number), "seed {number}");
    }
}
