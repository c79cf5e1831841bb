//! The shell around a message.
//!
//! ```text
//!   0         1      2         18       26      30
//!   | version | kind | cluster | number | crc32 | body ...|
//! ```
//!
//! Numbers are little-endian; the checksum covers everything else. Links have checksums, too, but what is decoded from
//! a message goes straight into the log.

use crate::ids::ClusterUid;

const VERSION: u8 = 1;
const HEADER: usize = 30;

/// What kind of message it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Request,
    Answer,
}

/// One message.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Envelope {
    pub kind: Kind,
    /// The cluster it belongs to.
    pub cluster: ClusterUid,
    /// Joins an answer to its request.
    pub number: u64,
    pub body: Vec<u8>,
}

impl Envelope {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER + self.body.len());
        bytes.push(VERSION);
        bytes.push(match self.kind {
            Kind::Request => 1,
            Kind::Answer => 2,
        });
        bytes.extend_from_slice(&self.cluster.0);
        bytes.extend_from_slice(&self.number.to_le_bytes());
        bytes.extend_from_slice(&checksum(&bytes, &self.body).to_le_bytes());
        bytes.extend_from_slice(&self.body);
        bytes
    }

    pub(crate) fn decode(mut bytes: Vec<u8>) -> Result<Self, &'static str> {
        let (Some(header), Some(body)) = (bytes.first_chunk::<HEADER>(), bytes.get(HEADER..)) else {
            return Err("too short");
        };
        let [version, kind, fields @ ..] = header;
        let (cluster, fields) = fields.split_first_chunk().ok_or("too short")?;
        let (number, fields) = fields.split_first_chunk().ok_or("too short")?;
        let sum = fields.first_chunk().ok_or("too short")?;
        if *version != VERSION {
            return Err("of an unknown version");
        }
        if u32::from_le_bytes(*sum) != checksum(&header[..HEADER - 4], body) {
            return Err("with a wrong checksum");
        }
        let kind = match kind {
            1 => Kind::Request,
            2 => Kind::Answer,
            _ => return Err("of an unknown kind"),
        };
        let (cluster, number) = (ClusterUid(*cluster), u64::from_le_bytes(*number));
        bytes.drain(..HEADER);
        Ok(Self { kind, cluster, number, body: bytes })
    }
}

fn checksum(header: &[u8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(header);
    hasher.update(body);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Envelope {
        Envelope { kind: Kind::Answer, cluster: ClusterUid([3; 16]), number: 1 << 40, body: b"body".to_vec() }
    }

    #[test]
    fn it_comes_back() {
        assert_eq!(Envelope::decode(sample().encode()), Ok(sample()));
    }

    #[test]
    fn a_changed_bit_and_a_cut_are_noticed() {
        let bytes = sample().encode();
        for at in 0..bytes.len() {
            assert!(Envelope::decode(bytes[..at].to_vec()).is_err(), "cut at {at}");
            for bit in 0..8 {
                let mut bad = bytes.clone();
                bad[at] ^= 1 << bit;
                assert!(Envelope::decode(bad).is_err(), "bit {bit} of byte {at}");
            }
        }
    }
}
