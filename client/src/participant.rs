//! Programs that take part in recovery.

mod link;
mod work;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use futures_util::future::join;
use tokio::sync::mpsc;

use self::link::Link;
use crate::client::Client;
use crate::error::{Error, Tried};
use crate::options::{OptionsError, check_duration};
use crate::v1::{self, LatePolicy, Phase};

const MIN_DEADLINE: Duration = Duration::from_millis(100);
const HOUR: Duration = Duration::from_secs(3600);
/// What may be told while the program is busy. More makes the agent wait.
const QUEUE: usize = 16;

/// What a program that takes part is.
#[derive(Debug, Clone)]
pub struct ParticipantOptions {
    name: String,
    level: u32,
    requires: Vec<String>,
    deadline: Option<Duration>,
    late: LatePolicy,
    idle_timeout: Duration,
}

impl ParticipantOptions {
    /// A program of this name (for people: 1 to 128 bytes) on level 0, that requires nothing.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            level: 0,
            requires: Vec::new(),
            deadline: None,
            late: LatePolicy::Isolate,
            idle_timeout: Duration::from_secs(15),
        }
    }

    /// Its level, 0 to 1,000: it recovers when everything on lower levels has, on all members. Default: 0.
    #[must_use]
    pub fn level(mut self, level: u32) -> Self {
        self.level = level;
        self
    }

    /// Services that must be ready before it recovers: at most 64. Default: none.
    #[must_use]
    pub fn requires(mut self, services: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.requires = services.into_iter().map(Into::into).collect();
        self
    }

    /// How long it has for each phase: 100 ms to 1 h. Default: 30 s.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// What happens when that is over. Default: the cluster goes on without it.
    #[must_use]
    pub fn late(mut self, policy: LatePolicy) -> Self {
        self.late = policy;
        self
    }

    /// Takes an agent for gone when nothing at all came from it for this long: 100 ms to 1 h, default 15 s. Agents send
    /// something every 5 s.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.idle_timeout = timeout;
        self
    }

    fn check(&self) -> Result<(), OptionsError> {
        check_duration("idle_timeout", self.idle_timeout, MIN_DEADLINE..=HOUR)?;
        self.deadline.map_or(Ok(()), |deadline| check_duration("deadline", deadline, MIN_DEADLINE..=HOUR))
    }

    /// What an agent is told first.
    fn introduction(&self) -> v1::Participant {
        v1::Participant {
            name: self.name.clone(),
            level: self.level,
            requires: self.requires.clone(),
            deadline: self.deadline.and_then(|deadline| deadline.try_into().ok()),
            late: self.late.into(),
        }
    }
}

/// Why a program could not do what it was told; whatever it likes.
pub type PhaseError = Box<dyn StdError + Send + Sync>;

/// A program that takes part in recovery; see [`Client::participate`].
///
/// Each phase is acknowledged when its method returns `Ok`. After an error it is not: until the cluster changes again, the
/// program counts as late with that phase. Errors are handed to [`notice`](Self::notice), for nobody else sees them.
///
/// Methods take `&self`, for notices come while a phase is under way. No two phases are under way at once.
pub trait Participant: Sync {
    /// Stop using what is shared.
    ///
    /// Told first of all, and again as soon as the cluster begins to change, under the epoch that ends: from epoch 7 to 8 that is
    /// `prepare(Some(7))` and `recover(8)`. When the cluster changes further, it is told again, under the epoch that ends then,
    /// unless it has prepared. Also told within an epoch, when a service that it requires is not ready any more: each phase then
    /// comes again under the same epoch, so never skip one because it was done under that before.
    ///
    /// Also told at once when the agent is gone, without an epoch: what happens in the cluster is not known then. Is never cut
    /// short, so it ends with nothing in use, and is told again if more happened meanwhile.
    fn prepare(&self, epoch: Option<u64>) -> impl Future<Output = Result<(), PhaseError>> + Send;

    /// Recover: everything on lower levels has, on all members. May come more than once under an epoch.
    ///
    /// When the cluster changes meanwhile, or the agent is gone, the future is dropped where it waits, and
    /// [`prepare`](Self::prepare) follows.
    fn recover(&self, epoch: u64) -> impl Future<Output = Result<(), PhaseError>> + Send;

    /// Go on, and use what is shared: everything has recovered. Return soon, and leave the work itself to others.
    ///
    /// When the cluster changes meanwhile, or the agent is gone, the future is dropped where it waits, and
    /// [`prepare`](Self::prepare) follows.
    fn resume(&self, epoch: u64) -> impl Future<Output = Result<(), PhaseError>> + Send;

    /// Something worth a line in a log. Must not block. Default: does nothing.
    fn notice(&self, notice: Notice) {
        drop(notice);
    }
}

/// What happened to a program that takes part, for its log.
#[derive(Debug)]
#[non_exhaustive]
pub enum Notice {
    /// It takes part at this agent from now on.
    Joined {
        /// The endpoint as `host:port`.
        endpoint: String,
    },
    /// The agent is gone, or one that was tried cannot be had. Another one is tried.
    Away(Tried),
    /// It was late with this phase: the cluster goes on without it until it has done that.
    Isolated(Phase),
    /// It failed to do what it was told, which is not acknowledged.
    Failed {
        /// The phase.
        phase: Phase,
        /// The epoch by which it was told; none when the agent was gone.
        epoch: Option<u64>,
        /// What it said itself.
        error: PhaseError,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Joined { endpoint } => write!(f, "takes part at {endpoint}"),
            Self::Away(tried) => write!(f, "no agent: {tried}"),
            Self::Isolated(phase) => write!(f, "was late: {}", word(*phase)),
            Self::Failed { phase, error, .. } => write!(f, "failed to {}: {error}", word(*phase)),
        }
    }
}

fn word(phase: Phase) -> &'static str {
    match phase {
        Phase::Prepare => "prepare",
        Phase::Recover => "recover",
        Phase::Resume => "resume",
        Phase::Unspecified => "do something unknown",
    }
}

impl Client {
    /// Has a program take part in recovery, through whatever agent answers, until the future is dropped.
    ///
    /// With each change of the cluster the program is told to [prepare](Participant::prepare), to
    /// [recover](Participant::recover) and to [resume](Participant::resume); the cluster takes each step when all who take part
    /// have taken the one before. When the agent is gone, the program is told to prepare at once, and takes part again at the
    /// next agent. Until it was told to resume for the first time, it must not use what is shared.
    ///
    /// An agent that does not say that it goes - whose machine was cut off, say - is noticed after
    /// [`idle_timeout`](ParticipantOptions::idle_timeout) at the latest. Others may have gone on by then: have what is protected
    /// refuse lower epochs than it has seen, or look at [`quorum`](Client::quorum) before it is touched.
    ///
    /// Returns only when taking part is of no use, after the program was told to prepare: options that are not allowed, or a
    /// refusal that every agent would repeat (`BAD_REQUEST`). Dropping the future ends taking part; the program is not told.
    ///
    /// ```no_run
    /// use quorate::{Client, Participant, ParticipantOptions, PhaseError};
    ///
    /// struct Store;
    ///
    /// impl Participant for Store {
    ///     async fn prepare(&self, _: Option<u64>) -> Result<(), PhaseError> {
    ///         // Finish or give up what writes to the shared disk.
    ///         Ok(())
    ///     }
    ///
    ///     async fn recover(&self, epoch: u64) -> Result<(), PhaseError> {
    ///         println!("replaying the journal under epoch {epoch}");
    ///         Ok(())
    ///     }
    ///
    ///     async fn resume(&self, _: u64) -> Result<(), PhaseError> {
    ///         // Let requests in again.
    ///         Ok(())
    ///     }
    /// }
    ///
    /// # async fn run() -> Result<(), quorate::Error> {
    /// let client = Client::connect(["127.0.0.1:7401", "127.0.0.1:7402"]).await?;
    /// let options = ParticipantOptions::new("store").level(3).requires(["disk"]);
    /// Err(client.participate(options, &Store).await)
    /// # }
    /// ```
    pub async fn participate(&self, options: ParticipantOptions, program: &impl Participant) -> Error {
        if let Err(error) = options.check() {
            return error.into();
        }
        let (events, queue) = mpsc::channel(QUEUE);
        let link = Link { pool: self.pool.clone(), options, events };
        let (error, ()) = join(link.run(), work::run(program, queue)).await;
        error
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn options_are_checked_and_become_an_introduction() {
        let options = ParticipantOptions::new("store").level(3).requires(["disk"]).deadline(Duration::from_secs(2));
        options.check().unwrap();
        let told = options.clone().late(LatePolicy::Wait).introduction();
        assert_eq!((told.name.as_str(), told.level, told.late()), ("store", 3, LatePolicy::Wait));
        assert_eq!(told.deadline.unwrap().seconds, 2);
        let error = options.deadline(Duration::ZERO).check().unwrap_err();
        assert_eq!(error.to_string(), "deadline is 0ns, allowed is 100ms to 3600s");
    }
}
