//! Every variant goes out and comes back the same; what is malformed gives its own error; garbage never panics.

#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use proptest::prelude::*;
use prost::Message;
use quorate_core::{
    types::{
        Address, Boot, Candidacy, Cause, CauseKind, ClusterUid, Duration, Epoch, Identity, Incarnation, Loss, Member,
        Network, NodeId, NodeName, Profile, Regime, Sighting, Suffrage, ViewId, ViewRecord, Voter, WallTime,
    },
    wire::{
        Beat, Eviction, Frame, Goodbye, Hello, Payload, Proposal, Refusal, RejectReason, Report, Stamp, Unreached, Vow,
        Word,
    },
};
use quorate_proto::peer::v1 as pb;

use super::{MAX_ENTRIES, MAX_TEXT_BYTES, WireError, decode, encode};

fn name(text: &str) -> NodeName {
    NodeName::new(text).unwrap()
}

fn network(text: &str) -> Network {
    Network::new(text).unwrap()
}

fn identity(text: &str) -> Identity {
    Identity { name: name(text), id: NodeId([7; 16]), boot: Boot { count: 3, id: [9; 16] } }
}

fn view_id(incarnation: u64) -> ViewId {
    ViewId { incarnation: Incarnation(incarnation), controller: name("n1") }
}

fn endpoints() -> Vec<(Network, Address)> {
    vec![(network("default"), Address::new("10.0.0.1:7501")), (network("storage"), Address::new("n1.san:7501"))]
}

fn hello(network_name: Option<&str>) -> Hello {
    Hello {
        min_version: 1,
        max_version: 2,
        cluster: Arc::from("prod"),
        identity: identity("n1"),
        endpoints: endpoints(),
        network: network_name.map(network),
        features: u64::MAX,
        uid: network_name.map(|_| ClusterUid([5; 16])),
    }
}

const LOSSES: [Loss; 11] = [
    Loss::Silent(Duration::from_millis(1234)),
    Loss::Reset,
    Loss::Refused,
    Loss::Unreachable,
    Loss::Restarted,
    Loss::PeerSilent,
    Loss::Damped,
    Loss::Rejected,
    Loss::Overflow,
    Loss::Left,
    Loss::Closed,
];

const CAUSES: [CauseKind; 8] = [
    CauseKind::Joined,
    CauseKind::Restarted,
    CauseKind::Returned,
    CauseKind::Lost,
    CauseKind::Left,
    CauseKind::Evicted,
    CauseKind::Unresponsive,
    CauseKind::Interrupted,
];

fn view() -> Arc<ViewRecord> {
    let sighting = |loss: &Loss| Sighting { observer: name("n2"), network: Some(network("default")), loss: *loss };
    let cause = |kind: &CauseKind| Cause {
        kind: *kind,
        name: name("n3"),
        sightings: LOSSES.iter().map(sighting).chain([Sighting { network: None, ..sighting(&Loss::Left) }]).collect(),
        detail: "broken fan".to_owned(),
    };
    Arc::new(ViewRecord {
        id: view_id(5),
        members: vec![Member { identity: identity("n1"), since: Incarnation(2) }].into(),
        parents: vec![view_id(3), view_id(4)],
        causes: CAUSES.iter().map(cause).collect(),
        committed: WallTime(1_700_000_000_000),
        settle: Duration::from_nanos(50_000_001),
        prepare: Duration::from_micros(700),
        attempts: 2,
    })
}

fn report() -> Arc<Report> {
    Arc::new(Report {
        origin: identity("n1"),
        number: 12,
        view: Some(view_id(5)),
        unsettled: true,
        since: Some(Incarnation(2)),
        leaving: true,
        endpoints: endpoints(),
        reached: vec![name("n2"), name("n3")],
        unreached: vec![Unreached {
            name: name("n4"),
            losses: LOSSES.iter().map(|loss| (Some(network("default")), *loss)).collect(),
            held: true,
        }],
        unresponsive: vec![name("n5")],
        cluster: Some(ClusterUid([3; 16])),
        suffrage: Suffrage::Witness,
        profile: Arc::new(Profile {
            candidacy: Candidacy::Witness,
            bootstrap_expect: 3,
            labels: vec![("rack".into(), "7".into()), ("zone".into(), "a".into())],
        }),
    })
}

fn words() -> Vec<Word> {
    let (epoch, view, left) = (Epoch(7), view_id(6), Duration::from_millis(400));
    let regime = Regime { epoch, view: view.clone(), holder: identity("n2") };
    let (cluster, to) = (ClusterUid([3; 16]), ClusterUid([4; 16]));
    let voters = vec![Voter { id: NodeId([1; 16]), name: name("n1") }];
    vec![
        Word::Found { cluster, voters: voters.clone() },
        Word::Claim { epoch, view: view.clone(), over: Some(Epoch(6)) },
        Word::Claim { epoch, view: view.clone(), over: None },
        Word::Pledged { epoch },
        Word::Bound { epoch, to: Some(regime.clone()), left },
        Word::Bound { epoch, to: None, left },
        Word::Yield { epoch, view: view.clone() },
        Word::Yielded { epoch },
        Word::Account { view: view.clone() },
        Word::Accounted { view, left },
        Word::Halt { epoch },
        Word::Halted { epoch },
        Word::Granted { regime, cluster },
        Word::Voters { index: 12, voters },
        Word::Resigned,
        Word::Refounded { from: cluster, to },
    ]
}

fn payloads() -> Vec<Payload> {
    let newcomer = Report {
        view: None,
        since: None,
        cluster: None,
        suffrage: Suffrage::Satellite,
        profile: Arc::default(),
        ..Report::clone(&report())
    };
    let reasons = [RejectReason::Promised, RejectReason::Outranked, RejectReason::NotMember, RejectReason::Leaving];
    let id = view_id(6);
    let mut all = vec![
        Payload::Summary {
            view: Some(view_id(5)),
            stamps: vec![Stamp { origin: name("n1"), boot: 3, number: 12 }],
            ask: true,
        },
        Payload::Summary { view: None, stamps: vec![], ask: false },
        Payload::Reports(vec![report(), Arc::new(newcomer)]),
        Payload::Views(vec![view(), view()]),
        Payload::Evictions(vec![Eviction { name: name("n9"), stamp: 4, evicted: true, reason: "bad disk".into() }]),
        Payload::Prepare(Arc::new(Proposal { id: id.clone(), members: view().members.clone() })),
        Payload::Promise { id: id.clone(), head: Some(view_id(5)) },
        Payload::Promise { id: id.clone(), head: None },
        Payload::FetchHistory { id: id.clone(), known: vec![view_id(1), view_id(2)] },
        Payload::History { id: id.clone(), views: vec![view()], last: false },
        Payload::History { id: id.clone(), views: vec![], last: true },
        Payload::Commit(view()),
        Payload::Installed { id: id.clone() },
        Payload::Stable { id: id.clone(), install: Duration::from_nanos(17) },
        Payload::Farewell { id: id.clone() },
        Payload::Consensus(vec![1, 2, 3]),
        Payload::Request { number: 9, body: vec![4] },
        Payload::Answer { number: 9, body: vec![] },
    ];
    all.extend(words().into_iter().map(Payload::Quorum));
    let reject = |reason| Payload::Reject { id: id.clone(), reason, promised: Incarnation(8) };
    all.extend(reasons.map(reject));
    all
}

fn frames() -> Vec<Frame> {
    let refusals = [
        Refusal::ProtocolVersion,
        Refusal::WrongCluster,
        Refusal::ForeignCluster,
        Refusal::NameTaken,
        Refusal::Evicted,
        Refusal::Myself,
        Refusal::StaleBoot,
        Refusal::BadHello,
        Refusal::Leaving,
    ];
    let goodbyes = [Goodbye::Idle, Goodbye::Duplicate, Goodbye::Leaving, Goodbye::Evicted, Goodbye::Silent];
    let beat = Beat {
        seq: 4,
        echo: 3,
        held: Duration::from_nanos(99),
        wanted: true,
        distrust: false,
        prompt: true,
        period: Duration::from_millis(100),
        lease: Some(Vow { epoch: Epoch(7), left: Duration::from_millis(300) }),
        pledge: None,
    };
    let mut all = vec![
        Frame::Hello(hello(None)),
        Frame::Welcome(hello(Some("default"))),
        Frame::Beat(beat),
        Frame::Beat(Beat { wanted: false, distrust: true, lease: None, pledge: beat.lease, ..beat }),
        Frame::LinkReset { own: 1, peer: 0 },
        Frame::LinkAck { own: 1, peer: 2, ack: 3 },
    ];
    all.extend(refusals.map(|reason| Frame::Refuse { reason, text: "other cluster".into() }));
    all.extend(goodbyes.map(Frame::Close));
    let data = |payload| Frame::LinkData { own: 1, peer: 2, seq: 3, ack: 4, payload };
    all.extend(payloads().into_iter().map(data));
    let relay =
        |frame: &Frame| Frame::Relay { source: name("n1"), destination: name("n3"), frame: Box::new(frame.clone()) };
    let relayed: Vec<_> = all.iter().map(relay).collect();
    all.extend(relayed);
    all
}

#[test]
fn every_frame_survives_the_wire() {
    for frame in frames() {
        let bytes = encode(&frame).encode_to_vec();
        let back = decode(pb::Frame::decode(bytes.as_slice()).unwrap());
        assert_eq!(back, Ok(frame));
    }
}

#[test]
fn causes_have_the_numbers_of_the_public_api() {
    for (i, cause) in view().causes.iter().enumerate() {
        let frame = Frame::LinkData { own: 1, peer: 2, seq: 3, ack: 4, payload: Payload::Commit(view()) };
        let Some(pb::frame::Kind::LinkData(data)) = encode(&frame).kind else { panic!("no data") };
        let Some(pb::payload::Kind::Commit(commit)) = data.payload.unwrap().kind else { panic!("no commit") };
        assert_eq!(commit.view.unwrap().causes[i].kind as usize, i + 1, "{cause}");
    }
}

#[test]
fn a_relay_within_a_relay_is_refused() {
    let inner =
        Frame::Relay { source: name("a"), destination: name("b"), frame: Box::new(Frame::Close(Goodbye::Idle)) };
    let outer = Frame::Relay { source: name("a"), destination: name("b"), frame: Box::new(inner) };
    assert_eq!(decode(encode(&outer)), Err(WireError::NestedRelay));
}

/// Encodes a Hello, changes it, and reads it again.
fn changed(change: impl FnOnce(&mut pb::Hello)) -> Result<Frame, WireError> {
    let Some(pb::frame::Kind::Hello(mut hello)) = encode(&Frame::Hello(hello(None))).kind else { panic!("no hello") };
    change(&mut hello);
    decode(pb::Frame { kind: Some(pb::frame::Kind::Hello(hello)) })
}

#[test]
fn malformed_fields_are_named() {
    assert_eq!(decode(pb::Frame { kind: None }), Err(WireError::Missing("frame.kind")));
    assert_eq!(changed(|hello| hello.identity = None), Err(WireError::Missing("hello.identity")));
    let bad_name = changed(|hello| hello.identity.as_mut().unwrap().name = "N 1".into());
    assert!(matches!(bad_name, Err(WireError::Name { field: "hello.identity", .. })), "{bad_name:?}");
    let bad_id = changed(|hello| hello.identity.as_mut().unwrap().node_id.truncate(3));
    assert_eq!(bad_id, Err(WireError::Id { field: "identity.node_id", found: 3 }));
    let close = pb::Frame { kind: Some(pb::frame::Kind::Close(pb::Close { reason: 77 })) };
    assert_eq!(decode(close), Err(WireError::Unknown { field: "close.reason", value: 77 }));
}

#[test]
fn l1_lists_and_texts_are_bounded() {
    let long = changed(|hello| hello.cluster_id = "x".repeat(MAX_TEXT_BYTES + 1));
    assert_eq!(long, Err(WireError::TooLong { field: "hello.cluster_id", found: MAX_TEXT_BYTES + 1 }));
    let many = changed(|hello| hello.endpoints = vec![hello.endpoints[0].clone(); MAX_ENTRIES + 1]);
    assert_eq!(many, Err(WireError::TooMany { field: "endpoints", found: MAX_ENTRIES + 1 }));
}

#[test]
fn an_own_text_that_is_too_long_is_cut_at_a_character() {
    let frame = Frame::Refuse { reason: Refusal::NameTaken, text: "ä".repeat(MAX_TEXT_BYTES) };
    let Ok(Frame::Refuse { text, .. }) = decode(encode(&frame)) else { panic!("not read") };
    assert_eq!(text, "ä".repeat(MAX_TEXT_BYTES / 2));
}

proptest! {
    #[test]
    fn garbage_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..512)) {
        if let Ok(frame) = pb::Frame::decode(bytes.as_slice()) {
            let _ = decode(frame);
        }
    }

    /// Valid frames with a few bytes changed come much further into the mapping than garbage does.
    #[test]
    fn damaged_frames_never_panic(
        which in 0..frames().len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut bytes = encode(&frames()[which]).encode_to_vec();
        for (at, byte) in damage {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        if let Ok(frame) = pb::Frame::decode(bytes.as_slice())
            && let Ok(frame) = decode(frame)
        {
            prop_assert_eq!(decode(encode(&frame)), Ok(frame));
        }
    }
}
