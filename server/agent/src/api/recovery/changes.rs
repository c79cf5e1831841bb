//! Services and their recovery in a stream of events: how they stand, then what changed.

use std::{collections::BTreeMap, sync::Arc};

use quorate_proto::v1::{
    BlockedService, NoRecovery, Recovery, RecoveryChange, RecoverySnapshot, RecoveryStep, ServiceInstance,
    UnplacedInstance, recovery_change::Change,
};
use tokio::sync::watch;

use super::follow::{Follower, Heard, Standing};
use crate::api::error::ApiError;

/// The changes for one reader.
#[derive(Debug)]
pub struct RecoveryFeed {
    heard: watch::Receiver<Heard>,
    /// What the reader knows.
    told: Told,
}

/// What a reader knows.
#[derive(Debug)]
enum Told {
    Nothing,
    /// Nobody leads; how it stood before, if that was known.
    Nobody(Option<Arc<Standing>>),
    Standing(Arc<Standing>),
}

/// What a reader is told next.
#[derive(Debug, PartialEq)]
pub enum News {
    /// How all stands.
    Snapshot(RecoverySnapshot),
    /// What changed.
    Changes(Vec<RecoveryChange>),
}

impl RecoveryFeed {
    /// What is known already, and what is heard from now on.
    #[must_use]
    pub fn new(follower: &Follower) -> Self {
        Self { heard: follower.watch(), told: Told::Nothing }
    }

    /// What the reader is told next. Nothing is lost when the call is given up.
    ///
    /// # Errors
    /// [`ApiError::Stopping`] ends the stream.
    pub async fn next(&mut self) -> Result<News, ApiError> {
        loop {
            self.heard.changed().await.map_err(|_| ApiError::Stopping)?;
            let now = match &*self.heard.borrow_and_update() {
                Heard::Nothing => continue,
                Heard::Nobody => None,
                Heard::Standing(standing) => Some(Arc::clone(standing)),
            };
            let (news, told) = tell(std::mem::replace(&mut self.told, Told::Nothing), now);
            self.told = told;
            return Ok(news);
        }
    }
}

/// What a reader is told, and what it knows then.
fn tell(told: Told, now: Option<Arc<Standing>>) -> (News, Told) {
    let news = match (&told, &now) {
        (Told::Nothing, now) => News::Snapshot(RecoverySnapshot { recovery: now.as_deref().map(Standing::recovery) }),
        (Told::Nobody(_), None) => News::Changes(Vec::new()),
        (Told::Standing(before), None) => {
            let (epoch, change) = (before.then().epoch, Some(Change::NoRecovery(NoRecovery {})));
            News::Changes(vec![RecoveryChange { epoch, change }])
        }
        (Told::Nobody(Some(before)), Some(now)) => News::Changes(changes(before.then(), now.then(), true)),
        (Told::Nobody(None), Some(now)) => News::Changes(changes(&Recovery::default(), now.then(), true)),
        (Told::Standing(before), Some(now)) => News::Changes(changes(before.then(), now.then(), false)),
    };
    let knows = match (told, now) {
        (_, Some(now)) => Told::Standing(now),
        (Told::Standing(before), None) => Told::Nobody(Some(before)),
        (Told::Nobody(before), None) => Told::Nobody(before),
        (Told::Nothing, None) => Told::Nobody(None),
    };
    (news, knows)
}

/// What is another than before; with `anew` the stage is told in any case.
fn changes(before: &Recovery, now: &Recovery, anew: bool) -> Vec<RecoveryChange> {
    let mut changes = Vec::new();
    let (was, is) = (instances(before), instances(now));
    let gone = was.iter().filter(|(key, _)| !is.contains_key(*key));
    changes.extend(gone.map(|(_, one)| Change::Gone((*one).clone())));
    let other = is.iter().filter(|(key, one)| was.get(*key) != Some(*one));
    changes.extend(other.map(|(_, one)| Change::Instance((*one).clone())));
    let nowhere: Vec<&UnplacedInstance> = fresh(&before.unplaced, &now.unplaced);
    changes.extend(nowhere.into_iter().cloned().map(Change::Unplaced));
    let blocked: Vec<&BlockedService> = fresh(&before.blocked, &now.blocked);
    changes.extend(blocked.into_iter().cloned().map(Change::Blocked));
    // What it comes from is told first.
    let step = |of: &Recovery| (of.epoch, of.stage, of.level, of.leader.clone());
    if anew || step(before) != step(now) {
        let Recovery { stage, level, since, .. } = *now;
        changes.push(Change::Step(RecoveryStep { stage, level, leader: now.leader.clone(), since }));
    }
    changes.into_iter().map(|change| RecoveryChange { epoch: now.epoch, change: Some(change) }).collect()
}

/// Service, index and node.
type Key<'a> = (&'a str, u32, &'a str);

/// The instances by what they are known by.
fn instances(recovery: &Recovery) -> BTreeMap<Key<'_>, &ServiceInstance> {
    recovery.instances.iter().map(|one| ((one.service.as_str(), one.instance, one.node_name.as_str()), one)).collect()
}

fn fresh<'a, T: PartialEq>(before: &[T], now: &'a [T]) -> Vec<&'a T> {
    now.iter().filter(|one| !before.contains(one)).collect()
}

#[cfg(test)]
mod tests {
    use quorate_proto::v1::{InstanceState, RecoveryStage};

    use super::*;

    fn instance(service: &str, node: &str, state: InstanceState) -> ServiceInstance {
        let (service, node_name) = (service.to_owned(), node.to_owned());
        ServiceInstance { service, node_name, state: state.into(), ..ServiceInstance::default() }
    }

    fn recovery(epoch: u64, stage: RecoveryStage, instances: Vec<ServiceInstance>) -> Recovery {
        Recovery { epoch, stage: stage.into(), leader: "n1".to_owned(), instances, ..Recovery::default() }
    }

    fn told(news: News) -> Vec<Change> {
        match news {
            News::Changes(changes) => changes.into_iter().filter_map(|one| one.change).collect(),
            News::Snapshot(snapshot) => panic!("a snapshot: {snapshot:?}"),
        }
    }

    fn heard(recovery: &Recovery) -> Option<Arc<Standing>> {
        Some(Arc::new(Standing::new(1, recovery.clone())))
    }

    #[test]
    fn after_a_snapshot_only_what_is_another_is_told() {
        let ready = recovery(1, RecoveryStage::Recovered, vec![instance("web", "n1", InstanceState::Ready)]);
        let (news, known) = tell(Told::Nothing, heard(&ready));
        assert!(matches!(news, News::Snapshot(RecoverySnapshot { recovery: Some(_) })));
        let (news, known) = tell(known, heard(&ready));
        assert_eq!(told(news), []);
        let failed = instance("web", "n1", InstanceState::Failed);
        let elsewhere = instance("web", "n2", InstanceState::Starting);
        let moved = recovery(1, RecoveryStage::Level, vec![failed.clone(), elsewhere.clone()]);
        let (news, known) = tell(known, heard(&moved));
        let step = RecoveryStep { stage: RecoveryStage::Level.into(), leader: "n1".to_owned(), ..Default::default() };
        assert_eq!(
            told(news),
            [Change::Instance(failed.clone()), Change::Instance(elsewhere.clone()), Change::Step(step)]
        );
        let (news, _) = tell(known, heard(&recovery(1, RecoveryStage::Level, vec![elsewhere])));
        assert_eq!(told(news), [Change::Gone(failed)]);
    }

    #[test]
    fn while_nobody_leads_that_is_told_once_and_what_stayed_is_not_told_again() {
        let ready = recovery(1, RecoveryStage::Recovered, vec![instance("web", "n1", InstanceState::Ready)]);
        let (_, known) = tell(Told::Nothing, heard(&ready));
        let (news, known) = tell(known, None);
        assert_eq!(told(news), [Change::NoRecovery(NoRecovery {})]);
        let (news, known) = tell(known, None);
        assert_eq!(told(news), []);
        let (news, _) = tell(known, heard(&ready));
        let step =
            RecoveryStep { stage: RecoveryStage::Recovered.into(), leader: "n1".to_owned(), ..Default::default() };
        assert_eq!(told(news), [Change::Step(step)]);
    }

    #[test]
    fn what_can_run_nowhere_is_told_when_that_or_the_reason_is_new() {
        let before = recovery(1, RecoveryStage::Level, Vec::new());
        let unplaced = UnplacedInstance { service: "web".to_owned(), instance: 0, obstacles: Vec::new() };
        let blocked = BlockedService { service: "app".to_owned(), requires: "web".to_owned() };
        let now = Recovery { unplaced: vec![unplaced.clone()], blocked: vec![blocked.clone()], ..before.clone() };
        let (news, known) = tell(tell(Told::Nothing, heard(&before)).1, heard(&now));
        assert_eq!(told(news), [Change::Unplaced(unplaced), Change::Blocked(blocked)]);
        assert_eq!(told(tell(known, heard(&now)).0), []);
    }
}
