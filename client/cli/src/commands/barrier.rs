//! `quorate barrier`.

use quorate::{
    Client,
    v1::{self, barrier_plan::Parties},
};

use super::tenure::{SESSION, Tenure, report, with_session};
use crate::app::App;
use crate::args::{BarrierAction, EnterArgs};
use crate::failure::Failure;
use crate::job::become_command;
use crate::words::clean;
use crate::{json, text};

pub async fn run(mut app: App, action: BarrierAction) -> Result<(), Failure> {
    match action {
        BarrierAction::Enter(args) => enter(app, args).await,
        BarrierAction::List(args) => {
            let answer = app.client.barriers(&args.prefix).await?;
            show(&mut app, answer.header.as_ref(), &answer.barriers)
        }
        BarrierAction::Show { name } => {
            let answer = app.client.barrier(&name).await?;
            show(&mut app, answer.header.as_ref(), answer.barrier.as_slice())
        }
    }
}

fn show(app: &mut App, header: Option<&v1::ResponseHeader>, barriers: &[v1::Barrier]) -> Result<(), Failure> {
    if app.out.is_json() {
        app.out.json(&json::Barriers::new(header, barriers))?;
    } else {
        let text = text::coordination::barriers(barriers, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

/// Comes to a barrier. Whoever leaves together as well keeps the session while the command runs; else it ends before that.
async fn enter(mut app: App, args: EnterArgs) -> Result<(), Failure> {
    let group = args.group.clone().unwrap_or_default();
    let mut env = Vec::new();
    with_session(app.client.clone(), &args.session, &group, async |tenure| {
        env = pass(&mut app, tenure, &args).await?;
        if args.double { stay(&app.client, tenure, &args, &env).await } else { Ok(()) }
    })
    .await?;
    if args.double || args.command.is_empty() { Ok(()) } else { Err(become_command(&args.command, &env)) }
}

/// Waits until all are there; returns what the command's environment has of it.
async fn pass(app: &mut App, tenure: &mut Tenure, args: &EnterArgs) -> Result<Vec<(&'static str, String)>, Failure> {
    let what = what(args);
    let (session, client) = (tenure.session.clone(), app.client.clone());
    let enter = session.enter_barrier(&args.name, plan(args));
    let passed = tenure.wait_for(&what, args.wait.wait, missing(&client, &args.name), enter).await?;
    if args.command.is_empty() {
        let generation = Some(passed.generation);
        let told = json::Tenure { generation, ..json::Tenure::new("passed", &args.name, &session) };
        report(app, &told, &format!("{what} was passed, generation {}", passed.generation))?;
    }
    Ok(vec![
        ("QUORATE_BARRIER", args.name.clone()),
        ("QUORATE_GENERATION", passed.generation.to_string()),
        (SESSION, session.id().to_owned()),
    ])
}

/// Runs the command inside, then leaves together with the others, whatever came of it.
async fn stay(
    client: &Client,
    tenure: &mut Tenure,
    args: &EnterArgs,
    env: &[(&'static str, String)],
) -> Result<(), Failure> {
    let ended = tenure.hold(&what(args), &args.command, env).await;
    if matches!(ended, Err(Failure::Lost(_))) {
        return ended;
    }
    let session = tenure.session.clone();
    let leave = session.leave_barrier(&args.name);
    tenure.wait_for(&format!("{} to be left by all", what(args)), None, missing(client, &args.name), leave).await?;
    ended
}

/// Who has not come, or not left.
async fn missing(client: &Client, path: &str) -> Option<String> {
    let barrier = client.barrier(path).await.ok()?.barrier?;
    Some(format!("missing {}", text::coordination::missing(&barrier)))
}

fn what(args: &EnterArgs) -> String {
    format!("barrier '{}'", clean(&args.name))
}

fn plan(args: &EnterArgs) -> v1::BarrierPlan {
    let members =
        |labels: &Vec<_>| Parties::Members(v1::MemberParties { labels: labels.iter().flatten().cloned().collect() });
    let group = |name: &String| Parties::Group(v1::GroupParties { name: name.clone(), least: args.least });
    let parties = args
        .count
        .map(Parties::Count)
        .or_else(|| args.members.as_ref().map(members))
        .or_else(|| args.group.as_ref().map(group));
    v1::BarrierPlan {
        parties,
        is_double: args.double,
        departure: v1::DeparturePolicy::from(args.departure).into(),
        deadline: args.deadline.and_then(|deadline| deadline.try_into().ok()),
    }
}
