//! A program that uses an SDK: the driver of its language, in a process of its own.

use std::{
    collections::BTreeMap,
    process::Stdio,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use anyhow::{Context, Result, anyhow};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Map, Value};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader},
    process::{Child, ChildStdin, Command},
    sync::oneshot,
};

type Waiting = Arc<Mutex<BTreeMap<u64, oneshot::Sender<Map<String, Value>>>>>;

/// A driver that runs; it is killed when this is dropped.
pub struct Program {
    child: Child,
    input: tokio::sync::Mutex<ChildStdin>,
    numbers: AtomicU64,
    waiting: Waiting,
}

impl Program {
    /// Starts a driver by its command.
    pub fn start(command: &[String]) -> Result<Self> {
        let (program, arguments) = command.split_first().context("a driver has a command")?;
        let mut child = Command::new(program)
            .args(arguments)
            .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .with_context(|| format!("cannot start {program}"))?;
        let (input, output) = (child.stdin.take().context("an input")?, child.stdout.take().context("an output")?);
        let waiting = Waiting::default();
        let (answers, mut lines) = (Arc::clone(&waiting), BufReader::new(output).lines());
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                let Ok(Value::Object(answer)) = serde_json::from_str(&line) else { continue };
                let number = answer.get("id").and_then(Value::as_u64).unwrap_or_default();
                if let Some(asker) = locked(&answers).remove(&number) {
                    // Who asked may have given up.
                    let _ = asker.send(answer);
                }
            }
            locked(&answers).clear();
        });
        Ok(Self { child, input: input.into(), numbers: AtomicU64::new(1), waiting })
    }

    /// Has it carry out a step; the answer comes later.
    pub async fn tell(&self, mut step: Map<String, Value>) -> Result<oneshot::Receiver<Map<String, Value>>> {
        let number = self.numbers.fetch_add(1, Ordering::Relaxed);
        step.insert("id".to_owned(), number.into());
        let (sender, receiver) = oneshot::channel();
        locked(&self.waiting).insert(number, sender);
        let line = format!("{}\n", Value::Object(step));
        let mut input = self.input.lock().await;
        input.write_all(line.as_bytes()).await.context("the driver does not read")?;
        input.flush().await?;
        Ok(receiver)
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        kill_process(id.context("the driver has ended")?, signal).map_err(|why| anyhow!("{signal:?}: {why}"))
    }
}

fn locked(waiting: &Waiting) -> std::sync::MutexGuard<'_, BTreeMap<u64, oneshot::Sender<Map<String, Value>>>> {
    waiting.lock().unwrap_or_else(PoisonError::into_inner)
}
