//! How a regime comes about, and how long it lasts.
//!
//! ```text
//!   leads, view stable --propose--> Recording --granted: its epoch--> Claiming --majority pledged--> Hold
//!                                       |                              ^    |
//!                                       |  what it is bound to is over +----+ bound: yield, or wait
//!      ^--- a heartbeat --- Resting <---+---- a higher epoch is known ------+
//!   any: another view, the lead is lost --> none        Hold: its lease ran out --> none
//! ```

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

use super::{
    Out, Quorum,
    consensus::Order,
    effect::{Effect, say},
    pledge::Verdict,
    tally::{Configs, backed_until},
};
use crate::{
    channel::surely,
    database::{Applied, Change, ChangeKind},
    types::{ClusterUid, Duration, Epoch, Identity, Instant, NodeId, Now, Regime, ViewId, ViewRecord},
    wire::Word,
};

/// A regime that this node holds: it hands out the leases.
#[derive(Clone, Hash, Debug)]
pub struct Hold {
    pub regime: Regime,
    /// Until when each voter surely backs it.
    backers: BTreeMap<NodeId, Instant>,
    /// The latest end of a lease that was ever handed out.
    pub end: Instant,
    /// A voter that is needed backs a later claim, which came to nothing: only one under a higher epoch will do.
    pub outbid: bool,
}

/// A regime that this node strives for.
#[derive(Clone, Hash, Debug)]
pub struct Bid {
    view: ViewId,
    stage: Stage,
}

#[derive(Clone, Hash, Debug)]
enum Stage {
    /// It came to nothing: not again before this.
    Resting(Instant),
    /// Its grant is on the way into the log.
    Recording(u64),
    /// Voters are asked to back it.
    Claiming(Claim),
}

#[derive(Clone, Hash, Debug)]
struct Claim {
    epoch: Epoch,
    /// An earlier regime that is over.
    over: Option<Epoch>,
    /// When each voter was asked that has not answered, and what it was told to be over.
    asked: BTreeMap<NodeId, (Instant, Option<Epoch>)>,
    backers: BTreeMap<NodeId, Instant>,
    /// The holder that must yield, and its regime.
    rival: Option<Regime>,
    /// When those who are bound may be free.
    again: Option<Instant>,
}

impl Hold {
    /// Whether a voter backs the regime.
    pub fn is_backed_by(&self, voter: &NodeId, now: Instant) -> bool {
        self.backers.get(voter).is_some_and(|until| *until > now)
    }

    /// Until when majorities of these sets back it.
    pub fn backed_until(&self, configs: &Configs) -> Instant {
        backed_until(configs, |id| self.backers.get(id).copied().unwrap_or(Instant::ZERO))
    }
}

impl Bid {
    /// When voters are to be asked again.
    pub fn due(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Claiming(claim) => claim.again,
            Stage::Resting(until) => Some(*until),
            Stage::Recording(_) => None,
        }
    }
}

impl Quorum {
    /// A lease that has run out is no right any more: what this node held is over.
    pub(super) fn lapse(&mut self, now: Now) {
        if let Some(end) = self.hold.as_ref().map(|hold| hold.end).filter(|end| *end <= now.at) {
            self.end_hold(end);
        }
    }

    /// This node holds its regime no more; until `end`, others may act by it.
    pub(super) fn end_hold(&mut self, end: Instant) {
        if let Some(hold) = self.hold.take() {
            self.spent = self.spent.max(end);
            self.right.halt(hold.regime.epoch);
            if self.pledge.to() == Some(&hold.regime) {
                self.pledge.end(end);
            }
        }
    }

    /// Strives for a regime of the present view, if that is this node's to do.
    pub(super) fn reign(&mut self, now: Now, out: Out<'_>) {
        let Some(view) = self.stable.and_then(|_| self.view.clone()).filter(|_| !self.leaving) else { return };
        if !self.state.leading {
            self.bid = None;
            return;
        }
        let has = |hold: &Hold| hold.regime.view == view.id && !hold.outbid;
        if self.hold.as_ref().is_some_and(has) || self.election.is_handing_over(now, &view, &self.me) {
            return;
        }
        match &self.bid {
            Some(Bid { view: known, stage: Stage::Resting(until) }) if *known == view.id && *until > now.at => {}
            Some(Bid { view: known, stage: Stage::Recording(_) | Stage::Claiming(_) }) if *known == view.id => {
                self.conclude(now, &view, out);
            }
            _ => self.bid_for(now, &view, out),
        }
    }

    fn bid_for(&mut self, now: Now, view: &Arc<ViewRecord>, out: Out<'_>) {
        let number = self.next_number();
        let views: Vec<_> = self.unrecorded.values().cloned().collect();
        self.bid = Some(Bid { view: view.id.clone(), stage: Stage::Recording(number) });
        let kind = ChangeKind::Grant { view: view.id.clone(), holder: self.me.clone(), views };
        let change = Change { wall: now.wall, kind };
        out.push(Effect::Consensus(Order::Propose { number, change }));
    }

    /// A proposal came to an end.
    pub(super) fn on_done(&mut self, now: Now, number: u64, applied: Option<Applied>, out: Out<'_>) {
        if self.electorate.on_done(now.at, number) || self.on_recorded(number) {
            return;
        }
        let Some(bid) = self.bid.as_mut().filter(|bid| matches!(bid.stage, Stage::Recording(n) if n == number)) else {
            return;
        };
        let Some(Applied::Granted { epoch }) = applied else {
            bid.stage = Stage::Resting(now.at + self.heartbeat);
            return;
        };
        let (over, asked, backers) = (None, BTreeMap::new(), BTreeMap::new());
        bid.stage = Stage::Claiming(Claim { epoch, over, asked, backers, rival: None, again: None });
        self.unrecorded.clear();
        self.claim(now, out);
    }

    fn claiming(&mut self) -> Option<(&ViewId, &mut Claim)> {
        match self.bid.as_mut() {
            Some(Bid { view, stage: Stage::Claiming(claim) }) => Some((view, claim)),
            _ => None,
        }
    }

    /// Asks all voters in the view that do not back the claim and have not been asked.
    pub(super) fn claim(&mut self, now: Now, out: Out<'_>) {
        let voters: Vec<Identity> = self.others().cloned().collect();
        let (me, lease) = (self.me.clone(), self.lease);
        let state = self.state.clone();
        let Some((view, claim)) = self.claiming() else { return };
        let (view, epoch, over) = (view.clone(), claim.epoch, claim.over);
        claim.again = None;
        for voter in voters.iter().filter(|voter| state.is_voter(&voter.id)) {
            let backed = claim.backers.get(&voter.id).is_some_and(|until| *until > now.at);
            if !backed && !claim.asked.contains_key(&voter.id) {
                claim.asked.insert(voter.id, (now.at, over));
                out.push(say(&voter.name, Word::Claim { epoch, view: view.clone(), over }));
            }
        }
        let own = Regime { epoch, view, holder: me.clone() };
        match self.pledge.consider(now.at, &own, over, lease) {
            Verdict::Pledged => self.on_backed(me.id, epoch, Instant::from_nanos(u64::MAX)),
            Verdict::Bound(to, left) => self.on_bound(now, me.id, epoch, to, left, out),
        }
    }

    /// A voter is asked to back a regime.
    pub(super) fn on_claim(
        &mut self,
        now: Now,
        from: &Identity,
        epoch: Epoch,
        view: ViewId,
        over: Option<Epoch>,
        out: Out<'_>,
    ) {
        let here = self.view.as_ref().is_some_and(|known| known.id == view && known.contains(from));
        let claim = Regime { epoch, view, holder: from.clone() };
        let verdict = if here && !self.leaving {
            self.pledge.consider(now.at, &claim, over, self.lease)
        } else {
            Verdict::Bound(self.pledge.to().cloned(), self.heartbeat)
        };
        let word = match verdict {
            Verdict::Pledged => Word::Pledged { epoch },
            Verdict::Bound(to, left) => Word::Bound { epoch, to, left },
        };
        out.push(say(&from.name, word));
    }

    /// A voter backs the claim, from when it was asked.
    pub(super) fn on_pledged(&mut self, voter: NodeId, epoch: Epoch) {
        let lease = self.lease;
        let Some((_, claim)) = self.claiming().filter(|(_, claim)| claim.epoch == epoch) else {
            return;
        };
        if let Some((asked, _)) = claim.asked.remove(&voter) {
            self.on_backed(voter, epoch, asked + surely(lease));
        }
    }

    /// A voter backs this node's regime, or its claim, until then.
    pub(super) fn on_backed(&mut self, voter: NodeId, epoch: Epoch, until: Instant) {
        let held = self.hold.as_mut().filter(|hold| hold.regime.epoch == epoch).map(|hold| &mut hold.backers);
        let backers = match held {
            Some(backers) => Some(backers),
            None => match self.bid.as_mut() {
                Some(Bid { stage: Stage::Claiming(claim), .. }) if claim.epoch == epoch => Some(&mut claim.backers),
                _ => None,
            },
        };
        if let Some(backers) = backers {
            let end = backers.entry(voter).or_default();
            *end = until.max(*end);
        }
    }

    /// A voter is bound to another regime.
    pub(super) fn on_bound(
        &mut self,
        now: Now,
        voter: NodeId,
        epoch: Epoch,
        to: Option<Regime>,
        left: Duration,
        out: Out<'_>,
    ) {
        let (members, lease) = (self.view.clone(), self.lease);
        if let Some(hold) = self.hold.as_mut().filter(|hold| hold.regime.epoch == epoch) {
            hold.outbid |= to.is_some_and(|to| to.epoch > epoch);
            return;
        }
        let Some((view, claim)) = self.claiming().filter(|(_, claim)| claim.epoch == epoch) else { return };
        if claim.asked.remove(&voter).is_some_and(|(_, over)| over != claim.over) {
            return self.claim(now, out);
        }
        // A pledge may be renewed, or end before its time.
        let again = now.at + left.clamp(Duration::from_millis(1), lease);
        claim.again = Some(claim.again.map_or(again, |known| known.min(again)));
        let Some(to) = to else { return };
        if to.epoch > epoch {
            // What was granted is worth nothing any more.
            let stage = Stage::Resting(now.at + self.heartbeat);
            self.bid = self.bid.take().map(|bid| Bid { stage, ..bid });
            return;
        }
        let within = members.is_some_and(|members| members.contains(&to.holder));
        if within && claim.rival.as_ref().is_none_or(|rival| rival.epoch < to.epoch) && claim.over != Some(to.epoch) {
            claim.rival = Some(to.clone());
            let view = view.clone();
            self.ask_to_yield(&to, view, out);
        }
    }

    fn ask_to_yield(&mut self, rival: &Regime, view: ViewId, out: Out<'_>) {
        if rival.holder == self.me {
            let me = self.me.name.clone();
            self.on_yield(&me, rival.epoch, view);
        } else {
            out.push(say(&rival.holder.name, Word::Yield { epoch: rival.epoch, view }));
        }
    }

    /// What this node strives for under this epoch it gives up for good: others may rely on that.
    pub(super) fn withdraw(&mut self, now: Now, epoch: Epoch) {
        if self.claiming().is_some_and(|(_, claim)| claim.epoch == epoch) {
            self.bid = self.bid.take().map(|bid| Bid { stage: Stage::Resting(now.at + self.heartbeat), ..bid });
        }
    }

    /// An earlier regime is over.
    pub(super) fn on_yielded(&mut self, now: Now, epoch: Epoch, out: Out<'_>) {
        let Some((_, claim)) = self.claiming() else { return };
        if claim.rival.as_ref().is_some_and(|rival| rival.epoch == epoch) {
            claim.over = Some(epoch);
            claim.rival = None;
            self.claim(now, out);
        }
    }

    /// Asks again what was asked and not answered, or what may be answered otherwise by now.
    pub(super) fn repeat(&mut self, now: Now, out: Out<'_>) {
        let Some((view, claim)) = self.claiming() else { return };
        let rival = claim.rival.clone().map(|rival| (rival, view.clone()));
        self.claim(now, out);
        if let Some((rival, view)) = rival {
            self.ask_to_yield(&rival, view, out);
        }
    }

    /// What a peer was asked is asked anew: its answer may be lost.
    pub(super) fn forget_asked(&mut self, peer: &crate::types::NodeName) {
        let id = self.others().find(|identity| identity.name == *peer).map(|identity| identity.id);
        if let (Some(id), Some((_, claim))) = (id, self.claiming()) {
            claim.asked.remove(&id);
        }
    }

    /// A majority backs the claim: the regime begins.
    fn conclude(&mut self, now: Now, view: &Arc<ViewRecord>, out: Out<'_>) {
        let configs = self.state.configs();
        let Some((_, claim)) = self.claiming() else { return };
        let until = |id: &NodeId| claim.backers.get(id).copied().unwrap_or(Instant::ZERO);
        if backed_until(&configs, until) <= now.at || self.hold.is_some() {
            return;
        }
        let Some((_, claim)) = self.claiming() else { return };
        let (epoch, backers) = (claim.epoch, core::mem::take(&mut claim.backers));
        self.bid = None;
        let regime = Regime { epoch, view: view.id.clone(), holder: self.me.clone() };
        self.right.enter(&regime, view);
        if self.pledge.to() == Some(&regime) {
            self.pledge.extend(Instant::from_nanos(u64::MAX));
        }
        self.hold = Some(Hold { regime: regime.clone(), backers, end: now.at, outbid: false });
        self.departed.clear();
        let Some(cluster) = self.cluster else { return };
        let others: Vec<_> = self.others().map(|peer| peer.name.clone()).collect();
        for peer in others {
            out.push(say(&peer, Word::Granted { regime: regime.clone(), cluster }));
        }
    }

    /// The holder's own lease lasts as long as a majority backs it; all others come from it.
    pub(super) fn hand_out(&mut self, now: Now) {
        let Some(hold) = &self.hold else { return };
        if self.right.regime() != Some(&hold.regime) {
            return;
        }
        let end = hold.backed_until(&self.electorate.configs(&self.state)).min(now.at + self.lease);
        let epoch = hold.regime.epoch;
        self.right.extend(epoch, end);
        if let Some(hold) = &mut self.hold {
            hold.end = hold.end.max(end);
        }
    }

    /// The holder tells that its regime is in force.
    pub(super) fn on_granted(&mut self, regime: &Regime, cluster: ClusterUid, out: Out<'_>) {
        let Some(view) = self.view.clone().filter(|view| view.id == regime.view && view.contains(&regime.holder))
        else {
            return;
        };
        if self.cluster.is_none() {
            self.adopt(cluster, out);
            if self.state.cluster.is_some_and(|known| known != cluster) {
                out.push(Effect::Consensus(Order::Forget));
            }
        }
        if self.cluster == Some(cluster) && !self.leaving {
            self.right.enter(regime, &view);
            self.unrecorded.clear();
            self.departed.clear();
        }
    }
}
