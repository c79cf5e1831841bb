//! What a listener demands of who comes in: room, and that a new connection soon says what it wants.
//!
//! A connection is on probation until whoever serves it admits it: then the first request, or the first frame, has been
//! read. So one that says nothing, or a byte now and then, holds its place for a bounded time, whatever protocol it
//! pretends to speak.

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant},
};

use prometheus_client::metrics::counter::Counter;
use tokio::time::{Sleep, sleep};

/// Time between two warnings of one listener about the same thing.
const WARN_EVERY: Duration = Duration::from_secs(10);

/// What a listener demands.
#[derive(Clone, Debug)]
pub struct Entrance {
    /// Most connections at a time.
    pub limit: usize,
    /// How many more are taken in, only to be told that there is no room; any other is closed at once.
    pub spare: usize,
    /// How long a connection may take until it is admitted.
    pub patience: Duration,
    /// Most bytes that are read of a connection before it is admitted.
    pub first_bytes: usize,
    /// How many were turned away.
    pub turned_away: TurnedAway,
}

#[cfg(test)]
impl Entrance {
    /// Room for so many, and patience for any machine.
    pub(crate) fn with_room_for(limit: usize) -> Self {
        let patience = Duration::from_secs(20);
        Self { limit, spare: 0, patience, first_bytes: 64 * 1024, turned_away: TurnedAway::default() }
    }
}

/// Counts the connections that a listener turned away.
#[derive(Clone, Debug, Default)]
pub struct TurnedAway {
    /// There was no room.
    pub full: Counter,
    /// It took too long until it said what it wanted.
    pub slow: Counter,
    /// It said too much before it was admitted.
    pub wordy: Counter,
    /// It spoke TLS where plain text is spoken, or the reverse, or its certificate did not do.
    pub untrusted: Counter,
}

/// Whether a connection is admitted; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Admission(Arc<AtomicBool>);

impl Admission {
    /// Ends the probation.
    pub fn admit(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_admitted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A connection's probation.
#[derive(Debug)]
pub(super) struct Probation {
    admission: Admission,
    end: Pin<Box<Sleep>>,
    bytes_left: usize,
    turned_away: TurnedAway,
}

impl Probation {
    /// One that begins now.
    pub(super) fn begin(entrance: &Entrance, admission: Admission) -> Self {
        Self {
            admission,
            end: Box::pin(sleep(entrance.patience)),
            bytes_left: entrance.first_bytes,
            turned_away: entrance.turned_away.clone(),
        }
    }

    pub(super) fn is_over(&self) -> bool {
        self.admission.is_admitted()
    }

    /// So many bytes came in.
    pub(super) fn on_read(&mut self, bytes: usize) -> io::Result<()> {
        match self.bytes_left.checked_sub(bytes) {
            Some(left) => self.bytes_left = left,
            None => {
                self.turned_away.wordy.inc();
                return Err(io::Error::new(io::ErrorKind::InvalidData, "too many bytes before the first request"));
            }
        }
        Ok(())
    }

    /// Nothing more has come yet.
    pub(super) fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        self.end.as_mut().poll(cx).map(|()| {
            self.turned_away.slow.inc();
            io::Error::new(io::ErrorKind::TimedOut, "no request in time")
        })
    }
}

/// Says now and then that something was turned away, however often it is.
#[derive(Debug, Default)]
pub(super) struct Grumble {
    last: Option<Instant>,
    untold: u64,
}

impl Grumble {
    /// How many were turned away since the last warning, when it is time for the next.
    pub(super) fn note(&mut self, now: Instant) -> Option<u64> {
        self.untold += 1;
        if self.last.is_some_and(|last| now.duration_since(last) < WARN_EVERY) {
            return None;
        }
        self.last = Some(now);
        Some(std::mem::take(&mut self.untold))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::{Grumble, WARN_EVERY};

    #[test]
    fn a_flood_is_told_of_now_and_then() {
        let (mut grumble, now) = (Grumble::default(), Instant::now());
        let told: Vec<_> = (0..1000).filter_map(|_| grumble.note(now)).collect();
        assert_eq!(told, [1]);
        assert_eq!(grumble.note(now + WARN_EVERY), Some(1000));
    }
}
