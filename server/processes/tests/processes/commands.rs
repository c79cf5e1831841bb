//! Services that are three commands.

use std::{fs, time::Duration};

use quorate_processes::{Event, Exit, Health, Kind, Lapse, Moment, Program, Right, StopOutcome, Why};

use crate::support::{Place, sh, state};

fn commands(place: &Place, start: &str, monitor: &str, stop: &str) -> Program {
    let (interval, timeout) = (Duration::from_millis(100), Duration::from_secs(30));
    let (start, monitor, stop) = (sh(start), sh(monitor), sh(stop));
    place.program(Kind::Commands { start, monitor, stop, kill: None, interval, timeout })
}

fn with_kill(mut program: Program, script: &str) -> Program {
    if let Kind::Commands { kill, .. } = &mut program.kind {
        *kill = Some(sh(script));
    }
    program
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
async fn a_start_that_has_started_nothing_is_not_undone() {
    let place = Place::new();
    let program = with_kill(commands(&place, "exit 69", "exit 0", "touch undone"), "touch undone");
    let end = place.launch(program, Right::Forever).await.gone().await;
    assert_eq!((end.why, end.stop), (Why::StartFailed("the start command exited with 69".into()), None));
    assert!(!place.file("undone").exists());
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
async fn what_they_said_last_is_the_reason() {
    let place = Place::new();
    let says = |text: &str| format!("$TOOL notify STATUS=once; $TOOL say 'STATUS={text}'; exit 1");
    let mut live = place.launch(commands(&place, "exit 0", &says("it is full"), "exit 0"), Right::Forever).await;
    live.event(Event::Monitor(Health::Failed("it is full".into()))).await;
    live.stop().await;

    let place = Place::new();
    let program = commands(&place, &says("no such disk"), "exit 0", &says("busy"));
    let end = place.launch(program, Right::Forever).await.gone().await;
    assert_eq!(end.why, Why::StartFailed("no such disk".into()));
    assert_eq!(end.stop, Some(StopOutcome::Failed("busy".into())));
}

/// What they manage is no process of the runner: it is not gone before the kill command says so.
#[tokio::test]
async fn the_kill_command_runs_until_it_succeeds() {
    let place = Place::new();
    let kill = "echo >> kills; test -e may-go && exit 0; $TOOL say 'STATUS=it does not go'; exit 1";
    let mut program = with_kill(commands(&place, "exit 0", "exit 0", "echo 1 > asked; exec sleep 1000"), kill);
    program.stop_timeout = Duration::from_millis(500);
    let mut live = place.launch(program, Right::Forever).await;
    live.event(Event::Ready).await;
    live.instance.stop(None).unwrap();
    live.event(Event::NotKilled("it does not go".into())).await;
    fs::write(place.file("may-go"), "").unwrap();
    let end = live.gone().await;
    assert_eq!((end.why, end.stop), (Why::Stopped, Some(StopOutcome::Done)));
    assert_eq!(place.number("asked").await, 1);
    assert!(fs::read_to_string(place.file("kills")).unwrap().lines().count() >= 2);

    // It is not needed when the stop command has done all.
    let place = Place::new();
    let mut live = place.launch(with_kill(commands(&place, "exit 0", "exit 0", "exit 0"), kill), Right::Forever).await;
    live.event(Event::Ready).await;
    live.stop().await;
    assert!(!place.file("kills").exists());
}

/// Waits until what the start has left does nothing any more.
const WAIT_FOR_LEFT: &str = r#"
    while :; do
        case "$(cut -d ' ' -f 3 /proc/$(cat left)/stat 2>/dev/null)" in '' | Z | X) exit 0 ;; esac
        sleep 0.05
    done"#;

#[tokio::test]
async fn what_they_left_that_is_frozen_without_a_right_is_killed_before_it_is_undone() {
    let place = Place::new();
    let mut program = commands(&place, "sleep 1000 & echo $! > left", "exit 0", WAIT_FOR_LEFT);
    program.lapse = Lapse::Freeze;
    let mut live = place.launch(program, Right::Forever).await;
    live.event(Event::Ready).await;
    live.instance.renew(Right::Until(Moment::now())).unwrap();
    live.event(Event::Frozen).await;
    assert_eq!(state(place.number("left").await), Some('T'));
    let end = live.stop().await;
    assert_eq!((end.why, end.stop), (Why::Stopped, Some(StopOutcome::Done)));
}

/// The kill command has the time that every command has, and what the runner can kill itself need not wait for it.
#[tokio::test]
async fn the_kill_command_may_take_its_time_when_the_processes_are_gone() {
    let place = Place::new();
    let start = "sh -c 'trap \"\" TERM; while :; do sleep 1; done' & echo $! > left";
    let kill = format!("({WAIT_FOR_LEFT}) && echo 1 > alone && sleep 6");
    let mut live = place.launch(with_kill(commands(&place, start, "exit 0", "exit 1"), &kill), Right::Forever).await;
    live.event(Event::Ready).await;
    let end = live.stop().await;
    assert_eq!((end.why, end.stop), (Why::Stopped, Some(StopOutcome::Done)));
    assert!(!live.seen.iter().any(|event| matches!(event, Event::NotKilled(_))), "{:?}", live.seen);
    assert_eq!(place.number("alone").await, 1);
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
