//! One machine: its disks, its clock, and the agent on it.
//!
//! Each agent has a runtime of its own, whose time is moved by the world: its clock runs at its own rate, it can be kept
//! from running while its clock goes on, and when the runtime is dropped nothing of the agent is left.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use quorate_agent::{
    consensus::{self, Answer, Council, Keeper},
    driver::{Clock, Driver, Ended, Handle, Parts, Writer},
    metrics::Metrics,
    services::Ways,
};
use quorate_consensus::{Consensus, Options, Voter};
use quorate_core::{
    Durable, Event, Node, Settings,
    database::{Applied, Change, Database},
    quorum::QuorumStatus,
    types::{Address, Boot, Candidacy, Identity, Instant, NodeId, NodeName, Now, Profile, WallTime},
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::mpsc,
    task::JoinHandle,
    time::{advance, sleep, sleep_until},
};
use tokio_util::sync::CancellationToken;
use tracing::Span;

use crate::{
    disk::{Disk, Seed},
    network::{Plugs, Said, network},
};

/// The wall clock of all when a run begins, in milliseconds.
const EPOCH: u64 = 1_700_000_000_000;

/// The file of the core's durable state: written as a whole.
#[derive(Debug, Default)]
struct File {
    durable: Durable,
    /// What is being written, and may be on the disk or not if the power goes.
    in_flight: Option<Durable>,
}

/// What the agents of a run have in common.
#[derive(Clone, Debug)]
pub struct Plan {
    /// How many machines there are.
    pub hosts: usize,
    /// How many voters form the cluster.
    pub expect: u32,
}

/// One machine.
#[derive(Debug)]
pub struct Host {
    pub number: usize,
    pub has_power: bool,
    pub agent: Option<Agent>,
    pub stopped: Option<Stop>,
    /// The power goes then.
    pub doomed: Option<u64>,
    pub disk: Disk,
    plan: Plan,
    rate: f64,
    boots: u64,
    file: Arc<Mutex<File>>,
    span: Span,
}

/// An agent is given no time for a while, and its clock goes on.
#[derive(Clone, Copy, Debug)]
pub struct Stop {
    /// When it goes on.
    pub until: u64,
    /// The whole machine sleeps, and what the runtime goes by stands still: only the clock that the core has does not.
    pub suspended: bool,
}

/// A running agent. What it is made of goes before its runtime does.
#[derive(Debug)]
pub struct Agent {
    pub handle: Handle,
    consensus: Consensus<Keeper>,
    driver: JoinHandle<Ended>,
    tell: mpsc::UnboundedSender<Event>,
    said: mpsc::UnboundedReceiver<Said>,
    _find: mpsc::Sender<(String, Vec<Address>)>,
    born: u64,
    origin: tokio::time::Instant,
    /// Milliseconds that its machine was suspended in all.
    slept: Arc<AtomicU64>,
    runtime: Runtime,
}

impl Host {
    pub fn new(number: usize, plan: Plan, seed: &mut Seed) -> Self {
        Self {
            number,
            has_power: true,
            agent: None,
            stopped: None,
            doomed: None,
            disk: Disk::default(),
            plan,
            rate: 0.99 + seed.below(2001) as f64 / 100_000.0,
            boots: 0,
            file: Arc::default(),
            span: tracing::info_span!("agent", n = number),
        }
    }

    pub fn name(&self) -> NodeName {
        NodeName::new(&format!("n{}", self.number)).unwrap()
    }

    pub fn is_stopped(&self) -> bool {
        self.stopped.is_some()
    }

    /// Whether its agent runs and is given time.
    pub fn is_awake(&self) -> bool {
        self.agent.is_some() && !self.is_stopped()
    }

    /// What its agent is to know.
    pub fn tell(&self, event: Event) {
        if let Some(agent) = &self.agent {
            let _ = agent.tell.send(event);
        }
    }

    /// What its agent has sent.
    pub fn said(&mut self) -> Vec<Said> {
        let Some(agent) = &mut self.agent else { return Vec::new() };
        std::iter::from_fn(|| agent.said.try_recv().ok()).collect()
    }

    /// The agent starts on what is on the disks.
    pub fn start(&mut self, now: u64, seed: &mut Seed) {
        let _entered = self.span.clone().entered();
        self.has_power = true;
        self.boots += 1;
        let mut builder = Builder::new_current_thread();
        // Tokio wakes those who wait for the same thing in a random order.
        #[cfg(tokio_unstable)]
        builder.rng_seed(tokio::runtime::RngSeed::from_bytes(&seed.next().to_le_bytes()));
        let runtime = builder.enable_time().start_paused(true).build().unwrap();
        let inside = runtime.enter();
        let (origin, slept) = (tokio::time::Instant::now(), Arc::new(AtomicU64::new(0)));
        let sleeper = slept.clone();

        let identity = self.identity(seed);
        let settings = self.settings(&identity);
        let member = Voter { id: identity.id, name: identity.name.to_string() };
        let options = Options { snapshot_every: 20, keep: 5, blocking: false, ..consensus::options(settings.lease) };
        let opened = Consensus::open_with_backend(self.disk.clone(), member, Keeper::default(), options);
        let (consensus, events) = runtime.block_on(opened).unwrap();
        let durable = self.file.lock().unwrap().durable.clone();
        let (tell, inbox) = mpsc::unbounded_channel();
        let (say, said) = mpsc::unbounded_channel();
        let (find, discovered) = mpsc::channel(1);
        find.try_send(("static".to_owned(), (0..self.plan.hosts).map(address).collect())).unwrap();
        let council = Council::new(&identity, (consensus.clone(), events), runtime.handle());
        let (driver, handle) = Driver::new(Parts {
            node: Node::new(settings, durable, seed.next()).unwrap(),
            identity,
            transport: Plugs { say, inbox, open: BTreeSet::new() },
            writer: self.writer(seed),
            council,
            discovered,
            clock: Clock::from_fn(move || {
                let elapsed = origin.elapsed() + Duration::from_millis(sleeper.load(Ordering::Relaxed));
                let wall = WallTime(EPOCH + now + elapsed.as_millis() as u64);
                Now { at: Instant::from_nanos(elapsed.as_nanos() as u64), wall }
            }),
            metrics: Metrics::new("seeded", "seeded", &format!("n{}", self.number)),
            event_buffer: 64,
            services: Ways::closed(),
        });
        let driver = tokio::spawn(driver.run(CancellationToken::new()));
        drop(inside);
        self.agent =
            Some(Agent { handle, consensus, driver, tell, said, _find: find, born: now, origin, slept, runtime });
    }

    fn identity(&self, seed: &mut Seed) -> Identity {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&seed.next().to_le_bytes());
        Identity { name: self.name(), id: self.id(), boot: Boot { count: self.boots, id } }
    }

    pub fn id(&self) -> NodeId {
        NodeId([self.number as u8 + 1; 16])
    }

    /// Holds and waits are kept short, so that the end of a run need not wait for long ones.
    fn settings(&self, identity: &Identity) -> Settings {
        let profile = Profile { candidacy: Candidacy::Auto, bootstrap_expect: self.plan.expect, labels: Vec::new() };
        Settings {
            damping_min: Duration::from_secs(1),
            damping_max: Duration::from_secs(4),
            redial_max: Duration::from_secs(1),
            voter_grace: Duration::from_secs(2),
            profile: Arc::new(profile),
            ..Settings::new("seeded", identity.clone(), vec![(network(), address(self.number))])
        }
    }

    /// Writes take a while, during which the power may go.
    fn writer(&self, seed: &mut Seed) -> Writer {
        let (file, mut seed) = (self.file.clone(), Seed(seed.next()));
        let write = move |durable: Durable| {
            let (file, span) = (file.clone(), Duration::from_millis(seed.below(6)));
            async move {
                file.lock().unwrap().in_flight = Some(durable.clone());
                sleep(span).await;
                *file.lock().unwrap() = File { durable, in_flight: None };
                Ok(Ok::<_, Infallible>(()))
            }
        };
        Writer::start_async(write, |_| {})
    }

    /// Lets the agent run until it is `now`, and asks it for quorum before anything else happens there.
    pub fn run(&mut self, now: u64) -> Option<QuorumStatus> {
        let _entered = self.span.enter();
        let woken = self.stopped.take_if(|stop| stop.until <= now);
        let agent = self.agent.as_ref().filter(|_| self.stopped.is_none())?;
        let elapsed = Duration::from_millis(((now - agent.born) as f64 * self.rate) as u64);
        let (answer, ()) = agent.runtime.block_on(async {
            if woken.is_some_and(|stop| stop.suspended) {
                let slept = (elapsed - agent.origin.elapsed()).as_millis() as u64;
                agent.slept.store(slept, Ordering::Relaxed);
            }
            let due = agent.origin + elapsed - Duration::from_millis(agent.slept.load(Ordering::Relaxed));
            let pass = async {
                if woken.is_some() {
                    // Everything that it would have done meanwhile is late.
                    advance(due - tokio::time::Instant::now()).await;
                }
                sleep_until(due).await;
            };
            tokio::join!(agent.handle.quorum(), pass)
        });
        answer.ok()
    }

    /// Whether the agent has ended by itself.
    pub fn has_ended(&self) -> bool {
        self.agent.as_ref().is_some_and(|agent| agent.driver.is_finished())
    }

    /// kill -9. What was handed to the operating system stays.
    pub fn kill(&mut self, seed: &mut Seed) {
        let bytes = self.disk.bytes();
        self.end(seed);
        self.disk = Disk::with(bytes);
    }

    /// The power goes. Of what was not synced, anything may be there or not.
    pub fn lose_power(&mut self, seed: &mut Seed) {
        self.disk.light_fuse(0);
        self.end(seed);
        self.disk.lose_power(seed);
        self.has_power = false;
    }

    fn end(&mut self, seed: &mut Seed) {
        let _entered = self.span.enter();
        (self.agent, self.stopped, self.doomed) = (None, None, None);
        let mut file = self.file.lock().unwrap();
        if let Some(arrived) = file.in_flight.take().filter(|_| seed.below(2) == 0) {
            file.durable = arrived;
        }
    }
}

impl Agent {
    /// Proposes a change; `done` is called when it is acknowledged.
    pub fn propose(&self, change: Change, done: impl FnOnce() + Send + 'static) {
        let handle = self.handle.clone();
        self.runtime.spawn(async move {
            if handle.propose(consensus::proposal(&change)).await == Ok(Answer::Applied(Applied::Done)) {
                done();
            }
        });
    }

    /// What is in the database here.
    pub fn read<T>(&self, look: impl FnOnce(&Database) -> T) -> T {
        self.consensus.read(|keeper| look(keeper.database()))
    }
}

fn address(number: usize) -> Address {
    Address::new(&format!("n{number}:1"))
}
