//! Views: their identity, their members, and why they came about.

use alloc::{string::String, vec::Vec};
use core::{fmt, ops::Deref};

use super::{Duration, Identity, Loss, Network, NodeName, WallTime};

/// Rises with every transition, and never falls, also across restarts (V2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Incarnation(pub u64);

impl Incarnation {
    /// The next one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl fmt::Debug for Incarnation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// Identity of a view, totally ordered.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ViewId {
    /// Incarnation, which decides the order.
    pub incarnation: Incarnation,
    /// The member that coordinated the transition into the view.
    pub controller: NodeName,
}

impl fmt::Display for ViewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.incarnation.0, self.controller)
    }
}

impl fmt::Debug for ViewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One member of a view.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Member {
    /// Who it is.
    pub identity: Identity,
    /// Incarnation of the view with which this boot entered the cluster.
    pub since: Incarnation,
}

/// The members of a view, in rank order. Finds one by its name without looking at all.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Members {
    list: Vec<Member>,
    /// Places in the list, in order of the names.
    by_name: Vec<u32>,
}

impl Members {
    /// The member of that name.
    #[must_use]
    pub fn get(&self, name: &NodeName) -> Option<&Member> {
        let at = self.by_name.binary_search_by(|&at| self.list[at as usize].identity.name.cmp(name)).ok()?;
        self.list.get(self.by_name[at] as usize)
    }
}

impl From<Vec<Member>> for Members {
    fn from(list: Vec<Member>) -> Self {
        let mut by_name: Vec<u32> = (0..list.len() as u32).collect();
        by_name.sort_by(|&a, &b| list[a as usize].identity.name.cmp(&list[b as usize].identity.name));
        Self { list, by_name }
    }
}

impl FromIterator<Member> for Members {
    fn from_iter<I: IntoIterator<Item = Member>>(members: I) -> Self {
        members.into_iter().collect::<Vec<_>>().into()
    }
}

impl Deref for Members {
    type Target = [Member];

    fn deref(&self) -> &[Member] {
        &self.list
    }
}

impl<'a> IntoIterator for &'a Members {
    type Item = &'a Member;
    type IntoIter = core::slice::Iter<'a, Member>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl fmt::Debug for Members {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list.fmt(f)
    }
}

/// A view and how it came about. Immutable once committed, and shared.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct ViewRecord {
    /// Identity of the view.
    pub id: ViewId,
    /// Its members in rank order.
    pub members: Members,
    /// The views that its members had installed before, in order.
    pub parents: Vec<ViewId>,
    /// Why it was needed.
    pub causes: Vec<Cause>,
    /// Wall clock of the controller at the commit.
    pub committed: WallTime,
    /// From the first sign of change until the controller's map was steady.
    pub settle: Duration,
    /// From the start of the first phase until every member had left its old view.
    pub prepare: Duration,
    /// How many attempts the controller needed.
    pub attempts: u32,
}

impl ViewRecord {
    /// The member of that name.
    #[must_use]
    pub fn member(&self, name: &NodeName) -> Option<&Member> {
        self.members.get(name)
    }

    /// Whether this very boot is a member.
    #[must_use]
    pub fn contains(&self, identity: &Identity) -> bool {
        self.member(&identity.name).is_some_and(|member| member.identity == *identity)
    }
}

#[cfg(test)]
impl ViewRecord {
    /// A view without a story, for tests.
    pub(crate) fn plain(id: ViewId, members: Members, parents: Vec<ViewId>) -> Self {
        let (settle, prepare) = (Duration::ZERO, Duration::ZERO);
        Self { id, members, parents, causes: Vec::new(), committed: WallTime(0), settle, prepare, attempts: 1 }
    }
}

/// Why a node came into a view or went out of it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Cause {
    /// What happened.
    pub kind: CauseKind,
    /// To which node.
    pub name: NodeName,
    /// Who saw what.
    pub sightings: Vec<Sighting>,
    /// For an eviction: the operator's reason.
    pub detail: String,
}

/// What happened to a node.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum CauseKind {
    /// It came in for the first time, or after it had left.
    Joined,
    /// It came in with a new boot.
    Restarted,
    /// It came back with the same boot.
    Returned,
    /// The others lost contact with it.
    Lost,
    /// It left of its own will.
    Left,
    /// An operator evicted it.
    Evicted,
    /// It could be reached but did not answer a transition in time.
    Unresponsive,
    /// The same members had to agree anew, because a transition was cut short.
    Interrupted,
}

/// What one node saw of another over one channel.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Sighting {
    /// Who saw it.
    pub observer: NodeName,
    /// The network of the channel, when it was one.
    pub network: Option<Network>,
    /// What it saw.
    pub loss: Loss,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.name;
        match self.kind {
            CauseKind::Joined => write!(f, "{name} joined"),
            CauseKind::Restarted => write!(f, "{name} came back with a new start"),
            CauseKind::Returned => write!(f, "{name} came back"),
            CauseKind::Lost => write!(f, "{name} was lost"),
            CauseKind::Left => write!(f, "{name} left"),
            CauseKind::Evicted => write!(f, "{name} was evicted"),
            CauseKind::Unresponsive => write!(f, "{name} did not answer a transition in time"),
            CauseKind::Interrupted => write!(f, "{name} had to agree anew after a transition was cut short"),
        }?;
        for (i, sighting) in self.sightings.iter().enumerate() {
            write!(f, "{}{}: {}", if i == 0 { ": " } else { "; " }, sighting.observer, sighting.loss)?;
            if let Some(network) = &sighting.network {
                write!(f, " on '{network}'")?;
            }
        }
        if !self.detail.is_empty() {
            write!(f, " ({})", self.detail)?;
        }
        Ok(())
    }
}
