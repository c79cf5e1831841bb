//! The database and its changes as protobuf, both ways.

use std::collections::BTreeMap;

use prost::Message;
use quorate_core::{
    database::{Applied, Change, Database, History, Record, RecordKind},
    quorum::consensus::Policy,
    types::{Epoch, NodeName, WallTime},
};
use quorate_proto::store::v1::{self as pb, applied::Kind as AppliedKind, change::Kind, record::Kind as Recorded};

use crate::wire::{WireError, parts};

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
    let (wall, kind) = match change {
        Change::Grant { view, holder, views, wall } => {
            let views = views.iter().map(|view| parts::view_out(view)).collect();
            let grant =
                pb::Grant { view: Some(parts::view_id_out(view)), holder: Some(parts::identity_out(holder)), views };
            (*wall, Kind::Grant(grant))
        }
        Change::SetPolicy { policy, wall } => (*wall, Kind::Policy(policy_out(policy))),
        Change::Set { name, value } => {
            (WallTime(0), Kind::Set(pb::Setting { name: name.clone(), value: value.clone() }))
        }
        Change::Unset { name } => (WallTime(0), Kind::Unset(name.clone())),
        Change::Evict { name, reason, wall } => (*wall, Kind::Evict(evicted_out(name, reason))),
        Change::Readmit { name, wall } => (*wall, Kind::Readmit(name.to_string())),
    };
    pb::Change { unix_millis: wall.0, kind: Some(kind) }.encode_to_vec()
}

/// Reads a change.
///
/// # Errors
/// [`RecordError`] when it is none, or a later version's.
pub fn change(bytes: &[u8]) -> Result<Change, RecordError> {
    let message = pb::Change::decode(bytes)?;
    let wall = WallTime(message.unix_millis);
    Ok(match message.kind.ok_or(RecordError::Kind)? {
        Kind::Grant(from) => Change::Grant {
            view: parts::view_id("grant.view", from.view)?,
            holder: parts::identity("grant.holder", from.holder)?,
            views: from.views.into_iter().map(parts::view).collect::<Result<_, _>>()?,
            wall,
        },
        Kind::Policy(from) => Change::SetPolicy { policy: policy(from)?, wall },
        Kind::Set(pb::Setting { name, value }) => Change::Set { name, value },
        Kind::Unset(name) => Change::Unset { name },
        Kind::Evict(from) => Change::Evict { name: parts::name("evict.name", &from.name)?, reason: from.reason, wall },
        Kind::Readmit(name) => Change::Readmit { name: parts::name("readmit", &name)?, wall },
    })
}

/// What came of a change, as bytes.
#[must_use]
pub fn applied_out(applied: Applied) -> Vec<u8> {
    let kind = match applied {
        Applied::Granted { epoch } => AppliedKind::GrantedEpoch(epoch.0),
        Applied::Done => AppliedKind::Done(true),
        Applied::Unknown => AppliedKind::Unknown(true),
        Applied::LimitReached => AppliedKind::LimitReached(true),
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
        AppliedKind::Unknown(_) => Applied::Unknown,
        AppliedKind::LimitReached(_) => Applied::LimitReached,
    })
}

/// The whole database.
#[must_use]
pub fn database_out(database: &Database) -> pb::Database {
    let Database { regime, epoch, policy, settings, evicted, history, revision } = database;
    pb::Database {
        epoch: epoch.0,
        regime: regime.as_ref().map(parts::regime_out),
        policy: Some(policy_out(policy)),
        settings: settings
            .iter()
            .map(|(name, value)| pb::Setting { name: name.clone(), value: value.clone() })
            .collect(),
        evicted: evicted.iter().map(|(name, reason)| evicted_out(name, reason)).collect(),
        history: history.iter().map(record_out).collect(),
        next_record: history.next(),
        revision: *revision,
    }
}

/// Reads the whole database.
///
/// # Errors
/// [`RecordError`] for the first thing in it that cannot be read.
pub fn database(from: pb::Database) -> Result<Database, RecordError> {
    let evicted = from.evicted.into_iter().map(|one| Ok((parts::name("evicted.name", &one.name)?, one.reason)));
    let records = from.history.into_iter().map(record).collect::<Result<Vec<_>, RecordError>>()?;
    Ok(Database {
        regime: from.regime.map(parts::regime).transpose()?,
        epoch: Epoch(from.epoch),
        policy: from.policy.map(policy).transpose()?.unwrap_or_default(),
        settings: from.settings.into_iter().map(|one| (one.name, one.value)).collect(),
        evicted: evicted.collect::<Result<BTreeMap<_, _>, WireError>>()?,
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
        RecordKind::Evicted { name, reason } => Recorded::Evicted(evicted_out(name, reason)),
        RecordKind::Readmitted { name } => Recorded::Readmitted(name.to_string()),
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
        Recorded::Evicted(from) => {
            RecordKind::Evicted { name: parts::name("record.evicted", &from.name)?, reason: from.reason }
        }
        Recorded::Readmitted(name) => RecordKind::Readmitted { name: parts::name("record.readmitted", &name)? },
        Recorded::Restored(from) => {
            RecordKind::Restored { made: WallTime(from.made_unix_millis), epoch: Epoch(from.epoch) }
        }
        Recorded::Forced(by) => RecordKind::Forced { by: parts::name("record.forced", &by)? },
    };
    Ok(Record { number: from.number, time: WallTime(from.unix_millis), epoch: Epoch(from.epoch), kind })
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
