//! One event as text: a line that says what happened, then why and how long each phase took.

use quorate::v1::{self, event::Kind};

use super::coordination;
use crate::output::{Paint, Tone};
use crate::words::{clean, count, short, time, view_id, word};

const INDENT: &str = "    ";

/// The event over one or more lines.
pub fn event(event: &v1::Event, paint: Paint) -> String {
    let when = event.observed_time.as_ref().and_then(time).unwrap_or_else(|| "-".to_owned());
    let (head, details) = match &event.kind {
        Some(Kind::View(view)) => (view_head(view, paint), view_details(view)),
        Some(Kind::TransitionStarted(started)) => (started_head(started, paint), Vec::new()),
        Some(Kind::ViewStable(stable)) => (stable_head(stable, paint), Vec::new()),
        Some(Kind::Quorum(quorum)) => (super::quorum::change(quorum, paint), Vec::new()),
        Some(Kind::Session(change)) => (coordination::session_change(change, paint), Vec::new()),
        Some(Kind::Name(change)) => (coordination::name_change(change, paint), Vec::new()),
        Some(Kind::Barrier(step)) => (coordination::barrier_step(step, paint), Vec::new()),
        Some(Kind::Recovery(change)) => (super::recovery::change(change, paint), Vec::new()),
        None => ("an event of a kind this version does not know".to_owned(), Vec::new()),
    };
    let details: String = details.iter().map(|line| format!("{INDENT}{line}\n")).collect();
    format!("{when}  {head}\n{details}")
}

/// A line about missing events.
pub fn gap(reason: &str, id: Option<&v1::ViewId>, paint: Paint) -> String {
    let on = id.map_or_else(String::new, |id| format!("; going on from view {}", view_id(Some(id))));
    missing(reason, &on, paint)
}

/// A line about missing changes of sessions, names and barriers.
pub fn coordination_gap(reason: &str, revision: u64, paint: Paint) -> String {
    missing(reason, &format!("; sessions, names and barriers go on from revision {revision}"), paint)
}

/// A line about missing changes of services and their recovery.
pub fn recovery_gap(recovery: Option<&v1::Recovery>, paint: Paint) -> String {
    let on = recovery.map_or_else(|| "nobody leads recovery".to_owned(), crate::standing::stage);
    let text = format!("-- gap: the stream began anew; services and their recovery go on from: {on}");
    format!("{}\n", paint.text(text, Tone::Bad))
}

fn missing(reason: &str, on: &str, paint: Paint) -> String {
    let why = match reason {
        "lagged" => "this reader was too slow, events were dropped",
        _ => "older events are no longer kept",
    };
    format!("{}\n", paint.text(format!("-- gap: {why}{on}"), Tone::Bad))
}

fn view_head(view: &v1::View, paint: Paint) -> String {
    let names: Vec<String> = view.members.iter().map(|member| clean(&member.node_name)).collect();
    let missed = if view.missed { paint.text(" (missed here)", Tone::Middling) } else { String::new() };
    let title = paint.bold(format!("view {}", view_id(view.id.as_ref())));
    format!("{title}{missed}  {}: {}", count(names.len(), "member"), names.join(", "))
}

fn view_details(view: &v1::View) -> Vec<String> {
    let Some(transition) = &view.transition else { return Vec::new() };
    let mut details = Vec::new();
    if !transition.summary.is_empty() {
        details.push(clean(&transition.summary));
    }
    details.extend(transition.causes.iter().map(cause));
    details.push(phases(transition, &view.parents));
    details
}

/// "- lost n3: n1 over default: connection reset; n2 over default: silent for 1.0 s".
fn cause(cause: &v1::Cause) -> String {
    let seen = |one: &v1::Observation| match one.network.is_empty() {
        true => format!("{}: {}", clean(&one.observer), clean(&one.text)),
        false => format!("{} over {}: {}", clean(&one.observer), clean(&one.network), clean(&one.text)),
    };
    let seen: Vec<String> = cause.observations.iter().map(seen).collect();
    let seen = if seen.is_empty() { clean(&cause.text) } else { seen.join("; ") };
    let kind = word::<v1::CauseKind>(cause.kind);
    match seen.is_empty() {
        true => format!("- {kind} {}", clean(&cause.node_name)),
        false => format!("- {kind} {}: {seen}", clean(&cause.node_name)),
    }
}

/// "settled in 52 ms, prepared in 3.0 ms, 1 attempt, after view 11@n1".
fn phases(transition: &v1::Transition, parents: &[v1::ViewId]) -> String {
    let mut parts = Vec::new();
    parts.extend(transition.settle_duration.as_ref().map(|duration| format!("settled in {}", short(duration))));
    parts.extend(transition.prepare_duration.as_ref().map(|duration| format!("prepared in {}", short(duration))));
    parts.push(count(transition.attempts as usize, "attempt"));
    let parents: Vec<String> = parents.iter().map(|id| view_id(Some(id))).collect();
    if !parents.is_empty() {
        parts.push(format!("after view {}", parents.join(" and ")));
    }
    parts.join(", ")
}

fn started_head(started: &v1::TransitionStarted, paint: Paint) -> String {
    let title = paint.text("transition started", Tone::Middling);
    let mut text = format!("{title}  left view {}", view_id(started.left_view_id.as_ref()));
    if !started.controller.is_empty() {
        text += &format!(", controller {}", clean(&started.controller));
    }
    if !started.summary.is_empty() {
        text += &format!(": {}", clean(&started.summary));
    }
    text
}

fn stable_head(stable: &v1::ViewStable, paint: Paint) -> String {
    let title = paint.text("view stable", Tone::Good);
    let took = stable.install_duration.as_ref();
    let took = took.map_or_else(String::new, |duration| format!(", installed everywhere in {}", short(duration)));
    format!("{title}  view {}{took}", view_id(stable.view_id.as_ref()))
}

#[cfg(test)]
mod tests {
    use prost_types::{Duration, Timestamp};

    use super::*;

    fn id(incarnation: u64) -> v1::ViewId {
        v1::ViewId { incarnation, controller: "n1".to_owned() }
    }

    fn at_noon(kind: Kind) -> v1::Event {
        let noon = Timestamp { seconds: 1_795_348_800, nanos: 0 };
        v1::Event { cursor: "c".to_owned(), observed_time: Some(noon), kind: Some(kind) }
    }

    fn millis(millis: i32) -> Option<Duration> {
        Some(Duration { seconds: 0, nanos: millis * 1_000_000 })
    }

    #[test]
    fn a_view_comes_with_its_causes_and_phases() {
        let seen = v1::Observation {
            observer: "n1".to_owned(),
            network: "lan".to_owned(),
            text: "connection reset".to_owned(),
        };
        let cause = v1::Cause {
            kind: v1::CauseKind::Lost.into(),
            node_name: "n3".to_owned(),
            observations: vec![seen],
            text: String::new(),
        };
        let transition = v1::Transition {
            summary: "n3 was lost".to_owned(),
            causes: vec![cause],
            settle_duration: millis(52),
            prepare_duration: millis(3),
            attempts: 1,
        };
        let member = |name: &str| v1::Member { node_name: name.to_owned(), ..v1::Member::default() };
        let view = v1::View {
            id: Some(id(12)),
            members: vec![member("n1"), member("n2")],
            parents: vec![id(11)],
            transition: Some(transition),
            commit_time: None,
            missed: true,
        };
        assert_eq!(
            event(&at_noon(Kind::View(view)), Paint::NONE),
            "2026-11-22T12:00:00.000Z  view 12@n1 (missed here)  2 members: n1, n2\n    \
             n3 was lost\n    \
             - lost n3: n1 over lan: connection reset\n    \
             settled in 52 ms, prepared in 3.0 ms, 1 attempt, after view 11@n1\n"
        );
    }

    #[test]
    fn transitions_and_stable_views_take_one_line() {
        let started = v1::TransitionStarted {
            left_view_id: Some(id(11)),
            controller: "n1".to_owned(),
            summary: "n3 is silent".to_owned(),
        };
        assert_eq!(
            event(&at_noon(Kind::TransitionStarted(started)), Paint::NONE),
            "2026-11-22T12:00:00.000Z  transition started  left view 11@n1, controller n1: n3 is silent\n"
        );
        let stable = v1::ViewStable { view_id: Some(id(12)), install_duration: millis(2) };
        assert_eq!(
            event(&at_noon(Kind::ViewStable(stable)), Paint::NONE),
            "2026-11-22T12:00:00.000Z  view stable  view 12@n1, installed everywhere in 2.0 ms\n"
        );
    }

    #[test]
    fn a_gap_says_where_it_goes_on() {
        let text = gap("lagged", Some(&id(12)), Paint::NONE);
        assert_eq!(text, "-- gap: this reader was too slow, events were dropped; going on from view 12@n1\n");
        assert_eq!(gap("history_dropped", None, Paint::NONE), "-- gap: older events are no longer kept\n");
    }
}
