//! The right of this node to say that it has quorum, and with whom it shares it.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    channel,
    types::{Duration, Epoch, Identity, Instant, NodeName, Regime, ViewRecord},
};

/// In clusters of at most so many members everybody has a prompt link to everybody.
const DIRECT: usize = 9;

/// What this node may act by.
#[derive(Clone, Hash, Debug, Default)]
pub struct Right {
    /// The newest regime known of whose view this node is a member.
    regime: Option<Regime>,
    /// The members of its view.
    members: BTreeMap<NodeName, Identity>,
    /// When the right ends, if it is not renewed.
    until: Instant,
    /// No right by this regime or an earlier one is ever taken again.
    halted: Epoch,
    /// With whom it is shared: those of the members that are in the present view, too.
    audience: Arc<BTreeSet<NodeName>>,
    /// A lease that came before the regime it is about was known.
    early: Option<(Epoch, Instant)>,
    /// Until when each peer may act by what it was given, and whoever has it from that one: so starts of one node are told
    /// apart.
    given: BTreeMap<Identity, Instant>,
}

impl Right {
    /// The regime, unless this node has stopped acting by it.
    pub fn regime(&self) -> Option<&Regime> {
        self.regime.as_ref().filter(|regime| regime.epoch > self.halted)
    }

    /// The newest regime known, whether this node acts by it or not.
    pub fn known(&self) -> Option<&Regime> {
        self.regime.as_ref()
    }

    /// The regime and when the right ends, while it lasts.
    pub fn held(&self, now: Instant) -> Option<(&Regime, Instant)> {
        self.regime().filter(|_| self.until > now).map(|regime| (regime, self.until))
    }

    /// Until when the right would have lasted that this node gave up in favour of the next one.
    pub fn renewing(&self, now: Instant) -> Option<Instant> {
        let halted = self.regime.as_ref().is_some_and(|regime| regime.epoch <= self.halted);
        Some(self.until).filter(|until| halted && *until > now)
    }

    /// A regime is in force whose view this node has installed.
    pub fn enter(&mut self, regime: &Regime, view: &ViewRecord) {
        if self.regime.as_ref().is_none_or(|known| known.epoch < regime.epoch) && regime.epoch > self.halted {
            self.members =
                view.members.iter().map(|member| (member.identity.name.clone(), member.identity.clone())).collect();
            self.regime = Some(regime.clone());
            let early = self.early.take().filter(|(epoch, _)| *epoch == regime.epoch);
            self.until = early.map_or(Instant::ZERO, |(_, until)| until);
            self.look(view);
        }
    }

    /// Another view was installed: those who are not in it are given nothing any more.
    pub fn look(&mut self, view: &ViewRecord) {
        let shared = |(name, identity): &(&NodeName, &Identity)| {
            view.member(name).is_some_and(|member| member.identity == **identity)
        };
        self.audience = Arc::new(self.members.iter().filter(shared).map(|(name, _)| name.clone()).collect());
    }

    /// Whether these members of the regime's view are all in another one, unless `excused`.
    pub fn missing<'a>(&'a self, view: &'a ViewRecord) -> impl Iterator<Item = &'a NodeName> {
        self.members.keys().filter(|name| view.member(name).is_none())
    }

    /// Those with whom the right is shared.
    pub fn audience(&self) -> &Arc<BTreeSet<NodeName>> {
        &self.audience
    }

    /// The right by this regime lasts at least until then.
    pub fn extend(&mut self, epoch: Epoch, until: Instant) {
        match &self.regime {
            Some(regime) if regime.epoch == epoch && epoch > self.halted => self.until = self.until.max(until),
            Some(regime) if regime.epoch >= epoch => {}
            _ => self.early = Some((epoch, until)).max(self.early),
        }
    }

    /// From here on nobody acts by this regime, or an earlier one, here.
    pub fn halt(&mut self, epoch: Epoch) {
        self.halted = self.halted.max(epoch);
    }

    /// A peer was given the right until then.
    pub fn on_given(&mut self, now: Instant, peer: &Identity, until: Instant) {
        let end = self.given.entry(peer.clone()).or_default();
        *end = until.max(*end);
        self.given.retain(|_, end| *end > now);
    }

    /// For how long those who are not in a view may act by what was given here.
    pub fn outside(&self, now: Instant, view: &ViewRecord) -> Duration {
        let outside = self.given.iter().filter(|(peer, _)| !view.contains(peer));
        outside.map(|(_, until)| until.since(now)).max().unwrap_or_default()
    }

    /// What heartbeats say of it.
    pub fn vow(&self, now: Instant) -> Option<channel::Lease> {
        let (regime, until) = self.held(now)?;
        let hops = self.members.len() > DIRECT;
        Some(channel::Lease { epoch: regime.epoch, until, audience: self.audience.clone(), hops })
    }
}
