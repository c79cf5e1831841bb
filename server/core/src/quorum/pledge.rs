//! A voter's pledge: it backs one regime, and no other until that runs out or is over.

use crate::{
    channel,
    types::{Duration, Epoch, Instant, NodeName, Regime},
};

/// The pledge of this node.
///
/// ```text
///   (start) --------------------> bound for one lease: what was pledged before the start is forgotten
///   free, or over, or run out --claim--> pledged --heartbeat to the holder--> pledged for a lease more
/// ```
#[derive(Clone, Hash, Debug)]
pub struct Pledge {
    to: Option<Regime>,
    until: Instant,
}

/// Answer to a claim.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It is backed.
    Pledged,
    /// Another regime is, for so long still.
    Bound(Option<Regime>, Duration),
}

impl Pledge {
    /// The pledge of a node that starts now: it may have given one before.
    pub fn at_start(now: Instant, lease: Duration) -> Self {
        Self { to: None, until: now + lease }
    }

    /// Considers a claim. `over` is a regime by which nobody acts any more.
    pub fn consider(&mut self, now: Instant, claim: &Regime, over: Option<Epoch>, lease: Duration) -> Verdict {
        let same = self.to.as_ref() == Some(claim);
        let newer = self.to.as_ref().is_none_or(|to| to.epoch < claim.epoch);
        let ended = self.to.as_ref().is_some_and(|to| over == Some(to.epoch));
        if same || newer && (self.until <= now || ended) {
            self.to = Some(claim.clone());
            self.until = self.until.max(now + lease);
            return Verdict::Pledged;
        }
        Verdict::Bound(self.to.clone(), self.until.since(now))
    }

    /// The regime that is backed.
    pub fn to(&self) -> Option<&Regime> {
        self.to.as_ref()
    }

    /// The pledge lasts at least until then: a heartbeat said so, or the node's own regime does.
    pub fn extend(&mut self, until: Instant) {
        self.until = self.until.max(until);
    }

    /// Nobody acts any more by the regime that is backed.
    pub fn end(&mut self, now: Instant) {
        self.until = now;
    }

    /// What heartbeats say of it, if the holder is one of those in the view.
    pub fn vow(&self, lease: Duration, is_member: impl Fn(&Regime) -> bool) -> Option<channel::Pledge> {
        let regime = self.to.as_ref().filter(|regime| is_member(regime))?;
        let to: NodeName = regime.holder.name.clone();
        Some(channel::Pledge { epoch: regime.epoch, to, length: lease })
    }
}

#[cfg(test)]
mod tests {
    use super::{Pledge, Verdict};
    use crate::types::{Boot, Duration, Epoch, Identity, Incarnation, Instant, NodeId, NodeName, Regime, ViewId};

    const LEASE: Duration = Duration::from_millis(400);

    fn at(millis: u64) -> Instant {
        Instant::from_nanos(millis * 1_000_000)
    }

    fn regime(epoch: u64, holder: &str) -> Regime {
        let name = NodeName::new(holder).unwrap();
        let view = ViewId { incarnation: Incarnation(epoch), controller: name.clone() };
        let holder = Identity { name, id: NodeId::default(), boot: Boot::default() };
        Regime { epoch: Epoch(epoch), view, holder }
    }

    #[test]
    fn q1_what_was_pledged_before_a_start_binds_for_a_lease() {
        let mut pledge = Pledge::at_start(at(0), LEASE);
        let bound = Verdict::Bound(None, Duration::from_millis(1));
        assert_eq!(pledge.consider(at(399), &regime(2, "a"), None, LEASE), bound);
        assert_eq!(pledge.consider(at(400), &regime(2, "a"), None, LEASE), Verdict::Pledged);
    }

    #[test]
    fn q1_another_regime_waits_until_the_pledge_runs_out_or_is_over() {
        let mut pledge = Pledge::at_start(at(0), Duration::ZERO);
        let (old, new) = (regime(1, "a"), regime(2, "b"));
        assert_eq!(pledge.consider(at(0), &old, None, LEASE), Verdict::Pledged);
        pledge.extend(at(500));
        let bound = |left| Verdict::Bound(Some(old.clone()), Duration::from_millis(left));
        assert_eq!(pledge.consider(at(100), &new, None, LEASE), bound(400));
        assert_eq!(pledge.consider(at(100), &new, Some(Epoch(7)), LEASE), bound(400), "over is another one");
        assert_eq!(pledge.clone().consider(at(100), &new, Some(Epoch(1)), LEASE), Verdict::Pledged);
        assert_eq!(pledge.consider(at(500), &new, None, LEASE), Verdict::Pledged);
    }

    #[test]
    fn q2_an_earlier_regime_is_never_backed_again() {
        let mut pledge = Pledge::at_start(at(0), Duration::ZERO);
        assert_eq!(pledge.consider(at(0), &regime(2, "b"), None, LEASE), Verdict::Pledged);
        assert!(matches!(pledge.consider(at(9000), &regime(1, "a"), None, LEASE), Verdict::Bound(..)));
        assert_eq!(pledge.consider(at(9000), &regime(2, "b"), None, LEASE), Verdict::Pledged, "but the same is");
    }
}
