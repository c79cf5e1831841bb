//! What a program says of itself, as sd_notify(3) does.

use std::{
    env,
    io::{self, IoSlice, Read as _},
    mem::MaybeUninit,
    os::{fd::AsFd as _, unix::net::UnixDatagram},
};

use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};

/// Says this to the runner of the service that calls this, and waits until it was read: when the caller ends then, the
/// runner knows it already.
///
/// # Errors
/// When there is no runner.
pub fn notify(text: &str) -> io::Result<()> {
    let path = env::var_os("NOTIFY_SOCKET").ok_or(io::ErrorKind::NotFound)?;
    let socket = UnixDatagram::unbound()?;
    socket.connect(path)?;
    socket.send(text.as_bytes())?;
    // As sd_notify_barrier(3): the other end closes what it is sent as soon as it gets there.
    let (mut read, write) = io::pipe()?;
    let end = [write.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    control.push(SendAncillaryMessage::ScmRights(&end));
    sendmsg(&socket, &[IoSlice::new(b"BARRIER=1")], &mut control, SendFlags::NOSIGNAL)?;
    drop(write);
    read.read(&mut [0]).map(drop)
}
