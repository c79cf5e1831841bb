//! Freezing an instance: every process stopped where it is.

use std::{collections::BTreeSet, time::Duration};

use rustix::process::Signal;

use super::{
    job::send_all,
    machine::{Machine, Phase, WALKS},
};
use crate::{event::Event, moment::Moment, process::Stat};

/// Until the next look: while somebody still runs, and when nobody does.
const AGAIN: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(500));

/// An instance that is frozen, or about to be.
pub(super) struct Frozen {
    by_agent: bool,
    by_lapse: bool,
    /// Nobody ran when it was looked at last, and the agent knows.
    pub told: bool,
    /// When to look again: somebody else may have let one go on.
    pub again_at: Moment,
}

impl Machine {
    pub(super) fn on_freeze(&mut self) {
        self.begin_freezing(|frozen| frozen.by_agent = true);
    }

    pub(super) fn freeze_for_lapse(&mut self) {
        self.begin_freezing(|frozen| frozen.by_lapse = true);
    }

    pub(super) fn on_thaw(&mut self) {
        self.thaw_if(|frozen| frozen.by_agent = false);
    }

    pub(super) fn thaw_after_lapse(&mut self) {
        self.thaw_if(|frozen| frozen.by_lapse = false);
    }

    fn begin_freezing(&mut self, note: impl FnOnce(&mut Frozen)) {
        if matches!(self.phase, Phase::Ending(_) | Phase::Gone(..) | Phase::Left) {
            return;
        }
        let again_at = Moment::now();
        let new = Frozen { by_agent: false, by_lapse: false, told: false, again_at };
        note(self.frozen.get_or_insert(new));
        self.freeze();
    }

    /// Stops everybody who runs, until two walks in a row find the same processes, of which none runs. One alone may miss who
    /// was forked by somebody that ended, and so fell to the runner, after the runner's children were read. The next walk
    /// finds it among them, and nobody whom the first has found still can fork or end.
    pub(super) fn freeze(&mut self) {
        let (mut still, mut before) = (false, None);
        for walk in 0..WALKS {
            let all = self.processes();
            let running: Vec<_> = all.iter().filter(|stat| !stat.is_still()).collect();
            // Whoever is held got its signal in an earlier walk, and is stopped before it runs again.
            if !running.iter().all(|stat| walk > 0 && is_held(stat, &all)) {
                send_all(running.into_iter().map(Stat::id), Signal::STOP);
                before = None;
                continue;
            }
            let found: BTreeSet<_> = all.iter().map(Stat::id).collect();
            still = before.replace(found.clone()) == Some(found);
            if still {
                break;
            }
        }
        let Some(frozen) = &mut self.frozen else { return };
        frozen.again_at = Moment::now().after(if still { AGAIN.1 } else { AGAIN.0 });
        if still && !frozen.told {
            frozen.told = true;
            self.tell(Event::Frozen);
        }
    }

    fn thaw_if(&mut self, note: impl FnOnce(&mut Frozen)) {
        let Some(frozen) = &mut self.frozen else { return };
        note(frozen);
        if frozen.by_agent || frozen.by_lapse {
            return;
        }
        self.frozen = None;
        self.send_everybody(Signal::CONT, None);
        // Time stood still for them: whatever is waited for begins anew.
        let now = Moment::now();
        let program = &self.launch.program;
        self.silent_at = self.silent_at.and(program.watchdog).map(|interval| now.after(interval));
        if let (Some(job), crate::Kind::Commands { timeout, .. }) = (&mut self.job, &program.kind) {
            job.deadline = Some(now.after(*timeout));
        }
        if self.job.is_none() && self.look_at.is_some() {
            self.look_later();
        }
        self.tell(Event::Thawed);
    }
}

/// Whether it waits in the kernel for a child that is stopped. A parent that has called `vfork` is not stopped itself until
/// the child has executed its program or ended (vfork(2)), and the child is stopped before it does.
fn is_held(stat: &Stat, all: &[Stat]) -> bool {
    stat.is_uninterruptible() && all.iter().any(|child| child.parent == stat.pid && child.is_stopped())
}
