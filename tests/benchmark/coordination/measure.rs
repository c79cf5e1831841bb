//! What is measured, and what was seen.

use std::fmt;

/// Who is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum System {
    Quorate,
    Etcd,
    ZooKeeper,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    /// A message on an open stream to a bare server, and its answer.
    Stream,
    /// A call of a bare server.
    Call,
    /// Acquire and release, so many clients with a lock each.
    Lock(usize),
    /// Acquire and release with so many members, one client.
    LockAmong(usize),
    /// From a release until the next in the queue has it, at another member; held for so many milliseconds before.
    HandOff(u64),
    /// A key or name that nobody else has, for as long as a session lasts.
    Bind,
    /// Until the last of so many is through.
    Barrier(usize),
    /// The same in and out again.
    DoubleBarrier(usize),
    /// Until the last of so many watchers knows of a change.
    FanOut(usize),
    /// From the last sign of life of a session of so many seconds until a watcher sees what it held go.
    Expiry(u64),
    /// From kill -9 of a program that leads until the next one does.
    Succession,
    /// The same with a session that is tied to the program.
    TiedSuccession,
}

impl System {
    pub(super) const ALL: [Self; 3] = [Self::Quorate, Self::Etcd, Self::ZooKeeper];
}

/// What was seen of one system.
#[derive(Debug, Clone)]
pub(super) struct Figure {
    pub(super) system: System,
    pub(super) what: What,
    /// Seconds, of each time that it was done, sorted.
    seconds: Vec<f64>,
    /// How often all clients together did it in a second.
    pub(super) per_second: Option<f64>,
}

impl Figure {
    pub(super) fn new(system: System, what: What, mut seconds: Vec<f64>, per_second: Option<f64>) -> Self {
        seconds.sort_by(f64::total_cmp);
        Self { system, what, seconds, per_second }
    }

    /// Below which this share of all are; 0.5 is the median.
    pub(super) fn at(&self, share: f64) -> Option<f64> {
        let last = self.seconds.len().checked_sub(1)?;
        self.seconds.get((share * last as f64).round() as usize).copied()
    }

    pub(super) fn seconds(&self) -> &[f64] {
        &self.seconds
    }
}

impl fmt::Display for System {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Quorate => "Quorate",
            Self::Etcd => "etcd",
            Self::ZooKeeper => "ZooKeeper",
        })
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stream => write!(f, "bare gRPC: a message on a stream and its answer"),
            Self::Call => write!(f, "bare gRPC: a call"),
            Self::Lock(clients) => write!(f, "lock and unlock, {clients} clients"),
            Self::LockAmong(members) => write!(f, "lock and unlock, {members} members"),
            Self::HandOff(millis) => write!(f, "hand-off to a waiter, held {millis} ms"),
            Self::Bind => write!(f, "exclusive bind"),
            Self::Barrier(parties) => write!(f, "barrier of {parties}"),
            Self::DoubleBarrier(parties) => write!(f, "double barrier of {parties}, in and out"),
            Self::FanOut(watchers) => write!(f, "last of {watchers} watchers"),
            Self::Expiry(seconds) => write!(f, "expiry of a session of {seconds} s"),
            Self::Succession => write!(f, "kill -9 of who leads until another does"),
            Self::TiedSuccession => write!(f, "the same, with a session tied to the process"),
        }
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millis = |share| self.at(share).map_or(f64::NAN, |seconds| 1e3 * seconds);
        write!(f, "{}, {}: median {:.3} ms, p99 {:.3} ms", self.system, self.what, millis(0.5), millis(0.99))?;
        self.per_second.map_or(Ok(()), |rate| write!(f, ", {rate:.0} a second"))
    }
}
