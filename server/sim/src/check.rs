//! Checkers of the invariants. They see what agents publish, not what they think.

mod coordination;
mod recovery;

use std::collections::{BTreeMap, BTreeSet};

pub use coordination::{Belief, Coordinated, Follower, PARTIES, Seen};
pub use recovery::{Launch, Recovered, Recoveries, unrecovered};

use quorate_core::{
    Publication,
    quorum::Lack,
    types::{Epoch, Identity, Incarnation, NodeName, Resume, ViewId, ViewRecord},
};

use crate::host::{Host, Time};

/// What was violated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The invariant, by its name in the design.
    pub invariant: &'static str,
    /// When.
    pub time: Time,
    /// What was seen.
    pub what: String,
}

/// What one start of an agent has published.
#[derive(Clone, Debug, Default)]
struct Stream {
    seen: BTreeSet<ViewId>,
    installed: Vec<ViewId>,
    /// The view the node stands in: installed and not left.
    standing: Option<ViewId>,
}

/// A view was installed.
#[derive(Clone, Debug)]
pub struct Install {
    /// The host.
    pub host: usize,
    /// How many members the view has.
    pub size: usize,
}

/// A client that moves from agent to agent with its cursor.
#[derive(Clone, Debug, Default)]
pub struct Reader {
    seen: BTreeSet<ViewId>,
    cursor: Option<ViewId>,
    /// How often it resumed without a snapshot.
    pub resumed: u64,
}

/// All checkers of a run.
#[derive(Clone, Debug)]
pub struct Checkers {
    violation: Option<Violation>,
    views: BTreeMap<ViewId, Vec<Identity>>,
    streams: BTreeMap<Identity, Stream>,
    last: BTreeMap<NodeName, Incarnation>,
    links: BTreeMap<(Identity, Identity, u64), u64>,
    now: Vec<Identity>,
    numbers: BTreeMap<NodeName, usize>,
    /// What was installed where, in order.
    pub installs: Vec<Install>,
    /// How many views were installed by anybody, each counted once.
    pub installed: BTreeSet<ViewId>,
    /// What each host said of quorum last.
    told: Vec<Option<(Epoch, ViewId)>>,
    /// The view of each epoch, and the highest one there was.
    epochs: BTreeMap<Epoch, ViewId>,
    /// What is known of sessions, names and barriers.
    pub coordinated: Coordinated,
    /// What is known of services and programs.
    pub recovered: Recovered,
    /// The different sizes of views that each host has installed.
    pub sizes: BTreeMap<usize, BTreeSet<usize>>,
}

impl Checkers {
    /// Checkers of a run that has not begun.
    #[must_use]
    pub fn new(hosts: usize) -> Self {
        let never = |number| Host::new(number, 1.0).identity;
        Self {
            violation: None,
            views: BTreeMap::new(),
            streams: BTreeMap::new(),
            last: BTreeMap::new(),
            links: BTreeMap::new(),
            now: (0..hosts).map(never).collect(),
            numbers: (0..hosts).map(|number| (crate::host::name(number), number)).collect(),
            installs: Vec::new(),
            installed: BTreeSet::new(),
            told: vec![None; hosts],
            epochs: BTreeMap::new(),
            coordinated: Coordinated::default(),
            recovered: Recovered::new(hosts),
            sizes: BTreeMap::new(),
        }
    }

    /// The first violation found.
    #[must_use]
    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// Notes a violation; the first one stays.
    pub fn fail(&mut self, time: Time, invariant: &'static str, what: String) {
        self.violation.get_or_insert(Violation { invariant, time, what });
    }

    /// An agent starts.
    pub fn started(&mut self, host: usize, identity: &Identity) {
        self.now[host] = identity.clone();
        self.streams.insert(identity.clone(), Stream::default());
        self.told[host] = None;
        self.recovered.started(host);
    }

    /// An agent tells its watchers something.
    pub fn published(&mut self, time: Time, host: usize, hosts: &[Host], publication: &Publication) {
        match publication {
            Publication::View { view, installed } => {
                self.on_view(time, host, view);
                if *installed {
                    self.on_install(time, host, hosts, view);
                }
            }
            Publication::TransitionStarted { .. } => {
                if let Some(stream) = self.streams.get_mut(&self.now[host]) {
                    stream.standing = None;
                }
                self.recovered.left(host);
            }
            Publication::Stable { id, .. } => self.on_stable(time, host, hosts, id),
            Publication::Quorum { granted, .. } => self.on_quorum(time, host, hosts, granted.as_ref()),
            Publication::Coordination(update) => self.coordination(time, host, hosts, update),
            Publication::Recovery(_) => self.recovered.news(host),
            Publication::NodeChanged { .. } => {}
        }
    }

    fn on_view(&mut self, time: Time, host: usize, view: &ViewRecord) {
        let members: Vec<Identity> = view.members.iter().map(|member| member.identity.clone()).collect();
        if *self.views.entry(view.id.clone()).or_insert_with(|| members.clone()) != members {
            self.fail(time, "V1", format!("n{host} sees other members in {} than others do", view.id));
        }
        let me = self.now[host].clone();
        let again = self.streams.get_mut(&me).is_some_and(|stream| !stream.seen.insert(view.id.clone()));
        if again {
            self.fail(time, "V4", format!("the stream of n{host} shows {} twice", view.id));
        }
    }

    fn on_install(&mut self, time: Time, host: usize, hosts: &[Host], view: &ViewRecord) {
        let me = self.now[host].clone();
        if !view.contains(&me) {
            self.fail(time, "V2", format!("n{host} installs {}, which does not contain it", view.id));
        }
        let last = self.last.insert(me.name.clone(), view.id.incarnation);
        if last.is_some_and(|last| last >= view.id.incarnation) {
            self.fail(time, "V2", format!("n{host} installs {} after incarnation {last:?}", view.id));
        }
        self.check_transactional(time, host, view);
        self.check_history(time, host, hosts, view);
        self.check_graph(time, &hosts[host], view);
        self.installs.push(Install { host, size: view.members.len() });
        self.installed.insert(view.id.clone());
        self.sizes.entry(host).or_default().insert(view.members.len());
        if let Some(stream) = self.streams.get_mut(&me) {
            stream.installed.push(view.id.clone());
            stream.standing = Some(view.id.clone());
        }
        debug_assert!(hosts[host].node.is_some());
    }

    /// Whether this is the latest start of its host.
    fn is_latest(&self, identity: &Identity) -> bool {
        self.numbers.get(&identity.name).is_some_and(|&number| self.now[number] == *identity)
    }

    /// V3: no member still stands in an earlier view when one acts on the new one.
    fn check_transactional(&mut self, time: Time, host: usize, view: &ViewRecord) {
        for member in &view.members {
            let stands = self.streams.get(&member.identity).and_then(|stream| stream.standing.as_ref());
            if self.is_latest(&member.identity) && stands.is_some_and(|standing| *standing < view.id) {
                let what = format!("n{host} acts on {} while {:?} stands in {stands:?}", view.id, member.identity);
                return self.fail(time, "V3", what);
            }
        }
    }

    /// V4: whatever a member has installed, this one has been shown before, unless its bounded history had to drop it.
    fn check_history(&mut self, time: Time, host: usize, hosts: &[Host], view: &ViewRecord) {
        let Some(mine) = self.streams.get(&self.now[host]) else { return };
        for member in &view.members {
            let Some(theirs) = self.streams.get(&member.identity) else { continue };
            let earlier = theirs.installed.iter().filter(|id| **id < view.id);
            let history = hosts[host].node.as_ref().map(quorate_core::Node::history);
            let kept = |id: &&ViewId| !history.is_some_and(|known| known.is_settled(id) && known.get(id).is_none());
            if let Some(hidden) = earlier.into_iter().filter(kept).find(|id| !mine.seen.contains(*id)) {
                let what = format!("n{host} installs {} without {hidden}, which {:?} had", view.id, member.identity);
                return self.fail(time, "V4", what);
            }
        }
    }

    /// E1: all that a node knows leads to the view it installs, or a cursor would not stand for what its reader was shown;
    /// what it had before leads there too.
    fn check_graph(&mut self, time: Time, host: &Host, view: &ViewRecord) {
        let Some(history) = host.node.as_ref().map(quorate_core::Node::history) else { return };
        let leading = history.closure(&view.id);
        if let Some(astray) = history.iter().find(|known| !leading.contains(&known.id)) {
            let what =
                format!("n{} installs {} and knows {}, which does not lead there", host.number, view.id, astray.id);
            self.fail(time, "E1", what);
        }
    }

    /// V3: a view is stable only when every member has it.
    fn on_stable(&mut self, time: Time, host: usize, hosts: &[Host], id: &ViewId) {
        for member in self.views.get(id).cloned().unwrap_or_default() {
            let running = self.is_latest(&member)
                && self.numbers.get(&member.name).is_some_and(|&number| hosts[number].node.is_some());
            let has = self.streams.get(&member).is_some_and(|stream| stream.installed.contains(id));
            if running && !has {
                return self.fail(time, "V3", format!("n{host} builds on {id}, which {member:?} has not installed"));
            }
        }
    }

    /// A link delivered a message: exactly once and in order.
    pub fn delivered(&mut self, time: Time, me: &Identity, peer: &Identity, session: u64, seq: u64) {
        let last = self.links.entry((me.clone(), peer.clone(), session)).or_default();
        if seq == *last + 1 {
            *last = seq;
            return;
        }
        let what = format!("{me:?} is given message {seq} of {peer:?} after {last}");
        self.fail(time, "link", what);
    }

    /// A node says that it has quorum, or that it has it no more: epochs rise (Q2), and whoever else had it, for another
    /// view, and is awake, was told so before (Q3).
    fn on_quorum(&mut self, time: Time, host: usize, hosts: &[Host], granted: Option<&(Epoch, ViewId)>) {
        self.told[host] = granted.cloned();
        let Some((epoch, view)) = granted else { return };
        let highest = self.epochs.last_key_value().map(|(highest, _)| *highest);
        let known = self.epochs.entry(*epoch).or_insert_with(|| view.clone());
        if known != view {
            let what = format!("n{host} has epoch {epoch} for {view}, others for {known}");
            return self.fail(time, "Q2", what);
        }
        if highest.is_some_and(|highest| highest > *epoch) && !self.told.iter().flatten().any(|(told, _)| told == epoch)
        {
            return self.fail(time, "Q2", format!("n{host} is granted epoch {epoch} after {highest:?}"));
        }
        let awake = |other: &usize| hosts[*other].node.is_some() && hosts[*other].paused.is_none();
        // Who has stopped in favour of the next grant is about to have it, and does not act meanwhile.
        let renews = |other: usize| {
            let lack = hosts[other].node.as_ref().and_then(|node| node.quorum_status(hosts[other].now(time)).lack);
            lack == Some(Lack::Renewing)
        };
        let differs =
            |other: &usize| self.told[*other].as_ref().is_some_and(|(_, told)| told != view) && !renews(*other);
        if let Some(loser) = (0..hosts.len()).find(|other| awake(other) && differs(other)) {
            let what =
                format!("n{host} is granted {view} while n{loser} was not told that it lost {:?}", self.told[loser]);
            self.fail(time, "Q3", what);
        }
    }

    /// After every event: of all who would say that they have quorum, all have it for one view (Q1).
    pub fn quorum(&mut self, time: Time, hosts: &[Host]) {
        let mut first: Option<(usize, ViewId)> = None;
        for host in hosts.iter().filter(|host| host.paused.is_none()) {
            let Some((epoch, view, _)) = host.node.as_ref().and_then(|node| node.granted(host.now(time))) else {
                continue;
            };
            match &first {
                Some((other, known)) if known != view => {
                    let what =
                        format!("n{} has quorum for {view}, epoch {epoch}, and n{other} for {known}", host.number);
                    return self.fail(time, "Q1", what);
                }
                _ => first = Some((host.number, view.clone())),
            }
        }
    }

    /// After every event: L1, nothing grows without limit.
    pub fn after(&mut self, time: Time, host: &Host) {
        let Some(node) = &host.node else { return };
        let limits = [
            ("channels", 4096),
            ("targets", 16_384),
            ("links", 4096),
            ("reports", 2048),
            ("requests", 1024),
            ("clocks", 4096),
        ];
        for ((what, size), (_, limit)) in node.load().into_iter().zip(limits) {
            if size > limit {
                self.fail(time, "L1", format!("n{} holds {size} {what}", host.number));
            }
        }
        if node.history().len() > host.history {
            self.fail(time, "L1", format!("n{} keeps {} views", host.number, node.history().len()));
        }
    }

    /// A client resumes on a host with the cursor it has (E1).
    pub fn read(&mut self, time: Time, reader: &mut Reader, host: &Host) {
        let Some(node) = &host.node else { return };
        let (history, view) = (node.history(), node.view().view);
        let Some(view) = view else { return };
        match reader.cursor.as_ref().map(|cursor| history.resume(cursor)) {
            Some(Resume::Views(views)) => {
                reader.resumed += 1;
                for view in views {
                    if !reader.seen.insert(view.id.clone()) {
                        self.fail(time, "E1", format!("a reader is shown {} twice, at n{}", view.id, host.number));
                    }
                }
                if let Some(gap) = history.iter().find(|known| !reader.seen.contains(&known.id)) {
                    self.fail(time, "E1", format!("a reader was never shown {}, at n{}", gap.id, host.number));
                }
            }
            Some(Resume::Dropped) | None => reader.seen = history.iter().map(|known| known.id.clone()).collect(),
        }
        reader.cursor = Some(view.id.clone());
    }
}
