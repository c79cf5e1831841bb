//! Bad configurations: the agent ends at once with an exit code of its own and one line that names the place, the value and
//! what is allowed; the ones beside it do not notice.

use std::{fs, net::TcpListener};

use quorate_tests::{Agent, Calm, Cluster, Spec};

/// An agent beside the cluster that ends with this exit code; what it said.
async fn ended(cluster: &mut Cluster, label: &str, code: i32, change: impl FnOnce(&mut Spec)) -> String {
    let mut agent = cluster.add(label, change);
    let status = agent.exit().await;
    assert_eq!(status.code(), Some(code), "{label}: {}", agent.log());
    assert!(!agent.spec().data.exists(), "{label} has made a data folder");
    agent.log()
}

/// A file, and the words that are said of it.
type Bad<'a> = (&'a [u8], &'a [&'a str]);
/// Points one listener at an address.
type Point = fn(&mut Spec, String);

/// Has the agent read this file.
fn with_file(spec: &mut Spec, bytes: &[u8]) {
    let path = spec.log.with_extension("toml");
    fs::write(&path, bytes).unwrap();
    spec.flags = vec!["--config".to_owned(), path.display().to_string()];
}

#[tokio::test]
async fn a_bad_file_is_named_with_place_value_and_range() {
    let mut cluster = Cluster::form(2).await;
    let calm = Calm::before(&cluster).await;
    let huge = [&b"# "[..], &vec![b'x'; 2 * 1024 * 1024]].concat();
    let bad: [Bad<'_>; 12] = [
        (b"[timing]\nheart_beat = \"1s\"\n", &["line 2", "unknown field `heart_beat`"]),
        (b"[nonsense]\n", &["line 1", "nonsense"]),
        (b"[limits]\nmax_connections = 7\n", &[":2: limits.max_connections is 7; allowed is 8 to 100000"]),
        (b"[limits]\nhandshake_timeout = \"1h\"\n", &[":2: limits.handshake_timeout is 1h; allowed is 1s to 5m"]),
        (b"[timing]\nheartbeat = \"1ns\"\n", &[":2: timing.heartbeat is 1ns; allowed is 10ms to 10s"]),
        (b"[timing]\nheartbeat = 100\n", &["line 2", "a duration such as"]),
        (b"[limits]\nhistory = \"many\"\n", &["line 2", "a whole number"]),
        (b"[limits]\nhistory = 99999999999999999999\n", &["line 2"]),
        (b"seeds = \xc3\x28\n", &[":1: the file is not UTF-8"]),
        (b"[discovery]\nseeds = [\"a\"\n", &["TOML parse error"]),
        (&huge, &["more than 1048576 bytes"]),
        (b"[[network]]\nlisten = \"0.0.0.0:7501\"\n[[network]]\n", &[":3: network.1.listen is not set"]),
    ];
    for (number, (bytes, words)) in bad.into_iter().enumerate() {
        let label = format!("x{number}");
        let said = ended(&mut cluster, &label, 2, |spec| {
            with_file(spec, bytes);
            // What flags say is good; the file has the fault.
            spec.peers = spec.peers.iter().map(|(_, address)| ("default".to_owned(), address.clone())).collect();
        })
        .await;
        for words in words {
            assert!(said.contains(words), "{words:?} is not in: {said}");
        }
        assert!(said.contains(&format!("{label}.toml")) && said.len() < 2_000, "{said}");
    }
    let said = ended(&mut cluster, "y1", 2, |spec| spec.flags = vec!["--config=/none/such".to_owned()]).await;
    assert!(said.contains("cannot read the configuration file /none/such: No such file"), "{said}");
    let said = ended(&mut cluster, "y2", 2, |spec| spec.flags = vec!["--config=/dev/zero".to_owned()]).await;
    assert!(said.contains("/dev/zero: it has more than"), "{said}");
    let said = ended(&mut cluster, "y3", 2, |spec| spec.flags = vec!["--max-nodes=0".to_owned()]).await;
    assert!(said.contains("--max-nodes: limits.max_nodes is 0; allowed is 2 to 10000"), "{said}");
    calm.after(&cluster).await;
}

/// An empty file is a good one: everything is a default, or comes from flags.
#[tokio::test]
async fn an_empty_file_changes_nothing() {
    let mut cluster = Cluster::form(1).await;
    let agent: Agent = cluster.add("x1", |spec| with_file(spec, b""));
    agent.logged(&["view installed", "x1"]).await;
}

/// Each of the three listeners.
#[tokio::test]
async fn a_port_in_use_is_named() {
    let mut cluster = Cluster::form(2).await;
    let calm = Calm::before(&cluster).await;
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let listeners: [(&str, Point); 3] = [
        ("the API (api.listen)", |spec, address| spec.api = address),
        ("HTTP (http.listen)", |spec, address| spec.http = address),
        ("peers on network 'default' (network.listen)", |spec, address| spec.peers[0].1 = address),
    ];
    for (number, (what, change)) in listeners.into_iter().enumerate() {
        let said = ended(&mut cluster, &format!("x{number}"), 4, |spec| change(spec, address.clone())).await;
        let words = format!("cannot listen on {address} for {what}: Address already in use");
        assert!(said.contains(&words), "{said}");
    }
    calm.after(&cluster).await;
}
