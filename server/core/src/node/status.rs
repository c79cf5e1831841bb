//! How the node stands, put together from its layers for those who ask.

use alloc::{collections::BTreeSet, sync::Arc, vec::Vec};

use super::Node;
use crate::{
    quorum::{self, Candidate, Explanation, NotRefounded, QuorumStatus},
    status::{NodeStatus, Standing, ViewStatus},
    types::{ClusterUid, Duration, Epoch, History, NodeName, Now, ViewId},
};

impl Node {
    /// The view and how far the node has come with it.
    #[must_use]
    pub fn view(&self) -> ViewStatus {
        let (view, state) = self.integration.view();
        ViewStatus { view: view.cloned(), state }
    }

    /// All nodes that are known, members first, then by name; this node is one of them.
    #[must_use]
    pub fn nodes(&self, now: Now) -> Vec<NodeStatus> {
        let reported = self.integration.reports().map(|report| report.origin.name.clone());
        let linked = self.links.iter().map(|(name, _)| name.clone());
        let evicted = self.integration.evictions().names();
        let mut names: BTreeSet<NodeName> = reported.chain(linked).chain(evicted).collect();
        names.insert(self.settings.identity.name.clone());
        let mut nodes: Vec<NodeStatus> = names.iter().filter_map(|name| self.node(now, name)).collect();
        nodes.sort_by(|a, b| (a.standing != Standing::Member, &a.name).cmp(&(b.standing != Standing::Member, &b.name)));
        nodes
    }

    /// One node.
    #[must_use]
    pub fn node(&self, now: Now, name: &NodeName) -> Option<NodeStatus> {
        let report = self.integration.report(name);
        let link = self.links.get(name);
        let myself = *name == self.settings.identity.name;
        let evicted = self.integration.evictions().has(name);
        if report.is_none() && link.is_none() && !myself && !evicted {
            return None;
        }
        let (view, _) = self.integration.view();
        let member = view.and_then(|view| view.member(name));
        let identity = match (myself, report, link) {
            (true, ..) => Some(self.settings.identity.clone()),
            (false, Some(report), _) => Some(report.origin.clone()),
            (false, None, link) => link.map(|link| link.peer().clone()),
        };
        let endpoints = match (myself, report, link) {
            (true, ..) => self.settings.endpoints.clone(),
            (false, Some(report), _) => report.endpoints.clone(),
            (false, None, link) => link.map(|link| link.hello().endpoints.clone()).unwrap_or_default(),
        };
        let leaving = if myself { self.integration.is_leaving() } else { report.is_some_and(|report| report.leaving) };
        let standing = match (evicted, leaving, member.is_some()) {
            (true, ..) => Standing::Evicted,
            (_, true, _) => Standing::Leaving,
            (_, _, true) => Standing::Member,
            _ => Standing::Outsider,
        };
        let own_view = view.filter(|view| myself || view.member(name).is_some()).map(|view| view.id.clone());
        Some(NodeStatus {
            name: name.clone(),
            since: member.map(|member| member.since).or_else(|| report.and_then(|report| report.since)),
            view: report.and_then(|report| report.view.clone()).max(own_view),
            identity,
            standing,
            endpoints,
            distrust: if myself { self.channels.distrust() > 0 } else { self.channels.peer_distrusts(name) },
            link: if myself { None } else { self.link_status(now, name) },
            profile: match report {
                _ if myself => self.settings.profile.clone(),
                Some(report) => report.profile.clone(),
                None => Arc::default(),
            },
            suffrage: if myself {
                self.quorum.suffrage()
            } else {
                report.map(|report| report.suffrage).unwrap_or_default()
            },
        })
    }

    fn link_status(&self, now: Now, name: &NodeName) -> Option<crate::status::LinkStatus> {
        let active = self.links.get(name).and_then(|link| link.active());
        let endpoints = self.links.get(name).map(|link| link.hello().endpoints.as_slice()).unwrap_or_default();
        let channels = self.channels.status(now.at, name, endpoints, active);
        self.links.status(now.at, name).map(|link| crate::status::LinkStatus { channels, ..link })
    }

    /// The views known.
    #[must_use]
    pub fn history(&self) -> &History {
        self.integration.history()
    }

    /// Under which epoch, and for which view, the node has quorum now, and for how long surely.
    #[must_use]
    pub fn granted(&self, now: Now) -> Option<(Epoch, &ViewId, Duration)> {
        self.quorum.granted(now)
    }

    /// How quorum stands.
    #[must_use]
    pub fn quorum_status(&self, now: Now) -> QuorumStatus {
        self.quorum.status(now)
    }

    /// Whether this node has a copy of the cluster database that is kept up to date: it votes.
    #[must_use]
    pub fn keeps_database(&self) -> bool {
        self.quorum.keeps_database()
    }

    /// Which cluster this node has become part of.
    #[must_use]
    pub fn cluster(&self) -> Option<ClusterUid> {
        self.quorum.cluster()
    }

    /// Whether the cluster could be formed anew from this node's copy of the database.
    ///
    /// # Errors
    /// [`NotRefounded`] says why not.
    pub fn may_refound(&self, now: Now) -> Result<(), NotRefounded> {
        self.quorum.may_refound(now).map(drop)
    }

    /// This node's name.
    #[must_use]
    pub fn name(&self) -> &NodeName {
        &self.settings.identity.name
    }

    /// Whether this node leads the log.
    #[must_use]
    pub fn leads(&self) -> bool {
        self.quorum.leader().as_ref() == Some(&self.settings.identity.name)
    }

    /// What would happen to quorum if these nodes failed, and those left.
    #[must_use]
    pub fn explain_quorum(&self, now: Now, failing: &BTreeSet<NodeName>, leaving: &BTreeSet<NodeName>) -> Explanation {
        let (view, _) = self.integration.view();
        let members = view.into_iter().flat_map(|view| &view.members);
        let reports = members.filter_map(|member| self.integration.report(&member.identity.name));
        let known: Vec<Candidate> = reports.filter_map(|report| Candidate::of(report)).collect();
        quorum::explain(&self.quorum.status(now), &known, failing, leaving)
    }

    /// How far the node distrusts its own timers, 0 to 8.
    #[must_use]
    pub fn distrust(&self) -> u32 {
        self.channels.distrust()
    }
}
