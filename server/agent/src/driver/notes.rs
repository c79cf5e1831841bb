//! The core's notes as log lines. What an operator must look at is a warning; what tells the story of the cluster is
//! information; what only a developer needs stays below.

use quorate_core::{
    Note, Publication,
    recovery::News,
    wire::{Refusal, UnitReport, UnitState},
};
use tracing::{debug, info, trace, warn};

use crate::logging::{Throttle, warn_if};

/// Writes notes, and what the same peers give reason for again and again once in a while only.
#[derive(Debug, Default)]
pub(super) struct Notes {
    told: Throttle,
}

impl Notes {
    /// Writes a note.
    pub(super) fn write(&self, note: &Note) {
        match note {
            Note::ChannelUp { peer, path } => info!(peer = %peer.name, path, "channel up"),
            Note::ChannelDown { peer, path, loss, hold } => {
                info!(peer = %peer.name, path, %loss, ?hold, "channel down")
            }
            Note::LinkUp { peer } => info!(peer = %peer.name, "link up"),
            Note::LinkDown { peer, loss } => info!(peer = %peer.name, %loss, "link down"),
            Note::Refused { peer, remote, reason, text } => {
                let (peer, remote) = (shown(peer.as_ref()), shown(remote.as_ref()));
                let host = remote.rsplit_once(':').map_or(remote.as_str(), |(host, _)| host);
                let is_news = self.is_news(*reason, &format!("{host} {peer}"), text);
                warn_if!(is_news, peer, remote, ?reason, text, "peer refused");
            }
            Note::RefusedBy { remote, reason, text } => {
                let remote = shown(remote.as_ref());
                let is_news = self.is_news(*reason, &remote, text);
                warn_if!(is_news, remote, ?reason, text, "refused by a peer");
            }
            Note::Distrust { late, level } => {
                warn!(?late, level, "own timers run late: limits are widened so that no healthy peer is accused");
            }
            Note::MapChanged { members } => info!(?members, "the map of the cluster differs from the view"),
            Note::TransitionGivenUp { id, why } => warn!(%id, why, "transition given up"),
            Note::Nonsense { conn, what } => debug!(conn = conn.0, what, "a peer sent something that makes no sense"),
            Note::Delivered { peer, session, seq } => trace!(peer = %peer.name, session, seq, "message delivered"),
            Note::LimitReached { what, limit } => {
                warn!(what, limit, "a limit was reached; what is over it was dropped")
            }
        }
    }

    /// Whether a refusal is worth a warning: it is not part of normal life, and was not told of that place a moment ago.
    fn is_news(&self, reason: Refusal, place: &str, text: &str) -> bool {
        !is_routine(reason) && self.told.is_news_each(place, text)
    }
}

/// Writes what was published.
pub(super) fn write_publication(publication: &Publication) {
    match publication {
        Publication::TransitionStarted { left, controller, summary } => {
            info!(left = shown(left.as_ref()), controller = shown(controller.as_ref()), summary, "transition started");
        }
        Publication::View { view, installed: true, .. } => {
            let members: Vec<_> = view.members.iter().map(|member| member.identity.name.as_str()).collect();
            let causes: Vec<_> = view.causes.iter().map(ToString::to_string).collect();
            info!(view = %view.id, ?members, ?causes, attempts = view.attempts, "view installed");
        }
        Publication::View { view, .. } => info!(view = %view.id, "earlier view learned of"),
        Publication::Stable { id, .. } => info!(view = %id, "view stable"),
        Publication::Quorum { granted: Some((epoch, view)), .. } => info!(%epoch, %view, "quorum granted"),
        Publication::Quorum { granted: None, lack } => warn!(?lack, "no quorum"),
        Publication::Coordination(update) => trace!(revision = %update.revision, "sessions, names or barriers changed"),
        Publication::Recovery(news) => write_recovery(news),
        Publication::NodeChanged { name } => trace!(%name, "node changed"),
    }
}

/// Writes what recovery has come to.
fn write_recovery(news: &News) {
    match news {
        News::Unit(UnitReport { slot, state: UnitState::Failed, why, .. }) => warn!(%slot, why, "service failed"),
        News::Unit(UnitReport { slot, state: UnitState::Backoff, why, tries, .. }) => {
            warn!(%slot, why, tries, "service failed, and is started again");
        }
        News::Unit(UnitReport { slot, state, why, .. }) => info!(%slot, ?state, why, "service"),
        News::Over(slot) => info!(%slot, "service ended"),
        News::Stage { epoch, stage } => info!(%epoch, ?stage, "recovery"),
    }
}

/// Refusals that are part of normal life: an address was the node's own, or the peer is on its way out.
fn is_routine(reason: Refusal) -> bool {
    matches!(reason, Refusal::Myself | Refusal::Leaving)
}

fn shown<T: ToString>(value: Option<&T>) -> String {
    value.map(T::to_string).unwrap_or_default()
}
