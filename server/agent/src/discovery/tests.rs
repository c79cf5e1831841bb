//! The sources over real sockets: a small DNS server in the test, and two nodes on the loopback's multicast group.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex},
    time::Duration,
};

use hickory_resolver::proto::{
    op::{Message, MessageType, ResponseCode},
    rr::{
        Name, RData, Record,
        rdata::{A, AAAA, SRV},
    },
};
use quorate_core::types::{Address, Network, NodeName};
use tokio::{
    net::UdpSocket,
    sync::mpsc::{Receiver, channel},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{Announcement, Discovery, announcement::Datagram, spawn};
use crate::config::{DiscoveryConfig, MulticastConfig};

const LIMIT: Duration = Duration::from_secs(30);

/// A zone that a test may change while it is served.
type Zone = Arc<Mutex<Vec<(&'static str, RData)>>>;

fn a(name: &'static str, ip: [u8; 4]) -> (&'static str, RData) {
    (name, RData::A(A(Ipv4Addr::from(ip))))
}

fn srv(name: &'static str, port: u16, target: &str) -> (&'static str, RData) {
    (name, RData::SRV(SRV::new(0, 0, port, Name::from_ascii(target).unwrap())))
}

/// Serves the zone by UDP until the test ends.
async fn dns(zone: Zone) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    tokio::spawn(async move {
        let mut buffer = [0; 4096];
        loop {
            let (length, from) = socket.recv_from(&mut buffer).await.unwrap();
            let answer = answer(&Message::from_vec(&buffer[..length]).unwrap(), &zone);
            socket.send_to(&answer.to_vec().unwrap(), from).await.unwrap();
        }
    });
    address
}

fn answer(request: &Message, zone: &Zone) -> Message {
    let query = request.queries[0].clone();
    let mut answer = Message::response(request.metadata.id, request.metadata.op_code);
    answer.metadata.message_type = MessageType::Response;
    answer.metadata.recursion_available = true;
    let zone = zone.lock().unwrap();
    let named = |name: &str| Name::from_ascii(name).unwrap() == *query.name();
    for (name, data) in zone.iter().filter(|(name, _)| named(name)) {
        if data.record_type() == query.query_type() {
            answer.add_answer(Record::from_rdata(Name::from_ascii(name).unwrap(), 60, data.clone()));
        }
    }
    if !zone.iter().any(|(name, _)| named(name)) {
        answer.metadata.response_code = ResponseCode::NXDomain;
    }
    answer.add_query(query);
    answer
}

fn config(dns: Option<SocketAddr>) -> DiscoveryConfig {
    DiscoveryConfig {
        seeds: Vec::new(),
        srv: Vec::new(),
        dns_servers: dns.into_iter().collect(),
        interval: Duration::from_millis(100),
        multicast: None,
    }
}

fn me(name: &str, address: &str) -> Announcement {
    let endpoints = vec![(Network::new("default").unwrap(), Address::new(address))];
    Announcement { cluster: "c1".into(), name: NodeName::new(name).unwrap(), endpoints }
}

/// What the sources of one node find.
struct Finder {
    found: Receiver<(String, Vec<Address>)>,
    discovery: Discovery,
    cancel: CancellationToken,
}

impl Finder {
    fn start(config: &DiscoveryConfig, me: Announcement) -> Self {
        let (sink, found) = channel(16);
        let cancel = CancellationToken::new();
        Self { found, discovery: spawn(config, me, sink, cancel.clone()), cancel }
    }

    /// The next finding.
    async fn next(&mut self) -> (String, Vec<String>) {
        let (source, addresses) = timeout(LIMIT, self.found.recv()).await.expect("a finding in time").unwrap();
        (source, addresses.iter().map(ToString::to_string).collect())
    }

    /// Waits until the source finds exactly these.
    async fn until(&mut self, source: &str, addresses: &[&str]) {
        while self.next().await != (source.to_owned(), addresses.iter().map(ToString::to_string).collect()) {}
    }
}

#[tokio::test]
async fn literal_seeds_come_at_once() {
    let seeds = vec!["10.0.0.2:7501".into(), "10.0.0.1:7501".into()];
    let mut finder = Finder::start(&DiscoveryConfig { seeds, ..config(None) }, me("n1", "10.0.0.9:1"));
    assert_eq!(finder.next().await, ("static".into(), vec!["10.0.0.1:7501".into(), "10.0.0.2:7501".into()]));
    timeout(LIMIT, finder.discovery.stopped()).await.expect("nothing more is to be done");
}

#[tokio::test]
async fn host_names_known_to_the_system_are_looked_up() {
    let seeds = vec!["localhost:7501".into()];
    let mut finder = Finder::start(&DiscoveryConfig { seeds, ..config(None) }, me("n1", "10.0.0.9:1"));
    let (source, addresses) = finder.next().await;
    assert_eq!(source, "dns:localhost:7501");
    assert!(addresses.iter().all(|address| ["127.0.0.1:7501", "[::1]:7501"].contains(&&**address)), "{addresses:?}");
}

#[tokio::test]
async fn a_change_in_the_dns_is_picked_up() {
    let zone = Zone::new(Mutex::new(vec![a("seeds.test.", [10, 0, 0, 1])]));
    let server = dns(Arc::clone(&zone)).await;
    let seeds = vec!["seeds.test:7501".into()];
    let mut finder = Finder::start(&DiscoveryConfig { seeds, ..config(Some(server)) }, me("n1", "10.0.0.9:1"));
    finder.until("dns:seeds.test:7501", &["10.0.0.1:7501"]).await;
    zone.lock().unwrap().push(a("seeds.test.", [10, 0, 0, 2]));
    finder.until("dns:seeds.test:7501", &["10.0.0.1:7501", "10.0.0.2:7501"]).await;
    zone.lock().unwrap().remove(0);
    finder.until("dns:seeds.test:7501", &["10.0.0.2:7501"]).await;
}

#[tokio::test]
async fn a_name_that_vanishes_takes_nothing_away() {
    let zone = Zone::default();
    let server = dns(Arc::clone(&zone)).await;
    let seeds = vec!["seeds.test:7501".into()];
    let mut finder = Finder::start(&DiscoveryConfig { seeds, ..config(Some(server)) }, me("n1", "10.0.0.9:1"));
    zone.lock().unwrap().push(a("seeds.test.", [10, 0, 0, 1]));
    finder.until("dns:seeds.test:7501", &["10.0.0.1:7501"]).await;
    zone.lock().unwrap().clear();
    let quiet = timeout(Duration::from_millis(500), finder.found.recv()).await;
    assert!(quiet.is_err(), "{quiet:?}");
    zone.lock().unwrap().push(a("seeds.test.", [10, 0, 0, 3]));
    assert_eq!(finder.next().await.1, ["10.0.0.3:7501"]);
}

#[tokio::test]
async fn a_service_name_leads_to_all_its_hosts() {
    let service = "_quorate._tcp.test.";
    let records = vec![
        srv(service, 7501, "n1.test."),
        srv(service, 7511, "n2.test."),
        srv(service, 7501, "missing.test."),
        a("n1.test.", [10, 0, 0, 1]),
        a("n2.test.", [10, 0, 0, 2]),
        ("n2.test.", RData::AAAA(AAAA("fd00::2".parse().unwrap()))),
    ];
    let zone = Zone::new(Mutex::new(records));
    let server = dns(Arc::clone(&zone)).await;
    let names = vec!["_quorate._tcp.test".into()];
    let mut finder = Finder::start(&DiscoveryConfig { srv: names, ..config(Some(server)) }, me("n1", "10.0.0.9:1"));
    finder.until("srv:_quorate._tcp.test", &["10.0.0.1:7501", "10.0.0.2:7511", "[fd00::2]:7511"]).await;
    zone.lock().unwrap().push(a("missing.test.", [10, 0, 0, 3]));
    finder
        .until("srv:_quorate._tcp.test", &["10.0.0.1:7501", "10.0.0.2:7511", "10.0.0.3:7501", "[fd00::2]:7511"])
        .await;
}

#[tokio::test]
async fn sources_end_when_cancelled() {
    let seeds = vec!["never.test:7501".into()];
    let dead = "127.0.0.1:9".parse().unwrap();
    let finder = Finder::start(&DiscoveryConfig { seeds, ..config(Some(dead)) }, me("n1", "10.0.0.9:1"));
    finder.cancel.cancel();
    timeout(LIMIT, finder.discovery.stopped()).await.expect("they must end");
}

/// Multicast on the loopback, on a port of the test's own.
async fn multicast() -> DiscoveryConfig {
    let port = UdpSocket::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    let group = SocketAddr::from(([239, 255, 74, 1], port));
    let interface = Some(Ipv4Addr::LOCALHOST.into());
    let multicast = MulticastConfig { group, interface, interval: Duration::from_millis(200) };
    DiscoveryConfig { multicast: Some(multicast), ..config(None) }
}

#[tokio::test]
async fn nodes_find_each_other_by_multicast() {
    let config = multicast().await;
    let mut n1 = Finder::start(&config, me("n1", "10.0.0.1:7501"));
    let mut n2 = Finder::start(&config, me("n2", "10.0.0.2:7501"));
    n1.until("multicast", &["10.0.0.2:7501"]).await;
    n2.until("multicast", &["10.0.0.1:7501"]).await;
    let mut n3 = Finder::start(&config, me("n3", "10.0.0.3:7501"));
    n3.until("multicast", &["10.0.0.1:7501", "10.0.0.2:7501"]).await;
    n2.cancel.cancel();
    n1.until("multicast", &["10.0.0.3:7501"]).await;
}

#[tokio::test]
async fn strangers_on_the_group_are_ignored_and_garbage_is_counted() {
    let config = multicast().await;
    let mut n1 = Finder::start(&config, me("n1", "10.0.0.1:7501"));
    let group = config.multicast.as_ref().unwrap().group;
    let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let other = Datagram { sender: 7, announcement: Announcement { cluster: "c2".into(), ..me("n9", "10.9.9.9:1") } };
    // Sent again and again, for the node may not have joined the group at first.
    while n1.discovery.dropped_datagrams() < 3 {
        socket.send_to(&other.encode(), group).await.unwrap();
        socket.send_to(b"garbage", group).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let _n2 = Finder::start(&config, me("n2", "10.0.0.2:7501"));
    assert_eq!(n1.next().await, ("multicast".into(), vec!["10.0.0.2:7501".into()]));
}
