//! A session: who it is, what it holds, and which of its requests were carried out.

use alloc::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};
use core::hash::Hasher;

use siphasher::sip::SipHasher13;

use super::news::About;
use crate::{
    types::{Duration, Identity, NodeName, Path, Secret, SessionId},
    wire::{Act, Done, Opening},
};

/// How many requests of a session are remembered by their ids.
const REMEMBERED: usize = 64;

/// A session.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Session {
    /// Which.
    pub id: SessionId,
    /// The proof that it is one's own.
    pub secret: Secret,
    /// It ends when it was not heard of for so long.
    pub ttl: Duration,
    /// For people.
    pub label: Arc<str>,
    /// The group it belongs to; empty for none.
    pub group: Arc<str>,
    /// Whose it is.
    pub client: Arc<str>,
    /// The node through which it was opened.
    pub node: NodeName,
    /// The member whose own it is, if it is.
    pub member: Option<Identity>,
    /// The id of the request that opened it.
    pub request: Option<Arc<str>>,
    /// The names it has, or queues for.
    pub names: BTreeSet<Path>,
    /// The barriers it has come to.
    pub barriers: BTreeSet<Path>,
    /// The requests carried out last.
    pub done: VecDeque<Remembered>,
}

/// The id of a request that was carried out, with a digest by which most others are told apart without reading them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct RequestKey {
    digest: u64,
    id: Arc<str>,
}

impl From<Arc<str>> for RequestKey {
    fn from(id: Arc<str>) -> Self {
        let mut hasher = SipHasher13::new();
        hasher.write(id.as_bytes());
        Self { digest: hasher.finish(), id }
    }
}

impl core::fmt::Display for RequestKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.id)
    }
}

/// A request that was carried out.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Remembered {
    /// Its id.
    pub id: RequestKey,
    /// What it asked for, as a kind of request and the name it was about.
    pub about: (u8, Option<Path>),
    /// What was answered.
    pub done: Done,
}

impl Session {
    pub(super) fn new(id: SessionId, opening: &Opening, request: Option<Arc<str>>) -> Self {
        Self {
            id,
            secret: opening.secret,
            ttl: opening.ttl,
            label: opening.label.clone(),
            group: opening.group.clone(),
            client: opening.client.clone(),
            node: opening.node.clone(),
            member: opening.member.clone(),
            request,
            names: BTreeSet::new(),
            barriers: BTreeSet::new(),
            done: VecDeque::new(),
        }
    }

    /// What it says of itself.
    #[must_use]
    pub fn about(&self) -> About {
        About { label: self.label.clone(), group: self.group.clone(), ttl: self.ttl, node: self.node.clone() }
    }

    /// How many names and barriers it is at.
    pub(super) fn places(&self) -> usize {
        self.names.len() + self.barriers.len()
    }

    /// The request with this id, when it was carried out.
    pub(super) fn recall(&self, id: &RequestKey) -> Option<&Remembered> {
        self.done.iter().rev().find(|known| known.id == *id)
    }

    pub(super) fn remember(&mut self, id: RequestKey, act: &Act, done: Done) {
        if self.done.len() == REMEMBERED {
            self.done.pop_front();
        }
        self.done.push_back(Remembered { id, about: subject(act), done });
    }

    /// About how many bytes it takes, without what it holds.
    pub(super) fn bytes(&self) -> usize {
        256 + self.label.len() + self.group.len() + self.client.len()
    }
}

/// What a request is about: two with one id must agree in it.
pub(super) fn subject(act: &Act) -> (u8, Option<Path>) {
    match act {
        Act::Open(_) => (0, None),
        Act::Renew => (1, None),
        Act::Close => (2, None),
        Act::Bind { path, .. } => (3, Some(path.clone())),
        Act::Unbind { path, .. } => (4, Some(path.clone())),
        Act::Acquire(claim) => (5, Some(claim.path.clone())),
        Act::Release { path, .. } => (6, Some(path.clone())),
        Act::Proclaim { path, .. } => (7, Some(path.clone())),
        Act::Enter { path, .. } => (8, Some(path.clone())),
        Act::Leave { path } => (9, Some(path.clone())),
        Act::Abort { path, .. } => (10, Some(path.clone())),
        Act::Sync => (11, None),
    }
}
