//! What recovery layers say to each other.

use std::sync::Arc;

use quorate_core::{
    recovery::Service,
    types::{Epoch, ServiceName, Slot, Token},
    wire::{Orders, ParticipantReport, Phase, RecoveryTalk, Stage, Standing, UnitOrder, UnitReport, UnitState},
};
use quorate_proto::peer::v1::{self as pb, recovery_talk::Talk};

use super::bounds::{WireError, clip, list, required, text};
use crate::services::definition;

pub(super) fn talk_out(talk: &RecoveryTalk) -> pb::RecoveryTalk {
    let (epoch, talk) = match talk {
        RecoveryTalk::Muster { epoch } => (epoch, Talk::Muster(pb::Muster {})),
        RecoveryTalk::Standing(Standing { epoch, leaving, units, participants }) => {
            let participants = participants.iter().map(participant_out).collect();
            let units = units.iter().map(unit_out).collect();
            (epoch, Talk::Standing(pb::Standing { leaving: *leaving, units, participants }))
        }
        RecoveryTalk::Definitions { epoch, services } => {
            let services = services.iter().map(|service| service_out(service)).collect();
            (epoch, Talk::Definitions(pb::Definitions { services }))
        }
        RecoveryTalk::Orders(orders) => (&orders.epoch, Talk::Orders(orders_out(orders))),
    };
    pb::RecoveryTalk { epoch: epoch.0, talk: Some(talk) }
}

pub(super) fn talk(from: pb::RecoveryTalk) -> Result<RecoveryTalk, WireError> {
    let epoch = Epoch(from.epoch);
    Ok(match required("recovery.talk", from.talk)? {
        Talk::Muster(pb::Muster {}) => RecoveryTalk::Muster { epoch },
        Talk::Standing(from) => RecoveryTalk::Standing(Standing {
            epoch,
            leaving: from.leaving,
            units: list("standing.units", from.units, unit)?,
            participants: list("standing.participants", from.participants, participant)?,
        }),
        Talk::Definitions(from) => {
            RecoveryTalk::Definitions { epoch, services: list("definitions", from.services, service)? }
        }
        Talk::Orders(from) => RecoveryTalk::Orders(Orders {
            epoch,
            stage: stage(from.stage, from.level)?,
            units: list("orders.units", from.units, order)?,
            forget: list("orders.forget", from.forget, slot)?,
            participants: list("orders.participants", from.participants, |from| Ok((from.id, phase(from.phase)?)))?,
        }),
    })
}

/// A service and its version.
pub(crate) fn service_out(service: &Service) -> pb::VersionedService {
    pb::VersionedService { version: service.version, definition: service.body.to_vec() }
}

/// Reads a service.
pub(crate) fn service(from: pb::VersionedService) -> Result<Arc<Service>, WireError> {
    let read = definition::stored(from.version, &from.definition);
    read.map(Arc::new).map_err(|why| WireError::Service(why.to_string()))
}

/// Reads the name of a service.
pub(crate) fn service_name(field: &'static str, text: &str) -> Result<ServiceName, WireError> {
    ServiceName::new(text).map_err(|source| WireError::Name { field, source })
}

fn slot_out(slot: &Slot) -> pb::Slot {
    pb::Slot { service: slot.service.to_string(), index: slot.index }
}

fn slot(from: pb::Slot) -> Result<Slot, WireError> {
    Ok(Slot { service: service_name("slot.service", &from.service)?, index: from.index })
}

fn unit_out(unit: &UnitReport) -> pb::UnitReport {
    let state = match unit.state {
        UnitState::Waiting => pb::UnitState::Waiting,
        UnitState::Claiming => pb::UnitState::Claiming,
        UnitState::Starting => pb::UnitState::Starting,
        UnitState::Ready => pb::UnitState::Ready,
        UnitState::Backoff => pb::UnitState::Backoff,
        UnitState::Stopping => pb::UnitState::Stopping,
        UnitState::Frozen => pb::UnitState::Frozen,
        UnitState::Failed => pb::UnitState::Failed,
    };
    pb::UnitReport {
        slot: Some(slot_out(&unit.slot)),
        version: unit.version,
        generation: unit.generation,
        level: unit.level,
        state: state.into(),
        tries: unit.tries,
        token_epoch: unit.token.map_or(0, |token| token.epoch.0),
        token_counter: unit.token.map_or(0, |token| token.counter),
        why: clip(&unit.why),
    }
}

fn unit(from: pb::UnitReport) -> Result<UnitReport, WireError> {
    let unknown = WireError::Unknown { field: "unit.state", value: from.state.into() };
    let state = match pb::UnitState::try_from(from.state) {
        Ok(pb::UnitState::Waiting) => UnitState::Waiting,
        Ok(pb::UnitState::Claiming) => UnitState::Claiming,
        Ok(pb::UnitState::Starting) => UnitState::Starting,
        Ok(pb::UnitState::Ready) => UnitState::Ready,
        Ok(pb::UnitState::Backoff) => UnitState::Backoff,
        Ok(pb::UnitState::Stopping) => UnitState::Stopping,
        Ok(pb::UnitState::Frozen) => UnitState::Frozen,
        Ok(pb::UnitState::Failed) => UnitState::Failed,
        Ok(pb::UnitState::Unspecified) | Err(_) => return Err(unknown),
    };
    let token = Token { epoch: Epoch(from.token_epoch), counter: from.token_counter };
    Ok(UnitReport {
        slot: slot(required("unit.slot", from.slot)?)?,
        version: from.version,
        generation: from.generation,
        level: from.level,
        state,
        tries: from.tries,
        token: (from.token_epoch > 0).then_some(token),
        why: text("unit.why", from.why)?,
    })
}

fn participant_out(program: &ParticipantReport) -> pb::ParticipantReport {
    pb::ParticipantReport {
        id: program.id,
        name: program.name.to_string(),
        level: program.level,
        requires: program.requires.iter().map(ServiceName::to_string).collect(),
        phase: phase_out(program.phase),
        done: program.done,
        isolated: program.isolated,
    }
}

fn participant(from: pb::ParticipantReport) -> Result<ParticipantReport, WireError> {
    Ok(ParticipantReport {
        id: from.id,
        name: text("participant.name", from.name)?.into(),
        level: from.level,
        requires: list("participant.requires", from.requires, |text| service_name("participant.requires", &text))?,
        phase: phase(from.phase)?,
        done: from.done,
        isolated: from.isolated,
    })
}

fn phase_out(phase: Phase) -> i32 {
    let phase = match phase {
        Phase::Prepare => pb::ParticipantPhase::Prepare,
        Phase::Recover => pb::ParticipantPhase::Recover,
        Phase::Resume => pb::ParticipantPhase::Resume,
    };
    phase.into()
}

fn phase(from: i32) -> Result<Phase, WireError> {
    match pb::ParticipantPhase::try_from(from) {
        Ok(pb::ParticipantPhase::Prepare) => Ok(Phase::Prepare),
        Ok(pb::ParticipantPhase::Recover) => Ok(Phase::Recover),
        Ok(pb::ParticipantPhase::Resume) => Ok(Phase::Resume),
        Ok(pb::ParticipantPhase::Unspecified) | Err(_) => {
            Err(WireError::Unknown { field: "participant.phase", value: from.into() })
        }
    }
}

fn orders_out(orders: &Orders) -> pb::Orders {
    let (stage, level) = match orders.stage {
        Stage::Prepare => (pb::Stage::Prepare, 0),
        Stage::Level(level) => (pb::Stage::Level, level),
        Stage::Resume => (pb::Stage::Resume, 0),
        Stage::Recovered => (pb::Stage::Recovered, 0),
    };
    let participant = |(id, phase): &(u64, Phase)| pb::ParticipantOrder { id: *id, phase: phase_out(*phase) };
    pb::Orders {
        stage: stage.into(),
        level,
        units: orders.units.iter().map(order_out).collect(),
        forget: orders.forget.iter().map(slot_out).collect(),
        participants: orders.participants.iter().map(participant).collect(),
    }
}

fn stage(from: i32, level: u32) -> Result<Stage, WireError> {
    match pb::Stage::try_from(from) {
        Ok(pb::Stage::Prepare) => Ok(Stage::Prepare),
        Ok(pb::Stage::Level) => Ok(Stage::Level(level)),
        Ok(pb::Stage::Resume) => Ok(Stage::Resume),
        Ok(pb::Stage::Recovered) => Ok(Stage::Recovered),
        Ok(pb::Stage::Unspecified) | Err(_) => Err(WireError::Unknown { field: "orders.stage", value: from.into() }),
    }
}

fn order_out(order: &UnitOrder) -> pb::UnitOrder {
    pb::UnitOrder {
        slot: Some(slot_out(&order.slot)),
        level: order.level,
        version: order.version,
        generation: order.generation,
    }
}

fn order(from: pb::UnitOrder) -> Result<UnitOrder, WireError> {
    Ok(UnitOrder {
        slot: slot(required("order.slot", from.slot)?)?,
        level: from.level,
        version: from.version,
        generation: from.generation,
    })
}
