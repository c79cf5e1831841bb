//! The cluster database: the small durable memory of the cluster. It is what is left when every entry of the log has been
//! applied in order, and so the same everywhere; nothing here waits, stores or sends.

mod change;
mod record;

use alloc::{sync::Arc, vec::Vec};

pub use change::{Applied, Change, ChangeKind};
pub use record::{History, MAX_HISTORY_BYTES, MAX_NAMES, MAX_RECORDS, Record, RecordKind};

use crate::{
    integration::Evictions,
    quorum::consensus::Policy,
    recovery::{Catalog, Edit},
    types::{Duration, Epoch, Regime, ViewRecord, WallTime},
    wire::Eviction,
};

/// How much a restored database's epochs lie above those of its backup: more than were ever granted in the meantime.
pub const EPOCHS_SKIPPED: u64 = 1_000_000_000;

/// All that the cluster remembers.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Database {
    /// The newest regime granted.
    pub regime: Option<Regime>,
    /// The highest epoch ever granted.
    pub epoch: Epoch,
    /// What holds for the whole cluster.
    pub rules: Rules,
    /// What happened.
    pub history: History,
    /// Rises with each change.
    pub revision: u64,
}

/// What holds for the whole cluster: what operators decided, and what a later state of coordination must know of this one.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Rules {
    /// How voters are chosen.
    pub policy: Policy,
    /// How long voters that are missing keep their place; as each agent is configured when none.
    pub voter_grace: Option<Duration>,
    /// Who is kept out.
    pub evictions: Evictions,
    /// Regimes of lower epochs are worth nothing: these may have been granted before a restore, or elsewhere.
    pub least_epoch: Epoch,
    /// No session lasts for longer than this after its last sign of life.
    pub longest_ttl: Duration,
    /// All services, and what operators decided about them.
    pub catalog: Arc<Catalog>,
}

impl Database {
    /// Applies a change.
    pub fn apply(&mut self, change: Change) -> Applied {
        self.revision += 1;
        let Change { wall, kind } = change;
        match kind {
            ChangeKind::Grant { view, holder, views } => {
                return self.grant(wall, Regime { epoch: self.epoch.next(), view, holder }, views);
            }
            ChangeKind::Policy(policy) => {
                self.note(wall, RecordKind::Policy(policy.clone()));
                self.rules.policy = policy;
            }
            ChangeKind::VoterGrace(grace) => {
                self.note(wall, RecordKind::VoterGrace(grace));
                self.rules.voter_grace = grace;
            }
            ChangeKind::Evictions(entries) => entries.into_iter().for_each(|entry| self.evict(wall, entry)),
            ChangeKind::Catalog { expected, .. } if expected != self.rules.catalog.revision => {
                return Applied::Stale { revision: self.rules.catalog.revision };
            }
            ChangeKind::Catalog { edits, .. } => {
                self.note(wall, RecordKind::Catalog(edits.iter().take(MAX_NAMES).map(Edit::summary).collect()));
                Arc::make_mut(&mut self.rules.catalog).apply(edits);
            }
            ChangeKind::LongestTtl { ttl, epoch } => {
                let longest = &mut self.rules.longest_ttl;
                *longest = if epoch == self.epoch { ttl } else { ttl.max(*longest) };
            }
        }
        Applied::Done
    }

    fn grant(&mut self, wall: WallTime, regime: Regime, views: Vec<Arc<ViewRecord>>) -> Applied {
        let epoch = regime.epoch;
        self.epoch = epoch;
        for view in views {
            self.history.push_view(epoch, &view);
        }
        self.note(wall, RecordKind::Granted { view: regime.view.clone(), holder: regime.holder.name.clone() });
        self.regime = Some(regime);
        Applied::Granted { epoch }
    }

    fn evict(&mut self, wall: WallTime, entry: Eviction) {
        if self.rules.evictions.merge(entry.clone()) {
            let Eviction { name, evicted, reason, .. } = entry;
            let kind = if evicted { RecordKind::Evicted { name, reason } } else { RecordKind::Readmitted { name } };
            self.note(wall, kind);
        }
    }

    /// Writes down what happened.
    pub fn note(&mut self, wall: WallTime, kind: RecordKind) {
        self.history.push(wall, self.epoch, kind);
    }

    /// Takes over what a backup has. Of the history, what came before is kept: with a backup of the cluster's own (`own`)
    /// that is what is here, for it goes on from the backup's; otherwise first comes the backup's, then what is here.
    pub fn restore(&mut self, wall: WallTime, backup: Self, made: WallTime, own: bool) {
        let Self { epoch, rules: Rules { policy, voter_grace, evictions, longest_ttl, catalog, .. }, history, .. } =
            backup;
        self.revision += 1;
        if !own {
            let since = core::mem::replace(&mut self.history, history);
            self.history.append(since);
        }
        self.skip_epochs(epoch);
        self.rules.policy = policy;
        self.rules.voter_grace = voter_grace;
        self.rules.longest_ttl = self.rules.longest_ttl.max(longest_ttl);
        Arc::make_mut(&mut self.rules.catalog).restore(&catalog);
        for entry in evictions.all() {
            self.rules.evictions.merge(entry);
        }
        self.note(wall, RecordKind::Restored { made, epoch });
    }

    /// Makes room for all epochs that may have been granted without this copy knowing (Q2): after a restore, and when a
    /// cluster is formed anew.
    pub fn skip_epochs(&mut self, above: Epoch) {
        self.epoch = Epoch(self.epoch.max(above).0.saturating_add(EPOCHS_SKIPPED));
        self.rules.least_epoch = self.epoch;
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec, vec::Vec};

    use super::{Applied, Change, ChangeKind, Database, EPOCHS_SKIPPED, RecordKind};
    use crate::{
        quorum::consensus::Policy,
        types::{Boot, Duration, Epoch, Identity, Incarnation, NodeId, NodeName, ViewId, WallTime},
        wire::Eviction,
    };

    fn name(text: &str) -> NodeName {
        NodeName::new(text).unwrap()
    }

    fn grant(database: &mut Database) -> Epoch {
        let view = ViewId { incarnation: Incarnation(7), controller: name("n1") };
        let holder = Identity { name: name("n1"), id: NodeId([1; 16]), boot: Boot { count: 1, id: [2; 16] } };
        let kind = ChangeKind::Grant { view, holder, views: vec![] };
        match database.apply(Change { wall: WallTime(1), kind }) {
            Applied::Granted { epoch } => epoch,
            other => panic!("{other:?}"),
        }
    }

    fn pin(database: &mut Database) {
        let policy = Policy::Pinned { names: [name("n1")].into() };
        database.apply(Change { wall: WallTime(2), kind: ChangeKind::Policy(policy) });
    }

    #[test]
    fn q2_a_restore_never_leads_to_an_epoch_that_was_granted() {
        let mut database = Database::default();
        grant(&mut database);
        pin(&mut database);
        let backup = database.clone();
        let since = (0..5).map(|_| grant(&mut database)).last().unwrap();
        database.restore(WallTime(3), backup.clone(), WallTime(2), true);
        assert!(grant(&mut database) > since);
        // Onto a cluster that began anew: above all that the old one may have granted after the backup.
        let mut fresh = Database::default();
        grant(&mut fresh);
        fresh.restore(WallTime(3), backup, WallTime(2), false);
        assert!(grant(&mut fresh) > Epoch(EPOCHS_SKIPPED));
        assert!(fresh.rules.least_epoch > since);
    }

    #[test]
    fn a_restore_brings_the_rules_back_and_forgets_nothing_that_happened() {
        let mut database = Database::default();
        pin(&mut database);
        let backup = database.clone();
        database.apply(Change { wall: WallTime(3), kind: ChangeKind::Policy(Policy::default()) });
        for own in [true, false] {
            let mut restored = database.clone();
            restored.restore(WallTime(4), backup.clone(), WallTime(3), own);
            assert_eq!(restored.rules.policy, backup.rules.policy);
            let numbers: Vec<u64> = restored.history.iter().map(|record| record.number).collect();
            assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
            assert_eq!(numbers.len(), if own { 3 } else { 4 });
            let last = restored.history.iter().last().unwrap();
            assert!(matches!(last.kind, RecordKind::Restored { made: WallTime(3), .. }));
        }
    }

    #[test]
    fn s1_how_long_sessions_last_is_told_by_the_newest_holder() {
        let mut database = Database::default();
        let say = |database: &mut Database, ttl, epoch| {
            let kind = ChangeKind::LongestTtl { ttl: Duration::from_secs(ttl), epoch };
            database.apply(Change { wall: WallTime(1), kind });
            database.rules.longest_ttl.as_secs()
        };
        let before = grant(&mut database);
        assert_eq!(say(&mut database, 60, before), 60);
        assert_eq!(say(&mut database, 10, before), 10);
        assert_eq!(say(&mut database, 60, before), 60);
        let newest = grant(&mut database);
        assert_eq!(say(&mut database, 10, before), 60, "it may not know of sessions that were opened since");
        assert_eq!(say(&mut database, 70, before), 70);
        assert_eq!(say(&mut database, 10, newest), 10);
    }

    #[test]
    fn an_eviction_is_written_down_once() {
        let mut database = Database::default();
        let entry = Eviction { name: name("n3"), stamp: 1, evicted: true, reason: String::from("disk") };
        for _ in 0..2 {
            let kind = ChangeKind::Evictions(vec![entry.clone()]);
            database.apply(Change { wall: WallTime(1), kind });
        }
        assert_eq!(database.history.iter().count(), 1);
        let lifted = Eviction { stamp: 2, evicted: false, ..entry };
        database.apply(Change { wall: WallTime(1), kind: ChangeKind::Evictions(vec![lifted]) });
        assert_eq!(database.history.iter().count(), 2);
        assert!(!database.rules.evictions.has(&name("n3")));
    }
}
