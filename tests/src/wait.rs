//! Waiting for a condition, within a generous limit, with words for what was seen instead.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

/// How long tests wait for anything: far more than a busy machine needs.
pub const LIMIT: Duration = Duration::from_secs(60);
/// Time between two looks.
const PAUSE: Duration = Duration::from_millis(10);

/// Asks again and again until `condition` has a value, and returns it.
///
/// # Panics
/// After `limit`, with what the condition said last.
pub async fn wait_for<T, E: Display>(
    what: impl Display,
    limit: Duration,
    mut condition: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let started = Instant::now();
    loop {
        match condition().await {
            Ok(value) => return value,
            Err(seen) if started.elapsed() > limit => panic!("waited {limit:?} for {what}; seen instead: {seen}"),
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Asks again and again until `condition` holds.
///
/// # Panics
/// After [`LIMIT`].
pub async fn wait_until(what: impl Display, mut condition: impl AsyncFnMut() -> bool) {
    wait_for(what, LIMIT, async || if condition().await { Ok(()) } else { Err("it does not hold") }).await;
}
