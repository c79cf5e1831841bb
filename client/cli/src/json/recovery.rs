//! Services and their recovery.

use quorate::v1;
use serde::Serialize;

use super::{Header, coordination::Token, list, some_text};
use crate::definition::Definition;
use crate::standing::{self, Standing, Why};
use crate::words::{seconds, word};

/// How recovery stands.
#[derive(Debug, Serialize)]
pub struct Recovery {
    epoch: u64,
    stage: String,
    /// Only with the stage `level`.
    level: Option<u32>,
    leader: Option<String>,
    since_seconds: Option<f64>,
    took_seconds: Option<f64>,
    revision: u64,
    nodes: Vec<RecoveryNode>,
    instances: Vec<Instance>,
    unplaced: Vec<Unplaced>,
    blocked: Vec<Blocked>,
    waits: Vec<Wait>,
}

impl From<&v1::Recovery> for Recovery {
    fn from(from: &v1::Recovery) -> Self {
        Self {
            epoch: from.epoch,
            stage: word::<v1::RecoveryStage>(from.stage),
            level: (from.stage() == v1::RecoveryStage::Level).then_some(from.level),
            leader: some_text(&from.leader),
            since_seconds: from.since.as_ref().and_then(seconds),
            took_seconds: from.took.as_ref().and_then(seconds),
            revision: from.revision,
            nodes: list(&from.nodes),
            instances: list(&from.instances),
            unplaced: list(&from.unplaced),
            blocked: list(&from.blocked),
            waits: list(&from.waits),
        }
    }
}

/// A member.
#[derive(Debug, Serialize)]
pub struct RecoveryNode {
    node_name: String,
    drained: bool,
    reason: Option<String>,
    participants: Vec<Participant>,
}

impl From<&v1::RecoveryNode> for RecoveryNode {
    fn from(from: &v1::RecoveryNode) -> Self {
        Self {
            node_name: from.node_name.clone(),
            drained: from.drained,
            reason: some_text(&from.reason),
            participants: list(&from.participants),
        }
    }
}

/// A program that takes part.
#[derive(Debug, Serialize)]
pub struct Participant {
    name: String,
    level: u32,
    phase: String,
    done: bool,
    isolated: bool,
}

impl From<&v1::ParticipantStatus> for Participant {
    fn from(from: &v1::ParticipantStatus) -> Self {
        Self {
            name: from.name.clone(),
            level: from.level,
            phase: word::<v1::Phase>(from.phase),
            done: from.done,
            isolated: from.isolated,
        }
    }
}

/// An instance of a service.
#[derive(Debug, Serialize)]
pub struct Instance {
    service: String,
    instance: u32,
    node_name: String,
    wanted: bool,
    state: String,
    version: u64,
    level: u32,
    tries: u32,
    token: Option<Token>,
    reason: Option<String>,
}

impl From<&v1::ServiceInstance> for Instance {
    fn from(from: &v1::ServiceInstance) -> Self {
        Self {
            service: from.service.clone(),
            instance: from.instance,
            node_name: from.node_name.clone(),
            wanted: from.wanted,
            state: word::<v1::InstanceState>(from.state),
            version: from.version,
            level: from.level,
            tries: from.tries,
            token: from.token.as_ref().map(Token::from),
            reason: some_text(&from.reason),
        }
    }
}

/// An instance that can run nowhere.
#[derive(Debug, Serialize)]
pub struct Unplaced {
    service: String,
    instance: u32,
    obstacles: Vec<Obstacle>,
}

impl From<&v1::UnplacedInstance> for Unplaced {
    fn from(from: &v1::UnplacedInstance) -> Self {
        Self { service: from.service.clone(), instance: from.instance, obstacles: list(&from.obstacles) }
    }
}

/// Why it does not run on a node.
#[derive(Debug, Serialize)]
pub struct Obstacle {
    node_name: String,
    reason: String,
}

impl From<&v1::PlacementObstacle> for Obstacle {
    fn from(from: &v1::PlacementObstacle) -> Self {
        Self { node_name: from.node_name.clone(), reason: from.reason.clone() }
    }
}

/// A service that cannot run.
#[derive(Debug, Serialize)]
pub struct Blocked {
    service: String,
    requires: String,
}

impl From<&v1::BlockedService> for Blocked {
    fn from(from: &v1::BlockedService) -> Self {
        Self { service: from.service.clone(), requires: from.requires.clone() }
    }
}

/// What an event says of a service, or of recovery.
#[derive(Debug, Serialize)]
pub struct RecoveryChange {
    epoch: u64,
    #[serde(flatten)]
    what: Changed,
}

/// What.
#[derive(Debug, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
enum Changed {
    Step { stage: String, level: Option<u32>, leader: Option<String>, since_seconds: Option<f64> },
    Instance(Instance),
    Gone(Instance),
    Unplaced(Unplaced),
    Blocked(Blocked),
    NoRecovery {},
    Unknown {},
}

impl From<&v1::RecoveryChange> for RecoveryChange {
    fn from(from: &v1::RecoveryChange) -> Self {
        use v1::recovery_change::Change;

        let what = match &from.change {
            Some(Change::Step(step)) => Changed::Step {
                stage: word::<v1::RecoveryStage>(step.stage),
                level: (step.stage() == v1::RecoveryStage::Level).then_some(step.level),
                leader: some_text(&step.leader),
                since_seconds: step.since.as_ref().and_then(seconds),
            },
            Some(Change::Instance(one)) => Changed::Instance(one.into()),
            Some(Change::Gone(one)) => Changed::Gone(one.into()),
            Some(Change::Unplaced(one)) => Changed::Unplaced(one.into()),
            Some(Change::Blocked(one)) => Changed::Blocked(one.into()),
            Some(Change::NoRecovery(_)) => Changed::NoRecovery {},
            None => Changed::Unknown {},
        };
        Self { epoch: from.epoch, what }
    }
}

/// What the present stage waits for.
#[derive(Debug, Serialize)]
pub struct Wait {
    node_name: String,
    what: Option<String>,
    reason: String,
}

impl From<&v1::RecoveryWait> for Wait {
    fn from(from: &v1::RecoveryWait) -> Self {
        Self { node_name: from.node_name.clone(), what: some_text(&from.what), reason: from.reason.clone() }
    }
}

/// `recovery`, also a line of `--watch`.
#[derive(Debug, Serialize)]
pub struct RecoveryAnswer {
    header: Option<Header>,
    /// Null while nobody leads it.
    recovery: Option<Recovery>,
}

impl RecoveryAnswer {
    pub fn new(header: Option<&v1::ResponseHeader>, recovery: Option<&v1::Recovery>) -> Self {
        Self { header: header.map(Header::from), recovery: recovery.map(Recovery::from) }
    }
}

/// An instance that runs elsewhere.
#[derive(Debug, Serialize)]
pub struct Shift {
    service: String,
    instance: u32,
    from_node: Option<String>,
    to_node: Option<String>,
    reason: Option<String>,
}

impl From<&v1::Shift> for Shift {
    fn from(from: &v1::Shift) -> Self {
        Self {
            service: from.service.clone(),
            instance: from.instance,
            from_node: some_text(&from.from_node),
            to_node: some_text(&from.to_node),
            reason: some_text(&from.reason),
        }
    }
}

/// `recovery what-if`.
#[derive(Debug, Serialize)]
pub struct Shifts {
    header: Option<Header>,
    shifts: Vec<Shift>,
}

impl From<&v1::ExplainRecoveryResponse> for Shifts {
    fn from(from: &v1::ExplainRecoveryResponse) -> Self {
        Self { header: from.header.as_ref().map(Header::from), shifts: list(&from.shifts) }
    }
}

/// How a definition changes.
#[derive(Debug, Serialize)]
pub struct Change {
    name: String,
    kind: String,
    fields: Vec<String>,
}

impl From<&v1::ServiceChange> for Change {
    fn from(from: &v1::ServiceChange) -> Self {
        Self { name: from.name.clone(), kind: word::<v1::ChangeKind>(from.kind), fields: from.fields.clone() }
    }
}

/// `service apply` and `service remove`.
#[derive(Debug, Serialize)]
pub struct Plan {
    header: Option<Header>,
    applied: bool,
    revision: u64,
    changes: Vec<Change>,
    shifts: Vec<Shift>,
    recovery: Option<Recovery>,
}

impl Plan {
    pub fn new(answer: &v1::ApplyServicesResponse, applied: bool, recovery: Option<&v1::Recovery>) -> Self {
        Self {
            header: answer.header.as_ref().map(Header::from),
            applied,
            revision: answer.revision,
            changes: list(&answer.changes),
            shifts: list(&answer.shifts),
            recovery: recovery.map(Recovery::from),
        }
    }
}

/// What an operator decided.
#[derive(Debug, Default, Serialize)]
pub struct Decision {
    pub action: &'static str,
    pub service: Option<String>,
    pub instance: Option<u32>,
    pub node_name: Option<String>,
    pub header: Option<Header>,
    pub revision: u64,
    pub recovery: Option<Recovery>,
}

impl Decision {
    /// The same with what was answered, and how recovery stands after a wait.
    pub fn answered(self, answer: &v1::ControlServiceResponse, recovery: Option<&v1::Recovery>) -> Self {
        let header = answer.header.as_ref().map(Header::from);
        Self { header, revision: answer.revision, recovery: recovery.map(Recovery::from), ..self }
    }
}

/// A service, and how it stands.
#[derive(Debug, Serialize)]
pub struct ServiceRow {
    name: String,
    description: Option<String>,
    level: u32,
    version: u64,
    intent: String,
    intent_reason: Option<String>,
    state: &'static str,
    ready: usize,
    wanted: usize,
    node_names: Vec<String>,
}

impl From<&Standing<'_>> for ServiceRow {
    fn from(from: &Standing<'_>) -> Self {
        let description = from.defined.service.as_ref().and_then(|service| some_text(&service.description));
        Self {
            name: from.name().to_owned(),
            description,
            level: from.defined.level,
            version: from.defined.version,
            intent: word::<v1::ServiceIntent>(from.defined.intent),
            intent_reason: some_text(&from.defined.reason),
            state: from.state(),
            ready: from.ready,
            wanted: from.wanted,
            node_names: from.nodes().into_iter().map(str::to_owned).collect(),
        }
    }
}

/// A node on which no service is to run.
#[derive(Debug, Serialize)]
pub struct Drained {
    node_name: String,
    reason: String,
}

impl From<&v1::DrainedNode> for Drained {
    fn from(from: &v1::DrainedNode) -> Self {
        Self { node_name: from.node_name.clone(), reason: from.reason.clone() }
    }
}

/// `service list`.
#[derive(Debug, Serialize)]
pub struct Services {
    header: Option<Header>,
    revision: u64,
    services: Vec<ServiceRow>,
    drained: Vec<Drained>,
}

impl Services {
    pub fn new(answer: &v1::ListServicesResponse, standings: &[Standing<'_>]) -> Self {
        Self {
            header: answer.header.as_ref().map(Header::from),
            revision: answer.revision,
            services: list(standings),
            drained: list(&answer.drained),
        }
    }
}

/// A cause why a service does not run.
#[derive(Debug, Serialize)]
pub struct Cause {
    kind: &'static str,
    service: String,
    instance: Option<u32>,
    node_name: Option<String>,
    text: String,
}

impl From<&standing::Cause> for Cause {
    fn from(from: &standing::Cause) -> Self {
        let standing::Cause { kind, service, instance, node_name, text } = from;
        let (service, node_name, text) = (service.clone(), node_name.clone(), text.clone());
        Self { kind, service, instance: *instance, node_name, text }
    }
}

/// `service why`.
#[derive(Debug, Serialize)]
pub struct WhyAnswer {
    header: Option<Header>,
    service: String,
    runs: bool,
    ready: usize,
    wanted: usize,
    reasons: Vec<Cause>,
    advice: Vec<String>,
}

impl WhyAnswer {
    pub fn new(header: Option<&v1::ResponseHeader>, standing: &Standing<'_>, why: &Why) -> Self {
        Self {
            header: header.map(Header::from),
            service: standing.name().to_owned(),
            runs: why.runs,
            ready: standing.ready,
            wanted: standing.wanted,
            reasons: list(&why.causes),
            advice: why.advice.clone(),
        }
    }
}

/// `service show`.
#[derive(Debug, Serialize)]
pub struct ServiceShown {
    header: Option<Header>,
    service: ServiceRow,
    /// The table of TOML that defines it.
    definition: Definition,
    instances: Vec<Instance>,
    reasons: Vec<Cause>,
    advice: Vec<String>,
}

impl ServiceShown {
    pub fn new(
        header: Option<&v1::ResponseHeader>,
        standing: &Standing<'_>,
        definition: Definition,
        why: &Why,
    ) -> Self {
        Self {
            header: header.map(Header::from),
            service: standing.into(),
            definition,
            instances: standing.instances.iter().copied().map(Instance::from).collect(),
            reasons: list(&why.causes),
            advice: why.advice.clone(),
        }
    }
}
