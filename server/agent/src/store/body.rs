//! What the file holds, as protobuf, so that later versions can add to it.

use prost::Message;
use quorate_core::{
    Durable,
    types::{ClusterUid, Incarnation, NodeId, NodeName},
    wire::Eviction,
};

/// What the file holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Body {
    pub(super) cluster: String,
    pub(super) node_name: NodeName,
    pub(super) node_id: NodeId,
    pub(super) boot_count: u64,
    /// When the folder was made, in milliseconds since 1970; 0 in folders that were made before this was noted.
    pub(super) born: u64,
    pub(super) durable: Durable,
}

#[derive(Message)]
struct BodyMessage {
    #[prost(string, tag = "1")]
    cluster: String,
    #[prost(string, tag = "2")]
    node_name: String,
    #[prost(bytes = "vec", tag = "3")]
    node_id: Vec<u8>,
    #[prost(uint64, tag = "4")]
    boot_count: u64,
    #[prost(uint64, tag = "5")]
    promised: u64,
    #[prost(message, repeated, tag = "6")]
    evictions: Vec<EvictionMessage>,
    #[prost(bytes = "vec", tag = "7")]
    cluster_uid: Vec<u8>,
    #[prost(uint64, tag = "8")]
    born: u64,
}

#[derive(Message)]
struct EvictionMessage {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(uint64, tag = "2")]
    stamp: u64,
    #[prost(bool, tag = "3")]
    evicted: bool,
    #[prost(string, tag = "4")]
    reason: String,
}

impl Body {
    /// The body as bytes.
    pub(super) fn encode(&self) -> Vec<u8> {
        let evictions = self.durable.evictions.iter().map(|eviction| EvictionMessage {
            name: eviction.name.to_string(),
            stamp: eviction.stamp,
            evicted: eviction.evicted,
            reason: eviction.reason.clone(),
        });
        let message = BodyMessage {
            cluster: self.cluster.clone(),
            node_name: self.node_name.to_string(),
            node_id: self.node_id.0.to_vec(),
            boot_count: self.boot_count,
            born: self.born,
            promised: self.durable.promised.0,
            evictions: evictions.collect(),
            cluster_uid: self.durable.cluster.map(|cluster| cluster.0.to_vec()).unwrap_or_default(),
        };
        message.encode_to_vec()
    }

    /// Reads the bytes; says for people what does not fit.
    pub(super) fn decode(bytes: &[u8]) -> Result<Self, String> {
        let message = BodyMessage::decode(bytes).map_err(|why| why.to_string())?;
        let node_id = message.node_id.try_into().map_err(|_| "its node id is not 16 bytes long")?;
        let cluster = match message.cluster_uid.as_slice() {
            [] => None,
            bytes => Some(ClusterUid(bytes.try_into().map_err(|_| "its cluster uid is not 16 bytes long")?)),
        };
        let evictions = message.evictions.into_iter().map(|eviction| {
            let EvictionMessage { name, stamp, evicted, reason } = eviction;
            Ok(Eviction { name: named(&name)?, stamp, evicted, reason })
        });
        Ok(Self {
            cluster: message.cluster,
            node_name: named(&message.node_name)?,
            node_id: NodeId(node_id),
            boot_count: message.boot_count,
            born: message.born,
            durable: Durable {
                promised: Incarnation(message.promised),
                evictions: evictions.collect::<Result<_, String>>()?,
                cluster,
            },
        })
    }
}

fn named(text: &str) -> Result<NodeName, String> {
    NodeName::new(text).map_err(|why| why.to_string())
}
