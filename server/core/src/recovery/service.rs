//! What recovery must know of a service. How its program is run is the agent's business, and stays closed here.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::ops::RangeInclusive;

use crate::types::{Duration, NodeName, ServiceName};

/// Levels that may be given.
pub const LEVEL: RangeInclusive<u32> = 0..=1000;
/// Most instances of a service that has a number of them.
pub const MAX_INSTANCES: u32 = 1000;
/// Most bytes that say how a service is run.
pub const MAX_BODY: usize = 64 * 1024;
/// Most names in one list of a service.
pub const MAX_LIST: usize = 64;
/// Most time that a service without its right may run on, `grace` and `loss_timeout` together: whoever takes over a single
/// instance waits for so long.
pub const MAX_LOSS: Duration = Duration::from_secs(4);
/// Times that a start or an end may take.
pub const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(100)..=Duration::from_secs(3600);
/// By how much longer a name is kept than its holder may run on: for the kill itself, on a busy machine.
pub const MARGIN: Duration = Duration::from_millis(250);

/// A service, as recovery sees it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Service {
    /// Its name.
    pub name: ServiceName,
    /// The catalog's revision that last changed it: an instance of another version is replaced.
    pub version: u64,
    /// Starts after these, if they are to run.
    pub after: Vec<ServiceName>,
    /// Runs only while these are ready, wherever they are to run.
    pub requires: Vec<ServiceName>,
    /// Its level at least.
    pub level: u32,
    /// Where it runs.
    pub placement: Placement,
    /// What it does without quorum.
    pub without_quorum: WithoutQuorum,
    /// For how long it runs on when quorum is gone, in the hope that it comes back.
    pub grace: Duration,
    /// How long an instance has to end when it has lost its right to run; it is killed then.
    pub loss_timeout: Duration,
    /// What it does in a transition.
    pub in_transition: InTransition,
    /// How long it may take to be ready.
    pub start_timeout: Duration,
    /// How long it may take to end when it is asked to; it is killed then.
    pub stop_timeout: Duration,
    /// What happens when it fails.
    pub restart: Restart,
    /// How it is run: only the agent looks inside.
    pub body: Arc<[u8]>,
}

/// Where a service runs.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Placement {
    /// How many instances.
    pub count: Count,
    /// Only on nodes with these labels.
    pub selector: Vec<(String, String)>,
    /// Best on these, the first one first.
    pub preferred: Vec<NodeName>,
    /// As evenly as can be over the values of this label.
    pub spread: Option<String>,
    /// An instance stays where it is, even if another node suits better.
    pub keep: bool,
    /// Only where an instance of this service runs.
    pub with: Option<ServiceName>,
    /// Never where one of these runs.
    pub apart: Vec<ServiceName>,
}

/// How many instances a service has.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Count {
    /// One on every node that suits.
    Every,
    /// So many in the cluster, at most one on a node; each is held by an exclusive name.
    Exactly(u32),
}

/// What a service does without quorum.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum WithoutQuorum {
    /// It ends.
    Stop,
    /// It is stopped by a signal, and goes on later if it is to run here then.
    Freeze,
    /// It runs on.
    CarryOn,
}

/// What a service does in a transition.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum InTransition {
    /// It runs on and is not told.
    Keep,
    /// It is sent a signal.
    Signal,
    /// It ends at once, and starts again at its level.
    Restart,
}

/// What happens when an instance fails.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Restart {
    /// How often it is started again within `window` before it is given up on that node.
    pub tries: u32,
    /// The time in which tries count.
    pub window: Duration,
    /// The pause before the first try; each further one is twice as long.
    pub pause: Duration,
    /// The longest pause.
    pub pause_max: Duration,
}

impl Service {
    /// Whether its instances are held by exclusive names.
    #[must_use]
    pub fn is_exclusive(&self) -> bool {
        matches!(self.placement.count, Count::Exactly(_))
    }

    /// All that must be placed and started before it.
    pub fn needs(&self) -> impl Iterator<Item = &ServiceName> {
        self.requires.iter().chain(&self.after).chain(&self.placement.with)
    }

    /// For how long a name is kept free when its holder is gone: by then an instance of it is dead for sure.
    #[must_use]
    pub fn delay(&self) -> Duration {
        self.grace + self.loss_timeout + MARGIN
    }
}

impl Restart {
    /// The pause before a try, the first one being 0.
    #[must_use]
    pub fn pause_before(&self, tries: u32) -> Duration {
        self.pause.saturating_mul(1 << tries.min(20)).min(self.pause_max)
    }
}
