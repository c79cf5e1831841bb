//! One run: a fresh group that forms, and then one thing that happens to it, or nothing.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use crate::{
    idle::{self, Idle},
    sightings::{Sightings, all_see},
    systems::{Group, System},
};

/// Time between the forming of a group and the fault, for what goes on in the background to come to rest.
pub(crate) const CALM: Duration = Duration::from_secs(2);

/// What happens to a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Its process is killed.
    Kill,
    /// Its network is cut, so that it is silent.
    Cut,
}

/// What was seen of one group.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    /// From the start of the first member until all saw all.
    pub(crate) formed: Option<Duration>,
    /// Most different numbers of members that one of them saw on the way there.
    pub(crate) counts: usize,
    /// From the fault until all survivors saw that they are one less.
    pub(crate) noticed: Option<Duration>,
    /// The cost while idle.
    pub(crate) idle: Option<Idle>,
    /// What went wrong.
    pub(crate) problem: Option<String>,
}

/// A fault at one member of a group: the last member in even runs, the first in odd ones.
pub(crate) async fn with_fault(system: System, size: usize, fault: Fault, number: usize) -> Seen {
    let mut seen = Seen::default();
    if let Some(mut group) = form(system, size, &mut seen).await {
        sleep(CALM).await;
        let victim = if number.is_multiple_of(2) { size } else { 1 };
        match strike(system, group.as_mut(), fault, victim).await {
            Ok(after) => seen.noticed = Some(after),
            Err(why) => seen.problem = Some(why),
        }
    }
    seen
}

/// A group to which nothing happens.
pub(crate) async fn in_peace(system: System, size: usize, window: Duration) -> Seen {
    let mut seen = Seen::default();
    if let Some(group) = form(system, size, &mut seen).await {
        sleep(2 * CALM).await;
        match idle::measure(group.as_ref(), window).await {
            Ok(idle) => seen.idle = Some(idle),
            Err(why) => seen.problem = Some(why),
        }
    }
    seen
}

async fn form(system: System, size: usize, seen: &mut Seen) -> Option<Box<dyn Group>> {
    let group = match system.start(size) {
        Ok(group) => group,
        Err(why) => {
            seen.problem = Some(why);
            return None;
        }
    };
    let formed = all_see(group.sightings(), size, group.started(), system.limit(size)).await;
    seen.counts = group.sightings().iter().map(Sightings::different).max().unwrap_or_default();
    match formed {
        Ok(after) => seen.formed = Some(after),
        Err(why) => {
            let words = group.last_words(size);
            seen.problem = Some(format!("did not form: {why}; the last member said: {words}"));
            return None;
        }
    }
    Some(group)
}

async fn strike(system: System, group: &mut dyn Group, fault: Fault, victim: usize) -> Result<Duration, String> {
    let size = group.sightings().len();
    let mut survivors = group.sightings().to_vec();
    survivors.remove(victim - 1);
    let start = Instant::now();
    match fault {
        Fault::Kill => group.kill(victim),
        Fault::Cut => group.cut(victim),
    }
    let noticed = all_see(&survivors, size - 1, start, system.limit(size)).await;
    noticed.map_err(|why| {
        let words = group.last_words(if victim == 1 { size } else { 1 });
        format!("did not notice: {why}; a survivor said: {words}")
    })
}
