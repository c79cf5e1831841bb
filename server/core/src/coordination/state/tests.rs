//! What entries do, one by one.

use alloc::{format, string::ToString, sync::Arc, vec, vec::Vec};

use super::{Abortion, BarrierStep, Clock, End, Limits, News, Passage, Record, State, What};
use crate::{
    types::{
        Boot, Duration, Epoch, Identity, Incarnation, NodeId, NodeName, Path, Revision, Secret, SessionId, ViewId,
    },
    wire::{
        Act, Begin, Claim, Denial, Departure, Done, Entry, EntryKind, LimitKind, Mode, NameKind, Opening, Participant,
        Parties, Plan, Request,
    },
};

const SECRET: Secret = Secret([7; 16]);

/// A state, and what the entries so far have told.
struct Trial {
    state: State,
    limits: Limits,
    news: Vec<What>,
    clocks: Vec<Clock>,
}

fn path(text: &str) -> Path {
    Path::new(text).unwrap()
}

fn node(text: &str) -> NodeName {
    NodeName::new(text).unwrap()
}

fn member(name: &str, zone: &str) -> Participant {
    let identity = Identity { name: node(name), id: NodeId::default(), boot: Boot::default() };
    Participant { identity, labels: vec![("zone".to_string(), zone.to_string())] }
}

fn begin(members: &[Participant]) -> EntryKind {
    let view = ViewId { incarnation: Incarnation(1), controller: node("n1") };
    EntryKind::Begin(Begin { view, members: members.into() })
}

impl Trial {
    fn new() -> Self {
        Self::with(State::new(Epoch(1), false))
    }

    fn with(state: State) -> Self {
        let mut trial = Self { state, limits: Limits::default(), news: vec![], clocks: vec![] };
        trial.apply(begin(&[member("n1", "a"), member("n2", "b"), member("n3", "b")])).unwrap();
        trial
    }

    fn apply(&mut self, kind: EntryKind) -> Result<Done, Denial> {
        let entry = Entry { revision: self.state.revision().next(), epoch: self.state.epoch(), kind };
        let before = self.state.clone();
        let mut follower = self.state.clone();
        let applied = self.state.apply(&entry, Some(&self.limits));
        if applied.outcome.is_ok() {
            follower.apply(&entry, None);
            assert_eq!(follower, self.state, "a member comes to the same");
        } else {
            assert_eq!(before, self.state, "what is denied changes nothing");
        }
        self.news.extend(applied.news.into_iter().map(|News { what, .. }| what));
        self.clocks.extend(applied.clocks);
        applied.outcome
    }

    fn ask(&mut self, session: Option<SessionId>, id: Option<&str>, act: Act) -> Result<Done, Denial> {
        let session = session.map(|session| (session, SECRET));
        let request = Request { session, id: id.map(Arc::from), act };
        self.apply(EntryKind::Request { from: (node("n1"), 1), request })
    }

    fn open_in(&mut self, group: &str) -> SessionId {
        let (label, client) = (Arc::from("test"), Arc::from("client"));
        let ttl = Duration::from_secs(10);
        let opening =
            Opening { ttl, secret: SECRET, label, group: group.into(), client, node: node("n1"), member: None };
        match self.ask(None, None, Act::Open(opening)) {
            Ok(Done::Opened { session, .. }) => session,
            other => panic!("{other:?}"),
        }
    }

    fn open(&mut self) -> SessionId {
        self.open_in("")
    }

    fn lock(&mut self, session: SessionId, mode: Mode, wait: bool) -> Result<Done, Denial> {
        self.ask(Some(session), None, Act::Acquire(claim(mode, wait, Duration::ZERO)))
    }

    fn release(&mut self, session: SessionId) -> Result<Done, Denial> {
        self.ask(Some(session), None, Act::Release { path: path("lock"), kind: NameKind::Lock, token: None })
    }

    fn enter(&mut self, session: SessionId, plan: &Plan, through: &str) -> Result<Done, Denial> {
        let act = Act::Enter { path: path("barrier"), plan: plan.clone(), node: node(through) };
        self.ask(Some(session), None, act)
    }

    fn holders(&self) -> Vec<SessionId> {
        self.state.name("lock").map(|name| name.holders.keys().copied().collect()).unwrap_or_default()
    }

    fn steps(&self) -> Vec<BarrierStep> {
        let step = |what: &What| match what {
            What::Barrier { step, .. } => Some(step.clone()),
            _ => None,
        };
        self.news.iter().filter_map(step).collect()
    }
}

fn claim(mode: Mode, wait: bool, delay: Duration) -> Claim {
    Claim { path: path("lock"), kind: NameKind::Lock, mode, value: Arc::from([].as_slice()), wait, delay }
}

fn plan(parties: Parties) -> Plan {
    Plan { parties, double: false, departure: Departure::Abort, deadline: None }
}

fn token(done: Result<Done, Denial>) -> crate::types::Token {
    match done {
        Ok(Done::Held { token }) => token,
        other => panic!("{other:?}"),
    }
}

#[test]
fn s1_a_lock_has_one_holder_and_the_queue_is_fair() {
    let mut trial = Trial::new();
    let (a, b, c) = (trial.open(), trial.open(), trial.open());
    let first = token(trial.lock(a, Mode::Exclusive, true));
    assert_eq!(token(trial.lock(a, Mode::Exclusive, true)), first, "once more is no other grant");
    assert_eq!(trial.lock(b, Mode::Exclusive, false), Err(Denial::Held { by: a }));
    assert_eq!(trial.lock(b, Mode::Exclusive, true), Ok(Done::Queued { ahead: 0 }));
    assert_eq!(trial.lock(c, Mode::Exclusive, true), Ok(Done::Queued { ahead: 1 }));
    assert_eq!(trial.release(a), Ok(Done::Released));
    assert_eq!(trial.holders(), [b]);
    let second = token(trial.lock(b, Mode::Exclusive, true));
    assert!(second > first);
    assert_eq!(trial.release(a), Err(Denial::NotHeld));
    trial.apply(EntryKind::Expire(b)).unwrap();
    assert_eq!(trial.holders(), [c]);
    assert!(token(trial.lock(c, Mode::Exclusive, true)) > second);
}

#[test]
fn those_who_share_do_not_overtake_one_who_does_not() {
    let mut trial = Trial::new();
    let (a, b, c, d) = (trial.open(), trial.open(), trial.open(), trial.open());
    trial.lock(a, Mode::Shared, true).unwrap();
    trial.lock(b, Mode::Shared, true).unwrap();
    assert_eq!(trial.lock(c, Mode::Exclusive, true), Ok(Done::Queued { ahead: 0 }));
    assert_eq!(trial.lock(d, Mode::Shared, true), Ok(Done::Queued { ahead: 1 }));
    trial.release(a).unwrap();
    trial.release(b).unwrap();
    assert_eq!(trial.holders(), [c]);
    trial.release(c).unwrap();
    assert_eq!(trial.holders(), [d]);
    assert_eq!(trial.lock(d, Mode::Exclusive, true), Err(Denial::OtherMode { mode: Mode::Shared }));
}

#[test]
fn one_who_gives_up_the_queue_lets_those_behind_share() {
    let mut trial = Trial::new();
    let (a, b, c) = (trial.open(), trial.open(), trial.open());
    trial.lock(a, Mode::Shared, true).unwrap();
    trial.lock(b, Mode::Exclusive, true).unwrap();
    trial.lock(c, Mode::Shared, true).unwrap();
    trial.release(b).unwrap();
    assert_eq!(trial.holders(), [a, c]);
}

#[test]
fn a_counted_lock_has_so_many_holders() {
    let mut trial = Trial::new();
    let sessions: Vec<_> = (0..3).map(|_| trial.open()).collect();
    for session in &sessions {
        trial.lock(*session, Mode::Counted(2), true).unwrap();
    }
    assert_eq!(trial.holders(), sessions[..2]);
    let late = trial.open();
    assert_eq!(trial.lock(late, Mode::Counted(3), true), Err(Denial::OtherMode { mode: Mode::Counted(2) }));
    trial.release(sessions[0]).unwrap();
    assert_eq!(trial.holders(), sessions[1..]);
}

#[test]
fn a_lock_with_a_delay_is_kept_free_after_an_unclean_end_only() {
    let mut trial = Trial::new();
    let (a, b) = (trial.open(), trial.open());
    let delay = Duration::from_secs(5);
    trial.ask(Some(a), None, Act::Acquire(claim(Mode::Exclusive, true, delay))).unwrap();
    trial.apply(EntryKind::Expire(a)).unwrap();
    let since = trial.state.revision();
    assert_eq!(trial.clocks.last(), Some(&Clock::Delay(path("lock"), since, delay)));
    assert_eq!(trial.lock(b, Mode::Exclusive, false), Err(Denial::Delayed));
    trial.ask(Some(b), None, Act::Acquire(claim(Mode::Exclusive, true, delay))).unwrap();
    assert_eq!(trial.holders(), []);
    trial.apply(EntryKind::DelayOver { path: path("lock"), since: Revision(1) }).unwrap();
    assert_eq!(trial.holders(), [], "of another time");
    trial.apply(EntryKind::DelayOver { path: path("lock"), since }).unwrap();
    assert_eq!(trial.holders(), [b]);
    let c = trial.open();
    trial.ask(Some(b), None, Act::Close).unwrap();
    assert!(matches!(trial.lock(c, Mode::Exclusive, false), Ok(Done::Held { .. })));
}

#[test]
fn s1_a_state_after_a_lost_one_grants_no_name_until_all_lost_sessions_are_over() {
    let mut trial = Trial::with(State::new(Epoch(1), true));
    let (a, b) = (trial.open(), trial.open());
    for mode in [Mode::Exclusive, Mode::Shared, Mode::Counted(2)] {
        assert_eq!(trial.lock(a, mode, false), Err(Denial::Delayed));
    }
    let bind = |shared| Act::Bind { path: path("x"), value: (*b"1").as_slice().into(), shared, expected: None };
    assert_eq!(trial.ask(Some(a), None, bind(false)), Err(Denial::Delayed));
    assert_eq!(trial.ask(Some(a), None, bind(true)), Err(Denial::Delayed));
    // Who waits queues, and one that leaves the queue makes no room.
    assert_eq!(trial.lock(a, Mode::Exclusive, true), Ok(Done::Queued { ahead: 0 }));
    assert_eq!(trial.lock(b, Mode::Exclusive, true), Ok(Done::Queued { ahead: 1 }));
    trial.release(a).unwrap();
    assert_eq!(trial.holders(), []);
    trial.apply(EntryKind::HoldOffOver).unwrap();
    assert_eq!(trial.holders(), [b]);
    assert!(trial.ask(Some(a), None, bind(true)).is_ok());
}

#[test]
fn a_binding_changes_only_from_the_revision_expected() {
    let mut trial = Trial::new();
    let (a, b) = (trial.open(), trial.open());
    let bind = |value: &[u8], expected| Act::Bind { path: path("x"), value: value.into(), shared: false, expected };
    let Ok(Done::Bound { token, modified }) = trial.ask(Some(a), None, bind(b"1", Some(Revision(0)))) else { panic!() };
    assert_eq!(trial.ask(Some(a), None, bind(b"2", Some(Revision(0)))), Err(Denial::Changed { modified }));
    let again = trial.ask(Some(a), None, bind(b"2", Some(modified)));
    assert!(matches!(again, Ok(Done::Bound { token: same, modified: later }) if same == token && later > modified));
    assert_eq!(trial.ask(Some(b), None, bind(b"3", None)), Err(Denial::Held { by: a }));
    let acquire = Act::Acquire(Claim { path: path("x"), ..claim(Mode::Exclusive, true, Duration::ZERO) });
    assert_eq!(trial.ask(Some(b), None, acquire), Err(Denial::OtherKind { kind: NameKind::Binding }));
    trial.ask(Some(a), None, Act::Close).unwrap();
    assert_eq!(trial.state.name("x"), None);
    assert!(matches!(trial.ask(Some(b), None, bind(b"3", Some(Revision(0)))), Ok(Done::Bound { .. })));
}

#[test]
fn a_request_with_an_id_is_done_once_and_answered_alike() {
    let mut trial = Trial::new();
    let a = trial.open();
    let bind = |text: &str| Act::Bind {
        path: path(text),
        value: Arc::from([].as_slice()),
        shared: false,
        expected: Some(Revision(0)),
    };
    let first = trial.ask(Some(a), Some("one"), bind("x"));
    assert!(first.is_ok());
    assert_eq!(trial.ask(Some(a), Some("one"), bind("x")), first);
    assert_eq!(trial.ask(Some(a), Some("one"), bind("y")), Err(Denial::OtherRequest));
    assert!(matches!(trial.ask(Some(a), Some("two"), bind("x")), Err(Denial::Changed { .. })));
    let acquire = || Act::Acquire(claim(Mode::Exclusive, true, Duration::ZERO));
    let held = trial.ask(Some(a), Some("three"), acquire()).unwrap();
    trial.release(a).unwrap();
    assert_eq!(trial.ask(Some(a), Some("three"), acquire()), Ok(held), "a late copy takes nothing");
    assert_eq!(trial.holders(), []);
}

#[test]
fn who_proves_nothing_gets_nothing() {
    let mut trial = Trial::new();
    let a = trial.open();
    assert_eq!(trial.ask(None, None, Act::Renew), Err(Denial::NoSession));
    let request = Request { session: Some((a, Secret([0; 16]))), id: None, act: Act::Close };
    let kind = EntryKind::Request { from: (node("n1"), 1), request };
    assert_eq!(trial.apply(kind), Err(Denial::WrongSecret));
    let later = SessionId { epoch: Epoch(1), number: 999 };
    assert_eq!(trial.ask(Some(later), None, Act::Renew), Err(Denial::UnknownSession));
    trial.ask(Some(a), None, Act::Close).unwrap();
    assert_eq!(trial.ask(Some(a), None, Act::Renew), Err(Denial::SessionEnded));
    assert_eq!(trial.ask(Some(a), None, Act::Close), Ok(Done::Closed), "closing is safe to repeat");
    let mut later = State::new(Epoch(5), false);
    later.revision = Revision(10);
    assert_eq!(later.check(a, SECRET), Err(Denial::SessionLost));
}

#[test]
fn b1_a_barrier_lets_all_pass_or_none() {
    let mut trial = Trial::new();
    let sessions: Vec<_> = (0..3).map(|_| trial.open()).collect();
    let three = plan(Parties::Count(3));
    assert_eq!(trial.enter(sessions[0], &three, "n1"), Ok(Done::Entered { generation: 1 }));
    trial.enter(sessions[1], &three, "n1").unwrap();
    assert_eq!(trial.enter(sessions[1], &three, "n1"), Ok(Done::Entered { generation: 1 }), "twice is once");
    assert!(!trial.steps().contains(&BarrierStep::Released));
    assert_eq!(trial.enter(sessions[2], &plan(Parties::Count(2)), "n1"), Err(Denial::OtherPlan));
    trial.apply(EntryKind::Expire(sessions[0])).unwrap();
    let why = Abortion::Departed(sessions[0]);
    assert_eq!(trial.steps().last(), Some(&BarrierStep::Aborted(why.clone())));
    let barrier = trial.state.barrier("barrier").unwrap();
    assert_eq!((barrier.generation, barrier.passage(1, false)), (2, Passage::Aborted(why)));
    let again: Vec<_> = (0..2).map(|_| trial.open()).collect();
    for session in [sessions[1], again[0], again[1]] {
        assert_eq!(trial.enter(session, &three, "n1"), Ok(Done::Entered { generation: 2 }));
    }
    assert_eq!(trial.steps().last(), Some(&BarrierStep::Released));
    assert_eq!(trial.state.barrier("barrier").unwrap().passage(2, false), Passage::Through);
}

#[test]
fn b1_a_double_barrier_is_left_together_and_the_early_wait() {
    let mut trial = Trial::new();
    let (a, b, c) = (trial.open(), trial.open(), trial.open());
    let double = Plan { double: true, ..plan(Parties::Count(2)) };
    trial.enter(a, &double, "n1").unwrap();
    trial.enter(b, &double, "n1").unwrap();
    assert_eq!(trial.enter(c, &double, "n1"), Ok(Done::Entered { generation: 2 }));
    let leave = |trial: &mut Trial, session| trial.ask(Some(session), None, Act::Leave { path: path("barrier") });
    assert_eq!(leave(&mut trial, a), Ok(Done::Leaving { generation: 1 }));
    assert!(!trial.steps().contains(&BarrierStep::Completed));
    leave(&mut trial, b).unwrap();
    assert_eq!(trial.steps().last(), Some(&BarrierStep::Completed));
    let barrier = trial.state.barrier("barrier").unwrap();
    assert_eq!((barrier.generation, barrier.arrived.len(), barrier.wanted), (2, 1, 2));
    assert_eq!(leave(&mut trial, c), Ok(Done::Left { generation: 2 }), "who waits may go");
}

#[test]
fn a_barrier_of_members_waits_for_those_with_the_label() {
    let mut trial = Trial::new();
    let (a, b) = (trial.open(), trial.open());
    let zone = plan(Parties::Members { labels: vec![("zone".to_string(), "b".to_string())] });
    trial.enter(a, &zone, "n2").unwrap();
    let barrier = trial.state.barrier("barrier").unwrap();
    assert_eq!(trial.state.missing(barrier).nodes, [node("n3")]);
    trial.enter(b, &zone, "n3").unwrap();
    assert_eq!(trial.steps().last(), Some(&BarrierStep::Released));
    for (departure, last) in [
        (Departure::Abort, BarrierStep::Aborted(Abortion::MemberDeparted(node("n3")))),
        (Departure::Shrink, BarrierStep::Released),
    ] {
        trial.apply(begin(&[member("n1", "a"), member("n2", "b"), member("n3", "b")])).unwrap();
        trial.enter(a, &Plan { departure, ..zone.clone() }, "n2").unwrap();
        trial.apply(begin(&[member("n1", "a"), member("n2", "b")])).unwrap();
        assert_eq!(trial.steps().last(), Some(&last));
    }
}

#[test]
fn a_barrier_of_a_group_waits_for_all_of_it() {
    let mut trial = Trial::new();
    let (a, b, other) = (trial.open_in("g"), trial.open_in("g"), trial.open());
    let group = Plan { departure: Departure::Shrink, ..plan(Parties::Group { name: "g".into(), least: 2 }) };
    assert_eq!(trial.enter(other, &group, "n1"), Err(Denial::OtherGroup));
    trial.enter(a, &group, "n1").unwrap();
    let late = trial.open_in("g");
    trial.enter(b, &group, "n1").unwrap();
    assert!(!trial.steps().contains(&BarrierStep::Released), "one that came into the group is waited for");
    trial.apply(EntryKind::Expire(late)).unwrap();
    assert_eq!(trial.steps().last(), Some(&BarrierStep::Released));
}

#[test]
fn a_barrier_that_is_not_passed_in_time_is_broken() {
    let mut trial = Trial::new();
    let a = trial.open();
    let timed = Plan { deadline: Some(Duration::from_secs(3)), ..plan(Parties::Count(2)) };
    trial.enter(a, &timed, "n1").unwrap();
    assert_eq!(trial.clocks.last(), Some(&Clock::Barrier(path("barrier"), 1, Duration::from_secs(3))));
    trial.apply(EntryKind::Overdue { path: path("barrier"), generation: 1 }).unwrap();
    assert_eq!(trial.steps().last(), Some(&BarrierStep::Aborted(Abortion::Overdue)));
    trial.apply(EntryKind::Overdue { path: path("barrier"), generation: 1 }).unwrap();
    assert_eq!(trial.state.barrier("barrier").unwrap().generation, 2, "once");
    trial.ask(Some(a), None, Act::Close).unwrap();
    assert_eq!(trial.state.barrier("barrier"), None, "nobody is left that came to it");
    let b = trial.open();
    assert_eq!(trial.enter(b, &timed, "n1"), Ok(Done::Entered { generation: 3 }), "generations rise all the same");
}

#[test]
fn l1_what_is_over_a_limit_is_denied() {
    let limit = |what, limit| Err(Denial::Limit { what, limit });
    let mut trial = Trial::new();
    let (a, b, c) = (trial.open(), trial.open(), trial.open());
    trial.limits = Limits { queue: 1, client_sessions: 3, session_names: 2, value_bytes: 4, ..Limits::default() };
    trial.lock(a, Mode::Exclusive, true).unwrap();
    trial.lock(b, Mode::Exclusive, true).unwrap();
    assert_eq!(trial.lock(c, Mode::Exclusive, true), limit(LimitKind::Queue, 1));
    let bind = |text: &str, size: usize| Act::Bind {
        path: path(text),
        value: vec![0; size].into(),
        shared: false,
        expected: None,
    };
    assert_eq!(trial.ask(Some(c), None, bind("x", 5)), limit(LimitKind::ValueBytes, 4));
    trial.ask(Some(c), None, bind("x", 4)).unwrap();
    trial.ask(Some(c), None, bind("y", 4)).unwrap();
    assert_eq!(trial.ask(Some(c), None, bind("z", 4)), limit(LimitKind::SessionNames, 2));
    trial.limits = Limits { participants: 3, ..Limits::default() };
    assert_eq!(
        trial.enter(c, &plan(Parties::Count(4)), "n1"),
        limit(LimitKind::Participants, 3),
        "they could never come"
    );
    trial.limits = Limits { client_sessions: 3, ..Limits::default() };
    let (label, client) = (Arc::from("test"), Arc::from("client"));
    let opening = Opening {
        ttl: Duration::from_secs(1),
        secret: SECRET,
        label,
        group: "".into(),
        client,
        node: node("n1"),
        member: None,
    };
    assert_eq!(trial.ask(None, None, Act::Open(opening)), limit(LimitKind::ClientSessions, 3));
}

/// Many sessions with all kinds of things, made again from their records; and when all are over, nothing is left.
#[test]
fn a_state_is_made_again_from_its_records_and_leaves_nothing() {
    let mut trial = Trial::new();
    let sessions: Vec<_> = (0..20).map(|n| trial.open_in(if n % 2 == 0 { "g" } else { "" })).collect();
    for (n, session) in sessions.iter().enumerate() {
        trial.lock(*session, Mode::Exclusive, true).unwrap();
        let bind =
            Act::Bind { path: path(&format!("name/{n}")), value: vec![1; n].into(), shared: true, expected: None };
        trial.ask(Some(*session), Some("bind"), bind).unwrap();
        if n % 2 == 0 {
            let group = plan(Parties::Group { name: "g".into(), least: 15 });
            trial.enter(*session, &group, "n1").unwrap();
        }
    }
    let records: Vec<Record> = trial.state.records();
    let mut again = State::default();
    records.into_iter().for_each(|record| again.restore(record));
    assert_eq!(again, trial.state);
    for session in sessions {
        trial.apply(EntryKind::Expire(session)).unwrap();
    }
    assert_eq!((trial.state.sizes(), trial.state.bytes()), ((0, 0, 0), 0));
    assert!(matches!(trial.news.last(), Some(What::Ended { end: End::Expired, .. })));
}
