//! The floor: what gRPC alone costs, with a server in a process of its own that does nothing but answer.

use std::{
    io::{BufRead, BufReader, Read, stdin},
    pin::Pin,
    process::{Child, Command, Stdio},
    time::Instant,
};

use futures_util::{Stream, StreamExt};
use quorate_proto::v1::{
    CloseSessionRequest, CloseSessionResponse, GetSessionRequest, GetSessionResponse, KeepAliveRequest,
    KeepAliveResponse, ListSessionsRequest, ListSessionsResponse, OpenSessionRequest, OpenSessionResponse,
    session_service_client::SessionServiceClient,
    session_service_server::{SessionService, SessionServiceServer},
};
use tokio::{net::TcpListener, sync::mpsc, task::spawn_blocking};
use tokio_stream::wrappers::ReceiverStream;
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Server, server::TcpIncoming},
};

/// Round trips that do not count.
const WARM: usize = 200;

/// Seconds of so many round trips, on one stream and as calls.
///
/// # Errors
/// When the server cannot be started or reached.
pub(super) async fn measure(count: usize) -> Result<[Vec<f64>; 2], String> {
    let server = BareServer::start()?;
    let text = |why: Status| why.to_string();
    let client = SessionServiceClient::connect(format!("http://{}", server.address)).await;
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

/// A process that runs until this is dropped, or this process ends.
struct BareServer {
    child: Child,
    address: String,
}

impl BareServer {
    fn start() -> Result<Self, String> {
        let program = std::env::current_exe().map_err(|why| why.to_string())?;
        let mut command = Command::new(program);
        let child = command.arg("--serve-floor").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut server = Self { child: child.map_err(|why| why.to_string())?, address: String::new() };
        let said = server.child.stdout.take().ok_or("no output of the bare server")?;
        BufReader::new(said).read_line(&mut server.address).map_err(|why| why.to_string())?;
        server.address.truncate(server.address.trim_end().len());
        Ok(server)
    }
}

impl Drop for BareServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Prints where it serves, and does so until the input ends.
///
/// # Errors
/// When it cannot.
pub(crate) async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let ended = spawn_blocking(|| stdin().read_to_end(&mut Vec::new()));
    let served = Server::builder().add_service(SessionServiceServer::new(Echo));
    served.serve_with_incoming_shutdown(incoming, async { drop(ended.await) }).await?;
    Ok(())
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
