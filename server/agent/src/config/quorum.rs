//! `[quorum]` and `[labels]`: who votes, when the cluster is formed, and what an operator says of this node.

use std::{collections::BTreeMap, time::Duration};

use quorate_core::types::{Candidacy, Profile};
use serde::{Deserialize, Serialize};

use super::{
    ConfigError,
    check::{count, defaults},
    draft::Slot,
    origin::Origins,
    value::{Text, Value},
};

/// Most bytes of a label's key.
const MAX_KEY: usize = 63;
/// Most bytes of a label's value.
const MAX_VALUE: usize = 128;

/// Who votes, and for how long a right to act lasts.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct QuorumConfig {
    /// How many nodes that may vote must be in one view to form the cluster for the first time; 0 never forms it.
    pub bootstrap_expect: usize,
    /// Whether this node may be made a voter.
    pub vote: Candidacy,
    /// How long a right to act lasts that is not renewed.
    pub lease: Duration,
    /// How long a voter may be missing before another takes its place.
    pub voter_grace: Duration,
}

/// `[quorum]`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct QuorumDraft {
    pub(super) bootstrap_expect: Slot<usize>,
    pub(super) vote: Slot<Candidacy>,
    pub(super) lease: Slot<Duration>,
    pub(super) voter_grace: Slot<Duration>,
}

impl From<&QuorumConfig> for QuorumDraft {
    fn from(quorum: &QuorumConfig) -> Self {
        Self {
            bootstrap_expect: Some(Text(quorum.bootstrap_expect)),
            vote: Some(Text(quorum.vote)),
            lease: Some(Text(quorum.lease)),
            voter_grace: Some(Text(quorum.voter_grace)),
        }
    }
}

impl Value for Candidacy {
    const WHAT: &'static str = "\"auto\", \"never\" or \"witness\"";

    fn read(text: &str) -> Result<Self, String> {
        match text {
            "auto" => Ok(Self::Auto),
            "never" => Ok(Self::Never),
            "witness" => Ok(Self::Witness),
            _ => Err("it is none of these".into()),
        }
    }

    fn show(&self) -> String {
        match self {
            Self::Auto => "auto",
            Self::Never => "never",
            Self::Witness => "witness",
        }
        .into()
    }
}

/// Fills in the defaults; the core itself checks the times.
pub(super) fn resolve(draft: &QuorumDraft, origins: &Origins) -> Result<QuorumConfig, ConfigError> {
    let default = defaults();
    let or = |slot: &Slot<Duration>, default: Duration| slot.as_ref().map_or(default, |&Text(span)| span);
    let bootstrap_expect = draft.bootstrap_expect.as_ref().map_or(0, |&Text(count)| count);
    count("quorum.bootstrap_expect", bootstrap_expect, 0, quorate_core::settings::MAX_VOTERS, origins)?;
    Ok(QuorumConfig {
        bootstrap_expect,
        vote: draft.vote.as_ref().map_or(Candidacy::Auto, |&Text(vote)| vote),
        lease: or(&draft.lease, default.lease),
        voter_grace: or(&draft.voter_grace, default.voter_grace),
    })
}

/// Checks the labels.
pub(super) fn labels(
    labels: BTreeMap<String, String>,
    origins: &Origins,
) -> Result<BTreeMap<String, String>, ConfigError> {
    let most = quorate_core::settings::MAX_LABELS;
    if labels.len() > most {
        return Err(origins.error("labels", format!("{} labels", labels.len()), format!("allowed are at most {most}")));
    }
    let plain = |c: u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'_' | b'.' | b'/');
    for (key, value) in &labels {
        if key.is_empty() || key.len() > MAX_KEY || !key.bytes().all(plain) {
            let rule = format!("a key has 1 to {MAX_KEY} characters of a-z, A-Z, 0-9, '-', '_', '.' and '/'");
            return Err(origins.error("labels", key, rule));
        }
        if value.len() > MAX_VALUE {
            return Err(origins.error(&format!("labels.{key}"), value, format!("allowed are {MAX_VALUE} bytes")));
        }
    }
    Ok(labels)
}

/// What the node says of itself.
pub(super) fn profile(quorum: &QuorumConfig, labels: &BTreeMap<String, String>) -> Profile {
    Profile {
        candidacy: quorum.vote,
        bootstrap_expect: u32::try_from(quorum.bootstrap_expect).unwrap_or(0),
        labels: labels.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
    }
}
