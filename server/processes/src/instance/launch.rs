//! Launching: from a folder and a program to a runner that is connected.

use std::{ffi::OsString, io, path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncWriteExt as _, BufReader},
    process::{Child, Command},
    sync::mpsc,
    time::timeout,
};

use super::{
    AdoptError, Found, Instance,
    adopt::adopt,
    connect::{connect, read_line},
};
use crate::{
    event::Event,
    facts::Facts,
    folder::Folder,
    launch::{Answer, Launch, Refusal},
    wire::{self, MAX_LINE},
};

/// How long a runner may take to answer.
const ANSWER: Duration = Duration::from_secs(30);

/// Why nothing was launched. Nothing of it is left running, except where it says so.
#[derive(Debug, thiserror::Error)]
pub enum LaunchError {
    /// The runner refused, or could not start the program.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is something in the folder that runs, or has to be cleaned away first.
    #[error("the folder is in use: {0}")]
    InUse(&'static str),
    /// Its state cannot be found out.
    #[error(transparent)]
    Folder(#[from] AdoptError),
    /// The runner itself could not be started.
    #[error("the runner cannot be started: {0}")]
    Runner(#[source] io::Error),
    /// The runner is not there, or not to be reached. Whatever it may have started has to be looked for with
    /// [`adopt`].
    #[error("the runner was started, but does not answer: {0}")]
    Silent(#[source] io::Error),
}

impl Instance {
    /// Starts a program below a new runner. The folder is made if it is not there, and must not be that of an instance
    /// which runs. `runner_command` is the program, with its arguments, that calls [`crate::runner::main`].
    ///
    /// When this is given up before it is done, the runner may be there or not: [`adopt`] tells.
    ///
    /// # Errors
    /// [`LaunchError`].
    pub async fn launch(
        folder: &Path,
        runner_command: &[OsString],
        launch: Launch,
    ) -> Result<(Self, mpsc::Receiver<Event>), LaunchError> {
        launch.program.check()?;
        let folder = Folder::make(folder).map_err(|why| Refusal::System(why.to_string()))?;
        if is_live(&folder)? {
            // Not even connected to: that would take the connection from whoever has it.
            return Err(LaunchError::InUse("its runner is there"));
        }
        match adopt(folder.path()).await? {
            Found::Nothing | Found::Gone(_) => {}
            Found::Running(..) => return Err(LaunchError::InUse("its service runs")),
            Found::Remains(_) => return Err(LaunchError::InUse("its runner has died and was not cleaned away")),
        }
        folder.clear().map_err(|why| Refusal::System(why.to_string()))?;
        let mut child = spawn(&folder, runner_command).map_err(LaunchError::Runner)?;
        let answer = timeout(ANSWER, ask(&mut child, &launch)).await;
        let answer = answer.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        if answer.is_err() {
            // Without an answer it is of no use, and what it has started would be left with nobody.
            let _ = child.start_kill();
        }
        // Somebody has to wait for it once it ends; until then the agent may have ended itself.
        let ended = tokio::spawn(async move { child.wait().await });
        match answer.map_err(LaunchError::Silent)? {
            Answer::Refused(refusal) => {
                // The folder is its own until then.
                let _ = timeout(ANSWER, ended).await;
                Err(refusal.into())
            }
            Answer::Running { .. } => connect(&folder.socket()).await.map_err(LaunchError::Silent),
        }
    }
}

/// Whether a runner is there that has not yet told how its instance ended.
fn is_live(folder: &Folder) -> Result<bool, AdoptError> {
    let facts = folder.facts().map_err(AdoptError::Folder)?;
    let Some(facts) = facts.filter(Facts::has_runner) else { return Ok(false) };
    let end = folder.end().map_err(AdoptError::Folder)?;
    Ok(end.is_none_or(|end| end.run != facts.run))
}

fn spawn(folder: &Folder, runner_command: &[OsString]) -> io::Result<Child> {
    let [program, arguments @ ..] = runner_command else {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "there is no command for it"));
    };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder.path());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(folder.complaints()?);
    command.spawn()
}

async fn ask(child: &mut Child, launch: &Launch) -> io::Result<Answer> {
    let (Some(mut to), Some(from)) = (child.stdin.take(), child.stdout.take()) else {
        return Err(io::ErrorKind::BrokenPipe.into());
    };
    to.write_all(&wire::encode(launch)?).await?;
    drop(to);
    let line = read_line(&mut BufReader::new(from), MAX_LINE).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
    wire::decode(&line)
}
