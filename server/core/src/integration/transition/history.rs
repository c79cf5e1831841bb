//! Earlier views, told ahead of a commit to those who lack them (V4).

use alloc::{sync::Arc, vec::Vec};

use super::{Lead, Phase, Stage};
use crate::{
    integration::{Effect, Integration, Out},
    types::{NodeName, Now, ViewId, ViewRecord},
    wire::Payload,
};

/// Most views in one message, and most members listed in them.
const VIEW_CHUNK: (usize, usize) = (64, 2_000);
/// Most views that a controller may send ahead of a commit (L1).
const LEARN_LIMIT: usize = 8_192;

impl Integration {
    /// Earlier views came in, as asked for or ahead of a commit: kept until the view is installed.
    pub(in crate::integration) fn on_history(
        &mut self,
        now: Now,
        from: &NodeName,
        id: &ViewId,
        views: Vec<Arc<ViewRecord>>,
        last: bool,
        out: Out<'_>,
    ) {
        match &mut self.stage {
            Stage::Promised(following) if following.proposal.id == *id && id.controller == *from => {
                take_bounded(&mut following.learned, views);
            }
            Stage::Leading(Lead { phase: Phase::Fetching(holders), learned, proposal, .. })
                if proposal.id == *id && holders.contains(from) =>
            {
                take_bounded(learned, views);
                if last && holders.remove(from) && holders.is_empty() {
                    self.commit(now, out);
                }
            }
            _ => {}
        }
    }

    /// Takes in views this node was not told of, oldest first, each once (V4).
    pub(in crate::integration) fn take_history(&mut self, mut views: Vec<Arc<ViewRecord>>, out: Out<'_>) {
        views.sort_by(|a, b| a.id.cmp(&b.id));
        for view in views {
            if self.history.insert(view.clone()) {
                out.push(Effect::View { view, installed: false });
            }
        }
    }
}

fn take_bounded(learned: &mut Vec<Arc<ViewRecord>>, views: Vec<Arc<ViewRecord>>) {
    let room = LEARN_LIMIT.saturating_sub(learned.len());
    learned.extend(views.into_iter().take(room));
}

/// Sends earlier views in messages of bounded size; the last one says so.
pub(super) fn send_history(to: &NodeName, id: &ViewId, views: Vec<Arc<ViewRecord>>, out: Out<'_>) {
    let mut chunks = Vec::from([Vec::new()]);
    let mut members = 0;
    for view in views {
        let full = chunks.last().is_some_and(|chunk: &Vec<_>| chunk.len() >= VIEW_CHUNK.0);
        if full || members + view.members.len() > VIEW_CHUNK.1 {
            chunks.push(Vec::new());
            members = 0;
        }
        members += view.members.len();
        chunks.last_mut().expect("there is always one").push(view);
    }
    let count = chunks.len();
    for (number, views) in chunks.into_iter().enumerate() {
        let payload = Payload::History { id: id.clone(), views, last: number + 1 == count };
        out.push(Effect::Send { peer: to.clone(), payload });
    }
}
