//! `quorate leave`, `evict` and `readmit`: what changes the membership.

use crate::app::App;
use crate::args::{EvictArgs, LeaveArgs, ReadmitArgs};
use crate::confirm::confirm;
use crate::failure::Failure;
use crate::json::{Change, Header};
use crate::words::clean;

/// Has the node behind the one endpoint leave.
pub async fn leave(mut app: App, args: LeaveArgs) -> Result<(), Failure> {
    app.one_endpoint("leaving")?;
    let node = app.client.agent().await?.agent.unwrap_or_default().node_name;
    let name = clean(&node);
    confirm(&format!("{name} will leave the cluster, and its agent will stop."), args.yes)?;
    let answer = app.client.leave().await?;
    let confirmed = Some(answer.confirmed);
    let header = answer.header.as_ref().map(Header::from);
    let change = Change { action: "leave", node_name: node, header, confirmed };
    report(&mut app, &change, &format!("{name} left the cluster"))?;
    if answer.confirmed { Ok(()) } else { Err(Failure::Unconfirmed(name)) }
}

/// Evicts a node.
pub async fn evict(mut app: App, args: EvictArgs) -> Result<(), Failure> {
    let name = clean(&args.node);
    confirm(&format!("{name} will be removed from the cluster and refused until it is readmitted."), args.yes)?;
    let answer = app.client.evict(&args.node, &args.reason).await?;
    let header = answer.header.as_ref().map(Header::from);
    let change = Change { action: "evict", node_name: args.node, header, confirmed: None };
    report(&mut app, &change, &format!("{name} is evicted; the view without it follows"))
}

/// Lifts an eviction.
pub async fn readmit(mut app: App, args: ReadmitArgs) -> Result<(), Failure> {
    let name = clean(&args.node);
    let answer = app.client.readmit(&args.node).await?;
    let header = answer.header.as_ref().map(Header::from);
    let change = Change { action: "readmit", node_name: args.node, header, confirmed: None };
    report(&mut app, &change, &format!("{name} is readmitted; it comes back by itself when its agent runs"))
}

fn report(app: &mut App, change: &Change, text: &str) -> Result<(), Failure> {
    if app.out.is_json() {
        app.out.json(change)?;
    } else if change.confirmed != Some(false) {
        app.out.text(&format!("{text}\n"))?;
    }
    Ok(())
}
