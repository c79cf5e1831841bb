//! The words all layers share: time, identities, addresses, views.

mod history;
mod ids;
mod loss;
mod time;
mod view;

pub use history::{History, Resume};
pub use ids::{Address, Boot, ConnId, Identity, NameError, Network, NodeId, NodeName};
pub use loss::Loss;
pub use time::{Duration, Instant, Now, WallTime};
pub use view::{Cause, CauseKind, Incarnation, Member, Members, Sighting, ViewId, ViewRecord};
