//! Services as TOML: what `service apply` reads and `service show --toml` writes.
//!
//! [`form`] has the tables with their keys, [`message`] turns them into messages of the schema and back, [`value`] has what a
//! single value can be, [`fault`] says what is wrong with a text, and [`source`] reads files. What the agents check - ranges,
//! what services name - is not checked here.

mod fault;
mod form;
mod message;
mod source;
mod value;

use std::collections::BTreeMap;

use quorate::v1;

pub use self::fault::nearest;
pub use self::form::Definition;
pub use self::source::read;

/// What cannot be a definition, or cannot be written as one.
pub type Fault = String;

/// The service that a definition defines.
pub fn to_message(name: &str, definition: Definition) -> Result<v1::Service, Fault> {
    message::service(name, definition).map_err(|why| format!("service {name:?}: {why}"))
}

/// The definition of a service. A message of a later version may have what this one cannot write.
pub fn of_message(service: &v1::Service) -> Result<Definition, Fault> {
    message::definition(service).map_err(|why| format!("service {:?}: {why}", service.name))
}

/// Definitions as TOML.
pub fn to_toml(services: impl IntoIterator<Item = (String, Definition)>) -> Result<String, Fault> {
    let file = form::File { services: services.into_iter().collect() };
    toml::to_string(&file).map_err(|why| why.to_string())
}

/// Reads TOML. `source` is what it is called in errors.
pub fn of_toml(source: &str, text: &str) -> Result<BTreeMap<String, Definition>, Fault> {
    let file: Result<form::File, _> = toml::from_str(text);
    file.map(|file| file.services).map_err(|why| fault::describe(source, text, &why))
}

/// The fields of a definition with their values as TOML, by their paths, as in `placement.instances`.
pub fn fields(definition: &Definition) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    if let Ok(toml::Value::Table(table)) = toml::Value::try_from(definition) {
        flatten("", &table, &mut fields);
    }
    fields
}

fn flatten(before: &str, table: &toml::Table, fields: &mut BTreeMap<String, String>) {
    for (key, value) in table {
        let path = if before.is_empty() { key.clone() } else { format!("{before}.{key}") };
        match value {
            toml::Value::Table(inner) => flatten(&path, inner, fields),
            value => drop(fields.insert(path, value.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashMap;
    use std::time::Duration;

    use quorate::v1::{check, placement, readiness, service::Kind};

    use super::*;

    fn read(text: &str) -> v1::Service {
        let (name, definition) = of_toml("test", text).unwrap().pop_first().unwrap();
        to_message(&name, definition).unwrap()
    }

    fn misfit(keys: &str) -> String {
        let mut definitions = of_toml("test", &format!("[services.web]\n{keys}\n")).unwrap();
        to_message("web", definitions.remove("web").unwrap()).unwrap_err()
    }

    fn span(duration: Duration) -> Option<prost_types::Duration> {
        duration.try_into().ok()
    }

    /// Writes a service as TOML, and reads that.
    fn round_trip(service: &v1::Service) -> String {
        let text = to_toml([(service.name.clone(), of_message(service).unwrap())]).unwrap();
        assert_eq!(read(&text), *service, "{text}");
        text
    }

    /// All fields, none at its default.
    const FULL: &str = r#"
[services.web]
description = "The shop"
command = ["/usr/bin/web", "--port", "80"]
environment = { MODE = "fast", LANG = "C" }
user = "www"
group = "www-data"
folder = "/srv"
after = ["cache"]
requires = ["db", "vip"]
level = 3
placement = { instances = 2, selector = { disk = "ssd", zone = "a" }, preferred = ["n1", "n2"], spread = "rack", failback = true, with = "vip", apart = ["batch"] }
without_quorum = "freeze"
grace = "0s"
loss_timeout = "1s 500ms"
in_transition = "signal"
transition_signal = "SIGUSR1"
readiness = { tcp = "127.0.0.1:80", interval = "200ms", timeout = "2s" }
health = { http = "http://127.0.0.1/healthz", interval = "3s", timeout = "500ms", failures = 5 }
start_timeout = "1m"
stop_timeout = "20s"
stop_signal = "SIGINT"
restart = { tries = 0, window = "2m", pause = "1s", pause_max = "30s" }
log = { bytes = "4MiB", files = 7 }
outlive_agent = "5s"
"#;

    fn full() -> v1::Service {
        let texts = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect::<Vec<_>>();
        let pairs = |pairs: [(&str, &str); 2]| pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let second = Duration::from_secs(1);
        let tcp = check::Kind::Tcp("127.0.0.1:80".to_owned());
        let http = check::Kind::Http("http://127.0.0.1/healthz".to_owned());
        v1::Service {
            name: "web".to_owned(),
            description: "The shop".to_owned(),
            kind: Some(Kind::Program(v1::Program {
                command: texts(&["/usr/bin/web", "--port", "80"]),
                environment: pairs([("MODE", "fast"), ("LANG", "C")]),
                user: "www".to_owned(),
                group: "www-data".to_owned(),
                folder: "/srv".to_owned(),
            })),
            after: texts(&["cache"]),
            requires: texts(&["db", "vip"]),
            level: 3,
            placement: Some(v1::Placement {
                count: Some(placement::Count::Instances(2)),
                selector: pairs([("disk", "ssd"), ("zone", "a")]),
                preferred: texts(&["n1", "n2"]),
                spread: "rack".to_owned(),
                failback: true,
                with: "vip".to_owned(),
                apart: texts(&["batch"]),
            }),
            without_quorum: v1::WithoutQuorum::Freeze.into(),
            grace: span(Duration::ZERO),
            loss_timeout: span(second * 3 / 2),
            in_transition: v1::InTransition::Signal.into(),
            transition_signal: "SIGUSR1".to_owned(),
            readiness: Some(v1::Readiness {
                kind: Some(readiness::Kind::Check(v1::Check { kind: Some(tcp), timeout: span(second * 2) })),
                interval: span(second / 5),
            }),
            health: Some(v1::HealthCheck {
                check: Some(v1::Check { kind: Some(http), timeout: span(second / 2) }),
                interval: span(second * 3),
                failures: 5,
            }),
            start_timeout: span(second * 60),
            stop_timeout: span(second * 20),
            stop_signal: "SIGINT".to_owned(),
            restart: Some(v1::RestartPolicy {
                tries: Some(0),
                window: span(second * 120),
                pause: span(second),
                pause_max: span(second * 30),
            }),
            log: Some(v1::LogLimits { bytes: 4 << 20, files: 7 }),
            outlive_agent: span(second * 5),
        }
    }

    #[test]
    fn every_key_is_a_field() {
        assert_eq!(read(FULL), full());
    }

    #[test]
    fn what_is_written_reads_as_it_was() {
        let text = round_trip(&full());
        assert!(text.contains("bytes = \"4MiB\"") && text.contains("loss_timeout = \"1s 500ms\""), "{text}");
        assert_eq!(to_toml([("web".to_owned(), of_message(&read(&text)).unwrap())]).unwrap(), text);

        let program = |kind: fn(v1::Program) -> Kind| v1::Service {
            name: "web".to_owned(),
            kind: Some(kind(v1::Program { command: vec!["/bin/web".to_owned()], ..v1::Program::default() })),
            ..v1::Service::default()
        };
        let plain = program(Kind::Program);
        assert_eq!(round_trip(&plain), "[services.web]\ncommand = [\"/bin/web\"]\n");
        assert!(round_trip(&program(Kind::Task)).contains("task = true"));
        let parameters =
            HashMap::from([("ip".to_owned(), "10.0.0.9".to_owned()), ("nic".to_owned(), "eth0".to_owned())]);
        let ocf = v1::OcfAgent { agent: "heartbeat:IPaddr2".to_owned(), parameters: parameters.into_iter().collect() };
        round_trip(&v1::Service { kind: Some(Kind::Ocf(ocf)), ..plain.clone() });
        let unit = v1::SystemdUnit { unit: "nginx.service".to_owned() };
        let systemd = v1::Service { kind: Some(Kind::Systemd(unit)), ..plain.clone() };
        assert!(round_trip(&systemd).contains("systemd = \"nginx.service\""));

        // What is there and empty stays there; names that are no bare keys stay, too.
        round_trip(&v1::Service {
            name: "a.b-c".to_owned(),
            placement: Some(v1::Placement::default()),
            restart: Some(v1::RestartPolicy::default()),
            log: Some(v1::LogLimits::default()),
            health: Some(v1::HealthCheck::default()),
            without_quorum: v1::WithoutQuorum::Stop.into(),
            ..plain.clone()
        });
        let every = Some(placement::Count::EveryMember(v1::EveryMember {}));
        round_trip(&v1::Service {
            placement: Some(v1::Placement { count: every, ..v1::Placement::default() }),
            without_quorum: v1::WithoutQuorum::CarryOn.into(),
            in_transition: v1::InTransition::Restart.into(),
            ..plain
        });
    }

    #[test]
    fn every_kind_of_check_can_be_written() {
        let grpc = |service: &str| {
            check::Kind::Grpc(v1::GrpcCheck { address: "127.0.0.1:50051".to_owned(), service: service.to_owned() })
        };
        let command = check::Kind::Command(v1::CommandCheck { command: vec!["true".to_owned()] });
        for kind in [grpc(""), grpc("shop"), command, check::Kind::Tcp("127.0.0.1:1".to_owned())] {
            let check = v1::Check { kind: Some(kind), timeout: None };
            let readiness = Some(v1::Readiness { kind: Some(readiness::Kind::Check(check.clone())), interval: None });
            let health = Some(v1::HealthCheck { check: Some(check), ..v1::HealthCheck::default() });
            round_trip(&v1::Service { readiness, health, ..full() });
        }
        for interval in [None, span(Duration::from_millis(50))] {
            let kind = Some(readiness::Kind::Notify(v1::NotifyReadiness {}));
            let readiness = Some(v1::Readiness { kind, interval });
            let health = Some(v1::HealthCheck { check: None, interval, failures: 2 });
            round_trip(&v1::Service { readiness, health, ..full() });
        }
    }

    #[test]
    fn short_forms_mean_the_long_ones() {
        for (short, long) in [
            ("command = [\"a\"]\nuser = \"b\"", "program = { command = [\"a\"], user = \"b\" }"),
            ("command = [\"a\"]\ntask = true", "task = { command = [\"a\"] }"),
            ("systemd = \"a.service\"", "systemd = { unit = \"a.service\" }"),
            ("command = [\"a\"]\nreadiness = \"notify\"", "command = [\"a\"]\nreadiness = { notify = true }"),
            (
                "command = [\"a\"]\nhealth = { watchdog = \"5s\" }",
                "command = [\"a\"]\nhealth = { watchdog = true, interval = \"5s\" }",
            ),
            (
                "command = [\"a\"]\nlog = { bytes = \"1KiB\" }",
                "command = [\"a\"]\ntask = false\nlog = { bytes = 1024 }",
            ),
        ] {
            let of = |keys: &str| read(&format!("[services.web]\n{keys}\n"));
            assert_eq!(of(short), of(long), "{short}");
        }
    }

    #[test]
    fn what_does_not_fit_together_is_named() {
        for (keys, part) in [
            ("level = 1", "say how it is run: give command, systemd or ocf"),
            ("command = [\"a\"]\nsystemd = \"a.service\"", "only one of command and systemd may be given"),
            ("task = true", "task = true needs a command"),
            ("systemd = \"a.service\"\nuser = \"x\"", "belong to a command"),
            (
                "command = [\"a\"]\nplacement = { instances = 1, every_member = true }",
                "only one of instances and every_member",
            ),
            (
                "command = [\"a\"]\nreadiness = { tcp = \"a\", http = \"b\" }",
                "readiness: only one of tcp and http may be given",
            ),
            ("command = [\"a\"]\nreadiness = { interval = \"1s\" }", "readiness: give \"notify\", or one of"),
            ("command = [\"a\"]\nhealth = { interval = \"1s\" }", "health: give watchdog, or one of"),
            (
                "command = [\"a\"]\nhealth = { watchdog = true, tcp = \"a\" }",
                "health: only one of watchdog and a check",
            ),
            ("command = [\"a\"]\nhealth = { watchdog = true, timeout = \"1s\" }", "health: a timeout is of a check"),
        ] {
            let fault = misfit(keys);
            assert!(fault.starts_with("service \"web\": ") && fault.contains(part), "{fault}");
        }
    }

    #[test]
    fn what_a_later_version_knows_is_not_lost_in_silence() {
        let newer = v1::Service { without_quorum: 99, ..full() };
        assert!(of_message(&newer).unwrap_err().contains("without_quorum has a value that this program does not know"));
        assert!(of_message(&v1::Service { kind: None, ..full() }).is_err());
    }

    #[test]
    fn fields_are_found_by_their_paths() {
        let fields = fields(&of_message(&full()).unwrap());
        assert_eq!(fields["placement.instances"], "2");
        assert_eq!(fields["requires"], "[\"db\", \"vip\"]");
        assert_eq!(fields["placement.selector.disk"], "\"ssd\"");
    }
}
