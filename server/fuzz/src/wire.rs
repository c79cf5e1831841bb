//! Frames of peers: bytes, protobuf, the core's words, and back.

use prost::Message;
use quorate_agent::wire::{decode, encode};
use quorate_proto::{codec::has_too_many_parts, peer::v1 as pb};

/// Reads the bytes as a frame, as the transport does. What can be read comes out the same when it is written and read again.
pub fn wire(bytes: &[u8]) {
    if has_too_many_parts(bytes) {
        return;
    }
    let Ok(frame) = pb::Frame::decode(bytes) else { return };
    let Ok(frame) = decode(frame) else { return };
    let again = encode(&frame).encode_to_vec();
    let back = pb::Frame::decode(again.as_slice()).expect("what was encoded is protobuf");
    assert_eq!(decode(back), Ok(frame), "what was read is not what was written");
}
