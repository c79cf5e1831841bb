//! Joins coordination to quorum below it, and to those who ask and watch.

use alloc::{sync::Arc, vec::Vec};

use super::{Effect, Node, Publication, Step, Timer, recover::OWN};
use crate::{
    coordination::{self, Coordination, State},
    status::ViewState,
    types::{Duration, Epoch, Member, Now, Revision, SessionId},
    wire::{Participant, Payload},
};

impl Node {
    pub(super) fn coordination(&mut self, act: impl FnOnce(&mut Coordination, &mut Vec<coordination::Effect>)) {
        let mut effects = Vec::new();
        act(&mut self.coordination, &mut effects);
        self.pending.extend(effects.into_iter().map(Step::Coordination));
    }

    pub(super) fn after_coordination(&mut self, now: Now, effect: coordination::Effect, out: &mut Vec<Effect>) {
        match effect {
            coordination::Effect::Say { peer, talk } => self.link(|links, out| {
                links.send(now.at, &peer, Payload::Coordination(talk), out);
            }),
            coordination::Effect::Reply { ticket, reply, last } if ticket & OWN != 0 => {
                self.recovery(now, out, |recovery, out| recovery.on_reply(now.at, ticket & !OWN, reply, last, out));
            }
            coordination::Effect::Reply { ticket, reply, last } => {
                out.push(Effect::Coordinated { ticket, reply, last });
            }
            coordination::Effect::Publish(update) => {
                out.push(Effect::Publish(Publication::Coordination(update)));
                self.note_names(now, out);
            }
            coordination::Effect::ArmRound { at } => out.push(Effect::Arm { timer: Timer::Round, at }),
        }
    }

    /// Coordination stands on the regime in force.
    pub(super) fn ground(&mut self, now: Now, out: &mut Vec<Effect>) {
        let ground = self.quorum.ground();
        if self.ground != ground {
            self.ground = ground;
            self.want(now.at);
            let regime = self.quorum.regime().cloned();
            let leads = self.quorum.holds().then(|| (self.quorum.configs(), self.participants()));
            let sites = self.quorum.holds().then(|| self.sites());
            self.coordination(|coordination, out| coordination.on_regime(now.at, regime.as_ref(), leads, out));
            self.recovery(now, out, |recovery, out| recovery.on_regime(now.at, regime.as_ref(), sites, out));
            self.settle(now, out);
        }
    }

    /// Whether the regime in force is of the view that all its members have.
    pub(super) fn is_settled(&self) -> bool {
        let (view, state) = self.integration.view();
        let id = view.map(|view| &view.id);
        state == ViewState::Stable && id == self.quorum.regime().map(|regime| &regime.view)
    }

    /// The members of the view, as barriers count them.
    fn participants(&self) -> Arc<[Participant]> {
        let (view, _) = self.integration.view();
        let members = view.into_iter().flat_map(|view| &view.members);
        let participant = |Member { identity, .. }: &Member| {
            let profile = match self.integration.report(&identity.name) {
                _ if *identity == self.settings.identity => Some(&self.settings.profile),
                report => report.map(|report| &report.profile),
            };
            let labels = profile.map(|profile| profile.labels.clone()).unwrap_or_default();
            Participant { identity: identity.clone(), labels }
        };
        members.map(participant).collect()
    }

    /// Sessions, names and barriers as they are here, and up to where that is sure; none before this node has a copy.
    #[must_use]
    pub fn coordinated(&self) -> Option<(&State, Revision)> {
        self.coordination.state()
    }

    /// What changed after a revision of the state that began with `origin`; none when that is not known any more.
    #[must_use]
    pub fn news_after(&self, origin: Epoch, revision: Revision) -> Option<Vec<coordination::News>> {
        self.coordination.news_after(origin, revision)
    }

    /// How long a session still has, as known here.
    #[must_use]
    pub fn session_left(&self, now: Now, session: SessionId) -> Option<Duration> {
        self.coordination.left(now.at, session)
    }

    /// Whether requests about sessions, names and barriers are carried out now.
    #[must_use]
    pub fn is_served(&self) -> bool {
        self.coordination.is_served()
    }
}
