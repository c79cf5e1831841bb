//! What scripts hold by the command line client: locks, offices, names and places at barriers.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use quorate_tests::{Agent, Cli, Cluster, Output, Plan, wait_until};
use serde_json::Value;
use tokio::task::JoinHandle;

const ALL: [&str; 3] = ["n1", "n2", "n3"];

async fn cluster() -> Cluster {
    let cluster = Plan::new(3).quorate().form().await;
    cluster.quorum_all().await;
    cluster
}

/// Runs a command beside the test.
fn start(cli: &Cli, args: &[&str]) -> JoinHandle<Output> {
    let (cli, args) = (cli.clone(), args.iter().map(ToString::to_string).collect::<Vec<_>>());
    tokio::spawn(async move { cli.run(&args.iter().map(String::as_str).collect::<Vec<_>>()).await })
}

async fn holders(cli: &Cli, lock: &str) -> Vec<Value> {
    cli.json(&["lock", lock, "--show"]).await["holders"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_command_runs_while_a_lock_is_held() {
    let cluster = cluster().await;
    let cli = cluster.cli(&ALL);
    let script = "echo $QUORATE_LOCK $QUORATE_TOKEN $QUORATE_EPOCH.$QUORATE_COUNTER; exit 3";
    let ran = cli.run(&["lock", "a/b", "--", "sh", "-c", script]).await;
    let words: Vec<&str> = ran.stdout.split_whitespace().collect();
    assert_eq!((ran.code, words[0], words[1]), (3, "a/b", words[2]), "{ran:?}");
    assert_eq!(ran.stderr, "", "the command has said why it failed");
    assert!(holders(&cli, "a/b").await.is_empty(), "it is free at once");
    assert_eq!(cli.run(&["lock", "a/b", "--", "sh", "-c", "kill -9 $$"]).await.code, 137);
    assert_eq!(cli.run(&["lock", "a/b", "--", "/no/such/command"]).await.code, 127);
    assert_eq!(cli.run(&["lock", "a//b", "--", "true"]).await.code, 2);

    let mut held = cli.follow(&["lock", "a/b", "--value", "me"]);
    let told = held.next().await;
    assert_eq!((&told["event"], &told["path"]), (&"held".into(), &"a/b".into()));
    assert_eq!(holders(&cli, "a/b").await[0]["value"], "me");
    let refused = cli.run(&["lock", "a/b", "--no-wait", "--", "true"]).await;
    assert!(refused.code == 8 && refused.stderr.contains("NAME_HELD"), "{refused:?}");
    let late = cli.run(&["lock", "a/b", "--wait", "200ms", "--", "true"]).await;
    assert!(late.code == 8 && late.stderr.contains("not within 200ms"), "{late:?}");
    let waiting = start(&cli, &["lock", "a/b", "--", "echo", "mine"]);
    wait_until("it queues", async || cli.json(&["lock", "a/b", "--show"]).await["waiting"] == 1).await;
    assert_eq!(held.interrupt().await, Some(0));
    let after = waiting.await.unwrap();
    assert_eq!((after.code, after.stdout.as_str()), (0, "mine\n"), "{after:?}");
    let mut one = cli.follow(&["lock", "gpu", "--limit", "2"]);
    one.next().await;
    let shown = cli.json(&["lock", "gpu", "--show"]).await;
    assert_eq!((&shown["holder_count"], &shown["limit"]), (&1.into(), &2.into()), "{shown}");
    assert_eq!(one.interrupt().await, Some(0));
    assert_eq!(cli.json(&["sessions"]).await["sessions"].as_array().unwrap().len(), 0, "all were closed");
}

#[tokio::test]
async fn s1_a_command_is_stopped_before_anybody_else_has_its_lock() {
    let mut cluster = cluster().await;
    let cli = cluster.cli(&ALL);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).display().to_string();
    let (ready, asked) = (file("ready"), file("asked"));
    // It lets itself be asked, and does not go.
    let script = format!("trap 'echo >{asked}' TERM; echo >{ready}; while :; do sleep 0.1; done");
    let running = start(&cli, &["lock", "a", "--ttl", "3s", "--", "sh", "-c", &script]);
    wait_until("it runs", async || Path::new(&ready).exists()).await;

    // One agent less does no harm.
    cluster.agent_mut("n1").kill_dash_nine();
    let killed = Instant::now();
    let others = cluster.cli(&["n2", "n3"]);
    wait_until("more than the session's time passes", async || {
        assert_eq!(holders(&others, "a").await.len(), 1, "it was lost");
        killed.elapsed() > Duration::from_secs(4)
    })
    .await;
    assert!(!Path::new(&asked).exists() && !running.is_finished());

    // With none there is nobody to keep the session alive.
    for name in ["n2", "n3"] {
        cluster.agent(name).sigstop();
    }
    let stopped = running.await.unwrap();
    assert!(stopped.code == 9 && stopped.stderr.contains("lock 'a' was lost"), "{stopped:?}");
    assert!(Path::new(&asked).exists(), "it was asked first");
    cluster.agents().iter().filter(|agent| agent.is_running()).for_each(Agent::sigcont);
}

#[tokio::test]
async fn another_candidate_leads_when_the_first_is_killed() {
    let cluster = cluster().await;
    let cli = cluster.cli(&ALL);
    let mut observed = cli.follow(&["elect", "office", "--observe"]);
    assert_eq!(observed.next().await["leader"], Value::Null);
    let mut one = cli.follow(&["elect", "office", "--value", "one", "--ttl", "1s"]);
    assert_eq!(one.next().await["event"], "leading");
    assert_eq!(observed.next().await["leader"]["value"], "one");
    let two = start(&cli, &["elect", "office", "--value", "two", "--", "echo", "two leads"]);
    wait_until("two stands for it", async || {
        cli.json(&["sessions"]).await["sessions"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|s| s["paths"] == serde_json::json!(["office"]))
            .count()
            == 2
    })
    .await;
    drop(one);
    let after = two.await.unwrap();
    assert_eq!((after.code, after.stdout.as_str()), (0, "two leads\n"), "{after:?}");
    let mut leaders = Vec::new();
    while leaders.last() != Some(&Value::Null) || leaders.len() < 2 {
        leaders.push(observed.next().await["leader"]["value"].clone());
    }
    assert!(leaders.contains(&"two".into()), "{leaders:?}");
    assert!(cli.stdout(&["elect", "office", "--show"]).await.contains("nobody leads"));
}

#[tokio::test]
async fn names_are_bound_listed_and_watched() {
    let cluster = cluster().await;
    let cli = cluster.cli(&ALL);
    let mut watch = cluster.cli(&["n3"]).follow(&["watch", "services/"]);
    let first = watch.next().await;
    assert_eq!((&first["event"], &first["bindings"]), (&"snapshot".into(), &serde_json::json!([])));
    let mut web = cli.follow(&["bind", "services/web", "10.0.0.1:80"]);
    assert_eq!(web.next().await["event"], "bound");
    let told = watch.next().await;
    assert_eq!((&told["event"], &told["binding"]["value"]), (&"bound".into(), &"10.0.0.1:80".into()));
    let taken = cli.run(&["bind", "services/web", "10.0.0.2:80", "--", "true"]).await;
    assert_eq!(taken.code, 5, "{taken:?}");
    let names = cli.json(&["names", "services"]).await;
    assert_eq!(
        (&names["bindings"][0]["path"], &names["bindings"][0]["kind"]),
        (&"services/web".into(), &"binding".into())
    );
    assert!(cli.stdout(&["names"]).await.contains("services/web"));
    assert_eq!(web.interrupt().await, Some(0));
    let told = watch.next().await;
    assert_eq!((&told["event"], &told["reason"]), (&"unbound".into(), &"closed".into()));
}

#[tokio::test]
async fn b1_scripts_meet_at_a_barrier() {
    let cluster = cluster().await;
    let cli = cluster.cli(&ALL);
    let enter = |name: &'static str, more: &[&str]| {
        start(
            &cli,
            &[&["barrier", "enter", name, "--count", "3"], more, &["--", "sh", "-c", "echo $QUORATE_BARRIER"]].concat(),
        )
    };
    let first = [enter("start", &[]), enter("start", &[])];
    wait_until("two are there", async || {
        let shown = cli.run(&["barrier", "show", "start", "-o", "json"]).await;
        shown.code == 0 && serde_json::from_str::<Value>(&shown.stdout).unwrap()["barriers"][0]["missing"] == 1
    })
    .await;
    assert!(cli.stdout(&["barrier", "list"]).await.contains("gathering"));
    let alone = cli.run(&["barrier", "enter", "start", "--count", "2"]).await;
    assert!(alone.code == 5 && alone.stderr.contains("BARRIER_MISMATCH"), "{alone:?}");
    let third = enter("start", &[]).await.unwrap();
    for passed in first {
        assert_eq!(passed.await.unwrap().stdout, "start\n");
    }
    assert_eq!((third.code, third.stdout.as_str()), (0, "start\n"), "{third:?}");

    let inside = [enter("work", &["--double"]), enter("work", &["--double"]), enter("work", &["--double"])];
    for left in inside {
        let left = left.await.unwrap();
        assert_eq!((left.code, left.stdout.as_str()), (0, "work\n"), "{left:?}");
    }
    let broken = cli.run(&["barrier", "enter", "late", "--count", "2", "--deadline", "300ms"]).await;
    assert!(broken.code == 5 && broken.stderr.contains("BARRIER_BROKEN"), "{broken:?}");
    let given_up = cli.run(&["barrier", "enter", "late", "--count", "2", "--wait", "300ms"]).await;
    assert_eq!(given_up.code, 8, "{given_up:?}");
    assert_eq!(cli.run(&["barrier", "enter", "late"]).await.code, 2, "it must be said whom it waits for");
    assert_eq!(cli.run(&["barrier", "show", "nowhere"]).await.code, 4);
}
