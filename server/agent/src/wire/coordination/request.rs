//! What clients ask for.

use std::sync::Arc;

use quorate_core::{
    types::{Duration, Epoch, Revision, Secret, Token},
    wire::{Act, Claim, Departure, Mode, NameKind, Opening, Parties, Plan, Request},
};
use quorate_proto::peer::v1::{self as pb, client_request::Act as Kind, plan::Parties as PartiesOut};

use super::{
    super::{
        bounds::{WireError, id, name, required, text},
        quorum::{labels, labels_out},
        words::{both_ways, identity, identity_out, nanos},
    },
    path, session, session_out,
};

both_ways!(kind_out, kind, NameKind, pb::NameKind, "name.kind", {
    Binding = Binding,
    Lock = Lock,
    Election = Election,
});

both_ways!(departure_out, departure, Departure, pb::Departure, "plan.departure", {
    Abort = Abort,
    Wait = Wait,
    Shrink = Shrink,
});

pub(super) fn request_out(request: &Request) -> pb::ClientRequest {
    let (session, secret) = request.session.map(|(session, secret)| (session_out(session), secret.0.to_vec())).unzip();
    let act = match &request.act {
        Act::Open(opening) => Kind::Open(opening_out(opening)),
        Act::Renew => Kind::Renew(pb::Renew {}),
        Act::Close => Kind::Close(pb::CloseSession {}),
        Act::Bind { path, value, shared, expected } => Kind::Bind(pb::Bind {
            path: path.to_string(),
            value: value.to_vec(),
            shared: *shared,
            expected_revision: expected.map(|expected| expected.0),
        }),
        Act::Unbind { path, expected } => {
            Kind::Unbind(pb::Unbind { path: path.to_string(), expected_revision: expected.map(|expected| expected.0) })
        }
        Act::Acquire(claim) => Kind::Acquire(pb::Claimed {
            path: claim.path.to_string(),
            kind: kind_out(claim.kind),
            mode: Some(mode_out(claim.mode)),
            value: claim.value.to_vec(),
            wait: claim.wait,
            delay_nanos: nanos(claim.delay),
        }),
        Act::Release { path, kind, token } => {
            Kind::Release(pb::Release { path: path.to_string(), token: token.map(token_out), kind: kind_out(*kind) })
        }
        Act::Proclaim { path, value } => Kind::Proclaim(pb::Proclaim { path: path.to_string(), value: value.to_vec() }),
        Act::Enter { path, plan, node } => {
            Kind::Enter(pb::Enter { path: path.to_string(), plan: Some(plan_out(plan)), node: node.to_string() })
        }
        Act::Leave { path } => Kind::Leave(pb::Pass { path: path.to_string() }),
        Act::Abort { path, reason } => {
            Kind::Abort(pb::AbortBarrier { path: path.to_string(), reason: reason.to_string() })
        }
        Act::Sync => Kind::Sync(pb::Sync {}),
    };
    let id = request.id.as_deref().unwrap_or_default().to_owned();
    pb::ClientRequest { session, secret: secret.unwrap_or_default(), id, act: Some(act) }
}

pub(super) fn request(from: pb::ClientRequest) -> Result<Request, WireError> {
    let session = match from.session {
        Some(id) => Some((session(id), secret("request.secret", &from.secret)?)),
        None => None,
    };
    let act = match required("request.act", from.act)? {
        Kind::Open(from) => Act::Open(opening(from)?),
        Kind::Renew(pb::Renew {}) => Act::Renew,
        Kind::Close(pb::CloseSession {}) => Act::Close,
        Kind::Bind(from) => Act::Bind {
            path: path("bind.path", &from.path)?,
            value: from.value.into(),
            shared: from.shared,
            expected: from.expected_revision.map(Revision),
        },
        Kind::Unbind(from) => {
            Act::Unbind { path: path("unbind.path", &from.path)?, expected: from.expected_revision.map(Revision) }
        }
        Kind::Acquire(from) => Act::Acquire(Claim {
            path: path("acquire.path", &from.path)?,
            kind: kind(from.kind)?,
            mode: mode(from.mode),
            value: from.value.into(),
            wait: from.wait,
            delay: Duration::from_nanos(from.delay_nanos),
        }),
        Kind::Release(from) => Act::Release {
            path: path("release.path", &from.path)?,
            kind: kind(from.kind)?,
            token: from.token.map(token),
        },
        Kind::Proclaim(from) => Act::Proclaim { path: path("proclaim.path", &from.path)?, value: from.value.into() },
        Kind::Enter(from) => Act::Enter {
            path: path("enter.path", &from.path)?,
            plan: plan(required("enter.plan", from.plan)?)?,
            node: name("enter.node", &from.node)?,
        },
        Kind::Leave(from) => Act::Leave { path: path("leave.path", &from.path)? },
        Kind::Abort(from) => {
            Act::Abort { path: path("abort.path", &from.path)?, reason: text("abort.reason", from.reason)?.into() }
        }
        Kind::Sync(pb::Sync {}) => Act::Sync,
    };
    let id = text("request.id", from.id)?;
    Ok(Request { session, id: (!id.is_empty()).then(|| Arc::from(id)), act })
}

pub(super) fn opening_out(opening: &Opening) -> pb::Opening {
    pb::Opening {
        ttl_nanos: nanos(opening.ttl),
        secret: opening.secret.0.to_vec(),
        label: opening.label.to_string(),
        group: opening.group.to_string(),
        client: opening.client.to_string(),
        node: opening.node.to_string(),
        member: opening.member.as_ref().map(identity_out),
    }
}

pub(super) fn opening(from: pb::Opening) -> Result<Opening, WireError> {
    Ok(Opening {
        ttl: Duration::from_nanos(from.ttl_nanos),
        secret: secret("opening.secret", &from.secret)?,
        label: text("opening.label", from.label)?.into(),
        group: text("opening.group", from.group)?.into(),
        client: text("opening.client", from.client)?.into(),
        node: name("opening.node", &from.node)?,
        member: from.member.map(|member| identity("opening.member", Some(member))).transpose()?,
    })
}

pub(super) fn secret(field: &'static str, bytes: &[u8]) -> Result<Secret, WireError> {
    id(field, bytes).map(Secret)
}

pub(super) fn mode_out(mode: Mode) -> pb::Mode {
    match mode {
        Mode::Exclusive => pb::Mode { shared: false, counted: 0 },
        Mode::Shared => pb::Mode { shared: true, counted: 0 },
        Mode::Counted(limit) => pb::Mode { shared: false, counted: limit },
    }
}

pub(super) fn mode(from: Option<pb::Mode>) -> Mode {
    match from {
        Some(pb::Mode { counted, .. }) if counted > 0 => Mode::Counted(counted),
        Some(pb::Mode { shared: true, .. }) => Mode::Shared,
        _ => Mode::Exclusive,
    }
}

pub(super) fn token_out(token: Token) -> pb::Token {
    pb::Token { epoch: token.epoch.0, counter: token.counter }
}

pub(super) fn token(from: pb::Token) -> Token {
    Token { epoch: Epoch(from.epoch), counter: from.counter }
}

pub(super) fn plan_out(plan: &Plan) -> pb::Plan {
    let parties = match &plan.parties {
        Parties::Count(count) => PartiesOut::Count(*count),
        Parties::Members { labels } => PartiesOut::Members(pb::Selector { labels: labels_out(labels) }),
        Parties::Group { name, least } => PartiesOut::Group(pb::Group { name: name.to_string(), least: *least }),
    };
    pb::Plan {
        parties: Some(parties),
        double: plan.double,
        departure: departure_out(plan.departure),
        deadline_nanos: plan.deadline.map_or(0, nanos),
    }
}

pub(super) fn plan(from: pb::Plan) -> Result<Plan, WireError> {
    let parties = match required("plan.parties", from.parties)? {
        PartiesOut::Count(count) => Parties::Count(count),
        PartiesOut::Members(from) => Parties::Members { labels: labels(from.labels)? },
        PartiesOut::Group(from) => Parties::Group { name: text("group.name", from.name)?.into(), least: from.least },
    };
    Ok(Plan {
        parties,
        double: from.double,
        departure: departure(from.departure)?,
        deadline: (from.deadline_nanos > 0).then(|| Duration::from_nanos(from.deadline_nanos)),
    })
}
