//! The database and its changes as protobuf, both ways.

use std::sync::Arc;

use prost::Message;
use quorate_core::{
    database::{Applied, Change, ChangeKind, Database, History, Record, RecordKind, Rules},
    integration::Evictions,
    quorum::consensus::Policy,
    recovery::{Catalog, Edit, Intent},
    types::{Duration, Epoch, NodeName, ServiceName, WallTime},
};
use quorate_proto::store::v1::{
    self as pb, applied::Kind as AppliedKind, catalog_edit::Kind as Edited, change::Kind, record::Kind as Recorded,
};

use crate::{
    services::definition,
    wire::{WireError, parts},
};

/// Why a record cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum RecordError {
    /// The bytes are no such message.
    #[error("{0}")]
    Bytes(#[from] prost::DecodeError),
    /// A field is missing or malformed.
    #[error("{0}")]
    Field(#[from] WireError),
    /// It is of a kind that this version does not know.
    #[error("it is of a kind that this version does not know")]
    Kind,
}

/// A change as bytes.
#[must_use]
pub fn change_out(change: &Change) -> Vec<u8> {
    let kind = match &change.kind {
        ChangeKind::Grant { view, holder, views } => {
            let views = views.iter().map(|view| parts::view_out(view)).collect();
            Kind::Grant(pb::Grant {
                view: Some(parts::view_id_out(view)),
                holder: Some(parts::identity_out(holder)),
                views,
            })
        }
        ChangeKind::Policy(policy) => Kind::Policy(policy_out(policy)),
        ChangeKind::VoterGrace(grace) => Kind::VoterGrace(grace_out(*grace)),
        ChangeKind::Evictions(entries) => Kind::Evictions(parts::evictions_out(entries.iter())),
        ChangeKind::Catalog { edits, expected } => Kind::Catalog(pb::CatalogChange {
            expected_revision: *expected,
            edits: edits.iter().map(edit_out).collect(),
        }),
        ChangeKind::LongestTtl { ttl, epoch } => {
            Kind::LongestTtl(pb::LongestTtl { millis: millis(*ttl), epoch: epoch.0 })
        }
    };
    pb::Change { unix_millis: change.wall.0, kind: Some(kind) }.encode_to_vec()
}

/// Reads a change.
///
/// # Errors
/// [`RecordError`] when it is none, or a later version's.
pub fn change(message: pb::Change) -> Result<Change, RecordError> {
    let kind = match message.kind.ok_or(RecordError::Kind)? {
        Kind::Grant(from) => ChangeKind::Grant {
            view: parts::view_id("grant.view", from.view)?,
            holder: parts::identity("grant.holder", from.holder)?,
            views: from.views.into_iter().map(parts::view).collect::<Result<_, _>>()?,
        },
        Kind::Policy(from) => ChangeKind::Policy(policy(from)?),
        Kind::VoterGrace(from) => ChangeKind::VoterGrace(grace(from)),
        Kind::Evictions(from) => ChangeKind::Evictions(parts::evictions(from)?),
        Kind::Catalog(from) => {
            let edits = from.edits.into_iter().map(edit).collect::<Result<_, _>>()?;
            ChangeKind::Catalog { edits, expected: from.expected_revision }
        }
        Kind::LongestTtl(from) => {
            ChangeKind::LongestTtl { ttl: Duration::from_millis(from.millis), epoch: Epoch(from.epoch) }
        }
        Kind::Restore(_) => return Err(RecordError::Kind),
    };
    Ok(Change { wall: WallTime(message.unix_millis), kind })
}

/// What came of a change, as bytes.
#[must_use]
pub fn applied_out(applied: Applied) -> Vec<u8> {
    let kind = match applied {
        Applied::Granted { epoch } => AppliedKind::GrantedEpoch(epoch.0),
        Applied::Done => AppliedKind::Done(true),
        Applied::Stale { revision } => AppliedKind::StaleRevision(revision),
        Applied::Unknown => AppliedKind::Unknown(true),
    };
    pb::Applied { kind: Some(kind) }.encode_to_vec()
}

/// Reads what came of a change.
///
/// # Errors
/// [`RecordError`] when it is nothing of the kind.
pub fn applied(bytes: &[u8]) -> Result<Applied, RecordError> {
    Ok(match pb::Applied::decode(bytes)?.kind.ok_or(RecordError::Kind)? {
        AppliedKind::GrantedEpoch(epoch) => Applied::Granted { epoch: Epoch(epoch) },
        AppliedKind::Done(_) => Applied::Done,
        AppliedKind::StaleRevision(revision) => Applied::Stale { revision },
        AppliedKind::Unknown(_) => Applied::Unknown,
    })
}

/// The whole database.
#[must_use]
pub fn database_out(database: &Database) -> pb::Database {
    let Database { regime, epoch, rules, history, revision } = database;
    let Rules { policy, voter_grace, evictions, least_epoch, longest_ttl, catalog } = rules;
    pb::Database {
        epoch: epoch.0,
        regime: regime.as_ref().map(parts::regime_out),
        policy: Some(policy_out(policy)),
        voter_grace: Some(grace_out(*voter_grace)),
        evictions: Some(parts::evictions_out(evictions.iter())),
        history: history.iter().map(record_out).collect(),
        next_record: history.next(),
        revision: *revision,
        least_epoch: least_epoch.0,
        restore: None,
        longest_ttl_millis: millis(*longest_ttl),
        catalog: Some(catalog_out(catalog)),
    }
}

/// Reads the whole database.
///
/// # Errors
/// [`RecordError`] for the first thing in it that cannot be read.
pub fn database(from: pb::Database) -> Result<Database, RecordError> {
    let records = from.history.into_iter().map(record).collect::<Result<Vec<_>, RecordError>>()?;
    let rules = Rules {
        policy: from.policy.map(policy).transpose()?.unwrap_or_default(),
        voter_grace: from.voter_grace.and_then(grace),
        evictions: Evictions::new(parts::evictions(from.evictions.unwrap_or_default())?),
        least_epoch: Epoch(from.least_epoch),
        longest_ttl: Duration::from_millis(from.longest_ttl_millis),
        catalog: Arc::new(catalog(from.catalog.unwrap_or_default())?),
    };
    Ok(Database {
        regime: from.regime.map(parts::regime).transpose()?,
        epoch: Epoch(from.epoch),
        rules,
        history: History::restore(from.next_record, records),
        revision: from.revision,
    })
}

fn record_out(record: &Record) -> pb::Record {
    let kind = match &record.kind {
        RecordKind::View { id, members, came, went, causes } => Recorded::View(pb::ViewSummary {
            id: Some(parts::view_id_out(id)),
            members: *members,
            came: came.iter().map(NodeName::to_string).collect(),
            went: went.iter().map(NodeName::to_string).collect(),
            causes: causes.clone(),
        }),
        RecordKind::Granted { view, holder } => {
            Recorded::Granted(pb::GrantSummary { view: Some(parts::view_id_out(view)), holder: holder.to_string() })
        }
        RecordKind::Policy(policy) => Recorded::Policy(policy_out(policy)),
        RecordKind::VoterGrace(grace) => Recorded::VoterGrace(grace_out(*grace)),
        RecordKind::Evicted { name, reason } => Recorded::Evicted(evicted_out(name, reason)),
        RecordKind::Readmitted { name } => Recorded::Readmitted(name.to_string()),
        RecordKind::Catalog(changes) => Recorded::Catalog(pb::CatalogSummary { changes: changes.clone() }),
        RecordKind::Restored { made, epoch } => {
            Recorded::Restored(pb::RestoredBackup { made_unix_millis: made.0, epoch: epoch.0 })
        }
        RecordKind::Forced { by } => Recorded::Forced(by.to_string()),
    };
    pb::Record { number: record.number, unix_millis: record.time.0, epoch: record.epoch.0, kind: Some(kind) }
}

fn record(from: pb::Record) -> Result<Record, RecordError> {
    let kind = match from.kind.ok_or(RecordError::Kind)? {
        Recorded::View(from) => RecordKind::View {
            id: parts::view_id("record.view.id", from.id)?,
            members: from.members,
            came: parts::names("record.view.came", from.came)?,
            went: parts::names("record.view.went", from.went)?,
            causes: from.causes,
        },
        Recorded::Granted(from) => RecordKind::Granted {
            view: parts::view_id("record.granted.view", from.view)?,
            holder: parts::name("record.granted.holder", &from.holder)?,
        },
        Recorded::Policy(from) => RecordKind::Policy(policy(from)?),
        Recorded::VoterGrace(from) => RecordKind::VoterGrace(grace(from)),
        Recorded::Evicted(from) => {
            RecordKind::Evicted { name: parts::name("record.evicted", &from.name)?, reason: from.reason }
        }
        Recorded::Readmitted(name) => RecordKind::Readmitted { name: parts::name("record.readmitted", &name)? },
        Recorded::Catalog(from) => RecordKind::Catalog(from.changes),
        Recorded::Restored(from) => {
            RecordKind::Restored { made: WallTime(from.made_unix_millis), epoch: Epoch(from.epoch) }
        }
        Recorded::Forced(by) => RecordKind::Forced { by: parts::name("record.forced", &by)? },
    };
    Ok(Record { number: from.number, time: WallTime(from.unix_millis), epoch: Epoch(from.epoch), kind })
}

fn grace_out(grace: Option<Duration>) -> pb::VoterGrace {
    pb::VoterGrace { millis: grace.map_or(0, millis) }
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn grace(from: pb::VoterGrace) -> Option<Duration> {
    (from.millis > 0).then(|| Duration::from_millis(from.millis))
}

fn policy_out(policy: &Policy) -> pb::Policy {
    match policy {
        Policy::Auto { most } => pb::Policy { auto_most: *most, pinned: Vec::new() },
        Policy::Pinned { names } => {
            pb::Policy { auto_most: 0, pinned: names.iter().map(NodeName::to_string).collect() }
        }
    }
}

fn policy(from: pb::Policy) -> Result<Policy, WireError> {
    if from.auto_most > 0 {
        return Ok(Policy::Auto { most: from.auto_most });
    }
    Ok(Policy::Pinned { names: parts::names("policy.pinned", from.pinned)?.into_iter().collect() })
}

fn evicted_out(name: &NodeName, reason: &str) -> pb::EvictedNode {
    pb::EvictedNode { name: name.to_string(), reason: reason.to_owned() }
}

/// A change of the catalog.
#[must_use]
pub fn edit_out(edit: &Edit) -> pb::CatalogEdit {
    let kind = match edit {
        Edit::Put(service) => Edited::Put(service.body.to_vec()),
        Edit::Remove(name) => Edited::Remove(name.to_string()),
        Edit::Intend(name, intent) => Edited::Intend(intent_out(name, intent.as_ref())),
        Edit::Drain(node, Some(reason)) => {
            Edited::Drain(pb::DrainedNode { name: node.to_string(), reason: reason.clone() })
        }
        Edit::Drain(node, None) => Edited::Undrain(node.to_string()),
    };
    pb::CatalogEdit { kind: Some(kind) }
}

/// Reads a change of the catalog.
///
/// # Errors
/// [`RecordError`] when it cannot be read.
pub fn edit(from: pb::CatalogEdit) -> Result<Edit, RecordError> {
    Ok(match from.kind.ok_or(RecordError::Kind)? {
        Edited::Put(bytes) => {
            let service = definition::stored(0, &bytes).map_err(|why| WireError::Service(why.to_string()))?;
            Edit::Put(Arc::new(service))
        }
        Edited::Remove(name) => Edit::Remove(parts::service_name("edit.remove", &name)?),
        Edited::Intend(from) => {
            let (name, intent) = intent(from)?;
            Edit::Intend(name, intent)
        }
        Edited::Drain(from) => Edit::Drain(parts::name("edit.drain", &from.name)?, Some(from.reason)),
        Edited::Undrain(name) => Edit::Drain(parts::name("edit.undrain", &name)?, None),
    })
}

fn intent_out(name: &ServiceName, intent: Option<&Intent>) -> pb::ServiceIntent {
    pb::ServiceIntent {
        service: name.to_string(),
        stopped: intent == Some(&Intent::Stopped),
        disabled: matches!(intent, Some(Intent::Disabled(_))),
        reason: if let Some(Intent::Disabled(reason)) = intent { reason.clone() } else { String::new() },
    }
}

fn intent(from: pb::ServiceIntent) -> Result<(ServiceName, Option<Intent>), WireError> {
    let name = parts::service_name("intent.service", &from.service)?;
    let intent = match (from.stopped, from.disabled) {
        (_, true) => Some(Intent::Disabled(from.reason)),
        (true, false) => Some(Intent::Stopped),
        (false, false) => None,
    };
    Ok((name, intent))
}

fn catalog_out(catalog: &Catalog) -> pb::Catalog {
    let drained =
        |(name, reason): (&NodeName, &String)| pb::DrainedNode { name: name.to_string(), reason: reason.clone() };
    pb::Catalog {
        revision: catalog.revision,
        services: catalog.services.values().map(|service| parts::service_out(service)).collect(),
        intents: catalog.intents.iter().map(|(name, intent)| intent_out(name, Some(intent))).collect(),
        drained: catalog.drained.iter().map(drained).collect(),
    }
}

fn catalog(from: pb::Catalog) -> Result<Catalog, WireError> {
    let mut catalog = Catalog { revision: from.revision, ..Catalog::default() };
    for service in from.services {
        let service = parts::service(service)?;
        catalog.services.insert(service.name.clone(), service);
    }
    for known in from.intents {
        let (name, intent) = intent(known)?;
        catalog.intents.extend(intent.map(|intent| (name, intent)));
    }
    for node in from.drained {
        catalog.drained.insert(parts::name("catalog.drained", &node.name)?, node.reason);
    }
    Ok(catalog)
}
