//! What changed, for those who watch: one item for each thing that did, in the order of the log.

use alloc::sync::Arc;

use crate::{
    types::{Duration, Epoch, NodeName, Path, Revision, SessionId, Token, ViewId},
    wire::{Mode, NameKind},
};

/// Something that changed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct News {
    /// The revision that changed it.
    pub revision: Revision,
    /// What.
    pub what: What,
}

/// What changed.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum What {
    /// A regime began: what follows happened under it.
    Begun {
        /// Its epoch.
        epoch: Epoch,
        /// Its view.
        view: ViewId,
    },
    /// A session was opened.
    Opened {
        /// Which.
        session: SessionId,
        /// What it is.
        about: About,
    },
    /// A session is over.
    Ended {
        /// Which.
        session: SessionId,
        /// Its label.
        label: Arc<str>,
        /// How.
        end: End,
    },
    /// A name was bound or granted, or has another value.
    Bound(Binding),
    /// A name is no longer bound, or held, by this session.
    Unbound {
        /// The binding as it was.
        binding: Binding,
        /// How it ended.
        end: End,
    },
    /// A session queues for a name no more, and has not got it.
    Unqueued {
        /// The name.
        path: Path,
        /// The session.
        session: SessionId,
    },
    /// Something happened at a barrier.
    Barrier {
        /// Which.
        path: Path,
        /// In this generation.
        generation: u64,
        /// What.
        step: BarrierStep,
    },
}

/// What a session says of itself.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct About {
    /// For people.
    pub label: Arc<str>,
    /// The group it belongs to; empty for none.
    pub group: Arc<str>,
    /// Its time.
    pub ttl: Duration,
    /// The node through which it was opened.
    pub node: NodeName,
}

/// How a session, or what it held, came to its end.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum End {
    /// By the session's own will: closed, unbound, released.
    Closed,
    /// The session was not heard of for its time.
    Expired,
    /// The memory of a majority of the voters was lost.
    Lost,
}

/// A name as one session has it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Binding {
    /// The name.
    pub path: Path,
    /// What it is used as.
    pub kind: NameKind,
    /// With whom it is shared.
    pub mode: Mode,
    /// Whose it is.
    pub session: SessionId,
    /// Its value.
    pub value: Arc<[u8]>,
    /// The token of the grant.
    pub token: Token,
    /// When it was last changed.
    pub modified: Revision,
}

/// What happens at a barrier.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum BarrierStep {
    /// A participant came.
    Arrived(SessionId),
    /// A participant went before the others were there.
    Gone(SessionId),
    /// All are there: all pass.
    Released,
    /// A participant is on its way out.
    Left(SessionId),
    /// All are out.
    Completed,
    /// The generation ends without passing.
    Aborted(Abortion),
}

/// Why a generation ended without passing.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Abortion {
    /// A participant asked for it.
    Asked(Arc<str>),
    /// The time was over.
    Overdue,
    /// A participant went.
    Departed(SessionId),
    /// A member of the view went.
    MemberDeparted(NodeName),
}
