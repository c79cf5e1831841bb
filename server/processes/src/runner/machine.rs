//! The loop: one input after the other, and what is due before each of them.

use std::{
    fs::File,
    io,
    sync::mpsc::{Receiver, SyncSender},
    time::Duration,
};

use super::{
    QUEUE,
    agent::Agent,
    children::{Children, Next},
    complain,
    ending::Ending,
    freezing::Frozen,
    input::Input,
    job::Job,
    log::Log,
    spawn::Spawner,
    timer::Timer,
};
use crate::{
    end::{End, Why},
    event::{Event, Exit, Notice},
    facts::Facts,
    launch::{Launch, Refusal},
    moment::{Moment, Right},
    process::{ProcessId, Stat, below},
    program::Lapse,
    snapshot::Snapshot,
    wire::{Order, Report, VERSION},
};

/// How long a runner waits for somebody to hear that nothing is left.
pub(super) const LINGER: Duration = Duration::from_secs(10);
/// Walks in a row while there is still somebody new, or who runs.
pub(super) const WALKS: u32 = 8;
/// How long the last words may take to be written.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Where an instance stands.
///
/// ```text
///   Starting --exit 0 of a task--> Clearing --nothing left--> Up
///      |  \--exit 0 of a start command----------------------> Up      (a daemon is up at once)
///      +--------- any of them: stop, lapse, orphaned, exit ---------> Ending --nothing left--> Gone --Bye, 10 s--> Left
/// ```
pub(super) enum Phase {
    /// A task or a start command runs.
    Starting,
    /// A task is done; what it left behind is killed, next at this moment.
    Clearing(Moment),
    /// A daemon runs, a task is done, or what commands manage is there.
    Up,
    Ending(Ending),
    /// Nothing is left; the runner stays until then.
    Gone(Box<End>, Moment),
    /// The runner's work is done.
    Left,
}

/// What a runner is made of.
pub(super) struct Parts {
    pub launch: Launch,
    pub spawner: Spawner,
    pub log: Log,
    pub children: Children,
    pub timer: Timer,
    pub lock: File,
    pub sender: SyncSender<Input>,
    pub inputs: Receiver<Input>,
}

/// The runner.
pub(super) struct Machine {
    pub(super) launch: Launch,
    pub(super) spawner: Spawner,
    pub(super) log: Option<Log>,
    pub(super) children: Children,
    timer: Timer,
    _lock: File,
    pub(super) sender: SyncSender<Input>,
    inputs: Receiver<Input>,
    pub(super) facts: Facts,
    pub(super) phase: Phase,
    pub(super) job: Option<Job>,
    pub(super) agent: Agent,
    pub(super) right: Right,
    pub(super) lapsed: bool,
    pub(super) frozen: Option<Frozen>,
    pub(super) ready: bool,
    pub(super) exit: Option<Exit>,
    /// Whether the stop command has something to undo.
    pub(super) undo: bool,
    /// When the monitor command is to run next.
    pub(super) look_at: Option<Moment>,
    /// When the watchdog's silence will have been too long.
    pub(super) silent_at: Option<Moment>,
    status: Option<String>,
}

impl Machine {
    pub(super) fn new(parts: Parts) -> io::Result<Self> {
        let Parts { launch, spawner, log, children, timer, lock, sender, inputs } = parts;
        let facts = Facts::new(&launch)?;
        Ok(Self {
            right: launch.right,
            launch,
            spawner,
            log: Some(log),
            children,
            timer,
            _lock: lock,
            sender,
            inputs,
            facts,
            phase: Phase::Starting,
            job: None,
            agent: Agent::expected(),
            lapsed: false,
            frozen: None,
            ready: false,
            exit: None,
            undo: true,
            look_at: None,
            silent_at: None,
            status: None,
        })
    }

    pub(super) fn id(&self) -> ProcessId {
        self.facts.runner
    }

    /// Writes down who this is, starts the program, and writes down who that is.
    pub(super) fn start(mut self) -> Result<Self, Refusal> {
        let system = |why: io::Error| Refusal::System(why.to_string());
        self.spawner.folder().write_facts(&self.facts).map_err(system)?;
        // Whoever launched this may have been late, or suspended.
        if self.right.is_over(Moment::now()) {
            return Err(Refusal::RightOver);
        }
        self.start_program()?;
        self.facts.service = self.job.as_ref().and_then(|job| ProcessId::of(job.pid));
        // Should this fail, what was started is still found by its environment.
        if let Err(why) = self.spawner.folder().write_facts(&self.facts) {
            complain(format_args!("the facts cannot be written: {why}"));
        }
        Ok(self)
    }

    /// Works until nothing is left to be done.
    pub(super) fn run(mut self) {
        while !matches!(self.phase, Phase::Left) {
            if let Err(why) = self.timer.set(self.next()) {
                complain(format_args!("the timer cannot be set: {why}"));
            }
            let Ok(input) = self.inputs.recv() else { break };
            self.take(input);
            // What was said before somebody ended comes before the end: it may be the reason.
            for _ in 0..QUEUE {
                let Ok(input) = self.inputs.try_recv() else { break };
                self.take(input);
            }
            self.due(Moment::now());
            self.reap();
        }
        self.spawner.folder().close();
        if let Some(connection) = self.agent.take() {
            connection.finish(LAST_WORDS);
        }
    }

    fn take(&mut self, input: Input) {
        // First what is due: a right that was over while this process was suspended was over, whatever came since.
        self.due(Moment::now());
        match input {
            // Both only wake the loop: what is due and who has ended is looked at after every input.
            Input::Child | Input::Timer => {}
            Input::Connected(stream) => self.on_connected(stream),
            Input::Disconnected(number) => self.on_disconnected(number),
            Input::Order(number, order) if self.agent.is(number) => self.on_order(order),
            Input::Order(..) => {}
            Input::Notice(notice) => self.on_notice(notice),
            Input::Terminate => self.end(Why::Terminated, self.launch.program.stop_timeout),
        }
    }

    fn on_order(&mut self, order: Order) {
        match order {
            Order::Renew(right) => self.on_renewed(right),
            Order::Stop { timeout } => self.end(Why::Stopped, timeout.unwrap_or(self.launch.program.stop_timeout)),
            Order::Freeze => self.on_freeze(),
            Order::Thaw => self.on_thaw(),
            Order::Signal(signal) => self.send(signal),
            Order::Bye => {
                self.agent.bye = true;
                if matches!(self.phase, Phase::Gone(..)) {
                    self.phase = Phase::Left;
                }
            }
        }
    }

    fn on_notice(&mut self, notice: Notice) {
        if matches!(notice, Notice::Ready | Notice::Watchdog) {
            self.silent_at = self.launch.program.watchdog.map(|interval| Moment::now().after(interval));
        }
        if let Notice::Status(status) = &notice {
            self.status = Some(status.clone());
            if let Some(job) = &mut self.job {
                job.said = Some(status.clone());
            }
        }
        let is_first = notice == Notice::Ready && !self.ready;
        self.tell(Event::Notify(notice));
        if is_first {
            self.on_ready();
        }
    }

    /// Does what is due.
    fn due(&mut self, now: Moment) {
        let is_over = |moment: Option<Moment>| moment.is_some_and(|moment| moment <= now);
        if !self.lapsed && self.right.is_over(now) {
            self.on_lapsed();
        }
        if is_over(self.agent.missed_at) {
            self.on_missed();
        }
        if self.frozen.is_none() {
            if is_over(self.job.as_ref().and_then(|job| job.deadline)) {
                self.on_late_job();
            }
            if is_over(self.look_at) {
                self.look_at = None;
                self.look();
            }
            if let Some(silent) = self.launch.program.watchdog.filter(|_| is_over(self.silent_at)) {
                // Until it is heard of: an agent that comes later has to know, too.
                self.silent_at = Some(now.after(silent));
                self.tell(Event::Unhealthy { silent });
            }
        }
        if self.frozen.as_ref().is_some_and(|frozen| frozen.again_at <= now) {
            self.freeze();
        }
        match &self.phase {
            Phase::Clearing(at) if *at <= now => self.clear(),
            Phase::Ending(ending) if is_over(ending.next()) => self.go_on_ending(now),
            Phase::Gone(_, at) if *at <= now => self.phase = Phase::Left,
            _ => {}
        }
    }

    /// When something is due next.
    fn next(&self) -> Option<Moment> {
        let phase = match &self.phase {
            Phase::Clearing(at) | Phase::Gone(_, at) => Some(*at),
            Phase::Ending(ending) => ending.next(),
            Phase::Left => Some(Moment(0)),
            Phase::Starting | Phase::Up => None,
        };
        let right = self.right.end().filter(|_| !self.lapsed && !matches!(self.phase, Phase::Gone(..)));
        let work = match &self.frozen {
            Some(frozen) => [Some(frozen.again_at), None, None],
            None => [self.job.as_ref().and_then(|job| job.deadline), self.look_at, self.silent_at],
        };
        [phase, right, self.agent.missed_at].into_iter().chain(work).flatten().min()
    }

    /// Takes all children that have ended, and notices when none is left.
    pub(super) fn reap(&mut self) {
        loop {
            match self.children.next() {
                Next::Ended(pid, exit) => self.on_exit(pid, exit),
                Next::Running => return self.children.watch(),
                Next::None => return self.on_nothing_left(),
            }
        }
    }

    /// All processes of the instance; none when `/proc` cannot be read, which is tried again.
    pub(super) fn processes(&self) -> Vec<Stat> {
        below(self.facts.runner.pid).unwrap_or_else(|why| {
            complain(format_args!("/proc cannot be read: {why}"));
            Vec::new()
        })
    }

    /// Tells the agent, if there is one that listens.
    pub(super) fn tell(&mut self, event: Event) {
        let lossy = event.is_lossy();
        let Some(connection) = self.agent.connection() else { return };
        if !connection.say(&Report::Event(event)) && !lossy {
            // It would miss something that counts. When it connects anew it hears where the instance stands.
            let number = connection.number;
            self.on_disconnected(number);
        }
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        let (stopping, end) = match &self.phase {
            Phase::Ending(ending) => (Some(ending.why.clone()), None),
            Phase::Gone(end, _) => (Some(end.why.clone()), Some((**end).clone())),
            _ => (None, None),
        };
        Snapshot {
            version: VERSION,
            run: self.launch.run,
            runner: self.facts.runner,
            service: self.facts.service,
            ready: self.ready,
            status: self.status.clone(),
            frozen: self.frozen.as_ref().is_some_and(|frozen| frozen.told),
            lapsed: self.lapsed,
            stopping,
            exit: self.exit,
            end,
        }
    }

    fn on_lapsed(&mut self) {
        self.lapsed = true;
        if matches!(self.phase, Phase::Gone(..) | Phase::Left) {
            return;
        }
        self.tell(Event::Lapsed);
        let ending = matches!(self.phase, Phase::Ending(_));
        match self.launch.program.lapse {
            Lapse::CarryOn => {}
            // What is being ended cannot be frozen as well: then it ends sooner.
            Lapse::Freeze if !ending => self.freeze_for_lapse(),
            Lapse::Freeze | Lapse::Stop => self.end(Why::Lapsed, self.launch.program.loss_timeout),
        }
    }

    fn on_renewed(&mut self, right: Right) {
        self.right = right;
        if !right.is_over(Moment::now()) && self.lapsed {
            self.lapsed = false;
            self.thaw_after_lapse();
        }
    }
}
