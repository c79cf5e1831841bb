//! What the cluster database remembers, and what operators do to it, as text.

use quorate::v1::{self, history_record::Kind};

use crate::output::{Paint, Tone, lines};
use crate::words::{clean, count, time, view_id};

/// One record: a line that says what happened, then why.
pub fn record(record: &v1::HistoryRecord, paint: Paint) -> String {
    let when = when(record.time.as_ref());
    let mut why = Vec::new();
    let head = match &record.kind {
        Some(Kind::View(view)) => {
            why.extend(view.causes.iter().map(|cause| clean(cause)));
            let title = paint.bold(format!("view {}", view_id(view.view_id.as_ref())));
            let change =
                |sign: char, names: &[String]| names.iter().map(|name| format!(" {sign}{}", clean(name))).collect();
            let (came, went): (String, String) = (change('+', &view.came), change('-', &view.went));
            format!("{title}  {}{came}{went}", count(view.member_count as usize, "member"))
        }
        Some(Kind::Grant(grant)) => {
            let title = paint.text("quorum granted", Tone::Good);
            format!("{title}  view {}, held by {}", view_id(grant.view_id.as_ref()), clean(&grant.holder))
        }
        Some(Kind::Setting(setting)) => {
            let value = if setting.value.is_empty() { "as configured".to_owned() } else { clean(&setting.value) };
            format!("set  {}: {value}", clean(&setting.name))
        }
        Some(Kind::Eviction(eviction)) => {
            why.extend((!eviction.reason.is_empty()).then(|| clean(&eviction.reason)));
            let title = if eviction.evicted { paint.text("evicted", Tone::Bad) } else { "readmitted".to_owned() };
            format!("{title}  {}", clean(&eviction.node_name))
        }
        Some(Kind::Restore(restore)) => {
            let title = paint.text("backup restored", Tone::Middling);
            let made = self::when(restore.made_time.as_ref());
            format!("{title}  made {made}, at epoch {}", restore.backup_epoch)
        }
        Some(Kind::Forced(forced)) => {
            let title = paint.text("cluster formed anew by force", Tone::Bad);
            format!("{title}  by {}", clean(&forced.node_name))
        }
        None => "a record of a kind this version does not know".to_owned(),
    };
    let why: String = why.iter().map(|line| format!("    {line}\n")).collect();
    format!("{when}  epoch {}  {head}\n{why}", record.epoch)
}

fn when(at: Option<&prost_types::Timestamp>) -> String {
    at.and_then(time).unwrap_or_else(|| "-".to_owned())
}

/// The settings as a table.
pub fn settings(answer: &v1::ListSettingsResponse, paint: Paint) -> String {
    let mut table = paint.table(["SETTING", "VALUE", "ALLOWED", "MEANING"]);
    for setting in &answer.settings {
        let value = if setting.value.is_empty() { "as configured" } else { &setting.value };
        let cells = [setting.name.as_str(), value, &setting.allowed, &setting.description];
        table.add_row(cells.map(|text| paint.cell(clean(text), Tone::Plain)));
    }
    lines(&table)
}

/// What is asked before a restore.
pub fn restore_question(answer: &v1::RestoreResponse) -> String {
    format!(
        "The backup made {} by quorated {} at epoch {} with {} will be restored.",
        when(answer.made_time.as_ref()),
        clean(&answer.program_version),
        answer.epoch,
        count(answer.record_count as usize, "record"),
    )
}

/// What was restored, or would be.
pub fn restored(answer: &v1::RestoreResponse, done: bool) -> String {
    let mut text =
        format!("Backup   made {}, by quorated {}\n", when(answer.made_time.as_ref()), clean(&answer.program_version));
    text += &format!("Cluster  {}\n", clean(&answer.cluster_uid));
    text += &format!("Has      {}, epochs up to {}\n", count(answer.record_count as usize, "record"), answer.epoch);
    text + if done { "Restored\n" } else { "Nothing was done: it would be restored\n" }
}

/// What forming the cluster anew did, or would do, and what it breaks.
pub fn forced(answer: &v1::ForceNewClusterResponse, done: bool, paint: Paint) -> String {
    let list = |names: &[String]| if names.is_empty() { "-".to_owned() } else { clean(&names.join(", ")) };
    let mut text = format!("Members  {}\n", list(&answer.members));
    text += &format!("Lost     {}\n", list(&answer.lost_voters));
    for consequence in &answer.consequences {
        text += &format!("Mind     {}\n", clean(consequence));
    }
    if !done {
        let uid = clean(&answer.cluster_uid);
        return text + &format!("Nothing was done. To form the cluster anew, give --cluster-uid {uid}\n");
    }
    let granted = answer.quorum.as_ref().is_some_and(|quorum| quorum.granted);
    let (word, tone) = if granted { ("yes", Tone::Good) } else { ("not yet", Tone::Bad) };
    text += &format!("Cluster  {} from now on\n", clean(&answer.cluster_uid));
    text + &format!("Quorum   {}\n", paint.text(word, tone))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_noon(epoch: u64, kind: Kind) -> v1::HistoryRecord {
        let noon = prost_types::Timestamp { seconds: 1_795_348_800, nanos: 0 };
        v1::HistoryRecord { number: 4, time: Some(noon), epoch, kind: Some(kind) }
    }

    #[test]
    fn a_record_says_what_happened_and_why() {
        let view_id = Some(v1::ViewId { incarnation: 12, controller: "n1".to_owned() });
        let view = v1::HistoryView {
            view_id: view_id.clone(),
            member_count: 2,
            went: vec!["n3".to_owned()],
            causes: vec!["n3 was lost".to_owned()],
            ..v1::HistoryView::default()
        };
        assert_eq!(
            record(&at_noon(3, Kind::View(view)), Paint::NONE),
            "2026-11-22T12:00:00.000Z  epoch 3  view 12@n1  2 members -n3\n    n3 was lost\n"
        );
        let grant = v1::HistoryGrant { view_id, holder: "n1".to_owned() };
        assert_eq!(
            record(&at_noon(3, Kind::Grant(grant)), Paint::NONE),
            "2026-11-22T12:00:00.000Z  epoch 3  quorum granted  view 12@n1, held by n1\n"
        );
        let setting = v1::HistorySetting { name: "voter_grace".to_owned(), value: String::new() };
        assert_eq!(
            record(&at_noon(3, Kind::Setting(setting)), Paint::NONE),
            "2026-11-22T12:00:00.000Z  epoch 3  set  voter_grace: as configured\n"
        );
    }
}
