//! The output of services.

use std::fs;

use quorate_processes::{Event, Kind, Right};

use crate::support::{Place, sh};

#[tokio::test]
async fn lines_have_a_stamp_and_a_stream() {
    let place = Place::new();
    let mut live = place.launch(place.daemon("echo to out; echo to err >&2; printf rest"), Right::Forever).await;
    live.gone().await;
    let text = fs::read_to_string(place.folder().join("log")).unwrap();
    let mut lines: Vec<_> = text.lines().map(|line| line.split_once(' ').unwrap()).collect();
    lines.sort_by_key(|(_, line)| *line);
    assert_eq!(
        lines.iter().map(|(_, line)| *line).collect::<Vec<_>>(),
        ["stderr to err", "stdout rest", "stdout to out"]
    );
    assert!(lines.iter().all(|(stamp, _)| humantime::parse_rfc3339(stamp).is_ok()), "{text}");
}

#[tokio::test]
async fn a_flood_neither_blocks_nor_fills_the_disk() {
    let place = Place::new();
    let script = "head -c 5000000 /dev/zero | tr '\\0' x; echo; yes | head -n 1000000; yes err | head -n 200000 >&2";
    let mut program = place.program(Kind::Task { argv: sh(script) });
    program.log.bytes = 64 * 1024;
    program.log.files = 2;
    let mut live = place.launch(program, Right::Forever).await;
    live.event(Event::Ready).await;
    live.stop().await;
    let files = fs::read_dir(place.folder()).unwrap().filter_map(Result::ok);
    let logs: Vec<_> = files.filter(|entry| entry.file_name().to_string_lossy().starts_with("log")).collect();
    assert_eq!(logs.len(), 3, "{logs:?}");
    for log in logs {
        let size = log.metadata().unwrap().len();
        assert!(size <= 64 * 1024, "{log:?} has {size} bytes");
        let longest = fs::read(log.path()).unwrap().split(|byte| *byte == b'\n').map(<[u8]>::len).max().unwrap();
        assert!(longest <= 8 * 1024 + 64, "a line has {longest} bytes");
    }
}
