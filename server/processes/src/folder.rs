//! The folder of an instance: the names in it, and how it is written.
//!
//! Everybody may pass through it (a service of another user has to reach `notify.sock`), but only its owner may read
//! what is in it. The folders above have to let the service's user through, too.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};
use serde::{Serialize, de::DeserializeOwned};

use crate::{end::End, facts::Facts, wire::MAX_LAUNCH};

/// The path of a socket has 108 bytes, with the zero at its end; the name of the longest is `/notify.sock`.
const MAX_PATH: usize = 95;
/// Bytes of a file that is read: somewhat more than a launch.
const MAX_FILE: u64 = MAX_LAUNCH as u64 + 64 * 1024;

/// The folder of an instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes it, if it is not there.
    pub(crate) fn make(path: &Path) -> io::Result<Self> {
        DirBuilder::new().recursive(true).mode(0o711).create(path)?;
        let path = path.canonicalize()?;
        if path.as_os_str().len() > MAX_PATH {
            let why = format!("{} has more than {MAX_PATH} bytes, too many for a socket", path.display());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
        }
        fs::set_permissions(&path, Permissions::from_mode(0o711))?;
        Ok(Self(path))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.0.join("runner.sock")
    }

    pub(crate) fn notify(&self) -> PathBuf {
        self.0.join("notify.sock")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// Where a runner's own complaints go.
    pub(crate) fn complaints(&self) -> io::Result<File> {
        OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(self.0.join("runner.log"))
    }

    /// Keeps every other runner out, for as long as the file is open. The kernel lets go of it, however this one ends.
    pub(crate) fn lock(&self) -> io::Result<Option<File>> {
        let file = OpenOptions::new().create(true).append(true).mode(0o600).open(self.0.join("lock"))?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => Ok(Some(file)),
            Err(rustix::io::Errno::WOULDBLOCK) => Ok(None),
            Err(why) => Err(why.into()),
        }
    }

    pub(crate) fn facts(&self) -> io::Result<Option<Facts>> {
        self.read("facts.json")
    }

    pub(crate) fn write_facts(&self, facts: &Facts) -> io::Result<()> {
        self.write("facts.json", facts)
    }

    pub(crate) fn end(&self) -> io::Result<Option<End>> {
        self.read("end.json")
    }

    pub(crate) fn write_end(&self, end: &End) -> io::Result<()> {
        self.write("end.json", end)
    }

    /// Removes what an earlier start left here, but not its log.
    pub(crate) fn clear(&self) -> io::Result<()> {
        ["facts.json", "end.json", "runner.sock", "notify.sock"].iter().try_for_each(|name| remove(&self.0.join(name)))
    }

    /// Removes the sockets.
    pub(crate) fn close(&self) {
        let _ = remove(&self.socket());
        let _ = remove(&self.notify());
    }

    fn read<T: DeserializeOwned>(&self, name: &str) -> io::Result<Option<T>> {
        let path = self.0.join(name);
        match fs::metadata(&path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
            Ok(facts) if facts.len() > MAX_FILE => {
                Err(io::Error::new(io::ErrorKind::InvalidData, format!("{} is too large", path.display())))
            }
            Ok(_) => Ok(Some(serde_json::from_slice(&fs::read(&path)?)?)),
        }
    }

    /// Whole or not at all, whenever somebody looks.
    fn write<T: Serialize>(&self, name: &str, value: &T) -> io::Result<()> {
        let (path, new) = (self.0.join(name), self.0.join(format!("{name}.new")));
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec(value)?)?;
        fs::rename(&new, &path)
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(why) if why.kind() != io::ErrorKind::NotFound => Err(why),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{end::Why, launch::RunId};

    #[test]
    fn what_is_written_comes_back_and_is_cleared() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::make(&root.path().join("a/b")).unwrap();
        assert_eq!(folder.end().unwrap(), None);
        let end =
            End { run: RunId::new(), why: Why::Stopped, exit: None, stop: None, time: String::new(), lines_dropped: 3 };
        folder.write_end(&end).unwrap();
        assert_eq!(folder.end().unwrap(), Some(end));
        folder.clear().unwrap();
        assert_eq!(folder.end().unwrap(), None);
    }

    #[test]
    fn there_is_one_runner() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::make(root.path()).unwrap();
        let first = folder.lock().unwrap();
        assert!(first.is_some());
        assert!(folder.lock().unwrap().is_none());
        drop(first);
        assert!(folder.lock().unwrap().is_some());
    }

    #[test]
    fn a_path_too_long_for_a_socket_is_said_so() {
        let root = tempfile::tempdir().unwrap();
        let why = Folder::make(&root.path().join("x".repeat(100))).unwrap_err();
        assert_eq!(why.kind(), io::ErrorKind::InvalidInput);
    }
}
