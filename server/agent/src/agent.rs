//! Puts the parts of an agent together, and takes them apart again in the right order.
//!
//! Starting: listeners, data folder, connections, driver, discovery, API, HTTP. Stopping: the node leaves the cluster,
//! the driver lets its last frames and its last write out, the API ends its streams with STOPPING and its calls with
//! their answers, and then everything is closed. A second signal skips all that.

mod files;
mod listeners;
mod pulse;
mod signals;

use std::{sync::Arc, time::Duration};

use quorate_core::{
    Durable, Node,
    types::{Address, Identity},
};
use tokio::{
    runtime::Handle as Runtime,
    sync::mpsc,
    task::JoinHandle,
    time::{Instant, timeout},
};
use tokio_util::sync::CancellationToken;

pub use self::listeners::Listeners;
use self::{pulse::Alive, signals::Signals};
use crate::{
    api::{self, About, Context, IntakeLayer},
    config::{Config, LimitsConfig, TlsConfig},
    consensus::Council,
    discovery,
    driver::{Clock, Driver, Ended, Handle, Parts, Writer, wall},
    error::AgentError,
    http,
    metrics::Metrics,
    services::{self, Supervisor, Ways},
    store::Store,
    tls::{ApiTls, PeerTls},
    transport::{Entrance, Transport},
};

/// A second signal within this time is the first one, sent twice, as some supervisors do.
const SAME_SIGNAL: Duration = Duration::from_secs(1);
/// Version of the program.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Most findings of discovery that wait for the driver.
const FINDINGS: usize = 64;
/// Most bytes of a peer's connection up to its first frame, which introduces it.
const FIRST_FRAME: usize = 64 * 1024;
/// Most bytes of a client's connection up to the head of its first request: what comes with it may be the whole request.
const FIRST_REQUEST: usize = 4 * 1024 * 1024;
/// How many clients over the limit are served at once with the answer that there is no room.
const SPARE: usize = 32;
/// How much longer than its own limit a departure may take before the agent stops without it.
const LEAVE_SLACK: Duration = Duration::from_secs(5);
/// How long requests over HTTP may take when the agent stops.
const HTTP_GRACE: Duration = Duration::from_secs(1);

/// Where the work is done that heartbeats must not wait behind.
#[derive(Clone, Copy, Debug)]
pub struct Runtimes<'a> {
    /// For clients.
    pub serving: &'a Runtime,
    /// For consensus.
    pub consensus: &'a Runtime,
    /// For services.
    pub services: &'a Runtime,
}

/// A running agent.
#[derive(Debug)]
pub struct Agent {
    handle: Handle,
    cancel: CancellationToken,
    stopping: CancellationToken,
    driver: JoinHandle<Ended>,
    api: JoinHandle<Result<(), String>>,
    http: JoinHandle<()>,
    leave_limit: Duration,
}

impl Agent {
    /// Starts an agent on these listeners. Clients and consensus have runtimes of their own, all else runs on the one this
    /// is called on: however much they have to do, heartbeats do not wait behind them.
    ///
    /// # Errors
    /// [`AgentError`] when the data folder or the settings cannot be used.
    pub async fn start(config: &Config, listeners: Listeners, runtimes: Runtimes<'_>) -> Result<Self, AgentError> {
        let serving = runtimes.serving;
        let tls = tls(config)?;
        let (store, identity, durable) = Store::open(&config.data_dir, &config.cluster, &config.node_name)?;
        let starts = store.starts();
        let (was_part, lease) = (durable.cluster.is_some(), config.quorum.lease);
        let council = Council::open(&config.data_dir, &identity, was_part, lease, runtimes.consensus).await?;
        let settings = config.settings(identity.clone());
        let open_timeout = settings.open_timeout();
        let node = Node::new(settings, durable, seed(&identity)).map_err(runtime)?;
        tracing::info!(?identity, cluster = config.cluster, api = %config.api_listen, version = VERSION, "agent starts");

        let metrics = Metrics::new(VERSION, &config.cluster, config.node_name.as_str());
        let peers = peer_entrance(&config.limits, &metrics);
        let transport = Transport::start(listeners.peers, open_timeout, &peers, tls.peer);
        let traffic = transport.traffic();
        let cancel = CancellationToken::new();
        let (findings, discovered) = mpsc::channel(FINDINGS);
        let (supervisor, services) = supervisor(config, &runtimes).await?;
        let (driver, handle) = Driver::new(Parts {
            node,
            identity: identity.clone(),
            transport,
            writer: writer(store, metrics.clone()),
            council,
            discovered,
            clock: Clock::start(),
            metrics: metrics.clone(),
            event_buffer: config.limits.event_buffer,
            services,
        });
        let driver = tokio::spawn(driver.run(cancel.clone()));
        runtimes.services.spawn(supervisor.run());
        let me = discovery::Announcement {
            cluster: config.cluster.clone(),
            name: config.node_name.clone(),
            endpoints: config.networks.iter().map(|one| (one.name.clone(), one.advertise.clone())).collect(),
        };
        // Its tasks end with `cancel`, or when the driver no longer takes their findings.
        discovery::spawn(&config.discovery, me, findings, cancel.clone());

        let stopping = CancellationToken::new();
        let about = about(config, identity, starts);
        let limits = &config.limits;
        let context = Context::new(handle.clone(), about, metrics.clone(), limits.max_watchers, stopping.clone());
        let clients = client_entrance(limits, &metrics);
        let context = Arc::new(context);
        let intake = IntakeLayer::new(&metrics, clients.patience);
        let page = config.http_page.then(|| api::page_calls(&context, intake.clone()));
        let api = serving.spawn(api::serve(listeners.api, context, intake, clients, tls.api, limits.keepalive));
        let alive = Alive::new();
        tokio::spawn(pulse::run(handle.clone(), alive.clone(), metrics.clone(), traffic, cancel.clone()));
        let sources = pulse::sources(handle.clone(), alive, metrics, page);
        let http_cancel = cancel.clone();
        let http = serving.spawn(async move {
            if let Some(listener) = listeners.http {
                http::serve(listener, sources, http_cancel).await;
            }
        });
        let leave_limit = config.timing.leave_timeout + LEAVE_SLACK;
        Ok(Self { handle, cancel, stopping, driver, api, http, leave_limit })
    }

    /// The way to its driver.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// Has the agent stop at once, without leaving the cluster, when this is cancelled.
    #[must_use]
    pub fn cancel(&self) -> CancellationToken {
        self.cancel.clone()
    }

    /// Runs until the node has left the cluster: because somebody asked for it over the API, or because `stop` ended.
    ///
    /// # Errors
    /// [`AgentError::Disk`] when the data folder failed, [`AgentError::Runtime`] when another part did.
    pub async fn run_until(mut self, stop: impl Future<Output = ()>) -> Result<(), AgentError> {
        let ended = tokio::select! {
            ended = &mut self.driver => Some(ended),
            served = &mut self.api => return self.api_failed(served.map_err(runtime)?).await,
            () = stop => None,
        };
        let ended = match ended {
            Some(ended) => ended,
            None => self.leave().await,
        };
        let outcome = match ended.map_err(runtime)? {
            Ended::Departed { confirmed } => {
                tracing::info!(confirmed, "the node has left the cluster");
                Ok(())
            }
            Ended::Cancelled => Ok(()),
            Ended::StorageFailed => Err(AgentError::Disk),
        };
        self.close().await;
        outcome
    }

    async fn leave(&mut self) -> Result<Ended, tokio::task::JoinError> {
        let handle = self.handle.clone();
        let services = handle.look(|access| access.services_patience()).await.ok().flatten().unwrap_or_default();
        tokio::spawn(async move { handle.leave().await });
        if let Ok(ended) = timeout(self.leave_limit + services, &mut self.driver).await {
            return ended;
        }
        tracing::warn!("leaving the cluster took too long: the agent stops without it");
        self.cancel.cancel();
        (&mut self.driver).await
    }

    /// Ends streams and calls, then everything else.
    async fn close(self) {
        self.stopping.cancel();
        if !self.cancel.is_cancelled() && !matches!(self.api.await, Ok(Ok(()))) {
            tracing::warn!("the API did not end cleanly");
        }
        self.cancel.cancel();
        let _ = timeout(HTTP_GRACE, self.http).await;
    }

    async fn api_failed(self, served: Result<(), String>) -> Result<(), AgentError> {
        self.cancel.cancel();
        let _ = self.driver.await;
        let why = served.err().unwrap_or_else(|| "it ended by itself".into());
        Err(AgentError::Runtime(format!("the API failed: {why}")))
    }
}

/// Runs an agent until it has left the cluster: on SIGTERM or SIGINT, or when asked over the API. A second signal stops
/// it at once.
///
/// # Errors
/// [`AgentError`], which has an exit code for each cause.
pub async fn run(config: Config, runtimes: Runtimes<'_>) -> Result<(), AgentError> {
    files::raise_limit(&config);
    let listeners = Listeners::bind(&config, runtimes.serving).await?;
    let mut signals = Signals::new()?;
    let agent = Agent::start(&config, listeners, runtimes).await?;
    let cancel = agent.cancel();
    let asked = CancellationToken::new();
    let leave = asked.clone();
    tokio::spawn(async move {
        let signal = signals.next().await;
        tracing::info!(signal, "leaving the cluster; a second signal stops at once");
        leave.cancel();
        let begun = Instant::now();
        let signal = loop {
            let signal = signals.next().await;
            if begun.elapsed() >= SAME_SIGNAL {
                break signal;
            }
        };
        tracing::warn!(signal, "stopping at once");
        cancel.cancel();
    });
    agent.run_until(asked.cancelled_owned()).await
}

fn runtime(error: impl std::fmt::Display) -> AgentError {
    AgentError::Runtime(error.to_string())
}

/// The core's jitter differs from boot to boot: the boot's id was drawn at random.
fn seed(identity: &Identity) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = identity.boot.id;
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

/// TLS as it is configured.
struct Tls {
    peer: Option<PeerTls>,
    api: Option<ApiTls>,
}

/// Reads the files for TLS, before anything is changed.
fn tls(config: &Config) -> Result<Tls, AgentError> {
    let TlsConfig { peer, api } = &config.tls;
    let peer = peer.as_ref().map(|files| PeerTls::load(files, &config.node_name)).transpose();
    let api = api.as_ref().map(ApiTls::load).transpose();
    Ok(Tls {
        peer: peer.map_err(|source| AgentError::Tls { key: "tls.peer", source })?,
        api: api.map_err(|source| AgentError::Tls { key: "tls.api", source })?,
    })
}

/// What attends to services, and what earlier starts of the agent have left of them.
async fn supervisor(config: &Config, runtimes: &Runtimes<'_>) -> Result<(Supervisor, Ways), AgentError> {
    let program = std::env::current_exe().map_err(runtime)?;
    let place = services::Place {
        root: config.data_dir.join("services"),
        runner: vec![program.into(), "runner".into()],
        node: config.node_name.to_string(),
        endpoint: config.api_listen.to_string(),
        bus: std::env::var(services::BUS).ok(),
    };
    let looked = place.clone();
    let found = runtimes.services.spawn(async move { services::look(&looked).await });
    let found = found.await.map_err(runtime)?;
    let _within = runtimes.services.enter();
    Ok(Supervisor::new(place, found))
}

fn writer(store: Store, metrics: Metrics) -> Writer {
    let failures = metrics.clone();
    let write = move |durable: &Durable| store.write(durable).inspect_err(|_| failures.persist_failed());
    Writer::start(write, move |took| metrics.persisted(took))
}

fn peer_entrance(limits: &LimitsConfig, metrics: &Metrics) -> Entrance {
    Entrance {
        limit: limits.max_connections,
        spare: 0,
        patience: limits.handshake_timeout,
        first_bytes: FIRST_FRAME,
        turned_away: metrics.turned_away("peers"),
    }
}

/// Clients over the limit are told so; how much a request may hold is checked where it is read.
fn client_entrance(limits: &LimitsConfig, metrics: &Metrics) -> Entrance {
    Entrance {
        limit: limits.max_connections,
        spare: SPARE,
        patience: limits.handshake_timeout,
        first_bytes: FIRST_REQUEST,
        turned_away: metrics.turned_away("api"),
    }
}

fn about(config: &Config, identity: Identity, starts: u64) -> About {
    let listens = config.networks.iter().map(|one| (one.name.clone(), Address::new(&one.listen.to_string())));
    About {
        version: VERSION,
        cluster: config.cluster.clone(),
        identity,
        starts,
        api_address: config.api_advertise.clone().unwrap_or_else(|| config.api_listen.to_string()),
        http_address: config.http_listen,
        listens: listens.collect(),
        advertises: config.networks.iter().map(|one| (one.name.clone(), one.advertise.clone())).collect(),
        config_toml: config.to_toml(),
        started: wall(),
        began: Instant::now(),
    }
}
