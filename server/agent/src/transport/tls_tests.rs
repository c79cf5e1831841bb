//! Transports that speak TLS, and those that speak something else.

#![allow(clippy::unwrap_used)]

use std::{fs, net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use quorate_core::{
    Event,
    types::{Address, Boot, ConnId, Identity, Loss, Network, NodeId, NodeName},
    wire::{Frame, Hello, Refusal},
};
use quorate_tls::{Authority, ClientTls, Fault, Faults, Stream, Subject};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    time::timeout,
};
use tokio_rustls::TlsConnector;

use super::{Connections, Entrance, Transport};
use crate::{config::PeerTlsConfig, tls::PeerTls};

/// More than any machine needs, so that only a real fault fails a test.
const LIMIT: Duration = Duration::from_secs(60);
const DIALLED: ConnId = ConnId(2);

/// The files of some nodes.
struct Folder {
    dir: TempDir,
    authority: Authority,
}

impl Folder {
    fn new(authority: &str) -> Self {
        let (dir, authority) = (tempfile::tempdir().unwrap(), Authority::new(authority).unwrap());
        fs::write(dir.path().join("ca.pem"), authority.pem()).unwrap();
        Self { dir, authority }
    }

    fn issue(&self, node: &str) -> PeerTlsConfig {
        let pair = self.authority.issue(&Subject::node(node, &[])).unwrap().write(self.dir.path(), node).unwrap();
        PeerTlsConfig { certificate: pair.certificate, key: pair.key, ca: self.path("ca.pem") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn tls(&self, node: &str) -> Option<PeerTls> {
        Some(load(&self.issue(node), node))
    }
}

fn load(files: &PeerTlsConfig, node: &str) -> PeerTls {
    PeerTls::load(files, &NodeName::new(node).unwrap()).unwrap()
}

async fn listening(tls: Option<PeerTls>) -> (Transport, Address) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = listener.local_addr().unwrap();
    let listeners = vec![(Network::new("default").unwrap(), listener)];
    (Transport::start(listeners, LIMIT, &Entrance::with_room_for(8), tls), Address::new(&at.to_string()))
}

fn dialling(tls: Option<PeerTls>) -> Transport {
    Transport::start(Vec::new(), LIMIT, &Entrance::with_room_for(1), tls)
}

async fn next(transport: &mut Transport) -> Event {
    timeout(LIMIT, transport.next()).await.expect("an event in time")
}

async fn accepted(transport: &mut Transport) -> ConnId {
    match next(transport).await {
        Event::Accepted { conn, .. } => conn,
        other => panic!("{other:?}"),
    }
}

fn hello(node: &str) -> Hello {
    let identity = Identity { name: NodeName::new(node).unwrap(), id: NodeId([1; 16]), boot: Boot::default() };
    Hello {
        min_version: 1,
        max_version: 1,
        cluster: Arc::from("c"),
        uid: None,
        identity,
        endpoints: Vec::new(),
        network: None,
        features: 0,
    }
}

/// What a dial comes to, and what is said of the address afterwards.
async fn dial(from: &mut Transport, at: &Address) -> (Event, Option<String>) {
    from.dial(DIALLED, at.clone());
    let event = next(from).await;
    (event, from.refusal(at))
}

const REJECTED: Event = Event::DialFailed { conn: DIALLED, loss: Loss::Rejected };

#[tokio::test]
async fn nodes_of_one_authority_talk() {
    let folder = Folder::new("ours");
    let (mut b, at) = listening(folder.tls("n2")).await;
    let mut a = dialling(folder.tls("n1"));
    assert_eq!(dial(&mut a, &at).await, (Event::Connected { conn: DIALLED }, None));
    let conn = accepted(&mut b).await;
    a.send(DIALLED, Frame::Hello(hello("n1")));
    assert_eq!(next(&mut b).await, Event::Frame { conn, frame: Frame::Hello(hello("n1")) });
    b.send(conn, Frame::Welcome(hello("n2")));
    assert_eq!(next(&mut a).await, Event::Frame { conn: DIALLED, frame: Frame::Welcome(hello("n2")) });
    b.close(conn);
    assert_eq!(next(&mut a).await, Event::Closed { conn: DIALLED, loss: Loss::Reset });
}

#[tokio::test]
async fn nodes_of_another_authority_are_refused() {
    let (ours, theirs) = (Folder::new("ours"), Folder::new("theirs"));
    let (_b, at) = listening(ours.tls("n2")).await;
    let said = Some("its certificate is not signed by the cluster's CA".to_owned());
    assert_eq!(dial(&mut dialling(theirs.tls("n1")), &at).await, (REJECTED, said));

    // Who trusts the authority of both, but shows a certificate of its own.
    let mut files = theirs.issue("n1");
    fs::write(theirs.path("both.pem"), format!("{}{}", ours.authority.pem(), theirs.authority.pem())).unwrap();
    files.ca = theirs.path("both.pem");
    let said = "it refused this side's certificate: it is not signed by the CA trusted there".to_owned();
    assert_eq!(dial(&mut dialling(Some(load(&files, "n1"))), &at).await, (REJECTED, Some(said)));
}

#[tokio::test]
async fn the_name_said_must_be_in_the_certificate() {
    let folder = Folder::new("ours");
    let (mut b, at) = listening(folder.tls("n2")).await;
    let mut a = dialling(folder.tls("n1"));
    dial(&mut a, &at).await;
    let conn = accepted(&mut b).await;
    a.send(DIALLED, Frame::Hello(hello("n3")));
    assert_eq!(next(&mut b).await, Event::Closed { conn, loss: Loss::Rejected });
    let text = "the certificate is for node n1, the peer says n3".to_owned();
    let told = Frame::Refuse { reason: Refusal::BadHello, text };
    assert_eq!(next(&mut a).await, Event::Frame { conn: DIALLED, frame: told });
}

#[tokio::test]
async fn the_name_that_answers_must_be_in_the_certificate() {
    let folder = Folder::new("ours");
    let (mut b, at) = listening(folder.tls("n2")).await;
    let mut a = dialling(folder.tls("n1"));
    dial(&mut a, &at).await;
    let conn = accepted(&mut b).await;
    b.send(conn, Frame::Welcome(hello("n3")));
    assert_eq!(next(&mut a).await, Event::Closed { conn: DIALLED, loss: Loss::Rejected });
    let text = "the certificate is for node n2, the peer says n3".to_owned();
    assert_eq!(a.refusal(&at), Some(text.clone()));
    let told = Frame::Refuse { reason: Refusal::BadHello, text };
    assert_eq!(next(&mut b).await, Event::Frame { conn, frame: told });
}

#[tokio::test]
async fn tls_and_plain_text_refuse_each_other() {
    let folder = Folder::new("ours");
    let (_secure, at_secure) = listening(folder.tls("n2")).await;
    let said = Some("it speaks TLS, this side speaks plain text".to_owned());
    assert_eq!(dial(&mut dialling(None), &at_secure).await, (REJECTED, said));
    let (_plain, at_plain) = listening(None).await;
    let said = Some("it speaks plain text, this side speaks TLS".to_owned());
    assert_eq!(dial(&mut dialling(folder.tls("n1")), &at_plain).await, (REJECTED, said));
}

/// A certificate for clients names whom it likes; it must not let anybody in as that node.
#[tokio::test]
async fn a_client_cannot_pose_as_a_node() {
    let folder = Folder::new("ours");
    let (_b, at) = listening(folder.tls("n2")).await;
    let pair = folder.authority.issue(&Subject::client("n1")).unwrap().write(folder.dir.path(), "n1").unwrap();
    let client = ClientTls::new(folder.path("ca.pem"), Some(pair), None).unwrap();
    let tcp = TcpStream::connect(at.as_str()).await.unwrap();
    let secured = TlsConnector::from(client.config()).connect(client.name("n2").unwrap(), tcp).await.unwrap();
    let faults = Faults::default();
    let mut stream = Stream::tls(secured, faults.clone());
    let answer = timeout(LIMIT, stream.read_to_end(&mut Vec::new())).await.unwrap();
    assert!(answer.is_err(), "{answer:?}");
    assert_eq!(faults.last(), Some(Fault::Refused("it is not meant for this use (extended key usage)")));
}

#[tokio::test]
async fn http1_is_told_that_a_port_speaks_tls() {
    let folder = Folder::new("ours");
    let (_b, at) = listening(folder.tls("n2")).await;
    let mut tcp = TcpStream::connect(at.as_str().parse::<SocketAddr>().unwrap()).await.unwrap();
    tcp.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    timeout(LIMIT, tcp.read_to_string(&mut answer)).await.unwrap().unwrap();
    assert!(answer.starts_with("HTTP/1.1 400") && answer.contains("this port speaks only TLS"), "{answer}");
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_to_the_next_connection() {
    let (ours, theirs) = (Folder::new("ours"), Folder::new("theirs"));
    let files = ours.issue("n2");
    let (mut b, at) = listening(Some(load(&files, "n2"))).await;
    let mut old = dialling(ours.tls("n1"));
    assert_eq!(dial(&mut old, &at).await.0, Event::Connected { conn: DIALLED });
    let conn = accepted(&mut b).await;

    // The authority is changed as well: new connections are checked by it, the old one goes on.
    let issued = theirs.authority.issue(&Subject::node("n2", &[])).unwrap();
    issued.write(ours.dir.path(), "n2").unwrap();
    fs::write(&files.ca, theirs.authority.pem()).unwrap();
    let mut new = dialling(theirs.tls("n1"));
    assert_eq!(dial(&mut new, &at).await, (Event::Connected { conn: DIALLED }, None));
    old.send(DIALLED, Frame::Hello(hello("n1")));
    let second = accepted(&mut b).await;
    assert_ne!(conn, second);
    assert_eq!(next(&mut b).await, Event::Frame { conn, frame: Frame::Hello(hello("n1")) });
}
