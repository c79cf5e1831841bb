//! The floor: what gRPC alone costs, with a server in this process that does nothing but answer.

use std::{net::SocketAddr, pin::Pin, time::Instant};

use futures_util::{Stream, StreamExt};
use quorate_proto::v1::{
    CloseSessionRequest, CloseSessionResponse, GetSessionRequest, GetSessionResponse, KeepAliveRequest,
    KeepAliveResponse, ListSessionsRequest, ListSessionsResponse, OpenSessionRequest, OpenSessionResponse,
    session_service_client::SessionServiceClient,
    session_service_server::{SessionService, SessionServiceServer},
};
use tokio::{runtime::Builder, sync::mpsc};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{Request, Response, Status, Streaming, transport::Server};

/// Round trips that do not count.
const WARM: usize = 200;

/// Seconds of so many round trips, on one stream and as calls.
///
/// # Errors
/// When the server cannot be started or reached.
pub(super) async fn measure(count: usize) -> Result<[Vec<f64>; 2], String> {
    let address = serve()?;
    let text = |why: Status| why.to_string();
    let client = SessionServiceClient::connect(format!("http://{address}")).await;
    let mut client = client.map_err(|why| why.to_string())?;
    let (signs, receiver) = mpsc::channel(1);
    let mut answers = client.keep_alive(ReceiverStream::new(receiver)).await.map_err(text)?.into_inner();
    let (mut stream, mut calls) = (Vec::new(), Vec::new());
    for _ in 0..WARM + count {
        let start = Instant::now();
        signs.send(KeepAliveRequest::default()).await.map_err(|why| why.to_string())?;
        answers.message().await.map_err(text)?;
        stream.push(start.elapsed().as_secs_f64());
    }
    for _ in 0..WARM + count {
        let start = Instant::now();
        client.get_session(GetSessionRequest::default()).await.map_err(text)?;
        calls.push(start.elapsed().as_secs_f64());
    }
    Ok([stream, calls].map(|all| all[WARM..].to_vec()))
}

/// Serves on a thread of its own for as long as this process lasts.
fn serve() -> Result<SocketAddr, String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").map_err(|why| why.to_string())?;
    let address = listener.local_addr().map_err(|why| why.to_string())?;
    listener.set_nonblocking(true).map_err(|why| why.to_string())?;
    std::thread::spawn(move || {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
            let incoming = tonic::transport::server::TcpIncoming::from(listener).with_nodelay(Some(true));
            let served = Server::builder().add_service(SessionServiceServer::new(Echo));
            served.serve_with_incoming(incoming).await.expect("the bare server goes on");
        });
    });
    Ok(address)
}

/// Answers at once.
struct Echo;

fn unused<T>() -> Result<Response<T>, Status> {
    Err(Status::unimplemented("only KeepAlive and GetSession are"))
}

#[tonic::async_trait]
impl SessionService for Echo {
    type KeepAliveStream = Pin<Box<dyn Stream<Item = Result<KeepAliveResponse, Status>> + Send>>;

    async fn keep_alive(
        &self,
        request: Request<Streaming<KeepAliveRequest>>,
    ) -> Result<Response<Self::KeepAliveStream>, Status> {
        let answers = request.into_inner().map(|sign| sign.map(|_| KeepAliveResponse::default()));
        Ok(Response::new(Box::pin(answers)))
    }

    async fn get_session(&self, _: Request<GetSessionRequest>) -> Result<Response<GetSessionResponse>, Status> {
        Ok(Response::new(GetSessionResponse::default()))
    }

    async fn open_session(&self, _: Request<OpenSessionRequest>) -> Result<Response<OpenSessionResponse>, Status> {
        unused()
    }

    async fn list_sessions(&self, _: Request<ListSessionsRequest>) -> Result<Response<ListSessionsResponse>, Status> {
        unused()
    }

    async fn close_session(&self, _: Request<CloseSessionRequest>) -> Result<Response<CloseSessionResponse>, Status> {
        unused()
    }
}
