//! What is answered to which request.

use http_body_util::Full;
use hyper::{
    Method, Request, Response, StatusCode,
    body::Bytes,
    header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue},
};

use super::Sources;

const TEXT: &str = "text/plain; charset=utf-8";
const METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const INDEX: &str = "Quorate node agent\n\n/metrics  metrics for Prometheus\n/livez    200 while the agent works\n\
                     /readyz   200 while the agent can serve clients\n";

/// The answer to a request. For HEAD, hyper leaves the body out.
pub(super) fn answer<B>(request: &Request<B>, sources: &Sources) -> Response<Full<Bytes>> {
    let known = matches!(request.uri().path(), "/" | "/metrics" | "/livez" | "/readyz");
    if known && !matches!(*request.method(), Method::GET | Method::HEAD) {
        let mut refusal = reply(StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD are allowed\n".into());
        refusal.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refusal;
    }
    match request.uri().path() {
        "/" => reply(StatusCode::OK, TEXT, INDEX.into()),
        "/metrics" => reply(StatusCode::OK, METRICS, (sources.metrics)()),
        "/livez" => health((sources.live)()),
        "/readyz" => health((sources.ready)()),
        _ => reply(StatusCode::NOT_FOUND, TEXT, "not found; / lists what there is\n".into()),
    }
}

fn health(state: Result<(), String>) -> Response<Full<Bytes>> {
    match state {
        Ok(()) => reply(StatusCode::OK, TEXT, "ok\n".into()),
        Err(why) => reply(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{why}\n")),
    }
}

fn reply(status: StatusCode, kind: &'static str, body: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(body)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
