//! Checkers of sessions, names and barriers: of what agents publish, which must be one history (S2, E1, B1), and of what
//! clients believe (S1).

use std::collections::{BTreeMap, BTreeSet};

use quorate_core::{
    coordination::{
        News, Update, What,
        state::{BarrierStep, End},
    },
    types::{Epoch, Instant, Now, Path, Revision, SessionId, Token, WallTime},
    wire::Mode,
};

use super::Checkers;
use crate::host::{Host, Time};

/// What is known of coordination in a run.
#[derive(Clone, Debug, Default)]
pub struct Coordinated {
    /// What each revision changed, as it was published first.
    log: BTreeMap<(Epoch, Revision), Vec<News>>,
    /// Where the stream of each host stands.
    places: BTreeMap<usize, (Epoch, Revision)>,
    /// The states that ever began, each with how often each host had started by then.
    origins: BTreeMap<Epoch, Vec<u64>>,
    /// Who is at each generation of a barrier, and how it ended.
    generations: BTreeMap<(Epoch, Path, u64), Generation>,
    /// The highest token of each exclusive name, and whose it was.
    tokens: BTreeMap<Path, (Token, SessionId)>,
    /// What clients believe to hold.
    beliefs: BTreeMap<usize, Belief>,
    /// How much was seen, to know that something was.
    pub seen: Seen,
}

/// How much was seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// Things that changed.
    pub news: u64,
    /// Locks granted to clients.
    pub grants: u64,
    /// Barriers passed.
    pub passed: u64,
    /// Sessions that expired.
    pub expired: u64,
    /// Times that the state was lost.
    pub lost: u64,
    /// Readers that resumed.
    pub resumed: u64,
}

#[derive(Clone, Debug, Default)]
struct Generation {
    arrived: BTreeSet<SessionId>,
    released: bool,
    aborted: bool,
}

/// A client believes to hold a lock.
#[derive(Clone, Debug)]
pub struct Belief {
    /// Which.
    pub path: Path,
    /// Its session.
    pub session: SessionId,
    /// How.
    pub mode: Mode,
    /// The token it was given.
    pub token: Token,
}

/// A reader of what changed, which goes from agent to agent.
#[derive(Clone, Debug, Default)]
pub struct Follower {
    cursor: Option<(Epoch, Revision)>,
}

impl Checkers {
    /// An agent tells those who watch what changed, or that everything may have.
    pub(super) fn coordination(&mut self, time: Time, host: usize, hosts: &[Host], update: &Update) {
        let Update { origin, revision, news } = update;
        let (origin, revision) = (*origin, *revision);
        self.on_origin(time, host, hosts, origin);
        let Some(news) = news else {
            self.coordinated.places.insert(host, (origin, revision));
            return;
        };
        let mut by_revision: BTreeMap<Revision, Vec<News>> = BTreeMap::new();
        for one in news.iter() {
            by_revision.entry(one.revision).or_default().push(one.clone());
        }
        for (revision, news) in by_revision {
            self.on_news(time, host, origin, revision, news);
        }
    }

    /// S2: a state begins anew only where the memory of a majority of the voters was lost.
    fn on_origin(&mut self, time: Time, host: usize, hosts: &[Host], origin: Epoch) {
        if origin == Epoch::default() {
            // It has none for now.
            return;
        }
        let starts: Vec<u64> = hosts.iter().map(|host| host.identity.boot.count).collect();
        if self.coordinated.origins.contains_key(&origin) {
            return;
        }
        if let Some((before, then)) = self.coordinated.origins.last_key_value() {
            // Who is not in the view was given up, for it was away for longer than voters keep their place.
            let view = hosts[host].node.as_ref().and_then(|node| node.view().view);
            let away =
                |number: usize| view.as_ref().is_some_and(|view| view.member(&crate::host::name(number)).is_none());
            let now = Now { at: Instant::ZERO, wall: WallTime(0) };
            let voters = hosts[host].node.as_ref().map(|node| node.quorum_status(now).voters).unwrap_or_default();
            let votes = |number: &usize| voters.iter().any(|voter| voter.id == hosts[*number].identity.id);
            let gone = |number: &usize| votes(number) && (starts[*number] > then[*number] || away(*number));
            let restarted = (0..hosts.len()).filter(gone).count();
            if restarted < voters.len() / 2 + 1 {
                let what = format!(
                    "n{host} begins a new state with {origin} though {restarted} restarted or are away since {before}, of {} voters",
                    voters.len()
                );
                self.fail(time, "S2", what);
            }
            self.coordinated.seen.lost += 1;
        }
        self.coordinated.origins.insert(origin, starts);
    }

    /// S2 and E1: all agents tell one history, each of them without a gap and in order.
    fn on_news(&mut self, time: Time, host: usize, origin: Epoch, revision: Revision, news: Vec<News>) {
        let place = (origin, revision);
        match self.coordinated.log.get(&place) {
            Some(known) if *known != news => {
                let what = format!("n{host} tells {news:?} of {place:?}, others told {known:?}");
                return self.fail(time, "S2", what);
            }
            Some(_) => {}
            None => {
                for one in &news {
                    self.on_change(time, origin, one);
                }
                self.coordinated.log.insert(place, news);
            }
        }
        if let Some(before) = self.coordinated.places.insert(host, place).filter(|before| before.0 == origin) {
            if before >= place {
                return self.fail(time, "E1", format!("n{host} tells of {place:?} after {before:?}"));
            }
            let between = (std::ops::Bound::Excluded(before), std::ops::Bound::Excluded(place));
            if let Some((missed, _)) = self.coordinated.log.range(between).next() {
                self.fail(time, "E1", format!("n{host} tells of {place:?} after {before:?}, without {missed:?}"));
            }
        }
    }

    /// B1: a generation is released once, never after it was aborted, and never before all are there.
    fn on_change(&mut self, time: Time, origin: Epoch, news: &News) {
        self.coordinated.seen.news += 1;
        if let What::Ended { end: End::Expired, .. } = news.what {
            self.coordinated.seen.expired += 1;
        }
        let What::Barrier { path, generation, step } = &news.what else { return };
        let known = self.coordinated.generations.entry((origin, path.clone(), *generation)).or_default();
        let fault = match step {
            BarrierStep::Arrived(session) => {
                known.arrived.insert(*session);
                known.released.then_some("joined after it was released")
            }
            BarrierStep::Gone(session) => {
                known.arrived.remove(session);
                None
            }
            BarrierStep::Released => {
                let early = known.arrived.len() < PARTIES as usize;
                self.coordinated.seen.passed += 1;
                let again = std::mem::replace(&mut known.released, true);
                let wrong = early.then_some("released early").or(again.then_some("released twice"));
                wrong.or(known.aborted.then_some("released after it was aborted"))
            }
            BarrierStep::Aborted(_) => {
                let single = !path.as_str().starts_with("double");
                known.aborted = true;
                (known.released && single).then_some("aborted after it was released")
            }
            BarrierStep::Left(_) | BarrierStep::Completed => (!known.released).then_some("left before it was released"),
        };
        if let Some(fault) = fault {
            self.fail(time, "B1", format!("generation {generation} of {path} is {fault}"));
        }
    }

    /// S1: a client is told that it holds a lock. `acts` says whether another client still believes that it may act.
    pub fn granted(&mut self, time: Time, client: usize, belief: Belief, acts: impl Fn(usize) -> bool) {
        let Belief { path, session, mode, token } = &belief;
        self.coordinated.seen.grants += 1;
        if *mode == Mode::Exclusive {
            let (highest, whose) = self.coordinated.tokens.entry(path.clone()).or_insert((*token, *session));
            if (*token, *session) != (*highest, *whose) && token <= highest {
                let what = format!("client {client} is granted {path} with {token}, after {highest} of {whose:?}");
                return self.fail(time, "S1", what);
            }
            (*highest, *whose) = (*token, *session);
        }
        self.believes(time, client, belief, acts);
    }

    /// S1: of all clients that believe to hold a lock, all can share it, also where the state was lost that one of them got
    /// it from.
    pub fn believes(&mut self, time: Time, client: usize, belief: Belief, acts: impl Fn(usize) -> bool) {
        let same = |(other, known): &(&usize, &Belief)| **other != client && known.path == belief.path && acts(**other);
        let others: Vec<_> = self.coordinated.beliefs.iter().filter(same).collect();
        let fault = match belief.mode {
            Mode::Exclusive => others.first(),
            Mode::Shared => others.iter().find(|(_, known)| known.mode != Mode::Shared),
            Mode::Counted(limit) => others.first().filter(|_| others.len() >= limit as usize),
        };
        if let Some((other, known)) = fault {
            let what = format!("client {client} holds {belief:?} while client {other} holds {known:?}");
            self.fail(time, "S1", what);
        }
        self.coordinated.beliefs.insert(client, belief);
    }

    /// A client does not believe any more that it holds anything.
    pub fn doubts(&mut self, client: usize) {
        self.coordinated.beliefs.remove(&client);
    }

    /// What a client believes to hold.
    #[must_use]
    pub fn belief(&self, client: usize) -> Option<&Belief> {
        self.coordinated.beliefs.get(&client)
    }

    /// E1: a reader resumes on a host and is told all that changed since, and nothing twice.
    pub fn follow(&mut self, time: Time, reader: &mut Follower, host: &Host) {
        let Some(node) = &host.node else { return };
        let Some((state, _)) = node.coordinated().filter(|(state, sure)| state.revision() <= *sure) else { return };
        let here = (state.origin(), state.revision());
        let told = reader.cursor.and_then(|(origin, revision)| node.news_after(origin, revision));
        if let (Some(told), Some(cursor)) =
            (told, reader.cursor.filter(|cursor| cursor.0 == here.0 && cursor.1 <= here.1))
        {
            self.coordinated.seen.resumed += 1;
            let between = (std::ops::Bound::Excluded(cursor), std::ops::Bound::Included(here));
            let mut by_revision: BTreeMap<Revision, Vec<News>> = BTreeMap::new();
            for one in told {
                by_revision.entry(one.revision).or_default().push(one);
            }
            let published = self.coordinated.log.range(between);
            let missed =
                published.map(|((_, revision), _)| *revision).find(|revision| !by_revision.contains_key(revision));
            if let Some(missed) = missed {
                let what = format!("a reader at n{} with {cursor:?} is not told of {missed:?}", host.number);
                self.fail(time, "E1", what);
            }
            // What happened before anybody had a copy that all of it was sure of was not published, but is told.
            for (revision, news) in by_revision {
                let known = self.coordinated.log.entry((here.0, revision)).or_insert_with(|| news.clone());
                if *known != news {
                    let what = format!("a reader at n{} is told {news:?} of {revision:?}, not {known:?}", host.number);
                    return self.fail(time, "E1", what);
                }
            }
        }
        let ahead = reader.cursor.is_some_and(|cursor| cursor.0 == here.0 && cursor.1 > here.1);
        if !ahead {
            reader.cursor = Some(here);
        }
    }
}

/// How many each barrier of a run waits for.
pub const PARTIES: u32 = 3;
