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
    program::Program,
};

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const LANG: &str = "C.UTF-8";

/// What all processes of a service have in common.
pub(crate) struct Spawner {
    folder: Folder,
    account: Account,
}

impl Spawner {
    pub(crate) fn new(folder: Folder, program: &Program) -> Result<Self, Refusal> {
        Ok(Self { folder, account: Account::of(program)? })
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }

    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    /// Starts it. It is a child of this process and has to be waited for.
    pub(super) fn spawn(&self, launch: &Launch, argv: &[String], log: &Log) -> Result<i32, Refusal> {
        let system = |why: io::Error| Refusal::System(why.to_string());
        let (out, err) = log.ends().map_err(system)?;
        let mut command = self.command(launch, argv)?;
        let child = command.stdout(out).stderr(err).spawn().map_err(|why| match why.kind() {
            io::ErrorKind::NotFound => Refusal::NotFound(argv[0].clone()),
            io::ErrorKind::PermissionDenied => Refusal::NotAllowed(argv[0].clone()),
            _ => Refusal::System(format!("{}: {why}", argv[0])),
        })?;
        i32::try_from(child.id()).map_err(|why| Refusal::System(why.to_string()))
    }

    /// How it is started, in a process group of its own, but for where its output goes.
    pub(crate) fn command(&self, launch: &Launch, argv: &[String]) -> Result<Command, Refusal> {
        let [program, arguments @ ..] = argv else { return Err(Refusal::Invalid("a program has no name".into())) };
        let working = launch.program.folder.as_deref().unwrap_or(Path::new("/"));
        if !working.is_dir() {
            return Err(Refusal::NoFolder(working.to_owned()));
        }
        let mut command = Command::new(program);
        command.args(arguments).current_dir(working).process_group(0);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        self.environment(&mut command, launch);
        if let Some(group) = self.account.group {
            command.gid(group);
        }
        if let Some(user) = self.account.user {
            command.uid(user);
        }
        Ok(command)
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
