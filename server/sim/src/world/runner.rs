//! What runs services on a host: it outlives the agent, and ends what the agent does not speak up for in time.
//!
//! ```text
//!   started --ready--> ready        started, ready --exits--> gone
//!   any --told to end, agent gone, right over--> ending --in time, or killed--> gone
//!   any --right over, if it freezes--> frozen --right back, told to--> any        frozen --told to end--> gone
//! ```
//!
//! The agent says, whenever it does anything, until when each run may go on. When that is over the runner acts by itself: it
//! ends the process, which is killed when `loss_timeout` is over too, or freezes it. A frozen process that is to end is
//! killed without going on. A machine that is suspended runs nothing. When it wakes up the runner's time may be over long
//! since; then it acts at once, but the process may do something for up to [`STUN`].

use std::sync::Arc;

use quorate_core::{
    Event,
    recovery::{ProcessFact, ProcessFactKind, ProcessOrder, Service, WithoutQuorum},
    types::{Duration, Instant, Slot},
};

use super::{Happening, World};
use crate::{check::Launch, dice::Dice};

/// For how long a process may work after its machine woke up, though its time is over.
const STUN: Duration = Duration::from_millis(50);
/// How long a kill takes at most.
const KILL: Duration = Duration::from_millis(20);

/// All runners and their processes.
#[derive(Clone, Debug)]
pub struct Runners {
    seed: u64,
    dice: Dice,
    /// The processes of each host.
    all: Vec<Vec<Process>>,
    next: u64,
    /// Nothing fails any more that can do well.
    tame: bool,
    /// How many were started.
    pub launched: u64,
}

/// One process.
#[derive(Clone, Debug)]
pub struct Process {
    number: u64,
    /// Of which start of the agent it is.
    start: u64,
    run: u64,
    /// Which instance.
    pub slot: Slot,
    /// Of which service.
    pub service: Arc<Service>,
    /// It has said that it is ready.
    pub ready: bool,
    /// It is stopped by a signal.
    pub frozen: bool,
    /// The runner did that by itself.
    lapsed: bool,
    ending: bool,
    /// Its machine has woken up too late: it is about to be dealt with.
    stunned: bool,
    /// Until when it may go on, by the host's clock.
    until: Option<Instant>,
    /// When it is killed.
    killed: Option<Instant>,
    /// The runner is to look at it when its time is over.
    watched: bool,
}

/// What happens to a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Ready,
    Unwell,
    Exit,
    /// Its time may be over.
    Look,
    /// It is dealt with, after its machine woke up.
    Deal,
}

/// How the program of a service behaves on a host.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Nature {
    Good,
    /// It takes about as long as it may to be ready.
    Slow,
    Hangs,
    Exits,
    /// It ends by itself now and then.
    Flaky,
}

impl Runners {
    /// Runners with nothing to run.
    #[must_use]
    pub fn new(seed: u64, hosts: usize) -> Self {
        let dice = Dice::new(seed ^ 0x12_0055);
        Self { seed, dice, all: vec![Vec::new(); hosts], next: 0, tame: false, launched: 0 }
    }

    /// The processes of a host.
    #[must_use]
    pub fn of(&self, host: usize) -> &[Process] {
        &self.all[host]
    }

    /// From here on nothing fails that can do well.
    pub fn tame(&mut self) {
        self.tame = true;
    }

    fn nature(&self, service: &Service, host: usize) -> Nature {
        let name = service
            .name
            .as_str()
            .bytes()
            .fold(self.seed, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3));
        let mut dice = Dice::new(name ^ service.version);
        let nature = match dice.below(24) {
            0 => Nature::Hangs,
            1 => Nature::Exits,
            2 if dice.below(4) == host => Nature::Hangs,
            3 | 4 if dice.below(4) == host => Nature::Exits,
            5..9 => Nature::Flaky,
            9..12 => Nature::Slow,
            _ => Nature::Good,
        };
        if self.tame && matches!(nature, Nature::Flaky | Nature::Slow) { Nature::Good } else { nature }
    }
}

impl World {
    /// The agent of a host wants something done with a process.
    pub(super) fn run_service(&mut self, host: usize, order: ProcessOrder) {
        self.say(|| format!("n{host} {}", brief(&order)));
        match order {
            ProcessOrder::Launch { slot, run, service, level, token, epoch, .. } => {
                let launch = Launch { host, slot: slot.clone(), service: service.clone(), level, token, epoch };
                self.launch(launch, run);
                self.ambush(host);
            }
            ProcessOrder::Stop { slot, run, within } => {
                let now = self.hosts[host].now(self.time).at;
                if let Some(at) = self.find(host, &slot, run) {
                    self.end_process(host, at, now + within);
                }
            }
            ProcessOrder::Freeze { slot, run } => {
                if let Some(at) = self.find(host, &slot, run) {
                    let process = &mut self.runners.all[host][at];
                    (process.frozen, process.lapsed) = (true, false);
                }
            }
            ProcessOrder::Thaw { slot, run } => {
                if let Some(at) = self.find(host, &slot, run) {
                    self.thaw(host, at);
                }
            }
            ProcessOrder::Signal { .. } => {}
        }
    }

    fn find(&self, host: usize, slot: &Slot, run: u64) -> Option<usize> {
        let start = self.hosts[host].identity.boot.count;
        let own = |process: &Process| process.slot == *slot && process.run == run && process.start == start;
        self.runners.all[host].iter().position(own)
    }

    fn launch(&mut self, launch: Launch, run: u64) {
        let Launch { host, slot, service, .. } = launch.clone();
        if self.runners.all[host].iter().any(|process| process.slot == slot) {
            let what = format!("n{host} starts {slot} while its process of an earlier run is there");
            return self.check.fail(self.time, "process", what);
        }
        let ms = Duration::from_millis;
        let nature = self.runners.nature(&service, host);
        let limit = service.start_timeout;
        self.runners.next += 1;
        self.runners.launched += 1;
        let number = self.runners.next;
        let start = self.hosts[host].identity.boot.count;
        let process = Process {
            number,
            start,
            run,
            slot: slot.clone(),
            service,
            ready: false,
            frozen: false,
            lapsed: false,
            ending: false,
            stunned: false,
            until: None,
            killed: None,
            watched: false,
        };
        self.runners.all[host].push(process);
        let dice = &mut self.runners.dice;
        let soon = dice.span(ms(5), ms(300)).min(limit / 2);
        let steps = match nature {
            Nature::Good => vec![(soon, Step::Ready)],
            Nature::Slow => vec![(dice.span(ms(100), limit + limit / 8), Step::Ready)],
            Nature::Hangs => vec![],
            Nature::Exits => vec![(dice.span(ms(5), ms(400)), Step::Exit)],
            Nature::Flaky if dice.chance(0.6) => vec![(soon, Step::Ready)],
            Nature::Flaky => {
                let step = if dice.chance(0.3) { Step::Unwell } else { Step::Exit };
                vec![(soon, Step::Ready), (dice.span(ms(1), ms(6000)), step)]
            }
        };
        for (after, step) in steps {
            self.schedule(self.time + after, Happening::Process { host, number, step });
        }
        self.check.recovered.launch(launch);
        self.check_single(host, &slot);
    }

    /// A process is told to end, and is killed at `at` by the host's clock.
    fn end_process(&mut self, host: usize, at: usize, killed: Instant) {
        let now = self.hosts[host].now(self.time).at;
        let within = killed.since(now);
        let dice = &mut self.runners.dice;
        let takes = match dice.below(10) {
            0..6 => dice.span(Duration::ZERO, Duration::from_millis(80)),
            6..8 => dice.span(Duration::ZERO, within.max(Duration::from_nanos(1))),
            // It takes no notice.
            _ => within + KILL,
        };
        let process = &mut self.runners.all[host][at];
        if process.frozen {
            return self.gone(host, at, "killed while frozen");
        }
        process.ending = true;
        let killed = process.killed.map_or(killed, |before| before.min(killed));
        process.killed = Some(killed);
        let number = process.number;
        if takes < within {
            self.schedule(self.time + takes, Happening::Process { host, number, step: Step::Exit });
        }
        let due = self.hosts[host].when(killed);
        self.schedule(due, Happening::Process { host, number, step: Step::Look });
    }

    fn thaw(&mut self, host: usize, at: usize) {
        let process = &mut self.runners.all[host][at];
        (process.frozen, process.lapsed) = (false, false);
        let slot = process.slot.clone();
        self.say(|| format!("n{host}: {slot} goes on"));
        self.check_single(host, &slot);
    }

    pub(super) fn process(&mut self, host: usize, number: u64, step: Step) {
        let Some(at) = self.runners.all[host].iter().position(|process| process.number == number) else { return };
        if let Some((until, _)) = &self.hosts[host].paused
            && self.hosts[host].suspended
        {
            let until = *until;
            return self.schedule(until, Happening::Process { host, number, step });
        }
        let process = &mut self.runners.all[host][at];
        match step {
            Step::Ready | Step::Unwell | Step::Exit if process.frozen => {
                let later = self.time + Duration::from_millis(200);
                self.schedule(later, Happening::Process { host, number, step });
            }
            Step::Ready if !process.ending => {
                process.ready = true;
                let (slot, version) = (process.slot.clone(), process.service.version);
                self.check.recovered.said_ready(host, &slot, version);
                self.tell_process(host, at, ProcessFactKind::Ready);
            }
            Step::Unwell if !process.ending && !self.runners.tame => {
                self.tell_process(host, at, ProcessFactKind::Unwell("it does not answer".to_owned()));
            }
            Step::Ready | Step::Unwell => {}
            Step::Exit if self.runners.tame && !process.ending && process.ready => {}
            Step::Exit => self.gone(host, at, "ended"),
            Step::Look => self.look(host, at),
            Step::Deal => self.deal(host, at),
        }
    }

    /// Looks whether the time of a process is over.
    fn look(&mut self, host: usize, at: usize) {
        let now = self.hosts[host].now(self.time).at;
        let process = &mut self.runners.all[host][at];
        let number = process.number;
        if process.killed.is_some_and(|killed| killed <= now) {
            return self.gone(host, at, "killed");
        }
        process.watched = false;
        if process.frozen {
            return;
        }
        let Some(until) = process.until else { return };
        if until > now {
            process.watched = true;
            let due = self.hosts[host].when(until);
            return self.schedule(due, Happening::Process { host, number, step: Step::Look });
        }
        self.lapse(host, at, until);
    }

    /// The right of a process to run is over, and was not renewed.
    fn lapse(&mut self, host: usize, at: usize, until: Instant) {
        let process = &mut self.runners.all[host][at];
        let slot = process.slot.clone();
        let killed = until + process.service.loss_timeout;
        if process.killed.is_some_and(|before| before <= killed) {
            return;
        }
        if process.service.without_quorum == WithoutQuorum::Freeze && !process.ending {
            (process.frozen, process.lapsed) = (true, true);
            self.say(|| format!("n{host}'s runner freezes {slot}"));
        } else {
            self.say(|| format!("n{host}'s runner ends {slot}"));
            self.end_process(host, at, killed);
        }
    }

    fn deal(&mut self, host: usize, at: usize) {
        let process = &mut self.runners.all[host][at];
        process.stunned = false;
        if process.service.without_quorum == WithoutQuorum::Freeze && !process.ending {
            (process.frozen, process.lapsed) = (true, true);
        } else {
            self.gone(host, at, "killed");
        }
    }

    fn gone(&mut self, host: usize, at: usize, why: &str) {
        self.tell_process(host, at, ProcessFactKind::Gone(why.to_owned()));
        let process = self.runners.all[host].remove(at);
        self.say(|| format!("n{host}: {} of run {} is gone: {why}", process.slot, process.run));
    }

    /// The agent that started it hears what happened, if it is there.
    fn tell_process(&mut self, host: usize, at: usize, kind: ProcessFactKind) {
        let process = &self.runners.all[host][at];
        let (start, slot, run) = (process.start, process.slot.clone(), process.run);
        let event = Event::Process(ProcessFact { slot, run, kind });
        // What is told comes in order.
        let after = Duration::from_micros(500);
        self.schedule(self.time + after, Happening::Event { host, start, event });
    }

    /// The agent has done something: it says until when its processes may go on.
    pub(super) fn renew_rights(&mut self, host: usize) {
        if self.runners.all[host].is_empty() {
            return;
        }
        let now = self.hosts[host].now(self.time).at;
        let Some(node) = &self.hosts[host].node else { return };
        let start = self.hosts[host].identity.boot.count;
        let mut back = Vec::new();
        let mut looks = Vec::new();
        for (slot, run, until) in node.recovers().rights() {
            let own = |process: &Process| process.run == run && process.slot == *slot && process.start == start;
            let Some(at) = self.runners.all[host].iter().position(own) else { continue };
            let process = &mut self.runners.all[host][at];
            process.until = until;
            if process.lapsed && until.is_none_or(|until| until > now) {
                back.push(at);
            }
            if let Some(until) = until.filter(|_| !process.watched && !process.frozen) {
                process.watched = true;
                looks.push((process.number, until));
            }
        }
        for (number, until) in looks {
            let due = self.hosts[host].when(until);
            self.schedule(due, Happening::Process { host, number, step: Step::Look });
        }
        for at in back {
            self.thaw(host, at);
            let process = &mut self.runners.all[host][at];
            process.watched = true;
            let number = process.number;
            self.schedule(self.time, Happening::Process { host, number, step: Step::Look });
        }
    }

    /// The agent of a host is gone: what it started ends.
    pub(super) fn orphan(&mut self, host: usize) {
        let now = self.hosts[host].now(self.time).at;
        let numbers: Vec<u64> = self.runners.all[host].iter().map(|process| process.number).collect();
        for number in numbers {
            let Some(at) = self.runners.all[host].iter().position(|process| process.number == number) else { continue };
            let within = self.runners.all[host][at].service.loss_timeout;
            self.end_process(host, at, now + within);
        }
    }

    /// A machine loses power, or all that is left of an earlier agent's is killed before the next one starts.
    pub(super) fn kill_all(&mut self, host: usize) {
        self.runners.all[host].clear();
    }

    /// A machine wakes up: its runner acts at once.
    pub(super) fn wake_runner(&mut self, host: usize) {
        let now = self.hosts[host].now(self.time).at;
        let over = |time: Option<Instant>| time.is_some_and(|time| time <= now);
        let mut slots = Vec::new();
        for at in 0..self.runners.all[host].len() {
            let process = &mut self.runners.all[host][at];
            let number = process.number;
            let lost = process.until.map(|until| until + process.service.loss_timeout);
            let freezes = process.service.without_quorum == WithoutQuorum::Freeze;
            if process.frozen {
                continue;
            }
            if over(process.killed) || over(lost) || freezes && over(process.until) {
                process.stunned = true;
                let works = self.runners.dice.span(Duration::ZERO, STUN);
                self.schedule(self.time + works, Happening::Process { host, number, step: Step::Deal });
            } else {
                slots.push(process.slot.clone());
                self.schedule(self.time, Happening::Process { host, number, step: Step::Look });
            }
        }
        for slot in slots {
            self.check_single(host, &slot);
        }
    }

    /// Whether a process works. Of one whose machine woke up too late, what it does until the runner has dealt with it does
    /// not count: nothing but its fencing token keeps that off.
    fn works(&self, host: usize, process: &Process) -> bool {
        !process.frozen && !process.stunned && !self.hosts[host].suspended
    }

    /// Something of a single instance works here from now on: nothing of it does anywhere else.
    fn check_single(&mut self, host: usize, slot: &Slot) {
        let works = |host: usize| {
            let mut own = self.runners.all[host].iter();
            own.find(|process| process.slot == *slot && process.service.is_exclusive() && self.works(host, process))
        };
        if works(host).is_none() {
            return;
        }
        if let Some(other) = (0..self.hosts.len()).find(|&other| other != host && works(other).is_some()) {
            let what = format!("{slot} works on n{host} and on n{other}");
            self.check.fail(self.time, "S1", what);
        }
    }
}

fn brief(order: &ProcessOrder) -> String {
    match order {
        ProcessOrder::Launch { slot, run, service, level, token, epoch, .. } => {
            let version = service.version;
            format!("STARTS {slot}, run {run}, version {version}, level {level}, token {token:?}, epoch {epoch}")
        }
        ProcessOrder::Stop { slot, run, within } => format!("ends {slot}, run {run}, within {within:?}"),
        ProcessOrder::Freeze { slot, run } => format!("freezes {slot}, run {run}"),
        ProcessOrder::Thaw { slot, run } => format!("thaws {slot}, run {run}"),
        ProcessOrder::Signal { slot, run } => format!("signals {slot}, run {run}"),
    }
}
