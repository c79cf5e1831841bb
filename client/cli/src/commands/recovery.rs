//! `quorate recovery`, `drain` and `undrain`.

use std::time::Duration;

use futures_util::StreamExt;
use quorate::WatchStatus;
use quorate::v1::{self, watch_recovery_response::Message};
use tokio::time::{Instant, MissedTickBehavior};

use super::recovered::{Goal, NOBODY, follow, timed};
use super::until_interrupted;
use crate::app::App;
use crate::args::{DrainArgs, RecoveryArgs, RecoveryQuestion, UndrainArgs, WhatIfArgs};
use crate::failure::Failure;
use crate::json::{self, Decision};
use crate::output::Tone;
use crate::text::recovery as text;
use crate::words::{clean, short_duration};

/// How often the screen is drawn again while nothing happens.
const REFRESH: Duration = Duration::from_secs(1);

pub async fn run(mut app: App, args: RecoveryArgs) -> Result<(), Failure> {
    if let Some(RecoveryQuestion::WhatIf(question)) = args.question {
        return what_if(app, question).await;
    }
    if args.watch {
        return until_interrupted(watch(app)).await;
    }
    follow(&app, args.follow, Goal::default()).await?;
    let answer = app.client.recovery().await?;
    if app.out.is_json() {
        app.out.json(&json::RecoveryAnswer::new(answer.header.as_ref(), answer.recovery.as_ref()))?;
    } else {
        let text = text::recovery(&answer.recovery.unwrap_or_default(), app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

async fn what_if(mut app: App, args: WhatIfArgs) -> Result<(), Failure> {
    let request = v1::ExplainRecoveryRequest { failed_nodes: args.fail, drained_nodes: args.drain };
    let answer = app.client.explain_recovery(request).await?;
    if app.out.is_json() {
        app.out.json(&json::Shifts::from(&answer))?;
    } else {
        let text = text::shifts(&answer.shifts, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

/// Shows it whenever it changes: in place for a person, else what has changed, or all of it as JSON.
async fn watch(mut app: App) -> Result<(), Failure> {
    let mut watch = app.client.watch_recovery();
    let mut ticks = tokio::time::interval(REFRESH);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut seen = Seen::default();
    loop {
        tokio::select! {
            told = watch.next() => match told {
                Some(told) => if seen.take(told?) {
                    seen.show(&mut app, &watch.status())?;
                },
                None => return Ok(()),
            },
            _ = ticks.tick() => if app.out.is_terminal() && !app.out.is_json() {
                seen.draw(&mut app, &watch.status())?;
            },
        }
    }
}

/// What the watch has told.
#[derive(Default)]
struct Seen {
    header: Option<v1::ResponseHeader>,
    /// None while nobody leads.
    now: Option<v1::Recovery>,
    /// What was shown before.
    before: Option<v1::Recovery>,
    /// When it was told last.
    at: Option<Instant>,
}

impl Seen {
    /// Takes note of a message; whether there is something to show.
    fn take(&mut self, told: v1::WatchRecoveryResponse) -> bool {
        self.header = told.header;
        match told.message {
            Some(Message::Recovery(recovery)) => {
                self.before = self.now.replace(recovery);
                self.at = Some(Instant::now());
                true
            }
            Some(Message::NoRecovery(_)) => {
                (self.now, self.before) = (None, None);
                true
            }
            Some(Message::Bookmark(_)) | None => false,
        }
    }

    fn show(&self, app: &mut App, status: &WatchStatus) -> Result<(), Failure> {
        if app.out.is_json() {
            app.out.json_line(&json::RecoveryAnswer::new(self.header.as_ref(), self.now.as_ref()))?;
        } else if app.out.is_terminal() {
            self.draw(app, status)?;
        } else {
            let nobody = || vec![NOBODY.to_owned()];
            let lines = self.now.as_ref().map_or_else(nobody, |now| text::changes(self.before.as_ref(), now));
            for line in lines {
                app.out.text(&format!("{}\n", timed(&line)))?;
            }
        }
        Ok(())
    }

    fn draw(&self, app: &mut App, status: &WatchStatus) -> Result<(), Failure> {
        let paint = app.out.paint();
        let mut screen = String::new();
        if let WatchStatus::Connecting { since, failed } = status {
            let cause = failed.as_ref().map_or_else(String::new, |tried| format!(" ({})", clean(&tried.to_string())));
            let note = format!("not connected for {}{cause}", short_duration(since.elapsed()));
            screen += &format!("{}\n", paint.text(note, Tone::Bad));
        }
        screen += &match &self.now {
            Some(now) => text::recovery(&aged(now, self.at.map(|at| at.elapsed()).unwrap_or_default()), paint),
            None => format!("{}\n", paint.text(NOBODY, Tone::Middling)),
        };
        app.out.screen(&screen, true)?;
        Ok(())
    }
}

/// The same so much later, when nothing has changed.
fn aged(recovery: &v1::Recovery, by: Duration) -> v1::Recovery {
    let since = recovery.since.and_then(|since| Duration::try_from(since).ok());
    let since = since.and_then(|since| (since + by).try_into().ok());
    v1::Recovery { since: since.or(recovery.since), ..recovery.clone() }
}

/// Has no service run on a node.
pub async fn drain(mut app: App, args: DrainArgs) -> Result<(), Failure> {
    let answer = app.client.drain_node(&args.node, &args.reason).await?;
    let goal = Goal::after(answer.revision).empty(&args.node);
    let recovery = follow(&app, args.follow, goal).await?;
    let name = clean(&args.node);
    let text = match &recovery {
        Some(_) => format!("{name} is drained, and everything is recovered"),
        None => format!("{name} is drained; what runs there goes elsewhere, see `quorate recovery`"),
    };
    let decision = Decision { action: "drain", node_name: Some(args.node), ..Decision::default() };
    report(&mut app, &decision.answered(&answer, recovery.as_ref()), &text)
}

/// Lets services run on a node again.
pub async fn undrain(mut app: App, args: UndrainArgs) -> Result<(), Failure> {
    let answer = app.client.undrain_node(&args.node).await?;
    let goal = Goal::after(answer.revision);
    let recovery = follow(&app, args.follow, goal).await?;
    let text =
        format!("services may run on {} again; they stay where they are unless they prefer it", clean(&args.node));
    let decision = Decision { action: "undrain", node_name: Some(args.node), ..Decision::default() };
    report(&mut app, &decision.answered(&answer, recovery.as_ref()), &text)
}

/// Says what was decided.
pub fn report(app: &mut App, decision: &Decision, text: &str) -> Result<(), Failure> {
    if app.out.is_json() {
        app.out.json(decision)?;
    } else {
        app.out.text(&format!("{text}\n"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_goes_on_while_nothing_changes() {
        let since = prost_types::Duration { seconds: 2, nanos: 0 };
        let recovery = v1::Recovery { since: Some(since), ..v1::Recovery::default() };
        assert_eq!(aged(&recovery, Duration::from_secs(3)).since.map(|since| since.seconds), Some(5));
        assert_eq!(aged(&v1::Recovery::default(), Duration::from_secs(3)).since, None);
    }

    #[test]
    fn what_was_seen_is_kept_for_the_next_change() {
        let told = |message| v1::WatchRecoveryResponse { header: None, message: Some(message) };
        let recovery = |epoch| v1::Recovery { epoch, ..v1::Recovery::default() };
        let mut seen = Seen::default();
        assert!(seen.take(told(Message::Recovery(recovery(1)))));
        assert!(!seen.take(told(Message::Bookmark(v1::Bookmark {}))));
        assert!(seen.take(told(Message::Recovery(recovery(2)))));
        assert_eq!((seen.before.clone(), seen.now.clone()), (Some(recovery(1)), Some(recovery(2))));
        assert!(seen.take(told(Message::NoRecovery(v1::NoRecovery {}))));
        assert_eq!((seen.before, seen.now), (None, None));
    }
}
