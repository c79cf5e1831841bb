//! All services of the cluster and what operators decided about them: kept in the cluster database, checked as a whole.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};

use super::service::{Count, LEVEL, MAX_BODY, MAX_INSTANCES, MAX_LIST, MAX_LOSS, Service, TIMEOUT, WithoutQuorum};
use crate::types::{Duration, NodeName, ServiceName};

/// Most services of a cluster (L1).
pub const MAX_SERVICES: usize = 1000;
/// Most instances of all services that have a number of them, together (L1).
pub const MAX_ALL_INSTANCES: usize = 10_000;
/// Most nodes that are drained at once (L1).
pub const MAX_DRAINED: usize = 1000;
/// Most bytes of all definitions together (L1).
pub const MAX_CATALOG_BYTES: usize = 8 * 1024 * 1024;

/// All services, and what operators decided about them.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default)]
pub struct Catalog {
    /// Rises with each change.
    pub revision: u64,
    /// By name.
    pub services: BTreeMap<ServiceName, Arc<Service>>,
    /// What is to become of services; those that are not here are to run.
    pub intents: BTreeMap<ServiceName, Intent>,
    /// Nodes on which no service is to run, and why.
    pub drained: BTreeMap<NodeName, String>,
}

/// What is to become of a service that is not to run.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Intent {
    /// It is stopped until somebody starts it.
    Stopped,
    /// It is kept from running until somebody enables it, for this reason.
    Disabled(String),
}

/// One change.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Edit {
    /// A service is new or defined otherwise.
    Put(Arc<Service>),
    /// There is no such service any more.
    Remove(ServiceName),
    /// This is to become of a service; it is to run when none.
    Intend(ServiceName, Option<Intent>),
    /// No service is to run on a node, for this reason; or they may again.
    Drain(NodeName, Option<String>),
}

/// What is wrong with a catalog.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Fault {
    /// A service names one that there is not.
    #[error("service {service} names {other}, which does not exist")]
    Unknown {
        /// The service.
        service: ServiceName,
        /// What it names.
        other: ServiceName,
    },
    /// Services depend on each other in a circle.
    #[error("services depend on each other in a circle: {}", circle(.0))]
    Circle(Vec<ServiceName>),
    /// A level is lower than what the service depends on allows.
    #[error("service {service} has level {given}, but depends on {on}, so its level is at least {least}")]
    Level {
        /// The service.
        service: ServiceName,
        /// Its level as given.
        given: u32,
        /// What it depends on.
        on: ServiceName,
        /// Its level at least.
        least: u32,
    },
    /// What is asked for can never be.
    #[error("service {service}: {why}")]
    Impossible {
        /// The service.
        service: ServiceName,
        /// Why.
        why: String,
    },
    /// Too much of something.
    #[error("{what}: {count} are too many; at most {limit} are allowed")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// So many.
        count: usize,
        /// The limit.
        limit: usize,
    },
}

fn circle(names: &[ServiceName]) -> String {
    let names: Vec<&str> = names.iter().chain(names.first()).map(ServiceName::as_str).collect();
    names.join(" -> ")
}

impl Edit {
    /// In a few words, for people who ask later.
    #[must_use]
    pub fn summary(&self) -> String {
        match self {
            Self::Put(service) => alloc::format!("{} defined", service.name),
            Self::Remove(name) => alloc::format!("{name} removed"),
            Self::Intend(name, None) => alloc::format!("{name} to run"),
            Self::Intend(name, Some(Intent::Stopped)) => alloc::format!("{name} stopped"),
            Self::Intend(name, Some(Intent::Disabled(why))) => alloc::format!("{name} disabled: {why}"),
            Self::Drain(node, Some(why)) => alloc::format!("{node} drained: {why}"),
            Self::Drain(node, None) => alloc::format!("{node} no longer drained"),
        }
    }
}

impl Catalog {
    /// Takes over what a backup has. All services are of a new version then: versions may have been given twice.
    pub fn restore(&mut self, backup: &Self) {
        let revision = self.revision.max(backup.revision);
        *self = Self { revision, services: BTreeMap::new(), ..backup.clone() };
        self.apply(backup.services.values().cloned().map(Edit::Put));
    }

    /// Makes changes. The revision rises once.
    pub fn apply(&mut self, edits: impl IntoIterator<Item = Edit>) {
        self.revision += 1;
        for edit in edits {
            match edit {
                Edit::Put(service) => {
                    let service = Service { version: self.revision, ..Service::clone(&service) };
                    self.services.insert(service.name.clone(), Arc::new(service));
                }
                Edit::Remove(name) => {
                    self.services.remove(&name);
                    self.intents.remove(&name);
                }
                Edit::Intend(name, Some(intent)) => drop(self.intents.insert(name, intent)),
                Edit::Intend(name, None) => drop(self.intents.remove(&name)),
                Edit::Drain(node, Some(why)) => drop(self.drained.insert(node, why)),
                Edit::Drain(node, None) => drop(self.drained.remove(&node)),
            }
        }
    }

    /// Whether a service is to run.
    #[must_use]
    pub fn is_wanted(&self, name: &ServiceName) -> bool {
        self.services.contains_key(name) && !self.intents.contains_key(name)
    }

    /// All that is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults: Vec<Fault> = self.services.values().flat_map(|service| self.faults_of(service)).collect();
        let bytes: usize = self.services.values().map(|service| service.body.len()).sum();
        let instances = |service: &Arc<Service>| match service.placement.count {
            Count::Exactly(count) => usize::try_from(count).unwrap_or(usize::MAX),
            Count::Every => 0,
        };
        let instances = self.services.values().map(instances).fold(0, usize::saturating_add);
        for (what, count, limit) in [
            ("services", self.services.len(), MAX_SERVICES),
            ("instances of all services", instances, MAX_ALL_INSTANCES),
            ("drained nodes", self.drained.len(), MAX_DRAINED),
            ("bytes of all definitions", bytes, MAX_CATALOG_BYTES),
        ] {
            if count > limit {
                faults.push(Fault::TooMany { what, count, limit });
            }
        }
        faults.extend(self.circle().map(Fault::Circle));
        if faults.is_empty() {
            faults.extend(self.levels_too_low());
        }
        faults
    }

    fn faults_of(&self, service: &Service) -> Vec<Fault> {
        let known = |name: &&ServiceName| !self.services.contains_key(*name);
        let named = service.needs().chain(&service.placement.apart).filter(known);
        let mut faults: Vec<Fault> =
            named.map(|other| Fault::Unknown { service: service.name.clone(), other: other.clone() }).collect();
        let impossible =
            impossible(service).into_iter().map(|why| Fault::Impossible { service: service.name.clone(), why });
        faults.extend(impossible);
        faults
    }

    /// Services that depend on each other in a circle, if there are any.
    fn circle(&self) -> Option<Vec<ServiceName>> {
        let mut done = BTreeSet::new();
        self.services.keys().find_map(|name| self.walk(name, &mut Vec::new(), &mut done))
    }

    fn walk<'a>(
        &'a self,
        name: &'a ServiceName,
        way: &mut Vec<&'a ServiceName>,
        done: &mut BTreeSet<&'a ServiceName>,
    ) -> Option<Vec<ServiceName>> {
        if let Some(at) = way.iter().position(|known| *known == name) {
            return Some(way[at..].iter().map(|name| (*name).clone()).collect());
        }
        if done.contains(name) {
            return None;
        }
        way.push(name);
        let service = self.services.get(name);
        let found = service.into_iter().flat_map(|service| service.needs()).find_map(|on| self.walk(on, way, done));
        way.pop();
        done.insert(name);
        found
    }

    /// The level of each service: its own, and above all that it depends on. There must be no circle.
    #[must_use]
    pub fn levels(&self) -> BTreeMap<ServiceName, u32> {
        let mut levels = BTreeMap::new();
        for name in self.services.keys() {
            self.level(name, &mut levels);
        }
        levels
    }

    fn level(&self, name: &ServiceName, levels: &mut BTreeMap<ServiceName, u32>) -> u32 {
        if let Some(level) = levels.get(name) {
            return *level;
        }
        let Some(service) = self.services.get(name) else { return 0 };
        let needed = service.needs().map(|on| self.level(on, levels) + 1).max().unwrap_or_default();
        let level = needed.max(service.level);
        levels.insert(name.clone(), level);
        level
    }

    /// Levels that were given and are too low; 0 says that none was.
    fn levels_too_low(&self) -> Vec<Fault> {
        let levels = self.levels();
        let too_low = |service: &Arc<Service>| {
            let highest = service.needs().max_by_key(|on| levels.get(*on).copied().unwrap_or_default())?;
            let least = levels.get(highest).map_or(0, |level| level + 1);
            let (given, on) = (service.level, highest.clone());
            (given > 0 && given < least).then(|| Fault::Level { service: service.name.clone(), given, on, least })
        };
        self.services.values().filter_map(too_low).collect()
    }
}

/// What a service asks for that can never be.
fn impossible(service: &Service) -> Vec<String> {
    let mut whys = Vec::new();
    let mut say = |wrong: bool, why: &str| {
        if wrong {
            whys.push(why.to_string());
        }
    };
    let Service { placement, grace, loss_timeout, restart, .. } = service;
    let span = |time: Duration| !TIMEOUT.contains(&time);
    say(!LEVEL.contains(&service.level), "level: 0 to 1000 are allowed");
    say(service.body.len() > MAX_BODY, "the definition is too long: 64 KiB are allowed");
    let lists = [service.after.len(), service.requires.len(), placement.preferred.len(), placement.apart.len()];
    say(lists.iter().any(|len| *len > MAX_LIST), "a list is too long: 64 names are allowed");
    say(placement.selector.len() > MAX_LIST, "the selector is too long: 64 labels are allowed");
    say(span(service.start_timeout), "start_timeout: 100 ms to 1 h are allowed");
    say(span(service.stop_timeout), "stop_timeout: 100 ms to 1 h are allowed");
    say(
        *grace + *loss_timeout > MAX_LOSS,
        "grace and loss_timeout: at most 4 s together are allowed, for whoever takes over waits for so long",
    );
    say(restart.tries > 1000, "restart.tries: 0 to 1000 are allowed");
    say(restart.pause > restart.pause_max, "restart.pause: at most restart.pause_max is allowed");
    if let Count::Exactly(instances) = placement.count {
        say(!(1..=MAX_INSTANCES).contains(&instances), "instances: 1 to 1000 are allowed");
        say(
            service.without_quorum == WithoutQuorum::CarryOn,
            "without_quorum = \"carry-on\" would let two instances run at once: it is allowed for services on every member only",
        );
    }
    let own = &service.name;
    say(service.needs().any(|on| on == own), "it depends on itself");
    say(placement.apart.iter().any(|other| other == own), "it is to be apart from itself: instances always are");
    say(
        placement.with.iter().any(|with| placement.apart.contains(with)),
        "it is to be with a service and apart from it",
    );
    whys
}

#[cfg(test)]
pub(super) mod tests {
    use alloc::{string::ToString, sync::Arc, vec, vec::Vec};

    use super::{Catalog, Edit, Intent};
    use crate::{
        recovery::service::{Count, InTransition, Placement, Restart, Service, WithoutQuorum},
        types::{Duration, ServiceName},
    };

    pub fn name(text: &str) -> ServiceName {
        ServiceName::new(text).unwrap()
    }

    /// A single instance that requires others.
    pub fn service(text: &str, requires: &[&str]) -> Service {
        Service {
            name: name(text),
            version: 0,
            after: vec![],
            requires: requires.iter().map(|on| name(on)).collect(),
            level: 0,
            placement: Placement {
                count: Count::Exactly(1),
                selector: vec![],
                preferred: vec![],
                spread: None,
                keep: true,
                with: None,
                apart: vec![],
            },
            without_quorum: WithoutQuorum::Stop,
            grace: Duration::from_millis(500),
            loss_timeout: Duration::from_millis(500),
            in_transition: InTransition::Keep,
            start_timeout: Duration::from_secs(30),
            stop_timeout: Duration::from_secs(10),
            restart: Restart {
                tries: 3,
                window: Duration::from_secs(60),
                pause: Duration::from_millis(100),
                pause_max: Duration::from_secs(5),
            },
            body: Arc::default(),
        }
    }

    pub fn catalog(services: Vec<Service>) -> Catalog {
        let mut catalog = Catalog::default();
        catalog.apply(services.into_iter().map(|service| Edit::Put(Arc::new(service))));
        catalog
    }

    fn said(services: Vec<Service>) -> Vec<alloc::string::String> {
        catalog(services).faults().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn levels_come_from_dependencies() {
        let mut top = service("top", &["web"]);
        top.level = 7;
        let mut side = service("side", &[]);
        side.after = vec![name("db")];
        let catalog = catalog(vec![service("db", &[]), service("web", &["db"]), top, side]);
        assert_eq!(catalog.faults(), []);
        let levels = catalog.levels();
        let of = |text| levels[&name(text)];
        assert_eq!([of("db"), of("web"), of("top"), of("side")], [0, 1, 7, 1]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let mut low = service("low", &["mid"]);
        low.level = 1;
        let said_of = said(vec![service("db", &[]), service("mid", &["db"]), low]);
        assert_eq!(said_of, ["service low has level 1, but depends on mid, so its level is at least 2"]);
        let circle = said(vec![service("a", &["b"]), service("b", &["c"]), service("c", &["a"])]);
        assert_eq!(circle, ["services depend on each other in a circle: a -> b -> c -> a"]);
        assert_eq!(said(vec![service("a", &["x"])]), ["service a names x, which does not exist"]);
        let mut bad = service("a", &[]);
        bad.without_quorum = WithoutQuorum::CarryOn;
        bad.grace = Duration::from_secs(5);
        assert_eq!(said(vec![bad]).len(), 2);
    }

    #[test]
    fn a_change_gives_a_new_version_and_a_removal_forgets_all() {
        let mut catalog = catalog(vec![service("a", &[]), service("b", &[])]);
        catalog.apply([Edit::Intend(name("a"), Some(Intent::Stopped))]);
        assert!(!catalog.is_wanted(&name("a")) && catalog.is_wanted(&name("b")));
        assert_eq!(catalog.services[&name("a")].version, 1, "an intent is no new version");
        catalog.apply([Edit::Put(Arc::new(service("b", &[])))]);
        assert_eq!(catalog.services[&name("b")].version, 3);
        catalog.apply([Edit::Remove(name("a"))]);
        assert_eq!((catalog.intents.len(), catalog.revision), (0, 4));
    }
}
