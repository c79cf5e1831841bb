//! The world: hosts, networks, time, and the queue of what will happen.

mod clients;
mod conn;
mod consensus;
mod operators;
mod runner;
mod trace;

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
};

use quorate_core::{
    Durable, Effect, Event, Note, Publication, Timer,
    types::{Address, Duration},
    wire::Frame,
};

use crate::{
    check::Checkers,
    dice::Dice,
    host::{self, Host, Time, Tune},
    network::Network,
    plan::{Fault, Trap},
};
pub use clients::Clients;
use clients::Turn;
use conn::Conn;
pub use consensus::Consensus;
use consensus::Step;
pub use operators::Operators;
use operators::Part;
pub use runner::{Process, Runners};
use trace::describe;

/// What will happen.
#[derive(Clone, Debug)]
enum Happening {
    /// An event for a host's agent, if it is still at this start.
    Event { host: usize, start: u64, event: Event },
    /// A frame, or the end of a connection, arrives at one end of it.
    Arrival { conn: u64, end: usize, frame: Option<Frame> },
    /// A connection arrives at the host that was dialled.
    Connection { conn: u64 },
    /// A disk has synced.
    Synced { host: usize, start: u64, number: u64 },
    /// A stopped process runs again.
    Resume { host: usize },
    /// Something happens in consensus.
    Consensus(Step),
    /// It is a client's turn.
    Client(usize, Turn),
    /// Something happens to a process of a service, or its runner looks at it.
    Process { host: usize, number: u64, step: runner::Step },
    /// An operator may want something.
    Operator,
    /// A program that takes part in recovery does something.
    Program(usize, Part),
    /// A fault strikes that a trap has set off, unless the traps were taken away.
    Strike { fault: Fault },
}

/// What was sent, for V8.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Frames.
    pub frames: u64,
    /// Frames that are not heartbeats.
    pub messages: u64,
    /// Bytes, as [`World::weigh`] counts them.
    pub bytes: u64,
}

/// The world.
#[derive(Clone, Debug)]
pub struct World {
    /// The time.
    pub time: Time,
    /// The hosts.
    pub hosts: Vec<Host>,
    /// The networks.
    pub network: Network,
    /// All chance.
    pub dice: Dice,
    /// The checkers.
    pub check: Checkers,
    /// What each host has sent.
    pub traffic: Vec<Traffic>,
    /// How many bytes a frame has on the wire; nothing is counted without.
    pub weigh: Option<fn(&Frame) -> u64>,
    /// Lines of a readable trace, when one is wanted.
    pub trace: Option<Vec<String>>,
    /// The model of the consensus library.
    pub consensus: Consensus,
    /// Those who use the agents.
    pub clients: Clients,
    /// Those who define services.
    pub operators: Operators,
    /// What runs services.
    pub runners: Runners,
    /// When consensus goes on by itself.
    ticked: Time,
    tune: Tune,
    seeds: Vec<usize>,
    traps: Vec<Trap>,
    /// The same, for the next start of a service.
    ambushes: Vec<Trap>,
    /// Whether faults that traps have set off are left out.
    disarmed: bool,
    queue: BinaryHeap<Reverse<(Time, u64, usize)>>,
    /// What will happen, at the places that the queue tells; places that are free again.
    happenings: Vec<Option<Happening>>,
    free: Vec<usize>,
    next: u64,
    conns: BTreeMap<u64, Conn>,
    next_conn: u64,
}

impl World {
    /// A world of `hosts` hosts whose agents do not run yet. Each agent is told the addresses of the hosts in `seeds`.
    #[must_use]
    pub fn new(seed: u64, hosts: usize, network: Network, tune: Tune) -> Self {
        let mut dice = Dice::new(seed);
        let rate = |dice: &mut Dice| 0.99 + dice.below(2001) as f64 / 100_000.0;
        Self {
            time: Time::ZERO,
            hosts: (0..hosts).map(|number| Host::new(number, rate(&mut dice))).collect(),
            network,
            check: Checkers::new(hosts),
            traffic: vec![Traffic::default(); hosts],
            weigh: None,
            trace: None,
            consensus: Consensus::new(seed, hosts),
            clients: Clients::new(seed),
            operators: Operators::new(seed),
            runners: Runners::new(seed, hosts),
            ticked: Time::ZERO,
            tune,
            seeds: (0..hosts.min(3)).collect(),
            traps: Vec::new(),
            ambushes: Vec::new(),
            disarmed: false,
            queue: BinaryHeap::new(),
            happenings: Vec::new(),
            free: Vec::new(),
            next: 0,
            conns: BTreeMap::new(),
            next_conn: 0,
            dice,
        }
    }

    /// Writes a line into the trace.
    pub fn say(&mut self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.trace {
            trace.push(format!("{:>14?}  {}", self.time, line()));
        }
    }

    fn schedule(&mut self, at: Time, happening: Happening) {
        self.next += 1;
        let place = self.free.pop().unwrap_or_else(|| {
            self.happenings.push(None);
            self.happenings.len() - 1
        });
        self.happenings[place] = Some(happening);
        self.queue.push(Reverse((at.max(self.time), self.next, place)));
    }

    /// Lets everything happen up to `until`, or until a checker finds a violation.
    pub fn run_until(&mut self, until: Time) {
        while let Some(Reverse((at, _, place))) = self.queue.peek().copied() {
            if at > until || self.check.violation().is_some() {
                break;
            }
            self.queue.pop();
            self.time = at;
            self.free.push(place);
            if let Some(happening) = self.happenings[place].take() {
                self.happen(happening);
            }
        }
        self.time = self.time.max(until);
    }

    /// Lets `span` pass.
    pub fn run_for(&mut self, span: Duration) {
        self.run_until(self.time + span);
    }

    /// Lets time pass until `done`, looking every 50 ms; gives up after `limit`. Returns whether it came true.
    pub fn run_while(&mut self, limit: Duration, done: impl Fn(&Self) -> bool) -> bool {
        let end = self.time + limit;
        while !done(self) {
            if self.time >= end || self.check.violation().is_some() {
                return false;
            }
            self.run_for(Duration::from_millis(50));
        }
        true
    }

    fn happen(&mut self, happening: Happening) {
        match happening {
            Happening::Event { host, start, event } => {
                if self.hosts[host].identity.boot.count == start {
                    self.handle(host, event);
                }
            }
            Happening::Arrival { conn, end, frame } => self.arrive(conn, end, frame),
            Happening::Connection { conn } => self.connect(conn),
            Happening::Synced { host, start, number } => {
                if self.hosts[host].identity.boot.count == start && self.hosts[host].disk.sync(number) {
                    self.handle(host, Event::Persisted { number });
                }
            }
            Happening::Resume { host } => self.resume(host),
            Happening::Consensus(step) => self.consent(step),
            Happening::Client(client, turn) => self.client(client, turn),
            Happening::Process { host, number, step } => self.process(host, number, step),
            Happening::Operator => self.operator(),
            Happening::Program(program, part) => self.take_part(program, part),
            Happening::Strike { fault } => {
                if !self.disarmed {
                    fault.apply(self);
                }
            }
        }
    }

    fn handle(&mut self, host: usize, event: Event) {
        if self.hosts[host].node.is_none() {
            return;
        }
        if let Some((_, waiting)) = &mut self.hosts[host].paused {
            waiting.push(event);
            return;
        }
        let effects = self.hosts[host].handle(self.time, event);
        for effect in effects {
            self.carry_out(host, effect);
        }
        self.check.after(self.time, &self.hosts[host]);
        self.check.quorum(self.time, &self.hosts);
        if self.operators.active {
            self.renew_rights(host);
            self.check.recovery(self.time, host, &self.hosts, &self.operators);
        }
    }

    fn carry_out(&mut self, host: usize, effect: Effect) {
        match effect {
            Effect::Dial { conn, address } => self.dial(host, conn, &address),
            Effect::Send { conn, frame } => self.send(host, conn, Some(frame)),
            Effect::Close { conn } => self.close(host, conn),
            Effect::Arm { timer, at } => self.arm(host, timer, self.hosts[host].when(at)),
            Effect::Persist { number, durable } => self.persist(host, number, durable),
            Effect::Publish(publication) => self.publish(host, publication),
            Effect::Note(note) => self.note(host, &note),
            Effect::Consensus(order) => self.order(host, order),
            Effect::Coordinated { ticket, reply, .. } => self.reply(ticket, reply),
            Effect::Process(order) => self.run_service(host, order),
            Effect::Call { id, call } => self.call(host, id, &call),
            Effect::Directed { outcome, .. } => self.say(|| format!("n{host} follows: {outcome:?}")),
            Effect::Reply { .. } | Effect::Serve { .. } | Effect::Answered { .. } => {}
            Effect::Departed { confirmed } => {
                self.say(|| format!("n{host} departed, confirmed: {confirmed}"));
                self.stop(host);
            }
        }
    }

    /// A write begins, and whatever was waiting for it.
    fn persist(&mut self, host: usize, number: u64, durable: Durable) {
        let (least, most) = self.hosts[host].sync;
        self.hosts[host].disk.write(number, durable);
        let mut span = self.dice.span(least, most);
        while let Some(at) = self.traps.iter().position(|trap| trap.host == host) {
            let trap = self.traps.swap_remove(at);
            span += trap.write;
            self.schedule(self.time + trap.wait, Happening::Strike { fault: *trap.fault });
        }
        let start = self.hosts[host].identity.boot.count;
        self.schedule(self.time + span, Happening::Synced { host, start, number });
    }

    /// Sets a trap for the next write of its host.
    pub fn set_trap(&mut self, trap: Trap) {
        self.traps.push(trap);
    }

    /// Sets one for the next start of a service on its host.
    pub fn lie_in_wait(&mut self, trap: Trap) {
        self.ambushes.push(trap);
    }

    /// A service starts on a host: what lay in wait for that strikes.
    fn ambush(&mut self, host: usize) {
        while let Some(at) = self.ambushes.iter().position(|trap| trap.host == host) {
            let trap = self.ambushes.swap_remove(at);
            self.schedule(self.time + trap.wait, Happening::Strike { fault: *trap.fault });
        }
    }

    /// Takes all traps away; those that have been set off and did not strike yet will not while it stays so.
    pub fn disarm(&mut self, disarmed: bool) {
        self.traps.clear();
        self.ambushes.clear();
        self.disarmed = disarmed;
    }

    fn arm(&mut self, host: usize, timer: Timer, at: Time) {
        let start = self.hosts[host].identity.boot.count;
        self.schedule(at, Happening::Event { host, start, event: Event::Timer(timer) });
    }

    fn publish(&mut self, host: usize, publication: Publication) {
        if !matches!(publication, Publication::NodeChanged { .. }) {
            self.say(|| format!("n{host} {}", describe(&publication)));
        }
        self.check.published(self.time, host, &self.hosts, &publication);
    }

    fn note(&mut self, host: usize, note: &Note) {
        if let Note::Delivered { peer, session, seq } = note {
            return self.check.delivered(self.time, &self.hosts[host].identity, peer, *session, *seq);
        }
        self.say(|| format!("n{host} {note:?}"));
    }

    /// Starts a host's agent.
    pub fn start(&mut self, host: usize) {
        if self.hosts[host].node.is_some() {
            return;
        }
        self.say(|| format!("n{host} starts"));
        self.kill_all(host);
        let seed = self.dice.number();
        self.hosts[host].start(self.time, self.network.networks, self.tune, seed);
        self.check.started(host, &self.hosts[host].identity);
        self.programs_join(host);
        self.handle(host, Event::Start);
        self.seat(host);
        let networks = self.network.networks;
        let seeds = self.seeds.iter().flat_map(|&seed| (0..networks).map(move |network| host::address(seed, network)));
        self.discover(host, seeds.collect());
    }

    fn discover(&mut self, host: usize, addresses: Vec<Address>) {
        self.handle(host, Event::Discovered { source: "static".to_owned(), addresses });
    }

    /// The agents that run are told that nobody is to be found any more: from here on they find again only whom they
    /// remember. Agents that start later are told of the seeds as ever.
    pub fn withdraw_seeds(&mut self) {
        self.say(|| "the seeds are WITHDRAWN".to_owned());
        (0..self.hosts.len()).for_each(|host| self.discover(host, Vec::new()));
    }

    /// The hosts whose addresses agents are told at their start.
    #[must_use]
    pub fn seeds(&self) -> &[usize] {
        &self.seeds
    }

    /// Starts all agents that do not run.
    pub fn start_all(&mut self) {
        (0..self.hosts.len()).for_each(|host| self.start(host));
    }

    /// The agent ends, and its connections with it; the disk stays as it is. A machine that is suspended wakes up for that.
    fn stop(&mut self, host: usize) {
        self.hosts[host].node = None;
        self.hosts[host].paused = None;
        if std::mem::take(&mut self.hosts[host].suspended) {
            self.wake_runner(host);
        }
        self.orphan(host);
        for id in self.hosts[host].conns.keys().copied().collect::<Vec<_>>() {
            self.close(host, id);
        }
    }

    /// The machine loses power.
    pub fn power_off(&mut self, host: usize) {
        self.kill_all(host);
        self.crash(host);
    }

    /// kill -9: what was not synced may be lost all the same, as if it were a power cut.
    pub fn crash(&mut self, host: usize) {
        if self.hosts[host].node.is_some() {
            self.say(|| format!("n{host} CRASHES"));
            self.hosts[host].disk.crash(&mut self.dice);
            self.stop(host);
        }
    }

    /// The agent is asked to leave.
    pub fn leave(&mut self, host: usize) {
        self.say(|| format!("n{host} is asked to leave"));
        self.handle(host, Event::Command(quorate_core::Command::Leave));
    }

    /// SIGSTOP for a while; or the whole machine is suspended, and with it every clock that stands still then.
    pub fn pause(&mut self, host: usize, span: Duration, suspended: bool) {
        if self.hosts[host].node.is_some() && self.hosts[host].paused.is_none() {
            let how = if suspended { "SUSPENDED" } else { "PAUSED" };
            self.say(|| format!("n{host} is {how} for {span:?}"));
            self.hosts[host].suspended = suspended;
            self.hosts[host].paused = Some((self.time + span, Vec::new()));
            self.schedule(self.time + span, Happening::Resume { host });
        }
    }

    fn resume(&mut self, host: usize) {
        if self.hosts[host].paused.as_ref().is_none_or(|(until, _)| *until > self.time) {
            return;
        }
        self.say(|| format!("n{host} runs again"));
        let (_, waiting) = self.hosts[host].paused.take().unwrap_or_default();
        if std::mem::take(&mut self.hosts[host].suspended) {
            self.wake_runner(host);
        }
        for event in waiting {
            self.handle(host, event);
        }
    }

    /// Everything on the networks is as good as it was; what waited goes on.
    pub fn heal(&mut self) {
        self.say(|| "the networks HEAL".to_owned());
        self.network.heal();
        self.flush();
    }

    /// Whether all of these hosts, and nobody else, are in one stable view.
    #[must_use]
    pub fn agree(&self, hosts: &[usize]) -> bool {
        let mut id = None;
        hosts.iter().all(|&host| {
            let Some(node) = &self.hosts[host].node else { return false };
            let status = node.view();
            let stable = status.state == quorate_core::status::ViewState::Stable;
            let Some(view) = status.view.filter(|view| stable && view.members.len() == hosts.len()) else {
                return false;
            };
            *id.get_or_insert(view.id.clone()) == view.id && view.contains(&self.hosts[host].identity)
        })
    }

    /// Whether all whose agents run know the newest report of each other.
    #[must_use]
    pub fn share_news(&self) -> bool {
        let nodes = || self.hosts.iter().filter_map(|host| Some((&host.identity.name, host.node.as_ref()?)));
        nodes().all(|(name, node)| {
            let newest = node.newest_report(name);
            nodes().all(|(_, other)| other.newest_report(name) == newest)
        })
    }

    /// The hosts whose agents run.
    #[must_use]
    pub fn running(&self) -> Vec<usize> {
        (0..self.hosts.len()).filter(|&host| self.hosts[host].node.is_some()).collect()
    }
}
