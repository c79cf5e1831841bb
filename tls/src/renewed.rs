//! What is made from files, and made anew when they change.

use std::{
    fmt, fs,
    os::unix::fs::MetadataExt,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use crate::FileError;

type Load<T> = dyn Fn() -> Result<T, FileError> + Send + Sync;

/// A value made from files. Whoever needs it asks for it each time: when a file has changed since, it is made anew.
/// While the new files cannot be used (half written, only one of two in place), the last good value stays, with a
/// warning for each state of the files. Clones share it.
pub struct Renewed<T> {
    files: Arc<[PathBuf]>,
    load: Arc<Load<T>>,
    state: Arc<Mutex<State<T>>>,
}

struct State<T> {
    seen: Vec<Stamp>,
    value: T,
}

/// What tells a file from an earlier state of it: where it is, its size, and when it was changed; none when it is gone.
type Stamp = Option<(u64, u64, u64, i64, i64)>;

impl<T: Clone> Renewed<T> {
    /// Makes the value for the first time. `load` reads `files`.
    ///
    /// # Errors
    /// What `load` says.
    pub fn new(
        files: impl IntoIterator<Item = PathBuf>,
        load: impl Fn() -> Result<T, FileError> + Send + Sync + 'static,
    ) -> Result<Self, FileError> {
        let files: Arc<[_]> = files.into_iter().collect();
        // Looked at before they are read: what changes in between is seen as a change next time.
        let seen = stamps(&files);
        let value = load()?;
        Ok(Self { files, load: Arc::new(load), state: Arc::new(Mutex::new(State { seen, value })) })
    }

    /// The value as the files have it now, or the last good one.
    #[must_use]
    pub fn current(&self) -> T {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = stamps(&self.files);
        if now != state.seen {
            state.seen = now;
            match (self.load)() {
                Ok(value) => {
                    tracing::info!(files = ?self.files, "certificate files have changed: new connections use them");
                    state.value = value;
                }
                Err(why) => {
                    tracing::warn!(%why, "certificate files have changed and cannot be used: the last good ones stay");
                }
            }
        }
        state.value.clone()
    }
}

fn stamps(files: &[PathBuf]) -> Vec<Stamp> {
    let stamp = |file: &PathBuf| {
        let found = fs::metadata(file).ok()?;
        Some((found.dev(), found.ino(), found.size(), found.ctime(), found.ctime_nsec()))
    };
    files.iter().map(stamp).collect()
}

impl<T> Clone for Renewed<T> {
    fn clone(&self) -> Self {
        Self { files: self.files.clone(), load: self.load.clone(), state: self.state.clone() }
    }
}

impl<T> fmt::Debug for Renewed<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Renewed").field("files", &self.files).finish_non_exhaustive()
    }
}
