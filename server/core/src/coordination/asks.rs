//! What was asked here: on its way to whoever leads, and what waits for its end.
//!
//! ```text
//!   ask --unsent--> sent to who leads --applied here, or refused there--> answered --granted, passed--> over
//!            ^           |
//!            +-----------+  another one leads, and has not got it
//! ```
//!
//! A request that changes something is answered by what it left in the log, when that is applied here. So when another
//! regime's beginning is applied, whatever was asked before and was not applied never will be, and is asked again: once
//! only, whoever dies, without anything remembered elsewhere.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::{
    effect::{Effect, Out, Patience, Reply},
    state::{BarrierStep, News, What},
};
use crate::{
    types::{Epoch, Path, Revision, SessionId},
    wire::{Act, Answer, Denial, Done, Request},
};

/// Most requests sent and not answered.
const WINDOW: usize = 1024;
/// So many are sent each by itself; when there are more, those that come meanwhile go together.
const EAGER: usize = 32;

/// What was asked here.
#[derive(Clone, Hash, Debug, Default)]
pub struct Asks {
    next: u64,
    /// By number.
    asked: BTreeMap<u64, Ask>,
    /// Those that no regime knows yet.
    unsent: BTreeSet<u64>,
    /// Answers that count when this revision is sure.
    pending: BTreeMap<Revision, Vec<(u64, Answer)>>,
    /// Those that were answered and wait for more, by what they wait for.
    waits: BTreeMap<On, BTreeMap<u64, Wait>>,
    /// The same by their tickets.
    tickets: BTreeMap<u64, Place>,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
enum Place {
    Asked(u64),
    Waiting(On),
}

#[derive(Clone, Hash, Debug)]
struct Ask {
    ticket: u64,
    request: Request,
    patience: Patience,
    sent: Option<Epoch>,
}

/// Where something happens that is waited for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum On {
    Name(Path, SessionId),
    Barrier(Path),
    Session(SessionId),
}

#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Wait {
    session: SessionId,
    patience: Patience,
    what: Awaited,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Awaited {
    Grant,
    Loss,
    Passage { generation: u64, out: bool },
}

impl Asks {
    /// How many wait.
    pub fn len(&self) -> usize {
        self.tickets.len()
    }

    /// Somebody asks.
    pub fn ask(&mut self, ticket: u64, request: Request, patience: Patience) {
        self.next += 1;
        self.unsent.insert(self.next);
        self.tickets.insert(ticket, Place::Asked(self.next));
        self.asked.insert(self.next, Ask { ticket, request, patience, sent: None });
    }

    /// Nobody waits for the end of this any more; it may have been done.
    pub fn forget(&mut self, ticket: u64) {
        match self.tickets.remove(&ticket) {
            Some(Place::Asked(number)) => {
                self.unsent.remove(&number);
                self.asked.remove(&number);
            }
            Some(Place::Waiting(on)) => self.unwait(&on, ticket),
            None => {}
        }
    }

    /// What is to be asked now of who leads in `epoch`; with the lowest number that is not answered.
    pub fn take(&mut self, epoch: Epoch, limit: bool) -> Vec<(u64, Request)> {
        let under_way = self.asked.len() - self.unsent.len();
        let room = match limit {
            true if under_way >= EAGER && self.unsent.len() < EAGER => 0,
            true => WINDOW.saturating_sub(under_way),
            false => usize::MAX,
        };
        let numbers: Vec<u64> = self.unsent.iter().copied().take(room).collect();
        let mut taken = Vec::with_capacity(numbers.len());
        for number in numbers {
            self.unsent.remove(&number);
            if let Some(ask) = self.asked.get_mut(&number) {
                ask.sent = Some(epoch);
                taken.push((number, ask.request.clone()));
            }
        }
        taken
    }

    /// The lowest number that is not answered.
    pub fn least(&self) -> u64 {
        self.asked.keys().next().copied().unwrap_or(self.next + 1)
    }

    /// The regime's beginning was applied here: what an earlier one has not left in the log it never will.
    pub fn on_begin(&mut self, epoch: Epoch) {
        let lost = self.asked.iter().filter(|(_, ask)| ask.sent.is_some_and(|sent| sent < epoch));
        self.unsent.extend(lost.map(|(number, _)| *number));
    }

    /// What was sent may not have arrived: it is sent again, and whoever leads knows what it had.
    pub fn resend(&mut self) {
        self.unsent.extend(self.asked.keys().copied());
    }

    /// This node has missed what became of things: whoever waits must ask anew.
    pub fn miss(&mut self, answer: &Answer, out: Out<'_>) {
        let sent: Vec<u64> = self.asked.keys().filter(|number| !self.unsent.contains(number)).copied().collect();
        for number in sent {
            if let Some(ask) = self.asked.remove(&number) {
                self.tickets.remove(&ask.ticket);
                out.push(last(ask.ticket, Reply::Answer(answer.clone())));
            }
        }
        for (_, waits) in core::mem::take(&mut self.waits) {
            for ticket in waits.into_keys() {
                self.tickets.remove(&ticket);
                out.push(last(ticket, Reply::Answer(answer.clone())));
            }
        }
        self.pending.clear();
    }

    /// An answer that counts when all up to its revision is sure.
    pub fn hold_back(&mut self, number: u64, answer: Answer) {
        self.pending.entry(answer.revision).or_default().push((number, answer));
    }

    /// All before this revision was told: answers that were held back for that count now.
    pub fn release(&mut self, below: Revision, out: Out<'_>) {
        while let Some(entry) = self.pending.first_entry().filter(|entry| *entry.key() < below) {
            for (number, answer) in entry.remove() {
                self.on_answer(number, answer, out);
            }
        }
    }

    /// A request was answered.
    pub fn on_answer(&mut self, number: u64, answer: Answer, out: Out<'_>) {
        let Some(ask) = self.asked.remove(&number) else { return };
        self.unsent.remove(&number);
        self.tickets.remove(&ask.ticket);
        let Ask { ticket, request, patience, .. } = ask;
        let session = match &answer.outcome {
            Ok(Done::Opened { session, .. }) => Some(*session),
            _ => request.session.map(|(session, _)| session),
        };
        let awaited = answer.outcome.as_ref().ok().and_then(|done| awaited(done, &request.act, patience));
        let (Some(session), Some((what, path))) = (session, awaited) else {
            return out.push(last(ticket, Reply::Answer(answer)));
        };
        // Who has what it wanted is told so, and then told of the end of it.
        if what == Awaited::Loss {
            out.push(Effect::Reply { ticket, reply: Reply::Answer(answer), last: false });
        }
        let on = match (what, path) {
            (Awaited::Passage { .. }, Some(path)) => On::Barrier(path),
            (_, Some(path)) => On::Name(path, session),
            (_, None) => On::Session(session),
        };
        self.wait(on, ticket, Wait { session, patience, what });
    }

    fn wait(&mut self, on: On, ticket: u64, wait: Wait) {
        self.tickets.insert(ticket, Place::Waiting(on.clone()));
        self.waits.entry(on).or_default().insert(ticket, wait);
    }

    fn unwait(&mut self, on: &On, ticket: u64) {
        if let Some(waits) = self.waits.get_mut(on) {
            waits.remove(&ticket);
            if waits.is_empty() {
                self.waits.remove(on);
            }
        }
    }

    /// Something changed for good.
    pub fn on_news(&mut self, epoch: Epoch, news: &News, out: Out<'_>) {
        let answer = |outcome| Answer { epoch, revision: news.revision, outcome };
        match &news.what {
            What::Bound(binding) => {
                let on = On::Name(binding.path.clone(), binding.session);
                self.meet(&on, out, |wait| {
                    let held = answer(Ok(Done::Held { token: binding.token }));
                    (wait.what == Awaited::Grant).then_some(Reply::Answer(held))
                });
            }
            What::Unbound { binding, end } => {
                let on = On::Name(binding.path.clone(), binding.session);
                self.meet(&on, out, |wait| (wait.what == Awaited::Loss).then_some(Reply::Lost(*end)));
            }
            What::Unqueued { path, session } => {
                let on = On::Name(path.clone(), *session);
                self.meet(&on, out, |wait| {
                    (wait.what == Awaited::Grant).then(|| Reply::Answer(answer(Ok(Done::Released))))
                });
            }
            What::Ended { session, end, .. } => {
                self.meet(&On::Session(*session), out, |_| Some(Reply::Lost(*end)));
            }
            What::Barrier { path, generation, step } => {
                let on = On::Barrier(path.clone());
                self.meet(&on, out, |wait| met(wait, *generation, step).map(|outcome| Reply::Answer(answer(outcome))));
            }
            What::Begun { .. } | What::Opened { .. } => {}
        }
    }

    /// Ends the waits at a place for which `end` says how.
    fn meet(&mut self, on: &On, out: Out<'_>, end: impl Fn(&Wait) -> Option<Reply>) {
        let Some(waits) = self.waits.get(on) else { return };
        let over: Vec<(u64, Wait, Reply)> =
            waits.iter().filter_map(|(ticket, wait)| Some((*ticket, wait.clone(), end(wait)?))).collect();
        for (ticket, wait, reply) in over {
            self.unwait(on, ticket);
            self.tickets.remove(&ticket);
            let goes_on = wait.what == Awaited::Grant
                && wait.patience == Patience::Lost
                && matches!(&reply, Reply::Answer(Answer { outcome: Ok(Done::Held { .. }), .. }));
            out.push(Effect::Reply { ticket, reply, last: !goes_on });
            if goes_on {
                self.wait(on.clone(), ticket, Wait { what: Awaited::Loss, ..wait });
            }
        }
    }
}

/// What is still waited for after an answer, and where: at a name, at a barrier, or at the session itself.
fn awaited(done: &Done, act: &Act, patience: Patience) -> Option<(Awaited, Option<Path>)> {
    match (done, act, patience) {
        (_, _, Patience::Answer) => None,
        (Done::Queued { .. }, Act::Acquire(claim), _) => Some((Awaited::Grant, Some(claim.path.clone()))),
        (Done::Held { .. }, Act::Acquire(claim), Patience::Lost) => Some((Awaited::Loss, Some(claim.path.clone()))),
        (Done::Bound { .. }, Act::Bind { path, .. }, Patience::Lost) => Some((Awaited::Loss, Some(path.clone()))),
        (Done::Opened { .. } | Done::Renewed { .. }, _, Patience::Lost) => Some((Awaited::Loss, None)),
        (Done::Entered { generation }, Act::Enter { path, .. }, _) => {
            Some((Awaited::Passage { generation: *generation, out: false }, Some(path.clone())))
        }
        (Done::Leaving { generation }, Act::Leave { path }, _) => {
            Some((Awaited::Passage { generation: *generation, out: true }, Some(path.clone())))
        }
        _ => None,
    }
}

/// How a step at a barrier ends a wait there, if it does.
fn met(wait: &Wait, at: u64, step: &BarrierStep) -> Option<Result<Done, Denial>> {
    let Awaited::Passage { generation, out } = wait.what else { return None };
    match step {
        BarrierStep::Released if at == generation && !out => Some(Ok(Done::Passed { generation })),
        BarrierStep::Completed if at == generation && out => Some(Ok(Done::Left { generation })),
        BarrierStep::Aborted(why) if at == generation => Some(Err(Denial::Broken { generation, why: why.clone() })),
        BarrierStep::Gone(session) if *session == wait.session => Some(Err(Denial::NotThere)),
        _ => None,
    }
}

/// The last reply to a request.
pub fn last(ticket: u64, reply: Reply) -> Effect {
    Effect::Reply { ticket, reply, last: true }
}
