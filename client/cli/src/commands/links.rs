//! `quorate links`, once or again and again.

use std::collections::BTreeMap;

use futures_util::StreamExt;
use quorate::v1::{self, watch_membership_response::Message};
use quorate::{MembershipWatchOptions, WatchStatus};
use tokio::time::MissedTickBehavior;

use super::until_interrupted;
use crate::app::App;
use crate::args::LinksArgs;
use crate::failure::Failure;
use crate::output::{Output, Tone};
use crate::words::{clean, short_duration, view_id};
use crate::{json, text};

pub async fn run(mut app: App, args: LinksArgs) -> Result<(), Failure> {
    let answer = app.client.nodes().await?;
    if args.watch {
        return until_interrupted(watch(app, args)).await;
    }
    if app.out.is_json() {
        app.out.json(&json::Links::new(answer.header.as_ref(), &answer.nodes))?;
    } else {
        let text = text::links::links(&answer.nodes, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

/// The nodes as the answering agent sees them now.
#[derive(Default)]
struct Picture {
    header: Option<v1::ResponseHeader>,
    nodes: BTreeMap<String, v1::Node>,
}

impl Picture {
    fn apply(&mut self, message: v1::WatchMembershipResponse) {
        self.header = message.header.or(self.header.take());
        match message.message {
            Some(Message::Snapshot(snapshot)) => {
                let named = |node: v1::Node| (node.node_name.clone(), node);
                self.nodes = snapshot.nodes.into_iter().map(named).collect();
            }
            Some(Message::Node(node)) => {
                self.nodes.insert(node.node_name.clone(), node);
            }
            Some(Message::NodeForgotten(forgotten)) => {
                self.nodes.remove(&forgotten.node_name);
            }
            _ => {}
        }
    }
}

async fn watch(mut app: App, args: LinksArgs) -> Result<(), Failure> {
    let options = MembershipWatchOptions::new().figures_interval(args.interval);
    let mut watch = app.client.watch_membership(options)?;
    let mut picture = Picture::default();
    let mut ticks = tokio::time::interval(args.interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut first = true;
    loop {
        tokio::select! {
            message = watch.next() => match message {
                Some(message) => picture.apply(message?),
                None => return Ok(()),
            },
            _ = ticks.tick() => if picture.header.is_some() {
                show(&mut app.out, &picture, &watch.status(), first)?;
                first = false;
            },
        }
    }
}

/// JSON is written only while the picture is up to date; a person is told that it is not.
fn show(out: &mut Output, picture: &Picture, status: &WatchStatus, first: bool) -> Result<(), Failure> {
    let connected = matches!(status, WatchStatus::Connected { .. });
    if out.is_json() {
        if connected {
            out.json_line(&json::Links::new(picture.header.as_ref(), picture.nodes.values()))?;
        }
        return Ok(());
    }
    let table = text::links::links(picture.nodes.values(), out.paint());
    out.screen(&format!("{}\n{table}", head(out, picture, status)), first)?;
    Ok(())
}

fn head(out: &Output, picture: &Picture, status: &WatchStatus) -> String {
    let now = humantime::format_rfc3339_seconds(std::time::SystemTime::now());
    let (node, id) = picture.header.as_ref().map_or(("", None), |h| (h.node_name.as_str(), h.view_id.as_ref()));
    let line = format!("{now}  links of {} in view {}", clean(node), view_id(id));
    match status {
        WatchStatus::Connecting { since, failed } => {
            let cause = failed.as_ref().map_or_else(String::new, |tried| format!(" ({})", clean(&tried.to_string())));
            let note = format!("not connected for {}{cause}", short_duration(since.elapsed()));
            format!("{line}\n{}", out.paint().text(note, Tone::Bad))
        }
        _ => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(name: &str) -> v1::Node {
        v1::Node { node_name: name.to_owned(), ..v1::Node::default() }
    }

    fn message(message: Message) -> v1::WatchMembershipResponse {
        v1::WatchMembershipResponse { message: Some(message), ..v1::WatchMembershipResponse::default() }
    }

    #[test]
    fn the_picture_follows_the_stream() {
        let mut picture = Picture::default();
        let snapshot =
            v1::MembershipSnapshot { nodes: vec![node("n1"), node("n2")], ..v1::MembershipSnapshot::default() };
        picture.apply(message(Message::Snapshot(snapshot)));
        picture.apply(message(Message::Node(node("n3"))));
        picture.apply(message(Message::NodeForgotten(v1::NodeForgotten { node_name: "n1".to_owned() })));
        assert_eq!(picture.nodes.keys().collect::<Vec<_>>(), ["n2", "n3"]);
        picture.apply(message(Message::Snapshot(v1::MembershipSnapshot::default())));
        assert!(picture.nodes.is_empty());
    }
}
