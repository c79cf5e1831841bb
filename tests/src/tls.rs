//! Certificates for agents and clients under test, in a folder that goes with them.

use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use quorate::TlsOptions;
use quorate_tls::{Authority, Pair, Subject};
use tempfile::TempDir;

use crate::agent::Spec;

/// An authority, and everything it has signed.
#[derive(Debug)]
pub struct Certificates {
    folder: TempDir,
    authority: Authority,
}

impl Certificates {
    /// A new authority of this name.
    ///
    /// # Panics
    /// When there is no room for its files.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let authority = Authority::new(name).expect("an authority");
        fs::write(folder.path().join("ca.pem"), authority.pem()).expect("the folder can be written");
        Self { folder, authority }
    }

    /// Its own certificate.
    #[must_use]
    pub fn ca(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// Signs for a subject; the files are named after it.
    #[must_use]
    pub fn issue(&self, subject: &Subject) -> Pair {
        self.issue_in(self.folder.path(), subject)
    }

    /// Signs for a subject and puts the files where others are.
    ///
    /// # Panics
    /// When they cannot be written.
    pub fn issue_in(&self, folder: &Path, subject: &Subject) -> Pair {
        let issued = self.authority.issue(subject).expect("a certificate");
        issued.write(folder, &subject.name).expect("the folder can be written")
    }

    /// A node on this machine.
    #[must_use]
    pub fn node(&self, name: &str) -> Pair {
        self.issue(&node(name))
    }

    /// A client.
    #[must_use]
    pub fn client(&self, name: &str) -> TlsOptions {
        let pair = self.issue(&Subject::client(name));
        TlsOptions::new(self.ca()).certificate(pair.certificate, pair.key)
    }

    /// Has agents speak TLS everywhere, and demand certificates of clients.
    pub fn secure(&self, specs: &mut [Spec]) {
        for spec in specs {
            self.secure_peers(spec);
            self.secure_api(spec);
        }
    }

    /// Has an agent speak TLS with its peers, with a certificate for its name.
    pub fn secure_peers(&self, spec: &mut Spec) {
        let pair = self.node(&spec.name);
        spec.flags.extend(self.peer_flags(&pair));
    }

    /// Has an agent speak TLS on its API and demand certificates of clients; tests show one.
    pub fn secure_api(&self, spec: &mut Spec) {
        let pair = self.node(&spec.name);
        spec.flags.extend([
            flag("--api-tls-certificate", &pair.certificate),
            flag("--api-tls-key", &pair.key),
            flag("--api-tls-client-ca", &self.ca()),
        ]);
        spec.tls = Some(self.client("tester"));
    }

    /// The flags for TLS with peers.
    #[must_use]
    pub fn peer_flags(&self, pair: &Pair) -> [String; 3] {
        [
            flag("--peer-tls-certificate", &pair.certificate),
            flag("--peer-tls-key", &pair.key),
            flag("--peer-tls-ca", &self.ca()),
        ]
    }
}

/// A node on this machine, for some days.
#[must_use]
pub fn node(name: &str) -> Subject {
    Subject::node(name, &["127.0.0.1", "localhost"])
}

/// The same subject for a time that was over a minute ago.
#[must_use]
pub fn expired(subject: Subject) -> Subject {
    let until = subject.from + Duration::from_secs(60);
    Subject { until, ..subject }
}

fn flag(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}
