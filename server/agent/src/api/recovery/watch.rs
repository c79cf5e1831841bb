//! One stream of `WatchRecovery`.

use quorate_proto::v1::{Bookmark, NoRecovery, WatchRecoveryResponse, watch_recovery_response::Message};
use tokio::{
    sync::watch,
    time::{Instant, sleep_until},
};

use super::{Recoveries, follow::Heard};
use crate::api::{
    context::Watcher,
    error::ApiError,
    watch::{QUIET, Watch},
};

/// One stream of `WatchRecovery`.
#[derive(Debug)]
pub struct RecoveryWatch {
    service: Recoveries,
    heard: watch::Receiver<Heard>,
    quiet_at: Instant,
    _watcher: Watcher,
}

impl RecoveryWatch {
    /// Opens a stream.
    ///
    /// # Errors
    /// [`ApiError::LimitReached`].
    pub fn open(service: Recoveries) -> Result<Self, ApiError> {
        let watcher = service.0.watcher()?;
        let heard = service.0.recovery.watch();
        Ok(Self { service, heard, quiet_at: Instant::now() + QUIET, _watcher: watcher })
    }
}

impl Watch for RecoveryWatch {
    type Message = WatchRecoveryResponse;

    async fn next(&mut self) -> Result<Vec<WatchRecoveryResponse>, ApiError> {
        let message = tokio::select! {
            biased;
            () = self.service.0.stopping.cancelled() => return Err(ApiError::Stopping),
            changed = self.heard.changed() => {
                changed.map_err(|_| ApiError::Stopping)?;
                match &*self.heard.borrow_and_update() {
                    Heard::Nothing => return Ok(Vec::new()),
                    Heard::Nobody => Message::NoRecovery(NoRecovery {}),
                    Heard::Standing(standing) => Message::Recovery(standing.recovery()),
                }
            }
            () = sleep_until(self.quiet_at) => Message::Bookmark(Bookmark {}),
        };
        self.quiet_at = Instant::now() + QUIET;
        Ok(vec![WatchRecoveryResponse { header: self.service.0.header(), message: Some(message) }])
    }
}
