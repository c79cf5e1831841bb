//! The fixed set of random runs that every check of the project goes through. A longer one: `make campaign`.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use quorate_sim::run::{Size, checked, random};

/// Seeds that once found a bug. Each stays, with what it found.
const FOUND: &[(u64, Size)] = &[
    // Views passed on for reading reports were taken for the history of a transition (E1).
    (37, SMALL),
    // A node that one end trusted and the other still held back was let in, and thrown out a second later (V6).
    (49, SMALL),
    // Newcomers that did not reach an old member pushed it out of its own cluster (V6).
    (115, SMALL),
    // A member answered for a transition it had given up, with history of the next one (E1).
    (185, SMALL),
    // Nodes that did not reach each other were let in together, fell apart, and came together again (V4, V6).
    (649, SMALL),
    (2342, SMALL),
    // A heartbeat that overtook the welcome ended the handshake, and the address was never dialled again (V5).
    (2851, SMALL),
    // Who was still held back by some counted as lost to them, once they no longer held it but it held them (V6).
    (116_832, SMALL),
    // A side was torn apart when it came back, because members just in were still held back by some (V6).
    (109_818, SMALL),
    // A node that woke up to leave was not waited for before all were started again: the simulator's own fault (V5).
    (112_962, SMALL),
    // A node that was forgotten and came back with the report it had before was not taken in again (V6).
    (234, TO_FORTY),
    (305, TO_FORTY),
    (359, TO_FORTY),
    (400, TO_FORTY),
    // A link that nobody had watched was reported as good though it was dead: its node went out and in (V7).
    (33, TO_FORTY),
    (320, TO_FORTY),
    (390, TO_FORTY),
    // Nodes that joined at once came in one after the other (V7).
    (23, TO_FORTY),
    (41, TO_FORTY),
    // Members that newcomers still held back were left without anybody who reached them; seen while the one above was
    // mended in another way (V6).
    (200_015, TO_FORTY),
    (200_206, TO_FORTY),
    // A node that had slept was taken in by the word of its own report, and thrown out again by its watchers' (V6).
    (512, TO_FORTY),
    // Who watches whom had changed with the view, and a member that nobody had had the time to reach was put out (V7).
    (310_437, TO_FORTY),
    // One that had been a voter went on backing a regime that was over, for its holder was there: it could never be made a
    // voter again, and was asked ten times a second (V8).
    (100_819, QUORATE),
    // The checker took all hosts for voters, and called it a silent loss that two of three had started anew (S2).
    (427, QUORATE),
    // A stopped agent told a client of a grant when the client's session was long over: the simulator's own fault (S1).
    (254, QUORATE),
    (289, QUORATE),
    // A member that came back started a single instance by a name that had been ended while it was away (S1).
    (4, SERVING),
    // Instances changed places for ever: those that do not stay, and those that orders had not reached yet (L1).
    (17, SERVING),
    (6, SERVING),
    // A program of a lower level than what it requires kept that from starting (recovery).
    (34, SERVING),
    (36, SERVING),
    // What was to run on, and was gone, started anew before its level (R1).
    (73, SERVING),
    // Programs were told to stop and to go on in turn, for ever, by what they had said before they were told.
    (26, SERVING),
    // A service of which there is one on each node started by the name that it had needed when it was defined otherwise (S1).
    (84, SERVING),
    // A name was claimed anew while one of two releases of it was still under way, which undid that (S1).
    (103, SERVING),
    (236, SERVING),
    // A release overtook the claim that it was about, when another regime began, and the name was nobody's for ever (recovery).
    (71, SERVING),
    // A program that one node alone told to go on, at once: the checker had not seen it stop (R1).
    (457, SERVING),
    // What was to start by a name granted in the step in which its node left the view was started after that (R1).
    (800_041, SERVING),
    // An agent that had started anew took orders of a regime whose view had its earlier start, until the next one's came (R1).
    (900_317, SERVING),
    // A machine that was suspended ran on when its agent was killed, as if it had not been: the simulator's own fault (S1).
    (1_001_105, SERVING),
];

const SMALL: Size = Size::SMALL;
const QUORATE: Size = Size { quorum: true, ..Size::SMALL };
const SERVING: Size = Size::SERVING;
const TO_FORTY: Size = Size { least: 10, most: 40, faults: 40, eager: false, quorum: false, services: false };

/// Runs all on both cores; fails with every violation and how to see it again.
fn all(runs: &[(u64, Size)]) {
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((seed, size)) = runs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = std::panic::catch_unwind(|| random(*seed, *size, false));
                    let what = match outcome {
                        Ok(outcome) => outcome.violation.map(|found| format!("{}: {}", found.invariant, found.what)),
                        Err(_) => Some("the core panicked".to_owned()),
                    };
                    if let Some(what) = what {
                        let line = format!("seed {seed}: {what}\n  {}", size.replay(*seed));
                        failures.lock().unwrap_or_else(|poisoned| poisoned.into_inner()).push(line);
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner());
    assert!(failures.is_empty(), "{} of {} runs failed\n{}", failures.len(), runs.len(), failures.join("\n"));
}

#[test]
fn seeds_that_once_found_a_bug() {
    all(FOUND);
}

/// Every sixth one, for its time; `make seeds` runs them all.
#[test]
fn a_sixth_of_the_checked_set() {
    let some: Vec<_> = checked().into_iter().step_by(6).collect();
    all(&some);
}

#[test]
fn the_same_seed_is_the_same_run() {
    let first = random(7, SMALL, true);
    let second = random(7, SMALL, true);
    assert!(!first.trace.is_empty());
    assert_eq!(first.trace, second.trace);
}
