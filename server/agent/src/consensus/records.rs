//! The database and its changes as protobuf, both ways.

use prost::Message;
use quorate_core::{
    database::{Applied, Change, ChangeKind, Database, History, Record, RecordKind, Rules},
    integration::Evictions,
    quorum::consensus::Policy,
    types::{Duration, Epoch, NodeName, WallTime},
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
        AppliedKind::Unknown(_) => Applied::Unknown,
    })
}

/// The whole database.
#[must_use]
pub fn database_out(database: &Database) -> pb::Database {
    let Database { regime, epoch, rules, history, revision } = database;
    let Rules { policy, voter_grace, evictions, least_epoch, longest_ttl } = rules;
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
