//! A session tied to a process of this machine: when that dies, the session is closed, without waiting for its time.
//!
//! A process is watched by a file descriptor of the kernel's (pidfd_open(2)), which also tells it from a later one of the same
//! number. The tie lasts as long as this agent and the session; nothing of it is known elsewhere.

use std::sync::Arc;

use quorate_core::{coordination::Reply, wire::Act};
use rustix::{
    io::Errno,
    process::{Pid, PidfdFlags, pidfd_open},
};
use tokio::net::unix::pipe::Receiver;
use tonic::Extensions;

use super::{context::Context, coordinate::Proof, error::ApiError};
use crate::transport::SocketInfo;

/// The field that names the process.
const FIELD: &str = "process_id";

/// A process that is watched. The runtime waits for its descriptor as it waits for the end of a pipe that is read from, which is
/// all that is asked of it here: it has no other safe way to wait for one of this kind.
#[derive(Debug)]
pub struct Process(Receiver);

impl Process {
    /// The process of that number, as a client of this machine names it; none when it names none.
    ///
    /// # Errors
    /// [`ApiError::BadRequest`] when there is no such process, or the client is not on this machine;
    /// [`ApiError::LimitReached`] when no more can be watched.
    pub fn of(number: u32, client: &Extensions) -> Result<Option<Self>, ApiError> {
        if number == 0 {
            return Ok(None);
        }
        if !client.get::<SocketInfo>().is_some_and(|socket| socket.remote.ip().is_loopback()) {
            return Err(ApiError::bad_request(
                FIELD,
                "only clients that reach this agent by its loopback may name one",
            ));
        }
        let pid = i32::try_from(number).ok().and_then(Pid::from_raw);
        let pid = pid.ok_or_else(|| ApiError::bad_request(FIELD, format!("{number} is no process id")))?;
        let opened = pidfd_open(pid, PidfdFlags::NONBLOCK).map_err(|error| match error {
            Errno::SRCH => ApiError::bad_request(FIELD, format!("there is no process {number} here")),
            Errno::MFILE | Errno::NFILE => ApiError::LimitReached { what: "processes that are watched", limit: None },
            _ => ApiError::Internal("the process cannot be watched"),
        })?;
        let watched = Receiver::from_owned_fd_unchecked(opened);
        watched.map(|watched| Some(Self(watched))).map_err(|_| ApiError::Internal("the process cannot be watched"))
    }

    /// Closes the session when the process dies. Ends with the session.
    pub async fn tie(self, context: Arc<Context>, proof: Proof) {
        tokio::select! {
            // It can be read from when the process has ended.
            _ = self.0.readable() => {}
            () = ended(&context, proof) => return,
            () = context.stopping.cancelled() => return,
        }
        // When nobody can be reached, its time runs out.
        let _ = context.coordinate(Some(proof), None, Act::Close).await;
    }
}

/// Waits until a session is over.
async fn ended(context: &Context, proof: Proof) {
    while let Ok(mut call) = context.begin_call(Some(proof), None, Act::Renew).await {
        loop {
            match call.next().await {
                Some(Reply::Answer(answer)) if answer.outcome.is_ok() => {}
                // This agent has missed what became of it: once more.
                Some(Reply::Answer(answer)) if answer.outcome == Err(quorate_core::wire::Denial::Uncertain) => break,
                Some(_) | None => return,
            }
        }
    }
}
