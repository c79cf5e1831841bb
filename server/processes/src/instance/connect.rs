//! The connection to a runner: a task that writes, one that reads.

use std::{io, path::Path, time::Duration};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{
        UnixStream,
        unix::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::mpsc,
    time::timeout,
};

use super::Instance;
use crate::{
    event::Event,
    snapshot::Snapshot,
    wire::{self, MAX_LINE, Order, Report},
};

/// How long a runner may take to say hello.
const HELLO: Duration = Duration::from_secs(10);
/// Orders that wait.
const ORDERS: usize = 64;
/// Events that wait. When nobody takes them the runner keeps them, and then only those that count.
const EVENTS: usize = 256;

/// Connects to the runner behind a socket. The events begin with what has happened before.
pub(super) async fn connect(socket: &Path) -> io::Result<(Instance, mpsc::Receiver<Event>)> {
    let (reader, writer) = UnixStream::connect(socket).await?.into_split();
    let mut reader = BufReader::new(reader);
    let late = |_| io::Error::new(io::ErrorKind::TimedOut, "the runner does not answer");
    let snapshot = timeout(HELLO, hello(&mut reader)).await.map_err(late)??;
    let (orders, queue) = mpsc::channel(ORDERS);
    let (events, stream) = mpsc::channel(EVENTS);
    let before = snapshot.events();
    tokio::spawn(write(writer, queue));
    tokio::spawn(read(reader, events, before));
    Ok((Instance { orders, snapshot }, stream))
}

async fn hello(reader: &mut BufReader<OwnedReadHalf>) -> io::Result<Snapshot> {
    let line = read_line(reader, MAX_LINE).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
    match wire::decode(&line)? {
        Report::Hello(snapshot) => Ok(*snapshot),
        Report::Event(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "the runner does not say hello")),
    }
}

async fn write(mut to: OwnedWriteHalf, mut orders: mpsc::Receiver<Order>) {
    while let Some(order) = orders.recv().await {
        let Ok(line) = wire::encode(&order) else { return };
        if to.write_all(&line).await.is_err() {
            return;
        }
    }
}

async fn read(mut from: BufReader<OwnedReadHalf>, events: mpsc::Sender<Event>, before: Vec<Event>) {
    let mut gone = false;
    for event in before {
        gone |= matches!(event, Event::Gone(_));
        let _ = events.send(event).await;
    }
    while let Ok(Some(line)) = read_line(&mut from, MAX_LINE).await {
        // What a runner of another version says may not be understood; what counts is asked for again by adopting it.
        let Ok(Report::Event(event)) = wire::decode(&line) else { break };
        gone |= matches!(event, Event::Gone(_));
        // Nobody has to listen.
        let _ = events.send(event).await;
    }
    if !gone {
        let _ = events.send(Event::Lost).await;
    }
}

/// The next line; nothing when there is none.
pub(super) async fn read_line(from: &mut (impl AsyncBufRead + Unpin), limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    from.take(limit as u64).read_until(b'\n', &mut line).await?;
    match line.last() {
        None => Ok(None),
        Some(b'\n') => Ok(Some(line)),
        Some(_) => Err(io::Error::new(io::ErrorKind::InvalidData, "a line has no end")),
    }
}
