//! Checks: whether a service does what it is there for, as seen from outside.
//!
//! One look, with a limit. How often, how many failures count, and what follows from them is for others to say. Plain
//! text only: a service that speaks TLS is looked at with a command.

mod command;
mod grpc;
mod http;
mod tcp;

use std::{net::SocketAddr, ops::RangeInclusive, time::Duration};

use serde::{Deserialize, Serialize};

/// How to look at a service.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Check {
    /// Something accepts connections.
    Tcp {
        /// Where.
        address: SocketAddr,
    },
    /// A `GET` over HTTP/1.1 is answered with a status that is expected. Redirections are not followed.
    Http {
        /// What is asked for: `http://…`.
        url: String,
        /// What is good.
        #[serde(default = "good")]
        expect: RangeInclusive<u16>,
    },
    /// The standard health service of gRPC says `SERVING`.
    Grpc {
        /// Where.
        address: SocketAddr,
        /// Of which service; empty for the server as a whole.
        #[serde(default)]
        service: String,
    },
    /// A program exits with 0. It gets nothing to read, what it writes is not kept, and it is killed with its whole
    /// process group when it takes too long.
    Command {
        /// Program and arguments.
        argv: Vec<String>,
    },
}

/// Why a service is not good.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unwell {
    /// It took longer than it may.
    #[error("no answer within {}", humantime::format_duration(*.0))]
    Late(Duration),
    /// Nobody can be connected to.
    #[error("cannot connect to {to}: {why}")]
    Unreachable {
        /// Where.
        to: String,
        /// Why not.
        why: String,
    },
    /// There is an answer, and it is another one.
    #[error("{0}")]
    Answer(String),
    /// The check itself cannot be made.
    #[error("the check cannot be made: {0}")]
    Check(String),
}

impl Check {
    /// Looks once.
    ///
    /// # Errors
    /// [`Unwell`], in plain words.
    pub async fn probe(&self, limit: Duration) -> Result<(), Unwell> {
        let probe = async {
            match self {
                Self::Tcp { address } => tcp::probe(*address).await.map(drop),
                Self::Http { url, expect } => http::probe(url, expect).await,
                Self::Grpc { address, service } => grpc::probe(*address, service).await,
                Self::Command { argv } => command::probe(argv).await,
            }
        };
        tokio::time::timeout(limit, probe).await.unwrap_or(Err(Unwell::Late(limit)))
    }
}

fn good() -> RangeInclusive<u16> {
    200..=399
}
