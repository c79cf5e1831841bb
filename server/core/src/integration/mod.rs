//! Integration: link facts in, agreed views out. It knows nothing of quorum.
//!
//! ```text
//!   link up, down, trusted; messages  -->  reports  -->  map  -->  transition  -->  views
//!                                          (flooded)   (same at all)   (two phases)
//! ```
//!
//! `reports` hold what every node says it reaches, `map` makes of them who should be in the next view, and `transition`
//! takes the members there. While nothing changes, this layer does nothing.

mod causes;
mod effect;
mod essence;
mod evictions;
mod flood;
mod leave;
mod map;
mod overlay;
mod rank;
mod reports;
mod roster;
mod subjects;
mod transition;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

pub use effect::{Effect, Want};
pub use evictions::{Evictions, NotTaken};

use crate::{
    settings::Settings,
    status::ViewState,
    types::{
        Address, ClusterUid, Duration, History, Identity, Incarnation, Instant, Loss, Network, NodeName, Now, Profile,
        Suffrage, ViewId, ViewRecord,
    },
    wire::{Eviction, Hello, Payload, Report, Unreached},
};
use map::{Map, Picture};
use overlay::Overlay;
use reports::Reports;
use subjects::Mark;
use transition::Stage;

/// How long news are gathered before they are passed on and looked at.
const BATCH: Duration = Duration::from_millis(10);
/// The same for a node without a view: nobody waits for its news, and while many start at once there is a lot of them.
const FORMING_BATCH: Duration = Duration::from_millis(100);
/// By how much longer for each report passed on just before: when many have news, most of it is out of date by the next
/// batch, and comes from several sides.
const CROWDED: Duration = Duration::from_millis(4);
/// By how much longer at most.
const CROWDED_MAX: Duration = Duration::from_millis(200);
/// How long ago "just before" is at most.
const RECENTLY: Duration = Duration::from_secs(1);
/// How long a node that nobody reaches any more is remembered.
const FORGET: Duration = Duration::from_secs(60);
/// How long a node is kept out at least that did not answer a transition, or could not make its promise durable.
const UNRESPONSIVE: Duration = Duration::from_secs(30);
/// How many heartbeats lie between two looks at what changes by time alone.
const LOOK_EVERY: u32 = 5;

/// A peer as the link layer tells of it.
#[derive(Clone, Hash, Debug)]
struct Peer {
    identity: Identity,
    up: bool,
    trusted: bool,
    /// Whether the peer does not answer just now, or has not yet since it was asked to hurry.
    stale: bool,
    losses: Vec<(Option<Network>, Loss)>,
    /// Whether it was sent this node's view of late.
    told: bool,
    /// Whether it is passed all news, or this node's own alone.
    close: bool,
}

impl Peer {
    /// A peer that is met, or heard of, now.
    fn new(identity: Identity, up: bool) -> Self {
        Self { identity, up, trusted: false, stale: false, losses: Vec::new(), told: false, close: false }
    }
}

/// What a map is computed from: versions of the reports, the foreign views and the evictions, and the view.
type Basis = (u64, u64, u64, Option<ViewId>);

type Out<'a> = &'a mut Vec<Effect>;

/// The integration layer of a node.
#[derive(Clone, Debug)]
pub struct Integration {
    me: Identity,
    endpoints: Vec<(Network, Address)>,
    /// What the layer above has this node say of itself in its reports.
    cluster: Option<ClusterUid>,
    founding: Option<ClusterUid>,
    suffrage: Suffrage,
    profile: Arc<Profile>,
    detect_timeout: Duration,
    heartbeat: Duration,
    settle_time: Duration,
    settle_max: Duration,
    phase_timeout: Duration,
    leave_timeout: Duration,
    /// Until when a node without a view looks for others.
    form_until: Instant,
    form_time: Duration,

    peers: BTreeMap<NodeName, Peer>,
    reports: Reports,
    marks: BTreeMap<NodeName, Mark>,
    unconnected: BTreeMap<NodeName, Instant>,
    evictions: Evictions,
    /// Nodes that did not answer a transition, and since when; this node itself, when its disk did not.
    unresponsive: BTreeMap<NodeName, Instant>,
    /// Peers that will soon count as reached, and when.
    expected: BTreeMap<NodeName, Instant>,
    /// Until when more of those who fell silent together may be noticed.
    silences_until: Instant,
    sought: BTreeSet<NodeName>,
    /// The peers of whom silence is noticed soon.
    watched: BTreeSet<NodeName>,

    current: Option<Arc<ViewRecord>>,
    standing: bool,
    stable: bool,
    promised: Incarnation,
    history: History,
    foreign: BTreeMap<ViewId, Arc<ViewRecord>>,
    foreign_news: u64,
    overlay: Overlay,

    /// What the map was computed from last.
    looked_at: Option<Basis>,
    map: Map,
    order: Vec<NodeName>,
    stage: Stage,
    passed_over: BTreeSet<NodeName>,
    token: u64,
    /// The number of the newest write, and of the newest one that is durable.
    writes: u64,
    durable: u64,
    batch_due: bool,
    /// When reports were passed on last, and how many.
    flooded: (Instant, u32),
    looks: u32,
    leaving: bool,
    departed: bool,
}

impl Integration {
    /// A node without view that once promised `promised`.
    pub fn new(
        settings: &Settings,
        promised: Incarnation,
        evictions: Vec<Eviction>,
        cluster: Option<ClusterUid>,
    ) -> Self {
        Self {
            me: settings.identity.clone(),
            endpoints: settings.endpoints.clone(),
            cluster,
            founding: None,
            suffrage: Suffrage::default(),
            profile: settings.profile.clone(),
            detect_timeout: settings.detect_timeout,
            heartbeat: settings.heartbeat,
            settle_time: settings.settle_time,
            settle_max: settings.settle_max,
            phase_timeout: settings.phase_timeout,
            leave_timeout: settings.leave_timeout,
            form_until: Instant::ZERO,
            form_time: settings.form_time,
            peers: BTreeMap::new(),
            reports: Reports::new(settings.max_nodes),
            marks: BTreeMap::new(),
            unconnected: BTreeMap::new(),
            evictions: Evictions::new(evictions),
            unresponsive: BTreeMap::new(),
            expected: BTreeMap::new(),
            silences_until: Instant::ZERO,
            sought: BTreeSet::new(),
            watched: BTreeSet::new(),
            current: None,
            standing: false,
            stable: false,
            promised,
            history: History::new(settings.history),
            foreign: BTreeMap::new(),
            foreign_news: 0,
            overlay: Overlay::default(),
            looked_at: None,
            map: Map::default(),
            order: Vec::new(),
            stage: Stage::Idle,
            passed_over: BTreeSet::new(),
            token: 0,
            writes: 0,
            durable: 0,
            batch_due: false,
            flooded: (Instant::ZERO, 0),
            looks: 0,
            leaving: false,
            departed: false,
        }
    }

    /// The node starts.
    pub fn on_start(&mut self, now: Now, out: Out<'_>) {
        self.form_until = now.at + self.form_time;
        out.push(Effect::Refuse { evicted: self.evictions.in_force() });
        self.arm_batch(now, out);
    }

    /// A link is up: the peer is told what is known, and sends what is news here.
    pub fn on_link_up(&mut self, now: Now, hello: &Hello, out: Out<'_>) {
        let identity = hello.identity.clone();
        let name = identity.name.clone();
        let close = self.is_close(&identity);
        let peer = Peer { close, ..Peer::new(identity, true) };
        if self.peers.insert(name.clone(), peer).is_some_and(|before| before.identity != hello.identity) {
            self.unresponsive.remove(&name);
        }
        self.refresh_report(now);
        out.push(Effect::Send { peer: name.clone(), payload: self.summary(false) });
        if !self.evictions.is_empty() {
            out.push(Effect::Send { peer: name.clone(), payload: Payload::Evictions(self.evictions.all()) });
        }
        self.resume_with(now, &name, out);
        self.arm_batch(now, out);
    }

    /// A link is down.
    pub fn on_link_down(&mut self, now: Now, peer: &NodeName, losses: Vec<(Option<Network>, Loss)>, out: Out<'_>) {
        if let Some(state) = self.peers.get_mut(peer) {
            state.up = false;
            state.trusted = false;
            state.losses = losses;
        }
        self.marks.insert(peer.clone(), Mark::Over);
        self.arm_batch(now, out);
    }

    /// A peer counts as reached, or not any more; `losses` tell why not.
    pub fn on_link_trusted(
        &mut self,
        now: Now,
        peer: &NodeName,
        trusted: bool,
        losses: Vec<(Option<Network>, Loss)>,
        out: Out<'_>,
    ) {
        if let Some(state) = self.peers.get_mut(peer) {
            state.trusted = trusted;
            state.losses = losses;
        }
        if trusted {
            self.marks.remove(peer);
        } else {
            self.marks.insert(peer.clone(), Mark::Over);
        }
        self.arm_batch(now, out);
    }

    /// Answers of a peer come, or do not.
    pub fn on_link_fresh(&mut self, now: Now, peer: NodeName, fresh: bool, out: Out<'_>) {
        if let Some(state) = self.peers.get_mut(&peer) {
            state.stale = !fresh;
            if fresh && state.trusted {
                self.arm_batch(now, out);
            }
        }
    }

    /// A peer will count as reached at this time, if all goes well: a transition may wait for it.
    pub fn on_link_expected(&mut self, peer: NodeName, at: Instant) {
        self.expected.insert(peer, at);
    }

    /// A peer that is needed could not be reached.
    pub fn on_unreachable(&mut self, identity: &Identity, losses: Vec<(Option<Network>, Loss)>) {
        let peer = Peer::new(identity.clone(), false);
        self.peers.entry(identity.name.clone()).or_insert(peer).losses = losses;
    }

    /// These peers, known from discovery, are not in the view and should be linked to.
    pub fn set_sought(&mut self, sought: BTreeSet<NodeName>) {
        self.sought = sought;
    }

    /// This node has become part of a cluster: durable with the next write, and told to all.
    pub fn set_cluster(&mut self, now: Now, cluster: ClusterUid, out: Out<'_>) {
        if self.cluster != Some(cluster) {
            self.cluster = Some(cluster);
            self.persist(out);
            self.arm_batch(now, out);
        }
    }

    /// The cluster that this node takes part in forming.
    pub fn set_founding(&mut self, now: Now, founding: Option<ClusterUid>, out: Out<'_>) {
        self.founding = founding;
        self.arm_batch(now, out);
    }

    /// Whether this node votes: voters come first in rank.
    pub fn set_suffrage(&mut self, now: Now, suffrage: Suffrage, out: Out<'_>) {
        if core::mem::replace(&mut self.suffrage, suffrage) != suffrage {
            self.arm_batch(now, out);
        }
    }

    /// A message arrived.
    pub fn on_message(&mut self, now: Now, from: &Identity, payload: Payload, out: Out<'_>) {
        if self.departed {
            return;
        }
        match payload {
            Payload::Summary { view, stamps, ask } => self.on_summary(&from.name, view.as_ref(), &stamps, ask, out),
            Payload::Reports(reports) => self.on_reports(now, &from.name, reports, out),
            Payload::Views(views) => self.on_views(now, &from.name, views, out),
            Payload::Evictions(news) => self.on_evictions(now, news, out),
            Payload::Prepare(proposal) => self.on_prepare(now, from, proposal, out),
            Payload::Promise { id, head } => self.on_promise(now, &from.name, &id, head, out),
            Payload::Reject { id, reason, promised } => self.on_reject(now, &from.name, &id, reason, promised, out),
            Payload::FetchHistory { id, known } => self.on_fetch(&from.name, id, &known, out),
            Payload::History { id, views, last } => self.on_history(now, &from.name, &id, views, last, out),
            Payload::Commit(view) => self.on_commit(now, &from.name, &view, out),
            Payload::Installed { id } => self.on_installed(now, &from.name, &id, out),
            Payload::Stable { id, install } => self.on_stable(now, &from.name, &id, install, out),
            Payload::Farewell { .. } => self.depart(true, out),
            // Of the layers above.
            Payload::Quorum(_)
            | Payload::Coordination(_)
            | Payload::Recovery(_)
            | Payload::Consensus(_)
            | Payload::Request { .. }
            | Payload::Answer { .. } => {}
        }
    }

    /// Nodes that fall silent at the same time are noticed within a heartbeat of each other, and by all their watchers:
    /// as long as one that nobody has missed so far is missed, there may be more.
    fn note_silences(&mut self, now: Now, before: Option<&Report>, name: &NodeName) {
        let Some(report) = self.reports.get(name) else { return };
        let missed_before = |missed: &NodeName| {
            let others = self.reports.iter().filter(|other| other.origin.name != *name);
            before.into_iter().chain(others.map(AsRef::as_ref)).any(|other| names_unreached(other, missed))
        };
        let fell_silent = |unreached: &Unreached| {
            unreached.losses.iter().any(|(_, loss)| matches!(loss, Loss::Silent(_) | Loss::PeerSilent))
                && before.is_some()
                && !missed_before(&unreached.name)
        };
        if report.unreached.iter().any(fell_silent) {
            self.silences_until = now.at + self.heartbeat + self.settle_time;
        }
    }

    fn arm_batch(&mut self, now: Now, out: Out<'_>) {
        if !self.batch_due {
            self.batch_due = true;
            let pause = if self.current.is_none() { FORMING_BATCH + self.crowd(now) } else { BATCH };
            out.push(Effect::ArmBatch { at: now.at + pause });
        }
    }

    /// By how much longer a forming node gathers news because many others have some, too.
    fn crowd(&self, now: Now) -> Duration {
        let (last, reports) = self.flooded;
        if now.at.since(last) < RECENTLY { (CROWDED * reports).min(CROWDED_MAX) } else { Duration::ZERO }
    }

    /// Passes on what was gathered, and looks at the map.
    pub fn on_batch(&mut self, now: Now, out: Out<'_>) {
        self.batch_due = false;
        if self.departed {
            return;
        }
        self.mark_the_unreached(now);
        self.refresh_report(now);
        self.flood(now, out);
        self.look(now, out);
        self.want(now, out);
        self.draw_close(out);
        if self.leaving {
            self.check_departure(out);
        }
    }

    /// This node's own timers ran late: what it waited for gets that time on top.
    pub fn on_late(&mut self, late: Duration) {
        for mark in self.marks.values_mut() {
            mark.forgive(late);
        }
    }

    /// Comes once a heartbeat; now and then it looks at what changes by time alone.
    pub fn on_timer(&mut self, now: Now, out: Out<'_>) {
        self.looks += 1;
        if self.looks < LOOK_EVERY {
            return;
        }
        self.looks = 0;
        self.peers.values_mut().for_each(|peer| peer.told = false);
        self.expected.retain(|_, at| now.at.since(*at) < self.settle_time);
        let kept_out = self.unresponsive.len();
        let writing = |name: &NodeName| *name == self.me.name && self.durable < self.writes;
        self.unresponsive.retain(|name, since| now.at.since(*since) < UNRESPONSIVE || writing(name));
        if self.has_overdue_marks(now) || self.unresponsive.len() < kept_out {
            self.arm_batch(now, out);
        }
        self.forget_the_lost(now, out);
    }

    fn picture(&self) -> Picture<'_> {
        let (reports, current) = (&self.reports, self.current.as_ref());
        Picture::new(&self.me, reports, current, &self.foreign, &self.evictions, &self.overlay)
    }

    /// What a map would be computed from now.
    fn basis(&self) -> Basis {
        let view = self.current.as_ref().map(|view| view.id.clone());
        (self.reports.version(), self.foreign_news, self.writes, view)
    }

    /// Computes the map anew, and what follows from it.
    fn look(&mut self, now: Now, out: Out<'_>) {
        let basis = self.basis();
        if self.looked_at.as_ref() == Some(&basis) {
            if !self.leaving {
                self.consider(now, false, out);
            }
            return;
        }
        self.looked_at = Some(basis);
        let picture = self.picture();
        let connected = picture.connected();
        let (map, order) = picture.propose(&connected);
        self.unconnected.retain(|name, _| !self.reports.roster().number(name).is_some_and(|number| connected[number]));
        for number in self.reports.numbers().filter(|&number| !connected[number]) {
            self.unconnected.entry(self.reports.roster().name(number).clone()).or_insert(now.at);
        }
        let changed = self.map != map;
        self.order = order;
        if changed {
            self.map = map;
            self.passed_over.clear();
        }
        if !self.leaving {
            self.consider(now, changed, out);
        }
    }

    /// Forgets nodes that nobody has reached for long and that are in no view here.
    fn forget_the_lost(&mut self, now: Now, out: Out<'_>) {
        let in_view = |name: &NodeName| self.current.as_ref().is_some_and(|view| view.member(name).is_some());
        let linked = |name: &NodeName| self.peers.get(name).is_some_and(|peer| peer.up);
        let gone =
            |(name, since): &(&NodeName, &Instant)| now.at.since(**since) > FORGET && !in_view(name) && !linked(name);
        let gone: Vec<NodeName> = self.unconnected.iter().filter(gone).map(|(name, _)| name.clone()).collect();
        if gone.is_empty() {
            return;
        }
        for name in gone {
            self.unconnected.remove(&name);
            self.peers.remove(&name);
            self.marks.remove(&name);
            self.reports.forget(now.at, &name);
            out.push(Effect::Changed { name });
        }
        self.renumber();
    }

    /// Gives numbers anew, so that those of the forgotten are free again.
    fn renumber(&mut self) {
        self.reports.renumber();
        for member in self.foreign.values().chain(&self.current).flat_map(|view| &view.members) {
            self.reports.enter(&member.identity.name);
        }
        if let Some(view) = &self.current {
            self.overlay = Overlay::of_view(self.reports.roster(), view);
        }
    }

    /// The view installed last, and how far this node has come with it.
    pub fn view(&self) -> (Option<&Arc<ViewRecord>>, ViewState) {
        let state = match (&self.current, self.standing, self.stable) {
            (None, ..) => ViewState::Forming,
            (Some(_), false, _) => ViewState::Transition,
            (Some(_), true, false) => ViewState::Installed,
            (Some(_), true, true) => ViewState::Stable,
        };
        (self.current.as_ref(), state)
    }

    /// The views known.
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Whether a path of reported links leads to a node.
    pub fn is_connected(&self, name: &NodeName) -> bool {
        self.reports.get(name).is_some() && !self.unconnected.contains_key(name)
    }

    /// The newest report of a node.
    pub fn report(&self, name: &NodeName) -> Option<&Arc<Report>> {
        self.reports.get(name)
    }

    /// How many nodes have reported.
    pub fn known(&self) -> usize {
        self.reports.len()
    }

    /// All newest reports.
    pub fn reports(&self) -> impl Iterator<Item = &Arc<Report>> {
        self.reports.iter()
    }

    /// The evictions.
    pub fn evictions(&self) -> &Evictions {
        &self.evictions
    }

    /// Whether the node is on its way out.
    pub fn is_leaving(&self) -> bool {
        self.leaving
    }
}

fn names_unreached(report: &Report, name: &NodeName) -> bool {
    report.unreached.binary_search_by(|unreached| unreached.name.cmp(name)).is_ok()
}
