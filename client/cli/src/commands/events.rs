//! `quorate events`: the history, then what happens.

use std::time::SystemTime;

use quorate::v1::{self, EventKind};

use super::follow::End;
use super::{follow, until_interrupted};
use crate::app::App;
use crate::args::EventsArgs;
use crate::failure::Failure;
use crate::{json, text};

/// What to list and to follow.
pub struct Selection {
    /// Where the history begins.
    pub filter: v1::ListEventsRequest,
    /// The kinds to show; all when there are none.
    pub kinds: Vec<EventKind>,
    /// What paths of names and barriers begin with.
    pub path_prefix: String,
}

impl Selection {
    fn new(args: &EventsArgs, now: SystemTime) -> Self {
        let since = args.since.as_ref();
        let filter = v1::ListEventsRequest {
            cursor: since.and_then(|since| since.cursor()).unwrap_or_default().to_owned(),
            since_time: since.and_then(|since| since.time(now)).map(Into::into),
            ..v1::ListEventsRequest::default()
        };
        let kinds = args.kinds.iter().map(|&kind| kind.into()).collect();
        Self { filter, kinds, path_prefix: args.path_prefix.clone() }
    }

    /// True when views are to be shown; nothing else is kept as history.
    pub fn has_views(&self) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&EventKind::View)
    }
}

pub async fn run(mut app: App, args: EventsArgs) -> Result<(), Failure> {
    let selection = Selection::new(&args, SystemTime::now());
    let mut end = End { cursor: selection.filter.cursor.clone(), newest: None };
    if selection.has_views() {
        let history = app.client.list_events(selection.filter.clone()).await?;
        if history.history_dropped {
            show_dropped(&mut app)?;
        }
        for event in &history.events {
            show(&mut app, event)?;
            end.shown(event);
        }
    }
    if args.follow {
        return until_interrupted(follow::run(app, selection, end)).await;
    }
    Ok(())
}

/// Writes one event.
pub fn show(app: &mut App, event: &v1::Event) -> Result<(), Failure> {
    if app.out.is_json() {
        app.out.json_line(&json::Event::from(event))?;
    } else {
        let text = text::event::event(event, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

/// Says that events are missing before the first.
fn show_dropped(app: &mut App) -> Result<(), Failure> {
    if app.out.is_json() {
        app.out.json_line(&json::Event::history_dropped())?;
    } else {
        let text = text::event::gap("history_dropped", None, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::args::Kind;
    use crate::since::Since;

    fn args(kinds: Vec<Kind>) -> EventsArgs {
        EventsArgs { follow: true, since: None, kinds, path_prefix: String::new() }
    }

    #[test]
    fn since_becomes_a_cursor_or_a_time() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1000);
        let select = |since| Selection::new(&EventsArgs { since, ..args(Vec::new()) }, now);
        let ago = select(Some(Since::Ago(Duration::from_secs(10)))).filter;
        assert_eq!((ago.since_time.map(|time| time.seconds), ago.cursor.as_str()), (Some(990), ""));
        let after = select(Some(Since::Cursor("c1".to_owned()))).filter;
        assert_eq!((after.since_time, after.cursor.as_str()), (None, "c1"));
        assert_eq!(select(None).filter, v1::ListEventsRequest::default());
    }

    #[test]
    fn only_views_are_history() {
        let select = |kinds| Selection::new(&args(kinds), SystemTime::UNIX_EPOCH);
        assert!(select(Vec::new()).has_views());
        assert!(select(vec![Kind::ViewStable, Kind::View]).has_views());
        assert!(!select(vec![Kind::ViewStable]).has_views());
    }
}
