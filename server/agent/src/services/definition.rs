//! What a definition means: from the message to what recovery must know of a service.

use std::{sync::Arc, time::Duration};

use prost::Message;
use quorate_core::{
    recovery::{Count, InTransition, Placement, Restart, Service, WithoutQuorum},
    types::{NodeName, ServiceName},
};
use quorate_proto::v1::{self, placement};

use super::program;

/// A service that is defined so cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("service {service:?}: {field}: {why}")]
pub struct DefinitionError {
    /// The service.
    pub service: String,
    /// The field that is at fault.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: String,
}

/// What is at fault, before it is known of which service.
pub(super) type Fault = (&'static str, String);

/// Most bytes of a description.
const MAX_DESCRIPTION: usize = 256;

/// Reads a definition.
///
/// # Errors
/// [`DefinitionError`] for the first field that cannot be.
pub fn service(version: u64, from: &v1::Service) -> Result<Service, DefinitionError> {
    let fail = |(field, why): Fault| DefinitionError { service: from.name.clone(), field, why };
    read(version, from).map_err(fail)
}

/// Reads a definition as it is kept and sent.
///
/// # Errors
/// [`DefinitionError`], also when the bytes are no definition.
pub fn stored(version: u64, definition: &[u8]) -> Result<Service, DefinitionError> {
    let no_message =
        |why: prost::DecodeError| DefinitionError { service: String::new(), field: "definition", why: why.to_string() };
    service(version, &v1::Service::decode(definition).map_err(no_message)?)
}

/// The definition that a service was read from.
#[must_use]
pub fn message(service: &Service) -> v1::Service {
    v1::Service::decode(&*service.body).unwrap_or_default()
}

fn read(version: u64, from: &v1::Service) -> Result<Service, Fault> {
    if from.description.len() > MAX_DESCRIPTION {
        return Err(("description", "at most 256 bytes are allowed".to_owned()));
    }
    program::check(from)?;
    Ok(Service {
        name: name("name", &from.name)?,
        version,
        after: names("after", &from.after)?,
        requires: names("requires", &from.requires)?,
        level: from.level,
        placement: placement(from.placement.as_ref())?,
        without_quorum: without_quorum(from)?,
        grace: span("grace", from.grace.as_ref(), Duration::from_millis(500))?,
        loss_timeout: span("loss_timeout", from.loss_timeout.as_ref(), Duration::from_millis(500))?,
        in_transition: in_transition(from)?,
        start_timeout: span("start_timeout", from.start_timeout.as_ref(), Duration::from_secs(30))?,
        stop_timeout: span("stop_timeout", from.stop_timeout.as_ref(), Duration::from_secs(10))?,
        restart: restart(from.restart.as_ref())?,
        body: Arc::from(from.encode_to_vec()),
    })
}

fn name(field: &'static str, text: &str) -> Result<ServiceName, Fault> {
    ServiceName::new(text).map_err(|why| (field, why.to_string()))
}

fn names(field: &'static str, texts: &[String]) -> Result<Vec<ServiceName>, Fault> {
    texts.iter().map(|text| name(field, text)).collect()
}

fn placement(from: Option<&v1::Placement>) -> Result<Placement, Fault> {
    let default = v1::Placement::default();
    let from = from.unwrap_or(&default);
    let node = |text: &String| NodeName::new(text).map_err(|why| ("placement.preferred", why.to_string()));
    let mut selector: Vec<(String, String)> = from.selector.clone().into_iter().collect();
    selector.sort();
    Ok(Placement {
        count: match &from.count {
            None => Count::Exactly(1),
            Some(placement::Count::Instances(count)) => Count::Exactly(*count),
            Some(placement::Count::EveryMember(v1::EveryMember {})) => Count::Every,
        },
        selector,
        preferred: from.preferred.iter().map(node).collect::<Result<_, _>>()?,
        spread: (!from.spread.is_empty()).then(|| from.spread.clone()),
        keep: !from.failback,
        with: if from.with.is_empty() { None } else { Some(name("placement.with", &from.with)?) },
        apart: names("placement.apart", &from.apart)?,
    })
}

fn without_quorum(from: &v1::Service) -> Result<WithoutQuorum, Fault> {
    match v1::WithoutQuorum::try_from(from.without_quorum) {
        Ok(v1::WithoutQuorum::Unspecified | v1::WithoutQuorum::Stop) => Ok(WithoutQuorum::Stop),
        Ok(v1::WithoutQuorum::Freeze) => Ok(WithoutQuorum::Freeze),
        Ok(v1::WithoutQuorum::CarryOn) => Ok(WithoutQuorum::CarryOn),
        Err(_) => Err(unknown("without_quorum", from.without_quorum)),
    }
}

fn in_transition(from: &v1::Service) -> Result<InTransition, Fault> {
    match v1::InTransition::try_from(from.in_transition) {
        Ok(v1::InTransition::Unspecified | v1::InTransition::Keep) => Ok(InTransition::Keep),
        Ok(v1::InTransition::Signal) => Ok(InTransition::Signal),
        Ok(v1::InTransition::Restart) => Ok(InTransition::Restart),
        Err(_) => Err(unknown("in_transition", from.in_transition)),
    }
}

fn unknown(field: &'static str, value: i32) -> Fault {
    (field, format!("{value} means nothing to this version"))
}

fn restart(from: Option<&v1::RestartPolicy>) -> Result<Restart, Fault> {
    let default = v1::RestartPolicy::default();
    let from = from.unwrap_or(&default);
    Ok(Restart {
        tries: from.tries.unwrap_or(3),
        window: span("restart.window", from.window.as_ref(), Duration::from_secs(60))?,
        pause: span("restart.pause", from.pause.as_ref(), Duration::from_millis(100))?,
        pause_max: span("restart.pause_max", from.pause_max.as_ref(), Duration::from_secs(10))?,
    })
}

/// A span of time that may be unset.
pub(super) fn span(
    field: &'static str,
    from: Option<&prost_types::Duration>,
    default: Duration,
) -> Result<Duration, Fault> {
    match from {
        None => Ok(default),
        Some(span) => Duration::try_from(*span).map_err(|_| (field, "a time cannot be negative".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use quorate_core::recovery::{Count, WithoutQuorum};
    use quorate_proto::v1::{self, service::Kind};

    use super::{message, service, stored};

    fn web() -> v1::Service {
        let program = v1::Program { command: vec!["/bin/web".to_owned()], ..v1::Program::default() };
        v1::Service { name: "web".to_owned(), kind: Some(Kind::Program(program)), ..v1::Service::default() }
    }

    #[test]
    fn what_is_unset_has_its_default() {
        let read = service(7, &web()).unwrap();
        assert_eq!((read.version, read.placement.count), (7, Count::Exactly(1)));
        assert_eq!((read.restart.tries, read.stop_timeout.as_secs()), (3, 10));
        assert_eq!(read.without_quorum, WithoutQuorum::Stop);
        assert!(read.placement.keep);
        assert_eq!(stored(7, &read.body), Ok(read.clone()));
        assert_eq!(message(&read), web());
    }

    #[test]
    fn what_is_wrong_is_named_with_its_field() {
        let wrong = |change: fn(&mut v1::Service)| {
            let mut from = web();
            change(&mut from);
            service(1, &from).unwrap_err().field
        };
        assert_eq!(wrong(|from| from.name = "Web".to_owned()), "name");
        assert_eq!(wrong(|from| from.requires = vec!["a b".to_owned()]), "requires");
        assert_eq!(wrong(|from| from.without_quorum = 99), "without_quorum");
        assert_eq!(wrong(|from| from.grace = Some(prost_types::Duration { seconds: -1, nanos: 0 })), "grace");
        assert_eq!(wrong(|from| from.kind = None), "kind");
        assert_eq!(wrong(|from| from.stop_signal = "SIGNOTHING".to_owned()), "stop_signal");
        let agent = || v1::OcfAgent { agent: "heartbeat:IPaddr2".to_owned(), ..<_>::default() };
        let mut ocf = v1::Service { kind: Some(Kind::Ocf(agent())), ..web() };
        assert!(service(1, &ocf).is_ok());
        ocf.set_without_quorum(v1::WithoutQuorum::Freeze);
        assert_eq!(service(1, &ocf).unwrap_err().field, "without_quorum");
    }

    #[test]
    fn what_a_unit_of_systemd_cannot_do_is_refused() {
        let unit = |name: &str, change: fn(&mut v1::Service)| {
            let unit = v1::SystemdUnit { unit: name.to_owned() };
            let mut from = v1::Service { kind: Some(Kind::Systemd(unit)), ..web() };
            change(&mut from);
            service(1, &from).map_err(|why| why.field)
        };
        assert!(unit("web.service", |_| {}).is_ok());
        assert_eq!(unit("web", |_| {}).unwrap_err(), "systemd.unit");
        let wrong = |change| unit("web.service", change).unwrap_err();
        assert_eq!(wrong(|from| from.set_without_quorum(v1::WithoutQuorum::Freeze)), "without_quorum");
        assert_eq!(wrong(|from| from.set_in_transition(v1::InTransition::Signal)), "in_transition");
        assert_eq!(wrong(|from| from.transition_signal = "SIGHUP".to_owned()), "transition_signal");
        assert_eq!(wrong(|from| from.stop_signal = "SIGINT".to_owned()), "stop_signal");
        assert_eq!(wrong(|from| from.readiness = Some(v1::Readiness::default())), "readiness");
        assert_eq!(wrong(|from| from.log = Some(v1::LogLimits::default())), "log");
    }
}
