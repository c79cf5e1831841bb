//! The report: Markdown for people, and every single run as comma-separated values.

use std::{fmt::Write, fs, io};

use comfy_table::{ContentArrangement, Table, presets::ASCII_MARKDOWN};

use crate::{
    aims,
    args::Plan,
    figures::{Figures, Time},
    idle::Idle,
    machine::Machine,
    plots::PLOTS,
    run::Fault,
    spread::Spread,
    systems::System,
};

const HOW: &str = include_str!("how.md");

/// Writes `figures.md` and `runs.csv`, and returns the former.
///
/// # Errors
/// When they cannot be written.
pub(crate) fn write(plan: &Plan, machine: &Machine, figures: &Figures) -> io::Result<String> {
    let text = render(machine, figures);
    fs::write(plan.out.join("figures.md"), &text)?;
    fs::write(plan.out.join("runs.csv"), raw(figures))?;
    Ok(text)
}

fn render(machine: &Machine, figures: &Figures) -> String {
    let mut text = String::from("# Views beside Corosync and Serf\n");
    section(&mut text, "The machine", facts(machine));
    section(&mut text, "Aims", aims_table(aims::all(figures)));
    let kill = Time::Notice(Fault::Kill);
    section(&mut text, "kill -9 of a member, until all survivors see the new membership", times(figures, kill));
    let cut = Time::Notice(Fault::Cut);
    section(&mut text, "A member falls silent, until all survivors see the new membership", times(figures, cut));
    section(&mut text, "Started together, until all see all", times(figures, Time::Form));
    section(&mut text, "Idle: the median of all members, and the greatest", idle(figures));
    section(&mut text, "What did not work", problems(figures));
    let plots = PLOTS.map(|plot| format!("[{plot}]({plot})")).join(", ");
    section(&mut text, "How it was measured", format!("{HOW}\nPlots: {plots}. Every run: [runs.csv](runs.csv)."));
    text
}

/// Adds a section.
pub(crate) fn section(text: &mut String, title: &str, body: String) {
    // Writing to a String cannot fail.
    let _ = writeln!(text, "\n## {title}\n\n{}", body.trim_end());
}

/// The machine as a table.
pub(crate) fn facts(machine: &Machine) -> String {
    table(&["", ""], machine.facts.iter().map(|(label, value)| vec![(*label).into(), value.clone()]))
}

/// A table in Markdown.
pub(crate) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(head.iter().copied()).add_rows(rows);
    table.to_string()
}

/// Aims beside what was seen.
pub(crate) fn aims_table(aims: Vec<aims::Aim>) -> String {
    let row = |aim: aims::Aim| vec![aim.what.into(), aim.seen.clone().unwrap_or_default(), aim.verdict().into()];
    table(&["aim", "seen", "verdict"], aims.into_iter().map(row))
}

fn times(figures: &Figures, time: Time) -> String {
    let mut head = vec!["members", "system", "runs", "min s", "median s", "max s", "of Quorate's"];
    if time == Time::Form {
        head.push("most numbers seen");
    }
    let rows = pairs(figures).map(|(size, system)| {
        let spread = figures.time(time, system, size);
        let ours = figures.time(time, System::Quorate, size);
        let runs = figures.seconds(time, system, size).len();
        let mut row = vec![size.to_string(), system.to_string(), runs.to_string()];
        row.extend(seconds(spread));
        row.push(spread.zip(ours).map_or("-".to_owned(), |(all, ours)| ratio(all.median / ours.median)));
        if time == Time::Form {
            row.push(figures.counts(system, size).map_or("-".to_owned(), |counts| counts.to_string()));
        }
        row
    });
    table(&head, rows)
}

/// With two digits that count.
pub(crate) fn ratio(value: f64) -> String {
    if value < 1.0 { format!("{value:.2}x") } else { format!("{value:.1}x") }
}

/// Every size with every system that was tried at all.
fn pairs(figures: &Figures) -> impl Iterator<Item = (usize, System)> {
    let systems = figures.systems();
    figures.sizes().into_iter().flat_map(move |size| systems.clone().into_iter().map(move |system| (size, system)))
}

fn seconds(spread: Option<Spread>) -> [String; 3] {
    let Some(Spread { min, median, max }) = spread else { return ["-", "-", "-"].map(str::to_owned) };
    [min, median, max].map(|value| format!("{value:.3}"))
}

fn idle(figures: &Figures) -> String {
    idle_table(
        pairs(figures).filter_map(|(size, system)| Some((size, system.to_string(), figures.idle(system, size)?))),
    )
}

/// The cost while idle: numbers of members, of what, and the cost.
pub(crate) fn idle_table(all: impl IntoIterator<Item = (usize, String, Idle)>) -> String {
    let head = ["members", "system", "% of a core", "MB", "packets sent a second", "kB sent a second"];
    let both = |spread: Spread| format!("{:.2} ({:.2})", spread.median, spread.max);
    let rows = all.into_iter().map(|(size, what, idle)| {
        let values = [idle.processor, idle.memory, idle.packets, idle.kilobytes].map(both);
        [size.to_string(), what].into_iter().chain(values).collect()
    });
    table(&head, rows)
}

fn problems(figures: &Figures) -> String {
    let missing = figures.missing.iter().map(|system| format!("- {system} is not installed and was not measured.\n"));
    let failed = figures.problems().map(|(system, size, why)| format!("- {system} with {size} members {why}\n"));
    let notes = figures.notes.iter().map(|note| format!("- {note}\n"));
    let all: String = missing.chain(failed).chain(notes).collect();
    if all.is_empty() { "Everything did.".to_owned() } else { all }
}

/// Every run, in order; what was not seen is empty.
fn raw(figures: &Figures) -> String {
    let mut text = String::from("system,members,fault,formed s,different numbers,noticed s,problem\n");
    for run in &figures.runs {
        let seconds =
            |time: Option<std::time::Duration>| time.map(|t| format!("{:.6}", t.as_secs_f64())).unwrap_or_default();
        let fault = run.fault.map_or("none".to_owned(), |fault| fault.to_string());
        let problem = run.seen.problem.as_deref().unwrap_or_default().replace('"', "'");
        let (formed, noticed) = (seconds(run.seen.formed), seconds(run.seen.noticed));
        let (system, size, counts) = (run.system, run.size, run.seen.counts);
        let _ = writeln!(text, "\"{system}\",{size},{fault},{formed},{counts},{noticed},\"{problem}\"");
    }
    text
}
