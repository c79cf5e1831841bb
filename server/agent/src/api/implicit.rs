//! Calls without a session: the call is the session. The agent opens one, keeps it alive for as long as the call lasts, and
//! closes it when the call ends, however it does.

use std::{sync::Arc, time::Duration};

use quorate_core::{
    types::Instant,
    wire::{Act, Done},
};
use tokio::{sync::watch, time::sleep};
use tokio_util::sync::{CancellationToken, DropGuard};

use super::{context::Context, coordinate::Proof, error::ApiError, session::opening};
use crate::driver::Clock;

/// A session that lasts as long as this.
#[derive(Debug)]
pub struct Implicit {
    proof: Proof,
    until: Until,
    _end: DropGuard,
}

/// Until when a session surely lives, by a clock that counts suspensions, as that is extended.
#[derive(Clone, Debug)]
pub struct Until {
    clock: Arc<Clock>,
    end: watch::Receiver<Instant>,
}

impl Until {
    /// How long that still is.
    #[must_use]
    pub fn left(&self) -> Duration {
        self.end.borrow().since(self.clock.now().at)
    }

    /// Waits until it is extended, and says how long it is then; none when it runs out before.
    pub async fn extended(&mut self) -> Option<Duration> {
        loop {
            let left = self.left();
            if left.is_zero() {
                return None;
            }
            tokio::select! {
                changed = self.end.changed() => match changed {
                    Ok(()) => return Some(self.left()).filter(|left| !left.is_zero()),
                    // It is not extended any more.
                    Err(_) => sleep(left).await,
                },
                () = sleep(left) => {}
            }
        }
    }
}

impl Implicit {
    /// Opens a session for a call of `client`.
    ///
    /// # Errors
    /// What says that none can be opened.
    pub async fn open(
        context: &Arc<Context>,
        ttl: Duration,
        label: Arc<str>,
        client: Arc<str>,
    ) -> Result<Self, ApiError> {
        let clock = Arc::new(Clock::start());
        let begun = clock.now().at;
        let act = Act::Open(opening(context, ttl, label, "".into(), client));
        let (done, _) = context.coordinate(None, None, act).await?;
        let Done::Opened { session, secret, ttl } = done else { return Err(ApiError::Internal("an odd answer")) };
        let (extend, end) = watch::channel(begun + ttl);
        let (stop, until) = (CancellationToken::new(), Until { clock: Arc::clone(&clock), end });
        let lease = Lease { context: Arc::clone(context), proof: (session, secret), ttl, clock, extend };
        tokio::spawn(lease.keep(stop.clone()));
        Ok(Self { proof: (session, secret), until, _end: stop.drop_guard() })
    }

    /// The session, and its proof.
    #[must_use]
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// Until when it surely lives.
    #[must_use]
    pub fn until(&self) -> Until {
        self.until.clone()
    }
}

/// A session that is kept alive.
struct Lease {
    context: Arc<Context>,
    proof: Proof,
    ttl: Duration,
    clock: Arc<Clock>,
    extend: watch::Sender<Instant>,
}

impl Lease {
    /// Keeps it alive until `stop`, then closes it.
    async fn keep(self, stop: CancellationToken) {
        let Self { context, proof, ttl, clock, extend } = self;
        loop {
            tokio::select! {
                () = stop.cancelled() => break,
                () = sleep(ttl / 3) => {}
            }
            let sent = clock.now().at;
            tokio::select! {
                () = stop.cancelled() => break,
                renewed = context.coordinate(Some(proof), None, Act::Renew) => match renewed {
                    Ok(_) => drop(extend.send(sent + ttl)),
                    // Whoever waits sees that the time is not extended.
                    Err(ApiError::Denied(_)) => return,
                    Err(_) => {}
                },
            }
        }
        // When nobody can be reached, its time runs out.
        let _ = context.coordinate(Some(proof), None, Act::Close).await;
    }
}
