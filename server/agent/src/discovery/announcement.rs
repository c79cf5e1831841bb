//! The multicast datagram: small, checksummed, and read with suspicion.
//!
//! ```text
//!   0      4         5      9
//!   | QRTM | version | crc32 | protobuf body ...|      at most 1,400 bytes
//! ```

use prost::Message;
use quorate_core::types::{Address, Network, NodeName};

use super::Announcement;

/// Fits into every usual packet, so that it is never sent in pieces.
pub(super) const MAX_DATAGRAM: usize = 1400;

const MAGIC: &[u8; 4] = b"QRTM";
const VERSION: u8 = 1;
const HEADER: usize = 9;
const MAX_ENDPOINTS: usize = 8;
/// A DNS name, a colon and a port.
const MAX_ADDRESS: usize = 253 + 6;

/// What goes over the wire: an announcement, and a number by which a sender knows its own ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Datagram {
    pub(super) sender: u64,
    pub(super) announcement: Announcement,
}

#[derive(Message)]
struct DatagramMessage {
    #[prost(string, tag = "1")]
    cluster: String,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(fixed64, tag = "3")]
    sender: u64,
    #[prost(message, repeated, tag = "4")]
    endpoints: Vec<EndpointMessage>,
}

#[derive(Message)]
struct EndpointMessage {
    #[prost(string, tag = "1")]
    network: String,
    #[prost(string, tag = "2")]
    address: String,
}

impl Datagram {
    /// The bytes to send. Endpoints that do not fit are left out, the last first.
    pub(super) fn encode(&self) -> Vec<u8> {
        let Announcement { cluster, name, endpoints } = &self.announcement;
        let endpoint = |(network, address): &(Network, Address)| EndpointMessage {
            network: network.to_string(),
            address: address.to_string(),
        };
        let mut message = DatagramMessage {
            cluster: cluster.clone(),
            name: name.to_string(),
            sender: self.sender,
            endpoints: endpoints.iter().take(MAX_ENDPOINTS).map(endpoint).collect(),
        };
        while HEADER + message.encoded_len() > MAX_DATAGRAM && message.endpoints.pop().is_some() {}
        let body = message.encode_to_vec();
        let mut bytes = Vec::with_capacity(HEADER + body.len());
        bytes.extend_from_slice(MAGIC);
        bytes.push(VERSION);
        bytes.extend_from_slice(&crc32fast::hash(&body).to_le_bytes());
        bytes.extend_from_slice(&body);
        bytes
    }

    /// Reads bytes that anybody may have sent; says what is wrong with them.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, &'static str> {
        if bytes.len() > MAX_DATAGRAM {
            return Err("too long");
        }
        let (header, body) = bytes.split_at_checked(HEADER).ok_or("too short")?;
        if header[..4] != *MAGIC {
            return Err("no announcement");
        }
        if header[4] != VERSION {
            return Err("unknown version");
        }
        if crc32fast::hash(body).to_le_bytes() != header[5..] {
            return Err("wrong checksum");
        }
        let message = DatagramMessage::decode(body).map_err(|_| "unreadable")?;
        if message.endpoints.is_empty() || message.endpoints.len() > MAX_ENDPOINTS {
            return Err("wrong number of addresses");
        }
        NodeName::new(&message.cluster).map_err(|_| "wrong cluster name")?;
        let announcement = Announcement {
            cluster: message.cluster,
            name: NodeName::new(&message.name).map_err(|_| "wrong node name")?,
            endpoints: message.endpoints.iter().map(endpoint).collect::<Result<_, _>>()?,
        };
        Ok(Self { sender: message.sender, announcement })
    }
}

fn endpoint(message: &EndpointMessage) -> Result<(Network, Address), &'static str> {
    let network = Network::new(&message.network).map_err(|_| "wrong network name")?;
    let shaped = message.address.len() <= MAX_ADDRESS
        && message.address.bytes().all(|c| c.is_ascii_graphic())
        && message.address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok_and(|port| port > 0));
    if shaped { Ok((network, Address::new(&message.address))) } else { Err("wrong address") }
}

#[cfg(test)]
mod tests {
    use quorate_core::types::{Address, Network, NodeName};

    use super::{Announcement, Datagram, HEADER, MAX_DATAGRAM};

    fn sample() -> Datagram {
        let endpoint = |name: &str, address: &str| (Network::new(name).unwrap(), Address::new(address));
        let endpoints = vec![endpoint("default", "10.0.0.1:7501"), endpoint("storage", "[fd00::1]:7502")];
        let announcement = Announcement { cluster: "c1".into(), name: NodeName::new("n1").unwrap(), endpoints };
        Datagram { sender: u64::MAX, announcement }
    }

    #[test]
    fn an_announcement_comes_back() {
        assert_eq!(Datagram::decode(&sample().encode()), Ok(sample()));
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_noticed() {
        let good = sample().encode();
        for at in 0..good.len() * 8 {
            let mut bad = good.clone();
            bad[at / 8] ^= 1 << (at % 8);
            assert!(Datagram::decode(&bad).is_err(), "bit {at}");
        }
        for length in 0..good.len() {
            assert!(Datagram::decode(&good[..length]).is_err(), "cut at {length}");
        }
    }

    #[test]
    fn garbage_is_refused_also_with_a_right_checksum() {
        let mut random = fastrand::Rng::with_seed(7);
        for _ in 0..20_000 {
            let mut bytes: Vec<u8> = (0..random.usize(0..200)).map(|_| random.u8(..)).collect();
            assert!(Datagram::decode(&bytes).is_err());
            if bytes.len() >= HEADER {
                let sum = crc32fast::hash(&bytes[HEADER..]);
                bytes[..4].copy_from_slice(b"QRTM");
                bytes[4] = 1;
                bytes[5..HEADER].copy_from_slice(&sum.to_le_bytes());
                assert!(Datagram::decode(&bytes).is_err());
            }
        }
        assert_eq!(Datagram::decode(&vec![b'Q'; MAX_DATAGRAM + 1]), Err("too long"));
    }

    #[test]
    fn hostile_fields_are_refused() {
        let with = |change: fn(&mut Announcement)| {
            let mut bad = sample();
            change(&mut bad.announcement);
            Datagram::decode(&bad.encode())
        };
        assert_eq!(with(|it| it.cluster = "C 1".into()), Err("wrong cluster name"));
        assert_eq!(with(|it| it.endpoints.clear()), Err("wrong number of addresses"));
        for address in ["", "n1", "n1:0", "n1:x", "n 1:1", "n1\n:1"] {
            let mut bad = sample();
            bad.announcement.endpoints[0].1 = Address::new(address);
            assert_eq!(Datagram::decode(&bad.encode()), Err("wrong address"), "{address}");
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut long = sample();
        let address = Address::new(&format!("{}:7501", "x".repeat(250)));
        long.announcement.endpoints = vec![(Network::new("default").unwrap(), address); 8];
        let bytes = long.encode();
        assert!(bytes.len() <= MAX_DATAGRAM);
        assert_eq!(Datagram::decode(&bytes).unwrap().announcement.endpoints.len(), 5);
    }
}
