//! A few nodes' recovery layers together, with names that are granted at once and processes that do as they are told.

use alloc::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    string::{String, ToString},
    sync::Arc,
    vec,
    vec::Vec,
};

use super::{
    About, Call, Catalog, Count, Directive, Edit, Effect, InTransition, Intent, MAX_SERVICES, NotDirected, Obstacle,
    ProcessFact, ProcessFactKind, ProcessOrder, Question, Recovery, Service, Site, WithoutQuorum,
    catalog::tests::{catalog, name, service},
};
use crate::{
    coordination::{End, Reply},
    settings::Settings,
    types::{
        Boot, Duration, Epoch, Identity, Incarnation, Instant, NodeId, NodeName, Path, Regime, Revision, SessionId,
        Slot, Token, ViewId,
    },
    wire::{Act, Answer, Denial, Done, Phase, RecoveryTalk, Request, Stage, Standing, UnitState},
};

/// Nodes, the names that they hold, and what their processes did.
struct Cluster {
    now: Instant,
    epoch: Epoch,
    up: BTreeSet<NodeName>,
    nodes: BTreeMap<NodeName, Recovery>,
    catalog: Arc<Catalog>,
    /// Who holds a name, and who queues for it, each with its ticket.
    names: BTreeMap<Path, VecDeque<(NodeName, u64)>>,
    revision: u64,
    /// Runs that go on, and those that are ready.
    running: BTreeMap<(NodeName, Slot), (u64, bool)>,
    /// What is not started: services that hang, or fail at once, on a node.
    hangs: BTreeSet<(NodeName, String)>,
    fails: BTreeSet<(NodeName, String)>,
    /// What is told to end, and takes its time.
    lingers: BTreeSet<String>,
    log: Vec<String>,
    /// What is to be carried out, in order.
    queue: VecDeque<(NodeName, Effect)>,
    busy: bool,
}

fn node(text: &str) -> NodeName {
    NodeName::new(text).unwrap()
}

fn slot(text: &str) -> Slot {
    Slot { service: name(text), index: 0 }
}

fn identity(name: &NodeName) -> Identity {
    Identity { name: name.clone(), id: NodeId::default(), boot: Boot::default() }
}

/// The layer of a node that has just started.
fn fresh(name: &NodeName) -> Recovery {
    Recovery::new(&Settings::new("test", identity(name), vec![]))
}

impl Cluster {
    fn of(names: &[&str], services: Vec<Service>) -> Self {
        let made = |text: &&str| (node(text), fresh(&node(text)));
        let mut cluster = Self {
            now: Instant::ZERO + Duration::from_secs(1),
            epoch: Epoch(0),
            up: names.iter().map(|text| node(text)).collect(),
            nodes: names.iter().map(made).collect(),
            catalog: Arc::new(catalog(services)),
            names: BTreeMap::new(),
            revision: 0,
            running: BTreeMap::new(),
            hangs: BTreeSet::new(),
            fails: BTreeSet::new(),
            lingers: BTreeSet::new(),
            log: Vec::new(),
            queue: VecDeque::new(),
            busy: false,
        };
        cluster.form();
        cluster
    }

    /// All that are up leave their view and have the next regime, which the first of them leads.
    fn form(&mut self) {
        for name in self.up.clone() {
            self.act(&name, |recovery, now, out| recovery.on_transition(now, out));
        }
        self.lead();
    }

    fn lead(&mut self) {
        self.epoch = self.epoch.next();
        let holder = self.up.first().unwrap().clone();
        let view = ViewId { incarnation: Incarnation(self.epoch.0), controller: holder.clone() };
        let regime = Regime { epoch: self.epoch, view, holder: identity(&holder) };
        // Sessions of those that are gone are over.
        for path in self.names.keys().cloned().collect::<Vec<_>>() {
            self.prune(&path);
        }
        let sites =
            || self.up.iter().map(|name| Site { name: name.clone(), labels: vec![], runs: true, leaving: false });
        let sites: Vec<Site> = sites().collect();
        let epoch = self.epoch;
        for name in self.up.clone() {
            self.act(&name, |recovery, _, _| recovery.on_view(&regime.view));
            self.act(&name, |recovery, now, out| recovery.on_named(now, epoch, None, out));
            self.act(&name, |recovery, now, _| recovery.on_right(Some((epoch, now + Duration::from_secs(3600)))));
        }
        for name in self.up.clone() {
            let (regime, catalog) = (regime.clone(), self.catalog.clone());
            let sites = (name == holder).then(|| sites.clone());
            self.act(&name, |recovery, now, out| {
                recovery.on_catalog(now, catalog, out);
                recovery.on_regime(now, Some(&regime), sites, out);
            });
        }
    }

    fn prune(&mut self, path: &Path) {
        let up = self.up.clone();
        let queue = self.names.get_mut(path).unwrap();
        let before = queue.front().cloned();
        queue.retain(|(name, _)| up.contains(name));
        let after = queue.front().cloned();
        if after != before
            && let Some((name, ticket)) = after
        {
            self.grant(&name, ticket);
        }
    }

    fn kill(&mut self, text: &str) {
        self.up.remove(&node(text));
        self.running.retain(|(name, _), _| *name != node(text));
    }

    /// Time passes, with a heartbeat every 100 ms.
    fn pass(&mut self, millis: u64) {
        for _ in 0..millis / 100 {
            self.now = self.now + Duration::from_millis(100);
            for name in self.up.clone() {
                self.act(&name, |recovery, now, out| recovery.on_timer(now, out));
            }
        }
    }

    fn edit(&mut self, edits: Vec<Edit>) {
        Arc::make_mut(&mut self.catalog).apply(edits);
        assert_eq!(self.catalog.faults(), []);
        let (catalog, holder) = (self.catalog.clone(), self.up.first().unwrap().clone());
        self.act(&holder, |recovery, now, out| recovery.on_catalog(now, catalog, out));
    }

    fn direct(&mut self, directive: Directive) -> Result<(), NotDirected> {
        let holder = self.up.first().unwrap().clone();
        let mut outcome = Ok(());
        self.act(&holder, |recovery, now, out| outcome = recovery.direct(now, directive, out));
        outcome
    }

    fn act(&mut self, name: &NodeName, act: impl FnOnce(&mut Recovery, Instant, &mut Vec<Effect>)) {
        let (mut out, now) = (Vec::new(), self.now);
        act(self.nodes.get_mut(name).unwrap(), now, &mut out);
        self.queue.extend(out.into_iter().map(|effect| (name.clone(), effect)));
        if !core::mem::replace(&mut self.busy, true) {
            let mut steps = 0;
            while let Some((name, effect)) = self.queue.pop_front() {
                steps += 1;
                assert!(steps < 10_000, "it never ends: {name} {effect:?}");
                self.carry_out(&name, effect);
            }
            self.busy = false;
        }
    }

    fn carry_out(&mut self, at: &NodeName, effect: Effect) {
        match effect {
            Effect::Say { peer, talk } if self.up.contains(&peer) => {
                self.act(&peer, |recovery, now, out| recovery.on_talk(now, at, talk, out));
            }
            Effect::Ask { ticket, request, .. } => self.ask(at, ticket, request),
            Effect::Order(order) => self.order(at, order),
            Effect::Tell { id, call } => self.log.push(match call {
                Call::Phase { phase, .. } => alloc::format!("{at}: program {id} {phase:?}"),
                Call::Isolated { phase } => alloc::format!("{at}: program {id} isolated in {phase:?}"),
            }),
            Effect::Say { .. } | Effect::Publish(_) => {}
        }
    }

    fn ask(&mut self, at: &NodeName, ticket: u64, request: Request) {
        self.revision += 1;
        let session = SessionId { epoch: Epoch(1), number: 1 };
        let done = match request.act {
            Act::Open(opening) => Done::Opened { session, secret: opening.secret, ttl: opening.ttl },
            Act::Acquire(claim) => {
                let queue = self.names.entry(claim.path).or_default();
                queue.push_back((at.clone(), ticket));
                if queue.len() == 1 {
                    self.grant(at, ticket);
                }
                return;
            }
            Act::Release { path, .. } => {
                let queue = self.names.get_mut(&path).unwrap();
                let at_queue = queue.iter().position(|(name, _)| name == at).unwrap();
                let (_, held) = queue.remove(at_queue).unwrap();
                self.act(at, |recovery, now, out| recovery.on_reply(now, held, Reply::Lost(End::Closed), true, out));
                if let Some((name, ticket)) = self.names[&path].front().cloned() {
                    self.grant(&name, ticket);
                }
                Done::Released
            }
            other => panic!("{other:?}"),
        };
        let last = !matches!(done, Done::Opened { .. });
        self.answer(at, ticket, done, last);
    }

    fn grant(&mut self, at: &NodeName, ticket: u64) {
        let token = Token { epoch: self.epoch, counter: self.revision };
        self.answer(at, ticket, Done::Held { token }, false);
    }

    fn answer(&mut self, at: &NodeName, ticket: u64, done: Done, last: bool) {
        let answer = Answer { epoch: self.epoch, revision: Revision(self.revision), outcome: Ok(done) };
        self.act(at, |recovery, now, out| recovery.on_reply(now, ticket, Reply::Answer(answer), last, out));
    }

    fn order(&mut self, at: &NodeName, order: ProcessOrder) {
        match order {
            ProcessOrder::Launch { slot, run, service, token, .. } => {
                assert_eq!(token.is_some(), service.is_exclusive());
                self.check_start(&slot, &service);
                self.log.push(alloc::format!("{at}: start {slot}"));
                self.running.insert((at.clone(), slot.clone()), (run, false));
                let key = (at.clone(), slot.service.to_string());
                if self.fails.contains(&key) {
                    self.end(at, &slot, "exit code 1");
                } else if !self.hangs.contains(&key) {
                    self.ready(at, &slot);
                }
            }
            ProcessOrder::Stop { slot, .. } => {
                self.log.push(alloc::format!("{at}: stop {slot}"));
                if !self.lingers.contains(slot.service.as_str()) {
                    self.end(at, &slot, "asked to");
                }
            }
            ProcessOrder::Freeze { slot, .. } => self.log.push(alloc::format!("{at}: freeze {slot}")),
            ProcessOrder::Thaw { slot, .. } => self.log.push(alloc::format!("{at}: thaw {slot}")),
            ProcessOrder::Signal { slot, .. } => self.log.push(alloc::format!("{at}: signal {slot}")),
        }
    }

    /// Nothing starts before what it requires is ready; no single instance is there twice.
    fn check_start(&self, slot: &Slot, service: &Service) {
        for on in &service.requires {
            let mut units = self.running.iter().filter(|((_, slot), _)| slot.service == *on);
            assert!(units.any(|(_, (_, ready))| *ready), "{slot} starts before {on} is ready: {:?}", self.log);
        }
        let twice = self.running.keys().any(|(_, other)| other == slot);
        assert!(!service.is_exclusive() || !twice, "{slot} runs twice: {:?}", self.log);
    }

    fn ready(&mut self, at: &NodeName, slot: &Slot) {
        self.running.get_mut(&(at.clone(), slot.clone())).unwrap().1 = true;
        self.fact(at, slot, ProcessFactKind::Ready);
    }

    fn end(&mut self, at: &NodeName, slot: &Slot, why: &str) {
        let Some((run, _)) = self.running.remove(&(at.clone(), slot.clone())) else { return };
        let fact = ProcessFact { slot: slot.clone(), run, kind: ProcessFactKind::Gone(why.to_string()) };
        self.act(at, |recovery, now, out| recovery.on_fact(now, fact, out));
    }

    fn fact(&mut self, at: &NodeName, slot: &Slot, kind: ProcessFactKind) {
        let run = self.running[&(at.clone(), slot.clone())].0;
        let fact = ProcessFact { slot: slot.clone(), run, kind };
        self.act(at, |recovery, now, out| recovery.on_fact(now, fact, out));
    }

    fn host(&self, service: &str) -> Option<String> {
        self.running.keys().find(|(_, slot)| slot.service == name(service)).map(|(node, _)| node.to_string())
    }

    fn stage(&self) -> Stage {
        self.nodes[self.up.first().unwrap()].status(self.now).unwrap().stage
    }

    fn take_log(&mut self) -> Vec<String> {
        core::mem::take(&mut self.log)
    }
}

fn chain() -> Vec<Service> {
    let mut web = service("web", &["db"]);
    web.placement.with = Some(name("db"));
    vec![service("db", &[]), web, service("top", &["web"])]
}

fn place_of(log: &[String], what: &str) -> usize {
    log.iter().position(|line| line.ends_with(what)).unwrap_or_else(|| panic!("no {what:?} in {log:?}"))
}

#[test]
fn r1_services_start_level_by_level() {
    let mut cluster = Cluster::of(&["n1", "n2", "n3"], chain());
    let log = cluster.take_log();
    assert!(place_of(&log, "start db") < place_of(&log, "start web"), "{log:?}");
    assert!(place_of(&log, "start web") < place_of(&log, "start top"), "{log:?}");
    assert_eq!(cluster.stage(), Stage::Recovered);
    assert_eq!(cluster.host("db"), cluster.host("web"));
}

#[test]
fn r1_a_level_waits_for_what_hangs_on_another_node() {
    let mut side = service("side", &[]);
    side.level = 1;
    let mut cluster = Cluster::of(&["n1", "n2", "n3"], vec![]);
    cluster.hangs = cluster.up.iter().map(|name| (name.clone(), String::from("db"))).collect();
    cluster.edit(vec![Edit::Put(Arc::new(service("db", &[]))), Edit::Put(Arc::new(side))]);
    assert_eq!(cluster.stage(), Stage::Level(0));
    assert_eq!(cluster.host("side"), None, "it does not depend on db, but is a level above");
    let at = node(&cluster.host("db").unwrap());
    cluster.ready(&at, &slot("db"));
    assert_eq!(cluster.stage(), Stage::Recovered);
    assert!(cluster.host("side").is_some());
}

#[test]
fn a_node_that_dies_is_replaced_and_what_requires_it_starts_anew() {
    let mut cluster = Cluster::of(&["n1", "n2", "n3"], chain());
    let before = cluster.host("db").unwrap();
    cluster.take_log();
    cluster.kill(&before);
    cluster.form();
    let log = cluster.take_log();
    assert_eq!(cluster.stage(), Stage::Recovered);
    assert_ne!(cluster.host("db").unwrap(), before);
    assert!(place_of(&log, "start db") < place_of(&log, "start web"), "{log:?}");
    assert!(place_of(&log, "start web") < place_of(&log, "start top"), "{log:?}");
}

#[test]
fn a_transition_that_concerns_nobody_restarts_nothing() {
    let mut cluster = Cluster::of(&["n1", "n2", "n3"], chain());
    let idle = ["n1", "n2", "n3"].into_iter().find(|name| !cluster.running.keys().any(|(at, _)| at == &node(name)));
    cluster.take_log();
    if let Some(idle) = idle {
        cluster.kill(idle);
    }
    cluster.form();
    assert_eq!(cluster.take_log(), Vec::<String>::new());
    assert_eq!(cluster.stage(), Stage::Recovered);
}

#[test]
fn r1_a_transition_ends_orders_at_once() {
    let mut cluster = Cluster::of(&["n1", "n2", "n3"], vec![]);
    cluster.hangs = cluster.up.iter().map(|name| (name.clone(), String::from("db"))).collect();
    cluster.edit(chain().into_iter().map(|service| Edit::Put(Arc::new(service))).collect());
    let at = node(&cluster.host("db").unwrap());
    for name in cluster.up.clone() {
        cluster.act(&name, |recovery, now, out| recovery.on_transition(now, out));
    }
    cluster.ready(&at, &slot("db"));
    cluster.pass(1000);
    assert_eq!(cluster.host("web"), None, "nobody may start it before the next regime's orders");
    cluster.lead();
    assert_eq!(cluster.stage(), Stage::Recovered);
}

#[test]
fn r1_a_node_that_comes_back_takes_no_orders_before_it_has_a_view() {
    let mut agent = service("agent", &[]);
    agent.placement.count = Count::Every;
    let mut cluster = Cluster::of(&["n1", "n2"], vec![agent]);
    cluster.kill("n2");
    cluster.take_log();
    cluster.up.insert(node("n2"));
    cluster.nodes.insert(node("n2"), fresh(&node("n2")));
    cluster.act(&node("n1"), |recovery, now, out| recovery.on_link_up(now, &node("n2"), out));
    cluster.act(&node("n2"), |recovery, now, _| recovery.on_right(Some((Epoch(9), now + Duration::from_secs(9)))));
    cluster.pass(1000);
    assert_eq!(cluster.take_log(), Vec::<String>::new(), "the regime is of a view with an earlier start of the node");
    cluster.form();
    assert_eq!(cluster.take_log(), ["n2: start agent"]);
}

#[test]
fn what_restarts_in_a_transition_ends_and_starts_at_its_level() {
    let mut db = service("db", &[]);
    db.in_transition = InTransition::Restart;
    let mut told = service("told", &[]);
    told.in_transition = InTransition::Signal;
    let mut cluster = Cluster::of(&["n1", "n2"], vec![db, service("web", &["db"]), told]);
    cluster.take_log();
    cluster.form();
    let log = cluster.take_log();
    assert!(place_of(&log, "stop db") < place_of(&log, "start db"), "{log:?}");
    assert!(place_of(&log, "stop web") < place_of(&log, "start db"), "{log:?}");
    assert!(place_of(&log, "start db") < place_of(&log, "start web"), "{log:?}");
    place_of(&log, "signal told");
}

#[test]
fn what_keeps_failing_goes_elsewhere_and_is_then_given_up_and_named() {
    let mut cluster = Cluster::of(&["n1", "n2"], chain());
    let first = cluster.host("db").unwrap();
    cluster.fails.insert((node(&first), String::from("db")));
    cluster.end(&node(&first), &slot("db"), "killed");
    cluster.pass(3000);
    let second = cluster.host("db").unwrap();
    assert_ne!(first, second);
    assert_eq!(cluster.stage(), Stage::Recovered);
    cluster.fails.insert((node(&second), String::from("db")));
    cluster.end(&node(&second), &slot("db"), "killed");
    cluster.pass(3000);
    assert!(cluster.running.is_empty(), "{:?}", cluster.running);
    let status = cluster.nodes[&node("n1")].status(cluster.now).unwrap();
    assert_eq!(status.stage, Stage::Recovered, "the cluster goes on without it");
    let (unplaced, whys) = &status.unplaced[0];
    assert_eq!((unplaced, whys.iter().all(|(_, why)| *why == Obstacle::Failed)), (&slot("db"), true));
    assert_eq!(status.blocked, [(name("top"), name("web")), (name("web"), name("db"))]);
    let failed = status.units.iter().filter(|unit| unit.report.as_ref().is_some_and(|r| r.state == UnitState::Failed));
    assert!(failed.clone().all(|unit| unit.report.as_ref().unwrap().why == "exit code 1"));
    assert_eq!(failed.count(), 2);
    cluster.fails.clear();
    assert_eq!(cluster.direct(Directive::Restart(name("db"))), Ok(()));
    assert!(cluster.host("top").is_some());
}

#[test]
fn a_drained_node_is_left_in_order() {
    let mut cluster = Cluster::of(&["n1", "n2"], chain());
    let at = cluster.host("db").unwrap();
    cluster.take_log();
    let shifts = cluster.nodes[&node("n1")].what_if(&Question { drained: [node(&at)].into(), ..Question::default() });
    cluster.edit(vec![Edit::Drain(node(&at), Some(String::from("new disk")))]);
    let log = cluster.take_log();
    assert!(place_of(&log, "stop web") < place_of(&log, "stop db"), "{log:?}");
    assert!(place_of(&log, "stop db") < place_of(&log, "start db"), "{log:?}");
    assert_ne!(cluster.host("db").unwrap(), at);
    let moved = shifts.unwrap().into_iter().map(|shift| (shift.slot, shift.to.unwrap()));
    let db = moved.into_iter().find(|(moved, _)| *moved == slot("db")).unwrap();
    assert_eq!(db.1.to_string(), cluster.host("db").unwrap(), "what was foretold");
}

#[test]
fn a_new_definition_restarts_what_depends_on_it_around_it() {
    let mut cluster = Cluster::of(&["n1", "n2"], chain());
    cluster.take_log();
    cluster.edit(vec![Edit::Put(Arc::new(service("db", &[])))]);
    let log = cluster.take_log();
    for (earlier, later) in
        [("stop top", "stop web"), ("stop web", "stop db"), ("stop db", "start db"), ("start db", "start web")]
    {
        assert!(place_of(&log, earlier) < place_of(&log, later), "{log:?}");
    }
    assert_eq!(cluster.stage(), Stage::Recovered);
    cluster.edit(vec![Edit::Remove(name("top")), Edit::Remove(name("web")), Edit::Remove(name("db"))]);
    let log = cluster.take_log();
    assert!(place_of(&log, "stop top") < place_of(&log, "stop web"), "{log:?}");
    assert!(place_of(&log, "stop web") < place_of(&log, "stop db"), "{log:?}");
    assert!(cluster.running.is_empty());
}

#[test]
fn operators_move_stop_and_start() {
    let mut cluster = Cluster::of(&["n1", "n2"], chain());
    let from = cluster.host("db").unwrap();
    let to = if from == "n1" { "n2" } else { "n1" };
    assert_eq!(cluster.direct(Directive::Move(slot("db"), node(to))), Ok(()));
    assert_eq!((cluster.host("db").unwrap(), cluster.host("web").unwrap()), (to.to_string(), to.to_string()));
    assert_eq!(cluster.direct(Directive::Move(slot("db"), node("n9"))), Err(NotDirected::NotMember));
    assert_eq!(cluster.direct(Directive::Move(slot("x"), node(to))), Err(NotDirected::Unknown));
    cluster.edit(vec![Edit::Intend(name("web"), Some(Intent::Stopped))]);
    assert_eq!((cluster.host("web"), cluster.host("top")), (None, None));
    assert!(cluster.host("db").is_some());
    cluster.edit(vec![Edit::Intend(name("web"), None)]);
    assert!(cluster.host("top").is_some());
}

#[test]
fn s1_without_the_right_to_act_an_instance_ends_or_is_frozen() {
    let mut frozen = service("frozen", &[]);
    frozen.without_quorum = WithoutQuorum::Freeze;
    let mut cluster = Cluster::of(&["n1"], vec![service("db", &[]), frozen]);
    cluster.take_log();
    let epoch = cluster.epoch;
    cluster.act(&node("n1"), |recovery, now, _| recovery.on_right(Some((epoch, now))));
    cluster.pass(400);
    assert_eq!(cluster.take_log(), Vec::<String>::new(), "the grace is half a second");
    cluster.pass(100);
    assert_eq!(cluster.take_log(), ["n1: stop db", "n1: freeze frozen"]);
    assert_eq!(cluster.nodes[&node("n1")].rights().count(), 0, "nothing is to be renewed");
    cluster.pass(1000);
    assert_eq!(cluster.take_log(), Vec::<String>::new(), "nothing starts without the right");
    cluster.form();
    cluster.pass(100);
    assert_eq!(cluster.take_log(), ["n1: start db", "n1: thaw frozen"]);
}

#[test]
fn s1_what_ends_keeps_its_right_for_as_long_as_its_name() {
    let mut cluster = Cluster::of(&["n1"], vec![service("db", &[])]);
    cluster.lingers.insert("db".to_string());
    cluster.edit(vec![Edit::Intend(name("db"), Some(Intent::Stopped))]);
    let rights = |cluster: &Cluster| cluster.nodes[&node("n1")].rights().count();
    cluster.pass(2000);
    assert_eq!(rights(&cluster), 1, "it has the time to end that its definition says");
    let (_, ticket) = cluster.names.values().next().unwrap()[0].clone();
    cluster.act(&node("n1"), |recovery, now, out| recovery.on_reply(now, ticket, Reply::Lost(End::Lost), true, out));
    assert_eq!(rights(&cluster), 0);
}

#[test]
fn s1_a_name_that_is_lost_ends_its_instance() {
    let mut cluster = Cluster::of(&["n1"], vec![service("db", &[])]);
    cluster.take_log();
    let (_, ticket) = cluster.names.values().next().unwrap()[0].clone();
    cluster.names.clear();
    cluster.act(&node("n1"), |recovery, now, out| recovery.on_reply(now, ticket, Reply::Lost(End::Lost), true, out));
    let log = cluster.take_log();
    assert_eq!(log, ["n1: stop db", "n1: start db"], "it starts again by another token");
}

#[test]
fn r1_programs_take_part_with_the_same_phases() {
    let mut cluster = Cluster::of(&["n1", "n2"], vec![service("db", &[])]);
    cluster.take_log();
    let about = |level| About {
        name: Arc::from("app"),
        level,
        requires: vec![name("db")],
        deadline: Duration::from_secs(5),
        isolate: true,
    };
    for (id, at) in [(1, "n1"), (2, "n2")] {
        let about = about(u32::try_from(id).unwrap());
        cluster.act(&node(at), |recovery, now, out| assert!(recovery.on_join(now, id, about, out)));
    }
    let done = |cluster: &mut Cluster, id: u64, phase| {
        let (at, epoch) = (node(if id == 1 { "n1" } else { "n2" }), cluster.epoch);
        cluster.act(&at, |recovery, now, out| recovery.on_done(now, id, epoch, phase, out));
    };
    assert_eq!(cluster.take_log(), ["n1: program 1 Prepare", "n2: program 2 Prepare"]);
    done(&mut cluster, 1, Phase::Prepare);
    assert_eq!(cluster.take_log(), Vec::<String>::new(), "the other one has not stopped");
    done(&mut cluster, 2, Phase::Prepare);
    assert_eq!(cluster.take_log(), ["n1: program 1 Recover"]);
    done(&mut cluster, 1, Phase::Recover);
    assert_eq!(cluster.take_log(), ["n2: program 2 Recover"]);
    done(&mut cluster, 2, Phase::Recover);
    assert_eq!(cluster.take_log(), ["n1: program 1 Resume", "n2: program 2 Resume"]);
    done(&mut cluster, 1, Phase::Resume);
    done(&mut cluster, 2, Phase::Resume);
    assert_eq!(cluster.stage(), Stage::Recovered);
    cluster.form();
    assert_eq!(cluster.take_log(), ["n1: program 1 Prepare", "n2: program 2 Prepare"]);
    assert_eq!(cluster.stage(), Stage::Prepare);
    cluster.pass(5000);
    let log = cluster.take_log();
    assert_eq!(log[..2], ["n1: program 1 isolated in Prepare", "n2: program 2 isolated in Prepare"]);
    assert_eq!(cluster.stage(), Stage::Recovered, "nobody waits for what is late");
    cluster.form();
    let log = cluster.take_log();
    assert_eq!(log, ["n1: program 1 Prepare", "n2: program 2 Prepare"], "who has not stopped is told again");
}

#[test]
fn r1_a_program_recovers_only_when_it_has_stopped() {
    let mut db = service("db", &[]);
    db.placement.preferred = vec![node("n1")];
    let mut cluster = Cluster::of(&["n1", "n2"], vec![db]);
    let requires = vec![name("db")];
    let (level, deadline, isolate) = (0, Duration::from_secs(60), false);
    let about = About { name: Arc::from("app"), level, requires, deadline, isolate };
    let (at, epoch) = (node("n2"), cluster.epoch);
    cluster.act(&at, |recovery, now, out| assert!(recovery.on_join(now, 1, about, out)));
    let done = |cluster: &mut Cluster, phase| {
        cluster.act(&node("n2"), |recovery, now, out| recovery.on_done(now, 1, epoch, phase, out));
    };
    for phase in [Phase::Prepare, Phase::Recover, Phase::Resume] {
        done(&mut cluster, phase);
    }
    assert_eq!(cluster.stage(), Stage::Recovered);
    let member = &cluster.nodes[&at].member;
    let (units, participants) = (member.units(), member.participants.reports());
    let before = Standing { epoch, leaving: false, units, participants };
    cluster.take_log();
    cluster.end(&node("n1"), &slot("db"), "killed");
    assert_eq!(cluster.take_log(), ["n2: program 1 Prepare"]);
    // What the node says of that is late: whoever leads has the word from before.
    cluster.act(&node("n1"), |recovery, now, out| recovery.on_talk(now, &at, RecoveryTalk::Standing(before), out));
    cluster.pass(500);
    assert_eq!(cluster.take_log(), ["n1: start db"], "the program uses what is shared still");
    done(&mut cluster, Phase::Prepare);
    assert_eq!(cluster.take_log(), ["n2: program 1 Recover"]);
}

#[test]
fn services_come_and_go_as_often_as_one_likes() {
    let mut cluster = Cluster::of(&["n1"], vec![]);
    for round in 0..4 * MAX_SERVICES {
        let put = Edit::Put(Arc::new(service(&alloc::format!("s{round}"), &[])));
        let gone = round.checked_sub(1).map(|before| Edit::Remove(name(&alloc::format!("s{before}"))));
        cluster.edit(gone.into_iter().chain([put]).collect());
    }
    cluster.take_log();
    assert_eq!(cluster.stage(), Stage::Recovered);
}

#[test]
fn what_is_not_ready_in_time_is_ended_and_tried_again() {
    let mut cluster = Cluster::of(&["n1"], vec![]);
    cluster.hangs.insert((node("n1"), String::from("db")));
    cluster.edit(vec![Edit::Put(Arc::new(service("db", &[])))]);
    cluster.take_log();
    cluster.pass(30_000);
    assert_eq!(cluster.take_log(), ["n1: stop db"]);
    let status = cluster.nodes[&node("n1")].status(cluster.now).unwrap();
    assert_eq!(status.waits[0].why, "failed, and is started again: not ready within 30s");
    cluster.hangs.clear();
    cluster.pass(500);
    assert_eq!(cluster.stage(), Stage::Recovered);
}

#[test]
fn s1_a_name_of_an_earlier_regime_starts_nothing_before_all_is_known_of_names() {
    let mut cluster = Cluster::of(&["n1"], vec![]);
    cluster.hangs.insert((node("n1"), String::from("db")));
    cluster.edit(vec![Edit::Put(Arc::new(service("db", &[])))]);
    let at = node("n1");
    cluster.act(&at, |recovery, now, out| recovery.on_named(now, Epoch(0), None, out));
    cluster.end(&at, &slot("db"), "killed");
    cluster.pass(500);
    cluster.take_log();
    cluster.pass(5000);
    assert_eq!(cluster.take_log(), Vec::<String>::new(), "another regime may have ended its session");
    let epoch = cluster.epoch;
    cluster
        .act(&at, |recovery, now, out| recovery.on_named(now, epoch, Some((epoch, now + Duration::from_secs(9))), out));
    assert_eq!(cluster.take_log(), ["n1: start db"]);
}

#[test]
fn s1_a_name_that_may_be_lost_is_asked_for_again() {
    let mut cluster = Cluster::of(&["n1"], vec![service("db", &[])]);
    cluster.take_log();
    let (_, ticket) = cluster.names.values().next().unwrap()[0].clone();
    cluster.names.clear();
    let missed = Answer { epoch: cluster.epoch, revision: Revision(1), outcome: Err(Denial::Uncertain) };
    cluster.act(&node("n1"), |recovery, now, out| {
        recovery.on_reply(now, ticket, Reply::Answer(missed), true, out);
    });
    assert_eq!(cluster.take_log(), ["n1: stop db", "n1: start db"], "it is granted anew, with another token");
}

#[test]
fn r1_what_was_to_run_on_does_not_start_before_its_level() {
    let mut cluster = Cluster::of(&["n1", "n2"], vec![]);
    let mut side = service("side", &[]);
    side.level = 1;
    cluster.edit(vec![Edit::Put(Arc::new(side))]);
    let at = node(&cluster.host("side").unwrap());
    cluster.hangs = cluster.up.iter().map(|name| (name.clone(), String::from("db"))).collect();
    cluster.edit(vec![Edit::Put(Arc::new(service("db", &[])))]);
    assert_eq!(cluster.stage(), Stage::Level(0));
    cluster.end(&at, &slot("side"), "killed");
    cluster.pass(2000);
    assert_eq!(cluster.host("side"), None, "its level was reached once, and is not now");
    let db = node(&cluster.host("db").unwrap());
    cluster.ready(&db, &slot("db"));
    cluster.pass(2000);
    assert!(cluster.host("side").is_some());
}

#[test]
fn a_program_recovers_above_what_it_requires_whatever_its_level() {
    let mut cluster = Cluster::of(&["n1"], chain());
    let requires = vec![name("top")];
    let (level, deadline, isolate) = (0, Duration::from_secs(5), false);
    let about = About { name: Arc::from("app"), level, requires, deadline, isolate };
    cluster.act(&node("n1"), |recovery, now, out| assert!(recovery.on_join(now, 1, about, out)));
    cluster.edit(vec![Edit::Put(Arc::new(service("db", &[])))]);
    for phase in [Phase::Prepare, Phase::Recover, Phase::Resume] {
        let epoch = cluster.epoch;
        cluster.act(&node("n1"), |recovery, now, out| recovery.on_done(now, 1, epoch, phase, out));
    }
    assert_eq!(cluster.stage(), Stage::Recovered);
}

#[test]
fn what_its_runner_ended_for_lack_of_the_right_has_not_failed() {
    let mut db = service("db", &[]);
    db.restart.tries = 0;
    let mut cluster = Cluster::of(&["n1"], vec![db]);
    let (at, epoch) = (node("n1"), cluster.epoch);
    cluster.act(&at, |recovery, now, _| recovery.on_right(Some((epoch, now))));
    cluster.now = cluster.now + Duration::from_millis(500);
    cluster.end(&at, &slot("db"), "its right to run was over");
    cluster.take_log();
    cluster.act(&at, |recovery, now, _| recovery.on_right(Some((epoch, now + Duration::from_secs(9)))));
    cluster.pass(100);
    assert_eq!(cluster.take_log(), ["n1: start db"]);
}

#[test]
fn s1_a_new_definition_claims_its_name_anew() {
    let mut cluster = Cluster::of(&["n1"], vec![service("db", &[])]);
    let (_, before) = cluster.names.values().next().unwrap()[0].clone();
    let mut slower = service("db", &[]);
    slower.loss_timeout = Duration::from_secs(3);
    cluster.edit(vec![Edit::Put(Arc::new(slower))]);
    let (_, after) = cluster.names.values().next().unwrap()[0].clone();
    assert_ne!(before, after, "or the name would be kept for as long as the old one may run on");
}
