//! A mock of one agent, served by a real gRPC server in the test's own process.
//!
//! What it answers is scripted: each unary call takes the next [`Answer`], each watch the next list of [`Step`]s. With
//! nothing scripted it answers what [`data`] has. Everything it is asked is written down.

#![allow(dead_code, clippy::unwrap_used)]

pub mod data;
mod services;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quorate::v1;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// Longer than anything here takes on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// What a unary call gets.
pub enum Answer {
    /// The usual answer.
    Usual,
    /// An answer with nothing in it.
    Empty,
    /// This status.
    Refuse(Status),
    /// None, until the caller gives up.
    Hang,
}

/// What a watch does next.
pub enum Step<M> {
    /// Sends a message.
    Send(M),
    /// Ends the stream with this status.
    Fail(Status),
    /// Ends the stream as if all were well.
    End,
    /// Waits until the caller has said one more thing, where callers can.
    Hear,
    /// Stays open and silent.
    Hang,
}

/// One mock agent.
pub struct MockAgent {
    /// Where it listens, as `host:port`.
    pub address: String,
    state: Arc<State>,
}

/// What the services share.
pub struct State {
    name: String,
    calls: Mutex<Vec<String>>,
    answers: Mutex<VecDeque<Answer>>,
    pages: Mutex<Vec<v1::ListEventsResponse>>,
    membership: Mutex<VecDeque<Vec<Step<v1::WatchMembershipResponse>>>>,
    events: Mutex<VecDeque<Vec<Step<v1::WatchEventsResponse>>>>,
    recovery: Mutex<VecDeque<Vec<Step<v1::WatchRecoveryResponse>>>>,
    participate: Mutex<VecDeque<Vec<Step<v1::ParticipateResponse>>>>,
    services: Mutex<v1::ListServicesResponse>,
    stands: Mutex<v1::Recovery>,
    applied: Mutex<Vec<v1::ApplyServicesRequest>>,
    watch_dropped: Notify,
}

impl MockAgent {
    /// Starts an agent of this node name on a free port.
    pub async fn start(name: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(State {
            name: name.to_owned(),
            calls: Mutex::default(),
            answers: Mutex::default(),
            pages: Mutex::default(),
            membership: Mutex::default(),
            events: Mutex::default(),
            recovery: Mutex::default(),
            participate: Mutex::default(),
            services: Mutex::new(data::services()),
            stands: Mutex::new(data::recovery()),
            applied: Mutex::default(),
            watch_dropped: Notify::new(),
        });
        let router = services::router(&state);
        tokio::spawn(router.serve_with_incoming(TcpListenerStream::new(listener)));
        Self { address, state }
    }

    /// What it was asked so far.
    pub fn calls(&self) -> Vec<String> {
        self.state.calls.lock().unwrap().clone()
    }

    /// Scripts the next unary calls.
    pub fn answer(&self, answers: impl IntoIterator<Item = Answer>) {
        self.state.answers.lock().unwrap().extend(answers);
    }

    /// Sets the pages of ListEvents; the page tokens are "1", "2" and so on.
    pub fn pages(&self, pages: Vec<v1::ListEventsResponse>) {
        *self.state.pages.lock().unwrap() = pages;
    }

    /// Scripts the next WatchMembership call.
    pub fn watch_membership(&self, steps: Vec<Step<v1::WatchMembershipResponse>>) {
        self.state.membership.lock().unwrap().push_back(steps);
    }

    /// Scripts the next WatchEvents call.
    pub fn watch_events(&self, steps: Vec<Step<v1::WatchEventsResponse>>) {
        self.state.events.lock().unwrap().push_back(steps);
    }

    /// Scripts the next WatchRecovery call.
    pub fn watch_recovery(&self, steps: Vec<Step<v1::WatchRecoveryResponse>>) {
        self.state.recovery.lock().unwrap().push_back(steps);
    }

    /// Scripts the next Participate call.
    pub fn participate(&self, steps: Vec<Step<v1::ParticipateResponse>>) {
        self.state.participate.lock().unwrap().push_back(steps);
    }

    /// What services there are.
    pub fn services(&self, change: impl FnOnce(&mut v1::ListServicesResponse)) {
        change(&mut self.state.services.lock().unwrap());
    }

    /// How recovery stands.
    pub fn recovery(&self, change: impl FnOnce(&mut v1::Recovery)) {
        change(&mut self.state.stands.lock().unwrap());
    }

    /// What was to be applied so far.
    pub fn applied(&self) -> Vec<v1::ApplyServicesRequest> {
        self.state.applied.lock().unwrap().clone()
    }

    /// Waits until it was asked so often.
    pub async fn asked(&self, times: usize) -> Vec<String> {
        let waiting = async {
            while self.calls().len() < times {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            self.calls()
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap()
    }

    /// Waits until the server end of a watch is dropped.
    pub async fn watch_dropped(&self) {
        tokio::time::timeout(PATIENCE, self.state.watch_dropped.notified()).await.unwrap();
    }
}

/// A status as agents make it.
pub fn refusal(code: Code, reason: &str, message: &str) -> Status {
    let details = ErrorDetails::with_error_info(reason, quorate::ERROR_DOMAIN, HashMap::new());
    Status::with_error_details(code, message, details)
}

/// An address where nothing listens.
pub async fn refusing() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    listener.local_addr().unwrap().to_string()
}

/// An address that takes connections and never says anything. Lives as long as the listener.
pub async fn silent() -> (String, TcpListener) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    (listener.local_addr().unwrap().to_string(), listener)
}

/// An address that takes connections and the first bytes of a request, then hangs up. Counts the connections.
pub async fn hanging_up() -> (String, Arc<Mutex<usize>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let count = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            *counter.lock().unwrap() += 1;
            let mut some = [0; 64];
            stream.readable().await.unwrap();
            let _ = stream.try_read(&mut some);
        }
    });
    (address, count)
}
