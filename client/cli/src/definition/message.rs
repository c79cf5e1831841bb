//! Between tables of TOML and messages of the schema.

use std::time::Duration;

use quorate::v1::{self, check, placement, readiness, service::Kind};

use super::form::{
    Definition, Grpc, Health, InTransition, Log, Ocf, Placement, Program, Readiness, Restart, Systemd, WithoutQuorum,
};
use super::value::{Bytes, FlagOr, FlagOrSpan, Span, TextOr};

/// What does not fit together, without the name of the service.
type Misfit = String;

pub(super) fn service(name: &str, mut from: Definition) -> Result<v1::Service, Misfit> {
    let kind = kind(&mut from)?;
    Ok(v1::Service {
        name: name.to_owned(),
        description: from.description,
        kind: Some(kind),
        after: from.after,
        requires: from.requires,
        level: from.level,
        placement: from.placement.map(placement).transpose()?,
        without_quorum: from.without_quorum.map_or(v1::WithoutQuorum::Unspecified, Into::into).into(),
        grace: from.grace.map(span).transpose()?,
        loss_timeout: from.loss_timeout.map(span).transpose()?,
        in_transition: from.in_transition.map_or(v1::InTransition::Unspecified, Into::into).into(),
        transition_signal: from.transition_signal,
        readiness: from.readiness.map(|TextOr(from)| readiness(from)).transpose()?,
        health: from.health.map(health).transpose()?,
        start_timeout: from.start_timeout.map(span).transpose()?,
        stop_timeout: from.stop_timeout.map(span).transpose()?,
        stop_signal: from.stop_signal,
        restart: from.restart.map(restart).transpose()?,
        log: from.log.map(|from| v1::LogLimits { bytes: from.bytes.map_or(0, |bytes| bytes.0), files: from.files }),
        outlive_agent: from.outlive_agent.map(span).transpose()?,
    })
}

/// How it is run. Exactly one way must be given.
fn kind(from: &mut Definition) -> Result<Kind, Misfit> {
    let short = from.command.take().map(|command| Program {
        command,
        user: std::mem::take(&mut from.user),
        group: std::mem::take(&mut from.group),
        folder: std::mem::take(&mut from.folder),
        environment: std::mem::take(&mut from.environment),
    });
    let task = from.task.take();
    let is_task = task == Some(FlagOr::Flag(true));
    let mut ways: Vec<(&str, Kind)> = Vec::new();
    if is_task && short.is_none() {
        return Err("task = true needs a command".to_owned());
    }
    if let Some(program) = short {
        ways.push(("command", if is_task { Kind::Task(run(program)) } else { Kind::Program(run(program)) }));
    } else if !(from.user.is_empty() && from.group.is_empty() && from.folder.is_empty() && from.environment.is_empty())
    {
        return Err(
            "user, group, folder and environment belong to a command: give one, or put them in program".to_owned()
        );
    }
    if let Some(FlagOr::Table(program)) = task {
        ways.push(("task", Kind::Task(run(program))));
    }
    ways.extend(from.program.take().map(|program| ("program", Kind::Program(run(program)))));
    ways.extend(
        from.systemd.take().map(|TextOr(Systemd { unit })| ("systemd", Kind::Systemd(v1::SystemdUnit { unit }))),
    );
    ways.extend(from.ocf.take().map(|Ocf { agent, parameters }| {
        ("ocf", Kind::Ocf(v1::OcfAgent { agent, parameters: parameters.into_iter().collect() }))
    }));
    match ways.len() {
        0 => Err("say how it is run: give command, systemd or ocf".to_owned()),
        1 => Ok(ways.remove(0).1),
        _ => Err(format!("only one of {} may be given", names(&ways))),
    }
}

fn names<T>(ways: &[(&str, T)]) -> String {
    ways.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(" and ")
}

fn run(from: Program) -> v1::Program {
    let Program { command, user, group, folder, environment } = from;
    v1::Program { command, user, group, folder, environment: environment.into_iter().collect() }
}

fn placement(from: Placement) -> Result<v1::Placement, Misfit> {
    let count = match (from.instances, from.every_member) {
        (Some(_), true) => return Err("placement: only one of instances and every_member may be given".to_owned()),
        (Some(instances), false) => Some(placement::Count::Instances(instances)),
        (None, true) => Some(placement::Count::EveryMember(v1::EveryMember {})),
        (None, false) => None,
    };
    Ok(v1::Placement {
        count,
        selector: from.selector.into_iter().collect(),
        preferred: from.preferred,
        spread: from.spread,
        failback: from.failback,
        with: from.with,
        apart: from.apart,
    })
}

fn readiness(from: Readiness) -> Result<v1::Readiness, Misfit> {
    let Readiness { notify, tcp, http, command, timeout, interval, grpc } = from;
    let check = check("readiness", tcp, http, grpc, command, timeout)?;
    let kind = match (notify, check) {
        (true, Some(_)) => return Err("readiness: only one of notify and a check may be given".to_owned()),
        (true, None) => readiness::Kind::Notify(v1::NotifyReadiness {}),
        (false, Some(check)) => readiness::Kind::Check(check),
        (false, None) => return Err("readiness: give \"notify\", or one of tcp, http, grpc and command".to_owned()),
    };
    Ok(v1::Readiness { kind: Some(kind), interval: interval.map(span).transpose()? })
}

fn health(from: Health) -> Result<v1::HealthCheck, Misfit> {
    let Health { watchdog, tcp, http, command, timeout, interval, failures, grpc } = from;
    let check = check("health", tcp, http, grpc, command, timeout)?;
    let interval = match (watchdog, interval, &check) {
        (Some(FlagOrSpan::Flag(false)) | None, _, None) => {
            return Err("health: give watchdog, or one of tcp, http, grpc and command".to_owned());
        }
        (Some(FlagOrSpan::Flag(false)) | None, interval, Some(_)) => interval,
        (Some(_), _, Some(_)) => return Err("health: only one of watchdog and a check may be given".to_owned()),
        (Some(FlagOrSpan::Span(_)), Some(_), None) => {
            return Err("health: the interval of a watchdog is given as in watchdog = \"5s\", and once".to_owned());
        }
        (Some(FlagOrSpan::Span(span)), None, None) => Some(span),
        (Some(FlagOrSpan::Flag(true)), interval, None) => interval,
    };
    Ok(v1::HealthCheck { check, interval: interval.map(span).transpose()?, failures })
}

/// The check of these, if there is one.
fn check(
    of: &str,
    tcp: Option<String>,
    http: Option<String>,
    grpc: Option<TextOr<Grpc>>,
    command: Option<Vec<String>>,
    timeout: Option<Span>,
) -> Result<Option<v1::Check>, Misfit> {
    let grpc = grpc.map(|TextOr(Grpc { address, service })| v1::GrpcCheck { address, service });
    let mut kinds = [
        ("tcp", tcp.map(check::Kind::Tcp)),
        ("http", http.map(check::Kind::Http)),
        ("grpc", grpc.map(check::Kind::Grpc)),
        ("command", command.map(|command| check::Kind::Command(v1::CommandCheck { command }))),
    ]
    .into_iter()
    .filter_map(|(name, kind)| Some((name, kind?)))
    .collect::<Vec<_>>();
    match kinds.len() {
        0 if timeout.is_some() => Err(format!("{of}: a timeout is of a check: give tcp, http, grpc or command")),
        0 => Ok(None),
        1 => Ok(Some(v1::Check { kind: Some(kinds.remove(0).1), timeout: timeout.map(span).transpose()? })),
        _ => Err(format!("{of}: only one of {} may be given", names(&kinds))),
    }
}

fn restart(from: Restart) -> Result<v1::RestartPolicy, Misfit> {
    Ok(v1::RestartPolicy {
        tries: from.tries,
        window: from.window.map(span).transpose()?,
        pause: from.pause.map(span).transpose()?,
        pause_max: from.pause_max.map(span).transpose()?,
    })
}

fn span(Span(from): Span) -> Result<prost_types::Duration, Misfit> {
    prost_types::Duration::try_from(from).map_err(|_| format!("{from:?} is too long a time"))
}

impl From<WithoutQuorum> for v1::WithoutQuorum {
    fn from(from: WithoutQuorum) -> Self {
        match from {
            WithoutQuorum::Stop => Self::Stop,
            WithoutQuorum::Freeze => Self::Freeze,
            WithoutQuorum::CarryOn => Self::CarryOn,
        }
    }
}

impl From<InTransition> for v1::InTransition {
    fn from(from: InTransition) -> Self {
        match from {
            InTransition::Keep => Self::Keep,
            InTransition::Signal => Self::Signal,
            InTransition::Restart => Self::Restart,
        }
    }
}

pub(super) fn definition(from: &v1::Service) -> Result<Definition, Misfit> {
    let mut to = Definition {
        description: from.description.clone(),
        after: from.after.clone(),
        requires: from.requires.clone(),
        level: from.level,
        placement: from.placement.as_ref().map(placement_back),
        without_quorum: without_quorum_back(from.without_quorum)?,
        grace: spans(from.grace.as_ref())?,
        loss_timeout: spans(from.loss_timeout.as_ref())?,
        in_transition: in_transition_back(from.in_transition)?,
        transition_signal: from.transition_signal.clone(),
        readiness: from.readiness.as_ref().map(|from| readiness_back(from).map(TextOr)).transpose()?,
        health: from.health.as_ref().map(health_back).transpose()?,
        start_timeout: spans(from.start_timeout.as_ref())?,
        stop_timeout: spans(from.stop_timeout.as_ref())?,
        stop_signal: from.stop_signal.clone(),
        restart: from.restart.as_ref().map(restart_back).transpose()?,
        log: from.log.map(|from| Log { bytes: (from.bytes != 0).then_some(Bytes(from.bytes)), files: from.files }),
        outlive_agent: spans(from.outlive_agent.as_ref())?,
        ..Definition::default()
    };
    match from.kind.clone().ok_or_else(|| newer("kind"))? {
        Kind::Program(program) => put_program(&mut to, program),
        Kind::Task(program) => {
            put_program(&mut to, program);
            to.task = Some(FlagOr::Flag(true));
        }
        Kind::Systemd(v1::SystemdUnit { unit }) => to.systemd = Some(TextOr(Systemd { unit })),
        Kind::Ocf(v1::OcfAgent { agent, parameters }) => {
            to.ocf = Some(Ocf { agent, parameters: parameters.into_iter().collect() });
        }
    }
    Ok(to)
}

fn newer(field: &str) -> Misfit {
    format!("{field} has a value that this program does not know: use a newer one")
}

fn put_program(to: &mut Definition, from: v1::Program) {
    to.command = Some(from.command);
    to.environment = from.environment.into_iter().collect();
    (to.user, to.group, to.folder) = (from.user, from.group, from.folder);
}

fn spans(from: Option<&prost_types::Duration>) -> Result<Option<Span>, Misfit> {
    let read = |from: &prost_types::Duration| Duration::try_from(*from).map(Span);
    from.map(read).transpose().map_err(|_| "a time is negative".to_owned())
}

fn placement_back(from: &v1::Placement) -> Placement {
    let (instances, every_member) = match from.count {
        None => (None, false),
        Some(placement::Count::Instances(instances)) => (Some(instances), false),
        Some(placement::Count::EveryMember(v1::EveryMember {})) => (None, true),
    };
    Placement {
        instances,
        every_member,
        preferred: from.preferred.clone(),
        spread: from.spread.clone(),
        failback: from.failback,
        with: from.with.clone(),
        apart: from.apart.clone(),
        selector: from.selector.clone().into_iter().collect(),
    }
}

fn without_quorum_back(from: i32) -> Result<Option<WithoutQuorum>, Misfit> {
    match v1::WithoutQuorum::try_from(from).map_err(|_| newer("without_quorum"))? {
        v1::WithoutQuorum::Unspecified => Ok(None),
        v1::WithoutQuorum::Stop => Ok(Some(WithoutQuorum::Stop)),
        v1::WithoutQuorum::Freeze => Ok(Some(WithoutQuorum::Freeze)),
        v1::WithoutQuorum::CarryOn => Ok(Some(WithoutQuorum::CarryOn)),
    }
}

fn in_transition_back(from: i32) -> Result<Option<InTransition>, Misfit> {
    match v1::InTransition::try_from(from).map_err(|_| newer("in_transition"))? {
        v1::InTransition::Unspecified => Ok(None),
        v1::InTransition::Keep => Ok(Some(InTransition::Keep)),
        v1::InTransition::Signal => Ok(Some(InTransition::Signal)),
        v1::InTransition::Restart => Ok(Some(InTransition::Restart)),
    }
}

fn readiness_back(from: &v1::Readiness) -> Result<Readiness, Misfit> {
    let mut to = Readiness { interval: spans(from.interval.as_ref())?, ..Readiness::default() };
    match from.kind.as_ref().ok_or_else(|| newer("readiness"))? {
        readiness::Kind::Notify(v1::NotifyReadiness {}) => to.notify = true,
        readiness::Kind::Check(check) => {
            to.timeout = spans(check.timeout.as_ref())?;
            match check.kind.clone().ok_or_else(|| newer("readiness"))? {
                check::Kind::Tcp(address) => to.tcp = Some(address),
                check::Kind::Http(url) => to.http = Some(url),
                check::Kind::Grpc(grpc) => to.grpc = Some(grpc_back(grpc)),
                check::Kind::Command(check) => to.command = Some(check.command),
            }
        }
    }
    Ok(to)
}

fn health_back(from: &v1::HealthCheck) -> Result<Health, Misfit> {
    let interval = spans(from.interval.as_ref())?;
    let mut to = Health { failures: from.failures, ..Health::default() };
    let Some(check) = &from.check else {
        to.watchdog = Some(interval.map_or(FlagOrSpan::Flag(true), FlagOrSpan::Span));
        return Ok(to);
    };
    (to.interval, to.timeout) = (interval, spans(check.timeout.as_ref())?);
    match check.kind.clone().ok_or_else(|| newer("health"))? {
        check::Kind::Tcp(address) => to.tcp = Some(address),
        check::Kind::Http(url) => to.http = Some(url),
        check::Kind::Grpc(grpc) => to.grpc = Some(grpc_back(grpc)),
        check::Kind::Command(check) => to.command = Some(check.command),
    }
    Ok(to)
}

fn grpc_back(from: v1::GrpcCheck) -> TextOr<Grpc> {
    TextOr(Grpc { address: from.address, service: from.service })
}

fn restart_back(from: &v1::RestartPolicy) -> Result<Restart, Misfit> {
    Ok(Restart {
        tries: from.tries,
        window: spans(from.window.as_ref())?,
        pause: spans(from.pause.as_ref())?,
        pause_max: spans(from.pause_max.as_ref())?,
    })
}
