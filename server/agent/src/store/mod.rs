//! The data folder: who this node is, and what must survive the loss of power.
//!
//! One file, `identity.quorate`, holds everything; it is written as a whole, to a temporary file that is made durable
//! and then takes the place of the old one. A file that is not exactly what this program wrote for this node is named
//! and refused; it is never overwritten, for it may be all that is left of an identity. A lock keeps a second agent out.
//!
//! This module knows no core logic: it keeps a [`Durable`] without looking into it. All calls block.

mod body;
mod disk;
pub(crate) mod frame;
mod lock;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use quorate_core::{
    Durable,
    types::{Boot, Identity, NodeId, NodeName},
};
use uuid::Uuid;

use self::{
    body::Body,
    frame::{Fault, Shell},
    lock::Lock,
};
use crate::driver::wall;

/// The file that holds everything.
const FILE: &str = "identity.quorate";
/// How it begins.
const SHELL: Shell = Shell { magic: b"QUORATE\n", version: 1 };

/// Why a data folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file system failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file or folder.
        path: PathBuf,
        /// What went wrong.
        source: std::io::Error,
    },
    /// Another agent uses the folder.
    #[error(
        "another agent{} runs on the data folder {}: stop it first, or give this one another --data-dir",
        pid.map(|pid| format!(" (pid {pid})")).unwrap_or_default(),
        path.display()
    )]
    Locked {
        /// The folder.
        path: PathBuf,
        /// The other agent's process, when it could be read.
        pid: Option<u32>,
    },
    /// The file was not written by this program.
    #[error("{} is no identity file of Quorate: give another --data-dir, or move the file away", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged.
    #[error(
        "{} is damaged ({what}): restore it from a backup, or move it away to join as a new node with a new identity",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// The file was written by a newer version.
    #[error("{} has format {found}, this agent knows up to {known}: run a newer quorated", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format known.
        known: u32,
    },
    /// The folder belongs to another cluster.
    #[error(
        "{} belongs to cluster '{found}', the configuration says '{wanted}': correct `cluster` or give another --data-dir",
        path.display()
    )]
    OtherCluster {
        /// The file.
        path: PathBuf,
        /// The cluster in the file.
        found: String,
        /// The cluster of the configuration.
        wanted: String,
    },
    /// The folder belongs to another node.
    #[error(
        "{} belongs to node '{found}', the configuration says '{wanted}': correct `node_name` or give another --data-dir",
        path.display()
    )]
    OtherNode {
        /// The file.
        path: PathBuf,
        /// The node in the file.
        found: String,
        /// The node of the configuration.
        wanted: String,
    },
}

/// The open data folder. The lock is held until this is dropped.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    cluster: String,
    identity: Identity,
    born: u64,
    starts: u64,
    writing: Mutex<()>,
    _lock: Lock,
}

impl Store {
    /// Opens the folder, makes it when it is missing, and counts this start. All of it is durable on return.
    ///
    /// # Errors
    /// [`StoreError`] when the folder cannot be used. Nothing in it was changed then, unless a write itself failed.
    pub fn open(dir: &Path, cluster: &str, name: &NodeName) -> Result<(Self, Identity, Durable), StoreError> {
        disk::make_folder(dir)?;
        let lock = Lock::take(dir)?;
        let (id, born, count, durable) = match load(dir, cluster, name)? {
            Some(body) => (body.node_id, body.born, body.boot_count, body.durable),
            None => (NodeId(Uuid::new_v4().into_bytes()), wall().0, 0, Durable::default()),
        };
        let starts = count + 1;
        // Later starts have greater numbers, also when a node has lost its folder and begins with a new one.
        let boot = Boot { count: born.saturating_add(starts), id: Uuid::new_v4().into_bytes() };
        let identity = Identity { name: name.clone(), id, boot };
        let store = Self {
            dir: dir.into(),
            cluster: cluster.into(),
            identity: identity.clone(),
            born,
            starts,
            writing: Mutex::new(()),
            _lock: lock,
        };
        store.write(&durable)?;
        Ok((store, identity, durable))
    }

    /// How often an agent was started on the folder, this time included.
    #[must_use]
    pub fn starts(&self) -> u64 {
        self.starts
    }

    /// Makes `durable` durable in place of what was there. Blocks; calls from several threads go one after the other.
    ///
    /// # Errors
    /// [`StoreError::Io`]. The old content or the new one is then in the file, never a mixture; which one is unknown.
    pub fn write(&self, durable: &Durable) -> Result<(), StoreError> {
        let _one = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let body = Body {
            cluster: self.cluster.clone(),
            node_name: self.identity.name.clone(),
            node_id: self.identity.id,
            boot_count: self.starts,
            born: self.born,
            durable: durable.clone(),
        };
        disk::replace(&self.dir, FILE, &SHELL.pack(&body.encode()))
    }
}

/// The error for a file that does not fit.
fn misfit(fault: Fault, path: &Path) -> StoreError {
    let path = path.into();
    match fault {
        Fault::Foreign => StoreError::Foreign { path },
        Fault::Newer { found, known } => StoreError::Newer { path, found, known },
        Fault::Damaged(what) => StoreError::Damaged { path, what },
    }
}

/// Reads the file; none when there is none.
fn load(dir: &Path, cluster: &str, name: &NodeName) -> Result<Option<Body>, StoreError> {
    let path = dir.join(FILE);
    let bytes = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(StoreError::Io { action: "read", path, source }),
    };
    let body = SHELL.unpack(&bytes).map_err(|fault| misfit(fault, &path))?;
    let body = Body::decode(body).map_err(|what| StoreError::Damaged { path: path.clone(), what })?;
    if body.cluster != cluster {
        return Err(StoreError::OtherCluster { path, found: body.cluster, wanted: cluster.into() });
    }
    if body.node_name != *name {
        return Err(StoreError::OtherNode { path, found: body.node_name.to_string(), wanted: name.to_string() });
    }
    Ok(Some(body))
}

#[cfg(test)]
mod tests;
