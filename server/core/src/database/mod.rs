//! The cluster database: the small durable memory of the cluster. It is what is left when every entry of the log has been
//! applied in order, and so the same everywhere; nothing here waits, stores or sends.

mod change;
mod record;

use alloc::{collections::BTreeMap, string::String, vec::Vec};

pub use change::{Applied, Change};
pub use record::{History, MAX_RECORDS, Record, RecordKind};

use crate::{
    quorum::consensus::Policy,
    types::{Epoch, NodeName, Regime, ViewId, WallTime},
};

/// How much a restored database's epochs lie above those of its backup: more than were ever granted in the meantime.
pub const EPOCHS_SKIPPED: u64 = 1_000_000_000;
/// Most settings.
pub const MAX_SETTINGS: usize = 1024;
/// Most bytes of a setting's name.
pub const MAX_SETTING_NAME: usize = 128;
/// Most bytes of a setting's value.
pub const MAX_SETTING_VALUE: usize = 4096;

/// All that the cluster remembers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Database {
    /// The newest regime granted.
    pub regime: Option<Regime>,
    /// The highest epoch ever granted.
    pub epoch: Epoch,
    /// How voters are chosen.
    pub policy: Policy,
    /// Settings of operators, by name.
    pub settings: BTreeMap<String, String>,
    /// Nodes that operators keep out, with their reasons.
    pub evicted: BTreeMap<NodeName, String>,
    /// What happened.
    pub history: History,
    /// Rises with each change.
    pub revision: u64,
}

impl Database {
    /// Applies a change. `wall` is the proposer's clock, for people.
    pub fn apply(&mut self, change: Change) -> Applied {
        self.revision += 1;
        match change {
            Change::Grant { view, holder, views, wall } => {
                self.grant(wall, Regime { epoch: self.epoch.next(), view, holder }, views)
            }
            Change::SetPolicy { policy, wall } => {
                self.history.push(wall, self.epoch, RecordKind::Policy(policy.clone()));
                self.policy = policy;
                Applied::Done
            }
            Change::Set { name, value } => self.set(name, value),
            Change::Unset { name } => {
                if self.settings.remove(&name).is_some() {
                    Applied::Done
                } else {
                    Applied::Unknown
                }
            }
            Change::Evict { name, reason, wall } => {
                self.history.push(wall, self.epoch, RecordKind::Evicted { name: name.clone(), reason: reason.clone() });
                self.evicted.insert(name, reason);
                Applied::Done
            }
            Change::Readmit { name, wall } => {
                if self.evicted.remove(&name).is_some() {
                    self.history.push(wall, self.epoch, RecordKind::Readmitted { name });
                }
                Applied::Done
            }
        }
    }

    fn grant(
        &mut self,
        wall: WallTime,
        regime: Regime,
        views: Vec<alloc::sync::Arc<crate::types::ViewRecord>>,
    ) -> Applied {
        let epoch = regime.epoch;
        for view in views {
            self.history.push_view(epoch, &view);
        }
        self.history.push(
            wall,
            epoch,
            RecordKind::Granted { view: regime.view.clone(), holder: regime.holder.name.clone() },
        );
        self.epoch = epoch;
        self.regime = Some(regime);
        Applied::Granted { epoch }
    }

    fn set(&mut self, name: String, value: String) -> Applied {
        let fits = name.len() <= MAX_SETTING_NAME && value.len() <= MAX_SETTING_VALUE && !name.is_empty();
        if !fits || !self.settings.contains_key(&name) && self.settings.len() >= MAX_SETTINGS {
            return Applied::LimitReached;
        }
        self.settings.insert(name, value);
        Applied::Done
    }

    /// The last view that had quorum.
    #[must_use]
    pub fn last_view(&self) -> Option<&ViewId> {
        self.regime.as_ref().map(|regime| &regime.view)
    }

    /// Makes room for all epochs that may have been granted without this copy knowing (Q2): after a restore, and when a
    /// cluster is formed anew.
    pub fn skip_epochs(&mut self, above: Epoch) {
        self.epoch = Epoch(self.epoch.max(above).0 + EPOCHS_SKIPPED);
    }
}
