//! Room for the addresses of neighbours.
//!
//! The kernel keeps one table of neighbours (ARP) for all namespaces together, by default of 1,024 entries. Where each
//! of 64 members knows each other there are 4,032, more than on any real machine, and frames would be lost for want of
//! room. So the table is made larger while this runs.

use std::{fs, path::Path};

const FOLDER: &str = "/proc/sys/net/ipv4/neigh/default";
/// The limits of the table, and what they must be at least; the greatest first, because the kernel does not sort them.
const LIMITS: [(&str, u32); 3] = [("gc_thresh3", 65_536), ("gc_thresh2", 32_768), ("gc_thresh1", 16_384)];

/// A larger table; as it was before when this is dropped.
#[derive(Debug)]
pub(crate) struct Neighbours {
    before: Vec<(&'static str, u32)>,
    problem: Option<String>,
}

impl Neighbours {
    /// Makes the table large enough for all sizes that are measured.
    pub(crate) fn make_room() -> Self {
        let mut room = Self { before: Vec::new(), problem: None };
        for (name, least) in LIMITS {
            let path = Path::new(FOLDER).join(name);
            let now = fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
            if now.is_some_and(|now: u32| now >= least) {
                continue;
            }
            match fs::write(&path, least.to_string()) {
                Ok(()) => room.before.extend(now.map(|now| (name, now))),
                Err(why) => room.problem = Some(format!("{} stays as it is: {why}", path.display())),
            }
        }
        room
    }

    /// Why there is too little room, if there is.
    pub(crate) fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }
}

impl Drop for Neighbours {
    fn drop(&mut self) {
        for (name, value) in self.before.iter().rev() {
            // Nothing is lost when it stays large.
            let _ = fs::write(Path::new(FOLDER).join(name), value.to_string());
        }
    }
}
