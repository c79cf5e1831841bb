//! What the cluster database remembers.

use std::sync::Arc;

use quorate_core::{
    database::{Record, RecordKind},
    quorum::consensus::Policy,
    types::{NodeName, WallTime},
};
use quorate_proto::v1::{
    HistoryEviction, HistoryForced, HistoryGrant, HistoryKind, HistoryRecord, HistoryRestore, HistorySetting,
    HistoryView, ListHistoryRequest, ListHistoryResponse, history_record::Kind,
};

use super::{
    context::Context,
    error::ApiError,
    events, map,
    page::{self, Listing},
    settings,
};

/// Records of a page unless told.
const PAGE: usize = 100;

/// Lists the records asked for.
///
/// # Errors
/// [`ApiError::BadRequest`], [`ApiError::BadPageToken`], and those of [`Context::database`].
pub async fn list(context: &Arc<Context>, request: ListHistoryRequest) -> Result<ListHistoryResponse, ApiError> {
    let size = page::size(request.page_size, PAGE)?;
    let since = events::wall_time("since_time", request.since_time)?.unwrap_or(WallTime(0));
    let until = events::wall_time("until_time", request.until_time)?.unwrap_or(WallTime(u64::MAX));
    let kinds = kinds(&request.kinds)?;
    let pages = Listing::of("history", &format!("{} {} {:?}", since.0, until.0, request.kinds));
    let after = pages.number(&request.page_token)?;
    let database = context.database().await?;
    let asked = |record: &&Record| {
        let in_time = record.time >= since && record.time <= until;
        let wanted = kinds.is_empty() || kinds.contains(&kind(&record.kind));
        in_time && wanted && after.is_none_or(|after| record.number > after)
    };
    let mut found: Vec<&Record> = database.history.iter().filter(asked).take(size + 1).collect();
    let last = page::cut(&mut found, size).map(|record| record.number);
    Ok(ListHistoryResponse {
        header: context.header_of(&database),
        next_page_token: last.map(|number| pages.after_number(number)).unwrap_or_default(),
        records: found.into_iter().map(record).collect(),
        history_dropped: database.history.iter().next().is_some_and(|first| first.number > 0),
    })
}

fn kinds(asked: &[i32]) -> Result<Vec<HistoryKind>, ApiError> {
    let known = |number: &i32| match HistoryKind::try_from(*number) {
        Ok(HistoryKind::Unspecified) | Err(_) => {
            Err(ApiError::bad_request("kinds", format!("{number} is no kind of record; allowed are 1 to 6")))
        }
        Ok(kind) => Ok(kind),
    };
    asked.iter().map(known).collect()
}

fn kind(kind: &RecordKind) -> HistoryKind {
    match kind {
        RecordKind::View { .. } => HistoryKind::View,
        RecordKind::Granted { .. } => HistoryKind::Grant,
        RecordKind::Policy(_) | RecordKind::VoterGrace(_) | RecordKind::Catalog(_) => HistoryKind::Setting,
        RecordKind::Evicted { .. } | RecordKind::Readmitted { .. } => HistoryKind::Eviction,
        RecordKind::Restored { .. } => HistoryKind::Restore,
        RecordKind::Forced { .. } => HistoryKind::Forced,
    }
}

fn record(record: &Record) -> HistoryRecord {
    let names = |names: &[NodeName]| names.iter().map(NodeName::to_string).collect();
    let eviction = |name: &NodeName, evicted, reason: &str| {
        Kind::Eviction(HistoryEviction { node_name: name.to_string(), evicted, reason: reason.to_owned() })
    };
    let kind = match &record.kind {
        RecordKind::View { id, members, came, went, causes } => Kind::View(HistoryView {
            view_id: Some(map::view_id(id)),
            member_count: *members,
            came: names(came),
            went: names(went),
            causes: causes.clone(),
        }),
        RecordKind::Granted { view, holder } => {
            Kind::Grant(HistoryGrant { view_id: Some(map::view_id(view)), holder: holder.to_string() })
        }
        RecordKind::Policy(policy) => Kind::Setting(HistorySetting { name: "voters".into(), value: chosen(policy) }),
        RecordKind::VoterGrace(grace) => {
            let value = grace.map(settings::show).unwrap_or_default();
            Kind::Setting(HistorySetting { name: settings::VOTER_GRACE.into(), value })
        }
        RecordKind::Catalog(changes) => {
            Kind::Setting(HistorySetting { name: "services".into(), value: changes.join("; ") })
        }
        RecordKind::Evicted { name, reason } => eviction(name, true, reason),
        RecordKind::Readmitted { name } => eviction(name, false, ""),
        RecordKind::Restored { made, epoch } => {
            Kind::Restore(HistoryRestore { made_time: Some(map::timestamp(*made)), backup_epoch: epoch.0 })
        }
        RecordKind::Forced { by } => Kind::Forced(HistoryForced { node_name: by.to_string() }),
    };
    HistoryRecord {
        number: record.number,
        time: Some(map::timestamp(record.time)),
        epoch: record.epoch.0,
        kind: Some(kind),
    }
}

/// How voters are chosen, in plain words.
fn chosen(policy: &Policy) -> String {
    match policy {
        Policy::Auto { most } => format!("auto, at most {most}"),
        Policy::Pinned { names } => {
            let names: Vec<_> = names.iter().map(NodeName::as_str).collect();
            format!("pinned to {}", names.join(", "))
        }
    }
}
