//! Runners that were killed, and what they leave behind.

use quorate_processes::{Event, Found, LaunchError, Right, Swept, Why, adopt, sweep};
use rustix::process::Signal;

use crate::support::{Place, signal, state, wait_for};

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

#[tokio::test]
async fn a_sweep_takes_over_what_runs_and_leaves_out_what_never_was() {
    let place = Place::new();
    std::fs::create_dir_all(place.root().join("instances/empty")).unwrap();
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
