//! The members of a view as a table.

use quorate::v1;

use crate::output::{Paint, Tone, lines};
use crate::words::{time, view_id, word};

/// One line about the view, then the members in rank order.
pub fn members(answer: &v1::GetViewResponse, paint: Paint) -> String {
    let view = answer.view.clone().unwrap_or_default();
    let state = word::<v1::ViewState>(answer.state);
    let when = view.commit_time.as_ref().and_then(time).map_or_else(String::new, |time| format!(", committed {time}"));
    let head = format!("view {}, {}{when}\n", view_id(view.id.as_ref()), paint.text(&state, Tone::of(&state)));
    let controller = view.id.as_ref().map_or("", |id| id.controller.as_str());
    let mut table = paint.table(["RANK", "NODE", "ROLE", "SINCE", "NODE ID", "BOOT ID"]);
    for (index, member) in view.members.iter().enumerate() {
        let role = if member.node_name == controller { "controller" } else { "member" };
        let texts = [
            (index + 1).to_string(),
            member.node_name.clone(),
            role.to_owned(),
            member.since_incarnation.to_string(),
            member.node_id.clone(),
            member.boot_id.clone(),
        ];
        table.add_row(texts.map(|text| paint.cell(text, Tone::Plain)));
    }
    head + &lines(&table)
}
