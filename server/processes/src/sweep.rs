//! All instances of a node, at the start of its agent.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::sync::mpsc;

use crate::{
    end::End,
    event::Event,
    instance::{AdoptError, Found, Instance, adopt},
    remains::RemainsError,
};

/// How long what is left of one instance may take to go.
const CLEAN: Duration = Duration::from_secs(10);

/// What became of the instance in one folder.
#[derive(Debug)]
pub enum Swept {
    /// It runs, and was taken over.
    Running(Box<Instance>, mpsc::Receiver<Event>),
    /// Nothing of it is left.
    Gone(End),
    /// Its runner had died; what was left was killed.
    Cleaned(End),
    /// It may still run: its runner does not answer.
    Silent(AdoptError),
    /// Its runner had died, and it may still run.
    Left(RemainsError),
}

/// Looks into every folder below `root`, takes over what runs, and kills what is left of runners that have died. Folders
/// in which there never was an instance are left out.
///
/// # Errors
/// When `root` cannot be read; that it is not there is no error.
pub async fn sweep(root: &Path) -> io::Result<Vec<(PathBuf, Swept)>> {
    let mut folders = match tokio::fs::read_dir(root).await {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut swept = Vec::new();
    while let Some(entry) = folders.next_entry().await? {
        if !entry.file_type().await?.is_dir() {
            continue;
        }
        let path = entry.path();
        let result = match adopt(&path).await {
            Ok(Found::Nothing) => continue,
            Ok(Found::Running(instance, events)) => Swept::Running(instance, events),
            Ok(Found::Gone(end)) => Swept::Gone(end),
            Ok(Found::Remains(remains)) => match remains.clean(CLEAN).await {
                Ok(end) => Swept::Cleaned(end),
                Err(why) => Swept::Left(why),
            },
            Err(why) => Swept::Silent(why),
        };
        swept.push((path, result));
    }
    Ok(swept)
}
