//! What is done with a unit, step by step.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use crate::{
    cgroup,
    failure::Failure,
    systemd::{ANSWER, Systemd, Unit},
};

/// From one look at what should be gone to the next.
const ROUND: Duration = Duration::from_millis(20);
/// From one try to reach systemd to the next.
const AGAIN: Duration = Duration::from_millis(200);

/// Starts a unit, and waits until it is active. One that is active already stays as it is.
pub(crate) async fn start(name: &str) -> Result<(), Failure> {
    let nowhere = |why| Failure::NoSystemd(Box::new(why));
    let systemd = Systemd::connect().await.map_err(nowhere)?;
    let unit = systemd.load(name).await.map_err(nowhere)?;
    check(&unit, name).await?;
    unit.reset_failed().await;
    systemd.subscribe().await?;
    let mut jobs = systemd.jobs().await?;
    let job = unit.start().await?;
    let result = jobs.end_of(&systemd, &job).await?;
    let state = unit.state().await?;
    if state.is_up() {
        return Ok(());
    }
    Err(Failure::State(match result.as_deref() {
        Some("done") if state.active == "inactive" => {
            format!("{name} has ended as soon as it was started: what is done then needs RemainAfterExit=yes")
        }
        Some("done" | "failed") | None => state.in_words(name, &unit.outcome().await),
        Some(result) => format!("{name} was not started: {result}"),
    }))
}

/// Whether the cluster may start it.
async fn check(unit: &Unit<'_>, name: &str) -> Result<(), Failure> {
    let state = unit.state().await?;
    match state.load.as_str() {
        "loaded" if state.is_enabled() => Err(Failure::Enabled(name.to_owned())),
        "loaded" => Ok(()),
        "not-found" => Err(Failure::Missing(name.to_owned())),
        "masked" => Err(Failure::Masked(name.to_owned())),
        _ => Err(Failure::NotLoaded { unit: name.to_owned(), why: state.load_error }),
    }
}

/// Succeeds when it is active for so long. That systemd cannot be asked for a while is no failure of the unit: it may
/// execute itself anew, as it does when it is upgraded.
pub(crate) async fn watch(name: &str, hold: Duration) -> Result<(), Failure> {
    let end = Instant::now() + hold;
    loop {
        match timeout_at(end + ANSWER, look(name, end)).await {
            Ok(Err(trouble)) if trouble.is_trouble() && Instant::now() < end => sleep(AGAIN).await,
            Ok(done) => return done,
            Err(_) => return Err(Failure::Lost),
        }
    }
}

async fn look(name: &str, end: Instant) -> Result<(), Failure> {
    let systemd = Systemd::connect().await?;
    systemd.subscribe().await?;
    let unit = systemd.load(name).await?;
    let mut changes = unit.changes().await?;
    loop {
        let state = unit.state().await?;
        if !state.is_up() {
            return Err(Failure::State(state.in_words(name, &unit.outcome().await)));
        }
        match timeout_at(end, changes.next()).await {
            Ok(changed) => changed?,
            Err(_) => return Ok(()),
        }
    }
}

/// Stops it, and waits until nothing of it is left.
pub(crate) async fn stop(name: &str) -> Result<(), Failure> {
    let systemd = Systemd::connect().await?;
    let unit = systemd.load(name).await?;
    if !unit.state().await?.is_down() {
        systemd.subscribe().await?;
        let mut jobs = systemd.jobs().await?;
        let job = unit.stop().await?;
        jobs.end_of(&systemd, &job).await?;
        let state = unit.state().await?;
        if !state.is_down() {
            return Err(Failure::State(format!("{name} was stopped, and is {} ({})", state.active, state.sub)));
        }
    }
    // By its `KillMode` it may leave processes behind.
    while cgroup::is_populated(name) {
        cgroup::kill(name);
        sleep(ROUND).await;
    }
    Ok(())
}

/// Kills all its processes until none is left, first without the bus. A job that stops it keeps systemd from starting it
/// again.
pub(crate) async fn kill(name: &str) -> Result<(), Failure> {
    cgroup::kill(name);
    let systemd = Systemd::connect().await?;
    let unit = systemd.load(name).await?;
    loop {
        if unit.state().await?.is_down() && !cgroup::is_populated(name) {
            return Ok(());
        }
        unit.stop().await?;
        unit.kill().await;
        cgroup::kill(name);
        sleep(ROUND).await;
    }
}
