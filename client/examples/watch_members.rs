//! Prints who is in the cluster, and again whenever that changes.
//!
//! ```text
//! cargo run --example watch_members -- 127.0.0.1:7401 127.0.0.1:7402 127.0.0.1:7403
//! ```

use futures_util::StreamExt;
use quorate::v1::View;
use quorate::v1::watch_membership_response::Message;
use quorate::{Client, ClientOptions, Error, MembershipWatchOptions};

#[tokio::main]
async fn main() -> Result<(), Error> {
    let mut endpoints: Vec<String> = std::env::args().skip(1).collect();
    if endpoints.is_empty() {
        endpoints = vec!["127.0.0.1:7401".to_owned(), "127.0.0.1:7402".to_owned(), "127.0.0.1:7403".to_owned()];
    }
    let client = Client::new(ClientOptions::new(endpoints))?;
    let mut watch = client.watch_membership(MembershipWatchOptions::new())?;
    while let Some(message) = watch.next().await {
        match message?.message {
            Some(Message::Snapshot(snapshot)) => {
                println!("-- {}", snapshot.reason().as_str_name());
                snapshot.view.iter().for_each(show);
            }
            Some(Message::View(view)) => show(&view),
            Some(Message::TransitionStarted(started)) => println!("stop: {}", started.summary),
            Some(Message::ViewStable(_)) => println!("go: every member has the view"),
            _ => {}
        }
    }
    Ok(())
}

fn show(view: &View) {
    let id = view.id.clone().unwrap_or_default();
    let members: Vec<&str> = view.members.iter().map(|member| member.node_name.as_str()).collect();
    let missed = if view.missed { " (without this node)" } else { "" };
    println!("view {} by {}: {}{missed}", id.incarnation, id.controller, members.join(", "));
}
