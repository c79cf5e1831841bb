//! The summary of a cluster on one screen.

use crate::commands::status::{Report, Standing, Summary};
use crate::output::{Paint, Tone, lines};
use crate::words::{clean, count, short, time, view_id};

/// The summary, then one row an endpoint.
pub fn status(summary: &Summary, paint: Paint) -> String {
    let mut text = head(summary.best(), paint);
    let mut table = paint.table(["ENDPOINT", "NODE", "VIEW", "STATE", "REACHES", "NOTE"]);
    for report in &summary.reports {
        table.add_row(row(report, paint));
    }
    text.push('\n');
    text + &lines(&table)
}

fn head(standing: &Standing, paint: Paint) -> String {
    let state = standing.state();
    let mut rows = vec![
        ("Cluster", clean(standing.cluster_id())),
        ("State", paint.text(&state, Tone::of(&state))),
        ("View", view_id(standing.view().and_then(|view| view.id.as_ref()))),
    ];
    if let Some(view) = standing.view() {
        let reach = standing.reachable_members().len();
        let note = format!("{}, {reach} of them reached from {}", count(view.members.len(), "member"), standing.node());
        rows.push(("Members", note));
        rows.extend(view.commit_time.as_ref().and_then(time).map(|time| ("Committed", time)));
        rows.extend(view.transition.as_ref().map(|transition| ("Last change", last_change(transition))));
    }
    rows.iter().map(|(name, value)| format!("{}{value}\n", paint.bold(format!("{name:<13}")))).collect()
}

fn last_change(transition: &quorate::v1::Transition) -> String {
    let settled = transition.settle_duration.as_ref().map(|duration| format!("settled in {}", short(duration)));
    let prepared = transition.prepare_duration.as_ref().map(|duration| format!("prepared in {}", short(duration)));
    let attempts = Some(count(transition.attempts as usize, "attempt"));
    let parts: Vec<String> = [settled, prepared, attempts].into_iter().flatten().collect();
    format!("{} ({})", clean(&transition.summary), parts.join(", "))
}

fn row(report: &Report, paint: Paint) -> [comfy_table::Cell; 6] {
    let plain = |text: String| paint.cell(text, Tone::Plain);
    let dash = || plain("-".to_owned());
    let endpoint = plain(report.endpoint.clone());
    match &report.result {
        Ok(standing) => {
            let (state, id) = (standing.state(), standing.view().and_then(|view| view.id.as_ref()));
            let reaches = standing.view().map_or_else(
                || "-".to_owned(),
                |view| format!("{} of {}", standing.reachable_members().len(), view.members.len()),
            );
            let state = paint.cell(&state, Tone::of(&state));
            [
                endpoint,
                plain(standing.node().to_owned()),
                plain(view_id(id)),
                state,
                plain(reaches),
                plain(String::new()),
            ]
        }
        Err(error) => {
            let note = paint.cell(crate::commands::status::short_error(error), Tone::Bad);
            [endpoint, dash(), dash(), dash(), dash(), note]
        }
    }
}
