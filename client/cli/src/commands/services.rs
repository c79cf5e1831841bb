//! `quorate service`.

use std::collections::BTreeMap;

use quorate::v1::{self, ChangeKind, placement::Count};
use quorate::{Error, Reason};

use super::recovered::{Goal, follow};
use super::recovery::report;
use crate::app::App;
use crate::args::{
    ApplyArgs, DisableArgs, FollowArgs, InstanceName, MoveArgs, NamedArgs, RemoveArgs, ServiceAction, ShowArgs,
};
use crate::confirm::confirm;
use crate::definition::{self, nearest};
use crate::failure::Failure;
use crate::json::{self, Decision};
use crate::output::Paint;
use crate::standing::{Standing, why as explain};
use crate::text::services::{self as text, Fields};
use crate::words::{clean, count};

pub async fn run(app: App, action: ServiceAction) -> Result<(), Failure> {
    match action {
        ServiceAction::Apply(args) => apply(app, args).await,
        ServiceAction::List => list(app).await,
        ServiceAction::Show(args) => show(app, args).await,
        ServiceAction::Why { name } => why(app, &name).await,
        ServiceAction::Start(args) => decide(app, Wish::Start, args).await,
        ServiceAction::Stop(args) => decide(app, Wish::Stop, args).await,
        ServiceAction::Restart(args) => decide(app, Wish::Restart, args).await,
        ServiceAction::Enable(args) => decide(app, Wish::Enable, args).await,
        ServiceAction::Disable(args) => disable(app, args).await,
        ServiceAction::Move(args) => relocate(app, args).await,
        ServiceAction::Remove(args) => remove(app, args).await,
    }
}

/// How a plan is carried out.
struct Manner {
    dry_run: bool,
    yes: bool,
    follow: FollowArgs,
}

async fn apply(app: App, args: ApplyArgs) -> Result<(), Failure> {
    let services = definition::read(&args.files).map_err(Failure::Usage)?;
    if services.is_empty() && !args.prune {
        return Err(Failure::Usage("no service is defined in what was given: there is no [services.NAME]".to_owned()));
    }
    let request = v1::ApplyServicesRequest { services, prune: args.prune, ..v1::ApplyServicesRequest::default() };
    let known = if request.services.is_empty() { Vec::new() } else { app.client.services().await?.services };
    carry_out(app, request, &known, Manner { dry_run: args.dry_run, yes: args.yes, follow: args.follow }).await
}

/// Removes services: what is left is applied as it is, and nothing else.
async fn remove(app: App, args: RemoveArgs) -> Result<(), Failure> {
    let answer = app.client.services().await?;
    for name in &args.names {
        find(&answer.services, name)?;
    }
    let left = answer.services.iter().filter_map(|one| one.service.clone());
    let services = left.filter(|service| !args.names.contains(&service.name)).collect();
    let request =
        v1::ApplyServicesRequest { services, prune: true, dry_run: false, expected_revision: answer.revision };
    let manner = Manner { dry_run: args.dry_run, yes: args.yes, follow: args.follow };
    carry_out(app, request, &answer.services, manner).await
}

/// Shows the plan, asks, and applies exactly that.
async fn carry_out(
    mut app: App,
    request: v1::ApplyServicesRequest,
    known: &[v1::DefinedService],
    manner: Manner,
) -> Result<(), Failure> {
    let look = v1::ApplyServicesRequest { dry_run: true, ..request.clone() };
    let plan = app.client.apply_services(look).await.map_err(outdated)?;
    show_plan(&mut app, &plan, &request.services, known, &manner)?;
    let mut answer = plan;
    let applied = !manner.dry_run && !answer.changes.is_empty();
    if applied {
        let changes = count(answer.changes.len(), "service");
        confirm(&format!("{changes} will be changed as the plan says."), manner.yes)?;
        let request = v1::ApplyServicesRequest { expected_revision: answer.revision, ..request.clone() };
        let planned = std::mem::take(&mut answer.changes);
        answer = app.client.apply_services(request).await.map_err(outdated)?;
        if answer.changes.is_empty() {
            // An attempt whose answer was lost had been carried out.
            answer.changes = planned;
        }
    }
    let recovery = follow(&app, manner.follow, Goal::after(answer.revision)).await?;
    if app.out.is_json() {
        app.out.json(&json::Plan::new(&answer, applied, recovery.as_ref()))?;
    } else if applied {
        app.out.text(&format!("applied; the definitions are at revision {}\n", answer.revision))?;
    }
    match recovery {
        Some(recovery) => sound(&app, &request.services, &recovery).await,
        None => Ok(()),
    }
}

/// Standard output has one document of JSON, so the plan that a person is asked about goes elsewhere then.
fn show_plan(
    app: &mut App,
    plan: &v1::ApplyServicesResponse,
    services: &[v1::Service],
    known: &[v1::DefinedService],
    manner: &Manner,
) -> Result<(), Failure> {
    let changed = |name: &str| plan.changes.iter().any(|one| one.name == name && one.kind() == ChangeKind::Changed);
    let fields = |services: &mut dyn Iterator<Item = &v1::Service>| -> BTreeMap<String, Fields> {
        let of = |service: &v1::Service| {
            let definition = definition::of_message(service).ok()?;
            Some((service.name.clone(), definition::fields(&definition)))
        };
        services.filter(|service| changed(&service.name)).filter_map(of).collect()
    };
    let before = fields(&mut known.iter().filter_map(|one| one.service.as_ref()));
    let after = fields(&mut services.iter());
    if !app.out.is_json() {
        let text = text::plan(plan, &before, &after, app.out.paint());
        app.out.text(&text)?;
    } else if !manner.yes && !manner.dry_run {
        let paint = Paint::new(crate::args::Color::Never, false, true);
        eprint!("{}", text::plan(plan, &before, &after, paint));
    }
    Ok(())
}

/// What was applied must run, unless it is not to.
async fn sound(app: &App, services: &[v1::Service], recovery: &v1::Recovery) -> Result<(), Failure> {
    let defined = app.client.services().await?.services;
    let applied = |one: &&v1::DefinedService| {
        one.service.as_ref().is_some_and(|service| services.iter().any(|given| given.name == service.name))
    };
    let standings = defined.iter().filter(applied).map(|one| Standing::new(one, recovery));
    let unsound: Vec<_> = standings
        .filter(|one| one.defined.intent() == v1::ServiceIntent::Run && !one.runs())
        .map(|one| clean(one.name()))
        .collect();
    match unsound.first() {
        None => Ok(()),
        Some(first) => {
            let names = unsound.join(", ");
            Err(Failure::Unsound(format!("not all runs that was applied: {names}; see `quorate service why {first}`")))
        }
    }
}

fn outdated(error: Error) -> Failure {
    if error.reason() == Some(&Reason::Conflict) { Failure::Outdated(error) } else { error.into() }
}

async fn list(mut app: App) -> Result<(), Failure> {
    let (answer, recovery) = read(&app).await?;
    let standings: Vec<_> = answer.services.iter().map(|one| Standing::new(one, &recovery)).collect();
    if app.out.is_json() {
        app.out.json(&json::Services::new(&answer, &standings))?;
    } else {
        let text = text::list(&standings, &answer.drained, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

/// What is defined, and how recovery stands.
async fn read(app: &App) -> Result<(v1::ListServicesResponse, v1::Recovery), Error> {
    let answer = app.client.services().await?;
    let recovery = app.client.recovery().await?.recovery.unwrap_or_default();
    Ok((answer, recovery))
}

async fn show(mut app: App, args: ShowArgs) -> Result<(), Failure> {
    if args.toml {
        let answer = app.client.services().await?;
        let toml = toml_of(find(&answer.services, &args.name)?)?;
        return Ok(app.out.text(&toml)?);
    }
    let (answer, recovery) = read(&app).await?;
    let defined = find(&answer.services, &args.name)?;
    let standing = Standing::new(defined, &recovery);
    let why = explain(&args.name, &answer.services, &recovery).ok_or_else(|| unknown(&answer.services, &args.name))?;
    if app.out.is_json() {
        let definition = definition::of_message(&defined.service.clone().unwrap_or_default());
        let definition = definition.map_err(Failure::Usage)?;
        app.out.json(&json::ServiceShown::new(answer.header.as_ref(), &standing, definition, &why))?;
    } else {
        let text = text::one(&standing, &toml_of(defined)?, &why, app.out.paint());
        app.out.text(&text)?;
    }
    Ok(())
}

fn toml_of(defined: &v1::DefinedService) -> Result<String, Failure> {
    let service = defined.service.clone().unwrap_or_default();
    let definition = definition::of_message(&service).map_err(Failure::Usage)?;
    definition::to_toml([(service.name, definition)]).map_err(Failure::Usage)
}

async fn why(mut app: App, name: &str) -> Result<(), Failure> {
    let (answer, recovery) = match read(&app).await {
        Err(error) if error.reason() == Some(&Reason::QuorumLost) => {
            let what = "nothing is known of services, for there is no quorum: none is started, and most are ended";
            return Err(Failure::Unsound(format!("{what}; see `quorate quorum` ({error})")));
        }
        read => read?,
    };
    let standing = Standing::new(find(&answer.services, name)?, &recovery);
    let why = explain(name, &answer.services, &recovery).ok_or_else(|| unknown(&answer.services, name))?;
    if app.out.is_json() {
        app.out.json(&json::WhyAnswer::new(answer.header.as_ref(), &standing, &why))?;
    } else {
        let text = text::why(&standing, &why, app.out.paint());
        app.out.text(&text)?;
    }
    if why.runs { Ok(()) } else { Err(Failure::NotRunning) }
}

fn find<'a>(services: &'a [v1::DefinedService], name: &str) -> Result<&'a v1::DefinedService, Failure> {
    let named = |one: &&v1::DefinedService| one.service.as_ref().is_some_and(|service| service.name == name);
    services.iter().find(named).ok_or_else(|| unknown(services, name))
}

fn unknown(services: &[v1::DefinedService], name: &str) -> Failure {
    let names = services.iter().filter_map(|one| one.service.as_ref()).map(|service| service.name.as_str());
    let meant = nearest(name, names).map(|meant| format!(": did you mean {meant:?}?")).unwrap_or_default();
    Failure::NotFound(format!("there is no service {name:?}{meant}"))
}

/// What is to become of services.
#[derive(Debug, Clone, Copy)]
enum Wish {
    Start,
    Stop,
    Restart,
    Enable,
}

/// Decides one after the other; a failure ends that, and is told after what was done.
async fn decide(mut app: App, wish: Wish, args: NamedArgs) -> Result<(), Failure> {
    for (index, name) in args.names.iter().enumerate() {
        let client = &app.client;
        let (action, done, answer) = match wish {
            Wish::Start => ("start", "is to run", client.start_service(name).await?),
            Wish::Stop => ("stop", "is to end", client.stop_service(name).await?),
            Wish::Restart => ("restart", "is started again", client.restart_service(name).await?),
            Wish::Enable => ("enable", "may run again", client.enable_service(name).await?),
        };
        let last = index + 1 == args.names.len();
        let flags = if last { args.follow } else { FollowArgs::default() };
        let recovery = follow(&app, flags, Goal::after(answer.revision)).await?;
        let text = format!("{} {done}{}", clean(name), hint(recovery.is_some()));
        let decision = Decision { action, service: Some(name.clone()), ..Decision::default() };
        line(&mut app, &decision.answered(&answer, recovery.as_ref()), &text, args.names.len() > 1)?;
    }
    Ok(())
}

/// One document, or one a line where there are several.
fn line(app: &mut App, decision: &Decision, text: &str, several: bool) -> Result<(), Failure> {
    if several && app.out.is_json() { Ok(app.out.json_line(decision)?) } else { report(app, decision, text) }
}

fn hint(recovered: bool) -> &'static str {
    if recovered { "; everything is recovered" } else { "; see `quorate recovery`" }
}

async fn disable(mut app: App, args: DisableArgs) -> Result<(), Failure> {
    let answer = app.client.disable_service(&args.name, &args.reason).await?;
    let recovery = follow(&app, args.follow, Goal::after(answer.revision)).await?;
    let text = format!("{} is disabled{}", clean(&args.name), hint(recovery.is_some()));
    let decision = Decision { action: "disable", service: Some(args.name), ..Decision::default() };
    report(&mut app, &decision.answered(&answer, recovery.as_ref()), &text)
}

async fn relocate(mut app: App, args: MoveArgs) -> Result<(), Failure> {
    let InstanceName { service, index } = args.instance;
    let index = match index {
        Some(index) => index,
        None => only_instance(&app, &service).await?,
    };
    let answer = app.client.move_service(&service, index, &args.node).await?;
    let goal = Goal::after(answer.revision).there(&service, index, &args.node);
    let recovery = follow(&app, args.follow, goal).await?;
    let text = format!("{}/{index} moves to {}{}", clean(&service), clean(&args.node), hint(recovery.is_some()));
    let (service, instance, node_name) = (Some(service), Some(index), Some(args.node));
    let decision = Decision { action: "move", service, instance, node_name, ..Decision::default() };
    report(&mut app, &decision.answered(&answer, recovery.as_ref()), &text)
}

/// The number of an instance when there is but one.
async fn only_instance(app: &App, name: &str) -> Result<u32, Failure> {
    let answer = app.client.services().await?;
    let service = find(&answer.services, name)?.service.as_ref();
    match service.and_then(|service| service.placement.as_ref()?.count.as_ref()) {
        None | Some(Count::Instances(0 | 1)) => Ok(0),
        Some(Count::Instances(count)) => {
            let text = format!("{name} has {count} instances: say which, from {name}/0 to {name}/{}", count - 1);
            Err(Failure::Usage(text))
        }
        Some(Count::EveryMember(_)) => {
            Err(Failure::Usage(format!("{name} runs on every member: there is nowhere to move it")))
        }
    }
}
