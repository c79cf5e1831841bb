//! What coordination wants done, and what it tells those who asked and those who watch.

use alloc::{sync::Arc, vec::Vec};

use super::state::{End, News};
use crate::{
    types::{Epoch, Instant, NodeName, Revision},
    wire::{Answer, Talk},
};

/// What coordination wants done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Say this to a peer.
    Say {
        /// The peer.
        peer: NodeName,
        /// What.
        talk: Talk,
    },
    /// A request was answered, or what it held is over.
    Reply {
        /// Of the request.
        ticket: u64,
        /// How.
        reply: Reply,
        /// Whether nothing more follows.
        last: bool,
    },
    /// Tell those who watch.
    Publish(Update),
    /// Say so when it is this time: satellites are sent news then.
    ArmRound {
        /// The time.
        at: Instant,
    },
}

/// What is told to who asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Reply {
    /// The answer.
    Answer(Answer),
    /// What was granted is over; comes after the answer, and last.
    Lost(End),
}

/// What is told to those who watch, and where they stand then.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Update {
    /// The epoch with which the state began.
    pub origin: Epoch,
    /// The revision up to which they know everything then.
    pub revision: Revision,
    /// What changed; none when the copy was replaced as a whole: the state is to be read anew.
    pub news: Option<Arc<[News]>>,
}

/// For what a request waits before it has its last reply.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Patience {
    /// For the answer.
    Answer,
    /// Until what was asked for is granted, or all are at the barrier.
    Granted,
    /// The same, and then until what was granted is over; of a session, until it is.
    Lost,
}

pub(super) fn say(peer: &NodeName, talk: Talk) -> Effect {
    Effect::Say { peer: peer.clone(), talk }
}

pub(super) type Out<'a> = &'a mut Vec<Effect>;
