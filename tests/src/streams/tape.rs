//! What one stream said, in order, with the time each message came and the agent it came from.

use std::{fmt, time::Instant};

use quorate::v1::{self, SnapshotReason, ViewState, event::Kind, watch_events_response::Message};

use crate::views::{Id, id_of, names_of};

/// What one stream said.
#[derive(Debug, Clone, Default)]
pub(super) struct Tape {
    pub(super) entries: Vec<Entry>,
}

/// One message, or the end of a connection.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// When it came.
    pub(super) at: Instant,
    /// The agent it came from; empty for the end of a connection.
    pub(super) from: String,
    /// Resumes after it; empty for the end of a connection.
    pub(super) cursor: String,
    /// What it said.
    pub(super) said: Said,
}

#[derive(Debug, Clone)]
pub(super) enum Said {
    Snapshot { reason: SnapshotReason, view: Option<v1::View>, state: ViewState },
    View(v1::View),
    Started { left: Option<Id> },
    Stable(Id),
    Bookmark,
    Ended(String),
}

impl Tape {
    /// Takes note of a message.
    pub(super) fn message(&mut self, message: v1::WatchEventsResponse) {
        let from = message.header.map(|header| header.node_name).unwrap_or_default();
        let said = match message.message {
            Some(Message::Snapshot(snapshot)) => {
                let (reason, state) = (snapshot.reason(), snapshot.state());
                Said::Snapshot { reason, view: snapshot.view, state }
            }
            Some(Message::Event(event)) => match event.kind.expect("an event of a known kind") {
                Kind::View(view) => Said::View(view),
                Kind::TransitionStarted(started) => Said::Started { left: started.left_view_id.as_ref().map(Id::from) },
                Kind::ViewStable(stable) => Said::Stable(stable.view_id.as_ref().map(Id::from).expect("a view id")),
                Kind::Quorum(_) | Kind::Session(_) | Kind::Name(_) | Kind::Barrier(_) | Kind::Recovery(_) => {
                    Said::Bookmark
                }
            },
            Some(Message::Bookmark(_) | Message::Coordination(_) | Message::Recovery(_)) | None => Said::Bookmark,
        };
        self.entries.push(Entry { at: Instant::now(), from, cursor: message.cursor, said });
    }

    /// Takes note of the end of a connection; of several in a row only the first.
    pub(super) fn ended(&mut self, why: String) {
        if !matches!(self.entries.last(), None | Some(Entry { said: Said::Ended(_), .. })) {
            let (from, cursor) = (String::new(), String::new());
            self.entries.push(Entry { at: Instant::now(), from, cursor, said: Said::Ended(why) });
        }
    }

    /// Whether anything came.
    pub(super) fn has_begun(&self) -> bool {
        !self.entries.is_empty()
    }

    /// The cursor to go on after; empty at first.
    pub(super) fn cursor(&self) -> &str {
        let cursors = self.entries.iter().rev().map(|entry| entry.cursor.as_str());
        cursors.into_iter().find(|cursor| !cursor.is_empty()).unwrap_or_default()
    }

    /// The views told as events.
    pub(super) fn views(&self) -> impl Iterator<Item = &v1::View> {
        self.entries.iter().filter_map(|entry| match &entry.said {
            Said::View(view) => Some(view),
            _ => None,
        })
    }

    /// Whether the last view told is this one, and told to be stable.
    pub(super) fn ends_stable_with(&self, id: &Id) -> bool {
        let last = self.entries.iter().rev().find(|entry| !matches!(entry.said, Said::Bookmark));
        match last.map(|entry| &entry.said) {
            Some(Said::Stable(stable)) => stable == id,
            Some(Said::Snapshot { view: Some(view), state: ViewState::Stable, .. }) => id_of(view) == *id,
            _ => false,
        }
    }

    /// When the first view after `since` was told for which this holds.
    pub(super) fn told_at(&self, since: Instant, holds: impl Fn(&v1::View) -> bool) -> Option<Instant> {
        let later = self.entries.iter().filter(|entry| entry.at >= since);
        later.into_iter().find(|entry| matches!(&entry.said, Said::View(view) if holds(view))).map(|entry| entry.at)
    }
}

impl fmt::Display for Tape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(first) = self.entries.first() else { return f.write_str("  nothing") };
        for entry in self.entries.iter().filter(|entry| !matches!(entry.said, Said::Bookmark)) {
            writeln!(f, "  {:8.3?} {:3} {}", entry.at - first.at, entry.from, entry.said)?;
        }
        Ok(())
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Snapshot { reason, view, state } => {
                let view = view.as_ref().map(|view| (id_of(view), names_of(view)));
                write!(f, "snapshot {} {view:?} {}", reason.as_str_name(), state.as_str_name())
            }
            Self::View(view) => {
                let parents: Vec<_> = view.parents.iter().map(Id::from).collect();
                let missed = if view.missed { " missed" } else { "" };
                write!(f, "view {:?} {:?} after {parents:?}{missed}", id_of(view), names_of(view))
            }
            Self::Started { left } => write!(f, "transition started, left {left:?}"),
            Self::Stable(id) => write!(f, "stable {id:?}"),
            Self::Bookmark => f.write_str("bookmark"),
            Self::Ended(why) => write!(f, "connection ended: {why}"),
        }
    }
}
