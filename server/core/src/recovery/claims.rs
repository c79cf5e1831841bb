//! The names that make single instances single: a session of this node's own, and what it holds.
//!
//! ```text
//!   none --first claim--> opening --opened--> open --lost--> none
//!   name:  claimed --granted, token--> held --released--> none;  held --lost--> none
//!          held --the copy here is another one--> doubtful --still granted--> held;  doubtful --otherwise--> none
//! ```
//!
//! The session is that of this start of the agent, and ends when a regime begins without it.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::ToString,
    sync::Arc,
    vec::Vec,
};

use super::effect::{Effect, Out, request};
use crate::{
    coordination::Reply,
    types::{Duration, Identity, Path, Secret, SessionId, Slot, Token},
    wire::{Act, Answer, Claim, Denial, Done, Mode, NameKind, Opening, Request},
};

/// Where the names of instances are; clients take none there.
const PREFIX: &str = "_quorate/services";
/// For how long the holder of such a name may run on when all that was known of names is lost; as long as
/// [`MAX_LOSS`](super::service::MAX_LOSS) and what is added to it allow.
const TTL: Duration = Duration::from_secs(5);

/// The names of this node's instances.
#[derive(Clone, Hash, Debug)]
pub struct Claims {
    me: Identity,
    secret: Secret,
    session: Option<SessionId>,
    next: u64,
    /// What was asked and waits for replies, and by which tickets: nothing is asked twice at once.
    asked: BTreeMap<u64, Asked>,
    tickets: BTreeMap<Asked, u64>,
    /// Of that, the claims that were not replied to at all.
    unheard: BTreeSet<u64>,
    /// What is wanted, and for how long a name is kept free when this node is gone.
    wanted: BTreeMap<Slot, Duration>,
    held: BTreeMap<Slot, Token>,
    /// What was held when this node missed what became of names, and is asked for again.
    doubtful: BTreeMap<Slot, Token>,
    /// What the session may hold: it was claimed, and it is not known that it was given up since. This node may have missed
    /// that it was granted.
    claimed: BTreeSet<Slot>,
    /// What was given up and may not be free yet.
    releasing: BTreeSet<Slot>,
}

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Asked {
    Open,
    Acquire(Slot),
    Release(Slot),
}

/// What came of a reply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// This instance may run, by this token.
    Held(Slot, Token),
    /// These may run no more.
    Lost(Vec<Slot>),
    /// Nothing that matters here.
    Nothing,
}

impl Claims {
    /// Of a node that has just started.
    pub fn new(me: Identity, secret: Secret) -> Self {
        Self {
            me,
            secret,
            session: None,
            next: 0,
            asked: BTreeMap::new(),
            tickets: BTreeMap::new(),
            unheard: BTreeSet::new(),
            wanted: BTreeMap::new(),
            held: BTreeMap::new(),
            doubtful: BTreeMap::new(),
            claimed: BTreeSet::new(),
            releasing: BTreeSet::new(),
        }
    }

    /// The token of an instance, if it holds its name.
    pub fn token(&self, slot: &Slot) -> Option<Token> {
        self.held.get(slot).copied()
    }

    /// Whether it is known of all names whether they are held.
    pub fn is_sure(&self) -> bool {
        self.doubtful.is_empty()
    }

    /// An instance is to run here.
    pub fn claim(&mut self, slot: &Slot, delay: Duration, out: Out<'_>) {
        if self.wanted.insert(slot.clone(), delay).is_none() {
            self.ask_for(slot, out);
        }
    }

    /// An instance is not to run here, and nothing of it is left.
    pub fn release(&mut self, slot: &Slot, out: Out<'_>) {
        self.wanted.remove(slot);
        self.held.remove(slot);
        self.doubtful.remove(slot);
        // While one release is under way nothing is asked for: another one would outlive it, and undo what is claimed then.
        if self.claimed.contains(slot) && self.releasing.insert(slot.clone()) {
            self.ask_release(slot, out);
        }
    }

    /// Asks for whatever is wanted and not asked for.
    pub fn ask(&mut self, out: Out<'_>) {
        let slots: BTreeSet<Slot> = self.wanted.keys().chain(&self.releasing).cloned().collect();
        for slot in slots {
            self.ask_for(&slot, out);
        }
    }

    /// Asks for what is wanted with an instance's name, unless that is asked for.
    fn ask_for(&mut self, slot: &Slot, out: Out<'_>) {
        let Some(session) = self.session else {
            if !self.wanted.is_empty() && !self.tickets.contains_key(&Asked::Open) {
                let request = Request { session: None, id: None, act: Act::Open(self.opening()) };
                self.send(Asked::Open, request, true, out);
            }
            return;
        };
        if self.releasing.contains(slot) {
            if !self.tickets.contains_key(&Asked::Release(slot.clone())) {
                self.ask_release(slot, out);
            }
            return;
        }
        let Some(delay) = self.wanted.get(slot).copied().filter(|_| !self.held.contains_key(slot)) else { return };
        let asked = Asked::Acquire(slot.clone());
        let Some(path) = path(slot).filter(|_| !self.tickets.contains_key(&asked)) else { return };
        let value = Arc::from(self.me.name.as_str().as_bytes());
        let (kind, mode) = (NameKind::Lock, Mode::Exclusive);
        let act = Act::Acquire(Claim { path, kind, mode, value, wait: true, delay });
        self.send(asked, request((session, self.secret), act), true, out);
    }

    /// A release waits until something is known of the claim, which it may overtake when another regime begins meanwhile.
    fn ask_release(&mut self, slot: &Slot, out: Out<'_>) {
        let claim = self.tickets.get(&Asked::Acquire(slot.clone()));
        if claim.is_some_and(|ticket| self.unheard.contains(ticket)) {
            return;
        }
        let (Some(session), Some(path)) = (self.session, path(slot)) else {
            self.releasing.remove(slot);
            return;
        };
        let act = Act::Release { path, kind: NameKind::Lock, token: None };
        let request = request((session, self.secret), act);
        self.send(Asked::Release(slot.clone()), request, false, out);
    }

    fn send(&mut self, asked: Asked, request: Request, to_the_end: bool, out: Out<'_>) {
        self.next += 1;
        if let Asked::Acquire(slot) = &asked {
            self.unheard.insert(self.next);
            self.claimed.insert(slot.clone());
        }
        self.tickets.insert(asked.clone(), self.next);
        self.asked.insert(self.next, asked);
        out.push(Effect::Ask { ticket: self.next, request, to_the_end });
    }

    fn opening(&self) -> Opening {
        let name = self.me.name.clone();
        Opening {
            ttl: TTL,
            secret: self.secret,
            label: Arc::from(alloc::format!("services of {name}")),
            group: Arc::from(""),
            client: Arc::from(alloc::format!("agent {name}")),
            node: name,
            member: Some(self.me.clone()),
        }
    }

    /// A reply came. What was refused is asked again with the next [`ask`](Self::ask).
    pub fn on_reply(&mut self, ticket: u64, reply: Reply, last: bool, out: Out<'_>) -> Outcome {
        let Some(asked) = self.asked.get(&ticket).cloned() else { return Outcome::Nothing };
        self.unheard.remove(&ticket);
        if last {
            self.asked.remove(&ticket);
            self.tickets.remove(&asked);
        }
        let about = match &asked {
            Asked::Acquire(slot) | Asked::Release(slot) => Some(slot.clone()),
            Asked::Open => None,
        };
        let outcome = match (asked, reply) {
            (Asked::Open, Reply::Answer(Answer { outcome: Ok(Done::Opened { session, .. }), .. })) => {
                self.session = Some(session);
                Outcome::Nothing
            }
            (Asked::Open, Reply::Lost(_)) => self.lose_all(),
            (Asked::Acquire(slot), Reply::Answer(Answer { outcome: Ok(Done::Held { token }), .. })) => {
                if self.wanted.contains_key(&slot) && !self.releasing.contains(&slot) {
                    self.held.insert(slot.clone(), token);
                    match self.doubtful.remove(&slot) {
                        Some(before) if before != token => Outcome::Lost(Vec::from([slot])),
                        _ => Outcome::Held(slot, token),
                    }
                } else {
                    Outcome::Nothing
                }
            }
            (Asked::Acquire(slot), Reply::Lost(_)) => self.lose(slot),
            (Asked::Acquire(slot), Reply::Answer(Answer { outcome: Ok(Done::Queued { .. }), .. })) => {
                match self.doubtful.remove(&slot) {
                    Some(_) => Outcome::Lost(Vec::from([slot])),
                    None => Outcome::Nothing,
                }
            }
            (Asked::Acquire(slot), Reply::Answer(Answer { outcome: Err(Denial::Uncertain), .. })) => {
                let held = self.held.remove(&slot);
                self.doubtful.extend(held.map(|token| (slot, token)));
                Outcome::Nothing
            }
            (Asked::Release(slot), Reply::Answer(Answer { outcome: Ok(_) | Err(Denial::NotHeld), .. })) => {
                self.releasing.remove(&slot);
                self.claimed.remove(&slot);
                Outcome::Nothing
            }
            (_, Reply::Answer(Answer { outcome: Err(denial), .. })) if is_over(&denial) => self.lose_all(),
            _ => return Outcome::Nothing,
        };
        match about.filter(|_| self.session.is_some()) {
            Some(slot) => self.ask_for(&slot, out),
            None => self.ask(out),
        }
        outcome
    }

    fn lose(&mut self, slot: Slot) -> Outcome {
        match self.held.remove(&slot).or(self.doubtful.remove(&slot)) {
            Some(_) => Outcome::Lost(Vec::from([slot])),
            None => Outcome::Nothing,
        }
    }

    /// The session is over, and with it all names.
    fn lose_all(&mut self) -> Outcome {
        self.session = None;
        self.claimed.clear();
        self.releasing.clear();
        let mut held = core::mem::take(&mut self.held);
        held.append(&mut self.doubtful);
        if held.is_empty() { Outcome::Nothing } else { Outcome::Lost(held.into_keys().collect()) }
    }
}

fn is_over(denial: &Denial) -> bool {
    matches!(denial, Denial::SessionEnded | Denial::SessionLost | Denial::UnknownSession | Denial::NoSession)
}

fn path(slot: &Slot) -> Option<Path> {
    let Slot { service, index } = slot;
    Path::new(&[PREFIX, service.as_str(), &index.to_string()].join("/")).ok()
}
