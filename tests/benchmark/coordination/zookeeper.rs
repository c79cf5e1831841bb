//! ZooKeeper, measured by a program in Python: kazoo is what most of its users outside of Java have.

use std::{path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::Command,
    time::timeout,
};

use super::measure::{Figure, System, What};

const PROGRAM: &str = include_str!("zookeeper.py");
/// Debian's Python, for which Debian's kazoo is.
const PYTHON: &str = "/usr/bin/python3";
/// For all of it.
const LIMIT: Duration = Duration::from_secs(900);

/// Whether all that is needed is installed.
pub(super) fn is_there() -> bool {
    let kazoo = std::process::Command::new(PYTHON).args(["-c", "import kazoo"]).stderr(Stdio::null()).status();
    Path::new("/usr/share/java/zookeeper.jar").exists()
        && crate::systems::is_there("java")
        && kazoo.is_ok_and(|status| status.success())
}

/// Measures it, and tells each figure.
///
/// # Errors
/// When the program cannot be run, or fails.
pub(super) async fn measure(quick: bool, mut tell: impl FnMut(Figure)) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|why| why.to_string())?;
    let script = folder.path().join("zookeeper.py");
    let mut file = tokio::fs::File::create(&script).await.map_err(|why| why.to_string())?;
    file.write_all(PROGRAM.as_bytes()).await.map_err(|why| why.to_string())?;
    file.flush().await.map_err(|why| why.to_string())?;
    let mut command = Command::new(PYTHON);
    command.arg(&script).arg(folder.path().join("data")).arg(if quick { "quick" } else { "whole" });
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    let mut child = command.spawn().map_err(|why| why.to_string())?;
    let mut lines = BufReader::new(child.stdout.take().ok_or("no output")?).lines();
    let read = async {
        while let Some(line) = lines.next_line().await.map_err(|why| why.to_string())? {
            tell(figure(&line).ok_or_else(|| format!("cannot be read: {line}"))?);
        }
        let output = child.wait_with_output().await.map_err(|why| why.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr);
        if output.status.success() { Ok(()) } else { Err(format!("failed: {}", said.lines().last().unwrap_or("?"))) }
    };
    timeout(LIMIT, read).await.map_err(|_| "took too long".to_owned())?
}

fn figure(line: &str) -> Option<Figure> {
    let told: serde_json::Value = serde_json::from_str(line).ok()?;
    let (name, number) = told["what"].as_str()?.rsplit_once(' ').unwrap_or((told["what"].as_str()?, "0"));
    let number: usize = number.parse().unwrap_or(0);
    let what = match name {
        "lock" => What::Lock(number),
        "hand-off" => What::HandOff(number as u64),
        "bind" => What::Bind,
        "double barrier" => What::DoubleBarrier(number),
        "fan-out" => What::FanOut(number),
        "expiry" => What::Expiry(number as u64),
        "succession" => What::Succession,
        _ => return None,
    };
    let seconds = told["seconds"].as_array()?.iter().filter_map(serde_json::Value::as_f64).collect();
    Some(Figure::new(System::ZooKeeper, what, seconds, told["per_second"].as_f64()))
}
