//! What there is in a folder: taken over, if it runs.

use std::{io, path::Path, time::Duration};

use tokio::{sync::mpsc, time::sleep};

use super::{Instance, connect::connect};
use crate::{end::End, event::Event, folder::Folder, process::ProcessId, remains::Remains};

/// How often a runner is looked for that is just beginning or leaving, and how long it is waited each time.
const LOOKS: (u32, Duration) = (50, Duration::from_millis(100));

/// What there is in a folder.
#[derive(Debug)]
pub enum Found {
    /// A runner, now connected. Its events begin with what has happened so far. Boxed, for it is the larger part.
    Running(Box<Instance>, mpsc::Receiver<Event>),
    /// Nothing is left of it; this is how it ended.
    Gone(End),
    /// There never was anything.
    Nothing,
    /// The runner has died, and left behind what it ran.
    Remains(Remains),
}

/// Why it cannot be found out what there is.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// The folder cannot be read.
    #[error("the folder of the instance cannot be read: {0}")]
    Folder(#[source] io::Error),
    /// The runner is there, but does not answer: it is suspended, or starved. It still acts by itself, if it can.
    #[error("runner {} is there, but does not answer: {why}", .runner.pid)]
    Silent {
        /// The runner.
        runner: ProcessId,
        /// What was tried last.
        #[source]
        why: io::Error,
    },
}

/// Connects to the runner in a folder, or says what is left of it.
///
/// # Errors
/// [`AdoptError`]. Then nothing is known, and nothing must be started in its place.
pub async fn adopt(folder: &Path) -> Result<Found, AdoptError> {
    let folder = Folder::new(folder);
    let mut looks = 0;
    loop {
        let facts = folder.facts().map_err(AdoptError::Folder)?;
        let Some(facts) = facts else { return Ok(Found::Nothing) };
        if !facts.has_runner() {
            let end = match folder.end() {
                // Nothing of it is there, however it ended.
                Err(_) if !facts.are_of_this_boot() => None,
                end => end.map_err(AdoptError::Folder)?.filter(|end| end.run == facts.run),
            };
            return Ok(end.map_or_else(|| Found::Remains(Remains::new(folder, facts)), Found::Gone));
        }
        let why = match connect(&folder.socket()).await {
            Ok((instance, events)) => return Ok(found(instance, events).await),
            Err(why) => why,
        };
        looks += 1;
        if looks == LOOKS.0 || why.kind() == io::ErrorKind::TimedOut {
            return Err(AdoptError::Silent { runner: facts.runner, why });
        }
        sleep(LOOKS.1).await;
    }
}

/// A runner that only stayed to tell how it ended may leave, and is waited for: the folder is its own until then.
async fn found(instance: Instance, events: mpsc::Receiver<Event>) -> Found {
    let Some(end) = instance.snapshot().end.clone() else { return Found::Running(Box::new(instance), events) };
    let _ = instance.bye();
    for _ in 0..LOOKS.0 {
        if !instance.runner().is_alive() {
            break;
        }
        sleep(LOOKS.1).await;
    }
    Found::Gone(end)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        end::Why,
        facts::Facts,
        launch::{Launch, RunId},
        moment::Right,
        program::{Kind, Program},
    };

    /// A machine that lost its power while an instance ran, or while it ended: whatever is left of the files.
    #[tokio::test]
    async fn what_was_there_before_a_boot_is_cleaned_away_without_its_end() {
        for torn in [None, Some(""), Some("{\"run\":")] {
            let root = tempfile::tempdir().unwrap();
            let folder = Folder::make(root.path()).unwrap();
            let program = Program::new(Kind::Task { argv: vec!["true".to_owned()] });
            let launch = Launch { run: RunId::new(), program, right: Right::Forever };
            let mut facts = Facts::new(&launch).unwrap();
            facts.boot.push('x');
            folder.write_facts(&facts).unwrap();
            if let Some(torn) = torn {
                fs::write(root.path().join("end.json"), torn).unwrap();
            }
            let Ok(Found::Remains(remains)) = adopt(root.path()).await else { panic!("no remains: {torn:?}") };
            let end = remains.clean(Duration::ZERO).await.unwrap();
            assert_eq!((end.run, end.why), (launch.run, Why::RunnerDied));
            assert!(matches!(adopt(root.path()).await, Ok(Found::Gone(_))));
        }
    }
}
