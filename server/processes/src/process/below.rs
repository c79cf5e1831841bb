//! Everybody below a process, found from above: that costs what they cost, however many others there are.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{self, Read as _},
};

use super::{ProcessId, Stat, Table};

/// There if the kernel has lists of children (`CONFIG_PROC_CHILDREN`).
const LISTS: &str = "/proc/thread-self/children";
/// Bytes of such a list that are read at once. The kernel may leave somebody out when a sibling ends between two reads.
const READ: usize = 4096;

/// Everybody below `ancestor`, without it, parents before their children.
///
/// Somebody may be missed who loses its parent meanwhile. Among processes of which none runs, nobody is.
pub(crate) fn below(ancestor: i32) -> io::Result<Vec<Stat>> {
    if fs::exists(LISTS)? { Ok(descend(ancestor)) } else { Ok(Table::read()?.below(ancestor)) }
}

fn descend(ancestor: i32) -> Vec<Stat> {
    let (mut found, mut open) = (Vec::new(), Vec::from_iter(Stat::read(ancestor)));
    let mut seen = BTreeSet::from([ancestor]);
    while let Some(parent) = open.pop() {
        let children = children(parent.pid);
        // Otherwise its number has changed hands, and these are somebody else's.
        if children.is_empty() || ProcessId::of(parent.pid) != Some(parent.id()) {
            continue;
        }
        for pid in children {
            // Who has another parent by now, or another number, is not below this one any more.
            let child = Stat::read(pid).filter(|child| child.parent == parent.pid && seen.insert(pid));
            found.extend(child);
            open.extend(child);
        }
    }
    found
}

/// The children of all threads of a process.
fn children(parent: i32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task")).into_iter().flatten().flatten();
    let mut text = Vec::with_capacity(READ);
    for thread in threads {
        // A thread that has ended has none: its children have another parent.
        let _ = File::open(thread.path().join("children")).and_then(|mut list| list.read_to_end(&mut text));
    }
    text.split(|byte| *byte == b' ').filter_map(|word| std::str::from_utf8(word).ok()?.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::{
        process::Command,
        sync::mpsc::channel,
        thread,
        time::{Duration, Instant},
    };

    use rustix::process::Signal;

    use super::*;

    #[test]
    fn from_above_and_in_the_table_the_same_are_found() {
        let (done, wait) = channel::<()>();
        let (started, child) = channel();
        let script = "(sleep 1000 & setsid sleep 1000 & wait) & sleep 1000 & wait";
        // A thread that has not ended has children of its own.
        let parent = thread::spawn(move || {
            let mut child = Command::new("sh").args(["-c", script]).spawn().unwrap();
            started.send(i32::try_from(child.id()).unwrap()).unwrap();
            let _ = wait.recv();
            child.wait().unwrap();
        });
        let shell = child.recv().unwrap();
        let begin = Instant::now();
        while descend(shell).len() < 4 && begin.elapsed() < Duration::from_secs(60) {
            thread::sleep(Duration::from_millis(10));
        }
        let ids = |found: Vec<Stat>| found.iter().map(Stat::id).collect::<BTreeSet<_>>();
        let found = ids(descend(shell));
        let same = ids(Table::read().unwrap().below(shell));
        let own = ids(below(rustix::process::getpid().as_raw_pid()).unwrap());
        for process in found.iter().copied().chain(ProcessId::of(shell)) {
            process.signal(Signal::KILL).unwrap();
        }
        drop(done);
        parent.join().unwrap();
        assert_eq!((found.len(), &found), (4, &same));
        assert!(found.is_subset(&own), "{found:?} in {own:?}");
    }
}
