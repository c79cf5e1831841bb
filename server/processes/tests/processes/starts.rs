//! Services that start, or do not.

use std::{fs, os::unix::fs::PermissionsExt as _, time::Duration};

use quorate_processes::{Event, Exit, Found, Kind, Notice, Orphan, Right, Why, adopt};

use rustix::io::{FdFlags, fcntl_setfd};

use crate::support::{Place, TOOL, hup, sh, state};

#[tokio::test]
async fn a_daemon_that_says_so_is_ready() {
    let place = Place::new();
    let script = r#""$TOOL" notify "STATUS=warming up"; "$TOOL" notify READY=1; exec sleep 1000"#;
    let mut live = place.launch(place.daemon(script), Right::Forever).await;
    let pid = live.started().await;
    live.event(Event::Ready).await;
    assert!(state(pid).is_some());
    let again = place.adopt().await;
    assert!(again.instance.snapshot().ready);
    assert_eq!(again.instance.snapshot().status.as_deref(), Some("warming up"));
    assert_eq!(again.instance.snapshot().service.map(|service| service.pid), Some(pid));
    live = again;
    live.instance.stop(None).unwrap();
    let end = live.gone().await;
    assert_eq!((end.why, end.exit), (Why::Stopped, Some(Exit::Signal(15))));
    place.nothing_left().await;
}

#[tokio::test]
async fn one_that_ends_at_once_has_ended_and_is_remembered() {
    let place = Place::new();
    let mut live = place.launch(place.daemon("exit 3"), Right::Forever).await;
    live.event(Event::Exited(Exit::Code(3))).await;
    let end = live.gone().await;
    assert_eq!((&end.why, end.exit, end.run), (&Why::Exited, Some(Exit::Code(3)), place.run));
    let Ok(Found::Gone(remembered)) = adopt(&place.folder()).await else { panic!("it is not remembered") };
    assert_eq!(remembered, end);
    // The folder can be used again.
    let mut live = place.launch(place.daemon("exit 4"), Right::Forever).await;
    assert_eq!(live.gone().await.exit, Some(Exit::Code(4)));
}

#[tokio::test]
async fn one_that_never_gets_ready_can_be_stopped() {
    let place = Place::new();
    let mut live = place.launch(place.daemon("exec sleep 1000"), Right::Forever).await;
    live.started().await;
    live.stop().await;
    assert!(!live.seen.contains(&Event::Ready));
}

#[tokio::test]
async fn the_runner_stands_apart_from_the_agent() {
    let place = Place::new();
    let mine = fs::File::create(place.file("mine")).unwrap();
    // As if whoever started the agent had left it open for all.
    let given = fs::File::create(place.file("given")).unwrap();
    fcntl_setfd(&given, FdFlags::empty()).unwrap();
    let mut live = place.launch(place.daemon("exec sleep 1000"), Right::Forever).await;
    let (runner, service) = (live.instance.runner().pid, live.started().await);
    assert_eq!(fs::read_to_string(format!("/proc/{runner}/comm")).unwrap(), "quorate-runner\n");
    let stat = fs::read_to_string(format!("/proc/{runner}/stat")).unwrap();
    let fields: Vec<_> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
    assert_eq!((fields[2], fields[3]), (&*runner.to_string(), &*runner.to_string()), "its own group and session");
    for pid in [runner, service] {
        let open: Vec<_> = fs::read_dir(format!("/proc/{pid}/fd")).unwrap().filter_map(Result::ok).collect();
        let open: Vec<_> = open.iter().filter_map(|entry| fs::read_link(entry.path()).ok()).collect();
        assert!(open.len() > 2, "{open:?}");
        assert!(!open.contains(&place.file("mine")) && !open.contains(&place.file("given")), "{open:?}");
    }
    for standard in 0..2 {
        let link = fs::read_link(format!("/proc/{runner}/fd/{standard}")).unwrap();
        assert_eq!(link.to_str(), Some("/dev/null"));
    }
    drop((mine, given));
    live.stop().await;
}

#[tokio::test]
async fn a_task_is_ready_when_it_is_done_and_leaves_nothing() {
    let place = Place::new();
    let kind = Kind::Task { argv: sh("sleep 1000 & echo $! > left; exit 0") };
    let mut live = place.launch(place.program(kind), Right::Forever).await;
    live.event(Event::Ready).await;
    assert_eq!(state(place.number("left").await), None);
    let end = live.stop().await;
    assert_eq!((end.why, end.exit), (Why::Stopped, Some(Exit::Code(0))));
}

#[tokio::test]
async fn a_task_that_fails_is_the_end() {
    let place = Place::new();
    let mut live = place.launch(place.program(Kind::Task { argv: sh("exit 1") }), Right::Forever).await;
    assert_eq!(live.gone().await.why, Why::Exited);
    assert!(!live.seen.contains(&Event::Ready));
}

#[tokio::test]
async fn signals_go_to_the_program_and_silence_of_a_watchdog_is_noticed() {
    let place = Place::new();
    let script = r#"trap '"$TOOL" notify STATUS=reloaded' HUP; "$TOOL" notify READY=1
        while :; do sleep 0.1; done"#;
    let mut program = place.daemon(script);
    program.watchdog = Some(Duration::from_millis(300));
    let mut live = place.launch(program, Right::Forever).await;
    live.event(Event::Ready).await;
    live.instance.signal(hup()).unwrap();
    live.event(Event::Notify(Notice::Status("reloaded".into()))).await;
    if !live.seen.iter().any(|event| matches!(event, Event::Unhealthy { .. })) {
        live.event(Event::Unhealthy { silent: Duration::from_millis(300) }).await;
    }
    live.stop().await;
}

#[tokio::test]
async fn silence_of_a_watchdog_is_told_of_until_it_ends_to_whoever_listens() {
    let place = Place::new();
    let script = r#""$TOOL" notify READY=1; while [ ! -e well ]; do sleep 0.05; done
        while :; do "$TOOL" notify WATCHDOG=1; sleep 0.05; done"#;
    let mut program = place.daemon(script);
    program.watchdog = Some(Duration::from_millis(300));
    program.orphan = Orphan::CarryOn;
    let silent = || Event::Unhealthy { silent: Duration::from_millis(300) };
    let mut live = place.launch(program, Right::Forever).await;
    live.event(silent()).await;
    live.event(silent()).await;
    drop(live);
    let mut live = place.adopt().await;
    live.event(silent()).await;
    fs::write(place.file("well"), "").unwrap();
    live.event(Event::Notify(Notice::Watchdog)).await;
    live.stop().await;
}

#[tokio::test]
async fn a_service_runs_as_its_user_and_finds_nothing_of_the_agents_environment() {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    let place = Place::new();
    // The build's own folder may be closed to others.
    let tool = place.file("tool");
    fs::copy(TOOL, &tool).unwrap();
    fs::set_permissions(&tool, fs::Permissions::from_mode(0o755)).unwrap();
    let script = r#"./tool notify "STATUS=$(id -un) $(id -G) ${CARGO_MANIFEST_DIR-clean}"; exec sleep 1000"#;
    let mut program = place.daemon(script);
    program.user = Some("nobody".into());
    let mut live = place.launch(program, Right::Forever).await;
    let status = live.wait("the status", |event| match event {
        Event::Notify(Notice::Status(status)) => Some(status.clone()),
        _ => None,
    });
    let status = status.await;
    let words: Vec<_> = status.split(' ').collect();
    assert_eq!((words[0], words.len(), words[2]), ("nobody", 3, "clean"), "{status}");
    live.stop().await;
}
