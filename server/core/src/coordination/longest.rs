//! For how long any session may last, as the cluster database knows it.
//!
//! The state is gone when a majority of the voters restart, but whoever held something may go on by its own clock until the
//! time of its session is over. So no session is opened that may last longer than the database says: it is told first. And
//! where a new state begins, no name is granted for as long as the database says (S1). What it says follows the sessions
//! down again, slowly: a single long session does not cost every later restart an hour.

use alloc::{collections::BTreeMap, vec::Vec};

use super::{Coordination, Denial, LimitKind, Request, effect::Out, state::TTL};
use crate::{
    types::{Duration, Instant, NodeName},
    wire::Act,
};

/// How often it is looked whether sessions have become much shorter.
const LOOK: Duration = Duration::from_secs(60);
/// What the database says is never made less than this: the time of most sessions.
const LEAST: Duration = Duration::from_secs(10);

/// What whoever leads has to do with that.
#[derive(Clone, Hash, Debug)]
pub struct Longest {
    /// What the database is to say, until it does. As long as it may say one or the other, only the lesser counts.
    asked: Option<Duration>,
    /// The requests that wait for it, by who asked.
    parked: BTreeMap<(NodeName, u64), Request>,
    looked: Instant,
}

impl Longest {
    /// Of who leads from now on.
    pub fn new(now: Instant) -> Self {
        Self { asked: None, parked: BTreeMap::new(), looked: now }
    }

    /// Whether a request opens a session that may last longer than what the database surely says.
    pub fn exceeds(&self, recorded: Duration, request: &Request) -> bool {
        let sure = self.asked.map_or(recorded, |asked| asked.min(recorded));
        ttl(request).is_some_and(|ttl| TTL.contains(&ttl) && ttl > sure)
    }

    /// Such a request waits.
    pub fn park(&mut self, from: &NodeName, number: u64, request: Request, limit: usize) -> Result<(), Denial> {
        if self.parked.len() >= limit {
            return Err(Denial::Limit { what: LimitKind::Requests, limit: limit as u64 });
        }
        self.asked = self.asked.or_else(|| ttl(&request).map(whole_seconds));
        self.parked.insert((from.clone(), number), request);
        Ok(())
    }

    /// The database says this now: the requests that need not wait any more.
    fn on_recorded(&mut self, recorded: Duration) -> BTreeMap<(NodeName, u64), Request> {
        if self.asked != Some(recorded) {
            return BTreeMap::new();
        }
        let exceeds = |request: &Request| ttl(request).is_some_and(|ttl| ttl > recorded);
        let (later, now) = core::mem::take(&mut self.parked).into_iter().partition(|(_, request)| exceeds(request));
        self.parked = later;
        self.asked = self.parked.values().filter_map(ttl).max().map(whole_seconds);
        now
    }

    /// Looks whether the longest of all sessions is much shorter than what the database says, when it is time to.
    fn look(&mut self, now: Instant, recorded: Duration, longest: impl FnOnce() -> Option<Duration>) {
        if self.asked.is_none() && now.since(self.looked) >= LOOK {
            self.looked = now;
            let longest = longest().map(whole_seconds).unwrap_or_default().max(LEAST);
            self.asked = (longest * 2 <= recorded).then_some(longest);
        }
    }
}

impl Coordination {
    /// What the cluster database is to say, if it does not.
    #[must_use]
    pub fn longest_ttl_asked(&self) -> Option<Duration> {
        self.lead.as_ref().and_then(|lead| lead.longest.asked)
    }

    /// The cluster database says that no session lasts for longer than this after its last sign of life.
    pub fn on_longest_ttl(&mut self, now: Instant, ttl: Duration, out: Out<'_>) {
        self.longest_ttl = ttl;
        let Some(lead) = &mut self.lead else { return };
        for ((from, number), request) in lead.longest.on_recorded(ttl) {
            self.carry_out(now, &from, Vec::from([(number, request)]), out);
        }
        self.release(out);
        self.progress(now, out);
    }

    /// When all sessions have been much shorter than the database says for a while, it is to say so.
    pub(super) fn look_for_longest(&mut self, now: Instant) {
        let (Some(lead), Some(copy)) = (&mut self.lead, &self.copy) else { return };
        // What ended and is not sure yet may go on under another holder.
        if copy.is_sure() && !copy.state.is_held_off() {
            let ttls = || copy.state.sessions().map(|session| session.ttl).max();
            lead.longest.look(now, self.longest_ttl, ttls);
        }
    }
}

/// The time of a session that is to be opened.
fn ttl(request: &Request) -> Option<Duration> {
    if let Act::Open(opening) = &request.act { Some(opening.ttl) } else { None }
}

/// Rounded up, so that sessions of many different times do not all tell the database.
fn whole_seconds(ttl: Duration) -> Duration {
    Duration::from_secs(ttl.as_secs() + u64::from(ttl.subsec_nanos() > 0))
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use super::{LEAST, LOOK, Longest};
    use crate::{
        types::{Duration, Instant, NodeName, Secret},
        wire::{Act, Denial, LimitKind, Opening, Request},
    };

    fn secs(secs: u64) -> Duration {
        Duration::from_secs(secs)
    }

    fn at(secs: u64) -> Instant {
        Instant::ZERO + Duration::from_secs(secs)
    }

    fn n1() -> NodeName {
        NodeName::new("n1").unwrap()
    }

    fn open(ttl: Duration) -> Request {
        let (secret, label, group, client) = (Secret([7; 16]), "".into(), "".into(), "c".into());
        let opening = Opening { ttl, secret, label, group, client, node: n1(), member: None };
        Request { session: None, id: None, act: Act::Open(opening) }
    }

    /// The numbers of the requests that need not wait any more.
    fn recorded(longest: &mut Longest, ttl: Duration) -> Vec<u64> {
        longest.on_recorded(ttl).into_iter().map(|((_, number), _)| number).collect()
    }

    #[test]
    fn s1_a_session_longer_than_any_before_waits_until_the_database_says_so() {
        let mut longest = Longest::new(at(0));
        assert!(!longest.exceeds(secs(10), &open(secs(10))));
        assert!(longest.exceeds(secs(10), &open(Duration::from_millis(19_001))));
        assert!(!longest.exceeds(secs(10), &open(secs(4000))), "which is refused");
        for (number, ttl) in [(1, Duration::from_millis(19_001)), (2, secs(60)), (3, secs(30))] {
            longest.park(&n1(), number, open(ttl), 3).unwrap();
        }
        let full = Err(Denial::Limit { what: LimitKind::Requests, limit: 3 });
        assert_eq!(longest.park(&n1(), 4, open(secs(20)), 3), full);
        assert_eq!(longest.asked, Some(secs(20)));
        assert_eq!(recorded(&mut longest, secs(12)), vec![], "somebody else's doing");
        assert_eq!(recorded(&mut longest, secs(20)), vec![1]);
        assert_eq!(longest.asked, Some(secs(60)), "then at once for all others");
        assert_eq!(recorded(&mut longest, secs(60)), vec![2, 3]);
        assert_eq!(longest.asked, None);
    }

    #[test]
    fn s1_what_the_database_says_follows_the_sessions_down_and_counts_from_when_it_may_say_so() {
        let mut longest = Longest::new(at(0));
        longest.look(at(59), secs(3600), || Some(secs(30)));
        assert_eq!(longest.asked, None, "not yet");
        longest.look(at(0) + LOOK, secs(50), || Some(secs(30)));
        assert_eq!(longest.asked, None, "not worth it");
        longest.look(at(200), secs(3600), || Some(secs(30)));
        assert_eq!(longest.asked, Some(secs(30)));
        assert!(longest.exceeds(secs(3600), &open(secs(31))), "the database may say 30 s by now");
        longest.park(&n1(), 1, open(secs(3600)), 3).unwrap();
        assert_eq!(longest.asked, Some(secs(30)), "one after the other");
        assert_eq!(recorded(&mut longest, secs(30)), vec![]);
        assert_eq!(longest.asked, Some(secs(3600)));
        assert_eq!(recorded(&mut longest, secs(3600)), vec![1]);
        longest.look(at(400), secs(3600), || None);
        assert_eq!(longest.asked, Some(LEAST));
    }
}
