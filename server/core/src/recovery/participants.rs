//! The programs that take part in recovery at this node.

use alloc::{collections::BTreeMap, vec::Vec};

use super::effect::{About, Call, Effect, Out};
use crate::{
    types::{Epoch, Instant},
    wire::{ParticipantReport, Phase},
};

/// Most programs that take part at one node (L1).
pub const MAX_PARTICIPANTS: usize = 1000;

/// The programs that take part at this node.
#[derive(Clone, Hash, Debug, Default)]
pub struct Participants {
    known: BTreeMap<u64, Participant>,
}

#[derive(Clone, Hash, Debug)]
struct Participant {
    about: About,
    epoch: Epoch,
    phase: Phase,
    done: bool,
    /// When its time for the phase is over.
    due: Instant,
    isolated: bool,
}

impl Participant {
    fn tell(&mut self, now: Instant, id: u64, epoch: Epoch, phase: Phase, out: Out<'_>) {
        (self.epoch, self.phase, self.done, self.isolated) = (epoch, phase, false, false);
        self.due = now + self.about.deadline;
        out.push(Effect::Tell { id, call: Call::Phase { epoch, phase } });
    }
}

impl Participants {
    /// One more takes part; it begins with the first phase. Returns whether there was room.
    pub fn join(&mut self, now: Instant, id: u64, epoch: Epoch, about: About, out: Out<'_>) -> bool {
        if self.known.len() >= MAX_PARTICIPANTS {
            return false;
        }
        let due = now + about.deadline;
        let participant = Participant { about, epoch, phase: Phase::Prepare, done: false, due, isolated: false };
        self.known.insert(id, participant);
        out.push(Effect::Tell { id, call: Call::Phase { epoch, phase: Phase::Prepare } });
        true
    }

    /// One takes part no more. Returns whether it did.
    pub fn leave(&mut self, id: u64) -> bool {
        self.known.remove(&id).is_some()
    }

    /// One has done what it was told. Returns whether that is news.
    pub fn on_done(&mut self, id: u64, epoch: Epoch, phase: Phase) -> bool {
        let Some(known) = self.known.get_mut(&id) else { return false };
        let news = (known.epoch, known.phase) == (epoch, phase) && !known.done;
        if news {
            (known.done, known.isolated) = (true, false);
        }
        news
    }

    /// A regime is over: all stop using what is shared. Those that were to since before it began, and have not, are told
    /// again: they may have failed to.
    pub fn prepare(&mut self, now: Instant, epoch: Epoch, out: Out<'_>) {
        for (id, known) in &mut self.known {
            if known.phase != Phase::Prepare || !known.done && known.epoch < epoch {
                known.tell(now, *id, epoch, Phase::Prepare, out);
            }
        }
    }

    /// One is told what to do, unless it was told that in this regime. Who is to stop was told so when the one before ended.
    pub fn order(&mut self, now: Instant, id: u64, epoch: Epoch, phase: Phase, out: Out<'_>) {
        let Some(known) = self.known.get_mut(&id) else { return };
        let is_told = phase == known.phase && (phase == Phase::Prepare || known.epoch == epoch);
        if !is_told {
            known.tell(now, id, epoch, phase, out);
        }
    }

    /// Isolates those that are late. Returns whether there are any.
    pub fn on_timer(&mut self, now: Instant, out: Out<'_>) -> bool {
        let mut late = false;
        for (id, known) in &mut self.known {
            if !known.done && !known.isolated && known.about.isolate && known.due <= now {
                known.isolated = true;
                late = true;
                out.push(Effect::Tell { id: *id, call: Call::Isolated { phase: known.phase } });
            }
        }
        late
    }

    /// How they stand.
    pub fn reports(&self) -> Vec<ParticipantReport> {
        let report = |(id, known): (&u64, &Participant)| ParticipantReport {
            id: *id,
            name: known.about.name.clone(),
            level: known.about.level,
            requires: known.about.requires.clone(),
            phase: known.phase,
            done: known.done,
            isolated: known.isolated,
        };
        self.known.iter().map(report).collect()
    }
}
