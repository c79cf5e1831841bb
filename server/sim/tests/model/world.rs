//! Three nodes, their links and disks, and everything that may happen next.

use std::collections::{BTreeSet, VecDeque};

use quorate_core::{
    integration::{Effect, Integration},
    status::ViewState,
    types::{Incarnation, ViewId},
    wire::Payload,
};

use crate::{
    host::{Host, NOW},
    shared::Shared,
    steps::{News, Step, others},
    witness::Witness,
};

/// How many nodes there are.
pub const NODES: usize = 3;

/// One end of a link.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum End {
    /// Down, and the node knows it.
    Down,
    /// Up; the peer does not count as reached yet.
    Up,
    /// Up, and the peer counts.
    Trusted,
    /// It has failed, and the node has not noticed.
    Lost,
}

/// What may still go wrong.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Bounds {
    /// Crashes, each at any point; every node comes back.
    pub crashes: usize,
    /// Links that fail, and come up again.
    pub cuts: usize,
    /// Nodes that lose both links at once, and get them back.
    pub splits: usize,
    /// News that are late, each by as long as you like; others travel at once.
    pub late: usize,
    /// Transitions that are given up because a phase took too long, whether it did or not.
    pub timeouts: usize,
    /// The highest incarnation that may be promised; what goes beyond is not followed.
    pub incarnation: u64,
    /// Whether who did not answer in time is kept out from then on, or limits always look overslept.
    pub blame: bool,
}

/// From where a check sets out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Begin {
    /// All nodes run, and no link is up.
    Apart,
    /// All links are up, and all know all.
    Linked,
    /// All are in one stable view.
    Formed,
    /// The last node was parted from the others, and each side has gone on to a view of its own.
    Parted,
}

/// A state of the whole.
#[derive(Clone, PartialEq, Hash, Debug)]
pub struct World {
    pub hosts: [Shared<Host>; NODES],
    /// The end at the first node of its link to the second.
    pub ends: [[End; NODES]; NODES],
    /// What is under way from the first node to the second.
    pub sent: [[Shared<VecDeque<Payload>>; NODES]; NODES],
    /// What the nodes have published.
    pub witness: Shared<Witness>,
    /// The highest incarnation that anybody has promised, proposed or installed.
    highest: u64,
    /// News that are late.
    pub late: BTreeSet<News>,
    /// What may still go wrong.
    pub left: Bounds,
}

impl World {
    /// A world from which a check sets out.
    pub fn new(begin: Begin, bounds: Bounds) -> Self {
        let calm = Bounds { blame: bounds.blame, ..Bounds::default() };
        let mut world = Self::apart(calm);
        if begin >= Begin::Linked {
            world.go_on(0, |step| matches!(step, Step::News(_) | Step::Connect(..)));
        }
        if begin >= Begin::Formed {
            world.go_on(1, |_| true);
            assert!(world.has_common_view(), "the nodes do not form a view");
        }
        if begin >= Begin::Parted {
            others(2).for_each(|other| world.lose(2, other));
            world.go_on(2, |step| !matches!(step, Step::Connect(..)));
        }
        world.left = bounds;
        world
    }

    fn apart(bounds: Bounds) -> Self {
        let empty = || Shared::new(VecDeque::new());
        let mut world = Self {
            hosts: std::array::from_fn(|number| Shared::new(Host::new(number))),
            ends: [[End::Down; NODES]; NODES],
            sent: std::array::from_fn(|_| std::array::from_fn(|_| empty())),
            witness: Shared::new(Witness::default()),
            highest: 0,
            late: BTreeSet::new(),
            left: bounds,
        };
        (0..NODES).for_each(|number| world.start(number));
        world
    }

    /// Goes on in one order, in which nothing is late and timers fire when nothing else happens.
    fn go_on(&mut self, incarnation: u64, may: impl Fn(&Step) -> bool) {
        self.left.incarnation = incarnation;
        while let Some(next) = self.steps().into_iter().filter(&may).find_map(|step| self.after(step)) {
            *self = next;
        }
    }

    /// The state after a step; `None` when nothing changes or the bounds are left.
    pub fn after(&self, step: Step) -> Option<Self> {
        let mut next = self.clone();
        next.take(step)?;
        // Where no news may be late any more there is only one way on.
        while let Some(news) = next.prompt().filter(|_| next.left.late == 0) {
            next.arrive(news);
        }
        (next.highest <= next.left.incarnation).then_some(next)
    }

    fn take(&mut self, step: Step) -> Option<()> {
        match step {
            Step::News(news) => self.arrive(news),
            Step::Late(news) => {
                self.left.late = self.left.late.checked_sub(1)?;
                self.late.insert(news);
            }
            Step::Timer(number) => return self.fire(number),
            Step::Sync(number) => {
                let result = self.hosts[number].change(Host::sync);
                self.carry_out(number, result);
            }
            Step::Deliver(from, to) => self.deliver(from, to),
            Step::Connect(one, other) => self.arrive(News::Connect(one, other)),
            Step::Notice(one, other) => self.notice(one, other),
            Step::Cut(one, other) => {
                self.left.cuts -= 1;
                self.lose(one, other);
            }
            Step::Split(number) => {
                self.left.splits -= 1;
                others(number).for_each(|other| self.lose(number, other));
            }
            Step::Crash(number, kept) => self.crash(number, kept),
            Step::Start(number) => self.start(number),
        }
        Some(())
    }

    fn arrive(&mut self, news: News) {
        self.late.remove(&news);
        match news {
            News::Connect(one, other) => {
                self.ends[one][other] = End::Up;
                let hello = self.hosts[other].hello();
                self.act(one, |node, out| node.on_link_up(NOW, &hello, out));
            }
            News::Trust(one, other) => {
                self.ends[one][other] = End::Trusted;
                let peer = self.hosts[other].identity.name.clone();
                self.act(one, |node, out| node.on_link_trusted(NOW, &peer, true, Vec::new(), out));
            }
            News::Message(from, to) => self.deliver(from, to),
            News::Batch(number) => {
                self.hosts[number].change(|host| host.batch = false);
                self.act(number, |node, out| node.on_batch(NOW, out));
            }
        }
    }

    fn notice(&mut self, one: usize, other: usize) {
        self.ends[one][other] = End::Down;
        self.drop_sent(other, one);
        let peer = self.hosts[other].identity.name.clone();
        self.act(one, |node, out| node.on_link_down(NOW, &peer, Vec::new(), out));
    }

    /// What is under way is lost.
    fn drop_sent(&mut self, from: usize, to: usize) {
        self.sent[from][to] = Shared::new(VecDeque::new());
        self.late.remove(&News::Message(from, to));
    }

    /// Both ends fail; each notices when it does, and takes what comes in until then.
    fn lose(&mut self, one: usize, other: usize) {
        for (from, to) in [(one, other), (other, one)] {
            if self.ends[from][to] != End::Down {
                self.ends[from][to] = End::Lost;
                self.late.retain(|news| ![News::Trust(from, to), News::Connect(to, from)].contains(news));
            }
        }
    }

    fn fire(&mut self, number: usize) -> Option<()> {
        let (before, token) = (self.hosts[number].clone(), self.hosts[number].token);
        let (mut settled, steady) = (false, |effect: &Effect| matches!(effect, Effect::MapChanged { .. }));
        self.act(number, |node, out| {
            node.on_transition_timer(NOW, token, out);
            settled = out.iter().any(steady);
        });
        if before == self.hosts[number] {
            return None;
        }
        if !settled {
            self.left.timeouts = self.left.timeouts.checked_sub(1)?;
        }
        Some(())
    }

    fn deliver(&mut self, from: usize, to: usize) {
        let Some(payload) = self.sent[from][to].change(VecDeque::pop_front) else { return };
        let peer = self.hosts[from].identity.clone();
        self.act(to, |node, out| node.on_message(NOW, &peer, payload, out));
    }

    fn crash(&mut self, number: usize, kept: usize) {
        self.left.crashes -= 1;
        let identity = self.hosts[number].identity.clone();
        self.witness.change(|witness| witness.crashed(&identity));
        self.hosts[number].change(|host| host.crash(kept));
        self.late.remove(&News::Batch(number));
        for other in others(number) {
            self.lose(number, other);
            self.ends[number][other] = End::Down;
            self.drop_sent(other, number);
        }
    }

    fn start(&mut self, number: usize) {
        let blame = self.left.blame;
        let effects = self.hosts[number].change(|host| host.start(blame));
        let identity = self.hosts[number].identity.clone();
        self.witness.change(|witness| witness.started(&identity));
        self.carry_out(number, Ok(effects));
    }

    /// Lets a node do something.
    fn act(&mut self, number: usize, act: impl FnOnce(&mut Integration, &mut Vec<Effect>)) {
        let result = self.hosts[number].change(|host| host.act(act));
        self.carry_out(number, result);
    }

    fn carry_out(&mut self, number: usize, result: Result<Vec<Effect>, String>) {
        match result {
            Ok(effects) => effects.into_iter().for_each(|effect| self.effect(number, effect)),
            Err(said) => self.witness.change(|witness| witness.fail("core", said)),
        }
    }

    fn effect(&mut self, number: usize, effect: Effect) {
        self.highest = self.highest.max(incarnation(&effect).0);
        let me = &self.hosts[number].identity;
        match effect {
            Effect::Send { peer, payload } => {
                let to = self.hosts.iter().position(|host| host.identity.name == peer);
                to.into_iter().for_each(|to| self.send(number, to, payload.clone()));
            }
            Effect::TransitionStarted { .. } => self.witness.change(|witness| witness.on_left(me)),
            Effect::View { view, installed } => self.witness.change(|witness| {
                witness.on_view(me, &view);
                if installed {
                    witness.on_install(me, &view);
                }
            }),
            Effect::Stable { id, .. } => self.witness.change(|witness| witness.on_stable(me, &id)),
            _ => {}
        }
    }

    /// A message goes out, unless the node knows that the link is down, or the peer does.
    fn send(&mut self, from: usize, to: usize, payload: Payload) {
        match (self.ends[from][to], self.ends[to][from]) {
            (End::Down, _) | (End::Lost, End::Down) => {}
            _ => self.sent[from][to].change(|sent| sent.push_back(payload)),
        }
    }

    /// Whether nothing but a fault can happen any more.
    pub fn is_quiet(&self) -> bool {
        let mut unhurried = self.clone();
        unhurried.left.timeouts = 1;
        let is_over = |step| match step {
            Step::Timer(number) => unhurried.clone().fire(number).is_none(),
            step => matches!(step, Step::Cut(..) | Step::Split(_) | Step::Crash(..)),
        };
        self.steps().into_iter().all(is_over)
    }

    /// Whether all nodes stand in one view and may build on it.
    pub fn has_common_view(&self) -> bool {
        let views: BTreeSet<Option<&ViewId>> = self.hosts.iter().map(|host| stable_view(host)).collect();
        views.len() == 1 && !views.contains(&None)
    }
}

/// The incarnation that an effect speaks of. Not of promises only: a broken core may forget them, and a check of it must
/// come to an end too.
fn incarnation(effect: &Effect) -> Incarnation {
    match effect {
        Effect::Persist { promised, .. } => *promised,
        Effect::Send { payload: Payload::Prepare(proposal), .. } => proposal.id.incarnation,
        Effect::View { view, .. } => view.id.incarnation,
        _ => Incarnation(0),
    }
}

fn stable_view(host: &Host) -> Option<&ViewId> {
    let (view, state) = host.node.as_ref()?.view();
    view.map(|view| &view.id).filter(|_| state == ViewState::Stable)
}
