//! The folder of an instance: the names in it, and how it is written.
//!
//! Everybody may pass through it (a service of another user has to reach `notify.sock`), but only its owner may read
//! what is in it. The folders above have to let the service's user through, too.
//!
//! Nothing here is forced to the disk. What counts of it counts in one boot of the machine: whoever is told of by facts of
//! an earlier one is not there any more. And a disk that is slow or hangs must hold up neither a runner whose service has
//! been started, for it has to act when the right to run is over, nor the word that nothing is left of one. So a power cut
//! may leave a file empty or torn, which is no reason never to start the service again: see [`Folder::facts`] and
//! [`Folder::end`].

use std::{
    fs::{self, DirBuilder, File, OpenOptions, Permissions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rustix::fs::{FlockOperation, flock};
use serde::{Serialize, de::DeserializeOwned};

use crate::{end::End, facts::Facts, moment::Moment, wire::MAX_LAUNCH};

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

    /// Facts that make no sense are none if they were written before this boot: nothing that they told of is there. In this
    /// boot nobody leaves such facts, and somebody may run of whom nothing is known: that is an error.
    pub(crate) fn facts(&self) -> io::Result<Option<Facts>> {
        let why = match self.read("facts.json") {
            Err(why) if why.kind() == io::ErrorKind::InvalidData => why,
            result => return result,
        };
        if is_of_earlier_boot(&self.0.join("facts.json"))? { Ok(None) } else { Err(why) }
    }

    pub(crate) fn write_facts(&self, facts: &Facts) -> io::Result<()> {
        self.write("facts.json", facts)
    }

    /// An end that makes no sense is none: then what is left is looked for, and there may be nothing.
    pub(crate) fn end(&self) -> io::Result<Option<End>> {
        match self.read("end.json") {
            Err(why) if why.kind() == io::ErrorKind::InvalidData => Ok(None),
            result => result,
        }
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

    /// What makes no sense is [`io::ErrorKind::InvalidData`].
    fn read<T: DeserializeOwned>(&self, name: &str) -> io::Result<Option<T>> {
        let path = self.0.join(name);
        let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, format!("{} {what}", path.display()));
        match fs::metadata(&path) {
            Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(why) => Err(why),
            Ok(facts) if facts.len() > MAX_FILE => Err(invalid("is too large")),
            Ok(_) => {
                let value = serde_json::from_slice(&fs::read(&path)?);
                value.map(Some).map_err(|why| invalid(&format!("makes no sense: {why}")))
            }
        }
    }

    /// Whole or not at all, whenever somebody looks in the same boot.
    fn write<T: Serialize>(&self, name: &str, value: &T) -> io::Result<()> {
        let (path, new) = (self.0.join(name), self.0.join(format!("{name}.new")));
        let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(&serde_json::to_vec(value)?)?;
        fs::rename(&new, &path)
    }
}

/// Whether a file was written before this boot, by the time of day. When that was put back meanwhile, the file seems to be
/// of this boot.
fn is_of_earlier_boot(path: &Path) -> io::Result<bool> {
    let boot = SystemTime::now().checked_sub(Duration::from_nanos(Moment::now().0));
    let written = fs::metadata(path)?.modified()?;
    Ok(boot.is_some_and(|boot| written < boot))
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
    fn what_a_power_cut_has_torn_is_as_if_it_were_not_there() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::make(root.path()).unwrap();
        for torn in ["", "{\"run\":\"", "\0\0\0\0", "{}"] {
            for name in ["facts.json", "end.json"] {
                fs::write(root.path().join(name), torn).unwrap();
            }
            assert_eq!(folder.end().unwrap(), None, "{torn:?}");
            let why = folder.facts().unwrap_err();
            assert_eq!(why.kind(), io::ErrorKind::InvalidData, "in this boot there is no power cut: {torn:?}");
            let file = File::options().write(true).open(root.path().join("facts.json")).unwrap();
            file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(1)).unwrap();
            assert_eq!(folder.facts().unwrap(), None, "{torn:?}");
        }
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
