//! Why a transition is needed, in words a person understands.

use alloc::{format, string::String, vec::Vec};

use super::Integration;
use crate::types::{Cause, CauseKind, Identity, NodeName, Sighting};

/// Most sightings named for one node.
const SIGHTINGS: usize = 8;
/// Most causes spelled out in a summary.
const SPELLED_OUT: usize = 4;

impl Integration {
    /// What differs between the view and the map, node by node.
    pub(super) fn causes(&self) -> Vec<Cause> {
        let mut causes = Vec::new();
        for member in self.current.iter().flat_map(|view| &view.members) {
            let name = &member.identity.name;
            if !self.map.has(name) {
                causes.push(self.cause_of_going(name));
            }
        }
        for identity in self.map.iter() {
            let name = &identity.name;
            if !self.current.as_ref().is_some_and(|view| view.contains(identity)) {
                causes.push(cause(self.kind_of_coming(name, identity), name));
            }
        }
        if causes.is_empty() {
            let unsettled = |name: &&NodeName| self.reports.get(name).is_some_and(|report| report.unsettled);
            let name = self.map.names().find(unsettled).unwrap_or(&self.me.name);
            causes.push(cause(CauseKind::Interrupted, name));
        }
        causes
    }

    fn cause_of_going(&self, name: &NodeName) -> Cause {
        if let Some(reason) = self.evictions.reason(name) {
            return Cause { detail: String::from(reason), ..cause(CauseKind::Evicted, name) };
        }
        if self.reports.get(name).is_some_and(|report| report.leaving) {
            return cause(CauseKind::Left, name);
        }
        if self.reports.iter().any(|report| report.unresponsive.contains(name)) {
            return cause(CauseKind::Unresponsive, name);
        }
        Cause { sightings: self.sightings(name), ..cause(CauseKind::Lost, name) }
    }

    /// Who lost a node, over which channel, and how.
    fn sightings(&self, name: &NodeName) -> Vec<Sighting> {
        let mut sightings = Vec::new();
        for report in self.reports.iter().filter(|report| report.origin.name != *name) {
            for unreached in report.unreached.iter().filter(|unreached| unreached.name == *name) {
                sightings.extend(unreached.losses.iter().map(|(network, loss)| Sighting {
                    observer: report.origin.name.clone(),
                    network: network.clone(),
                    loss: *loss,
                }));
            }
        }
        sightings.truncate(SIGHTINGS);
        sightings
    }

    fn kind_of_coming(&self, name: &NodeName, identity: &Identity) -> CauseKind {
        if self.history.iter().any(|view| view.contains(identity)) {
            return CauseKind::Returned;
        }
        let known = self.history.iter().any(|view| view.member(name).is_some());
        if known { CauseKind::Restarted } else { CauseKind::Joined }
    }
}

fn cause(kind: CauseKind, name: &NodeName) -> Cause {
    Cause { kind, name: name.clone(), sightings: Vec::new(), detail: String::new() }
}

/// One sentence that sums up the causes.
pub fn summary(causes: &[Cause]) -> String {
    let spelled: Vec<String> = causes.iter().take(SPELLED_OUT).map(|cause| format!("{cause}")).collect();
    let mut text = spelled.join("; ");
    if causes.len() > SPELLED_OUT {
        text.push_str(&format!("; and {} more", causes.len() - SPELLED_OUT));
    }
    text
}
