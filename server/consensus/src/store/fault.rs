//! What can go wrong inside the store, before it is known whether a file is being opened or used.

use std::{io, path::Path};

use quorate_core::types::NodeId;
use redb::Error as Redb;

use super::VERSION;
use crate::error::OpenError;

/// What went wrong.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The database says so.
    Redb(Redb),
    /// The file system says so.
    Io(io::Error),
    /// A value is not what was written; or cannot be.
    Damaged(String),
    /// A later version wrote it.
    Newer(u32),
    /// It belongs to this other node.
    OtherNode(NodeId),
    /// It was closed.
    Closed,
}

impl Fault {
    /// For a file that was being opened, before anything in it was changed.
    pub(super) fn at(self, path: &Path, me: NodeId) -> OpenError {
        let path = path.into();
        let damaged = |path, what: String| OpenError::Damaged { path, what };
        match self {
            Self::Newer(version) => OpenError::Newer { path, version, known: VERSION },
            Self::OtherNode(found) => OpenError::OtherNode { path, found, expected: me },
            Self::Damaged(what) => damaged(path, what),
            Self::Closed => damaged(path, "it was closed while it was read".into()),
            Self::Redb(Redb::DatabaseAlreadyOpen | Redb::LockProtocolMismatch) => OpenError::Locked { path },
            // A file that ends too early, or that is no database.
            Self::Redb(Redb::Io(source)) | Self::Io(source) => match source.kind() {
                io::ErrorKind::UnexpectedEof | io::ErrorKind::InvalidData => damaged(path, source.to_string()),
                _ => OpenError::Io { action: "open", path, source },
            },
            Self::Redb(other) => damaged(path, other.to_string()),
        }
    }

    /// For a file in use.
    pub(crate) fn during(self, action: &str, path: &Path) -> io::Error {
        let path = path.display();
        match self {
            Self::Redb(Redb::Io(why)) | Self::Io(why) => {
                io::Error::new(why.kind(), format!("cannot {action} {path}: {why}"))
            }
            Self::Redb(why) => io::Error::other(format!("cannot {action} {path}: {why}")),
            Self::Damaged(what) => io::Error::new(io::ErrorKind::InvalidData, format!("{path} is damaged ({what})")),
            Self::Closed => io::Error::new(io::ErrorKind::NotConnected, format!("{path} was closed")),
            Self::Newer(_) | Self::OtherNode(_) => io::Error::other(format!("cannot {action} {path}: {self:?}")),
        }
    }
}

impl From<io::Error> for Fault {
    fn from(why: io::Error) -> Self {
        Self::Io(why)
    }
}

macro_rules! from_redb {
    ($($error:ty),*) => { $(
        impl From<$error> for Fault {
            fn from(why: $error) -> Self {
                Self::Redb(why.into())
            }
        }
    )* };
}

from_redb!(
    redb::CommitError,
    redb::DatabaseError,
    redb::SetDurabilityError,
    redb::StorageError,
    redb::TableError,
    redb::TransactionError
);
