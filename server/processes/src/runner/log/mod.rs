//! The output of a service, kept in its folder.
//!
//! ```text
//!   stdout, stderr --pipes--> a reader each (lines, stamps) --batches, a few at most--> one writer --> log, log.1 ...
//! ```
//!
//! The readers never wait for the disk for long: a disk that hangs costs lines, which are counted, and not the service.

mod file;
mod lines;

use std::{
    io::{self, PipeReader, PipeWriter, Read as _},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel},
    },
    thread::sleep,
    time::{Duration, SystemTime},
};

use file::LogFile;
use lines::Lines;

use super::thread;
use crate::{folder::Folder, program::LogLimits};

/// Batches that wait for the disk.
const QUEUE: usize = 16;
/// Bytes that are read at once.
const READ: usize = 32 * 1024;
/// How often a reader looks whether there is room again, and how long it waits each time.
const PATIENCE: (u32, Duration) = (50, Duration::from_millis(10));

/// The ends that a service writes to, and the threads behind them.
pub(super) struct Log {
    out: PipeWriter,
    err: PipeWriter,
    dropped: Arc<AtomicU64>,
    done: Receiver<()>,
}

/// Some lines, ready to be written.
struct Batch {
    bytes: Vec<u8>,
    lines: u64,
}

impl Log {
    pub(super) fn start(folder: &Folder, limits: LogLimits) -> io::Result<Self> {
        let dropped = Arc::new(AtomicU64::new(0));
        let (batches, queue) = sync_channel(QUEUE);
        let (finished, done) = channel();
        let file = LogFile::new(folder.log(), limits);
        let count = dropped.clone();
        thread("log", move || {
            write(file, &queue, &count);
            let _ = finished.send(());
        })?;
        let attach = |name: &'static str| -> io::Result<PipeWriter> {
            let (reader, writer) = io::pipe()?;
            let (batches, dropped) = (batches.clone(), dropped.clone());
            thread(name, move || read(reader, name, &batches, &dropped))?;
            Ok(writer)
        };
        Ok(Self { out: attach("stdout")?, err: attach("stderr")?, dropped, done })
    }

    /// Stdout and stderr for one more process.
    pub(super) fn ends(&self) -> io::Result<(PipeWriter, PipeWriter)> {
        Ok((self.out.try_clone()?, self.err.try_clone()?))
    }

    /// Waits, but not for ever, until what was said is written. How many lines were dropped in all.
    pub(super) fn close(self, limit: Duration) -> u64 {
        let Self { out, err, dropped, done } = self;
        drop((out, err));
        // The last reader ends with its pipe, and the writer with the last reader.
        let _ = done.recv_timeout(limit);
        dropped.load(Ordering::Relaxed)
    }
}

/// Reads one stream until its last writer is gone.
fn read(mut from: PipeReader, name: &str, batches: &SyncSender<Batch>, dropped: &AtomicU64) {
    let mut lines = Lines::default();
    let mut buffer = vec![0; READ];
    let mut stuck = false;
    loop {
        let count = match from.read(&mut buffer) {
            Ok(count) => count,
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            Err(_) => 0,
        };
        let stamp = format!("{} {name} ", humantime::format_rfc3339_micros(SystemTime::now()));
        let mut batch = Batch { bytes: Vec::new(), lines: 0 };
        let mut take = |line: &[u8]| {
            batch.bytes.extend_from_slice(stamp.as_bytes());
            batch.bytes.extend_from_slice(line);
            batch.bytes.push(b'\n');
            batch.lines += 1;
        };
        if count == 0 {
            lines.end(&mut take);
        } else {
            lines.feed(&buffer[..count], &mut take);
        }
        if batch.lines > 0 {
            stuck = hand_over(batch, batches, dropped, stuck);
        }
        if count == 0 {
            return;
        }
    }
}

/// Whether the writer is stuck: then no more patience is had with it until it takes something.
fn hand_over(mut batch: Batch, to: &SyncSender<Batch>, dropped: &AtomicU64, stuck: bool) -> bool {
    let (times, wait) = if stuck { (1, Duration::ZERO) } else { PATIENCE };
    for _ in 0..times {
        match to.try_send(batch) {
            Ok(()) => return false,
            Err(TrySendError::Full(back)) => batch = back,
            Err(TrySendError::Disconnected(_)) => return true,
        }
        sleep(wait);
    }
    dropped.fetch_add(batch.lines, Ordering::Relaxed);
    true
}

fn write(mut file: LogFile, batches: &Receiver<Batch>, dropped: &AtomicU64) {
    for batch in batches {
        for line in batch.bytes.split_inclusive(|byte| *byte == b'\n') {
            file.write(line, dropped);
        }
        file.flush(dropped);
    }
}
