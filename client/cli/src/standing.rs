//! How a service stands, and why it does not run: from what is defined and how recovery stands. Pure.

use std::collections::BTreeSet;

use quorate::v1::{self, InstanceState, RecoveryStage, ServiceIntent, placement::Count};

use crate::words::{clean, times, word};

/// How one service stands.
#[derive(Debug)]
pub struct Standing<'a> {
    /// Its definition.
    pub defined: &'a v1::DefinedService,
    /// Its instances, also those that are about to end.
    pub instances: Vec<&'a v1::ServiceInstance>,
    /// Those that can run nowhere.
    pub unplaced: Vec<&'a v1::UnplacedInstance>,
    /// What it requires, and what runs nowhere.
    pub blocked_by: Vec<&'a str>,
    /// How many are to run.
    pub wanted: usize,
    /// How many of these are ready, by the present definition.
    pub ready: usize,
}

impl<'a> Standing<'a> {
    pub fn new(defined: &'a v1::DefinedService, recovery: &'a v1::Recovery) -> Self {
        let name = name_of(defined);
        let instances: Vec<_> = recovery.instances.iter().filter(|one| one.service == name).collect();
        let placed = instances.iter().filter(|one| one.wanted).count();
        let unplaced: Vec<_> = recovery.unplaced.iter().filter(|one| one.service == name).collect();
        let blocked = recovery.blocked.iter().filter(|one| one.service == name);
        let mut standing = Self {
            defined,
            wanted: if defined.intent() == ServiceIntent::Run { wanted(defined, placed) } else { 0 },
            ready: 0,
            instances,
            unplaced,
            blocked_by: blocked.map(|one| one.requires.as_str()).collect(),
        };
        standing.ready = standing.instances.iter().filter(|one| standing.is_ready(one)).count();
        standing
    }

    pub fn name(&self) -> &'a str {
        name_of(self.defined)
    }

    /// Whether all that are to run do.
    pub fn runs(&self) -> bool {
        self.wanted > 0 && self.ready >= self.wanted && self.unplaced.is_empty() && self.blocked_by.is_empty()
    }

    /// The nodes where it is to run.
    pub fn nodes(&self) -> Vec<&'a str> {
        let wanted = self.instances.iter().filter(|one| one.wanted);
        wanted.map(|one| one.node_name.as_str()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// How it stands, in a word.
    pub fn state(&self) -> &'static str {
        let any = |states: &[InstanceState]| self.instances.iter().any(|one| states.contains(&one.state()));
        match self.defined.intent() {
            ServiceIntent::Stopped | ServiceIntent::Disabled if !self.instances.is_empty() => "stopping",
            ServiceIntent::Stopped => "stopped",
            ServiceIntent::Disabled => "disabled",
            _ if !self.blocked_by.is_empty() => "blocked",
            _ if self.runs() => "ready",
            _ if any(&[InstanceState::Frozen]) => "frozen",
            _ if self.ready > 0 && (!self.unplaced.is_empty() || any(&[InstanceState::Failed])) => "degraded",
            _ if any(&[InstanceState::Starting, InstanceState::Backoff, InstanceState::Claiming]) => "starting",
            _ if any(&[InstanceState::Failed]) => "failed",
            _ if !self.unplaced.is_empty() => "unplaced",
            _ => "waiting",
        }
    }

    fn is_ready(&self, one: &v1::ServiceInstance) -> bool {
        one.wanted && one.state() == InstanceState::Ready && one.version == self.defined.version
    }
}

fn name_of(defined: &v1::DefinedService) -> &str {
    defined.service.as_ref().map_or("", |service| &service.name)
}

fn wanted(defined: &v1::DefinedService, placed: usize) -> usize {
    match defined.service.as_ref().and_then(|service| service.placement.as_ref()?.count.as_ref()) {
        None => 1,
        Some(Count::Instances(count)) => *count as usize,
        Some(Count::EveryMember(_)) => placed,
    }
}

/// Why a service does not run.
#[derive(Debug, PartialEq, Eq)]
pub struct Cause {
    /// What kind of cause it is: a word for programs.
    pub kind: &'static str,
    /// The service, which may be one that is required.
    pub service: String,
    /// The instance, if it is about one.
    pub instance: Option<u32>,
    /// The node, if it is about one.
    pub node_name: Option<String>,
    /// What it is, for people.
    pub text: String,
}

/// The answer to the question why a service does not run.
#[derive(Debug)]
pub struct Why {
    /// Whether it does.
    pub runs: bool,
    /// What keeps it; nothing when it runs.
    pub causes: Vec<Cause>,
    /// Commands that help, or tell more.
    pub advice: Vec<String>,
}

/// Why a service does not run.
pub fn why(name: &str, services: &[v1::DefinedService], recovery: &v1::Recovery) -> Option<Why> {
    let defined = services.iter().find(|one| name_of(one) == name)?;
    let standing = Standing::new(defined, recovery);
    let mut why = Why { runs: standing.runs(), causes: Vec::new(), advice: Vec::new() };
    if !why.runs {
        let mut seen = BTreeSet::from([name]);
        explain(&standing, services, recovery, &mut seen, &mut why);
    }
    Some(why)
}

fn explain<'a>(
    standing: &Standing<'a>,
    services: &'a [v1::DefinedService],
    recovery: &'a v1::Recovery,
    seen: &mut BTreeSet<&'a str>,
    why: &mut Why,
) {
    let name = standing.name();
    let cause = |kind, text: String| Cause { kind, service: name.to_owned(), instance: None, node_name: None, text };
    match standing.defined.intent() {
        ServiceIntent::Disabled => {
            let reason = &standing.defined.reason;
            let because = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            why.causes.push(cause("disabled", format!("{name} is disabled{because}")));
            why.advice.push(format!("quorate service enable {name}"));
            return;
        }
        ServiceIntent::Stopped => {
            why.causes.push(cause("stopped", format!("{name} was stopped")));
            why.advice.push(format!("quorate service start {name}"));
            return;
        }
        _ => {}
    }
    for required in &standing.blocked_by {
        why.causes.push(cause("blocked", format!("{name} requires {required}, which does not run")));
        let other = services.iter().find(|one| name_of(one) == *required);
        if let Some(other) = other.filter(|_| seen.insert(required)) {
            explain(&Standing::new(other, recovery), services, recovery, seen, why);
        }
    }
    if !standing.blocked_by.is_empty() {
        return;
    }
    why.causes.extend(standing.unplaced.iter().map(|one| unplaced(one)));
    why.causes
        .extend(standing.instances.iter().filter(|one| !standing.is_ready(one)).map(|one| instance(one, standing)));
    if standing.instances.iter().any(|one| one.state() == InstanceState::Failed) {
        why.advice.push(format!("quorate service restart {name}"));
    }
    if standing.unplaced.is_empty() && standing.instances.is_empty() {
        why.causes.push(if recovery.revision < standing.defined.version {
            cause("new", format!("{name} was defined a moment ago, and recovery has not begun with it"))
        } else {
            cause("unplaced", format!("{name} is to run on no member: none suits"))
        });
    }
    let waits = standing.instances.iter().any(|one| one.wanted && one.state() == InstanceState::Waiting);
    if waits && recovery.stage() != RecoveryStage::Recovered {
        why.causes.extend(recovery.waits.iter().map(|wait| waiting(name, wait)));
    }
}

fn unplaced(one: &v1::UnplacedInstance) -> Cause {
    let (service, index) = (one.service.clone(), one.instance);
    let text = format!("{service}/{index} can run nowhere: {}", obstacles(one));
    Cause { kind: "unplaced", service, instance: Some(index), node_name: None, text }
}

fn instance(one: &v1::ServiceInstance, standing: &Standing<'_>) -> Cause {
    let (service, index, node) = (one.service.clone(), one.instance, &one.node_name);
    let doing = match one.state() {
        InstanceState::Waiting => "waits for its turn",
        InstanceState::Claiming => "waits for its name: another one may still be running",
        InstanceState::Starting => "is being started",
        InstanceState::Ready if one.version != standing.defined.version => "still runs by its earlier definition",
        InstanceState::Ready => "is about to end",
        InstanceState::Backoff => "failed, and is started again after a pause",
        InstanceState::Stopping => "ends",
        InstanceState::Frozen => "is frozen, for there is no quorum",
        InstanceState::Failed => "failed too often",
        InstanceState::Unspecified => "is in a state that this program does not know",
    };
    let because = if one.reason.is_empty() { String::new() } else { format!(": {}", one.reason) };
    let tries = if one.tries > 0 { format!(" (started again {} lately)", times(one.tries)) } else { String::new() };
    let text = format!("{service}/{index} on {node} {doing}{because}{tries}");
    Cause { kind: "instance", service, instance: Some(index), node_name: Some(node.clone()), text }
}

fn waiting(name: &str, wait: &v1::RecoveryWait) -> Cause {
    let what = if wait.what.is_empty() { String::new() } else { format!("{} on ", wait.what) };
    let text = format!("recovery waits for {what}{}: {}", wait.node_name, wait.reason);
    Cause { kind: "recovery", service: name.to_owned(), instance: None, node_name: Some(wait.node_name.clone()), text }
}

/// Why an instance can run nowhere, node by node.
pub fn obstacles(one: &v1::UnplacedInstance) -> String {
    let all: Vec<_> = one.obstacles.iter().map(|at| format!("{}: {}", at.node_name, at.reason)).collect();
    if all.is_empty() { "there is no node".to_owned() } else { all.join("; ") }
}

/// How far recovery is, in a few words.
pub fn stage(recovery: &v1::Recovery) -> String {
    stage_at(recovery.stage, recovery.level)
}

/// A stage, on which the level counts only where it has one.
pub fn stage_at(stage: i32, level: u32) -> String {
    match RecoveryStage::try_from(stage) {
        Ok(RecoveryStage::Level) => format!("level {level}"),
        _ => word::<RecoveryStage>(stage),
    }
}

/// What it waits for, in a few words.
pub fn wait(wait: &v1::RecoveryWait) -> String {
    let what = if wait.what.is_empty() { String::new() } else { format!("{} on ", clean(&wait.what)) };
    format!("{what}{} ({})", clean(&wait.node_name), clean(&wait.reason))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn defined(name: &str, count: u32) -> v1::DefinedService {
        let count = Some(Count::Instances(count));
        let placement = Some(v1::Placement { count, ..v1::Placement::default() });
        let service = v1::Service { name: name.to_owned(), placement, ..v1::Service::default() };
        let intent = ServiceIntent::Run.into();
        v1::DefinedService { service: Some(service), version: 3, intent, ..v1::DefinedService::default() }
    }

    fn instance(service: &str, instance: u32, state: InstanceState) -> v1::ServiceInstance {
        v1::ServiceInstance {
            service: service.to_owned(),
            instance,
            node_name: "n1".to_owned(),
            wanted: true,
            state: state.into(),
            version: 3,
            ..v1::ServiceInstance::default()
        }
    }

    fn recovery(instances: Vec<v1::ServiceInstance>) -> v1::Recovery {
        v1::Recovery { revision: 3, stage: RecoveryStage::Recovered.into(), instances, ..v1::Recovery::default() }
    }

    fn texts(services: &[v1::DefinedService], recovery: &v1::Recovery) -> (&'static str, bool, Vec<String>) {
        let why = why("web", services, recovery).unwrap();
        let state = Standing::new(&services[0], recovery).state();
        (state, why.runs, why.causes.into_iter().map(|cause| cause.text).collect())
    }

    #[test]
    fn what_runs_needs_no_reason() {
        let both = recovery(vec![instance("web", 0, InstanceState::Ready), instance("web", 1, InstanceState::Ready)]);
        assert_eq!(texts(&[defined("web", 2)], &both), ("ready", true, vec![]));
        let standing_of = defined("web", 3);
        let standing = Standing::new(&standing_of, &both);
        assert_eq!((standing.ready, standing.wanted, standing.nodes()), (2, 3, vec!["n1"]));
    }

    #[test]
    fn what_an_operator_decided_comes_first() {
        let mut web = defined("web", 1);
        web.intent = ServiceIntent::Disabled.into();
        web.reason = "eats memory".to_owned();
        let nothing = recovery(Vec::new());
        let told = texts(std::slice::from_ref(&web), &nothing);
        assert_eq!(told, ("disabled", false, vec!["web is disabled: eats memory".to_owned()]));
        web.intent = ServiceIntent::Stopped.into();
        let running = recovery(vec![instance("web", 0, InstanceState::Stopping)]);
        assert_eq!(texts(std::slice::from_ref(&web), &nothing).0, "stopped");
        assert_eq!(texts(std::slice::from_ref(&web), &running).0, "stopping");
        assert_eq!(why("web", &[web], &nothing).unwrap().advice, ["quorate service start web"]);
    }

    #[test]
    fn what_it_requires_is_explained_too() {
        let mut db = defined("db", 1);
        db.intent = ServiceIntent::Stopped.into();
        let blocked = vec![v1::BlockedService { service: "web".to_owned(), requires: "db".to_owned() }];
        let stands = v1::Recovery { blocked, ..recovery(Vec::new()) };
        let told = texts(&[defined("web", 1), db], &stands);
        let expected = vec!["web requires db, which does not run".to_owned(), "db was stopped".to_owned()];
        assert_eq!(told, ("blocked", false, expected));
    }

    #[test]
    fn nodes_that_do_not_suit_and_failures_are_named() {
        let obstacles = vec![v1::PlacementObstacle { node_name: "n2".to_owned(), reason: "is drained".to_owned() }];
        let nowhere = v1::UnplacedInstance { service: "web".to_owned(), instance: 1, obstacles };
        let mut stands = recovery(vec![instance("web", 0, InstanceState::Ready)]);
        stands.unplaced.push(nowhere);
        let (state, runs, causes) = texts(&[defined("web", 2)], &stands);
        assert_eq!((state, runs), ("degraded", false));
        assert_eq!(causes, ["web/1 can run nowhere: n2: is drained"]);

        let mut failed = instance("web", 0, InstanceState::Failed);
        (failed.reason, failed.tries) = ("exit code 1".to_owned(), 3);
        let (state, _, causes) = texts(&[defined("web", 1)], &recovery(vec![failed]));
        assert_eq!(state, "failed");
        assert_eq!(causes, ["web/0 on n1 failed too often: exit code 1 (started again 3 times lately)"]);
    }

    #[test]
    fn a_turn_that_has_not_come_says_what_comes_before() {
        let mut stands = recovery(vec![instance("web", 0, InstanceState::Waiting)]);
        stands.stage = RecoveryStage::Level.into();
        let reason = "starts".to_owned();
        stands.waits = vec![v1::RecoveryWait { node_name: "n2".to_owned(), what: "db/0".to_owned(), reason }];
        let (state, _, causes) = texts(&[defined("web", 1)], &stands);
        assert_eq!(state, "waiting");
        assert_eq!(causes, ["web/0 on n1 waits for its turn", "recovery waits for db/0 on n2: starts"]);
    }

    #[test]
    fn an_earlier_definition_and_a_new_one_are_not_taken_for_the_present_one() {
        let mut old = instance("web", 0, InstanceState::Ready);
        old.version = 2;
        let (state, runs, causes) = texts(&[defined("web", 1)], &recovery(vec![old]));
        assert_eq!((state, runs), ("waiting", false));
        assert_eq!(causes, ["web/0 on n1 still runs by its earlier definition"]);
        let behind = v1::Recovery { revision: 2, ..recovery(Vec::new()) };
        assert!(texts(&[defined("web", 1)], &behind).2[0].contains("a moment ago"));
        assert!(why("api", &[defined("web", 1)], &behind).is_none());
    }
}
