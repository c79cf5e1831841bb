//! Quorate: agents of this tree, each with a client that reads its event stream.
//!
//! The clients are tasks of this process; each reaches its agent through a forwarder into the namespace.

use std::time::{Duration, Instant};

use quorate::v1::{self, EventKind, event::Kind, watch_events_response::Message};
use quorate_proto::v1::event_service_client::EventServiceClient;
use quorate_tests::{Agent, Cluster, Lab, Plan};
use tokio::{task::JoinSet, time::sleep};
use tonic::transport::Channel;

use super::{Group, tail};
use crate::sightings::Sightings;

/// Pause before a stream that could not be opened is tried again.
const AGAIN: Duration = Duration::from_millis(50);

/// Agents and their clients.
pub(crate) struct Agents {
    started: Instant,
    sightings: Vec<Sightings>,
    cluster: Cluster,
    _clients: JoinSet<()>,
}

impl Agents {
    /// Starts so many agents together, with the defaults.
    pub(crate) fn start(size: usize) -> Self {
        Self::run(size, |plan| plan)
    }

    /// The same, but that they form a cluster with quorum.
    pub(crate) fn quorate(size: usize) -> Self {
        Self::run(size, Plan::quorate)
    }

    /// Waits until all agree, and have quorum when that is asked for.
    pub(crate) async fn have(&self, quorum: bool) {
        self.cluster.agree_all().await;
        if quorum {
            self.cluster.quorum_all().await;
        }
    }

    fn run(size: usize, change: impl FnOnce(Plan) -> Plan) -> Self {
        let plan = change(Plan::inside(Lab::new(size, 1)));
        let started = Instant::now();
        let cluster = plan.start();
        let sightings: Vec<_> = (0..size).map(|_| Sightings::default()).collect();
        let mut clients = JoinSet::new();
        for (agent, seen) in cluster.agents().iter().zip(&sightings) {
            clients.spawn(follow(format!("http://{}", agent.api()), seen.clone()));
        }
        Self { started, sightings, cluster, _clients: clients }
    }

    fn agent(&self, node: usize) -> &Agent {
        &self.cluster.agents()[node - 1]
    }
}

impl Group for Agents {
    fn started(&self) -> Instant {
        self.started
    }

    fn sightings(&self) -> &[Sightings] {
        &self.sightings
    }

    fn pid(&self, node: usize) -> u32 {
        self.agent(node).pid()
    }

    fn kill(&mut self, node: usize) {
        let name = self.agent(node).name().to_owned();
        self.cluster.agent_mut(&name).kill_dash_nine();
    }

    fn cut(&mut self, node: usize) {
        self.cluster.lab().unplug(0, node);
    }

    fn last_words(&self, node: usize) -> String {
        tail(&self.agent(node).spec().log)
    }
}

/// Reads the views of one agent, for ever.
async fn follow(api: String, sightings: Sightings) {
    loop {
        // It ends when the agent does not listen yet, or no longer.
        let _ = read(&api, &sightings).await;
        sleep(AGAIN).await;
    }
}

async fn read(api: &str, sightings: &Sightings) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut client = EventServiceClient::connect(api.to_owned()).await?;
    let request = v1::WatchEventsRequest { kinds: vec![EventKind::View.into()], ..<_>::default() };
    let mut stream = client.watch_events(request).await?.into_inner();
    while let Some(response) = stream.message().await? {
        match response.message {
            Some(Message::Snapshot(v1::EventSnapshot { view: Some(view), .. })) => {
                sightings.see(view.members.len());
                earlier(&mut client, sightings).await?;
            }
            Some(Message::Event(v1::Event { kind: Some(Kind::View(view)), .. })) if !view.missed => {
                sightings.see(view.members.len());
            }
            _ => {}
        }
    }
    Ok(())
}

/// Takes note of the views that the agent had before the stream began.
async fn earlier(client: &mut EventServiceClient<Channel>, sightings: &Sightings) -> Result<(), tonic::Status> {
    let listed = client.list_events(v1::ListEventsRequest::default()).await?.into_inner();
    for event in listed.events {
        match event.kind {
            Some(Kind::View(view)) if !view.missed => sightings.saw(view.members.len()),
            _ => {}
        }
    }
    Ok(())
}
