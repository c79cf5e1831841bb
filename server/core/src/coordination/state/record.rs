//! A state in pieces, for those who have none: each record is small, and together they make the state again.

use alloc::vec::Vec;

use super::{Barrier, Clock, Holder, Name, Session, State, Waiter};
use crate::{
    types::{Duration, Epoch, Path, Revision, SessionId},
    wire::{Begin, NameKind, Parties},
};

/// A part of a state.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Record {
    /// Where the state stands. Comes first.
    Head {
        /// The epoch with which it began.
        origin: Epoch,
        /// The regime whose log it follows.
        epoch: Epoch,
        /// How that one began.
        begin: Option<Begin>,
        /// The entry applied last.
        revision: Revision,
        /// The highest generation of a barrier that was forgotten.
        generations: u64,
        /// Whether no name is granted yet.
        held_off: bool,
    },
    /// A session; what it has comes with names and barriers.
    Session(Session),
    /// A name, before those who have it or want it.
    Name {
        /// Which.
        path: Path,
        /// What it is used as.
        kind: NameKind,
        /// Since when, and for how long, it is kept free.
        delayed: Option<(Revision, Duration)>,
    },
    /// Who has a name.
    Holder {
        /// The name.
        path: Path,
        /// Who.
        session: SessionId,
        /// How.
        holder: Holder,
    },
    /// Who queues for a name.
    Waiter {
        /// The name.
        path: Path,
        /// The place in the queue.
        place: Revision,
        /// Who, and how.
        waiter: Waiter,
    },
    /// A barrier; who ever came to it comes with visits.
    Barrier {
        /// Which.
        path: Path,
        /// How it stands.
        barrier: Barrier,
    },
    /// A session has come to a barrier once.
    Visit {
        /// The barrier.
        path: Path,
        /// The session.
        session: SessionId,
    },
    /// A clock that runs, and how long it still does.
    Clock(Clock),
}

impl Record {
    /// About how many bytes it takes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        match self {
            Self::Head { begin, .. } => begin.as_ref().map_or(0, |begin| begin.members.len() * 128) + 128,
            Self::Session(session) => session.bytes() + session.done.len() * 96,
            Self::Holder { path, holder, .. } => path.as_str().len() + holder.value.len() + 96,
            Self::Waiter { path, waiter, .. } => path.as_str().len() + waiter.value.len() + 96,
            Self::Barrier { path, barrier } => path.as_str().len() + 96 * (barrier.arrived.len() + 4),
            Self::Name { path, .. } | Self::Visit { path, .. } => path.as_str().len() + 64,
            Self::Clock(_) => 64,
        }
    }
}

impl State {
    /// The state as records, without clocks.
    #[must_use]
    pub fn records(&self) -> Vec<Record> {
        let (origin, epoch, begin, revision) = (self.origin, self.epoch, self.begin.clone(), self.revision);
        let (generations, held_off) = (self.generations, self.held_off);
        let mut records = Vec::from([Record::Head { origin, epoch, begin, revision, generations, held_off }]);
        records.extend(self.sessions.values().cloned().map(|mut session| {
            session.names.clear();
            session.barriers.clear();
            Record::Session(session)
        }));
        for (path, name) in &self.names {
            let Name { kind, holders, queue, delayed, .. } = name;
            records.push(Record::Name { path: path.clone(), kind: *kind, delayed: *delayed });
            records.extend(holders.iter().map(|(session, holder)| Record::Holder {
                path: path.clone(),
                session: *session,
                holder: holder.clone(),
            }));
            records.extend(queue.iter().map(|(place, waiter)| Record::Waiter {
                path: path.clone(),
                place: *place,
                waiter: waiter.clone(),
            }));
        }
        for (path, barrier) in &self.barriers {
            let barrier = Barrier { visitors: 0, ..barrier.clone() };
            records.push(Record::Barrier { path: path.clone(), barrier });
        }
        for session in self.sessions.values() {
            let visited = session.barriers.iter();
            records.extend(visited.map(|path| Record::Visit { path: path.clone(), session: session.id }));
        }
        records
    }

    /// Takes in one more record of a state that is being made again. What makes no sense there is left out.
    pub fn restore(&mut self, record: Record) {
        match record {
            Record::Head { origin, epoch, begin, revision, generations, held_off } => {
                *self = Self { origin, epoch, begin, revision, generations, held_off, ..Self::default() };
            }
            Record::Session(session) => self.admit(session),
            Record::Name { path, kind, delayed } => {
                let mut name = Name::new(kind);
                name.delayed = delayed;
                self.names.insert(path, name);
            }
            Record::Holder { path, session, holder } => {
                if self.sessions.contains_key(&session) && self.names.contains_key(&path) {
                    self.occupy(session, &path, holder.value.len());
                    self.names.entry(path).and_modify(|name| drop(name.holders.insert(session, holder)));
                }
            }
            Record::Waiter { path, place, waiter } => {
                if self.sessions.contains_key(&waiter.session) && self.names.contains_key(&path) {
                    self.occupy(waiter.session, &path, waiter.value.len());
                    self.names.entry(path).and_modify(|name| name.enqueue(place, waiter));
                }
            }
            Record::Barrier { path, barrier } => {
                let barrier = Barrier { visitors: 0, ..barrier };
                if let Parties::Group { name, .. } = &barrier.plan.parties {
                    self.gatherings.entry(name.clone()).or_default().insert(path.clone());
                }
                self.add_barrier(path, barrier);
            }
            Record::Visit { path, session } => self.note_visit(session, &path),
            Record::Clock(_) => {}
        }
    }
}
