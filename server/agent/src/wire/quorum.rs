//! What the quorum layers say to each other, both ways.

use quorate_core::{
    types::{Candidacy, ClusterUid, Duration, Epoch, NodeId, Profile, Regime, Suffrage, Voter},
    wire::{Vow, Word},
};
use quorate_proto::peer::v1::{self as pb, quorum_word::Word as Kind};

use super::{
    bounds::{WireError, clip, id, list, name, required, text},
    words::{identity, identity_out, nanos, read_view_id, view_id, view_id_out},
};

pub(super) fn word_out(word: &Word) -> pb::QuorumWord {
    let word = match word {
        Word::Found { cluster, voters } => {
            Kind::Found(pb::Found { cluster_uid: cluster.0.to_vec(), voters: voters_out(voters) })
        }
        Word::Claim { epoch, view, over } => Kind::Claim(pb::Claim {
            epoch: epoch.0,
            view: Some(view_id_out(view)),
            over_epoch: over.map_or(0, |over| over.0),
        }),
        Word::Pledged { epoch } => Kind::PledgedEpoch(epoch.0),
        Word::Bound { epoch, to, left } => {
            Kind::Bound(pb::Bound { epoch: epoch.0, to: to.as_ref().map(regime_out), left_nanos: nanos(*left) })
        }
        Word::Yield { epoch, view } => Kind::Yield(pb::Yield { epoch: epoch.0, view: Some(view_id_out(view)) }),
        Word::Yielded { epoch } => Kind::YieldedEpoch(epoch.0),
        Word::Account { view } => Kind::Account(view_id_out(view)),
        Word::Accounted { view, left } => {
            Kind::Accounted(pb::Accounted { view: Some(view_id_out(view)), left_nanos: nanos(*left) })
        }
        Word::Halt { epoch } => Kind::HaltEpoch(epoch.0),
        Word::Halted { epoch } => Kind::HaltedEpoch(epoch.0),
        Word::Granted { regime, cluster } => {
            Kind::Granted(pb::Granted { regime: Some(regime_out(regime)), cluster_uid: cluster.0.to_vec() })
        }
        Word::Voters { index, voters } => Kind::Voters(pb::Voters { index: *index, voters: voters_out(voters) }),
        Word::Resigned => Kind::Resigned(pb::Resigned {}),
        Word::Refounded { from, to } => {
            Kind::Refounded(pb::Refounded { from_uid: from.0.to_vec(), to_uid: to.0.to_vec() })
        }
    };
    pb::QuorumWord { word: Some(word) }
}

pub(super) fn word(from: pb::QuorumWord) -> Result<Word, WireError> {
    Ok(match required("quorum.word", from.word)? {
        Kind::Found(from) => {
            Word::Found { cluster: uid("found.cluster_uid", &from.cluster_uid)?, voters: voters(from.voters)? }
        }
        Kind::Claim(from) => Word::Claim {
            epoch: Epoch(from.epoch),
            view: view_id("claim.view", from.view)?,
            over: (from.over_epoch > 0).then_some(Epoch(from.over_epoch)),
        },
        Kind::PledgedEpoch(epoch) => Word::Pledged { epoch: Epoch(epoch) },
        Kind::Bound(from) => Word::Bound {
            epoch: Epoch(from.epoch),
            to: from.to.map(regime).transpose()?,
            left: Duration::from_nanos(from.left_nanos),
        },
        Kind::Yield(from) => Word::Yield { epoch: Epoch(from.epoch), view: view_id("yield.view", from.view)? },
        Kind::YieldedEpoch(epoch) => Word::Yielded { epoch: Epoch(epoch) },
        Kind::Account(from) => Word::Account { view: read_view_id("account", from)? },
        Kind::Accounted(from) => {
            Word::Accounted { view: view_id("accounted.view", from.view)?, left: Duration::from_nanos(from.left_nanos) }
        }
        Kind::HaltEpoch(epoch) => Word::Halt { epoch: Epoch(epoch) },
        Kind::HaltedEpoch(epoch) => Word::Halted { epoch: Epoch(epoch) },
        Kind::Granted(from) => Word::Granted {
            regime: regime(required("granted.regime", from.regime)?)?,
            cluster: uid("granted.cluster_uid", &from.cluster_uid)?,
        },
        Kind::Voters(from) => Word::Voters { index: from.index, voters: voters(from.voters)? },
        Kind::Resigned(pb::Resigned {}) => Word::Resigned,
        Kind::Refounded(from) => Word::Refounded {
            from: uid("refounded.from_uid", &from.from_uid)?,
            to: uid("refounded.to_uid", &from.to_uid)?,
        },
    })
}

pub(super) fn vow_out(vow: Vow) -> pb::Vow {
    pb::Vow { epoch: vow.epoch.0, left_nanos: nanos(vow.left) }
}

pub(super) fn vow(from: pb::Vow) -> Vow {
    Vow { epoch: Epoch(from.epoch), left: Duration::from_nanos(from.left_nanos) }
}

/// A regime as protobuf.
pub(crate) fn regime_out(regime: &Regime) -> pb::Regime {
    pb::Regime {
        epoch: regime.epoch.0,
        view: Some(view_id_out(&regime.view)),
        holder: Some(identity_out(&regime.holder)),
    }
}

/// Reads a regime.
///
/// # Errors
/// [`WireError`] when a field is missing or malformed.
pub(crate) fn regime(from: pb::Regime) -> Result<Regime, WireError> {
    Ok(Regime {
        epoch: Epoch(from.epoch),
        view: view_id("regime.view", from.view)?,
        holder: identity("regime.holder", from.holder)?,
    })
}

fn voters_out(voters: &[Voter]) -> Vec<pb::Voter> {
    voters.iter().map(|voter| pb::Voter { node_id: voter.id.0.to_vec(), name: voter.name.to_string() }).collect()
}

fn voters(from: Vec<pb::Voter>) -> Result<Vec<Voter>, WireError> {
    list("voters", from, |from| {
        Ok(Voter { id: NodeId(id("voter.node_id", &from.node_id)?), name: name("voter.name", &from.name)? })
    })
}

pub(super) fn uid(field: &'static str, bytes: &[u8]) -> Result<ClusterUid, WireError> {
    id(field, bytes).map(ClusterUid)
}

pub(super) fn maybe_uid_out(cluster: Option<ClusterUid>) -> Vec<u8> {
    cluster.map(|cluster| cluster.0.to_vec()).unwrap_or_default()
}

pub(super) fn maybe_uid(field: &'static str, bytes: &[u8]) -> Result<Option<ClusterUid>, WireError> {
    (!bytes.is_empty()).then(|| uid(field, bytes)).transpose()
}

pub(super) fn suffrage_out(suffrage: Suffrage) -> i32 {
    match suffrage {
        Suffrage::Satellite => pb::Suffrage::Unspecified as i32,
        Suffrage::Voter => pb::Suffrage::Voter as i32,
        Suffrage::Witness => pb::Suffrage::Witness as i32,
    }
}

pub(super) fn suffrage(from: i32) -> Result<Suffrage, WireError> {
    match pb::Suffrage::try_from(from) {
        Ok(pb::Suffrage::Unspecified) => Ok(Suffrage::Satellite),
        Ok(pb::Suffrage::Voter) => Ok(Suffrage::Voter),
        Ok(pb::Suffrage::Witness) => Ok(Suffrage::Witness),
        Err(_) => Err(WireError::Unknown { field: "report.suffrage", value: i64::from(from) }),
    }
}

pub(super) fn candidacy_out(candidacy: Candidacy) -> i32 {
    match candidacy {
        Candidacy::Auto => pb::Candidacy::Unspecified as i32,
        Candidacy::Never => pb::Candidacy::Never as i32,
        Candidacy::Witness => pb::Candidacy::Witness as i32,
    }
}

pub(super) fn labels_out(labels: &[(String, String)]) -> Vec<pb::Label> {
    labels.iter().map(|(key, value)| pb::Label { key: clip(key), value: clip(value) }).collect()
}

pub(super) fn labels(from: Vec<pb::Label>) -> Result<Vec<(String, String)>, WireError> {
    list("labels", from, |from| Ok((text("label.key", from.key)?, text("label.value", from.value)?)))
}

pub(super) fn profile(candidacy: i32, bootstrap_expect: u32, labels: Vec<pb::Label>) -> Result<Profile, WireError> {
    let candidacy = match pb::Candidacy::try_from(candidacy) {
        Ok(pb::Candidacy::Unspecified) => Candidacy::Auto,
        Ok(pb::Candidacy::Never) => Candidacy::Never,
        Ok(pb::Candidacy::Witness) => Candidacy::Witness,
        Err(_) => return Err(WireError::Unknown { field: "report.candidacy", value: i64::from(candidacy) }),
    };
    Ok(Profile { candidacy, bootstrap_expect, labels: self::labels(labels)? })
}
