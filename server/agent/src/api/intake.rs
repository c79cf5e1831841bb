//! What a request may cost until it has been read: its size, its time, and its share of the room that all requests have.
//!
//! It stands in front of all services. Without it every stream of every connection could hold the largest request but
//! for its last byte, for ever. It also ends the probation of a connection, and tells those for which there was no room
//! that there is none.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{
    TryFutureExt,
    future::{Either, MapOk, Ready, ready},
};
use hyper::{
    Request, Response,
    body::{Bytes, Frame},
};
use tokio::time::{Sleep, sleep};
use tonic::{Code, Status, body::Body};
use tower::{Layer, Service};

use super::{MAX_REQUEST, error::ApiError};
use crate::{consensus::backup, metrics::Metrics, transport::SocketInfo};

/// Most bytes that all requests hold while they are read.
const ROOM: usize = 64 * 1024 * 1024;
/// What a header costs beside its text.
const HEADER_COST: usize = 64;
/// The services and methods whose request is a stream, which may be as slow as it likes.
const STREAMED: [&str; 3] =
    ["/grpc.reflection.", "/quorate.v1.SessionService/KeepAlive", "/quorate.v1.RecoveryService/Participate"];
/// The method whose request is a file.
const RESTORE: &str = "/quorate.v1.AdminService/Restore";
/// What a file takes beside itself on its way, and for how long.
const RESTORE_OVERHEAD: usize = 1024 * 1024;
const RESTORE_TIME: Duration = Duration::from_secs(60);
/// The bytes before a message: whether it is compressed, and its length.
const PREFIX: usize = 5;

/// Puts the intake in front of a service.
#[derive(Clone, Debug)]
pub struct IntakeLayer {
    room: Room,
    patience: Duration,
}

impl IntakeLayer {
    /// One that lets a request take `patience` until it has been read.
    pub fn new(metrics: &Metrics, patience: Duration) -> Self {
        Self { room: Room { held: Arc::default(), metrics: metrics.clone() }, patience }
    }
}

impl<S> Layer<S> for IntakeLayer {
    type Service = Intake<S>;

    fn layer(&self, inner: S) -> Intake<S> {
        Intake { inner, layer: self.clone() }
    }
}

/// A service behind the intake.
#[derive(Clone, Debug)]
pub struct Intake<S> {
    inner: S,
    layer: IntakeLayer,
}

impl<S> Service<Request<Body>> for Intake<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future =
        Either<Ready<Result<Self::Response, Infallible>>, MapOk<S::Future, fn(Self::Response) -> Self::Response>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let IntakeLayer { room, patience } = &self.layer;
        if let Some(socket) = request.extensions().get::<SocketInfo>() {
            if socket.is_spare {
                room.metrics.request_refused("connections");
                let full = ApiError::LimitReached { what: "connections", limit: None };
                return Either::Left(ready(Ok(Status::from(full).into_http())));
            }
            socket.admission.admit();
        }
        let head = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + HEADER_COST).sum();
        let share = match room.share(head) {
            Ok(share) => share,
            Err(full) => return Either::Left(ready(Ok(full.into_http()))),
        };
        let (most, time) = match request.uri().path() {
            RESTORE => (backup::MAX_BYTES + RESTORE_OVERHEAD, Some(RESTORE_TIME)),
            path if STREAMED.iter().any(|streamed| path.starts_with(streamed)) => (MAX_REQUEST, None),
            _ => (MAX_REQUEST, Some(*patience)),
        };
        let request = request.map(|body| Body::new(Measured::new(body, share, most, time)));
        Either::Right(self.inner.call(request).map_ok(with_reason))
    }
}

/// What the library says of a request that is no message of the schema, it says without a reason, and calls it a fault of
/// the agent.
fn with_reason(response: Response<Body>) -> Response<Body> {
    match Status::from_header_map(response.headers()) {
        Some(status) if status.code() == Code::Internal && status.details().is_empty() => {
            let problem = format!("cannot be read: {}", status.message());
            Status::from(ApiError::bad_request("request", problem)).into_http()
        }
        _ => response,
    }
}

/// The room that all requests share.
#[derive(Clone, Debug)]
struct Room {
    held: Arc<AtomicUsize>,
    metrics: Metrics,
}

impl Room {
    fn share(&self, bytes: usize) -> Result<Share, Status> {
        let mut share = Share { room: self.clone(), bytes: 0 };
        share.grow(bytes).map(|()| share)
    }

    fn refuse(&self, reason: &'static str, error: ApiError) -> Status {
        self.metrics.request_refused(reason);
        error.into()
    }
}

/// What one request holds of it, until this is dropped.
#[derive(Debug)]
struct Share {
    room: Room,
    bytes: usize,
}

impl Share {
    fn grow(&mut self, bytes: usize) -> Result<(), Status> {
        self.bytes += bytes;
        let held = self.room.held.fetch_add(bytes, Ordering::Relaxed) + bytes;
        if held <= ROOM {
            return Ok(());
        }
        let what = "bytes of requests that are being read";
        Err(self.room.refuse("room", ApiError::LimitReached { what, limit: Some(ROOM) }))
    }

    fn shrink(&mut self, bytes: usize) {
        self.bytes -= bytes;
        self.room.held.fetch_sub(bytes, Ordering::Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.room.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// The body of a request, measured while it is read: as a whole, or message by message when it is a stream, which has as
/// many as it likes.
#[derive(Debug)]
struct Measured {
    body: Body,
    share: Share,
    /// Most bytes.
    most: usize,
    /// When it must have been read; none for a stream.
    end: Option<Pin<Box<Sleep>>>,
    /// The first bytes, which say how long the message is.
    prefix: Vec<u8>,
    read: usize,
}

impl Measured {
    fn new(body: Body, share: Share, most: usize, time: Option<Duration>) -> Self {
        Self { body, share, most, end: time.map(|time| Box::pin(sleep(time))), prefix: Vec::new(), read: 0 }
    }

    fn on_data(&mut self, mut data: &[u8]) -> Result<(), Status> {
        if self.end.is_some() {
            return self.take(data);
        }
        while !data.is_empty() {
            let missing = self.announced().map_or(PREFIX, |announced| PREFIX + announced) - self.read;
            let (piece, rest) = data.split_at(missing.min(data.len()));
            self.take(piece)?;
            if self.announced().is_some_and(|announced| self.read == PREFIX + announced) {
                self.share.shrink(self.read);
                self.prefix.clear();
                self.read = 0;
            }
            data = rest;
        }
        Ok(())
    }

    /// How long the message is, once that is known.
    fn announced(&self) -> Option<usize> {
        match *self.prefix {
            [_, a, b, c, d] => Some(u32::from_be_bytes([a, b, c, d]) as usize),
            _ => None,
        }
    }

    fn take(&mut self, data: &[u8]) -> Result<(), Status> {
        self.read += data.len();
        let missing = PREFIX - self.prefix.len();
        self.prefix.extend(data.iter().take(missing));
        let announced = self.announced().unwrap_or_default();
        let most = self.most;
        if announced.max(self.read.saturating_sub(PREFIX)) > most {
            let problem = format!("has {} bytes; allowed are at most {most}", announced.max(self.read));
            return Err(self.share.room.refuse("size", ApiError::bad_request("request", problem)));
        }
        self.share.grow(data.len())
    }

    fn poll_end(&mut self, cx: &mut Context<'_>) -> Poll<Status> {
        let Some(end) = &mut self.end else { return Poll::Pending };
        end.as_mut().poll(cx).map(|()| {
            let problem = "did not come in time: see limits.handshake_timeout of the agent";
            self.share.room.refuse("time", ApiError::bad_request("request", problem))
        })
    }
}

impl hyper::body::Body for Measured {
    type Data = Bytes;
    type Error = Status;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Status>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(Some(Ok(frame))) => {
                let measured = frame.data_ref().map_or(Ok(()), |data| self.on_data(data));
                Poll::Ready(Some(measured.map(|()| frame)))
            }
            Poll::Ready(ended) => Poll::Ready(ended),
            Poll::Pending => self.poll_end(cx).map(|late| Some(Err(late))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use prost::Message as _;
    use prost_types::FileDescriptorSet;
    use quorate_proto::FILE_DESCRIPTOR_SET;
    use tonic::Code;

    use super::{MAX_REQUEST, Measured, RESTORE, ROOM, Room, STREAMED};
    use crate::metrics::Metrics;

    fn room() -> Room {
        Room { held: std::sync::Arc::default(), metrics: Metrics::new("1.0", "c", "n1") }
    }

    #[test]
    fn l1_requests_share_one_room_and_give_it_back() {
        let room = room();
        let first = room.share(ROOM - 1).unwrap();
        assert_eq!(room.share(2).unwrap_err().code(), Code::ResourceExhausted);
        drop(first);
        assert!(room.share(ROOM).is_ok());
    }

    #[test]
    fn a_request_that_is_a_stream_by_the_schema_may_last() {
        let schema = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).unwrap();
        let mut streams = Vec::new();
        for file in schema.file.iter().filter(|file| file.package() == "quorate.v1") {
            for service in &file.service {
                let streamed = service.method.iter().filter(|method| method.client_streaming());
                streams.extend(streamed.map(|one| format!("/quorate.v1.{}/{}", service.name(), one.name())));
            }
        }
        assert!(streams.len() > 1);
        for path in streams {
            assert!(path == RESTORE || STREAMED.contains(&path.as_str()), "{path}");
        }
    }

    #[test]
    fn l1_a_request_is_refused_by_the_length_it_announces() {
        let mut body = Measured::new(tonic::body::Body::empty(), room().share(0).unwrap(), MAX_REQUEST, None);
        let length = u32::try_from(MAX_REQUEST + 1).unwrap().to_be_bytes();
        assert!(body.on_data(&[0]).is_ok());
        assert_eq!(body.on_data(&length).unwrap_err().code(), Code::InvalidArgument);
    }

    #[test]
    fn l1_a_stream_is_measured_message_by_message() {
        let (room, message) = (room(), [&[0, 0, 0, 1, 0][..], &[7; 256]].concat());
        let mut body = Measured::new(tonic::body::Body::empty(), room.share(30).unwrap(), MAX_REQUEST, None);
        for _ in 0..2 * MAX_REQUEST / message.len() {
            body.on_data(&message).unwrap();
        }
        assert_eq!(body.share.bytes, 30, "what has been read is held no more");
        for piece in message.repeat(2).chunks(3) {
            body.on_data(piece).unwrap();
        }
        assert_eq!((body.read, body.share.bytes), (0, 30));
        body.on_data(&message.repeat(3)[..600]).unwrap();
        assert_eq!(body.share.bytes, 30 + 600 - 2 * message.len());
        drop(body);
        assert!(room.share(ROOM).is_ok());
    }

    #[tokio::test]
    async fn l1_any_other_request_is_measured_as_a_whole() {
        let mut body =
            Measured::new(tonic::body::Body::empty(), room().share(0).unwrap(), 300, Some(std::time::Duration::MAX));
        let message = [&[0, 0, 0, 1, 0][..], &[7; 256]].concat();
        body.on_data(&message).unwrap();
        assert_eq!(body.on_data(&message).unwrap_err().code(), Code::InvalidArgument);
    }
}
