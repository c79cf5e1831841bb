//! The log, the votes and the last snapshot, in one file.
//!
//! Everything acknowledged is on the disk before it is: a commit ends with a sync, in two phases, so that not even a
//! damaged page can bring back an older state. Every value carries a checksum. A file that does not fit is named and
//! refused, and stays as it is: it may be all that is left of a cluster.
//!
//! This module knows what the library wants to keep, not what entries mean.

mod check;
mod fault;
mod frame;
mod life;
mod log;
mod open;
mod overlay;
mod shared;
mod snapshot;
mod table;
mod tail;
#[cfg(test)]
mod tests;

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock, PoisonError, RwLock, RwLockReadGuard,
        atomic::{AtomicU64, Ordering},
    },
};

use redb::{Database, Durability, ReadTransaction, ReadableDatabase, WriteTransaction};

use self::tail::Tail;
pub(crate) use self::{fault::Fault, log::Log, open::Opened};
use crate::{net::lock, raft::LogId};

/// Name of the file.
pub(crate) const FILE: &str = "database.redb";
/// Format of the file that this version writes.
pub(crate) const VERSION: u32 = 1;

/// The open file.
pub(crate) struct Disk {
    path: PathBuf,
    blocking: bool,
    /// Gone once it was closed, also for those who still have the disk.
    database: RwLock<Option<Database>>,
    /// Known to be committed, but not written yet: this goes along with the next write, for it only saves time after a
    /// restart, and is not worth a sync of its own.
    committed: Mutex<Option<LogId>>,
    /// Whose turn it is to write, as far as the library is concerned.
    era: AtomicU64,
    /// What failed first. After that the database refuses everything.
    failed: OnceLock<String>,
}

/// Allows to write, until there is a newer one.
#[derive(Clone)]
pub(crate) struct Pass {
    pub disk: Arc<Disk>,
    era: u64,
    tail: Arc<Tail>,
}

impl Pass {
    /// Does work that waits for the disk where it may wait.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Disk, u64) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let era = self.era;
        self.disk.run(move |disk| work(disk, era)).await
    }
}

impl Disk {
    fn new(path: PathBuf, blocking: bool, database: Database) -> Self {
        let database = RwLock::new(Some(database));
        let (committed, era, failed) = (Mutex::new(None), AtomicU64::new(0), OnceLock::new());
        Self { path, blocking, database, committed, era, failed }
    }

    /// From now on only the new pass allows to write: the library's tasks may outlive what they belonged to, and must
    /// not write into what came after it.
    pub(crate) fn new_pass(self: &Arc<Self>) -> Pass {
        let era = self.era.fetch_add(1, Ordering::SeqCst) + 1;
        Pass { disk: self.clone(), era, tail: Arc::new(Tail::new()) }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What failed, if something did.
    pub(crate) fn failure(&self) -> Option<&str> {
        self.failed.get().map(String::as_str)
    }

    /// Waits for whatever is being written now.
    pub(crate) fn wait(&self) -> io::Result<()> {
        let result = self.open().and_then(|database| match database.as_ref() {
            Some(database) => Ok(database.begin_write()?.abort()?),
            None => Err(Fault::Closed),
        });
        result.map_err(|fault| self.failing("write", fault))
    }

    /// Writes what is only known in memory, so that nothing has to be learnt again after an orderly end.
    pub(crate) fn settle(&self) -> io::Result<()> {
        let is_settled = lock(&self.committed).is_none() || self.failure().is_some();
        if is_settled { Ok(()) } else { self.write(|_| Ok(())) }
    }

    /// Closes the file, after what is being written now.
    pub(crate) fn close(&self) {
        drop(self.database.write().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// Does work that waits for the disk where it may wait.
    pub(crate) async fn run<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        if !self.blocking {
            return work(self);
        }
        let disk = self.clone();
        tokio::task::spawn_blocking(move || work(&disk)).await?
    }

    /// Looks something up.
    fn read<T>(&self, look: impl FnOnce(&ReadTransaction) -> Result<T, Fault>) -> io::Result<T> {
        let result = self.open().and_then(|database| match database.as_ref() {
            Some(database) => look(&database.begin_read()?),
            None => Err(Fault::Closed),
        });
        result.map_err(|fault| self.failing("read", fault))
    }

    /// Changes something: all of it is on the disk on return, or none of it, or (after an error) that is unknown.
    fn write<T>(&self, change: impl FnOnce(&WriteTransaction) -> Result<T, Fault>) -> io::Result<T> {
        let result = self.open().and_then(|database| match database.as_ref() {
            Some(database) => self.transact(database, change),
            None => Err(Fault::Closed),
        });
        result.map_err(|fault| self.failing("write", fault))
    }

    /// The same, for whoever has the pass of this era; another one comes too late.
    fn write_in<T>(&self, era: u64, change: impl FnOnce(&WriteTransaction) -> Result<T, Fault>) -> io::Result<T> {
        self.write(|write| {
            // There is one transaction at a time, so whatever begins a new era and then writes finds all of the old.
            let is_valid = self.era.load(Ordering::SeqCst) == era;
            if is_valid { change(write) } else { Err(Fault::Closed) }
        })
    }

    fn transact<T>(
        &self,
        database: &Database,
        change: impl FnOnce(&WriteTransaction) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut write = database.begin_write()?;
        write.set_two_phase_commit(true);
        write.set_durability(Durability::Immediate)?;
        if let Some(committed) = lock(&self.committed).take() {
            table::put_meta(&mut write.open_table(table::META)?, table::COMMITTED, &committed)?;
        }
        let value = change(&write)?;
        write.commit()?;
        Ok(value)
    }

    fn open(&self) -> Result<RwLockReadGuard<'_, Option<Database>>, Fault> {
        Ok(self.database.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn failing(&self, action: &str, fault: Fault) -> io::Error {
        let closed = matches!(fault, Fault::Closed);
        let why = fault.during(action, &self.path);
        if !closed {
            // Only the first one says what happened; those after it say that the database refuses.
            let _ = self.failed.set(why.to_string());
        }
        why
    }
}
