//! `quorate elect`.

use futures_util::StreamExt;
use quorate::v1::{self, observe_leader_response::Message};

use super::tenure::{Grant, Tenure, with_session};
use super::until_interrupted;
use crate::app::App;
use crate::args::ElectArgs;
use crate::failure::Failure;
use crate::words::clean;
use crate::{json, text};

pub async fn run(mut app: App, args: ElectArgs) -> Result<(), Failure> {
    if args.show {
        let answer = app.client.leader(&args.name).await?;
        return show(&mut app, answer.header.as_ref(), answer.leader.as_ref());
    }
    if args.observe {
        return until_interrupted(observe(app, &args.name)).await;
    }
    with_session(app.client.clone(), &args.session, "", async |tenure| lead(&mut app, tenure, &args).await).await
}

fn show(app: &mut App, header: Option<&v1::ResponseHeader>, leader: Option<&v1::Binding>) -> Result<(), Failure> {
    if app.out.is_json() {
        app.out.json_line(&json::Leader::new(header, leader))?;
    } else {
        app.out.text(&text::coordination::leader(leader))?;
    }
    Ok(())
}

/// Shows who leads, as often as that changes: a watch that reconnects begins with the present leader again.
async fn observe(mut app: App, path: &str) -> Result<(), Failure> {
    let mut watch = app.client.observe_leader(path);
    let mut shown: Option<Option<v1::Binding>> = None;
    while let Some(answer) = watch.next().await {
        let v1::ObserveLeaderResponse { header, message } = answer?;
        let leader = match message {
            Some(Message::Leader(leader)) => Some(leader),
            Some(Message::NoLeader(_)) => None,
            Some(Message::Bookmark(_)) | None => continue,
        };
        if shown.as_ref() != Some(&leader) {
            show(&mut app, header.as_ref(), leader.as_ref())?;
            shown = Some(leader);
        }
    }
    Ok(())
}

async fn lead(app: &mut App, tenure: &mut Tenure, args: &ElectArgs) -> Result<(), Failure> {
    let what = format!("office '{}'", clean(&args.name));
    let (session, client) = (tenure.session.clone(), app.client.clone());
    let why = async {
        let leader = client.leader(&args.name).await.ok()?.leader;
        Some(text::coordination::leader(leader.as_ref()).trim_end().to_owned())
    };
    let campaign = session.campaign(&args.name, args.value.as_bytes());
    let term = tenure.wait_for(&what, args.wait.wait, why, campaign).await?;
    let grant = Grant { event: "leading", variable: "QUORATE_ELECTION", path: &args.name, token: term.token };
    tenure.keep(app, &what, grant, &args.command).await
}
