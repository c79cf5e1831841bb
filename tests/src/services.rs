//! Services for tests: shell scripts that write down when they start and end, and notice when another one of them runs.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use quorate::v1::{
    self, ApplyServicesRequest, GetRecoveryRequest, InstanceState, Recovery, RecoveryStage, placement::Count,
    recovery_service_client::RecoveryServiceClient, service::Kind,
};
use tempfile::TempDir;
use tonic::{
    Status,
    transport::{Channel, Endpoint},
};

use crate::{agent::Agent, cluster::Cluster, wait::LIMIT, wait::wait_for};

/// Flags for agents that start so much at once, on a machine that they share, that a lease of 0.4 s might run out meanwhile.
pub const PATIENT: [&str; 3] = ["--heartbeat=200ms", "--detect-timeout=3s", "--lease=2s"];

/// A folder in which services write down what they do.
#[derive(Debug)]
pub struct Stage {
    folder: TempDir,
}

impl Default for Stage {
    fn default() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder") }
    }
}

impl Stage {
    /// A service that runs until it is ended, and of which one instance alone may run at a time.
    #[must_use]
    pub fn single(&self, name: &str) -> v1::Service {
        let (lock, log) = (self.file(&format!("{name}.lock")), self.file("log"));
        // The lock is held by the process itself, so it is free as soon as that is gone.
        let script = format!(
            "exec 9>{lock}; flock -n 9 || echo TWICE {name} $QUORATE_NODE >> {log}
             echo start {name} $QUORATE_NODE $QUORATE_TOKEN >> {log}
             trap 'echo end {name} $QUORATE_NODE >> {log}; exit 0' TERM
             while :; do sleep 0.05; done"
        );
        self.script(name, &script)
    }

    /// A service that runs on every member.
    #[must_use]
    pub fn everywhere(&self, name: &str) -> v1::Service {
        let log = self.file("log");
        let script = format!("echo start {name} $QUORATE_NODE >> {log}; exec sleep 100000");
        let placement = v1::Placement { count: Some(Count::EveryMember(v1::EveryMember {})), ..<_>::default() };
        v1::Service { placement: Some(placement), ..self.script(name, &script) }
    }

    /// A single instance of this script.
    #[must_use]
    pub fn script(&self, name: &str, script: &str) -> v1::Service {
        let mark = self.mark();
        let program = v1::Program {
            command: ["/bin/sh", "-c", script].map(str::to_owned).into(),
            environment: [("QUORATE_TEST".to_owned(), mark)].into(),
            ..v1::Program::default()
        };
        v1::Service { name: name.to_owned(), kind: Some(Kind::Program(program)), ..v1::Service::default() }
    }

    /// A file beside the log.
    #[must_use]
    pub fn file(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// How many processes of services run on a node.
    #[must_use]
    pub fn processes_named(&self, node: &str) -> usize {
        self.count(&[format!("QUORATE_TEST={}", self.mark()), format!("QUORATE_NODE={node}")], false)
    }

    fn count(&self, variables: &[String], helpers: bool) -> usize {
        let counts = |folder: &Path| {
            let environment = fs::read(folder.join("environ")).unwrap_or_default();
            let has = |wanted: &String| environment.split(|byte| *byte == 0).any(|one| one == wanted.as_bytes());
            let name = fs::read_to_string(folder.join("comm")).unwrap_or_default();
            variables.iter().all(has) && (helpers || name.trim() != "sleep")
        };
        let all = fs::read_dir("/proc").expect("/proc can be read").flatten();
        all.filter(|entry| counts(&entry.path())).count()
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }

    fn mark(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// What the services have written down.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        fs::read_to_string(self.log()).unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// Forgets what was written down so far.
    pub fn forget(&self) {
        fs::write(self.log(), "").expect("the log can be written");
    }

    /// How many processes run that any of these services has started.
    #[must_use]
    pub fn processes(&self) -> usize {
        self.count(&[format!("QUORATE_TEST={}", self.mark())], true)
    }

    /// Waits until no such process is left.
    pub async fn empty(&self) {
        let left = async || match self.processes() {
            0 => Ok(()),
            left => Err(format!("{left} processes are left")),
        };
        wait_for("no process of a service", LIMIT, left).await;
    }
}

/// Makes a service require others, with which it is placed as well when `with` is one of them.
#[must_use]
pub fn requiring(service: v1::Service, requires: &[&str]) -> v1::Service {
    v1::Service { requires: requires.iter().map(|&name| name.to_owned()).collect(), ..service }
}

/// A span of time in milliseconds.
#[must_use]
pub fn millis(millis: u64) -> Option<prost_types::Duration> {
    prost_types::Duration::try_from(std::time::Duration::from_millis(millis)).ok()
}

/// The recovery service of an agent.
pub async fn recovery_of(agent: &Agent) -> RecoveryServiceClient<Channel> {
    let endpoint = Endpoint::from_shared(format!("http://{}", agent.api())).expect("an address");
    RecoveryServiceClient::new(endpoint.connect_lazy())
}

/// Applies definitions, and removes all others.
pub async fn apply(agent: &Agent, services: Vec<v1::Service>) -> Result<v1::ApplyServicesResponse, Status> {
    let request = ApplyServicesRequest { services, prune: true, ..<_>::default() };
    Ok(recovery_of(agent).await.apply_services(request).await?.into_inner())
}

/// Has something done.
pub async fn control(agent: &Agent, action: v1::control_service_request::Action) -> Result<(), Status> {
    let request = v1::ControlServiceRequest { action: Some(action) };
    recovery_of(agent).await.control_service(request).await.map(drop)
}

/// How recovery stands.
pub async fn recovery(agent: &Agent) -> Result<Recovery, Status> {
    let answer = recovery_of(agent).await.get_recovery(GetRecoveryRequest {}).await?.into_inner();
    answer.recovery.ok_or_else(|| Status::internal("no recovery"))
}

/// Where the ready instances of each service are.
#[must_use]
pub fn ready(recovery: &Recovery) -> BTreeMap<String, Vec<String>> {
    let mut ready: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for instance in recovery.instances.iter().filter(|instance| instance.state() == InstanceState::Ready) {
        ready.entry(instance.service.clone()).or_default().push(instance.node_name.clone());
    }
    ready
}

impl Cluster {
    /// Waits until recovery is complete at these nodes, of which the first is asked, with something more.
    pub async fn recovered(&self, names: &[&str], also: impl Fn(&Recovery) -> Result<(), String>) -> Recovery {
        let first = self.agent(names[0]);
        // Many services take their time where many things run.
        wait_for("recovery to be complete", 2 * LIMIT, async || {
            let now = recovery(first).await.map_err(|why| why.to_string())?;
            let nodes: Vec<&str> = now.nodes.iter().map(|node| node.node_name.as_str()).collect();
            if now.stage() != RecoveryStage::Recovered || nodes != names {
                return Err(format!("stage {:?} {} at {nodes:?}, waits: {:?}", now.stage(), now.level, now.waits));
            }
            also(&now).map(|()| now)
        })
        .await
    }
}
