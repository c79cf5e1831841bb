//! The kept corpora of `server/fuzz`, and seeded mutations of them, through the same functions that are fuzzed. It needs
//! no other compiler and takes seconds; `make fuzz` looks for new inputs.
//!
//! `QUORATE_FUZZ_SEED` replays the mutations of another seed, or tries one.

#![allow(clippy::unwrap_used)]

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
};

use fastrand::Rng;

#[path = "../../fuzz/src/lib.rs"]
mod entries;

/// How many mutations of each corpus are tried.
const MUTATIONS: usize = 10_000;
/// Most changes of one mutation.
const CHANGES: usize = 6;

#[test]
fn frames_of_peers() {
    replay("wire", entries::wire);
}

#[test]
fn a_peer_that_says_anything() {
    replay("handshake", entries::handshake);
}

#[test]
fn configuration_files() {
    replay("config", entries::config);
}

fn replay(target: &str, entry: fn(&[u8])) {
    let corpus = corpus(target);
    for (name, bytes) in &corpus {
        check(entry, bytes, || format!("{target}: {name} of the corpus"));
    }
    let seed = env::var("QUORATE_FUZZ_SEED").map_or(1, |seed| seed.parse().expect("QUORATE_FUZZ_SEED is a number"));
    let mut rng = Rng::with_seed(seed);
    for number in 0..MUTATIONS {
        let bytes = mutation(&mut rng, &corpus);
        check(entry, &bytes, || format!("{target}: mutation {number} with QUORATE_FUZZ_SEED={seed}: {bytes:02x?}"));
    }
    println!("{target}: {} inputs of the corpus and {MUTATIONS} mutations with seed {seed}", corpus.len());
}

/// Tries an input, and says which one it was when a rule is broken.
fn check(entry: fn(&[u8]), bytes: &[u8], what: impl Fn() -> String) {
    if let Err(broken) = catch_unwind(AssertUnwindSafe(|| entry(bytes))) {
        println!("{}", what());
        resume_unwind(broken);
    }
}

/// The inputs, always in the same order.
fn corpus(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus")).join(target);
    let files = fs::read_dir(&folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let read = |file: fs::DirEntry| (file.file_name().into_string().unwrap(), fs::read(file.path()).unwrap());
    let mut found: Vec<_> = files.map(|file| read(file.unwrap())).collect();
    found.sort();
    assert!(!found.is_empty(), "{} is empty", folder.display());
    found
}

fn mutation(rng: &mut Rng, corpus: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = corpus[rng.usize(..corpus.len())].1.clone();
    for _ in 0..rng.usize(1..=CHANGES) {
        let other = rng.usize(..corpus.len());
        change(rng, &mut bytes, &corpus[other].1);
    }
    bytes
}

/// One change: of a bit, of a byte, of the length, or a piece of another input.
fn change(rng: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    let from = rng.usize(..=bytes.len());
    let to = (from + rng.usize(0..16)).min(bytes.len());
    match rng.u8(..6) {
        0 if from < bytes.len() => bytes[from] ^= 1 << rng.u8(..8),
        1 if from < bytes.len() => bytes[from] = rng.u8(..),
        2 => drop(bytes.drain(from..to)),
        3 => bytes.insert(from, rng.u8(..)),
        4 => bytes.extend_from_within(from..to),
        _ => {
            let piece = rng.usize(..=other.len());
            let end = (piece + rng.usize(0..64)).min(other.len());
            drop(bytes.splice(from..to, other[piece..end].iter().copied()));
        }
    }
}
