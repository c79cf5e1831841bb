//! Defining services: checked as a whole, shown as a plan, applied as a whole.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use quorate_core::{
    database::{Applied, ChangeKind},
    recovery::{Catalog, Edit, Fault, MAX_SERVICES, Service},
    types::ServiceName,
};
use quorate_proto::{
    store::v1::{CatalogChange, recovery_request::Kind as Asked},
    v1::{self, ApplyServicesRequest, ApplyServicesResponse, ServiceChange, service::Kind},
};

use super::{ApiError, Recoveries, TRIES};
use crate::{consensus, services::definition};

impl Recoveries {
    /// Applies definitions, or says what that would do.
    pub(super) async fn apply(&self, request: ApplyServicesRequest) -> Result<ApplyServicesResponse, ApiError> {
        let services = read(&request.services)?;
        for _ in 0..TRIES {
            let database = self.0.database().await?;
            let catalog = &database.rules.catalog;
            let expected = request.expected_revision;
            if expected != 0 && expected != catalog.revision {
                return Err(ApiError::Conflict("the definitions are at another revision by now"));
            }
            let (edits, changes) = plan(catalog, &services, request.prune);
            check(catalog, &edits)?;
            let mut response = ApplyServicesResponse {
                header: self.0.header_of(&database),
                revision: catalog.revision,
                changes,
                shifts: Vec::new(),
            };
            if edits.is_empty() {
                return Ok(response);
            }
            let change = CatalogChange {
                expected_revision: catalog.revision,
                edits: edits.iter().map(consensus::edit_out).collect(),
            };
            // The plan is an extra: while nobody leads recovery, it tells nothing of where things run.
            response.shifts = match self.shifts(Asked::Plan(change)).await {
                Err(ApiError::QuorumLost | ApiError::Internal(_)) => Vec::new(),
                shifts => shifts?,
            };
            if request.dry_run {
                return Ok(response);
            }
            let expected = catalog.revision;
            match self.0.change(ChangeKind::Catalog { edits, expected }).await? {
                Applied::Done => {
                    response.revision = expected + 1;
                    response.header = self.0.header();
                    return Ok(response);
                }
                Applied::Stale { .. } => {}
                _ => return Err(ApiError::Internal("an odd answer")),
            }
        }
        Err(ApiError::Conflict("others change services all the time"))
    }
}

/// Reads the definitions; all that is wrong with them is told at once.
fn read(services: &[v1::Service]) -> Result<BTreeMap<ServiceName, Service>, ApiError> {
    if services.len() > MAX_SERVICES {
        return Err(ApiError::bad_request("services", format!("at most {MAX_SERVICES} are allowed")));
    }
    let (mut read, mut faults) = (BTreeMap::new(), Vec::new());
    for service in services {
        match definition::service(0, service) {
            Ok(service) => {
                if let Some(twice) = read.insert(service.name.clone(), service) {
                    faults.push(format!("service {} is defined twice", twice.name));
                }
            }
            Err(why) => faults.push(why.to_string()),
        }
    }
    if faults.is_empty() { Ok(read) } else { Err(ApiError::ServiceInvalid(faults.join("; "))) }
}

/// What changes.
fn plan(catalog: &Catalog, services: &BTreeMap<ServiceName, Service>, prune: bool) -> (Vec<Edit>, Vec<ServiceChange>) {
    let (mut edits, mut changes) = (Vec::new(), Vec::new());
    let mut note = |name: &ServiceName, kind: v1::ChangeKind, fields| {
        changes.push(ServiceChange { name: name.to_string(), kind: kind.into(), fields });
    };
    let removed = catalog.services.keys().filter(|name| prune && !services.contains_key(*name));
    for name in removed {
        note(name, v1::ChangeKind::Removed, Vec::new());
        edits.push(Edit::Remove(name.clone()));
    }
    for (name, service) in services {
        match catalog.services.get(name) {
            // Maps have no order, so two encodings of one definition may differ.
            Some(known) if definition::message(known) == definition::message(service) => continue,
            Some(known) => note(name, v1::ChangeKind::Changed, fields(known, service)),
            None => note(name, v1::ChangeKind::Added, Vec::new()),
        }
        edits.push(Edit::Put(Arc::new(service.clone())));
    }
    changes.sort_by(|a, b| a.name.cmp(&b.name));
    (edits, changes)
}

/// The catalog with the changes must be sound.
fn check(catalog: &Catalog, edits: &[Edit]) -> Result<(), ApiError> {
    let mut changed = catalog.clone();
    changed.apply(edits.iter().cloned());
    let faults = changed.faults().iter().map(Fault::to_string).chain(shared_units(&changed)).collect::<Vec<_>>();
    if faults.is_empty() { Ok(()) } else { Err(ApiError::ServiceInvalid(faults.join("; "))) }
}

/// Services that are one unit of systemd: each would stop what the other has started.
fn shared_units(catalog: &Catalog) -> Vec<String> {
    let (mut users, mut faults) = (BTreeMap::new(), Vec::new());
    for service in catalog.services.values() {
        let Some(Kind::Systemd(v1::SystemdUnit { unit })) = definition::message(service).kind else { continue };
        if let Some(other) = users.insert(unit.clone(), &service.name) {
            faults.push(format!("services {other} and {} are the same unit of systemd, {unit}", service.name));
        }
    }
    faults
}

/// The fields in which two definitions differ.
fn fields(a: &Service, b: &Service) -> Vec<String> {
    let (a, b) = (definition::message(a), definition::message(b));
    let (none, other) = (v1::Placement::default(), v1::Placement::default());
    let (from, to) = (a.placement.as_ref().unwrap_or(&none), b.placement.as_ref().unwrap_or(&other));
    let placement = [
        ("placement.count", from.count != to.count),
        ("placement.selector", from.selector != to.selector),
        ("placement.preferred", from.preferred != to.preferred),
        ("placement.spread", from.spread != to.spread),
        ("placement.failback", from.failback != to.failback),
        ("placement.with", from.with != to.with),
        ("placement.apart", from.apart != to.apart),
    ];
    let differ = [
        ("description", a.description != b.description),
        ("kind", a.kind != b.kind),
        ("after", a.after != b.after),
        ("requires", a.requires != b.requires),
        ("level", a.level != b.level),
        ("without_quorum", a.without_quorum != b.without_quorum),
        ("grace", a.grace != b.grace),
        ("loss_timeout", a.loss_timeout != b.loss_timeout),
        ("in_transition", a.in_transition != b.in_transition),
        ("transition_signal", a.transition_signal != b.transition_signal),
        ("readiness", a.readiness != b.readiness),
        ("health", a.health != b.health),
        ("start_timeout", a.start_timeout != b.start_timeout),
        ("stop_timeout", a.stop_timeout != b.stop_timeout),
        ("stop_signal", a.stop_signal != b.stop_signal),
        ("restart", a.restart != b.restart),
        ("log", a.log != b.log),
        ("outlive_agent", a.outlive_agent != b.outlive_agent),
    ];
    let all: BTreeSet<&str> =
        differ.into_iter().chain(placement).filter(|(_, differs)| *differs).map(|(field, _)| field).collect();
    all.into_iter().map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_of_systemd_is_one_service_alone() {
        let edit = |name: &str, unit: &str| {
            let unit = v1::SystemdUnit { unit: unit.to_owned() };
            let service = v1::Service { name: name.to_owned(), kind: Some(Kind::Systemd(unit)), ..<_>::default() };
            Edit::Put(Arc::new(definition::service(0, &service).expect("it is sound")))
        };
        let two = [edit("a", "web.service"), edit("b", "db.service")];
        assert!(check(&Catalog::default(), &two).is_ok());
        let fault = check(&Catalog::default(), &[edit("a", "web.service"), edit("b", "web.service")]).unwrap_err();
        assert!(fault.to_string().contains("services a and b are the same unit of systemd, web.service"), "{fault}");
    }
}
