//! The figures of one agent, for Prometheus.
//!
//! The registry is a value, so several agents in one process do not mix. What changes with events is kept up as they
//! come; what only has a present state - links, round-trip times - is taken from a sample now and then.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use prometheus_client::{
    encoding::{EncodeLabelSet, text},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
        info::Info,
    },
    registry::Registry,
};
use quorate_core::{
    Note, Publication,
    quorum::QuorumStatus,
    status::{LinkState, NodeStatus, ViewState, ViewStatus},
    types::Duration,
};
use tokio::time::Instant;

use crate::transport::{Traffic, TurnedAway};

type Ratio = Gauge<f64, AtomicU64>;

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Peer {
    peer: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Path {
    peer: String,
    path: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Refused {
    by: &'static str,
    reason: String,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct TurnedAwayBy {
    listener: &'static str,
    reason: &'static str,
}

#[derive(Clone, PartialEq, Eq, Hash, Debug, EncodeLabelSet)]
struct Why {
    reason: &'static str,
}

/// The figures of one agent; clones share them.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    /// Held while a sample is taken in or given out, so that nobody sees half of one.
    registry: Mutex<Registry>,
    incarnation: Gauge,
    members: Gauge,
    view_state: Family<State, Gauge>,
    transitions: Counter,
    transition_seconds: Seconds,
    began: Mutex<Option<Instant>>,
    links: Family<State, Gauge>,
    round_trip: Family<Path, Ratio>,
    loss: Family<Path, Ratio>,
    link_failures: Family<Peer, Counter>,
    retransmissions: Family<Peer, Counter>,
    frames_sent: Counter,
    frames_received: Counter,
    watchers: Gauge,
    persist_seconds: Seconds,
    distrust: Gauge,
    refused: Family<Refused, Counter>,
    turned_away: Family<TurnedAwayBy, Counter>,
    requests_refused: Family<Why, Counter>,
    persist_failures: Counter,
    quorum: Gauge,
    epoch: Gauge,
    voters: Gauge,
    quorum_losses: Counter,
}

/// Times from 0.1 ms to about 26 s.
#[derive(Clone, Debug)]
struct Seconds(Histogram);

impl Default for Seconds {
    fn default() -> Self {
        Self(Histogram::new(exponential_buckets(0.0001, 2.0, 19)))
    }
}

const VIEW_STATES: [(ViewState, &str); 4] = [
    (ViewState::Forming, "forming"),
    (ViewState::Transition, "transition"),
    (ViewState::Installed, "installed"),
    (ViewState::Stable, "stable"),
];

const LINK_STATES: [(LinkState, &str); 3] =
    [(LinkState::Down, "down"), (LinkState::Reset, "reset"), (LinkState::Up, "up")];

impl Metrics {
    /// Figures that are all zero; `version` is the program's.
    #[must_use]
    pub fn new(version: &str, cluster: &str, node: &str) -> Self {
        let inner = Inner::default();
        inner.register(&[("version", version), ("cluster", cluster), ("node", node)]);
        for (_, state) in VIEW_STATES {
            inner.view_state.get_or_create(&State { state }).set(0);
        }
        inner.view_state.get_or_create(&State { state: "forming" }).set(1);
        Self(Arc::new(inner))
    }

    /// All figures as OpenMetrics text.
    #[must_use]
    pub fn encode(&self) -> String {
        let registry = self.0.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let mut out = String::new();
        // Only the writer can fail, and a String does not.
        let _ = text::encode(&mut out, &registry);
        out
    }

    /// The view changed.
    pub fn view(&self, now: &ViewStatus) {
        let Inner { incarnation, members, view_state, .. } = &*self.0;
        if let Some(view) = &now.view {
            incarnation.set(i64::try_from(view.id.incarnation.0).unwrap_or(i64::MAX));
            members.set(count(view.members.len()));
        }
        for (is, state) in VIEW_STATES {
            view_state.get_or_create(&State { state }).set(i64::from(is == now.state));
        }
    }

    /// Something was published.
    pub fn publication(&self, publication: &Publication) {
        let mut began = self.0.began.lock().unwrap_or_else(PoisonError::into_inner);
        match publication {
            Publication::TransitionStarted { .. } => {
                began.get_or_insert_with(Instant::now);
            }
            Publication::View { installed: true, .. } => {
                self.0.transitions.inc();
                if let Some(began) = began.take() {
                    self.0.transition_seconds.0.observe(began.elapsed().as_secs_f64());
                }
            }
            Publication::Quorum { granted: Some((epoch, _)), .. } => {
                self.0.quorum.set(1);
                self.0.epoch.set(i64::try_from(epoch.0).unwrap_or(i64::MAX));
            }
            Publication::Quorum { granted: None, .. } => {
                self.0.quorum_losses.inc_by(u64::from(self.0.quorum.set(0) == 1));
            }
            _ => {}
        }
    }

    /// The core noted something.
    pub fn note(&self, note: &Note) {
        let (by, reason) = match note {
            Note::Refused { reason, .. } => ("self", reason),
            Note::RefusedBy { reason, .. } => ("peer", reason),
            _ => return,
        };
        self.0.refused.get_or_create(&Refused { by, reason: format!("{reason:?}") }).inc();
    }

    /// Something was made durable.
    pub fn persisted(&self, took: Duration) {
        self.0.persist_seconds.0.observe(took.as_secs_f64());
    }

    /// Something could not be made durable; it is tried again.
    pub fn persist_failed(&self) {
        self.0.persist_failures.inc();
    }

    /// The counters of the connections that this listener turns away.
    #[must_use]
    pub fn turned_away(&self, listener: &'static str) -> TurnedAway {
        let counter = |reason| self.0.turned_away.get_or_create_owned(&TurnedAwayBy { listener, reason });
        TurnedAway {
            full: counter("full"),
            slow: counter("slow"),
            wordy: counter("wordy"),
            untrusted: counter("untrusted"),
        }
    }

    /// A request was refused before it was read as a whole.
    pub fn request_refused(&self, reason: &'static str) {
        self.0.requests_refused.get_or_create(&Why { reason }).inc();
    }

    /// A watch stream began, or ended.
    pub fn watchers(&self, now: usize) {
        self.0.watchers.set(count(now));
    }

    /// The present state of everything that has no events of its own.
    pub fn sample(&self, nodes: &[NodeStatus], quorum: &QuorumStatus, distrust: u32, traffic: &Traffic) {
        let _whole = self.0.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let inner = &*self.0;
        inner.voters.set(count(quorum.voters.len()));
        let (sent, received) = traffic.counts();
        inner.frames_sent.inner().store(sent, Ordering::Relaxed);
        inner.frames_received.inner().store(received, Ordering::Relaxed);
        inner.distrust.set(i64::from(distrust));
        inner.round_trip.clear();
        inner.loss.clear();
        inner.link_failures.clear();
        inner.retransmissions.clear();
        let mut states = [0; LINK_STATES.len()];
        for node in nodes {
            let Some(link) = &node.link else { continue };
            for (n, (state, _)) in states.iter_mut().zip(LINK_STATES) {
                *n += i64::from(link.state == state);
            }
            inner.sample_link(node.name.as_str(), link);
        }
        for (n, (_, state)) in states.into_iter().zip(LINK_STATES) {
            inner.links.get_or_create(&State { state }).set(n);
        }
    }
}

impl Inner {
    fn sample_link(&self, peer: &str, link: &quorate_core::status::LinkStatus) {
        let label = Peer { peer: peer.to_owned() };
        self.link_failures.get_or_create(&label).inc_by(link.failures);
        self.retransmissions.get_or_create(&label).inc_by(link.retransmitted);
        for channel in &link.channels {
            let path = match (&channel.network, &channel.relay) {
                (Some(network), _) => network.to_string(),
                (None, Some(relay)) => format!("via {relay}"),
                (None, None) => continue,
            };
            let label = Path { peer: peer.to_owned(), path };
            if let Some(rtt) = channel.rtt {
                self.round_trip.get_or_create(&label).set(rtt.as_secs_f64());
            }
            self.loss.get_or_create(&label).set(channel.loss);
        }
    }

    fn register(&self, build: &[(&str, &str)]) {
        let mut whole = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        let build: Vec<_> = build.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        let all = whole.sub_registry_with_prefix("quorate");
        all.register("build", "The program and whom it runs for", Info::new(build));
        all.register("view_incarnation", "Incarnation of the view installed last", self.incarnation.clone());
        all.register("view_members", "Members of the view installed last", self.members.clone());
        all.register("view_state", "1 for the state that the view is in", self.view_state.clone());
        all.register("transitions", "Views installed since the start", self.transitions.clone());
        all.register(
            "transition_seconds",
            "From leaving a view to installing the next",
            self.transition_seconds.0.clone(),
        );
        all.register("links", "Links by state", self.links.clone());
        all.register("round_trip_seconds", "Smoothed round-trip time of a channel", self.round_trip.clone());
        all.register("channel_loss", "Share of recent heartbeats without an answer, 0 to 1", self.loss.clone());
        all.register("link_failures", "Failures of the link since the start", self.link_failures.clone());
        all.register("retransmissions", "Messages sent again over the link", self.retransmissions.clone());
        all.register("frames_sent", "Frames sent to peers", self.frames_sent.clone());
        all.register("frames_received", "Frames received from peers", self.frames_received.clone());
        all.register("quorum", "1 while the node has quorum", self.quorum.clone());
        all.register("epoch", "Epoch under which it had quorum last", self.epoch.clone());
        all.register("quorum_losses", "How often the node lost quorum since the start", self.quorum_losses.clone());
        all.register("voters", "Voters, as far as known", self.voters.clone());
        all.register("watchers", "Open watch streams", self.watchers.clone());
        all.register("persist_seconds", "Time to make state durable", self.persist_seconds.0.clone());
        all.register("self_distrust", "How far the node distrusts its own timers, 0 to 8", self.distrust.clone());
        all.register("persist_failures", "Failed tries to make state durable", self.persist_failures.clone());
        all.register("refused_handshakes", "Handshakes refused, by whom and why", self.refused.clone());
        all.register(
            "connections_turned_away",
            "Connections for which there was no room, which did not say in time, or shortly, what they wanted, or were not trusted",
            self.turned_away.clone(),
        );
        all.register(
            "requests_refused",
            "Requests refused before they were read: too many connections, too large, too slow, no room",
            self.requests_refused.clone(),
        );
    }
}

fn count(n: usize) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use quorate_core::{
        Note, Publication,
        quorum::Lack,
        types::{Epoch, Incarnation, NodeName, ViewId},
        wire::Refusal,
    };

    use super::Metrics;

    #[test]
    fn quorum_is_told_with_its_epoch_and_its_losses() {
        let metrics = Metrics::new("1.0", "c", "a");
        let view = ViewId { incarnation: Incarnation(3), controller: NodeName::new("a").expect("a name") };
        let lost = Publication::Quorum { granted: None, lack: Some(Lack::Pending) };
        for publication in [&lost, &Publication::Quorum { granted: Some((Epoch(7), view)), lack: None }, &lost, &lost] {
            metrics.publication(publication);
        }
        for line in ["quorate_quorum 0", "quorate_epoch 7", "quorate_quorum_losses_total 1"] {
            assert!(metrics.encode().contains(line), "{line} in {}", metrics.encode());
        }
    }

    #[test]
    fn two_agents_in_one_process_do_not_mix() {
        let (a, b) = (Metrics::new("1.0", "c", "a"), Metrics::new("1.0", "c", "b"));
        a.note(&Note::Refused { peer: None, remote: None, reason: Refusal::WrongCluster, text: String::new() });
        let line = "quorate_refused_handshakes_total{by=\"self\",reason=\"WrongCluster\"} 1";
        assert!(a.encode().contains(line), "{}", a.encode());
        assert!(!b.encode().contains("WrongCluster"));
        assert!(b.encode().contains("quorate_view_state{state=\"forming\"} 1"));
        assert!(b.encode().contains("node=\"b\""));
    }
}
