//! What cannot be started is said so, in types, and leaves nothing.

use std::fs;

use quorate_processes::{Found, Kind, LaunchError, Moment, Program, Refusal, Right, Why, adopt};

use crate::support::{Place, state};

async fn refusal(place: &Place, program: Program) -> Refusal {
    let Err(LaunchError::Refused(refusal)) = place.try_launch(program, Right::Forever).await else {
        panic!("not refused")
    };
    assert!(matches!(adopt(&place.folder()).await, Ok(Found::Nothing)), "something is left after: {refusal}");
    refusal
}

#[tokio::test]
async fn what_is_not_there_is_named() {
    let place = Place::new();
    let missing = "quorate-no-such-program".to_owned();
    let kind = Kind::Daemon { argv: vec![missing.clone()] };
    assert_eq!(refusal(&place, place.program(kind)).await, Refusal::NotFound(missing));

    let mut program = place.daemon("exit 0");
    program.folder = Some(place.file("nowhere"));
    assert_eq!(refusal(&place, program).await, Refusal::NoFolder(place.file("nowhere")));

    let late = place.try_launch(place.daemon("exit 0"), Right::Until(Moment::now())).await;
    assert!(matches!(late, Err(LaunchError::Refused(Refusal::RightOver))));

    let mut program = place.daemon("exit 0");
    program.user = Some("quorate-nobody".into());
    assert_eq!(refusal(&place, program).await, Refusal::UnknownUser("quorate-nobody".into()));

    let mut program = place.daemon("exit 0");
    program.group = Some("quorate-nobody".into());
    assert_eq!(refusal(&place, program).await, Refusal::UnknownGroup("quorate-nobody".into()));
}

#[tokio::test]
async fn what_may_not_be_run_is_named() {
    let place = Place::new();
    let file = place.file("plain");
    fs::write(&file, "text").unwrap();
    let name = file.to_str().unwrap().to_owned();
    let program = place.program(Kind::Daemon { argv: vec![name.clone()] });
    assert_eq!(refusal(&place, program).await, Refusal::NotAllowed(name));
}

#[tokio::test]
async fn there_is_one_runner_in_a_folder() {
    let place = Place::new();
    let mut live = place.launch(place.daemon("exec sleep 1000"), Right::Forever).await;
    let second = place.try_launch(place.daemon("exec sleep 1000"), Right::Forever).await;
    assert!(matches!(second, Err(LaunchError::InUse(_))));
    let pid = live.started().await;
    assert!(state(pid).is_some(), "the one that is there is not disturbed");
    assert_eq!(live.stop().await.why, Why::Stopped);
}
