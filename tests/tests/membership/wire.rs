//! What nodes say to each other survives the way through bytes: shown with all that simulated nodes say under faults.

use prost::Message;
use quorate_agent::wire::{decode, encode};
use quorate_core::wire::{Frame, Payload};
use quorate_proto::peer::v1 as pb;
use quorate_sim::run::{Size, weighed};

/// Runs with sessions, names and barriers, and nodes that come back and need the whole state.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=12;

fn there_and_back(frame: &Frame) -> u64 {
    let bytes = encode(frame).encode_to_vec();
    let read = pb::Frame::decode(&*bytes).unwrap_or_else(|error| panic!("{frame:?} cannot be read: {error}"));
    let read = decode(read).unwrap_or_else(|error| panic!("{frame:?} is refused: {error}"));
    // Beside these, a silence is told in milliseconds.
    if matches!(frame, Frame::LinkData { payload: Payload::Coordination(_), .. }) {
        assert_eq!(read, *frame);
    }
    bytes.len() as u64
}

#[test]
fn whatever_simulated_nodes_say_survives_the_wire() {
    for seed in SEEDS {
        let outcome = weighed(seed, Size::QUORATE, false, Some(there_and_back));
        assert_eq!(outcome.violation, None, "{}", Size::QUORATE.replay(seed));
        assert!(outcome.coordinated.news > 0, "seed {seed} has no sessions");
    }
}
