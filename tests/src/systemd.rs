//! A system bus with systemd behind it, as far as agents use them. Its units are real processes.

use std::{
    collections::{BTreeMap, HashMap},
    fs,
    os::unix::process::ExitStatusExt as _,
    path::PathBuf,
    process::{ExitStatus, Stdio},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use quorate::v1::{self, service::Kind};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use tempfile::TempDir;
use tokio::{
    net::UnixListener,
    process::{Child, Command},
    time::{Duration, sleep},
};
use tokio_stream::StreamExt as _;
use zbus::{
    Connection, Guid, Message, OwnedObjectPath, OwnedVariant, Str, Structure, Variant,
    connection::Builder,
    message::{Body, Type},
};

const MANAGER: (&str, &str) = ("/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager");
const UNITS: &str = "/org/freedesktop/systemd1/unit/";

/// A machine's systemd.
#[derive(Debug)]
pub struct Systemd {
    folder: TempDir,
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    node: String,
    units: Mutex<BTreeMap<String, Unit>>,
    clients: Mutex<Vec<Connection>>,
    jobs: AtomicU32,
}

/// A unit's file: what it runs, and what is to be known of it.
#[derive(Debug, Clone)]
pub struct UnitFile {
    program: v1::Program,
    load: &'static str,
    enabled: bool,
    ready: Option<PathBuf>,
}

#[derive(Debug)]
struct Unit {
    file: UnitFile,
    active: &'static str,
    sub: &'static str,
    result: &'static str,
    code: i32,
    status: i32,
    group: Option<Pid>,
    job: Option<(u32, OwnedObjectPath)>,
}

impl UnitFile {
    /// Runs the program of this service.
    ///
    /// # Panics
    /// When it is no program.
    #[must_use]
    pub fn running(service: &v1::Service) -> Self {
        let Some(Kind::Program(program)) = &service.kind else { panic!("{} is no program", service.name) };
        Self { program: program.clone(), load: "loaded", enabled: false, ready: None }
    }

    /// Says that it is enabled.
    #[must_use]
    pub fn enabled(self) -> Self {
        Self { enabled: true, ..self }
    }

    /// Says that it is masked.
    #[must_use]
    pub fn masked(self) -> Self {
        Self { load: "masked", ..self }
    }

    /// Is active as soon as this file is there.
    #[must_use]
    pub fn ready_with(self, file: String) -> Self {
        Self { ready: Some(file.into()), ..self }
    }
}

/// A service that is a unit of systemd.
#[must_use]
pub fn unit_service(name: &str, unit: &str) -> v1::Service {
    let kind = Kind::Systemd(v1::SystemdUnit { unit: unit.to_owned() });
    v1::Service { name: name.to_owned(), kind: Some(kind), ..v1::Service::default() }
}

impl Systemd {
    /// Starts the one of this node.
    ///
    /// # Panics
    /// When no socket can be made.
    #[must_use]
    pub fn start(node: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let listener = UnixListener::bind(folder.path().join("bus")).expect("a socket");
        let (units, clients) = (Mutex::default(), Mutex::default());
        let inner = Arc::new(Inner { node: node.to_owned(), units, clients, jobs: AtomicU32::new(1) });
        let serve = inner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let stream = stream.into_std().expect("a socket");
                tokio::spawn(serve.clone().serve(stream));
            }
        });
        Self { folder, inner }
    }

    /// What has an agent find this bus.
    #[must_use]
    pub fn launcher(&self) -> Vec<String> {
        vec!["env".to_owned(), self.variable()]
    }

    fn variable(&self) -> String {
        format!("DBUS_SYSTEM_BUS_ADDRESS=unix:path={}", self.folder.path().join("bus").display())
    }

    /// Kills all who were told of this bus: without it, runners would try to reach it for ever.
    fn kill_clients(&self) {
        let wanted = self.variable();
        for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            let pid = entry.file_name().to_str().and_then(|name| Pid::from_raw(name.parse().ok()?));
            if let Some(pid) = pid.filter(|_| environment.split(|byte| *byte == 0).any(|one| one == wanted.as_bytes()))
            {
                // It may have ended.
                let _ = kill_process(pid, Signal::KILL);
            }
        }
    }

    /// Makes it know a unit.
    #[must_use]
    pub fn with(self, name: &str, file: UnitFile) -> Self {
        let unit = Unit {
            file,
            active: "inactive",
            sub: "dead",
            result: "success",
            code: 0,
            status: 0,
            group: None,
            job: None,
        };
        self.inner.units().insert(name.to_owned(), unit);
        self
    }

    /// How a unit stands.
    #[must_use]
    pub fn active(&self, name: &str) -> &'static str {
        self.inner.units().get(name).map_or("", |unit| unit.active)
    }

    /// Sends a signal to all processes of a unit.
    pub fn signal(&self, name: &str, signal: Signal) {
        self.inner.signal(name, signal);
    }
}

impl Drop for Systemd {
    fn drop(&mut self) {
        self.kill_clients();
        let names: Vec<String> = self.inner.units().keys().cloned().collect();
        names.iter().for_each(|name| self.inner.signal(name, Signal::KILL));
    }
}

impl Inner {
    fn units(&self) -> MutexGuard<'_, BTreeMap<String, Unit>> {
        self.units.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn signal(&self, name: &str, signal: Signal) {
        if let Some(group) = self.units().get(name).and_then(|unit| unit.group) {
            // It may have ended.
            let _ = kill_process_group(group, signal);
        }
    }

    /// Answers one client, who takes this for a bus.
    async fn serve(self: Arc<Self>, stream: std::os::unix::net::UnixStream) {
        let client = Builder::unix_stream(stream).server(Guid::generate()).p2p().build_message_stream().await;
        let Ok(mut calls) = client else { return };
        let client = Connection::from(&calls);
        while let Some(Ok(call)) = calls.next().await {
            if call.message_type() == Type::MethodCall && self.answer(&client, &call).await.is_err() {
                return;
            }
        }
    }

    async fn answer(self: &Arc<Self>, client: &Connection, call: &Message) -> zbus::Result<()> {
        let (header, body) = (call.header(), call.body());
        let path = header.path().map(ToString::to_string).unwrap_or_default();
        let name = || body.deserialize::<&str>().map(str::to_owned);
        match header.member().map(|member| member.as_str()).unwrap_or_default() {
            "Hello" => {
                client.reply(&header, &":1.1").await?;
                self.clients.lock().unwrap_or_else(PoisonError::into_inner).push(client.clone());
                Ok(())
            }
            "LoadUnit" => client.reply(&header, &path_of(&name()?)).await,
            "GetAll" => client.reply(&header, &self.properties(&path, &name()?)).await,
            "ResetFailedUnit" => {
                if let Some(unit) = self.units().get_mut(&name()?).filter(|unit| unit.active == "failed") {
                    (unit.active, unit.sub) = ("inactive", "dead");
                }
                client.reply(&header, &()).await
            }
            method @ ("StartUnit" | "StopUnit") => {
                let (name, id) = (job_of(&body)?, self.jobs.fetch_add(1, Ordering::Relaxed));
                let job = OwnedObjectPath::try_from(format!("/org/freedesktop/systemd1/job/{id}"))?;
                client.reply(&header, &job).await?;
                match method {
                    "StartUnit" => self.start(&name, (id, job)).await,
                    _ => self.stop(&name, (id, job)).await,
                }
                Ok(())
            }
            "KillUnit" => {
                let (name, _, _): (&str, &str, i32) = body.deserialize()?;
                self.signal(name, Signal::KILL);
                client.reply(&header, &()).await
            }
            "AddMatch" | "RemoveMatch" | "Subscribe" => client.reply(&header, &()).await,
            "Get" => client.reply_error(&header, "org.freedesktop.DBus.Error.UnknownObject", &"no such job").await,
            _ => client.reply_error(&header, "org.freedesktop.DBus.Error.UnknownMethod", &"not here").await,
        }
    }

    fn properties(&self, path: &str, interface: &str) -> HashMap<&'static str, OwnedVariant> {
        let units = self.units();
        let unit = units.iter().find(|(name, _)| path_of(name).as_str() == path).map(|(_, unit)| unit);
        let text = |text: &'static str| OwnedVariant::from(Str::from_static(text));
        let number = |number: i32| OwnedVariant::from(number);
        match unit {
            Some(unit) if interface == "org.freedesktop.systemd1.Unit" => HashMap::from([
                ("LoadState", text(unit.file.load)),
                ("LoadError", no_error()),
                ("UnitFileState", text(if unit.file.enabled { "enabled" } else { "disabled" })),
                ("ActiveState", text(unit.active)),
                ("SubState", text(unit.sub)),
            ]),
            Some(unit) => HashMap::from([
                ("Result", text(unit.result)),
                ("ExecMainCode", number(unit.code)),
                ("ExecMainStatus", number(unit.status)),
            ]),
            None => HashMap::from([("LoadState", text("not-found")), ("ActiveState", text("inactive"))]),
        }
    }

    async fn start(self: &Arc<Self>, name: &str, job: (u32, OwnedObjectPath)) {
        let child = {
            let mut units = self.units();
            let Some(unit) = units.get_mut(name) else { return };
            unit.job = Some(job);
            match unit.active {
                "active" => None,
                _ => Some((unit.run(&self.node), unit.file.ready.clone())),
            }
        };
        self.changed(name).await;
        match child {
            None => self.finish(name, "done").await,
            Some((child, ready)) => {
                tokio::spawn(self.clone().attend(name.to_owned(), child, ready));
            }
        }
    }

    async fn stop(self: &Arc<Self>, name: &str, job: (u32, OwnedObjectPath)) {
        let group = {
            let mut units = self.units();
            let Some(unit) = units.get_mut(name) else { return };
            unit.job = Some(job);
            if unit.group.is_some() {
                (unit.active, unit.sub) = ("deactivating", "stop-sigterm");
            }
            unit.group
        };
        match group {
            Some(_) => {
                self.signal(name, Signal::TERM);
                self.changed(name).await;
            }
            None => self.finish(name, "done").await,
        }
    }

    /// Until it has ended.
    async fn attend(self: Arc<Self>, name: String, mut child: Child, ready: Option<PathBuf>) {
        let is_ready = async {
            while ready.as_ref().is_some_and(|file| !file.exists()) {
                sleep(Duration::from_millis(10)).await;
            }
        };
        let early = tokio::select! {
            () = is_ready => None,
            end = child.wait() => Some(end),
        };
        if early.is_none() {
            if let Some(unit) = self.units().get_mut(&name).filter(|unit| unit.active == "activating") {
                (unit.active, unit.sub) = ("active", "running");
            }
            self.changed(&name).await;
            self.finish(&name, "done").await;
        }
        let end = match early {
            Some(end) => end,
            None => child.wait().await,
        };
        let asked = self.units().get_mut(&name).is_some_and(|unit| unit.ended(end.unwrap_or_default()));
        self.changed(&name).await;
        self.finish(&name, if asked { "done" } else { "failed" }).await;
    }

    async fn changed(&self, name: &str) {
        let body = ("org.freedesktop.systemd1.Unit", HashMap::<&str, Variant<'_>>::new(), vec!["ActiveState"]);
        self.tell(&path_of(name), "org.freedesktop.DBus.Properties", "PropertiesChanged", &body).await;
    }

    /// The job of a unit, if there is one, is over.
    async fn finish(&self, name: &str, result: &str) {
        let job = self.units().get_mut(name).and_then(|unit| unit.job.take());
        if let Some((id, job)) = job {
            self.tell(MANAGER.0, MANAGER.1, "JobRemoved", &(id, job, name, result)).await;
        }
    }

    async fn tell<B>(&self, path: &str, interface: &str, member: &str, body: &B)
    where
        B: serde::Serialize + zbus::DynamicType,
    {
        let clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for client in clients {
            // Most of them are gone.
            let _ = client.emit_signal(None::<&str>, path, interface, member, body).await;
        }
    }
}

impl Unit {
    fn run(&mut self, node: &str) -> Child {
        let program = &self.file.program;
        let [name, arguments @ ..] = &program.command[..] else { panic!("a unit runs nothing") };
        let mut command = Command::new(name);
        command.args(arguments).envs(&program.environment).env("QUORATE_NODE", node).process_group(0);
        // The journal of this machine.
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.kill_on_drop(true).spawn().expect("a program");
        self.group = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        (self.active, self.sub, self.result, self.code, self.status) = ("activating", "start", "success", 0, 0);
        child
    }

    /// Whether that was asked for.
    fn ended(&mut self, end: ExitStatus) -> bool {
        self.group = None;
        let asked = self.active == "deactivating";
        (self.code, self.status) = match (end.code(), end.signal()) {
            (Some(code), _) => (1, code),
            (None, signal) => (2, signal.unwrap_or(0)),
        };
        self.result = match (self.code, self.status) {
            (1, 0) => "success",
            (1, _) => "exit-code",
            // SIGTERM.
            (_, 15) if asked => "success",
            _ => "signal",
        };
        (self.active, self.sub) = if self.result == "success" { ("inactive", "dead") } else { ("failed", "failed") };
        asked
    }
}

fn job_of(body: &Body) -> zbus::Result<String> {
    let (name, _): (&str, &str) = body.deserialize()?;
    Ok(name.to_owned())
}

fn no_error() -> OwnedVariant {
    let error = Structure::from(("", ""));
    OwnedVariant::try_from(Variant::Structure(error)).expect("no descriptors in it")
}

fn path_of(name: &str) -> OwnedObjectPath {
    let escaped: String = name
        .bytes()
        .map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("_{byte:02x}") })
        .collect();
    OwnedObjectPath::try_from(format!("{UNITS}{escaped}")).expect("a path")
}
