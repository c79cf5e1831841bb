//! Recovery's ways out of the driver: to the services of this node, to programs that take part, and to who asks whoever
//! leads how it stands.

use std::{collections::HashMap, time::Duration};

use prost::Message;
use quorate_core::{
    Command, Event,
    recovery::{Call, Directive, MAX_PARTICIPANTS, NotDirected, ProcessFact, ProcessOrder, Question},
    types::{Epoch, Instant, NodeName, Slot},
};
use quorate_processes::Moment;
use quorate_proto::store::v1::{
    self as pb, RecoveryAnswer, RecoveryRequest, leader_answer::Kind as Answered, leader_request::Kind as Asked,
    recovery_answer::Kind, recovery_request::Kind as Request,
};
use tokio::sync::{mpsc, oneshot};

use super::Driver;
use crate::{
    consensus::Reply,
    services::{Ways, Work, right, status},
    transport::Connections,
    wire::parts,
};

/// How long a question how recovery stands waits for something to have changed.
const PATIENCE: Duration = Duration::from_secs(1);
/// Most bytes of an answer (L1): with what is added to it on the way it fits a frame.
const MAX_ANSWER: usize = crate::wire::MAX_FRAME_BYTES / 2;
/// Most who wait for that (L1).
const WAITING: usize = 256;

/// Who asks.
#[derive(Debug)]
pub(super) enum Asker {
    /// Another node.
    Node { name: NodeName, number: u64 },
    /// This one.
    Here(oneshot::Sender<Reply>),
}

/// Who waits, and what is under way.
#[derive(Debug)]
pub(super) struct Desk {
    services: Ways,
    /// The programs that take part.
    programs: HashMap<u64, mpsc::Sender<Call>>,
    next: u64,
    /// Who waits for another revision, which, and until when.
    waiting: Vec<(Asker, u64, Instant)>,
    /// Directives under way.
    directives: HashMap<u64, Asker>,
    told: Option<(Epoch, u64)>,
}

impl Desk {
    pub fn new(services: Ways) -> Self {
        let (programs, directives) = (HashMap::new(), HashMap::new());
        Self { services, programs, next: 1, waiting: Vec::new(), directives, told: None }
    }

    /// What happened to processes next.
    pub async fn fact(&mut self) -> Option<ProcessFact> {
        self.services.facts.recv().await
    }

    /// One more program takes part.
    pub fn join(&mut self, calls: mpsc::Sender<Call>) -> Option<u64> {
        if self.programs.len() >= MAX_PARTICIPANTS {
            return None;
        }
        self.next += 1;
        self.programs.insert(self.next, calls);
        Some(self.next)
    }

    /// A program takes part no more.
    pub fn part(&mut self, id: u64) {
        self.programs.remove(&id);
    }

    /// Tells a program. One that does not listen is dropped: its stream ends.
    pub fn call(&mut self, id: u64, call: Call) {
        if self.programs.get(&id).is_some_and(|program| program.try_send(call).is_err()) {
            self.programs.remove(&id);
        }
    }
}

/// What recovery is asked, if that is what a request is about.
pub(super) fn request(body: &[u8]) -> Option<Request> {
    match pb::LeaderRequest::decode(body).ok()?.kind? {
        Asked::Recovery(RecoveryRequest { kind }) => kind,
        Asked::Propose(_) | Asked::Read(_) => None,
    }
}

/// The request by which recovery is asked.
pub(super) fn ask(kind: Request) -> Vec<u8> {
    pb::LeaderRequest { kind: Some(Asked::Recovery(RecoveryRequest { kind: Some(kind) })) }.encode_to_vec()
}

/// What recovery answered; none when it did not.
pub(super) fn answer(reply: Reply) -> Option<Kind> {
    match pb::LeaderAnswer::decode(reply.ok()?.as_slice()).ok()?.kind? {
        Answered::Recovery(RecoveryAnswer { kind }) => kind,
        _ => None,
    }
}

impl<T: Connections> Driver<T> {
    /// Has something done with processes.
    pub(super) fn process(&mut self, order: ProcessOrder) {
        let from = Moment::now();
        let left = if let ProcessOrder::Launch { slot, run, .. } = &order { self.left(slot, *run) } else { None };
        let work = Work { order, right: right(from, left) };
        if self.recovery.services.work.try_send(work).is_err() {
            tracing::error!("services do not take orders");
        }
    }

    /// For how long a run may go on, as is known now.
    fn left(&self, slot: &Slot, run: u64) -> Option<Duration> {
        let now = self.clock.now().at;
        let mut rights = self.node.recovers().rights();
        let known = rights.find(|(other, of, _)| *other == slot && *of == run);
        known.and_then(|(_, _, until)| until).map(|until| until.since(now))
    }

    /// Tells the services for how long they may go on.
    pub(super) fn renew(&mut self) {
        let (from, now) = (Moment::now(), self.clock.now().at);
        let rights: Vec<_> = self
            .node
            .recovers()
            .rights()
            .map(|(slot, run, until)| (slot.clone(), run, right(from, until.map(|until| until.since(now)))))
            .collect();
        if !rights.is_empty() || !self.recovery.services.rights.borrow().is_empty() {
            self.recovery.services.rights.send_replace(rights);
        }
    }

    /// Tells those starts that wait for their turn whose orders count.
    pub(super) fn void_orders(&self) {
        let regime = self.node.recovers().stage().map(|(epoch, _)| epoch);
        self.recovery.services.regime.send_if_modified(|before| std::mem::replace(before, regime) != regime);
    }

    /// Answers what recovery is asked.
    pub(super) fn serve_recovery(&mut self, request: Request, asker: Asker) {
        let now = self.clock.now().at;
        match request {
            Request::StatusAfter(after) => {
                let known = self.node.recovers().revision().map(|(epoch, revision)| status::revision(epoch, revision));
                if known == Some(after) && self.recovery.waiting.len() < WAITING {
                    self.recovery.waiting.push((asker, after, now + PATIENCE));
                } else {
                    self.tell_status(asker);
                }
            }
            Request::Restart(service) => match parts::service_name("restart", &service) {
                Ok(service) => self.direct(Directive::Restart(service), asker),
                Err(_) => self.tell(asker, refusal(&NotDirected::Unknown)),
            },
            Request::Move(from) => {
                let service = parts::service_name("move.service", &from.service);
                match (service, NodeName::new(&from.node)) {
                    (Ok(service), Ok(node)) => {
                        self.direct(Directive::Move(Slot { service, index: from.index }, node), asker);
                    }
                    _ => self.tell(asker, refusal(&NotDirected::Unknown)),
                }
            }
            Request::Explain(bytes) => {
                self.tell_shifts(asker, status::question(&bytes));
            }
            Request::Plan(change) => {
                let catalog = self.node.recovers().catalog();
                self.tell_shifts(asker, status::plan(catalog, change));
            }
        }
    }

    fn direct(&mut self, directive: Directive, asker: Asker) {
        let ticket = self.next_ticket;
        self.next_ticket += 1;
        self.recovery.directives.insert(ticket, asker);
        self.handle(Event::Command(Command::Direct { ticket, directive }));
    }

    /// A directive is followed, or not.
    pub(super) fn directed(&mut self, ticket: u64, outcome: Result<(), NotDirected>) {
        let Some(asker) = self.recovery.directives.remove(&ticket) else { return };
        let kind = match outcome {
            Ok(()) => Some(Kind::Done(true)),
            Err(why) => refusal(&why),
        };
        self.tell(asker, kind);
    }

    /// Answers those who waited for something to have changed.
    pub(super) fn answer_recovery(&mut self) {
        if self.recovery.waiting.is_empty() {
            return;
        }
        let (now, known) = (self.clock.now().at, self.node.recovers().revision());
        let changed = std::mem::replace(&mut self.recovery.told, known) != known;
        let known = known.map(|(epoch, revision)| status::revision(epoch, revision));
        let waiting = std::mem::take(&mut self.recovery.waiting);
        let (due, later): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .partition(|(_, after, until)| changed && known != Some(*after) || known.is_none() || *until <= now);
        self.recovery.waiting = later;
        due.into_iter().for_each(|(asker, ..)| self.tell_status(asker));
    }

    /// Answers what would run elsewhere, if the question makes sense.
    fn tell_shifts(&mut self, asker: Asker, question: Option<Question>) {
        let shifts = question.and_then(|question| self.node.recovers().what_if(&question));
        self.tell(asker, shifts.map(|shifts| Kind::Shifts(status::shifts_out(shifts).encode_to_vec())));
    }

    fn tell_status(&mut self, asker: Asker) {
        let recovers = self.node.recovers();
        let status = recovers.status(self.clock.now().at).zip(recovers.revision());
        let kind = status.map(|(status, (epoch, revision))| {
            let leader = self.node.name().to_string();
            let recovery = status::recovery_out(&status, leader).encode_to_vec();
            Kind::Status(pb::RecoverySnapshot { revision: status::revision(epoch, revision), recovery })
        });
        self.tell(asker, kind);
    }

    /// Answers; without a kind this node does not lead.
    fn tell(&mut self, asker: Asker, kind: Option<Kind>) {
        let kind = kind.map(|kind| Answered::Recovery(RecoveryAnswer { kind: Some(kind) }));
        let mut body = pb::LeaderAnswer { kind: Some(kind.unwrap_or(Answered::NotLeader(true))) }.encode_to_vec();
        if body.len() > MAX_ANSWER {
            tracing::error!(bytes = body.len(), limit = MAX_ANSWER, "too much is to be told of recovery: it is not");
            body = pb::LeaderAnswer { kind: Some(Answered::NotLeader(true)) }.encode_to_vec();
        }
        match asker {
            Asker::Here(reply) => drop(reply.send(Ok(body))),
            Asker::Node { name: to, number } => self.handle(Event::Command(Command::Answer { to, number, body })),
        }
    }
}

/// Why a directive is not followed; none when another node is to be asked.
fn refusal(why: &NotDirected) -> Option<Kind> {
    use pb::RecoveryRefusalKind as R;
    let (kind, text) = match why {
        NotDirected::NotLeader => return None,
        NotDirected::Unknown => (R::UnknownService, "there is no such service or instance".to_owned()),
        NotDirected::NotMember => (R::UnknownNode, "the node is no member of the cluster".to_owned()),
        NotDirected::Obstacle(obstacle) => (R::CannotMove, format!("it cannot run there: {obstacle}")),
        NotDirected::WouldReturn => {
            (R::CannotMove, "it would go back at once: its definition has it run elsewhere".to_owned())
        }
    };
    Some(Kind::Refused(pb::RecoveryRefusal { kind: kind.into(), text }))
}
