//! Starting one process of a service.

use std::{
    io,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Command, Stdio},
};

use super::{account::Account, log::Log};
use crate::{
    RUN_VARIABLE,
    folder::Folder,
    launch::{Launch, Refusal},
};

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const LANG: &str = "C.UTF-8";

/// What all processes of a service have in common.
pub(super) struct Spawner {
    pub folder: Folder,
    pub account: Account,
}

impl Spawner {
    /// Starts it, in a process group of its own. It is a child of this process and has to be waited for.
    pub(super) fn spawn(&self, launch: &Launch, argv: &[String], log: &Log) -> Result<i32, Refusal> {
        let system = |why: io::Error| Refusal::System(why.to_string());
        let [program, arguments @ ..] = argv else { return Err(Refusal::Invalid("a program has no name".into())) };
        let working = launch.program.folder.as_deref().unwrap_or(Path::new("/"));
        if !working.is_dir() {
            return Err(Refusal::NoFolder(working.to_owned()));
        }
        let (out, err) = log.ends().map_err(system)?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(working).process_group(0);
        command.stdin(Stdio::null()).stdout(out).stderr(err);
        self.environment(&mut command, launch);
        if let Some(group) = self.account.group {
            command.gid(group);
        }
        if let Some(user) = self.account.user {
            command.uid(user);
        }
        let child = command.spawn().map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => Refusal::NotFound(program.clone()),
            io::ErrorKind::PermissionDenied => Refusal::NotAllowed(program.clone()),
            _ => Refusal::System(format!("{program}: {why}")),
        })?;
        i32::try_from(child.id()).map_err(|why| Refusal::System(why.to_string()))
    }

    fn environment(&self, command: &mut Command, launch: &Launch) {
        command.env_clear();
        let environment = &launch.program.environment;
        if environment.base {
            command.env("PATH", PATH).env("LANG", LANG);
            command.env("HOME", self.account.home.as_deref().unwrap_or(Path::new("/")));
        }
        command.envs(&environment.variables);
        command.env(RUN_VARIABLE, launch.run.to_string()).env("NOTIFY_SOCKET", self.folder.notify());
        if let Some(interval) = launch.program.watchdog {
            command.env("WATCHDOG_USEC", interval.as_micros().to_string());
        }
    }
}
