//! What the layers above stand on: the regime in force here, and the voters by whose majorities its holder goes.

use super::{Quorum, tally::Configs};
use crate::types::{Epoch, Regime};

/// Tells one ground from another at little cost.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Ground {
    epoch: Option<Epoch>,
    holds: bool,
    voters: (u64, usize, bool),
}

impl Quorum {
    /// On what the layers above stand.
    pub fn ground(&self) -> Ground {
        let holds = self.holds();
        let voters = (self.state.voters_index, self.state.voters.len(), self.electorate.is_changing());
        let voters = if holds { voters } else { <_>::default() };
        Ground { epoch: self.regime().map(|regime| regime.epoch), holds, voters }
    }

    /// The regime in force here.
    pub fn regime(&self) -> Option<&Regime> {
        self.right.regime()
    }

    /// Whether this node holds it.
    pub fn holds(&self) -> bool {
        self.hold.as_ref().is_some_and(|hold| self.regime() == Some(&hold.regime))
    }

    /// The voters by whose majorities the holder goes.
    pub fn configs(&self) -> Configs {
        self.electorate.configs(&self.state)
    }

    /// The voters that are to come, if they change.
    pub fn coming(&self) -> Option<Configs> {
        self.electorate.coming()
    }

    /// Whether the voters that are to come hold what rests on voters in the layers above: they do not vote before.
    pub fn note_held(&mut self, held: bool) {
        self.held = held;
    }
}
