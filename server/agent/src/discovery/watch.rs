//! One name, looked up again and again.

use std::{collections::BTreeSet, future::Future, time::Duration};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use quorate_core::types::Address;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::Sink;

/// A look-up that takes longer has failed.
const PATIENCE: Duration = Duration::from_secs(10);
/// First pause after a failure.
const FIRST_RETRY: Duration = Duration::from_millis(200);
/// More addresses behind one name are left out.
const MAX_ADDRESSES: usize = 256;

/// What every watched name shares.
#[derive(Clone)]
pub(super) struct Watch {
    pub(super) interval: Duration,
    pub(super) sink: Sink,
    pub(super) cancel: CancellationToken,
}

impl Watch {
    /// Looks up until it is cancelled or nobody listens. No address at all counts as a failure: a name that vanishes for
    /// a while, as names of services do, does not take away what is known.
    pub(super) async fn run<F, L>(self, source: String, lookup: F)
    where
        F: Fn() -> L + Send,
        L: Future<Output = Result<Vec<Address>, String>> + Send,
    {
        let cancel = self.cancel.clone();
        // Cancelled or not, there is nothing left to do.
        let _ = cancel.run_until_cancelled(self.watch(source, lookup)).await;
    }

    async fn watch<F, L>(self, source: String, lookup: F)
    where
        F: Fn() -> L + Send,
        L: Future<Output = Result<Vec<Address>, String>> + Send,
    {
        let mut known = Vec::new();
        let mut failing = Failing::default();
        loop {
            let found = timeout(PATIENCE, lookup()).await.unwrap_or_else(|_| Err("no answer in time".into()));
            let pause = match found.and_then(tidy) {
                Ok(found) => {
                    failing.ended(&source);
                    if found != known {
                        tracing::info!(source, addresses = %listed(&found), "discovery found addresses");
                        known.clone_from(&found);
                        if self.sink.send((source.clone(), found)).await.is_err() {
                            return;
                        }
                    }
                    jittered(self.interval)
                }
                Err(why) => failing.again(&source, why, self.interval),
            };
            sleep(pause).await;
        }
    }
}

/// A failure that lasts: logged once for each kind, retried with growing pauses.
#[derive(Default)]
pub(super) struct Failing {
    why: Option<String>,
    pauses: Option<ExponentialBackoff>,
}

impl Failing {
    /// It failed (again). Returns how long to wait.
    pub(super) fn again(&mut self, source: &str, why: String, interval: Duration) -> Duration {
        if self.why.as_ref() != Some(&why) {
            tracing::warn!(source, error = %why, "discovery failed; what was found before stays, and it goes on trying");
            self.why = Some(why);
        }
        let pauses = self.pauses.get_or_insert_with(|| {
            let pauses = ExponentialBuilder::new().with_min_delay(FIRST_RETRY.min(interval)).with_max_delay(interval);
            pauses.without_max_times().with_jitter().build()
        });
        pauses.next().unwrap_or(interval)
    }

    /// It works (again).
    pub(super) fn ended(&mut self, source: &str) {
        if self.why.is_some() {
            tracing::info!(source, "discovery works again");
        }
        *self = Self::default();
    }
}

/// An interval with a tenth more or less, so that nodes started together do not ask together for ever.
pub(super) fn jittered(interval: Duration) -> Duration {
    interval.mul_f64(0.9 + 0.2 * fastrand::f64())
}

/// Addresses for the log.
pub(super) fn listed(addresses: &[Address]) -> String {
    addresses.iter().map(Address::as_str).collect::<Vec<_>>().join(" ")
}

/// Sorted, each once, not too many; no address is a failure.
fn tidy(found: Vec<Address>) -> Result<Vec<Address>, String> {
    let found: BTreeSet<_> = found.into_iter().collect();
    if found.is_empty() { Err("no address".into()) } else { Ok(found.into_iter().take(MAX_ADDRESSES).collect()) }
}
