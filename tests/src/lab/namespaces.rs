//! Network namespaces, through the command `ip`: made, removed, and what a killed run has left.

use std::{path::Path, process::Command, sync::Once};

/// What the names of all namespaces of this suite begin with; the id of the process that made it follows.
pub(super) const PREFIX: &str = "qrt";

/// Fails when namespaces cannot be made here, and says what is missing.
pub(super) fn check_rights() {
    let root = rustix::process::geteuid().is_root();
    assert!(root, "these tests make network namespaces and need root: run them as root, e.g. with sudo -E");
    let found = Command::new("ip").args(["netns", "list"]).output();
    let works = found.as_ref().is_ok_and(|output| output.status.success());
    assert!(works, "these tests need the command `ip` with `ip netns` (Debian package iproute2): {found:?}");
}

/// Removes what a test run that was killed has left, the first time it is called.
pub(super) fn remove_stale() {
    static ONCE: Once = Once::new();
    ONCE.call_once(remove_all_stale);
}

/// A process that has the id of this one, and made namespaces before this one has, is gone too.
fn remove_all_stale() {
    let own = std::process::id().to_string();
    let listed = Command::new("ip").args(["netns", "list"]).output().map(|output| output.stdout).unwrap_or_default();
    for name in String::from_utf8_lossy(&listed).lines().filter_map(|line| line.split_whitespace().next()) {
        let pid = name.strip_prefix(PREFIX).and_then(|rest| rest.trim_start_matches('-').split('-').next());
        if pid.is_some_and(|pid| pid == own || !Path::new("/proc").join(pid).exists()) {
            remove(name);
        }
    }
}

/// Removes a namespace, which may not have come to be, or not be there any more.
pub(super) fn remove(name: &str) {
    let _ = Command::new("ip").args(["netns", "del", name]).output();
}

/// Runs `ip`, which must succeed.
pub(super) fn ip(args: &[&str]) {
    let output = Command::new("ip").args(args).output().expect("`ip` can be run");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "`ip {}` failed: {said} (namespaces need root and CAP_SYS_ADMIN)", args.join(" "));
}
