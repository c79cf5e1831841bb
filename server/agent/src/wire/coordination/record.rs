//! A state in pieces.

use std::sync::Arc;

use quorate_core::{
    coordination::{
        Record,
        state::{Barrier, Clock, Holder, Past, Phase, Remembered, Session, Waiter},
    },
    types::{Duration, Epoch, NodeName, Revision, SessionId},
    wire::Opening,
};
use quorate_proto::peer::v1::{self as pb, clock_record::Clock as ClockOut, record::Kind};

use super::{
    super::{
        bounds::{WireError, list, name, names, required, text},
        words::nanos,
    },
    answer::{abortion, abortion_out, done, done_out},
    begin, begin_out, delay_out, overdue_out, path,
    request::{kind, kind_out, mode, mode_out, opening, opening_out, plan, plan_out, token, token_out},
    session, session_out,
};

pub(super) fn record_out(record: &Record) -> pb::Record {
    let kind = match record {
        Record::Head { origin, epoch, begin, revision, generations, held_off } => Kind::Head(pb::StateHead {
            origin_epoch: origin.0,
            epoch: epoch.0,
            begin: begin.as_ref().map(begin_out),
            revision: revision.0,
            generations: *generations,
            held_off: *held_off,
        }),
        Record::Session(known) => Kind::Session(known_session_out(known)),
        Record::Name { path, kind, delayed } => {
            let (since, span) = delayed.unwrap_or_default();
            Kind::Name(pb::NameRecord {
                path: path.to_string(),
                kind: kind_out(*kind),
                delayed_since_revision: since.0,
                delayed_nanos: nanos(span),
            })
        }
        Record::Holder { path, session, holder } => Kind::Holder(pb::HolderRecord {
            path: path.to_string(),
            session: Some(session_out(*session)),
            mode: Some(mode_out(holder.mode)),
            token: Some(token_out(holder.token)),
            value: holder.value.to_vec(),
            modified_revision: holder.modified.0,
            delay_nanos: nanos(holder.delay),
        }),
        Record::Waiter { path, place, waiter } => Kind::Waiter(pb::WaiterRecord {
            path: path.to_string(),
            place_revision: place.0,
            session: Some(session_out(waiter.session)),
            mode: Some(mode_out(waiter.mode)),
            value: waiter.value.to_vec(),
            delay_nanos: nanos(waiter.delay),
        }),
        Record::Barrier { path, barrier } => Kind::Barrier(barrier_out(path.to_string(), barrier)),
        Record::Visit { path, session } => {
            Kind::Visit(pb::VisitRecord { path: path.to_string(), session: Some(session_out(*session)) })
        }
        Record::Clock(clock) => Kind::Clock(clock_out(clock)),
    };
    pb::Record { kind: Some(kind) }
}

pub(super) fn record(from: pb::Record) -> Result<Record, WireError> {
    Ok(match required("record.kind", from.kind)? {
        Kind::Head(from) => Record::Head {
            origin: Epoch(from.origin_epoch),
            epoch: Epoch(from.epoch),
            begin: from.begin.map(begin).transpose()?,
            revision: Revision(from.revision),
            generations: from.generations,
            held_off: from.held_off,
        },
        Kind::Session(from) => Record::Session(known_session(from)?),
        Kind::Name(from) => {
            let since = Revision(from.delayed_since_revision);
            let delayed = (since.0 > 0).then(|| (since, Duration::from_nanos(from.delayed_nanos)));
            Record::Name { path: path("name.path", &from.path)?, kind: kind(from.kind)?, delayed }
        }
        Kind::Holder(from) => Record::Holder {
            path: path("holder.path", &from.path)?,
            session: session(required("holder.session", from.session)?),
            holder: Holder {
                mode: mode(from.mode),
                token: token(required("holder.token", from.token)?),
                value: from.value.into(),
                modified: Revision(from.modified_revision),
                delay: Duration::from_nanos(from.delay_nanos),
            },
        },
        Kind::Waiter(from) => Record::Waiter {
            path: path("waiter.path", &from.path)?,
            place: Revision(from.place_revision),
            waiter: Waiter {
                session: session(required("waiter.session", from.session)?),
                mode: mode(from.mode),
                value: from.value.into(),
                delay: Duration::from_nanos(from.delay_nanos),
            },
        },
        Kind::Barrier(from) => Record::Barrier { path: path("barrier.path", &from.path)?, barrier: barrier(from)? },
        Kind::Visit(from) => Record::Visit {
            path: path("visit.path", &from.path)?,
            session: session(required("visit.session", from.session)?),
        },
        Kind::Clock(from) => Record::Clock(clock(from)?),
    })
}

fn known_session_out(known: &Session) -> pb::SessionRecord {
    let Session { secret, ttl, label, group, client, node, member, .. } = known.clone();
    let remembered = |known: &Remembered| pb::Remembered {
        id: known.id.to_string(),
        kind: u32::from(known.about.0),
        path: known.about.1.as_ref().map(ToString::to_string).unwrap_or_default(),
        outcome: Some(done_out(&known.done)),
    };
    pb::SessionRecord {
        id: Some(session_out(known.id)),
        opening: Some(opening_out(&Opening { ttl, secret, label, group, client, node, member })),
        request_id: known.request.as_deref().unwrap_or_default().to_owned(),
        done: known.done.iter().map(remembered).collect(),
    }
}

fn known_session(from: pb::SessionRecord) -> Result<Session, WireError> {
    let Opening { ttl, secret, label, group, client, node, member } =
        opening(required("session.opening", from.opening)?)?;
    let remembered = |from: pb::Remembered| {
        let kind = u8::try_from(from.kind);
        let kind = kind.map_err(|_| WireError::Unknown { field: "remembered.kind", value: i64::from(from.kind) })?;
        let about = if from.path.is_empty() { None } else { Some(path("remembered.path", &from.path)?) };
        let outcome = done(required("remembered.outcome", from.outcome)?)?;
        let id: Arc<str> = text("remembered.id", from.id)?.into();
        Ok(Remembered { id: id.into(), about: (kind, about), done: outcome })
    };
    let request = text("session.request_id", from.request_id)?;
    Ok(Session {
        id: session(required("session.id", from.id)?),
        secret,
        ttl,
        label,
        group,
        client,
        node,
        member,
        request: (!request.is_empty()).then(|| Arc::from(request)),
        names: <_>::default(),
        barriers: <_>::default(),
        done: list("session.done", from.done, remembered)?.into(),
    })
}

fn barrier_out(path: String, barrier: &Barrier) -> pb::BarrierRecord {
    let arrival = |(session, node): (&SessionId, &NodeName)| pb::Arrival {
        session: Some(session_out(*session)),
        node: node.to_string(),
    };
    let past = |past: &Past| pb::PastGeneration {
        generation: past.generation,
        released: past.released,
        aborted: past.aborted.as_ref().map(abortion_out),
    };
    pb::BarrierRecord {
        path,
        plan: Some(plan_out(&barrier.plan)),
        generation: barrier.generation,
        inside: barrier.phase == Phase::Inside,
        arrived: barrier.arrived.iter().map(arrival).collect(),
        leaving: barrier.leaving.iter().map(|session| session_out(*session)).collect(),
        early: barrier.early.iter().map(arrival).collect(),
        nodes: barrier.nodes.iter().map(ToString::to_string).collect(),
        wanted: barrier.wanted,
        past: barrier.past.iter().map(past).collect(),
    }
}

fn barrier(from: pb::BarrierRecord) -> Result<Barrier, WireError> {
    let arrival = |from: pb::Arrival| {
        Ok((session(required("arrival.session", from.session)?), name("arrival.node", &from.node)?))
    };
    let past = |from: pb::PastGeneration| {
        let aborted = from.aborted.map(abortion).transpose()?;
        Ok(Past { generation: from.generation, released: from.released, aborted })
    };
    Ok(Barrier {
        plan: plan(required("barrier.plan", from.plan)?)?,
        generation: from.generation,
        phase: if from.inside { Phase::Inside } else { Phase::Gathering },
        arrived: list("barrier.arrived", from.arrived, arrival)?.into_iter().collect(),
        leaving: from.leaving.into_iter().map(session).collect(),
        early: list("barrier.early", from.early, arrival)?.into_iter().collect(),
        nodes: names("barrier.nodes", from.nodes)?.into_iter().collect(),
        wanted: from.wanted,
        past: list("barrier.past", from.past, past)?.into(),
        visitors: 0,
    })
}

fn clock_out(clock: &Clock) -> pb::ClockRecord {
    let (clock, left) = match clock {
        Clock::Session(id, left) => (ClockOut::Session(session_out(*id)), left),
        Clock::Delay(path, since, left) => (ClockOut::Delay(delay_out(path, *since)), left),
        Clock::Barrier(path, generation, left) => (ClockOut::Barrier(overdue_out(path, *generation)), left),
        Clock::HoldOff(left) => (ClockOut::HoldOff(pb::Plain {}), left),
    };
    pb::ClockRecord { clock: Some(clock), left_nanos: nanos(*left) }
}

fn clock(from: pb::ClockRecord) -> Result<Clock, WireError> {
    let left = Duration::from_nanos(from.left_nanos);
    Ok(match required("clock", from.clock)? {
        ClockOut::Session(id) => Clock::Session(session(id), left),
        ClockOut::Delay(from) => Clock::Delay(path("clock.path", &from.path)?, Revision(from.since_revision), left),
        ClockOut::Barrier(from) => Clock::Barrier(path("clock.path", &from.path)?, from.generation, left),
        ClockOut::HoldOff(pb::Plain {}) => Clock::HoldOff(left),
    })
}
