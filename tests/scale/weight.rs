//! What frames weigh: their bytes in the agent's own encoding. Reports and views, which are sent over and over, are
//! encoded once.

use std::{cell::RefCell, collections::HashMap};

use prost::{Message as _, encoding::encoded_len_varint};
use quorate_core::{
    types::{NodeName, ViewId},
    wire::{Frame, Payload, Report},
};

#[derive(PartialEq, Eq, Hash)]
enum Known {
    Beat(u64),
    Report(NodeName, u64, u64),
    Prepare(ViewId),
    Commit(ViewId),
}

thread_local! {
    static KNOWN: RefCell<HashMap<Known, u64>> = RefCell::default();
}

/// Bytes of a frame.
pub fn weigh(frame: &Frame) -> u64 {
    let Frame::LinkData { payload, .. } = frame else {
        let Frame::Beat(beat) = frame else { return encoded(frame) };
        // A heartbeat grows by a byte each time its number takes one more.
        return remembered(Known::Beat(u64::from(beat.seq.ilog2() / 7)), || encoded(frame));
    };
    match payload {
        Payload::Reports(reports) => HEADER + reports.iter().map(weigh_report).sum::<u64>(),
        Payload::Prepare(proposal) => remembered(Known::Prepare(proposal.id.clone()), || encoded(frame)),
        Payload::Commit(view) => remembered(Known::Commit(view.id.clone()), || encoded(frame)),
        _ => encoded(frame),
    }
}

/// What a numbered message weighs without its payload, give or take a few bytes.
const HEADER: u64 = 20;

fn weigh_report(report: &std::sync::Arc<Report>) -> u64 {
    let name = Known::Report(report.origin.name.clone(), report.origin.boot.count, report.number);
    remembered(name, || {
        let payload = Payload::Reports(vec![report.clone()]);
        encoded(&Frame::LinkData { own: 1, peer: 1, seq: 1, ack: 1, payload }) - HEADER + 4
    })
}

fn remembered(what: Known, weigh: impl FnOnce() -> u64) -> u64 {
    KNOWN.with_borrow_mut(|known| *known.entry(what).or_insert_with(weigh))
}

fn encoded(frame: &Frame) -> u64 {
    let length = quorate_agent::wire::encode(frame).encoded_len();
    (length + encoded_len_varint(length as u64)) as u64
}
