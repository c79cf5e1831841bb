//! The words all layers share: time, identities, addresses, views, quorum, coordination.

mod coordination;
mod history;
mod ids;
mod loss;
mod quorum;
mod time;
mod view;

pub use coordination::{MAX_LABEL, MAX_PATH, Path, PathError, Revision, Secret, SessionId, Token};
pub use history::{History, Resume};
pub use ids::{Address, Boot, ConnId, Identity, NameError, Network, NodeId, NodeName, ServiceName, Slot};
pub use loss::Loss;
pub use quorum::{Candidacy, ClusterUid, Epoch, Profile, Regime, Suffrage, Voter};
pub use time::{Duration, Instant, Now, WallTime};
pub use view::{Cause, CauseKind, Incarnation, Member, Members, Sighting, ViewId, ViewRecord};
