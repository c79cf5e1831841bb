//! A place for one service under test, and waiting.

use std::{
    ffi::OsString,
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use quorate_processes::{
    End, Event, Found, Instance, Kind, Launch, LaunchError, Program, Right, RunId, SignalName, adopt,
};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::sync::mpsc::Receiver;

/// Far more than anything takes on a machine that does something else, too.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

/// The runner, and the tool of services.
pub(crate) const TOOL: &str = env!("CARGO_BIN_EXE_quorate-runner-for-tests");

/// A place for one service.
pub(crate) struct Place {
    root: TempDir,
    pub run: RunId,
}

/// A service that was launched or adopted.
pub(crate) struct Live {
    pub instance: Instance,
    pub events: Receiver<Event>,
    pub seen: Vec<Event>,
}

impl Place {
    pub(crate) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::set_permissions(root.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Self { root, run: RunId::new() }
    }

    pub(crate) fn root(&self) -> &Path {
        self.root.path()
    }

    /// The folder of the instance.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.path().join("instances/one")
    }

    /// A file that a service under test writes or reads.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    /// A shell script as a daemon: `$TOOL` is the tool, its working folder that of the place.
    pub(crate) fn daemon(&self, script: &str) -> Program {
        self.program(Kind::Daemon { argv: sh(script) })
    }

    pub(crate) fn program(&self, kind: Kind) -> Program {
        let mut program = Program::new(kind);
        program.environment.variables.insert("TOOL".into(), TOOL.into());
        if let Ok(path) = std::env::var("PATH") {
            program.environment.variables.insert("PATH".into(), path);
        }
        program.folder = Some(self.root.path().to_owned());
        program
    }

    pub(crate) async fn try_launch(&self, program: Program, right: Right) -> Result<Live, LaunchError> {
        let launch = Launch { run: self.run, program, right };
        let (instance, events) = Instance::launch(&self.folder(), &[OsString::from(TOOL)], launch).await?;
        Ok(Live { instance, events, seen: Vec::new() })
    }

    pub(crate) async fn launch(&self, program: Program, right: Right) -> Live {
        self.try_launch(program, right).await.unwrap_or_else(|why| panic!("not launched: {why}"))
    }

    pub(crate) async fn adopt(&self) -> Live {
        match adopt(&self.folder()).await {
            Ok(Found::Running(instance, events)) => Live { instance: *instance, events, seen: Vec::new() },
            other => panic!("nothing to adopt: {other:?}"),
        }
    }

    /// What a service wrote into a file, as soon as it did.
    pub(crate) async fn number(&self, name: &str) -> i32 {
        let read = || fs::read_to_string(self.file(name)).ok()?.strip_suffix('\n')?.parse().ok();
        wait_for(name, read).await
    }

    /// How it ended, once it has. A runner that only stays to tell so is heard, and may leave.
    pub(crate) async fn ended(&self) -> End {
        wait_for("its end", || self.folder().join("end.json").exists().then_some(())).await;
        match adopt(&self.folder()).await {
            Ok(Found::Gone(end)) => end,
            other => panic!("it is not gone: {other:?}"),
        }
    }

    /// Waits until nothing of the run is left.
    pub(crate) async fn nothing_left(&self) {
        self.ended().await;
        wait_for("the end of all processes", || self.left().is_empty().then_some(())).await;
    }

    /// All processes that were born with this run, and its runner, which works in its folder.
    pub(crate) fn left(&self) -> Vec<i32> {
        let wanted = format!("QUORATE_RUN={}", self.run);
        let is_ours = |pid: &i32| {
            fs::read(format!("/proc/{pid}/environ"))
                .is_ok_and(|bytes| bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes()))
                || fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|path| path.starts_with(self.root()))
        };
        let pids = fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok());
        pids.filter(is_ours).collect()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let left = self.left();
        for pid in &left {
            signal(*pid, Signal::KILL);
        }
        if !std::thread::panicking() {
            assert!(left.is_empty(), "these were left: {left:?}");
        }
    }
}

impl Live {
    /// The next event that is wanted; those before it are kept in `seen`.
    pub(crate) async fn wait<T>(&mut self, what: &str, mut wanted: impl FnMut(&Event) -> Option<T>) -> T {
        let next = async {
            loop {
                let event = self.events.recv().await?;
                self.seen.push(event);
                if let Some(found) = self.seen.last().and_then(&mut wanted) {
                    return Some(found);
                }
            }
        };
        let found = tokio::time::timeout(LIMIT, next).await;
        found.ok().flatten().unwrap_or_else(|| panic!("{what} did not come, but {:?}", self.seen))
    }

    pub(crate) async fn event(&mut self, wanted: Event) {
        self.wait(&format!("{wanted:?}"), |event| (*event == wanted).then_some(())).await;
    }

    pub(crate) async fn started(&mut self) -> i32 {
        self.wait("the start", |event| if let Event::Started { pid } = event { Some(*pid) } else { None }).await
    }

    pub(crate) async fn gone(&mut self) -> End {
        let end = self.wait("the end", |event| if let Event::Gone(end) = event { Some(end.clone()) } else { None });
        let end = end.await;
        let _ = self.instance.bye();
        let runner = self.instance.runner();
        wait_for("the end of the runner", || (!runner.is_alive()).then_some(())).await;
        end
    }

    /// Stops it, and waits until nothing is left.
    pub(crate) async fn stop(&mut self) -> End {
        self.instance.stop(None).unwrap();
        self.gone().await
    }
}

pub(crate) fn sh(script: &str) -> Vec<String> {
    ["sh", "-c", script].map(str::to_owned).to_vec()
}

pub(crate) fn hup() -> SignalName {
    "HUP".parse().unwrap()
}

pub(crate) fn signal(pid: i32, signal: Signal) {
    let _ = Pid::from_raw(pid).map(|pid| kill_process(pid, signal));
}

/// Whether it runs: a letter of its state, nothing when it does not or has ended.
pub(crate) fn state(pid: i32) -> Option<char> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let letter = stat.rsplit(')').next()?.trim_start().chars().next()?;
    (!matches!(letter, 'Z' | 'X')).then_some(letter)
}

/// Whether it does nothing until it may go on. Whoever has called `vfork` is held by its child, which is stopped.
pub(crate) fn is_frozen(pid: i32) -> bool {
    matches!(state(pid), Some('T' | 'D'))
}

pub(crate) async fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(begin.elapsed() < LIMIT, "{what}: not within {LIMIT:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
