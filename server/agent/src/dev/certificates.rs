//! Throw-away certificates for a cluster on this machine: an authority that forgets its key, one certificate a node, and
//! one for whoever tries things out.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use quorate_tls::{Authority, ClientTls, FileError, Pair, Subject};

use super::plan::NodePlan;
use crate::error::AgentError;

/// Name of the client's certificate.
const CLIENT: &str = "client";

/// The files for clients.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Certificates {
    pub(super) ca: PathBuf,
    pub(super) client: Pair,
}

impl Certificates {
    /// Makes everything anew in `folder`, and has the nodes use it between each other and for clients.
    pub(super) fn make(folder: &Path, nodes: &mut [NodePlan]) -> Result<Self, AgentError> {
        let failed = |why: &dyn std::fmt::Display| {
            AgentError::Runtime(format!("cannot make certificates in {}: {why}", folder.display()))
        };
        let authority = Authority::new("Quorate dev CA").map_err(|why| failed(&why))?;
        let issue = |subject: Subject| -> Result<Pair, AgentError> {
            let issued = authority.issue(&subject).map_err(|why| failed(&why))?;
            issued.write(folder, &subject.name).map_err(|why| failed(&why))
        };
        let ca = write_ca(folder, authority.pem()).map_err(|why| failed(&why))?;
        for node in nodes {
            let pair = issue(Subject::node(&node.name, &["localhost", "127.0.0.1"]))?;
            node.flags.extend(flags(&pair, &ca));
        }
        Ok(Self { client: issue(Subject::client(CLIENT))?, ca })
    }

    /// For connections to the nodes.
    pub(super) fn load(&self) -> Result<ClientTls, FileError> {
        ClientTls::new(self.ca.clone(), Some(self.client.clone()), None)
    }
}

fn write_ca(folder: &Path, pem: &str) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let path = folder.join("ca.pem");
    fs::write(&path, pem)?;
    Ok(path)
}

/// The flags of a node: what it shows to peers and clients, and whom it trusts.
fn flags(pair: &Pair, ca: &Path) -> [String; 6] {
    let flag = |name: &str, path: &Path| format!("--{name}={}", path.display());
    [
        flag("peer-tls-certificate", &pair.certificate),
        flag("peer-tls-key", &pair.key),
        flag("peer-tls-ca", ca),
        flag("api-tls-certificate", &pair.certificate),
        flag("api-tls-key", &pair.key),
        flag("api-tls-client-ca", ca),
    ]
}
