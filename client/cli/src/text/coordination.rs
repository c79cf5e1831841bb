//! Sessions, names, locks, offices and barriers.

use quorate::v1::{self, name_change, session_change::Change};

use crate::output::{Paint, Tone, lines};
use crate::words::{clean, count, or_dash, short, word};

/// Most characters of a value in a table.
const VALUE: usize = 40;

/// Why a lock that nobody holds cannot be had.
const KEPT_FREE: &str = "it is kept free for a while, for its holder may not know yet that it lost it";

/// A fencing token.
pub fn token(token: Option<&v1::Token>) -> String {
    token.map_or_else(|| "-".to_owned(), |token| format!("{}.{}", token.epoch, token.counter))
}

/// A value on one line: as text when it is one, and not all of a long one.
fn value(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.chars().count() > VALUE => {
            format!("{}...", clean(&text.chars().take(VALUE).collect::<String>()))
        }
        Ok(text) => or_dash(text),
        Err(_) => count(bytes.len(), "byte"),
    }
}

/// Bindings, one a row.
pub fn bindings<'a>(bindings: impl IntoIterator<Item = &'a v1::Binding>, paint: Paint) -> String {
    let mut table = paint.table(["PATH", "KIND", "MODE", "SESSION", "TOKEN", "VALUE"]);
    for binding in bindings {
        let kind = word::<v1::NameKind>(binding.kind);
        let mode = word::<v1::NameMode>(binding.mode);
        let cells = [
            binding.path.clone(),
            kind,
            mode,
            binding.session_id.clone(),
            token(binding.token.as_ref()),
            value(&binding.value),
        ];
        table.add_row(cells.map(|text| paint.cell(text, Tone::Plain)));
    }
    lines(&table)
}

/// A lock: who holds it, and who waits.
pub fn lock(answer: &v1::GetLockResponse, paint: Paint) -> String {
    let mut text = match (answer.holders.is_empty(), answer.delayed) {
        (true, true) => format!("nobody holds it; {KEPT_FREE}\n"),
        (true, false) => "nobody holds it\n".to_owned(),
        (false, _) => bindings(&answer.holders, paint),
    };
    if answer.limit > 0 {
        text.push_str(&format!("{} of {} places are taken\n", answer.holder_count, answer.limit));
    }
    if answer.waiting > 0 {
        let more = if answer.waiting as usize > answer.waiting_session_ids.len() { ", ..." } else { "" };
        let first = answer.waiting_session_ids.join(", ");
        text.push_str(&format!("{} waiting: {}{more}\n", answer.waiting, clean(&first)));
    }
    text
}

/// Why a lock has to be waited for.
pub fn why_locked(answer: &v1::GetLockResponse) -> String {
    let first: Vec<_> = answer.holders.iter().take(3).map(|held| held.session_id.as_str()).collect();
    let first = clean(&first.join(", "));
    let mut text = match (answer.holders.len(), answer.delayed) {
        (0, true) => KEPT_FREE.to_owned(),
        (0, false) => "nobody holds it at this moment".to_owned(),
        (1..=3, _) => format!("held by session {first}"),
        _ => format!("held by session {first} and {} more", answer.holder_count.saturating_sub(3)),
    };
    if answer.waiting > 1 {
        text.push_str(&format!(", {} in the queue", answer.waiting));
    }
    text
}

/// Who leads.
pub fn leader(leader: Option<&v1::Binding>) -> String {
    match leader {
        None => "nobody leads\n".to_owned(),
        Some(leader) => format!(
            "session {} leads, token {}, value {}\n",
            clean(&leader.session_id),
            token(leader.token.as_ref()),
            value(&leader.value)
        ),
    }
}

/// A change of a name.
pub fn change(binding: &v1::Binding, unbound: Option<&str>, paint: Paint) -> String {
    let (what, tone) = match unbound {
        None => ("bound  ", Tone::Good),
        Some(_) => ("unbound", Tone::Middling),
    };
    let why = unbound.map(|why| format!(" ({why})")).unwrap_or_default();
    format!(
        "{}  {}  {} of session {}, token {}, value {}{why}",
        paint.text(what, tone),
        paint.bold(clean(&binding.path)),
        word::<v1::NameKind>(binding.kind),
        clean(&binding.session_id),
        token(binding.token.as_ref()),
        value(&binding.value),
    )
}

/// An event of a name.
pub fn name_change(event: &v1::NameChange, paint: Paint) -> String {
    match &event.change {
        Some(name_change::Change::Bound(binding)) => change(binding, None, paint),
        Some(name_change::Change::Unbound(unbound)) => {
            let (binding, why) = (unbound.binding.clone().unwrap_or_default(), word::<v1::EndReason>(unbound.reason));
            change(&binding, Some(&why), paint)
        }
        None => "a change of a name that this version does not know".to_owned(),
    }
}

/// An event of a session.
pub fn session_change(event: &v1::SessionChange, paint: Paint) -> String {
    match &event.change {
        Some(Change::Opened(session)) => format!(
            "{}  session {}  label {}, through {}",
            paint.text("opened", Tone::Good),
            clean(&session.session_id),
            or_dash(&session.label),
            clean(&session.node_name)
        ),
        Some(Change::Ended(ended)) => format!(
            "{}  session {}  label {} ({})",
            paint.text("ended", Tone::Middling),
            clean(&ended.session_id),
            or_dash(&ended.label),
            word::<v1::EndReason>(ended.reason)
        ),
        None => "a change of a session that this version does not know".to_owned(),
    }
}

/// An event of a barrier.
pub fn barrier_step(step: &v1::BarrierStep, paint: Paint) -> String {
    let what = word::<v1::BarrierStepKind>(step.kind);
    let tone = if step.kind() == v1::BarrierStepKind::Broken { Tone::Bad } else { Tone::Plain };
    let who = if step.session_id.is_empty() { String::new() } else { format!("  session {}", clean(&step.session_id)) };
    let why = if step.broken.is_empty() { String::new() } else { format!(": {}", clean(&step.broken)) };
    let path = paint.bold(clean(&step.path));
    format!("barrier {}  {path}, generation {}{who}{why}", paint.text(what, tone), step.generation)
}

/// Sessions, one a row.
pub fn sessions(answer: &v1::ListSessionsResponse, paint: Paint) -> String {
    let mut table = paint.table(["SESSION", "LABEL", "GROUP", "NODE", "TTL", "LEFT", "NAMES", "BARRIERS"]);
    for session in &answer.sessions {
        let time = |time: &Option<_>| time.as_ref().map_or_else(|| "-".to_owned(), short);
        let cells = [
            session.session_id.clone(),
            or_dash(&session.label),
            or_dash(&session.group),
            session.node_name.clone(),
            time(&session.ttl),
            time(&session.left),
            or_dash(&session.paths.join(", ")),
            or_dash(&session.barrier_paths.join(", ")),
        ];
        table.add_row(cells.map(|text| paint.cell(text, Tone::Plain)));
    }
    lines(&table)
}

/// Barriers, one a row.
pub fn barriers<'a>(barriers: impl IntoIterator<Item = &'a v1::Barrier>, paint: Paint) -> String {
    let mut table = paint.table(["PATH", "GENERATION", "PHASE", "ARRIVED", "MISSING", "LAST"]);
    for barrier in barriers {
        let phase = if barrier.inside { "inside" } else { "gathering" };
        let last = barrier.past.last().map_or_else(
            || "-".to_owned(),
            |past| match past.released {
                true => format!("{} passed", past.generation),
                false => format!("{} broken: {}", past.generation, past.broken),
            },
        );
        let cells = [
            barrier.path.clone(),
            barrier.generation.to_string(),
            phase.to_owned(),
            barrier.arrived_session_ids.len().to_string(),
            missing(barrier),
            last,
        ];
        table.add_row(cells.map(|text| paint.cell(text, Tone::Plain)));
    }
    lines(&table)
}

/// How many are missing, and which as far as that is known.
pub fn missing(barrier: &v1::Barrier) -> String {
    let known = [barrier.missing_nodes.as_slice(), &barrier.missing_session_ids].concat();
    match (barrier.missing, known.is_empty()) {
        (0, _) => "-".to_owned(),
        (missing, true) => missing.to_string(),
        (missing, false) => format!("{missing}: {}", known.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binding(bytes: &[u8]) -> v1::Binding {
        v1::Binding {
            path: "a/b".to_owned(),
            kind: v1::NameKind::Lock.into(),
            mode: v1::NameMode::Exclusive.into(),
            session_id: "3-1".to_owned(),
            value: bytes.to_vec(),
            token: Some(v1::Token { epoch: 3, counter: 7 }),
            modified_revision: 9,
        }
    }

    #[test]
    fn values_are_shown_on_one_line() {
        assert_eq!(value(b""), "-");
        assert_eq!(value(b"a\nb"), "a\\nb");
        assert_eq!(value(&[0xff, 0xfe]), "2 bytes");
        assert_eq!(value(&[b'x'; 50]), format!("{}...", "x".repeat(40)));
    }

    #[test]
    fn a_lock_shows_who_waits() {
        let mut answer = v1::GetLockResponse { holders: vec![binding(b"me")], waiting: 3, ..<_>::default() };
        answer.waiting_session_ids = vec!["3-2".to_owned(), "3-3".to_owned()];
        let text = lock(&answer, Paint::NONE);
        assert_eq!(
            text,
            "PATH  KIND  MODE       SESSION  TOKEN  VALUE\na/b   lock  exclusive  3-1      3.7    me\n3 waiting: 3-2, 3-3, ...\n"
        );
        assert_eq!(lock(&v1::GetLockResponse::default(), Paint::NONE), "nobody holds it\n");
        assert_eq!(why_locked(&answer), "held by session 3-1, 3 in the queue");
        let many = v1::GetLockResponse { holders: vec![binding(b""); 4], holder_count: 9, ..<_>::default() };
        assert_eq!(why_locked(&many), "held by session 3-1, 3-1, 3-1 and 6 more");
        let free = v1::GetLockResponse { delayed: true, ..<_>::default() };
        assert_eq!(why_locked(&free), KEPT_FREE);
    }

    #[test]
    fn changes_of_names_say_why() {
        let text = change(&binding(b"v"), Some("expired"), Paint::NONE);
        assert_eq!(text, "unbound  a/b  lock of session 3-1, token 3.7, value v (expired)");
    }
}
