//! Leaving the cluster: the others need no detection, and the node waits until they have agreed.

use alloc::string::String;

use super::{Effect, Integration, Out, Peer, Stage};
use crate::types::{NodeName, Now};

impl Integration {
    /// Leaves the cluster cleanly: the others need no detection.
    pub fn on_leave(&mut self, now: Now, out: Out<'_>) {
        if self.leaving {
            return;
        }
        self.leaving = true;
        self.stage = Stage::Idle;
        self.leave_view(None, String::from("this node leaves the cluster"), out);
        out.push(Effect::ArmLeave { at: now.at + self.leave_timeout });
        self.arm_batch(now, out);
    }

    /// The others did not agree in time.
    pub fn on_leave_timeout(&mut self, out: Out<'_>) {
        if self.leaving {
            self.depart(false, out);
        }
    }

    /// Nobody is left who would have to agree: none is linked to, or all who are leave too.
    pub(super) fn check_departure(&mut self, out: Out<'_>) {
        let stays =
            |(name, peer): (&NodeName, &Peer)| peer.up && self.reports.get(name).is_none_or(|report| !report.leaving);
        if !self.peers.iter().any(stays) {
            self.depart(true, out);
        }
    }

    pub(super) fn depart(&mut self, confirmed: bool, out: Out<'_>) {
        if self.leaving && !self.departed {
            self.departed = true;
            out.push(Effect::Departed { confirmed });
        }
    }
}
