//! The world: hosts, networks, time, and the queue of what will happen.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, VecDeque},
};

use quorate_core::{
    Effect, Event, Note, Publication, Timer,
    types::{Address, ConnId, Duration, Loss},
    wire::Frame,
};

use crate::{
    check::Checkers,
    dice::Dice,
    host::{self, Host, Time, Tune},
    network::{Fate, Network},
};

/// How long a host tries to connect before it gives up.
const CONNECT: Duration = Duration::from_secs(1);

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
}

/// One connection: its dialling end is end 0.
#[derive(Clone, Debug)]
struct Conn {
    hosts: [usize; 2],
    starts: [u64; 2],
    ids: [Option<ConnId>; 2],
    network: usize,
    open: [bool; 2],
    /// Stream order: nothing arrives at an end before this.
    arrived: [Time; 2],
    /// What waits at an end for the way to heal.
    stalled: [VecDeque<Option<Frame>>; 2],
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
    tune: Tune,
    seeds: Vec<usize>,
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
            tune,
            seeds: (0..hosts.min(3)).collect(),
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
    }

    fn carry_out(&mut self, host: usize, effect: Effect) {
        match effect {
            Effect::Dial { conn, address } => self.dial(host, conn, &address),
            Effect::Send { conn, frame } => self.send(host, conn, Some(frame)),
            Effect::Close { conn } => self.close(host, conn),
            Effect::Arm { timer, at } => self.arm(host, timer, self.hosts[host].when(at)),
            Effect::Persist { number, durable } => {
                let (least, most) = self.hosts[host].sync;
                self.hosts[host].disk.write(number, durable);
                let at = self.time + self.dice.span(least, most);
                let start = self.hosts[host].identity.boot.count;
                self.schedule(at, Happening::Synced { host, start, number });
            }
            Effect::Publish(publication) => self.publish(host, publication),
            Effect::Note(note) => self.note(host, &note),
            Effect::Reply { .. } => {}
            Effect::Departed { confirmed } => {
                self.say(|| format!("n{host} departed, confirmed: {confirmed}"));
                self.stop(host);
            }
        }
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

    fn dial(&mut self, host: usize, id: ConnId, address: &Address) {
        let start = self.hosts[host].identity.boot.count;
        let fail = |world: &mut Self, after: Duration, loss: Loss| {
            let event = Event::DialFailed { conn: id, loss };
            world.schedule(world.time + after, Happening::Event { host, start, event });
        };
        let Some((to, network)) = host::parse(address).filter(|(to, _)| *to < self.hosts.len()) else {
            return fail(self, Duration::ZERO, Loss::Unreachable);
        };
        let there = self.network.fate(host, to, network, &mut self.dice);
        let back = self.network.fate(to, host, network, &mut self.dice);
        let (Fate::Arrives(there), Fate::Arrives(_)) = (there, back) else {
            return fail(self, CONNECT, Loss::Unreachable);
        };
        if there >= CONNECT {
            return fail(self, CONNECT, Loss::Unreachable);
        }
        self.next_conn += 1;
        let conn = self.next_conn;
        self.hosts[host].conns.insert(id, conn);
        self.conns.insert(
            conn,
            Conn {
                hosts: [host, to],
                starts: [start, 0],
                ids: [Some(id), None],
                network,
                open: [true, false],
                arrived: [self.time; 2],
                stalled: Default::default(),
            },
        );
        self.schedule(self.time + there, Happening::Connection { conn });
    }

    fn connect(&mut self, number: u64) {
        let Some(conn) = self.conns.get(&number).cloned() else { return };
        let ([from, to], start, id) = (conn.hosts, conn.starts[0], conn.ids[0]);
        let Some(id) = id else { return };
        let back = self.time + self.network.way(to, from, conn.network).delay;
        if self.hosts[to].node.is_none() {
            self.conns.remove(&number);
            let event = Event::DialFailed { conn: id, loss: Loss::Refused };
            return self.schedule(back, Happening::Event { host: from, start, event });
        }
        let accepted = self.hosts[to].accept(number);
        if let Some(conn) = self.conns.get_mut(&number) {
            conn.ids[1] = Some(accepted);
            conn.starts[1] = self.hosts[to].identity.boot.count;
            conn.open[1] = true;
        }
        self.schedule(back, Happening::Event { host: from, start, event: Event::Connected { conn: id } });
        let network = host::network_name(conn.network);
        self.handle(to, Event::Accepted { conn: accepted, network, remote: host::address(from, conn.network) });
    }

    /// Sends a frame, or the end of the connection.
    fn send(&mut self, host: usize, id: ConnId, frame: Option<Frame>) {
        if let Some(frame) = &frame {
            self.traffic[host].frames += 1;
            self.traffic[host].messages += u64::from(!matches!(frame, Frame::Beat(_)));
            self.traffic[host].bytes += self.weigh.map_or(0, |weigh| weigh(frame));
        }
        let Some(&number) = self.hosts[host].conns.get(&id) else { return };
        let Some(conn) = self.conns.get(&number) else { return };
        let from = usize::from(conn.ids[0] != Some(id) || conn.hosts[0] != host);
        let (to_host, network, ended) = (conn.hosts[1 - from], conn.network, frame.is_none());
        let copies = 1 + usize::from(self.network.datagrams && !ended && self.dice.chance(self.network.doubled));
        for _ in 0..copies {
            let fate = self.network.fate(host, to_host, network, &mut self.dice);
            let ordered = !self.network.datagrams || ended;
            let Some(conn) = self.conns.get_mut(&number) else { return };
            match fate {
                Fate::Lost if !ended => {}
                Fate::Lost | Fate::Stalled => conn.stalled[1 - from].push_back(frame.clone()),
                Fate::Arrives(_) if ordered && !conn.stalled[1 - from].is_empty() => {
                    conn.stalled[1 - from].push_back(frame.clone());
                }
                Fate::Arrives(delay) => {
                    let mut at = self.time + delay;
                    if ordered {
                        at = at.max(conn.arrived[1 - from]);
                        conn.arrived[1 - from] = at;
                    }
                    self.schedule(at, Happening::Arrival { conn: number, end: 1 - from, frame: frame.clone() });
                }
            }
        }
    }

    fn arrive(&mut self, number: u64, end: usize, frame: Option<Frame>) {
        let Some(conn) = self.conns.get_mut(&number) else { return };
        if !conn.open[end] {
            return;
        }
        let (host, start, id) = (conn.hosts[end], conn.starts[end], conn.ids[end]);
        let Some(id) = id.filter(|_| self.hosts[host].identity.boot.count == start) else { return };
        match frame {
            Some(frame) => self.handle(host, Event::Frame { conn: id, frame }),
            None => {
                conn.open[end] = false;
                if conn.open == [false, false] {
                    self.conns.remove(&number);
                }
                self.hosts[host].conns.remove(&id);
                self.handle(host, Event::Closed { conn: id, loss: Loss::Reset });
            }
        }
    }

    fn close(&mut self, host: usize, id: ConnId) {
        self.send(host, id, None);
        let Some(number) = self.hosts[host].conns.remove(&id) else { return };
        let Some(conn) = self.conns.get_mut(&number) else { return };
        let end = usize::from(conn.ids[0] != Some(id) || conn.hosts[0] != host);
        conn.open[end] = false;
        if conn.open == [false, false] {
            self.conns.remove(&number);
        }
    }

    /// Starts a host's agent.
    pub fn start(&mut self, host: usize) {
        if self.hosts[host].node.is_some() {
            return;
        }
        self.say(|| format!("n{host} starts"));
        let seed = self.dice.number();
        self.hosts[host].start(self.time, self.network.networks, self.tune, seed);
        self.check.started(host, &self.hosts[host].identity);
        self.handle(host, Event::Start);
        let networks = self.network.networks;
        let seeds = self.seeds.iter().flat_map(|&seed| (0..networks).map(move |network| host::address(seed, network)));
        let event = Event::Discovered { source: "static".to_owned(), addresses: seeds.collect() };
        self.handle(host, event);
    }

    /// Starts all agents that do not run.
    pub fn start_all(&mut self) {
        (0..self.hosts.len()).for_each(|host| self.start(host));
    }

    /// The agent ends, and its connections with it; the disk stays as it is.
    fn stop(&mut self, host: usize) {
        self.hosts[host].node = None;
        self.hosts[host].paused = None;
        for id in self.hosts[host].conns.keys().copied().collect::<Vec<_>>() {
            self.close(host, id);
        }
    }

    /// kill -9, or a power cut: what was not synced may be lost.
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

    /// SIGSTOP for a while.
    pub fn pause(&mut self, host: usize, span: Duration) {
        if self.hosts[host].node.is_some() && self.hosts[host].paused.is_none() {
            self.say(|| format!("n{host} is PAUSED for {span:?}"));
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

    /// After a change of the networks: what waited for a way that is open again goes on.
    pub fn flush(&mut self) {
        let numbers: Vec<u64> = self.conns.keys().copied().collect();
        for number in numbers {
            for end in [0, 1] {
                let Some(conn) = self.conns.get_mut(&number) else { continue };
                let (from, to) = (conn.hosts[1 - end], conn.hosts[end]);
                if self.network.way(from, to, conn.network).cut {
                    continue;
                }
                let at = (self.time + self.network.way(from, to, conn.network).delay).max(conn.arrived[end]);
                conn.arrived[end] = at;
                for frame in std::mem::take(&mut conn.stalled[end]) {
                    self.schedule(at, Happening::Arrival { conn: number, end, frame });
                }
            }
        }
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

    /// The hosts whose agents run.
    #[must_use]
    pub fn running(&self) -> Vec<usize> {
        (0..self.hosts.len()).filter(|&host| self.hosts[host].node.is_some()).collect()
    }
}

fn describe(publication: &Publication) -> String {
    match publication {
        Publication::TransitionStarted { left, controller, summary } => {
            let left = left.as_ref().map_or("nothing".to_owned(), ToString::to_string);
            let controller = controller.as_ref().map_or("?", |name| name.as_str());
            format!("leaves {left} for {controller}: {summary}")
        }
        Publication::View { view, missed, installed } => {
            let members: Vec<_> = view.members.iter().map(|member| format!("{:?}", member.identity)).collect();
            let how = match (installed, missed) {
                (true, _) => "INSTALLS",
                (false, true) => "learns of (missed)",
                (false, false) => "learns of",
            };
            format!("{how} {} {{{}}}", view.id, members.join(" "))
        }
        Publication::Stable { id, .. } => format!("knows that {id} is stable"),
        Publication::NodeChanged { name } => format!("sees a change of {name}"),
    }
}
