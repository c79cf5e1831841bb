//! One scenario: agents in a laboratory with streams of every kind, from before the first fault to after the last.

use std::time::Instant;

use quorate::v1;

use crate::{
    agent::Agent,
    cluster::{Cluster, Plan},
    lab::Lab,
    links::{both_ways, every_pair, has_trusted},
    streams::StreamChecker,
    views::{Id, id_of},
};

/// How many networks each node is on.
const NETWORKS: usize = 2;

/// A cluster to which faults happen, and what its streams tell.
#[derive(Debug)]
pub struct Trial {
    /// The agents, each on two networks.
    pub cluster: Cluster,
    /// For each agent a stream of the SDK and a pinned one, and one that roams among those named at the start.
    pub checker: StreamChecker,
    /// The view before the first fault.
    pub first: v1::View,
    began: Instant,
}

/// In clusters of up to this size everybody has a link to everybody.
const EVERYBODY: usize = 9;

impl Trial {
    /// So many agents on two networks with these flags, each of which reaches all others on both, in one view. The
    /// roaming stream goes among those `together`, who must reach each other all the time; none: there is no such stream.
    pub async fn of(size: usize, flags: &[&str], together: &[&str]) -> Self {
        let cluster = Plan::inside(Lab::new(size, NETWORKS)).flags(flags).form().await;
        let names: Vec<_> = cluster.agents().iter().map(Agent::name).collect();
        if size <= EVERYBODY {
            every_pair(&cluster, "both networks up", &names, |link| has_trusted(link, NETWORKS)).await;
        } else {
            // In a larger cluster not every pair has a link, but all have one to the best-ranked, of whom n2 is one.
            for other in names.iter().filter(|name| **name != "n2") {
                both_ways(&cluster, "both networks up", ["n2", other], |link| has_trusted(link, NETWORKS)).await;
            }
        }
        let mut checker = StreamChecker::follow(&cluster).await;
        for agent in cluster.agents() {
            checker.pin(agent).await;
        }
        if !together.is_empty() {
            checker.roam(together.iter().map(|name| cluster.agent(name))).await;
        }
        let first = cluster.agree_all().await;
        Self { cluster, checker, first, began: Instant::now() }
    }

    /// The networks.
    #[must_use]
    pub fn lab(&self) -> &Lab {
        self.cluster.lab()
    }

    /// The names of all agents.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        self.cluster.agents().iter().map(Agent::name).collect()
    }

    /// The views that this agent has installed since the trial began, by its pinned stream.
    #[must_use]
    pub fn installed(&self, name: &str) -> Vec<v1::View> {
        let told = self.checker.views_told(&format!("pinned {name}"));
        told.into_iter().filter(|view| !view.missed).collect()
    }

    /// The view is that of the beginning, and no stream has told of another.
    ///
    /// # Panics
    /// With what the stream told.
    pub async fn nothing_changed(&self, names: &[&str]) {
        for name in names {
            let stream = format!("pinned {name}");
            let told = self.checker.views_told(&stream);
            assert!(told.is_empty(), "V6: the view changed, stream {stream} told:\n{}", self.checker.tape(&stream));
            let view = self.cluster.agent(name).view().await.ok().and_then(|answer| answer.view);
            assert_eq!(view.as_ref().map(id_of), Some(id_of(&self.first)), "{name} is in another view");
        }
    }

    /// Each of these agents has installed so many views at most.
    ///
    /// # Panics
    /// With what the stream of the agent told.
    pub fn installed_at_most(&self, names: &[&str], most: usize) {
        for name in names {
            let views: Vec<_> = self.installed(name).iter().map(id_of).collect();
            let tape = self.checker.tape(&format!("pinned {name}"));
            assert!(views.len() <= most, "V6: {name} installed {views:?}, {most} at most were expected:\n{tape}");
        }
    }

    /// After the first of them, no view that these agents installed was smaller than the one before: nobody had to go
    /// while others came.
    ///
    /// # Panics
    /// With what the stream of the agent told.
    pub fn only_grew(&self, names: &[&str]) {
        for name in names {
            let sizes: Vec<_> = self.installed(name).iter().map(|view| view.members.len()).collect();
            let tape = self.checker.tape(&format!("pinned {name}"));
            assert!(sizes.is_sorted(), "V6: {name} installed views of {sizes:?} while nodes came:\n{tape}");
        }
    }

    /// Prints what happened, with the number of views that each agent installed and the sizes of those.
    pub fn report(&self, what: &str) {
        let seen = self.names().into_iter().map(|name| {
            let views = self.installed(name);
            let sizes: Vec<_> = views.iter().map(|view| view.members.len()).collect();
            format!("{name} {} {sizes:?}", views.len())
        });
        println!(
            "{what}: after {:.1?}: views and sizes: {}",
            self.began.elapsed(),
            seen.collect::<Vec<_>>().join(", ")
        );
    }

    /// Waits until all agents agree on one view of all, prints what happened, and checks all streams (V1 to V4, E1).
    /// These streams may say that history was dropped. Returns the view.
    pub async fn end(self, what: &str, dropped: &[&str]) -> Id {
        let view = self.cluster.agree_all().await;
        self.checker.verify(&self.cluster, dropped).await;
        self.report(what);
        id_of(&view)
    }
}
