//! How recovery stands, as the API tells it.

use prost::Message;
use quorate_core::{
    recovery::{Catalog, PostStatus, Question, RecoveryStatus, Shift, UnitStatus, Wait},
    types::{Duration, Epoch, NodeName, Slot, Token},
    wire::{ParticipantReport, Phase, Stage, UnitState},
};
use quorate_proto::{store::v1 as pb, v1};

use crate::consensus;

/// One number for a regime's revisions: rises with the regime, and within it.
#[must_use]
pub fn revision(epoch: Epoch, revision: u64) -> u64 {
    (epoch.0 << 32) | (revision & 0xffff_ffff)
}

/// A question what would be, as it is asked.
#[must_use]
pub fn question(bytes: &[u8]) -> Option<Question> {
    let request = v1::ExplainRecoveryRequest::decode(bytes).ok()?;
    let names = |names: Vec<String>| names.iter().filter_map(|name| NodeName::new(name).ok()).collect();
    Some(Question { gone: names(request.failed_nodes), drained: names(request.drained_nodes), catalog: None })
}

/// The question what would be with these changes; none when they cannot be read.
#[must_use]
pub fn plan(catalog: &Catalog, change: pb::CatalogChange) -> Option<Question> {
    let mut catalog = catalog.clone();
    let edits: Result<Vec<_>, _> = change.edits.into_iter().map(consensus::edit).collect();
    catalog.apply(edits.ok()?);
    catalog.faults().is_empty().then(|| Question { catalog: Some(catalog), ..Question::default() })
}

/// What would run elsewhere.
#[must_use]
pub fn shifts_out(shifts: Vec<Shift>) -> v1::ExplainRecoveryResponse {
    let name = |node: Option<NodeName>| node.map(|node| node.to_string()).unwrap_or_default();
    let shift = |shift: Shift| v1::Shift {
        service: shift.slot.service.to_string(),
        instance: shift.slot.index,
        from_node: name(shift.from),
        to_node: name(shift.to),
        reason: shift.why,
    };
    v1::ExplainRecoveryResponse { header: None, shifts: shifts.into_iter().map(shift).collect() }
}

/// How recovery stands.
#[must_use]
pub fn recovery_out(status: &RecoveryStatus, leader: String) -> v1::Recovery {
    let (stage, level) = match status.stage {
        Stage::Prepare => (v1::RecoveryStage::Prepare, 0),
        Stage::Level(level) => (v1::RecoveryStage::Level, level),
        Stage::Resume => (v1::RecoveryStage::Resume, 0),
        Stage::Recovered => (v1::RecoveryStage::Recovered, 0),
    };
    let unplaced = status.unplaced.iter().map(|(slot, obstacles)| v1::UnplacedInstance {
        service: slot.service.to_string(),
        instance: slot.index,
        obstacles: obstacles
            .iter()
            .map(|(node, why)| v1::PlacementObstacle { node_name: node.to_string(), reason: why.to_string() })
            .collect(),
    });
    let blocked = status
        .blocked
        .iter()
        .map(|(service, on)| v1::BlockedService { service: service.to_string(), requires: on.to_string() });
    v1::Recovery {
        epoch: status.epoch.0,
        stage: stage.into(),
        level,
        leader,
        since: Some(span(status.since)),
        took: status.took.map(span),
        revision: status.catalog,
        nodes: status.posts.iter().map(post_out).collect(),
        instances: status.units.iter().map(|unit| unit_out(unit, status)).collect(),
        unplaced: unplaced.collect(),
        blocked: blocked.collect(),
        waits: status.waits.iter().map(wait_out).collect(),
    }
}

fn span(time: Duration) -> prost_types::Duration {
    prost_types::Duration::try_from(time).unwrap_or_default()
}

fn post_out(post: &PostStatus) -> v1::RecoveryNode {
    v1::RecoveryNode {
        node_name: post.name.to_string(),
        drained: post.drained.is_some(),
        reason: post.drained.clone().unwrap_or_default(),
        participants: post.participants.iter().map(participant_out).collect(),
    }
}

fn participant_out(program: &ParticipantReport) -> v1::ParticipantStatus {
    v1::ParticipantStatus {
        name: program.name.to_string(),
        level: program.level,
        phase: phase_out(program.phase).into(),
        done: program.done,
        isolated: program.isolated,
    }
}

/// A phase.
#[must_use]
pub fn phase_out(phase: Phase) -> v1::Phase {
    match phase {
        Phase::Prepare => v1::Phase::Prepare,
        Phase::Recover => v1::Phase::Recover,
        Phase::Resume => v1::Phase::Resume,
    }
}

fn unit_out(unit: &UnitStatus, status: &RecoveryStatus) -> v1::ServiceInstance {
    let Slot { service, index } = &unit.slot;
    let mut told = v1::ServiceInstance {
        service: service.to_string(),
        instance: *index,
        node_name: unit.node.to_string(),
        wanted: unit.wanted,
        state: v1::InstanceState::Waiting.into(),
        level: status.levels.get(service).copied().unwrap_or_default(),
        ..v1::ServiceInstance::default()
    };
    if let Some(report) = &unit.report {
        told.state = state_out(report.state).into();
        told.version = report.version;
        told.tries = report.tries;
        told.token = report.token.map(|Token { epoch, counter }| v1::Token { epoch: epoch.0, counter });
        told.reason.clone_from(&report.why);
    }
    told
}

fn state_out(state: UnitState) -> v1::InstanceState {
    match state {
        UnitState::Waiting => v1::InstanceState::Waiting,
        UnitState::Claiming => v1::InstanceState::Claiming,
        UnitState::Starting => v1::InstanceState::Starting,
        UnitState::Ready => v1::InstanceState::Ready,
        UnitState::Backoff => v1::InstanceState::Backoff,
        UnitState::Stopping => v1::InstanceState::Stopping,
        UnitState::Frozen => v1::InstanceState::Frozen,
        UnitState::Failed => v1::InstanceState::Failed,
    }
}

fn wait_out(wait: &Wait) -> v1::RecoveryWait {
    v1::RecoveryWait { node_name: wait.node.to_string(), what: wait.what.clone(), reason: wait.why.clone() }
}
