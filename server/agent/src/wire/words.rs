//! The words that frames and payloads share: identities, endpoints, views, losses, reasons.

use std::sync::Arc;

use quorate_core::{
    types::{
        Address, Boot, Cause, CauseKind, Duration, Identity, Incarnation, Loss, Member, Members, Network, NodeId,
        Sighting, ViewId, ViewRecord, WallTime,
    },
    wire::{Goodbye, Refusal, RejectReason},
};
use quorate_proto::{peer::v1 as pb, v1};

use super::bounds::{WireError, clip, id, list, name, network, required, text};

/// Maps an enum to its number and back.
macro_rules! both_ways {
    ($out:ident, $read:ident, $core:ident, $proto:path, $field:literal, { $($own:ident = $their:ident),* $(,)? }) => {
        pub(super) fn $out(value: $core) -> i32 {
            use $proto as Proto;
            match value { $($core::$own => Proto::$their as i32),* }
        }

        pub(super) fn $read(value: i32) -> Result<$core, WireError> {
            use $proto as Proto;
            match Proto::try_from(value) {
                $(Ok(Proto::$their) => Ok($core::$own),)*
                _ => Err(WireError::Unknown { field: $field, value: i64::from(value) }),
            }
        }
    };
}

pub(super) use both_ways;

both_ways!(refusal_out, refusal, Refusal, pb::RefuseReason, "refuse.reason", {
    ProtocolVersion = ProtocolVersion,
    WrongCluster = WrongCluster,
    ForeignCluster = ForeignCluster,
    NameTaken = NameTaken,
    Evicted = Evicted,
    Myself = Self_,
    StaleBoot = StaleBoot,
    BadHello = BadHello,
    Leaving = Leaving,
});

both_ways!(goodbye_out, goodbye, Goodbye, pb::CloseReason, "close.reason", {
    Idle = Idle,
    Duplicate = Duplicate,
    Leaving = Leaving,
    Evicted = Evicted,
    Silent = Silent,
});

both_ways!(reject_out, reject, RejectReason, pb::RejectReason, "reject.reason", {
    Promised = Promised,
    Outranked = Outranked,
    NotMember = NotMember,
    Leaving = Leaving,
});

both_ways!(cause_kind_out, cause_kind, CauseKind, v1::CauseKind, "cause.kind", {
    Joined = Joined,
    Restarted = Restarted,
    Returned = Returned,
    Lost = Lost,
    Left = Left,
    Evicted = Evicted,
    Unresponsive = Unresponsive,
    Interrupted = Interrupted,
});

pub(super) fn nanos(span: Duration) -> u64 {
    u64::try_from(span.as_nanos()).unwrap_or(u64::MAX)
}

pub(crate) fn identity_out(identity: &Identity) -> pb::Identity {
    pb::Identity {
        name: identity.name.to_string(),
        node_id: identity.id.0.to_vec(),
        boot_count: identity.boot.count,
        boot_id: identity.boot.id.to_vec(),
    }
}

pub(crate) fn identity(field: &'static str, from: Option<pb::Identity>) -> Result<Identity, WireError> {
    let from = required(field, from)?;
    Ok(Identity {
        name: name(field, &from.name)?,
        id: NodeId(id("identity.node_id", &from.node_id)?),
        boot: Boot { count: from.boot_count, id: id("identity.boot_id", &from.boot_id)? },
    })
}

pub(super) fn endpoints_out(endpoints: &[(Network, Address)]) -> Vec<pb::Endpoint> {
    let out = |(network, address): &(Network, Address)| pb::Endpoint {
        network: network.to_string(),
        address: clip(address.as_str()),
    };
    endpoints.iter().map(out).collect()
}

pub(super) fn endpoints(from: Vec<pb::Endpoint>) -> Result<Vec<(Network, Address)>, WireError> {
    list("endpoints", from, |from| {
        let network = required("endpoint.network", network("endpoint.network", &from.network)?)?;
        Ok((network, Address::new(&text("endpoint.address", from.address)?)))
    })
}

pub(crate) fn view_id_out(view: &ViewId) -> pb::ViewId {
    pb::ViewId { incarnation: view.incarnation.0, controller: view.controller.to_string() }
}

pub(crate) fn view_id(field: &'static str, from: Option<pb::ViewId>) -> Result<ViewId, WireError> {
    read_view_id(field, required(field, from)?)
}

pub(super) fn maybe_view_id(field: &'static str, from: Option<pb::ViewId>) -> Result<Option<ViewId>, WireError> {
    from.map(|from| read_view_id(field, from)).transpose()
}

pub(super) fn read_view_id(field: &'static str, from: pb::ViewId) -> Result<ViewId, WireError> {
    Ok(ViewId { incarnation: Incarnation(from.incarnation), controller: name(field, &from.controller)? })
}

pub(super) fn members_out(members: &[Member]) -> Vec<pb::Member> {
    let out = |member: &Member| pb::Member {
        identity: Some(identity_out(&member.identity)),
        since_incarnation: member.since.0,
    };
    members.iter().map(out).collect()
}

pub(super) fn members(from: Vec<pb::Member>) -> Result<Members, WireError> {
    let members: Vec<Member> = list("members", from, |from| {
        let since = Incarnation(from.since_incarnation);
        Ok(Member { identity: identity("member.identity", from.identity)?, since })
    })?;
    Ok(members.into())
}

pub(super) fn loss_out(network: Option<&Network>, loss: Loss) -> pb::LossNote {
    let (kind, silent) = match loss {
        Loss::Silent(span) => (pb::LossKind::Silent, span),
        Loss::Reset => (pb::LossKind::Reset, Duration::ZERO),
        Loss::Refused => (pb::LossKind::Refused, Duration::ZERO),
        Loss::Unreachable => (pb::LossKind::Unreachable, Duration::ZERO),
        Loss::Restarted => (pb::LossKind::Restarted, Duration::ZERO),
        Loss::PeerSilent => (pb::LossKind::PeerSilent, Duration::ZERO),
        Loss::Damped => (pb::LossKind::Damped, Duration::ZERO),
        Loss::Rejected => (pb::LossKind::Rejected, Duration::ZERO),
        Loss::Overflow => (pb::LossKind::Overflow, Duration::ZERO),
        Loss::Left => (pb::LossKind::Left, Duration::ZERO),
        Loss::Closed => (pb::LossKind::Closed, Duration::ZERO),
    };
    pb::LossNote {
        network: network.map(Network::to_string).unwrap_or_default(),
        kind: kind.into(),
        silent_millis: u64::try_from(silent.as_millis()).unwrap_or(u64::MAX),
    }
}

pub(super) fn loss(from: &pb::LossNote) -> Result<(Option<Network>, Loss), WireError> {
    let loss = match pb::LossKind::try_from(from.kind) {
        Ok(pb::LossKind::Silent) => Loss::Silent(Duration::from_millis(from.silent_millis)),
        Ok(pb::LossKind::Reset) => Loss::Reset,
        Ok(pb::LossKind::Refused) => Loss::Refused,
        Ok(pb::LossKind::Unreachable) => Loss::Unreachable,
        Ok(pb::LossKind::Restarted) => Loss::Restarted,
        Ok(pb::LossKind::PeerSilent) => Loss::PeerSilent,
        Ok(pb::LossKind::Damped) => Loss::Damped,
        Ok(pb::LossKind::Rejected) => Loss::Rejected,
        Ok(pb::LossKind::Overflow) => Loss::Overflow,
        Ok(pb::LossKind::Left) => Loss::Left,
        Ok(pb::LossKind::Closed) => Loss::Closed,
        Ok(pb::LossKind::Unspecified) | Err(_) => {
            return Err(WireError::Unknown { field: "loss.kind", value: i64::from(from.kind) });
        }
    };
    Ok((network("loss.network", &from.network)?, loss))
}

fn cause_out(cause: &Cause) -> pb::Cause {
    let sighting = |sighting: &Sighting| pb::Sighting {
        observer: sighting.observer.to_string(),
        loss: Some(loss_out(sighting.network.as_ref(), sighting.loss)),
    };
    pb::Cause {
        kind: cause_kind_out(cause.kind).unsigned_abs(),
        name: cause.name.to_string(),
        sightings: cause.sightings.iter().map(sighting).collect(),
        detail: clip(&cause.detail),
    }
}

fn cause(from: pb::Cause) -> Result<Cause, WireError> {
    let unknown = |_| WireError::Unknown { field: "cause.kind", value: i64::from(from.kind) };
    Ok(Cause {
        kind: cause_kind(i32::try_from(from.kind).map_err(unknown)?)?,
        name: name("cause.name", &from.name)?,
        sightings: list("cause.sightings", from.sightings, |from| {
            let (network, loss) = loss(&required("sighting.loss", from.loss)?)?;
            Ok(Sighting { observer: name("sighting.observer", &from.observer)?, network, loss })
        })?,
        detail: text("cause.detail", from.detail)?,
    })
}

pub(crate) fn view_out(view: &ViewRecord) -> pb::ViewRecord {
    pb::ViewRecord {
        id: Some(view_id_out(&view.id)),
        members: members_out(&view.members),
        parents: view.parents.iter().map(view_id_out).collect(),
        causes: view.causes.iter().map(cause_out).collect(),
        commit_unix_millis: view.committed.0,
        settle_nanos: nanos(view.settle),
        prepare_nanos: nanos(view.prepare),
        attempts: view.attempts,
    }
}

pub(crate) fn view(from: pb::ViewRecord) -> Result<Arc<ViewRecord>, WireError> {
    Ok(Arc::new(ViewRecord {
        id: view_id("view.id", from.id)?,
        members: members(from.members)?,
        parents: list("view.parents", from.parents, |from| read_view_id("view.parents", from))?,
        causes: list("view.causes", from.causes, cause)?,
        committed: WallTime(from.commit_unix_millis),
        settle: Duration::from_nanos(from.settle_nanos),
        prepare: Duration::from_nanos(from.prepare_nanos),
        attempts: from.attempts,
    }))
}
