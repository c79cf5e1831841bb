//! Which addresses to dial, and when: backoff with jitter, and no second connection where one serves.

use alloc::{collections::BTreeMap, vec::Vec};

use rand_core::RngCore;
use rand_pcg::Pcg32;

use crate::types::{Address, ConnId, Duration, Instant, NodeName};

/// First pause after a failed attempt.
const FIRST: Duration = Duration::from_millis(100);

/// The addresses to be connected to.
#[derive(Clone, Debug)]
pub struct Dialer {
    me: NodeName,
    targets: BTreeMap<Address, Target>,
    next_conn: u64,
    /// How long this node leaves it to the other end to dial, where both are likely to.
    grace: Duration,
    redial_max: Duration,
    rng: Pcg32,
}

#[derive(Clone, Debug)]
struct Target {
    /// Who is expected to answer; `None` when that is to be found out.
    owner: Option<NodeName>,
    attempts: u32,
    due: Instant,
    busy: Option<ConnId>,
    /// Whether it is still to be connected to; if not, it goes when its connection does.
    wanted: bool,
}

impl Dialer {
    /// A dialer without targets.
    pub fn new(me: NodeName, grace: Duration, redial_max: Duration, rng: Pcg32) -> Self {
        Self { me, targets: BTreeMap::new(), next_conn: 0, grace, redial_max, rng }
    }

    /// Replaces the targets; those that stay keep their backoff. Two nodes mostly come to need each other at the same
    /// time: who has the greater name leaves it to the other for a moment, so that there is one connection and not two.
    pub fn set_targets(&mut self, now: Instant, wanted: &BTreeMap<Address, Option<NodeName>>) {
        self.targets.retain(|address, target| {
            target.wanted = wanted.contains_key(address);
            target.wanted || target.busy.is_some()
        });
        for (address, owner) in wanted {
            let other_first = owner.as_ref().is_some_and(|owner| *owner < self.me);
            let target = self.targets.entry(address.clone()).or_insert(Target {
                owner: None,
                attempts: 0,
                due: if other_first { now + self.grace } else { now },
                busy: None,
                wanted: true,
            });
            target.owner.clone_from(owner);
        }
    }

    /// The addresses due now that `covered` does not rule out, each with the connection to open.
    pub fn due(
        &mut self,
        now: Instant,
        covered: impl Fn(&Address, Option<&NodeName>) -> bool,
    ) -> Vec<(ConnId, Address)> {
        let mut dials = Vec::new();
        for (address, target) in &mut self.targets {
            if target.busy.is_none() && target.due <= now && !covered(address, target.owner.as_ref()) {
                self.next_conn += 2;
                let conn = ConnId(self.next_conn);
                target.busy = Some(conn);
                dials.push((conn, address.clone()));
            }
        }
        dials
    }

    /// The connection is done with: try again after a pause that grows with each attempt, at least `pause` long.
    pub fn on_failed(&mut self, now: Instant, address: &Address, pause: Duration) {
        let (chance, longest) = (self.rng.next_u32() % 256, self.redial_max);
        let Some(target) = self.release(address) else { return };
        let backoff = (FIRST * 2u32.pow(target.attempts.min(10))).min(longest).max(pause);
        target.attempts = target.attempts.saturating_add(1);
        target.due = now + backoff - backoff / 4 * chance / 256;
    }

    /// The connection was good and ended: try again at once.
    pub fn on_ended(&mut self, now: Instant, address: &Address) {
        if let Some(target) = self.release(address) {
            target.attempts = 0;
            target.due = now;
        }
    }

    /// The connection to an address is no more. Returns the target, if it still is one.
    fn release(&mut self, address: &Address) -> Option<&mut Target> {
        if self.targets.get(address).is_some_and(|target| !target.wanted) {
            self.targets.remove(address);
        }
        let target = self.targets.get_mut(address)?;
        target.busy = None;
        Some(target)
    }

    /// Somebody heard of the owner just now: try at once.
    pub fn nudge(&mut self, now: Instant, owner: &NodeName) {
        for target in self.targets.values_mut().filter(|target| target.owner.as_ref() == Some(owner)) {
            target.attempts = 0;
            target.due = target.due.min(now);
        }
    }

    /// Who is expected at an address.
    pub fn owner(&self, address: &Address) -> Option<&NodeName> {
        self.targets.get(address)?.owner.as_ref()
    }

    /// How many targets there are.
    pub fn len(&self) -> usize {
        self.targets.len()
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;

    use rand_core::SeedableRng;
    use rand_pcg::Pcg32;

    use super::Dialer;
    use crate::types::{Address, ConnId, Duration, Instant, NodeName};

    const GRACE: Duration = Duration::from_millis(100);

    fn dialer(me: &str) -> Dialer {
        Dialer::new(NodeName::new(me).unwrap(), GRACE, Duration::from_secs(5), Pcg32::seed_from_u64(1))
    }

    #[test]
    fn of_two_that_need_each_other_one_dials_first() {
        let dials_to = |me: &str, other: &str, after: Duration| {
            let mut dialer = dialer(me);
            dialer.set_targets(Instant::ZERO, &BTreeMap::from([(Address::new("a:1"), NodeName::new(other).ok())]));
            dialer.due(Instant::ZERO + after, |_, _| false).len()
        };
        assert_eq!(dials_to("a", "b", Duration::ZERO), 1);
        assert_eq!(dials_to("b", "a", Duration::ZERO), 0);
        assert_eq!(dials_to("b", "a", GRACE), 1, "the other end may not know that it is needed");
    }

    #[test]
    fn pauses_grow_and_are_bounded() {
        let mut dialer = dialer("me");
        let address = Address::new("a:1");
        let mut now = Instant::ZERO;
        dialer.set_targets(now, &BTreeMap::from([(address.clone(), None)]));
        let mut tries = 0;
        while now < Instant::ZERO + Duration::from_secs(60) {
            tries += dialer.due(now, |_, _| false).len();
            dialer.on_failed(now, &address, Duration::ZERO);
            now = now + Duration::from_millis(100);
        }
        // on_failed is called at each step here, so the pause is always the longest.
        assert!((1..=3).contains(&tries), "{tries}");
    }

    #[test]
    fn a_busy_or_covered_address_is_not_dialled() {
        let mut dialer = dialer("me");
        let address = Address::new("a:1");
        dialer.set_targets(Instant::ZERO, &BTreeMap::from([(address.clone(), None)]));
        assert!(dialer.due(Instant::ZERO, |_, _| true).is_empty());
        assert_eq!(dialer.due(Instant::ZERO, |_, _| false), [(ConnId(2), address)]);
        assert!(dialer.due(Instant::ZERO, |_, _| false).is_empty());
    }
}
