//! Clients: programs with a session that take locks, bind names and meet at barriers, at whatever agent answers.
//!
//! A client has a clock of its own, by which it knows until when it may act. It is told what became of a request by the
//! agent it asked, as long as that one lives; otherwise it asks another one, with the same id.

use std::{collections::BTreeMap, sync::Arc};

use quorate_core::{
    Command, Event,
    coordination::{End, Patience, Reply},
    types::{Duration, Instant, Path, Secret, SessionId},
    wire::{Act, Answer, Claim, Denial, Departure, Done, Mode, NameKind, Opening, Parties, Plan, Request},
};

use super::{Happening, World};
use crate::{
    check::{Belief, PARTIES},
    dice::Dice,
    host,
};

/// How long a client waits for an answer before it asks another agent.
const PATIENCE: Duration = Duration::from_secs(3);

/// All clients of a run.
#[derive(Clone, Debug)]
pub struct Clients {
    all: Vec<Client>,
    dice: Dice,
    /// Who waits for a reply to each request; each has a ticket of its own.
    tickets: BTreeMap<u64, (usize, Asked)>,
    next: u64,
    /// They begin nothing new.
    resting: bool,
}

#[derive(Clone, Debug)]
struct Client {
    host: usize,
    rate: f64,
    session: Option<Live>,
    /// What it has asked and not been told: one thing at a time, beside keeping its session alive.
    errand: Option<Errand>,
    /// Until when it keeps what it holds.
    until: Instant,
    /// Until when it reaches nobody, and nobody reaches it.
    away: Instant,
    turn: u64,
}

#[derive(Clone, Debug)]
struct Live {
    id: SessionId,
    secret: Secret,
    ttl: Duration,
    /// Until when it may act.
    deadline: Instant,
    renewed: Instant,
}

#[derive(Clone, Debug)]
struct Errand {
    ticket: u64,
    act: Act,
    id: Arc<str>,
    since: Instant,
}

/// What was asked, and when by the client's clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Asked {
    Renewal(Instant, SessionId),
    Errand(Instant, Option<SessionId>),
}

/// What happens to a client.
#[derive(Clone, Debug)]
pub(super) enum Turn {
    /// It does something.
    Act,
    /// It is told something.
    Told(u64, Reply),
}

impl Clients {
    /// Nobody yet.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let dice = Dice::new(seed ^ 0xc11e_0715);
        Self { all: Vec::new(), dice, tickets: BTreeMap::new(), next: 0, resting: false }
    }

    /// How many wait for something.
    #[must_use]
    pub fn busy(&self) -> usize {
        self.all.iter().filter(|client| client.errand.is_some()).count()
    }
}

fn path(text: &str) -> Path {
    Path::new(text).unwrap_or_else(|error| panic!("{error}"))
}

impl World {
    /// So many clients begin.
    pub fn employ(&mut self, count: usize) {
        for number in 0..count {
            let rate = 0.99 + self.clients.dice.below(2001) as f64 / 100_000.0;
            let host = self.clients.dice.below(self.hosts.len());
            let (session, errand, until, away) = (None, None, Instant::ZERO, Instant::ZERO);
            self.clients.all.push(Client { host, rate, session, errand, until, away, turn: 0 });
            self.turn(number);
        }
    }

    /// Clients begin nothing new, and end what they have.
    pub fn rest(&mut self) {
        self.clients.resting = true;
    }

    fn turn(&mut self, client: usize) {
        let pause = self.clients.dice.span(Duration::from_millis(20), Duration::from_millis(400));
        self.schedule(self.time + pause, Happening::Client(client, Turn::Act));
    }

    /// The time by a client's clock.
    fn client_time(&self, client: usize) -> Instant {
        Instant::from_nanos((self.time.as_nanos() as f64 * self.clients.all[client].rate) as u64)
    }

    pub(super) fn client(&mut self, client: usize, turn: Turn) {
        match turn {
            Turn::Act => {
                self.act(client);
                self.turn(client);
            }
            Turn::Told(ticket, reply) => self.told(client, ticket, reply),
        }
    }

    /// An agent replies to a request.
    pub(super) fn reply(&mut self, ticket: u64, reply: Reply) {
        if let Some((client, _)) = self.clients.tickets.get(&ticket) {
            let (client, way) = (*client, self.clients.dice.span(Duration::from_micros(20), Duration::from_millis(2)));
            self.schedule(self.time + way, Happening::Client(client, Turn::Told(ticket, reply)));
        }
    }

    fn act(&mut self, number: usize) {
        let now = self.client_time(number);
        if self.is_away(number) {
            return;
        }
        let expired = |live: &Live| live.deadline + live.ttl * 3 < now;
        if self.clients.all[number].session.as_ref().is_some_and(expired) && self.clients.dice.chance(0.2) {
            // Nothing was heard for long: it begins anew.
            self.lose_session(number);
        }
        self.give_up(number, now);
        if self.clients.resting {
            self.let_go(number, now);
        }
        let client = &self.clients.all[number];
        if let Some(live) = &client.session
            && now.since(live.renewed) > live.ttl / 3
        {
            self.renew(number, now);
        }
        let client = &self.clients.all[number];
        if client.errand.is_some() {
            return;
        }
        if let Some(act) = self.next_act(number, now) {
            let turn = &mut self.clients.all[number].turn;
            *turn += 1;
            let id: Arc<str> = format!("c{number}-{turn}").into();
            self.errand(number, act, id, now);
        }
    }

    /// Who waits for others waits no more, for they may have gone.
    fn let_go(&mut self, number: usize, now: Instant) {
        let waits = |errand: &mut Errand| !matches!(errand.act, Act::Close | Act::Open(_) | Act::Release { .. });
        let client = &mut self.clients.all[number];
        if let Some(errand) = client.errand.take_if(waits) {
            self.clients.tickets.remove(&errand.ticket);
            let host = client.host;
            self.handle(host, Event::Command(Command::Forget { ticket: errand.ticket }));
            let id: Arc<str> = format!("{}-close", errand.id).into();
            self.errand(number, Act::Close, id, now);
        }
    }

    /// What has waited for too long is asked of another agent, with the same id.
    fn give_up(&mut self, number: usize, now: Instant) {
        let client = &mut self.clients.all[number];
        let down = self.hosts[client.host].node.is_none();
        let late = |errand: &Errand| now.since(errand.since) > PATIENCE;
        if down || client.errand.as_ref().is_some_and(late) {
            let old = client.host;
            client.host = self.clients.dice.below(self.hosts.len());
            if let Some(errand) = client.errand.take() {
                self.clients.tickets.remove(&errand.ticket);
                self.handle(old, Event::Command(Command::Forget { ticket: errand.ticket }));
                self.errand(number, errand.act, errand.id, now);
            }
        }
    }

    fn renew(&mut self, number: usize, now: Instant) {
        let Some(live) = &mut self.clients.all[number].session else { return };
        live.renewed = now;
        let asked = Asked::Renewal(now, live.id);
        self.ask(number, Act::Renew, None, Patience::Answer, asked);
    }

    fn errand(&mut self, number: usize, act: Act, id: Arc<str>, now: Instant) {
        if matches!(act, Act::Release { .. } | Act::Close) {
            self.check.doubts(number);
        }
        let patience = if matches!(act, Act::Acquire(_)) { Patience::Lost } else { Patience::Granted };
        let session = self.clients.all[number].session.as_ref().map(|live| live.id);
        let asked = Asked::Errand(now, session);
        let ticket = self.ask(number, act.clone(), Some(id.clone()), patience, asked);
        // The agent may have answered within the call.
        self.clients.all[number].errand = Some(Errand { ticket, act, id, since: now });
    }

    fn ask(&mut self, number: usize, act: Act, id: Option<Arc<str>>, patience: Patience, asked: Asked) -> u64 {
        self.clients.next += 1;
        let ticket = self.clients.next;
        self.clients.tickets.insert(ticket, (number, asked));
        let client = &self.clients.all[number];
        let session = client.session.as_ref().map(|live| (live.id, live.secret));
        let (host, request) = (client.host, Request { session, id, act });
        self.handle(host, Event::Command(Command::Coordinate { ticket, request, patience }));
        ticket
    }

    /// What a client does next.
    fn next_act(&mut self, number: usize, now: Instant) -> Option<Act> {
        let holds = self.check.belief(number).cloned();
        let client = &self.clients.all[number];
        let node = host::name(client.host);
        let Some(live) = &client.session else {
            let dice = &mut self.clients.dice;
            let ttl = *dice.pick(&[Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(6)]);
            let secret = Secret((u128::from(dice.number()) | 1).to_be_bytes());
            let group = if dice.chance(0.5) { "group".into() } else { "".into() };
            let client = format!("client{number}").into();
            let opening = Opening { ttl, secret, label: "sim".into(), group, client, node, member: None };
            return (!self.clients.resting).then_some(Act::Open(opening));
        };
        let (may_act, until) = (now < live.deadline, client.until);
        if let Some(belief) = holds {
            let token = Some(belief.token);
            return (now > until && may_act).then_some(Act::Release { path: belief.path, kind: NameKind::Lock, token });
        }
        if self.clients.resting {
            return Some(Act::Close);
        }
        let dice = &mut self.clients.dice;
        let name = path(&format!("name{}", dice.below(4)));
        Some(match dice.below(100) {
            0..40 => Act::Acquire(self.claim()),
            40..52 => {
                let value = dice.number().to_be_bytes().as_slice().into();
                Act::Bind { path: name, value, shared: false, expected: None }
            }
            52..60 => Act::Unbind { path: name, expected: None },
            60..90 => {
                let (barrier, double) = *dice.pick(&[("single", false), ("double", true), ("patient", false)]);
                let departure = if barrier == "patient" { Departure::Wait } else { Departure::Abort };
                let deadline = (barrier == "single").then_some(Duration::from_secs(4));
                let plan = Plan { parties: Parties::Count(PARTIES), double, departure, deadline };
                Act::Enter { path: path(barrier), plan, node }
            }
            90..94 => Act::Leave { path: path("double") },
            94..96 => Act::Abort { path: path("single"), reason: "for a reason".into() },
            96..98 => Act::Close,
            _ => {
                // It dies without a word, and another one comes in its place.
                self.lose_session(number);
                return None;
            }
        })
    }

    fn claim(&mut self) -> Claim {
        let dice = &mut self.clients.dice;
        let (name, mode) = match dice.below(10) {
            0..6 => (format!("lock{}", dice.below(2)), Mode::Exclusive),
            6..8 => ("lock0".to_owned(), Mode::Shared),
            _ => ("pool".to_owned(), Mode::Counted(2)),
        };
        let delay = if dice.chance(0.3) { Duration::from_secs(1) } else { Duration::ZERO };
        let wait = dice.chance(0.8);
        Claim { path: path(&name), kind: NameKind::Lock, mode, value: (*b"sim").as_slice().into(), wait, delay }
    }

    fn lose_session(&mut self, number: usize) {
        self.check.doubts(number);
        let client = &mut self.clients.all[number];
        client.session = None;
        if let Some(errand) = client.errand.take() {
            self.clients.tickets.remove(&errand.ticket);
        }
    }

    fn is_away(&self, number: usize) -> bool {
        self.client_time(number) < self.clients.all[number].away
    }

    fn told(&mut self, number: usize, ticket: u64, reply: Reply) {
        if self.is_away(number) {
            // It is lost on the way.
            return;
        }
        let Some((_, asked)) = self.clients.tickets.get(&ticket).copied() else { return };
        match reply {
            Reply::Answer(answer) => self.answered(number, ticket, asked, answer),
            Reply::Lost(end) => {
                self.clients.tickets.remove(&ticket);
                let current = self.clients.all[number].session.as_ref().map(|live| live.id);
                if matches!(asked, Asked::Errand(_, session) if session != current) {
                    return;
                }
                self.say(|| format!("client {number} is told that it lost what it held: {end:?}"));
                if end == End::Expired {
                    self.expect_over(number);
                }
                self.check.doubts(number);
            }
        }
    }

    /// S1: a session is not over before its client knows that it may be.
    fn expect_over(&mut self, number: usize) {
        let (now, client) = (self.client_time(number), &self.clients.all[number]);
        let closes = client.errand.as_ref().is_some_and(|errand| errand.act == Act::Close);
        if let Some(live) = client.session.as_ref().filter(|_| !closes)
            && now < live.deadline
        {
            let what = format!("client {number} is told that its session {:?} is over, before its time", live.id);
            self.check.fail(self.time, "S1", what);
        }
    }

    fn answered(&mut self, number: usize, ticket: u64, asked: Asked, answer: Answer) {
        let Answer { outcome, .. } = answer;
        match asked {
            Asked::Renewal(sent, session) => {
                self.clients.tickets.remove(&ticket);
                if self.clients.all[number].session.as_ref().is_none_or(|live| live.id != session) {
                    return;
                }
                match outcome {
                    Ok(Done::Renewed { ttl }) => self.renewed(number, sent + ttl),
                    Ok(_) | Err(Denial::Uncertain | Denial::Limit { .. }) => {}
                    Err(denial) => self.denied(number, &denial),
                }
            }
            Asked::Errand(sent, _) => {
                let Some(errand) = self.clients.all[number].errand.take_if(|errand| errand.ticket == ticket) else {
                    self.clients.tickets.remove(&ticket);
                    return;
                };
                self.say(|| format!("client {number}: {:?} is answered {outcome:?}", errand.act));
                let keeps = matches!((&outcome, &errand.act), (Ok(Done::Held { .. }), Act::Acquire(_)));
                if !keeps {
                    self.clients.tickets.remove(&ticket);
                }
                match outcome {
                    Ok(done) => self.done(number, sent, &errand.act, &done),
                    Err(Denial::Uncertain) => {
                        let now = self.client_time(number);
                        self.errand(number, errand.act, errand.id, now);
                    }
                    Err(denial) => {
                        self.silent_loss(number, &errand.act, &denial);
                        self.denied(number, &denial);
                    }
                }
            }
        }
    }

    fn renewed(&mut self, number: usize, deadline: Instant) {
        let Some(live) = &mut self.clients.all[number].session else { return };
        live.deadline = live.deadline.max(deadline);
        if let Some(belief) = self.check.belief(number).cloned() {
            let acts = self.acting();
            self.check.believes(self.time, number, belief, |other| acts[other]);
        }
    }

    /// Which clients believe that they may act.
    fn acting(&self) -> Vec<bool> {
        let acts = |(number, client): (usize, &Client)| {
            client.session.as_ref().is_some_and(|live| self.client_time(number) < live.deadline)
        };
        self.clients.all.iter().enumerate().map(acts).collect()
    }

    fn done(&mut self, number: usize, sent: Instant, act: &Act, done: &Done) {
        match (act, done) {
            (Act::Open(_), Done::Opened { session, secret, ttl }) => {
                let live = Live { id: *session, secret: *secret, ttl: *ttl, deadline: sent + *ttl, renewed: sent };
                self.clients.all[number].session = Some(live);
            }
            (Act::Close, _) => self.lose_session(number),
            (Act::Acquire(claim), Done::Held { token }) => {
                let keep = self.clients.dice.span(Duration::from_millis(20), Duration::from_millis(1500));
                let away = self.clients.dice.span(Duration::from_secs(1), Duration::from_secs(8));
                let goes = self.clients.dice.chance(0.1);
                let now = self.client_time(number);
                let client = &mut self.clients.all[number];
                client.until = now + keep;
                if goes {
                    client.away = now + away;
                }
                // An agent that was stopped may tell of a grant when the session is over long since.
                let Some(live) = client.session.as_ref().filter(|live| now < live.deadline) else { return };
                let (path, mode) = (claim.path.clone(), claim.mode);
                let belief = Belief { path, session: live.id, mode, token: *token };
                let acts = self.acting();
                self.check.granted(self.time, number, belief, |other| acts[other]);
            }
            _ => {}
        }
    }

    /// S2: what was granted is there as long as the session is.
    fn silent_loss(&mut self, number: usize, act: &Act, denial: &Denial) {
        if let (Act::Release { path, .. }, Denial::NotHeld) = (act, denial) {
            let what = format!("client {number} held {path}, and does no more, though its session lives");
            self.check.fail(self.time, "S2", what);
        }
    }

    fn denied(&mut self, number: usize, denial: &Denial) {
        match denial {
            Denial::SessionEnded => self.expect_over(number),
            Denial::SessionLost => {}
            Denial::UnknownSession | Denial::WrongSecret | Denial::NoSession | Denial::OtherRequest => {
                let what = format!("client {number} is refused as {denial:?}");
                return self.check.fail(self.time, "S2", what);
            }
            _ => return,
        }
        self.lose_session(number);
    }
}
