//! Running the command line client `quorate`.

use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
    time::timeout,
};

use crate::{binaries::binaries, wait::LIMIT};

/// `quorate` with its endpoints.
#[derive(Debug, Clone)]
pub struct Cli {
    endpoints: Vec<String>,
}

/// What a command said, and how it ended.
#[derive(Debug)]
pub struct Output {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Cli {
    /// With these endpoints.
    pub fn new(endpoints: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { endpoints: endpoints.into_iter().map(Into::into).collect() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&binaries().quorate);
        command.args(args).env("QUORATE_ENDPOINTS", self.endpoints.join(",")).env("NO_COLOR", "1");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        command
    }

    /// Runs a command to its end.
    pub async fn run(&self, args: &[&str]) -> Output {
        let output = timeout(LIMIT, self.command(args).output()).await;
        let output = output.unwrap_or_else(|_| panic!("quorate {args:?} does not end")).expect("quorate can be run");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        let code = output.status.code().unwrap_or_else(|| panic!("quorate {args:?} was killed"));
        Output { code, stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub async fn stdout(&self, args: &[&str]) -> String {
        let output = self.run(args).await;
        assert_eq!(output.code, 0, "quorate {args:?}: {}", output.stderr);
        output.stdout
    }

    /// Runs a command that must succeed with `-o json`, and returns the one document it printed.
    pub async fn json(&self, args: &[&str]) -> Value {
        let text = self.stdout(&[args, &["-o", "json"]].concat()).await;
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("quorate {args:?}: {why} in:\n{text}"))
    }

    /// Runs a command that must succeed with `-o json`, and returns the documents it printed, one a line.
    pub async fn json_lines(&self, args: &[&str]) -> Vec<Value> {
        let text = self.stdout(&[args, &["-o", "json"]].concat()).await;
        let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|why| panic!("{why} in {line}"));
        text.lines().map(read).collect()
    }

    /// Starts a command and leaves it to the caller; it is killed when that is dropped.
    #[must_use]
    pub fn start(&self, args: &[&str]) -> Child {
        self.command(args).spawn().expect("quorate can be run")
    }

    /// Starts a command that goes on until it is interrupted, with `-o json`.
    #[must_use]
    pub fn follow(&self, args: &[&str]) -> Following {
        let mut child = self.start(&[args, &["-o", "json"]].concat());
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        Following { child, lines }
    }
}

/// A command that goes on.
#[derive(Debug)]
pub struct Following {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Following {
    /// The next line, as JSON.
    pub async fn next(&mut self) -> Value {
        let line = timeout(LIMIT, self.lines.next_line()).await.expect("a line in time");
        let line = line.expect("UTF-8").expect("the command goes on");
        serde_json::from_str(&line).unwrap_or_else(|why| panic!("{why} in {line}"))
    }

    /// Interrupts it as Ctrl-C does, and returns its exit code.
    pub async fn interrupt(mut self) -> Option<i32> {
        let pid = self.child.id().and_then(|pid| i32::try_from(pid).ok()).and_then(Pid::from_raw);
        kill_process(pid.expect("it runs"), Signal::INT).expect("it can be interrupted");
        timeout(LIMIT, self.child.wait()).await.expect("it ends").expect("it can be waited for").code()
    }
}
