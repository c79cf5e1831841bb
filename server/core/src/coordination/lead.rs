//! The side of whoever leads: it finds the longest copy, decides on requests, and keeps all members up to date.
//!
//! ```text
//!   Recalling --enough have answered--> Fetching --the longest copy is here--> Serving
//!       |  its own is the longest, or there is none                              ^
//!       +------------------------------------------------------------------------+
//! ```

use alloc::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    vec::Vec,
};

use super::{
    Coordination,
    copy::Copy,
    effect::{Effect, Out, say},
    longest::Longest,
    recall::{Verdict, decide},
    state::{Clock, Record, State},
};
use crate::{
    quorum::tally::{Configs, backed_until, is_backed},
    types::{Duration, Epoch, Identity, Instant, NodeId, NodeName, Regime, Revision},
    wire::{Answer, Batch, Begin, Denial, EntryKind, Head, Memory, Participant, Piece, Request, Talk},
};

/// Most batches of entries, or pieces of a state, on the way to one member; more wait and go together.
const WINDOW: u32 = 2;
/// Time from one round of news to the satellites to the next, for each satellite: a round costs whoever leads about half of
/// that, so that at most half of its time goes into them however many there are and however much happens.
const ROUND_STEP: Duration = Duration::from_micros(200);
/// The same at most, for all of them.
const ROUND_MAX: Duration = Duration::from_millis(50);
/// Most bytes of a piece of a state, about.
const PIECE_BYTES: usize = 256 * 1024;

/// What this node does as the one that leads.
#[derive(Clone, Hash, Debug)]
pub struct Lead {
    regime: Regime,
    configs: Configs,
    members: Arc<[Participant]>,
    since: Instant,
    /// What the members know that have answered.
    memories: BTreeMap<Identity, Memory>,
    stage: Stage,
    pub longest: Longest,
}

#[derive(Clone, Hash, Debug)]
enum Stage {
    /// The members are asked how far their copies go.
    Recalling,
    /// The longest copy is on its way, from this member and up to here.
    Fetching(Identity, Revision),
    /// Requests are carried out.
    Serving(Serving),
}

#[derive(Clone, Hash, Debug)]
struct Serving {
    /// The entry with which the regime began: what comes before is sure when this is.
    begin: Revision,
    /// How far the copy went that was taken.
    took: (Revision, Epoch),
    peers: BTreeMap<NodeName, Peer>,
    /// The requests of each member that are in the log, as far as it may send them again.
    logged: BTreeMap<NodeName, BTreeSet<u64>>,
    round: Round,
}

/// When satellites are sent news that none of them has asked for: at once when nothing was sent of late.
#[derive(Clone, Copy, Hash, Debug, Default)]
struct Round {
    /// Not before this.
    next: Instant,
    /// Whether a timer will tell that it is time.
    armed: bool,
}

/// A member, as far as it is brought up to date.
#[derive(Clone, Hash, Debug)]
struct Peer {
    identity: Identity,
    /// Whether it was heard how far its copy goes.
    known: bool,
    /// Up to here it was sent the log, and up to here it has it.
    sent: Revision,
    held: Revision,
    /// Up to here it was told that the log is sure, or knows it by itself.
    told: Revision,
    /// The last entry that one of its own clients asked for.
    asked: Revision,
    /// Batches and pieces that it has not acknowledged.
    under_way: u32,
    /// Pieces of a state that are still to be sent.
    pieces: VecDeque<Piece>,
}

impl Peer {
    fn new(identity: Identity) -> Self {
        let (sent, held, told, asked) = <_>::default();
        Self { identity, known: false, sent, held, told, asked, under_way: 0, pieces: VecDeque::new() }
    }

    /// Sends the log as far as `wire` says, and how far it is sure.
    fn send_log(&mut self, copy: &Copy, wire: Wire<'_>, out: Out<'_>) {
        let Wire { name, epoch, pair, last, window } = wire;
        let batch = |after, entries| say(name, Talk::Entries(Batch { epoch, after, entries, sure: copy.sure, pair }));
        while self.under_way < window
            && let Some(entries) = copy.log.batch(self.sent, last).filter(|entries| !entries.is_empty())
        {
            let after = self.sent;
            self.sent = entries.last().map_or(after, |last| last.revision);
            self.under_way += 1;
            self.told = if pair { self.sent } else { copy.sure };
            out.push(batch(after, entries));
        }
        // What is sure is told at once, unless it is on its way with the entries themselves.
        if self.told < copy.sure && self.sent >= copy.sure {
            self.told = copy.sure;
            out.push(batch(self.sent, Arc::new([])));
        }
    }
}

/// How the log goes to one member.
struct Wire<'a> {
    name: &'a NodeName,
    epoch: Epoch,
    /// Whether whoever leads and the member are a majority by themselves.
    pair: bool,
    /// Up to here.
    last: Revision,
    /// So many batches at once at most.
    window: u32,
}

/// A copy as pieces of a state.
pub fn pieces(epoch: Epoch, copy: &Copy, records: Vec<Record>) -> impl Iterator<Item = Piece> {
    let (mut pieces, mut records) = (Vec::new(), records.into_iter().peekable());
    while records.peek().is_some() {
        let (mut size, mut piece) = (0, Vec::new());
        while let Some(record) = records.next_if(|next| piece.is_empty() || size + next.bytes() <= PIECE_BYTES) {
            size += record.bytes();
            piece.push(record);
        }
        let number = pieces.len() as u32;
        let last = records.peek().is_none();
        pieces.push(Piece { epoch, number, last, records: piece.into(), sure: copy.sure });
    }
    pieces.into_iter()
}

impl Lead {
    /// The voters by whose majorities it goes are others.
    pub fn set_configs(&mut self, configs: Configs) {
        self.configs = configs;
    }

    /// Whether the longest copy is to come from this member.
    pub fn fetches_from(&self, from: &Identity) -> bool {
        matches!(&self.stage, Stage::Fetching(source, _) if source == from)
    }

    /// Whether majorities of these voters hold all up to here.
    pub fn is_held_by(&self, configs: &Configs, sure: Revision) -> bool {
        let Stage::Serving(serving) = &self.stage else { return false };
        let held: BTreeSet<NodeId> =
            serving.peers.values().filter(|peer| peer.held >= sure).map(|peer| peer.identity.id).collect();
        sure >= serving.begin && is_backed(configs, |id| *id == self.regime.holder.id || held.contains(id))
    }

    /// Up to where majorities of the voters hold the log, when this node has it up to `end`.
    fn held(&self, serving: &Serving, end: Revision) -> Revision {
        let held = |id: &NodeId| {
            if *id == self.regime.holder.id {
                return end;
            }
            let peer = serving.peers.values().find(|peer| peer.identity.id == *id);
            peer.map(|peer| peer.held).unwrap_or_default()
        };
        backed_until(&self.configs, held)
    }
}

impl Coordination {
    pub(super) fn begin_lead(
        &mut self,
        now: Instant,
        regime: Regime,
        configs: Configs,
        members: Arc<[Participant]>,
        out: Out<'_>,
    ) {
        let memories = BTreeMap::from([(self.me.clone(), self.memory())]);
        let (stage, longest) = (Stage::Recalling, Longest::new(now));
        self.lead = Some(Lead { regime, configs, members, since: now, memories, stage, longest });
        self.recall_all(out);
        self.decide(now, false, out);
    }

    /// Asks those that have not answered how far their copies go.
    fn recall_all(&self, out: Out<'_>) {
        let Some(lead) = &self.lead else { return };
        let epoch = lead.regime.epoch;
        let answered = |identity: &Identity| match &lead.stage {
            Stage::Serving(serving) => serving.peers.get(&identity.name).is_none_or(|peer| peer.known),
            _ => lead.memories.contains_key(identity),
        };
        let silent = lead.members.iter().map(|member| &member.identity).filter(|identity| !answered(identity));
        out.extend(silent.map(|identity| say(&identity.name, Talk::Recall { epoch })));
    }

    /// A link to a member is up: what was sent there may be lost.
    pub(super) fn greet(&mut self, peer: &Identity, out: Out<'_>) {
        let Some(lead) = self.lead.as_mut() else { return };
        if !lead.members.iter().any(|member| member.identity == *peer) {
            return;
        }
        if let Stage::Serving(serving) = &mut lead.stage {
            let held = serving.peers.get(&peer.name).map(|known| known.held).unwrap_or_default();
            serving.peers.insert(peer.name.clone(), Peer { held, ..Peer::new(peer.clone()) });
        }
        out.push(say(&peer.name, Talk::Recall { epoch: lead.regime.epoch }));
    }

    pub(super) fn on_recalled(&mut self, now: Instant, from: &Identity, epoch: Epoch, memory: Memory, out: Out<'_>) {
        let Some(lead) = self.lead.as_mut().filter(|lead| lead.regime.epoch == epoch) else { return };
        if !lead.members.iter().any(|member| member.identity == *from) {
            return;
        }
        if let Stage::Serving(_) = lead.stage {
            self.update(now, from, memory.head.as_ref());
            return self.progress(now, out);
        }
        lead.memories.insert(from.clone(), memory);
        if lead.fetches_from(from) {
            // What it was asked for may be lost with the link.
            lead.stage = Stage::Recalling;
        }
        self.decide(now, false, out);
    }

    /// Goes on when enough is known. Who has waited for long enough goes on with less, unless the view is about to change.
    fn decide(&mut self, now: Instant, settled: bool, out: Out<'_>) {
        let Some(lead) = self.lead.as_mut().filter(|lead| matches!(lead.stage, Stage::Recalling)) else { return };
        let epoch = lead.regime.epoch;
        match decide(&lead.configs, &self.me, &lead.members, &lead.memories) {
            Verdict::Take(best) if best == self.me => self.serve(now, out),
            Verdict::Take(best) => {
                let Some(head) = lead.memories.get(&best).and_then(|memory| memory.head.clone()) else { return };
                lead.stage = Stage::Fetching(best.clone(), head.end);
                let own = self.copy.as_ref().filter(|copy| copy.state.origin() == head.origin);
                let same = |copy: &&Copy| copy.is_sure() || copy.follows() == head.epoch;
                let after = own.filter(same).map(|copy| copy.state.revision());
                out.push(say(&best.name, Talk::Fetch { epoch, after }));
            }
            Verdict::Wait if !settled || now.since(lead.since) < self.grace => {}
            Verdict::Wait | Verdict::Lost => {
                // Whoever held anything is told that it is over, for nobody can tell any more what it was. Who cannot be
                // told may count on it for a while: nobody else has it before that is over.
                let hold_off = self.longest_ttl;
                let state = State::new(epoch, !hold_off.is_zero());
                let mut copy = Copy::new(state, Revision::default());
                copy.clocks.halt(now);
                if !hold_off.is_zero() {
                    copy.clocks.start(now, Clock::HoldOff(hold_off));
                }
                self.replace(copy, out);
                self.serve(now, out);
            }
        }
    }

    /// Entries of the longest copy.
    pub(super) fn on_fetched(&mut self, now: Instant, from: &Identity, batch: &Batch, out: Out<'_>) {
        let Some(lead) = self.lead.as_ref().filter(|lead| lead.fetches_from(from)) else { return };
        if batch.epoch != lead.regime.epoch {
            return;
        }
        if let Some(copy) = &mut self.copy {
            batch.entries.iter().all(|entry| copy.take(entry));
            copy.sure = copy.sure.max(batch.sure.min(copy.log.end().0));
        }
        self.on_fetched_state(now, out);
    }

    /// Serves when all of the longest copy is here.
    pub(super) fn on_fetched_state(&mut self, now: Instant, out: Out<'_>) {
        let Some(Lead { stage: Stage::Fetching(source, end), memories, .. }) = &self.lead else { return };
        let took =
            memories.get(source).and_then(|memory| memory.head.as_ref()).map(|head| head.epoch).unwrap_or_default();
        if self.copy.as_ref().is_some_and(|copy| copy.log.end() == (*end, took)) {
            self.serve(now, out);
        }
    }

    /// The copy here is the one that counts from now on.
    fn serve(&mut self, now: Instant, out: Out<'_>) {
        let Some(copy) = &mut self.copy else { return };
        let took = copy.log.end();
        let all = copy.apply_all(now);
        all.into_iter().for_each(|(entry, applied)| self.note(&entry, applied));
        let (Some(lead), Some(copy)) = (&mut self.lead, &mut self.copy) else { return };
        let members = lead.members.clone();
        let kind = EntryKind::Begin(Begin { view: lead.regime.view.clone(), members: members.clone() });
        let (entry, applied) = copy.propose(now, lead.regime.epoch, kind, &self.limits);
        let others = members.iter().map(|member| &member.identity).filter(|identity| **identity != self.me);
        let peers = others.map(|identity| (identity.name.clone(), Peer::new(identity.clone()))).collect();
        lead.stage = Stage::Serving(Serving {
            begin: entry.revision,
            took,
            peers,
            logged: BTreeMap::new(),
            round: Round::default(),
        });
        let memories = core::mem::take(&mut lead.memories);
        self.note(&entry, applied);
        for (identity, memory) in &memories {
            self.update(now, identity, memory.head.as_ref());
        }
        self.progress(now, out);
        self.dispatch(now, out);
    }

    /// It is known how far a member's copy goes: from there on it is sent the log, or the whole state.
    fn update(&mut self, now: Instant, from: &Identity, head: Option<&Head>) {
        let (Some(lead), Some(copy)) = (&mut self.lead, &self.copy) else { return };
        let epoch = lead.regime.epoch;
        let Stage::Serving(serving) = &mut lead.stage else { return };
        let Some(peer) = serving.peers.get_mut(&from.name).filter(|peer| peer.identity == *from) else { return };
        let Peer { held, .. } = *peer;
        *peer = Peer { known: true, held, ..Peer::new(from.clone()) };
        let same_way = |head: &&Head| {
            let (end, took) = serving.took;
            let followed = head.epoch == epoch || head.epoch == took && head.applied <= end;
            head.origin == copy.state.origin() && (head.applied <= head.sure || followed)
        };
        let start = head.filter(same_way).map(|head| if head.epoch == epoch { head.end } else { head.applied });
        match start.filter(|start| *start >= copy.log.start() && *start <= copy.log.end().0) {
            Some(start) => {
                peer.sent = start;
                if head.is_some_and(|head| head.epoch == epoch) {
                    peer.held = start.max(held);
                }
            }
            None => {
                peer.pieces = pieces(epoch, copy, copy.records(now)).collect();
                peer.sent = copy.state.revision();
            }
        }
    }

    /// A member has more of the log, or of the state that it is sent.
    pub(super) fn on_held(&mut self, now: Instant, from: &Identity, epoch: Epoch, revision: Revision, out: Out<'_>) {
        let Some(lead) = self.lead.as_mut().filter(|lead| lead.regime.epoch == epoch) else { return };
        let Stage::Serving(serving) = &mut lead.stage else { return };
        let Some(peer) = serving.peers.get_mut(&from.name).filter(|peer| peer.identity == *from && peer.known) else {
            return;
        };
        peer.under_way = peer.under_way.saturating_sub(1);
        peer.held = peer.held.max(revision.min(peer.sent));
        self.progress(now, out);
    }

    /// Notes what is sure by now, tells it, and sends the members what they lack.
    pub(super) fn progress(&mut self, now: Instant, out: Out<'_>) {
        let (Some(lead), Some(copy)) = (&self.lead, &mut self.copy) else { return };
        let Stage::Serving(serving) = &lead.stage else { return };
        let held = lead.held(serving, copy.log.end().0);
        let news = held >= serving.begin && held > copy.sure;
        if news {
            copy.sure = held;
        }
        self.send(now, out);
        if news {
            self.conclude(now, out);
        }
    }

    /// It is time for another round of news to the satellites.
    pub fn on_round(&mut self, now: Instant, out: Out<'_>) {
        if let Some(Lead { stage: Stage::Serving(serving), .. }) = &mut self.lead {
            serving.round.armed = false;
            self.send(now, out);
        }
    }

    fn send(&mut self, now: Instant, out: Out<'_>) {
        let (Some(lead), Some(copy)) = (&mut self.lead, &self.copy) else { return };
        let Lead { regime, configs, stage: Stage::Serving(serving), .. } = lead else { return };
        let (epoch, me) = (regime.epoch, regime.holder.id);
        let round = serving.round.next <= now;
        let (mut news, mut behind, mut satellites) = (false, false, 0);
        for (name, peer) in serving.peers.iter_mut().filter(|(_, peer)| peer.known) {
            while peer.under_way < WINDOW
                && let Some(piece) = peer.pieces.pop_front()
            {
                peer.under_way += 1;
                out.push(say(name, Talk::Snapshot(piece)));
            }
            if !peer.pieces.is_empty() {
                continue;
            }
            // Whether this node and that member are a majority by themselves.
            let pair = is_backed(configs, |id| *id == me || *id == peer.identity.id);
            if configs.iter().any(|set| set.contains(&peer.identity.id)) {
                peer.send_log(copy, Wire { name, epoch, pair, last: copy.log.end().0, window: WINDOW }, out);
                continue;
            }
            // A satellite does not help to make anything sure: it is sent what is, once, and in rounds, but for what its own
            // clients wait for.
            satellites += 1;
            if round || peer.asked > peer.sent {
                news |= round && peer.sent < copy.sure;
                peer.send_log(copy, Wire { name, epoch, pair, last: copy.sure, window: 1 }, out);
            }
            behind |= peer.sent < copy.sure;
        }
        if news {
            serving.round.next = now + (ROUND_STEP * satellites).min(ROUND_MAX);
        }
        if behind && !core::mem::replace(&mut serving.round.armed, true) {
            out.push(Effect::ArmRound { at: serving.round.next });
        }
    }

    /// Requests that were made at a member.
    pub(super) fn on_ask(
        &mut self,
        now: Instant,
        from: &Identity,
        epoch: Epoch,
        least: u64,
        requests: Vec<(u64, Request)>,
        out: Out<'_>,
    ) {
        let Some(lead) = self.lead.as_mut().filter(|lead| lead.regime.epoch == epoch) else { return };
        let Stage::Serving(serving) = &mut lead.stage else { return };
        if serving.peers.get(&from.name).is_none_or(|peer| peer.identity != *from) {
            return;
        }
        let logged = serving.logged.entry(from.name.clone()).or_default();
        *logged = logged.split_off(&least);
        self.carry_out(now, &from.name, requests, out);
        self.progress(now, out);
    }

    /// Carries out what was asked here.
    pub(super) fn execute_own(&mut self, now: Instant, epoch: Epoch, out: Out<'_>) {
        let me = self.me.name.clone();
        let requests = self.asks.take(epoch, false);
        if requests.is_empty() {
            return;
        }
        self.carry_out(now, &me, requests, out);
        self.release(out);
        self.progress(now, out);
    }

    /// Carries out what somebody asks for, and says what is denied of it.
    pub(super) fn carry_out(&mut self, now: Instant, from: &NodeName, requests: Vec<(u64, Request)>, out: Out<'_>) {
        let Some(epoch) = self.lead.as_ref().map(|lead| lead.regime.epoch) else { return };
        let mut denials = Vec::new();
        for (number, request) in requests {
            let denied = self.execute(now, from, number, request);
            denials.extend(denied.map(|(revision, denial)| (number, revision, denial)));
        }
        if *from == self.me.name {
            for (number, revision, denial) in denials {
                self.asks.hold_back(number, Answer { epoch, revision, outcome: Err(denial) });
            }
        } else if let Some((_, revision, _)) = denials.last() {
            self.note_asked(from, *revision);
            out.push(say(from, Talk::Answers { epoch, denials }));
        }
    }

    /// Tries a request. What is denied is so at once, to count when all that was looked at is sure.
    fn execute(&mut self, now: Instant, from: &NodeName, number: u64, request: Request) -> Option<(Revision, Denial)> {
        let (Some(lead), Some(copy)) = (&mut self.lead, &mut self.copy) else { return None };
        let Stage::Serving(serving) = &mut lead.stage else { return None };
        if serving.logged.get(from).is_some_and(|logged| logged.contains(&number)) {
            return None;
        }
        if lead.longest.exceeds(self.longest_ttl, &request) {
            let parked = lead.longest.park(from, number, request, self.limits.requests);
            return parked.err().map(|denial| (copy.state.revision(), denial));
        }
        let epoch = lead.regime.epoch;
        let kind = EntryKind::Request { from: (from.clone(), number), request };
        let (entry, applied) = copy.propose(now, epoch, kind, &self.limits);
        if let Err(denial) = applied.outcome {
            return Some((copy.state.revision(), denial));
        }
        serving.logged.entry(from.clone()).or_default().insert(number);
        self.note_asked(from, entry.revision);
        self.note(&entry, applied);
        None
    }

    /// A client of a member waits until the log there goes as far as this.
    fn note_asked(&mut self, member: &NodeName, revision: Revision) {
        if let Some(Lead { stage: Stage::Serving(serving), .. }) = &mut self.lead
            && let Some(peer) = serving.peers.get_mut(member)
        {
            peer.asked = revision;
        }
    }

    /// Time passes: what is due goes into the log, and who has not answered is asked again.
    pub(super) fn tick(&mut self, now: Instant, settled: bool, out: Out<'_>) {
        let Some(lead) = &self.lead else { return };
        let epoch = lead.regime.epoch;
        let serves = matches!(lead.stage, Stage::Serving(_));
        self.recall_all(out);
        if !serves {
            return self.decide(now, settled, out);
        }
        let Some(copy) = &mut self.copy else { return };
        for key in copy.clocks.due(now) {
            let Some(copy) = &mut self.copy else { return };
            if let Some(kind) = copy.expired(key) {
                let (entry, applied) = copy.propose(now, epoch, kind, &self.limits);
                self.note(&entry, applied);
            }
        }
        self.look_for_longest(now);
        self.progress(now, out);
    }
}
