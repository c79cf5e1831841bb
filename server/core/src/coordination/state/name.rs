//! A name: who has it, and who queues for it. Locks, elections and registries are names.
//!
//! ```text
//!   free  --claim-->  held  --released, closed-->  granted to the first in the queue, and those who can share with it
//!                     held  --expired, with a delay-->  delayed  --the time is over-->  granted
//! ```
//!
//! The queue is fair: who comes later never overtakes, also when it could share with those who hold the name now.

use alloc::{collections::BTreeMap, sync::Arc};

use super::news::Binding;
use crate::{
    types::{Duration, Path, Revision, SessionId, Token},
    wire::{Mode, NameKind},
};

/// A name that somebody has or wants.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Name {
    /// What it is used as.
    pub kind: NameKind,
    /// Who has it.
    pub holders: BTreeMap<SessionId, Holder>,
    /// Who queues for it, in the order in which they came.
    pub queue: BTreeMap<Revision, Waiter>,
    /// Where in the queue each session stands.
    places: BTreeMap<SessionId, Revision>,
    /// Since when, and for how long, it is kept free after an unclean end.
    pub delayed: Option<(Revision, Duration)>,
}

/// A session that has a name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Holder {
    /// With whom it shares it.
    pub mode: Mode,
    /// The token of the grant.
    pub token: Token,
    /// Its value.
    pub value: Arc<[u8]>,
    /// When that was last changed.
    pub modified: Revision,
    /// For how long nobody else gets the name when the session expires.
    pub delay: Duration,
}

/// A session that queues for a name.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Waiter {
    /// Which.
    pub session: SessionId,
    /// With whom it would share the name.
    pub mode: Mode,
    /// The value it would have.
    pub value: Arc<[u8]>,
    /// The delay it would have.
    pub delay: Duration,
}

impl Name {
    pub(super) fn new(kind: NameKind) -> Self {
        Self { kind, holders: BTreeMap::new(), queue: BTreeMap::new(), places: BTreeMap::new(), delayed: None }
    }

    /// Whether nobody has it or wants it, and it is not kept free.
    pub(super) fn is_idle(&self) -> bool {
        self.holders.is_empty() && self.queue.is_empty() && self.delayed.is_none()
    }

    /// The mode in which it is used or wanted, if it is.
    pub(super) fn mode(&self) -> Option<Mode> {
        let held = self.holders.values().next().map(|holder| holder.mode);
        held.or_else(|| self.queue.values().next().map(|waiter| waiter.mode))
    }

    /// Whether a claim in this mode can be made at all beside those there are.
    pub(super) fn admits(&self, mode: Mode) -> bool {
        match (self.mode(), mode) {
            (Some(Mode::Counted(there)), Mode::Counted(wanted)) => there == wanted,
            (Some(Mode::Counted(_)), _) | (Some(_), Mode::Counted(_)) => false,
            _ => true,
        }
    }

    /// Whether somebody may have it in this mode now.
    pub(super) fn is_free(&self, mode: Mode) -> bool {
        self.delayed.is_none()
            && match mode {
                Mode::Exclusive => self.holders.is_empty(),
                Mode::Shared => self.holders.values().all(|holder| holder.mode == Mode::Shared),
                Mode::Counted(limit) => self.holders.len() < limit as usize,
            }
    }

    /// How many stand before this session in the queue.
    #[must_use]
    pub fn ahead(&self, session: SessionId) -> Option<u32> {
        let place = self.places.get(&session)?;
        Some(self.queue.range(..place).count() as u32)
    }

    pub(super) fn place(&self, session: SessionId) -> Option<&Waiter> {
        self.places.get(&session).and_then(|place| self.queue.get(place))
    }

    pub(super) fn enqueue(&mut self, at: Revision, waiter: Waiter) {
        self.places.insert(waiter.session, at);
        self.queue.insert(at, waiter);
    }

    pub(super) fn dequeue(&mut self, session: SessionId) -> Option<Waiter> {
        self.places.remove(&session).and_then(|place| self.queue.remove(&place))
    }

    /// Takes out the first in the queue, when it may have the name now.
    pub(super) fn next(&mut self) -> Option<Waiter> {
        let first = self.queue.values().next().filter(|first| self.is_free(first.mode))?;
        let session = first.session;
        self.dequeue(session)
    }

    /// The name as one of its holders has it.
    #[must_use]
    pub fn binding(&self, path: &Path, session: SessionId) -> Option<Binding> {
        let Holder { mode, token, value, modified, .. } = self.holders.get(&session)?;
        Some(Binding {
            path: path.clone(),
            kind: self.kind,
            mode: *mode,
            session,
            value: value.clone(),
            token: *token,
            modified: *modified,
        })
    }
}
