//! Where instances run: a pure function of the catalog, of the nodes, and of what runs where now.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    sync::Arc,
    vec::Vec,
};
use core::{fmt, hash::Hasher};

use siphasher::sip::SipHasher13;

use super::{
    catalog::Catalog,
    service::{Count, Service},
};
use crate::types::{NodeName, ServiceName, Slot};

/// A member, as placement sees it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Site {
    /// Its name.
    pub name: NodeName,
    /// Its labels, in order of their keys.
    pub labels: Vec<(String, String)>,
    /// Whether it may run services at all: a witness does not.
    pub runs: bool,
    /// Whether it is about to leave.
    pub leaving: bool,
}

/// Instances, and where.
pub type Units = BTreeSet<(Slot, NodeName)>;

/// Those of one service.
pub(super) fn of_service<'a>(units: &'a Units, service: &'a ServiceName) -> impl Iterator<Item = &'a (Slot, NodeName)> {
    let first = (Slot { service: service.clone(), index: 0 }, NodeName::least());
    units.range(first..).take_while(|(slot, _)| slot.service == *service)
}

/// What placement goes by beside the catalog.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Facts {
    /// The members.
    pub sites: Vec<Site>,
    /// What runs where: instances stay, if they may.
    pub running: Units,
    /// Where services have failed for good.
    pub failed: BTreeSet<(ServiceName, NodeName)>,
    /// Where an operator wants instances.
    pub moves: BTreeMap<Slot, NodeName>,
}

/// Where everything runs.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Goal {
    /// Each instance that is to run, and where.
    pub units: Units,
    /// Those that can run nowhere, and why not on each node.
    pub unplaced: BTreeMap<Slot, Arc<[(NodeName, Obstacle)]>>,
}

/// Why an instance does not run on a node.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Obstacle {
    /// The node is a witness, and runs nothing.
    Witness,
    /// The node is about to leave.
    Leaving,
    /// The node is drained.
    Drained,
    /// The node has not this label, or another value of it.
    Label(String),
    /// It has failed there too often.
    Failed,
    /// Another instance of it runs there.
    Occupied,
    /// An instance of this service does not run there.
    Without(ServiceName),
    /// This service runs there, and the two are to be apart.
    Apart(ServiceName),
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Witness => f.write_str("it is a witness"),
            Self::Leaving => f.write_str("it leaves"),
            Self::Drained => f.write_str("it is drained"),
            Self::Label(key) => write!(f, "its label {key} is another one"),
            Self::Failed => f.write_str("it failed there too often"),
            Self::Occupied => f.write_str("another instance of it runs there"),
            Self::Without(service) => write!(f, "{service} does not run there"),
            Self::Apart(service) => write!(f, "{service} runs there, from which it is to be apart"),
        }
    }
}

/// Says where everything is to run. The same facts give the same goal.
///
/// Services are placed in order of their levels, then of their names, so one that is to be `with` another finds that one
/// placed. Of the nodes that suit, one is taken by what comes first here: where an operator wants it; where those that must
/// be with it have not failed; where it runs, if it stays; the preferred ones in their order; where the label to spread
/// over has the fewest instances; where the fewest instances run; and then by a hash of service and node (rendezvous
/// hashing, Thaler and Ravishankar 1998), so that a node that comes or goes moves little.
#[must_use]
pub fn place(catalog: &Catalog, levels: &BTreeMap<ServiceName, u32>, facts: &Facts) -> Goal {
    let mut order: Vec<&Service> = catalog.services.values().map(AsRef::as_ref).collect();
    order.retain(|service| catalog.is_wanted(&service.name));
    // In order of their names already.
    order.sort_by_cached_key(|service| levels.get(&service.name).copied().unwrap_or_default());
    let mut shunned: BTreeMap<&ServiceName, Vec<&ServiceName>> = BTreeMap::new();
    for service in catalog.services.values() {
        for other in &service.placement.apart {
            shunned.entry(other).or_default().push(&service.name);
        }
    }
    let (goal, hosts, load) = (Goal::default(), BTreeMap::new(), BTreeMap::new());
    let mut places = Places { catalog, facts, shunned, goal, hosts, load };
    for service in order {
        places.place(service);
    }
    places.goal
}

/// Whether a node suits an instance in one way.
type Suits<'a> = &'a dyn Fn(&Slot, &NodeName) -> bool;

struct Places<'a> {
    catalog: &'a Catalog,
    facts: &'a Facts,
    /// Which services are to be apart from each.
    shunned: BTreeMap<&'a ServiceName, Vec<&'a ServiceName>>,
    goal: Goal,
    /// Where the instances of each service are to run.
    hosts: BTreeMap<&'a ServiceName, BTreeSet<&'a NodeName>>,
    /// How many instances are to run on each node.
    load: BTreeMap<&'a NodeName, usize>,
}

impl<'a> Places<'a> {
    fn place(&mut self, service: &'a Service) {
        match service.placement.count {
            Count::Every => {
                let slot = Slot { service: service.name.clone(), index: 0 };
                let mut obstacles = Vec::new();
                for site in &self.facts.sites {
                    match self.obstacle(service, site) {
                        None => self.take(service, &slot, site),
                        Some(obstacle) => obstacles.push((site.name.clone(), obstacle)),
                    }
                }
                if obstacles.len() == self.facts.sites.len() {
                    self.goal.unplaced.insert(slot, obstacles.into());
                }
            }
            Count::Exactly(count) => self.place_some(service, count),
        }
    }

    /// First the nodes, then who runs on which: where instances run now counts for all of them together, or those that do
    /// not stay could change places for ever.
    fn place_some(&mut self, service: &'a Service, count: u32) {
        let mut chosen = Vec::new();
        let mut obstacles = Vec::new();
        for _ in 0..count {
            obstacles.clear();
            let mut best = None;
            for site in &self.facts.sites {
                match self.obstacle(service, site) {
                    Some(obstacle) => obstacles.push((site.name.clone(), obstacle)),
                    None => {
                        let cost = self.cost(service, count, site);
                        if best.as_ref().is_none_or(|(least, _)| cost < *least) {
                            best = Some((cost, site));
                        }
                    }
                }
            }
            let Some((_, site)) = best else { break };
            self.occupy(service, site);
            chosen.push(&site.name);
        }
        let obstacles: Arc<[_]> = obstacles.into();
        for slot in self.assign(service, count, chosen) {
            self.goal.unplaced.insert(slot, obstacles.clone());
        }
    }

    /// Gives each of these nodes an instance: the one that an operator wants there, or that runs there, or any. Returns those
    /// for which there is no node.
    fn assign(&mut self, service: &Service, count: u32, mut nodes: Vec<&'a NodeName>) -> Vec<Slot> {
        let mut slots: Vec<Slot> = (0..count).map(|index| Slot { service: service.name.clone(), index }).collect();
        let facts = self.facts;
        let ways: [Suits<'_>; 3] = [
            &|slot, node| facts.moves.get(slot) == Some(node),
            &|slot, node| facts.running.contains(&(slot.clone(), node.clone())),
            &|_, _| true,
        ];
        for suits in ways {
            slots.retain(|slot| match nodes.iter().position(|node| suits(slot, node)) {
                Some(at) => {
                    self.goal.units.insert((slot.clone(), nodes.remove(at).clone()));
                    false
                }
                None => true,
            });
        }
        slots
    }

    fn occupy(&mut self, service: &'a Service, site: &'a Site) {
        self.hosts.entry(&service.name).or_default().insert(&site.name);
        *self.load.entry(&site.name).or_default() += 1;
    }

    fn take(&mut self, service: &'a Service, slot: &Slot, site: &'a Site) {
        self.occupy(service, site);
        self.goal.units.insert((slot.clone(), site.name.clone()));
    }

    fn runs(&self, service: &ServiceName, site: &Site) -> bool {
        self.hosts.get(service).is_some_and(|hosts| hosts.contains(&site.name))
    }

    /// Why no instance of a service can be on a node.
    fn obstacle(&self, service: &Service, site: &Site) -> Option<Obstacle> {
        let placement = &service.placement;
        if !site.runs {
            return Some(Obstacle::Witness);
        }
        if site.leaving {
            return Some(Obstacle::Leaving);
        }
        if self.catalog.drained.contains_key(&site.name) {
            return Some(Obstacle::Drained);
        }
        if let Some((key, _)) = placement.selector.iter().find(|label| !site.labels.contains(label)) {
            return Some(Obstacle::Label(key.clone()));
        }
        if self.facts.failed.contains(&(service.name.clone(), site.name.clone())) {
            return Some(Obstacle::Failed);
        }
        if self.runs(&service.name, site) {
            return Some(Obstacle::Occupied);
        }
        if let Some(with) = placement.with.as_ref().filter(|with| !self.runs(with, site)) {
            return Some(Obstacle::Without(with.clone()));
        }
        let shunned = self.shunned.get(&service.name).into_iter().flatten().copied();
        let apart = placement.apart.iter().chain(shunned).find(|other| self.runs(other, site));
        apart.map(|other| Obstacle::Apart(other.clone()))
    }

    /// How badly a node suits, compared element by element.
    fn cost(&self, service: &Service, count: u32, site: &Site) -> (bool, usize, bool, usize, usize, usize, u64) {
        let placement = &service.placement;
        let own = |slot: &Slot| slot.service == service.name && slot.index < count;
        let wanted = self.facts.moves.iter().any(|(slot, node)| own(slot) && *node == site.name);
        let stays = |slot: &Slot| self.facts.moves.get(slot).is_none_or(|node| *node == site.name);
        let mut running = of_service(&self.facts.running, &service.name);
        let runs = running.any(|(slot, node)| own(slot) && *node == site.name && stays(slot));
        let preferred = placement.preferred.iter().position(|name| *name == site.name);
        (
            !wanted,
            self.followers_failed(&service.name, site),
            placement.keep && !runs,
            preferred.unwrap_or(placement.preferred.len()),
            placement.spread.as_ref().map_or(0, |key| self.in_domain(service, key, site)),
            self.load.get(&site.name).copied().unwrap_or_default(),
            rendezvous(&service.name, &site.name),
        )
    }

    /// How many of the services that must be with this one have failed on a node.
    fn followers_failed(&self, service: &ServiceName, site: &Site) -> usize {
        let on_site = self.facts.failed.iter().filter(|(_, node)| *node == site.name);
        let follows = |name: &ServiceName| {
            let other = self.catalog.services.get(name).filter(|_| self.catalog.is_wanted(name));
            other.is_some_and(|other| other.placement.with.as_ref() == Some(service))
        };
        on_site.filter(|(name, _)| follows(name)).count()
    }

    /// How many instances are where a label has the value that it has on this node.
    fn in_domain(&self, service: &Service, key: &str, site: &Site) -> usize {
        let value = |site: &Site| site.labels.iter().find(|(other, _)| other == key).map(|(_, value)| value.clone());
        let own = value(site);
        let hosts = self.hosts.get(&service.name);
        let sites = self.facts.sites.iter().filter(|site| hosts.is_some_and(|hosts| hosts.contains(&site.name)));
        sites.filter(|site| value(site) == own).count()
    }
}

fn rendezvous(service: &ServiceName, node: &NodeName) -> u64 {
    let mut hasher = SipHasher13::new();
    hasher.write(service.as_str().as_bytes());
    hasher.write(node.as_str().as_bytes());
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, string::String, vec, vec::Vec};

    use super::{Facts, Goal, Obstacle, Site, place};
    use crate::{
        recovery::{
            catalog::{
                Catalog, Edit,
                tests::{catalog, name, service},
            },
            service::{Count, Service},
        },
        types::{NodeName, Slot},
    };

    fn node(text: &str) -> NodeName {
        NodeName::new(text).unwrap()
    }

    fn sites(names: &[(&str, &str)]) -> Vec<Site> {
        let site = |(name, rack): &(&str, &str)| Site {
            name: node(name),
            labels: vec![(String::from("rack"), String::from(*rack))],
            runs: true,
            leaving: false,
        };
        names.iter().map(site).collect()
    }

    fn facts() -> Facts {
        Facts { sites: sites(&[("n1", "a"), ("n2", "a"), ("n3", "b")]), ..Facts::default() }
    }

    fn placed(catalog: &Catalog, facts: &Facts) -> Goal {
        place(catalog, &catalog.levels(), facts)
    }

    fn hosts(goal: &Goal, service: &str) -> Vec<String> {
        let units = goal.units.iter().filter(|(slot, _)| slot.service == name(service));
        units.map(|(_, node)| alloc::format!("{node}")).collect()
    }

    fn some(text: &str, count: u32) -> Service {
        let mut service = service(text, &[]);
        service.placement.count = Count::Exactly(count);
        service
    }

    #[test]
    fn an_instance_stays_where_it_is_unless_the_node_is_gone() {
        let catalog = catalog(vec![service("db", &[])]);
        let slot = Slot { service: name("db"), index: 0 };
        for at in ["n1", "n2", "n3"] {
            let facts = Facts { running: [(slot.clone(), node(at))].into(), ..facts() };
            assert_eq!(hosts(&placed(&catalog, &facts), "db"), [at]);
        }
        let facts = Facts { running: [(slot, node("n9"))].into(), ..facts() };
        assert_eq!(hosts(&placed(&catalog, &facts), "db").len(), 1);
    }

    #[test]
    fn a_preferred_node_wins_unless_the_instance_stays() {
        let mut db = service("db", &[]);
        db.placement.preferred = vec![node("n3"), node("n2")];
        let slot = Slot { service: name("db"), index: 0 };
        let at_n1 = Facts { running: [(slot, node("n1"))].into(), ..facts() };
        assert_eq!(hosts(&placed(&catalog(vec![db.clone()]), &facts()), "db"), ["n3"]);
        assert_eq!(hosts(&placed(&catalog(vec![db.clone()]), &at_n1), "db"), ["n1"]);
        db.placement.keep = false;
        assert_eq!(hosts(&placed(&catalog(vec![db]), &at_n1), "db"), ["n3"]);
    }

    #[test]
    fn a_move_goes_before_all_preferences() {
        let catalog = catalog(vec![service("db", &[])]);
        let slot = Slot { service: name("db"), index: 0 };
        let running = BTreeSet::from([(slot.clone(), node("n1"))]);
        let facts = Facts { running, moves: [(slot, node("n2"))].into(), ..facts() };
        assert_eq!(hosts(&placed(&catalog, &facts), "db"), ["n2"]);
    }

    #[test]
    fn several_instances_are_on_different_nodes_and_spread() {
        let mut web = some("web", 2);
        web.placement.spread = Some(String::from("rack"));
        for _ in 0..5 {
            let goal = placed(&catalog(vec![web.clone()]), &facts());
            assert!(hosts(&goal, "web").contains(&String::from("n3")), "{goal:?}");
        }
        let goal = placed(&catalog(vec![some("web", 4)]), &facts());
        assert_eq!(hosts(&goal, "web").len(), 3);
        let unplaced = goal.unplaced.values().next().unwrap();
        assert!(unplaced.iter().all(|(_, obstacle)| *obstacle == Obstacle::Occupied), "{unplaced:?}");
    }

    #[test]
    fn instances_that_do_not_stay_come_to_rest_wherever_they_begin() {
        let mut web = some("web", 2);
        web.placement.keep = false;
        web.placement.preferred = vec![node("n3")];
        let catalog = catalog(vec![web]);
        let nodes = ["n1", "n2", "n3"];
        for (first, second) in nodes.iter().flat_map(|first| nodes.map(|second| (*first, second))) {
            let at = |index, text| (Slot { service: name("web"), index }, node(text));
            let running = BTreeSet::from([at(0, first), at(1, second)]);
            let goal = placed(&catalog, &Facts { running, ..facts() });
            let after = placed(&catalog, &Facts { running: goal.units.clone(), ..facts() });
            assert_eq!(goal, after);
        }
    }

    #[test]
    fn with_and_apart_hold_in_both_directions() {
        let mut web = service("web", &["vip"]);
        web.placement.with = Some(name("vip"));
        let mut shy = service("shy", &[]);
        shy.placement.apart = vec![name("vip")];
        let catalog = catalog(vec![service("vip", &[]), web, shy]);
        let goal = placed(&catalog, &facts());
        assert_eq!(hosts(&goal, "web"), hosts(&goal, "vip"));
        assert_ne!(hosts(&goal, "shy"), hosts(&goal, "vip"));
        let one = Facts { sites: sites(&[("n1", "a")]), ..Facts::default() };
        let goal = placed(&catalog, &one);
        assert_eq!(hosts(&goal, "shy"), ["n1"], "of one level, the first name has the place");
        assert_eq!(goal.unplaced.len(), 2, "{goal:?}");
    }

    #[test]
    fn what_failed_takes_along_what_it_is_with() {
        let mut web = service("web", &["vip"]);
        web.placement.with = Some(name("vip"));
        let catalog = catalog(vec![service("vip", &[]), web]);
        let slot = |text| Slot { service: name(text), index: 0 };
        let running = BTreeSet::from([(slot("vip"), node("n1")), (slot("web"), node("n1"))]);
        let failed = BTreeSet::from([(name("web"), node("n1"))]);
        let goal = placed(&catalog, &Facts { running, failed, ..facts() });
        assert_ne!(hosts(&goal, "vip"), ["n1"]);
        assert_eq!(hosts(&goal, "web"), hosts(&goal, "vip"));
    }

    #[test]
    fn drained_nodes_witnesses_and_other_labels_are_left_out_and_named() {
        let mut every = service("agent", &[]);
        every.placement.count = Count::Every;
        every.placement.selector = vec![(String::from("rack"), String::from("a"))];
        let mut catalog = catalog(vec![every]);
        assert_eq!(hosts(&placed(&catalog, &facts()), "agent"), ["n1", "n2"]);
        catalog.apply([Edit::Drain(node("n1"), Some(String::from("disk")))]);
        let mut facts = facts();
        facts.sites[1].runs = false;
        let goal = placed(&catalog, &facts);
        let whys: Vec<_> = goal.unplaced.values().flat_map(|all| all.iter()).map(|(_, why)| why.clone()).collect();
        assert_eq!(whys, [Obstacle::Drained, Obstacle::Witness, Obstacle::Label(String::from("rack"))]);
    }

    #[test]
    fn a_node_that_comes_moves_nothing() {
        let catalog = catalog(vec![some("a", 1), some("b", 2), some("c", 1)]);
        let before = placed(&catalog, &Facts { sites: sites(&[("n1", "a"), ("n2", "a")]), ..Facts::default() });
        let after = placed(&catalog, &Facts { running: before.units.clone(), ..facts() });
        assert_eq!(before.units, after.units);
    }
}
