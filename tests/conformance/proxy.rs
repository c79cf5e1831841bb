//! A proxy between a program and an agent: loses answers, or makes them those of a later version.
//!
//! ```text
//!   program <-- HTTP/2 --> proxy <-- HTTP/2 --> agent
//!                            |
//!            an answer is lost: the agent has given it, then the program's connection is cut
//!            a later version:   fields, enum values, kinds of messages and reasons that nobody knows yet
//! ```

use std::{
    collections::BTreeSet,
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};
use bytes::{Buf, BufMut, Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use hyper::{
    body::{Frame, Incoming},
    server::conn::http2,
    service::service_fn,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::{TokioExecutor, TokioIo},
};
use prost::Message;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::{JoinHandle, JoinSet},
};
use tonic_types::pb;

/// An unknown field of number 1000: a varint.
const FIELD: &[u8] = &[0xc0, 0x3e, 0x01];
/// `GetViewResponse.state` with a value that nobody knows; a later field takes the place of an earlier one.
const STATE: &[u8] = &[0x18, 99];
/// A whole message with a kind that nobody knows: a message field of number 1001.
const KIND: &[u8] = &[0, 0, 0, 0, 3, 0xca, 0x3e, 0x00];
const DETAILS: &str = "grpc-status-details-bin";
/// What every reason becomes.
const REASON: &str = "NEWER_REASON";

type Body = UnsyncBoxBody<Bytes, hyper::Error>;

/// A proxy that runs until it is dropped.
pub struct Proxy {
    address: SocketAddr,
    way: Arc<Way>,
    serving: JoinHandle<()>,
}

/// Where to, and what is done with answers.
struct Way {
    agent: String,
    client: Client<HttpConnector, Incoming>,
    /// The methods whose next answer is lost.
    lost: Mutex<BTreeSet<String>>,
    newer: AtomicBool,
}

impl Proxy {
    /// Starts one before the agent with this address.
    pub async fn start(agent: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.context("the proxy's port")?;
        let address = listener.local_addr()?;
        let client = Client::builder(TokioExecutor::new()).http2_only(true).build_http();
        let way = Way { agent: agent.to_owned(), client, lost: Mutex::default(), newer: AtomicBool::new(false) };
        let way = Arc::new(way);
        let serving = tokio::spawn(accept(listener, Arc::clone(&way)));
        Ok(Self { address, way, serving })
    }

    /// Where programs find it.
    pub fn address(&self) -> String {
        self.address.to_string()
    }

    /// Loses the next answer of a method, once the agent has given it.
    pub fn lose_answer(&self, method: &str) {
        locked(&self.way.lost).insert(method.to_owned());
    }

    /// The methods whose answers are still to be lost.
    pub fn to_be_lost(&self) -> Vec<String> {
        locked(&self.way.lost).iter().cloned().collect()
    }

    /// From now on the agent is one of a later version.
    pub fn be_newer(&self) {
        self.way.newer.store(true, Ordering::Relaxed);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn accept(listener: TcpListener, way: Arc<Way>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(serve(stream, Arc::clone(&way)));
    }
}

/// Serves a program's connection, until an answer is lost.
async fn serve(stream: TcpStream, way: Arc<Way>) {
    let cut = Arc::new(Notify::new());
    let end = Arc::clone(&cut);
    let service = service_fn(move |request| {
        let (way, cut) = (Arc::clone(&way), Arc::clone(&cut));
        async move { Ok::<_, Infallible>(carried(request, &way, &cut).await) }
    });
    tokio::select! {
        // A program may end its connection as it likes.
        _ = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service) => {}
        () = end.notified() => {}
    }
}

/// Carries a request to the agent, and its answer back.
async fn carried(mut request: Request<Incoming>, way: &Way, cut: &Notify) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let method = path.rsplit('/').next().unwrap_or_default().to_owned();
    let uri = format!("http://{}{path}", way.agent);
    let answer = match uri.parse() {
        Ok(uri) => {
            *request.uri_mut() = uri;
            way.client.request(request).await.ok()
        }
        Err(_) => None,
    };
    let Some(answer) = answer else { return gone(cut).await };
    let is_lost = locked(&way.lost).remove(&method);
    if is_lost {
        // All of it has come, so it was done.
        let _ = answer.into_body().collect().await;
        return gone(cut).await;
    }
    if !way.newer.load(Ordering::Relaxed) {
        return answer.map(BodyExt::boxed_unsync);
    }
    let (mut head, body) = answer.into_parts();
    rename_reason(&mut head.headers);
    let mut messages = Messages::new(&method);
    let body = body.map_frame(move |frame| match frame.into_data() {
        Ok(data) => Frame::data(messages.later(&data)),
        Err(frame) => match frame.into_trailers() {
            Ok(mut trailers) => {
                rename_reason(&mut trailers);
                Frame::trailers(trailers)
            }
            Err(other) => other,
        },
    });
    Response::from_parts(head, body.boxed_unsync())
}

/// Cuts the connection; there is no answer.
async fn gone(cut: &Notify) -> Response<Body> {
    cut.notify_one();
    std::future::pending().await
}

/// The messages of an answer, on their way.
struct Messages {
    method: String,
    is_first: bool,
    rest: BytesMut,
}

impl Messages {
    fn new(method: &str) -> Self {
        Self { method: method.to_owned(), is_first: true, rest: BytesMut::new() }
    }

    /// Those that have come whole, as a later version would send them: a flag, a length of four bytes, and the message.
    fn later(&mut self, data: &[u8]) -> Bytes {
        self.rest.extend_from_slice(data);
        let mut later = BytesMut::new();
        if self.is_first && self.method.starts_with("Watch") {
            later.extend_from_slice(KIND);
        }
        self.is_first = false;
        while let Some(length) = self.rest.get(1..5).map(|mut length| length.get_u32() as usize)
            && self.rest.len() >= 5 + length
        {
            let message = self.rest.split_to(5 + length);
            let more = if self.method == "GetView" { [FIELD, STATE].concat() } else { FIELD.to_vec() };
            later.put_u8(message[0]);
            later.put_u32(u32::try_from(length + more.len()).unwrap_or(u32::MAX));
            later.extend_from_slice(&message[5..]);
            later.extend_from_slice(&more);
        }
        later.freeze()
    }
}

/// Gives an error another reason.
fn rename_reason(headers: &mut HeaderMap) {
    let renamed = headers.get(DETAILS).and_then(|details| renamed(details.as_bytes()));
    if let Some(renamed) = renamed.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(DETAILS, renamed);
    }
}

fn renamed(details: &[u8]) -> Option<String> {
    let mut status = pb::Status::decode(BASE64_STANDARD_NO_PAD.decode(details).ok()?.as_slice()).ok()?;
    for detail in status.details.iter_mut().filter(|detail| detail.type_url.ends_with("ErrorInfo")) {
        let info = pb::ErrorInfo::decode(detail.value.as_slice()).ok()?;
        detail.value = pb::ErrorInfo { reason: REASON.to_owned(), ..info }.encode_to_vec();
    }
    Some(BASE64_STANDARD_NO_PAD.encode(status.encode_to_vec()))
}

fn locked(lost: &Mutex<BTreeSet<String>>) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
    lost.lock().unwrap_or_else(PoisonError::into_inner)
}
