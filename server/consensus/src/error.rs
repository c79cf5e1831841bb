//! What can go wrong, for the caller.

use std::{io, path::PathBuf};

use quorate_core::types::NodeId;
use uuid::Uuid;

use crate::{ids::ClusterUid, options::OptionsError};

/// Why a folder cannot be used. The file was not changed then.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The file system failed.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
    /// Another process uses the file.
    #[error("another process has {} open: stop it first", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The file is not what was written.
    #[error(
        "{} is damaged ({what}): move the data folder away to join as a new node; an old copy of it is no help",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What does not fit.
        what: String,
    },
    /// There is no file, or nothing in it, though there was one.
    #[error(
        "{} is missing or empty, and this node may have voted in its cluster: put the file back, or move the data \
         folder away to join as a new node",
        path.display()
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// A later version wrote the file.
    #[error("{} has format {version}, this version knows up to {known}: run a newer one", path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        version: u32,
        /// The newest format known.
        known: u32,
    },
    /// The file belongs to another node.
    #[error(
        "{} belongs to node {}, this node is {}: put the file back to where it came from",
        path.display(), Uuid::from_bytes(found.0), Uuid::from_bytes(expected.0)
    )]
    OtherNode {
        /// The file.
        path: PathBuf,
        /// The node in the file.
        found: NodeId,
        /// This node.
        expected: NodeId,
    },
    /// An option is out of range.
    #[error(transparent)]
    Options(#[from] OptionsError),
}

/// Why taking part could not be begun or ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// It takes part in another cluster; nothing was changed.
    #[error("this node takes part in cluster {found} already, not in {wanted}")]
    OtherCluster {
        /// The cluster it takes part in.
        found: ClusterUid,
        /// The cluster that was asked for.
        wanted: ClusterUid,
    },
    /// It takes part in no cluster; nothing was changed.
    #[error("this node takes part in no cluster")]
    NoCluster,
    /// The voters do not name this node; nothing was changed.
    #[error("this node is not among the voters")]
    NotAVoter,
    /// The disk failed. [`Event::Failed`](crate::Event::Failed) follows; open the folder anew.
    #[error("{0}")]
    Failed(String),
    /// It was closed.
    #[error("consensus was closed")]
    Stopped,
}

/// Why a change was not confirmed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProposeError {
    /// This node does not lead. The change was not made.
    #[error("this node does not lead")]
    NotLeader {
        /// Who does, as far as is known.
        leader: Option<NodeId>,
    },
    /// This node leads but does not hear from a majority. The change was not made.
    #[error("the leader does not reach a majority of the voters")]
    NoQuorum,
    /// The outcome is unknown: the change may have been made or not, or may be made yet.
    #[error("whether the change was made is unknown")]
    Unknown,
    /// The change has too many bytes. It was not made.
    #[error("the change has {size} bytes, {limit} are allowed")]
    TooLarge {
        /// Its bytes.
        size: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// A new voter did not catch up in time. It stays a learner; the voters are as they were.
    #[error("node {} did not catch up in time", Uuid::from_bytes(node.0))]
    Behind {
        /// The new voter.
        node: NodeId,
    },
    /// Another change of the voters is under way. Nothing was changed.
    #[error("the voters are being changed already")]
    Changing,
    /// Voters cannot be changed to this. Nothing was changed.
    #[error("{0}")]
    Refused(String),
    /// It was closed, or it failed.
    #[error("consensus has stopped")]
    Stopped,
}
