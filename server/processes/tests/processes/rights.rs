//! The right to run, and agents that come and go.

use std::{fs, time::Duration};

use quorate_processes::{Event, Exit, Lapse, Moment, Orphan, Program, Right, Why};
use rustix::process::Signal;

use crate::support::{Place, is_frozen, signal, state, wait_for};

const COUNTS: &str = "i=0; while :; do i=$((i+1)); echo $i > new; mv new count; sleep 0.05; done";

fn soon() -> Right {
    Right::Until(Moment::now().after(Duration::from_secs(2)))
}

async fn over(right: Right) {
    let Right::Until(end) = right else { panic!("it has no end") };
    wait_for("the end of the right", || (Moment::now() > end.after(Duration::from_millis(200))).then_some(())).await;
}

#[tokio::test]
async fn when_the_agent_says_nothing_more_it_is_over() {
    let place = Place::new();
    let mut program = place.daemon("trap '' TERM; while :; do sleep 1; done");
    program.loss_timeout = Duration::from_secs(1);
    // Far longer: what counts is the time for a loss.
    program.stop_timeout = Duration::from_secs(3600);
    // The connection stays, as that of an agent that is frozen does.
    let mut live = place.launch(program, soon()).await;
    live.event(Event::Lapsed).await;
    assert_eq!(live.gone().await.why, Why::Lapsed);
}

#[tokio::test]
async fn a_slow_stop_ends_when_the_right_does() {
    let place = Place::new();
    let mut program = place.daemon("trap '' TERM; while :; do sleep 1; done");
    program.loss_timeout = Duration::from_secs(1);
    let mut live = place.launch(program, soon()).await;
    live.instance.stop(Some(Duration::from_secs(3600))).unwrap();
    assert_eq!(live.gone().await.why, Why::Stopped);
}

#[tokio::test]
async fn a_right_that_is_renewed_goes_on() {
    let place = Place::new();
    let first = soon();
    let mut live = place.launch(place.daemon("exec sleep 1000"), first).await;
    let pid = live.started().await;
    live.instance.renew(Right::Until(Moment::now().after(Duration::from_secs(3600)))).unwrap();
    over(first).await;
    assert!(state(pid).is_some());
    live.stop().await;
    assert!(!live.seen.contains(&Event::Lapsed));
}

#[tokio::test]
async fn a_runner_that_was_suspended_acts_when_it_wakes() {
    let place = Place::new();
    let right = soon();
    let mut live = place.launch(place.daemon("exec sleep 1000"), right).await;
    let pid = live.started().await;
    signal(live.instance.runner().pid, Signal::STOP);
    over(right).await;
    // Too late: it was over.
    live.instance.renew(Right::Forever).unwrap();
    assert!(state(pid).is_some());
    signal(live.instance.runner().pid, Signal::CONT);
    assert_eq!(live.gone().await.why, Why::Lapsed);
}

#[tokio::test]
async fn a_lapse_may_freeze_and_a_renewal_thaws() {
    let place = Place::new();
    let mut program = place.daemon(COUNTS);
    program.lapse = Lapse::Freeze;
    let mut live = place.launch(program, soon()).await;
    let pid = live.started().await;
    live.event(Event::Lapsed).await;
    live.event(Event::Frozen).await;
    assert!(is_frozen(pid));
    // What it is told to do by somebody else, it does not do for long.
    signal(pid, Signal::CONT);
    wait_for("it is frozen again", || is_frozen(pid).then_some(())).await;
    live.instance.thaw().unwrap();
    live.instance.renew(Right::Forever).unwrap();
    live.event(Event::Thawed).await;
    let count = fs::read_to_string(place.file("count")).unwrap();
    wait_for("it goes on", || (fs::read_to_string(place.file("count")).ok()? != count).then_some(())).await;
    live.stop().await;
}

/// Whatever ends it, and whoever has frozen it: it must not go on beside what was started elsewhere, not even to end.
#[tokio::test]
async fn what_is_frozen_without_a_right_is_killed_where_it_is() {
    enum Ends {
        Order,
        Lapse,
        AgentGone,
    }
    for ends in [Ends::Order, Ends::Lapse, Ends::AgentGone] {
        let place = Place::new();
        let script = format!(r#"trap 'echo 1 > ended; exit 0' TERM; "$TOOL" notify READY=1; {COUNTS}"#);
        let mut program = place.daemon(&script);
        program.lapse = if matches!(ends, Ends::Lapse) { Lapse::Stop } else { Lapse::Freeze };
        let mut live = place.launch(program, Right::Forever).await;
        live.event(Event::Ready).await;
        place.number("count").await;
        if matches!(ends, Ends::Lapse) {
            live.instance.freeze().unwrap();
        } else {
            live.instance.renew(Right::Until(Moment::now())).unwrap();
        }
        live.event(Event::Frozen).await;
        let count = fs::read_to_string(place.file("count")).unwrap();
        let (why, end) = match ends {
            Ends::Order => (Why::Stopped, live.stop().await),
            Ends::Lapse => {
                live.instance.renew(Right::Until(Moment::now())).unwrap();
                (Why::Lapsed, live.gone().await)
            }
            Ends::AgentGone => {
                drop(live);
                (Why::Orphaned, place.ended().await)
            }
        };
        assert_eq!((end.why, end.exit), (why, Some(Exit::Signal(9))));
        assert!(!place.file("ended").exists(), "it has gone on");
        assert_eq!(fs::read_to_string(place.file("count")).unwrap(), count);
    }
}

#[tokio::test]
async fn freeze_stops_everybody_and_thaw_lets_them_go_on() {
    let place = Place::new();
    let script = format!("sleep 1000 & echo $! > first; setsid sleep 1000 & echo $! > second; {COUNTS}");
    let mut live = place.launch(place.daemon(&script), Right::Forever).await;
    let pids = [live.started().await, place.number("first").await, place.number("second").await];
    place.number("count").await;
    live.instance.freeze().unwrap();
    live.event(Event::Frozen).await;
    assert!(pids.iter().all(|pid| is_frozen(*pid)));
    let count = place.number("count").await;
    live.instance.thaw().unwrap();
    live.event(Event::Thawed).await;
    wait_for("it goes on", || {
        let now: i32 = fs::read_to_string(place.file("count")).ok()?.trim().parse().ok()?;
        (now > count + 1).then_some(())
    })
    .await;
    live.stop().await;
}

#[tokio::test]
async fn one_that_forks_all_the_time_is_frozen_whole() {
    let place = Place::new();
    let script = "fork() { (sleep 0.02; fork) & }; fork; fork; fork; echo 1 > begun; exec sleep 1000";
    let mut live = place.launch(place.daemon(script), Right::Forever).await;
    place.number("begun").await;
    let runner = live.instance.runner().pid;
    for _ in 0..20 {
        live.instance.freeze().unwrap();
        live.event(Event::Frozen).await;
        let left: Vec<_> = place.left().into_iter().filter(|pid| *pid != runner && state(*pid).is_some()).collect();
        assert!(left.len() > 3 && left.iter().all(|pid| is_frozen(*pid)), "{left:?}");
        live.instance.thaw().unwrap();
        live.event(Event::Thawed).await;
    }
    live.stop().await;
}

#[tokio::test]
async fn without_an_agent_it_is_stopped() {
    let place = Place::new();
    let mut live = place.launch(place.daemon("exec sleep 1000"), Right::Forever).await;
    let (pid, runner) = (live.started().await, live.instance.runner());
    drop(live);
    wait_for("its end", || state(pid).is_none().then_some(())).await;
    assert_eq!(place.ended().await.why, Why::Orphaned);
    assert!(!runner.is_alive(), "the runner of an end that was heard of may leave");
}

fn carries_on(place: &Place) -> Program {
    let mut program = place.daemon(r#""$TOOL" notify READY=1; exec sleep 1000"#);
    program.orphan = Orphan::CarryOn;
    program
}

#[tokio::test]
async fn one_that_carries_on_is_adopted() {
    let place = Place::new();
    let mut live = place.launch(carries_on(&place), Right::Forever).await;
    let pid = live.started().await;
    live.event(Event::Ready).await;
    drop(live);
    let mut live = place.adopt().await;
    assert_eq!(live.started().await, pid);
    live.event(Event::Ready).await;
    live.stop().await;
}

#[tokio::test]
async fn one_that_carries_on_still_ends_with_its_right_or_after_a_while() {
    for (right, why) in [(soon(), Why::Lapsed), (Right::Forever, Why::Orphaned)] {
        let place = Place::new();
        let mut program = carries_on(&place);
        program.orphan_timeout = Duration::from_millis(300);
        let live = place.launch(program, right).await;
        drop(live);
        assert_eq!(place.ended().await.why, why);
    }
}

#[tokio::test]
async fn the_newest_connection_takes_over() {
    let place = Place::new();
    let mut old = place.launch(place.daemon("exec sleep 1000"), Right::Forever).await;
    let mut new = place.adopt().await;
    old.event(Event::Lost).await;
    let pid = new.started().await;
    assert!(state(pid).is_some());
    assert_eq!(new.stop().await.why, Why::Stopped);
}
