//! What a service says of itself: the datagrams of `sd_notify`.
//!
//! Whoever can reach the socket can speak for the service: it belongs to the service's user and nobody else may write.

use std::{
    fs::{self, Permissions},
    io,
    os::unix::{fs::PermissionsExt as _, fs::chown, net::UnixDatagram},
    sync::mpsc::SyncSender,
};

use super::{account::Account, input::Input, thread};
use crate::{event::Notice, folder::Folder};

/// Bytes of a datagram.
const MAX_DATAGRAM: usize = 8 * 1024;
/// Bytes of a status.
const MAX_STATUS: usize = 1024;

pub(super) fn start(folder: &Folder, account: &Account, inputs: SyncSender<Input>) -> io::Result<()> {
    let path = folder.notify();
    let socket = UnixDatagram::bind(&path)?;
    fs::set_permissions(&path, Permissions::from_mode(0o600))?;
    chown(&path, account.user, account.group)?;
    thread("notify", move || {
        let mut buffer = [0; MAX_DATAGRAM];
        loop {
            let Ok(count) = socket.recv(&mut buffer) else { return };
            for notice in parse(&buffer[..count]) {
                if inputs.send(Input::Notice(notice)).is_err() {
                    return;
                }
            }
        }
    })
}

fn parse(datagram: &[u8]) -> Vec<Notice> {
    let text = String::from_utf8_lossy(datagram);
    let notice = |line: &str| match line.split_once('=')? {
        ("READY", "1") => Some(Notice::Ready),
        ("WATCHDOG", "1") => Some(Notice::Watchdog),
        ("STOPPING", "1") => Some(Notice::Stopping),
        ("STATUS", status) => Some(Notice::Status(cut(status).to_owned())),
        _ => None,
    };
    text.lines().filter_map(notice).collect()
}

fn cut(text: &str) -> &str {
    let end = (0..=MAX_STATUS.min(text.len())).rev().find(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_is_taken_and_the_rest_is_not() {
        let status = |text: &str| Notice::Status(text.to_owned());
        assert_eq!(parse(b"READY=1\nSTATUS=a=b\nMAINPID=3"), [Notice::Ready, status("a=b")]);
        assert_eq!(parse(b"WATCHDOG=1"), [Notice::Watchdog]);
        assert_eq!(parse(b"READY=0\n\xff\n=\nSTOPPING=1\n"), [Notice::Stopping]);
        let long = format!("STATUS={}", "\u{e4}".repeat(2000));
        assert_eq!(parse(long.as_bytes()), [status(&"\u{e4}".repeat(512))]);
    }
}
