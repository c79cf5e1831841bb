//! What links carry, both ways.

use std::sync::Arc;

use quorate_core::{
    types::{Duration, Incarnation, NodeName},
    wire::{Eviction, Payload, Proposal, Report, Stamp, Unreached},
};
use quorate_proto::peer::v1::{self as pb, payload::Kind};

use super::{
    bounds::{WireError, clip, list, name, names, required, text},
    coordination, quorum, recovery,
    words::{
        endpoints, endpoints_out, identity, identity_out, loss, loss_out, maybe_view_id, members, members_out, nanos,
        read_view_id, reject, reject_out, view, view_id, view_id_out, view_out,
    },
};

pub(super) fn encode(payload: &Payload) -> pb::Payload {
    let kind = match payload {
        Payload::Summary { view, stamps, ask } => Kind::Summary(pb::Summary {
            view: view.as_ref().map(view_id_out),
            stamps: stamps.iter().map(stamp_out).collect(),
            ask: *ask,
        }),
        Payload::Reports(reports) => {
            Kind::Reports(pb::Reports { reports: reports.iter().map(|report| report_out(report)).collect() })
        }
        Payload::Views(views) => Kind::Views(pb::Views { views: views.iter().map(|view| view_out(view)).collect() }),
        Payload::Evictions(evictions) => Kind::Evictions(evictions_out(evictions.iter())),
        Payload::Prepare(proposal) => {
            Kind::Prepare(pb::Prepare { id: Some(view_id_out(&proposal.id)), members: members_out(&proposal.members) })
        }
        Payload::Promise { id, head } => {
            Kind::Promise(pb::Promise { id: Some(view_id_out(id)), head: head.as_ref().map(view_id_out) })
        }
        Payload::Reject { id, reason, promised } => Kind::Reject(pb::Reject {
            id: Some(view_id_out(id)),
            reason: reject_out(*reason),
            promised_incarnation: promised.0,
        }),
        Payload::FetchHistory { id, known } => Kind::FetchHistory(pb::FetchHistory {
            id: Some(view_id_out(id)),
            known: known.iter().map(view_id_out).collect(),
        }),
        Payload::History { id, views, last } => Kind::History(pb::History {
            id: Some(view_id_out(id)),
            views: views.iter().map(|view| view_out(view)).collect(),
            last: *last,
        }),
        Payload::Commit(view) => Kind::Commit(pb::Commit { view: Some(view_out(view)) }),
        Payload::Installed { id } => Kind::Installed(pb::Installed { id: Some(view_id_out(id)) }),
        Payload::Stable { id, install } => {
            Kind::Stable(pb::Stable { id: Some(view_id_out(id)), install_nanos: nanos(*install) })
        }
        Payload::Farewell { id } => Kind::Farewell(pb::Farewell { id: Some(view_id_out(id)) }),
        Payload::Quorum(word) => Kind::Quorum(quorum::word_out(word)),
        Payload::Coordination(talk) => Kind::Coordination(coordination::talk_out(talk)),
        Payload::Recovery(talk) => Kind::Recovery(recovery::talk_out(talk)),
        Payload::Consensus(message) => Kind::Consensus(message.clone()),
        Payload::Request { number, body } => Kind::Request(pb::Request { number: *number, body: body.clone() }),
        Payload::Answer { number, body } => Kind::Answer(pb::Answer { number: *number, body: body.clone() }),
    };
    pb::Payload { kind: Some(kind) }
}

pub(super) fn decode(payload: pb::Payload) -> Result<Payload, WireError> {
    Ok(match required("payload.kind", payload.kind)? {
        Kind::Summary(from) => Payload::Summary {
            view: maybe_view_id("summary.view", from.view)?,
            stamps: list("summary.stamps", from.stamps, stamp)?,
            ask: from.ask,
        },
        Kind::Reports(from) => Payload::Reports(list("reports", from.reports, report)?),
        Kind::Views(from) => Payload::Views(list("views", from.views, view)?),
        Kind::Evictions(from) => Payload::Evictions(evictions(from)?),
        Kind::Prepare(from) => Payload::Prepare(Arc::new(Proposal {
            id: view_id("prepare.id", from.id)?,
            members: members(from.members)?,
        })),
        Kind::Promise(from) => {
            Payload::Promise { id: view_id("promise.id", from.id)?, head: maybe_view_id("promise.head", from.head)? }
        }
        Kind::Reject(from) => Payload::Reject {
            id: view_id("reject.id", from.id)?,
            reason: reject(from.reason)?,
            promised: Incarnation(from.promised_incarnation),
        },
        Kind::FetchHistory(from) => Payload::FetchHistory {
            id: view_id("fetch_history.id", from.id)?,
            known: list("fetch_history.known", from.known, |from| read_view_id("fetch_history.known", from))?,
        },
        Kind::History(from) => Payload::History {
            id: view_id("history.id", from.id)?,
            views: list("history.views", from.views, view)?,
            last: from.last,
        },
        Kind::Commit(from) => Payload::Commit(view(required("commit.view", from.view)?)?),
        Kind::Installed(from) => Payload::Installed { id: view_id("installed.id", from.id)? },
        Kind::Stable(from) => {
            Payload::Stable { id: view_id("stable.id", from.id)?, install: Duration::from_nanos(from.install_nanos) }
        }
        Kind::Farewell(from) => Payload::Farewell { id: view_id("farewell.id", from.id)? },
        Kind::Quorum(from) => Payload::Quorum(quorum::word(from)?),
        Kind::Coordination(from) => Payload::Coordination(coordination::talk(from)?),
        Kind::Recovery(from) => Payload::Recovery(recovery::talk(from)?),
        Kind::Consensus(message) => Payload::Consensus(message),
        Kind::Request(from) => Payload::Request { number: from.number, body: from.body },
        Kind::Answer(from) => Payload::Answer { number: from.number, body: from.body },
    })
}

fn stamp_out(stamp: &Stamp) -> pb::Stamp {
    pb::Stamp { origin: stamp.origin.to_string(), boot_count: stamp.boot, number: stamp.number }
}

fn stamp(from: pb::Stamp) -> Result<Stamp, WireError> {
    Ok(Stamp { origin: name("stamp.origin", &from.origin)?, boot: from.boot_count, number: from.number })
}

fn report_out(report: &Report) -> pb::Report {
    let unreached = |unreached: &Unreached| pb::Unreached {
        name: unreached.name.to_string(),
        losses: unreached.losses.iter().map(|(network, loss)| loss_out(network.as_ref(), *loss)).collect(),
        held: unreached.held,
    };
    pb::Report {
        origin: Some(identity_out(&report.origin)),
        number: report.number,
        view: report.view.as_ref().map(view_id_out),
        unsettled: report.unsettled,
        since_incarnation: report.since.map_or(0, |since| since.0),
        leaving: report.leaving,
        endpoints: endpoints_out(&report.endpoints),
        reached: report.reached.iter().map(NodeName::to_string).collect(),
        unreached: report.unreached.iter().map(unreached).collect(),
        unresponsive: report.unresponsive.iter().map(NodeName::to_string).collect(),
        cluster_uid: quorum::maybe_uid_out(report.cluster),
        suffrage: quorum::suffrage_out(report.suffrage),
        candidacy: quorum::candidacy_out(report.profile.candidacy),
        bootstrap_expect: report.profile.bootstrap_expect,
        labels: quorum::labels_out(&report.profile.labels),
    }
}

fn report(from: pb::Report) -> Result<Arc<Report>, WireError> {
    Ok(Arc::new(Report {
        origin: identity("report.origin", from.origin)?,
        number: from.number,
        view: maybe_view_id("report.view", from.view)?,
        unsettled: from.unsettled,
        since: (from.since_incarnation > 0).then_some(Incarnation(from.since_incarnation)),
        leaving: from.leaving,
        endpoints: endpoints(from.endpoints)?,
        reached: names("report.reached", from.reached)?,
        unreached: list("report.unreached", from.unreached, |from| {
            let losses = list("unreached.losses", from.losses, |from| loss(&from))?;
            Ok(Unreached { name: name("unreached.name", &from.name)?, losses, held: from.held })
        })?,
        unresponsive: names("report.unresponsive", from.unresponsive)?,
        cluster: quorum::maybe_uid("report.cluster_uid", &from.cluster_uid)?,
        suffrage: quorum::suffrage(from.suffrage)?,
        profile: Arc::new(quorum::profile(from.candidacy, from.bootstrap_expect, from.labels)?),
    }))
}

pub(crate) fn evictions_out<'a>(evictions: impl Iterator<Item = &'a Eviction>) -> pb::Evictions {
    pb::Evictions { evictions: evictions.map(eviction_out).collect() }
}

pub(crate) fn evictions(from: pb::Evictions) -> Result<Vec<Eviction>, WireError> {
    list("evictions", from.evictions, eviction)
}

fn eviction_out(eviction: &Eviction) -> pb::Eviction {
    pb::Eviction {
        name: eviction.name.to_string(),
        stamp: eviction.stamp,
        evicted: eviction.evicted,
        reason: clip(&eviction.reason),
    }
}

fn eviction(from: pb::Eviction) -> Result<Eviction, WireError> {
    Ok(Eviction {
        name: name("eviction.name", &from.name)?,
        stamp: from.stamp,
        evicted: from.evicted,
        reason: text("eviction.reason", from.reason)?,
    })
}
