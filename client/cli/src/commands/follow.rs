//! Following events after the history: without a gap or a duplicate where the one ends and the other begins.
//!
//! With a cursor the watch goes on after it. Without one (there was no history yet) the watch starts now, and the
//! history is read once more up to its first snapshot. A snapshot after a reconnection may hold a view that follows as
//! an event too, or does not: it is held back ([`Held`]) until the next message tells.

use futures_util::StreamExt;
use quorate::EventWatchOptions;
use quorate::v1::{self, SnapshotReason, event::Kind, watch_events_response::Message};

use super::events::{Selection, show};
use crate::app::App;
use crate::failure::Failure;
use crate::words::word;
use crate::{json, text};

/// The end of the history that was shown.
#[derive(Default)]
pub struct End {
    /// Where to go on; empty when there was no history and no cursor was given.
    pub cursor: String,
    /// The last view shown.
    pub newest: Option<Rank>,
}

impl End {
    /// Takes note of an event that was shown.
    pub fn shown(&mut self, event: &v1::Event) {
        self.cursor.clone_from(&event.cursor);
        self.newest = view_rank(event);
    }
}

/// Follows until the stream fails.
pub async fn run(mut app: App, selection: Selection, end: End) -> Result<(), Failure> {
    let mut options =
        EventWatchOptions::new().kinds(selection.kinds.iter().copied()).path_prefix(&selection.path_prefix);
    if !end.cursor.is_empty() {
        options = options.cursor(end.cursor);
    }
    let mut watch = app.client.watch_events(options)?;
    let mut held = Held { view: None, newest: end.newest };
    let mut recovery_told = false;
    while let Some(message) = watch.next().await {
        let v1::WatchEventsResponse { cursor, message, .. } = message?;
        let ready = match message {
            Some(Message::Snapshot(snapshot)) => match snapshot.reason() {
                SnapshotReason::Lagged | SnapshotReason::HistoryDropped => {
                    show_gap(&mut app, &cursor, &snapshot)?;
                    held.skip_to(snapshot.view.as_ref());
                    Vec::new()
                }
                _ if !selection.has_views() => Vec::new(),
                SnapshotReason::Resumed => held.hold(cursor, snapshot.view),
                _ => {
                    held.skip_to(snapshot.view.as_ref());
                    history_until(&app, &selection, snapshot.view.as_ref()).await?
                }
            },
            Some(Message::Event(event)) => held.release(event),
            Some(Message::Coordination(snapshot)) => {
                show_coordination_gap(&mut app, &cursor, &snapshot)?;
                Vec::new()
            }
            Some(Message::Recovery(snapshot)) => {
                if std::mem::replace(&mut recovery_told, true) {
                    show_recovery_gap(&mut app, &cursor, &snapshot)?;
                }
                Vec::new()
            }
            Some(Message::Bookmark(_)) | None => held.view.take().into_iter().collect(),
        };
        for event in ready {
            show(&mut app, &event)?;
        }
    }
    Ok(())
}

/// The history up to the view that a stream started with.
async fn history_until(app: &App, selection: &Selection, view: Option<&v1::View>) -> Result<Vec<v1::Event>, Failure> {
    let Some(last) = view.and_then(rank) else { return Ok(Vec::new()) };
    let mut history = app.client.list_events(selection.filter.clone()).await?.events;
    history.retain(|event| view_rank(event).is_some_and(|rank| rank <= last));
    Ok(history)
}

fn show_gap(app: &mut App, cursor: &str, snapshot: &v1::EventSnapshot) -> Result<(), Failure> {
    if app.out.is_json() {
        app.out.json_line(&json::Event::gap(cursor, snapshot))?;
    } else {
        let id = snapshot.view.as_ref().and_then(|view| view.id.as_ref());
        let text = text::event::gap(&word::<SnapshotReason>(snapshot.reason), id, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

/// Says that changes are missing, at the end of a snapshot that bridges them.
fn show_coordination_gap(app: &mut App, cursor: &str, snapshot: &v1::CoordinationSnapshot) -> Result<(), Failure> {
    if snapshot.more || !matches!(snapshot.reason(), SnapshotReason::Lagged | SnapshotReason::HistoryDropped) {
        return Ok(());
    }
    if app.out.is_json() {
        app.out.json_line(&json::Event::coordination_gap(cursor, snapshot))?;
    } else {
        let reason = word::<SnapshotReason>(snapshot.reason);
        let text = text::event::coordination_gap(&reason, snapshot.revision, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

/// Says that changes of services and their recovery may be missing.
fn show_recovery_gap(app: &mut App, cursor: &str, snapshot: &v1::RecoverySnapshot) -> Result<(), Failure> {
    if app.out.is_json() {
        app.out.json_line(&json::Event::recovery_gap(cursor, snapshot))?;
    } else {
        let text = text::event::recovery_gap(snapshot.recovery.as_ref(), app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

/// The view of a snapshot that has not been shown as an event yet, if it is a new one at all.
#[derive(Default)]
struct Held {
    view: Option<v1::Event>,
    /// The newest view that was shown or held; none before the first is known.
    newest: Option<Rank>,
}

impl Held {
    /// Holds a snapshot's view back, unless it is one that was seen. Returns what was held before.
    fn hold(&mut self, cursor: String, view: Option<v1::View>) -> Vec<v1::Event> {
        let before = self.view.take().into_iter().collect();
        let Some(view) = view else { return before };
        // With no newest view the stream was resumed with a cursor after which nothing was listed: this is its view.
        let is_news = self.newest.is_some() && rank(&view) > self.newest;
        self.skip_to(Some(&view));
        if is_news {
            let observed_time = view.commit_time;
            self.view = Some(v1::Event { cursor, observed_time, kind: Some(Kind::View(view)) });
        }
        before
    }

    /// Takes a view for shown.
    fn skip_to(&mut self, view: Option<&v1::View>) {
        self.newest = self.newest.take().max(view.and_then(rank));
    }

    /// What to show when an event arrives: the view held before it, unless the event is that view or an earlier one.
    fn release(&mut self, event: v1::Event) -> Vec<v1::Event> {
        let Some(rank) = view_rank(&event) else {
            return self.view.take().into_iter().chain([event]).collect();
        };
        let held = self.view.take_if(|held| view_rank(held).is_none_or(|held| held <= rank));
        let held = held.filter(|held| view_rank(held).is_none_or(|held| held < rank));
        self.newest = self.newest.take().max(Some(rank));
        held.into_iter().chain([event]).collect()
    }
}

/// The place of a view in the order of all views: its incarnation, then its controller.
pub type Rank = (u64, String);

fn rank(view: &v1::View) -> Option<Rank> {
    let id = view.id.as_ref()?;
    Some((id.incarnation, id.controller.clone()))
}

fn view_rank(event: &v1::Event) -> Option<Rank> {
    match &event.kind {
        Some(Kind::View(view)) => rank(view),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(incarnation: u64) -> v1::View {
        let id = Some(v1::ViewId { incarnation, controller: "n1".to_owned() });
        v1::View { id, ..v1::View::default() }
    }

    fn event(incarnation: u64) -> v1::Event {
        v1::Event { kind: Some(Kind::View(view(incarnation))), ..v1::Event::default() }
    }

    fn held(newest: u64) -> Held {
        Held { view: None, newest: Some((newest, "n1".to_owned())) }
    }

    fn shown(events: &[v1::Event]) -> Vec<u64> {
        events.iter().filter_map(view_rank).map(|(incarnation, _)| incarnation).collect()
    }

    #[test]
    fn a_view_that_follows_its_snapshot_is_shown_once() {
        let mut held = held(11);
        assert!(held.hold("c".to_owned(), Some(view(13))).is_empty());
        assert_eq!(shown(&held.release(event(12))), [12]);
        assert_eq!(shown(&held.release(event(13))), [13]);
        assert!(held.view.is_none());
    }

    #[test]
    fn a_view_that_is_in_the_snapshot_alone_is_shown_too() {
        let mut held = held(11);
        assert!(held.hold("c".to_owned(), Some(view(13))).is_empty());
        assert_eq!(shown(&held.release(event(14))), [13, 14]);
        assert!(held.hold("c".to_owned(), Some(view(15))).is_empty());
        assert_eq!(shown(&held.hold("c".to_owned(), Some(view(16)))), [15]);
        let started = v1::Event { kind: Some(Kind::TransitionStarted(v1::TransitionStarted::default())), ..event(0) };
        assert_eq!(held.release(started).len(), 2);
    }

    #[test]
    fn a_view_that_was_seen_is_not_shown_again() {
        let mut held = held(13);
        assert!(held.hold("c".to_owned(), Some(view(13))).is_empty());
        assert!(held.view.is_none());
        let mut fresh = Held::default();
        assert!(fresh.hold("c".to_owned(), Some(view(13))).is_empty());
        assert!(fresh.view.is_none());
        assert_eq!(shown(&fresh.release(event(14))), [14]);
    }
}
