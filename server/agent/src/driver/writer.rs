//! What must survive the loss of power, on its way to the disk.
//!
//! One write at a time, in order, on a thread that may block. While one is under way only the newest of those behind it
//! is kept: it holds everything the others would have written, and its number acknowledges them too. A write that fails
//! is tried again until it succeeds, and is never acknowledged before.

use std::{
    fmt::Display,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use quorate_core::Durable;
use tokio::{
    sync::watch,
    task::{JoinError, JoinHandle, spawn_blocking},
    time::{Instant, sleep, timeout},
};

/// First pause after a failed write; it doubles up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(50);
/// Longest pause after a failed write.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long the last write may take when the node stops.
const LAST_WRITE: Duration = Duration::from_secs(2);

type Job = Option<(u64, Durable)>;

/// The way to the disk.
#[derive(Debug)]
pub struct Writer {
    wanted: watch::Sender<Job>,
    done: watch::Receiver<Option<u64>>,
    task: JoinHandle<()>,
}

impl Writer {
    /// A writer that makes things durable by `write`, which may block, and tells `took` how long each write took.
    pub fn start<W, E, T>(write: W, took: T) -> Self
    where
        W: FnMut(&Durable) -> Result<(), E> + Send + 'static,
        E: Display + Send + 'static,
        T: Fn(Duration) + Send + 'static,
    {
        let write = Arc::new(Mutex::new(write));
        let on_a_thread = move |durable| {
            let write = Arc::clone(&write);
            spawn_blocking(move || write.lock().unwrap_or_else(PoisonError::into_inner)(&durable))
        };
        Self::start_async(on_a_thread, took)
    }

    /// The same by a `write` that does not block. Its outer error is that it panicked.
    pub fn start_async<W, F, E, T>(write: W, took: T) -> Self
    where
        W: FnMut(Durable) -> F + Send + 'static,
        F: Future<Output = Result<Result<(), E>, JoinError>> + Send + 'static,
        E: Display + Send + 'static,
        T: Fn(Duration) + Send + 'static,
    {
        let (wanted, jobs) = watch::channel(None);
        let (acknowledge, done) = watch::channel(None);
        let task = tokio::spawn(run(jobs, acknowledge, write, took));
        Self { wanted, done, task }
    }

    /// Has `durable` written after all that was handed over before.
    pub fn write(&self, number: u64, durable: Durable) {
        self.wanted.send_replace(Some((number, durable)));
    }

    /// Waits until more is durable: the number of the newest write that is. `None` when nothing ever will be, because
    /// a write panicked.
    pub async fn persisted(&mut self) -> Option<u64> {
        self.done.changed().await.ok()?;
        *self.done.borrow_and_update()
    }

    /// Waits, for a bounded time, until everything handed over is durable and `write` is dropped.
    pub async fn finish(mut self) {
        let last = self.wanted.borrow().as_ref().map(|(number, _)| *number);
        let reached = self.done.wait_for(|done| *done >= last);
        if timeout(LAST_WRITE, reached).await.is_err() {
            tracing::warn!("the last write to the data folder did not end in time");
        }
        self.abandon().await;
    }

    /// Waits, for a bounded time, until the write under way has ended and `write` is dropped. What waits behind it is
    /// lost, as in a crash.
    pub async fn abandon(self) {
        let Self { wanted, done, task } = self;
        wanted.send_replace(None);
        drop((wanted, done));
        let _ = timeout(LAST_WRITE, task).await;
    }
}

async fn run<W, F, E, T>(mut jobs: watch::Receiver<Job>, acknowledge: watch::Sender<Option<u64>>, mut write: W, took: T)
where
    W: FnMut(Durable) -> F,
    F: Future<Output = Result<Result<(), E>, JoinError>>,
    E: Display,
    T: Fn(Duration),
{
    let mut pause = FIRST_PAUSE;
    while jobs.changed().await.is_ok() {
        loop {
            let Some((number, durable)) = jobs.borrow_and_update().clone() else { break };
            let begun = Instant::now();
            let result = match write(durable).await {
                Ok(result) => result,
                Err(panic) => return tracing::error!(%panic, "writing to the data folder panicked"),
            };
            match result {
                Ok(()) => {
                    took(begun.elapsed());
                    if pause > FIRST_PAUSE {
                        tracing::info!("the data folder can be written again");
                    }
                    pause = FIRST_PAUSE;
                    acknowledge.send_replace(Some(number));
                    break;
                }
                Err(error) => {
                    tracing::error!(%error, retry_in = ?pause, "cannot write to the data folder: what needs it waits")
                }
            }
            sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
            if acknowledge.is_closed() {
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::{
        sync::{Arc, Mutex, mpsc},
        time::Duration,
    };

    use quorate_core::{Durable, types::Incarnation};
    use tokio::time::timeout;

    use super::Writer;

    const LIMIT: Duration = Duration::from_secs(20);

    fn durable(promised: u64) -> Durable {
        Durable { promised: Incarnation(promised), ..Durable::default() }
    }

    /// What each write is let do, one after the other.
    type Gate = mpsc::Sender<Result<(), String>>;

    /// A disk that writes only when it is let, and what it has written.
    fn disk() -> (Writer, Gate, Arc<Mutex<Vec<u64>>>) {
        let (let_go, gate) = mpsc::channel::<Result<(), String>>();
        let written = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&written);
        let write = move |durable: &Durable| {
            gate.recv().map_err(|_| "no more".to_owned())??;
            log.lock().unwrap().push(durable.promised.0);
            Ok::<(), String>(())
        };
        (Writer::start(write, |_| {}), let_go, written)
    }

    async fn persisted(writer: &mut Writer) -> u64 {
        timeout(LIMIT, writer.persisted()).await.unwrap().unwrap()
    }

    #[tokio::test]
    async fn v2_a_write_is_acknowledged_only_when_it_is_durable() {
        let (mut writer, let_go, written) = disk();
        writer.write(1, durable(10));
        assert!(timeout(Duration::from_millis(50), writer.persisted()).await.is_err());
        let_go.send(Ok(())).unwrap();
        assert_eq!(persisted(&mut writer).await, 1);
        assert_eq!(*written.lock().unwrap(), [10]);
    }

    #[tokio::test]
    async fn writes_that_wait_are_one_write_of_the_newest() {
        let (mut writer, let_go, written) = disk();
        for number in 1..=100 {
            writer.write(number, durable(number * 10));
            tokio::task::yield_now().await;
        }
        (0..100).for_each(|_| let_go.send(Ok(())).unwrap());
        let mut last = 0;
        while last < 100 {
            let number = persisted(&mut writer).await;
            assert!(number > last, "{number} after {last}");
            last = number;
        }
        let written = written.lock().unwrap();
        assert!(written.is_sorted() && written.len() < 5, "{written:?}");
        assert_eq!(written.last(), Some(&1000));
    }

    #[tokio::test]
    async fn d1_a_failed_write_is_tried_again_and_not_acknowledged() {
        let (mut writer, let_go, written) = disk();
        writer.write(1, durable(1));
        let_go.send(Err("disk full".into())).unwrap();
        let_go.send(Err("disk full".into())).unwrap();
        assert!(timeout(Duration::from_millis(20), writer.persisted()).await.is_err());
        writer.write(2, durable(2));
        let_go.send(Ok(())).unwrap();
        assert_eq!(persisted(&mut writer).await, 2);
        assert_eq!(*written.lock().unwrap(), [2], "the newest is written in place of the one that failed");
        timeout(LIMIT, writer.finish()).await.unwrap();
    }
}
