//! Quorum: the right of one view to touch shared data, as a lease under an epoch that rises with every grant.
//!
//! ```text
//!   views, stable, heartbeats' words, messages  -->  Quorum  -->  granted, lost
//!   what consensus has applied, who leads       -->          -->  orders to consensus, words for heartbeats
//! ```
//!
//! *The log*, kept by a library (`consensus`), makes epochs: each grant is an entry, so epochs rise and survive (Q2).
//! *Leases* make sure that two views never have quorum at once (Q1), and that the loser knows first (Q3): voters pledge to
//! back one regime (`pledge`), the holder's lease lasts as long as a majority of pledges (`tally`), and all others take
//! theirs from it, hop by hop, each shorter than the one it comes from (`right`). Neither depends on the timers of the
//! library.
//!
//! A regime is made in three steps: its grant is committed, the regime before it ends, a majority of voters pledge
//! (`reign`). The one before ends by agreement where its holder is in the new view (`closing`), so that those who go on
//! together lose nothing; where it is not, its lease runs out.

mod closing;
pub mod consensus;
mod effect;
mod election;
mod electorate;
mod explain;
mod founding;
mod ground;
mod pledge;
mod reign;
mod requests;
mod right;
mod rules;
mod standing;
pub mod tally;

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

pub use effect::Effect;
pub use electorate::{Candidate, choose};
pub use explain::{Advice, Explanation, explain};
pub use founding::NotRefounded;
pub use ground::Ground;
pub use requests::Unanswered;
pub use standing::{Lack, QuorumStatus};

use crate::{
    channel::Vows,
    database::Rules,
    settings::Settings,
    types::{
        Candidacy, CauseKind, ClusterUid, Duration, Epoch, Identity, Instant, Member, NodeId, NodeName, Now, Profile,
        Regime, Suffrage, ViewId, ViewRecord, Voter,
    },
    wire::{Payload, Report, Word},
};
use closing::Closing;
use consensus::{Fact, Order, State};
use effect::say;
use election::Election;
use electorate::Electorate;
use founding::Move;
use pledge::Pledge;
use reign::{Bid, Hold};
use requests::Requests;
use right::Right;

/// Most views that wait to be recorded with the next grant.
const UNRECORDED: usize = 64;

type Out<'a> = &'a mut Vec<Effect>;
/// What members report of themselves.
pub type Told<'a> = &'a dyn Fn(&NodeName) -> Option<Arc<Report>>;

/// The quorum layer of a node.
#[derive(Clone, Hash, Debug)]
pub struct Quorum {
    me: Identity,
    lease: Duration,
    heartbeat: Duration,
    profile: Arc<Profile>,
    /// The cluster this node has become part of.
    cluster: Option<ClusterUid>,

    view: Option<Arc<ViewRecord>>,
    /// Since when every member has the view.
    stable: Option<Instant>,
    leaving: bool,
    /// Who left each view of their own will since the regime in force began: they act no more.
    departed: BTreeSet<NodeName>,
    /// Views that no grant has recorded.
    unrecorded: BTreeMap<ViewId, Arc<ViewRecord>>,

    state: State,
    /// What holds for the whole cluster, as far as it was applied here.
    rules: Rules,
    /// The number of the proposal that writes something down.
    recording: Option<u64>,
    /// The cluster is being formed anew.
    moving: Option<Move>,
    /// The voters as told by others, with their place in the log.
    told: (u64, Vec<Voter>),
    suffrage: Suffrage,
    /// The numbers given to what consensus is asked for.
    number: u64,

    right: Right,
    pledge: Pledge,
    hold: Option<Hold>,
    bid: Option<Bid>,
    closing: Option<Closing>,
    /// What rests on the voters in the layers above is held by those that are to come, too.
    held: bool,
    /// When the last lease ends that this node gave, or might have given, as a holder.
    spent: Instant,
    election: Election,
    electorate: Electorate,
    requests: Requests,

    /// What heartbeats say, which links are needed, and when a look is due: as was asked for last.
    vows: Vows,
    wanted: BTreeSet<NodeName>,
    armed: Option<Instant>,
}

impl Quorum {
    /// The layer of a node that once became part of `cluster`.
    pub fn new(settings: &Settings, cluster: Option<ClusterUid>) -> Self {
        Self {
            me: settings.identity.clone(),
            lease: settings.lease,
            heartbeat: settings.heartbeat,
            profile: settings.profile.clone(),
            cluster,
            view: None,
            stable: None,
            leaving: false,
            departed: BTreeSet::new(),
            unrecorded: BTreeMap::new(),
            state: State::default(),
            rules: Rules::default(),
            recording: None,
            moving: None,
            told: (0, Vec::new()),
            suffrage: Suffrage::default(),
            number: 0,
            right: Right::default(),
            pledge: Pledge::at_start(Instant::ZERO, Duration::ZERO),
            hold: None,
            bid: None,
            closing: None,
            held: false,
            spent: Instant::ZERO,
            election: Election::default(),
            electorate: Electorate::new(settings.voter_grace),
            requests: Requests::default(),
            vows: Vows::default(),
            wanted: BTreeSet::new(),
            armed: None,
        }
    }

    /// The node starts.
    pub fn on_start(&mut self, now: Now) {
        self.pledge = Pledge::at_start(now.at, self.lease);
    }

    /// A view was installed, or one was learned of.
    pub fn on_view(&mut self, now: Now, view: &Arc<ViewRecord>, installed: bool, out: Out<'_>) {
        self.electorate.on_view(view);
        self.unrecorded.insert(view.id.clone(), view.clone());
        if self.unrecorded.len() > UNRECORDED {
            self.unrecorded.pop_first();
        }
        if !installed {
            return;
        }
        let left = view.causes.iter().filter(|cause| cause.kind == CauseKind::Left);
        self.departed.extend(left.map(|cause| cause.name.clone()));
        self.view = Some(view.clone());
        self.stable = None;
        self.bid = None;
        self.closing = None;
        self.right.look(view);
        self.election.on_view();
        self.settle(now, out);
    }

    /// Every member has the view.
    pub fn on_stable(&mut self, now: Now, id: &ViewId, out: Out<'_>) {
        if self.view.as_ref().is_some_and(|view| view.id == *id) {
            self.stable = Some(now.at);
            self.settle(now, out);
        }
    }

    /// The view was left: there will be another.
    pub fn on_left(&mut self, now: Now, out: Out<'_>) {
        self.stable = None;
        self.settle(now, out);
    }

    /// The node leaves the cluster: it acts no more.
    pub fn on_leave(&mut self, now: Now, out: Out<'_>) {
        self.leaving = true;
        self.right.halt(Epoch(u64::MAX));
        self.bid = None;
        self.settle(now, out);
    }

    /// A link is up: what was said before may be lost.
    pub fn on_link_up(&mut self, now: Now, peer: &Identity, out: Out<'_>) {
        if let (Some(regime), Some(cluster)) = (self.right.regime(), self.cluster)
            && self.is_member(peer)
        {
            out.push(say(&peer.name, Word::Granted { regime: regime.clone(), cluster }));
        }
        if !self.told.1.is_empty() {
            let (index, voters) = self.told.clone();
            out.push(say(&peer.name, Word::Voters { index, voters }));
        }
        self.forget_asked(&peer.name);
        self.settle(now, out);
    }

    /// A link is down.
    pub fn on_link_down(&mut self, now: Now, peer: &Identity, out: Out<'_>) {
        out.push(Effect::Consensus(Order::Unreachable { peer: peer.id }));
        self.requests.on_link_down(&peer.name, out);
        self.forget_asked(&peer.name);
        self.settle(now, out);
    }

    /// A request could not be sent.
    pub fn on_unsent(&mut self, number: u64, out: Out<'_>) {
        self.requests.on_unsent(number, out);
    }

    /// Comes once a heartbeat.
    pub fn on_timer(&mut self, now: Now, told: Told<'_>, out: Out<'_>) {
        self.settle(now, out);
        self.found(told, out);
        self.elect(now, told, out);
        self.repeat(now, out);
        self.tend(now, told, out);
        self.settle(now, out);
    }

    /// The time armed has come.
    pub fn on_due(&mut self, now: Now, out: Out<'_>) {
        self.armed = None;
        self.repeat(now, out);
        self.settle(now, out);
    }

    /// A peer's heartbeat gave words that run out by themselves.
    pub fn on_vow(
        &mut self,
        now: Now,
        peer: &Identity,
        lease: Option<(Epoch, Instant)>,
        pledge: Option<(Epoch, Instant)>,
        out: Out<'_>,
    ) {
        if let Some((epoch, until)) = lease
            && self.hold.as_ref().is_none_or(|hold| hold.regime.epoch != epoch)
        {
            self.right.extend(epoch, until);
        }
        if let Some((epoch, until)) = pledge {
            self.on_backed(peer.id, epoch, until);
        }
        self.settle(now, out);
    }

    /// A heartbeat went out that gave such words.
    pub fn on_vowed(&mut self, now: Now, peer: &Identity, lease: Option<Instant>, pledge: Option<Instant>) {
        if let Some(until) = lease {
            self.right.on_given(now.at, peer, until);
        }
        if let Some(until) = pledge {
            self.pledge.extend(until);
        }
    }

    /// A message of the quorum layer of a peer, or one that it carries.
    pub fn on_message(&mut self, now: Now, from: &Identity, payload: Payload, out: Out<'_>) {
        match payload {
            Payload::Quorum(word) => self.on_word(now, from, word, out),
            Payload::Consensus(message) => self.on_consensus_message(from, message, out),
            Payload::Request { number, body } => {
                out.push(Effect::Serve { from: from.name.clone(), number, body });
            }
            Payload::Answer { number, body } => self.requests.on_answer(&from.name, number, body, out),
            _ => {}
        }
        self.settle(now, out);
    }

    fn on_word(&mut self, now: Now, from: &Identity, word: Word, out: Out<'_>) {
        match word {
            Word::Found { cluster, voters } => self.on_found(from, cluster, voters, out),
            Word::Claim { epoch, view, over } => self.on_claim(now, from, epoch, view, over, out),
            Word::Pledged { epoch } => self.on_pledged(from.id, epoch),
            Word::Bound { epoch, to, left } => self.on_bound(now, from.id, epoch, to, left, out),
            Word::Yield { epoch, view } => self.on_yield(&from.name, epoch, view),
            Word::Yielded { epoch } => self.on_yielded(now, epoch, out),
            Word::Account { view } => self.on_account(now, &from.name, view, out),
            Word::Accounted { view, left } => self.on_accounted(now, &from.name, &view, left),
            Word::Halt { epoch } => {
                self.right.halt(epoch);
                out.push(say(&from.name, Word::Halted { epoch }));
            }
            Word::Halted { epoch } => self.on_halted(&from.name, epoch),
            Word::Granted { regime, cluster } => self.on_granted(&regime, cluster, out),
            Word::Voters { index, voters } => self.on_voters(index, voters),
            Word::Resigned => self.election.on_resigned(&from.name),
            Word::Refounded { from: old, to } => self.on_refounded(from, old, to, out),
        }
    }

    /// Something happened in the consensus library.
    pub fn on_fact(&mut self, now: Now, fact: Fact, out: Out<'_>) {
        match fact {
            Fact::State(state) => self.on_state(state, out),
            Fact::Done { number, applied } => self.on_done(now, number, applied, out),
            Fact::Rules(rules) => self.on_rules(rules, out),
            Fact::Send { to, message } => {
                if let Some(peer) = self.name_of(&to) {
                    out.push(Effect::Send { peer, payload: Payload::Consensus(message) });
                }
            }
        }
        self.settle(now, out);
    }

    fn on_state(&mut self, state: State, out: Out<'_>) {
        if state.cluster != self.state.cluster {
            out.push(Effect::Founding(state.cluster));
        }
        let leads_now = state.leading && !self.state.leading;
        self.state = state;
        self.on_moved(out);
        if self.moving.is_some() {
            // Until then it tells of the log that is given up.
            return;
        }
        if let Some(cluster) = self.state.cluster.filter(|cluster| Some(*cluster) != self.cluster) {
            self.take_part(cluster, out);
        }
        let news = self.state.voters_index > self.told.0 || self.told.1.is_empty();
        if news && !self.state.voters.is_empty() {
            self.told = (self.state.voters_index, self.state.all_voters());
        }
        // At the founding the voters are known before anybody leads.
        if leads_now || news && self.state.leading {
            self.tell_voters(out);
        }
    }

    fn on_consensus_message(&mut self, from: &Identity, message: Vec<u8>, out: Out<'_>) {
        if !self.is_member(from) {
            return;
        }
        if let (None, Some(cluster)) = (self.state.cluster, self.cluster) {
            out.push(Effect::Consensus(Order::Join { cluster }));
        }
        out.push(Effect::Consensus(Order::Deliver { from: from.id, message }));
    }

    fn on_voters(&mut self, index: u64, voters: Vec<Voter>) {
        if index > self.told.0 || self.told.1.is_empty() {
            self.told = (index, voters);
        }
    }

    /// All members are told who votes.
    fn tell_voters(&self, out: Out<'_>) {
        let (index, voters) = &self.told;
        for peer in self.others() {
            out.push(say(&peer.name, Word::Voters { index: *index, voters: voters.clone() }));
        }
    }

    /// The log is of another cluster than this node: it counts when that cluster is known to live, or this node has none.
    /// A founding that came to nothing does not.
    fn take_part(&mut self, cluster: ClusterUid, out: Out<'_>) {
        if self.state.confirmed {
            self.adopt(cluster, out);
        } else if self.cluster.is_some() {
            out.push(Effect::Consensus(Order::Forget));
        }
    }

    fn adopt(&mut self, cluster: ClusterUid, out: Out<'_>) {
        self.cluster = Some(cluster);
        out.push(Effect::Adopt(cluster));
    }

    /// Brings everything to where it follows from what is known, and tells what that changes.
    fn settle(&mut self, now: Now, out: Out<'_>) {
        self.lapse(now);
        self.close(now, out);
        self.reign(now, out);
        self.hand_out(now);
        self.note_suffrage(out);
        self.want(out);
        self.vow(now, out);
        self.arm(now, out);
    }

    fn note_suffrage(&mut self, out: Out<'_>) {
        let votes = self.told.1.iter().any(|voter| voter.id == self.me.id);
        let suffrage = match (votes, self.profile.candidacy) {
            (true, Candidacy::Witness) => Suffrage::Witness,
            (true, _) => Suffrage::Voter,
            (false, _) => Suffrage::Satellite,
        };
        if core::mem::replace(&mut self.suffrage, suffrage) != suffrage {
            out.push(Effect::Suffrage(suffrage));
        }
    }

    /// The links that must be as prompt as those of watchers: among the voters and who leads them.
    fn want(&mut self, out: Out<'_>) {
        let is_peer = |member: &&Member| member.identity != self.me;
        let votes = |member: &&Member| self.told.1.iter().any(|voter| voter.id == member.identity.id);
        let mine = self.suffrage != Suffrage::Satellite;
        let members = self.view.iter().flat_map(|view| &view.members);
        let wanted = members.filter(is_peer).filter(|member| mine && votes(member));
        let wanted: BTreeSet<NodeName> = wanted.map(|member| member.identity.name.clone()).collect();
        if self.wanted != wanted {
            self.wanted = wanted.clone();
            out.push(Effect::Want(wanted));
        }
    }

    fn vow(&mut self, now: Now, out: Out<'_>) {
        // A pledge to a regime before the one in force runs out: it would keep this node from ever backing that one.
        let newest = self.right.regime().map(|regime| regime.epoch);
        let holder = |regime: &Regime| {
            regime.holder != self.me
                && self.is_member(&regime.holder)
                && newest.is_none_or(|newest| regime.epoch >= newest)
        };
        let vows = Vows { lease: self.right.vow(now.at), pledge: self.pledge.vow(self.lease, holder) };
        if self.vows != vows {
            self.vows = vows.clone();
            out.push(Effect::Vow(vows));
        }
    }

    /// The next moment at which something changes by time alone.
    fn arm(&mut self, now: Now, out: Out<'_>) {
        let ends = self.right.held(now.at).map(|(_, until)| until).or_else(|| self.right.renewing(now.at));
        let due = [ends, self.bid.as_ref().and_then(Bid::due), self.closing.as_ref().and_then(Closing::due)];
        let Some(at) = due.into_iter().flatten().filter(|at| *at > now.at).min() else { return };
        if self.armed.is_none_or(|armed| armed > at || armed <= now.at) {
            self.armed = Some(at);
            out.push(Effect::Arm { at });
        }
    }

    /// Whether this very boot is in the view installed last.
    fn is_member(&self, identity: &Identity) -> bool {
        self.view.as_ref().is_some_and(|view| view.contains(identity))
    }

    /// The other members of the view.
    fn others(&self) -> impl Iterator<Item = &Identity> {
        let members = self.view.iter().flat_map(|view| &view.members).map(|member| &member.identity);
        members.filter(|identity| **identity != self.me)
    }

    /// The member with that data folder.
    fn name_of(&self, id: &NodeId) -> Option<NodeName> {
        self.others().find(|identity| identity.id == *id).map(|identity| identity.name.clone())
    }

    fn next_number(&mut self) -> u64 {
        self.number += 1;
        self.number
    }
}
