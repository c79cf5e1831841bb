//! However a service behaves, nothing of it is left.

use std::{
    fs::{self, File},
    time::Duration,
};

use quorate_processes::{Event, Exit, Right, Why};
use rustix::process::Signal;

use crate::support::{Place, signal, state, wait_for};

/// Forks away as thoroughly as it can: out of its group, its session and its environment, with its parent gone.
const ESCAPES: &str = r#"
    env -i setsid sh -c 'sh -c "trap \"\" TERM HUP; echo \$\$ > first; while :; do sleep 1; done" & exit 0' &
    (setsid sh -c 'echo $$ > second; exec sleep 1000' &) &
"#;

#[tokio::test]
async fn one_that_ignores_the_signal_is_killed_in_the_end() {
    let place = Place::new();
    let script = r#"trap '' TERM; "$TOOL" notify READY=1; while :; do sleep 1; done"#;
    let mut live = place.launch(place.daemon(script), Right::Forever).await;
    live.event(Event::Ready).await;
    live.instance.stop(Some(Duration::from_secs(1))).unwrap();
    let end = live.gone().await;
    assert_eq!((end.why, end.exit), (Why::Stopped, Some(Exit::Signal(9))));
}

#[tokio::test]
async fn one_that_forks_away_leaves_nothing_when_it_is_stopped() {
    let place = Place::new();
    let mut live = place.launch(place.daemon(&format!("{ESCAPES} exec sleep 1000")), Right::Forever).await;
    let (first, second) = (place.number("first").await, place.number("second").await);
    assert!(state(first).is_some() && state(second).is_some());
    live.instance.stop(Some(Duration::from_secs(1))).unwrap();
    live.gone().await;
    assert_eq!((state(first), state(second)), (None, None));
}

#[tokio::test]
async fn one_that_ends_by_itself_leaves_nothing_either() {
    let place = Place::new();
    let wait = "while [ ! -s first ] || [ ! -s second ]; do sleep 0.05; done";
    let mut program = place.daemon(&format!("{ESCAPES} {wait}; exit 0"));
    program.stop_timeout = Duration::from_secs(1);
    let mut live = place.launch(program, Right::Forever).await;
    let end = live.gone().await;
    assert_eq!((end.why, end.exit), (Why::Exited, Some(Exit::Code(0))));
    assert_eq!((state(place.number("first").await), state(place.number("second").await)), (None, None));
}

#[tokio::test]
async fn one_that_forks_all_the_time_is_caught_up_with() {
    let place = Place::new();
    let script = r#"trap '' TERM; fork() { (sleep 0.02; fork) & }; fork; fork; fork; echo 1 > begun; exec sleep 1000"#;
    let mut live = place.launch(place.daemon(script), Right::Forever).await;
    place.number("begun").await;
    live.instance.stop(Some(Duration::ZERO)).unwrap();
    live.gone().await;
    place.nothing_left().await;
}

#[tokio::test]
async fn a_frozen_one_ends_in_order() {
    let place = Place::new();
    let script = r#"trap 'echo 1 > ended; exit 0' TERM; "$TOOL" notify READY=1; while :; do sleep 0.1; done"#;
    let mut live = place.launch(place.daemon(script), Right::Forever).await;
    live.event(Event::Ready).await;
    live.instance.freeze().unwrap();
    live.event(Event::Frozen).await;
    let end = live.stop().await;
    assert_eq!(end.exit, Some(Exit::Code(0)));
    assert_eq!(place.number("ended").await, 1);
}

#[tokio::test]
async fn one_that_is_held_by_its_vfork_can_be_frozen() {
    let place = Place::new();
    // The child waits for somebody who writes, before it executes its program; its parent waits for that.
    let script = r#"exec python3 -c '
import os
os.mkfifo("held")
os.posix_spawn("/bin/sh", ["sh", "-c", "echo 1 > executed; exec sleep 1000"], os.environ,
               file_actions=[(os.POSIX_SPAWN_OPEN, 0, "held", os.O_RDONLY, 0)])
open("returned", "w").write("1\n")
os.wait()'"#;
    let mut live = place.launch(place.daemon(script), Right::Forever).await;
    let parent = live.started().await;
    let has_child =
        || fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).is_ok_and(|all| !all.is_empty());
    wait_for("the call", || (has_child() && state(parent) == Some('D')).then_some(())).await;
    live.instance.freeze().unwrap();
    live.event(Event::Frozen).await;
    live.instance.thaw().unwrap();
    live.event(Event::Thawed).await;
    let _writer = File::options().read(true).write(true).open(place.file("held")).unwrap();
    assert_eq!((place.number("executed").await, place.number("returned").await), (1, 1));
    live.stop().await;
}

#[tokio::test]
async fn a_runner_that_is_asked_to_end_ends_its_service_first() {
    let place = Place::new();
    let mut live = place.launch(place.daemon("exec sleep 1000"), Right::Forever).await;
    live.started().await;
    signal(live.instance.runner().pid, Signal::TERM);
    assert_eq!(live.gone().await.why, Why::Terminated);
}
