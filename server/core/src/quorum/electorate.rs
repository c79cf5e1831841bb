//! Who should vote, and the way there.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    sync::Arc,
    vec,
    vec::Vec,
};

use super::{
    Out, Quorum, Told,
    consensus::{Order, Policy, State},
    effect::{Effect, say},
    tally::Configs,
};
use crate::{
    settings::MAX_VOTERS,
    types::{Candidacy, CauseKind, Duration, Instant, NodeId, NodeName, Now, Regime, ViewRecord, Voter},
    wire::{Report, Word},
};

/// The label by which voters are spread.
const ZONE: &str = "zone";
/// Fewer voters than this are never made by a departure.
const LEAST: usize = 3;

/// A node that may vote.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// The node.
    pub voter: Voter,
    /// Whether it does nothing else.
    pub witness: bool,
    /// Where it is.
    pub zone: Option<String>,
}

impl Candidate {
    /// A node as it reports of itself; none when it may not vote or is leaving.
    #[must_use]
    pub fn of(report: &Report) -> Option<Self> {
        let profile = &report.profile;
        (profile.candidacy != Candidacy::Never && !report.leaving).then(|| Self {
            voter: Voter::from(&report.origin),
            witness: profile.candidacy == Candidacy::Witness,
            zone: profile.label(ZONE).map(ToString::to_string),
        })
    }
}

/// Chooses voters: an odd number of the candidates and of those that `stay` without being one, at most `most`; witnesses
/// first, then so that as few as possible share a zone, then those that vote already, then in the order given.
#[must_use]
pub fn choose(current: &[Voter], candidates: &[Candidate], most: usize, stay: &[Candidate]) -> Vec<Voter> {
    let total = (candidates.len() + stay.len()).min(most.min(MAX_VOTERS));
    let size = total.saturating_sub(usize::from(total.is_multiple_of(2)));
    let mut chosen: Vec<&Candidate> = stay.iter().take(size).collect();
    let mut left: Vec<&Candidate> = candidates.iter().collect();
    while chosen.len() < size {
        let shared = |one: &Candidate| {
            let same = |other: &&&Candidate| one.zone.is_some() && one.zone == other.zone;
            chosen.iter().filter(same).count()
        };
        let cost = |one: &&Candidate| (!one.witness, shared(one), !current.contains(&one.voter));
        let Some(best) = (0..left.len()).min_by_key(|&at| (cost(&left[at]), at)) else { break };
        chosen.push(left.remove(best));
    }
    let mut voters: Vec<Voter> = chosen.into_iter().map(|one| one.voter.clone()).collect();
    voters.sort();
    voters
}

/// How the voters are kept as they should be.
#[derive(Clone, Hash, Debug)]
pub struct Electorate {
    /// How long voters that are missing stay: as configured, and as it is now.
    configured: Duration,
    grace: Duration,
    /// Since when each voter has been missing.
    missing: BTreeMap<NodeId, Instant>,
    /// Who left of their own will, or was evicted, and has not come back.
    left: BTreeSet<NodeName>,
    evicted: BTreeSet<NodeName>,
    change: Option<Change>,
}

/// A change of voters.
#[derive(Clone, Hash, Debug)]
struct Change {
    voters: Vec<Voter>,
    /// Since when leases have rested on the new voters, too.
    since: Option<Instant>,
    /// Of what consensus was asked.
    number: Option<u64>,
    /// When that came to an end, well or not. Leases rest on these voters for one lease more: what consensus tells of the
    /// voters in force may come later.
    ended: Option<Instant>,
}

impl Electorate {
    /// Voters are kept for so long when they are missing.
    pub fn new(grace: Duration) -> Self {
        let (left, evicted) = (BTreeSet::new(), BTreeSet::new());
        Self { configured: grace, grace, missing: BTreeMap::new(), left, evicted, change: None }
    }

    /// Operators decided otherwise, or no more.
    pub fn set_grace(&mut self, grace: Option<Duration>) {
        self.grace = grace.unwrap_or(self.configured);
    }

    /// A view tells who left and who is there.
    pub fn on_view(&mut self, view: &ViewRecord) {
        let of_kind = |kind| view.causes.iter().filter(move |cause| cause.kind == kind).map(|cause| cause.name.clone());
        self.left.extend(of_kind(CauseKind::Left));
        self.evicted.extend(of_kind(CauseKind::Evicted));
        self.left.retain(|name| view.member(name).is_none());
        self.evicted.retain(|name| view.member(name).is_none());
    }

    /// The sets of voters on which leases rest: those in force and those that will be.
    pub fn configs(&self, state: &State) -> Configs {
        let mut configs = state.configs();
        let next = self.change.iter().filter(|change| change.since.is_some());
        configs.extend(next.map(|change| change.voters.iter().map(|voter| voter.id).collect()));
        configs
    }

    /// Whether leases rest on voters that are to come.
    pub fn is_changing(&self) -> bool {
        self.change.as_ref().is_some_and(|change| change.since.is_some())
    }

    /// The voters that are to come, once leases rest on them, too.
    pub fn coming(&self) -> Option<Configs> {
        let change = self.change.as_ref().filter(|change| change.since.is_some())?;
        Some(vec![change.voters.iter().map(|voter| voter.id).collect()])
    }

    /// What consensus was asked came to an end. Returns whether it was a change of voters.
    pub fn on_done(&mut self, now: Instant, number: u64) -> bool {
        let change = self.change.as_mut().filter(|change| change.number == Some(number));
        change.map(|change| change.ended = Some(now)).is_some()
    }

    /// A change goes no further; one that consensus was asked for may still be made.
    fn abandon(&mut self, now: Instant) {
        self.change = self.change.take().filter(|change| change.number.is_some());
        if let Some(change) = &mut self.change {
            change.ended.get_or_insert(now);
        }
    }

    /// Lets go of a change that ended long enough ago.
    fn let_go(&mut self, now: Instant, lease: Duration) {
        let over = |change: &Change| change.ended.is_some_and(|ended| now.since(ended) > lease);
        self.change = self.change.take().filter(|change| !over(change));
    }

    /// Notes who is missing, and since when.
    fn note_missing(&mut self, now: Instant, voters: &[Voter], present: impl Fn(&Voter) -> bool) {
        self.missing.retain(|id, _| voters.iter().any(|voter| voter.id == *id && !present(voter)));
        for voter in voters.iter().filter(|voter| !present(voter)) {
            self.missing.entry(voter.id).or_insert(now);
        }
    }

    /// The voters among these that stay although they are not there. Who is evicted does not; who left, has been missing
    /// for too long, or has `lost` its folder and is here with another one, does unless another can take its place; and who
    /// left stays rather than that fewer than three vote: all may be stopped one after the other, and whichever two start again have quorum.
    fn staying(
        &self,
        now: Instant,
        absent: &[Voter],
        departing: &BTreeSet<NodeName>,
        lost: impl Fn(&Voter) -> bool,
        spare: usize,
        here: usize,
    ) -> Vec<Voter> {
        let left = |voter: &Voter| self.left.contains(&voter.name) || departing.contains(&voter.name);
        let late = |voter: &Voter| self.missing.get(&voter.id).is_some_and(|since| now.since(*since) >= self.grace);
        let mut spare = spare;
        let mut stays = |voter: &&Voter| {
            let replaced = (left(voter) || late(voter) || lost(voter)) && spare > 0;
            spare -= usize::from(replaced);
            let goes = self.evicted.contains(&voter.name) || replaced || left(voter) && here >= LEAST;
            !goes
        };
        let mut staying = Vec::new();
        for voter in absent {
            if stays(&voter) {
                staying.push(voter.clone());
            }
        }
        staying
    }
}

impl Quorum {
    /// Keeps the voters as they should be, one change at a time. Only who holds the present view's regime does.
    pub(super) fn tend(&mut self, now: Now, told: Told<'_>, out: Out<'_>) {
        self.electorate.let_go(now.at, self.lease);
        let holds = |view: &ViewRecord| self.hold.as_ref().is_some_and(|hold| hold.regime.view == view.id);
        let leads = self.state.leading && self.stable.is_some();
        let Some(view) = self.view.clone().filter(|view| leads && holds(view)) else {
            self.electorate.abandon(now.at);
            return;
        };
        let current = self.state.all_voters();
        let present = |voter: &Voter| view.members.iter().any(|member| member.identity.id == voter.id);
        self.electorate.note_missing(now.at, &current, present);
        if self.electorate.change.is_none() {
            let reports: Vec<_> = view.members.iter().filter_map(|member| told(&member.identity.name)).collect();
            let wanted = self.wanted_voters(now, &current, &reports);
            // A change that another leader began and did not end is ended by the next.
            if wanted.is_empty() || wanted == current && self.state.voters.len() == 1 {
                return;
            }
            self.electorate.change = Some(Change { voters: wanted, since: None, number: None, ended: None });
        }
        self.advance(now, out);
    }

    /// The voters there should be.
    fn wanted_voters(&self, now: Now, current: &[Voter], reports: &[Arc<Report>]) -> Vec<Voter> {
        let departing = self.election.resigned();
        let staying = |report: &&Arc<Report>| !departing.contains(&report.origin.name);
        let candidates: Vec<Candidate> =
            reports.iter().filter(staying).filter_map(|report| Candidate::of(report)).collect();
        let Policy::Auto { most } = &self.rules.policy else { return self.pinned(current, &candidates) };
        let is_here = |voter: &Voter| candidates.iter().any(|candidate| candidate.voter == *voter);
        let absent: Vec<Voter> = current.iter().filter(|voter| !is_here(voter)).cloned().collect();
        let spare = candidates.iter().filter(|candidate| !current.contains(&candidate.voter)).count();
        let lost = |voter: &Voter| candidates.iter().any(|candidate| candidate.voter.name == voter.name);
        let stay = self.electorate.staying(now.at, &absent, departing, lost, spare, candidates.len());
        let stay: Vec<Candidate> =
            stay.into_iter().map(|voter| Candidate { voter, witness: false, zone: None }).collect();
        choose(current, &candidates, *most as usize, &stay)
    }

    /// The pinned voters that are known: those that vote already, and those in the view.
    fn pinned(&self, current: &[Voter], candidates: &[Candidate]) -> Vec<Voter> {
        let Policy::Pinned { names } = &self.rules.policy else { return Vec::new() };
        let known = |name: &NodeName| {
            let here = candidates.iter().map(|candidate| &candidate.voter).find(|voter| voter.name == *name);
            here.or_else(|| current.iter().find(|voter| voter.name == *name)).cloned()
        };
        let mut voters: Vec<Voter> = names.iter().filter_map(known).collect();
        voters.sort();
        voters
    }

    /// New voters first back the regime, then leases rest on them for as long as one lasts, and what rests on voters in the
    /// layers above is held by them, too; then they vote: so that nothing ever outlives what it rests on.
    fn advance(&mut self, now: Now, out: Out<'_>) {
        let (Some(hold), Some(change)) = (&self.hold, &mut self.electorate.change) else { return };
        if change.number.is_some() {
            return;
        }
        let fresh =
            change.voters.iter().filter(|voter| voter.id != self.me.id && !hold.is_backed_by(&voter.id, now.at));
        for voter in fresh {
            let Regime { epoch, view, .. } = hold.regime.clone();
            out.push(say(&voter.name, Word::Claim { epoch, view, over: None }));
        }
        let next: Configs = vec![change.voters.iter().map(|voter| voter.id).collect()];
        if hold.backed_until(&next) <= now.at {
            change.since = None;
            return;
        }
        if now.at.since(*change.since.get_or_insert(now.at)) > self.lease && self.held {
            let voters = change.voters.clone();
            self.number += 1;
            let number = self.number;
            change.number = Some(number);
            out.push(Effect::Consensus(Order::SetVoters { number, voters }));
        }
    }
}
