//! Files that an agent must not start with.

#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use quorate_core::types::NodeName;
use quorate_tls::{Authority, Pair, Subject};
use tempfile::TempDir;

use super::{ApiTls, PeerTls};
use crate::config::{ApiTlsConfig, PeerTlsConfig};

struct Folder {
    dir: TempDir,
    authority: Authority,
}

impl Folder {
    fn new() -> Self {
        let (dir, authority) = (tempfile::tempdir().unwrap(), Authority::new("test CA").unwrap());
        fs::write(dir.path().join("ca.pem"), authority.pem()).unwrap();
        Self { dir, authority }
    }

    fn ca(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    fn issue(&self, subject: &Subject) -> Pair {
        self.authority.issue(subject).unwrap().write(self.dir.path(), &subject.name).unwrap()
    }

    /// What is said of node n1 that starts with this pair.
    fn start(&self, pair: &Pair, ca: PathBuf) -> Result<(), String> {
        let config = PeerTlsConfig { certificate: pair.certificate.clone(), key: pair.key.clone(), ca };
        PeerTls::load(&config, &NodeName::new("n1").unwrap()).map(drop).map_err(|why| why.to_string())
    }
}

fn expired(name: &str) -> Subject {
    Subject { until: SystemTime::now() - Duration::from_secs(60), ..Subject::node(name, &[]) }
}

fn begins_tomorrow(name: &str) -> Subject {
    Subject { from: SystemTime::now() + Duration::from_secs(24 * 3600), ..Subject::node(name, &[]) }
}

#[test]
fn a_node_starts_only_with_a_certificate_that_its_peers_will_trust() {
    let (ours, theirs) = (Folder::new(), Folder::new());
    let n1 = || Subject::node("n1", &[]);
    assert_eq!(ours.start(&ours.issue(&n1()), ours.ca()), Ok(()));
    for (issuer, subject, ca, expected) in [
        (&ours, Subject::node("n2", &["h"]), ours.ca(), "it is for n2, h, and this node is n1"),
        (&theirs, n1(), ours.ca(), "it is not signed by"),
        (&ours, expired("n1"), ours.ca(), "it is expired"),
        (&ours, begins_tomorrow("n1"), ours.ca(), "it is not valid yet"),
        (&ours, Subject::client("n1"), ours.ca(), "must be for both serverAuth and clientAuth"),
        (&ours, n1(), ours.dir.path().join("none"), "none: No such file"),
        (&ours, n1(), ours.dir.path().join("n1.key"), "holds no certificate in PEM form"),
    ] {
        let said = ours.start(&issuer.issue(&subject), ca).expect_err(expected);
        assert!(said.contains(expected), "{expected}: {said}");
    }
}

#[test]
fn the_api_starts_only_with_a_certificate_that_is_valid_now() {
    let folder = Folder::new();
    let load = |pair: Pair, client_ca| {
        let config = ApiTlsConfig { certificate: pair.certificate, key: pair.key, client_ca };
        ApiTls::load(&config).map(drop).map_err(|why| why.to_string())
    };
    assert_eq!(load(folder.issue(&Subject::node("n1", &[])), None), Ok(()));
    assert_eq!(load(folder.issue(&Subject::node("n1", &[])), Some(folder.ca())), Ok(()));
    for (subject, client_ca, expected) in [
        (expired("n1"), None, "it is expired"),
        (begins_tomorrow("n1"), None, "it is not valid yet"),
        (Subject::node("n1", &[]), Some(folder.dir.path().join("none")), "none: No such file"),
    ] {
        let said = load(folder.issue(&subject), client_ca).unwrap_err();
        assert!(said.contains(expected), "{expected}: {said}");
    }
    let mixed = Pair { key: folder.issue(&Subject::node("n2", &[])).key, ..folder.issue(&Subject::node("n1", &[])) };
    let said = load(mixed, None).unwrap_err();
    assert!(said.contains("does not fit the certificate"), "{said}");
}
