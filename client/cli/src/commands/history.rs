//! `quorate history`.

use std::time::SystemTime;

use quorate::v1;

use crate::app::App;
use crate::args::HistoryArgs;
use crate::failure::Failure;
use crate::{json, text};

pub async fn run(mut app: App, args: HistoryArgs) -> Result<(), Failure> {
    let answer = app.client.list_history(filter(&args, SystemTime::now())).await?;
    let skipped = args.last.map_or(0, |last| answer.records.len().saturating_sub(last));
    if answer.history_dropped && args.since.is_none() && skipped == 0 && !app.out.is_json() {
        let text = text::event::gap("history_dropped", None, app.out.paint());
        app.out.text(&text)?;
    }
    for record in &answer.records[skipped..] {
        if app.out.is_json() {
            app.out.json_line(&json::HistoryRecord::from(record))?;
        } else {
            let text = text::history::record(record, app.out.paint());
            app.out.text(&text)?;
        }
    }
    Ok(())
}

fn filter(args: &HistoryArgs, now: SystemTime) -> v1::ListHistoryRequest {
    v1::ListHistoryRequest {
        since_time: args.since.as_ref().and_then(|since| since.time(now)).map(Into::into),
        until_time: args.until.as_ref().and_then(|until| until.time(now)).map(Into::into),
        kinds: args.kinds.iter().map(|&kind| v1::HistoryKind::from(kind).into()).collect(),
        ..v1::ListHistoryRequest::default()
    }
}
