//! What must be true at every moment. It sees what agents answer and publish, not what they think.

use std::collections::{BTreeMap, BTreeSet};

use quorate_core::{
    quorum::{Lack, QuorumStatus},
    types::{Epoch, ViewId},
};

use crate::host::Host;

/// What was seen so far.
#[derive(Debug, Default)]
pub struct Check {
    /// The view of each epoch under which somebody said yes.
    pub epochs: BTreeMap<Epoch, ViewId>,
    /// What each agent has published last.
    told: BTreeMap<usize, (Epoch, ViewId)>,
    pub answers: u64,
    pub yes: u64,
}

impl Check {
    /// All agents that are awake were asked at the same moment, and have gone on from there for a while.
    pub fn answers(&mut self, hosts: &[Host], answers: &[Option<QuorumStatus>]) {
        self.answers += answers.iter().flatten().count() as u64;
        let newest = self.epochs.last_key_value().map(|(epoch, _)| *epoch);
        let mut views = BTreeSet::new();
        for (number, answer) in answers.iter().enumerate() {
            let Some((epoch, view, _)) = answer.as_ref().and_then(|answer| answer.granted.as_ref()) else { continue };
            self.yes += 1;
            assert!(Some(*epoch) >= newest, "Q2: n{number} says yes under epoch {epoch} after {newest:?}");
            let known = self.epochs.entry(*epoch).or_insert_with(|| view.clone());
            assert_eq!(known, view, "Q2: n{number} has epoch {epoch} for another view than others had");
            views.insert(view);
            assert!(views.len() == 1, "Q1: n{number} says yes for {view}, and others do for another view: {views:?}");
        }
        self.losers_first(hosts, answers);
    }

    /// Whoever is told that it has quorum is so after all who had it for another view were told that they lost it, but for
    /// those who have just stopped in favour of the next grant (Q3).
    fn losers_first(&mut self, hosts: &[Host], answers: &[Option<QuorumStatus>]) {
        let mut granted = Vec::new();
        for host in hosts {
            let now = host.agent.as_ref().and_then(|agent| agent.handle.watch_quorum().borrow().granted.clone());
            let before = match &now {
                Some(now) => self.told.insert(host.number, now.clone()),
                None => self.told.remove(&host.number),
            };
            granted.extend(now.filter(|now| before.as_ref() != Some(now)).map(|now| (host.number, now)));
        }
        let renews = |number: usize| answers[number].as_ref().is_some_and(|one| one.lack == Some(Lack::Renewing));
        for (winner, (epoch, view)) in granted {
            let loser = self.told.iter().find(|(other, told)| {
                hosts[**other].is_awake() && told.1 != view && told.0 < epoch && !renews(**other)
            });
            assert!(loser.is_none(), "Q3: n{winner} is told of epoch {epoch} for {view}, but not yet {loser:?}");
        }
    }
}
