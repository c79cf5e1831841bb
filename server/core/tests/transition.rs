//! The contract of effects: what is durable before what is sent, step by step, in a cluster of two nodes whose frames
//! are carried by hand.

#![allow(clippy::unwrap_used)]

use quorate_core::{
    Command, Durable, Effect, Event, Node, Outcome, Publication, Settings, Timer,
    status::ViewState,
    types::{
        Address, Boot, ConnId, Duration, Identity, Incarnation, Instant, Loss, Network, NodeId, NodeName, Now, WallTime,
    },
    wire::{Frame, Payload, Refusal},
};

fn name(text: &str) -> NodeName {
    NodeName::new(text).unwrap()
}

fn network() -> Network {
    Network::new("default").unwrap()
}

/// One node, and everything it has asked for that was not done yet.
struct Peer {
    node: Node,
    now: Now,
    todo: Vec<Effect>,
    timers: Vec<(Instant, Timer)>,
    /// Whether nothing it sends arrives but heartbeats.
    mute: bool,
}

impl Peer {
    fn new(text: &str, durable: Durable) -> Self {
        let boot = Boot { count: 1, id: [1; 16] };
        let id = NodeId([text.as_bytes()[0]; 16]);
        let identity = Identity { name: name(text), id, boot };
        let settings = Settings::new("c", identity, vec![(network(), Address::new(text))]);
        let node = Node::new(settings, durable, 1).unwrap();
        let mut peer = Self { node, now: now(0), todo: vec![], timers: vec![], mute: false };
        peer.on(Event::Start);
        peer
    }

    fn on(&mut self, event: Event) {
        let mut out = Vec::new();
        self.node.handle(self.now, event, &mut out);
        for effect in out {
            match effect {
                Effect::Arm { timer, at } => self.timers.push((at, timer)),
                Effect::Send { frame: Frame::LinkData { .. }, .. } if self.mute => {}
                Effect::Note(_) | Effect::Publish(Publication::NodeChanged { .. }) => {}
                effect => self.todo.push(effect),
            }
        }
    }

    /// Lets timers come due until `until`.
    fn pass(&mut self, until: u64) {
        while let Some(at) = self.timers.iter().map(|(at, _)| *at).min().filter(|at| *at <= now(until).at) {
            let next = self.timers.iter().position(|(due, _)| *due == at).unwrap();
            let (_, timer) = self.timers.remove(next);
            self.now.at = self.now.at.max(at);
            self.on(Event::Timer(timer));
        }
        self.now = now(until);
    }

    /// Takes out the effects that `want` asks for.
    fn take(&mut self, want: impl Fn(&Effect) -> bool) -> Vec<Effect> {
        let (taken, left) = std::mem::take(&mut self.todo).into_iter().partition(want);
        self.todo = left;
        taken
    }

    /// The payloads among the frames that wait to be sent.
    fn payloads(&self) -> Vec<&Payload> {
        let payload = |effect: &Effect| matches!(effect, Effect::Send { frame: Frame::LinkData { .. }, .. });
        let sends = self.todo.iter().filter(|effect| payload(effect));
        sends
            .filter_map(|effect| match effect {
                Effect::Send { frame: Frame::LinkData { payload, .. }, .. } => Some(payload),
                _ => None,
            })
            .collect()
    }

    fn writes(&self) -> Vec<(u64, Incarnation)> {
        let write = |effect: &Effect| match effect {
            Effect::Persist { number, durable } => Some((*number, durable.promised)),
            _ => None,
        };
        self.todo.iter().filter_map(write).collect()
    }

    fn state(&self) -> ViewState {
        self.node.view().state
    }
}

fn now(millis: u64) -> Now {
    Now { at: Instant::from_nanos(millis * 1_000_000), wall: WallTime(millis) }
}

/// Carries all frames that wait, both ways, until none does. Writes are left alone.
fn carry(a: &mut Peer, b: &mut Peer) {
    loop {
        let mut carried = false;
        for flip in [false, true] {
            let (from, to) = if flip { (&mut *b, &mut *a) } else { (&mut *a, &mut *b) };
            let own = if flip { ConnId(1) } else { ConnId(2) };
            for effect in from.take(|effect| matches!(effect, Effect::Send { .. })) {
                let Effect::Send { conn, frame } = effect else { unreachable!() };
                if conn == own {
                    carried = true;
                    to.on(Event::Frame { conn: if flip { ConnId(2) } else { ConnId(1) }, frame });
                }
            }
        }
        if !carried {
            return;
        }
    }
}

/// Two nodes with a link between them, which `a` dialled, and no view yet.
fn linked() -> (Peer, Peer) {
    let (mut a, mut b) = (Peer::new("a", Durable::default()), Peer::new("b", Durable::default()));
    a.on(Event::Discovered { source: "test".into(), addresses: vec![Address::new("b")] });
    assert_eq!(a.take(|effect| matches!(effect, Effect::Dial { .. })).len(), 1);
    b.on(Event::Accepted { conn: ConnId(1), network: network(), remote: Address::new("a") });
    a.on(Event::Connected { conn: ConnId(2) });
    carry(&mut a, &mut b);
    (a, b)
}

/// Lets both live until `until`, a heartbeat at a time.
fn live(a: &mut Peer, b: &mut Peer, from: u64, until: u64) {
    for millis in (from..=until).step_by(10) {
        a.pass(millis);
        b.pass(millis);
        carry(a, b);
    }
}

/// Both, up to the point at which `a` has begun to lead.
fn leading() -> (Peer, Peer) {
    let (mut a, mut b) = linked();
    live(&mut a, &mut b, 10, 1100);
    (a, b)
}

#[test]
fn v2_a_controller_promises_durably_before_it_proposes() {
    let (mut a, mut b) = leading();
    assert_eq!(a.writes(), [(1, Incarnation(1))]);
    assert!(b.writes().is_empty(), "nothing was proposed yet");
    a.on(Event::Persisted { number: 1 });
    assert!(a.payloads().iter().any(|payload| matches!(payload, Payload::Prepare(_))));
    carry(&mut a, &mut b);
    assert_eq!(b.writes(), [(1, Incarnation(1))]);
}

#[test]
fn v2_a_member_promises_durably_before_it_says_so() {
    let (mut a, mut b) = leading();
    a.on(Event::Persisted { number: 1 });
    carry(&mut a, &mut b);
    assert!(b.payloads().is_empty(), "the promise is not durable yet");
    b.on(Event::Persisted { number: 1 });
    assert!(b.payloads().iter().any(|payload| matches!(payload, Payload::Promise { .. })));
}

#[test]
fn a_proposal_that_comes_twice_is_answered_once_it_is_durable() {
    let (mut a, mut b) = leading();
    a.on(Event::Persisted { number: 1 });
    let twice: Vec<Effect> = a.take(|effect| matches!(effect, Effect::Send { frame: Frame::LinkData { .. }, .. }));
    for (n, effect) in twice.iter().chain(&twice).enumerate() {
        let Effect::Send { frame: Frame::LinkData { own, peer, seq, ack, payload }, .. } = effect.clone() else {
            unreachable!()
        };
        // The second round comes as new messages, as over a renewed link.
        let seq = if n < twice.len() { seq } else { seq + twice.len() as u64 };
        b.on(Event::Frame { conn: ConnId(1), frame: Frame::LinkData { own, peer, seq, ack, payload } });
    }
    assert_eq!(b.writes().len(), 1);
    assert!(!b.payloads().iter().any(|payload| matches!(payload, Payload::Reject { .. })), "{:?}", b.payloads());
    b.on(Event::Persisted { number: 1 });
    assert!(b.payloads().iter().any(|payload| matches!(payload, Payload::Promise { .. })));
}

#[test]
fn e1_a_node_answers_for_the_transition_it_has_promised_and_for_no_other() {
    let (mut a, mut b) = leading();
    a.on(Event::Persisted { number: 1 });
    let prepare = a.take(|effect| matches!(effect, Effect::Send { frame: Frame::LinkData { .. }, .. })).pop().unwrap();
    let Effect::Send { frame: Frame::LinkData { own, peer, seq, ack, payload: Payload::Prepare(proposal) }, .. } =
        prepare
    else {
        panic!("the last message is the proposal")
    };
    let fetch = Payload::FetchHistory { id: proposal.id.clone(), known: vec![] };
    b.on(Event::Frame { conn: ConnId(1), frame: Frame::LinkData { own, peer, seq, ack, payload: fetch } });
    assert!(b.payloads().iter().any(|payload| matches!(payload, Payload::Reject { .. })), "{:?}", b.payloads());
    assert!(!b.payloads().iter().any(|payload| matches!(payload, Payload::History { .. })));
}

#[test]
fn v3_nobody_installs_before_all_have_promised_and_all_build_on_it_after_all_have_installed() {
    let (mut a, mut b) = leading();
    a.on(Event::Persisted { number: 1 });
    carry(&mut a, &mut b);
    assert_eq!((a.state(), b.state()), (ViewState::Forming, ViewState::Forming));
    b.on(Event::Persisted { number: 1 });
    carry(&mut a, &mut b);
    assert_eq!((a.state(), b.state()), (ViewState::Stable, ViewState::Stable));
    let steps: Vec<&str> = b.todo.iter().filter_map(published).collect();
    assert_eq!(steps, ["view", "stable"]);
}

fn published(effect: &Effect) -> Option<&'static str> {
    match effect {
        Effect::Publish(Publication::TransitionStarted { .. }) => Some("left"),
        Effect::Publish(Publication::View { .. }) => Some("view"),
        Effect::Publish(Publication::Stable { .. }) => Some("stable"),
        _ => None,
    }
}

#[test]
fn v3_a_member_leaves_its_view_before_it_promises_the_next() {
    let (mut a, mut b) = leading();
    a.on(Event::Persisted { number: 1 });
    carry(&mut a, &mut b);
    b.on(Event::Persisted { number: 1 });
    carry(&mut a, &mut b);
    a.todo.clear();
    a.on(Event::Closed { conn: ConnId(2), loss: Loss::Reset });
    for millis in (1110..1300).step_by(10) {
        a.pass(millis);
    }
    let order: Vec<&str> = a
        .todo
        .iter()
        .filter_map(|effect| if matches!(effect, Effect::Persist { .. }) { Some("write") } else { published(effect) })
        .collect();
    assert_eq!(order, ["left", "write"]);
    assert_eq!(a.state(), ViewState::Transition);
    a.on(Event::Persisted { number: 2 });
    assert_eq!(a.state(), ViewState::Stable, "alone, all have installed at once");
    assert_eq!(a.node.view().view.unwrap().members.len(), 1);
}

#[test]
fn v5_a_candidate_that_does_not_deliver_is_passed_over() {
    let (mut a, mut b) = leading();
    a.mute = true;
    a.on(Event::Persisted { number: 1 });
    live(&mut a, &mut b, 1110, 12_000);
    assert_eq!(b.writes(), [(1, Incarnation(1))], "b leads");
}

#[test]
fn v5_nobody_waits_for_a_disk_that_hangs() {
    let (mut a, mut b) = leading();
    // While a might still take it in, it is in no hurry to form a view of its own.
    live(&mut a, &mut b, 1110, 11_000);
    b.on(Event::Persisted { number: 1 });
    assert_eq!((a.writes().len(), a.state(), b.state()), (1, ViewState::Forming, ViewState::Stable));
    assert_eq!(b.node.view().view.unwrap().members.len(), 1);
    // It waits for the disk, and a while longer, or a slow one would be in and out over and over.
    live(&mut a, &mut b, 11_010, 40_000);
    a.on(Event::Persisted { number: 1 });
    live(&mut a, &mut b, 40_010, 41_500);
    b.on(Event::Persisted { number: 2 });
    carry(&mut a, &mut b);
    a.on(Event::Persisted { number: 2 });
    carry(&mut a, &mut b);
    assert_eq!((a.state(), b.state()), (ViewState::Stable, ViewState::Stable));
    assert_eq!(a.node.view().view.unwrap().members.len(), 2);
}

#[test]
fn v2_incarnations_rise_over_a_restart() {
    let durable = Durable { promised: Incarnation(41), ..Durable::default() };
    let mut a = Peer::new("a", durable);
    for millis in (10..1200).step_by(10) {
        a.pass(millis);
    }
    assert_eq!(a.writes(), [(1, Incarnation(42))]);
}

#[test]
fn an_eviction_is_answered_when_it_is_durable_and_then_refuses() {
    let (mut a, mut b) = linked();
    a.on(Event::Command(Command::Evict { name: name("b"), reason: "test".into(), ticket: 7 }));
    assert!(a.take(|effect| matches!(effect, Effect::Reply { .. })).is_empty());
    let (number, _) = a.writes()[0];
    a.on(Event::Persisted { number });
    let reply = a.take(|effect| matches!(effect, Effect::Reply { .. }));
    assert_eq!(reply, [Effect::Reply { ticket: 7, outcome: Outcome::Done }]);
    a.on(Event::Accepted { conn: ConnId(5), network: network(), remote: Address::new("b") });
    let hello = b.take(|effect| matches!(effect, Effect::Send { frame: Frame::Hello(_), .. }));
    assert!(hello.is_empty(), "b was the accepting end; it introduces itself anew below");
    let mut again = Peer::new("b", Durable::default());
    again.on(Event::Discovered { source: "test".into(), addresses: vec![Address::new("a")] });
    again.on(Event::Connected { conn: ConnId(2) });
    for effect in again.take(|effect| matches!(effect, Effect::Send { .. })) {
        let Effect::Send { frame, .. } = effect else { unreachable!() };
        a.on(Event::Frame { conn: ConnId(5), frame });
    }
    let refused = |effect: &Effect| {
        matches!(effect, Effect::Send { conn: ConnId(5), frame: Frame::Refuse { reason: Refusal::Evicted, .. } })
    };
    assert!(a.todo.iter().any(refused));
}

#[test]
fn hostile_frames_end_in_nothing_worse_than_a_closed_connection() {
    let (mut a, _) = linked();
    a.on(Event::Accepted { conn: ConnId(9), network: network(), remote: Address::new("x") });
    let relay = Frame::Relay {
        source: name("x"),
        destination: name("a"),
        frame: Box::new(Frame::LinkAck { own: 1, peer: 1, ack: 1 }),
    };
    for frame in [
        relay,
        Frame::LinkReset { own: u64::MAX, peer: u64::MAX },
        Frame::Refuse { reason: Refusal::Myself, text: String::new() },
    ] {
        a.on(Event::Frame { conn: ConnId(9), frame });
    }
    a.on(Event::Frame { conn: ConnId(77), frame: Frame::LinkAck { own: 1, peer: 1, ack: 1 } });
    a.on(Event::Closed { conn: ConnId(78), loss: Loss::Reset });
    a.on(Event::Timer(Timer::Transition(u64::MAX)));
    a.on(Event::Persisted { number: u64::MAX });
    a.pass(Duration::from_secs(3).as_millis() as u64);
}
