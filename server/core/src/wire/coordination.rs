//! What the coordination layers of two nodes say to each other, what clients ask of them, and what their log holds.

use alloc::{string::String, sync::Arc, vec::Vec};

use crate::{
    coordination::{Abortion, Record},
    types::{Duration, Epoch, Identity, Incarnation, NodeName, Path, Revision, Secret, SessionId, Token, ViewId},
};

/// What the coordination layers of two nodes say to each other. Each is about one regime: what is of an earlier one than
/// the receiver knows is dropped.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Talk {
    /// The sender leads this regime: how far does the receiver's copy go? From here on it takes no entry of an earlier one.
    Recall {
        /// The regime.
        epoch: Epoch,
    },
    /// So far.
    Recalled {
        /// The regime.
        epoch: Epoch,
        /// What the sender knows.
        memory: Memory,
    },
    /// Send me what comes after this: the sender leads and lacks what the receiver has.
    Fetch {
        /// The regime.
        epoch: Epoch,
        /// The revision up to which the sender's copy is sure; none when it has none of use.
        after: Option<Revision>,
    },
    /// Entries of the log.
    Entries(Batch),
    /// The receiver of entries has all up to here.
    Held {
        /// The regime.
        epoch: Epoch,
        /// Up to here.
        revision: Revision,
    },
    /// A piece of a whole state, in order; entries go on after the last one.
    Snapshot(Piece),
    /// The way a request goes to who leads.
    Ask {
        /// The regime.
        epoch: Epoch,
        /// The lowest number whose request has no answer yet.
        least: u64,
        /// The requests, each with its number at the sender.
        requests: Vec<(u64, Request)>,
    },
    /// How requests end that changed nothing; the others are answered by what they left in the log.
    Answers {
        /// The regime.
        epoch: Epoch,
        /// By the number of the request: how far the log went then, and why nothing was done.
        denials: Vec<(u64, Revision, Denial)>,
    },
}

/// What a member knows of the log.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Memory {
    /// The highest incarnation that earlier starts of its agent had promised: they were in no view after that.
    pub started: Incarnation,
    /// None when it has had no copy since its start.
    pub head: Option<Head>,
}

/// How far a copy goes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Head {
    /// The epoch with which its state began.
    pub origin: Epoch,
    /// The epoch of which it has followed the log last.
    pub epoch: Epoch,
    /// The last entry it has.
    pub end: Revision,
    /// Up to here it is known to be held by a majority.
    pub sure: Revision,
    /// Up to here its entries are applied.
    pub applied: Revision,
    /// How that epoch began.
    pub begin: Option<Begin>,
}

/// Entries of the log, in order and without a gap.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Batch {
    /// The regime.
    pub epoch: Epoch,
    /// The revision before the first of them.
    pub after: Revision,
    /// The entries.
    pub entries: Arc<[Arc<Entry>]>,
    /// Up to here all is held by a majority.
    pub sure: Revision,
    /// Whether sender and receiver are a majority by themselves, so that what the receiver has is sure.
    pub pair: bool,
}

/// A piece of a whole state.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Piece {
    /// The regime.
    pub epoch: Epoch,
    /// Which piece, from 0.
    pub number: u32,
    /// Whether it is the last one.
    pub last: bool,
    /// What it holds.
    pub records: Arc<[Record]>,
    /// Up to here all is held by a majority.
    pub sure: Revision,
}

/// One change in the log.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Entry {
    /// Its place.
    pub revision: Revision,
    /// The regime that made it.
    pub epoch: Epoch,
    /// What changes.
    pub kind: EntryKind,
}

/// What an entry changes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum EntryKind {
    /// A regime begins.
    Begin(Begin),
    /// A client asked for it.
    Request {
        /// The agent through which it did, and the number of the request there.
        from: (NodeName, u64),
        /// The request.
        request: Request,
    },
    /// A session was not heard of for its time.
    Expire(SessionId),
    /// The time is over in which a name is kept free after an unclean end.
    DelayOver {
        /// The name.
        path: Path,
        /// The revision of that end.
        since: Revision,
    },
    /// A barrier was not passed in time.
    Overdue {
        /// The barrier.
        path: Path,
        /// The generation.
        generation: u64,
    },
    /// The sessions of a lost state are over: names are granted again.
    HoldOffOver,
}

/// A regime begins.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Begin {
    /// Its view.
    pub view: ViewId,
    /// The members of the view.
    pub members: Arc<[Participant]>,
}

/// A member of a view, as barriers count them.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Participant {
    /// Who.
    pub identity: Identity,
    /// Its labels, in order of their keys.
    pub labels: Vec<(String, String)>,
}

/// What a client asks for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Request {
    /// On behalf of which session, and the proof; none to open one.
    pub session: Option<(SessionId, Secret)>,
    /// The same for each attempt of one request: it is carried out once and answered alike.
    pub id: Option<Arc<str>>,
    /// What.
    pub act: Act,
}

/// What is to be done.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Act {
    /// Open a session.
    Open(Opening),
    /// The session lives.
    Renew,
    /// End the session, and all it holds.
    Close,
    /// Bind a name to a value, or give a binding of one's own another one.
    Bind {
        /// The name.
        path: Path,
        /// The value.
        value: Arc<[u8]>,
        /// Whether others may bind the name as well.
        shared: bool,
        /// Only when the binding was last changed at this revision; zero: only when there is none.
        expected: Option<Revision>,
    },
    /// Give up a binding.
    Unbind {
        /// The name.
        path: Path,
        /// Only when it was last changed at this revision.
        expected: Option<Revision>,
    },
    /// Take a lock, or stand for election, or queue for it.
    Acquire(Claim),
    /// Give up a lock, an office, or the place in the queue.
    Release {
        /// The name.
        path: Path,
        /// What it is used as.
        kind: NameKind,
        /// Only what was granted with this token.
        token: Option<Token>,
    },
    /// Give what one holds another value.
    Proclaim {
        /// The name.
        path: Path,
        /// The value.
        value: Arc<[u8]>,
    },
    /// Come to a barrier.
    Enter {
        /// The barrier.
        path: Path,
        /// What it is; all who come must say the same.
        plan: Plan,
        /// The node through which the participant came.
        node: NodeName,
    },
    /// Leave the inside of a double barrier, or go away from where one waits.
    Leave {
        /// The barrier.
        path: Path,
    },
    /// End the present generation of a barrier without passing.
    Abort {
        /// The barrier.
        path: Path,
        /// Why, for people.
        reason: Arc<str>,
    },
    /// Nothing: the answer tells how far the log goes.
    Sync,
}

/// How a session is to be.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Opening {
    /// It ends when it was not heard of for so long.
    pub ttl: Duration,
    /// The proof that it is one's own.
    pub secret: Secret,
    /// For people.
    pub label: Arc<str>,
    /// The group it belongs to, for barriers; empty for none.
    pub group: Arc<str>,
    /// Whose it is: sessions are counted by client.
    pub client: Arc<str>,
    /// The node through which it was opened.
    pub node: NodeName,
    /// It is that of a member itself, and ends when a regime begins without this start of it; until then it needs no sign
    /// of life. Who is not in a regime's view has no right to act by then (Q3).
    pub member: Option<Identity>,
}

/// A lock to be taken.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Claim {
    /// Its name.
    pub path: Path,
    /// What it is used as.
    pub kind: NameKind,
    /// With whom it can be shared.
    pub mode: Mode,
    /// What others see of the holder.
    pub value: Arc<[u8]>,
    /// Whether to queue when it is held.
    pub wait: bool,
    /// For how long nobody else gets it when the holder's session expires.
    pub delay: Duration,
}

/// What a name is used as; it is one thing at a time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum NameKind {
    /// A value.
    Binding,
    /// A lock.
    Lock,
    /// An office.
    Election,
}

/// With whom a name can be shared.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Mode {
    /// With nobody.
    Exclusive,
    /// With those who share it, too.
    Shared,
    /// With so many in all, who all say the same number.
    Counted(u32),
}

/// What a barrier is.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Plan {
    /// Whom it waits for.
    pub parties: Parties,
    /// Whether those who passed also leave together.
    pub double: bool,
    /// What happens when a participant goes.
    pub departure: Departure,
    /// How long a generation may take to gather; without limit when none.
    pub deadline: Option<Duration>,
}

/// Whom a barrier waits for.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Parties {
    /// So many sessions.
    Count(u32),
    /// A session through each member of the view that has these labels, as the view is when the first one comes.
    Members {
        /// The labels, in order of their keys; all members when there are none.
        labels: Vec<(String, String)>,
    },
    /// All sessions of a group, and at least so many.
    Group {
        /// The group.
        name: Arc<str>,
        /// At least so many.
        least: u32,
    },
}

/// What happens when a participant goes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Departure {
    /// The generation is aborted.
    Abort,
    /// Another one must come in its place.
    Wait,
    /// One fewer is waited for.
    Shrink,
}

/// What became of a request.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Answer {
    /// The regime that answered.
    pub epoch: Epoch,
    /// How far the log went then.
    pub revision: Revision,
    /// What was done, or why not.
    pub outcome: Result<Done, Denial>,
}

/// What was done.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Done {
    /// The session is open.
    Opened {
        /// Which.
        session: SessionId,
        /// The proof that it is one's own.
        secret: Secret,
        /// Its time.
        ttl: Duration,
    },
    /// The session's time begins anew.
    Renewed {
        /// Its time.
        ttl: Duration,
    },
    /// The session is over.
    Closed,
    /// The name is bound.
    Bound {
        /// The token of the binding.
        token: Token,
        /// When it was last changed.
        modified: Revision,
    },
    /// The name is bound no more.
    Unbound,
    /// The lock or office is held.
    Held {
        /// The token of the grant.
        token: Token,
    },
    /// It is not yet: the session is in the queue.
    Queued {
        /// How many are before it.
        ahead: u32,
    },
    /// It is held no more, or no longer waited for.
    Released,
    /// The value is another one.
    Proclaimed {
        /// When.
        modified: Revision,
    },
    /// The session has come to the barrier, and waits for others.
    Entered {
        /// The generation.
        generation: u64,
    },
    /// All were there: the session is through.
    Passed {
        /// The generation.
        generation: u64,
    },
    /// The session is on its way out of the barrier, and waits for others.
    Leaving {
        /// The generation.
        generation: u64,
    },
    /// All are out, or the session went away before all were there.
    Left {
        /// The generation.
        generation: u64,
    },
    /// The generation is aborted.
    Aborted {
        /// The generation.
        generation: u64,
    },
    /// The log goes as far as the answer says.
    Synced,
}

/// Why nothing was done.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Denial {
    /// A session is needed.
    NoSession,
    /// There never was such a session.
    UnknownSession,
    /// The session is over: it was closed, or it expired.
    SessionEnded,
    /// The session was lost with the memory of a majority of the voters.
    SessionLost,
    /// The proof is not that of the session.
    WrongSecret,
    /// Somebody else holds the name.
    Held {
        /// One of them.
        by: SessionId,
    },
    /// The name is kept free for a while: after an unclean end, or because who holds it was lost with the state.
    Delayed,
    /// The session does not hold the name, or not by that token.
    NotHeld,
    /// The binding was last changed at another revision.
    Changed {
        /// At this one; zero when there is none.
        modified: Revision,
    },
    /// The name is used as something else.
    OtherKind {
        /// As this.
        kind: NameKind,
    },
    /// The session, or others, use the name in another mode.
    OtherMode {
        /// In this.
        mode: Mode,
    },
    /// The barrier has participants who say that it is something else.
    OtherPlan,
    /// There is no such barrier, or the session is not at it.
    NotThere,
    /// The barrier waits for a group to which the session does not belong.
    OtherGroup,
    /// The generation ended without passing.
    Broken {
        /// Which.
        generation: u64,
        /// Why.
        why: Abortion,
    },
    /// The generation ended so long ago that it is not known how.
    Forgotten,
    /// It may have been done or not, for this node has missed how it ended: ask again with the same id.
    Uncertain,
    /// A value is out of its range.
    OutOfRange(RangeKind),
    /// The id was used for another request.
    OtherRequest,
    /// A limit is reached.
    Limit {
        /// Which.
        what: LimitKind,
        /// Its value.
        limit: u64,
    },
}

/// A limit on what clients may have.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum LimitKind {
    /// Sessions in all.
    Sessions,
    /// Sessions of one client.
    ClientSessions,
    /// Names and barriers in all.
    Names,
    /// Names, places in queues and barriers of one session.
    SessionNames,
    /// Bytes of a value.
    ValueBytes,
    /// Bytes of all that is kept.
    StateBytes,
    /// Those who share one name.
    Holders,
    /// Those who queue for one name.
    Queue,
    /// Those who take part in one barrier.
    Participants,
    /// Requests that wait to be carried out.
    Requests,
}

/// A value that has a range.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum RangeKind {
    /// The time of a session.
    Ttl,
    /// The delay of a lock.
    Delay,
    /// How many hold a counted lock.
    Holders,
    /// How many a barrier waits for.
    Parties,
}
