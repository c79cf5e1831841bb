//! Sessions, names and barriers: one ordered log of changes, in memory, copied to all members of the view.
//!
//! ```text
//!   regimes of quorum, messages, requests, time  -->  Coordination  -->  answers, news for those who watch
//!                                                     -->               messages
//! ```
//!
//! Whoever holds the regime leads (`lead`): it decides on each request by its own state, puts what changes something into
//! the log, and sends that to all members (`follow`). What a majority of the voters hold in memory is sure: only then is it
//! answered, applied by the others, and told to those who watch (S2). No disk is in the way.
//!
//! When another regime begins, its holder first asks the members of its view how far their copies go (`recall`), takes the
//! longest, and goes on from there; from then on they take nothing from an earlier regime. So no two ever write one log.
//! Who has no copy, or one that went another way, is sent the whole state.
//!
//! Requests may be made at any member (`asks`): they wait there while nobody leads, and are carried out once only.

mod asks;
mod clocks;
mod copy;
mod effect;
mod follow;
mod history;
mod lead;
mod log;
mod longest;
mod recall;
pub mod state;

use alloc::{collections::VecDeque, sync::Arc, vec::Vec};

pub use effect::{Effect, Patience, Reply, Update};
pub use state::{Abortion, End, Limits, News, Record, State, What};

use crate::{
    quorum::tally::Configs,
    settings::Settings,
    types::{ClusterUid, Duration, Epoch, Identity, Incarnation, Instant, Regime, Revision},
    wire::{Answer, Denial, Done, Entry, EntryKind, LimitKind, Memory, Participant, Request, Talk},
};
use asks::Asks;
use copy::Copy;
use effect::Out;
use follow::Incoming;
use lead::Lead;
use state::Applied;

/// The coordination layer of a node.
#[derive(Clone, Hash, Debug)]
pub struct Coordination {
    me: Identity,
    limits: Limits,
    /// How long a new regime waits for voters whose copies it needs, before it begins without what they may know.
    grace: Duration,
    /// The highest incarnation that earlier starts had promised.
    started: Incarnation,
    /// No session lasts for longer than this after its last sign of life, as the cluster database has it.
    longest_ttl: Duration,
    /// The cluster whose state this is.
    cluster: Option<ClusterUid>,
    /// The regime in force here.
    regime: Option<Regime>,
    /// Nothing of a regime before this one is taken any more.
    promised: Epoch,
    copy: Option<Copy>,
    /// What was applied before it was sure, and is told when it is.
    told: VecDeque<Told>,
    /// The regime up to whose beginning all was told.
    begun: Epoch,
    /// A whole state that is coming in.
    incoming: Option<Incoming>,
    lead: Option<Lead>,
    asks: Asks,
}

/// What an entry did, to be told when it is sure.
#[derive(Clone, Hash, Debug)]
struct Told {
    revision: Revision,
    epoch: Epoch,
    own: Option<(u64, Result<Done, Denial>)>,
    news: Vec<News>,
}

impl Coordination {
    /// The layer of a node that has just started.
    #[must_use]
    pub fn new(settings: &Settings, cluster: Option<ClusterUid>, started: Incarnation) -> Self {
        Self {
            me: settings.identity.clone(),
            limits: settings.limits.clone(),
            grace: settings.voter_grace,
            started,
            longest_ttl: Duration::ZERO,
            cluster,
            regime: None,
            promised: Epoch::default(),
            copy: None,
            told: VecDeque::new(),
            begun: Epoch::default(),
            incoming: None,
            lead: None,
            asks: Asks::default(),
        }
    }

    /// Another regime is in force here, or none. `holds` says whether this node is the one that leads; then `configs` are
    /// the voters by whose majorities it goes, and `members` are those of its view.
    pub fn on_regime(
        &mut self,
        now: Instant,
        regime: Option<&Regime>,
        leads: Option<(Configs, Arc<[Participant]>)>,
        out: Out<'_>,
    ) {
        let same = self.regime.as_ref() == regime;
        if let (true, Some(lead), Some((configs, _))) = (same, &mut self.lead, &leads) {
            lead.set_configs(configs.clone());
            self.progress(now, out);
            return;
        }
        if same && self.lead.is_some() == leads.is_some() {
            return;
        }
        self.lead = None;
        self.incoming = None;
        self.regime = regime.cloned();
        if let Some(copy) = &mut self.copy {
            copy.clocks.halt(now);
        }
        if let (Some(regime), Some((configs, members))) = (regime, leads)
            && regime.epoch >= self.promised
        {
            self.promised = regime.epoch;
            self.begin_lead(now, regime.clone(), configs, members, out);
        }
    }

    /// The node has become part of a cluster. When that is another one, which was formed anew, nothing counts of what was
    /// known.
    pub fn on_cluster(&mut self, cluster: ClusterUid, out: Out<'_>) {
        if self.cluster.replace(cluster).is_some_and(|before| before != cluster) {
            (self.copy, self.lead, self.incoming) = (None, None, None);
            self.told.clear();
            self.begun = Epoch::default();
            self.asks.miss(&uncertain(Epoch::default(), Revision::default()), out);
            let (origin, revision) = <_>::default();
            out.push(Effect::Publish(Update { origin, revision, news: None }));
        }
    }

    /// A link is up: what was said before may be lost.
    pub fn on_link_up(&mut self, now: Instant, peer: &Identity, out: Out<'_>) {
        self.greet(peer, out);
        if self.regime.as_ref().is_some_and(|regime| regime.holder == *peer) {
            self.asks.resend();
            self.dispatch(now, out);
        }
    }

    /// This node has quorum, or not: without it no session can be heard, and time stands still.
    pub fn on_quorum(&mut self, now: Instant, has: bool) {
        let served = self.is_served();
        let Some(copy) = &mut self.copy else { return };
        match has {
            true if served => copy.clocks.go_on(now),
            true => {}
            false => copy.clocks.halt(now),
        }
    }

    /// Comes once a heartbeat. `settled` says whether the regime's view is the present one.
    pub fn on_timer(&mut self, now: Instant, settled: bool, out: Out<'_>) {
        self.tick(now, settled, out);
        self.dispatch(now, out);
    }

    /// This node was late by so much, and may not have heard of sessions in time.
    pub fn on_late(&mut self, span: Duration) {
        if let Some(copy) = &mut self.copy {
            copy.clocks.put_off(span);
        }
    }

    /// Somebody asks for something here.
    pub fn ask(&mut self, now: Instant, ticket: u64, request: Request, patience: Patience, out: Out<'_>) {
        if self.asks.len() >= self.limits.requests {
            let outcome = Err(Denial::Limit { what: LimitKind::Requests, limit: self.limits.requests as u64 });
            let answer = Answer { epoch: self.promised, revision: self.sure(), outcome };
            return out.push(asks::last(ticket, Reply::Answer(answer)));
        }
        self.asks.ask(ticket, request, patience);
        self.dispatch(now, out);
    }

    /// Nobody waits for this any more; it may be done all the same.
    pub fn forget_ask(&mut self, ticket: u64) {
        self.asks.forget(ticket);
    }

    /// A message of a peer's coordination layer.
    pub fn on_talk(&mut self, now: Instant, from: &Identity, talk: Talk, out: Out<'_>) {
        match talk {
            Talk::Recall { epoch } => self.on_recall(from, epoch, out),
            Talk::Recalled { epoch, memory } => self.on_recalled(now, from, epoch, memory, out),
            Talk::Fetch { epoch, after } => self.on_fetch(now, from, epoch, after, out),
            Talk::Entries(batch) => self.on_entries(now, from, &batch, out),
            Talk::Held { epoch, revision } => self.on_held(now, from, epoch, revision, out),
            Talk::Snapshot(piece) => self.on_piece(now, from, &piece, out),
            Talk::Ask { epoch, least, requests } => self.on_ask(now, from, epoch, least, requests, out),
            Talk::Answers { epoch, denials } => self.on_denials(from, epoch, denials, out),
        }
    }

    /// The state here, and up to where it is sure. Of whoever leads it may be ahead of that.
    #[must_use]
    pub fn state(&self) -> Option<(&State, Revision)> {
        let copy = self.copy.as_ref().filter(|copy| !copy.replaced)?;
        Some((&copy.state, copy.sure))
    }

    /// What changed after this revision of the state that began with `origin`, in order, as far as it is sure; none when
    /// that is not known any more.
    #[must_use]
    pub fn news_after(&self, origin: Epoch, revision: Revision) -> Option<Vec<News>> {
        let copy = self.copy.as_ref().filter(|copy| !copy.replaced && copy.state.origin() == origin)?;
        copy.history.after_revision(revision)
    }

    /// How long a session still has, as known here.
    #[must_use]
    pub fn left(&self, now: Instant, session: crate::types::SessionId) -> Option<Duration> {
        self.copy.as_ref()?.clocks.left(now, &clocks::Key::Session(session))
    }

    /// Whether requests are carried out here, or by the one to whom they are sent.
    #[must_use]
    pub fn is_served(&self) -> bool {
        let follows = self.copy.as_ref().map(Copy::follows);
        self.regime.as_ref().is_some_and(|regime| follows == Some(regime.epoch))
    }

    /// Whether a majority of each of these sets of voters is known to hold all that was ever answered.
    #[must_use]
    pub fn is_held_by(&self, configs: &Configs) -> bool {
        self.lead.as_ref().is_some_and(|lead| lead.is_held_by(configs, self.sure()))
    }

    /// The regime up to whose beginning those who ask and watch here were told all: nothing that an earlier one ended is
    /// news any more.
    #[must_use]
    pub fn told_of(&self) -> Epoch {
        self.begun
    }

    /// Requests that wait, entries kept, clocks: what L1 bounds.
    #[must_use]
    pub fn load(&self) -> [(&'static str, usize); 2] {
        [("requests", self.asks.len()), ("clocks", self.copy.as_ref().map_or(0, |copy| copy.clocks.len()))]
    }

    fn sure(&self) -> Revision {
        self.copy.as_ref().map(|copy| copy.sure).unwrap_or_default()
    }

    /// What this node knows of the log.
    fn memory(&self) -> Memory {
        Memory { started: self.started, head: self.copy.as_ref().map(Copy::head) }
    }

    /// Notes what an entry did that was applied just now.
    fn note(&mut self, entry: &Entry, applied: Applied) {
        let own = match &entry.kind {
            EntryKind::Request { from: (name, number), .. } if *name == self.me.name => {
                Some((*number, applied.outcome))
            }
            _ => None,
        };
        self.told.push_back(Told { revision: entry.revision, epoch: entry.epoch, own, news: applied.news });
    }

    /// Tells all that is sure by now and was not told.
    fn conclude(&mut self, now: Instant, out: Out<'_>) {
        let sure = self.sure();
        let mut all = Vec::new();
        while self.told.front().is_some_and(|told| told.revision <= sure) {
            let Some(Told { revision, epoch, own, news }) = self.told.pop_front() else { break };
            self.asks.release(revision, out);
            if let Some((number, outcome)) = own {
                self.asks.on_answer(number, Answer { epoch, revision, outcome }, out);
            }
            for one in news {
                self.asks.on_news(epoch, &one, out);
                if let What::Begun { epoch, .. } = one.what {
                    self.asks.on_begin(epoch);
                    self.begun = epoch;
                }
                all.push(one);
            }
        }
        self.asks.release(sure.next(), out);
        let Some(copy) = &mut self.copy else { return };
        copy.history.extend(&all);
        let fresh = copy.replaced && copy.is_sure();
        copy.replaced &= !fresh;
        if fresh {
            self.begun = copy.state.epoch();
        }
        if fresh || !copy.replaced && !all.is_empty() {
            let origin = copy.state.origin();
            let revision = copy.state.revision().min(sure);
            let news = (!fresh).then(|| all.into());
            out.push(Effect::Publish(Update { origin, revision, news }));
        }
        self.dispatch(now, out);
    }

    /// Answers count that waited for what is sure and told by now.
    fn release(&mut self, out: Out<'_>) {
        let next = self.sure().next();
        let untold = self.told.front().map_or(next, |told| told.revision.min(next));
        self.asks.release(untold, out);
    }

    /// The copy is another one: whoever waits here has missed what became of things.
    fn replace(&mut self, copy: Copy, out: Out<'_>) {
        let (epoch, revision) = (copy.state.epoch(), copy.state.revision());
        self.told.clear();
        self.copy = Some(copy);
        self.asks.miss(&uncertain(epoch, revision), out);
    }

    /// Takes what was asked here to whoever leads.
    fn dispatch(&mut self, now: Instant, out: Out<'_>) {
        let Some(regime) = self.regime.as_ref().filter(|_| self.is_served()) else { return };
        let epoch = regime.epoch;
        if regime.holder == self.me {
            return self.execute_own(now, epoch, out);
        }
        let holder = regime.holder.name.clone();
        let requests = self.asks.take(epoch, true);
        if !requests.is_empty() {
            let least = self.asks.least();
            out.push(effect::say(&holder, Talk::Ask { epoch, least, requests }));
        }
    }

    fn is_leader(&self, from: &Identity, epoch: Epoch) -> bool {
        self.regime.as_ref().is_some_and(|regime| regime.holder == *from && regime.epoch == epoch)
            && epoch >= self.promised
    }
}

fn uncertain(epoch: Epoch, revision: Revision) -> Answer {
    Answer { epoch, revision, outcome: Err(Denial::Uncertain) }
}
