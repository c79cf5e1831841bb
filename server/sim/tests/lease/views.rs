//! Views as integration gives them: agreed (V1), in rising order (V2), installed when all members have left the view before
//! and stable when all have installed (V3).

use std::{collections::BTreeMap, sync::Arc};

use quorate_core::types::{Identity, Incarnation, Instant, Member, Members, ViewId, ViewRecord, WallTime};

use crate::world::NODES;

/// All views, and how far each node is on its way into the newest.
#[derive(Clone, Hash, Debug, Default)]
pub struct Views {
    /// Of all views, the highest.
    pub incarnation: u64,
    /// The view each node is in, or on its way to.
    targets: [Option<Target>; NODES],
    /// With which view each start came in.
    since: BTreeMap<Identity, Incarnation>,
    /// The nodes of each view.
    pub nodes: BTreeMap<ViewId, Vec<usize>>,
}

#[derive(Clone, Hash, Debug)]
struct Target {
    view: Arc<ViewRecord>,
    installed: bool,
    stable: bool,
}

impl Views {
    /// These nodes agree on a view of themselves, and leave the one before.
    pub fn agree(&mut self, nodes: &[(usize, Identity)]) {
        self.incarnation += 1;
        let incarnation = Incarnation(self.incarnation);
        let mut members: Vec<Member> = Vec::new();
        for (_, identity) in nodes {
            let since = *self.since.entry(identity.clone()).or_insert(incarnation);
            members.push(Member { identity: identity.clone(), since });
        }
        members.sort_by_key(|member| (member.since, member.identity.name.clone()));
        let id = ViewId { incarnation, controller: members[0].identity.name.clone() };
        self.nodes.insert(id.clone(), nodes.iter().map(|(number, _)| *number).collect());
        let view = Arc::new(ViewRecord {
            id,
            members: Members::from(members),
            parents: Vec::new(),
            causes: Vec::new(),
            committed: WallTime(0),
            settle: Instant::ZERO.since(Instant::ZERO),
            prepare: Instant::ZERO.since(Instant::ZERO),
            attempts: 1,
        });
        for (number, _) in nodes {
            self.targets[*number] = Some(Target { view: view.clone(), installed: false, stable: false });
        }
    }

    /// Whether a view of exactly these is there or on its way.
    pub fn is_agreed(&self, nodes: &[(usize, Identity)]) -> bool {
        let fits = |target: &Target| {
            target.view.members.len() == nodes.len() && nodes.iter().all(|(_, identity)| target.view.contains(identity))
        };
        nodes.iter().all(|(number, _)| self.targets[*number].as_ref().is_some_and(fits))
    }

    /// The view that a node may install.
    pub fn to_install(&self, number: usize) -> Option<Arc<ViewRecord>> {
        self.targets[number].as_ref().filter(|target| !target.installed).map(|target| target.view.clone())
    }

    pub fn installed(&mut self, number: usize) {
        self.targets[number].iter_mut().for_each(|target| target.installed = true);
    }

    /// The view that becomes stable for a node: all its members have it, and none has gone on to the next.
    pub fn to_settle(&self, number: usize) -> Option<ViewId> {
        let target = self.targets[number].as_ref().filter(|target| target.installed && !target.stable)?;
        let has = |other: &usize| {
            self.targets[*other].as_ref().is_some_and(|other| other.installed && other.view.id == target.view.id)
        };
        self.nodes[&target.view.id].iter().all(has).then(|| target.view.id.clone())
    }

    pub fn settled(&mut self, number: usize) {
        self.targets[number].iter_mut().for_each(|target| target.stable = true);
    }

    /// The node's agent is gone.
    pub fn forget(&mut self, number: usize) {
        self.targets[number] = None;
    }
}
