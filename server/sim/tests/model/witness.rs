//! The invariants, kept by what the nodes publish and not by what they think.

use std::collections::{BTreeMap, BTreeSet};

use quorate_core::types::{Identity, Incarnation, NodeName, ViewId, ViewRecord};

/// What one start of an agent has published.
#[derive(Clone, Debug, Default, Hash)]
struct Stream {
    seen: BTreeSet<ViewId>,
    installed: Vec<ViewId>,
    /// The view the node stands in: installed and not left.
    standing: Option<ViewId>,
    runs: bool,
}

/// What was broken.
#[derive(Clone, Debug, Hash, PartialEq, Eq)]
pub struct Violation {
    /// The invariant by its name in the design, or "core" for an assertion.
    pub invariant: &'static str,
    /// What was seen.
    pub what: String,
}

/// All that was published so far, as far as the invariants need it.
#[derive(Clone, Debug, Default, Hash)]
pub struct Witness {
    views: BTreeMap<ViewId, Vec<Identity>>,
    parents: BTreeMap<ViewId, usize>,
    streams: BTreeMap<Identity, Stream>,
    last: BTreeMap<NodeName, Incarnation>,
    stable: BTreeSet<ViewId>,
    violation: Option<Violation>,
}

impl Witness {
    pub fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// Notes a violation; the first one stays.
    pub fn fail(&mut self, invariant: &'static str, what: String) {
        self.violation.get_or_insert(Violation { invariant, what });
    }

    pub fn started(&mut self, me: &Identity) {
        self.streams.insert(me.clone(), Stream { runs: true, ..Stream::default() });
    }

    pub fn crashed(&mut self, me: &Identity) {
        self.stream(me).runs = false;
    }

    fn stream(&mut self, me: &Identity) -> &mut Stream {
        self.streams.entry(me.clone()).or_default()
    }

    /// V3: from here on the node acts on no view.
    pub fn on_left(&mut self, me: &Identity) {
        self.stream(me).standing = None;
    }

    /// V1 and V4: everybody is shown the same view under one name, once.
    pub fn on_view(&mut self, me: &Identity, view: &ViewRecord) {
        let members: Vec<Identity> = view.members.iter().map(|member| member.identity.clone()).collect();
        self.parents.insert(view.id.clone(), view.parents.len());
        if *self.views.entry(view.id.clone()).or_insert_with(|| members.clone()) != members {
            self.fail("V1", format!("{me:?} is shown {members:?} in {}, and others are not", view.id));
        }
        if !self.stream(me).seen.insert(view.id.clone()) {
            self.fail("V4", format!("{me:?} is shown {} twice", view.id));
        }
    }

    /// A node acts on a view from here on.
    pub fn on_install(&mut self, me: &Identity, view: &ViewRecord) {
        let last = self.last.insert(me.name.clone(), view.id.incarnation);
        if !view.contains(me) || last.is_some_and(|last| last >= view.id.incarnation) {
            self.fail("V2", format!("{me:?} installs {} of {:?} after incarnation {last:?}", view.id, view.members));
        }
        self.check_left(me, view);
        self.check_history(me, view);
        let stream = self.stream(me);
        stream.installed.push(view.id.clone());
        stream.standing = Some(view.id.clone());
    }

    /// V3: no member that runs still stands in an earlier view.
    fn check_left(&mut self, me: &Identity, view: &ViewRecord) {
        for Member { identity, stream } in self.members(view) {
            let stands = stream.standing.filter(|standing| stream.runs && *standing < view.id);
            if let Some(standing) = stands {
                self.fail("V3", format!("{me:?} acts on {} while {identity:?} stands in {standing}", view.id));
            }
        }
    }

    /// V4: whatever a member has installed before, this one was shown.
    fn check_history(&mut self, me: &Identity, view: &ViewRecord) {
        let seen = self.stream(me).seen.clone();
        for Member { identity, stream } in self.members(view) {
            let hidden = stream.installed.into_iter().find(|id| *id < view.id && !seen.contains(id));
            if let Some(hidden) = hidden {
                self.fail("V4", format!("{me:?} installs {} without {hidden}, which {identity:?} had", view.id));
            }
        }
    }

    /// V3: something may be built on a view, so all its members that run have it.
    pub fn on_stable(&mut self, me: &Identity, id: &ViewId) {
        self.stable.insert(id.clone());
        for identity in self.views.get(id).cloned().unwrap_or_default() {
            let stream = self.stream(&identity);
            if stream.runs && !stream.installed.contains(id) {
                self.fail("V3", format!("{me:?} builds on {id}, which {identity:?} has not installed"));
            }
        }
    }

    fn members(&self, view: &ViewRecord) -> Vec<Member> {
        let stream = |identity: &Identity| self.streams.get(identity).cloned().unwrap_or_default();
        let member = |identity: &Identity| Member { identity: identity.clone(), stream: stream(identity) };
        view.members.iter().map(|member| &member.identity).map(member).collect()
    }

    /// Whether a view became stable that has these members and so many parents.
    pub fn saw_stable(&self, names: &[NodeName], parents: usize) -> bool {
        let is_it = |id: &&ViewId| {
            let members = self.views.get(*id).into_iter().flatten().map(|identity| &identity.name);
            members.collect::<BTreeSet<_>>() == names.iter().collect() && self.parents.get(*id) == Some(&parents)
        };
        self.stable.iter().any(|id| is_it(&id))
    }
}

/// A member of a view, and what it has published.
struct Member {
    identity: Identity,
    stream: Stream,
}
