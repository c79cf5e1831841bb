//! The runner as its own program, and what services under test need beyond a shell.
//!
//! Without arguments it is the runner; `notify TEXT` sends a datagram to `NOTIFY_SOCKET`, `say TEXT` waits until it is read, too.

use std::{env, io, os::unix::net::UnixDatagram, process::ExitCode};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => quorate_processes::runner::main(),
        (Some("notify"), Some(text)) => done(notify(&text)),
        (Some("say"), Some(text)) => done(quorate_processes::notify(&text)),
        _ => ExitCode::FAILURE,
    }
}

fn done(notified: io::Result<()>) -> ExitCode {
    match notified {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("cannot notify: {why}");
            ExitCode::FAILURE
        }
    }
}

fn notify(text: &str) -> io::Result<()> {
    let socket = env::var_os("NOTIFY_SOCKET").ok_or(io::ErrorKind::NotFound)?;
    UnixDatagram::unbound()?.send_to(text.as_bytes(), socket)?;
    Ok(())
}
