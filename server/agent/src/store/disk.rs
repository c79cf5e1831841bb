//! Durable changes to files: what has returned without an error survives the loss of power.

use std::{
    fs::{DirBuilder, File, OpenOptions, rename},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use super::StoreError;

/// Makes a folder, with all above it, unless it is there. Only its owner can look into it; everybody may pass through, for a
/// service of another user has to reach the socket by which it says that it is ready.
pub(super) fn make_folder(dir: &Path) -> Result<(), StoreError> {
    let missing: Vec<_> =
        dir.ancestors().take_while(|folder| !folder.as_os_str().is_empty() && !folder.exists()).collect();
    let made = DirBuilder::new().recursive(true).mode(0o711).create(dir);
    made.map_err(failed("make the data folder", dir))?;
    // A new folder is durable when the one it stands in is.
    missing.into_iter().filter_map(Path::parent).try_for_each(sync_folder)
}

/// Puts `bytes` into `dir/name`, all of them or none, and makes it durable.
pub(super) fn replace(dir: &Path, name: &str, bytes: &[u8]) -> Result<(), StoreError> {
    let spare = dir.join(format!("{name}.tmp"));
    let target = dir.join(name);
    fill(&spare, bytes).map_err(failed("write", &spare))?;
    rename(&spare, &target).map_err(failed("replace", &target))?;
    sync_folder(dir)
}

/// Makes the names in a folder durable.
fn sync_folder(dir: &Path) -> Result<(), StoreError> {
    let dir = if dir.as_os_str().is_empty() { Path::new(".") } else { dir };
    File::open(dir).and_then(|folder| folder.sync_all()).map_err(failed("make durable", dir))
}

/// Writes a new file, also over what an interrupted write left behind.
fn fill(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes the error for what failed on `path`.
pub(super) fn failed(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = PathBuf::from(path);
    move |source| StoreError::Io { action, path, source }
}
