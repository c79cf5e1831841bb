//! Waiting until everything is recovered, and telling what happens meanwhile.

use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use quorate::v1::{self, InstanceState, RecoveryStage, watch_recovery_response::Message};
use tokio::time::timeout;

use crate::app::App;
use crate::args::FollowArgs;
use crate::failure::Failure;
use crate::standing::stage;
use crate::text::recovery as text;
use crate::words::{clean, count, short_duration};

/// What is said while nobody leads.
pub const NOBODY: &str = "nobody leads recovery: there is no quorum, or the cluster is changing";

/// What must be so for the wait to be over, besides that all is recovered.
#[derive(Debug, Default)]
pub struct Goal<'a> {
    /// The revision that recovery goes by, at least.
    revision: u64,
    /// Whether all that is not to run where it is has ended there, or failed.
    ended: bool,
    /// A node on which no instance is left, but for those that failed there.
    empty: Option<&'a str>,
    /// An instance that is ready on a node.
    there: Option<(&'a str, u32, &'a str)>,
}

impl<'a> Goal<'a> {
    /// What follows from a decision: all is recovered by it, and what is to end has ended.
    pub fn after(revision: u64) -> Self {
        Self { revision, ended: true, ..Self::default() }
    }

    /// The same, and no instance is left on a node.
    pub fn empty(self, node: &'a str) -> Self {
        Self { empty: Some(node), ..self }
    }

    /// The same, and an instance is ready on a node.
    pub fn there(self, service: &'a str, instance: u32, node: &'a str) -> Self {
        Self { there: Some((service, instance, node)), ..self }
    }

    fn is_reached(&self, recovery: &v1::Recovery) -> bool {
        let is_there = |&(service, index, node): &(&str, u32, &str)| {
            let found = |one: &v1::ServiceInstance| {
                one.service == service && one.instance == index && one.node_name == node && one.wanted
            };
            recovery.instances.iter().any(|one| found(one) && one.state() == InstanceState::Ready)
        };
        recovery.stage() == RecoveryStage::Recovered
            && recovery.revision >= self.revision
            && (!self.ended || recovery.instances.iter().all(has_its_place))
            && self
                .empty
                .is_none_or(|node| recovery.instances.iter().all(|one| has_failed(one) || one.node_name != node))
            && self.there.as_ref().is_none_or(is_there)
    }
}

fn has_its_place(one: &v1::ServiceInstance) -> bool {
    one.wanted || has_failed(one)
}

fn has_failed(one: &v1::ServiceInstance) -> bool {
    one.state() == InstanceState::Failed
}

/// Waits as the flags say; none when they do not.
pub async fn follow(app: &App, flags: FollowArgs, goal: Goal<'_>) -> Result<Option<v1::Recovery>, Failure> {
    let Some(limit) = flags.wait else { return Ok(None) };
    let mut last = None;
    let waiting = watch(app, &goal, &mut last);
    match limit {
        None => waiting.await.map(Some),
        Some(limit) => match timeout(limit, waiting).await {
            Ok(recovered) => recovered.map(Some),
            Err(_) => Err(Failure::NotRecovered(late(limit, last.as_ref()))),
        },
    }
}

/// Watches until the goal is reached; what happens is told to people.
async fn watch(app: &App, goal: &Goal<'_>, last: &mut Option<v1::Recovery>) -> Result<v1::Recovery, Failure> {
    let mut watch = app.client.watch_recovery();
    while let Some(told) = watch.next().await {
        match told?.message {
            Some(Message::Recovery(now)) => {
                if !app.out.is_json() {
                    text::changes(last.as_ref(), &now).iter().for_each(|line| eprintln!("{}", timed(line)));
                }
                if goal.is_reached(&now) {
                    return Ok(now);
                }
                *last = Some(now);
            }
            Some(Message::NoRecovery(_)) => {
                if !app.out.is_json() {
                    eprintln!("{}", timed(NOBODY));
                }
                *last = None;
            }
            Some(Message::Bookmark(_)) | None => {}
        }
    }
    Err(Failure::NotRecovered("the agents ended the watch of recovery".to_owned()))
}

fn late(limit: Duration, last: Option<&v1::Recovery>) -> String {
    let limit = short_duration(limit);
    match last {
        None => format!("not recovered within {limit}: {NOBODY}; see `quorate quorum`"),
        Some(last) => {
            let first = last.waits.first().map_or_else(
                || "not all is where it is to be".to_owned(),
                |wait| format!("it waits for {}", crate::standing::wait(wait)),
            );
            let more = last.waits.len().saturating_sub(1);
            let more = if more > 0 { format!(" and {}", count(more, "other")) } else { String::new() };
            format!("not recovered within {limit}, but at {}: {first}{more}", clean(&stage(last)))
        }
    }
}

/// A line with the time by this machine's clock.
pub fn timed(line: &str) -> String {
    format!("{}  {line}", humantime::format_rfc3339_millis(SystemTime::now()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(stage: RecoveryStage, node: &str) -> v1::Recovery {
        let instance = v1::ServiceInstance {
            service: "web".to_owned(),
            instance: 1,
            node_name: node.to_owned(),
            wanted: true,
            state: InstanceState::Ready.into(),
            ..v1::ServiceInstance::default()
        };
        v1::Recovery { stage: stage.into(), revision: 7, instances: vec![instance], ..v1::Recovery::default() }
    }

    #[test]
    fn the_wait_is_over_when_all_of_the_goal_is_reached() {
        let recovered = stands(RecoveryStage::Recovered, "n2");
        assert!(Goal::default().is_reached(&recovered));
        assert!(!Goal::default().is_reached(&stands(RecoveryStage::Level, "n2")));
        assert!(Goal { revision: 7, ..Goal::default() }.is_reached(&recovered));
        assert!(!Goal { revision: 8, ..Goal::default() }.is_reached(&recovered));
        assert!(Goal { empty: Some("n1"), ..Goal::default() }.is_reached(&recovered));
        assert!(!Goal { empty: Some("n2"), ..Goal::default() }.is_reached(&recovered));
        assert!(Goal { there: Some(("web", 1, "n2")), ..Goal::default() }.is_reached(&recovered));
        assert!(!Goal { there: Some(("web", 1, "n3")), ..Goal::default() }.is_reached(&recovered));
        let mut ending = recovered;
        ending.instances[0].wanted = false;
        assert!(Goal::default().is_reached(&ending));
        assert!(!Goal::after(7).is_reached(&ending));
        ending.instances[0].state = InstanceState::Failed.into();
        assert!(Goal::after(7).is_reached(&ending));
    }

    #[test]
    fn a_wait_that_is_too_long_says_what_for() {
        let limit = Duration::from_secs(30);
        let mut last = stands(RecoveryStage::Level, "n2");
        let wait = |what: &str| v1::RecoveryWait {
            node_name: "n2".to_owned(),
            what: what.to_owned(),
            reason: "starts".to_owned(),
        };
        last.waits = vec![wait("web/1"), wait("web/2")];
        let text = late(limit, Some(&last));
        assert_eq!(text, "not recovered within 30.0 s, but at level 0: it waits for web/1 on n2 (starts) and 1 other");
        assert!(late(limit, None).contains("nobody leads"));
    }
}
