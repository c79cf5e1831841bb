//! Client of the Quorate cluster agent.
//!
//! [`Client`] talks to any of several agents of one cluster: a call that one of them does not answer is tried on the
//! next, within a deadline, where the method allows it. [`Client::watch_membership`] and [`Client::watch_events`] give
//! streams that reconnect and resume by themselves, on whichever agent answers, without a gap or a duplicate.
//!
//! ```no_run
//! # async fn run() -> Result<(), quorate::Error> {
//! let client = quorate::Client::connect(["127.0.0.1:7401", "127.0.0.1:7402"]).await?;
//! let answer = client.view().await?;
//! for member in answer.view.unwrap_or_default().members {
//!     println!("{}", member.node_name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Requests and answers are the generated types of the schema, re-exported as [`v1`]; their comments are the contract.
//! Programs that use what is shared take part in recovery after a change of the cluster with [`Client::participate`].
//!
//! Everything runs on tokio. Dropping a future or a stream cancels its call. One task is spawned for each open [`Session`],
//! which keeps it alive and ends with it.
//! (The HTTP/2 connections are driven by tasks of the transport; they end with the last clone of the client.)

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod address;
mod attempt;
mod barrier;
mod client;
mod election;
mod error;
mod lock;
mod name;
mod options;
mod pages;
mod participant;
mod pool;
mod reason;
mod recovery;
mod retry;
mod rotation;
mod session;
mod tls;
mod watch;

pub use attempt::Attempt;
pub use client::Client;
pub use error::{Cause, Error, Refusal, Tried};
pub use options::{ClientOptions, OptionsError};
pub use participant::{Notice, Participant, ParticipantOptions, PhaseError};
pub use quorate_proto::{ERROR_DOMAIN, v1};
pub use quorate_tls::{Fault, FileError};
pub use reason::Reason;
pub use retry::Safety;
pub use session::{Loss, Session, SessionOptions};
pub use tls::TlsOptions;
pub use tonic::Code;
pub use watch::{EventWatchOptions, MembershipWatchOptions, NameWatchOptions, Watch, WatchStatus};

/// A name for one request, so that it is carried out once however often it is sent.
fn request_id() -> String {
    uuid::Uuid::new_v4().simple().to_string()
}
