//! The binary against a mock agent: what it prints, what it asks for, and how it exits.

#![allow(clippy::unwrap_used)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod runner;

use std::process::Stdio;

use quorate::v1::{self, SnapshotReason, watch_events_response::Message};
use runner::{Following, command, failure, json, stdout};
use serde_json::Value;
use support::{Answer, MockAgent, PATIENCE, Step, data, refusal};
use tokio::process::Command;
use tonic::Code;

#[tokio::test]
async fn status_sums_up_what_every_endpoint_says() {
    let (agent, dead) = (MockAgent::start("n1").await, support::refusing().await);
    let text = stdout(&[&agent.address, &dead], "status").await;
    for expected in
        ["test", "stable", "12@n1", "2 members, 2 of them reached from n1", "n3 was lost", "2 of 2", "refused"]
    {
        assert!(text.contains(expected), "{expected} is missing in:\n{text}");
    }
    let json = json(&[&agent.address, &dead], "status").await;
    assert_eq!(json["cluster_id"], "test");
    assert_eq!(json["state"], "stable");
    assert_eq!(json["view"]["id"], serde_json::json!({"incarnation": 12, "controller": "n1"}));
    assert_eq!(json["reachable_members"], serde_json::json!(["n1", "n2"]));
    assert_eq!(json["agents"][0]["reachable_member_count"], 2);
    assert!(json["agents"][1]["error"].as_str().unwrap().contains("refused"));
}

#[tokio::test]
async fn status_works_while_the_first_view_is_being_formed() {
    let agent = MockAgent::start("n1").await;
    let no_view = || Answer::Refuse(refusal(Code::Unavailable, "NO_VIEW", "no view yet"));
    agent.answer([Answer::Usual, no_view(), no_view()]);
    let json = json(&[&agent.address], "status").await;
    assert_eq!((&json["state"], &json["view"]), (&Value::from("forming"), &Value::Null));
}

#[tokio::test]
async fn members_nodes_links_and_agent_show_their_tables() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let members = stdout(&endpoints, "members").await;
    assert!(members.starts_with("view 12@n1, stable, committed 2026-11-22T12:00:12.250Z\nRANK  NODE"), "{members}");
    assert_eq!(members.lines().count(), 4);
    let nodes = stdout(&endpoints, "nodes").await;
    assert!(nodes.lines().nth(3).unwrap().starts_with("n3    evicted"), "{nodes}");
    let links = stdout(&endpoints, "links").await;
    assert!(links.contains("420 us") && links.contains("connection refused"), "{links}");
    let text = stdout(&endpoints, "agent").await;
    assert!(text.contains("1h 1m 40s") && text.contains("node_name = \"n1\""), "{text}");
    assert_eq!(stdout(&endpoints, "agent --config").await, "node_name = \"n1\"\n");
}

#[tokio::test]
async fn json_is_what_the_readme_says() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let members = json(&endpoints, "members").await;
    assert_eq!(members["view"]["transition"]["settle_seconds"], 0.052);
    assert_eq!(members["view"]["transition"]["causes"][0]["kind"], "lost");
    let nodes = json(&endpoints, "nodes").await;
    assert_eq!(nodes["nodes"][2]["state"], "evicted");
    assert_eq!(nodes["header"]["node_name"], "n1");
    let links = json(&endpoints, "links").await;
    assert_eq!(links["links"][0]["peer"], "n2");
    assert_eq!(links["links"][0]["channels"][0]["round_trip_time_seconds"], 0.00042);
    assert_eq!(links["links"][0]["channels"][0]["relayed_by"], Value::Null);
    let agent = json(&endpoints, "agent").await;
    assert_eq!((&agent["uptime_seconds"], &agent["start_time"]), (&3700.0.into(), &"2026-11-22T12:00:00.000Z".into()));
}

#[tokio::test]
async fn changes_ask_for_what_they_were_told() {
    let (agent, other) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    let endpoints = [agent.address.as_str()];
    let evict = json(&endpoints, "evict n3 --reason broken --yes").await;
    assert_eq!((&evict["action"], &evict["node_name"]), (&"evict".into(), &"n3".into()));
    assert!(stdout(&endpoints, "readmit n3").await.starts_with("n3 is readmitted"));
    assert_eq!(json(&endpoints, "leave --yes").await["confirmed"], true);
    assert_eq!(agent.calls(), ["EvictNode n3 broken", "ReadmitNode n3", "GetAgent", "Leave"]);

    let (code, line) = failure(&[&agent.address, &other.address], "leave --yes").await;
    assert_eq!(code, 2, "{line}");
    let (code, line) = failure(&endpoints, "evict n3 --reason broken").await;
    assert_eq!(code, 2);
    assert!(line.contains("--yes"), "{line}");
    assert_eq!(agent.calls().len(), 4);
}

#[tokio::test]
async fn exit_codes_tell_what_went_wrong() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    for (status, expected) in [
        (refusal(Code::Internal, "INTERNAL", "broken"), 1),
        (refusal(Code::InvalidArgument, "BAD_REQUEST", "node_name is too long"), 2),
        (refusal(Code::NotFound, "NODE_NOT_FOUND", "no node"), 4),
        (refusal(Code::FailedPrecondition, "EVICTION_STATE", "not evicted"), 5),
        (refusal(Code::Aborted, "VIEW_CHANGED", "the view changed"), 5),
    ] {
        agent.answer([Answer::Refuse(status)]);
        let (code, line) = failure(&endpoints, "readmit n3").await;
        assert_eq!(code, expected, "{line}");
        assert!(line.starts_with("error: "), "{line}");
    }
    let dead = support::refusing().await;
    assert_eq!(failure(&[&dead], "members").await.0, 3);
    assert_eq!(failure(&["nonsense"], "members").await.0, 2);
}

#[tokio::test]
async fn a_silent_agent_is_a_timeout_and_json_errors_are_json() {
    let (silent, _listener) = support::silent().await;
    let output = command(&[&silent], "members -o json --timeout 300ms").output().await.unwrap();
    assert_eq!(output.status.code(), Some(6));
    let error: Value = serde_json::from_slice(&output.stderr).unwrap();
    assert_eq!(error["error"]["exit_code"], 6);
    assert_eq!(error["error"]["tried"][0]["endpoint"], silent.as_str());
    assert!(output.stdout.is_empty());
}

fn page(incarnations: &[u64], history_dropped: bool) -> v1::ListEventsResponse {
    let events = incarnations.iter().map(|&incarnation| data::event(incarnation)).collect();
    v1::ListEventsResponse { events, history_dropped, ..v1::ListEventsResponse::default() }
}

#[tokio::test]
async fn history_is_listed_with_causes_and_phases() {
    let agent = MockAgent::start("n1").await;
    agent.pages(vec![page(&[11], true), page(&[12], false)]);
    let text = stdout(&[&agent.address], "events").await;
    assert!(
        text.starts_with("-- gap: older events are no longer kept\n2026-11-22T12:00:11.300Z  view 11@n1"),
        "{text}"
    );
    assert!(text.contains("    - lost n3: n1 over default: connection reset\n"), "{text}");
    assert!(text.contains("    settled in 52 ms, prepared in 3.0 ms, 1 attempt, after view 11@n1\n"), "{text}");
    let lines = stdout(&[&agent.address], "events -o json").await;
    let kinds: Vec<Value> =
        lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["kind"].take()).collect();
    assert_eq!(kinds, ["gap", "view", "view"]);
}

#[tokio::test]
async fn following_goes_on_after_the_history_and_over_a_broken_stream() {
    let (first, second) = (MockAgent::start("n1").await, MockAgent::start("n2").await);
    first.pages(vec![page(&[11, 12], false)]);
    let event = |n| Step::Send(data::event_message(n, Message::Event(data::event(n))));
    let resumed = |n| Step::Send(data::event_snapshot(n, SnapshotReason::Resumed));
    first.watch_events(vec![resumed(12), event(13), Step::End]);
    let lagged = Step::Send(data::event_snapshot(16, SnapshotReason::Lagged));
    second.watch_events(vec![resumed(14), event(14), lagged, event(17), Step::Hang]);

    let mut following = Following::start(&[&first.address, &second.address], "events --follow -o json");
    for expected in [11, 12, 13, 14] {
        assert_eq!(following.json().await["view"]["id"]["incarnation"], expected);
    }
    let gap = following.json().await;
    assert_eq!((&gap["kind"], &gap["reason"], &gap["cursor"]), (&"gap".into(), &"lagged".into(), &"c16".into()));
    assert_eq!(following.json().await["cursor"], "c17");
    assert_eq!(following.interrupt().await, Some(0));
    assert_eq!(first.calls(), ["ListEvents ", "WatchEvents c12"]);
    assert_eq!(second.calls(), ["WatchEvents c13"]);
}

#[tokio::test]
async fn following_an_empty_history_shows_the_view_it_starts_with() {
    let agent = MockAgent::start("n1").await;
    let start = Step::Send(data::event_snapshot(12, SnapshotReason::Start));
    let bookmark = Step::Send(data::event_message(12, Message::Bookmark(v1::Bookmark {})));
    agent.watch_events(vec![start, bookmark, Step::Hang]);
    agent.pages(vec![page(&[12], false)]);
    agent.answer([Answer::Empty]);
    let mut following = Following::start(&[&agent.address], "events --follow");
    assert!(following.line().await.contains("view 12@n1"));
    assert_eq!(following.interrupt().await, Some(0));
}

#[tokio::test]
async fn links_are_watched_until_interrupted() {
    let agent = MockAgent::start("n1").await;
    let start = data::membership_snapshot(12, SnapshotReason::Start);
    agent.watch_membership(vec![Step::Send(start), Step::Hang]);
    let mut following = Following::start(&[&agent.address], "links --watch --interval 100ms -o json");
    for _ in 0..2 {
        assert_eq!(following.json().await["links"][0]["peer"], "n2");
    }
    assert_eq!(following.interrupt().await, Some(0));
}

#[tokio::test]
async fn a_reader_that_goes_away_is_no_failure() {
    let agent = MockAgent::start("n1").await;
    agent.pages(vec![page(&[12; 1000], false); 8]);
    let mut child = command(&[&agent.address], "events").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = tokio::time::timeout(PATIENCE, child.wait_with_output()).await.unwrap().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert_eq!(output.status.code(), Some(0));
}

#[tokio::test]
async fn help_completions_and_manual_need_no_cluster() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/man1");
    let all = format!("man --all {folder}");
    for (args, expected) in [
        ("--help", "Exit codes:"),
        ("events --help", "--since"),
        ("completions bash", "_quorate"),
        ("completions zsh", "#compdef quorate"),
        ("completions fish", "complete -c quorate"),
        ("man", ".TH quorate 1"),
        (&all, ""),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_quorate")).args(args.split_whitespace()).output().await.unwrap();
        assert!(output.status.success());
        assert!(String::from_utf8_lossy(&output.stdout).contains(expected), "{args}");
    }
    let page = std::fs::read_to_string(format!("{folder}/quorate-lock.1")).unwrap();
    assert!(page.contains("Hold a lock while a command runs") && page.contains("Examples:"), "{page}");
    let output = Command::new(env!("CARGO_BIN_EXE_quorate")).arg("no-such-command").output().await.unwrap();
    assert_eq!(output.status.code(), Some(2));
}
