//! How a regime ends by agreement, so that those who go on together hardly notice: its holder waits until nobody outside
//! the new view can act by it any more, has all within stop, and tells whoever asked.
//!
//! ```text
//!   asked --someone is missing--> Accounting --all told--> Waiting --run out--> Halting --all stopped--> over
//!     |                                                        ^                   ^  or all leases run out
//!     +--all are there, or left of their own will--------------+-------------------+
//! ```
//!
//! Meanwhile it is in force: those in the new view go on acting by it until they are told to stop.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{Out, Quorum, effect::say};
use crate::{
    types::{Duration, Epoch, Instant, NodeName, Now, ViewId},
    wire::Word,
};

/// A regime that this node held is being ended.
#[derive(Clone, Hash, Debug)]
pub struct Closing {
    epoch: Epoch,
    view: ViewId,
    /// Who asked.
    whom: NodeName,
    stage: Stage,
}

#[derive(Clone, Hash, Debug)]
enum Stage {
    /// Not begun.
    Asked,
    /// These have not said for how long those outside may act; the others: until then.
    Accounting(BTreeSet<NodeName>, Instant),
    /// Those outside may act until then.
    Waiting(Instant),
    /// These have not stopped; by then none has a lease.
    Halting(BTreeSet<NodeName>, Instant),
}

impl Closing {
    /// When it goes on by time alone.
    pub fn due(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Waiting(until) | Stage::Halting(_, until) => Some(*until),
            Stage::Asked | Stage::Accounting(..) => None,
        }
    }
}

impl Quorum {
    /// Somebody in the view wants this node's regime to end in favour of the view's own.
    pub(super) fn on_yield(&mut self, whom: &NodeName, epoch: Epoch, view: ViewId) {
        let here = self.stable.is_some() && self.view.as_ref().is_some_and(|known| known.id == view);
        let known = self.closing.as_ref().is_some_and(|closing| closing.epoch == epoch && closing.whom == *whom);
        if here && !known {
            self.closing = Some(Closing { epoch, view, whom: whom.clone(), stage: Stage::Asked });
        }
    }

    /// Goes on with the end of a regime as far as it can.
    pub(super) fn close(&mut self, now: Now, out: Out<'_>) {
        while let Some(closing) = self.closing.clone() {
            if self.hold.as_ref().is_none_or(|hold| hold.regime.epoch != closing.epoch) {
                self.withdraw(now, closing.epoch);
                if self.spent <= now.at {
                    self.closed(now, &closing, out);
                }
                return;
            }
            let next = match closing.stage {
                Stage::Asked => self.account(now, out),
                Stage::Accounting(ref missing, until) if missing.is_empty() => Stage::Waiting(until),
                Stage::Waiting(until) if until <= now.at => self.halt_all(now, closing.epoch, out),
                Stage::Halting(ref missing, until) if missing.is_empty() || until <= now.at => {
                    self.end_hold(now.at);
                    self.closed(now, &closing, out);
                    return;
                }
                _ => return,
            };
            if let Some(closing) = &mut self.closing {
                closing.stage = next;
            }
        }
    }

    fn closed(&mut self, now: Now, closing: &Closing, out: Out<'_>) {
        self.closing = None;
        if closing.whom == self.me.name {
            self.on_yielded(now, closing.epoch, out);
        } else {
            out.push(say(&closing.whom, Word::Yielded { epoch: closing.epoch }));
        }
    }

    /// Asks all who share the right for how long somebody outside the view may act by what they gave.
    fn account(&mut self, now: Now, out: Out<'_>) -> Stage {
        let Some(view) = self.view.clone() else { return Stage::Asked };
        if self.right.missing(&view).all(|name| self.departed.contains(name)) {
            return Stage::Waiting(now.at);
        }
        let sharers = self.sharers();
        for name in &sharers {
            out.push(say(name, Word::Account { view: view.id.clone() }));
        }
        Stage::Accounting(sharers.into_iter().collect(), now.at + self.right.outside(now.at, &view))
    }

    /// The others in the view who share this node's right.
    fn sharers(&self) -> Vec<NodeName> {
        self.right.audience().iter().filter(|name| **name != self.me.name).cloned().collect()
    }

    pub(super) fn on_account(&mut self, now: Now, from: &NodeName, view: ViewId, out: Out<'_>) {
        if let Some(known) = self.view.as_ref().filter(|known| known.id == view) {
            let left = self.right.outside(now.at, known);
            out.push(say(from, Word::Accounted { view, left }));
        }
    }

    pub(super) fn on_accounted(&mut self, now: Now, from: &NodeName, view: &ViewId, left: Duration) {
        if let Some(Closing { view: known, stage: Stage::Accounting(missing, until), .. }) = &mut self.closing
            && known == view
            && missing.remove(from)
        {
            // The other's clock may be the faster one.
            *until = (*until).max(now.at + left + left / 49);
        }
    }

    fn halt_all(&mut self, now: Now, epoch: Epoch, out: Out<'_>) -> Stage {
        let end = self.hold.as_ref().map_or(now.at, |hold| hold.end);
        let sharers = self.sharers();
        self.right.halt(epoch);
        for name in &sharers {
            out.push(say(name, Word::Halt { epoch }));
        }
        Stage::Halting(sharers.into_iter().collect(), end)
    }

    pub(super) fn on_halted(&mut self, from: &NodeName, epoch: Epoch) {
        if let Some(Closing { epoch: known, stage: Stage::Halting(missing, _), .. }) = &mut self.closing
            && *known == epoch
        {
            missing.remove(from);
        }
    }
}
