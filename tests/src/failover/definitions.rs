//! What `services.toml` of the example says, for the API.

use std::path::Path;

use quorate::v1::{self, check, placement::Count, readiness, service::Kind};

use super::{ADDRESS, PORT};
use crate::services::millis;

/// The services, on interfaces of this name; the address goes elsewhere after so many tries on a node.
#[must_use]
pub fn definitions(interface: &str, tries: u32) -> Vec<v1::Service> {
    let (address, port) = (ADDRESS.to_string(), PORT.to_string());
    let notify = readiness::Kind::Notify(v1::NotifyReadiness {});
    let vip = v1::Service {
        loss_timeout: millis(1000),
        readiness: Some(v1::Readiness { kind: Some(notify), interval: None }),
        health: Some(v1::HealthCheck { check: None, interval: millis(2000), failures: 0 }),
        restart: Some(v1::RestartPolicy { tries: Some(tries), ..<_>::default() }),
        ..service("vip", &["vip.py", &address, interface])
    };
    let url = format!("http://{address}:{port}/");
    let answers = v1::Check { kind: Some(check::Kind::Http(url)), timeout: None };
    let web = v1::Service {
        requires: vec!["vip".to_owned()],
        placement: Some(v1::Placement { with: "vip".to_owned(), ..single() }),
        readiness: Some(v1::Readiness { kind: Some(readiness::Kind::Check(answers)), interval: millis(20) }),
        ..service("web", &["web.py", &address, &port])
    };
    let everywhere = v1::Placement { count: Some(Count::EveryMember(v1::EveryMember {})), ..<_>::default() };
    let watcher = v1::Service {
        placement: Some(everywhere),
        in_transition: v1::InTransition::Signal.into(),
        ..service("watcher", &["watcher.py", &address, interface])
    };
    vec![vip, web, watcher]
}

fn single() -> v1::Placement {
    v1::Placement { count: Some(Count::Instances(1)), ..<_>::default() }
}

fn service(name: &str, words: &[&str]) -> v1::Service {
    let program = v1::Program { command: program(words), ..<_>::default() };
    v1::Service {
        name: name.to_owned(),
        kind: Some(Kind::Program(program)),
        placement: Some(single()),
        ..v1::Service::default()
    }
}

/// The command of a program of the example with these arguments.
#[must_use]
pub fn program(words: &[&str]) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/ip-failover");
    let path = folder.join(words[0]).display().to_string();
    let python = ["/usr/bin/python3", "-S", &path].map(str::to_owned);
    python.into_iter().chain(words[1..].iter().map(|&word| word.to_owned())).collect()
}
