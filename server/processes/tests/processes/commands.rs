//! Services that are three commands.

use std::{fs, time::Duration};

use quorate_processes::{Event, Exit, Health, Kind, Program, Right, StopOutcome, Why};

use crate::support::{Place, sh, state};

fn commands(place: &Place, start: &str, monitor: &str, stop: &str) -> Program {
    let (interval, timeout) = (Duration::from_millis(100), Duration::from_secs(30));
    place.program(Kind::Commands { start: sh(start), monitor: sh(monitor), stop: sh(stop), interval, timeout })
}

#[tokio::test]
async fn they_start_are_looked_at_and_stop() {
    let place = Place::new();
    let monitor = "exit $(cat health)";
    let stop = "test -e there && rm there";
    fs::write(place.file("health"), "0").unwrap();
    let program = commands(&place, "sleep 1000 & echo $! > left; touch there", monitor, stop);
    let mut live = place.launch(program, Right::Forever).await;
    live.event(Event::Ready).await;
    live.event(Event::Monitor(Health::Good)).await;
    fs::write(place.file("health"), "7").unwrap();
    live.event(Event::Monitor(Health::NotRunning)).await;
    fs::write(place.file("health"), "1").unwrap();
    live.event(Event::Monitor(Health::Failed("the monitor command exited with 1".into()))).await;
    let left = place.number("left").await;
    assert!(state(left).is_some(), "what the start left may go on");
    let end = live.stop().await;
    assert_eq!((end.why, end.stop, end.exit), (Why::Stopped, Some(StopOutcome::Done), Some(Exit::Code(0))));
    assert!(!place.file("there").exists());
    assert_eq!(state(left), None);
}

#[tokio::test]
async fn a_start_that_fails_is_undone() {
    let place = Place::new();
    let mut live = place.launch(commands(&place, "exit 5", "exit 0", "touch undone; exit 1"), Right::Forever).await;
    let end = live.gone().await;
    assert_eq!(end.why, Why::StartFailed("the start command exited with 5".into()));
    assert_eq!(end.stop, Some(StopOutcome::Failed("it exited with 1".into())));
    assert!(place.file("undone").exists());
}

#[tokio::test]
async fn what_hangs_is_killed_and_told_of() {
    let place = Place::new();
    let mut program = commands(&place, "exit 0", "sleep 1000 & wait", "sleep 1000");
    if let Kind::Commands { timeout, .. } = &mut program.kind {
        *timeout = Duration::from_secs(2);
    }
    let mut live = place.launch(program, Right::Forever).await;
    live.event(Event::Monitor(Health::Failed("the monitor command took too long".into()))).await;
    let end = live.stop().await;
    assert_eq!(end.stop, Some(StopOutcome::Failed("it took too long".into())));

    let place = Place::new();
    let mut program = commands(&place, "sleep 1000", "exit 0", "exit 0");
    if let Kind::Commands { timeout, .. } = &mut program.kind {
        *timeout = Duration::from_secs(2);
    }
    let mut live = place.launch(program, Right::Forever).await;
    let end = live.gone().await;
    assert_eq!(end.why, Why::StartFailed("the start command took too long".into()));
    assert_eq!(end.stop, Some(StopOutcome::Done));
}

#[tokio::test]
async fn without_an_agent_their_stop_command_runs_too() {
    let place = Place::new();
    let mut live = place.launch(commands(&place, "exit 0", "exit 0", "echo 1 > stopped"), Right::Forever).await;
    live.event(Event::Ready).await;
    drop(live);
    assert_eq!(place.number("stopped").await, 1);
    place.nothing_left().await;
}
