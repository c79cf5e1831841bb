//! What the cluster database remembers, and what operators do to it.

use quorate::v1::{self, history_record::Kind};
use serde::Serialize;

use super::{Header, Quorum, ViewId, some_text};
use crate::words::time;

/// Each line of `history`.
#[derive(Debug, Serialize)]
pub struct HistoryRecord {
    number: u64,
    time: Option<String>,
    epoch: u64,
    #[serde(flatten)]
    what: What,
}

/// What happened.
#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum What {
    View { view_id: Option<ViewId>, member_count: u32, came: Vec<String>, went: Vec<String>, causes: Vec<String> },
    Grant { view_id: Option<ViewId>, holder: String },
    Setting { name: String, value: Option<String> },
    Eviction { node_name: String, evicted: bool, reason: Option<String> },
    Restore { made_time: Option<String>, backup_epoch: u64 },
    Forced { node_name: String },
    Unknown {},
}

impl From<&v1::HistoryRecord> for HistoryRecord {
    fn from(record: &v1::HistoryRecord) -> Self {
        let what = match record.kind.clone() {
            Some(Kind::View(v1::HistoryView { view_id, member_count, came, went, causes })) => {
                What::View { view_id: view_id.as_ref().map(ViewId::from), member_count, came, went, causes }
            }
            Some(Kind::Grant(v1::HistoryGrant { view_id, holder })) => {
                What::Grant { view_id: view_id.as_ref().map(ViewId::from), holder }
            }
            Some(Kind::Setting(v1::HistorySetting { name, value })) => What::Setting { name, value: some_text(&value) },
            Some(Kind::Eviction(v1::HistoryEviction { node_name, evicted, reason })) => {
                What::Eviction { node_name, evicted, reason: some_text(&reason) }
            }
            Some(Kind::Restore(v1::HistoryRestore { made_time, backup_epoch })) => {
                What::Restore { made_time: made_time.as_ref().and_then(time), backup_epoch }
            }
            Some(Kind::Forced(v1::HistoryForced { node_name })) => What::Forced { node_name },
            None => What::Unknown {},
        };
        Self { number: record.number, time: record.time.as_ref().and_then(time), epoch: record.epoch, what }
    }
}

/// `settings`.
#[derive(Debug, Serialize)]
pub struct Settings {
    header: Option<Header>,
    settings: Vec<Setting>,
}

#[derive(Debug, Serialize)]
struct Setting {
    name: String,
    /// Null when each agent does as it is configured.
    value: Option<String>,
    allowed: String,
    description: String,
}

impl From<&v1::ListSettingsResponse> for Settings {
    fn from(answer: &v1::ListSettingsResponse) -> Self {
        let setting = |setting: &v1::Setting| Setting {
            name: setting.name.clone(),
            value: some_text(&setting.value),
            allowed: setting.allowed.clone(),
            description: setting.description.clone(),
        };
        Self {
            header: answer.header.as_ref().map(Header::from),
            settings: answer.settings.iter().map(setting).collect(),
        }
    }
}

/// `backup`.
#[derive(Debug, Serialize)]
pub struct BackupFile {
    pub file: String,
    pub bytes: u64,
}

/// `restore`.
#[derive(Debug, Serialize)]
pub struct Restored {
    header: Option<Header>,
    /// Whether it was restored; otherwise it would have been.
    restored: bool,
    made_time: Option<String>,
    cluster_uid: String,
    epoch: u64,
    record_count: u32,
    program_version: String,
}

impl Restored {
    pub fn new(answer: &v1::RestoreResponse, restored: bool) -> Self {
        Self {
            header: answer.header.as_ref().map(Header::from),
            restored,
            made_time: answer.made_time.as_ref().and_then(time),
            cluster_uid: answer.cluster_uid.clone(),
            epoch: answer.epoch,
            record_count: answer.record_count,
            program_version: answer.program_version.clone(),
        }
    }
}

/// `force-new-cluster`.
#[derive(Debug, Serialize)]
pub struct Forced {
    header: Option<Header>,
    /// Whether it was done; otherwise it would have been.
    forced: bool,
    cluster_uid: String,
    members: Vec<String>,
    lost_voters: Vec<String>,
    consequences: Vec<String>,
    quorum: Option<Quorum>,
}

impl Forced {
    pub fn new(answer: &v1::ForceNewClusterResponse, forced: bool) -> Self {
        Self {
            header: answer.header.as_ref().map(Header::from),
            forced,
            cluster_uid: answer.cluster_uid.clone(),
            members: answer.members.clone(),
            lost_voters: answer.lost_voters.clone(),
            consequences: answer.consequences.clone(),
            quorum: answer.quorum.as_ref().map(Quorum::from),
        }
    }
}
