//! What is answered to which request.

use hyper::{
    Method, Request, Response, StatusCode,
    body::Incoming,
    header::{ACCEPT, ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, VARY},
};
use tonic::body::Body;
use tower::ServiceExt;

use super::Sources;
use crate::api::PageCalls;

const TEXT: &str = "text/plain; charset=utf-8";
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const INDEX: &str = "Quorate node agent\n\n/         in a browser: the cluster, live\n/metrics  metrics for Prometheus\n\
                     /livez    200 while the agent works\n/readyz   200 while the agent can serve clients\n";

/// What the page is made of; `make page` makes it anew from sdk-bindings/typescript/page.
const PAGE: [(&str, &str, &str); 3] = [
    ("/", "text/html; charset=utf-8", include_str!("page/index.html")),
    ("/page.css", "text/css; charset=utf-8", include_str!("page/page.css")),
    ("/page.js", "text/javascript; charset=utf-8", include_str!("page/page.js")),
];
/// The page loads nothing from elsewhere, and nobody else may have it in a frame.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The answer to a request. For HEAD, hyper leaves the body out.
pub(super) async fn answer(request: Request<Incoming>, sources: &Sources) -> Response<Body> {
    let path = request.uri().path();
    match &sources.page {
        Some(calls) if path.starts_with("/quorate.v1.") => called(request, calls.clone()).await,
        page => read(&request, sources, page.is_some()),
    }
}

/// A call of the page.
async fn called(request: Request<Incoming>, calls: PageCalls) -> Response<Body> {
    match calls.oneshot(request.map(Body::new)).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

fn read(request: &Request<Incoming>, sources: &Sources, page: bool) -> Response<Body> {
    let path = request.uri().path();
    let file = PAGE.iter().find(|(name, _, _)| page && *name == path && (path != "/" || wants_html(request)));
    let known = file.is_some() || matches!(path, "/" | "/metrics" | "/livez" | "/readyz");
    if known && !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refusal = reply(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD are allowed\n".into());
        refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    if let Some((_, kind, text)) = file {
        return with_policy(reply(StatusCode::OK, kind, (*text).to_owned()));
    }
    match path {
        "/" => reply(StatusCode::OK, TEXT, INDEX.into()),
        "/metrics" => reply(StatusCode::OK, METRICS, (sources.metrics)()),
        "/livez" => health((sources.live)()),
        "/readyz" => health((sources.ready)()),
        _ => reply(StatusCode::NOT_FOUND, TEXT, "not found; / lists what there is\n".into()),
    }
}

/// Browsers say so; what else asks gets text.
fn wants_html<B>(request: &Request<B>) -> bool {
    let accepted = request.headers().get_all(ACCEPT).iter();
    accepted.filter_map(|value| value.to_str().ok()).any(|value| value.contains("text/html"))
}

fn health(state: Result<(), String>) -> Response<Body> {
    match state {
        Ok(()) => reply(StatusCode::OK, TEXT, "ok\n".into()),
        Err(why) => reply(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{why}\n")),
    }
}

fn with_policy(mut response: Response<Body>) -> Response<Body> {
    response.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept"));
    response
}

fn reply(status: StatusCode, kind: &'static str, body: String) -> Response<Body> {
    let mut response = Response::new(Body::new(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
