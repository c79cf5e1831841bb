//! Quorum and who votes.

use quorate::v1;
use serde::Serialize;

use super::{Header, ViewId, list, some_text};
use crate::words::{seconds, word};

/// How quorum stands.
#[derive(Debug, Serialize)]
pub struct Quorum {
    granted: bool,
    epoch: u64,
    view_id: Option<ViewId>,
    valid_seconds: Option<f64>,
    /// Why not; null with quorum.
    reason: Option<String>,
    text: Option<String>,
    missing_voters: Vec<String>,
    holder: Option<String>,
    cluster_uid: Option<String>,
}

impl From<&v1::Quorum> for Quorum {
    fn from(quorum: &v1::Quorum) -> Self {
        Self {
            granted: quorum.granted,
            epoch: quorum.epoch,
            view_id: quorum.view_id.as_ref().map(ViewId::from),
            valid_seconds: quorum.valid_duration.as_ref().and_then(seconds),
            reason: (!quorum.granted).then(|| word::<v1::QuorumReason>(quorum.reason)),
            text: some_text(&quorum.text),
            missing_voters: quorum.missing_voters.clone(),
            holder: some_text(&quorum.holder),
            cluster_uid: some_text(&quorum.cluster_uid),
        }
    }
}

/// `quorum`.
#[derive(Debug, Serialize)]
pub struct QuorumAnswer {
    header: Option<Header>,
    quorum: Option<Quorum>,
}

impl From<&v1::GetQuorumResponse> for QuorumAnswer {
    fn from(answer: &v1::GetQuorumResponse) -> Self {
        Self { header: answer.header.as_ref().map(Header::from), quorum: answer.quorum.as_ref().map(Quorum::from) }
    }
}

/// A node that votes.
#[derive(Debug, Serialize)]
pub struct Voter {
    node_name: String,
    node_id: String,
    present: bool,
    leader: bool,
    witness: bool,
    zone: Option<String>,
}

impl From<&v1::Voter> for Voter {
    fn from(voter: &v1::Voter) -> Self {
        Self {
            node_name: voter.node_name.clone(),
            node_id: voter.node_id.clone(),
            present: voter.present,
            leader: voter.leader,
            witness: voter.witness,
            zone: some_text(&voter.zone),
        }
    }
}

/// `voters`.
#[derive(Debug, Serialize)]
pub struct Voters {
    header: Option<Header>,
    voters: Vec<Voter>,
    /// `auto` or `pinned`.
    mode: String,
    most: u32,
    pinned_names: Vec<String>,
}

impl From<&v1::ListVotersResponse> for Voters {
    fn from(answer: &v1::ListVotersResponse) -> Self {
        Self {
            header: answer.header.as_ref().map(Header::from),
            voters: list(&answer.voters),
            mode: word::<v1::VoterMode>(answer.mode),
            most: answer.most,
            pinned_names: answer.pinned_names.clone(),
        }
    }
}

/// `explain`.
#[derive(Debug, Serialize)]
pub struct Explanation {
    header: Option<Header>,
    kept: bool,
    voters: Vec<String>,
    voters_left: Vec<String>,
    needed: u32,
    spare: u32,
    advice: Vec<String>,
}

impl From<&v1::ExplainQuorumResponse> for Explanation {
    fn from(answer: &v1::ExplainQuorumResponse) -> Self {
        Self {
            header: answer.header.as_ref().map(Header::from),
            kept: answer.kept,
            voters: answer.voters.clone(),
            voters_left: answer.voters_left.clone(),
            needed: answer.needed,
            spare: answer.spare,
            advice: answer.advice.clone(),
        }
    }
}
