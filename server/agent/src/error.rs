//! How the agent ends: the errors of a run, and the exit code of each.

use std::{io, net::SocketAddr, process::ExitCode};

use quorate_consensus::OpenError;
use quorate_tls::FileError;

use crate::{config::ConfigError, store::StoreError};

/// Why the agent ended.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// The configuration cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The data folder was refused, or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The cluster database in the data folder was refused.
    #[error(transparent)]
    Database(#[from] OpenError),
    /// The data folder failed while the agent ran.
    #[error("the data folder can no longer be written: see the log for why")]
    Disk,
    /// The files for TLS cannot be used.
    #[error("{key}: {source}")]
    Tls {
        /// The section they are in.
        key: &'static str,
        /// Which file, and why.
        source: FileError,
    },
    /// An address cannot be listened on.
    #[error("cannot listen on {address} for {what}: {source}")]
    Listen {
        /// What it is for: "the API", "peers on network 'default'", "HTTP".
        what: String,
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
    /// Anything else that ended the agent.
    #[error("{0}")]
    Runtime(String),
}

impl AgentError {
    /// The exit code, as `quorated --help` documents it.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        ExitCode::from(match self {
            Self::Runtime(_) => 1,
            Self::Config(_) | Self::Tls { .. } => 2,
            Self::Store(_) | Self::Database(_) | Self::Disk => 3,
            Self::Listen { .. } => 4,
        })
    }
}
