//! All processes, as one walk through `/proc` saw them.

use std::{collections::BTreeMap, fs};

use super::Stat;

/// All processes, as one walk saw them.
#[derive(Debug)]
pub(crate) struct Table {
    all: Vec<Stat>,
}

impl Table {
    pub(crate) fn read() -> std::io::Result<Self> {
        let numbers = fs::read_dir("/proc")?.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        Ok(Self { all: numbers.filter_map(Stat::read).collect() })
    }

    pub(crate) fn all(&self) -> &[Stat] {
        &self.all
    }

    /// Everybody below `ancestor`, without it, parents before their children.
    pub(crate) fn below(&self, ancestor: i32) -> Vec<Stat> {
        let mut children: BTreeMap<i32, Vec<Stat>> = BTreeMap::new();
        for stat in &self.all {
            children.entry(stat.parent).or_default().push(*stat);
        }
        let (mut found, mut open) = (Vec::new(), vec![ancestor]);
        while let Some(parent) = open.pop() {
            // Taken out, so that a walk that saw a circle, because numbers changed hands meanwhile, ends.
            for stat in children.remove(&parent).unwrap_or_default().into_iter().filter(|stat| stat.pid != ancestor) {
                open.push(stat.pid);
                found.push(stat);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stat(pid: i32, parent: i32) -> Stat {
        Stat { pid, parent, state: b'S', group: 1, session: 1, start: 1 }
    }

    #[test]
    fn descendants_are_found_at_every_depth_and_circles_end() {
        let table = Table { all: vec![stat(4, 3), stat(2, 1), stat(3, 2), stat(5, 9), stat(6, 7), stat(7, 6)] };
        let mut below: Vec<_> = table.below(1).iter().map(|stat| stat.pid).collect();
        below.sort_unstable();
        assert_eq!(below, [2, 3, 4]);
        assert_eq!(table.below(6), [stat(7, 6)]);
        assert!(table.below(4).is_empty());
    }
}
