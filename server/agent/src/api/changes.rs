//! Which nodes a watch stream must tell of, gathered so that one that changes quickly is fetched at most every 50 ms.

use std::{collections::BTreeSet, time::Duration};

use quorate_core::{status::NodeStatus, types::NodeName};
use tokio::time::{Instant, sleep_until};

use super::error::ApiError;
use crate::driver::Handle;

/// Least time between two fetches.
pub const PAUSE: Duration = Duration::from_millis(50);

/// What is to be told of nodes.
#[derive(Debug)]
pub struct Changes {
    known: BTreeSet<NodeName>,
    dirty: BTreeSet<NodeName>,
    all: bool,
    free_at: Instant,
}

/// What became of the nodes that changed.
#[derive(Debug, Default)]
pub struct News {
    /// How they are now.
    pub nodes: Vec<NodeStatus>,
    /// Those that are no longer known.
    pub forgotten: Vec<NodeName>,
}

impl Changes {
    /// Nothing changed, and no node was told of.
    #[must_use]
    pub fn new() -> Self {
        Self { known: BTreeSet::new(), dirty: BTreeSet::new(), all: false, free_at: Instant::now() }
    }

    /// The reader was just told of exactly these nodes.
    pub fn told_all(&mut self, nodes: &[NodeStatus]) {
        self.known = nodes.iter().map(|node| node.name.clone()).collect();
        self.dirty.clear();
        self.all = false;
        self.free_at = Instant::now() + PAUSE;
    }

    /// A node changed.
    pub fn changed(&mut self, name: NodeName) {
        self.dirty.insert(name);
    }

    /// Any node may have changed.
    pub fn all_changed(&mut self) {
        self.all = true;
    }

    /// Waits until there is something to fetch and it may be fetched.
    pub async fn due(&self) {
        if self.all || !self.dirty.is_empty() {
            sleep_until(self.free_at).await;
        } else {
            std::future::pending::<()>().await;
        }
    }

    /// Fetches what changed.
    ///
    /// # Errors
    /// [`ApiError::Stopping`].
    pub async fn fetch(&mut self, handle: &Handle) -> Result<News, ApiError> {
        let nodes = if self.all {
            handle.nodes().await?
        } else {
            handle.nodes_named(self.dirty.iter().cloned().collect()).await?
        };
        let found: BTreeSet<_> = nodes.iter().map(|node| node.name.clone()).collect();
        let asked = if self.all { self.known.clone() } else { std::mem::take(&mut self.dirty) };
        let forgotten: Vec<_> =
            asked.into_iter().filter(|name| !found.contains(name) && self.known.remove(name)).collect();
        self.known.extend(found);
        self.dirty.clear();
        self.all = false;
        self.free_at = Instant::now() + PAUSE;
        Ok(News { nodes, forgotten })
    }
}

impl Default for Changes {
    fn default() -> Self {
        Self::new()
    }
}
