//! One host: a core, its clock, its disk, and whether it runs.

use std::{collections::BTreeMap, sync::Arc};

use quorate_core::{
    Durable, Effect, Event, Node, Settings,
    status::Standing,
    types::{
        Address, Boot, ConnId, Duration, Identity, Instant, Network, NodeId, NodeName, Now, Profile, Secret, WallTime,
    },
};

use crate::disk::Disk;

/// Virtual time since the start of the run.
pub type Time = Instant;

/// What settings a host's agent gets; the same for all hosts of a run but for the identity.
pub type Tune = fn(&mut Settings);

/// One host.
#[derive(Clone, Debug)]
pub struct Host {
    /// Its number.
    pub number: usize,
    /// The core, while the agent runs.
    pub node: Option<Node>,
    /// Who the agent is, at its latest start.
    pub identity: Identity,
    /// Its disk.
    pub disk: Disk,
    /// How fast its monotonic clock runs.
    pub rate: f64,
    /// The whole machine is suspended.
    pub suspended: bool,
    /// Until when the process is stopped, and what waits for it.
    pub paused: Option<(Time, Vec<Event>)>,
    /// Connection numbers of the agent, to connections of the world.
    pub conns: BTreeMap<ConnId, u64>,
    /// Least and most time of a sync.
    pub sync: (Duration, Duration),
    /// What the agent says of itself.
    pub profile: Arc<Profile>,
    /// Most views the agent may keep.
    pub history: usize,
    next_accepted: u64,
    started: Time,
}

impl Host {
    /// A host whose agent was never started.
    #[must_use]
    pub fn new(number: usize, rate: f64) -> Self {
        Self {
            number,
            node: None,
            identity: identity(number, 0),
            disk: Disk::default(),
            rate,
            suspended: false,
            paused: None,
            conns: BTreeMap::new(),
            sync: (Duration::from_micros(200), Duration::from_millis(3)),
            profile: Arc::default(),
            history: 0,
            next_accepted: 0,
            started: Time::ZERO,
        }
    }

    /// Starts the agent on what the disk holds.
    ///
    /// # Panics
    /// When the settings are out of range: the run is set up wrongly.
    pub fn start(&mut self, now: Time, networks: usize, tune: Tune, seed: u64) {
        let (durable, count): (Durable, u64) = self.disk.start();
        self.identity = identity(self.number, count);
        let endpoints = (0..networks).map(|network| (network_name(network), address(self.number, network))).collect();
        let mut settings = Settings::new("sim", self.identity.clone(), endpoints);
        settings.profile = self.profile.clone();
        settings.secret = Secret((u128::from(seed) << 64 | u128::from(count)).to_be_bytes());
        tune(&mut settings);
        self.history = settings.history;
        let node = Node::new(settings, durable, seed);
        self.node = Some(node.unwrap_or_else(|error| panic!("settings of the run: {error}")));
        self.conns.clear();
        self.next_accepted = 0;
        self.started = now;
    }

    /// The host's clocks at a time of the run.
    #[must_use]
    pub fn now(&self, time: Time) -> Now {
        let at = (time.as_nanos() as f64 * self.rate) as u64;
        Now { at: Instant::from_nanos(at), wall: WallTime(1_700_000_000_000 + time.as_nanos() / 1_000_000) }
    }

    /// When the host's monotonic clock will show `at`, or a little more.
    #[must_use]
    pub fn when(&self, at: Instant) -> Time {
        let time = Time::from_nanos((at.as_nanos() as f64 / self.rate) as u64 + 1);
        // Rounding may have it one short, and a timer that always comes too early would hold time up.
        if self.now(time).at < at { time + Duration::from_nanos(1) } else { time }
    }

    /// Hands an event to the agent. Nothing happens when it does not run.
    pub fn handle(&mut self, time: Time, event: Event) -> Vec<Effect> {
        let mut out = Vec::new();
        let now = self.now(time);
        if let Some(node) = &mut self.node {
            node.handle(now, event, &mut out);
        }
        out
    }

    /// Whether the agent is on its way out.
    #[must_use]
    pub fn is_leaving(&self, time: Time) -> bool {
        let status = self.node.as_ref().and_then(|node| node.node(self.now(time), &self.identity.name));
        status.is_some_and(|status| status.standing == Standing::Leaving)
    }

    /// A number for a connection that the agent accepts.
    pub fn accept(&mut self, conn: u64) -> ConnId {
        self.next_accepted += 1;
        let id = ConnId(self.next_accepted * 2 - 1);
        self.conns.insert(id, conn);
        id
    }
}

/// Name of a host's node.
#[must_use]
pub fn name(number: usize) -> NodeName {
    NodeName::new(&format!("n{number}")).unwrap_or_else(|error| panic!("{error}"))
}

fn identity(number: usize, count: u64) -> Identity {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(number as u64).to_be_bytes());
    let mut boot = id;
    boot[8..].copy_from_slice(&count.to_be_bytes());
    Identity { name: name(number), id: NodeId(id), boot: Boot { count, id: boot } }
}

/// Name of a network.
#[must_use]
pub fn network_name(network: usize) -> Network {
    Network::new(&format!("net{network}")).unwrap_or_else(|error| panic!("{error}"))
}

/// Address of a host on a network.
#[must_use]
pub fn address(host: usize, network: usize) -> Address {
    Address::new(&format!("{host}:{network}"))
}

/// The host and network of an address.
#[must_use]
pub fn parse(address: &Address) -> Option<(usize, usize)> {
    let (host, network) = address.as_str().split_once(':')?;
    Some((host.parse().ok()?, network.parse().ok()?))
}
