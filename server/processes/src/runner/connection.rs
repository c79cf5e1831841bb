//! Agents that connect.
//!
//! A connection has a thread that reads and one that writes, so that an agent that is frozen holds up neither the loop
//! nor the service. What waits to be written is bounded.

use std::{
    fs::{self, Permissions},
    io::{self, BufReader, Write as _},
    net::Shutdown,
    os::unix::{
        fs::PermissionsExt as _,
        net::{UnixListener, UnixStream},
    },
    sync::mpsc::{Receiver, SyncSender, TrySendError, channel, sync_channel},
    time::Duration,
};

use super::{complain, input::Input, thread};
use crate::{
    folder::Folder,
    wire::{self, MAX_LINE, Order, Report},
};

/// Lines that wait to be written.
const QUEUE: usize = 256;

/// Takes connections, one after the other.
pub(super) fn listen(folder: &Folder, inputs: SyncSender<Input>) -> io::Result<()> {
    let path = folder.socket();
    let listener = UnixListener::bind(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    thread("socket", move || {
        for stream in listener.incoming().flatten() {
            if inputs.send(Input::Connected(stream)).is_err() {
                return;
            }
        }
    })
}

/// An agent that is connected.
pub(super) struct Connection {
    pub number: u64,
    stream: UnixStream,
    lines: SyncSender<Vec<u8>>,
    written: Receiver<()>,
}

impl Connection {
    pub(super) fn open(number: u64, stream: UnixStream, inputs: SyncSender<Input>) -> io::Result<Self> {
        let (lines, queue) = sync_channel::<Vec<u8>>(QUEUE);
        let (finished, written) = channel();
        let (from, mut to) = (stream.try_clone()?, stream.try_clone()?);
        thread("reader", move || read(number, from, &inputs))?;
        thread("writer", move || {
            for line in queue {
                if to.write_all(&line).is_err() {
                    let _ = to.shutdown(Shutdown::Both);
                    break;
                }
            }
            let _ = finished.send(());
        })?;
        Ok(Self { number, stream, lines, written })
    }

    /// Whether it was taken: there may be too much that waits.
    pub(super) fn say(&self, report: &Report) -> bool {
        let Ok(line) = wire::encode(report) else { return false };
        !matches!(self.lines.try_send(line), Err(TrySendError::Full(_)))
    }

    pub(super) fn close(self) {
        let _ = self.stream.shutdown(Shutdown::Both);
    }

    /// Waits, but not for ever, until everything was written.
    pub(super) fn finish(self, limit: Duration) {
        drop(self.lines);
        let _ = self.written.recv_timeout(limit);
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}

fn read(number: u64, stream: UnixStream, inputs: &SyncSender<Input>) {
    let mut from = BufReader::new(stream);
    while let Ok(Some(line)) = wire::read_line(&mut from, MAX_LINE) {
        match wire::decode::<Order>(&line) {
            Ok(order) if inputs.send(Input::Order(number, order)).is_err() => return,
            Ok(_) => {}
            // Of a later agent, perhaps. Closing the connection might end the service.
            Err(why) => complain(format_args!("an order is not understood: {why}")),
        }
    }
    let _ = inputs.send(Input::Disconnected(number));
}
