//! What the coordination layers say to each other, both ways.

mod answer;
mod record;
mod request;

use std::sync::Arc;

use quorate_core::{
    types::{Epoch, Incarnation, Path, Revision, SessionId},
    wire::{Batch, Begin, Entry, EntryKind, Head, Memory, Participant, Piece, Talk},
};
use quorate_proto::peer::v1::{self as pb, coordination_talk::Talk as Kind, entry::Kind as EntryOut};

use super::{
    bounds::{WireError, list, name, required},
    quorum::{labels, labels_out},
    words::{identity, identity_out, view_id, view_id_out},
};

pub(super) fn talk_out(talk: &Talk) -> pb::CoordinationTalk {
    let (epoch, talk) = match talk {
        Talk::Recall { epoch } => (epoch, Kind::Recall(pb::Recall {})),
        Talk::Recalled { epoch, memory } => (epoch, Kind::Recalled(memory_out(memory))),
        Talk::Fetch { epoch, after } => {
            let after_revision = after.unwrap_or_default().0;
            (epoch, Kind::Fetch(pb::Fetch { has_copy: after.is_some(), after_revision }))
        }
        Talk::Entries(batch) => (&batch.epoch, Kind::Entries(batch_out(batch))),
        Talk::Held { epoch, revision } => (epoch, Kind::HeldRevision(revision.0)),
        Talk::Snapshot(piece) => (&piece.epoch, Kind::Piece(piece_out(piece))),
        Talk::Ask { epoch, least, requests } => {
            let out = |(number, request): &(u64, _)| pb::NumberedRequest {
                number: *number,
                request: Some(request::request_out(request)),
            };
            let requests = requests.iter().map(out).collect();
            (epoch, Kind::Ask(pb::Ask { least_number: *least, requests }))
        }
        Talk::Answers { epoch, denials } => {
            let out = |(number, revision, denial): &(u64, Revision, _)| pb::NumberedAnswer {
                number: *number,
                revision: revision.0,
                denial: Some(answer::denial_out(denial)),
            };
            (epoch, Kind::Answers(pb::Answers { answers: denials.iter().map(out).collect() }))
        }
    };
    pb::CoordinationTalk { epoch: epoch.0, talk: Some(talk) }
}

pub(super) fn talk(from: pb::CoordinationTalk) -> Result<Talk, WireError> {
    let epoch = Epoch(from.epoch);
    Ok(match required("coordination.talk", from.talk)? {
        Kind::Recall(pb::Recall {}) => Talk::Recall { epoch },
        Kind::Recalled(from) => Talk::Recalled { epoch, memory: memory(from)? },
        Kind::Fetch(from) => Talk::Fetch { epoch, after: from.has_copy.then_some(Revision(from.after_revision)) },
        Kind::Entries(from) => Talk::Entries(batch(epoch, from)?),
        Kind::HeldRevision(revision) => Talk::Held { epoch, revision: Revision(revision) },
        Kind::Piece(from) => Talk::Snapshot(Piece {
            epoch,
            number: from.number,
            last: from.last,
            records: list("piece.records", from.records, record::record)?.into(),
            sure: Revision(from.sure_revision),
        }),
        Kind::Ask(from) => {
            let requests = list("ask.requests", from.requests, |from| {
                Ok((from.number, request::request(required("ask.request", from.request)?)?))
            })?;
            Talk::Ask { epoch, least: from.least_number, requests }
        }
        Kind::Answers(from) => {
            let denials = list("answers", from.answers, |from| {
                let denial = answer::denial(required("answer.denial", from.denial)?)?;
                Ok((from.number, Revision(from.revision), denial))
            })?;
            Talk::Answers { epoch, denials }
        }
    })
}

fn memory_out(memory: &Memory) -> pb::Memory {
    let head = memory.head.as_ref().map(|head| pb::Head {
        origin_epoch: head.origin.0,
        epoch: head.epoch.0,
        end_revision: head.end.0,
        sure_revision: head.sure.0,
        applied_revision: head.applied.0,
        begin: head.begin.as_ref().map(begin_out),
    });
    pb::Memory { started_incarnation: memory.started.0, head }
}

fn memory(from: pb::Memory) -> Result<Memory, WireError> {
    let head = |from: pb::Head| {
        Ok(Head {
            origin: Epoch(from.origin_epoch),
            epoch: Epoch(from.epoch),
            end: Revision(from.end_revision),
            sure: Revision(from.sure_revision),
            applied: Revision(from.applied_revision),
            begin: from.begin.map(begin).transpose()?,
        })
    };
    Ok(Memory { started: Incarnation(from.started_incarnation), head: from.head.map(head).transpose()? })
}

fn batch_out(batch: &Batch) -> pb::Entries {
    pb::Entries {
        after_revision: batch.after.0,
        entries: batch.entries.iter().map(|entry| entry_out(entry)).collect(),
        sure_revision: batch.sure.0,
        pair: batch.pair,
    }
}

fn batch(epoch: Epoch, from: pb::Entries) -> Result<Batch, WireError> {
    let entries: Vec<Arc<Entry>> = list("entries", from.entries, entry)?;
    let first = from.after_revision.checked_add(1).ok_or(WireError::Missing("room after the entries"))?;
    let in_order = entries.iter().zip(first..).all(|(entry, revision)| entry.revision.0 == revision);
    if !in_order {
        return Err(WireError::Missing("an entry"));
    }
    Ok(Batch {
        epoch,
        after: Revision(from.after_revision),
        entries: entries.into(),
        sure: Revision(from.sure_revision),
        pair: from.pair,
    })
}

fn piece_out(piece: &Piece) -> pb::Piece {
    pb::Piece {
        number: piece.number,
        last: piece.last,
        records: piece.records.iter().map(record::record_out).collect(),
        sure_revision: piece.sure.0,
    }
}

fn entry_out(entry: &Entry) -> pb::Entry {
    let kind = match &entry.kind {
        EntryKind::Begin(begin) => EntryOut::Begin(begin_out(begin)),
        EntryKind::Request { from: (node, number), request } => EntryOut::Asked(pb::Asked {
            node: node.to_string(),
            number: *number,
            request: Some(request::request_out(request)),
        }),
        EntryKind::Expire(session) => EntryOut::Expire(session_out(*session)),
        EntryKind::DelayOver { path, since } => EntryOut::DelayOver(delay_out(path, *since)),
        EntryKind::Overdue { path, generation } => EntryOut::Overdue(overdue_out(path, *generation)),
        EntryKind::HoldOffOver => EntryOut::HoldOffOver(pb::Plain {}),
    };
    pb::Entry { revision: entry.revision.0, epoch: entry.epoch.0, kind: Some(kind) }
}

fn entry(from: pb::Entry) -> Result<Arc<Entry>, WireError> {
    let kind = match required("entry.kind", from.kind)? {
        EntryOut::Begin(from) => EntryKind::Begin(begin(from)?),
        EntryOut::Asked(from) => EntryKind::Request {
            from: (name("asked.node", &from.node)?, from.number),
            request: request::request(required("asked.request", from.request)?)?,
        },
        EntryOut::Expire(from) => EntryKind::Expire(session(from)),
        EntryOut::DelayOver(from) => {
            EntryKind::DelayOver { path: path("delay_over.path", &from.path)?, since: Revision(from.since_revision) }
        }
        EntryOut::Overdue(from) => {
            EntryKind::Overdue { path: path("overdue.path", &from.path)?, generation: from.generation }
        }
        EntryOut::HoldOffOver(pb::Plain {}) => EntryKind::HoldOffOver,
    };
    Ok(Arc::new(Entry { revision: Revision(from.revision), epoch: Epoch(from.epoch), kind }))
}

fn begin_out(begin: &Begin) -> pb::Begin {
    let member = |member: &Participant| pb::Participant {
        identity: Some(identity_out(&member.identity)),
        labels: labels_out(&member.labels),
    };
    pb::Begin { view: Some(view_id_out(&begin.view)), members: begin.members.iter().map(member).collect() }
}

fn begin(from: pb::Begin) -> Result<Begin, WireError> {
    let members: Vec<Participant> = list("begin.members", from.members, |from| {
        let identity = identity("begin.member", from.identity)?;
        Ok(Participant { identity, labels: labels(from.labels)? })
    })?;
    Ok(Begin { view: view_id("begin.view", from.view)?, members: members.into() })
}

fn delay_out(path: &Path, since: Revision) -> pb::DelayOver {
    pb::DelayOver { path: path.to_string(), since_revision: since.0 }
}

fn overdue_out(path: &Path, generation: u64) -> pb::Overdue {
    pb::Overdue { path: path.to_string(), generation }
}

fn session_out(session: SessionId) -> pb::SessionId {
    pb::SessionId { epoch: session.epoch.0, number: session.number }
}

fn session(from: pb::SessionId) -> SessionId {
    SessionId { epoch: Epoch(from.epoch), number: from.number }
}

fn path(field: &'static str, text: &str) -> Result<Path, WireError> {
    Path::new(text).map_err(|source| WireError::Path { field, source })
}
