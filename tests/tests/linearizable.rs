//! Names with compare-and-set, locks with tokens, and barriers, under clients at all agents, while agents are killed, frozen,
//! cut off and started anew: all that was answered can have come about one after the other (S1, S2, B1).
//!
//! `QUORATE_TEST_SECONDS=1800 cargo test -p quorate-tests --test linearizable -- --nocapture` does so for half an hour.

#![allow(clippy::unwrap_used)]

use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use fastrand::Rng;
use quorate::{
    Client, ClientOptions, Error, Reason, Session, SessionOptions,
    v1::{BarrierPlan, BindNameRequest, LockClaim, Token, barrier_plan::Parties},
};
use quorate_tests::{
    Cluster, Lab, Plan,
    history::{Answer, Ask, Meeting, Recorder, judge, linearize},
    seeded, wait_until,
};
use tokio::{
    task::spawn_blocking,
    time::{sleep, timeout},
};

/// Clients of names and locks.
const CLIENTS: usize = 6;
/// Those who only read, each at one agent.
const READERS: usize = 3;
/// Participants of the barrier.
const PARTIES: usize = 3;
/// Names, and locks, at a time: others after each fault, so that no history gets too long to search.
const NAMES: u64 = 2;
/// Of sessions: shorter than some faults.
const TTL: Duration = Duration::from_secs(2);
/// After that a participant goes away.
const MEETING: Duration = Duration::from_secs(5);

/// What all clients share.
struct Shared {
    recorder: Recorder,
    meetings: Mutex<Vec<Meeting>>,
    /// Rises before the state may be lost: generations begin anew then.
    era: AtomicU64,
    /// How many faults there were: part of all paths.
    round: AtomicU64,
    /// For each client of names and locks, the round before which it has nothing more to note.
    rounds: Vec<AtomicU64>,
    over: AtomicBool,
    counts: Mutex<BTreeMap<&'static str, usize>>,
}

impl Shared {
    fn count(&self, what: &'static str) {
        *self.counts.lock().unwrap().entry(what).or_default() += 1;
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }
}

/// How a call came out, as far as the history is concerned.
enum Came {
    Answered(Answer),
    /// Carried out or not.
    Unknown,
    /// The session is over. An attempt before the last one may have been carried out before that.
    SessionOver,
    /// Not carried out.
    Refused,
}

fn failed(error: &Error) -> Came {
    match error.reason() {
        _ if !matches!(error, Error::Refused(_)) => Came::Unknown,
        // Whether or not somebody has it: after a loss of the state, nobody is given anything for a while.
        Some(Reason::NameDelayed) => Came::Refused,
        Some(Reason::NameHeld) => Came::Answered(Answer::Busy),
        Some(Reason::NameChanged) => Came::Answered(Answer::Changed),
        Some(Reason::NameNotHeld) => Came::Answered(Answer::NotHeld),
        Some(Reason::SessionEnded | Reason::SessionLost | Reason::SessionUnknown) => Came::SessionOver,
        Some(Reason::OutcomeUnknown) => Came::Unknown,
        _ => Came::Refused,
    }
}

fn token(token: Option<Token>) -> (u64, u64) {
    let token = token.expect("a grant has a token");
    (token.epoch, token.counter)
}

/// A client of names and locks.
struct Worker {
    number: usize,
    round: u64,
    /// When it went on to that one.
    since: Duration,
    shared: Arc<Shared>,
    client: Client,
    rng: Rng,
    session: Option<Session>,
    /// When it was surely there.
    seen: Duration,
    /// What the session may have had, with the revisions of its bindings.
    revisions: BTreeMap<String, Option<u64>>,
    value: u32,
}

impl Worker {
    async fn run(mut self) {
        while !self.shared.is_over() {
            // As busy as the checker can take.
            sleep(Duration::from_millis(self.rng.u64(..8))).await;
            self.keep_up();
            let Some(session) = self.session().await else { continue };
            if self.rng.u8(..16) == 0 {
                self.end(session).await;
                continue;
            }
            let is_lock = self.rng.bool();
            let path = self.path(is_lock);
            let began = self.shared.recorder.now();
            let (ask, came) = match self.rng.u8(..5) {
                0 | 1 if is_lock => self.lock(&session, &path).await,
                0 | 1 => self.bind(&session, &path).await,
                2 => self.leave(&session, &path, is_lock).await,
                _ => (Ask::Read, self.read(&path, is_lock).await),
            };
            self.note(&path, ask, began, came, &session);
        }
    }

    fn path(&mut self, is_lock: bool) -> String {
        let kind = if is_lock { "locks" } else { "names" };
        format!("{}/{kind}/{}", self.round, self.rng.u64(..NAMES))
    }

    /// Goes on to the names of this round. It has done with those before once its session was surely there in this one: from
    /// then on it may lose them unnoticed.
    fn keep_up(&mut self) {
        let round = self.shared.round.load(Ordering::Relaxed);
        if std::mem::replace(&mut self.round, round) != round {
            self.since = self.shared.recorder.now();
        }
        let session = self.session.clone();
        if session.is_some() && self.seen < self.since {
            return;
        }
        let own = format!("{round}/");
        let (kept, past) =
            std::mem::take(&mut self.revisions).into_iter().partition(|(path, _)| path.starts_with(&own));
        self.revisions = past;
        if let Some(session) = session {
            self.ends(&session);
        }
        self.revisions = kept;
        self.shared.rounds[self.number].store(round, Ordering::Relaxed);
    }

    async fn session(&mut self) -> Option<Session> {
        if self.session.is_none() {
            let opened = self.client.open_session(SessionOptions::new().ttl(TTL)).await.ok();
            self.shared.count(if opened.is_some() { "session opened" } else { "session not opened" });
            (self.session, self.seen) = (opened, self.shared.recorder.now());
            self.revisions.clear();
        }
        self.session.clone()
    }

    /// The session is closed, or left to expire.
    async fn end(&mut self, session: Session) {
        self.session = None;
        self.ends(&session);
        if self.rng.bool() {
            let _ = session.close().await;
        }
        self.shared.count("session ended");
    }

    /// Since it was surely there last, it may be over: with the state, when all agents were killed.
    fn ends(&self, session: &Session) {
        for path in self.revisions.keys() {
            self.shared.recorder.note(path, Ask::End { session: session.id().to_owned() }, self.seen, None);
        }
    }

    fn note(&mut self, path: &str, ask: Ask, began: Duration, came: Came, session: &Session) {
        let recorder = &self.shared.recorder;
        match came {
            Came::Answered(answer) => {
                self.shared.count("answered");
                if ask != Ask::Read {
                    self.seen = began;
                }
                recorder.note(path, ask, began, Some(answer));
            }
            Came::Unknown if ask == Ask::Read => self.shared.count("read failed"),
            Came::Unknown => {
                self.shared.count("unknown");
                recorder.note(path, ask, began, None);
            }
            Came::SessionOver => {
                self.shared.count("session was over");
                if ask != Ask::Read {
                    recorder.note(path, ask, began, None);
                }
                self.ends(session);
                self.session = None;
            }
            Came::Refused => self.shared.count("refused"),
        }
    }

    async fn bind(&mut self, session: &Session, path: &str) -> (Ask, Came) {
        self.value += 1;
        let value = format!("{}/{}", session.id(), self.value).into_bytes();
        let known = *self.revisions.entry(path.to_owned()).or_default();
        let expected = self.rng.bool().then_some(known.unwrap_or(0));
        let request =
            BindNameRequest { path: path.into(), value: value.clone(), expected_revision: expected, ..<_>::default() };
        let came = match session.bind_name(request).await {
            Ok(bound) => {
                self.revisions.insert(path.to_owned(), Some(bound.modified_revision));
                Came::Answered(Answer::Taken { token: token(bound.token), revision: bound.modified_revision })
            }
            Err(error) => failed(&error),
        };
        (Ask::Take { session: session.id().to_owned(), value, expected }, came)
    }

    async fn lock(&mut self, session: &Session, path: &str) -> (Ask, Came) {
        self.revisions.entry(path.to_owned()).or_default();
        let claim = LockClaim { path: path.into(), no_wait: true, ..<_>::default() };
        let came = match session.acquire(claim).await {
            Ok(granted) => Came::Answered(Answer::Taken { token: token(granted.token), revision: 0 }),
            Err(error) => failed(&error),
        };
        (Ask::Take { session: session.id().to_owned(), value: Vec::new(), expected: None }, came)
    }

    async fn leave(&mut self, session: &Session, path: &str, is_lock: bool) -> (Ask, Came) {
        self.revisions.insert(path.to_owned(), None);
        let left = match is_lock {
            true => session.release(path).await.map(drop),
            false => session.unbind(path).await.map(drop),
        };
        let came = left.map_or_else(|error| failed(&error), |()| Came::Answered(Answer::Left));
        (Ask::Leave { session: session.id().to_owned() }, came)
    }

    /// Asks for what is as new as all that was answered before.
    async fn read(&self, path: &str, is_lock: bool) -> Came {
        let bindings = match is_lock {
            true => self.client.lock(path).await.map(|lock| lock.holders),
            false => self.client.name(path).await.map(|name| name.bindings),
        };
        match bindings {
            Ok(bindings) => {
                let held = bindings.into_iter().next().map(|held| (held.session_id, held.value));
                Came::Answered(Answer::Seen(held))
            }
            Err(_) => Came::Unknown,
        }
    }
}

/// Reads at one agent only, whatever becomes of that.
async fn watch_over(mut worker: Worker) {
    while !worker.shared.is_over() {
        worker.keep_up();
        let is_lock = worker.rng.bool();
        let path = worker.path(is_lock);
        let began = worker.shared.recorder.now();
        if let Came::Answered(answer) = worker.read(&path, is_lock).await {
            worker.shared.count("read at one agent");
            worker.shared.recorder.note(&path, Ask::Read, began, Some(answer));
        }
        // Few are enough.
        sleep(Duration::from_millis(worker.rng.u64(1..40))).await;
    }
}

/// Comes to the barrier again and again.
async fn meet(shared: Arc<Shared>, client: Client) {
    let mut kept = None;
    while !shared.is_over() {
        let Some(session) = kept.take().or(client.open_session(SessionOptions::new().ttl(TTL)).await.ok()) else {
            continue;
        };
        let path = format!("gate/{}", shared.era.load(Ordering::Relaxed));
        let plan = BarrierPlan { parties: Some(Parties::Count(PARTIES as u32)), ..<_>::default() };
        let came = shared.recorder.now();
        let entered = timeout(MEETING, session.enter_barrier(&path, plan)).await;
        let passed = match &entered {
            Ok(Ok(passed)) => Some((shared.recorder.now(), passed.generation)),
            // Nobody passed.
            Ok(Err(error)) if error.reason() == Some(&Reason::BarrierBroken) => {
                shared.count("barrier broken");
                kept = Some(session);
                continue;
            }
            Ok(Err(_)) | Err(_) => None,
        };
        shared.count(if passed.is_some() { "barrier passed" } else { "barrier: not told" });
        let id = session.id().to_owned();
        shared.meetings.lock().unwrap().push(Meeting { path, session: id, came, passed });
        // Who was not told goes away, and comes back as somebody else.
        if passed.is_some() {
            kept = Some(session);
        }
    }
}

/// What is done to the agents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    KillOne,
    KillLeader,
    KillTwo,
    KillAll,
    FreezeLeader,
    FreezeOne,
    CutLeader,
    CutOne,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Fault {
    const ALL: [Self; 8] = [
        Self::KillOne,
        Self::KillLeader,
        Self::KillTwo,
        Self::KillAll,
        Self::FreezeLeader,
        Self::FreezeOne,
        Self::CutLeader,
        Self::CutOne,
    ];

    /// Does it, for `time`, and mends it.
    async fn befall(self, cluster: &mut Cluster, shared: &Shared, rng: &mut Rng, time: Duration) {
        let names = ["n1", "n2", "n3"];
        let leader = cluster.holder().await;
        let one = (*rng.choice(&names).unwrap()).to_owned();
        let victim = if matches!(self, Self::KillLeader | Self::FreezeLeader | Self::CutLeader) { leader } else { one };
        let number = names.iter().position(|name| *name == victim).unwrap() + 1;
        match self {
            Self::KillOne | Self::KillLeader | Self::KillTwo | Self::KillAll => {
                let spared = match self {
                    Self::KillAll => 0,
                    Self::KillTwo => 1,
                    _ => 2,
                };
                let mut killed = names.to_vec();
                killed.rotate_left(number - 1);
                killed.truncate(3 - spared);
                if killed.len() > 1 {
                    shared.era.fetch_add(1, Ordering::Relaxed);
                }
                killed.iter().for_each(|name| cluster.agent_mut(name).kill_dash_nine());
                sleep(time).await;
                killed.iter().for_each(|name| cluster.agent_mut(name).restart());
            }
            Self::FreezeLeader | Self::FreezeOne => {
                cluster.agent(&victim).sigstop();
                sleep(time).await;
                cluster.agent(&victim).sigcont();
            }
            Self::CutLeader | Self::CutOne => {
                cluster.lab().cut_off(number);
                sleep(time).await;
                cluster.lab().reconnect(number);
            }
        }
        cluster.quorum_all().await;
    }
}

/// Of how many names the calls were found to fit.
#[derive(Debug, Default)]
struct Searched {
    names: usize,
    /// Calls of one name at most.
    longest: usize,
}

impl Searched {
    /// Looks at all names of the rounds before `round`, while the clients go on.
    async fn of(&mut self, shared: &Shared, round: u64) {
        let calls = shared.recorder.take(|path| {
            let (of, _) = path.split_once('/').expect("a path begins with its round");
            of.parse::<u64>().expect("rounds are counted") < round
        });
        self.names += calls.len();
        self.longest = calls.values().map(Vec::len).fold(self.longest, usize::max);
        let search = move || {
            for (path, calls) in &calls {
                linearize(calls).unwrap_or_else(|why| panic!("{path}: {why}"));
            }
        };
        spawn_blocking(search).await.expect("all that was answered can have come about one after the other");
    }
}

#[tokio::test]
async fn all_that_was_answered_can_have_come_about_one_after_the_other() {
    let (_, mut rng) = seeded("faults");
    let seconds = std::env::var("QUORATE_TEST_SECONDS").map_or(20, |text| text.parse().expect("a number of seconds"));
    let plan = Plan::inside(Lab::new(3, 1)).quorate().flags(&[
        "--damping-min",
        "1s",
        "--damping-max",
        "2s",
        "--redial-max",
        "1s",
    ]);
    let mut cluster = plan.start();
    cluster.quorum_all().await;
    let shared = Arc::new(Shared {
        recorder: Recorder::default(),
        meetings: Mutex::default(),
        era: AtomicU64::new(0),
        round: AtomicU64::new(0),
        rounds: (0..CLIENTS + READERS).map(|_| AtomicU64::new(0)).collect(),
        over: AtomicBool::new(false),
        counts: Mutex::default(),
    });
    let client = |endpoints: Vec<String>| {
        Client::new(ClientOptions::new(endpoints).call_timeout(Duration::from_secs(3))).unwrap()
    };
    let names = ["n1", "n2", "n3"];
    let mut worker = |number: usize, endpoints: Vec<String>| {
        let (shared, rng, client) = (Arc::clone(&shared), rng.fork(), client(endpoints));
        let (seen, revisions) = (Duration::ZERO, BTreeMap::new());
        Worker {
            number,
            round: 0,
            since: Duration::ZERO,
            shared,
            client,
            rng,
            session: None,
            seen,
            revisions,
            value: 0,
        }
    };
    let mut clients: Vec<_> =
        (0..CLIENTS).map(|number| tokio::spawn(worker(number, cluster.endpoints(names[number % 3])).run())).collect();
    clients.extend((0..READERS).map(|number| {
        let agent = cluster.agent(names[number]).api().to_owned();
        tokio::spawn(watch_over(worker(CLIENTS + number, vec![agent])))
    }));
    clients.extend(
        (0..PARTIES)
            .map(|number| tokio::spawn(meet(Arc::clone(&shared), client(cluster.endpoints(names[number % 3]))))),
    );

    let (start, mut faults, mut searched) = (Instant::now(), BTreeMap::<Fault, usize>::new(), Searched::default());
    while start.elapsed() < Duration::from_secs(seconds) {
        let fault = *rng.choice(&Fault::ALL).unwrap();
        shared.round.fetch_add(1, Ordering::Relaxed);
        *faults.entry(fault).or_default() += 1;
        let time = Duration::from_millis(rng.u64(200..2500));
        fault.befall(&mut cluster, &shared, &mut rng, time).await;
        let passed = shared.counts.lock().unwrap().get("answered").copied().unwrap_or(0);
        wait_until("clients go on", async || {
            shared.counts.lock().unwrap().get("answered").is_some_and(|now| *now > passed + 20)
        })
        .await;
        let past = shared.rounds.iter().map(|round| round.load(Ordering::Relaxed)).min();
        searched.of(&shared, past.unwrap_or(0)).await;
    }
    shared.over.store(true, Ordering::Relaxed);
    for client in clients {
        client.await.unwrap();
    }

    searched.of(&shared, u64::MAX).await;

    let meetings = shared.meetings.lock().unwrap();
    println!("{:?}: faults {faults:?}; clients {:?}", start.elapsed(), shared.counts.lock().unwrap());
    println!("{} names, {} calls of one at most", searched.names, searched.longest);
    println!("{} generations passed", judge(&meetings, PARTIES).unwrap_or_else(|why| panic!("B1: {why}")));
}
