//! `quorate names`, `bind` and `watch`.

use futures_util::StreamExt;
use quorate::NameWatchOptions;
use quorate::v1::{self, watch_names_response::Message};

use super::tenure::{Grant, Tenure, with_session};
use super::until_interrupted;
use crate::app::App;
use crate::args::{BindArgs, PrefixArgs};
use crate::failure::Failure;
use crate::json::{self, NameChange};
use crate::text::coordination as text;
use crate::words::{clean, word};

/// Lists bindings.
pub async fn list(mut app: App, args: PrefixArgs) -> Result<(), Failure> {
    let answer = app.client.names(&args.prefix).await?;
    if app.out.is_json() {
        app.out.json(&json::Names::from(&answer))?;
    } else {
        let text = text::bindings(&answer.bindings, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

/// Binds a name for as long as a command runs.
pub async fn bind(mut app: App, args: BindArgs) -> Result<(), Failure> {
    with_session(app.client.clone(), &args.session, "", async |tenure| hold(&mut app, tenure, &args).await).await
}

async fn hold(app: &mut App, tenure: &mut Tenure, args: &BindArgs) -> Result<(), Failure> {
    let what = format!("name '{}'", clean(&args.name));
    let session = tenure.session.clone();
    let request = v1::BindNameRequest {
        path: args.name.clone(),
        value: args.value.clone().into_bytes(),
        shared: args.shared,
        ..<_>::default()
    };
    let bound = tenure.wait_for(&what, None, async { None }, session.bind_name(request)).await?;
    let grant = Grant { event: "bound", variable: "QUORATE_NAME", path: &args.name, token: bound.token };
    tenure.keep(app, &what, grant, &args.command).await
}

/// Shows the bindings there are, then each change.
pub async fn watch(app: App, args: PrefixArgs) -> Result<(), Failure> {
    until_interrupted(follow(app, args.prefix)).await
}

async fn follow(mut app: App, prefix: String) -> Result<(), Failure> {
    let mut watch = app.client.watch_names(NameWatchOptions::new(prefix))?;
    while let Some(answer) = watch.next().await {
        let v1::WatchNamesResponse { cursor, message, .. } = answer?;
        match message {
            Some(Message::Snapshot(snapshot)) => show_snapshot(&mut app, &cursor, &snapshot)?,
            Some(Message::Bound(binding)) => show_change(&mut app, &cursor, &binding, None)?,
            Some(Message::Unbound(unbound)) => {
                let why = word::<v1::EndReason>(unbound.reason);
                show_change(&mut app, &cursor, &unbound.binding.unwrap_or_default(), Some(why))?;
            }
            Some(Message::Bookmark(_)) | None => {}
        }
    }
    Ok(())
}

fn show_snapshot(app: &mut App, cursor: &str, snapshot: &v1::NameSnapshot) -> Result<(), Failure> {
    let reason = word::<v1::SnapshotReason>(snapshot.reason);
    if app.out.is_json() {
        let bindings = Some(snapshot.bindings.iter().map(json::Binding::from).collect());
        app.out.json_line(&NameChange { event: "snapshot", cursor, reason: Some(reason), bindings, binding: None })?;
    } else {
        if matches!(snapshot.reason(), v1::SnapshotReason::Lagged | v1::SnapshotReason::HistoryDropped) {
            app.out.text(&format!("-- changes are missing here ({reason}); the bindings there are now:\n"))?;
        }
        for binding in &snapshot.bindings {
            let text = text::change(binding, None, app.out.paint());
            app.out.text(&format!("{text}\n"))?;
        }
    }
    Ok(())
}

fn show_change(app: &mut App, cursor: &str, binding: &v1::Binding, unbound: Option<String>) -> Result<(), Failure> {
    if app.out.is_json() {
        let event = if unbound.is_some() { "unbound" } else { "bound" };
        let binding = Some(json::Binding::from(binding));
        app.out.json_line(&NameChange { event, cursor, reason: unbound, bindings: None, binding })?;
    } else {
        let text = text::change(binding, unbound.as_deref(), app.out.paint());
        app.out.text(&format!("{text}\n"))?;
    }
    Ok(())
}
