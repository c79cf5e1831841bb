//! One line of `/proc/<pid>/stat`.

use super::ProcessId;

/// What the kernel says of a process.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stat {
    pub pid: i32,
    pub state: u8,
    pub parent: i32,
    pub group: i32,
    pub session: i32,
    pub start: u64,
}

impl Stat {
    pub(crate) fn read(pid: i32) -> Option<Self> {
        Self::parse(&std::fs::read(format!("/proc/{pid}/stat")).ok()?)
    }

    pub(crate) fn id(&self) -> ProcessId {
        ProcessId { pid: self.pid, start: self.start }
    }

    /// It has ended; at most somebody has yet to wait for it.
    pub(crate) fn has_ended(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x')
    }

    /// It was stopped, and does nothing until it is told to go on.
    pub(crate) fn is_stopped(&self) -> bool {
        matches!(self.state, b'T' | b't')
    }

    /// It does nothing more, or nothing until it is told to go on.
    pub(crate) fn is_still(&self) -> bool {
        self.is_stopped() || self.has_ended()
    }

    /// It waits in the kernel for something that no signal but the last ends.
    pub(crate) fn is_uninterruptible(&self) -> bool {
        self.state == b'D'
    }

    /// The name in the middle is chosen by the process and may hold anything, also what looks like the rest.
    fn parse(line: &[u8]) -> Option<Self> {
        let end = line.iter().rposition(|byte| *byte == b')')?;
        let pid = std::str::from_utf8(line.split(|byte| *byte == b' ').next()?).ok()?;
        let mut rest = std::str::from_utf8(line.get(end + 1..)?).ok()?.split_ascii_whitespace();
        Some(Self {
            pid: pid.parse().ok()?,
            state: *rest.next()?.as_bytes().first()?,
            parent: rest.next()?.parse().ok()?,
            group: rest.next()?.parse().ok()?,
            session: rest.next()?.parse().ok()?,
            start: rest.nth(15)?.parse().ok()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_pretends_is_only_a_name() {
        let line = b"42 (a) R 1 1 (\xff) S 7 8 9 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 4711 999 1\n";
        let stat = Stat::parse(line).unwrap();
        assert_eq!(stat, Stat { pid: 42, state: b'S', parent: 7, group: 8, session: 9, start: 4711 });
        assert_eq!(Stat::parse(b"42 (a"), None);
        assert_eq!(Stat::parse(b""), None);
    }

    #[test]
    fn this_process_is_there() {
        let pid = rustix::process::getpid().as_raw_pid();
        let stat = Stat::read(pid).unwrap();
        assert_eq!(stat.pid, pid);
        assert!(!stat.has_ended() && stat.start > 0 && ProcessId::of(pid).unwrap().is_alive());
    }
}
