//! The state that the log of coordination adds up to: sessions, names, barriers. The same everywhere after the same entries.
//!
//! ```text
//!   Entry  -->  State::apply  -->  Applied: what to answer, what to tell those who watch, which clocks run
//! ```
//!
//! It has no time: whoever leads puts into the log that a session expired or that a delay is over. A request that is
//! refused changes nothing, so who leads tries it on its own state and keeps it out of the log.

mod barrier;
mod barriers;
mod limits;
mod name;
mod names;
mod news;
mod record;
mod session;
mod sessions;
#[cfg(test)]
mod tests;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

pub use barrier::{Barrier, Missing, Passage, Past, Phase};
pub use limits::{Limits, MAX_DELAY, MAX_VALUE, TTL};
pub use name::{Holder, Name, Waiter};
pub use news::{Abortion, About, BarrierStep, Binding, End, News, What};
pub use record::Record;
pub use session::{Remembered, RequestKey, Session};

use crate::{
    types::{Duration, Epoch, Path, Revision, Secret, SessionId, Token},
    wire::{Act, Begin, Denial, Done, Entry, EntryKind, Participant, Request},
};

/// The state.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct State {
    /// The epoch with which it began: sessions of earlier ones were lost.
    origin: Epoch,
    /// The regime whose log it follows.
    epoch: Epoch,
    /// How that one began.
    begin: Option<Begin>,
    /// The entry applied last.
    revision: Revision,
    sessions: BTreeMap<SessionId, Session>,
    /// The sessions by the ids of the requests that opened them.
    opened: BTreeMap<Arc<str>, SessionId>,
    /// How many sessions each client has.
    clients: BTreeMap<Arc<str>, usize>,
    /// The sessions of each group.
    groups: BTreeMap<Arc<str>, BTreeSet<SessionId>>,
    names: BTreeMap<Path, Name>,
    /// No name is granted yet: sessions that were lost with the state before this one may still be counted on.
    held_off: bool,
    barriers: BTreeMap<Path, Barrier>,
    /// The highest generation of a barrier that was forgotten: later ones go on from there.
    generations: u64,
    /// The barriers that wait for each group.
    gatherings: BTreeMap<Arc<str>, BTreeSet<Path>>,
    /// About how many bytes all of it takes.
    bytes: usize,
}

/// What came of an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Applied {
    /// What to answer who asked for it.
    pub outcome: Result<Done, Denial>,
    /// What to tell those who watch, in order.
    pub news: Vec<News>,
    /// The clocks that run from here on.
    pub clocks: Vec<Clock>,
}

/// Time that begins to run.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Clock {
    /// The session expires after that, unless it begins anew.
    Session(SessionId, Duration),
    /// The name is free again after that.
    Delay(Path, Revision, Duration),
    /// The generation of a barrier is over after that.
    Barrier(Path, u64, Duration),
    /// Names are granted after that.
    HoldOff(Duration),
}

/// What one entry does to a state, and what comes of it.
struct Step<'a> {
    state: &'a mut State,
    revision: Revision,
    epoch: Epoch,
    limits: Option<&'a Limits>,
    news: Vec<News>,
    clocks: Vec<Clock>,
}

impl State {
    /// An empty state, which begins with this epoch; it may have to hold off granting names.
    #[must_use]
    pub fn new(origin: Epoch, held_off: bool) -> Self {
        Self { origin, epoch: origin, held_off, ..Self::default() }
    }

    /// Whether no name is granted yet, for whoever held it before the state was lost may still count on it.
    #[must_use]
    pub fn is_held_off(&self) -> bool {
        self.held_off
    }

    /// Whether a name is kept free for a while: after an unclean end of its holder, or like all others after a loss.
    #[must_use]
    pub fn is_delayed(&self, name: Option<&Name>) -> bool {
        self.held_off || name.is_some_and(|name| name.delayed.is_some())
    }

    /// The epoch with which it began.
    #[must_use]
    pub fn origin(&self) -> Epoch {
        self.origin
    }

    /// The regime whose log it follows.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        self.epoch
    }

    /// How that regime began.
    #[must_use]
    pub fn begin(&self) -> Option<&Begin> {
        self.begin.as_ref()
    }

    /// The entry applied last.
    #[must_use]
    pub fn revision(&self) -> Revision {
        self.revision
    }

    /// A session.
    #[must_use]
    pub fn session(&self, id: SessionId) -> Option<&Session> {
        self.sessions.get(&id)
    }

    /// All sessions, in the order in which they were opened.
    pub fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }

    /// A name that somebody has or wants.
    #[must_use]
    pub fn name(&self, path: &str) -> Option<&Name> {
        self.names.get(path)
    }

    /// The names from here on, in their order.
    pub fn names_from<'a>(&'a self, path: &str) -> impl Iterator<Item = (&'a Path, &'a Name)> {
        self.names.range::<str, _>((core::ops::Bound::Included(path), core::ops::Bound::Unbounded))
    }

    /// A barrier.
    #[must_use]
    pub fn barrier(&self, path: &str) -> Option<&Barrier> {
        self.barriers.get(path)
    }

    /// The barriers from here on, in their order.
    pub fn barriers_from<'a>(&'a self, path: &str) -> impl Iterator<Item = (&'a Path, &'a Barrier)> {
        self.barriers.range::<str, _>((core::ops::Bound::Included(path), core::ops::Bound::Unbounded))
    }

    /// The sessions of a group.
    #[must_use]
    pub fn group(&self, name: &str) -> Vec<SessionId> {
        self.groups.get(name).map(|group| group.iter().copied().collect()).unwrap_or_default()
    }

    /// About how many bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// How many names and barriers there are.
    fn paths(&self) -> usize {
        self.names.len() + self.barriers.len()
    }

    /// How many sessions, names and barriers there are.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize, usize) {
        (self.sessions.len(), self.names.len(), self.barriers.len())
    }

    /// Whether the session is there, and the proof right.
    ///
    /// # Errors
    /// [`Denial`] says what is wrong.
    pub fn check(&self, id: SessionId, secret: Secret) -> Result<&Session, Denial> {
        match self.sessions.get(&id) {
            Some(session) if session.secret == secret => Ok(session),
            Some(_) => Err(Denial::WrongSecret),
            None if id.epoch < self.origin => Err(Denial::SessionLost),
            None if id.number <= self.revision.0 && id.epoch <= self.epoch => Err(Denial::SessionEnded),
            None => Err(Denial::UnknownSession),
        }
    }

    /// Applies an entry. With `limits`, what is over them is refused; what is refused changes nothing.
    pub fn apply(&mut self, entry: &Entry, limits: Option<&Limits>) -> Applied {
        let before = self.revision;
        let (revision, epoch) = (entry.revision, entry.epoch);
        let mut step = Step { state: self, revision, epoch, limits, news: Vec::new(), clocks: Vec::new() };
        let outcome = step.run(&entry.kind);
        let Step { news, clocks, .. } = step;
        // What is in the log was not refused when it got there.
        self.revision = if outcome.is_ok() || limits.is_none() { revision } else { before };
        Applied { outcome, news, clocks }
    }
}

impl Step<'_> {
    fn run(&mut self, kind: &EntryKind) -> Result<Done, Denial> {
        match kind {
            EntryKind::Begin(begin) => self.begin(begin),
            EntryKind::Request { request, .. } => return self.request(request),
            EntryKind::Expire(session) => self.end_session(*session, End::Expired),
            EntryKind::DelayOver { path, since } => self.delay_over(path, *since),
            EntryKind::Overdue { path, generation } => self.overdue(path, *generation),
            EntryKind::HoldOffOver => self.hold_off_over(),
        }
        Ok(Done::Synced)
    }

    fn begin(&mut self, begin: &Begin) {
        self.state.epoch = self.epoch;
        self.state.begin = Some(begin.clone());
        self.tell(What::Begun { epoch: self.epoch, view: begin.view.clone() });
        self.end_departed(&begin.members);
        self.on_members(&begin.members);
    }

    fn request(&mut self, request: &Request) -> Result<Done, Denial> {
        match &request.act {
            Act::Open(opening) => return self.open(opening, request.id.as_ref()),
            // How far the log goes is nobody's secret.
            Act::Sync => return Ok(Done::Synced),
            _ => {}
        }
        let (id, secret) = request.session.ok_or(Denial::NoSession)?;
        let session = match (self.state.check(id, secret), &request.act) {
            // Whoever asks again has what it wanted.
            (Err(Denial::SessionEnded), Act::Close) => return Ok(Done::Closed),
            (known, _) => known?,
        };
        let key = request.id.clone().map(RequestKey::from);
        if let Some(known) = key.as_ref().and_then(|key| session.recall(key)) {
            if known.about != session::subject(&request.act) {
                return Err(Denial::OtherRequest);
            }
            let done = known.done.clone();
            return self.again(id, &request.act, done);
        }
        let done = self.act(id, &request.act)?;
        if let (Some(key), Some(session)) = (key, self.state.sessions.get_mut(&id)) {
            session.remember(key, &request.act, done.clone());
        }
        Ok(done)
    }

    /// A request comes again that was carried out: who still waits is told how it stands now.
    fn again(&self, session: SessionId, act: &Act, done: Done) -> Result<Done, Denial> {
        let passage = |path: &Path, generation: u64, out: bool| {
            self.state.barriers.get(path).map_or(Passage::Forgotten, |barrier| barrier.passage(generation, out))
        };
        match (act, done) {
            (Act::Acquire(claim), Done::Queued { .. }) => {
                let name = self.state.names.get(&claim.path);
                let held =
                    name.and_then(|name| name.holders.get(&session)).map(|held| Done::Held { token: held.token });
                let queued = || name.and_then(|name| name.ahead(session)).map(|ahead| Done::Queued { ahead });
                Ok(held.or_else(queued).unwrap_or(Done::Released))
            }
            (Act::Enter { path, .. }, Done::Entered { generation }) => passed(
                passage(path, generation, false),
                generation,
                Done::Entered { generation },
                Done::Passed { generation },
            ),
            (Act::Leave { path }, Done::Leaving { generation }) => passed(
                passage(path, generation, true),
                generation,
                Done::Leaving { generation },
                Done::Left { generation },
            ),
            (_, done) => Ok(done),
        }
    }

    fn act(&mut self, session: SessionId, act: &Act) -> Result<Done, Denial> {
        match act {
            Act::Open(_) | Act::Sync => Ok(Done::Synced),
            Act::Renew => {
                self.run_session(session);
                Ok(Done::Renewed { ttl: self.state.sessions.get(&session).map(|known| known.ttl).unwrap_or_default() })
            }
            Act::Close => {
                self.end_session(session, End::Closed);
                Ok(Done::Closed)
            }
            Act::Bind { path, value, shared, expected } => self.bind(session, path, value, *shared, *expected),
            Act::Unbind { path, expected } => self.unbind(session, path, *expected),
            Act::Acquire(claim) => self.acquire(session, claim),
            Act::Release { path, kind, token } => self.release(session, path, *kind, *token),
            Act::Proclaim { path, value } => self.proclaim(session, path, value),
            Act::Enter { path, plan, node } => self.enter(session, path, plan, node),
            Act::Leave { path } => self.leave(session, path),
            Act::Abort { path, reason } => self.abort(session, path, reason),
        }
    }

    fn tell(&mut self, what: What) {
        self.news.push(News { revision: self.revision, what });
    }

    fn token(&self) -> Token {
        Token { epoch: self.epoch, counter: self.revision.0 }
    }

    fn members(&self) -> Arc<[Participant]> {
        self.state.begin.as_ref().map(|begin| begin.members.clone()).unwrap_or_default()
    }
}

fn passed(passage: Passage, generation: u64, waiting: Done, through: Done) -> Result<Done, Denial> {
    match passage {
        Passage::Waiting => Ok(waiting),
        Passage::Through => Ok(through),
        Passage::Aborted(why) => Err(Denial::Broken { generation, why }),
        Passage::Forgotten => Err(Denial::Forgotten),
    }
}
