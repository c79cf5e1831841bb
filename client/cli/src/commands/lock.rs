//! `quorate lock`.

use quorate::{Error, Reason, v1};

use super::tenure::{Grant, Tenure, with_session};
use crate::app::App;
use crate::args::LockArgs;
use crate::failure::Failure;
use crate::words::clean;
use crate::{json, text};

pub async fn run(mut app: App, args: LockArgs) -> Result<(), Failure> {
    if args.show {
        return show(&mut app, &args.name).await;
    }
    with_session(app.client.clone(), &args.session, "", async |tenure| hold(&mut app, tenure, &args).await).await
}

async fn show(app: &mut App, path: &str) -> Result<(), Failure> {
    let answer = app.client.lock(path).await?;
    if app.out.is_json() {
        app.out.json(&json::Lock::from(&answer))?;
    } else {
        let text = text::coordination::lock(&answer, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

async fn hold(app: &mut App, tenure: &mut Tenure, args: &LockArgs) -> Result<(), Failure> {
    let what = format!("lock '{}'", clean(&args.name));
    let (session, client) = (tenure.session.clone(), app.client.clone());
    let why = async { client.lock(&args.name).await.ok().map(|lock| text::coordination::why_locked(&lock)) };
    let granted = tenure.wait_for(&what, args.wait.wait, why, session.acquire(claim(args))).await.map_err(refused)?;
    let grant = Grant { event: "held", variable: "QUORATE_LOCK", path: &args.name, token: granted.token };
    tenure.keep(app, &what, grant, &args.command).await
}

fn claim(args: &LockArgs) -> v1::LockClaim {
    let mode = match (args.shared, args.limit) {
        (true, _) => v1::NameMode::Shared,
        (false, Some(_)) => v1::NameMode::Counted,
        (false, None) => v1::NameMode::Exclusive,
    };
    v1::LockClaim {
        path: args.name.clone(),
        mode: mode.into(),
        limit: args.limit.unwrap_or_default(),
        value: args.value.clone().into_bytes(),
        delay: args.delay.and_then(|delay| delay.try_into().ok()),
        no_wait: args.no_wait,
    }
}

/// That somebody else has it is what `--no-wait` asks about.
fn refused(failure: Failure) -> Failure {
    match failure {
        Failure::Call(Error::Refused(refusal))
            if matches!(refusal.reason, Some(Reason::NameHeld | Reason::NameDelayed)) =>
        {
            Failure::NotGranted(refusal.to_string())
        }
        other => other,
    }
}
