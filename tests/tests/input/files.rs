//! Open files: an agent takes as many as it may have, says when that can be too few, and survives having none left.

use std::fs;

use quorate_tests::{Agent, Calm, LIMIT, Plan, wait_for};
use tokio::net::TcpStream;

/// Starts an agent that may have so many open files; it may raise the first limit up to the second.
fn with_files(soft: u32, hard: u32) -> Vec<String> {
    let script = format!("ulimit -Sn {soft} && ulimit -Hn {hard} && exec \"$@\"");
    ["sh", "-c", &script, "sh"].map(str::to_owned).to_vec()
}

/// Its limits of open files, soft and hard.
fn limits(agent: &Agent) -> Vec<u32> {
    let limits = fs::read_to_string(format!("/proc/{}/limits", agent.pid())).unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    line.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

#[tokio::test]
async fn the_limit_is_raised_and_told_of_when_it_is_low() {
    let mut plan = Plan::new(2);
    plan.specs()[0].launcher = with_files(64, 900);
    plan.specs()[1].launcher = with_files(64, 900);
    plan.specs()[1].flags = ["--max-connections=50", "--max-nodes=50"].map(str::to_owned).to_vec();
    let cluster = plan.form().await;
    let (n1, n2) = (cluster.agent("n1"), cluster.agent("n2"));
    assert_eq!((limits(n1), limits(n2)), (vec![900, 900], vec![900, 900]));
    n1.logged(&["WARN", "fewer files may be open than", "allowed=900", "needed="]).await;
    assert!(!n2.log().contains("fewer files may be open"), "{}", n2.log());
}

/// Clients that take every file the agent may open: what is open stays so, nobody is lost, and there is room when they go.
#[tokio::test]
async fn l1_an_agent_without_a_free_file_goes_on() {
    let mut plan = Plan::new(3);
    plan.specs()[0].launcher = with_files(64, 128);
    let cluster = plan.form().await;
    let calm = Calm::before(&cluster).await;
    let n1 = cluster.agent("n1");
    let mut held = Vec::new();
    for _ in 0..200 {
        held.push(TcpStream::connect(n1.api()).await.unwrap());
    }
    n1.logged(&["WARN", "cannot accept a connection", "Too many open files"]).await;
    drop(held);
    wait_for("room for a client", LIMIT, async || n1.view().await.map(drop)).await;
    let warnings = n1.log().matches("cannot accept a connection").count();
    assert!(warnings < 20, "{warnings} warnings");
    calm.after(&cluster).await;
}
