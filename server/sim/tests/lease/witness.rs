//! The invariants, as the simulator checks them: by what nodes answer and publish, not by what they think.

use std::collections::BTreeMap;

use quorate_core::types::{Epoch, ViewId};

use crate::world::NODES;

/// What was broken.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct Violation {
    /// The invariant by its name in the design, or "core" for an assertion.
    pub invariant: &'static str,
    /// What was seen.
    pub what: String,
}

/// All that was published so far, as far as the invariants need it.
#[derive(Clone, Debug, Default, Hash)]
pub struct Witness {
    /// What each node has told of quorum last.
    pub told: [Option<(Epoch, ViewId)>; NODES],
    /// The view of each epoch by which anybody ever had quorum.
    pub epochs: BTreeMap<Epoch, ViewId>,
    pub violation: Option<Violation>,
}

impl Witness {
    /// Notes a violation; the first one stays.
    pub fn fail(&mut self, invariant: &'static str, what: String) {
        self.violation.get_or_insert(Violation { invariant, what });
    }

    /// A node says that it has quorum, or that it has it no more: epochs rise (Q2), and whoever else had it for another view
    /// was told before that it lost it (Q3), unless `excused`: asleep, or stopped in favour of the next grant.
    pub fn on_quorum(&mut self, number: usize, granted: Option<(Epoch, ViewId)>, excused: impl Fn(usize) -> bool) {
        self.told[number] = granted.clone();
        let Some((epoch, view)) = granted else { return };
        let highest = self.epochs.last_key_value().map(|(highest, _)| *highest);
        let known = self.epochs.entry(epoch).or_insert_with(|| view.clone()).clone();
        if known != view {
            return self.fail("Q2", format!("n{number} has epoch {epoch} for {view}, others for {known}"));
        }
        let goes_on = self.told.iter().filter(|told| told.as_ref().is_some_and(|(told, _)| *told == epoch)).count() > 1;
        if highest.is_some_and(|highest| highest > epoch) && !goes_on {
            return self.fail("Q2", format!("n{number} is granted epoch {epoch} after {highest:?}"));
        }
        let differs = |other: &usize| self.told[*other].as_ref().is_some_and(|(_, told)| *told != view);
        if let Some(loser) = (0..NODES).filter(differs).find(|other| !excused(*other)) {
            self.fail("Q3", format!("n{number} is granted {view} while n{loser} was told of {:?}", self.told[loser]));
        }
    }

    /// Of all who would say that they have quorum, all have it for one view (Q1).
    pub fn on_answers(&mut self, answers: &[(usize, Epoch, ViewId)]) {
        let mut pairs = answers.windows(2);
        if let Some([(one, _, first), (other, epoch, second)]) = pairs.find(|pair| pair[0].2 != pair[1].2) {
            self.fail("Q1", format!("n{other} has quorum for {second}, epoch {epoch}, and n{one} for {first}"));
        }
    }
}
