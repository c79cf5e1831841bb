//! When each phase of a recovery was over, from what is told by those who saw it.

use std::{collections::BTreeSet, time::Instant};

/// What somebody saw. Survivors are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sight {
    /// A survivor has left its view.
    Left,
    /// A survivor has a view with so many members.
    View { survivor: usize, members: usize },
    /// A survivor may act under this epoch.
    Granted { survivor: usize, epoch: u64 },
    /// How recovery stands in this epoch: whether all members said how they stand, how many services were started elsewhere,
    /// how many of them are ready, and whether all is recovered.
    Recovery { epoch: u64, mustered: bool, started: usize, ready: usize, over: bool },
    /// A program has begun to run elsewhere.
    Ran(String),
}

/// When each phase was over, in seconds from the kill.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Times {
    /// The first survivor has left its view.
    pub left: f64,
    /// The last survivor has the view without the node.
    pub view: f64,
    /// The last survivor may act under a new epoch.
    pub quorum: f64,
    /// The members said how they stand.
    pub mustered: f64,
    /// The first service was started.
    pub started: f64,
    /// Everything is ready, as the agents say.
    pub ready: f64,
    /// The last program has begun to run, as the programs say.
    pub ran: f64,
}

impl Times {
    /// How long the phases took: detection, view, quorum, recovery, start.
    pub(super) fn phases(&self) -> [f64; 5] {
        let Self { left, view, quorum, started, ready, .. } = self;
        [*left, view - left, quorum - view, started - quorum, ready - started]
    }
}

/// A recovery as it goes on.
#[derive(Debug)]
pub(super) struct Story {
    kill: Instant,
    survivors: usize,
    services: usize,
    /// The epoch before.
    epoch: u64,
    left: Option<Instant>,
    have_view: Tally,
    have_quorum: Tally,
    mustered: Option<Instant>,
    started: Option<Instant>,
    ready: Option<Instant>,
    running: BTreeSet<String>,
    ran: Option<Instant>,
}

/// Survivors of whom something is known, and when it was of the last one.
#[derive(Debug, Default)]
struct Tally {
    these: BTreeSet<usize>,
    last: Option<Instant>,
}

impl Story {
    /// Of a kill at that moment, when the epoch was this one.
    pub(super) fn new(kill: Instant, survivors: usize, services: usize, epoch: u64) -> Self {
        Self {
            kill,
            survivors,
            services,
            epoch,
            left: None,
            have_view: Tally::default(),
            have_quorum: Tally::default(),
            mustered: None,
            started: None,
            ready: None,
            running: BTreeSet::new(),
            ran: None,
        }
    }

    /// Takes note of what was seen.
    pub(super) fn see(&mut self, at: Instant, sight: Sight) {
        match sight {
            Sight::Left => _ = self.left.get_or_insert(at),
            Sight::View { survivor, members } if members == self.survivors => self.have_view.add(survivor, at),
            Sight::Granted { survivor, epoch } if epoch > self.epoch => self.have_quorum.add(survivor, at),
            Sight::Recovery { epoch, mustered, started, ready, over } if epoch > self.epoch => {
                let all = over && ready == self.services;
                for (told, when) in
                    [(mustered, &mut self.mustered), (started > 0, &mut self.started), (all, &mut self.ready)]
                {
                    if told {
                        when.get_or_insert(at);
                    }
                }
            }
            Sight::Ran(name) => {
                self.running.insert(name);
                if self.running.len() == self.services {
                    self.ran.get_or_insert(at);
                }
            }
            Sight::View { .. } | Sight::Granted { .. } | Sight::Recovery { .. } => {}
        }
    }

    /// When each phase was over, if all of them are.
    pub(super) fn times(&self) -> Option<Times> {
        let since = |at: Option<Instant>| at.map(|at| at.saturating_duration_since(self.kill).as_secs_f64());
        let all = |tally: &Tally| tally.last.filter(|_| tally.these.len() == self.survivors);
        Some(Times {
            left: since(self.left)?,
            view: since(all(&self.have_view))?,
            quorum: since(all(&self.have_quorum))?,
            mustered: since(self.mustered)?,
            started: since(self.started)?,
            ready: since(self.ready)?,
            ran: since(self.ran)?,
        })
    }
}

impl Tally {
    /// One more, unless it is known already.
    fn add(&mut self, survivor: usize, at: Instant) {
        if self.these.insert(survivor) {
            self.last = Some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn phases_end_with_the_first_or_the_last_who_saw_it() {
        let kill = Instant::now();
        let mut story = Story::new(kill, 2, 2, 5);
        let recovery = |epoch, started, ready, over| Sight::Recovery { epoch, mustered: true, started, ready, over };
        let sights = [
            (10, Sight::Left),
            (20, Sight::Left),
            (30, Sight::View { survivor: 0, members: 3 }),
            (40, Sight::View { survivor: 1, members: 2 }),
            (50, Sight::View { survivor: 0, members: 2 }),
            (60, Sight::Granted { survivor: 0, epoch: 5 }),
            (70, Sight::Granted { survivor: 0, epoch: 6 }),
            (80, Sight::Granted { survivor: 1, epoch: 6 }),
            (90, Sight::Granted { survivor: 1, epoch: 6 }),
            (95, recovery(5, 2, 2, true)),
            (100, recovery(6, 0, 0, false)),
            (200, recovery(6, 1, 0, false)),
            (210, Sight::Ran("a".to_owned())),
            (220, Sight::Ran("a".to_owned())),
            (230, recovery(6, 2, 2, false)),
            (240, Sight::Ran("b".to_owned())),
        ];
        for (millis, sight) in sights {
            story.see(kill + Duration::from_millis(millis), sight);
            assert_eq!(story.times(), None, "at {millis} ms");
        }
        story.see(kill + Duration::from_millis(250), recovery(6, 2, 2, true));
        let times = story.times().expect("all is over");
        let seen = [times.left, times.view, times.quorum, times.mustered, times.started, times.ready, times.ran];
        assert_eq!(seen, [0.01, 0.05, 0.08, 0.1, 0.2, 0.25, 0.24]);
        let sum: f64 = times.phases().iter().sum();
        assert!((sum - times.ready).abs() < 1e-9);
    }
}
