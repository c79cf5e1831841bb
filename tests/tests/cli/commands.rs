//! The command line client against a real cluster: every command, its JSON and its exit codes.

use std::collections::BTreeSet;

use quorate_tests::{Cli, Cluster, free_port, id_of};
use serde_json::{Value, json};

fn names(list: &Value) -> BTreeSet<&str> {
    list.as_array().unwrap().iter().map(|one| one["node_name"].as_str().unwrap()).collect()
}

fn incarnation(event: &Value) -> u64 {
    event["view"]["id"]["incarnation"].as_u64().unwrap_or_else(|| panic!("no view in {event}"))
}

/// The identities of the views, sorted.
fn ids(events: &[Value]) -> Vec<(u64, &str)> {
    let id = |event| (incarnation(event), event["view"]["id"]["controller"].as_str().unwrap());
    let mut ids: Vec<_> = events.iter().map(id).collect();
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn every_question_has_an_answer() {
    let cluster = Cluster::form(3).await;
    let view = cluster.agree_all().await;
    let id = json!({ "incarnation": id_of(&view).0, "controller": id_of(&view).1 });
    let cli = cluster.cli(&["n1", "n2", "n3"]);

    let status = cli.json(&["status"]).await;
    assert_eq!((&status["state"], &status["member_count"]), (&"stable".into(), &3.into()), "{status}");
    assert_eq!(status["cluster_id"], cluster.agents()[0].spec().cluster.as_str());
    assert_eq!(status["reachable_members"].as_array().unwrap().len(), 3, "{status}");
    let agents = status["agents"].as_array().unwrap();
    assert!(agents.len() == 3 && agents.iter().all(|agent| agent["view_id"] == id), "{status}");

    let members = cli.json(&["members"]).await;
    assert_eq!(members["view"]["id"], id);
    assert_eq!(names(&members["view"]["members"]), BTreeSet::from(["n1", "n2", "n3"]));
    assert_eq!(members["header"]["node_name"], "n1", "the first endpoint is asked first");

    let nodes = cli.json(&["nodes"]).await;
    assert_eq!(names(&nodes["nodes"]), BTreeSet::from(["n1", "n2", "n3"]));
    for node in nodes["nodes"].as_array().unwrap() {
        assert_eq!(node["state"], "member");
        assert_eq!(node["is_self"] == true, node["node_name"] == "n1");
        assert_eq!(node["link"].is_null(), node["node_name"] == "n1");
    }

    let links = cluster.cli(&["n2"]).json(&["links"]).await;
    let peers: BTreeSet<_> = links["links"].as_array().unwrap().iter().map(|l| l["peer"].as_str().unwrap()).collect();
    assert_eq!(peers, BTreeSet::from(["n1", "n3"]));
    for link in links["links"].as_array().unwrap() {
        assert_eq!((&link["state"], &link["trusted"]), (&"up".into(), &true.into()), "{link}");
        assert!(link["channels"][0]["round_trip_time_seconds"].as_f64().unwrap() > 0.0, "{link}");
    }
}

#[tokio::test]
async fn an_agent_describes_itself() {
    let cluster = Cluster::form(1).await;
    let (agent, cli) = (cluster.agent("n1"), cluster.cli(&["n1"]));
    let told = cli.json(&["agent"]).await;
    assert_eq!((&told["node_name"], &told["pid"]), (&"n1".into(), &agent.pid().into()));
    assert_eq!((&told["boot_count"], &told["self_distrust"]), (&1.into(), &0.into()), "{told}");
    assert_eq!(told["api_address"], agent.spec().api.as_str());
    assert_eq!(told["http_address"], agent.spec().http.as_str());
    assert_eq!(told["peer_listen_addresses"][0]["address"], agent.spec().peers[0].1.as_str());
    assert!(told["uptime_seconds"].as_f64().unwrap() > 0.0);
    let config = cli.stdout(&["agent", "--config"]).await;
    assert!(config.contains("node_name = \"n1\"") && config.contains("detect_timeout = \"1s\""), "{config}");
    for (args, expected) in [
        (&["status"][..], "stable"),
        (&["members"], "n1"),
        (&["nodes"], "member"),
        (&["links"], "\n"),
        (&["events"], "view"),
        (&["agent"], "n1"),
    ] {
        let table = cli.stdout(args).await;
        assert!(table.contains(expected), "{args:?}: {expected:?} is missing in:\n{table}");
    }
}

#[tokio::test]
async fn links_are_watched() {
    let cluster = Cluster::form(2).await;
    let mut watch = cluster.cli(&["n1"]).follow(&["links", "--watch", "--interval", "100ms"]);
    for _ in 0..3 {
        assert_eq!(watch.next().await["links"][0]["peer"], "n2");
    }
    assert_eq!(watch.interrupt().await, Some(0));
}

#[tokio::test]
async fn events_are_followed_over_a_crash_and_a_return() {
    let mut cluster = Cluster::form(3).await;
    let cli = cluster.cli(&["n1", "n2", "n3"]);
    let history = cli.json_lines(&["events"]).await;
    assert!(history.iter().all(|event| event["kind"] == "view"), "{history:?}");
    let mut follow = cli.follow(&["events", "--follow", "--kind", "view"]);
    let mut told = Vec::new();
    while told.len() < history.len() {
        told.push(follow.next().await);
    }
    assert_eq!(told, history, "following begins with the history");

    // The agent that is followed dies: it goes on at another, and tells of the death.
    cluster.agent_mut("n1").kill_dash_nine();
    let without = cluster.agree_all().await;
    told.push(follow.next().await);
    let last = told.last().unwrap();
    assert_eq!(incarnation(last), id_of(&without).0, "{last}");
    assert_eq!(last["view"]["transition"]["causes"][0]["kind"], "lost");
    cluster.agent_mut("n1").restart();
    let with = cluster.agree_all().await;
    while incarnation(told.last().unwrap()) != id_of(&with).0 {
        told.push(follow.next().await);
    }
    assert_eq!(follow.interrupt().await, Some(0));
    assert!(told.iter().all(|event| event["kind"] == "view"), "E1, without a gap: {told:?}");

    // The same as what is listed now, and from any cursor on. (Views of two sides that met have no order among each
    // other, so it is compared as sets, after looking for duplicates.)
    let listed = cluster.cli(&["n2"]).json_lines(&["events"]).await;
    assert_eq!(told.len(), listed.len(), "{told:?}");
    assert_eq!(ids(&told), ids(&listed));
    let cursor = told[0]["cursor"].as_str().unwrap();
    let rest = cluster.cli(&["n3"]).json_lines(&["events", "--since", cursor]).await;
    assert_eq!(ids(&rest), ids(&told[1..]));
    assert_eq!(cli.json_lines(&["events", "--since", "1h"]).await.len(), listed.len());
}

#[tokio::test]
async fn membership_is_changed() {
    let mut cluster = Cluster::form(3).await;
    let cli = cluster.cli(&["n1", "n2"]);
    let evicted = cli.json(&["evict", "n3", "--reason", "broken", "--yes"]).await;
    assert_eq!((&evicted["action"], &evicted["node_name"]), (&"evict".into(), &"n3".into()));
    cluster.agree(&["n1", "n2"]).await;
    let again = cli.run(&["evict", "n3", "--reason", "broken", "--yes", "-o", "json"]).await;
    assert_eq!(again.code, 5, "{}", again.stderr);
    let error: Value = serde_json::from_str(&again.stderr).unwrap();
    assert_eq!((&error["error"]["reason"], &error["error"]["exit_code"]), (&"EVICTION_STATE".into(), &5.into()));
    let nodes = cli.json(&["nodes"]).await;
    let n3 = nodes["nodes"].as_array().unwrap().iter().find(|node| node["node_name"] == "n3").unwrap();
    assert_eq!(n3["state"], "evicted");

    assert_eq!(cli.json(&["readmit", "n3"]).await["action"], "readmit");
    assert_eq!(cli.run(&["readmit", "n3"]).await.code, 5);
    cluster.agree_all().await;

    assert_eq!(cli.run(&["leave", "--yes"]).await.code, 2, "two endpoints are no choice");
    let left = cluster.cli(&["n2"]).json(&["leave", "--yes"]).await;
    assert_eq!((&left["node_name"], &left["confirmed"]), (&"n2".into(), &true.into()));
    assert_eq!(cluster.agent_mut("n2").exit().await.code(), Some(0));
    cluster.agree_all().await;
}

#[tokio::test]
async fn exit_codes_are_as_documented() {
    let cluster = Cluster::form(1).await;
    let cli = cluster.cli(&["n1"]);
    let nowhere = Cli::new([format!("127.0.0.1:{}", free_port("127.0.0.1"))]);
    for args in [&["status"][..], &["members"], &["nodes"], &["links"], &["events"], &["agent"], &["leave", "--yes"]] {
        let output = nowhere.run(args).await;
        assert_eq!(output.code, 3, "{args:?}: {}", output.stderr);
        assert!(output.stdout.is_empty() && output.stderr.contains("refused"), "{args:?}: {output:?}");
    }
    for (args, code) in [
        (&["events", "--since", "cursor:nonsense"][..], 2),
        (&["evict", "NO SUCH NAME", "--reason", "x", "--yes"], 2),
        (&["evict", "n1", "--reason", "x", "--yes"], 2),
        (&["evict", "n2", "--reason", "x"], 2),
        (&["status", "-o", "xml"], 2),
        (&["no-such-command"], 2),
        (&["readmit", "n2"], 5),
    ] {
        let output = cli.run(args).await;
        assert_eq!(output.code, code, "{args:?}: {output:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{args:?}: {output:?}");
    }
    // One endpoint that answers is enough, and the one that does not is named.
    let dead = format!("127.0.0.1:{}", free_port("127.0.0.1"));
    let both = Cli::new([dead.as_str(), cluster.agent("n1").api()]);
    let status = both.json(&["status"]).await;
    assert_eq!(status["agents"][0]["endpoint"], dead.as_str());
    assert!(status["agents"][0]["error"].as_str().unwrap().contains("refused"), "{status}");
    assert_eq!(both.run(&["members"]).await.code, 0);
}

#[tokio::test]
async fn completions_need_no_cluster() {
    let nowhere = Cli::new(["127.0.0.1:1"]);
    for shell in ["bash", "zsh", "fish"] {
        let script = nowhere.stdout(&["completions", shell]).await;
        assert!(script.contains("quorate") && script.contains("readmit"), "{shell}");
    }
}
