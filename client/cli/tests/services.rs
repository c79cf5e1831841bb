//! Services and recovery: what the binary prints, what it asks for, and how it exits.

#![allow(clippy::unwrap_used)]

#[path = "../../tests/support/mod.rs"]
mod support;

mod runner;

use std::fs;
use std::process::Stdio;

use quorate::v1::{self, InstanceState, watch_recovery_response::Message};
use runner::{Following, command, failure, json, run, stdout};
use serde_json::Value;
use support::{Answer, MockAgent, Step, data, refusal};
use tokio::io::AsyncWriteExt;
use tonic::Code;

/// web with one field changed, and a new one.
const SERVICES: &str = "\
[services.web]
command = [\"/bin/web\"]
requires = [\"db\"]
placement = { instances = 2 }
stop_timeout = \"20s\"

[services.api]
command = [\"/bin/api\"]
";

fn file(text: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("services.toml");
    fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn recovered() -> Step<v1::WatchRecoveryResponse> {
    let mut recovery = data::recovered();
    recovery.revision = 8;
    Step::Send(data::recovery_message(recovery))
}

#[tokio::test]
async fn a_plan_is_shown_and_exactly_that_is_applied() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let (_folder, path) = file(SERVICES);
    let text = stdout(&endpoints, &format!("service apply {path} --yes")).await;
    let expected = "\
+ api is added
~ web is changed, and started anew
    stop_timeout: \"5s\" -> \"20s\"
  web/0 moves from n1 to n2
  web/1 ends on n2: n1: is drained
applied; the definitions are at revision 8
";
    assert_eq!(text, expected);
    let asked = ["ListServices", "ApplyServices api,web true 0", "ApplyServices api,web false 7"];
    assert_eq!(agent.calls(), asked);
    let applied = agent.applied();
    assert!(!applied[1].prune);
    assert_eq!(applied[1].services[1].stop_timeout.unwrap().seconds, 20);
}

#[tokio::test]
async fn a_dry_run_changes_nothing_and_there_must_be_someone_to_ask() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let (_folder, path) = file(SERVICES);
    let plan = json(&endpoints, &format!("service apply {path} --prune --dry-run")).await;
    assert_eq!((&plan["applied"], &plan["revision"]), (&false.into(), &7.into()));
    let kinds: Vec<_> = plan["changes"].as_array().unwrap().iter().map(|one| (&one["name"], &one["kind"])).collect();
    let of = |name: &str, kind: &str| (Value::from(name), Value::from(kind));
    let expected = [of("api", "added"), of("db", "removed"), of("old", "removed"), of("web", "changed")];
    assert_eq!(kinds, expected.iter().map(|(name, kind)| (name, kind)).collect::<Vec<_>>());
    assert_eq!(plan["shifts"][1]["to_node"], Value::Null);
    assert_eq!(plan["changes"][3]["fields"][0], "stop_timeout");

    let (code, line) = failure(&endpoints, &format!("service apply {path}")).await;
    assert_eq!(code, 2, "{line}");
    assert!(line.contains("--yes"), "{line}");
    assert!(agent.applied().iter().all(|request| request.dry_run));
}

#[tokio::test]
async fn standard_input_is_read_and_nothing_is_applied_twice() {
    let agent = MockAgent::start("n1").await;
    let mut child = command(&[&agent.address], "service apply - --yes")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let toml = stdout(&[&agent.address], "service show db --toml").await;
    assert_eq!(toml, "[services.db]\ncommand = [\"/bin/db\"]\n");
    child.stdin.take().unwrap().write_all(toml.as_bytes()).await.unwrap();
    let output = child.wait_with_output().await.unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "nothing changes: all is defined so at revision 7\n");
    assert_eq!(agent.applied().len(), 1, "what is defined so already is not applied");
}

#[tokio::test]
async fn faults_say_what_to_do() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let (_folder, path) = file("[services.web]\ncommand = [\"/bin/web\"]\nplacment = { instances = 2 }\n");
    let (code, line) = failure(&endpoints, &format!("service apply {path} --yes")).await;
    assert_eq!(code, 2);
    assert!(line.contains(&format!("{path}:3: unknown key `placment`: did you mean `placement`?")), "{line}");
    assert!(agent.calls().is_empty());

    let (_folder, path) = file(SERVICES);
    let apply = format!("service apply {path} --yes");
    let invalid = "service api requires x, which does not exist; service web: level is too high";
    agent.answer([Answer::Usual, Answer::Refuse(refusal(Code::InvalidArgument, "SERVICE_INVALID", invalid))]);
    let (code, line) = failure(&endpoints, &apply).await;
    assert_eq!((code, line), (2, format!("error: {invalid} (SERVICE_INVALID)")));

    let conflict = refusal(Code::Aborted, "CONFLICT", "the definitions are at another revision by now");
    agent.answer([Answer::Usual, Answer::Usual, Answer::Refuse(conflict)]);
    let output = run(&endpoints, &apply).await;
    let line = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(5));
    assert!(line.contains("nothing was changed: run this again"), "{line}");
}

#[tokio::test]
async fn waiting_ends_when_all_is_recovered_and_what_does_not_run_is_a_failure() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let (_folder, path) = file("[services.web]\ncommand = [\"/bin/web\"]\n");
    let apply = format!("service apply {path} --yes --wait");
    let steps = || vec![Step::Send(data::recovery_message(data::recovery())), recovered(), Step::Hang];
    agent.watch_recovery(steps());
    let output = run(&endpoints, &apply).await;
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{told}");
    for part in [
        "level 1: waits for web/1 on n2 (starts: is not ready)",
        "web/1 on n2: starting -> ready",
        "recovered after 2.1 s",
    ] {
        assert!(told.contains(part), "{part} is missing in {told}");
    }

    agent.watch_recovery(steps());
    let plan = json(&endpoints, &apply).await;
    assert_eq!((&plan["applied"], &plan["recovery"]["stage"]), (&true.into(), &"recovered".into()));

    let mut failed = data::recovered();
    failed.revision = 8;
    failed.instances[1].state = InstanceState::Failed.into();
    agent.watch_recovery(vec![Step::Send(data::recovery_message(failed)), Step::Hang]);
    let output = run(&endpoints, &apply).await;
    assert_eq!(output.status.code(), Some(10));
    let line = String::from_utf8(output.stderr).unwrap();
    assert!(line.contains("error: not all runs that was applied: web; see `quorate service why web`"), "{line}");

    agent.watch_recovery(vec![Step::Send(data::recovery_message(data::recovery())), Step::Hang]);
    let output = run(&endpoints, "recovery --wait=300ms").await;
    assert_eq!(output.status.code(), Some(6));
    let line = String::from_utf8(output.stderr).unwrap();
    assert!(line.contains("not recovered within 300 ms, but at level 1: it waits for web/1 on n2"), "{line}");
}

#[tokio::test]
async fn services_are_listed_shown_and_explained() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let text = stdout(&endpoints, "service list").await;
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[1], ["db", "0", "0/1", "waiting", "n1", "run"], "{text}");
    assert_eq!(rows[2][..5], ["old", "0", "0/0", "disabled", "-"], "{text}");
    assert_eq!(rows[3], ["web", "1", "1/2", "starting", "n1,", "n2", "run"], "{text}");
    assert_eq!(rows[4], ["n3", "is", "drained:", "new", "disk"], "{text}");

    let shown = json(&endpoints, "service show web").await;
    assert_eq!(shown["service"]["state"], "starting");
    assert_eq!(shown["definition"]["placement"]["instances"], 2);
    assert_eq!(shown["definition"]["stop_timeout"], "5s");
    assert_eq!(shown["instances"][1]["token"], serde_json::json!({"epoch": 9, "counter": 4}));
    let text = stdout(&endpoints, "service show web").await;
    for part in ["State    starting, 1 of 2 ready", "web/1", "- web/1 on n2 is being started", "[services.web]"] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }

    let output = run(&endpoints, "service why web").await;
    assert_eq!(output.status.code(), Some(10));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text, "web runs in part: 1 of 2 instances ready\n- web/1 on n2 is being started: is not ready\n");
    let output = run(&endpoints, "service why old -o json").await;
    assert_eq!((output.status.code(), output.stderr.len()), (Some(10), 0));
    let why: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&why["runs"], &why["reasons"][0]["kind"]), (&false.into(), &"disabled".into()));
    assert_eq!(why["advice"][0], "quorate service enable old");

    agent.recovery(|stands| *stands = data::recovered());
    let text = stdout(&endpoints, "service why web").await;
    assert_eq!(text, "web runs: 2 of 2 instances ready, on n1, n2\n");
    let (code, line) = failure(&endpoints, "service why wbe").await;
    assert_eq!((code, line.as_str()), (4, "error: there is no service \"wbe\": did you mean \"web\"?"));
    agent.answer([Answer::Refuse(refusal(Code::Unavailable, "QUORUM_LOST", "no leader")); 1]);
    agent.answer([Answer::Refuse(refusal(Code::Unavailable, "QUORUM_LOST", "no leader")); 1]);
    let (code, line) = failure(&endpoints, "service why web").await;
    assert_eq!(code, 10);
    assert!(line.contains("there is no quorum"), "{line}");
}

#[tokio::test]
async fn decisions_are_what_was_asked_for() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let started = json(&endpoints, "service start web").await;
    assert_eq!(
        (&started["action"], &started["service"], &started["revision"]),
        (&"start".into(), &"web".into(), &8.into())
    );
    for args in
        ["service stop web db", "service restart web", "service enable old", "service disable web --reason broken"]
    {
        stdout(&endpoints, args).await;
    }
    assert_eq!(stdout(&endpoints, "service move web/1 n1").await, "web/1 moves to n1; see `quorate recovery`\n");
    let (code, line) = failure(&endpoints, "service move web n1").await;
    assert_eq!((code, line.contains("say which, from web/0 to web/1")), (2, true), "{line}");
    stdout(&endpoints, "service move db n2").await;
    stdout(&endpoints, "undrain n3").await;
    let expected = [
        "Start web",
        "Stop web",
        "Stop db",
        "Restart web",
        "Enable old",
        "Disable web broken",
        "Move web/1 n1",
        "ListServices",
        "ListServices",
        "Move db/0 n2",
        "Undrain n3",
    ];
    assert_eq!(agent.calls(), expected);
}

#[tokio::test]
async fn draining_waits_until_the_node_is_empty() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let mut empty = data::recovered();
    empty.revision = 8;
    empty.instances.pop();
    agent.watch_recovery(vec![recovered(), Step::Send(data::recovery_message(empty)), Step::Hang]);
    let drained = json(&endpoints, "drain n2 --reason disk --wait=60s").await;
    assert_eq!((&drained["action"], &drained["node_name"]), (&"drain".into(), &"n2".into()));
    assert_eq!(drained["recovery"]["instances"].as_array().unwrap().len(), 2, "{drained}");
    assert_eq!(agent.calls(), ["Drain n2 disk", "WatchRecovery"]);
}

#[tokio::test]
async fn services_are_removed_and_others_stay_as_they_are() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let text = stdout(&endpoints, "service remove old --yes").await;
    assert!(text.starts_with("- old is removed\n"), "{text}");
    let last = agent.applied().pop().unwrap();
    assert_eq!((last.prune, last.expected_revision, last.services.len()), (true, 7, 2));
    let (code, line) = failure(&endpoints, "service remove web nothing --yes").await;
    assert_eq!(code, 4, "{line}");
    assert_eq!(agent.applied().len(), 2);
}

#[tokio::test]
async fn recovery_is_shown_asked_about_and_watched() {
    let agent = MockAgent::start("n1").await;
    let endpoints = [agent.address.as_str()];
    let text = stdout(&endpoints, "recovery").await;
    for part in [
        "Recovery     level 1",
        "Waits for    web/1 on n2",
        "level 0",
        "    web/1  n2    starting",
        "store",
        "n3 is drained: new disk",
    ] {
        assert!(text.contains(part), "{part} is missing in {text}");
    }
    let stands = json(&endpoints, "recovery").await;
    assert_eq!((&stands["recovery"]["stage"], &stands["recovery"]["level"]), (&"level".into(), &1.into()));
    assert_eq!(stands["recovery"]["since_seconds"], 1.5);
    assert_eq!(stands["recovery"]["nodes"][2]["participants"][0]["phase"], "prepare");

    let shifts = stdout(&endpoints, "recovery what-if --fail n1,n2 --drain n3").await;
    assert!(shifts.contains("web/1     n2    nowhere  n1: is drained"), "{shifts}");
    assert!(agent.calls().contains(&"Explain n1,n2 n3".to_owned()));

    let nobody = || v1::WatchRecoveryResponse { header: None, message: Some(Message::NoRecovery(v1::NoRecovery {})) };
    let script =
        || vec![Step::Send(data::recovery_message(data::recovery())), recovered(), Step::Send(nobody()), Step::Hang];
    agent.watch_recovery(script());
    let mut following = Following::start(&endpoints, "recovery --watch -o json");
    assert_eq!(following.json().await["recovery"]["stage"], "level");
    assert_eq!(following.json().await["recovery"]["took_seconds"], 2.1);
    assert_eq!(following.json().await["recovery"], Value::Null);
    assert_eq!(following.interrupt().await, Some(0));

    agent.watch_recovery(script());
    let mut following = Following::start(&endpoints, "recovery --watch");
    for part in
        ["epoch 9: n1 leads", "level 1: waits for", "starting -> ready", "recovered after 2.1 s", "nobody leads"]
    {
        let line = following.line().await;
        assert!(line.contains(part), "{part} is not in {line}");
    }
    assert_eq!(following.interrupt().await, Some(0));
}
