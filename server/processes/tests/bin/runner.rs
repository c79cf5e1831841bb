//! The runner as its own program, and what services under test need beyond a shell.
//!
//! Without arguments it is the runner; `notify TEXT` sends a datagram to `NOTIFY_SOCKET`.

use std::{env, process::ExitCode};

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    match (arguments.next().as_deref(), arguments.next()) {
        (None, _) => quorate_processes::runner::main(),
        (Some("notify"), Some(text)) => match quorate_processes::notify(&text) {
            Ok(()) => ExitCode::SUCCESS,
            Err(why) => {
                eprintln!("cannot notify: {why}");
                ExitCode::FAILURE
            }
        },
        _ => ExitCode::FAILURE,
    }
}
