//! How a service is run: from its definition to what its runner is told, and how it is looked at.

use std::{collections::BTreeMap, net::SocketAddr, time::Duration};

use quorate_core::{recovery::WithoutQuorum, types::Slot};
use quorate_processes::{Environment, Kind as RunKind, Lapse, LogLimits, Orphan, Program, SignalName, check::Check};
use quorate_proto::v1::{self, check, readiness, service::Kind};
use quorate_systemd::Verb;

use super::definition::{Fault, span};

/// The word by which this program does something with a unit of systemd.
pub const UNIT: &str = "unit";
/// The environment variable that says where the system bus is.
pub const BUS: &str = "DBUS_SYSTEM_BUS_ADDRESS";
/// The program that runs this, whatever was installed in its place meanwhile.
const SELF: &str = "/proc/self/exe";
/// Where resource agents of the Open Cluster Framework are installed.
const OCF_ROOT: &str = "/usr/lib/ocf";
/// The pause between two looks at something that has no health check of its own.
const MONITOR_EVERY: Duration = Duration::from_secs(10);
/// The pause between two looks at a unit of systemd.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Most arguments of a program, its name included.
const MAX_ARGUMENTS: usize = 256;
/// How much of what a service prints is kept, where nothing is said.
const LOG: LogLimits = LogLimits { bytes: 1024 * 1024, files: 2 };

/// What an instance finds in its environment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Circumstances {
    /// Which instance it is.
    pub slot: Slot,
    /// The node.
    pub node: String,
    /// The epoch under which it is started.
    pub epoch: u64,
    /// Its fencing token, if it is held by a name.
    pub token: Option<String>,
    /// Where the agent serves its API.
    pub endpoint: String,
    /// Where the system bus is, if the agent was told.
    pub bus: Option<String>,
}

/// How a service is looked at from outside.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Looks {
    /// When it is ready.
    pub readiness: Ready,
    /// Whether it is well: a check, how often, and how many failures in a row count.
    pub health: Option<(Check, Duration, Duration, u32)>,
}

/// When a service is ready.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Ready {
    /// As soon as it runs.
    Started,
    /// When its runner says so: it has said so itself, or its command has ended well.
    Told,
    /// When a check succeeds, which may take so long and is made so often.
    Check(Check, Duration, Duration),
}

/// Checks all of a definition that has to do with how it is run.
///
/// # Errors
/// The field at fault, and what is wrong.
pub(super) fn check(from: &v1::Service) -> Result<(), Fault> {
    let nobody = Circumstances {
        slot: Slot {
            service: quorate_core::types::ServiceName::new("x").map_err(|why| ("name", why.to_string()))?,
            index: 0,
        },
        node: String::new(),
        epoch: 0,
        token: None,
        endpoint: String::new(),
        bus: None,
    };
    program(from, &nobody)?;
    looks(from)?;
    transition_signal(from)?;
    Ok(())
}

/// What a service's runner is told.
///
/// # Errors
/// The field at fault, and what is wrong.
pub(super) fn program(from: &v1::Service, about: &Circumstances) -> Result<Program, Fault> {
    let health = from.health.as_ref();
    let every = span("health.interval", health.and_then(|health| health.interval.as_ref()), MONITOR_EVERY)?;
    let start_timeout = span("start_timeout", from.start_timeout.as_ref(), Duration::from_secs(30))?;
    let stop_timeout = span("stop_timeout", from.stop_timeout.as_ref(), Duration::from_secs(10))?;
    let mut variables = environment(about);
    let (kind, run_as) = match from.kind.as_ref().ok_or(("kind", "say how it is run".to_owned()))? {
        Kind::Program(program) => (RunKind::Daemon { argv: argv("program.command", &program.command)? }, Some(program)),
        Kind::Task(program) => (RunKind::Task { argv: argv("task.command", &program.command)? }, Some(program)),
        Kind::Ocf(agent) => {
            variables.extend(ocf_environment(agent, about)?);
            stays_awake(from)?;
            (ocf(agent, every, start_timeout.max(stop_timeout))?, None)
        }
        Kind::Systemd(unit) => {
            stays_awake(from)?;
            suits_units(from)?;
            variables.extend(about.bus.clone().map(|address| (BUS.to_owned(), address)));
            (systemd(unit, every, start_timeout.max(stop_timeout))?, None)
        }
    };
    let mut program = Program::new(kind);
    if let Some(run_as) = run_as {
        variables.extend(run_as.environment.clone());
        let given = |text: &String| (!text.is_empty()).then(|| text.clone());
        program.user = given(&run_as.user);
        program.group = given(&run_as.group);
        program.folder = given(&run_as.folder).map(Into::into);
    }
    program.environment = Environment { base: true, variables };
    program.stop_signal = signal("stop_signal", &from.stop_signal, "SIGTERM")?;
    program.stop_timeout = stop_timeout;
    program.loss_timeout = span("loss_timeout", from.loss_timeout.as_ref(), Duration::from_millis(500))?;
    let without_quorum = v1::WithoutQuorum::try_from(from.without_quorum).unwrap_or_default();
    program.lapse = match without_quorum {
        v1::WithoutQuorum::Freeze => Lapse::Freeze,
        v1::WithoutQuorum::CarryOn => Lapse::CarryOn,
        v1::WithoutQuorum::Unspecified | v1::WithoutQuorum::Stop => Lapse::Stop,
    };
    let outlive = span("outlive_agent", from.outlive_agent.as_ref(), Duration::ZERO)?;
    if !outlive.is_zero() {
        if without_quorum != v1::WithoutQuorum::CarryOn {
            return Err((
                "outlive_agent",
                "only services that carry on without quorum may outlive their agent".to_owned(),
            ));
        }
        (program.orphan, program.orphan_timeout) = (Orphan::CarryOn, outlive);
    }
    if let Some(health) = health.filter(|health| health.check.is_none())
        && matches!(program.kind, RunKind::Daemon { .. })
    {
        program.watchdog = Some(span("health.interval", health.interval.as_ref(), Duration::from_secs(5))?);
    }
    program.log = log(from.log.as_ref());
    program.check().map_err(|why| ("program", why.to_string()))?;
    Ok(program)
}

/// How a service is looked at.
///
/// # Errors
/// The field at fault, and what is wrong.
pub(super) fn looks(from: &v1::Service) -> Result<Looks, Fault> {
    let told = matches!(from.kind, Some(Kind::Task(_) | Kind::Ocf(_) | Kind::Systemd(_)));
    let readiness = match from.readiness.as_ref() {
        _ if told => Ready::Told,
        None => Ready::Started,
        Some(readiness) => {
            let every = span("readiness.interval", readiness.interval.as_ref(), Duration::from_millis(100))?;
            within("readiness.interval", every, Duration::from_secs(60))?;
            match readiness.kind.as_ref().ok_or(("readiness", "say how it is known".to_owned()))? {
                readiness::Kind::Notify(v1::NotifyReadiness {}) => Ready::Told,
                readiness::Kind::Check(check) => {
                    let (check, limit) = look("readiness.check", check)?;
                    Ready::Check(check, limit, every)
                }
            }
        }
    };
    let checked = from.health.as_ref().and_then(|health| Some((health, health.check.as_ref()?)));
    let health = checked.map(|(health, check)| {
        let every = span("health.interval", health.interval.as_ref(), Duration::from_secs(5))?;
        within("health.interval", every, Duration::from_secs(3600))?;
        let (check, limit) = look("health.check", check)?;
        Ok::<_, Fault>((check, limit, every, if health.failures == 0 { 3 } else { health.failures }))
    });
    Ok(Looks { readiness, health: health.transpose()? })
}

/// The signal that tells a service of a transition.
///
/// # Errors
/// The field at fault, and what is wrong.
pub(super) fn transition_signal(from: &v1::Service) -> Result<SignalName, Fault> {
    signal("transition_signal", &from.transition_signal, "SIGHUP")
}

fn within(field: &'static str, time: Duration, most: Duration) -> Result<(), Fault> {
    let least = Duration::from_millis(10);
    if (least..=most).contains(&time) { Ok(()) } else { Err((field, format!("10 ms to {most:?} are allowed"))) }
}

fn look(field: &'static str, from: &v1::Check) -> Result<(Check, Duration), Fault> {
    let limit = span(field, from.timeout.as_ref(), Duration::from_secs(1))?;
    within(field, limit, Duration::from_secs(60))?;
    let address = |text: &str| {
        text.parse::<SocketAddr>().map_err(|_| (field, format!("{text:?} is no address, as in \"127.0.0.1:80\"")))
    };
    let check = match from.kind.as_ref().ok_or((field, "say what is tried".to_owned()))? {
        check::Kind::Tcp(text) => Check::Tcp { address: address(text)? },
        check::Kind::Http(url) => Check::Http { url: url.clone(), expect: 200..=399 },
        check::Kind::Grpc(grpc) => Check::Grpc { address: address(&grpc.address)?, service: grpc.service.clone() },
        check::Kind::Command(command) => Check::Command { argv: argv(field, &command.command)? },
    };
    Ok((check, limit))
}

fn argv(field: &'static str, command: &[String]) -> Result<Vec<String>, Fault> {
    match command.len() {
        0 => Err((field, "name a program".to_owned())),
        count if count > MAX_ARGUMENTS => Err((field, format!("at most {MAX_ARGUMENTS} arguments are allowed"))),
        _ => Ok(command.to_vec()),
    }
}

fn signal(field: &'static str, text: &str, default: &str) -> Result<SignalName, Fault> {
    let text = if text.is_empty() { default } else { text };
    text.parse().map_err(|why: quorate_processes::UnknownSignal| (field, why.to_string()))
}

fn log(from: Option<&v1::LogLimits>) -> LogLimits {
    let given = from.copied().unwrap_or_default();
    LogLimits {
        bytes: if given.bytes == 0 { LOG.bytes } else { given.bytes },
        files: if given.files == 0 { LOG.files } else { given.files },
    }
}

fn environment(about: &Circumstances) -> BTreeMap<String, String> {
    let all = [
        ("QUORATE_SERVICE", about.slot.service.to_string()),
        ("QUORATE_INSTANCE", about.slot.index.to_string()),
        ("QUORATE_NODE", about.node.clone()),
        ("QUORATE_EPOCH", about.epoch.to_string()),
        ("QUORATE_TOKEN", about.token.clone().unwrap_or_default()),
        ("QUORATE_ENDPOINTS", about.endpoint.clone()),
    ];
    all.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Provider and type of an agent, as in `heartbeat:IPaddr2`.
fn ocf_name(agent: &v1::OcfAgent) -> Result<(&str, &str), Fault> {
    let plain = |text: &str| {
        !text.is_empty()
            && text.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.'))
            && !text.starts_with('.')
    };
    let named = agent.agent.split_once(':').filter(|(provider, kind)| plain(provider) && plain(kind));
    named.ok_or_else(|| ("ocf.agent", format!("{:?} is not of the form \"heartbeat:IPaddr2\"", agent.agent)))
}

/// The Open Cluster Framework's resource agent API 1.1: a program with one argument, its parameters in the environment. What
/// did not stop may still be there, whatever has become of processes, so that `stop` is called until it succeeds.
fn ocf(agent: &v1::OcfAgent, interval: Duration, timeout: Duration) -> Result<RunKind, Fault> {
    let (provider, kind) = ocf_name(agent)?;
    let command = |action: &str| vec![format!("{OCF_ROOT}/resource.d/{provider}/{kind}"), action.to_owned()];
    let (start, monitor, stop) = (command("start"), command("monitor"), command("stop"));
    Ok(RunKind::Commands { start, monitor, kill: Some(stop.clone()), stop, interval, timeout })
}

/// Of what others run, nothing that matters may be a process: it would not be frozen with those.
fn stays_awake(from: &v1::Service) -> Result<(), Fault> {
    let why = "only a command or a task is frozen: stop or carry-on are possible";
    match from.without_quorum() {
        v1::WithoutQuorum::Freeze => Err(("without_quorum", why.to_owned())),
        _ => Ok(()),
    }
}

/// What systemd does instead, or cannot do, is refused.
fn suits_units(from: &v1::Service) -> Result<(), Fault> {
    let no_signals = "no signals are sent to a unit of systemd: keep or restart are possible";
    let unsuitable = [
        ("readiness", from.readiness.is_some(), "a unit of systemd is ready when it is active: its Type= says when"),
        ("stop_signal", !from.stop_signal.is_empty(), "KillSignal= in a unit of systemd says how it is asked to end"),
        ("log", from.log.is_some(), "what a unit of systemd prints is in the journal"),
        ("in_transition", from.in_transition() == v1::InTransition::Signal, no_signals),
        ("transition_signal", !from.transition_signal.is_empty(), no_signals),
    ];
    match unsuitable.iter().find(|(_, given, _)| *given) {
        Some((field, _, why)) => Err((field, (*why).to_owned())),
        None => Ok(()),
    }
}

/// A unit of systemd: this program itself does what is to be done with it. A look lasts until the next one, so that an end
/// is noticed at once.
fn systemd(unit: &v1::SystemdUnit, every: Duration, timeout: Duration) -> Result<RunKind, Fault> {
    quorate_systemd::check_name(&unit.unit).map_err(|why| ("systemd.unit", why))?;
    within("health.interval", every, Duration::from_secs(3600))?;
    let command = |verb: Verb| {
        let own = [SELF, UNIT].map(str::to_owned);
        own.into_iter().chain(verb.arguments(&unit.unit)).collect()
    };
    Ok(RunKind::Commands {
        start: command(Verb::Start),
        monitor: command(Verb::Watch(every.min(timeout / 2))),
        stop: command(Verb::Stop),
        kill: Some(command(Verb::Kill)),
        interval: LOOK_AGAIN,
        timeout,
    })
}

fn ocf_environment(agent: &v1::OcfAgent, about: &Circumstances) -> Result<BTreeMap<String, String>, Fault> {
    let (provider, kind) = ocf_name(agent)?;
    let mut all: BTreeMap<String, String> = [
        ("OCF_ROOT", OCF_ROOT),
        ("OCF_RA_VERSION_MAJOR", "1"),
        ("OCF_RA_VERSION_MINOR", "1"),
        ("OCF_RESOURCE_TYPE", kind),
        ("OCF_RESOURCE_PROVIDER", provider),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into();
    all.insert("OCF_RESOURCE_INSTANCE".to_owned(), about.slot.to_string());
    for (name, value) in &agent.parameters {
        if name.is_empty() || !name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-') {
            return Err(("ocf.parameters", format!("{name:?} is no name of a parameter")));
        }
        all.insert(format!("OCF_RESKEY_{name}"), value.clone());
    }
    Ok(all)
}

/// Whether an instance may be taken over by the next start of the agent.
#[must_use]
pub(super) fn may_outlive(without_quorum: WithoutQuorum) -> bool {
    without_quorum == WithoutQuorum::CarryOn
}
