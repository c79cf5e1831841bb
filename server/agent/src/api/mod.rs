//! The public API: one file a service, each a thin map onto the driver's handle.
//!
//! Besides its own services it serves health, reflection (v1 and v1alpha) and gRPC-Web, all on one port; the page of the
//! HTTP endpoint gets those calls that only read. It knows neither connections to peers nor the core's rules.

mod admin;
mod backup;
mod barrier;
mod browser;
mod changes;
mod context;
mod coordinate;
mod cursor;
mod database;
mod election;
mod error;
mod event_watch;
mod events;
mod force;
mod health;
mod history;
mod hold;
mod implicit;
mod intake;
mod lock;
mod map;
mod membership;
mod membership_watch;
mod name;
mod name_watch;
mod news;
mod page;
mod present;
mod quorum;
mod recovery;
mod session;
mod settings;
mod standing;
#[cfg(test)]
mod tests;
mod tie;
mod watch;

use std::{sync::Arc, time::Duration};

use quorate_proto::{
    FILE_DESCRIPTOR_SET,
    v1::{
        admin_service_server::{AdminServiceServer, SERVICE_NAME as ADMIN},
        barrier_service_server::{BarrierServiceServer, SERVICE_NAME as BARRIERS},
        election_service_server::{ElectionServiceServer, SERVICE_NAME as ELECTIONS},
        event_service_server::{EventServiceServer, SERVICE_NAME as EVENTS},
        lock_service_server::{LockServiceServer, SERVICE_NAME as LOCKS},
        membership_service_server::{MembershipServiceServer, SERVICE_NAME as MEMBERSHIP},
        name_service_server::{NameServiceServer, SERVICE_NAME as NAMES},
        quorum_service_server::{QuorumServiceServer, SERVICE_NAME as QUORUM},
        recovery_service_server::{RecoveryServiceServer, SERVICE_NAME as RECOVERY},
        session_service_server::{SERVICE_NAME as SESSIONS, SessionServiceServer},
    },
};
use tokio::{net::TcpListener, time::timeout};
use tokio_util::sync::CancellationToken;
use tonic::{service::Routes, transport::Server};
use tonic_web::GrpcWebLayer;

pub use browser::{PageCalls, page_calls};
pub use context::{About, Context};
pub use error::ApiError;
pub use intake::IntakeLayer;

use self::{
    admin::Admin, barrier::Barriers, election::Elections, events::Events, lock::Locks, membership::Membership,
    name::Names, quorum::Quorum, recovery::Recoveries, session::Sessions,
};
use crate::{
    tls::ApiTls,
    transport::{Entrance, Guard, Refusals, incoming},
};

/// The standard health service.
const HEALTH: &str = "grpc.health.v1.Health";
/// The agent's own services.
const SERVICES: [&str; 10] = [MEMBERSHIP, QUORUM, SESSIONS, NAMES, LOCKS, ELECTIONS, BARRIERS, EVENTS, RECOVERY, ADMIN];
/// Most calls at once on one connection.
const MAX_STREAMS: u32 = 10_000;
/// Most bytes of a request: more than any cursor, and nothing a client sends is longer.
const MAX_REQUEST: usize = 1024 * 1024;
/// Most bytes of a request's headers.
const MAX_HEADERS: u32 = 32 * 1024;
/// Most time a client may take to answer whether it is still there, as gRPC has it by default: an agent with thousands of
/// clients on a busy machine may be late itself to hear it.
const KEEPALIVE_ANSWER: Duration = Duration::from_secs(20);
/// How long calls under way may take when the agent stops.
const GRACE: Duration = Duration::from_secs(3);

/// The agent's own services.
fn services(context: &Arc<Context>) -> Routes {
    let context = || Arc::clone(context);
    Routes::new(MembershipServiceServer::new(Membership(context())).max_decoding_message_size(MAX_REQUEST))
        .add_service(QuorumServiceServer::new(Quorum(context())).max_decoding_message_size(MAX_REQUEST))
        .add_service(SessionServiceServer::new(Sessions(context())).max_decoding_message_size(MAX_REQUEST))
        .add_service(NameServiceServer::new(Names(context())).max_decoding_message_size(MAX_REQUEST))
        .add_service(LockServiceServer::new(Locks(context())).max_decoding_message_size(MAX_REQUEST))
        .add_service(ElectionServiceServer::new(Elections(context())).max_decoding_message_size(MAX_REQUEST))
        .add_service(BarrierServiceServer::new(Barriers(context())).max_decoding_message_size(MAX_REQUEST))
        .add_service(EventServiceServer::new(Events(context())).max_decoding_message_size(MAX_REQUEST))
        .add_service(RecoveryServiceServer::new(Recoveries(context())).max_decoding_message_size(MAX_REQUEST))
        .add_service(AdminServiceServer::new(Admin(context())).max_decoding_message_size(MAX_REQUEST))
}

/// Serves until `context.stopping`, then lets calls under way end, for a bounded time. A client that says nothing for
/// `keepalive` is asked whether it is still there. With `tls` nothing else is spoken.
///
/// # Errors
/// A text for the log, when the services cannot be built.
pub async fn serve(
    listener: TcpListener,
    context: Arc<Context>,
    intake: IntakeLayer,
    entrance: Entrance,
    tls: Option<ApiTls>,
    keepalive: Duration,
) -> Result<(), String> {
    let (reporter, health) = tonic_health::server::health_reporter();
    let reflection = || {
        let services = SERVICES.into_iter().chain([HEALTH]);
        let builder = tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET);
        services.fold(builder, tonic_reflection::server::Builder::with_service_name)
    };
    let routes = Server::builder()
        .accept_http1(true)
        .max_concurrent_streams(MAX_STREAMS)
        .http2_max_header_list_size(MAX_HEADERS)
        .http2_keepalive_interval(Some(keepalive))
        .http2_keepalive_timeout(Some(keepalive.min(KEEPALIVE_ANSWER)))
        .layer(GrpcWebLayer::new())
        .layer(intake)
        .add_routes(services(&context))
        .add_service(health)
        .add_service(reflection().build_v1().map_err(|error| error.to_string())?)
        .add_service(reflection().build_v1alpha().map_err(|error| error.to_string())?);

    let reporting = tokio::spawn(health::report(reporter, Arc::clone(&context)));
    let stopping = context.stopping.clone();
    let refusals = Refusals::new("client", entrance.turned_away.untrusted.clone());
    let guard = match tls {
        Some(tls) => Guard::tls(move || tls.accepting(), refusals),
        None => Guard::plain(refusals),
    };
    let cut = CancellationToken::new();
    let serving = incoming(listener, entrance, guard, cut.clone());
    let serving = routes.serve_with_incoming_shutdown(serving, stopping.cancelled());
    tokio::pin!(serving);
    let served = tokio::select! {
        served = &mut serving => served,
        () = stopping.cancelled() => timeout(GRACE, &mut serving).await.unwrap_or(Ok(())),
    };
    cut.cancel();
    reporting.abort();
    served.map_err(|error| error.to_string())
}
