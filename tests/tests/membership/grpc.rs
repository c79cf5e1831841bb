//! The wire, without the SDK: reflection, health, error details, pages, cursors, gRPC-Web, and the HTTP endpoint.

use std::collections::BTreeSet;

use prost::Message as _;
use quorate_proto::{
    ERROR_DOMAIN,
    v1::{
        EvictNodeRequest, GetNodeRequest, GetViewRequest, GetViewResponse, ListEventsRequest, ListNodesRequest,
        ReadmitNodeRequest, WatchEventsRequest, WatchMembershipRequest, event_service_client::EventServiceClient,
        membership_service_client::MembershipServiceClient, watch_events_response,
    },
};
use quorate_tests::{Agent, Cluster, Plan, wait_until};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_stream::once;
use tonic::{Code, Status, transport::Channel};
use tonic_health::pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient};
use tonic_types::StatusExt;

const SERVICES: [&str; 4] =
    ["grpc.health.v1.Health", "quorate.v1.AdminService", "quorate.v1.EventService", "quorate.v1.MembershipService"];

async fn channel(agent: &Agent) -> Channel {
    Channel::from_shared(format!("http://{}", agent.api())).unwrap().connect().await.unwrap()
}

fn check_refusal<T: std::fmt::Debug>(result: Result<T, Status>, code: Code, reason: &str) {
    let status = result.unwrap_err();
    assert_eq!(status.code(), code, "{status:?}");
    let info = status.get_details_error_info().unwrap_or_else(|| panic!("no ErrorInfo in {status:?}"));
    assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason, ERROR_DOMAIN), "{status:?}");
    assert!(!status.message().is_empty());
}

/// Asks for the list of services with the stubs of one version of the reflection protocol.
macro_rules! reflected_services {
    ($version:ident, $channel:expr) => {{
        use tonic_reflection::pb::$version::{
            ServerReflectionRequest, server_reflection_client::ServerReflectionClient,
            server_reflection_request::MessageRequest, server_reflection_response::MessageResponse,
        };
        let message_request = Some(MessageRequest::ListServices(String::new()));
        let request = ServerReflectionRequest { host: String::new(), message_request };
        let mut client = ServerReflectionClient::new($channel);
        let mut answers = client.server_reflection_info(once(request)).await.unwrap().into_inner();
        match answers.message().await.unwrap().unwrap().message_response {
            Some(MessageResponse::ListServicesResponse(list)) => {
                list.service.into_iter().map(|service| service.name).collect::<BTreeSet<_>>()
            }
            other => panic!("{other:?}"),
        }
    }};
}

#[tokio::test]
async fn reflection_lists_the_services() {
    let cluster = Cluster::form(1).await;
    let channel = channel(cluster.agent("n1")).await;
    for services in [reflected_services!(v1, channel.clone()), reflected_services!(v1alpha, channel.clone())] {
        for service in SERVICES {
            assert!(services.contains(service), "{service} is missing in {services:?}");
        }
        assert!(!services.iter().any(|service| service.starts_with("quorate.peer")), "{services:?}");
    }
}

async fn health(agent: &Agent, service: &str) -> Result<ServingStatus, Status> {
    let request = HealthCheckRequest { service: service.to_owned() };
    Ok(HealthClient::new(channel(agent).await).check(request).await?.into_inner().status())
}

#[tokio::test]
async fn an_agent_without_a_view_is_alive_but_does_not_serve() {
    let cluster = Plan::new(1).flags(&["--form-time", "60s"]).start();
    let agent = cluster.agent("n1");
    wait_until("the agent to listen", async || TcpStream::connect(agent.api()).await.is_ok()).await;
    assert_eq!(health(agent, "").await.unwrap(), ServingStatus::NotServing);
    let view = MembershipServiceClient::new(channel(agent).await).get_view(GetViewRequest {}).await;
    check_refusal(view, Code::Unavailable, "NO_VIEW");
    assert!(http(agent, "GET /livez").await.starts_with("HTTP/1.1 200"));
    assert!(http(agent, "GET /readyz").await.starts_with("HTTP/1.1 503"));
}

#[tokio::test]
async fn an_agent_with_a_view_serves() {
    let cluster = Cluster::form(1).await;
    let agent = cluster.agent("n1");
    for service in SERVICES[1..].iter().chain(&[""]) {
        let serves = async || health(agent, service).await.is_ok_and(|status| status == ServingStatus::Serving);
        wait_until(format!("service '{service}' to serve"), serves).await;
    }
    assert_eq!(health(agent, "no.such.Service").await.unwrap_err().code(), Code::NotFound);
}

#[tokio::test]
async fn errors_carry_a_documented_reason() {
    let cluster = Cluster::form(1).await;
    let channel = channel(cluster.agent("n1")).await;
    let mut members = MembershipServiceClient::new(channel.clone());
    let mut events = EventServiceClient::new(channel);
    let node = |name: &str| GetNodeRequest { node_name: name.to_owned() };
    check_refusal(members.get_node(node("n9")).await, Code::NotFound, "NODE_NOT_FOUND");
    check_refusal(members.get_node(node("Not A Name")).await, Code::InvalidArgument, "BAD_REQUEST");
    let readmit = ReadmitNodeRequest { node_name: "n9".to_owned() };
    check_refusal(members.readmit_node(readmit).await, Code::FailedPrecondition, "EVICTION_STATE");
    let evict = EvictNodeRequest { node_name: "n9".to_owned(), reason: "x".repeat(257) };
    check_refusal(members.evict_node(evict).await, Code::InvalidArgument, "BAD_REQUEST");
    let list = ListNodesRequest { page_size: 1001, page_token: String::new() };
    check_refusal(members.list_nodes(list).await, Code::InvalidArgument, "BAD_REQUEST");
    let list = ListNodesRequest { page_size: 1, page_token: "nonsense".to_owned() };
    check_refusal(members.list_nodes(list).await, Code::InvalidArgument, "BAD_PAGE_TOKEN");
    for (nanos, seconds) in [(99_999_999, 0), (0, -1), (1, 3600), (0, 0)] {
        let figures_interval = Some(prost_types::Duration { seconds, nanos });
        let watch = WatchMembershipRequest { cursor: String::new(), figures_interval };
        check_refusal(members.watch_membership(watch).await, Code::InvalidArgument, "BAD_REQUEST");
    }
    let watch = |cursor: &str, kinds: &[i32]| WatchEventsRequest {
        cursor: cursor.to_owned(),
        kinds: kinds.to_vec(),
        ..<_>::default()
    };
    check_refusal(events.watch_events(watch("nonsense", &[])).await, Code::InvalidArgument, "BAD_CURSOR");
    check_refusal(events.watch_events(watch("", &[0])).await, Code::InvalidArgument, "BAD_REQUEST");
    check_refusal(events.watch_events(watch("", &[77])).await, Code::InvalidArgument, "BAD_REQUEST");
    let list = ListEventsRequest { cursor: "nonsense".to_owned(), ..ListEventsRequest::default() };
    check_refusal(events.list_events(list).await, Code::InvalidArgument, "BAD_CURSOR");
    let list = ListEventsRequest { page_token: "nonsense".to_owned(), ..ListEventsRequest::default() };
    check_refusal(events.list_events(list).await, Code::InvalidArgument, "BAD_PAGE_TOKEN");
}

#[tokio::test]
async fn a_cursor_of_another_cluster_is_refused() {
    let (one, other) = (Cluster::form(1).await, Cluster::form(1).await);
    let mut events = EventServiceClient::new(channel(one.agent("n1")).await);
    let mut watch = events.watch_events(WatchEventsRequest::default()).await.unwrap().into_inner();
    let first = watch.message().await.unwrap().unwrap();
    assert!(matches!(first.message, Some(watch_events_response::Message::Snapshot(_))), "{first:?}");
    let request = WatchEventsRequest { cursor: first.cursor, ..<_>::default() };
    let mut events = EventServiceClient::new(channel(other.agent("n1")).await);
    check_refusal(events.watch_events(request).await, Code::InvalidArgument, "BAD_CURSOR");
}

#[tokio::test]
async fn listings_have_pages() {
    let mut cluster = Cluster::form(3).await;
    cluster.agent_mut("n3").kill_dash_nine();
    cluster.agree_all().await;
    let channel = channel(cluster.agent("n1")).await;
    let mut members = MembershipServiceClient::new(channel.clone());
    let whole = members.list_nodes(ListNodesRequest::default()).await.unwrap().into_inner();
    let (mut found, mut page_token) = (Vec::new(), String::new());
    while found.is_empty() || !page_token.is_empty() {
        let page = members.list_nodes(ListNodesRequest { page_size: 1, page_token }).await.unwrap().into_inner();
        assert_eq!(page.nodes.len(), 1);
        found.extend(page.nodes.into_iter().map(|node| node.node_name));
        page_token = page.next_page_token;
    }
    assert_eq!(found, whole.nodes.iter().map(|node| node.node_name.clone()).collect::<Vec<_>>());
    assert!(found.starts_with(&["n1".to_owned(), "n2".to_owned()]), "members come first: {found:?}");

    let mut events = EventServiceClient::new(channel);
    let whole = events.list_events(ListEventsRequest::default()).await.unwrap().into_inner();
    assert!(whole.events.len() >= 2 && whole.next_page_token.is_empty());
    let (mut found, mut page_token) = (Vec::new(), String::new());
    while found.is_empty() || !page_token.is_empty() {
        let request = ListEventsRequest { page_size: 1, page_token, ..ListEventsRequest::default() };
        let page = events.list_events(request).await.unwrap().into_inner();
        found.extend(page.events);
        page_token = page.next_page_token;
    }
    assert_eq!(found, whole.events);
}

/// Sends bytes and reads all that comes back.
async fn exchange(address: &str, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    answer
}

async fn http(agent: &Agent, line: &str) -> String {
    let request = format!("{line} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    String::from_utf8(exchange(&agent.spec().http, request.as_bytes()).await).unwrap()
}

/// One call over gRPC-Web and HTTP/1.1, byte by byte: the head, and the frames (flag and content).
async fn grpc_web(agent: &Agent, method: &str, message: &[u8]) -> (String, Vec<(u8, Vec<u8>)>) {
    let mut request = format!(
        "POST /{method} HTTP/1.1\r\nhost: test\r\nconnection: close\r\nx-grpc-web: 1\r\n\
         content-type: application/grpc-web+proto\r\naccept: application/grpc-web+proto\r\ncontent-length: {}\r\n\r\n",
        message.len() + 5
    )
    .into_bytes();
    request.push(0);
    request.extend(u32::try_from(message.len()).unwrap().to_be_bytes());
    request.extend(message);
    let answer = exchange(agent.api(), &request).await;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&answer[..end]).to_ascii_lowercase();
    let body = &answer[end + 4..];
    let body = if head.contains("transfer-encoding: chunked") { unchunked(body) } else { body.to_vec() };
    (head, frames(&body))
}

fn unchunked(mut body: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = body.windows(2).position(|two| two == b"\r\n") {
        let size = usize::from_str_radix(std::str::from_utf8(&body[..end]).unwrap(), 16).unwrap();
        whole.extend(&body[end + 2..end + 2 + size]);
        body = &body[end + 2 + size + 2..];
    }
    whole
}

fn frames(mut body: &[u8]) -> Vec<(u8, Vec<u8>)> {
    let mut frames = Vec::new();
    while let [flag, a, b, c, d, rest @ ..] = body {
        let (content, after) = rest.split_at(u32::from_be_bytes([*a, *b, *c, *d]) as usize);
        frames.push((*flag, content.to_vec()));
        body = after;
    }
    frames
}

#[tokio::test]
async fn browsers_can_call_it() {
    let cluster = Cluster::form(1).await;
    let agent = cluster.agent("n1");
    let (head, frames) = grpc_web(agent, "quorate.v1.MembershipService/GetView", b"").await;
    assert!(head.starts_with("http/1.1 200") && head.contains("application/grpc-web"), "{head}");
    assert_eq!(frames.iter().map(|(flag, _)| *flag).collect::<Vec<_>>(), [0, 0x80], "a message and trailers");
    let answer = GetViewResponse::decode(frames[0].1.as_slice()).unwrap();
    assert_eq!(answer.view.unwrap().members[0].node_name, "n1");
    assert!(String::from_utf8_lossy(&frames[1].1).contains("grpc-status:0"), "{frames:?}");

    let wanted = GetNodeRequest { node_name: "n9".to_owned() }.encode_to_vec();
    let (head, frames) = grpc_web(agent, "quorate.v1.MembershipService/GetNode", &wanted).await;
    let trailers: String = frames.iter().map(|(_, text)| String::from_utf8_lossy(text).replace(':', ": ")).collect();
    assert!(head.contains("grpc-status: 5") || trailers.contains("grpc-status: 5"), "{head}\n{trailers}");
}

#[tokio::test]
async fn metrics_and_health_are_served_over_http() {
    let cluster = Cluster::form(2).await;
    let agent = cluster.agent("n1");
    for path in ["/livez", "/readyz"] {
        let answer = http(agent, &format!("GET {path}")).await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("ok\n"), "{path}: {answer}");
    }
    let metrics = http(agent, "GET /metrics").await;
    assert!(metrics.starts_with("HTTP/1.1 200") && metrics.to_ascii_lowercase().contains("openmetrics"), "{metrics}");
    assert!(metrics.contains("quorate_") && metrics.trim_end().ends_with("# EOF"), "{metrics}");
    assert!(http(agent, "GET /nowhere").await.starts_with("HTTP/1.1 404"));
    assert!(http(agent, "POST /livez").await.starts_with("HTTP/1.1 405"));
}
