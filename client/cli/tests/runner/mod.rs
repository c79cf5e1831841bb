//! Runs the binary against mock agents.

#![allow(dead_code)]

use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::support::PATIENCE;

pub fn command(endpoints: &[&str], args: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_quorate"));
    command.args(args.split_whitespace()).args(["--endpoint", &endpoints.join(",")]);
    command.env_remove("QUORATE_ENDPOINTS").stdin(Stdio::null()).kill_on_drop(true);
    command
}

pub async fn run(endpoints: &[&str], args: &str) -> Output {
    let output = command(endpoints, args).args(["--timeout", "60s"]).output();
    tokio::time::timeout(2 * PATIENCE, output).await.unwrap().unwrap()
}

/// Runs a command that must succeed, and returns what it printed.
pub async fn stdout(endpoints: &[&str], args: &str) -> String {
    let output = run(endpoints, args).await;
    assert!(output.status.success(), "{args}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub async fn json(endpoints: &[&str], args: &str) -> Value {
    serde_json::from_str(&stdout(endpoints, &format!("{args} -o json")).await).unwrap()
}

/// Runs a command that must fail, and returns its exit code and its one line of error.
pub async fn failure(endpoints: &[&str], args: &str) -> (i32, String) {
    let output = run(endpoints, args).await;
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
    (output.status.code().unwrap(), stderr.trim_end().to_owned())
}

/// A command that goes on until it is interrupted.
pub struct Following {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Following {
    pub fn start(endpoints: &[&str], args: &str) -> Self {
        let mut child = command(endpoints, args).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines }
    }

    pub async fn line(&mut self) -> String {
        tokio::time::timeout(PATIENCE, self.lines.next_line()).await.unwrap().unwrap().unwrap()
    }

    pub async fn json(&mut self) -> Value {
        serde_json::from_str(&self.line().await).unwrap()
    }

    /// Interrupts it as Ctrl-C does and returns its exit code.
    pub async fn interrupt(mut self) -> Option<i32> {
        let pid = self.child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().await.unwrap();
        assert!(sent.success());
        tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap().code()
    }
}
