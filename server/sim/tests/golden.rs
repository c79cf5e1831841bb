//! Golden scripts: whole scenarios, and everything their nodes tell their watchers, word for word.
//!
//! A script lies in `golden/NAME.txt`. After a change that is meant to alter one, run the tests with `UPDATE_GOLDEN=1`
//! and read the difference before you commit it.

mod common;

use std::{env, fs, path::Path};

use common::{S, clean, formed};
use quorate_sim::{plan::Fault, world::World};

/// Lets `act` happen to `n` agents and compares what is told with the script.
fn script(name: &str, n: usize, act: impl FnOnce(&mut World)) {
    let mut world = formed(1, n, 1);
    world.trace = Some(Vec::new());
    act(&mut world);
    clean(&world);
    let told = |line: &&String| {
        [
            "FAULT",
            "HEAL",
            "CRASHES",
            "starts",
            "leave",
            "departed",
            "INSTALLS",
            "learns of",
            "stable",
            "TransitionGivenUp",
        ]
        .iter()
        .any(|word| line.contains(word))
    };
    let lines: Vec<String> = world.trace.take().unwrap_or_default().iter().filter(told).cloned().collect();
    let text = lines.join("\n") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name).with_extension("txt");
    if env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&path, &text).expect("the script can be written");
    }
    let golden = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{} differs; UPDATE_GOLDEN=1 writes it anew", path.display());
}

#[test]
fn a_member_crashes_and_comes_back() {
    script("crash_and_return", 3, |world| {
        world.crash(2);
        world.run_for(S * 3);
        world.start(2);
        world.run_for(S * 3);
    });
}

#[test]
fn the_controller_and_the_next_in_rank_crash_together() {
    script("controller_and_next_crash", 5, |world| {
        world.crash(0);
        world.crash(1);
        world.run_for(S * 3);
    });
}

#[test]
fn a_cluster_is_split_and_heals() {
    script("split_and_heal", 3, |world| {
        Fault::Split(vec![2]).apply(world);
        world.run_for(S * 3);
        world.heal();
        world.run_for(S * 15);
    });
}

#[test]
fn a_member_leaves() {
    script("leave", 3, |world| {
        world.leave(0);
        world.run_for(S * 2);
    });
}
