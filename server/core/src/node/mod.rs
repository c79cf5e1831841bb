//! Joins the layers: an effect of one becomes an event of the next.

mod api;

pub use api::{Command, Durable, Effect, Event, Note, Outcome, Publication, Timer};

use alloc::vec::Vec;

use crate::{
    settings::{Settings, SettingsError},
    status::{NodeStatus, ViewState, ViewStatus},
    types::{History, NodeName, Now},
};

/// One node: all pure layers of an agent. One task owns it.
#[derive(Debug)]
pub struct Node {
    history: History,
}

impl Node {
    /// A node that has not started. `seed` feeds its random choices (jitter only).
    ///
    /// # Errors
    /// [`SettingsError`] when a setting is out of range.
    pub fn new(settings: Settings, _durable: Durable, _seed: u64) -> Result<Self, SettingsError> {
        settings.check()?;
        Ok(Self { history: History::new(settings.history) })
    }

    /// Takes what happened and says what to do. Never blocks.
    pub fn handle(&mut self, _now: Now, _event: Event, _out: &mut Vec<Effect>) {}

    /// The view and how far the node has come with it.
    #[must_use]
    pub fn view(&self) -> ViewStatus {
        ViewStatus { view: None, state: ViewState::Forming }
    }

    /// All nodes that are known, members first, then by name; this node is one of them.
    #[must_use]
    pub fn nodes(&self, _now: Now) -> Vec<NodeStatus> {
        Vec::new()
    }

    /// One node.
    #[must_use]
    pub fn node(&self, _now: Now, _name: &NodeName) -> Option<NodeStatus> {
        None
    }

    /// The views known.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// How far the node distrusts its own timers, 0 to 8.
    #[must_use]
    pub fn distrust(&self) -> u32 {
        0
    }
}
