//! All instances of a node, at the start of its agent.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use tokio::{
    fs::DirEntry,
    sync::{Semaphore, mpsc},
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    end::End,
    event::Event,
    instance::{AdoptError, Found, Instance, adopt},
    remains::RemainsError,
};

/// How long the processes that are left of one instance may take to go.
const CLEAN: Duration = Duration::from_secs(10);

/// How many folders are looked into at once. Most of the time of each is spent waiting: for a runner that leaves, or does not
/// answer, or for processes that have been killed.
const AT_ONCE: usize = 32;

/// What became of the instance in one folder.
#[derive(Debug)]
pub enum Swept {
    /// It runs, and was taken over.
    Running(Box<Instance>, mpsc::Receiver<Event>),
    /// Nothing of it is left.
    Gone(End),
    /// Its runner had died; what was left was killed.
    Cleaned(End),
    /// It may still run: its runner does not answer, or its folder cannot be read.
    Silent(AdoptError),
    /// Its runner had died, and it may still run.
    Left(RemainsError),
}

/// Looks into every folder below `root`, takes over what runs, and kills what is left of runners that have died. Folders
/// in which there never was an instance are left out.
///
/// # Errors
/// When `root` cannot be read; that it is not there is no error. Nothing was taken over then.
pub async fn sweep(root: &Path) -> io::Result<Vec<(PathBuf, Swept)>> {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let begin = |entry: DirEntry| (entry.path(), AbortOnDropHandle::new(tokio::spawn(look(entry, turns.clone()))));
    let looks: Vec<_> = entries(root).await?.into_iter().map(begin).collect();
    let mut swept = Vec::new();
    for (path, look) in looks {
        let result = look.await.unwrap_or_else(|why| Some(unreadable(io::Error::other(why))));
        swept.extend(result.map(|result| (path, result)));
    }
    Ok(swept)
}

async fn entries(root: &Path) -> io::Result<Vec<DirEntry>> {
    let mut folder = match tokio::fs::read_dir(root).await {
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        other => other?,
    };
    let mut entries = Vec::new();
    while let Some(entry) = folder.next_entry().await? {
        entries.push(entry);
    }
    Ok(entries)
}

/// Looks into one folder, when it is its turn.
async fn look(entry: DirEntry, turns: Arc<Semaphore>) -> Option<Swept> {
    let _turn = turns.acquire().await;
    match entry.file_type().await {
        Ok(kind) if kind.is_dir() => {}
        Ok(_) => return None,
        Err(why) => return Some(unreadable(why)),
    }
    Some(match adopt(&entry.path()).await {
        Ok(Found::Nothing) => return None,
        Ok(Found::Running(instance, events)) => Swept::Running(instance, events),
        Ok(Found::Gone(end)) => Swept::Gone(end),
        Ok(Found::Remains(remains)) => match remains.clean(CLEAN).await {
            Ok(end) => Swept::Cleaned(end),
            Err(why) => Swept::Left(why),
        },
        Err(why) => Swept::Silent(why),
    })
}

fn unreadable(why: io::Error) -> Swept {
    Swept::Silent(AdoptError::Folder(why))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use tokio::{io::AsyncWriteExt as _, net::UnixListener, sync::Barrier};

    use super::*;
    use crate::{
        facts::Facts,
        folder::Folder,
        launch::{Launch, RunId},
        moment::Right,
        process::ProcessId,
        program::{Kind, Program},
        snapshot::Snapshot,
        wire::{self, Report, VERSION},
    };

    /// What a runner in this folder says first: this process is the runner.
    fn hello(folder: &Path) -> Vec<u8> {
        let program = Program::new(Kind::Task { argv: vec!["true".to_owned()] });
        let launch = Launch { run: RunId::new(), program, right: Right::Forever };
        Folder::make(folder).unwrap().write_facts(&Facts::new(&launch).unwrap()).unwrap();
        let snapshot = Snapshot {
            version: VERSION,
            run: launch.run,
            runner: ProcessId::own().unwrap(),
            service: None,
            ready: true,
            status: None,
            frozen: false,
            lapsed: false,
            stopping: None,
            exit: None,
            end: None,
        };
        wire::encode(&Report::Hello(Box::new(snapshot))).unwrap()
    }

    /// Each runner answers only when all of them were asked.
    #[tokio::test]
    async fn all_are_looked_at_at_once_and_one_that_cannot_be_read_costs_nobody_else() {
        const RUNNERS: usize = 3;
        let root = tempfile::tempdir().unwrap();
        let all = Arc::new(Barrier::new(RUNNERS));
        for number in 0..RUNNERS {
            let folder = root.path().join(number.to_string());
            let (hello, all) = (hello(&folder), all.clone());
            let listener = UnixListener::bind(folder.join("runner.sock")).unwrap();
            tokio::spawn(async move {
                let (mut stream, _) = listener.accept().await.unwrap();
                all.wait().await;
                stream.write_all(&hello).await.unwrap();
                std::future::pending::<()>().await;
            });
        }
        fs::create_dir(root.path().join("torn")).unwrap();
        fs::write(root.path().join("torn/facts.json"), "{").unwrap();
        fs::write(root.path().join("file"), "").unwrap();
        let swept = sweep(root.path()).await.unwrap();
        let running = swept.iter().filter(|(_, swept)| matches!(swept, Swept::Running(..)));
        assert_eq!((running.count(), swept.len()), (RUNNERS, RUNNERS + 1), "{swept:?}");
        let torn = swept.iter().find(|(path, _)| path.ends_with("torn")).map(|(_, swept)| swept);
        assert!(matches!(torn, Some(Swept::Silent(AdoptError::Folder(_)))), "{torn:?}");
    }
}
