//! A driver without a core, for tests of those who use a [`Handle`]: it publishes what the test says.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use quorate_core::{
    Outcome, Publication,
    status::{NodeStatus, Standing, ViewState, ViewStatus},
    types::{
        Boot, Cause, CauseKind, Duration, History, Identity, Incarnation, Member, NodeId, NodeName, ViewId, ViewRecord,
        WallTime,
    },
};
use tokio::sync::{mpsc, watch};

use super::{
    coordination::Sure,
    events::EventLog,
    handle::{Departure, Handle, HandleError, Request},
    happening::QuorumNews,
};

/// The driver, in the hands of a test.
#[derive(Debug)]
pub(crate) struct Fake {
    state: Arc<Mutex<State>>,
    view: watch::Sender<ViewStatus>,
    /// Kept: who waits for a copy of the log waits on.
    _sure: watch::Sender<Sure>,
    pub(crate) handle: Handle,
}

#[derive(Debug)]
struct State {
    log: EventLog,
    history: History,
    nodes: Vec<NodeStatus>,
    now: ViewStatus,
    fetches: usize,
}

pub(crate) fn name(text: &str) -> NodeName {
    NodeName::new(text).unwrap()
}

pub(crate) fn identity(text: &str) -> Identity {
    Identity { name: name(text), id: NodeId([1; 16]), boot: Boot { count: 1, id: [2; 16] } }
}

pub(crate) fn view_id(incarnation: u64) -> ViewId {
    ViewId { incarnation: Incarnation(incarnation), controller: name("n1") }
}

pub(crate) fn view(incarnation: u64, members: &[&str], parents: &[u64]) -> Arc<ViewRecord> {
    let member = |text: &&str| Member { identity: identity(text), since: Incarnation(1) };
    let cause = Cause { kind: CauseKind::Joined, name: name("n2"), sightings: vec![], detail: String::new() };
    Arc::new(ViewRecord {
        id: view_id(incarnation),
        members: members.iter().map(member).collect(),
        parents: parents.iter().map(|n| view_id(*n)).collect(),
        causes: vec![cause],
        committed: WallTime(1000 * incarnation),
        settle: Duration::from_millis(50),
        prepare: Duration::from_millis(1),
        attempts: 1,
    })
}

pub(crate) fn node(text: &str, standing: Standing) -> NodeStatus {
    NodeStatus {
        name: name(text),
        identity: Some(identity(text)),
        standing,
        endpoints: vec![],
        link: None,
        since: Some(Incarnation(1)),
        view: None,
        distrust: false,
        profile: Arc::default(),
        suffrage: quorate_core::types::Suffrage::default(),
    }
}

impl Fake {
    /// A fake of node `n1` that keeps 16 views and `buffer` events.
    pub(crate) fn new(buffer: usize) -> Self {
        let now = ViewStatus { view: None, state: ViewState::Forming };
        let (ask, requests) = mpsc::channel(16);
        let (view, watch_view) = watch::channel(now.clone());
        let (departure, watch_departure) = watch::channel(Departure::Staying);
        let (_, watch_quorum) = watch::channel(QuorumNews::default());
        let (_, watch_cluster) = watch::channel(None);
        let (sure, watch_sure) = watch::channel(Sure::default());
        let state = Arc::new(Mutex::new(State {
            log: EventLog::new(buffer),
            history: History::new(16),
            nodes: vec![node("n1", Standing::Member)],
            now,
            fetches: 0,
        }));
        tokio::spawn(serve(Arc::clone(&state), requests, departure));
        Self {
            state,
            view,
            _sure: sure,
            handle: Handle {
                requests: ask,
                view: watch_view,
                departure: watch_departure,
                quorum: watch_quorum,
                cluster: watch_cluster,
                sure: watch_sure,
                tickets: Arc::default(),
                forgotten: mpsc::unbounded_channel().0,
            },
        }
    }

    /// Publishes something and takes on the state that comes with it.
    pub(crate) fn publish(&self, publication: Publication) {
        let mut state = self.state.lock().unwrap();
        let State { log, history, now, .. } = &mut *state;
        match &publication {
            Publication::View { view, installed, .. } => {
                history.insert(Arc::clone(view));
                if *installed {
                    *now = ViewStatus { view: Some(Arc::clone(view)), state: ViewState::Installed };
                }
            }
            Publication::TransitionStarted { .. } => now.state = ViewState::Transition,
            Publication::Stable { .. } => now.state = ViewState::Stable,
            Publication::Quorum { .. }
            | Publication::Coordination(_)
            | Publication::Recovery(_)
            | Publication::NodeChanged { .. } => {}
        }
        log.publish(publication, WallTime(7), history);
        self.view.send_replace(now.clone());
    }

    /// Installs a view of these members.
    pub(crate) fn install(&self, incarnation: u64, members: &[&str], parents: &[u64]) {
        self.publish(Publication::View { view: view(incarnation, members, parents), installed: true });
    }

    /// Learns of a view that this node did not install.
    pub(crate) fn learn(&self, incarnation: u64, members: &[&str], parents: &[u64]) {
        self.publish(Publication::View { view: view(incarnation, members, parents), installed: false });
    }

    /// The view becomes stable.
    pub(crate) fn stable(&self, incarnation: u64) {
        self.publish(Publication::Stable { id: view_id(incarnation), install: Some(Duration::from_millis(2)) });
    }

    /// The node leaves its view.
    pub(crate) fn transition(&self, left: u64) {
        let summary = "n2 was lost".to_owned();
        self.publish(Publication::TransitionStarted { left: Some(view_id(left)), controller: None, summary });
    }

    /// Sets what is known of a node, and says that it changed; `None` forgets it.
    pub(crate) fn change(&self, text: &str, standing: Option<Standing>) {
        let mut state = self.state.lock().unwrap();
        state.nodes.retain(|node| node.name != name(text));
        state.nodes.extend(standing.map(|standing| node(text, standing)));
        drop(state);
        self.publish(Publication::NodeChanged { name: name(text) });
    }

    /// How many times nodes were fetched by name.
    pub(crate) fn fetches(&self) -> usize {
        self.state.lock().unwrap().fetches
    }
}

async fn serve(state: Arc<Mutex<State>>, mut requests: mpsc::Receiver<Request>, departure: watch::Sender<Departure>) {
    while let Some(request) = requests.recv().await {
        let mut state = state.lock().unwrap();
        match request {
            Request::Quorum { .. }
            | Request::Explain { .. }
            | Request::Database { .. }
            | Request::MayRefound { .. }
            | Request::Refound { .. }
            | Request::Coordinate { .. }
            | Request::Join { .. }
            | Request::Acknowledge { .. }
            | Request::Part { .. }
            | Request::Look(_) => unreachable!("nothing of quorum is faked"),
            // Nobody leads.
            Request::Lead { .. } => {}
            Request::Nodes { names: None, reply } => drop(reply.send(state.nodes.clone())),
            Request::Nodes { names: Some(names), reply } => {
                state.fetches += 1;
                let known = state.nodes.iter().filter(|node| names.contains(&node.name));
                let _ = reply.send(known.cloned().collect());
            }
            Request::Distrust { reply } => drop(reply.send(0)),
            Request::History { cursor, reply } => drop(reply.send(state.log.list(cursor, &state.history))),
            Request::Subscribe { cursor, reply } => {
                let _ = reply.send(state.log.subscribe(cursor, state.now.clone(), &state.history));
            }
            Request::Leave => drop(departure.send_replace(Departure::Departed { confirmed: true })),
            Request::Evict { name, reply, .. } => drop(reply.send(outcome(&name))),
            Request::Readmit { name, reply } => drop(reply.send(outcome(&name))),
        }
    }
}

/// The outcome that a name asks for.
fn outcome(name: &NodeName) -> Result<Outcome, HandleError> {
    match name.as_str() {
        "n1" => Ok(Outcome::Myself),
        "evicted" => Ok(Outcome::WrongState),
        "many" => Ok(Outcome::TooMany),
        "busy" => Err(HandleError::Busy { limit: 1 }),
        _ => Ok(Outcome::Done),
    }
}
