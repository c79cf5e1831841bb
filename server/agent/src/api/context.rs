//! What all services share: the way to the driver, who answers, and the limits.

use std::{net::SocketAddr, sync::Arc};

use quorate_core::types::{Address, Identity, Network, ViewId, WallTime};
use quorate_proto::v1::ResponseHeader;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{cursor::Cursors, error::ApiError, map, recovery::Follower};
use crate::{driver::Handle, metrics::Metrics};

/// What the agent says of itself.
#[derive(Clone, Debug)]
pub struct About {
    /// Version of the program.
    pub version: &'static str,
    /// Name of the cluster.
    pub cluster: String,
    /// Who the node is.
    pub identity: Identity,
    /// How often an agent was started on the data folder.
    pub starts: u64,
    /// Where clients reach the API.
    pub api_address: String,
    /// Where metrics and health are served.
    pub http_address: Option<SocketAddr>,
    /// Where the agent listens for peers.
    pub listens: Vec<(Network, Address)>,
    /// Where it tells peers to reach it.
    pub advertises: Vec<(Network, Address)>,
    /// The configuration in force.
    pub config_toml: String,
    /// When it started, for people.
    pub started: WallTime,
    /// When it started.
    pub began: Instant,
}

/// What all services share.
#[derive(Debug)]
pub struct Context {
    /// The way to the driver.
    pub handle: Handle,
    /// The agent.
    pub about: About,
    /// Cursors of this cluster.
    pub cursors: Cursors,
    /// How recovery stands, for those who watch it.
    pub recovery: Follower,
    /// Cancelled when the agent stops: streams end with STOPPING.
    pub stopping: CancellationToken,
    metrics: Metrics,
    watchers: Arc<Semaphore>,
    max_watchers: usize,
}

/// One open watch stream; its place is free again when this is dropped.
#[derive(Debug)]
pub struct Watcher {
    permit: Option<OwnedSemaphorePermit>,
    context: Arc<Context>,
}

impl Context {
    /// What services share that answer by `handle`.
    #[must_use]
    pub fn new(
        handle: Handle,
        about: About,
        metrics: Metrics,
        max_watchers: usize,
        stopping: CancellationToken,
    ) -> Self {
        let cursors = Cursors::of(&about.cluster, handle.watch_cluster());
        let max_watchers = max_watchers.min(Semaphore::MAX_PERMITS);
        let watchers = Arc::new(Semaphore::new(max_watchers));
        let recovery = Follower::new(handle.clone(), stopping.clone());
        Self { handle, about, cursors, recovery, stopping, metrics, watchers, max_watchers }
    }

    /// The figures of the agent.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What an answer was true at, when `head` was the view installed last.
    #[must_use]
    pub fn header_at(&self, head: Option<&ViewId>) -> Option<ResponseHeader> {
        Some(ResponseHeader {
            cluster_id: self.about.cluster.clone(),
            node_name: self.about.identity.name.to_string(),
            view_id: head.map(map::view_id),
            epoch: self.handle.epoch(),
            revision: 0,
        })
    }

    /// What an answer is true at now.
    #[must_use]
    pub fn header(&self) -> Option<ResponseHeader> {
        self.header_at(self.handle.view().view.as_ref().map(|view| &view.id))
    }

    /// Takes a place among the watch streams.
    ///
    /// # Errors
    /// [`ApiError::LimitReached`].
    pub fn watcher(self: &Arc<Self>) -> Result<Watcher, ApiError> {
        let permit = Arc::clone(&self.watchers).try_acquire_owned();
        let limit = Some(self.max_watchers);
        let permit = permit.map_err(|_| ApiError::LimitReached { what: "watch streams", limit })?;
        self.count_watchers();
        Ok(Watcher { permit: Some(permit), context: Arc::clone(self) })
    }

    fn count_watchers(&self) {
        self.metrics.watchers(self.max_watchers - self.watchers.available_permits());
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.permit = None;
        self.context.count_watchers();
    }
}
