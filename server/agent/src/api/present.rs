//! How one thing stands, for a reader: as it is now, and again each time that it changes. What it was in between may be
//! missed by a reader that lags; how it is now never is.

use std::{fmt, sync::Arc};

use quorate_core::coordination::{News, Update};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until},
};

use super::{context::Context, coordinate::At, error::ApiError, watch::QUIET};
use crate::driver::Access;

/// What a reader sees next.
#[derive(Debug)]
pub enum Seen<T> {
    /// It is like this now.
    Changed(At, T),
    /// It did not change for a while.
    Quiet(At),
}

/// How one thing stands.
pub struct Present<T> {
    look: Arc<dyn Fn(Access<'_>) -> T + Send + Sync>,
    concerns: Box<dyn Fn(&News) -> bool + Send + Sync>,
    live: Option<broadcast::Receiver<Arc<Update>>>,
    last: Option<(At, T)>,
}

impl<T> fmt::Debug for Present<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Present").finish_non_exhaustive()
    }
}

impl<T: Clone + PartialEq + Send + Sync + 'static> Present<T> {
    /// What `look` sees, as it changes with news that concern it.
    pub fn new(
        look: impl Fn(Access<'_>) -> T + Send + Sync + 'static,
        concerns: impl Fn(&News) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self { look: Arc::new(look), concerns: Box::new(concerns), live: None, last: None }
    }

    /// What is to be told next.
    ///
    /// # Errors
    /// [`ApiError::Stopping`] and [`ApiError::NotServed`] end the stream.
    pub async fn next(&mut self, context: &Context) -> Result<Seen<T>, ApiError> {
        let quiet_at = Instant::now() + QUIET;
        loop {
            if self.live.is_none() || self.last.is_none() {
                let look = Arc::clone(&self.look);
                let seen = context.look(false, move |access| (access.watch(), look(access)));
                let ((live, now), at) = seen.await?;
                self.live = Some(live);
                if self.last.as_ref().is_none_or(|(_, last)| *last != now) {
                    self.last = Some((at, now.clone()));
                    return Ok(Seen::Changed(at, now));
                }
            }
            let (Some(live), Some((at, _))) = (&mut self.live, &self.last) else { continue };
            let at = *at;
            let stale = tokio::select! {
                biased;
                () = context.stopping.cancelled() => return Err(ApiError::Stopping),
                update = live.recv() => match update {
                    Ok(update) => update.news.as_ref().is_none_or(|news| news.iter().any(&self.concerns)),
                    Err(RecvError::Lagged(_)) => true,
                    Err(RecvError::Closed) => return Err(ApiError::Stopping),
                },
                () = sleep_until(quiet_at) => return Ok(Seen::Quiet(at)),
            };
            if stale {
                self.live = None;
            }
        }
    }
}
