//! How frames of peers are read: only when what they would become is in proportion to what they are.
//!
//! Two bytes on the wire can be an empty entry of a list that takes hundreds of bytes in memory, so a limit of the bytes
//! of a message is none of what it costs. [`BoundedCodec`] counts the parts of a message before it is unpacked.

use prost::Message;
use tonic::{
    Status,
    codec::{Codec, DecodeBuf, Decoder},
};
use tonic_prost::{ProstCodec, ProstDecoder, ProstEncoder};

/// Most parts of one message: texts, bytes and messages, at all depths. A view of 10,000 members with all their causes
/// has fewer; unpacked, they take 128 MiB at most.
pub const MAX_PARTS: usize = 262_144;
/// Deeper messages are not unpacked by prost either.
const MAX_DEPTH: usize = 100;

/// Protobuf, with bounded parts.
#[derive(Debug, Clone)]
pub struct BoundedCodec<T, U> {
    inner: ProstCodec<T, U>,
}

impl<T, U> Default for BoundedCodec<T, U> {
    fn default() -> Self {
        Self { inner: ProstCodec::default() }
    }
}

impl<T: Message + 'static, U: Message + Default + 'static> Codec for BoundedCodec<T, U> {
    type Encode = T;
    type Decode = U;
    type Encoder = ProstEncoder<T>;
    type Decoder = BoundedDecoder<U>;

    fn encoder(&mut self) -> Self::Encoder {
        self.inner.encoder()
    }

    fn decoder(&mut self) -> Self::Decoder {
        BoundedDecoder { inner: self.inner.decoder() }
    }
}

/// Reads messages.
#[derive(Debug, Clone)]
pub struct BoundedDecoder<U> {
    inner: ProstDecoder<U>,
}

impl<U: Message + Default> Decoder for BoundedDecoder<U> {
    type Item = U;
    type Error = Status;

    /// # Errors
    /// `INVALID_ARGUMENT` for what is no such message, or has too many parts.
    fn decode(&mut self, from: &mut DecodeBuf<'_>) -> Result<Option<U>, Status> {
        if has_too_many_parts(prost::bytes::Buf::chunk(from)) {
            return Err(Status::invalid_argument(format!("the message has more than {MAX_PARTS} parts")));
        }
        self.inner.decode(from).map_err(|why| Status::invalid_argument(why.message()))
    }
}

/// Whether an encoded message has more than [`MAX_PARTS`] parts. Which texts are messages only the schema knows; what can
/// be read as one counts as one, so that the count is never too low.
#[must_use]
pub fn has_too_many_parts(message: &[u8]) -> bool {
    let mut left = MAX_PARTS;
    count(message, MAX_DEPTH, &mut left);
    left == 0
}

/// Takes the parts of `message` off what is left, as far as it can be read.
fn count(mut message: &[u8], depth: usize, left: &mut usize) {
    while let Some(part) = next(&mut message) {
        let Some(part) = part else { continue };
        *left = left.saturating_sub(1);
        if *left == 0 {
            return;
        }
        if depth > 0 {
            count(part, depth - 1, left);
        }
    }
}

/// The next field: its bytes when it has a length. None at the end, or where no field can be read.
fn next<'a>(message: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let tag = varint(message)?;
    let length = match tag & 7 {
        0 => return varint(message).map(|_| None),
        1 => 8,
        2 => usize::try_from(varint(message)?).ok()?,
        5 => 4,
        // Groups, which proto3 has not: prost skips them, and what is in them is not kept.
        3 | 4 => return Some(None),
        _ => return None,
    };
    let (part, rest) = message.split_at_checked(length)?;
    *message = rest;
    Some((tag & 7 == 2).then_some(part))
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..70).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        value |= u64::from(byte & 0x7f).checked_shl(shift).unwrap_or(0);
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use prost::Message;

    use super::{MAX_PARTS, count, has_too_many_parts};
    use crate::peer::v1 as pb;

    fn frame(endpoints: usize) -> Vec<u8> {
        let endpoint = pb::Endpoint { network: "default".into(), address: "10.0.0.1:7501".into() };
        let hello = pb::Hello { cluster_id: "c".into(), endpoints: vec![endpoint; endpoints], ..pb::Hello::default() };
        let frame = pb::Frame { kind: Some(pb::frame::Kind::Hello(hello)) };
        pb::ChannelRequest { frame: Some(frame) }.encode_to_vec()
    }

    #[test]
    fn every_text_and_message_is_a_part() {
        let mut left = MAX_PARTS;
        count(&frame(100), 100, &mut left);
        // The frame, the Hello, its cluster, and 100 times an endpoint with two texts.
        assert_eq!(MAX_PARTS - left, 3 + 300);
    }

    #[test]
    fn l1_a_list_of_nothing_has_too_many_parts() {
        assert!(!has_too_many_parts(&frame(80_000)));
        assert!(has_too_many_parts(&frame(90_000)));
        let empty = vec![pb::Report::default(); MAX_PARTS + 1];
        assert!(has_too_many_parts(&pb::Reports { reports: empty }.encode_to_vec()));
    }

    #[test]
    fn garbage_is_left_to_the_decoder() {
        for garbage in [&b""[..], b"\xff", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\x07", &[0x80; 40]] {
            assert!(!has_too_many_parts(garbage));
        }
    }
}
