//! Services: the list, one of them, plans, and why one does not run.

use std::collections::BTreeMap;

use quorate::v1::{self, ChangeKind, ServiceIntent};

use super::recovery::add_instance;
use crate::output::{Paint, Tone, lines};
use crate::standing::{Standing, Why};
use crate::words::{clean, count, or_dash, word};

/// Fields of a definition with their values, by their paths.
pub type Fields = BTreeMap<String, String>;

/// All services, one a row.
pub fn list(standings: &[Standing<'_>], drained: &[v1::DrainedNode], paint: Paint) -> String {
    let mut table = paint.table(["NAME", "LEVEL", "READY", "STATE", "NODES", "INTENT", "NOTE"]);
    for one in standings {
        let state = one.state();
        let nodes = one.nodes().join(", ");
        let blocked = one.blocked_by.join(", ");
        let note = match one.defined.intent() {
            ServiceIntent::Disabled => one.defined.reason.clone(),
            _ if !blocked.is_empty() => format!("requires {blocked}"),
            _ if !one.unplaced.is_empty() => format!("{} can run nowhere", count(one.unplaced.len(), "instance")),
            _ => String::new(),
        };
        table.add_row([
            paint.cell(one.name(), Tone::Plain),
            paint.cell(one.defined.level, Tone::Plain),
            paint.cell(format!("{}/{}", one.ready, one.wanted), Tone::Plain),
            paint.cell(state, Tone::of(state)),
            paint.cell(or_dash(&nodes), Tone::Plain),
            paint.cell(word::<ServiceIntent>(one.defined.intent), Tone::Plain),
            paint.cell(note, Tone::Plain),
        ]);
    }
    let mut text = if standings.is_empty() {
        "no services are defined: `quorate service apply FILE.toml` defines some\n".to_owned()
    } else {
        lines(&table)
    };
    for node in drained {
        text += &format!("{} is drained: {}\n", clean(&node.node_name), clean(&node.reason));
    }
    text
}

/// One service: how it stands, its instances, its definition, and why it does not run.
pub fn one(standing: &Standing<'_>, toml: &str, answer: &Why, paint: Paint) -> String {
    let state = standing.state();
    let intent = word::<ServiceIntent>(standing.defined.intent);
    let reason = match standing.defined.reason.as_str() {
        "" => String::new(),
        reason => format!(": {}", clean(reason)),
    };
    let mut text = format!("Service  {}\n", paint.bold(clean(standing.name())));
    text +=
        &format!("State    {}, {} of {} ready\n", paint.text(state, Tone::of(state)), standing.ready, standing.wanted);
    text += &format!("Intent   {intent}{reason}\n");
    text += &format!("Level    {}\n", standing.defined.level);
    text += &format!("Version  {}\n", standing.defined.version);
    if !standing.instances.is_empty() {
        let mut table = paint.table(["INSTANCE", "NODE", "STATE", "TOKEN", "NOTE"]);
        for instance in &standing.instances {
            add_instance(&mut table, instance, "", paint);
        }
        text += &format!("\n{}", lines(&table));
    }
    if !answer.runs {
        text += &format!("\n{}", causes(answer));
    }
    text + &format!("\n{toml}")
}

/// Why a service does not run.
pub fn why(standing: &Standing<'_>, answer: &Why, paint: Paint) -> String {
    let name = clean(standing.name());
    let some = format!("{} of {}", standing.ready, count(standing.wanted, "instance"));
    let head = match (answer.runs, standing.ready) {
        (true, _) => paint.text(format!("{name} runs: {some} ready, on {}", standing.nodes().join(", ")), Tone::Good),
        (false, 0) => paint.text(format!("{name} does not run"), Tone::Bad),
        (false, _) => paint.text(format!("{name} runs in part: {some} ready"), Tone::Middling),
    };
    format!("{head}\n{}", causes(answer))
}

fn causes(answer: &Why) -> String {
    let mut text: String = answer.causes.iter().map(|cause| format!("- {}\n", clean(&cause.text))).collect();
    for advice in &answer.advice {
        text += &format!("What helps: {}\n", clean(advice));
    }
    text
}

/// What would change, with the values of before and after where they are known.
pub fn plan(
    answer: &v1::ApplyServicesResponse,
    known: &BTreeMap<String, Fields>,
    given: &BTreeMap<String, Fields>,
    paint: Paint,
) -> String {
    if answer.changes.is_empty() {
        return format!("nothing changes: all is defined so at revision {}\n", answer.revision);
    }
    let mut text = String::new();
    for change in &answer.changes {
        let name = clean(&change.name);
        match change.kind() {
            ChangeKind::Added => text += &(paint.text(format!("+ {name} is added"), Tone::Good) + "\n"),
            ChangeKind::Removed => text += &(paint.text(format!("- {name} is removed"), Tone::Bad) + "\n"),
            ChangeKind::Changed => {
                text += &(paint.text(format!("~ {name} is changed, and started anew"), Tone::Middling) + "\n");
                text += &differences(change, known.get(&change.name), given.get(&change.name));
            }
            ChangeKind::Unspecified => text += &format!("? {name}: {}\n", word::<ChangeKind>(change.kind)),
        }
    }
    for shift in &answer.shifts {
        text += &format!("  {}\n", shift_line(shift));
    }
    text
}

/// The fields that differ, with their values; as the agent names them when the values are not known.
fn differences(change: &v1::ServiceChange, known: Option<&Fields>, given: Option<&Fields>) -> String {
    let (Some(known), Some(given)) = (known, given) else {
        return format!("    {}\n", clean(&change.fields.join(", ")));
    };
    let value = |fields: &Fields, path: &str| fields.get(path).map_or_else(|| "unset".to_owned(), |text| clean(text));
    let paths: std::collections::BTreeSet<&String> = known.keys().chain(given.keys()).collect();
    let mut text = String::new();
    for path in paths {
        let (from, to) = (value(known, path), value(given, path));
        if from != to {
            text += &format!("    {path}: {from} -> {to}\n");
        }
    }
    match (text.is_empty(), change.fields.is_empty()) {
        (false, _) => text,
        (true, false) => format!("    {}\n", clean(&change.fields.join(", "))),
        (true, true) => "    its fields are the same, written otherwise\n".to_owned(),
    }
}

fn shift_line(shift: &v1::Shift) -> String {
    let (from, to) = (clean(&shift.from_node), clean(&shift.to_node));
    let reason = if shift.reason.is_empty() { String::new() } else { format!(": {}", clean(&shift.reason)) };
    let instance = format!("{}/{}", clean(&shift.service), shift.instance);
    match (from.is_empty(), to.is_empty()) {
        (true, true) => format!("{instance} runs nowhere{reason}"),
        (true, false) => format!("{instance} runs on {to}{reason}"),
        (false, true) => format!("{instance} ends on {from}{reason}"),
        (false, false) => format!("{instance} moves from {from} to {to}{reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_the_values_that_differ() {
        let change = |name: &str, kind: ChangeKind, fields: &[&str]| v1::ServiceChange {
            name: name.to_owned(),
            kind: kind.into(),
            fields: fields.iter().map(|&field| field.to_owned()).collect(),
        };
        let shift = |instance, from: &str, to: &str, reason: &str| v1::Shift {
            service: "web".to_owned(),
            instance,
            from_node: from.to_owned(),
            to_node: to.to_owned(),
            reason: reason.to_owned(),
        };
        let answer = v1::ApplyServicesResponse {
            changes: vec![
                change("api", ChangeKind::Added, &[]),
                change("db", ChangeKind::Changed, &["kind"]),
                change("old", ChangeKind::Removed, &[]),
                change("web", ChangeKind::Changed, &["placement.count", "level"]),
            ],
            shifts: vec![
                shift(0, "n1", "n2", ""),
                shift(1, "", "n3", ""),
                shift(2, "", "", "n4: is drained"),
                shift(3, "n1", "", "one fewer is needed"),
            ],
            ..v1::ApplyServicesResponse::default()
        };
        let fields = |pairs: &[(&str, &str)]| -> Fields {
            pairs.iter().map(|&(path, value)| (path.to_owned(), value.to_owned())).collect()
        };
        let known =
            BTreeMap::from([("web".to_owned(), fields(&[("placement.instances", "1"), ("description", "\"a\"")]))]);
        let given = fields(&[("placement.instances", "2"), ("description", "\"a\""), ("level", "3")]);
        let text = plan(&answer, &known, &BTreeMap::from([("web".to_owned(), given)]), Paint::NONE);
        let expected = "\
+ api is added
~ db is changed, and started anew
    kind
- old is removed
~ web is changed, and started anew
    level: unset -> 3
    placement.instances: 1 -> 2
  web/0 moves from n1 to n2
  web/1 runs on n3
  web/2 runs nowhere: n4: is drained
  web/3 ends on n1: one fewer is needed
";
        assert_eq!(text, expected);
        let nothing = plan(&v1::ApplyServicesResponse::default(), &known, &known, Paint::NONE);
        assert!(nothing.starts_with("nothing changes"), "{nothing}");
    }
}
