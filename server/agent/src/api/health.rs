//! The standard health service: each service serves from the start until the agent stops; the agent as a whole (the
//! empty name) serves once a view has been stable. Both end when the node leaves.

use std::sync::Arc;

use quorate_core::status::ViewState;
use tonic_health::{ServingStatus, server::HealthReporter};

use super::{SERVICES, context::Context};
use crate::driver::Departure;

/// Keeps the reported status up to date until the agent stops.
pub(super) async fn report(reporter: HealthReporter, context: Arc<Context>) {
    let set = async |name: &str, status| reporter.set_service_status(name, status).await;
    set("", ServingStatus::NotServing).await;
    for service in SERVICES {
        set(service, ServingStatus::Serving).await;
    }
    let mut view = context.handle.watch_view();
    let mut departure = context.handle.watch_departure();
    let served = async {
        if view.wait_for(|now| now.state == ViewState::Stable).await.is_ok() {
            set("", ServingStatus::Serving).await;
        }
        std::future::pending::<()>().await;
    };
    tokio::select! {
        () = served => {}
        _ = departure.wait_for(|now| *now != Departure::Staying) => {}
        () = context.stopping.cancelled() => {}
    }
    for service in SERVICES.into_iter().chain([""]) {
        set(service, ServingStatus::NotServing).await;
    }
}
