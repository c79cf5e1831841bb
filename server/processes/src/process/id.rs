//! A process, for certain.

use std::io;

use rustix::{
    io::Errno,
    process::{Pid, PidfdFlags, Signal, pidfd_open, pidfd_send_signal},
};
use serde::{Deserialize, Serialize};

use super::Stat;

/// A process: its number, and when it started, for numbers are given again.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessId {
    /// Its number.
    pub pid: i32,
    /// When it started, in ticks of the kernel since boot.
    pub start: u64,
}

impl ProcessId {
    /// The process that has this number now.
    #[must_use]
    pub fn of(pid: i32) -> Option<Self> {
        Stat::read(pid).map(|stat| stat.id())
    }

    /// This process.
    pub(crate) fn own() -> io::Result<Self> {
        Self::of(rustix::process::getpid().as_raw_pid())
            .ok_or_else(|| io::Error::other("/proc does not know this process"))
    }

    /// Whether it still runs; one that has ended and was not waited for does not.
    #[must_use]
    pub fn is_alive(self) -> bool {
        Stat::read(self.pid).is_some_and(|stat| stat.id() == self && !stat.has_ended())
    }

    /// Sends it a signal, to it and nobody else. Whether it was there.
    pub(crate) fn signal(self, signal: Signal) -> io::Result<bool> {
        let Some(pid) = Pid::from_raw(self.pid) else { return Ok(false) };
        let there = |result| match result {
            Ok(()) => Ok(true),
            Err(Errno::SRCH) => Ok(false),
            Err(why) => Err(io::Error::from(why)),
        };
        let held = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(held) => held,
            Err(Errno::SRCH | Errno::INVAL) => return Ok(false),
            Err(why) => return Err(why.into()),
        };
        // Held, the number cannot change its owner any more: if it has the right one now, it is the right one.
        if Self::of(self.pid) != Some(self) {
            return Ok(false);
        }
        there(pidfd_send_signal(&held, signal))
    }
}
