//! The control group of a unit: its processes as the kernel knows them, whatever the bus does.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Where control groups are mounted: alone, or beside those of the first version.
const ROOTS: [&str; 2] = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"];

/// Kills all processes of a unit. Where there are no control groups of the second version, that is up to systemd.
pub(crate) fn kill(unit: &str) {
    for folder in all(unit) {
        // Whether it had an effect is seen by what is left.
        let _ = fs::write(folder.join("cgroup.kill"), "1");
    }
}

/// Whether a process of a unit is left.
pub(crate) fn is_populated(unit: &str) -> bool {
    all(unit).iter().any(|folder| has_processes(folder))
}

fn all(unit: &str) -> Vec<PathBuf> {
    ROOTS.iter().flat_map(|root| folders(Path::new(root), unit)).collect()
}

/// A unit's group lies in slices alone, which may lie in slices: what lies in anything else belongs to a user's own
/// systemd, or to a container.
fn folders(root: &Path, unit: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name == unit {
            found.push(entry.path());
        } else if name.to_string_lossy().ends_with(".slice") {
            found.extend(folders(&entry.path(), unit));
        }
    }
    found
}

fn has_processes(folder: &Path) -> bool {
    let events = fs::read_to_string(folder.join("cgroup.events")).unwrap_or_default();
    events.lines().any(|line| line == "populated 1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_is_found_in_slices_and_nowhere_else() {
        let root = tempfile::tempdir().unwrap();
        let make = |path: &str, events: &str| {
            let folder = root.path().join(path);
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join("cgroup.events"), events).unwrap();
            folder
        };
        let own = make("system.slice/system-a.slice/a@1.service", "populated 1\nfrozen 0\n");
        make("user.slice/user-1.slice/user@1.service/app.slice/a@1.service", "populated 1\n");
        make("system.slice/a@1.service.d", "populated 1\n");
        let found = folders(root.path(), "a@1.service");
        assert_eq!(found, [own]);
        assert!(has_processes(&found[0]));
        assert!(!has_processes(&make("system.slice/b.service", "populated 0\n")));
        assert!(folders(root.path(), "c.service").is_empty());
    }
}
