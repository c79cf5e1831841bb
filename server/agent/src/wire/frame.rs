//! Frames of a channel, both ways.

use std::sync::Arc;

use quorate_core::{
    types::{Duration, Network},
    wire::{Beat, Frame, Hello},
};
use quorate_proto::peer::v1::{self as pb, frame::Kind};

use super::{
    bounds::{WireError, clip, name, network, required, text},
    payload,
    quorum::{maybe_uid, maybe_uid_out, vow, vow_out},
    words::{endpoints, endpoints_out, goodbye, goodbye_out, identity, identity_out, nanos, refusal, refusal_out},
};

/// The frame as protobuf. Own texts that are too long are cut.
#[must_use]
pub fn encode(frame: &Frame) -> pb::Frame {
    let kind = match frame {
        Frame::Hello(hello) => Kind::Hello(hello_out(hello)),
        Frame::Welcome(hello) => Kind::Welcome(hello_out(hello)),
        Frame::Refuse { reason, text } => Kind::Refuse(pb::Refuse { reason: refusal_out(*reason), text: clip(text) }),
        Frame::Beat(beat) => Kind::Beat(pb::Beat {
            sequence: beat.seq,
            echo_sequence: beat.echo,
            echo_held_nanos: nanos(beat.held),
            wanted: beat.wanted,
            self_distrust: beat.distrust,
            prompt: beat.prompt,
            period_nanos: nanos(beat.period),
            lease: beat.lease.map(vow_out),
            pledge: beat.pledge.map(vow_out),
        }),
        Frame::Close(reason) => Kind::Close(pb::Close { reason: goodbye_out(*reason) }),
        Frame::LinkReset { own, peer } => Kind::LinkReset(pb::LinkReset { own_session: *own, peer_session: *peer }),
        Frame::LinkData { own, peer, seq, ack, payload } => Kind::LinkData(pb::LinkData {
            own_session: *own,
            peer_session: *peer,
            sequence: *seq,
            acknowledged: *ack,
            payload: Some(payload::encode(payload)),
        }),
        Frame::LinkAck { own, peer, ack } => {
            Kind::LinkAck(pb::LinkAck { own_session: *own, peer_session: *peer, acknowledged: *ack })
        }
        Frame::Relay { source, destination, frame } => Kind::Relay(Box::new(pb::Relay {
            source: source.to_string(),
            destination: destination.to_string(),
            frame: Some(Box::new(encode(frame))),
        })),
    };
    pb::Frame { kind: Some(kind) }
}

/// Reads a frame that came from outside.
///
/// # Errors
/// [`WireError`] when a field is missing, malformed or out of bounds.
pub fn decode(frame: pb::Frame) -> Result<Frame, WireError> {
    match required("frame.kind", frame.kind)? {
        Kind::Relay(from) => {
            let inner = required("relay.frame", from.frame)?;
            Ok(Frame::Relay {
                source: name("relay.source", &from.source)?,
                destination: name("relay.destination", &from.destination)?,
                frame: Box::new(decode_direct(required("relay.frame.kind", inner.kind)?)?),
            })
        }
        kind => decode_direct(kind),
    }
}

/// Reads a frame that may not be a relay.
fn decode_direct(kind: Kind) -> Result<Frame, WireError> {
    Ok(match kind {
        Kind::Hello(from) => Frame::Hello(hello(from)?),
        Kind::Welcome(from) => Frame::Welcome(hello(from)?),
        Kind::Refuse(from) => Frame::Refuse { reason: refusal(from.reason)?, text: text("refuse.text", from.text)? },
        Kind::Beat(from) => Frame::Beat(Beat {
            seq: from.sequence,
            echo: from.echo_sequence,
            held: Duration::from_nanos(from.echo_held_nanos),
            wanted: from.wanted,
            distrust: from.self_distrust,
            prompt: from.prompt,
            period: Duration::from_nanos(from.period_nanos),
            lease: from.lease.map(vow),
            pledge: from.pledge.map(vow),
        }),
        Kind::Close(from) => Frame::Close(goodbye(from.reason)?),
        Kind::LinkReset(from) => Frame::LinkReset { own: from.own_session, peer: from.peer_session },
        Kind::LinkData(from) => Frame::LinkData {
            own: from.own_session,
            peer: from.peer_session,
            seq: from.sequence,
            ack: from.acknowledged,
            payload: payload::decode(required("link_data.payload", from.payload)?)?,
        },
        Kind::LinkAck(from) => {
            Frame::LinkAck { own: from.own_session, peer: from.peer_session, ack: from.acknowledged }
        }
        Kind::Relay(_) => return Err(WireError::NestedRelay),
    })
}

fn hello_out(hello: &Hello) -> pb::Hello {
    pb::Hello {
        min_version: hello.min_version,
        max_version: hello.max_version,
        cluster_id: clip(&hello.cluster),
        identity: Some(identity_out(&hello.identity)),
        endpoints: endpoints_out(&hello.endpoints),
        network: hello.network.as_ref().map(Network::to_string).unwrap_or_default(),
        features: hello.features,
        cluster_uid: maybe_uid_out(hello.uid),
    }
}

fn hello(from: pb::Hello) -> Result<Hello, WireError> {
    Ok(Hello {
        min_version: from.min_version,
        max_version: from.max_version,
        cluster: Arc::from(text("hello.cluster_id", from.cluster_id)?),
        identity: identity("hello.identity", from.identity)?,
        endpoints: endpoints(from.endpoints)?,
        network: network("hello.network", &from.network)?,
        features: from.features,
        uid: maybe_uid("hello.cluster_uid", &from.cluster_uid)?,
    })
}
