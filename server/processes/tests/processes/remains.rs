//! Runners that were killed, and what they leave behind.

use std::{fs, time::Duration};

use quorate_processes::{Event, Found, Kind, LaunchError, RemainsError, Right, StopOutcome, Swept, Why, adopt, sweep};
use rustix::process::Signal;

use crate::support::{Place, sh, signal, state, wait_for};

#[tokio::test]
async fn what_a_killed_runner_leaves_is_swept_away() {
    let place = Place::new();
    let script = r#"
        setsid sh -c 'echo $$ > first; trap "" TERM; while :; do sleep 1; done' &
        (setsid sh -c 'echo $$ > second; exec sleep 1000' &) &
        env -i sh -c 'echo $$ > third; exec sleep 1000' &
        exec sleep 1000"#;
    let mut live = place.launch(place.daemon(script), Right::Forever).await;
    let pids = [live.started().await, place.number("first").await, place.number("second").await];
    let third = place.number("third").await;
    signal(live.instance.runner().pid, Signal::KILL);
    live.event(Event::Lost).await;
    let runner = live.instance.runner();
    wait_for("the end of the runner", || (!runner.is_alive()).then_some(())).await;
    assert!(pids.map(state).iter().all(Option::is_some), "they outlive it, which is the problem");
    let Ok(Found::Remains(remains)) = adopt(&place.folder()).await else { panic!("no remains") };
    let found: Vec<_> = remains.processes().unwrap().iter().map(|process| process.pid).collect();
    assert!(pids.iter().chain([&third]).all(|pid| found.contains(pid)), "{pids:?} and {third} in {found:?}");
    let launched = place.try_launch(place.daemon("exit 0"), Right::Forever).await;
    assert!(matches!(launched, Err(LaunchError::InUse(_))), "nothing is started beside what is left");

    let swept = sweep(&place.root().join("instances")).await.unwrap();
    let [(folder, Swept::Cleaned(end))] = &swept[..] else { panic!("{swept:?}") };
    assert_eq!((folder, &end.why, end.run), (&place.folder(), &Why::RunnerDied, place.run));
    assert_eq!(pids.map(state), [None; 3]);
    assert_eq!(state(third), None);
    assert!(matches!(adopt(&place.folder()).await, Ok(Found::Gone(_))));
}

/// What commands have set up that is no process is undone, by force where there is a command for that.
#[tokio::test]
async fn what_commands_of_a_killed_runner_have_done_is_undone() {
    // Longer than processes may take to go: how long commands may take is their own.
    const UNDO: &str = "sleep 1; echo 1 > undone";
    for kill in [None, Some(sh(&format!("test -e may-go || exit 1; {UNDO}")))] {
        let place = Place::new();
        let (start, monitor, stop) = (sh("exit 0"), sh("exit 0"), sh(UNDO));
        let (interval, timeout) = (Duration::from_secs(10), Duration::from_secs(10));
        let program = place.program(Kind::Commands { start, monitor, stop, kill: kill.clone(), interval, timeout });
        let mut live = place.launch(program, Right::Forever).await;
        live.event(Event::Ready).await;
        signal(live.instance.runner().pid, Signal::KILL);
        live.event(Event::Lost).await;
        let runner = live.instance.runner();
        wait_for("the end of the runner", || (!runner.is_alive()).then_some(())).await;
        let remains = async || match adopt(&place.folder()).await {
            Ok(Found::Remains(remains)) => remains,
            other => panic!("no remains: {other:?}"),
        };
        if kill.is_some() {
            assert!(matches!(remains().await.clean(Duration::ZERO).await, Err(RemainsError::NotKilled(_))));
            fs::write(place.file("may-go"), "").unwrap();
        }
        let end = remains().await.clean(Duration::ZERO).await.unwrap();
        assert_eq!((end.why, end.stop), (Why::RunnerDied, Some(StopOutcome::Done)));
        assert_eq!(place.number("undone").await, 1);
    }
}

#[tokio::test]
async fn a_sweep_takes_over_what_runs_and_leaves_out_what_never_was() {
    let place = Place::new();
    fs::create_dir_all(place.root().join("instances/empty")).unwrap();
    let mut live = place.launch(place.daemon("exec sleep 1000"), Right::Forever).await;
    let pid = live.started().await;
    let mut swept = sweep(&place.root().join("instances")).await.unwrap();
    let Some((_, Swept::Running(instance, events))) = swept.pop() else { panic!("{swept:?}") };
    assert!(swept.is_empty());
    live.instance = *instance;
    live.events = events;
    assert_eq!(live.started().await, pid);
    live.stop().await;
    assert!(sweep(&place.root().join("nowhere")).await.unwrap().is_empty());
}
