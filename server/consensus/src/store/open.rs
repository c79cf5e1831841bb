//! Opening: look first, and only then let the database have the file.
//!
//! The first look goes through an overlay, for the database writes to a file while it opens it. What does not fit is
//! found there, when nothing has been changed yet. A new file is made under another name and moved into place when it
//! is complete, so that there is no half-made one.

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::Arc,
};

use quorate_core::types::NodeId;
use redb::{Database, StorageBackend, backends::FileBackend};

use super::{
    Disk, FILE, VERSION,
    check::{self, Contents},
    fault::Fault,
    overlay::Overlay,
    shared::Shared,
    table::{self, FORMAT, LOG, META, NODE, OPENED, SNAPSHOT},
};
use crate::{error::OpenError, options::Options, raft::Peer};

/// What was found in a file that was opened.
pub(crate) struct Opened {
    pub disk: Disk,
    /// How often it was opened, this time included.
    pub times: u32,
    pub contents: Contents,
}

/// Where it is opened from.
pub(super) struct Door<'a> {
    pub path: PathBuf,
    pub me: NodeId,
    pub blocking: bool,
    /// Tries whether the state machine takes a snapshot.
    pub restore: &'a mut dyn FnMut(&[u8]) -> Result<(), String>,
}

impl Opened {
    /// Opens the file in a folder, and makes it when there is none and there may be none. Blocks.
    pub(crate) fn in_folder(
        folder: &Path,
        me: NodeId,
        options: &Options,
        restore: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<Self, OpenError> {
        let path = folder.join(FILE);
        let door = Door { path: path.clone(), me, blocking: options.blocking, restore };
        if is_missing(&path).map_err(|fault| fault.at(&path, me))? {
            if options.must_exist {
                return Err(OpenError::Missing { path });
            }
            make(folder, me).map_err(|source| OpenError::Io { action: "make", path: path.clone(), source })?;
        }
        let file = || -> Result<Arc<dyn StorageBackend>, Fault> {
            let file = OpenOptions::new().read(true).write(true).open(&path)?;
            Ok(Arc::new(FileBackend::new(file)?))
        };
        door.open(file)
    }

    /// Opens storage that is not a file. Blocks.
    pub(crate) fn on_backend(
        backend: Arc<dyn StorageBackend>,
        me: NodeId,
        blocking: bool,
        restore: &mut dyn FnMut(&[u8]) -> Result<(), String>,
    ) -> Result<Self, OpenError> {
        let door = Door { path: FILE.into(), me, blocking, restore };
        door.open(|| Ok(backend.clone()))
    }
}

impl Door<'_> {
    fn open(mut self, storage: impl Fn() -> Result<Arc<dyn StorageBackend>, Fault>) -> Result<Opened, OpenError> {
        let path = self.path.clone();
        let me = self.me;
        let named = |fault: Fault| fault.at(&path, me);
        let contents = self.look(storage().map_err(named)?).map_err(named)?;
        let database = Database::builder().create_with_backend(Shared(storage().map_err(named)?));
        let database = database.map_err(|why| named(why.into()))?;
        let disk = Disk::new(self.path, self.blocking, database);
        let times = disk.begin(me).map_err(|source| OpenError::Io { action: "write", path: path.clone(), source })?;
        Ok(Opened { disk, times, contents })
    }

    /// Reads all of it without changing it.
    fn look(&mut self, storage: Arc<dyn StorageBackend>) -> Result<Contents, Fault> {
        if storage.len()? == 0 {
            return Ok(Contents::default());
        }
        let over = Overlay::over(storage)?;
        // The database says that it reports what is damaged; it has checks that panic all the same.
        let look = AssertUnwindSafe(|| {
            let database = Database::builder().set_check_integrity_on_open(true).create_with_backend(over)?;
            check::contents(&database, self.me, self.restore)
        });
        catch_unwind(look).unwrap_or_else(|_| Err(Fault::Damaged("the database cannot make sense of it".into())))
    }
}

impl Disk {
    /// Notes that it was opened once more; makes the tables in a new file.
    fn begin(&self, me: NodeId) -> io::Result<u32> {
        self.write(|write| {
            let mut meta = write.open_table(META)?;
            write.open_table(LOG)?;
            write.open_table(SNAPSHOT)?;
            let times = table::get_meta::<u32>(&meta, OPENED)?.unwrap_or(0).wrapping_add(1);
            if times == 1 {
                table::put_meta(&mut meta, FORMAT, &VERSION)?;
                table::put_meta(&mut meta, NODE, &Peer::from(me))?;
            }
            table::put_meta(&mut meta, OPENED, &times)?;
            Ok(times)
        })
    }
}

fn is_missing(path: &Path) -> Result<bool, Fault> {
    match fs::metadata(path) {
        Ok(found) => Ok(found.is_file() && found.len() == 0),
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(why) => Err(why.into()),
    }
}

/// Makes a new file, complete or not at all.
fn make(folder: &Path, me: NodeId) -> io::Result<()> {
    let path = folder.join(format!("{FILE}.new"));
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(0o600).open(&path)?;
    let other = |fault: Fault| fault.during("make", &path);
    let storage = FileBackend::new(file).map_err(|why| other(why.into()))?;
    let database = Database::builder().create_with_backend(storage).map_err(|why| other(why.into()))?;
    let disk = Disk::new(path.clone(), false, database);
    disk.begin(me)?;
    disk.close();
    fs::rename(&path, folder.join(FILE))?;
    // The name is as durable as its folder is.
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    File::open(folder)?.sync_all()
}
