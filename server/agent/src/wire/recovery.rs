//! What recovery layers say to each other.

use std::sync::Arc;

use quorate_core::{
    recovery::Service,
    types::{Epoch, ServiceName, Slot, Token},
    wire::{Orders, ParticipantReport, Phase, RecoveryTalk, Stage, Standing, UnitOrder, UnitReport, UnitState},
};
use quorate_proto::peer::v1::{self as pb, recovery_talk::Talk};

use super::{
    bounds::{WireError, clip, list, required, text},
    words::{view_id, view_id_out},
};
use crate::services::definition;

pub(super) fn talk_out(talk: &RecoveryTalk) -> pb::RecoveryTalk {
    let (epoch, talk) = match talk {
        RecoveryTalk::Muster { epoch, view } => (epoch, Talk::Muster(pb::Muster { view: Some(view_id_out(view)) })),
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
        Talk::Muster(pb::Muster { view }) => RecoveryTalk::Muster { epoch, view: view_id("muster.view", view)? },
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use quorate_core::{
        types::{Epoch, Incarnation, NodeName, ServiceName, Slot, Token, ViewId},
        wire::{Orders, ParticipantReport, Phase, RecoveryTalk, Stage, Standing, UnitOrder, UnitReport, UnitState},
    };
    use quorate_proto::v1::{self, service::Kind};

    use super::{definition, pb, talk, talk_out};

    fn slot(index: u32) -> Slot {
        Slot { service: ServiceName::new("web").unwrap(), index }
    }

    fn unit(state: UnitState, token: Option<Token>) -> UnitReport {
        let why = String::from("exited with 3");
        UnitReport { slot: slot(2), version: 7, generation: 1, level: 3, state, tries: 2, token, why }
    }

    fn talks() -> Vec<RecoveryTalk> {
        let epoch = Epoch(9);
        let view = ViewId { incarnation: Incarnation(8), controller: NodeName::new("n1").unwrap() };
        let states = [
            UnitState::Waiting,
            UnitState::Claiming,
            UnitState::Starting,
            UnitState::Ready,
            UnitState::Backoff,
            UnitState::Stopping,
            UnitState::Frozen,
            UnitState::Failed,
        ];
        let mut units: Vec<UnitReport> = states.into_iter().map(|state| unit(state, None)).collect();
        units.push(unit(UnitState::Ready, Some(Token { epoch, counter: 12 })));
        let participant = |phase| ParticipantReport {
            id: 4,
            name: Arc::from("app"),
            level: 2,
            requires: vec![slot(0).service],
            phase,
            done: true,
            isolated: false,
        };
        let participants = [Phase::Prepare, Phase::Recover, Phase::Resume].map(participant).into();
        let program = v1::Program { command: vec!["/bin/web".into()], ..<_>::default() };
        let service = v1::Service { name: "web".into(), kind: Some(Kind::Program(program)), ..<_>::default() };
        let services = vec![Arc::new(definition::service(7, &service).unwrap())];
        let orders = |stage| {
            RecoveryTalk::Orders(Orders {
                epoch,
                stage,
                units: vec![UnitOrder { slot: slot(1), level: 3, version: 7, generation: 1 }],
                forget: vec![slot(0)],
                participants: vec![(4, Phase::Recover)],
            })
        };
        let mut all = vec![
            RecoveryTalk::Muster { epoch, view },
            RecoveryTalk::Standing(Standing { epoch, leaving: true, units, participants }),
            RecoveryTalk::Definitions { epoch, services },
        ];
        all.extend([Stage::Prepare, Stage::Level(4), Stage::Resume, Stage::Recovered].map(orders));
        all
    }

    #[test]
    fn every_message_survives_the_wire() {
        for one in talks() {
            assert_eq!(talk(talk_out(&one)), Ok(one));
        }
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        assert!(talk(pb::RecoveryTalk { epoch: 1, talk: None }).is_err());
        let services = vec![pb::VersionedService { version: 1, definition: vec![255] }];
        let definitions = pb::recovery_talk::Talk::Definitions(pb::Definitions { services });
        assert!(talk(pb::RecoveryTalk { epoch: 1, talk: Some(definitions) }).is_err());
        let orders = pb::recovery_talk::Talk::Orders(pb::Orders { stage: 99, ..<_>::default() });
        assert!(talk(pb::RecoveryTalk { epoch: 1, talk: Some(orders) }).is_err());
    }
}
