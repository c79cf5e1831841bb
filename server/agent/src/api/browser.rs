//! What the page of the HTTP endpoint may call: by gRPC-Web, and only what reads.

use std::{convert::Infallible, sync::Arc};

use hyper::{Request, Response, StatusCode};
use tonic::body::Body;
use tonic_web::GrpcWebLayer;
use tower::{ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

use super::{Context, IntakeLayer, services};

/// The calls of a page.
pub type PageCalls = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// How the names of methods begin that change nothing.
const READING: [&str; 5] = ["Get", "List", "Watch", "Observe", "Explain"];

/// The agent's own services, as far as they read.
pub fn page_calls(context: &Arc<Context>, intake: IntakeLayer) -> PageCalls {
    let all = ServiceBuilder::new().layer(GrpcWebLayer::new()).layer(intake).service(services(context));
    BoxCloneSyncService::new(service_fn(move |request: Request<Body>| {
        let all = all.clone();
        async move {
            if only_reads(request.uri().path()) {
                return all.oneshot(request).await;
            }
            let mut refusal =
                Response::new(Body::new("only calls that read are served here; use the API\n".to_owned()));
            *refusal.status_mut() = StatusCode::FORBIDDEN;
            Ok(refusal)
        }
    }))
}

/// Whether a call with this path only reads.
fn only_reads(path: &str) -> bool {
    let method = path.strip_prefix("/quorate.v1.").and_then(|path| path.split_once('/')).map(|(_, method)| method);
    method.is_some_and(|method| READING.iter().any(|word| method.starts_with(word)))
}

#[cfg(test)]
mod tests {
    use super::only_reads;

    #[test]
    fn every_method_that_changes_something_is_kept_out() {
        for reading in ["MembershipService/GetView", "NameService/WatchNames", "ElectionService/ObserveLeader"] {
            assert!(only_reads(&format!("/quorate.v1.{reading}")), "{reading}");
        }
        for other in ["AdminService/Backup", "AdminService/SetSetting", "MembershipService/Leave", "X/../Leave", "Get"]
        {
            assert!(!only_reads(&format!("/quorate.v1.{other}")), "{other}");
        }
        assert!(!only_reads("/grpc.reflection.v1.ServerReflection/GetX"));
    }
}
