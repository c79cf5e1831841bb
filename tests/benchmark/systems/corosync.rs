//! Corosync: one daemon in each namespace, with a `/run`, state folder and shared memory of its own.

use std::{fmt::Write, fs, path::Path, process::Command};

use quorate_tests::Lab;

use super::daemons::{Daemons, Reader};

/// A token time-out in milliseconds, instead of the default of 3,000. Corosync adds 650 for each member over two.
pub(super) const TOKEN: u32 = 1000;

/// Starts so many daemons together, with the defaults or another token time-out.
///
/// # Errors
/// When one cannot be started.
pub(super) fn start(size: usize, token: Option<u32>) -> Result<Daemons, String> {
    let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
    let lab = Lab::new(size, 1);
    let config = folder.path().join("corosync.conf");
    fs::write(&config, configuration(&lab, token)).map_err(|why| why.to_string())?;
    let home = folder.path().to_owned();
    Daemons::start(lab, folder, |lab, node| command(lab, node, &home, &config), || Members)
}

/// What `corosync.conf` needs, and nothing that changes a default but the token time-out.
fn configuration(lab: &Lab, token: Option<u32>) -> String {
    let token = token.map(|token| format!("token: {token}\n")).unwrap_or_default();
    let mut text = format!(
        "totem {{\nversion: 2\ncluster_name: benchmark\ntransport: knet\n\
         crypto_cipher: none\ncrypto_hash: none\n{token}}}\n\
         logging {{\nto_stderr: yes\nto_syslog: no\ntimestamp: hires\n}}\n\
         quorum {{\nprovider: corosync_votequorum\n}}\nnodelist {{\n"
    );
    for node in 1..=lab.size() {
        let address = lab.address(0, node);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "node {{\nname: n{node}\nnodeid: {node}\nring0_addr: {address}\n}}");
    }
    text + "}\n"
}

/// `unshare` and the shell replace themselves, so the process is that of the daemon.
fn command(lab: &Lab, node: usize, home: &Path, config: &Path) -> Command {
    let own = home.join(format!("n{node}"));
    let script = format!(
        "mount --make-rprivate / && mount -t tmpfs tmpfs /dev/shm && mkdir -p {own}/run/corosync {own}/lib && \
         mount --bind {own}/run /run && mount --bind {own}/lib /var/lib/corosync && \
         exec setpriv --pdeathsig KILL corosync -f -c {config}",
        own = own.display(),
        config = config.display(),
    );
    let mut command = lab.command(node, "unshare");
    command.args(["--mount", "sh", "-c", &script]);
    command
}

/// Finds `[QUORUM] Members[3]: 1 2 3`.
struct Members;

impl Reader for Members {
    fn read(&mut self, line: &str) -> Option<usize> {
        let (_, rest) = line.split_once("[QUORUM] Members[")?;
        rest.split_once(']')?.0.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Members, Reader};

    #[test]
    fn a_line_tells_the_number_of_members() {
        let line = "Nov 22 15:29:43.671 notice  [QUORUM] Members[3]: 1 2 3";
        assert_eq!(Members.read(line), Some(3));
        assert_eq!(Members.read("Nov 22 15:29:43.667 notice  [QUORUM] Sync members[3]: 1 2 3"), None);
    }
}
