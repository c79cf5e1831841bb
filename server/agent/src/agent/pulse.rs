//! Whether the agent lives and is ready, and samples of what has no events: for metrics and health over HTTP.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use quorate_core::status::ViewState;
use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::{
    api::PageCalls,
    driver::{Departure, Handle},
    http,
    metrics::Metrics,
    transport::Traffic,
};

/// How often the driver is asked whether it is alive.
const PULSE: Duration = Duration::from_secs(1);
/// How many pulses lie between two samples of the links.
const SAMPLE_EVERY: u32 = 2;
/// Silence of the driver after which the agent counts as dead.
const DEAD_AFTER: Duration = Duration::from_secs(10);

/// When the driver answered last.
#[derive(Clone, Debug)]
pub(super) struct Alive(Arc<Mutex<Instant>>);

impl Alive {
    /// It counts as alive at the start.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    fn answered(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn silence(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }
}

/// Asks the driver again and again whether it is alive, and takes samples of what has no events.
pub(super) async fn run(
    handle: Handle,
    alive: Alive,
    metrics: Metrics,
    traffic: Arc<Traffic>,
    cancel: CancellationToken,
) {
    let mut ticks = interval(PULSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let beat = async {
        for n in 0_u32.. {
            ticks.tick().await;
            let Ok(distrust) = handle.distrust().await else { return };
            alive.answered();
            if n % SAMPLE_EVERY == 0 {
                let (Ok(nodes), Ok(quorum)) = (handle.nodes().await, handle.quorum().await) else { return };
                metrics.sample(&nodes, &quorum, distrust, &traffic);
            }
        }
    };
    cancel.run_until_cancelled(beat).await;
}

/// What the HTTP endpoint answers from.
pub(super) fn sources(handle: Handle, alive: Alive, metrics: Metrics, page: Option<PageCalls>) -> http::Sources {
    let live = move || {
        let silent = alive.silence();
        if silent < DEAD_AFTER { Ok(()) } else { Err(format!("the driver has not answered for {silent:.1?}")) }
    };
    let ready = move || {
        if *handle.watch_departure().borrow() != Departure::Staying {
            return Err("the node is leaving the cluster".to_owned());
        }
        match handle.view().state {
            ViewState::Installed | ViewState::Stable => Ok(()),
            ViewState::Forming => Err("the node has had no view since it started".to_owned()),
            ViewState::Transition => Err("the node is between two views".to_owned()),
        }
    };
    http::Sources { metrics: Arc::new(move || metrics.encode()), live: Arc::new(live), ready: Arc::new(ready), page }
}
